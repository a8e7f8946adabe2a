"""By how much those spend more for whom a rule acts: the interval holds it, and none is claimed where there is none."""

import random
from fractions import Fraction
from math import exp

import pytest

from app.domain import lift
from app.domain.lift import FEWEST, FINE, Comparison, Spend, compare, needed

MEAN = 100 * 0.35 * exp(3.6 + 0.32 + 0.5)  # of what `drawn` lets people spend


def drawn(seed: int, people: int, *, more: float, held_out: float = 0.1) -> tuple[list[Spend], list[Spend]]:
    """Return people of whom most buy nothing, few buy much, and all have habits; the treated spend so much more."""
    chance = random.Random(seed)  # not a secret
    groups: tuple[list[Spend], list[Spend]] = ([], [])
    for _ in range(people):
        habit = chance.gauss(0, 0.8)
        before = int(100 * chance.lognormvariate(4 + habit, 0.5))
        since = 100 * chance.lognormvariate(3.6 + habit, 1) if chance.random() < 0.35 else 0
        held = chance.random() < held_out
        groups[held].append(Spend(round(since if held else since * (1 + more)), before))
    return groups


def found(treated: list[Spend], held: list[Spend]) -> Comparison:
    comparison = compare(treated, held)
    assert comparison is not None
    return comparison


@pytest.mark.parametrize(("more", "held_out"), [(0.08, 0.1), (0.0, 0.1), (0.08, 0.5)])
def test_given_a_known_lift_when_tried_many_times_then_nine_of_ten_intervals_hold_it(
    more: float, held_out: float
) -> None:
    trials = [found(*drawn(seed, 500, more=more, held_out=held_out)) for seed in range(30)]

    assert sum(each.low <= FINE * more * MEAN <= each.high for each in trials) >= 27


def test_given_no_lift_when_looked_at_again_and_again_then_hardly_ever_is_one_claimed() -> None:
    claims = 0
    for seed in range(20):
        treated, held = drawn(seed, 600, more=0.0)
        looks = [found(treated[: 9 * part], held[:part]) for part in range(FEWEST, len(held), 10)]
        claims += any(each.sure_low > 0 for each in looks)

    assert claims <= 1


def test_given_a_lift_that_nobody_could_miss_when_compared_then_it_is_found() -> None:
    treated, held = drawn(1, 1_000, more=0.0)

    comparison = found([Spend(each.since + 10 * round(MEAN), each.before) for each in treated], held)

    assert comparison.sure_low > 0


@pytest.mark.parametrize(("treated", "held"), [(FEWEST - 1, 500), (500, FEWEST - 1), (0, 0)])
def test_given_too_few_in_a_group_when_compared_then_nothing_is_said(treated: int, held: int) -> None:
    assert compare([Spend(1)] * treated, [Spend(2)] * held) is None


def test_given_everybody_alike_when_compared_then_chance_has_no_room() -> None:
    comparison = found([Spend(500, 10)] * 40, [Spend(300, 10)] * 40)

    assert (comparison.more, comparison.low, comparison.high) == (200 * FINE, 200 * FINE, 200 * FINE)
    assert comparison.noticed == 0


def test_given_plain_figures_when_compared_then_they_are_those_that_can_be_worked_out_by_hand() -> None:
    treated, held = [Spend(each) for each in (0, 200) * 50], [Spend(each) for each in (0, 100) * 50]

    comparison = found(treated, held)

    # Squares around the own mean: 100 x 100² and 100 x 50², over 198 degrees of freedom; 2/100 of that, and its root.
    width = (FINE**2 * Fraction(100 * 100**2 + 100 * 50**2, 198) * Fraction(2, 100)) ** Fraction(1, 2)
    assert (comparison.mean_treated, comparison.mean_held, comparison.more) == (100 * FINE, 50 * FINE, 50 * FINE)
    assert comparison.high - comparison.more == pytest.approx(width * 1.972017, rel=1e-4)  # Student's t, 198 degrees
    assert comparison.sure_high - comparison.more == pytest.approx(width * 2.600887, rel=1e-3)
    assert comparison.low == 2 * comparison.more - comparison.high


def test_given_what_people_spent_before_when_compared_then_chance_is_left_less_room() -> None:
    treated, held = drawn(3, 1_000, more=0.08)

    with_it = found(treated, held)
    without = found([Spend(each.since) for each in treated], [Spend(each.since) for each in held])

    assert with_it.high - with_it.low < without.high - without.low
    assert (with_it.mean_treated, with_it.mean_held) == (without.mean_treated, without.mean_held)


def test_given_a_few_big_spenders_when_one_in_ten_is_held_out_then_the_interval_leans_to_where_they_may_be() -> None:
    comparison = found(*drawn(5, 800, more=0.0))

    assert comparison.high - comparison.more > comparison.more - comparison.low


def test_given_a_difference_worth_knowing_when_asked_how_many_it_takes_then_half_of_it_takes_four_times_as_many() -> (
    None
):
    comparison = found(*drawn(7, 1_000, more=0.0))

    assert needed(comparison, comparison.noticed) == 1_000
    assert needed(comparison, comparison.noticed // 2) == pytest.approx(4_000, rel=0.01)


def test_given_the_same_people_when_compared_twice_then_the_figures_are_the_same() -> None:
    assert compare(*drawn(9, 300, more=0.1)) == compare(*drawn(9, 300, more=0.1))
    assert lift.FINE == 1_000
