"""Marks that a helpdesk has lost: found with a ticket and at night, put back once a day, and no hand is fought."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol, cast

import pytest
from sqlalchemy import select, update

from app.domain.decisions import Decision
from app.domain.effects import State
from app.domain.errors import Busy, Unavailable
from app.domain.policy import Mode, SpecialCustomer
from app.domain.ports import Helpdesk, Receipt, Shop
from app.domain.rules.special_customer import RULE
from app.store import inbox, marks, orders, shops
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Effect
from integrations.registry import FIRST_HELPDESK
from jobs.carry_out import carry_out
from jobs.lost_marks import AT_ONCE, _look_on, look_with
from jobs.runtime import Outside, World
from tests.builders import NOON, SettableClock, mark, order, planned, usd
from tests.connected import connect
from tests.jobs.conftest import Practice
from tests.jobs.test_customers import marked as marked_in_the_store

on_sqlite = pytest.mark.parametrize("database", ["sqlite"])

TOLD_AT_LAST = "The tag is in the store, and the helpdesk is told of it now that one is connected."
ADA, TAG = 1, "make-it-right"
NIGHT = timedelta(days=1)


@dataclass
class Desk:
    """A helpdesk that has lost the marks of some, and counts what it is asked and told."""

    lost: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)
    told: int = 0
    trouble: Unavailable | None = None

    def emails(self, customer_id: int) -> tuple[str, ...]:
        return (f"{customer_id}@customer.example",)

    def mark_shown(self, emails: tuple[str, ...], *, tag: str, but: str = "") -> bool | None:
        if self.trouble is not None:
            raise self.trouble
        assert tag == TAG
        assert but in ("", "42")
        number = int(emails[0].partition("@")[0])
        self.asked.append(number)
        return number not in self.lost

    def mark_customer(self, emails: tuple[str, ...], *, special: bool, reason: str, tag: str) -> Receipt:
        raise AssertionError((emails, special, reason, tag))

    @property
    def outside(self) -> Outside:
        shop = cast("Shop", self)
        return Outside(shop=shop, shop_at_once=shop, desks={FIRST_HELPDESK: cast("Helpdesk", self)})


class Marked(Protocol):
    """Marks the first so many customers; their helpdesk was told, unless none was connected then."""

    def __call__(self, many: int, *, told: bool = True) -> Merchant: ...


@pytest.fixture
def marked(world: World, shop: Merchant) -> Marked:
    """Return what marks the first so many customers, in the store as well."""

    def put_on(many: int, *, told: bool = True) -> Merchant:
        numbers = range(1, many + 1)
        with unit_of_work(world.sessions) as session:
            connect(session, world, shop.id)
            for number in numbers:
                bought = order(id=1000 + number, customer_id=number, net=usd(500_00))
                orders.record(session, shop_id=shop.id, order=bought)
            orders.set_special(session, shop_id=shop.id, customer_ids=numbers, special=True, now=NOON)
            marks.shown(session, shop_id=shop.id, customer_ids=numbers, marked=True, now=NOON)
            found = shops.by_id(session, shop.id)
        assert found is not None
        policy = replace(found.policy, special_customer=SpecialCustomer(mode=Mode.AUTO, tag=TAG))
        found = replace(found, policy=policy)
        for number in numbers if told else ():
            tell(world, found, number)
        return found

    return put_on


def tell(world: World, merchant: Merchant, customer: int) -> None:
    """Write down that the helpdesk was told of the mark when the store was."""
    told = planned(mark(customer_id=customer))
    decision = Decision(rule=RULE, subject=f"customer:{customer}", code="entered", because="", plans=(told,))
    with unit_of_work(world.sessions) as session:
        carry_out(session, merchant, decision, now=NOON)
        session.execute(update(Effect).where(Effect.customer_id == customer).values(state=State.DONE))


def coming(world: World, *, state: State = State.PLANNED) -> list[int | None]:
    with reading(world.sessions) as session:
        marks = select(Effect.customer_id).where(Effect.kind == "mark_in_helpdesk", Effect.state == state)
        return list(session.scalars(marks.order_by(Effect.customer_id)))


def look(world: World, merchant: Merchant, desk: Desk) -> int:
    return _look_on(world, merchant, desk.outside, FIRST_HELPDESK, cast("Helpdesk", desk))


@on_sqlite
def test_given_lost_marks_when_looked_through_then_they_are_put_back_and_all_others_are_left_in_peace(
    world: World, marked: Marked, clock: SettableClock
) -> None:
    merchant, desk = marked(AT_ONCE + 2), Desk(lost={2, AT_ONCE + 1})
    for _ in range(2):
        look(world, merchant, desk)
        clock.forward(timedelta(seconds=15))

    assert desk.asked == [*range(1, AT_ONCE + 3)]
    assert coming(world) == [2, AT_ONCE + 1]


@on_sqlite
def test_given_a_helpdesk_looked_through_when_looked_again_then_not_before_the_next_night(
    world: World, marked: Marked, clock: SettableClock
) -> None:
    merchant, desk = marked(2), Desk()
    for pause, asked in ((timedelta(minutes=5), [1, 2]), (NIGHT, [1, 2]), (NIGHT, [1, 2, 1, 2])):
        look(world, merchant, desk)
        assert desk.asked == asked
        clock.forward(pause)


@on_sqlite
def test_given_two_workers_when_they_look_at_once_then_one_does(world: World, marked: Marked) -> None:
    marked(2)
    with unit_of_work(world.sessions) as session:
        begun = [
            marks.begin_look(session, shop_id=1, kind=FIRST_HELPDESK, now=NOON, lease=world.lease) for _ in range(2)
        ]

    assert begun == [0, None]


@on_sqlite
def test_given_a_helpdesk_connected_after_the_tags_when_looked_through_then_it_is_told_without_being_asked(
    world: World, marked: Marked
) -> None:
    merchant, desk = marked(2, told=False), Desk()
    look(world, merchant, desk)

    assert (coming(world), desk.asked) == ([1, 2], [])
    with reading(world.sessions) as session:
        assert {row.because for row in session.scalars(select(Effect))} == {TOLD_AT_LAST}


@on_sqlite
def test_given_another_account_when_connected_then_it_is_looked_through_at_once(world: World, marked: Marked) -> None:
    merchant = marked(2)
    look(world, merchant, Desk())
    with unit_of_work(world.sessions) as session:
        connect(session, world, merchant.id, account="another.shop.example")
        due = marks.begin_look(session, shop_id=merchant.id, kind=FIRST_HELPDESK, now=NOON, lease=world.lease)

    assert due == 0


@on_sqlite
def test_given_a_mark_that_is_lost_again_when_found_on_the_same_day_then_it_is_put_back_once(
    world: World, marked: Marked, clock: SettableClock
) -> None:
    merchant, desk = marked(1), Desk(lost={ADA})
    for _ in range(3):
        look_with(world, merchant, desk.outside, "42", ADA)
    assert (coming(world), desk.asked) == ([ADA], [ADA])
    with unit_of_work(world.sessions) as session:
        session.execute(update(Effect).values(state=State.DONE))
    look_with(world, merchant, desk.outside, "42", ADA)
    assert desk.asked == [ADA]

    clock.forward(NIGHT)
    look_with(world, merchant, desk.outside, "42", ADA)

    assert coming(world) == [ADA]


@on_sqlite
def test_given_marks_that_are_as_they_should_be_when_a_ticket_comes_then_nothing_is_written(
    world: World, marked: Marked
) -> None:
    merchant, desk = marked(1), Desk()

    look_with(world, merchant, desk.outside, "42", ADA)

    assert (desk.asked, coming(world)) == ([ADA], [])


@on_sqlite
def test_given_somebody_who_took_the_tag_off_in_the_store_when_looked_then_nobody_fights_them(
    world: World, marked: Marked
) -> None:
    merchant, desk = marked(2), Desk(lost={1, 2})
    with unit_of_work(world.sessions) as session:
        marks.shown(session, shop_id=merchant.id, customer_ids=[ADA], marked=False, now=NOON)

    look(world, merchant, desk)
    look_with(world, merchant, desk.outside, "42", ADA)

    assert (desk.asked, coming(world)) == ([2], [2])


@on_sqlite
def test_given_a_tag_taken_off_while_the_helpdesk_answers_when_found_lost_then_it_stays_off(
    world: World, marked: Marked
) -> None:
    merchant = marked(1)

    class Slow(Desk):
        def mark_shown(self, emails: tuple[str, ...], *, tag: str, but: str = "") -> bool | None:
            with unit_of_work(world.sessions) as session:
                marks.shown(session, shop_id=merchant.id, customer_ids=[ADA], marked=False, now=NOON)
            return super().mark_shown(emails, tag=tag, but=but)

    look_with(world, merchant, Slow(lost={ADA}).outside, "42", ADA)

    assert coming(world) == []


@on_sqlite
def test_given_a_rule_that_only_watches_when_looked_then_nobody_is_asked(world: World, marked: Marked) -> None:
    merchant, desk = marked(1), Desk(lost={ADA})
    watching = replace(merchant.policy.special_customer, mode=Mode.OBSERVE)
    merchant = replace(merchant, policy=replace(merchant.policy, special_customer=watching))

    look(world, merchant, desk)
    look_with(world, merchant, desk.outside, "42", ADA)

    assert (desk.asked, coming(world)) == ([], [])


@on_sqlite
def test_given_a_helpdesk_without_time_when_looked_through_then_it_goes_on_where_it_was_and_not_too_soon(
    world: World, marked: Marked, clock: SettableClock
) -> None:
    merchant, desk = marked(2), Desk(lost={1}, trouble=Busy("too much", retry_after=120))
    look(world, merchant, desk)
    look_with(world, merchant, desk.outside, "42", ADA)  # a ticket is greeted all the same
    desk.trouble = None
    for pause in (119, 2):
        clock.forward(timedelta(seconds=pause))
        look(world, merchant, desk)
        assert desk.asked == ([] if pause == 119 else [1, 2])

    assert coming(world) == [1]


@on_sqlite
def test_given_shops_that_wait_when_the_ticker_asks_then_those_that_are_due_are_named(
    world: World, marked: Marked, clock: SettableClock
) -> None:
    merchant, desk = marked(1), Desk()

    def due() -> list[int]:
        with reading(world.sessions) as session:
            return marks.to_be_looked_through(session, kinds=(FIRST_HELPDESK,), now=world.clock.now(), limit=5)

    assert due() == [merchant.id]
    look(world, merchant, desk)
    assert due() == []
    clock.forward(NIGHT)
    assert due() == [merchant.id]


def test_given_a_ticket_that_lost_its_tag_when_they_write_again_then_both_bear_it_and_the_next_time_all_is_well(
    inside: Practice,
) -> None:
    customer = marked_in_the_store(inside)
    lost, new = (
        inside.call("/town/tickets", {"customer_id": customer, "subject": "Hm"})["ticket_id"] for _ in range(2)
    )
    opened(inside, new, customer)
    inside.drain()
    inside.drain()

    assert [tags_on(inside, ticket) for ticket in (lost, new)] == [[TAG], [TAG]]
    before = len(inside.effects("mark_in_helpdesk"))
    opened(inside, lost, customer)
    inside.drain()
    assert len(inside.effects("mark_in_helpdesk")) == before


def opened(inside: Practice, ticket: int, customer: int) -> None:
    """Put the helpdesk's call about a new message into the inbox, as the web process would."""
    email = inside.call(f"/town/customers/{customer}")["email"]
    said = {"v": "1", "event": "ticket-created", "ticket_id": str(ticket), "customer_email": email}
    with unit_of_work(inside.world.sessions) as session:
        inbox.receive(
            session,
            shop_id=inside.shop_id,
            source=FIRST_HELPDESK,
            sender="practice",
            topic="http-integration",
            delivery_key=f"opened-{ticket}",
            body=json.dumps(said).encode(),
            now=inside.world.clock.now(),
        )


def tags_on(inside: Practice, ticket: int) -> list[str]:
    return [str(tag) for tag in inside.call(f"/town/tickets/{ticket}")["tags"]]
