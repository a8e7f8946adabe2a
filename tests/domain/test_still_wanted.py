"""A late effect is looked at again just before it is done."""

import pytest

from app.domain.effects import MarkInHelpdesk
from app.domain.facts import GiftOption, Line, Order, Standing
from app.domain.policy import NthOrderGift, Policy
from app.domain.rules import special_customer, still_wanted
from app.domain.rules.gift_order import TOO_LATE
from app.domain.tastes import Tastes
from tests.builders import DAY, MUG, NOON, auto_policy, flowers, gift_option, order, standing, usd


def test_given_nothing_has_changed_when_looked_at_again_then_the_gift_is_still_wanted() -> None:
    assert still_wanted.gift(order(), gift_option(), auto_policy(), NOON) is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (order(cancelled=True), "cancelled"),
        (order(net=usd(0)), "refunded"),
        (order(settled=False), "not_paid"),
        (order(risky=True), "risky"),
        (order(disputed=True), "disputed"),
        (order(created_at=NOON - 61 * DAY), "out_of_sight"),
        (order(lines=(Line(variant_id=MUG, quantity=1, total=usd(12_00)),)), "on_board"),
        (order(shipped=True), TOO_LATE),
        (order(with_warehouse=True), TOO_LATE),
        (None, "gone"),
    ],
)
def test_given_the_order_changed_while_it_settled_when_looked_at_again_then_the_gift_is_not_wanted(
    changed: Order | None, code: str
) -> None:
    assert reason(still_wanted.gift(changed, gift_option(), auto_policy(), NOON)) == code


@pytest.mark.parametrize("option", [None, gift_option(on_sale=False), gift_option(stock=1)])
def test_given_the_gift_sold_out_meanwhile_when_looked_at_again_then_it_is_not_wanted(
    option: GiftOption | None,
) -> None:
    assert reason(still_wanted.gift(order(), option, auto_policy(), NOON)) == "sold_out"


def test_given_a_policy_that_became_stricter_when_looked_at_again_then_the_new_one_rules() -> None:
    strict = Policy(nth_order_gift=NthOrderGift(stock_floor=100))

    assert reason(still_wanted.gift(order(), gift_option(stock=40), strict, NOON)) == "sold_out"


@pytest.mark.parametrize(
    ("now_special", "present", "wanted"),
    [(True, True, True), (False, False, True), (False, True, False), (True, False, False)],
)
def test_given_a_mark_when_looked_at_again_then_it_must_say_what_is_true_now(
    now_special: bool, present: bool, wanted: bool
) -> None:
    verdict = still_wanted.standing_mark(standing(special=now_special), present=present)

    assert (verdict is None) is wanted


def test_given_a_customer_who_is_gone_when_a_mark_is_looked_at_again_then_it_is_outdated() -> None:
    gone: Standing | None = None

    assert reason(still_wanted.standing_mark(gone, present=True)) == "outdated"


@pytest.mark.parametrize(
    ("special", "marked", "shown", "wanted"),
    [
        (True, False, False, True),
        (True, True, True, True),
        (True, True, False, False),
        (True, False, True, False),
        (False, False, False, True),
        (False, True, True, False),
    ],
)
def test_given_a_mark_that_follows_a_hand_when_looked_at_again_then_it_says_what_the_store_shows(
    special: bool, marked: bool, shown: bool, wanted: bool
) -> None:
    (plan,) = special_customer.touched(standing(special=True), NOON, shown=shown).plans
    assert isinstance(plan.effect, MarkInHelpdesk)

    verdict = still_wanted.helpdesk_mark(standing(special=special, marked=marked), plan.effect)

    assert (verdict is None) is wanted


@pytest.mark.parametrize(
    ("special", "marked", "let_alone", "wanted"),
    [(True, True, False, True), (True, False, False, False), (False, True, False, False), (True, True, True, False)],
)
def test_given_a_mark_that_was_lost_when_looked_at_again_then_it_is_put_back_only_where_the_store_shows_it(
    special: bool, marked: bool, let_alone: bool, wanted: bool
) -> None:
    (plan,) = special_customer.lost(standing(special=True, marked=True), None, NOON).plans
    assert isinstance(plan.effect, MarkInHelpdesk)

    person = standing(special=special, marked=marked, let_alone=let_alone)

    assert (still_wanted.helpdesk_mark(person, plan.effect) is None) is wanted


@pytest.mark.parametrize(("found", "wanted"), [(order(), True), (order(shipped=True), True), (None, False)])
def test_given_flowers_when_looked_at_again_then_only_a_vanished_order_stops_them(
    found: Order | None, wanted: bool
) -> None:
    assert (still_wanted.flowers(flowers(), found, standing()) is None) is wanted


def test_given_flowers_that_somebody_has_come_to_hate_when_their_day_comes_then_they_are_not_sent() -> None:
    assert reason(still_wanted.flowers(flowers(), order(), standing(tastes=Tastes(never=("lilies",))))) == "never"


def reason(verdict: tuple[str, str] | None) -> str | None:
    return None if verdict is None else verdict[0]
