"""Deliveries: kept once, handed to one worker at a time, and brought to an end by whoever holds them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.store import inbox
from app.store.base import Session, Sessions, unit_of_work
from app.store.inbox import Letter
from app.store.shops import Merchant
from app.store.tables import Delivery
from tests.builders import HOUR, MINUTE, NOON
from tests.store.crowd import at_once
from tests.store.plans import listening, plans

LEASE = 2 * MINUTE

END = {
    "handled": lambda session, letter: inbox.handled(session, letter, now=NOON),
    "put_back": lambda session, letter: inbox.put_back(session, letter, until=NOON + HOUR, problem="later"),
    "ask_to_wait": lambda session, letter: inbox.ask_to_wait(session, letter, until=NOON + HOUR, problem="busy"),
    "set_aside": lambda session, letter: inbox.set_aside(session, letter, problem="odd"),
}
End = Callable[[Session, Letter], bool]


def test_given_one_delivery_when_it_comes_a_thousand_times_from_fifty_senders_then_it_is_kept_once(
    sessions: Sessions, shop: Merchant
) -> None:
    kept = at_once(50, lambda _number: [receive(sessions, shop, "d-1") for _ in range(20)])

    assert [new for each in kept for new in each].count(True) == 1
    assert count(sessions) == 1


def test_given_another_key_topic_sender_or_source_when_received_then_it_is_another_delivery(
    sessions: Sessions, shop: Merchant
) -> None:
    assert receive(sessions, shop, "d-1")
    assert receive(sessions, shop, "d-2")
    assert receive(sessions, shop, "d-1", topic="orders/updated")
    assert receive(sessions, shop, "d-1", sender="other.myshopify.com")
    assert receive(sessions, shop, "d-1", source="gorgias")
    assert not receive(sessions, shop, "d-1")


def test_given_the_same_news_under_another_deliverys_id_when_received_then_it_is_dropped_for_its_topic_alone(
    sessions: Sessions, shop: Merchant
) -> None:
    assert receive(sessions, shop, "d-1", event_key="e-1")
    assert not receive(sessions, shop, "d-2", event_key="e-1")
    assert receive(sessions, shop, "d-3", event_key="e-1", topic="orders/updated")
    assert receive(sessions, shop, "d-4", event_key="e-1", sender="other.myshopify.com")


def test_given_news_that_names_no_event_when_it_comes_again_then_only_the_deliverys_id_counts(
    sessions: Sessions, shop: Merchant
) -> None:
    assert receive(sessions, shop, "d-1")
    assert receive(sessions, shop, "d-2")


def test_given_two_deliveries_of_one_comment_when_one_stands_for_it_then_it_does_for_good_and_the_other_never(
    sessions: Sessions, shop: Merchant
) -> None:
    for key in ("d-1", "d-2"):
        receive(sessions, shop, key)
    first, second = claim(sessions, shop)

    def stands(letter: Letter, news: str) -> bool:
        with unit_of_work(sessions) as session:
            return inbox.stands_for(session, letter, news=news)

    assert [stands(first, "comment:3"), stands(second, "comment:3"), stands(first, "comment:3")] == [True, False, True]
    assert stands(second, "comment:4")


def test_given_a_moment_of_origin_when_kept_then_the_worker_is_told(sessions: Sessions, shop: Merchant) -> None:
    receive(sessions, shop, "d-1", triggered_at=NOON - HOUR)

    (letter,) = claim(sessions, shop)
    assert letter.triggered_at == NOON - HOUR


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe{", b'{"id":1}' * 100_000])
def test_given_any_bytes_when_kept_then_they_come_out_as_they_came(
    sessions: Sessions, shop: Merchant, body: bytes
) -> None:
    receive(sessions, shop, "d-1", body=body)

    (letter,) = claim(sessions, shop)
    assert (letter.body, letter.topic, letter.received_at) == (body, "orders/paid", NOON)


def test_given_an_authentic_call_of_an_unknown_shop_when_received_then_it_is_kept_and_never_acted_on(
    sessions: Sessions, shop: Merchant
) -> None:
    assert receive(sessions, None, "d-1")

    assert claim(sessions, shop) == []
    assert problem(sessions) == "unknown shop"


def test_given_waiting_deliveries_when_claimed_then_the_oldest_come_first_and_no_more_than_asked_for(
    sessions: Sessions, shop: Merchant
) -> None:
    for number in range(5):
        receive(sessions, shop, f"d-{number}")

    first, second = claim(sessions, shop, limit=3), claim(sessions, shop, limit=3)

    assert [letter.attempts for letter in (*first, *second)] == [1] * 5
    assert (len(first), len(second)) == (3, 2)
    assert sorted(letter.id for letter in (*first, *second)) == [letter.id for letter in (*first, *second)]


def test_given_thousands_of_the_stores_when_an_agent_presses_then_the_press_is_taken_first(
    sessions: Sessions, shop: Merchant
) -> None:
    for number in range(5):
        receive(sessions, shop, f"d-{number}")
    receive(sessions, shop, "press", source="gorgias", topic="agent-action")

    pressed, others = claim(sessions, shop, limit=3), claim(sessions, shop, limit=3)

    assert [letter.source for letter in pressed] == ["gorgias"]
    assert [letter.source for letter in others] == ["shopify"] * 3


def test_given_all_that_the_store_has_sent_when_an_agents_are_looked_for_then_an_index_knows_them(
    sessions: Sessions, shop: Merchant
) -> None:
    """Or every claim on a busy day would walk past all that waits."""
    asked: list[tuple[str, object]] = []
    with unit_of_work(sessions) as session:
        for number in range(300):
            inbox.receive(session, **delivery(shop, f"d-{number}"))
        session.execute(text("ANALYZE deliveries"))
        with listening(sessions.kw["bind"], asked, begins="WITH"):
            inbox.claim(session, shop_id=shop.id, now=NOON, lease=LEASE, limit=5)
        agents = plans(session, *asked[0])

    assert any("ix_deliveries_of_agents" in step for step in agents), agents


@pytest.mark.parametrize("database", ["postgres"])
def test_given_an_awkward_query_plan_when_claimed_then_no_more_are_taken_than_asked_for(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in range(200):
            inbox.receive(session, **delivery(shop, f"d-{number}"))
        for knob in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "indexscan", "bitmapscan", "memoize"):
            session.execute(text(f"SET LOCAL enable_{knob} = off"))

        assert len(inbox.claim(session, shop_id=shop.id, now=NOON, lease=LEASE, limit=5)) == 5


def test_given_many_workers_when_they_claim_at_once_then_no_delivery_is_handed_out_twice(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in range(100):
            inbox.receive(session, **delivery(shop, f"d-{number}"))

    def work(_number: int) -> list[int]:
        mine: list[int] = []
        while letters := claim(sessions, shop, limit=7):
            mine += [letter.id for letter in letters]
        return mine

    handed_out = [letter_id for mine in at_once(8, work) for letter_id in mine]

    assert len(handed_out) == 100
    assert len(set(handed_out)) == 100


def test_given_a_worker_that_died_when_its_lease_is_over_then_the_delivery_is_handed_out_again_and_the_try_counts(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "d-1")
    (first,) = claim(sessions, shop)

    assert claim(sessions, shop, after=LEASE - timedelta(seconds=1)) == []
    (second,) = claim(sessions, shop, after=LEASE)
    assert (first.attempts, second.attempts) == (1, 2)


def test_given_a_delivery_that_ends_its_workers_when_tried_a_few_times_then_it_comes_last_and_alone(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "deadly")
    for tries in range(inbox.A_FEW):
        claim(sessions, shop, after=tries * HOUR)
    for number in range(2):
        receive(sessions, shop, f"d-{number}")
    later = inbox.A_FEW * HOUR

    harmless, deadly = claim(sessions, shop, after=later), claim(sessions, shop, after=later)

    assert [letter.tries for letter in harmless] == [1, 1]
    assert [letter.tries for letter in deadly] == [inbox.A_FEW + 1]


@pytest.mark.parametrize("end", END.values(), ids=END)
def test_given_a_worker_that_was_overtaken_when_it_comes_back_then_its_word_does_not_count(
    sessions: Sessions, shop: Merchant, end: End
) -> None:
    receive(sessions, shop, "d-1")
    (late,) = claim(sessions, shop)
    claim(sessions, shop, after=LEASE)

    with unit_of_work(sessions) as session:
        assert not end(session, late)


@pytest.mark.parametrize("end", END.values(), ids=END)
def test_given_a_handled_delivery_when_anybody_moves_it_again_then_it_stays_handled(
    sessions: Sessions, shop: Merchant, end: End
) -> None:
    receive(sessions, shop, "d-1")
    (letter,) = claim(sessions, shop)
    with unit_of_work(sessions) as session:
        assert inbox.handled(session, letter, now=NOON)

    with unit_of_work(sessions) as session:
        assert not end(session, letter)
    assert claim(sessions, shop, after=100 * HOUR) == []


def test_given_a_delivery_put_back_when_its_hour_comes_then_it_is_handed_out_again(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "d-1")
    (letter,) = claim(sessions, shop)
    with unit_of_work(sessions) as session:
        assert inbox.put_back(session, letter, until=NOON + HOUR, problem="the store does not answer")

    assert claim(sessions, shop, after=HOUR - MINUTE) == []
    assert [again.attempts for again in claim(sessions, shop, after=HOUR)] == [2]
    assert problem(sessions) == "the store does not answer"


def test_given_a_storm_when_a_delivery_is_asked_to_wait_again_and_again_then_no_try_is_used_up(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "d-1")
    for _ in range(30):
        (letter,) = claim(sessions, shop)
        with unit_of_work(sessions) as session:
            assert inbox.ask_to_wait(session, letter, until=NOON, problem="busy")

    (letter,) = claim(sessions, shop)
    assert (letter.attempts, letter.tries) == (31, 1)


def test_given_a_frozen_worker_when_another_was_asked_to_wait_then_the_late_word_does_not_count(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "d-1")
    (frozen,) = claim(sessions, shop)
    (quick,) = claim(sessions, shop, after=LEASE)
    with unit_of_work(sessions) as session:
        assert inbox.ask_to_wait(session, quick, until=NOON, problem="busy")

    with unit_of_work(sessions) as session:
        assert not inbox.handled(session, frozen, now=NOON)


def test_given_a_delivery_set_aside_when_time_passes_then_only_a_person_can_bring_it_back(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "d-1")
    (letter,) = claim(sessions, shop)
    with unit_of_work(sessions) as session:
        assert inbox.set_aside(session, letter, problem="not understood")

    assert claim(sessions, shop, after=10_000 * HOUR) == []
    assert problem(sessions) == "not understood"


def test_given_letters_in_hand_when_held_anew_then_they_stay_in_hand_for_longer(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "d-1")
    letters = claim(sessions, shop)

    assert hold(sessions, letters, until=NOON + HOUR) == 1
    assert claim(sessions, shop, after=LEASE) == []
    assert len(claim(sessions, shop, after=HOUR)) == 1


@pytest.mark.parametrize("end", END.values(), ids=END)
def test_given_a_letter_that_ended_or_was_put_off_when_held_anew_then_it_stays_as_it_is(
    sessions: Sessions, shop: Merchant, end: End
) -> None:
    receive(sessions, shop, "d-1")
    letters = claim(sessions, shop)
    with unit_of_work(sessions) as session:
        end(session, letters[0])

    assert hold(sessions, letters, until=NOON + 2 * HOUR) == 0


def test_given_a_letter_in_other_hands_when_held_anew_then_it_stays_theirs(sessions: Sessions, shop: Merchant) -> None:
    receive(sessions, shop, "d-1")
    letters = claim(sessions, shop)
    claim(sessions, shop, after=LEASE)

    assert hold(sessions, letters, until=NOON + HOUR) == 0


def test_given_work_that_was_rolled_back_when_claimed_again_then_the_delivery_is_still_there(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "d-1")
    with sessions() as session:
        inbox.claim(session, shop_id=shop.id, now=NOON, lease=LEASE, limit=5)
        session.rollback()

    assert [letter.attempts for letter in claim(sessions, shop)] == [1]


def delivery(shop: Merchant | None, key: str, **changes: object) -> dict[str, Any]:
    """Return the arguments of a paid order's delivery."""
    default = {
        "shop_id": shop.id if shop else None,
        "source": "shopify",
        "sender": "lagniappe-practice.myshopify.com",
        "topic": "orders/paid",
        "delivery_key": key,
        "body": b'{"id":1}',
        "now": NOON,
    }
    return default | changes


def receive(sessions: Sessions, shop: Merchant | None, key: str, **changes: object) -> bool:
    with unit_of_work(sessions) as session:
        return inbox.receive(session, **delivery(shop, key, **changes))


def claim(sessions: Sessions, shop: Merchant, *, after: timedelta = timedelta(), limit: int = 50) -> list[Letter]:
    with unit_of_work(sessions) as session:
        return inbox.claim(session, shop_id=shop.id, now=NOON + after, lease=LEASE, limit=limit)


def hold(sessions: Sessions, letters: list[Letter], *, until: datetime) -> int:
    with unit_of_work(sessions) as session:
        return inbox.hold(session, letters, taken_until=[NOON + LEASE], until=until)


def count(sessions: Sessions) -> int:
    with unit_of_work(sessions) as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


def problem(sessions: Sessions) -> str | None:
    with unit_of_work(sessions) as session:
        return session.scalars(select(Delivery.problem)).one()
