"""Death at every boundary: before each commit, before and after each call. Whatever dies, each deed is done once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Engine, event, select

from app.domain.policy import GiftRoute, WhenLeft
from app.store import privacy
from app.store.base import unit_of_work
from app.store.tables import Delivery
from integrations.http import Answer, Http, Request
from integrations.sandbox.town import PRACTICE_SHOP
from integrations.shopify import gift_order
from jobs.practice import POLICY
from jobs.privacy import keep_promises
from jobs.runtime import LIMITS
from tests.integrations.raw_server import HERE
from tests.jobs.conftest import Practice

MOST_BOUNDARIES = 72
AFTER_THE_LEASE = 120
# Nobody is asked, however often the same few people come back.
GENEROUS = replace(
    POLICY,
    team=replace(
        POLICY.team,
        keep_refunds_per_year=999,
        refund_customer_minor=9_999_00,
        refunds_per_day=999,
        refunds_per_day_minor=9_999_00,
        store_credit=True,
    ),
    team_monthly_minor=9_999_00,
)
# Every order carries a gift, and nobody gets the same one twice: three orders from each customer are enough.
EVERY_ORDER = replace(POLICY.nth_order_gift, every=1, cooldown_days=0, per_day=1000)


class Died(BaseException):
    """The process is gone; nothing in it may catch this."""


@dataclass(slots=True)
class Fate:
    """Counts boundaries and strikes at one of them."""

    strike_at: int = 0
    passed: int = 0

    def boundary(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.strike_at:
            raise Died


class FragileHttp(Http):
    """An Http whose process may die right before or right after any call."""

    def __init__(self, fate: Fate) -> None:
        super().__init__(LIMITS, trusted=HERE)
        self._fate = fate

    def call(self, request: Request) -> Answer:
        self._fate.boundary()
        answer = super().call(request)
        self._fate.boundary()
        return answer


def test_given_a_gift_when_a_worker_dies_at_any_boundary_then_it_is_given_once(inside: Practice) -> None:
    inside.policy(replace(POLICY, nth_order_gift=EVERY_ORDER))
    customers = iter(inside.call("/town/cast")["fourth_order_customers"] * 3)

    def happen() -> int:
        order = inside.order(customer_id=next(customers))
        inside.deliver(order, key=f"delivery-{order}")
        return order

    struck = each_boundary(inside, happen, lambda order: inside.gifts_on(order) == 1)

    assert struck >= 18  # fewer would mean that the boundaries are not where we think they are


@pytest.mark.parametrize(
    ("form", "back"),
    [
        ({"amount": "5.00"}, "5.00"),
        ({"items": "#1 x 2", "shipping": "yes"}, "25.00"),
        ({"amount": "5.00", "store_credit": "yes"}, "5.00"),
    ],
    ids=["amount", "items", "credit"],
)
def test_given_a_refund_when_a_worker_dies_at_any_boundary_then_the_money_moves_once(
    inside: Practice, form: dict[str, str], back: str
) -> None:
    inside.policy(GENEROUS)
    customers = iter(inside.call("/town/cast")["fourth_order_customers"] * 3)

    def happen() -> int:
        order, ticket = complained(inside, next(customers))
        inside.press(ticket, "refund_keep", **form)
        return order

    struck = each_boundary(inside, happen, lambda order: inside.call(f"/town/orders/{order}")["refunded"] == back)

    assert struck >= 16


@pytest.mark.parametrize(("status", "state"), [("SUCCESS", "done"), ("FAILURE", "refused")])
def test_given_money_on_its_way_when_a_worker_dies_at_any_boundary_then_its_end_is_booked_once(
    inside: Practice, status: str, state: str
) -> None:
    inside.policy(GENEROUS)
    customers = iter(inside.call("/town/cast")["fourth_order_customers"] * 3)
    arrived = 0

    def happen() -> int:
        order, ticket = complained(inside, next(customers), refunds_pend=True)
        inside.press(ticket, "refund_keep", amount="5.00")
        inside.drain()
        inside.call(f"/town/orders/{order}/bank", {"status": status, "announce": "lose"})
        inside.later(3_600)
        return order

    def booked(order: int) -> bool:
        nonlocal arrived
        arrived += 5_00 if status == "SUCCESS" else 0
        (row,) = [row for row in inside.effects("refund_order") if row.order_id == order]
        return (row.state, row.next_try_at, inside.reserved(), inside.spent()) == (state, None, 0, arrived)

    assert each_boundary(inside, happen, booked) >= 4


def complained(inside: Practice, customer: int, **terms: bool) -> tuple[int, int]:
    """Let somebody buy two things that arrive, and write about them; return the order and the ticket."""
    order = inside.order(customer_id=customer, amount="10.00", quantity=2, shipping="5.00", **terms)
    inside.call(f"/town/orders/{order}/fulfil", {"step": "send", "announce": "lose"})
    inside.deliver(order, key=f"delivery-{order}")
    inside.drain()
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    return order, int(ticket)


@pytest.mark.parametrize("route", [GiftRoute.ORDER, GiftRoute.DRAFT])
def test_given_a_parcel_that_left_when_a_worker_dies_at_any_boundary_then_its_gift_travels_once(
    inside: Practice, route: GiftRoute
) -> None:
    alone = replace(EVERY_ORDER, when_left=WhenLeft.OWN_PARCEL, route=route)
    inside.policy(replace(POLICY, nth_order_gift=alone))
    customers = iter(inside.call("/town/cast")["fourth_order_customers"] * 3)

    def happen() -> int:
        order = inside.order(customer_id=next(customers))
        inside.call(f"/town/orders/{order}/fulfil", {"announce": "lose"})
        inside.deliver(order, key=f"delivery-{order}")
        return order

    def sent_once(order: int) -> bool:
        (row,) = [row for row in inside.effects("send_gift_order") if row.order_id == order]
        mark = gift_order.mark(row.key)
        theirs = inside.call(f"/town/customers/{row.customer_id}")["orders"]
        made = [inside.call(f"/town/orders/{each['id']}").get("custom_attributes", []) for each in theirs]
        return row.state == "done" and made.count([{"key": gift_order.ATTRIBUTE, "value": mark}]) == 1

    assert each_boundary(inside, happen, sent_once) >= 12


def test_given_a_gift_of_an_order_that_is_over_when_a_worker_dies_at_any_boundary_then_it_is_taken_back_once(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, nth_order_gift=EVERY_ORDER))
    customers = iter(inside.call("/town/cast")["fourth_order_customers"] * 3)

    def happen() -> int:
        order = inside.order(customer_id=next(customers))
        inside.deliver(order, key=f"delivery-{order}")
        inside.drain()
        assert inside.gifts_on(order) == 1
        inside.call(f"/town/orders/{order}/refund", {"announce": "lose"})
        inside.deliver(order, key=f"refund-{order}")
        return order

    def undone(order: int) -> bool:
        (gift,) = [row for row in inside.effects("add_gift_line") if row.order_id == order]
        return inside.gifts_on(order) == 0 and gift.code == "taken_back" and inside.spent() == 0

    assert each_boundary(inside, happen, undone) >= 12


def test_given_a_busy_store_when_a_worker_dies_at_any_boundary_then_the_gift_comes_once_and_no_try_is_lost(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, nth_order_gift=EVERY_ORDER))
    customers = iter(inside.call("/town/cast")["fourth_order_customers"] * 3)

    def happen() -> int:
        order = inside.order(customer_id=next(customers))
        inside.deliver(order, key=f"delivery-{order}")
        inside.fault("OrderFacts", "throttled")
        inside.drain()
        inside.fault("OrderEditBegin", "429")
        inside.later(AFTER_THE_LEASE)
        return order

    def given(order: int) -> bool:
        inside.later(AFTER_THE_LEASE)
        inside.drain()  # whoever died before the store could say that it is busy hears it only now
        return inside.gifts_on(order) == 1

    assert each_boundary(inside, happen, given) >= 10


def test_given_a_frozen_store_when_a_worker_dies_at_any_boundary_then_it_thaws_and_the_gift_comes_once(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, nth_order_gift=EVERY_ORDER))
    customers = iter(inside.call("/town/cast")["fourth_order_customers"] * 3)

    def happen() -> int:
        order = inside.order(customer_id=next(customers))
        inside.deliver(order, key=f"delivery-{order}")
        inside.call(f"/town/shops/{PRACTICE_SHOP}", {"state": "frozen"})
        return order

    def thawed(order: int) -> bool:
        inside.call(f"/town/shops/{PRACTICE_SHOP}", {"state": "open"})
        for _ in range(2):
            inside.later(3600)
            inside.drain()
        return inside.gifts_on(order) == 1

    assert each_boundary(inside, happen, thawed) >= 3


def test_given_somebody_to_forget_when_a_worker_dies_at_any_boundary_then_they_are_forgotten(inside: Practice) -> None:
    numbers = iter(range(5_000_000_000_001, 5_000_000_000_100))

    def happen() -> int:
        person = next(numbers)
        said = {"id": person, "email": f"bird.{person}@customer.example", "phone": None}
        inside.tell("customers/update", key=f"update-{person}", **said)
        inside.tell("never/heard", key=f"other-{person}", customer=said)
        inside.drain()
        redact = {"shop_domain": PRACTICE_SHOP, "customer": said, "orders_to_redact": []}
        inside.tell("customers/redact", key=f"redact-{person}", **redact)
        return person

    def forgotten(person: int) -> bool:
        return str(person) not in everything_said(inside) and not left_to_forget(inside)

    struck = each_boundary(inside, happen, forgotten, drain_and_keep_promises)

    assert struck >= 6


def everything_said(inside: Practice) -> str:
    with unit_of_work(inside.world.sessions) as session:
        return "".join(body.decode() for body in session.scalars(select(Delivery.body)))


def left_to_forget(inside: Practice) -> int:
    with unit_of_work(inside.world.sessions) as session:
        requests = privacy.listed(session, shop_id=inside.shop_id, limit=200)
    return len([request for request in requests if request.done_at is None])


def each_boundary(
    inside: Practice,
    happen: Callable[[], int],
    done: Callable[[int], bool],
    work: Callable[[Practice], None] = Practice.drain,
) -> int:
    """Let the same thing happen again and again, dying one boundary later each time; return how many there were."""
    for strike_at in range(1, MOST_BOUNDARIES):
        order = happen()
        with fate(inside, strike_at) as (fragile, doom), suppress(Died):
            work(fragile)
        inside.later(AFTER_THE_LEASE)
        work(inside)
        inside.later(AFTER_THE_LEASE)
        work(inside)
        assert done(order), f"died at boundary {strike_at}"
        if doom.passed < strike_at:
            return strike_at - 1
    raise AssertionError("there was no end to the boundaries")


def drain_and_keep_promises(inside: Practice) -> None:
    inside.drain()
    keep_promises(inside.world, inside.shop_id)


@contextmanager
def fate(inside: Practice, strike_at: int) -> Iterator[tuple[Practice, Fate]]:
    """Lend a worker that dies at that boundary."""
    doom = Fate(strike_at=strike_at)
    engine = inside.world.sessions.kw["bind"]
    assert isinstance(engine, Engine)
    event.listen(engine, "commit", doom.boundary)
    try:
        yield replace(inside, world=replace(inside.world, http=FragileHttp(doom))), doom
    finally:
        event.remove(engine, "commit", doom.boundary)
