"""Flows around what an agent gives: money back in every form, flowers, words, and the month that pays."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.addresses import Address
from app.domain.agents import Agent, Role
from app.domain.policy import HardTimes, Policy
from app.store.agent_sessions import Visitor
from app.store.ask_tables import AddressAsk
from app.store.base import reading
from app.store.care_tables import Care
from app.store.tables import Pool
from integrations.own_desk import presses
from integrations.own_desk.presses import Wish
from jobs import address_asks, agent_desk, desk
from jobs.address_links import Link
from jobs.practice import POLICY
from tests.torture.flows import GENEROUS, Flow
from tests.torture.scene import Scene

HOUR, DAY = 3_600, 86_400
TWO_WEEKS = 15 * DAY
# Nobody is asked.
TEAM = replace(GENEROUS, team=replace(POLICY.team, keep_refunds_per_year=99, refund_customer_minor=9_999_00))
ASKED_FIRST = replace(TEAM, team=replace(TEAM.team, refund_limit_minor=1_00))
SAM = Agent(id=1, name="Sam Okoye", email="sam@practice.example", role=Role.AGENT, active=True)
CAREFUL = "uncertain", None
NEW_DOOR = {
    "name": "Ada Lovelace",
    "company": "",
    "street2": "",
    "country": "US",
    "phone": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Somebody's order, and the ticket that they wrote about it."""

    order: int
    ticket: int


def complained(scene: Scene, **terms: bool) -> Complaint:
    customer = scene.call("/town/cast")["fourth_order_customer"]
    order = scene.order(customer_id=customer, amount="10.00", quantity=2, shipping="5.00", **terms)
    scene.call(f"/town/orders/{order}/fulfil", {"step": "send", "announce": "lose"})
    scene.deliver(order, key=f"paid-{order}")
    scene.drain()
    ticket = scene.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    return Complaint(order=order, ticket=int(ticket))


def pressed(action: str, **form: str) -> Callable[[Scene, Complaint], None]:
    return lambda scene, plot: scene.press(plot.ticket, action, **form)


def pressed_on_the_desk(scene: Scene, plot: Complaint) -> None:
    """Let an agent who is signed in press, with a nervous finger."""
    customer = int(scene.call("/town/cast")["fourth_order_customer"])
    wish = Wish(act="refund_keep", amount="5.00")
    press = presses.press(wish, SAM, ticket_id=str(plot.ticket), customer_id=customer)
    visitor = Visitor(shop_id=scene.shop_id, session_id=1, agent=SAM, seen_at=scene.world.clock.now())
    for _ in range(2):
        agent_desk.keep(scene.world, visitor, press, "a" * 32)


def written_about_twice(scene: Scene) -> Complaint:
    """Let the money be on its way on one ticket; return the complaint with the customer's other ticket."""
    plot = complained(scene)
    pressed("refund_keep", amount="5.00")(scene, plot)
    scene.go_on()
    customer = scene.call("/town/cast")["fourth_order_customer"]
    again = scene.call("/town/tickets", {"customer_id": customer, "subject": "Did you get my mail?"})["ticket_id"]
    return replace(plot, ticket=int(again))


def refunded(scene: Scene, plot: Complaint, *, back: str, minor: int) -> None:
    """Hold when so much went back, of a fresh purse, and nothing is left set aside."""
    assert scene.call(f"/town/orders/{plot.order}")["refunded"] == back
    (row,) = scene.effects("refund_order")
    assert (row.state, row.code, row.cost_minor) == ("done", None, minor)
    assert purses(scene)["team"] == (0, minor)
    assert notes(scene, plot) == 1


def notes(scene: Scene, plot: Complaint) -> int:
    return len(scene.call(f"/town/tickets/{plot.ticket}")["notes"])


def purses(scene: Scene, month: str = "2026-11") -> dict[str, tuple[int, int]]:
    """Return what is set aside and what is spent of each pool in a month."""
    with reading(scene.world.sessions) as session:
        pools = session.query(Pool).filter(Pool.month == month)
        return {pool.name: (pool.reserved_minor, pool.spent_minor) for pool in pools}


