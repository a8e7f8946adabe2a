"""One was told to come back later: what would be told the same waits with it, and everything else goes on."""

from datetime import datetime

import pytest

from app.domain.effects import Effect
from app.store import endings, inbox
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import HOUR, MINUTE, NOON, flowers, gift_line, mark, note, planned, present, refund, tag, ticket_tag
from tests.store.ledger_steps import LEASE, Steps

LATER = NOON + HOUR


def test_given_a_busy_store_when_one_tag_is_asked_to_wait_then_all_tags_wait_and_nothing_else(
    steps: Steps, sessions: Sessions
) -> None:
    first, second, third = (steps.planned(planned(tag(customer_id=number))).id for number in (1, 2, 3))
    others = [steps.planned(planned(effect)).id for effect in (gift_line(), mark(), refund(), note())]
    deed = steps.picked(first)
    steps.picked(third)

    with unit_of_work(sessions) as session:
        endings.wait_together(session, deed, until=LATER, now=NOON)

    assert steps.row(second).next_try_at == LATER
    assert steps.row(third).next_try_at == NOON + LEASE  # in another worker's hands
    assert set(steps.due()) == set(others)


@pytest.mark.parametrize("effect", [refund(), flowers(), ticket_tag(), note()])
def test_given_a_deed_for_which_a_person_waits_when_it_is_asked_to_wait_then_its_kind_waits(
    steps: Steps, sessions: Sessions, effect: Effect
) -> None:
    deed = steps.picked(steps.planned(planned(effect)).id)
    steps.ask_to_wait(deed, NOON)

    with unit_of_work(sessions) as session:
        endings.wait_together(session, deed, until=LATER, now=NOON)

    assert steps.due() == []


def test_given_two_vendors_when_one_is_busy_then_the_other_goes_on(steps: Steps, sessions: Sessions) -> None:
    first, second = (steps.planned(planned(present(vendor="shelf", ticket_id=one))).id for one in ("42", "43"))
    other = steps.planned(planned(present(vendor="attic", ticket_id="44"))).id
    deed = steps.picked(first)

    with unit_of_work(sessions) as session:
        endings.wait_together(session, deed, until=LATER, now=NOON)

    assert steps.row(second).next_try_at == LATER
    assert steps.due() == [other]


def test_given_deeds_that_ended_or_are_for_later_when_others_are_asked_to_wait_then_they_stay_as_they_are(
    steps: Steps, sessions: Sessions
) -> None:
    done = steps.sent(steps.planned(planned(tag(customer_id=1))).id)
    steps.done(done)
    next_year = steps.planned(planned(tag(customer_id=2), due_at=NOON + 9000 * HOUR)).id
    deed = steps.picked(steps.planned(planned(tag(customer_id=3))).id)

    with unit_of_work(sessions) as session:
        endings.wait_together(session, deed, until=LATER, now=NOON)

    assert steps.row(done.id).next_try_at is None
    assert steps.row(next_year).next_try_at == NOON + 9000 * HOUR


def test_given_a_busy_store_when_one_letter_is_asked_to_wait_then_those_of_its_sender_wait_and_an_agents_press_does_not(
    sessions: Sessions, shop: Merchant
) -> None:
    for number in range(3):
        receive(sessions, shop, f"webhook-{number}", "shopify")
    receive(sessions, shop, "press", "gorgias")
    with unit_of_work(sessions) as session:
        (letter,) = inbox.claim(session, shop_id=shop.id, now=NOON, lease=LEASE, limit=1, sources=["shopify"])
        inbox.wait_together(session, letter, until=LATER, now=NOON)

    soon = NOON + LEASE + MINUTE
    assert sources(sessions, shop, soon) == ["gorgias"]
    assert sources(sessions, shop, soon) == ["shopify"]  # the first one's lease is over
    assert sources(sessions, shop, LATER) == ["gorgias"]  # and the agents' again
    assert sources(sessions, shop, LATER) == ["shopify"] * 3


def receive(sessions: Sessions, shop: Merchant, key: str, source: str) -> None:
    with unit_of_work(sessions) as session:
        inbox.receive(
            session,
            shop_id=shop.id,
            source=source,
            sender=shop.domain,
            topic="t",
            delivery_key=key,
            body=b"{}",
            now=NOON,
        )


def sources(sessions: Sessions, shop: Merchant, now: datetime) -> list[str]:
    with unit_of_work(sessions) as session:
        return [letter.source for letter in inbox.claim(session, shop_id=shop.id, now=now, lease=MINUTE, limit=50)]
