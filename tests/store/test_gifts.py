"""What is remembered of gifts, and what it tells the next decision."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from app.domain.decisions import Decision
from app.domain.effects import Effect
from app.domain.facts import GiftHistory
from app.domain.policy import Mode
from app.domain.rules.gift_order import TOO_LATE
from app.domain.rules.nth_order_gift import RULE
from app.store import decisions, endings, gifts, ledger, orders, undoing
from app.store.base import Session, unit_of_work
from app.store.ledger import Deed
from tests.builders import CANDLE, DAY, HOUR, MINUTE, MUG, NOON, flowers, gift_line, order, paid, planned, usd
from tests.store.ledger_steps import GIVEN, NOT_GIVEN, Steps, into


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

    assert history(steps, order_id=1001) == GiftHistory(ordinal=None, given_here=True, left_here=(gift_line(),))


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
    drop(steps, gift(steps, "planned"), TOO_LATE)

    assert history(steps).owed


@pytest.mark.parametrize("code", ["cancelled", "refunded", "sold_out", "risky", "gone"])
def test_given_a_gift_dropped_for_another_reason_when_the_next_order_comes_then_nothing_is_owed(
    steps: Steps, code: str
) -> None:
    drop(steps, gift(steps, "planned"), code)

    assert not history(steps).owed


@pytest.mark.parametrize("state", GIVEN)
def test_given_an_owed_gift_when_it_was_made_good_then_nothing_is_owed_any_more(steps: Steps, state: str) -> None:
    drop(steps, gift(steps, "planned"), TOO_LATE)
    gift(steps, state, gift_line(order_id=1002))

    assert not history(steps).owed


@pytest.mark.parametrize("state", NOT_GIVEN)
def test_given_an_owed_gift_when_making_it_good_came_to_nothing_then_it_is_still_owed(steps: Steps, state: str) -> None:
    drop(steps, gift(steps, "planned"), TOO_LATE)
    gift(steps, state, gift_line(order_id=1002))

    assert history(steps).owed


def test_given_a_parcel_that_had_left_before_the_gift_was_planned_when_the_next_order_comes_then_it_is_owed(
    steps: Steps,
) -> None:
    known(steps, 1001)
    keep(steps, decision(code=TOO_LATE))

    assert history(steps).owed
    assert not history(steps, customer_id=77).owed


def test_given_a_parcel_that_carries_its_gift_when_it_is_seen_on_its_way_then_nothing_is_owed(steps: Steps) -> None:
    known(steps, 1001)
    gift(steps, "done")
    keep(steps, decision(code=TOO_LATE), at=DAY)

    assert not history(steps).owed


def test_given_a_rule_that_only_observed_when_a_parcel_had_left_then_nothing_is_owed(steps: Steps) -> None:
    known(steps, 1001)
    keep(steps, decision(code=TOO_LATE), mode=Mode.OBSERVE)

    assert not history(steps).owed


def test_given_a_missed_parcel_when_it_is_seen_again_after_the_gift_was_made_good_then_nothing_is_owed(
    steps: Steps,
) -> None:
    known(steps, 1001)
    keep(steps, decision(code=TOO_LATE), at=-DAY)
    gift(steps, "done", gift_line(order_id=1002))
    keep(steps, decision(code=TOO_LATE), at=DAY)

    assert not history(steps).owed


def test_given_a_second_missed_parcel_when_the_first_was_made_good_then_one_is_owed_again(steps: Steps) -> None:
    known(steps, 1001)
    known(steps, 1003)
    keep(steps, decision(code=TOO_LATE), at=-DAY)
    gift(steps, "done", gift_line(order_id=1002))
    keep(steps, decision(code=TOO_LATE, subject="order:1003"), at=DAY)

    assert history(steps).owed


def test_given_the_late_order_itself_when_asked_then_nothing_is_owed_to_it(steps: Steps) -> None:
    known(steps, 1001)
    drop(steps, gift(steps, "planned"), TOO_LATE)
    keep(steps, decision(code=TOO_LATE))

    assert not history(steps, order_id=1001).owed


def test_given_a_guest_when_asked_then_nothing_is_known_or_owed(steps: Steps) -> None:
    drop(steps, gift(steps, "planned"), TOO_LATE)

    assert history(steps, customer_id=None) == GiftHistory(ordinal=None)


@pytest.mark.parametrize(
    ("state", "waiting", "left"),
    [("awaiting", 1, 0), ("planned", 1, 0), ("sending", 0, 1), ("uncertain", 0, 1), ("done", 0, 1)],
)
def test_given_a_gift_of_this_order_when_asked_then_it_waits_or_may_be_out(
    steps: Steps, state: str, waiting: int, left: int
) -> None:
    gift(steps, state)

    found = history(steps, order_id=1001)

    assert (found.given_here, len(found.waiting_here), len(found.left_here)) == (True, waiting, left)


def test_given_a_gift_that_was_taken_back_when_the_next_order_comes_then_it_is_not_held_against_them(
    steps: Steps,
) -> None:
    taken_back(steps, gift(steps, "done"))

    assert history(steps) == GiftHistory(ordinal=None)


def test_given_a_gift_that_was_taken_back_when_its_order_is_asked_then_it_is_neither_given_nor_taken_again(
    steps: Steps,
) -> None:
    taken_back(steps, gift(steps, "done"))

    assert history(steps, order_id=1001) == GiftHistory(ordinal=None, given_here=True)


def test_given_a_gift_of_another_rule_when_the_next_order_comes_then_the_item_is_remembered_and_counts_as_a_treat(
    steps: Steps,
) -> None:
    into(steps, "done", planned(gift_line(rule="other")), rule="other")

    assert history(steps) == GiftHistory(ordinal=None, given_variants=frozenset({MUG}), last_treat_at=NOON)


def test_given_a_gift_that_was_not_wanted_when_its_order_is_asked_then_that_is_remembered(steps: Steps) -> None:
    gift(steps, "withdrawn")

    assert history(steps, order_id=1001).unwished
    assert not history(steps).unwished


def test_given_a_gift_that_is_dropped_when_its_order_is_asked_then_nobody_was_against_it(steps: Steps) -> None:
    drop(steps, gift(steps, "planned"), TOO_LATE)

    assert not history(steps, order_id=1001).unwished


def test_given_an_order_that_is_decided_on_when_its_gift_would_leave_then_the_gate_waits_for_the_decision(
    steps: Steps,
) -> None:
    deed = steps.picked(gift(steps, "planned").id)
    with ThreadPoolExecutor(1) as worker, unit_of_work(steps.sessions) as session:
        (key,) = read(session, steps, order_id=1001).waiting_here
        gate = worker.submit(steps.gate, deed)
        with pytest.raises(TimeoutError):
            gate.result(timeout=0.5)
        assert ledger.withdraw(
            session, shop_id=steps.shop_id, key=key, code="withdrawn", why="over", now=NOON, currency="USD"
        )
        session.commit()

        assert gate.result() is None


def keep(steps: Steps, made: Decision, *, mode: Mode = Mode.AUTO, at: timedelta = timedelta()) -> int:
    with unit_of_work(steps.sessions) as session:
        return decisions.keep(session, made, shop_id=steps.shop_id, delivery_id=None, mode=mode, now=NOON + at)


def known(steps: Steps, order_id: int) -> None:
    with unit_of_work(steps.sessions) as session:
        orders.record(session, shop_id=steps.shop_id, order=order(id=order_id, name=f"#{order_id}", net=usd(1)))


def gift(steps: Steps, state: str, effect: Effect | None = None) -> Deed:
    return into(steps, state, planned(effect or gift_line()), rule=RULE)


def taken_back(steps: Steps, deed: Deed) -> None:
    with unit_of_work(steps.sessions) as session:
        assert undoing.undone(session, shop_id=steps.shop_id, key=deed.key)


def drop(steps: Steps, deed: Deed, code: str) -> None:
    """Let a worker find out that it is no longer wanted."""
    picked = steps.picked(deed.id)
    with unit_of_work(steps.sessions) as session:
        assert endings.drop(session, picked, code=code, why="It has left.", now=NOON)


def decision(code: str = "other_ordinal", subject: str = "order:1001") -> Decision:
    """Return a decision of the gift's rule about an order."""
    return Decision(rule=RULE, subject=subject, code=code, because="It is order number 3.")


def history(
    steps: Steps, *, order_id: int = 2002, customer_id: int | None = 55, day_start: datetime = NOON - 12 * HOUR
) -> GiftHistory:
    with unit_of_work(steps.sessions) as session:
        return read(session, steps, order_id=order_id, customer_id=customer_id, day_start=day_start)


def read(
    session: Session,
    steps: Steps,
    *,
    order_id: int,
    customer_id: int | None = 55,
    day_start: datetime = NOON - 12 * HOUR,
) -> GiftHistory:
    return gifts.history(
        session, shop_id=steps.shop_id, order_id=order_id, customer_id=customer_id, rule=RULE, day_start=day_start
    )


def test_given_flowers_for_the_customer_when_gifts_of_the_team_are_asked_for_then_they_are_none(steps: Steps) -> None:
    into(steps, "done", paid(flowers()), rule="flowers")

    with unit_of_work(steps.sessions) as session:
        found = gifts.of_team(session, shop_id=steps.shop_id, order_id=1001, customer_id=55)
    assert found == gifts.TeamGifts()
