"""What is remembered of decisions and deeds, and what it tells the next decision."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.decisions import Decision
from app.domain.effects import State
from app.domain.facts import DoneElsewhere
from app.domain.gifts import GiftKind
from app.domain.policy import Mode
from app.domain.rules.nth_order_gift import RULE
from app.store import decisions, tables
from app.store.base import unit_of_work
from app.store.decisions import Earlier
from tests.builders import (
    DAY,
    MINUTE,
    NOON,
    flowers,
    letter,
    paid,
    present,
    refund,
)
from tests.store.ledger_steps import GIVEN, NOT_GIVEN, Steps, into


def decision(code: str = "other_ordinal", subject: str = "order:1001") -> Decision:
    """Return a decision of the gift's rule about an order."""
    return Decision(rule=RULE, subject=subject, code=code, because="It is order number 3.")


def test_given_a_decision_when_kept_then_it_can_be_read_with_its_why(steps: Steps) -> None:
    decision_id = keep(steps, decision())

    with unit_of_work(steps.sessions) as session:
        row = session.scalars(select(tables.Decision).where(tables.Decision.id == decision_id)).one()
    assert (row.shop_id, row.subject, row.code, row.because) == (
        steps.shop_id,
        "order:1001",
        "other_ordinal",
        "It is order number 3.",
    )


@pytest.mark.parametrize(("state", "counts"), [*((state, 1) for state in GIVEN), *((state, 0) for state in NOT_GIVEN)])
def test_given_a_refund_without_return_when_counted_then_only_what_was_or_may_be_given_counts(
    steps: Steps, state: str, counts: int
) -> None:
    into(steps, state, paid(refund()))

    assert keep_refunds(steps, customer_id=55) == counts
    assert keep_refunds(steps, customer_id=77) == 0
    assert keep_refunds(steps, customer_id=None) == 0


def test_given_refunds_of_last_year_when_counted_then_they_do_not_count(steps: Steps) -> None:
    into(steps, "done", paid(refund()))

    with unit_of_work(steps.sessions) as session:
        found = decisions.keep_refunds(session, shop_id=steps.shop_id, customer_id=55, since=NOON + MINUTE)
    assert found == 0


@pytest.mark.parametrize(
    ("state", "can"),
    [(state, state in {"awaiting", "planned"}) for state in (*GIVEN, *NOT_GIVEN)],
)
def test_given_flowers_of_a_ticket_when_asked_then_only_what_has_not_left_can_be_taken_back(
    steps: Steps, state: str, can: bool
) -> None:
    deed = into(steps, state, paid(flowers()))

    with unit_of_work(steps.sessions) as session:
        found = decisions.waiting_flowers(session, shop_id=steps.shop_id, ticket_id="42")
        elsewhere = decisions.waiting_flowers(session, shop_id=steps.shop_id, ticket_id="43")
    assert found == ((deed.key,) if can else ())
    assert elsewhere == ()


@pytest.mark.parametrize("state", [*GIVEN, *NOT_GIVEN])
def test_given_an_earlier_refund_on_the_ticket_when_asked_then_it_lives_or_came_to_nothing(
    steps: Steps, state: str
) -> None:
    into(steps, state, paid(refund()))

    assert earlier(steps) == (Earlier(live=(12_00,), ended=0) if state in GIVEN else Earlier(live=(), ended=1))
    assert earlier(steps, order_id=1001) == earlier(steps)


def test_given_refunds_of_other_tickets_orders_and_kinds_when_asked_then_they_do_not_count(steps: Steps) -> None:
    for other in (refund(ticket_id="43"), refund(order_id=1002), flowers()):
        steps.planned(paid(other))

    assert earlier(steps, order_id=1001) == Earlier(live=(), ended=0)


@pytest.mark.parametrize("state", [*GIVEN, *NOT_GIVEN])
def test_given_a_refund_on_another_ticket_when_asked_then_only_what_was_or_may_be_given_is_told(
    steps: Steps, state: str
) -> None:
    into(steps, state, paid(refund(ticket_id="43", agent_name="Sam Bell")))

    found = DoneElsewhere(ticket_id="43", agent_name="Sam Bell", minor=12_00, state=State(state))
    assert elsewhere(steps) == ((found,) if state in GIVEN else ())


def test_given_refunds_of_this_ticket_or_of_another_order_when_asked_then_they_are_not_elsewhere(steps: Steps) -> None:
    for other in (refund(), refund(ticket_id="43", order_id=1002), flowers(ticket_id="43")):
        steps.planned(paid(other))

    assert elsewhere(steps) == ()


@pytest.mark.parametrize("state", [*GIVEN, *NOT_GIVEN])
def test_given_flowers_from_another_ticket_when_asked_then_only_what_has_not_left_is_told(
    steps: Steps, state: str
) -> None:
    into(steps, state, paid(flowers(ticket_id="43", agent_name="Sam Bell")))
    for other in (flowers(), flowers(ticket_id="44", customer_id=8), refund(ticket_id="43")):
        steps.planned(paid(other))

    with unit_of_work(steps.sessions) as session:
        found = decisions.flowers_elsewhere(session, shop_id=steps.shop_id, customer_id=55, ticket_id="42")

    left = state not in GIVEN or state == "done"
    assert [each.agent_name for each in found] == ([] if left else ["Sam Bell"])


@pytest.mark.parametrize("state", [*GIVEN, *NOT_GIVEN])
@pytest.mark.parametrize("kind", [GiftKind.FLOWERS, GiftKind.CARD])
def test_given_the_same_of_the_catalogue_and_without_it_when_asked_for_either_then_both_count(
    steps: Steps, kind: GiftKind, state: str
) -> None:
    by_itself = flowers() if kind is GiftKind.FLOWERS else letter()
    into(steps, state, paid(by_itself))
    into(steps, "withdrawn", paid(present(what=kind, confirm="again")))
    into(steps, "withdrawn", paid(present(what=GiftKind.EGIFT)))
    about = {"shop_id": steps.shop_id, "ticket_id": "42"}

    with unit_of_work(steps.sessions) as session:
        one = decisions.earlier(session, gesture=by_itself.kind, **about)
        other = decisions.earlier(session, gesture="send_gift", what=kind, **about)
        neither = decisions.earlier(session, gesture="send_gift", what=GiftKind.EGIFT, **about)

    live = (12_00,) if state in GIVEN else ()
    assert one == other == Earlier(live=live, ended=2 - len(live))
    assert neither == Earlier(live=(), ended=2)


def elsewhere(steps: Steps) -> tuple[DoneElsewhere, ...]:
    with unit_of_work(steps.sessions) as session:
        return decisions.refunds_elsewhere(session, shop_id=steps.shop_id, order_id=1001, ticket_id="42")


def earlier(steps: Steps, order_id: int | None = None) -> Earlier:
    with unit_of_work(steps.sessions) as session:
        return decisions.earlier(
            session, shop_id=steps.shop_id, gesture="refund_order", ticket_id="42", order_id=order_id
        )


def keep(steps: Steps, made: Decision, *, mode: Mode = Mode.AUTO, at: timedelta = timedelta()) -> int:
    with unit_of_work(steps.sessions) as session:
        return decisions.keep(session, made, shop_id=steps.shop_id, delivery_id=None, mode=mode, now=NOON + at)


def keep_refunds(steps: Steps, customer_id: int | None) -> int:
    with unit_of_work(steps.sessions) as session:
        return decisions.keep_refunds(session, shop_id=steps.shop_id, customer_id=customer_id, since=NOON - 365 * DAY)
