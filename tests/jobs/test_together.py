"""Many deliveries at one go: read once, decided once, each with an end of its own, and none the worse for another."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from types import ModuleType
from typing import cast

import pytest
from sqlalchemy import Engine, event

from app.domain.effects import State
from app.domain.errors import Unavailable
from app.domain.facts import GiftOption, Order
from app.domain.policy import Brake
from app.domain.ports import Shop as Store
from app.domain.rules import nth_order_gift
from app.store import inbox, yardstick
from app.store.base import unit_of_work
from app.store.inbox import Letter
from app.store.shops import Merchant
from app.store.tables import Decision, Delivery, Effect
from app.store.tables import Order as Row
from jobs import handle, on_order
from jobs.handle import handle_all
from jobs.runtime import Outside, World
from tests.builders import MINUTE, NOON, auto_policy, gift_option, order

TOPICS = ("orders/create", "orders/paid", "orders/updated")


@dataclass(slots=True)
class Shelf:
    """A store whose orders are at hand; it notes which were asked for."""

    orders: dict[int, Order] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    broken: dict[int, Exception] = field(default_factory=dict)
    meanwhile: Callable[[int], None] = lambda _: None

    def order(self, order_id: int) -> Order | None:
        self.asked.append(order_id)
        self.meanwhile(order_id)
        if order_id in self.broken:
            raise self.broken[order_id]
        return self.orders.get(order_id)

    def gift_option(self, variant_id: int) -> GiftOption:
        return gift_option(variant_id=variant_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(World):
    """A world whose only store is the shelf."""

    shelf: Shelf
    merchant_here: Merchant

    def outside(self, _merchant: Merchant) -> Outside:
        shop = cast("Store", self.shelf)
        return Outside(shop=shop, shop_at_once=shop)

    def tell(self, *told: tuple[str, Order]) -> None:
        """Let webhooks about these orders come."""
        with unit_of_work(self.sessions) as session:
            for number, (topic, placed) in enumerate(told):
                self.shelf.orders[placed.id] = placed
                inbox.receive(
                    session,
                    shop_id=self.merchant_here.id,
                    source="shopify",
                    sender=self.merchant_here.domain,
                    topic=topic,
                    delivery_key=f"{topic}-{placed.id}-{number}",
                    body=json.dumps({"id": placed.id}).encode(),
                    now=self.clock.now(),
                )

    def claim(self) -> list[Letter]:
        with unit_of_work(self.sessions) as session:
            now = self.clock.now()
            return inbox.claim(session, shop_id=self.merchant_here.id, now=now, lease=MINUTE, limit=100)

    def handle(self) -> None:
        """Handle all that waits, at one go."""
        handle_all(self, self.merchant_here, self.outside(self.merchant_here), self.claim())

    def unhandled(self) -> list[int]:
        with unit_of_work(self.sessions) as session:
            rows = session.query(Delivery).filter(Delivery.handled_at.is_(None)).order_by(Delivery.id)
            return [json.loads(row.body)["id"] for row in rows]

    def verdicts(self, rule: str = nth_order_gift.RULE) -> list[tuple[str, str]]:
        with unit_of_work(self.sessions) as session:
            return [
                (row.subject, row.code) for row in session.query(Decision).order_by(Decision.id) if row.rule == rule
            ]

    def gifts(self) -> list[int | None]:
        with unit_of_work(self.sessions) as session:
            return [row.order_id for row in session.query(Effect).order_by(Effect.id) if row.kind == "add_gift_line"]

    def states(self) -> list[str]:
        with unit_of_work(self.sessions) as session:
            return [row.state for row in session.query(Effect).order_by(Effect.id)]

    def recorded(self) -> list[int]:
        with unit_of_work(self.sessions) as session:
            return [row.order_id for row in session.query(Row).order_by(Row.order_id)]


@pytest.fixture
def counter(world: World, shop: Merchant) -> Counter:
    """A shop that has its measure, and gives something with each first order."""
    gift = replace(auto_policy().nth_order_gift, ordinals=(1,))
    merchant = replace(shop, policy=auto_policy(nth_order_gift=gift))
    with unit_of_work(world.sessions) as session:
        yardstick.measure(session, shop_id=shop.id, policy=merchant.policy.special_customer, now=world.clock.now())
    known = {each.name: getattr(world, each.name) for each in fields(World)}
    return Counter(shelf=Shelf(), merchant_here=merchant, **known)


def placed(number: int, customer: int | None = None, **changes: object) -> Order:
    at = {"processed_at": NOON, "updated_at": NOON}
    return order(id=number, name=f"#{number}", customer_id=customer or number, **(at | changes))


def unpaid(number: int) -> Order:
    """An order with which nothing goes: what is decided about it changes nothing."""
    return placed(number, settled=False, counted=False, uncounted_because="It is not paid for.")


def test_given_an_order_told_of_three_times_when_handled_at_one_go_then_it_is_read_and_decided_about_once(
    counter: Counter,
) -> None:
    counter.tell(*((topic, placed(number)) for number in (1, 2) for topic in TOPICS))

    counter.handle()

    assert counter.shelf.asked == [1, 2]
    assert counter.verdicts() == [("order:1", "gift"), ("order:2", "gift")]
    assert counter.unhandled() == []


@pytest.mark.parametrize(
    ("paid", "at_all", "for_a_gift"), [(False, 30, 0), (True, 51, 4)], ids=["nothing follows", "a gift for each"]
)
def test_given_many_orders_when_handled_at_one_go_then_the_statements_do_not_grow_but_for_what_is_given(
    counter: Counter, engine: Engine, paid: bool, at_all: int, for_a_gift: int
) -> None:
    make = placed if paid else unpaid

    few = sent(counter, engine, *(make(number) for number in range(1, 6)))
    many = sent(counter, engine, *(make(number) for number in range(100, 120)))

    assert few <= at_all + 5 * for_a_gift
    assert many <= at_all + 20 * for_a_gift


def test_given_orders_of_one_customer_when_handled_at_one_go_then_what_is_given_with_one_counts_for_the_next(
    counter: Counter,
) -> None:
    every = replace(counter.merchant_here.policy.nth_order_gift, every=1, cooldown_days=30)
    eager = replace(counter, merchant_here=replace(counter.merchant_here, policy=auto_policy(nth_order_gift=every)))
    eager.tell(*((TOPICS[1], placed(number, customer=55)) for number in (1, 2, 3)))

    eager.handle()

    assert eager.gifts() == [1]
    assert eager.verdicts() == [("order:1", "gift"), ("order:2", "cool_down"), ("order:3", "cool_down")]
    assert eager.unhandled() == []


def test_given_a_cap_that_is_almost_reached_when_many_are_handled_at_one_go_then_it_holds(counter: Counter) -> None:
    capped = replace(counter.merchant_here.policy.nth_order_gift, per_day=2)
    careful = replace(counter, merchant_here=replace(counter.merchant_here, policy=auto_policy(nth_order_gift=capped)))
    careful.tell(*((TOPICS[1], placed(number)) for number in (1, 2, 3, 4)))

    careful.handle()

    assert careful.gifts() == [1, 2]
    assert careful.verdicts()[2:] == [("order:3", "daily_cap"), ("order:4", "daily_cap")]


def test_given_a_rule_that_stops_itself_when_many_are_handled_at_one_go_then_what_came_first_goes_out(
    counter: Counter,
) -> None:
    braked = replace(counter.merchant_here.policy, brake=Brake(least_deeds=2))
    careful = replace(counter, merchant_here=replace(counter.merchant_here, policy=braked))
    careful.tell(*((TOPICS[1], placed(number)) for number in (1, 2, 3, 4)))

    careful.handle()

    assert careful.states() == [State.PLANNED, State.PLANNED, State.AWAITING, State.AWAITING]


@pytest.mark.parametrize("problem", [KeyError("a bug of ours"), Unavailable("nobody answers")])
def test_given_one_order_that_cannot_be_read_when_handled_at_one_go_then_the_others_are(
    counter: Counter, problem: Exception
) -> None:
    counter.shelf.broken[2] = problem
    counter.tell(*((TOPICS[1], placed(number)) for number in (1, 2, 3)))

    counter.handle()

    assert counter.unhandled() == [2]
    assert counter.gifts() == [1, 3]


def test_given_one_order_that_breaks_our_books_when_handled_at_one_go_then_it_fails_alone(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_be_due = nth_order_gift.may_be_due

    def odd(this: Order, *rest: object) -> bool:
        if this.id == 2:
            raise ArithmeticError
        return may_be_due(this, *rest)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(nth_order_gift, "may_be_due", odd)
    counter.tell(*((TOPICS[1], placed(number)) for number in (1, 2, 3)))

    counter.handle()

    assert counter.unhandled() == [2]
    assert counter.recorded() == [1, 3]
    assert counter.gifts() == [1, 3]


def test_given_orders_of_one_customer_beside_one_that_breaks_our_books_then_what_is_given_still_counts_for_the_next(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_be_due = nth_order_gift.may_be_due

    def odd(this: Order, *rest: object) -> bool:
        if this.id == 3:
            raise ArithmeticError
        return may_be_due(this, *rest)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(nth_order_gift, "may_be_due", odd)
    every = replace(counter.merchant_here.policy.nth_order_gift, every=1, cooldown_days=30)
    eager = replace(counter, merchant_here=replace(counter.merchant_here, policy=auto_policy(nth_order_gift=every)))
    eager.tell(*((TOPICS[1], placed(number, customer=customer)) for number, customer in ((1, 55), (2, 55), (3, 66))))

    eager.handle()

    assert eager.gifts() == [1]
    assert eager.verdicts() == [("order:1", "gift"), ("order:2", "cool_down")]


def test_given_a_delivery_that_another_worker_finishes_meanwhile_then_ours_of_it_leaves_no_trace_and_the_rest_counts(
    counter: Counter,
) -> None:
    counter.tell(*((TOPICS[1], unpaid(number)) for number in (1, 2, 3)))
    letters = counter.claim()

    def finished_elsewhere(order_id: int) -> None:
        if order_id == 2:
            with unit_of_work(counter.sessions) as session:
                assert inbox.handled(session, letters[1], now=counter.clock.now())

    counter.shelf.meanwhile = finished_elsewhere
    handle_all(counter, counter.merchant_here, counter.outside(counter.merchant_here), letters)

    assert counter.verdicts() == [("order:1", "not_counted"), ("order:3", "not_counted")]
    assert counter.unhandled() == []


def sent(counter: Counter, engine: Engine, *changed: Order) -> int:
    """Return how many statements it takes to handle these orders at one go."""
    counter.tell(*((TOPICS[1], each) for each in changed))
    with counted(engine) as statements:
        counter.handle()
    assert counter.unhandled() == []
    return len(statements)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*said: object) -> None:
        statements.append(str(said[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("slow", [on_order, handle])
def test_given_a_store_that_takes_its_time_when_ours_is_up_then_the_rest_waits_for_another_turn_untried(
    counter: Counter, slow: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.tell(*(("orders/paid", placed(number)) for number in (1, 2, 3)))
    monkeypatch.setattr(slow, "SECONDS", -1)

    counter.handle()

    assert counter.shelf.asked == ([1] if slow is on_order else [])
    assert counter.unhandled() == ([2, 3] if slow is on_order else [1, 2, 3])
    assert {letter.tries for letter in counter.claim()} == {1}
