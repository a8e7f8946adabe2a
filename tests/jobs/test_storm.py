"""One shop's storm: it waits for its own bucket to fill, and no other shop, and nobody at its own helpdesk, notices."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from redis import Redis
from sqlalchemy import select

from app.domain.effects import AddGiftLine, Plan
from app.domain.policy import Mode
from app.domain.retry import MOST_ATTEMPTS
from app.store import inbox, ledger, shops
from app.store.base import open_database, sessions_of, unit_of_work
from app.store.grants import Pair
from app.store.tables import Delivery, Effect
from integrations.sandbox.store import endpoint
from integrations.sandbox.store.catalogue import PRODUCTS
from integrations.sandbox.town import TownSettings
from jobs.budget import SharedBudgets
from jobs.practice import POLICY
from jobs.runtime import purse
from tests.builders import profile
from tests.conftest import let_in
from tests.jobs.conftest import Practice, moved_in, settings_for
from tests.still import still_town

OTHER = "other-shop.myshopify.com"
ORDERS, TIMES = 60, 8  # one order is read once for all that a batch tells of it, so a burst is about many
BURST = ORDERS * TIMES
STICKERS = next(place for place, product in enumerate(PRODUCTS) if product.sku == "GIFT-STICKERS")


@dataclass
class Weather:
    """The practice shop in a town with small buckets, which all workers share through a real Redis."""

    here: Practice
    redis: Redis
    shift: float = 0.0

    def burst(self, *orders: int, times: int = 1) -> None:
        """Let webhooks about the orders come, so many about each."""
        with unit_of_work(self.here.world.sessions) as session:
            for number in range(times):
                for order in orders:
                    inbox.receive(
                        session,
                        shop_id=self.here.shop_id,
                        source="shopify",
                        sender="lagniappe-practice.myshopify.com",
                        topic="orders/paid",
                        delivery_key=f"{order}-{number}",
                        body=json.dumps({"id": order}).encode(),
                        now=self.here.world.clock.now(),
                    )

    def later(self, seconds: int) -> None:
        """Let time pass for everybody: the app, the town, the town's buckets and what is known of them."""
        self.here.later(seconds)
        self.shift += seconds
        for key in self.redis.keys("lagniappe:points:*"):
            self.redis.hset(key, "at", str(float(self.redis.hget(key, "at") or 0) - seconds))


@pytest.fixture
def storm(
    lived_in: Path, tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Weather]]:
    """Begin a storm in a town whose stores have buckets of this size and rate."""
    with ExitStack() as opened:

        def begin(*, size: int, rate: int) -> Weather:
            for name in ("town.db", "clock", "app.db"):
                shutil.copy(lived_in / name, tmp_path / name)
            url = f"sqlite:///{tmp_path / 'app.db'}"
            # It waits for Redis as long as a slow machine needs.
            budgets, engine = SharedBudgets(Redis.from_url(redis_url, protocol=2)), open_database(url)
            opened.callback(engine.dispose)
            opened.callback(budgets.redis.close)
            budgets.redis.flushdb()
            books, clock = tmp_path / "town.db", tmp_path / "clock"
            wish = TownSettings(books=books, clock_file=clock, bucket_size=size, restore_rate=rate)
            moment = datetime.now(UTC)
            town = opened.enter_context(still_town(wish, moment))
            here = moved_in(settings_for(town, tmp_path, url), sessions_of(engine), tmp_path, moment)
            weather = Weather(replace(here, world=replace(here.world, budgets=budgets)), budgets.redis)
            steady = SimpleNamespace(monotonic=lambda: time.monotonic() + weather.shift, sleep=time.sleep)
            monkeypatch.setattr(endpoint, "time", steady)
            return weather

        yield begin


def test_given_a_burst_in_one_shop_when_its_bucket_is_empty_then_the_other_shops_gifts_are_given_in_its_first_turn(
    storm: Callable[..., Weather],
) -> None:
    weather = storm(size=1000, rate=1)
    crowded, quiet = weather.here, neighbour(weather.here)
    weather.burst(*(crowded.order() for _ in range(ORDERS)), times=TIMES)
    gifts = [planned_gift(quiet) for _ in range(3)]

    crowded.drain()
    quiet.drain()

    assert [quiet.gifts_on(gift) for gift in gifts] == [1, 1, 1]
    assert [row.state for row in rows(quiet)] == ["done"] * 3
    assert waits(quiet) == 0
    assert 0 < handled(crowded) < BURST
    assert calls(crowded).get("throttled", 0) == 0
    assert calls(crowded).get("mispaired", 0) == 0


def test_given_a_burst_when_its_shop_was_told_to_wait_then_the_bell_is_silent_until_the_bucket_has_filled(
    storm: Callable[..., Weather],
) -> None:
    weather = storm(size=1000, rate=10)
    crowded = weather.here
    weather.burst(*(crowded.order() for _ in range(ORDERS)), times=TIMES)
    crowded.drain()
    before = handled(crowded), sum(calls(crowded).values())

    weather.later(1)
    assert not rung_for(crowded)
    crowded.drain()  # somebody rings all the same
    assert (handled(crowded), sum(calls(crowded).values())) == before

    weather.later(60)
    assert rung_for(crowded)
    crowded.drain()
    assert handled(crowded) > before[0]


