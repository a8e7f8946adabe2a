"""What is kept back: short when no more is there than is kept, and over when there is more again."""

from app.store import marks, orders, shortages
from app.store.base import Session, Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import DAY, HOUR, NOON, order, usd


def raised(session: Session, shop: Merchant, kept: int = 5) -> int:
    return shortages.raise_shield(session, shop_id=shop.id, variant_id=77, title="Candle", kept=kept, now=NOON)


def looked(session: Session, shop: Merchant, shield_id: int, available: int | None) -> bool | None:
    seen = {"shop_id": shop.id, "shield_id": shield_id, "available": available}
    return shortages.looked(session, until=NOON + HOUR, now=NOON, **seen)


def test_given_no_more_than_is_kept_when_looked_at_then_it_is_short_until_there_is_more(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        number = raised(session, shop)

        news = [looked(session, shop, number, available) for available in (6, 5, 4, None, 3, 6, 7)]

    assert news == [None, True, None, False, True, False, None]


def test_given_a_shortage_when_somebody_has_seen_to_it_then_it_is_no_task_until_the_next(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        number = raised(session, shop)
        looked(session, shop, number, 1)
        seen_to = [shortages.see_to(session, shop_id=shop.id, shield_id=number, now=NOON) for _ in range(2)]
        (quiet,) = shortages.listed(session, shop_id=shop.id)
        for available in (9, 2):
            looked(session, shop, number, available)
        (anew,) = shortages.listed(session, shop_id=shop.id)

    assert seen_to == [True, False]
    assert (quiet.seen_to, anew.seen_to) == (True, False)


def test_given_one_variant_when_kept_twice_then_the_later_word_holds(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        assert raised(session, shop, kept=5) == raised(session, shop, kept=9)
        assert shortages.kept(session, shop_id=shop.id) == {77: 9}


def test_given_an_hour_when_it_is_not_there_yet_then_nobody_looks(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        number = raised(session, shop)
        before = shortages.shops_due(session, now=NOON, limit=5)
        looked(session, shop, number, 9)

        assert (before, shortages.shops_due(session, now=NOON, limit=5)) == ([shop.id], [])
        assert [each.id for each in shortages.due(session, shop_id=shop.id, now=NOON + HOUR)] == [number]


def test_given_those_it_is_kept_for_when_listed_then_they_bear_the_mark_and_are_active_the_best_first(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for customer, spent, ago in ((1, 20, 3), (2, 90, 3), (3, 70, 200), (4, 50, 3)):
            bought = order(id=customer, customer_id=customer, net=usd(spent), processed_at=NOON - ago * DAY)
            orders.record(session, shop_id=shop.id, order=bought)
        marks.shown(session, shop_id=shop.id, customer_ids=[1, 2, 3], marked=True, now=NOON)

        found = shortages.protected(session, shop_id=shop.id, active_since=NOON - 90 * DAY, currency="USD")

    assert [(each.customer_id, each.net) for each in found] == [(2, usd(90)), (1, usd(20))]


def test_given_nothing_kept_any_more_when_let_go_then_nothing_is_short(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        number = raised(session, shop)

        assert [shortages.lower(session, shop_id=shop.id, shield_id=number) for _ in range(2)] == [True, False]
        assert looked(session, shop, number, 0) is None
