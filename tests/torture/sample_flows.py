"""Flows around the test ticket in the merchant's helpdesk: written once, and gone when it is to go."""

from types import MappingProxyType

from app.domain.sample_tickets import SampleStage
from app.store import samples as kept
from app.store.base import reading, unit_of_work
from app.store.connection_tables import SampleTicket
from app.store.samples import Sample
from app.store.shops import Merchant
from integrations.registry import FIRST_HELPDESK
from jobs import samples
from jobs.practice import POLICY
from tests.torture.flows import Flow
from tests.torture.scene import Scene
from tests.torture.shop_flows import at_its_own_helpdesk, nobody_holds_it


def refused_once(scene: Scene) -> Merchant:
    """Let one have been refused: the next goes on under its key, which is the same in every life."""
    merchant = at_its_own_helpdesk(scene)
    with unit_of_work(scene.world.sessions) as session:
        row = {"key": "a" * 32, "stage": SampleStage.REFUSED, "trouble": "no"}
        session.add(SampleTicket(shop_id=merchant.id, kind=FIRST_HELPDESK, **row))
    return merchant


def wished(scene: Scene, merchant: Merchant) -> None:
    """Let somebody press with a nervous finger."""
    for _ in range(2):
        samples.ask(scene.world, merchant, FIRST_HELPDESK, "ann@shop.example")


def stands_once(scene: Scene, merchant: Merchant) -> None:
    (ticket,) = there(scene)
    found = known(scene, merchant)
    assert found is not None
    assert (found.stage, found.number, found.sealed_email) == (SampleStage.WRITTEN, str(ticket), None)
    shown = scene.call(f"/town/tickets/{ticket}")
    assert (len(shown["notes"]), shown["messages"]) == (1, [])


def written(scene: Scene) -> Merchant:
    merchant = refused_once(scene)
    wished(scene, merchant)
    scene.go_on()
    stands_once(scene, merchant)
    return merchant


def unwished(scene: Scene, merchant: Merchant) -> None:
    samples.take_back(scene.world, merchant, FIRST_HELPDESK)


def nothing_stands(scene: Scene, merchant: Merchant) -> None:
    assert (there(scene), known(scene, merchant)) == ([], None)


def there(scene: Scene) -> list[int]:
    """Return the tickets in the town that bear a name of ours."""
    with scene.inner.books.turn() as turn:
        return [int(row["id"]) for row in turn.all("desk_ticket") if row["external_id"]]


def known(scene: Scene, merchant: Merchant) -> Sample | None:
    with reading(scene.world.sessions) as session:
        return kept.read(session, shop_id=merchant.id, kind=FIRST_HELPDESK)


FLOWS = MappingProxyType(
    {
        "test-ticket": Flow(
            prepare=refused_once, act=wished, later=nobody_holds_it, happened=stands_once, policy=POLICY
        ),
        "test-ticket-away": Flow(
            prepare=written, act=unwished, later=nobody_holds_it, happened=nothing_stands, policy=POLICY
        ),
    }
)
