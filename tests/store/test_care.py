"""What agents know of a customer goes where the customer goes, and no further."""

from datetime import datetime

import pytest

from app.domain.people import Person
from app.domain.tastes import NOTHING_NOTED, Tastes
from app.store import care, erasing, orders, traces
from app.store.base import Session, Sessions, unit_of_work
from app.store.care_tables import Care
from app.store.shops import Merchant
from tests.builders import DAY, NOON, order

ADA, BOB = 55, 56
TEA, NO_NUTS = Tastes(likes=("tea",), never=("alcohol",)), Tastes(never=("nuts",))


def test_given_tastes_when_noted_again_then_the_last_word_counts_and_nobody_elses_changes(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        note(session, shop, ADA, TEA)
        note(session, shop, BOB, NO_NUTS)
        assert (tastes_of(session, shop, ADA), tastes_of(session, shop, BOB)) == (TEA, NO_NUTS)

        note(session, shop, ADA, NOTHING_NOTED)
        assert (tastes_of(session, shop, ADA), tastes_of(session, shop, BOB)) == (NOTHING_NOTED, NO_NUTS)


def test_given_a_customer_with_orders_when_looked_at_then_every_rule_sees_what_they_never_want(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(customer_id=ADA))
        orders.record(session, shop_id=shop.id, order=order(id=2, customer_id=BOB))
        note(session, shop, ADA, TEA)

        known = orders.standings(session, shop_id=shop.id, customers=[ADA, BOB], currency="USD")

    assert (known[ADA].tastes, known[BOB].tastes) == (TEA, NOTHING_NOTED)


@pytest.mark.parametrize(("kept", "gone"), [(ADA, BOB), (BOB, ADA)])
def test_given_two_who_are_merged_when_looked_at_then_the_longer_hard_time_and_both_tastes_are_the_ones_left(
    sessions: Sessions, shop: Merchant, kept: int, gone: int
) -> None:
    with unit_of_work(sessions) as session:
        note(session, shop, ADA, TEA)
        note(session, shop, BOB, NO_NUTS)
        hard_time(session, shop, ADA, NOON, NOON + 5 * DAY)
        hard_time(session, shop, BOB, NOON - DAY, NOON + 9 * DAY)

        orders.rehome(session, shop_id=shop.id, kept=kept, deleted=gone, now=NOON)

        (row,) = session.query(Care).all()
        assert (row.customer_id, row.sensitive_since, row.sensitive_until) == (kept, NOON - DAY, NOON + 9 * DAY)
        assert (set(row.likes or ()), set(row.never or ())) == ({"tea"}, {"alcohol", "nuts"})


def test_given_one_whom_nobody_knew_when_somebody_known_is_merged_into_them_then_all_is_theirs(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        note(session, shop, ADA, TEA)
        hard_time(session, shop, ADA, NOON, NOON + DAY)

        orders.rehome(session, shop_id=shop.id, kept=BOB, deleted=ADA, now=NOON)

        (row,) = session.query(Care).all()
        assert (row.customer_id, row.sensitive_until, row.likes) == (BOB, NOON + DAY, ["tea"])


def test_given_somebody_who_asks_when_copied_and_then_forgotten_then_all_of_it_was_there_and_is_gone(
    sessions: Sessions, shop: Merchant
) -> None:
    person = Person(ids=frozenset({ADA}))
    with unit_of_work(sessions) as session:
        note(session, shop, ADA, TEA)
        note(session, shop, BOB, NO_NUTS)
        (copied,) = traces.everything(session, shop_id=shop.id, person=person, letters=())["care"]
        assert (copied["likes"], copied["never"]) == (["tea"], ["alcohol"])

        erasing.forget_person(session, shop_id=shop.id, person=person, letters=(), key=b"key", now=NOON)

        assert [row.customer_id for row in session.query(Care)] == [BOB]


def test_given_a_customer_whom_the_store_deleted_when_looked_at_then_nothing_is_known_of_them(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        note(session, shop, ADA, TEA)
        orders.orphan(session, shop_id=shop.id, customer_id=ADA)

        assert session.query(Care).count() == 0


def note(session: Session, shop: Merchant, customer_id: int, noted: Tastes) -> None:
    care.note_tastes(session, noted, shop_id=shop.id, customer_id=customer_id)


def tastes_of(session: Session, shop: Merchant, customer_id: int) -> Tastes:
    return care.tastes_of(session, shop_id=shop.id, customer_id=customer_id)


def hard_time(session: Session, shop: Merchant, customer_id: int, since: datetime, until: datetime) -> None:
    row = session.get_one(Care, (shop.id, customer_id), populate_existing=True)
    row.sensitive_since, row.sensitive_until = since, until
    session.flush()
