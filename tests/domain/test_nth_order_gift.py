"""The n-th order's gift: which orders are chosen, what stands in the way, and what goes into the parcel."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.effects import AddGiftLine, Pool, TakeBackGiftLine
from app.domain.facts import GiftHistory, GiftOption, Line, Order
from app.domain.policy import NthOrderGift
from app.domain.rules.nth_order_gift import choose, decide, gate, may_be_due
from app.domain.tastes import Tastes
from tests.builders import (
    CANDLE,
    DAY,
    HOUR,
    MINUTE,
    MUG,
    NOON,
    SOAP,
    gift_history,
    gift_line,
    gift_option,
    order,
    order_facts,
    standing,
    usd,
)

FOURTH = NthOrderGift(ordinals=(4,), variants=(MUG,))


def test_given_the_fourth_order_when_decided_then_the_gift_is_planned_and_paid_by_the_gifts_pool() -> None:
    decision = decide(order_facts(), FOURTH, NOON)

    (plan,) = decision.plans
    assert decision.code == "gift"
    assert plan.effect == AddGiftLine(
        order_id=1001, order_name="#1001", customer_id=55, variant_id=MUG, title="Mug", rule="nth_order_gift"
    )
    assert (plan.cost, plan.pool) == (usd(8_00), Pool.GIFTS)
    assert "order number 4" in decision.because


@pytest.mark.parametrize("ordinal", [1, 2, 3, 5, 8, 40])
def test_given_an_ordinal_that_was_not_chosen_when_decided_then_there_is_no_gift(ordinal: int) -> None:
    assert code(history=gift_history(ordinal=ordinal)) == "other_ordinal"


@pytest.mark.parametrize("ordinal", [4, 5, 6, 7])
def test_given_several_chosen_ordinals_when_decided_then_each_carries_a_gift(ordinal: int) -> None:
    assert code(NthOrderGift(ordinals=(4, 5, 6, 7)), history=gift_history(ordinal=ordinal)) == "gift"


@given(every=st.integers(1, 50), ordinal=st.integers(1, 500))
def test_given_every_kth_order_when_decided_then_only_multiples_carry_a_gift(every: int, ordinal: int) -> None:
    chosen = code(NthOrderGift(every=every, ordinals=()), history=gift_history(ordinal=ordinal)) == "gift"

    assert chosen == (ordinal % every == 0)


OBSTACLES: dict[str, dict[str, Any]] = {
    "test_order": {"test": True},
    "cancelled": {"cancelled": True},
    "closed": {"closed": True},
    "not_counted": {"counted": False},
    "not_paid": {"settled": False},
    "refunded": {"net": usd(0)},
    "risky": {"risky": True},
    "disputed": {"disputed": True},
    "subscription": {"subscription": True},
    "foreign": {"domestic": False},
    "owes": {"outstanding": True},
    "too_late": {"shipped": True},
    "out_of_sight": {"created_at": NOON - 61 * DAY},
    "not_editable": {"editable": False},
}


@pytest.mark.parametrize(("expected", "changes"), OBSTACLES.items(), ids=OBSTACLES)
def test_given_an_obstacle_when_decided_then_there_is_no_gift_and_a_sentence_says_why(
    expected: str, changes: dict[str, Any]
) -> None:
    decision = decide(order_facts(order=order(**changes)), FOURTH, NOON)

    assert decision.code == expected
    assert decision.plans == ()
    assert decision.because.endswith(".")


@pytest.mark.parametrize("changes", [{"shipped": True}, {"with_warehouse": True}])
def test_given_a_parcel_that_is_packed_or_gone_when_gated_then_it_is_too_late(changes: dict[str, Any]) -> None:
    assert (gate(order(**changes), FOURTH, NOON) or ("", ""))[0] == "too_late"


def test_given_a_shop_that_ships_gifts_abroad_when_gated_then_borders_are_no_obstacle() -> None:
    assert gate(order(domestic=False), replace(FOURTH, domestic_only=False), NOON) is None


def test_given_a_shop_that_gives_to_subscribers_when_gated_then_a_subscription_is_no_obstacle() -> None:
    assert gate(order(subscription=True), replace(FOURTH, subscriptions=True), NOON) is None


@pytest.mark.parametrize(("careful", "expected"), [(True, "unseen"), (False, None)])
def test_given_a_parcel_we_may_not_see_when_gated_then_the_merchants_care_decides(
    careful: bool, expected: str | None
) -> None:
    verdict = gate(order(parcel_unseen=True), replace(FOURTH, only_seen_parcels=careful), NOON)

    assert (verdict and verdict[0]) == expected


def test_given_a_parcel_we_may_not_see_when_a_gift_is_planned_then_the_merchant_reads_so() -> None:
    assert "could not be seen" in decide(order_facts(order=order(parcel_unseen=True)), FOURTH, NOON).because


def test_given_a_parcel_that_left_and_was_archived_when_gated_then_the_gift_is_carried_to_the_next() -> None:
    assert (gate(order(shipped=True, closed=True), FOURTH, NOON) or ("", ""))[0] == "too_late"


@pytest.mark.parametrize(("made", "expected"), [(-MINUTE, "before_us"), (timedelta(), "gift"), (MINUTE, "gift")])
def test_given_an_order_from_before_the_rule_when_it_comes_up_then_it_gets_nothing(
    made: timedelta, expected: str
) -> None:
    began = NOON - HOUR

    assert code(order=order(created_at=began + made), history=gift_history(since=began)) == expected


def test_given_an_import_that_says_it_is_new_when_decided_then_the_stores_own_clock_counts() -> None:
    imported = order(created_at=NOON - 61 * DAY, processed_at=NOON - HOUR)

    assert code(order=imported) == "out_of_sight"


def test_given_an_order_that_does_not_count_when_decided_then_the_reason_is_the_orders_own() -> None:
    uncounted = order(counted=False, uncounted_because="It is one of our own gifts.")

    decision = decide(order_facts(order=uncounted, history=gift_history(ordinal=None)), FOURTH, NOON)

    assert (decision.code, decision.because) == ("not_counted", "It is one of our own gifts.")


def test_given_a_guest_when_decided_then_there_is_no_gift() -> None:
    assert code(order=order(customer_id=None), history=gift_history(ordinal=None)) == "guest"


@pytest.mark.parametrize(
    ("age", "expected"), [(timedelta(), "gift"), (DAY, "gift"), (DAY + MINUTE, "old"), (300 * DAY, "old")]
)
def test_given_an_old_order_when_it_comes_back_then_it_never_acts(age: timedelta, expected: str) -> None:
    assert code(order=order(processed_at=NOON - age)) == expected


@pytest.mark.parametrize(
    ("age", "due_in"), [(timedelta(), 15 * MINUTE), (10 * MINUTE, 5 * MINUTE), (HOUR, timedelta())]
)
def test_given_a_young_order_when_planned_then_the_gift_waits_until_the_order_has_settled(
    age: timedelta, due_in: timedelta
) -> None:
    (plan,) = decide(order_facts(order=order(processed_at=NOON - age)), FOURTH, NOON).plans

    assert plan.due_at == NOON + due_in


@pytest.mark.parametrize(
    ("since_last", "expected"), [(59 * DAY, "cool_down"), (60 * DAY - MINUTE, "cool_down"), (60 * DAY, "gift")]
)
def test_given_a_recent_gift_when_decided_then_the_next_waits_for_the_cool_down(
    since_last: timedelta, expected: str
) -> None:
    assert code(history=gift_history(last_gift_at=NOON - since_last)) == expected


@pytest.mark.parametrize(("given_today", "expected"), [(24, "gift"), (25, "daily_cap"), (26, "daily_cap")])
def test_given_many_gifts_today_when_decided_then_the_day_has_a_limit(given_today: int, expected: str) -> None:
    assert code(history=gift_history(gifts_today=given_today)) == expected


def test_given_a_gift_that_came_too_late_when_the_next_order_comes_then_it_goes_with_that_one() -> None:
    decision = decide(order_facts(history=gift_history(ordinal=5, owed=True)), FOURTH, NOON)

    assert decision.code == "gift"
    assert "too late for an earlier parcel" in decision.because


@pytest.mark.parametrize("obstacle", [{"risky": True}, {"shipped": True}, {"processed_at": NOON - 2 * DAY}])
def test_given_an_owed_gift_when_the_next_order_is_no_good_either_then_it_stays_owed(
    obstacle: dict[str, Any],
) -> None:
    assert code(order=order(**obstacle), history=gift_history(ordinal=5, owed=True)) != "gift"


def test_given_a_sold_out_favourite_when_chosen_then_the_next_on_the_list_is_given() -> None:
    options = (gift_option(stock=1), gift_option(variant_id=CANDLE, title="Candle"), gift_option(variant_id=SOAP))

    assert chosen(options) == CANDLE


@pytest.mark.parametrize(
    ("option", "fits"),
    [
        (gift_option(on_sale=False), False),
        (gift_option(stock=0), False),
        (gift_option(stock=1), False),  # the floor stays in the shop
        (gift_option(stock=2), True),
        (gift_option(stock=-3), False),
        (gift_option(stock=None), True),  # not counted by the store
    ],
)
def test_given_one_gift_when_chosen_then_it_must_be_on_sale_and_above_the_floor(option: GiftOption, fits: bool) -> None:
    assert (choose((option,), frozenset(), FOURTH) is not None) is fits


@given(st.lists(st.sampled_from([MUG, CANDLE, SOAP]), unique=True), st.frozensets(st.sampled_from([MUG, CANDLE, SOAP])))
def test_given_whatever_was_given_before_when_chosen_then_it_is_the_first_that_is_new(
    listed: list[int], given_before: frozenset[int]
) -> None:
    options = tuple(gift_option(variant_id=variant) for variant in listed)

    new = next((variant for variant in listed if variant not in given_before), None)
    assert chosen(options, given_before) == new


def test_given_a_parcel_that_holds_the_gift_anyway_when_decided_then_the_next_on_the_list_is_given() -> None:
    bought = order(lines=(Line(variant_id=MUG, quantity=1, total=usd(12_00)),))
    options = (gift_option(), gift_option(variant_id=CANDLE, title="Candle"))

    (plan,) = decide(order_facts(order=bought, options=options), FOURTH, NOON).plans

    assert isinstance(plan.effect, AddGiftLine)
    assert plan.effect.variant_id == CANDLE


def test_given_a_line_that_was_taken_off_again_when_decided_then_its_item_may_be_given() -> None:
    emptied = order(lines=(Line(variant_id=MUG, quantity=0, total=usd(0)),))

    assert code(order=emptied) == "gift"


OVER: dict[str, dict[str, Any]] = {"cancelled": {"cancelled": True, "counted": False}, "refunded": {"net": usd(0)}}


@pytest.mark.parametrize("ended", OVER.values(), ids=OVER)
def test_given_a_planned_gift_when_its_order_is_over_then_it_is_withdrawn(ended: dict[str, Any]) -> None:
    here = gift_history(given_here=True, waiting_here=("gift:1001:nth_order_gift",))

    decision = decide(order_facts(order=order(**ended), history=here), FOURTH, NOON)

    assert (decision.code, decision.withdraw, decision.plans) == ("taken_back", here.waiting_here, ())


@pytest.mark.parametrize("ended", OVER.values(), ids=OVER)
def test_given_a_gift_on_the_order_when_the_order_is_over_then_it_is_taken_back_by_a_deed_of_its_own(
    ended: dict[str, Any],
) -> None:
    here = gift_history(given_here=True, left_here=(gift_line(),))

    decision = decide(order_facts(order=order(**ended), history=here), FOURTH, NOON)

    (plan,) = decision.plans
    assert isinstance(plan.effect, TakeBackGiftLine)
    assert (plan.effect.key, plan.after) == ("undo:gift:1001:nth_order_gift", "gift:1001:nth_order_gift")
    assert (plan.cost, plan.pool) == (None, None)
    assert "had not left" in decision.because


@pytest.mark.parametrize("ended", OVER.values(), ids=OVER)
def test_given_a_gift_that_left_with_its_parcel_when_the_order_is_over_then_it_says_so(ended: dict[str, Any]) -> None:
    here = gift_history(given_here=True, left_here=(gift_line(),))

    decision = decide(order_facts(order=order(shipped=True, **ended), history=here), FOURTH, NOON)

    assert (decision.code, decision.plans) == ("left", ())
    assert "stays given" in decision.because


def test_given_a_gift_on_an_order_that_goes_on_when_it_changes_then_nothing_is_taken_back() -> None:
    here = gift_history(given_here=True, left_here=(gift_line(),))

    assert code(history=here) == "given"


def test_given_nothing_that_fits_when_decided_then_the_merchant_reads_so() -> None:
    assert code(options=()) == "nothing_fits"
    assert code(history=gift_history(given_variants=frozenset({MUG}))) == "nothing_fits"


@pytest.mark.parametrize("changes", OBSTACLES.values(), ids=OBSTACLES)
def test_given_an_obstacle_when_asking_the_store_for_gifts_is_considered_then_it_is_spared(
    changes: dict[str, Any],
) -> None:
    assert not may_be_due(order(**changes), gift_history(), FOURTH, NOON)


def test_given_a_chosen_order_when_asking_the_store_for_gifts_is_considered_then_it_is_worth_it() -> None:
    assert may_be_due(order(), gift_history(), FOURTH, NOON)


def code(policy: NthOrderGift = FOURTH, **changes: Order | GiftHistory | tuple[GiftOption, ...]) -> str:
    return decide(order_facts(**changes), policy, NOON).code


def chosen(options: tuple[GiftOption, ...], given_before: frozenset[int] = frozenset()) -> int | None:
    option = choose(options, given_before, FOURTH)
    return None if option is None else option.variant_id


def test_given_a_gift_that_somebody_never_wants_when_chosen_then_the_next_of_the_list_goes_along() -> None:
    options = (gift_option(tags=("animal products",)), gift_option(variant_id=CANDLE, title="Candle"))
    choosy = standing(tastes=Tastes(never=("animal products",)))

    (plan,) = decide(order_facts(options=options, standing=choosy), FOURTH, NOON).plans

    assert isinstance(plan.effect, AddGiftLine)
    assert plan.effect.variant_id == CANDLE
    assert code(options=options[:1], standing=choosy) == "nothing_fits"


def test_given_a_hard_time_when_a_gift_would_be_due_then_nothing_promotional_goes_along() -> None:
    assert code(standing=standing(sensitive_until=NOON + DAY)) == "sensitive"
    assert code(standing=standing(sensitive_until=NOON - DAY)) == "gift"
