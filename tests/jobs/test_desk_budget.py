"""A helpdesk's calls: counted for all workers together, learned from its answers, kept in part for people."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from redis import Redis
from structlog.testing import capture_logs

from app.domain.effects import State
from app.domain.errors import Busy
from app.store import inbox, orders
from app.store.base import unit_of_work
from integrations.companies import Bucket
from jobs.clock import Clock
from jobs.desk_budget import EMPTIES_IN_SECONDS, FIRST_LIMIT, RESERVE, SharedDeskBudgets
from tests.builders import NOON
from tests.conftest import NOBODY_LISTENS
from tests.jobs.conftest import Practice

SECOND = timedelta(seconds=1)
TICKETS = 60


@dataclass
class Hand:
    """A clock in the test's hand."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def budgets(redis: Redis) -> SharedDeskBudgets:
    return SharedDeskBudgets(redis)  # which waits for Redis as long as a slow machine needs


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def bucket(budgets: SharedDeskBudgets, clock: Hand) -> Bucket:
    return budgets.of("some", "acme", cast("Clock", clock))


def taken(bucket: Bucket, *, urgent: bool = True) -> int:
    """Take until somebody is sent away; return how many went."""
    for count in range(1_000):
        try:
            bucket.take(urgent=urgent)
        except Busy:
            return count
    raise AssertionError("it has no bottom")


def test_given_an_account_not_known_yet_when_many_ask_then_so_many_go_as_the_smallest_plan_takes(
    bucket: Bucket,
) -> None:
    assert taken(bucket) == FIRST_LIMIT


def test_given_a_clock_that_is_set_back_when_the_bucket_is_full_then_it_empties_as_before(
    bucket: Bucket, clock: Hand
) -> None:
    taken(bucket)
    clock.moment -= 3600 * SECOND
    assert taken(bucket) == 0

    clock.moment += EMPTIES_IN_SECONDS * SECOND

    assert taken(bucket) == FIRST_LIMIT


def test_given_background_work_when_the_bucket_is_down_to_its_reserve_then_it_waits_and_a_person_does_not(
    bucket: Bucket,
) -> None:
    assert taken(bucket, urgent=False) == FIRST_LIMIT * (1 - RESERVE)
    assert taken(bucket) == FIRST_LIMIT * RESERVE


def test_given_a_full_bucket_when_time_passes_then_it_leaks_evenly(bucket: Bucket, clock: Hand) -> None:
    taken(bucket)
    clock.moment += SECOND * EMPTIES_IN_SECONDS / 4

    assert taken(bucket) == FIRST_LIMIT / 4


def test_given_who_is_sent_away_when_they_come_back_as_told_then_half_a_bucket_is_theirs(
    bucket: Bucket, clock: Hand
) -> None:
    taken(bucket)
    with pytest.raises(Busy) as caught:
        bucket.take(urgent=True)
    clock.moment += SECOND * (caught.value.retry_after or 0)

    assert taken(bucket) == FIRST_LIMIT / 2


def test_given_what_the_helpdesk_says_when_it_is_fuller_than_we_know_then_it_is_right(bucket: Bucket) -> None:
    bucket.learn(used=70, limit=80)
    assert taken(bucket) == 10

    bucket.learn(used=3, limit=80)  # an answer that was long on its way
    assert taken(bucket) == 0


def test_given_a_helpdesk_that_counts_by_the_minute_when_it_says_so_then_its_bucket_leaks_as_slowly(
    bucket: Bucket, clock: Hand
) -> None:
    bucket.learn(used=60, limit=60, seconds=60)
    clock.moment += SECOND * 15

    assert taken(bucket) == 15


def test_given_a_call_that_was_one_too_many_when_told_then_the_bucket_counts_as_full(bucket: Bucket) -> None:
    bucket.full()

    assert taken(bucket) == 0


def test_given_two_workers_when_both_spend_then_they_spend_the_same_calls_and_another_account_spends_its_own(
    budgets: SharedDeskBudgets, clock: Hand, redis: Redis
) -> None:
    mine, theirs = (each.of("some", "acme", cast("Clock", clock)) for each in (budgets, SharedDeskBudgets(redis)))
    taken(mine)

    assert taken(theirs) == 0
    assert taken(budgets.of("some", "other", cast("Clock", clock))) == FIRST_LIMIT


def test_given_no_redis_when_asked_then_everybody_spends_freely_and_nobody_waits_for_it_twice(clock: Hand) -> None:
    away = SharedDeskBudgets.at(NOBODY_LISTENS)
    bucket = away.of("some", "acme", cast("Clock", clock))
    for _ in range(FIRST_LIMIT * 2):
        bucket.take(urgent=False)
    bucket.learn(used=40, limit=40)

    assert away.failures == 1


@pytest.mark.parametrize("shared", [True, False], ids=["with a budget", "without one"])
def test_given_sixty_tickets_at_once_when_the_genuine_bucket_is_all_there_is_then_each_is_tagged_and_noted_once(
    inside: Practice, budgets: SharedDeskBudgets, shared: bool
) -> None:
    if shared:
        inside = replace(inside, world=replace(inside.world, desk_budgets=budgets))
    tickets = written_in(inside)
    inside.call("/town/helpdesk/limit", {"calls": 40, "seconds": 20})
    rounds = 0
    with capture_logs() as logs:
        while rounds == 0 or to_do(inside):
            inside.drain()
            inside.later(10)
            rounds += 1
            assert rounds < 40

    seen = [inside.call(f"/town/tickets/{ticket}") for ticket in tickets]
    assert {(tuple(ticket["tags"]), len(ticket["notes"])) for ticket in seen} == {(("make-it-right",), 1)}
    turned_away = [entry for entry in logs if "asks for fewer calls" in str(entry.get("problem"))]
    assert (len(turned_away) <= 3) is shared, len(turned_away)


def to_do(inside: Practice) -> bool:
    """Return whether anything is still to be told on a ticket."""
    told = [row.state for kind in ("tag_ticket", "post_note") for row in inside.effects(kind)]
    return set(told) != {State.DONE}


def written_in(inside: Practice) -> list[int]:
    """Let a special customer write sixty times, all at once; return the tickets."""
    customer = inside.call("/town/cast")["fourth_order_customer"]
    inside.deliver(inside.order(customer_id=customer))
    inside.drain()
    with unit_of_work(inside.world.sessions) as session:
        now = inside.world.clock.now()
        orders.set_special(session, shop_id=inside.shop_id, customer_ids=[customer], special=True, now=now)
    tickets = [int(inside.call("/town/tickets", {"customer_id": customer})["ticket_id"]) for _ in range(TICKETS)]
    email = inside.call(f"/town/tickets/{tickets[0]}")["customer"]["email"]
    for ticket in tickets:
        said = {"v": "1", "event": "ticket-created", "ticket_id": str(ticket), "customer_email": email}
        hear(inside, json.dumps(said).encode())
    return tickets


def hear(inside: Practice, body: bytes) -> None:
    """Put a call of the helpdesk's into the inbox, as the web process would."""
    with unit_of_work(inside.world.sessions) as session:
        inbox.receive(
            session,
            shop_id=inside.shop_id,
            source="gorgias",
            sender="practice",
            topic="http-integration",
            delivery_key=hashlib.sha256(body).hexdigest(),
            body=body,
            now=inside.world.clock.now(),
        )