def test_given_a_burst_when_an_agent_presses_a_button_then_it_is_done_out_of_the_reserve(
    storm: Callable[..., Weather],
) -> None:
    weather = storm(size=2000, rate=1)
    crowded = weather.here
    weather.burst(*(crowded.order() for _ in range(ORDERS)), times=TIMES)
    crowded.drain()
    customer = crowded.call("/town/cast")["bereaved_customer"]
    ticket = crowded.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"]
    busy = handled(crowded)

    crowded.press(int(ticket), "refund_keep")
    crowded.drain()

    assert [row.state for row in crowded.effects("refund_order")] == ["done"]
    assert handled(crowded) == busy + 1
    assert calls(crowded).get("throttled", 0) == 0


def test_given_two_shops_in_a_storm_when_many_workers_drain_both_then_the_store_hardly_ever_has_to_say_no(
    storm: Callable[..., Weather],
) -> None:
    weather = storm(size=1000, rate=1)
    crowded, quiet = weather.here, neighbour(weather.here)
    weather.burst(*[crowded.order() for _ in range(5)], times=20)
    gifts = [planned_gift(quiet) for _ in range(3)]

    with ThreadPoolExecutor(6) as workers:
        list(workers.map(lambda here: here.drain(), [crowded, quiet] * 3))

    assert [quiet.gifts_on(gift) for gift in gifts] == [1, 1, 1]
    assert calls(crowded).get("throttled", 0) <= 6  # one a worker: they all began before the first answer
    assert calls(crowded).get("mispaired", 0) == 0


def test_given_a_burst_when_the_bucket_fills_again_and_again_then_everything_is_done_and_nothing_failed_for_good(
    storm: Callable[..., Weather],
) -> None:
    weather = storm(size=600, rate=20)
    crowded, orders = weather.here, [weather.here.order() for _ in range(60)]
    weather.burst(*orders)

    for _ in range(50):
        crowded.drain()
        if handled(crowded) == len(orders) and all(row.ended_at for row in rows(crowded)):
            break
        weather.later(20)

    assert handled(crowded) == len(orders)
    assert {row.state for row in rows(crowded)} == {"done"}
    assert crowded.set_aside() == []
    assert waits(crowded) > 0
    assert calls(crowded).get("throttled", 0) == 0


def test_given_half_of_all_calls_turned_away_for_long_when_it_is_over_then_nothing_has_failed_for_good(
    storm: Callable[..., Weather],
) -> None:
    weather = storm(size=4000, rate=1000)
    crowded, orders = weather.here, [weather.here.order() for _ in range(6)]
    weather.burst(*orders)
    crowded.call("/town/faults", {"rate": 0.5, "kinds": ["429", "throttled"]})
    for _ in range(60):
        crowded.drain()
        weather.later(30)
    assert waits(crowded) > MOST_ATTEMPTS

    crowded.call("/town/faults", {"rate": 0.0})
    for _ in range(3):
        crowded.drain()
        weather.later(30)

    assert handled(crowded) == len(orders)
    assert {row.state for row in rows(crowded)} == {"done"}
    assert crowded.set_aside() == []


def rung_for(here: Practice) -> bool:
    with unit_of_work(here.world.sessions) as session:
        return here.shop_id in shops.with_work(session, now=here.world.clock.now(), older_than=timedelta())


def calls(here: Practice) -> dict[str, int]:
    found: dict[str, int] = here.call("/town/state")["calls"]
    return found


def neighbour(here: Practice) -> Practice:
    """Open a second store in the town, and install the app in it."""
    here.call(f"/town/shops/{OTHER}", {"token": "shpat_other"})
    with unit_of_work(here.world.sessions) as session:
        now = here.world.clock.now()
        shop_id = shops.install(session, profile=profile(domain=OTHER), policy=POLICY, now=now)
        let_in(session, shop_id, here.world.seal, Pair(token="shpat_other", expires_at=None))
        shops.note_history(session, shop_id=shop_id, done_at=now, swept_to=now)
    return replace(here, shop_id=shop_id)


def planned_gift(here: Practice) -> int:
    """Plan a gift for a fresh order of the neighbour's; return the order."""
    order = int(here.call("/town/orders", {"shop": OTHER, "announce": "lose"})["order_id"])
    (line,) = here.call(f"/town/orders/{order}")["lines"]
    merchant, now = here.world.merchant(here.shop_id), here.world.clock.now()
    assert merchant is not None
    gift = AddGiftLine(
        order_id=order,
        order_name="#1",
        customer_id=1,
        variant_id=line["variant_id"] + STICKERS,
        title="Stickers",
        rule="nth",
    )
    with unit_of_work(here.world.sessions) as session:
        ledger.plan(
            session,
            shop_id=here.shop_id,
            decision_id=None,
            rule="nth_order_gift",
            because="It is the fourth.",
            plan=Plan(effect=gift, due_at=now),
            mode=Mode.AUTO,
            purse=purse(merchant, now),
            now=now,
        )
    return order


def rows(here: Practice) -> list[Effect]:
    with unit_of_work(here.world.sessions) as session:
        return list(session.scalars(select(Effect).where(Effect.shop_id == here.shop_id).order_by(Effect.id)))


def letters(here: Practice) -> list[Delivery]:
    with unit_of_work(here.world.sessions) as session:
        return list(session.scalars(select(Delivery).where(Delivery.shop_id == here.shop_id).order_by(Delivery.id)))


def handled(here: Practice) -> int:
    return sum(letter.handled_at is not None for letter in letters(here))


def waits(here: Practice) -> int:
    """Return how often anything of the shop was asked to come back."""
    return sum(row.waits for row in rows(here)) + sum(letter.waits for letter in letters(here))
