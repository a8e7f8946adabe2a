"""Which customer a ticket is from: what our books know, what the store is asked, and whom nobody is taken for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from sqlalchemy import select

from app.domain import correspondents
from app.domain.correspondents import Correspondent
from app.domain.mail import digest
from app.domain.people import Person
from app.domain.ports import Shop
from app.store import contacts, orders, people
from app.store.base import unit_of_work
from app.store.contact_tables import Contact
from app.store.contacts import Kind
from app.store.shops import Merchant
from jobs import privacy
from jobs.runtime import Outside, World
from jobs.who_is import Match, learn, who_is
from tests.builders import NOON, order
from tests.jobs.conftest import Practice

ADA, BOB, EVE = 55, 56, 57
MAIL, OTHER, PHONE = "ada@example.com", "ada@work.example", "+15550001234"

on_sqlite = pytest.mark.parametrize("database", ["sqlite"])


@dataclass
class Store:
    """A store that knows some people, and counts who is asked for."""

    mails: dict[str, int] = field(default_factory=dict)
    phones: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def customer_by_email(self, email: str) -> int | None:
        self.asked.append(email)
        return self.mails.get(email)

    def customer_by_phone(self, phone: str) -> int | None:
        self.asked.append(phone)
        return self.phones.get(phone)

    @property
    def outside(self) -> Outside:
        shop = cast("Shop", self)
        return Outside(shop=shop, shop_at_once=shop)


Books = Callable[..., None]


@pytest.fixture
def known(world: World, shop: Merchant) -> Books:
    """Return what lets our books know that these are a customer's."""

    def note(customer_id: int, *ways: str) -> None:
        key = world.mail_key(shop)
        kinds = {digest(way, key): Kind.MAIL if "@" in way else Kind.PHONE for way in ways}
        with unit_of_work(world.sessions) as session:
            contacts.learn(session, shop_id=shop.id, customer_id=customer_id, ways=kinds)

    return note


@on_sqlite
@pytest.mark.parametrize(
    ("ticket", "found"),
    [
        (Correspondent(emails=(MAIL,)), ADA),
        (Correspondent(emails=("nobody@x.example", OTHER)), ADA),
        (Correspondent(phones=(PHONE,)), ADA),
        (Correspondent(emails=("nobody@x.example",), phones=(PHONE,)), ADA),
        (Correspondent(emails=("both@x.example",)), None),
        (Correspondent(emails=("both@x.example",), store_id=BOB), BOB),
        (Correspondent(emails=(MAIL, "bob@x.example")), None),
        (Correspondent(emails=("ada+box@example.com",)), None),
        # The store's number: believed where it shares an address, or where there is none.
        (Correspondent(emails=(MAIL,), store_id=ADA), ADA),
        (Correspondent(emails=(MAIL,), store_id=BOB), ADA),
        (Correspondent(emails=("nobody@x.example",), store_id=ADA), None),
        (Correspondent(store_id=ADA), ADA),
        (Correspondent(store_id=EVE), None),
        (Correspondent(phones=(PHONE,), store_id=BOB), BOB),
        (Correspondent(), None),
    ],
    ids=str,
)
def test_given_books_that_know_two_when_a_ticket_comes_then_it_is_the_one_or_nobody(
    world: World, shop: Merchant, known: Books, ticket: Correspondent, found: int | None
) -> None:
    known(ADA, MAIL, OTHER, PHONE, "both@x.example")
    known(BOB, "bob@x.example", "both@x.example")

    match = who_is(world, shop, Store().outside, ticket)

    assert match.customer_id == found
    assert (match.nobody is None) is (found is not None)


@on_sqlite
def test_given_books_that_know_when_a_ticket_comes_then_the_store_is_not_asked(
    world: World, shop: Merchant, known: Books
) -> None:
    known(ADA, MAIL)
    store = Store()

    assert who_is(world, shop, store.outside, Correspondent(emails=(MAIL, OTHER))).customer_id == ADA
    assert store.asked == []


