"""Calendar jobs: once a period, whoever asks."""

import pytest

from app.store import chores, shops
from app.store.base import Sessions, reading, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Shop
from tests.builders import NOON, auto_policy, profile
from tests.store.crowd import at_once


def test_given_one_period_when_many_ask_at_once_then_exactly_one_does_the_chore(
    sessions: Sessions, shop: Merchant
) -> None:
    taken = at_once(8, lambda _number: take(sessions, shop, "2026-11-21"))

    assert sorted(taken) == [False] * 7 + [True]


def test_given_the_next_period_or_another_chore_when_asked_then_it_is_done_again(
    sessions: Sessions, shop: Merchant
) -> None:
    assert take(sessions, shop, "2026-11-21")
    assert take(sessions, shop, "2026-11-22")
    assert take(sessions, shop, "2026-11-21", name="sweep")
    assert not take(sessions, shop, "2026-11-22")


def test_given_a_chore_that_failed_half_way_when_asked_again_then_it_is_done_again(
    sessions: Sessions, shop: Merchant
) -> None:
    with sessions() as session:
        assert chores.take(session, shop_id=shop.id, name="review", period="2026-11-21", now=NOON)
        session.rollback()

    assert take(sessions, shop, "2026-11-21")


@pytest.mark.parametrize(
    ("timezone", "done", "due"),
    [
        ("UTC", "2026-11-21", False),
        ("UTC", "2026-11-20", True),
        ("UTC", None, True),
        ("Pacific/Auckland", "2026-11-21", True),  # where it is already tomorrow
        ("America/New_York", "2026-11-21", False),
    ],
)
def test_given_the_shops_own_day_when_asked_who_is_due_then_it_is_who_has_not_done_the_chore_in_it(
    sessions: Sessions, shop: Merchant, timezone: str, done: str | None, due: bool
) -> None:
    with unit_of_work(sessions) as session:
        session.get_one(Shop, shop.id).timezone = timezone
    if done is not None:
        assert take(sessions, shop, done)
    assert take(sessions, shop, "2030-01-01", name="another")

    with reading(sessions) as session:
        assert chores.daily(session, name="review", now=NOON, limit=9) == [shop.id] * due


def test_given_many_who_are_due_when_few_are_asked_for_then_they_are_those_that_wait_longest(
    sessions: Sessions, shop: Merchant
) -> None:
    late = neighbour(sessions)
    for shop_id, day in ((shop.id, "2026-11-20"), (late, "2026-11-19")):
        with unit_of_work(sessions) as session:
            assert chores.take(session, shop_id=shop_id, name="review", period=day, now=NOON)

    with reading(sessions) as session:
        assert chores.daily(session, name="review", now=NOON, limit=1) == [late]


def test_given_a_shop_without_its_past_or_one_that_left_when_asked_who_is_due_then_it_is_not(
    sessions: Sessions, shop: Merchant
) -> None:
    left = neighbour(sessions)
    with unit_of_work(sessions) as session:
        session.get_one(Shop, shop.id).history_done_at = None
        session.get_one(Shop, left).uninstalled_at = NOON

    with reading(sessions) as session:
        assert chores.daily(session, name="review", now=NOON, limit=9) == []


def neighbour(sessions: Sessions) -> int:
    """Install a second shop, whose past is read."""
    with unit_of_work(sessions) as session:
        shop_id = shops.install(session, profile=profile(domain="other.myshopify.com"), policy=auto_policy(), now=NOON)
        shops.note_history(session, shop_id=shop_id, done_at=NOON, swept_to=NOON)
    return shop_id


def take(sessions: Sessions, shop: Merchant, period: str, name: str = "review") -> bool:
    with unit_of_work(sessions) as session:
        return chores.take(session, shop_id=shop.id, name=name, period=period, now=NOON)
