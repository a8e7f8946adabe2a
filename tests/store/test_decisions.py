"""What is remembered of decisions and deeds, and what it tells the next decision."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.decisions import Decision
from app.domain.effects import Effect, Plan, State
from app.domain.facts import GiftHistory
from app.domain.policy import Mode
from app.domain.rules.nth_order_gift import RULE
from app.domain.rules.still_wanted import CARRIED
from app.store import decisions, ledger, orders, tables
from app.store.base import unit_of_work
from app.store.decisions import Earlier
from app.store.ledger import Deed
from tests.builders import (
    CANDLE,
    DAY,
    HOUR,
    MINUTE,
    MUG,
    NOON,
    flowers,
    gift_line,
    order,
    paid,
    planned,
    refund,
    usd,
)
from tests.store.ledger_steps import Steps

GIVEN = ("awaiting", "planned", "sending", "uncertain", "done")
NOT_GIVEN = ("observed", "refused", "withdrawn", "over_budget")


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


@pytest.mark.parametrize("state", GIVEN)
def test_given_a_gift_that_was_or_may_be_given_when_the_next_order_comes_then_it_is_remembered(
    steps: Steps, state: str
) -> None:
    gift(steps, state)

    assert history(steps).given_variants == {MUG}
    assert history(steps).last_gift_at == NOON
    assert history(steps).gifts_today == 1


@pytest.mark.parametrize("state", NOT_GIVEN)
def test_given_a_gift_that_was_not_given_when_the_next_order_comes_then_it_is_not_held_against_them(
    steps: Steps, state: str
) -> None:
    gift(steps, state)

    assert history(steps) == GiftHistory(ordinal=None)


def test_given_the_orders_own_gift_when_its_history_is_asked_then_it_does_not_stand_in_its_own_way(
    steps: Steps,
) -> None:
    gift(steps, "done")

    assert history(steps, order_id=1001) == GiftHistory(ordinal=None, given_here=True)


def test_given_gifts_of_other_customers_when_asked_then_only_the_day_counts_them(steps: Steps) -> None:
    gift(steps, "done", gift_line(order_id=3000, customer_id=77, variant_id=CANDLE))

    assert history(steps).given_variants == frozenset()
    assert history(steps).last_gift_at is None
    assert history(steps).gifts_today == 1


@pytest.mark.parametrize(("day_start", "today"), [(NOON - HOUR, 1), (NOON, 1), (NOON + MINUTE, 0)])
def test_given_the_beginning_of_the_day_when_gifts_are_counted_then_only_those_since_are(
    steps: Steps, day_start: datetime, today: int
) -> None:
    gift(steps, "planned")

    assert history(steps, day_start=day_start).gifts_today == today


def test_given_a_gift_dropped_because_the_parcel_had_left_when_the_next_order_comes_then_it_is_owed(
    steps: Steps,
) -> None:
    drop(steps, gift(steps, "planned"), CARRIED)

    assert history(steps).owed


@pytest.mark.parametrize("code", ["cancelled", "refunded", "sold_out", "risky", "gone"])
def test_given_a_gift_dropped_for_another_reason_when_the_next_order_comes_then_nothing_is_owed(
    steps: Steps, code: str
) -> None:
    drop(steps, gift(steps, "planned"), code)

    assert not history(steps).owed


@pytest.mark.parametrize("state", GIVEN)
def test_given_an_owed_gift_when_it_was_made_good_then_nothing_is_owed_any_more(steps: Steps, state: str) -> None:
    drop(steps, gift(steps, "planned"), CARRIED)
    gift(steps, state, gift_line(order_id=1002))

    assert not history(steps).owed


@pytest.mark.parametrize("state", NOT_GIVEN)
def test_given_an_owed_gift_when_making_it_good_came_to_nothing_then_it_is_still_owed(steps: Steps, state: str) -> None:
    drop(steps, gift(steps, "planned"), CARRIED)
    gift(steps, state, gift_line(order_id=1002))

    assert history(steps).owed


def test_given_a_parcel_that_had_left_before_the_gift_was_planned_when_the_next_order_comes_then_it_is_owed(
    steps: Steps,
) -> None:
    known(steps, 1001)
    keep(steps, decision(code=CARRIED))

    assert history(steps).owed
    assert not history(steps, customer_id=77).owed


def test_given_a_parcel_that_carries_its_gift_when_it_is_seen_on_its_way_then_nothing_is_owed(steps: Steps) -> None:
    known(steps, 1001)
    gift(steps, "done")
    keep(steps, decision(code=CARRIED), at=DAY)

    assert not history(steps).owed


def test_given_a_rule_that_only_observed_when_a_parcel_had_left_then_nothing_is_owed(steps: Steps) -> None:
    known(steps, 1001)
    keep(steps, decision(code=CARRIED), mode=Mode.OBSERVE)

    assert not history(steps).owed


def test_given_a_missed_parcel_when_it_is_seen_again_after_the_gift_was_made_good_then_nothing_is_owed(
    steps: Steps,
) -> None:
    known(steps, 1001)
    keep(steps, decision(code=CARRIED), at=-DAY)
    gift(steps, "done", gift_line(order_id=1002))
    keep(steps, decision(code=CARRIED), at=DAY)

    assert not history(steps).owed


def test_given_a_second_missed_parcel_when_the_first_was_made_good_then_one_is_owed_again(steps: Steps) -> None:
    known(steps, 1001)
    known(steps, 1003)
    keep(steps, decision(code=CARRIED), at=-DAY)
    gift(steps, "done", gift_line(order_id=1002))
    keep(steps, decision(code=CARRIED, subject="order:1003"), at=DAY)

    assert history(steps).owed


def test_given_the_late_order_itself_when_asked_then_nothing_is_owed_to_it(steps: Steps) -> None:
    known(steps, 1001)
    drop(steps, gift(steps, "planned"), CARRIED)
    keep(steps, decision(code=CARRIED))

    assert not history(steps, order_id=1001).owed


def test_given_a_guest_when_asked_then_nothing_is_known_or_owed(steps: Steps) -> None:
    drop(steps, gift(steps, "planned"), CARRIED)

    assert history(steps, customer_id=None) == GiftHistory(ordinal=None)


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


def earlier(steps: Steps, order_id: int | None = None) -> Earlier:
    with unit_of_work(steps.sessions) as session:
        return decisions.earlier(
            session, shop_id=steps.shop_id, gesture="refund_order", ticket_id="42", order_id=order_id
        )


def keep(steps: Steps, made: Decision, *, mode: Mode = Mode.AUTO, at: timedelta = timedelta()) -> int:
    with unit_of_work(steps.sessions) as session:
        return decisions.keep(session, made, shop_id=steps.shop_id, delivery_id=None, mode=mode, now=NOON + at)


def known(steps: Steps, order_id: int) -> None:
    with unit_of_work(steps.sessions) as session:
        orders.record(session, shop_id=steps.shop_id, order=order(id=order_id, name=f"#{order_id}", net=usd(1)))


def gift(steps: Steps, state: str, effect: Effect | None = None) -> Deed:
    return into(steps, state, planned(effect or gift_line()), rule=RULE)


def into(steps: Steps, state: str, plan: Plan, rule: str = "refund_keep") -> Deed:
    """Plan it and bring it into that state."""
    modes = {"observed": Mode.OBSERVE, "awaiting": Mode.APPROVE}
    deed = steps.planned(plan, mode=modes.get(state, Mode.AUTO), rule=rule)
    if state in {"sending", "uncertain", "done", "refused"}:
        sent = steps.sent(deed.id)
        ends = {"uncertain": steps.doubt, "done": steps.done, "refused": steps.refuse}
        if state in ends:
            assert ends[state](sent)  # type: ignore[operator]
    if state == "withdrawn":
        steps.withdraw(deed.key)
    if state == "over_budget":
        with unit_of_work(steps.sessions) as session:
            session.get_one(tables.Effect, deed.id).state = State.OVER_BUDGET
    return deed


def drop(steps: Steps, deed: Deed, code: str) -> None:
    """Let a worker find out that it is no longer wanted."""
    picked = steps.picked(deed.id)
    with unit_of_work(steps.sessions) as session:
        assert ledger.drop(session, picked, code=code, why="It has left.", now=NOON)


def history(
    steps: Steps, *, order_id: int = 2002, customer_id: int | None = 55, day_start: datetime = NOON - 12 * HOUR
) -> GiftHistory:
    with unit_of_work(steps.sessions) as session:
        return decisions.gift_history(
            session,
            shop_id=steps.shop_id,
            order_id=order_id,
            customer_id=customer_id,
            rule=RULE,
            day_start=day_start,
        )


def keep_refunds(steps: Steps, customer_id: int | None) -> int:
    with unit_of_work(steps.sessions) as session:
        return decisions.keep_refunds(session, shop_id=steps.shop_id, customer_id=customer_id, since=NOON - 365 * DAY)
