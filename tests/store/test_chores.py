"""Calendar jobs: once a period, whoever asks."""

from app.store import chores
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import NOON
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


def take(sessions: Sessions, shop: Merchant, period: str, name: str = "review") -> bool:
    with unit_of_work(sessions) as session:
        return chores.take(session, shop_id=shop.id, name=name, period=period, now=NOON)