def money_on_its_way(scene: Scene, *, status: str) -> Complaint:
    plot = complained(scene, refunds_pend=True)
    pressed("refund_keep", amount="5.00")(scene, plot)
    scene.drain()
    scene.call(f"/town/orders/{plot.order}/bank", {"status": status, "announce": "lose"})
    scene.later(HOUR)
    return plot


def silence_came_first(scene: Scene, plot: Complaint) -> None:
    """Hold when the money waited for every silence, was not held up by the one refused, and the agent reads of it."""
    (row,) = scene.effects("refund_order")
    silences = scene.effects("mute")
    assert [each.state for each in silences] == ["done", "refused", "done", "done"]
    assert all(each.ended_at <= row.first_sent_at for each in silences)
    assert scene.call(f"/town/orders/{plot.order}")["refunded"] == "5.00"
    assert (row.state, notes(scene, plot), purses(scene)["team"]) == ("done", 3, (0, 5_00))


def pressed_in_a_hard_time(scene: Scene, plot: Complaint, *, all_of_it: bool = True) -> None:
    """Let an agent at the desk ask for everything at once, or for quiet alone, with a nervous finger."""
    customer = int(scene.call("/town/cast")["fourth_order_customer"])
    wish = Wish(act="compassion", with_refund=all_of_it, with_flowers=all_of_it, amount="5.00" if all_of_it else "")
    press = presses.press(wish, SAM, ticket_id=str(plot.ticket), customer_id=customer)
    visitor = Visitor(shop_id=scene.shop_id, session_id=1, agent=SAM, seen_at=scene.world.clock.now())
    for _ in range(2):
        agent_desk.keep(scene.world, visitor, press, "c" * 32)


def quiet_then_kind(scene: Scene, plot: Complaint) -> None:
    """Hold when all fell silent before the money passed its gate, and the flowers are promised; each of it once."""
    (refund,), (flowers,) = scene.effects("refund_order"), scene.effects("send_flowers")
    silences = scene.effects("mute")
    assert [each.state for each in silences] == ["done"] * 4
    assert all(each.ended_at <= refund.first_sent_at for each in silences)
    assert scene.call(f"/town/orders/{plot.order}")["refunded"] == "5.00"
    assert (refund.state, flowers.state, purses(scene)["team"]) == ("done", "planned", (flowers.cost_minor, 5_00))
    assert (notes(scene, plot), hears(scene), is_quiet(scene, plot)) == (3, ["customer.sensitive"], True)


def hears(scene: Scene) -> list[str]:
    return [each["type"] for each in scene.call("/town/listener")["heard"]]


def is_quiet(scene: Scene, plot: Complaint) -> bool:
    """Return whether tags and day are on the customer: all of them, or else none."""
    customer = scene.call(f"/town/customers/{scene.call(f'/town/orders/{plot.order}')['customer_id']}")
    tags = {"no-marketing", "pause-reorders"} & set(customer["tags"])
    days = [each for each in customer["metafields"] if each["key"] == "quiet_until"]
    assert (len(tags), len(days)) in {(0, 0), (2, 1)}
    return bool(days)


def hard_time_is_over(scene: Scene) -> Complaint:
    plot = complained(scene)
    pressed_in_a_hard_time(scene, plot, all_of_it=False)
    scene.go_on()
    assert is_quiet(scene, plot)
    scene.later(TWO_WEEKS)
    return plot


def all_is_as_it_was(scene: Scene, plot: Complaint) -> None:
    """Hold when whatever was put on came off, whoever was told was told that it is over, and we know no more of it."""
    assert [row.state for row in scene.effects("unmute")] == ["done"] * 4
    assert (is_quiet(scene, plot), sorted(hears(scene))) == (False, ["customer.sensitive", "customer.sensitive_over"])
    with reading(scene.world.sessions) as session:
        assert [row.sensitive_until for row in session.query(Care)] == [None]


