"""Birthdays as the store told them: whose to ask for next, whose day it is, and gone with the field or the person."""

from datetime import date

from app.domain.moments import Birthday
from app.store import birthdays, moments, orders, people
from app.store.base import Session, Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import DAY, NOON, order, usd

FIELD = "facts.birth_date"
LONG_KNOWN = NOON - 100 * DAY
SINCE = NOON - 90 * DAY


def bought(session: Session, shop: Merchant, customer: int, *, days_ago: int = 1, cents: int = 10_00) -> None:
    at = NOON - days_ago * DAY
    made = order(id=customer * 10, customer_id=customer, processed_at=at, updated_at=at, net=usd(cents))
    orders.record(session, shop_id=shop.id, order=made)


def told(session: Session, shop: Merchant, days: dict[int, tuple[int, int] | None], *, metafield: str = FIELD) -> None:
    known = {number: Birthday(month=day[0], day=day[1], said_at=LONG_KNOWN) for number, day in days.items() if day}
    birthdays.learn(session, shop_id=shop.id, customer_ids=list(days), days=known, metafield=metafield, now=NOON)


def asked(session: Session, shop: Merchant, limit: int = 9) -> list[int]:
    before = NOON - DAY
    return birthdays.to_be_asked(session, shop_id=shop.id, active_since=SINCE, before=before, limit=limit)


def of(session: Session, shop: Merchant, customer: int) -> Birthday | None:
    return moments.on_the_way(session, shop_id=shop.id, customer_id=customer).birthday


def on_day(session: Session, shop: Merchant, day: date) -> list[int]:
    return list(birthdays.on_day(session, shop_id=shop.id, day=day, active_since=SINCE, limit=9))


def test_given_customers_when_asked_whose_birthday_to_ask_for_then_who_ordered_lately_and_was_not_asked_about(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for customer, days_ago in ((1, 5), (2, 1), (3, 200), (4, 2)):
            bought(session, shop, customer, days_ago=days_ago)
        assert asked(session, shop) == [2, 4, 1]
        assert asked(session, shop, limit=1) == [2]
        told(session, shop, {2: (5, 17), 4: None})

        assert asked(session, shop) == [1]


def test_given_what_the_store_told_when_a_day_comes_then_it_is_theirs_who_spent_most_first(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for customer, cents in ((1, 10_00), (2, 90_00), (3, 50_00), (4, 5_00)):
            bought(session, shop, customer, cents=cents)
        told(session, shop, {1: (5, 17), 2: (5, 17), 3: None, 4: (5, 18)})
        assert on_day(session, shop, date(2026, 5, 17)) == [2, 1]

        told(session, shop, {2: None})
        assert on_day(session, shop, date(2026, 5, 17)) == [1]
        assert of(session, shop, 1) == Birthday(month=5, day=17, said_at=LONG_KNOWN)
        assert of(session, shop, 2) is None


def test_given_a_leap_day_when_the_year_has_none_then_it_is_kept_the_day_before(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        bought(session, shop, 1)
        told(session, shop, {1: (2, 29)})

        kept = [on_day(session, shop, day) for day in (date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29))]
    assert kept == [[1], [], [1]]


def test_given_another_field_when_the_merchant_names_it_then_what_the_first_one_told_is_forgotten(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        bought(session, shop, 1)
        told(session, shop, {1: (5, 17)})

        assert birthdays.keep_only(session, shop_id=shop.id, metafield=FIELD) == 0
        assert birthdays.keep_only(session, shop_id=shop.id, metafield="") == 1
        assert of(session, shop, 1) is None


def test_given_a_customer_who_is_merged_when_asked_then_their_day_went_with_them(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        bought(session, shop, 1)
        bought(session, shop, 2)
        told(session, shop, {1: (5, 17), 2: (6, 18)})
        orders.lock(session, shop_id=shop.id)
        people.rehome(session, shop_id=shop.id, kept=2, deleted=1, now=NOON)

        assert of(session, shop, 1) is None
        assert of(session, shop, 2) is not None
