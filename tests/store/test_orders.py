"""The order ledger: every sum exact after any sequence of changes, and every ordinal right."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain import turns
from app.domain.facts import Change, Line, Order, Standing
from app.domain.policy import SpecialCustomer
from app.domain.rules import special_customer
from app.store import marks, orders, tables
from app.store.base import Session, Sessions, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Customer, Totals
from tests.builders import DAY, HOUR, MINUTE, NOON, order, standing, usd, yardstick
from tests.store.crowd import at_once

ANN, BEN, EVE = 55, 56, 57

# Any order's life: who it belongs to now, what is left of its payment, whether it counts, and when the store said so.
changes = st.lists(
    st.builds(
        lambda order_id, customer, net, counted, day, said: order(
            id=order_id,
            name=f"#{order_id}",
            customer_id=customer,
            net=usd(net),
            counted=counted,
            processed_at=NOON - day * DAY,
            updated_at=NOON - said * HOUR,
        ),
        st.integers(1, 6),
        st.sampled_from([None, ANN, BEN, EVE]),
        st.integers(0, 10**9),
        st.booleans(),
        st.integers(0, 5),
        st.integers(0, 8),
    ),
    max_size=15,
)
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)


@many
@given(changes)
def test_given_any_sequence_of_changes_when_recorded_one_by_one_then_every_sum_equals_a_recount(
    sessions: Sessions, shop: Merchant, told: list[Order]
) -> None:
    with rolled_back(sessions) as session:
        for change in told:
            orders.record(session, shop_id=shop.id, order=change)
        kept = sums(session, shop)
        orders.recount(session, shop_id=shop.id)

        assert kept == sums(session, shop)
        assert kept == expected(told)


@many
@given(changes, st.lists(st.integers(1, 10), max_size=3))
def test_given_history_in_batches_mixed_with_live_changes_when_recounted_then_every_sum_is_exact(
    sessions: Sessions, shop: Merchant, told: list[Order], cuts: list[int]
) -> None:
    with rolled_back(sessions) as session:
        for number, batch in enumerate(split(told, cuts)):
            if number % 2:
                orders.write(session, shop_id=shop.id, orders=batch)
            else:
                for change in batch:
                    orders.record(session, shop_id=shop.id, order=change)
        orders.recount(session, shop_id=shop.id)

        assert sums(session, shop) == expected(told)


@many
@given(changes)
def test_given_any_orders_when_counted_then_the_ordinals_of_a_customer_are_one_two_three_without_gap(
    sessions: Sessions, shop: Merchant, told: list[Order]
) -> None:
    with rolled_back(sessions) as session:
        for change in told:
            orders.record(session, shop_id=shop.id, order=change)
        numbered = {
            known.id: orders.ordinal(session, shop_id=shop.id, order_id=known.id) for known in newest(told).values()
        }

    for customer in (ANN, BEN, EVE):
        theirs = [known for known in newest(told).values() if known.customer_id == customer and known.counted]
        in_turn = sorted(theirs, key=lambda known: (known.processed_at, known.id))
        assert [numbered[known.id] for known in in_turn] == list(range(1, len(in_turn) + 1))
    uncounted = [known.id for known in newest(told).values() if not known.counted or known.customer_id is None]
    assert {numbered[order_id] for order_id in uncounted} <= {None}


def test_given_two_orders_of_the_same_second_when_numbered_then_the_lower_id_is_first(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for order_id in (1002, 1001):
            orders.record(session, shop_id=shop.id, order=order(id=order_id, processed_at=NOON))

        assert [orders.ordinal(session, shop_id=shop.id, order_id=order_id) for order_id in (1001, 1002)] == [1, 2]


def test_given_an_older_state_when_it_comes_late_then_it_is_ignored(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        assert orders.record(session, shop_id=shop.id, order=order(net=usd(10_00), updated_at=NOON))

        assert not orders.record(session, shop_id=shop.id, order=order(net=usd(50_00), updated_at=NOON - MINUTE))
        assert known(session, shop).net == usd(10_00)


def test_given_the_same_state_when_it_comes_again_then_nothing_is_counted_twice(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for _ in range(3):
            assert orders.record(session, shop_id=shop.id, order=order())

        assert (known(session, shop).net, known(session, shop).orders) == (usd(50_00), 1)


def test_given_an_order_that_moves_to_another_customer_when_recorded_then_both_sums_are_right(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(customer_id=ANN, updated_at=NOON))
        orders.record(session, shop_id=shop.id, order=order(customer_id=BEN, updated_at=NOON + MINUTE))

        assert (known(session, shop, ANN).net, known(session, shop, ANN).orders) == (usd(0), 0)
        assert (known(session, shop, BEN).net, known(session, shop, BEN).orders) == (usd(50_00), 1)
        assert sums(session, shop)["shop"] == (1, 1, 50_00)


def test_given_a_cancelled_order_when_recorded_then_it_counts_no_more_and_its_followers_move_up(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in (1, 2, 3):
            orders.record(session, shop_id=shop.id, order=order(id=number, processed_at=NOON + number * HOUR))
        cancelled = order(id=2, processed_at=NOON + 2 * HOUR, updated_at=NOON, counted=False, cancelled=True)
        orders.record(session, shop_id=shop.id, order=cancelled)

        assert [orders.ordinal(session, shop_id=shop.id, order_id=number) for number in (1, 2, 3)] == [1, None, 2]
        assert known(session, shop).net == usd(100_00)


def test_given_an_order_that_does_not_count_when_kept_then_its_money_is_not(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(counted=False, net=usd(50_00)))

        assert session.get_one(tables.Order, (shop.id, 1001)).net_minor == 0


def test_given_one_export_when_it_tells_an_order_twice_then_the_newer_state_stays(
    sessions: Sessions, shop: Merchant
) -> None:
    newer, older = order(net=usd(20_00), updated_at=NOON), order(net=usd(10_00), updated_at=NOON - HOUR)

    with unit_of_work(sessions) as session:
        orders.write(session, shop_id=shop.id, orders=[older, newer, older])
        orders.recount(session, shop_id=shop.id)
        orders.write(session, shop_id=shop.id, orders=[])

        assert known(session, shop).net == usd(20_00)


def test_given_marks_when_recounted_then_they_stay_and_new_customers_have_none(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(customer_id=ANN))
        orders.set_special(session, shop_id=shop.id, customer_ids=[ANN], special=True, now=NOON)
        marks.shown(session, shop_id=shop.id, customer_ids=[ANN], marked=True, now=NOON)
        orders.write(session, shop_id=shop.id, orders=[order(id=2, customer_id=BEN)])
        orders.recount(session, shop_id=shop.id)

        ann, ben = known(session, shop, ANN), known(session, shop, BEN)
    assert (ann.special, ann.marked, ann.changes, ann.changed_at) == (True, True, 1, NOON)
    assert (ben.special, ben.marked, ben.changes, ben.changed_at) == (False, False, 0, None)


def test_given_many_orders_at_once_when_recorded_then_no_sum_is_lost(sessions: Sessions, shop: Merchant) -> None:
    def pay(number: int) -> None:
        for turn in range(5):
            with unit_of_work(sessions) as session:
                orders.record(
                    session, shop_id=shop.id, order=order(id=number * 100 + turn, customer_id=ANN + number % 2)
                )

    at_once(8, pay)

    with unit_of_work(sessions) as session:
        assert sums(session, shop)["shop"] == (2, 40, 40 * 50_00)


def test_given_a_customer_who_was_never_seen_when_asked_then_nothing_is_known(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        assert orders.standing(session, shop_id=shop.id, customer_id=ANN, currency="USD") is None
        assert orders.ordinal(session, shop_id=shop.id, order_id=1) is None
        assert orders.latest_order(session, shop_id=shop.id, customer_id=ANN) is None


def test_given_several_orders_when_the_latest_is_asked_then_it_is_the_newest_that_counts_or_the_one_named(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number, counted in ((1, True), (2, True), (3, False)):
            placed = order(id=number, name=f"#{number}", processed_at=NOON + number * HOUR, counted=counted)
            orders.record(session, shop_id=shop.id, order=placed)

        assert orders.latest_order(session, shop_id=shop.id, customer_id=ANN) == 2
        assert orders.latest_order(session, shop_id=shop.id, customer_id=ANN, name="#1") == 1
        assert orders.latest_order(session, shop_id=shop.id, customer_id=ANN, name="#3") == 3
        assert orders.latest_order(session, shop_id=shop.id, customer_id=BEN, name="#1") is None


@pytest.mark.parametrize(
    ("said", "is_known"),
    [
        ({"updated_at": NOON - HOUR}, True),
        ({}, True),
        ({"updated_at": NOON + MINUTE}, False),
        ({"net": usd(39_00)}, False),  # read between two changes of one second
        ({"cancelled": True}, False),
        ({"updated_at": NOON - HOUR, "net": usd(39_00)}, True),
    ],
    ids=str,
)
def test_given_a_state_of_an_order_when_asked_whether_it_is_known_then_only_newer_ones_are_news(
    sessions: Sessions, shop: Merchant, said: dict[str, Any], is_known: bool
) -> None:
    change = replace(Change(order_id=1001, updated_at=NOON, net=usd(45_00)), **said)
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(updated_at=NOON, net=usd(45_00)))

        assert orders.is_known(session, shop_id=shop.id, change=change) is is_known
        assert not orders.is_known(session, shop_id=shop.id, change=replace(change, order_id=1002))


@many
@given(
    net=st.integers(0, 200_00),
    pause=st.one_of(st.none(), st.timedeltas(timedelta(), 120 * DAY)),
    special=st.booleans(),
    marked=st.booleans(),
)
@example(net=100_00, pause=90 * DAY, special=False, marked=False)
@example(net=100_00, pause=90 * DAY + MINUTE, special=False, marked=False)
@example(net=99_99, pause=1 * DAY, special=False, marked=False)
@example(net=90_00, pause=90 * DAY, special=True, marked=True)
@example(net=90_00, pause=90 * DAY + MINUTE, special=True, marked=True)
@example(net=89_99, pause=1 * DAY, special=True, marked=True)
@example(net=100_00, pause=1 * DAY, special=True, marked=False)
@example(net=99_99, pause=1 * DAY, special=True, marked=False)
@example(net=10_00, pause=1 * DAY, special=False, marked=True)
def test_given_any_customer_when_the_review_looks_for_those_who_moved_then_it_finds_whoever_the_rule_would_change(
    sessions: Sessions, shop: Merchant, net: int, pause: timedelta | None, special: bool, marked: bool
) -> None:
    person = standing(
        net=usd(net),
        orders=0 if pause is None else 3,
        first_order_at=None,
        last_order_at=None if pause is None else NOON - pause,
        special=special,
        marked=marked,
        changes=1,
        changed_at=NOON - 400 * DAY,
    )
    measure, policy = yardstick(threshold=usd(100_00)), SpecialCustomer()
    with rolled_back(sessions) as session:
        session.add(row(shop, person))
        session.flush()
        found = orders.moved_by(session, shop_id=shop.id, yardstick=measure, policy=policy, now=NOON)

    decision = special_customer.decide(person, measure, policy, NOON)
    assert found == ([person] if decision.special is not None or decision.plans else [])


@pytest.mark.parametrize(("special", "count"), [(True, 1), (False, 2)])
def test_given_a_change_of_the_mark_when_kept_then_it_is_counted_and_dated(
    sessions: Sessions, shop: Merchant, special: bool, count: int
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order())
        for mark in (True, False)[:count]:
            orders.set_special(session, shop_id=shop.id, customer_ids=[ANN], special=mark, now=NOON + count * HOUR)

        after = known(session, shop)
    assert (after.special, after.changes, after.changed_at) == (special, count, NOON + count * HOUR)


@contextmanager
def rolled_back(sessions: Sessions) -> Iterator[Session]:
    """Open a transaction that leaves no trace: one example does not meet the next."""
    with sessions() as session:
        yield session
        session.rollback()


def newest(told: list[Order]) -> dict[int, Order]:
    """Return what should be known of each order: the last told among those with the newest date."""
    states: dict[int, Order] = {}
    for change in told:
        if change.id not in states or states[change.id].updated_at <= change.updated_at:
            states[change.id] = change
    return states


def expected(told: list[Order]) -> dict[object, tuple[int | timedelta, ...]]:
    """Return every customer's sums and the shop's, computed the slow and obvious way."""
    found: dict[object, tuple[int | timedelta, ...]] = {}
    for customer in (ANN, BEN, EVE):
        theirs = [known for known in newest(told).values() if known.customer_id == customer and known.counted]
        if theirs:
            moments = [NOON - known.processed_at for known in theirs]
            net = sum(known.net.minor for known in theirs)
            found[customer] = (net, len(theirs), max(moments), min(moments))
    counts = [sums for sums in found.values() if sums]
    found["shop"] = (
        len(counts),
        sum(int(sums[1]) for sums in counts if isinstance(sums[1], int)),
        sum(int(sums[0]) for sums in counts if isinstance(sums[0], int)),
    )
    return found


def sums(session: Session, shop: Merchant) -> dict[object, tuple[int | timedelta, ...]]:
    """Return every sum that the ledger keeps, leaving out customers without orders."""
    session.expire_all()
    found: dict[object, tuple[int | timedelta, ...]] = {}
    for person in session.scalars(select(Customer).where(Customer.shop_id == shop.id, Customer.orders > 0)):
        assert person.first_order_at is not None
        assert person.last_order_at is not None
        moments = (NOON - person.first_order_at, NOON - person.last_order_at)
        found[person.customer_id] = (person.net_minor, person.orders, *moments)
    totals = session.scalars(select(Totals).where(Totals.shop_id == shop.id)).one_or_none()
    found["shop"] = (totals.customers, totals.orders, totals.net_minor) if totals else (0, 0, 0)
    return found


def known(session: Session, shop: Merchant, customer_id: int = ANN) -> Standing:
    found = orders.standing(session, shop_id=shop.id, customer_id=customer_id, currency="USD")
    assert found is not None
    return found


def split(told: list[Order], cuts: list[int]) -> list[list[Order]]:
    batches: list[list[Order]] = []
    for size in cuts:
        batches.append(told[:size])
        told = told[size:]
    return [*batches, told]


def row(shop: Merchant, person: Standing) -> Customer:
    return Customer(
        shop_id=shop.id,
        customer_id=person.customer_id,
        net_minor=person.net.minor,
        orders=person.orders,
        first_order_at=person.first_order_at,
        last_order_at=person.last_order_at,
        special=person.special,
        marked=person.marked,
        changes=person.changes,
        changed_at=person.changed_at,
    )


def test_given_a_mark_that_went_out_late_when_noted_then_its_time_begins_there(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order())
        orders.set_special(session, shop_id=shop.id, customer_ids=[55], special=True, now=NOON)
        marks.shown(session, shop_id=shop.id, customer_ids=[55], marked=True, now=NOON + DAY)

        seen = orders.standing(session, shop_id=shop.id, customer_id=55, currency="USD")

    assert seen is not None
    assert (seen.marked, seen.changed_at, seen.changes) == (True, NOON + DAY, 1)


def test_given_an_order_that_changes_when_it_is_recorded_then_what_it_was_stays_known(
    sessions: Sessions, shop: Merchant
) -> None:
    mug = (Line(variant_id=7001, quantity=1, total=usd(50_00)),)
    paid = order(lines=mug)
    sent = order(lines=(), shipped=True, updated_at=NOON)
    with unit_of_work(sessions) as session:
        for each in (paid, sent, sent):
            orders.record(session, shop_id=shop.id, order=each)
        row = session.get_one(tables.Order, (shop.id, paid.id))
        kept, aboard = turns.read(row.turns or ""), row.variants

    assert kept.turns == (turns.turn_of(paid), turns.turn_of(sent))
    assert aboard == "7001"
