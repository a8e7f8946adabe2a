"""A walk through the past in a worker's hands: it writes nothing but what it came to, and whoever waits is told."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import func, select

from app.domain.backtest.asked import GIVES, Kind
from app.domain.backtest.summary import Outcome
from app.domain.errors import Unavailable
from app.domain.facts import GiftOption
from app.domain.policy import Policy
from app.domain.ports import Shop as Store
from app.store import backtests, orders, shops
from app.store.backtests import Walked
from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.store.tables import Decision, Effect, Pool
from jobs import backtest
from jobs.runtime import Outside, World
from tests.builders import DAY, NOON, auto_policy, gift_option, order, outcome, planned, present, usd
from tests.store.bookkeeping import plan

POLICY = replace(auto_policy(), nth_order_gift=replace(auto_policy().nth_order_gift, ordinals=(2,), cooldown_days=0))


@pytest.fixture
def database() -> str:
    return "sqlite"


@dataclass(slots=True)
class Shelf:
    """A store that is asked for gifts and for nothing else."""

    away: bool = False
    asked: list[int] = field(default_factory=list)

    def gift_option(self, variant_id: int) -> GiftOption:
        if self.away:
            raise Unavailable("nobody answers")
        self.asked.append(variant_id)
        return gift_option(variant_id=variant_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfWorld(World):
    """A world with that store in it."""

    shelf: Shelf

    def outside(self, _merchant: Merchant) -> Outside:
        shop = cast("Store", self.shelf)
        return Outside(shop=shop, shop_at_once=shop)


@pytest.fixture
def here(world: World, shop: Merchant) -> ShelfWorld:
    """Three orders of one customer, on the last three days."""
    with unit_of_work(world.sessions) as session:
        for number in range(1, 4):
            at = NOON - number * DAY
            bought = order(id=number, name=f"#{number}", processed_at=at, updated_at=at, created_at=at, net=usd(20_00))
            orders.record(session, shop_id=shop.id, order=bought)
        shops.change_policy(session, shop_id=shop.id, policy=POLICY, now=NOON)
    return ShelfWorld(shelf=Shelf(), **{each.name: getattr(world, each.name) for each in fields(World)})


def walked(here: ShelfWorld, shop: Merchant, policy: Policy = POLICY, kind: Kind = Kind.KEPT) -> Walked:
    """Ask for a walk and let a worker do it."""
    assert backtest.ask(here, replace(shop, policy=POLICY), kind, policy)
    backtest.backtest(here, shop.id)
    return backtest.newest(here, shop)[kind]


def found(walk: Walked) -> Outcome:
    assert walk.outcome is not None
    return walk.outcome


def test_given_orders_when_walked_through_then_it_is_told_what_would_have_been_and_nothing_is_done(
    here: ShelfWorld, shop: Merchant
) -> None:
    came_to = found(walked(here, shop))

    assert (came_to.orders, came_to.gifts, came_to.cost_minor, came_to.share) == (3, 1, 8_00, 13_33)
    assert [(each.code, each.count) for each in came_to.not_in_line] == [("other_ordinal", 2)]
    assert (came_to.examples[0].name, came_to.examples[0].given) == ("#2", True)
    with unit_of_work(here.sessions) as session:
        assert [session.scalar(select(func.count()).select_from(each)) for each in (Decision, Effect, Pool)] == [0] * 3


def test_given_another_setting_when_tried_then_what_stands_is_still_there_beside_it(
    here: ShelfWorld, shop: Merchant
) -> None:
    walked(here, shop)
    every = replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, every=1))

    tried = found(walked(here, shop, every, Kind.TRIED))

    assert (tried.gifts, found(backtest.newest(here, shop)[Kind.KEPT]).gifts) == (2, 1)  # nobody has a third new one
    backtest.forget(here, shop)
    assert set(backtest.newest(here, shop)) == {Kind.KEPT}


def test_given_no_gift_when_walked_through_then_a_tenth_of_a_usual_order_stands_for_it_and_nobody_is_asked(
    here: ShelfWorld, shop: Merchant
) -> None:
    nothing = replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, variants=()))

    came_to = found(walked(here, shop, nothing))

    assert (came_to.stand_in, came_to.gifts, came_to.cost_minor) == (True, 1, 2_00)
    assert here.shelf.asked == []


def test_given_a_past_that_is_not_read_when_asked_then_nothing_is_walked_through(
    here: ShelfWorld, shop: Merchant
) -> None:
    with unit_of_work(here.sessions) as session:
        shops.note_history(session, shop_id=shop.id, done_at=None)

    assert not backtest.ask(here, shop, Kind.KEPT, POLICY)
    assert backtest.newest(here, shop) == {}


def test_given_a_store_that_is_away_when_walked_through_then_it_says_so(here: ShelfWorld, shop: Merchant) -> None:
    here.shelf.away = True

    walk = walked(here, shop)

    assert (walk.is_over, walk.outcome, walk.problem) == (True, None, backtest.NOT_NOW)


def test_given_workers_that_died_when_taken_up_once_more_then_it_is_given_up(here: ShelfWorld, shop: Merchant) -> None:
    backtest.ask(here, shop, Kind.KEPT, POLICY)
    for turn in range(backtests.MOST_TRIES):
        with unit_of_work(here.sessions) as session:
            later = NOON + turn * backtest.LEASE
            assert backtests.take_up(session, shop_id=shop.id, now=later, lease=backtest.LEASE) is not None
            assert backtests.take_up(session, shop_id=shop.id, now=later, lease=backtest.LEASE) is None
    here.clock.forward(backtests.MOST_TRIES * backtest.LEASE)  # type: ignore[attr-defined]  # the test's own

    backtest.backtest(here, shop.id)

    assert backtest.newest(here, shop)[Kind.KEPT].problem == backtest.GAVE_UP


def test_given_a_walk_whose_bell_was_never_rung_when_its_shop_is_looked_for_then_it_is_found_until_somebody_walks(
    here: ShelfWorld, shop: Merchant
) -> None:
    with unit_of_work(here.sessions) as session:
        backtests.ask(session, shop_id=shop.id, kind=Kind.KEPT, policy=POLICY, now=NOON)
        waiting = backtests.shops_due(session, now=NOON, limit=5)
        backtests.take_up(session, shop_id=shop.id, now=NOON, lease=backtest.LEASE)
        in_hand = backtests.shops_due(session, now=NOON, limit=5)
        left = backtests.shops_due(session, now=NOON + backtest.LEASE, limit=5)
    assert (waiting, in_hand, left) == ([shop.id], [], [shop.id])


def test_given_another_walk_that_was_asked_for_meanwhile_when_one_ends_then_it_is_not_kept(
    here: ShelfWorld, shop: Merchant
) -> None:
    backtest.ask(here, shop, Kind.TRIED, POLICY)
    with unit_of_work(here.sessions) as session:
        first = backtests.take_up(session, shop_id=shop.id, now=NOON, lease=backtest.LEASE)
    assert first is not None
    here.clock.forward(timedelta(seconds=1))  # type: ignore[attr-defined]  # the test's own
    backtest.ask(here, shop, Kind.TRIED, POLICY)

    with unit_of_work(here.sessions) as session:
        kept = backtests.end(session, first, shop_id=shop.id, outcome=outcome(), now=NOON)
        held = backtests.go_on(session, first, shop_id=shop.id, percent=50, until=NOON + DAY)

    assert (kept, held) == (False, False)
    assert not backtest.newest(here, shop)[Kind.TRIED].is_over


def test_given_moments_that_were_truly_kept_when_read_then_a_walk_decides_about_its_own_time_itself(
    here: ShelfWorld, shop: Merchant
) -> None:
    with unit_of_work(here.sessions) as session:
        for rule in ("comeback", "birthday"):
            kept = present(ticket_id=None, gift_id=3, occasion=f"{rule}:1")
            plan(session, shop, planned(kept), rule=rule)

        def read(since: datetime) -> list[tuple[str, int | None, bool]]:
            found = backtests.treats(session, shop_id=shop.id, tried=GIVES, since=since)
            return [(each.occasion, each.gift_id, each.keeps_pause) for each in found]

        within, before = read(NOON - DAY), read(NOON + DAY)
    assert within == [("birthday:1", 3, True)]
    assert before == [("comeback:1", 3, True), *within]
