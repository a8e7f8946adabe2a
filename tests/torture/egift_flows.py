"""Flows around e-gifts and letters by post: by vendors that know our keys, so that what was lost is looked up first."""

from functools import partial
from types import MappingProxyType
from typing import Any

from app.domain.gifts import GiftKind
from jobs import desk
from tests.jobs import egifts
from tests.jobs.egifts import WORTH
from tests.torture.flows import Flow
from tests.torture.money_flows import TEAM, Complaint, complained, in_any_order, notes, purses
from tests.torture.scene import Scene

DAY = 86_400
POSTAGE = 2_00


def planned(scene: Scene, **changes: Any) -> Complaint:
    """Let somebody write, and an agent have an e-gift sent to them."""
    plot = complained(scene)
    customer = int(scene.call(f"/town/orders/{plot.order}")["customer_id"])
    egifts.plan(scene, customer_id=customer, order_id=plot.order, ticket_id=str(plot.ticket), **changes)
    return plot


def waits_for_a_yes(scene: Scene, *, deed: str) -> Complaint:
    """Let the vendor have the order, and somebody there decide about it."""
    scene.call("/town/tremendous/switch", {"approval": True})
    plot = planned(scene)
    scene.drain()
    (order,) = egifts.ordered(scene)
    scene.call(f"/town/tremendous/orders/{order['id']}", {"do": deed})
    scene.later(DAY)
    return plot


def is_out(scene: Scene) -> Complaint:
    """Let the vendor have sent it."""
    plot = planned(scene)
    scene.go_on()
    return plot


def called_off(scene: Scene, _plot: Complaint) -> None:
    """Let the agent change their mind, with a nervous finger."""
    merchant = scene.world.merchant(scene.shop_id)
    (row,) = scene.effects("send_gift")
    if merchant is not None:
        for _ in range(2):
            desk.withdraw(scene.world, merchant, row.id)


def came_back_by_post(scene: Scene) -> Complaint:
    """Let a letter leave, and come back to whoever sent it."""
    plot = planned(scene, vendor="lob", sku="letter", what=GiftKind.CARD, title="A letter by post")
    scene.go_on()
    (piece,) = letters(scene)
    for event in ("Mailed", "Returned to Sender"):
        scene.call(f"/town/lob/pieces/{piece['id']}", {"event": event})
        scene.later(DAY)
    return plot


def letters(scene: Scene) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene.call("/town/lob/pieces")["pieces"]
    return found


def an_hour_passes(scene: Scene, _plot: Complaint) -> None:
    """Let the e-mail arrive, and the vendor be asked about it, whatever was slow before."""
    scene.later(3_600)


def sent_once(scene: Scene, plot: Complaint) -> None:
    """Hold when there is one order, which is the ledger's, it alone was paid for, and each note was written once."""
    (row,), (order,) = scene.effects("send_gift"), egifts.ordered(scene)
    assert (row.state, row.reference, row.cost_minor) == ("done", order["id"], WORTH)
    assert (order["kept"], purses(scene)["team"]) == (WORTH, (0, WORTH))
    assert notes(scene, plot) >= 2


def came_to_nothing(scene: Scene, _plot: Complaint) -> None:
    """Hold when the order stands for nothing over there, and no money is set aside or spent for it."""
    (row,), (order,) = scene.effects("send_gift"), egifts.ordered(scene)
    assert (row.state, order["status"], purses(scene)["team"]) == ("refused", "CANCELED", (0, 0))


def stopped(scene: Scene, _plot: Complaint) -> None:
    """Hold when the vendor was asked to stop it by one deed, keeps nothing for it, and the money is back.

    Whoever asks what becomes of it may have been told so before it was written down that it stopped.
    """
    (row,), (order,), (stop,) = scene.effects("send_gift"), egifts.ordered(scene), scene.effects("cancel_sending")
    assert (row.state, row.code) in {("done", "taken_back"), ("refused", "failed_late")}
    assert stop.state == "done"
    assert (order["kept"], purses(scene)["team"]) == (0, (0, 0))


def is_back(scene: Scene, plot: Complaint) -> None:
    """Hold when one letter was paid for, and its agent reads once that it came back."""
    (row,), (_,) = scene.effects("send_gift"), letters(scene)
    assert (row.state, purses(scene)["team"]) == ("done", (0, POSTAGE))
    told = [note for note in scene.call(f"/town/tickets/{plot.ticket}")["notes"] if "came back" in str(note)]
    assert len(told) == 1


FLOWS = MappingProxyType(
    {
        "egift": Flow(
            prepare=planned,
            later=an_hour_passes,
            happened=sent_once,
            may_end_otherwise=in_any_order(sent_once),
            policy=TEAM,
        )
    }
)
# For the commands alone: the suite has other money that is on its way, and other deeds that are undone.
AFTERWARDS = MappingProxyType(
    {
        "egift-allowed": Flow(prepare=partial(waits_for_a_yes, deed="approve"), happened=sent_once, policy=TEAM),
        "egift-not-allowed": Flow(
            prepare=partial(waits_for_a_yes, deed="reject"), happened=came_to_nothing, policy=TEAM
        ),
        "egift-called-off": Flow(
            prepare=is_out,
            act=called_off,
            later=an_hour_passes,
            happened=stopped,
            may_end_otherwise=in_any_order(stopped),
            policy=TEAM,
        ),
        "letter-came-back": Flow(prepare=came_back_by_post, happened=is_back, policy=TEAM),
    }
)
