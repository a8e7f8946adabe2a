"""Whose an address or a telephone is: now, before, after a merge, and once somebody was forgotten."""

from app.domain.people import Person
from app.store import contacts, erasing, orders, people, traces
from app.store.base import Session, Sessions, unit_of_work
from app.store.contacts import Kind
from app.store.shops import Merchant
from tests.builders import NOON, order

ADA, BOB = 55, 56


def test_given_what_was_learnt_when_asked_then_all_who_have_it_are_told(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        learn(session, shop, ADA, mail="a", phone="p")
        learn(session, shop, ADA, mail="a")  # as often as anybody says so
        learn(session, shop, BOB, mail="a")

        assert whose(session, shop, "a") == {ADA, BOB}
        assert (whose(session, shop, "p", "x"), whose(session, shop, "x"), whose(session, shop)) == (
            {ADA},
            set(),
            set(),
        )


def test_given_a_customer_who_changes_their_address_when_they_write_from_the_old_one_then_it_is_still_them(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number, mail in ((1, "old"), (2, "new")):
            orders.record(session, shop_id=shop.id, order=order(id=number, customer_id=ADA, mail_digest=mail))

        assert (whose(session, shop, "old"), whose(session, shop, "new")) == ({ADA}, {ADA})


def test_given_a_merge_when_asked_then_whatever_led_to_the_one_leads_to_the_other(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(id=1, customer_id=BOB, mail_digest="b"))
        learn(session, shop, BOB, mail="older", phone="p")
        learn(session, shop, ADA, phone="p")

        people.rehome(session, shop_id=shop.id, kept=ADA, deleted=BOB, now=NOON)

        assert [whose(session, shop, each) for each in ("b", "older", "p")] == [{ADA}] * 3
        assert not contacts.is_anybody(session, shop_id=shop.id, customer_id=BOB)


def test_given_a_deleted_customer_when_asked_then_nothing_leads_to_them(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        learn(session, shop, ADA, mail="a")
        assert contacts.is_anybody(session, shop_id=shop.id, customer_id=ADA)

        people.orphan(session, shop_id=shop.id, customer_id=ADA)

        assert whose(session, shop, "a") == set()
        assert not contacts.is_anybody(session, shop_id=shop.id, customer_id=ADA)


def test_given_somebody_who_is_forgotten_when_looked_for_then_nothing_of_theirs_is_left_and_others_keep_theirs(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        learn(session, shop, ADA, mail="a", phone="p")
        learn(session, shop, BOB, mail="a")
        orders.record(session, shop_id=shop.id, order=order(id=7, customer_id=None, mail_digest="a"))

        forget(session, shop, Person(ids=frozenset({ADA})))

        assert (whose(session, shop, "a"), whose(session, shop, "p")) == ({BOB}, set())
        kept = traces.everything(session, shop_id=shop.id, person=Person(orders=frozenset({7})), letters=())
        assert kept["orders"][0]["mail_digest"] == "a"  # it is Bob's as well, who asked for nothing


def test_given_an_address_of_two_when_one_asks_then_the_other_is_not_meant(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        learn(session, shop, BOB, mail="a")
        asks = Person(ids=frozenset({ADA}))

        assert known_better(session, shop, asks, "a").ids == {ADA}
        assert known_better(session, shop, Person(), "a").ids == {BOB}
        learn(session, shop, ADA, mail="a")
        assert known_better(session, shop, Person(), "a").ids == set()


def test_given_a_copy_of_everything_when_made_then_what_leads_to_them_is_in_it(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        learn(session, shop, ADA, phone="p")

        kept = traces.everything(session, shop_id=shop.id, person=Person(ids=frozenset({ADA})), letters=())

    assert [(row["digest"], row["kind"]) for row in kept["contacts"]] == [("p", "phone")]


def learn(session: Session, shop: Merchant, customer_id: int, **ways: str) -> None:
    contacts.learn(
        session, shop_id=shop.id, customer_id=customer_id, ways={each: Kind(kind) for kind, each in ways.items()}
    )


def whose(session: Session, shop: Merchant, *digests: str) -> frozenset[int]:
    return contacts.whose(session, shop_id=shop.id, digests=digests)


def forget(session: Session, shop: Merchant, person: Person) -> None:
    erasing.forget_person(session, shop_id=shop.id, person=person, letters=(), key=b"key", now=NOON)


def known_better(session: Session, shop: Merchant, person: Person, digest: str) -> Person:
    return traces.known_better(session, shop_id=shop.id, person=person, letters=(), digests=[digest])
