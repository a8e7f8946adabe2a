"""What becomes of a gift: whatever the order in which news comes, and however often, a gift only moves on."""

from datetime import datetime
from itertools import pairwise, permutations, product

import pytest

from app.domain.sendings import ENDED, Status, moves, next_look
from tests.builders import DAY, HOUR, MINUTE, NOON

WAY = (Status.ACCEPTED, Status.IN_PRODUCTION, Status.SHIPPED, Status.DELIVERED)
# From each row to each column: x moves it on, a dot leaves it as it is.
TABLE = """
               placed scheduled link_sent accepted in_production shipped delivered returned failed cancelled refunded
placed         .      x         x         x        x             x       x         x        x      x         x
scheduled      .      .         x         x        x             x       x         x        x      x         x
link_sent      .      .         .         x        x             x       x         x        x      x         x
accepted       .      .         .         .        x             x       x         x        x      x         x
in_production  .      .         .         .        .             x       x         x        x      x         x
shipped        .      .         .         .        .             .       x         x        x      x         x
delivered      .      .         .         .        .             .       .         x        .      .         x
returned       .      .         .         .        .             .       .         .        .      .         x
failed         .      .         .         .        .             .       .         .        .      .         x
cancelled      .      .         .         .        .             x       x         x        .      .         x
refunded       .      .         .         .        .             .       .         .        .      .         .
"""


def table() -> dict[tuple[Status, Status], bool]:
    heads, *rows = [line.split() for line in TABLE.strip().splitlines()]
    return {
        (Status(row[0]), Status(now)): mark == "x" for row in rows for now, mark in zip(heads, row[1:], strict=True)
    }


@pytest.mark.parametrize(("before", "now"), [*product(Status, Status)])
def test_given_a_gift_when_news_comes_then_it_moves_on_as_the_table_says(before: Status, now: Status) -> None:
    assert moves(before, now) is table()[before, now]


@pytest.mark.parametrize("told", [*permutations(WAY)])
def test_given_a_usual_way_when_told_in_any_order_and_twice_then_it_ends_delivered(told: tuple[Status, ...]) -> None:
    assert after(Status.PLACED, *told, *told) is Status.DELIVERED


def test_given_a_gift_that_was_called_off_when_it_is_shipped_all_the_same_then_that_is_believed() -> None:
    assert after(Status.CANCELLED, Status.SHIPPED) is Status.SHIPPED


def test_given_a_gift_that_was_just_placed_when_followed_then_looks_come_soon_at_first_and_daily_in_the_end() -> None:
    looks = list(looked_at(Status.PLACED))
    pauses = [late - early for early, late in pairwise(looks)]

    assert looks[0] == NOON + 2 * MINUTE
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (15 * MINUTE, DAY)


def test_given_a_gift_of_which_nothing_is_heard_when_sixty_days_are_over_then_nobody_asks_any_more() -> None:
    looks = list(looked_at(Status.SHIPPED))

    assert NOON + 60 * DAY <= looks[-1] < NOON + 61 * DAY
    assert len(looks) < 80


def test_given_a_gift_that_was_cancelled_when_it_may_be_sent_all_the_same_then_somebody_asks_for_two_weeks() -> None:
    looks = list(looked_at(Status.CANCELLED))

    assert NOON + 14 * DAY <= looks[-1] < NOON + 15 * DAY


@pytest.mark.parametrize("status", sorted(ENDED - {Status.CANCELLED}))
def test_given_a_gift_that_has_ended_when_followed_then_nobody_asks(status: Status) -> None:
    assert next_look(status, placed_at=NOON, now=NOON + HOUR) is None


def after(status: Status, *told: Status) -> Status:
    for now in told:
        status = now if moves(status, now) else status
    return status


def looked_at(status: Status) -> list[datetime]:
    looks, at = list[datetime](), next_look(status, placed_at=NOON, now=NOON)
    while at is not None:
        looks.append(at)
        at = next_look(status, placed_at=NOON, now=at)
    return looks
