"""Lifetime value moved order by order: equal to a recount after anything, and at the same cost for anybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, update

from app.domain.facts import Standing
from app.store import lifetime, orders
from app.store.base import Session, Sessions, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Customer, Totals
from tests.builders import DAY, HOUR, NOON, order, usd

ANN, BEN, EVE = 55, 56, 57
PEOPLE = st.sampled_from([ANN, BEN, EVE])
MAIL = {ANN: "a" * 64, BEN: "b" * 64, EVE: "c" * 64}

Step = Callable[[Session, int], object]


def placed(*, order_id: int, customer: int, net: int, counted: bool, day: int, said: int, guest: bool) -> Step:
    now = order(
        id=order_id,
        customer_id=None if guest else customer,
        mail_digest=MAIL[customer],
        net=usd(net),
        counted=counted,
        processed_at=NOON - day * DAY,
        updated_at=NOON - said * HOUR,
    )
    return lambda session, shop_id: orders.record(session, shop_id=shop_id, order=now)


def merged(kept: int, deleted: int) -> Step:
    return lambda session, shop_id: orders.rehome(session, shop_id=shop_id, kept=kept, deleted=deleted, now=NOON)


def deleted(customer: int) -> Step:
    return lambda session, shop_id: orders.orphan(session, shop_id=shop_id, customer_id=customer)


steps = st.lists(
    st.one_of(
        st.builds(
            placed,
            order_id=st.integers(1, 6),
            customer=PEOPLE,
            net=st.integers(0, 10**9),
            counted=st.booleans(),
            day=st.integers(0, 5),
            said=st.integers(0, 8),
            guest=st.booleans(),
        ),
        st.builds(merged, PEOPLE, PEOPLE),
        st.builds(deleted, PEOPLE),
    ),
    max_size=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(steps, st.lists(st.integers(0, 19), max_size=6))
def test_given_any_orders_merges_and_deletions_when_some_come_again_then_the_kept_figures_equal_a_recount(
    sessions: Sessions, shop: Merchant, told: list[Step], again: list[int]
) -> None:
    with sessions() as session:
        orders.lock(session, shop_id=shop.id)
        for step in [*told, *(told[number] for number in again if number < len(told))]:
            step(session, shop.id)
        kept = figures(session, shop)
        wrong = lifetime.wrong(session, shop_id=shop.id)
        orders.recount(session, shop_id=shop.id)

        assert wrong == 0
        assert kept == figures(session, shop)
        session.rollback()


def test_given_few_orders_or_thousands_when_one_more_comes_or_leaves_then_it_costs_the_same_statements(
    sessions: Sessions, shop: Merchant, engine: Engine
) -> None:
    with unit_of_work(sessions) as session:
        many = [order(id=number, customer_id=BEN, processed_at=NOON - number * HOUR) for number in range(1, 3001)]
        few = [order(id=9000 + number, customer_id=ANN, processed_at=NOON - number * HOUR) for number in range(1, 4)]
        orders.write(session, shop_id=shop.id, orders=[*few, *many])
        orders.recount(session, shop_id=shop.id)
    costs = []
    for customer, first in ((ANN, 9001), (BEN, 1)):
        with unit_of_work(sessions) as session, counted(engine) as statements:
            orders.record(session, shop_id=shop.id, order=order(id=10_000 + customer, customer_id=customer))
            orders.record(
                session, shop_id=shop.id, order=order(id=first, customer_id=customer, counted=False, updated_at=NOON)
            )
        costs.append(len(statements))

    assert costs[0] == costs[1]
    assert costs[0] <= 20


def test_given_the_latest_order_when_it_leaves_then_the_one_before_is_the_latest(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in (1, 2, 3):
            orders.record(session, shop_id=shop.id, order=order(id=number, processed_at=NOON - number * DAY))
        for number in (1, 3):
            gone = order(id=number, processed_at=NOON - number * DAY, counted=False, updated_at=NOON)
            orders.record(session, shop_id=shop.id, order=gone)

        left = known(session, shop)
    assert (left.first_order_at, left.last_order_at, left.orders) == (NOON - 2 * DAY, NOON - 2 * DAY, 1)


@pytest.mark.parametrize(
    ("table", "changes", "figures"),
    [
        (Customer, {"net_minor": Customer.net_minor + 1}, 1),
        (Customer, {"last_order_at": NOON}, 1),
        (Customer, {"orders": 0, "net_minor": 0}, 1),
        (Totals, {"net_minor": Totals.net_minor + 1}, 1),
        (Totals, {"repaired": 0}, 0),
    ],
)
def test_given_a_figure_that_is_wrong_when_audited_then_it_is_repaired_and_said(
    sessions: Sessions, shop: Merchant, table: type[Customer] | type[Totals], changes: dict[str, object], figures: int
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order())
        session.execute(update(table).where(table.shop_id == shop.id).values(changes))

        assert orders.audit(session, shop_id=shop.id, now=NOON) == figures
        totals = session.get_one(Totals, shop.id, populate_existing=True)
        assert (totals.audited_at, totals.repaired) == (NOON, figures)
        assert orders.audit(session, shop_id=shop.id, now=NOON) == 0
        assert known(session, shop).net == usd(50_00)


def test_given_sums_of_somebody_without_an_order_when_audited_then_they_are_taken_away_and_said(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order())
        session.add(Customer(shop_id=shop.id, customer_id=BEN, orders=1, net_minor=5, last_order_at=NOON, marked=True))

        assert orders.audit(session, shop_id=shop.id, now=NOON) == 1
        session.expire_all()
        left = session.get_one(Customer, (shop.id, BEN))
        assert (left.orders, left.net_minor, left.last_order_at, left.marked) == (0, 0, None, True)
        assert orders.audit(session, shop_id=shop.id, now=NOON) == 0


def figures(session: Session, shop: Merchant) -> list[object]:
    """Return every sum that is kept, of customers with orders and of the shop."""
    session.expire_all()
    people = select(Customer).where(Customer.shop_id == shop.id, Customer.orders > 0).order_by(Customer.customer_id)
    totals = session.get_one(Totals, shop.id)
    return [
        (totals.customers, totals.orders, totals.net_minor),
        *(
            (row.customer_id, row.net_minor, row.orders, row.first_order_at, row.last_order_at)
            for row in session.scalars(people)
        ),
    ]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that are sent."""
    sent: list[str] = []

    def note(*said: object) -> None:
        sent.append(str(said[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def known(session: Session, shop: Merchant) -> Standing:
    found = orders.standing(session, shop_id=shop.id, customer_id=ANN, currency="USD")
    assert found is not None
    return found
