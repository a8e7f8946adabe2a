"""What is suggested to a merchant, and why: counted from their own past, or said to be a guess."""

from datetime import timedelta

import pytest

from app.domain import suggestions
from app.domain.facts import GiftOption
from app.domain.history import pace
from app.domain.suggestions import BARS, ENOUGH, OTHERWISE, Insight, Level, Step, Unfit, suggested, width, worth_a_look
from tests.builders import NOON, gift_option, usd

FEW = Level(minor=100_00, above=2, active=1)


def step(ordinal: int, *, stopped: int, stayed: int) -> Step:
    return Step(ordinal=ordinal, stopped=stopped, stayed=stayed)


def insight(**changes: object) -> Insight:
    plain: dict[str, object] = {
        "taken_at": NOON,
        "as_of": NOON,
        "partial": False,
        "customers": 3,
        "orders": 10,
        "net_minor": 900_00,
        "active_days": 90,
        "mean": FEW,
        "median": FEW,
        "p80": FEW,
        "width_minor": 10_00,
        "bars": (3,),
        "steps": (),
    }
    return Insight(**plain | changes)  # type: ignore[arg-type]


def test_given_most_stop_after_the_third_when_suggested_then_it_is_the_fourth_and_it_says_why() -> None:
    told = (
        step(1, stopped=900, stayed=100),  # before the second: out of bounds
        step(2, stopped=300, stayed=700),
        step(3, stopped=380, stayed=620),
        step(4, stopped=200, stayed=420),
    )

    found = suggested(told)

    assert (found.ordinal, found.step) == (4, told[2])
    assert found.step is not None
    assert found.step.percent == 38


@pytest.mark.parametrize(
    ("told", "ordinal"),
    [
        ((), OTHERWISE),
        ((step(3, stopped=40, stayed=ENOUGH - 41),), OTHERWISE),  # one too few
        ((step(3, stopped=40, stayed=ENOUGH - 40),), 4),
        ((step(3, stopped=0, stayed=500),), OTHERWISE),  # nobody stops
        ((step(1, stopped=500, stayed=500), step(8, stopped=500, stayed=1)), OTHERWISE),  # out of bounds on both sides
        ((step(7, stopped=400, stayed=100), step(2, stopped=399, stayed=101)), 8),
        ((step(5, stopped=100, stayed=200), step(3, stopped=200, stayed=400)), 4),  # as many: the earlier
        (
            (step(2, stopped=606, stayed=394), step(3, stopped=91, stayed=59)),
            4,
        ),  # 60.7 % and 60.6 %: both are 61 % in words
    ],
)
def test_given_a_past_when_suggested_then_it_follows_the_formula(told: tuple[Step, ...], ordinal: int) -> None:
    assert suggested(told).ordinal == ordinal


def test_given_who_has_how_many_orders_when_followed_then_the_undecided_are_in_neither_figure() -> None:
    found = suggestions.steps({1: (50, 30), 2: (20, 5), 4: (8, 8)})

    assert [(each.ordinal, each.stayed, each.stopped) for each in found] == [
        (1, 28, 30),
        (2, 8, 5),
        (3, 8, 0),
        (4, 0, 8),
    ]


@pytest.mark.parametrize(
    ("top", "spans"), [(0, 1), (18, 1), (19, 2), (37, 2), (38, 5), (187_00, 10_00), (190_00, 20_00)]
)
def test_given_what_the_best_spend_when_bars_are_chosen_then_they_are_round_and_it_fits(top: int, spans: int) -> None:
    assert width(top) == spans
    assert top // spans < BARS - 1


def test_given_orders_come_in_when_read_then_they_are_counted_at_a_thousand_and_at_each_doubling() -> None:
    looks = [now for now in range(0, 20_000, 250) if worth_a_look(now - 250, now)]

    assert looks == [1_000, 2_000, 4_000, 8_000, 16_000]


def test_given_a_batch_beyond_several_doublings_when_read_then_it_is_counted_once() -> None:
    assert worth_a_look(0, 5_000)
    assert not worth_a_look(5_000, 7_999)


@pytest.mark.parametrize(
    ("orders", "net", "most"),
    [(10, 900_00, usd(9_00)), (10, 2_000_00, usd(12_00)), (3, 100_00, usd(3_33)), (0, 0, None)],
)
def test_given_what_orders_bring_when_a_gift_is_sought_then_it_may_cost_a_tenth_and_twelve_at_most(
    orders: int, net: int, most: object
) -> None:
    assert suggestions.most_cost(insight(orders=orders, net_minor=net), "USD") == most


@pytest.mark.parametrize(
    ("option", "why"),
    [
        (gift_option(on_sale=False), Unfit.NOT_ON_SALE),
        (gift_option(ships=False), Unfit.NO_PARCEL),
        (gift_option(costed=False), Unfit.NO_COST),
        (gift_option(stock=None), Unfit.NOT_COUNTED),
        (gift_option(stock=1), Unfit.TOO_FEW),
        (gift_option(stock=2), None),
    ],
)
def test_given_a_variant_when_looked_at_then_it_can_be_given_or_it_says_why_not(
    option: GiftOption, why: Unfit | None
) -> None:
    assert suggestions.unfit(option, floor=1) is why


def test_given_half_is_read_in_a_minute_when_the_rest_is_guessed_then_it_takes_as_long_again() -> None:
    found = pace(things=3_000, promised=6_000, since=NOON, until=NOON + timedelta(minutes=1))

    assert found is not None
    assert (found.per_minute, found.left) == (3_000, timedelta(minutes=1))


def test_given_nothing_is_read_yet_when_the_rest_is_guessed_then_nothing_is_said() -> None:
    assert pace(things=0, promised=6_000, since=None, until=None) is None
    assert pace(things=5, promised=6_000, since=NOON, until=NOON) is None
