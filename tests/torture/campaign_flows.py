"""Flows around a campaign: a wave that is planned and sent, and one that is called off while it is on its way."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from app.domain.campaigns import Stage, Terms
from app.domain.catalogue import Entry
from app.domain.gifts import GiftKind
from app.domain.money import Money
from app.domain.rules.campaign_gift import purse_name
from app.store import campaign_lists, catalogue, pools
from app.store.base import unit_of_work
from app.store.campaign_lists import Listed
from app.store.shops import Merchant
from jobs import campaigns
from jobs.runtime import local
from tests.torture.flows import Flow
from tests.torture.money_flows import in_any_order
from tests.torture.scene import Scene

HOUR, DAY = 3_600, 86_400
PEOPLE = 3
POSTAGE = 2_00
TERMS = Terms(
    budget_minor=50_00,
    least=PEOPLE,
    most=PEOPLE,
    per_day=PEOPLE - 1,
    message="Thank you for being with us all this time.",
    signed_by="Robin",
)


def approved(scene: Scene) -> int:
    """Let a merchant approve a letter for three of their best customers, two of them a day; its first day comes."""
    merchant, now = _merchant(scene), scene.world.clock.now()
    letter = Entry(
        id=0,
        vendor="lob",
        sku="letter",
        kind=GiftKind.CARD,
        title="A letter by post",
        cost=Money(minor=POSTAGE, currency="USD"),
        photo="https://x.example/letter.jpg",
        active=True,
    )
    with unit_of_work(scene.world.sessions) as session:
        gift = catalogue.add(session, letter, shop_id=scene.shop_id, currency="USD", now=now)
    number = campaigns.begin(scene.world, merchant, "Thanks")
    assert number is not None
    wish = replace(TERMS, gift_id=gift, starts_on=local(merchant, now).date() + timedelta(days=3))
    assert campaigns.revise(scene.world, merchant, number, seen=1, name="Thanks", terms=wish)
    with unit_of_work(scene.world.sessions) as session:
        draft = campaigns.known(session, merchant, number)
        shown = campaigns.outlook(scene.world, session, merchant, draft, draft.terms).shown
    assert campaigns.approve(scene.world, merchant, number, seen=2, shown=shown) == ()
    scene.later(DAY)
    return number


def its_days_pass(scene: Scene, _number: int) -> None:
    """Let the hour of the second wave come: the shop opens some time after noon in London."""
    scene.later(DAY + 3 * HOUR)


def under_way(scene: Scene) -> int:
    """Let the first wave be planned."""
    number = approved(scene)
    scene.go_on()
    return number


def called_off(scene: Scene, number: int) -> None:
    """Let the merchant call it off, with a nervous finger."""
    for _ in range(2):
        campaigns.call_off(scene.world, _merchant(scene), number)


def planned_once(scene: Scene, number: int) -> None:
    """Hold when each of the list has one gift, which is planned, and the purse holds just what those cost."""
    people = _people(scene, number)
    assert [each.state for each in people] == ["planned"] * PEOPLE
    assert len({each.effect_id for each in people}) == len(scene.effects("send_gift")) == PEOPLE
    assert _purse(scene, number) == (PEOPLE * POSTAGE, 0)


def came_to_nothing(scene: Scene, number: int) -> None:
    """Hold when nothing of it is sent or waits to be, and its purse is whole again."""
    states = [row.state for row in scene.effects("send_gift")]
    assert states == ["withdrawn"] * (PEOPLE - 1)
    assert _purse(scene, number) == (0, 0)
    with unit_of_work(scene.world.sessions) as session:
        found = campaigns.known(session, _merchant(scene), number)
    assert (found.stage, found.next_at) == (Stage.CALLED_OFF, None)


def _merchant(scene: Scene) -> Merchant:
    merchant = scene.world.merchant(scene.shop_id)
    assert merchant is not None
    return merchant


def _people(scene: Scene, number: int) -> list[Listed]:
    with unit_of_work(scene.world.sessions) as session:
        return campaign_lists.people(session, shop_id=scene.shop_id, campaign_id=number)


def _purse(scene: Scene, number: int) -> tuple[int, int]:
    with unit_of_work(scene.world.sessions) as session:
        purse = pools.whole(session, shop_id=scene.shop_id, name=purse_name(number))
    assert purse is not None
    return purse.reserved_minor, purse.spent_minor


# For the commands alone. Whoever dies late may have to live through one day more than others.
FLOWS = MappingProxyType(
    {
        "campaign-wave": Flow(
            prepare=approved,
            later=its_days_pass,
            happened=planned_once,
            may_end_otherwise=in_any_order(planned_once),
        ),
        "campaign-called-off": Flow(
            prepare=under_way,
            act=called_off,
            happened=came_to_nothing,
            may_end_otherwise=in_any_order(came_to_nothing),
        ),
    }
)
