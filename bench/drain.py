"""`bench drain`: webhooks that wait, until their decisions are written down, beside RQ's own jobs that do nothing."""

import argparse
import random
import statistics
import tempfile
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import update

from app.domain.policy import Mode, NthOrderGift, Policy, SpecialCustomer
from app.domain.ports import Shop
from app.store import inbox, shops, tables, yardstick
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from bench import letters, plain_rq, shop
from bench.databases import both
from bench.letters import Store
from bench.report import seconds, spread
from bench.value import filled
from jobs import logs
from jobs.handle import handle_all
from jobs.runtime import Outside, World
from tests.embedded import private_redis

SEED = 7
BATCH = 256
GOAL = 30  # × what RQ does by itself
CUSTOMERS = 20_000
_MUG, _CANDLE = 7001, 7002
POLICY = Policy(
    special_customer=SpecialCustomer(mode=Mode.AUTO),
    nth_order_gift=NthOrderGift(mode=Mode.AUTO, ordinals=(4,), variants=(_MUG, _CANDLE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAtHand(World):
    """A world whose only store answers at once."""

    store: Store

    def outside(self, _merchant: Merchant) -> Outside:
        at_hand = cast("Shop", self.store)
        return Outside(shop=at_hand, shop_at_once=at_hand)


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when the goal is missed."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench drain", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000, help="of a round; each is told of three times")
    parser.add_argument("--jobs", type=int, default=100, help="of RQ's own, a round")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    body = letters.pattern()
    with (
        both() as urls,
        tempfile.TemporaryDirectory(prefix="lagniappe-bench-") as folder,
        private_redis(Path(folder)) as redis_url,
        (Path(folder) / "log").open("w") as log,
    ):
        logs.start("bench", to=log)  # as a worker writes it, only elsewhere
        good = [_compare(kind, url, redis_url, body, chosen) for kind, (url,) in urls.items()]
    return 0 if all(good) else 1


def _compare(kind: str, url: str, redis_url: str, body: dict[str, Any], chosen: argparse.Namespace) -> bool:
    here = _moved_in(url)
    rng, number = random.Random(SEED), 10**9
    plain: list[float] = []
    speeds: dict[str, list[float]] = {"each order told of three times": [], "each order told of once": []}
    for _ in range(chosen.rounds):
        plain.append(plain_rq.jobs_a_second(redis_url, chosen.jobs))
        for way, topics in zip(speeds, (letters.TOPICS, letters.TOPICS[1:2]), strict=True):
            received = _receive(here, body, rng, number, chosen.orders, topics)
            speeds[way].append(received / seconds(lambda: _drain(here)))
            number += chosen.orders
    print(f"\n{kind}: RQ's own jobs {spread(plain)}/s")
    good = True
    for way, found in speeds.items():
        times = [one / other for one, other in zip(found, plain, strict=True)]
        print(f"  deliveries handled, {way}: {spread(found)}/s, {spread(times)} × (goal {GOAL})")
        good &= statistics.median(times) >= GOAL
    here.sessions.kw["bind"].dispose()
    return good


def _moved_in(url: str) -> StoreAtHand:
    sessions: Sessions = filled(url, CUSTOMERS, 5)
    plain = shop.world(url, "")
    with unit_of_work(sessions) as session:
        now = plain.clock.now()
        shops.change_policy(session, shop_id=1, policy=POLICY, now=now)
        shops.note_history(session, shop_id=1, done_at=now, swept_to=now)
        yardstick.measure(session, shop_id=1, policy=POLICY.special_customer, now=now)
        measure = yardstick.read(session, shop_id=1, currency="USD")
        if measure is not None:  # whoever deserves the mark has it since the shop moved in
            above = tables.Customer.net_minor >= measure.threshold.minor
            session.execute(update(tables.Customer).where(above).values(special=True, marked=True))
    sessions.kw["bind"].dispose()
    return StoreAtHand(store=Store(), **{each.name: getattr(plain, each.name) for each in fields(World)})


def _receive(
    here: StoreAtHand, body: dict[str, Any], rng: random.Random, number: int, orders: int, topics: tuple[str, ...]
) -> int:
    """Put webhooks about so many new orders into the inbox, half of them of customers who were here before."""
    now, count = here.clock.now() - timedelta(minutes=1), 0
    with unit_of_work(here.sessions) as session:
        for order_id in range(number, number + orders):
            customer_id = rng.randint(1, CUSTOMERS) if rng.random() < 0.5 else order_id
            order = letters.bought(order_id, customer_id, at=now)
            here.store.orders[order_id] = order
            for letter in letters.about(body, order, topics):
                count += inbox.receive(
                    session,
                    shop_id=1,
                    source="shopify",
                    sender="bench.myshopify.com",
                    topic=letter.topic,
                    delivery_key=letter.key,
                    body=letter.body,
                    now=now,
                )
    return count


def _drain(here: StoreAtHand) -> None:
    """Handle what waits as a worker does, batch by batch."""
    while True:
        merchant = here.merchant(1)
        assert merchant is not None
        with unit_of_work(here.sessions) as session:
            now = here.clock.now()
            claimed = inbox.claim(session, shop_id=1, now=now, lease=here.lease, limit=BATCH)
        if not claimed:
            return
        handle_all(here, merchant, here.outside(merchant), claimed)
