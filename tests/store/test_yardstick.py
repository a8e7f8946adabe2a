"""The shop's own measure: mean, median, percentile or fixed; and how long a customer counts as active."""

from datetime import timedelta

import pytest

from app.domain import gift_pool
from app.domain.facts import Yardstick
from app.domain.policy import Measure, SpecialCustomer
from app.store import orders, shops, yardstick
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import DAY, HOUR, MINUTE, NOON, order, usd

NETS = (10_00, 20_00, 30_00, 40_00, 1_000_00)


@pytest.mark.parametrize(
    ("nets", "mean"),
    [((10_00,), 10_00), (NETS, 220_00), ((1, 2), 2), ((1, 1, 2), 1), ((3, 4, 4), 4), ((33_33, 33_33, 33_35), 33_34)],
)
def test_given_some_customers_when_measured_by_the_mean_then_it_is_exact_to_the_cent(
    sessions: Sessions, shop: Merchant, nets: tuple[int, ...], mean: int
) -> None:
    spend(sessions, shop, *nets)

    measure = taken(sessions, shop)
    assert (measure.threshold, measure.average, measure.customers) == (usd(mean), usd(mean), len(nets))


@pytest.mark.parametrize(
    ("policy", "threshold"),
    [
        (SpecialCustomer(measure=Measure.MEDIAN), 30_00),
        (SpecialCustomer(measure=Measure.PERCENTILE, percentile=80), 40_00),
        (SpecialCustomer(measure=Measure.PERCENTILE, percentile=81), 1_000_00),
        (SpecialCustomer(measure=Measure.PERCENTILE, percentile=100), 1_000_00),
        (SpecialCustomer(measure=Measure.PERCENTILE, percentile=1), 10_00),
        (SpecialCustomer(measure=Measure.PERCENTILE, percentile=0), 10_00),
        (SpecialCustomer(measure=Measure.PERCENTILE, percentile=400), 1_000_00),
        (SpecialCustomer(measure=Measure.FIXED, fixed_minor=77_77), 77_77),
    ],
)
def test_given_another_measure_when_taken_then_the_threshold_is_its_own_and_the_average_stays_the_mean(
    sessions: Sessions, shop: Merchant, policy: SpecialCustomer, threshold: int
) -> None:
    spend(sessions, shop, *NETS)

    measure = taken(sessions, shop, policy)
    assert (measure.threshold, measure.average) == (usd(threshold), usd(220_00))


@pytest.mark.parametrize("measure", [Measure.MEAN, Measure.MEDIAN, Measure.PERCENTILE, Measure.FIXED])
def test_given_a_shop_in_which_nobody_has_spent_anything_when_measured_then_there_is_no_threshold_to_pass(
    sessions: Sessions, shop: Merchant, measure: Measure
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(net=usd(0)))

    assert take(sessions, shop, SpecialCustomer(measure=measure)) is None


def test_given_a_shop_that_was_never_measured_when_asked_then_there_is_no_measure(
    sessions: Sessions, shop: Merchant
) -> None:
    spend(sessions, shop, *NETS)

    with unit_of_work(sessions) as session:
        assert yardstick.read(session, shop_id=shop.id, currency="USD") is None


def test_given_an_order_after_the_measure_when_read_then_the_threshold_stands_and_the_average_moves(
    sessions: Sessions, shop: Merchant
) -> None:
    spend(sessions, shop, 10_00, 20_00)
    taken(sessions, shop)
    spend(sessions, shop, 90_00, first_customer=300)

    with unit_of_work(sessions) as session:
        measure = yardstick.read(session, shop_id=shop.id, currency="USD")
    assert measure is not None
    assert (measure.threshold, measure.average) == (usd(15_00), usd(40_00))