def in_any_order(happened: Callable[[Scene, Any], None]) -> Callable[[Scene, Any], bool]:
    """Hold when all came of it that should, whichever of the notes was written first."""

    def held(scene: Scene, plot: Any) -> bool:
        try:
            happened(scene, plot)
        except AssertionError:
            return False
        return True

    return held


def failed_late(scene: Scene, _plot: Complaint) -> None:
    (row,) = scene.effects("refund_order")
    assert (row.state, purses(scene)["team"]) == ("refused", (0, 0))


def lead_is_asked(scene: Scene) -> Complaint:
    plot = complained(scene)
    pressed("refund_keep", amount="5.00")(scene, plot)
    scene.go_on()
    assert notes(scene, plot) == 1
    return plot


def lead_says_yes(scene: Scene, _plot: Complaint) -> None:
    merchant = scene.world.merchant(scene.shop_id)
    (waiting,) = scene.effects("refund_order")
    if merchant is not None:
        desk.approve(scene.world, merchant, waiting.id)


def approved(scene: Scene, plot: Complaint) -> None:
    assert scene.call(f"/town/orders/{plot.order}")["refunded"] == "5.00"
    assert purses(scene)["team"] == (0, 5_00)


def over_budget(scene: Scene) -> Complaint:
    plot = complained(scene)
    pressed("refund_keep", amount="5.00")(scene, plot)
    scene.go_on()
    assert notes(scene, plot) == 1
    return plot


def lead_allows_it(scene: Scene, _plot: Complaint) -> None:
    merchant = scene.world.merchant(scene.shop_id)
    (row,) = scene.effects("refund_order")
    if merchant is not None:
        desk.lift(scene.world, merchant, row.id)


def noted(scene: Scene, plot: Complaint) -> None:
    assert (notes(scene, plot), purses(scene).get("team", (0, 0))) == (1, (0, 0))
    assert [row.state for row in scene.effects("post_note")] == ["done"]


def flowers_promised(scene: Scene) -> Complaint:
    plot = complained(scene)
    pressed("flowers")(scene, plot)
    scene.go_on()
    return plot


def promised(scene: Scene, plot: Complaint) -> None:
    (row,) = scene.effects("send_flowers")
    assert (row.state, notes(scene, plot)) == ("planned", 1)
    assert purses(scene)["team"] == (row.cost_minor, 0)


def their_day_comes(scene: Scene) -> Complaint:
    plot = flowers_promised(scene)
    scene.later(TWO_WEEKS)
    return plot


def address_is_asked_for(scene: Scene) -> Complaint:
    """Let flowers be planned for an address in doubt, and the customer be asked for a better one."""
    plot = complained(scene)
    scene.call(f"/town/orders/{plot.order}/edit", {"address": {"validation": "ERROR"}})
    pressed("flowers")(scene, plot)
    scene.go_on()
    assert notes(scene, plot) == 2
    return plot


def address_is_told(scene: Scene, plot: Complaint) -> None:
    """Let the customer answer, and press twice."""
    (row,) = scene.effects("send_flowers")
    known = scene.call(f"/town/orders/{plot.order}")["shipping_address"]
    near = {"city": known["city"], "region": known["province_code"], "postcode": known["zip"]}
    for street in ("7 New Street", "8 Thief Street"):
        told = Address(**NEW_DOOR, **near, street=street)
        address_asks.answer(scene.world, Link(shop_id=scene.shop_id, effect_id=row.id), told)


def told_and_waiting(scene: Scene, plot: Complaint) -> None:
    """Hold when one answer is kept, the agent read of it once, and the flowers wait for their day."""
    with reading(scene.world.sessions) as session:
        assert [row.sealed_address is not None for row in session.query(AddressAsk)] == [True]
    (row,) = scene.effects("send_flowers")
    assert (row.state, notes(scene, plot), bouquets(scene)) == ("planned", 3, 0)


def their_day_comes_after_an_answer(scene: Scene) -> Complaint:
    plot = address_is_asked_for(scene)
    address_is_told(scene, plot)
    scene.go_on()
    scene.later(TWO_WEEKS)
    return plot


