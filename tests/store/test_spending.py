"""What was spent, set aside and done, by rule and by month; and that a month's lines add up to its purse."""

import re

import pytest
from sqlalchemy import Engine

from app.domain.effects import Pool
from app.domain.money import zero
from app.domain.policy import Mode
from app.store import acts, decisions, reasons, reports, spending, stories, undoing
from app.store.base import unit_of_work
from app.store.reports import Tally
from app.store.shops import Merchant
from app.store.spending import Spent, Waiting
from app.store.stories import Search
from tests.builders import DAY, NOON, flowers, gift_line, mark, paid, planned, purse, receipt, refund, tag, usd
from tests.store.bookkeeping import decide
from tests.store.ledger_steps import Steps, into
from tests.store.plans import listening, plans

MONTHS = ("2026-10", "2026-11")
STATES = ("observed", "awaiting", "planned", "sending", "uncertain", "done", "refused", "withdrawn")


def lines(steps: Steps) -> list[Spent]:
    with unit_of_work(steps.sessions) as session:
        return spending.by_rule(session, shop_id=steps.shop_id, currency="USD", months=MONTHS)


def spent(rule: str, month: str = "2026-11", *, deeds: int = 0, minor: int = 0, aside: int = 0) -> Spent:
    return Spent(month=month, pool=Pool.TEAM, rule=rule, deeds=deeds, spent=usd(minor), aside=usd(aside))


def test_given_deeds_in_every_state_when_summed_then_the_lines_are_what_their_purse_says(steps: Steps) -> None:
    for number, state in enumerate(STATES, start=1):
        into(steps, state, paid(refund(order_id=number)))
    into(steps, "done", paid(flowers(), minor=60_00), rule="flowers")
    into(steps, "done", paid(refund(order_id=99), minor=5_00))
    with unit_of_work(steps.sessions) as session:
        assert undoing.undone(session, shop_id=steps.shop_id, key=refund(order_id=99).key)
        (month,) = spending.purses(session, shop_id=steps.shop_id, currency="USD", limit=24)

    found = lines(steps)

    assert sum((line.spent for line in found), zero("USD")) == month.spent
    assert sum((line.aside for line in found), zero("USD")) == month.reserved


def test_given_several_rules_and_months_when_summed_then_each_has_its_line_the_most_spent_first(steps: Steps) -> None:
    into(steps, "done", paid(refund(), minor=2_00))
    into(steps, "done", paid(flowers(), minor=60_00), rule="flowers")
    into(steps, "done", paid(flowers(ticket_id="43"), minor=40_00), rule="flowers")
    steps.planned(paid(refund(order_id=2), minor=3_00))
    steps.planned(paid(refund(order_id=3), minor=7_00), purse=purse(month="2026-10"))

    assert lines(steps) == [
        spent("flowers", deeds=2, minor=100_00),
        spent("refund_keep", deeds=1, minor=2_00, aside=3_00),
        spent("refund_keep", "2026-10", aside=7_00),
    ]


def test_given_money_on_its_way_when_summed_then_it_is_set_aside_and_not_spent(steps: Steps) -> None:
    steps.done(steps.sent(steps.planned().id), receipt(pending=True))

    assert lines(steps) == [spent("refund_keep", aside=12_00)]


def test_given_what_waits_when_counted_then_a_decision_counts_once_and_its_deeds_cost_together(
    steps: Steps, shop: Merchant
) -> None:
    asks = {"mode": Mode.APPROVE, "rule": "special_customer"}
    with unit_of_work(steps.sessions) as session:
        one = decide(session, shop, subject="customer:1")
    steps.planned(planned(tag()), decision_id=one, **asks)
    steps.planned(planned(mark()), decision_id=one, **asks)
    steps.planned(planned(tag(customer_id=2)), **asks)
    newest = steps.planned(paid(), mode=Mode.APPROVE).id

    with unit_of_work(steps.sessions) as session:
        found = spending.waiting(session, shop_id=steps.shop_id, currency="USD")

    assert found == {
        "special_customer": Waiting(
            decisions=2, cost=usd(0), newest=newest - 1, puts_on={"make-it-right": 2}, takes_off=0
        ),
        "refund_keep": Waiting(decisions=1, cost=usd(12_00), newest=newest),
    }


def test_given_what_was_done_when_counted_by_rule_then_since_that_moment_and_without_what_was_taken_back(
    steps: Steps,
) -> None:
    for number in (1, 2):
        gift = planned(gift_line(order_id=number), cost=usd(8_00), pool=Pool.GIFTS)
        into(steps, "done", gift, rule="nth_order_gift")
    into(steps, "done", paid(refund()))
    with unit_of_work(steps.sessions) as session:
        undoing.undone(session, shop_id=steps.shop_id, key=refund().key)

    with unit_of_work(steps.sessions) as session:
        since, later = (
            spending.done_by_rule(session, shop_id=steps.shop_id, currency="USD", since=moment)
            for moment in (NOON, NOON + DAY)
        )

    assert since == {"nth_order_gift": [Tally(name="add_gift_line", count=2, cost=usd(16_00))]}
    assert later == {}


def test_given_sqlite_when_rows_are_looked_for_or_summed_then_it_walks_through_no_others(
    steps: Steps, engine: Engine
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("the other database weighs what it has counted")
    shop, asked = {"shop_id": steps.shop_id, "currency": "USD"}, list[tuple[str, object]]()
    with unit_of_work(steps.sessions) as session, listening(engine, asked):
        spending.came_to(session, search=Search(customer_id=55), **shop)
        spending.done_by_rule(session, since=NOON, **shop)
        reports.observed_by_rule(session, **shop)
        stories.around(session, search=Search(order_id=1001), limit=50, **shop)
        spending.waiting(session, **shop)
        stories.ledger_rows(session, search=Search(rule="flowers"), limit=50, **shop)
        decisions.keep_refunds(session, shop_id=steps.shop_id, customer_id=55, since=NOON)
        acts.given_by_agents(session, since=NOON, **shop)
    with unit_of_work(steps.sessions) as session:
        steps_of = [" ".join(plans(session, *each)) for each in asked]

    taken = [re.findall(r"ix_effects_(\w+)", each) for each in steps_of]
    assert [sorted(set(each)) for each in taken] == [
        ["customer", "newest"],
        ["done"],
        ["observed"],
        ["decision", "newest", "order"],
        ["state"],
        ["rule"],
        ["customer"],
        ["agent"],
        ["by_agents"],
    ]


def test_given_sqlite_when_what_was_decided_about_somebody_is_told_then_it_walks_through_no_others(
    steps: Steps, engine: Engine
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("the other database weighs what it has counted")
    asked: list[tuple[str, object]] = []
    with unit_of_work(steps.sessions) as session, listening(engine, asked):
        about = {"subjects": ("customer:55", "order:1001"), "search": Search(customer_id=55), "limit": 9}
        reasons.verdicts(session, shop_id=steps.shop_id, **about)
    with unit_of_work(steps.sessions) as session:
        taken = [step for step in plans(session, *asked[0]) if "decisions" in step]

    assert not [step for step in taken if step.endswith("(shop_id=?)")]
    assert any("ix_decisions_delivery" in step for step in taken)