@pytest.mark.parametrize(
    ("gaps", "active_days"),
    [
        ((), 60),  # nobody came back yet
        ((10 * DAY,), 60),  # never less than two months
        ((45 * DAY,), 90),
        ((30 * DAY, 40 * DAY, 300 * DAY), 80),
        ((20 * DAY, 40 * DAY, 50 * DAY, 60 * DAY), 80),  # an even number: the lower of the middle two
        ((75 * DAY + 6 * HOUR,), 151),  # 150.5 days: half up, on both databases
        ((75 * DAY + 5 * HOUR,), 150),
        ((182 * DAY + 12 * HOUR,), 365),
        ((400 * DAY,), 365),  # never more than a year
    ],
)
def test_given_the_pauses_between_orders_when_measured_then_active_means_twice_their_median(
    sessions: Sessions, shop: Merchant, gaps: tuple[timedelta, ...], active_days: int
) -> None:
    with unit_of_work(sessions) as session:
        for customer, gap in enumerate(gaps, start=1):
            for number, at in enumerate((NOON - gap, NOON)):
                placed = order(id=customer * 10 + number, customer_id=customer, processed_at=at)
                orders.record(session, shop_id=shop.id, order=placed)
        orders.record(session, shop_id=shop.id, order=order(id=9001, customer_id=900))
        orders.record(session, shop_id=shop.id, order=order(id=9002, customer_id=None, processed_at=NOON - DAY))
        orders.record(session, shop_id=shop.id, order=order(id=9003, customer_id=900, counted=False))

    assert taken(sessions, shop).active_days == active_days


def test_given_a_merchant_who_says_what_active_means_when_measured_then_that_is_what_it_means(
    sessions: Sessions, shop: Merchant
) -> None:
    spend(sessions, shop, 10_00)

    assert taken(sessions, shop, SpecialCustomer(active_days=21)).active_days == 21


def test_given_some_customers_when_one_is_placed_among_them_then_by_how_lately_how_often_and_how_much(
    sessions: Sessions, shop: Merchant
) -> None:
    spend(sessions, shop, *NETS)
    with unit_of_work(sessions) as session:
        for number, who in ((1, 100), (2, 100), (3, 102)):
            orders.record(session, shop_id=shop.id, order=order(id=number, customer_id=who, net=usd(5_00)))
        late = order(id=4, customer_id=102, net=usd(1), processed_at=NOON)
        orders.record(session, shop_id=shop.id, order=late)

    assert [fifths(sessions, shop, who) for who in range(100, 105)] == [
        (1, 4, 1),
        (1, 1, 1),
        (5, 4, 3),
        (1, 1, 4),
        (1, 1, 5),
    ]


def test_given_somebody_none_of_whose_orders_count_when_placed_then_nowhere(sessions: Sessions, shop: Merchant) -> None:
    spend(sessions, shop, *NETS)
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(customer_id=99, counted=False, uncounted_because="A test."))

    assert fifths(sessions, shop, 99) is None


def test_given_orders_old_and_new_when_measured_then_what_the_last_thirty_days_brought_is_noted(
    sessions: Sessions, shop: Merchant
) -> None:
    month = gift_pool.LATELY
    with unit_of_work(sessions) as session:
        for number, (minor, changes) in enumerate(
            [
                (50_00, {"processed_at": NOON - DAY}),
                (7_00, {"processed_at": NOON - DAY, "customer_id": None}),
                (1_00, {"processed_at": NOON - month + MINUTE}),
                (80_00, {"processed_at": NOON - month}),
                (90_00, {"counted": False, "uncounted_because": "It is a test order."}),
            ]
        ):
            placed = order(**{"id": number, "customer_id": 100 + number, "net": usd(minor), **changes})
            orders.record(session, shop_id=shop.id, order=placed)

    take(sessions, shop)

    with unit_of_work(sessions) as session:
        merchant = shops.by_id(session, shop.id)
    assert shop.taken_minor is None
    assert merchant is not None
    assert merchant.taken_minor == 58_00


def fifths(sessions: Sessions, shop: Merchant, customer_id: int) -> tuple[int, ...] | None:
    with unit_of_work(sessions) as session:
        standing = orders.standing(session, shop_id=shop.id, customer_id=customer_id, currency="USD")
        assert standing is not None
        return yardstick.fifths(session, shop_id=shop.id, standing=standing)


def spend(sessions: Sessions, shop: Merchant, *nets: int, first_customer: int = 100) -> None:
    """Let one customer after the other spend that much."""
    with unit_of_work(sessions) as session:
        for customer, net in enumerate(nets, start=first_customer):
            placed = order(id=customer, customer_id=customer, net=usd(net))
            orders.record(session, shop_id=shop.id, order=placed)


def take(sessions: Sessions, shop: Merchant, policy: SpecialCustomer | None = None) -> Yardstick | None:
    with unit_of_work(sessions) as session:
        yardstick.measure(session, shop_id=shop.id, policy=policy or SpecialCustomer(), now=NOON)
        return yardstick.read(session, shop_id=shop.id, currency="USD")


def taken(sessions: Sessions, shop: Merchant, policy: SpecialCustomer | None = None) -> Yardstick:
    measure = take(sessions, shop, policy)
    assert measure is not None
    return measure
