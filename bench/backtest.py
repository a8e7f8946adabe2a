"""`bench backtest`: ninety days walked through with the rules on, beside merely reading and adding up the orders."""

import argparse
import random
import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from app.domain.backtest import summary
from app.domain.backtest.summary import Outcome
from app.domain.facts import GiftOption
from app.domain.history import PastOrder
from app.domain.money import Money
from app.domain.policy import Brake, Measure, NthOrderGift, Policy, SpecialCustomer
from app.domain.turns import Turn, traits, written
from app.store import backtests, bulk, imports, shops
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from bench import shop
from bench.databases import both
from bench.report import seconds, spread
from jobs import backtest
from jobs.runtime import World

GOAL_SECONDS = 30
BATCH = 5_000
MUG = GiftOption(variant_id=7, title="Mug", cost=Money(minor=8_00, currency="USD"), on_sale=True, stock=None)
POLICY = Policy(
    nth_order_gift=NthOrderGift(ordinals=(4,), variants=(7,), per_day=100_000),
    special_customer=SpecialCustomer(measure=Measure.PERCENTILE),
    brake=Brake(least_deeds=10**6, least_minor=10**9),
    gifts_monthly_minor=10**9,
    gifts_share=100_00,
)


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a walk takes too long."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench backtest", description=__doc__)
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--customers", type=int, default=15_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print(f"{chosen.orders:,} orders of {chosen.customers:,} customers, all of them within the ninety days")
    with both() as urls:
        good = [_measure(kind, url, chosen) for kind, (url,) in urls.items()]
    return 0 if all(good) else 1


def _measure(kind: str, url: str, chosen: argparse.Namespace) -> bool:
    here = shop.world(url, "")
    merchant = _moved_in(here, chosen)
    came_to: list[Outcome] = []
    walks = [seconds(lambda: came_to.append(_walked(here, merchant))) for _ in range(chosen.rounds)]
    reads = [seconds(lambda: _read(here, merchant)) for _ in range(chosen.rounds)]
    ratio = statistics.median(walks) / statistics.median(reads)
    print(f"{kind}: {spread(walks, 1)} s (goal {GOAL_SECONDS}), {ratio:.1f} × reading and adding up", flush=True)
    it = came_to[0]
    print(f"  {it.gifts:,} gifts, {it.skips:,} skipped, {it.tagged:,} marks put on and {it.untagged:,} taken off")
    here.sessions.kw["bind"].dispose()
    return max(walks) <= GOAL_SECONDS


def _moved_in(here: World, chosen: argparse.Namespace) -> Merchant:
    shop_id, now = shop.moved_in(here), here.clock.now()
    orders = list(_orders(now, chosen.orders, chosen.customers))
    with unit_of_work(here.sessions) as session:
        for start in range(0, len(orders), BATCH):
            bulk.pour(session, imports.ORDERS, orders[start : start + BATCH], shop_id=shop_id)
        shops.note_history(session, shop_id=shop_id, done_at=now)
        merchant = shops.by_id(session, shop_id)
    if merchant is None:
        raise LookupError("the shop has gone")
    return replace(merchant, policy=POLICY)


def _orders(now: datetime, orders: int, customers: int) -> Iterator[PastOrder]:
    """Yield orders as an import keeps them: sent a day later, one in twenty given back, one in fifty cancelled."""
    rng = random.Random(7)
    paid = traits(counted=True, settled=True, editable=True, domestic=True)
    sent, over = paid | traits(shipped=True), traits(settled=True, domestic=True, cancelled=True)
    step = (backtest.TIME - timedelta(hours=1)) / orders
    for number in range(1, orders + 1):
        at, net = now - step * number, rng.randint(500, 20_000)
        turns = [Turn(at, net, paid), Turn(at + timedelta(days=1), net, sent)]
        if number % 20 == 0:
            turns.append(Turn(at + timedelta(days=9), 0, sent))
        if number % 50 == 0:
            turns = [turns[0], Turn(at + timedelta(hours=3), 0, over)]
        counted, left = turns[-1].traits != over, turns[-1].net_minor
        who = min(int(rng.paretovariate(0.3)), rng.randint(1, customers))
        text = written(at, turns)
        yield PastOrder(number, who, f"#{number}", at, turns[-1].at, left, counted, None, "1", text)


def _walked(here: World, merchant: Merchant) -> Outcome:
    walk = backtest.walk_through(here, merchant, POLICY, (MUG,))
    return summary.told(walk, walk.through())


def _read(here: World, merchant: Merchant) -> int:
    with reading(here.sessions) as session:
        sums: dict[int | None, int] = {}
        for row in backtests.orders_of(session, shop_id=merchant.id):
            sums[row.customer_id] = sums.get(row.customer_id, 0) + row.net_minor
    return len(sums)
