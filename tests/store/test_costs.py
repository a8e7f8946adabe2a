"""What was truly spent, by month, purse, rule and agent: the purses' own sums, to the cent."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine, select

from app.domain.agents import Role
from app.domain.effects import Pool
from app.domain.policy import Mode
from app.store import agents, costs, endings, ledger, pools, tables, undoing
from app.store.base import Session, Sessions, unit_of_work
from app.store.costs import Cost
from app.store.shops import Merchant
from tests.builders import DAY, NOON, gift_line, paid, planned, present, purse, receipt, refund, usd
from tests.store.bookkeeping import pick, plan
from tests.store.plans import listening, plans


def spent(session: Session, shop: Merchant, since: str = "2026-11") -> list[Cost]:
    return costs.spent(session, shop_id=shop.id, since=since, currency="USD", timezone=shop.timezone)


def told(found: list[Cost]) -> list[tuple[str, str, str, str, int, str]]:
    return [(each.month, each.purse, each.rule, each.agent, each.deeds, str(each.cost)) for each in found]


def do(session: Session, shop: Merchant, effect_id: int, *, cost: int, at: datetime = NOON) -> str:
    """Do a planned deed at that true cost; return its key."""
    picked = pick(session, effect_id, shop_id=shop.id, now=at)
    sent = picked and ledger.gate(session, picked, now=at, lease=DAY)
    assert sent is not None
    assert endings.done(session, sent, receipt(cost=usd(cost)), now=at)
    return sent.key


def test_given_deeds_of_two_rules_when_summed_then_each_is_told_with_its_true_cost_and_who_wished_it(
    sessions: Sessions, shop: Merchant, seal: object
) -> None:
    with unit_of_work(sessions) as session:
        robin = agents.add(
            session,
            shop_id=shop.id,
            name="Robin",
            email="r@x.example",
            email_digest="r" * 64,
            role=Role.AGENT,
            seal=seal,  # type: ignore[arg-type]
        )
        assert robin is not None
        for number, cost in ((1, 8_00), (2, 7_50)):
            gift = planned(gift_line(order_id=number), cost=usd(8_00), pool=Pool.GIFTS)
            do(session, shop, plan(session, shop, gift, rule="nth_order_gift"), cost=cost)
        for number, by in ((3, robin), (4, None)):
            do(session, shop, plan(session, shop, paid(refund(order_id=number), by=by), rule="refund_keep"), cost=12_00)

        assert told(spent(session, shop)) == [
            ("2026-11", "gifts", "nth_order_gift", "", 2, "$15.50"),
            ("2026-11", "team", "refund_keep", "", 1, "$12.00"),
            ("2026-11", "team", "refund_keep", "Robin", 1, "$12.00"),
        ]


def test_given_what_is_planned_on_its_way_or_taken_back_when_summed_then_it_cost_nothing(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        plan(session, shop, paid(refund(order_id=1)), rule="refund_keep")
        moving = pick(session, plan(session, shop, paid(refund(order_id=2)), rule="refund_keep"), shop_id=shop.id)
        sent = moving and ledger.gate(session, moving, now=NOON, lease=DAY)
        assert sent is not None
        endings.done(session, sent, receipt(pending=True), now=NOON, look_at=NOON + DAY)
        back = do(session, shop, plan(session, shop, paid(refund(order_id=3)), rule="refund_keep"), cost=12_00)
        assert undoing.undone(session, shop_id=shop.id, key=back)

        assert spent(session, shop) == []


def test_given_a_deed_planned_in_one_month_and_done_in_the_next_when_summed_then_the_month_that_paid_is_told(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        do(session, shop, plan(session, shop, paid(refund()), rule="refund_keep"), cost=12_00, at=NOON + 20 * DAY)

        assert [each.month for each in spent(session, shop)] == ["2026-11"]
        assert spent(session, shop, since="2026-12") == []


def test_given_what_no_purse_paid_when_summed_then_it_is_told_in_the_month_of_the_shops_own_clock(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        free = plan(session, shop, planned(gift_line(), cost=usd(0)), rule="nth_order_gift")
        midnight = datetime.fromisoformat("2026-12-01T03:00+00:00")  # in New York it is November still
        do(session, shop, free, cost=3_00, at=midnight)

        assert told(spent(session, shop)) == [("2026-11", "", "nth_order_gift", "", 1, "$3.00")]


def test_given_two_months_when_summed_then_each_purse_has_spent_what_is_told_of_it(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number, month in ((1, "2026-10"), (2, "2026-11"), (3, "2026-11")):
            when = replace(purse(), month=month)
            deed = ledger.plan(
                session,
                shop_id=shop.id,
                decision_id=None,
                rule="refund_keep",
                because="Kind.",
                plan=paid(refund(order_id=number)),
                mode=Mode.AUTO,
                purse=when,
                now=NOON,
            )
            assert deed is not None
            do(session, shop, deed.id, cost=11_00 + number)
        purses = session.execute(
            select(tables.Pool.month, tables.Pool.spent_minor).order_by(tables.Pool.month.desc())
        ).all()

        found = spent(session, shop, since="2026-01")
        assert [(each.month, each.cost.minor) for each in found] == [tuple(row) for row in purses]
        assert [each.cost.minor for each in spent(session, shop)] == [22_05]


def test_given_the_costs_when_summed_then_they_are_read_along_their_own_index(
    sessions: Sessions, engine: Engine, shop: Merchant
) -> None:
    asked: list[tuple[str, object]] = []
    with unit_of_work(sessions) as session:
        do(session, shop, plan(session, shop, paid(refund()), rule="refund_keep"), cost=12_00)
        with listening(engine, asked):
            spent(session, shop)
        steps = [step for statement, values in asked for step in plans(session, statement, values)]

    if engine.dialect.name == "sqlite":  # PostgreSQL takes no index where there are no rows
        of_effects = [step for step in steps if " effects " in step]
        assert len(of_effects) == 2
        assert all("ix_effects_costs" in step for step in of_effects)


def test_given_a_campaign_with_a_purse_of_its_own_when_summed_then_each_gift_is_in_the_month_in_which_it_was_done(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        pools.open_whole(session, shop_id=shop.id, name="campaign-3", limit_minor=90_00)
        for customer, at in ((55, NOON), (56, NOON), (57, NOON + 20 * DAY)):
            gift = present(customer_id=customer, ticket_id=None, occasion="campaign:3")
            sent = planned(gift, cost=usd(8_00), pool="campaign-3")
            do(session, shop, plan(session, shop, sent, rule="campaign"), cost=7_50, at=at)

        assert told(spent(session, shop)) == [
            ("2026-12", "campaign-3", "campaign", "", 1, "$7.50"),
            ("2026-11", "campaign-3", "campaign", "", 2, "$15.00"),
        ]
        assert told(spent(session, shop, since="2026-12")) == [("2026-12", "campaign-3", "campaign", "", 1, "$7.50")]
