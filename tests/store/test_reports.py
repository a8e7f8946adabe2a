"""What the pages ask the books, on either database. That no shop hears of another: test_tenancy.py."""

from app.domain.effects import Pool
from app.domain.policy import Mode
from app.store import ledger, marks, orders, reports, spending, stories, yardstick
from app.store.base import Sessions, unit_of_work
from app.store.reports import Tally
from app.store.shops import Merchant
from tests.builders import (
    DAY,
    HOUR,
    NOON,
    flowers,
    gift_line,
    mark,
    order,
    paid,
    planned,
    purse,
    refund,
    tag,
    usd,
)
from tests.store.bookkeeping import decide, finish, keep_delivery, plan


def test_given_customers_around_the_threshold_when_figures_are_read_then_above_means_at_least_and_active(
    sessions: Sessions, shop: Merchant
) -> None:
    lapsed = NOON - 400 * DAY
    bought = [
        order(id=1, customer_id=1, net=usd(150_00)),
        order(id=2, customer_id=2, net=usd(100_00)),  # the mean itself
        order(id=3, customer_id=3, net=usd(50_00)),
        order(id=4, customer_id=4, net=usd(100_00), processed_at=lapsed),
    ]
    with unit_of_work(sessions) as session:
        orders.write(session, shop_id=shop.id, orders=bought)
        orders.recount(session, shop_id=shop.id)
        yardstick.measure(session, shop_id=shop.id, policy=shop.policy.special_customer, now=NOON)
        marks.shown(session, shop_id=shop.id, customer_ids=[4], marked=True, now=NOON)
        found = reports.figures(session, shop_id=shop.id, currency="USD", now=NOON)

    assert (found.threshold, found.average, found.customers, found.orders) == (usd(100_00), usd(100_00), 4, 4)
    assert (found.above_and_active, found.marked) == (2, 1)


def test_given_a_shop_that_was_never_measured_when_figures_are_read_then_they_are_nothing(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        found = reports.figures(session, shop_id=shop.id, currency="USD", now=NOON)

    assert (found.threshold, found.measured_at, found.above_and_active, found.average) == (None, None, 0, usd(0))


def test_given_one_pool_was_used_when_pools_are_read_then_the_other_is_whole(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        finish(session, shop, plan(session, shop, paid(minor=40_00)))
        plan(session, shop, paid(flowers(), minor=60_00))
        team, gifts = reports.pools_left(session, shop_id=shop.id, purse=purse())

    assert (team.name, team.spent, team.reserved, team.left) == (Pool.TEAM, usd(40_00), usd(60_00), usd(400_00))
    assert (gifts.name, gifts.left) == (Pool.GIFTS, usd(500_00))


def test_given_a_purse_that_was_opened_when_its_limit_moves_then_what_is_read_is_what_it_would_hold(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        plan(session, shop, paid(minor=40_00))
        before = [reports.pools_left(session, shop_id=shop.id, purse=purse(team=each))[0] for each in (90_00, 30_00)]

    assert [each.limit for each in before] == [usd(90_00), usd(40_00)]


def test_given_deeds_of_two_days_when_the_day_is_read_then_todays_are_counted_with_their_cost(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        finish(session, shop, plan(session, shop, planned(tag())), at=NOON)
        later = [planned(mark()), paid(refund(), minor=12_00), paid(refund(confirm="2"), minor=5_00)]
        for each in later:
            finish(session, shop, plan(session, shop, each), at=NOON + DAY)
        today = reports.done_since(session, shop_id=shop.id, since=NOON + HOUR, currency="USD")
        ever = reports.done_since(session, shop_id=shop.id, since=None, currency="USD")

    assert today == [
        Tally(name="refund_order", count=2, cost=usd(17_00)),
        Tally(name="mark_in_helpdesk", count=1, cost=usd(0)),
    ]
    assert sum(tally.count for tally in ever) == 4


def test_given_decisions_of_two_deeds_each_when_waiting_is_counted_then_decisions_are_counted(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in ("1", "2"):
            decision_id = decide(session, shop)
            for effect in (tag(occasion=number), mark(occasion=number)):
                ledger.plan(
                    session,
                    shop_id=shop.id,
                    decision_id=decision_id,
                    rule="special_customer",
                    because="Kind.",
                    plan=planned(effect),
                    mode=Mode.APPROVE,
                    purse=purse(),
                    now=NOON,
                )
        counted = spending.waiting(session, shop_id=shop.id, currency="USD")
        together = stories.waiting(session, shop_id=shop.id, currency="USD", limit=10)

    assert {rule: waits.decisions for rule, waits in counted.items()} == {"special_customer": 2}
    assert [len(group) for group in together] == [2, 2]


def test_given_observed_deeds_when_they_are_read_then_each_rule_has_its_count_and_cost(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in (1, 2):
            gift = planned(gift_line(order_id=number), cost=usd(8_00), pool=Pool.GIFTS)
            plan(session, shop, gift, mode=Mode.OBSERVE, rule="nth_order_gift")
        plan(session, shop, planned(tag()))
        found = reports.observed_by_rule(session, shop_id=shop.id, currency="USD")

    assert found == {"nth_order_gift": Tally(name="nth_order_gift", count=2, cost=usd(16_00))}


def test_given_handled_and_set_aside_deliveries_when_misfits_are_read_then_only_those_for_a_person(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        keep_delivery(session, shop, "fine", problem=None)
        keep_delivery(session, shop, "odd", problem="not JSON")
        found = reports.misfits(session, shop_id=shop.id, limit=5)

    assert [misfit.problem for misfit in found] == ["not JSON"]