@on_sqlite
def test_given_books_that_do_not_know_when_a_ticket_comes_then_the_store_is_asked_once_and_not_the_next_time(
    world: World, shop: Merchant
) -> None:
    store, ticket = Store(phones={PHONE: ADA}), Correspondent(emails=(MAIL,), phones=(PHONE,))

    learn(world, shop, who_is(world, shop, store.outside, ticket))
    again = who_is(world, shop, store.outside, ticket)

    assert (again.customer_id, store.asked) == (ADA, [MAIL, PHONE])


@on_sqlite
def test_given_an_address_that_two_had_when_the_store_knows_whose_it_is_now_then_it_is_theirs(
    world: World, shop: Merchant, known: Books
) -> None:
    known(ADA, MAIL)
    known(BOB, MAIL)

    assert who_is(world, shop, Store(mails={MAIL: BOB}).outside, Correspondent(emails=(MAIL,))).customer_id == BOB


@on_sqlite
def test_given_two_addresses_of_two_customers_in_the_store_when_asked_then_it_is_nobody_and_that_is_said(
    world: World, shop: Merchant
) -> None:
    store = Store(mails={MAIL: ADA, OTHER: BOB})

    match = who_is(world, shop, store.outside, Correspondent(emails=(MAIL, OTHER)))

    assert match == Match(nobody=correspondents.SEVERAL)


@on_sqlite
def test_given_money_that_follows_when_the_books_are_behind_then_the_store_decides(
    world: World, shop: Merchant, known: Books
) -> None:
    known(ADA, MAIL)
    ticket, store = Correspondent(emails=(MAIL,)), Store(mails={MAIL: BOB})

    assert who_is(world, shop, store.outside, ticket, store_first=True).customer_id == BOB
    assert who_is(world, shop, Store().outside, ticket, store_first=True).customer_id == ADA


@on_sqlite
def test_given_a_merge_when_the_helpdesk_still_names_the_one_who_went_then_it_is_the_one_kept(
    world: World, shop: Merchant, known: Books
) -> None:
    known(BOB, OTHER)
    with unit_of_work(world.sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(id=1, customer_id=ADA))
        people.rehome(session, shop_id=shop.id, kept=ADA, deleted=BOB, now=NOON)

    for ticket in (Correspondent(store_id=BOB), Correspondent(emails=(OTHER,), store_id=BOB)):
        assert who_is(world, shop, Store().outside, ticket).customer_id == ADA


@on_sqlite
def test_given_somebody_who_was_forgotten_when_they_write_then_nobody_is_known_and_nothing_learnt(
    world: World, shop: Merchant, known: Books
) -> None:
    known(ADA, MAIL)
    privacy.forget(world, shop, Person(ids=frozenset({ADA})))
    ticket = Correspondent(emails=(MAIL,))

    match = who_is(world, shop, Store(mails={MAIL: ADA}).outside, ticket)
    learn(world, shop, Match(customer_id=ADA, learnt={"a": Kind.MAIL}))

    assert match == Match(nobody=correspondents.unknown(ticket), forgotten=True)
    with unit_of_work(world.sessions) as session:
        assert session.scalars(select(Contact)).all() == []


def test_given_a_customer_who_changes_when_the_store_tells_then_only_digests_are_kept_and_lead_to_them(
    inside: Practice,
) -> None:
    world = inside.world
    shop = world.merchant(inside.shop_id)
    assert shop is not None
    told: dict[str, Any] = {"id": ADA, "email": " New@X.example", "phone": "+1 555 000 9999", "first_name": "Ada"}
    inside.tell("customers/update", **told)
    inside.drain()

    for ticket in (Correspondent(emails=("new@x.example",)), Correspondent(phones=("+15550009999",))):
        assert who_is(world, shop, Store().outside, ticket).customer_id == ADA
    with unit_of_work(world.sessions) as session:
        rows = session.scalars(select(Contact).where(Contact.customer_id == ADA)).all()
    assert sorted(row.kind for row in rows) == ["mail", "phone"]
    assert all(len(row.digest) == 64 for row in rows)
