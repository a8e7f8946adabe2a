"""A shop's past in a few figures, counted the same whether sums are kept already or only orders are there."""

from datetime import datetime

import pytest

from app.domain.policy import SpecialCustomer
from app.domain.suggestions import BARS, Insight, Level, Step
from app.store import insights, orders, yardstick
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import DAY, NOON, order, usd

POLICY = SpecialCustomer(active_days=90)
NETS = {1: 10_00, 2: 20_00, 3: 30_00, 4: 40_00, 5: 1_000_00}
LONG_AGO = NOON - 200 * DAY


def bought(sessions: Sessions, shop: Merchant, *placed: tuple[int, int, datetime]) -> None:
    """Write orders down: whose each is, what it brought, and when."""
    written = [
        order(id=number, customer_id=who, net=usd(net), processed_at=at)
        for number, (who, net, at) in enumerate(placed, start=1)
    ]
    with unit_of_work(sessions) as session:
        orders.write(session, shop_id=shop.id, orders=written)


def taken(sessions: Sessions, shop: Merchant, *, partial: bool = False) -> Insight | None:
    with unit_of_work(sessions) as session:
        if not partial:
            orders.recount(session, shop_id=shop.id)
            yardstick.measure(session, shop_id=shop.id, policy=POLICY, now=NOON)
        insights.take(session, shop_id=shop.id, policy=POLICY, now=NOON, partial=partial)
    with unit_of_work(sessions) as session:
        return insights.read(session, shop_id=shop.id)


@pytest.mark.parametrize("partial", [False, True])
def test_given_customers_when_counted_then_each_measure_says_who_is_above_and_who_of_them_is_active(
    sessions: Sessions, shop: Merchant, partial: bool
) -> None:
    bought(sessions, shop, *((who, net, LONG_AGO if who == 4 else NOON) for who, net in NETS.items()))

    found = taken(sessions, shop, partial=partial)

    assert found is not None
    assert (found.customers, found.orders, found.net_minor, found.partial) == (5, 5, 1_100_00, partial)
    assert found.mean == Level(minor=220_00, above=1, active=1)
    assert found.median == Level(minor=30_00, above=3, active=2)
    assert found.p80 == Level(minor=40_00, above=2, active=1)
    assert (len(found.bars), sum(found.bars)) == (BARS, 5)


def test_given_what_they_spent_when_counted_then_bars_hold_them_and_the_last_whoever_spent_more(
    sessions: Sessions, shop: Merchant
) -> None:
    many = [(who, 10_00 + who % 5 * 20_00, NOON) for who in range(1, 100)]
    bought(sessions, shop, *many, (100, 9_999_00, NOON))

    found = taken(sessions, shop)

    assert found is not None
    assert found.width_minor == 10_00
    assert found.bars == (0, 19, 0, 20, 0, 20, 0, 20, 0, 20, *[0] * 9, 1)


@pytest.mark.parametrize("partial", [False, True])
def test_given_a_line_between_two_bars_when_it_is_moved_there_then_it_means_whoever_spent_more(
    sessions: Sessions, shop: Merchant, partial: bool
) -> None:
    spent = [(who, 10_00 + who % 5 * 20_00, LONG_AGO if who % 3 else NOON) for who in range(1, 100)]
    bought(sessions, shop, *spent)

    found = taken(sessions, shop, partial=partial)

    assert found is not None
    assert [edge.minor for edge in found.edges()] == [place * found.width_minor for place in range(1, BARS)]
    for edge in found.edges():
        above = [at for _, net, at in spent if net >= edge.minor]
        assert (edge.above, edge.active) == (len(above), above.count(NOON))


def test_given_who_came_again_and_who_did_not_when_counted_then_the_steps_say_so(
    sessions: Sessions, shop: Merchant
) -> None:
    bought(
        sessions,
        shop,
        *((1, 10_00, LONG_AGO), (1, 10_00, LONG_AGO)),  # stopped after the second
        (2, 10_00, NOON),  # may yet come again
        *((3, 10_00, LONG_AGO), (3, 10_00, LONG_AGO), (3, 10_00, NOON)),
    )

    found = taken(sessions, shop)

    assert found is not None
    assert found.steps == (
        Step(ordinal=1, stayed=2, stopped=0),
        Step(ordinal=2, stayed=1, stopped=1),
        Step(ordinal=3, stayed=0, stopped=0),
    )


def test_given_the_oldest_orders_are_read_first_when_counted_then_active_is_as_of_the_newest_of_them(
    sessions: Sessions, shop: Merchant
) -> None:
    bought(sessions, shop, (1, 10_00, LONG_AGO - 100 * DAY), (2, 20_00, LONG_AGO))

    found = taken(sessions, shop, partial=True)

    assert found is not None
    assert (found.as_of, found.p80.active, found.median.active) == (LONG_AGO, 1, 1)


@pytest.mark.parametrize("partial", [False, True])
def test_given_nobody_has_ordered_when_counted_then_there_is_nothing_to_show(
    sessions: Sessions, shop: Merchant, partial: bool
) -> None:
    assert taken(sessions, shop, partial=partial) is None
