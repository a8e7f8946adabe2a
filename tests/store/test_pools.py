"""The purse: whatever happens at the same time, it never gives more than it holds."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.domain.effects import Pool as Name
from app.store import pools
from app.store.base import Session, Sessions, unit_of_work
from app.store.pools import Balance
from app.store.shops import Merchant
from app.store.tables import Pool
from tests.store.crowd import at_once


def test_given_64_agents_when_they_all_reserve_at_once_then_exactly_the_limit_is_given(
    sessions: Sessions, shop: Merchant
) -> None:
    purse = open_month(sessions, shop, limit=500_00)

    given = at_once(64, lambda _number: reserve(sessions, shop, purse.id, 10_00))

    assert given.count(True) == 50
    assert (balance(sessions, shop).reserved_minor, balance(sessions, shop).left_minor) == (500_00, 0)


@pytest.mark.parametrize("database", ["postgres"])
def test_given_a_naive_purse_when_two_agents_look_before_they_leap_then_it_is_overspent(
    sessions: Sessions, shop: Merchant
) -> None:
    """Prove that the test above can fail: it would, were the purse read first and written then."""
    purse = open_month(sessions, shop, limit=10_00)

    def looks_then_leaps(session: Session) -> Iterator[bool]:
        row = session.get_one(Pool, purse.id)
        enough = row.limit_minor - row.reserved_minor >= 10_00
        yield enough
        row.reserved_minor += 10_00
        session.flush()

    one, other = sessions(), sessions()
    agents = [looks_then_leaps(one), looks_then_leaps(other)]
    granted = [next(agent) for agent in agents]
    for session, agent in zip((one, other), agents, strict=True):
        next(agent, None)
        session.commit()
        session.close()

    assert granted == [True, True]  # twenty dollars out of ten …
    assert balance(sessions, shop).reserved_minor == 10_00  # … and the books say ten


@pytest.mark.parametrize(("spent", "left"), [(30_00, 70_00), (20_00, 80_00), (0, 100_00), (100_00, 0)])
def test_given_a_reservation_when_settled_at_the_true_cost_then_the_difference_is_free_again(
    sessions: Sessions, shop: Merchant, spent: int, left: int
) -> None:
    purse = open_month(sessions, shop, limit=100_00)
    reserve(sessions, shop, purse.id, 30_00)

    with unit_of_work(sessions) as session:
        assert pools.settle(session, shop_id=shop.id, pool_id=purse.id, reserved_minor=30_00, spent_minor=spent)

    now = balance(sessions, shop)
    assert (now.reserved_minor, now.spent_minor, now.left_minor) == (0, spent, left)


def test_given_a_true_cost_that_no_longer_fits_when_settled_then_it_is_refused_and_nothing_moves(
    sessions: Sessions, shop: Merchant
) -> None:
    purse = open_month(sessions, shop, limit=100_00)
    reserve(sessions, shop, purse.id, 30_00)

    with unit_of_work(sessions) as session:
        assert not pools.settle(session, shop_id=shop.id, pool_id=purse.id, reserved_minor=30_00, spent_minor=100_01)

    assert balance(sessions, shop).reserved_minor == 30_00
    assert balance(sessions, shop).spent_minor == 0


def test_given_a_reservation_when_released_then_it_is_free_again_and_only_once(
    sessions: Sessions, shop: Merchant
) -> None:
    purse = open_month(sessions, shop, limit=100_00)
    reserve(sessions, shop, purse.id, 30_00)

    with unit_of_work(sessions) as session:
        assert pools.release(session, shop_id=shop.id, pool_id=purse.id, minor=30_00)
        assert not pools.release(session, shop_id=shop.id, pool_id=purse.id, minor=30_00)

    assert balance(sessions, shop).left_minor == 100_00


def test_given_two_months_when_one_is_emptied_then_the_other_is_whole(sessions: Sessions, shop: Merchant) -> None:
    november = open_month(sessions, shop, limit=100_00)
    open_month(sessions, shop, limit=100_00, month="2026-12")
    reserve(sessions, shop, november.id, 100_00)

    assert balance(sessions, shop, month="2026-12").left_minor == 100_00
    assert not reserve(sessions, shop, november.id, 1)


def test_given_the_team_and_the_gifts_when_one_is_emptied_then_the_other_is_whole(
    sessions: Sessions, shop: Merchant
) -> None:
    team = open_month(sessions, shop, limit=100_00)
    gifts = open_month(sessions, shop, limit=100_00, name=Name.GIFTS)
    reserve(sessions, shop, team.id, 100_00)

    assert reserve(sessions, shop, gifts.id, 100_00)


def test_given_a_month_when_many_open_it_at_once_then_it_is_one_purse(sessions: Sessions, shop: Merchant) -> None:
    opened = at_once(8, lambda _number: open_month(sessions, shop, limit=100_00).id)

    assert len(set(opened)) == 1


@pytest.mark.parametrize(("new_limit", "left"), [(200_00, 160_00), (50_00, 10_00), (40_00, 0), (10_00, 0), (0, 0)])
def test_given_a_limit_changed_in_the_middle_of_the_month_when_opened_then_it_rules_from_now_on(
    sessions: Sessions, shop: Merchant, new_limit: int, left: int
) -> None:
    purse = open_month(sessions, shop, limit=100_00)
    reserve(sessions, shop, purse.id, 40_00)

    assert open_month(sessions, shop, limit=new_limit).left_minor == left
    assert reserve(sessions, shop, purse.id, left + 1) is False


@pytest.mark.parametrize(
    "values",
    [
        {"reserved_minor": -1},
        {"spent_minor": -1},
        {"reserved_minor": 100_01},
        {"reserved_minor": 60_00, "spent_minor": 40_01},
    ],
)
def test_given_a_bug_of_ours_when_it_would_overspend_then_the_database_says_no(
    sessions: Sessions, shop: Merchant, values: dict[str, int]
) -> None:
    purse = open_month(sessions, shop, limit=100_00)

    with pytest.raises(IntegrityError), unit_of_work(sessions) as session:
        session.execute(update(Pool).where(Pool.id == purse.id).values(values))


def open_month(
    sessions: Sessions, shop: Merchant, *, limit: int, name: Name = Name.TEAM, month: str = "2026-11"
) -> Balance:
    with unit_of_work(sessions) as session:
        return pools.open_month(session, shop_id=shop.id, name=name, month=month, limit_minor=limit)


def reserve(sessions: Sessions, shop: Merchant, pool_id: int, minor: int) -> bool:
    with unit_of_work(sessions) as session:
        return pools.reserve(session, shop_id=shop.id, pool_id=pool_id, minor=minor)


def balance(sessions: Sessions, shop: Merchant, month: str = "2026-11") -> Balance:
    with unit_of_work(sessions) as session:
        row = session.scalars(
            select(Pool).where(Pool.shop_id == shop.id, Pool.month == month, Pool.name == Name.TEAM)
        ).one()
        return Balance(
            id=row.id,
            name=row.name,
            month=row.month,
            limit_minor=row.limit_minor,
            reserved_minor=row.reserved_minor,
            spent_minor=row.spent_minor,
        )