def sent_to_where_they_said(scene: Scene, plot: Complaint) -> None:
    """Hold when one bouquet went to the address that came first, and we know it no more."""
    sent(scene, plot)
    (bouquet,) = scene.call("/town/florist/orders")["orders"]
    assert bouquet["items"][0]["recipient"]["address1"] == "7 New Street"
    with reading(scene.world.sessions) as session:
        assert session.query(AddressAsk).count() == 0


def bouquets(scene: Scene) -> int:
    return len(scene.call("/town/florist/orders")["orders"])


def sent(scene: Scene, _plot: Complaint) -> None:
    (row,) = scene.effects("send_flowers")
    assert (row.state, bouquets(scene), scene.reserved(), scene.spent()) == ("done", 1, 0, row.cost_minor)


def left_to_a_person(scene: Scene, plot: Complaint, *, told: int = 2) -> bool:
    """Hold when nobody knows whether they left: one bouquet at most, the money kept, and the agent told to ask."""
    (row,) = scene.effects("send_flowers")
    kept = scene.reserved() == row.cost_minor and scene.spent() == 0
    return (row.state, row.next_try_at) == CAREFUL and bouquets(scene) <= 1 and kept and notes(scene, plot) == told


def dearer_by_now(scene: Scene) -> Complaint:
    """Let their day come when they cost more than was set aside."""
    plot = flowers_promised(scene)
    scene.call("/town/florist/surcharge", {"amount": "1.00"})
    scene.later(TWO_WEEKS)
    scene.go_on()
    assert [(row.state, row.code) for row in scene.effects("send_flowers")] == [("awaiting", "dearer")]
    return plot


def flowers_are_allowed(scene: Scene, _plot: Complaint) -> None:
    merchant = scene.world.merchant(scene.shop_id)
    (row,) = scene.effects("send_flowers")
    if merchant is not None:
        desk.approve(scene.world, merchant, row.id)


def sent_for_what_they_cost(scene: Scene, plot: Complaint) -> None:
    sent(scene, plot)
    assert scene.spent() == sum(int(order["total"]) for order in scene.call("/town/florist/orders")["orders"])


def asked_and_left_to_a_person(scene: Scene, plot: Complaint) -> bool:
    """Hold as `left_to_a_person` does, where the agent was told of a question before."""
    (row,) = scene.effects("send_flowers")
    kept = scene.reserved() == row.cost_minor and scene.spent() == 0
    return (row.state, row.next_try_at) == CAREFUL and bouquets(scene) <= 1 and kept and notes(scene, plot) == 3


def not_sent(scene: Scene, plot: Complaint) -> None:
    (row,) = scene.effects("send_flowers")
    assert (row.state, bouquets(scene), scene.reserved(), scene.spent()) == ("withdrawn", 0, 0, 0)


def last_hour_of_the_month(scene: Scene) -> tuple[int, int]:
    """Let a gift be planned in the last hour of a month, and the next order heard of after it; return both orders."""
    last_hour = datetime(2026, 11, 30, 23, 30, tzinfo=ZoneInfo("America/New_York"))
    scene.later(int((last_hour - scene.world.clock.now()).total_seconds()))
    scene.go_on()
    one, other = scene.call("/town/cast")["fourth_order_customers"][:2]
    first, second = scene.order(customer_id=one), scene.order(customer_id=other)
    scene.deliver(first, key=f"paid-{first}")
    scene.drain()
    assert purses(scene)["gifts"][0] > 0
    scene.later(HOUR)
    return first, second


def news_of_the_second(scene: Scene, orders: tuple[int, int]) -> None:
    scene.deliver(orders[1], key=f"paid-{orders[1]}")


def each_month_pays_its_own(scene: Scene, orders: tuple[int, int]) -> None:
    """Hold when November paid what it had promised, and December what came after."""
    assert [scene.gifts_on(order) for order in orders] == [1, 1]
    costs = {row.order_id: row.cost_minor for row in scene.effects("add_gift_line")}
    paid = [purses(scene)["gifts"], purses(scene, "2026-12")["gifts"]]
    assert paid == [(0, costs[order]) for order in orders]


