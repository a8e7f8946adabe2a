"""What a trial says of its rule, at the merchant's own margin; and what it does not say yet."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.domain import paid
from app.domain.lift import FEWEST, FINE
from app.domain.paid import Bought, Found, Given, Judged, Member, Stretch, Verdict
from app.domain.policy import Results, Trial
from tests.builders import DAY, HOUR, NOON

TRIAL = Trial(rule="nth_order_gift", percent=10, edition=2)
HALF = Results(margin_percent=50)
MANY = 400  # customers, of whom one in ten is held out
LATER = NOON + 100 * DAY


def members(many: int = MANY) -> list[Member]:
    return [Member(number, number % 10 == 0, NOON) for number in range(many)]


def treated(number: int) -> bool:
    return number % 10 != 0


def bought(more: int = 0, *, many: int = MANY) -> list[Bought]:
    """Return what they bought: an order each before, and $80 to $120 since; the treated spend so many cents more."""
    return [
        each
        for number in range(many)
        for each in (
            Bought(number, NOON - DAY, 50_00),
            Bought(number, NOON + 20 * DAY, 80_00 + 10_00 * (number // 10 % 5) + (more if treated(number) else 0)),
        )
    ]


def given(cost: int, many: int = MANY) -> list[Given]:
    return [Given(number, NOON, cost) for number in range(many) if treated(number)]


def found(orders: Sequence[Bought], gifts: Sequence[Given] = (), *, people: Sequence[Member] | None = None) -> Found:
    return paid.found(TRIAL, members() if people is None else people, orders, gifts, LATER)


def judged(orders: Sequence[Bought], gifts: Sequence[Given] = (), *, people: Sequence[Member] | None = None) -> Judged:
    return paid.judged(found(orders, gifts, people=people).claimed, HALF, TRIAL)


def stretch(days: int, of: Found) -> Stretch:
    return next(each for each in of.stretches if each.days == days)


def test_given_orders_when_found_then_each_counts_in_the_stretches_that_it_falls_into() -> None:
    orders = [Bought(1, NOON + days * DAY, 1_00) for days in (-1, 0, 30, 31, 60, 89, 91)]

    result = found([*bought(), *orders])

    plain = found(bought())
    more = {days: (stretch(days, result).basket_treated, stretch(days, plain).basket_treated) for days in (30, 60, 90)}
    assert all(now < before for now, before in more.values())  # small orders came in: one, three, four
    spends = [stretch(days, result).spends for days in (30, 60, 90)]
    means = [each.mean_treated * 360 // FINE for each in spends if each is not None]
    base = sum(order.net_minor for order in bought() if order.at > NOON and treated(order.customer_id))
    assert [round((mean - base) / 100) for mean in means] == [1, 3, 4]


def test_given_people_who_entered_lately_when_found_then_a_stretch_holds_those_it_has_passed_for() -> None:
    lately = [each._replace(entered_at=LATER - 45 * DAY) if each.customer_id < 100 else each for each in members()]

    result = found(bought(), people=lately)

    assert [(each.days, each.treated + each.held) for each in result.stretches] == [
        (30, 400),
        (60, 300),
        (90, 300),
        (180, 0),
    ]
    assert result.followed == 400


def test_given_a_trial_that_is_over_when_found_then_nobody_counts_who_was_not_followed_by_then() -> None:
    over = replace(TRIAL, percent=0, ended_at=NOON + 60 * DAY)

    result = paid.found(over, members(), bought(), (), LATER)

    assert [each.treated + each.held for each in result.stretches] == [400, 400, 0, 0]


def test_given_what_they_were_given_when_found_then_the_treated_cost_what_came_in_the_stretch() -> None:
    gifts = [Given(1, NOON, 8_00), Given(2, NOON + 40 * DAY, 5_00), Given(3, NOON - HOUR, 99_00)]

    result = found(bought(), gifts)

    assert [each.cost_minor for each in result.stretches] == [8_00, 13_00, 13_00, 0]


@pytest.mark.parametrize(
    ("more", "cost", "verdict"),
    [
        (40_00, 8_00, Verdict.PAYS),  # $20 of margin for $8
        (4_00, 80_00, Verdict.LOSES),
        (0, 1_00, Verdict.EVEN),  # chance reaches three dollars: nothing that mattered would go unseen
        (8_00, 4_00, Verdict.EVEN),
    ],
)
def test_given_a_lift_and_a_cost_when_judged_then_the_verdict_is_that_of_the_margin(
    more: int, cost: int, verdict: Verdict
) -> None:
    assert judged(bought(more), given(cost)).verdict is verdict


def test_given_a_lift_when_judged_then_what_it_brought_is_the_margin_of_all_less_what_they_cost() -> None:
    result = judged(bought(40_00), given(8_00))

    assert (result.each_more, result.brought) == (20_00, 360 * (20_00 - 8_00))
    assert result.brought_low < result.brought < result.brought_high
    assert result.paid_back_days == 36  # $8 of the $20 that 90 days brought


def test_given_another_margin_when_judged_then_all_but_the_cost_follows_it() -> None:
    claimed = found(bought(40_00), given(8_00)).claimed

    low, high = (paid.judged(claimed, Results(margin_percent=percent), TRIAL) for percent in (10, 100))

    assert (low.verdict, high.each_more) == (Verdict.LOSES, 40_00)


def test_given_too_few_held_out_when_judged_then_it_says_how_many_more_customers_it_takes() -> None:
    result = judged(bought(), people=members(100))

    assert (result.verdict, result.missing) == (Verdict.TOO_FEW, (FEWEST - 10) * 10)


def test_given_noise_beyond_what_matters_when_judged_then_there_is_not_enough_data_and_how_much_is_missing() -> None:
    noisy = [
        order._replace(net_minor=order.net_minor * (order.customer_id // 10 % 5) ** 3) if order.at > NOON else order
        for order in bought()
    ]

    result = judged(noisy, given(1_00))

    assert result.verdict is Verdict.TOO_FEW
    assert result.missing > MANY
    assert result.each_noticed > 1_00


def test_given_nobody_in_a_trial_when_found_then_nothing_is_claimed() -> None:
    result = paid.judged(found([], people=[]).claimed, HALF, replace(TRIAL, percent=0))

    assert result == Judged(verdict=Verdict.TOO_FEW)


def test_given_more_who_come_back_when_asked_then_the_cost_of_each_of_them_is_told() -> None:
    some = [order for order in bought() if order.at < NOON or treated(order.customer_id) or order.customer_id % 40]

    claimed = found(some, given(5_00)).claimed

    assert claimed.back is not None
    assert (claimed.back.mean_treated, claimed.back.mean_held) == (1_000, 750)
    assert paid.kept_cost(claimed) == 20_00  # one in four came back for it


def test_given_nobody_who_comes_back_for_it_when_asked_then_no_cost_of_theirs_is_told() -> None:
    assert paid.kept_cost(found(bought(), given(5_00)).claimed) is None


def test_given_bigger_baskets_when_found_then_the_difference_is_that_of_an_order() -> None:
    claimed = found(bought(30_00)).claimed

    assert (claimed.basket_treated, claimed.basket_held) == (130_00, 100_00)
    assert claimed.basket is not None
    assert claimed.basket.more == pytest.approx(30_00 * FINE, rel=0.01)
    assert claimed.basket.sure_low > 0
