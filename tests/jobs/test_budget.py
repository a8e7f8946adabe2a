"""A shop's points: shared by all workers, learned from the store, kept in part for people, and never in the way."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis

from app.domain.errors import Busy
from integrations.shopify.budget import Budget, Taken
from integrations.shopify.cost import Cost
from jobs.budget import (
    FIRST_MOST,
    FIRST_NEED,
    LAP_SECONDS,
    PATIENCE_SECONDS,
    SharedBudgets,
)
from jobs.scripts import DEAF_SECONDS, IMPATIENT_SECONDS
from tests.conftest import NOBODY_LISTENS

KEY = "lagniappe:points:7"


@pytest.fixture
def budgets(redis: Redis) -> SharedBudgets:
    return SharedBudgets(redis)  # which waits for Redis as long as a slow machine needs


def test_given_a_shop_not_known_yet_when_many_ask_at_once_then_only_a_few_go_before_the_first_answer(
    budgets: SharedBudgets,
) -> None:
    gone = taken_in_a_row(budgets.of(7, urgent=False), "OrderFacts")

    assert 1 <= gone * FIRST_NEED <= 0.8 * FIRST_MOST


def test_given_an_answer_when_asked_again_then_what_the_store_said_counts_not_our_guess(budgets: SharedBudgets) -> None:
    teach(budgets, requested=10, available=1000, maximum=1000, rate=0.001)

    assert taken_in_a_row(budgets.of(7, urgent=False), "OrderFacts") == 80


def test_given_background_work_when_the_bucket_is_down_to_its_reserve_then_it_waits_and_a_person_does_not(
    budgets: SharedBudgets,
) -> None:
    teach(budgets, requested=10, available=205, maximum=1000, rate=0.001)

    with pytest.raises(Busy):
        budgets.of(7, urgent=False).take("OrderFacts")
    assert budgets.of(7, urgent=True).take("OrderFacts").points == 10


def test_given_background_work_when_sent_away_then_it_comes_back_to_half_a_bucket(budgets: SharedBudgets) -> None:
    teach(budgets, requested=10, available=100, maximum=1000, rate=0.1)

    with pytest.raises(Busy) as caught:
        budgets.of(7, urgent=False).take("OrderFacts")
    assert caught.value.retry_after == pytest.approx(4_000, abs=100)


def test_given_a_person_when_the_bucket_is_empty_then_the_call_waits_a_moment_and_goes(
    budgets: SharedBudgets, redis: Redis
) -> None:
    teach(budgets, requested=0.1, available=0, maximum=1000, rate=0.1)
    slept = sleeps(budgets, redis)

    assert budgets.of(7, urgent=True).take("OrderFacts").points == pytest.approx(0.1)
    assert 0 < sum(slept) <= 1.3


def test_given_a_person_when_it_would_take_longer_than_a_moment_then_they_are_told_how_long(
    budgets: SharedBudgets, redis: Redis
) -> None:
    teach(budgets, requested=500, available=0, maximum=1000, rate=0.1)
    slept = sleeps(budgets, redis)

    with pytest.raises(Busy) as caught:
        budgets.of(7, urgent=True).take("OrderFacts")
    assert caught.value.retry_after == pytest.approx(5_000, abs=100)
    assert slept == []


def test_given_a_person_when_others_are_always_quicker_then_the_waiting_has_an_end(budgets: SharedBudgets) -> None:
    teach(budgets, requested=0.1, available=0, maximum=1000, rate=0.1)
    slept: list[float] = []
    budgets.sleep = slept.append  # no time passes: as if everything that came back was taken by somebody else

    with pytest.raises(Busy):
        budgets.of(7, urgent=True).take("OrderFacts")
    assert sum(slept) <= PATIENCE_SECONDS


def test_given_the_cost_of_one_operation_when_another_is_asked_for_then_each_has_its_own(
    budgets: SharedBudgets,
) -> None:
    teach(budgets, "OrderFacts", requested=42, available=1000, maximum=1000, rate=100)
    teach(budgets, "TagsAdd", requested=10, available=1000, maximum=1000, rate=100)
    budget = budgets.of(7, urgent=False)

    assert [budget.take(name).points for name in ("OrderFacts", "TagsAdd", "New")] == [42, 10, FIRST_NEED]


def test_given_calls_that_are_out_when_one_comes_back_then_the_points_of_the_others_stay_set_aside(
    budgets: SharedBudgets,
) -> None:
    teach(budgets, requested=100, available=1000, maximum=1000, rate=0.001)
    budget = budgets.of(7, urgent=True)
    first, _second, _third = (budget.take("OrderFacts") for _ in range(3))

    # The store has not seen the other two yet.
    budget.settle("OrderFacts", first, said(requested=100, available=950, maximum=1000, rate=0.001))

    assert taken_in_a_row(budget, "OrderFacts") == 7


def test_given_many_workers_when_they_ask_at_once_then_no_point_is_spent_twice(
    budgets: SharedBudgets, redis_url: str
) -> None:
    teach(budgets, requested=100, available=1000, maximum=1000, rate=0.001)
    workers = [SharedBudgets(Redis.from_url(redis_url, protocol=2)) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        gone = list(pool.map(lambda worker: taken_in_a_row(worker.of(7, urgent=False), "OrderFacts"), workers))
    for worker in workers:
        worker.redis.close()

    assert sum(gone) == 8


def test_given_a_worker_that_died_in_its_call_when_two_laps_have_passed_then_its_points_are_back(
    budgets: SharedBudgets, redis: Redis
) -> None:
    teach(budgets, requested=100, available=1000, maximum=1000, rate=0.001)
    dead, alive = budgets.of(7, urgent=True), budgets.of(7, urgent=True)
    dead.take("OrderFacts")
    redis.hincrby(KEY, "lap", -2)  # as if it had been that long ago

    taken = alive.take("OrderFacts")
    alive.settle("OrderFacts", taken, said(requested=100, available=1000, maximum=1000, rate=0.001))

    assert taken_in_a_row(alive, "OrderFacts") == 10


def test_given_an_empty_bucket_when_time_passes_then_it_fills_at_the_stores_rate_and_no_further(
    budgets: SharedBudgets, redis: Redis
) -> None:
    teach(budgets, requested=10, available=0, maximum=1000, rate=0.1)
    budget = budgets.of(7, urgent=False)

    earlier(redis, 5_000.0)
    assert taken_in_a_row(budget, "OrderFacts") == pytest.approx(30, abs=3)
    earlier(redis, 3_600_000.0)
    assert taken_in_a_row(budget, "OrderFacts") == pytest.approx(80, abs=3)


def test_given_a_call_dearer_than_what_background_work_may_have_when_the_bucket_is_full_then_it_goes(
    budgets: SharedBudgets,
) -> None:
    teach(budgets, requested=950, available=1000, maximum=1000, rate=0.001)

    assert budgets.of(7, urgent=False).take("OrderFacts").points == 950


def test_given_an_answer_without_a_cost_when_settled_then_the_points_stay_spent(budgets: SharedBudgets) -> None:
    teach(budgets, requested=100, available=1000, maximum=1000, rate=0.001)
    budget = budgets.of(7, urgent=True)

    budget.settle("OrderFacts", budget.take("OrderFacts"), Cost())

    assert taken_in_a_row(budget, "OrderFacts") == 9


def test_given_a_429_when_settled_then_the_bucket_is_taken_for_empty(budgets: SharedBudgets) -> None:
    teach(budgets, requested=100, available=1000, maximum=1000, rate=0.001)
    budget = budgets.of(7, urgent=False)

    budget.settle("OrderFacts", budget.take("OrderFacts"), Cost(available=0.0))

    with pytest.raises(Busy):
        budget.take("OrderFacts")


def test_given_one_shops_empty_bucket_when_another_asks_then_it_has_its_own(budgets: SharedBudgets) -> None:
    teach(budgets, requested=10, available=0, maximum=1000, rate=0.001)

    assert budgets.of(8, urgent=False).take("OrderFacts").points == FIRST_NEED


def test_given_a_wiped_redis_when_asked_then_everything_is_learned_anew(budgets: SharedBudgets, redis: Redis) -> None:
    teach(budgets, requested=10, available=0, maximum=1000, rate=0.001)
    redis.flushall()

    assert budgets.of(7, urgent=False).take("OrderFacts").points == FIRST_NEED


def test_given_no_redis_when_asked_often_then_every_call_goes_and_nobody_waits() -> None:
    budgets = SharedBudgets.at(NOBODY_LISTENS)
    budget = budgets.of(7, urgent=False)

    for _ in range(1000):
        budget.settle("OrderFacts", budget.take("OrderFacts"), said(requested=10, available=0, maximum=1000, rate=1))

    assert budgets.failures == 1  # and not asked again for a while
    assert DEAF_SECONDS > IMPATIENT_SECONDS


@pytest.mark.parametrize("config", [("maxmemory", "1"), ("min-replicas-to-write", "1")])
def test_given_a_redis_that_takes_nothing_when_asked_then_the_call_goes(
    budgets: SharedBudgets, redis: Redis, config: tuple[str, str]
) -> None:
    redis.config_set(*config)
    try:
        assert budgets.of(7, urgent=False).take("OrderFacts") == Taken(points=0.0, lap=0)
    finally:
        redis.config_set(config[0], "0")


def test_given_anything_when_kept_then_it_is_numbers_alone_and_goes_by_itself(
    budgets: SharedBudgets, redis: Redis
) -> None:
    teach(budgets, requested=10, available=100, maximum=1000, rate=100)

    kept: dict[bytes, Any] = redis.hgetall(KEY)
    assert all(float(value) >= 0 for value in kept.values())
    assert redis.ttl(KEY) > LAP_SECONDS


def said(*, requested: float, available: float, maximum: float, rate: float) -> Cost:
    return Cost(requested=requested, available=available, maximum=maximum, restored=rate)


def teach(budgets: SharedBudgets, operation: str = "OrderFacts", **points: float) -> None:
    """Let one call's answer say how things stand."""
    budget = budgets.of(7, urgent=True)
    budget.settle(operation, Taken(points=0.0, lap=0), said(**points))


def taken_in_a_row(budget: Budget, operation: str) -> int:
    """Return how many calls go before one is sent away."""
    for gone in range(1000):
        try:
            budget.take(operation)
        except Busy:
            return gone
    raise AssertionError("nobody was ever sent away")


def earlier(redis: Redis, seconds: float) -> None:
    """Make what was written down that much older."""
    redis.hset(KEY, "at", str(float(redis.hget(KEY, "at") or 0) - seconds))


def sleeps(budgets: SharedBudgets, redis: Redis) -> list[float]:
    """Let sleeping cost no time, though time passes for the bucket; return how long was slept."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        earlier(redis, seconds)

    budgets.sleep = sleep
    return slept