def money_back(back: str, minor: int, policy: Policy = TEAM, **form: str) -> Flow:
    return Flow(
        prepare=complained,
        act=pressed("refund_keep", **form),
        happened=partial(refunded, back=back, minor=minor),
        policy=policy,
    )


FLOWS = MappingProxyType(
    {
        "refund": money_back("5.00", 5_00, amount="5.00"),
        "refund-from-the-desk": Flow(
            prepare=complained,
            act=pressed_on_the_desk,
            happened=partial(refunded, back="5.00", minor=5_00),
            policy=replace(TEAM, team=replace(TEAM.team, undo_minutes=0)),
        ),
        "refund-of-items": money_back("25.00", 25_00, items="#1 x 2", shipping="yes"),
        "refund-as-credit": money_back("5.00", 5_00, amount="5.00", store_credit="yes"),
        "refund-on-two-tickets": Flow(
            prepare=written_about_twice,
            act=pressed("refund_keep", amount="5.00"),
            happened=partial(refunded, back="5.00", minor=5_00),
            policy=TEAM,
        ),
        "refund-in-grief": Flow(
            prepare=complained,
            act=pressed("refund_keep", amount="5.00", compassion="yes"),
            happened=silence_came_first,
            may_end_otherwise=in_any_order(silence_came_first),
            policy=replace(TEAM, team=replace(TEAM.team, muted_tag="m" * 256)),  # longer than the store takes
        ),
        "compassion": Flow(
            prepare=complained,
            act=pressed_in_a_hard_time,
            happened=quiet_then_kind,
            may_end_otherwise=in_any_order(quiet_then_kind),
            policy=replace(TEAM, team=replace(TEAM.team, undo_minutes=0)),
        ),
        "hard-time-over": Flow(
            prepare=hard_time_is_over,
            happened=all_is_as_it_was,
            policy=replace(TEAM, hard_times=HardTimes(days=10)),
        ),
        "refund-arrives": Flow(
            prepare=partial(money_on_its_way, status="SUCCESS"),
            happened=partial(refunded, back="5.00", minor=5_00),
            policy=TEAM,
        ),
        "refund-fails-late": Flow(
            prepare=partial(money_on_its_way, status="FAILURE"), happened=failed_late, policy=TEAM
        ),
        "note": Flow(prepare=complained, act=pressed("refund_keep", amount="5.00"), happened=noted, policy=ASKED_FIRST),
        "approval": Flow(prepare=lead_is_asked, act=lead_says_yes, happened=approved, policy=ASKED_FIRST),
        "lifted": Flow(
            prepare=over_budget,
            act=lead_allows_it,
            happened=approved,
            policy=replace(TEAM, team_monthly_minor=3_00),
        ),
        "flowers-promised": Flow(prepare=complained, act=pressed("flowers"), happened=promised, policy=TEAM),
        "flowers": Flow(prepare=their_day_comes, happened=sent, may_end_otherwise=left_to_a_person, policy=TEAM),
        "flowers-dearer": Flow(
            prepare=dearer_by_now,
            act=flowers_are_allowed,
            happened=sent_for_what_they_cost,
            may_end_otherwise=asked_and_left_to_a_person,
            policy=TEAM,
        ),
        "address-told": Flow(prepare=address_is_asked_for, act=address_is_told, happened=told_and_waiting, policy=TEAM),
        "address-answered": Flow(
            prepare=their_day_comes_after_an_answer,
            happened=sent_to_where_they_said,
            may_end_otherwise=partial(left_to_a_person, told=4),
            policy=TEAM,
        ),
        "flowers-withdrawn": Flow(
            prepare=flowers_promised, act=pressed("withdraw_flowers"), happened=not_sent, policy=TEAM
        ),
        "months-end": Flow(
            prepare=last_hour_of_the_month,
            act=news_of_the_second,
            happened=each_month_pays_its_own,
            policy=replace(GENEROUS, nth_order_gift=replace(GENEROUS.nth_order_gift, settle_minutes=45)),
        ),
    }
)
