"""The books of a shop that has been busy for a year: orders, customers, reasons, and deeds in every state."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import text

from app.domain.decisions import Decision
from app.domain.effects import AddGiftLine, Effect, Plan, RefundOrder, TagCustomer
from app.domain.money import Money
from app.domain.policy import Mode, SpecialCustomer
from app.store import decisions, insights, ledger, reason_counts, shops, yardstick
from app.store.base import Sessions, unit_of_work
from app.store.ledger import Draft
from bench.shop import let_in
from bench.value import filled
from jobs.runtime import World, purse

EACH = 5  # orders of a customer
A_COMMIT = 500
_WHY = "It is their 4th order."
_RULES = ("nth_order_gift", "special_customer", "refund_keep")
_MOST_WAIT = 40  # deeds for a person's yes, and as many that are in doubt
_ENDED = text("""
    UPDATE effects SET next_try_at = NULL, ended_at = due_at, reference = 'gid://' || id,
        state = CASE WHEN id % 10 = 0 THEN 'withdrawn' WHEN id % 25 = 1 THEN 'refused' ELSE 'done' END,
        cost_minor = CASE WHEN kind = 'tag_customer' THEN NULL ELSE 800 END
    WHERE shop_id = 1
""")
_WAITING = text(
    "UPDATE effects SET state = 'awaiting', ended_at = NULL WHERE shop_id = 1 AND id % (:deeds / :most) = 2"
)
_DOUBTFUL = text(
    "UPDATE effects SET state = 'uncertain', ended_at = NULL WHERE shop_id = 1 AND id % (:deeds / :most) = 3"
)
# Whatever costs has a purse, one for each month.
_PURSES = text("""
    INSERT INTO pools (shop_id, name, month, limit_minor, reserved_minor, spent_minor, granted_minor, warned)
    SELECT 1, 'gifts', substr(CAST(due_at AS TEXT), 1, 7), 2000000000, 0, sum(cost_minor), 0, 0
    FROM effects WHERE shop_id = 1 AND cost_minor IS NOT NULL GROUP BY 3
""")
_PAID = text("""
    UPDATE effects SET pool_id = (
        SELECT pools.id FROM pools
        WHERE pools.shop_id = 1 AND pools.name = 'gifts' AND pools.month = substr(CAST(effects.due_at AS TEXT), 1, 7)
    )
    WHERE shop_id = 1 AND cost_minor IS NOT NULL
""")
_SPECIAL = text("""
    UPDATE customers SET special = TRUE, marked = TRUE
    WHERE shop_id = 1 AND net_minor >= (SELECT threshold_minor FROM totals WHERE shop_id = 1)
""")


def kept(here: World, url: str, *, orders: int, deeds: int) -> Sessions:
    """Keep such books in the database as shop 1's, the newest entries of today."""
    sessions, now = filled(url, orders // EACH, EACH), here.clock.now()
    with unit_of_work(sessions) as session:
        let_in(session, here, 1)
        shops.note_history(session, shop_id=1, done_at=now, swept_to=now)
        yardstick.measure(session, shop_id=1, policy=SpecialCustomer(), now=now)
        insights.take(session, shop_id=1, policy=SpecialCustomer(), now=now)
    moments = (now - timedelta(days=365) * (orders - number) / orders for number in range(orders))
    step = timedelta(days=365) / deeds
    _deeds(sessions, here, ((number, now - step * (deeds - number)) for number in range(deeds)))
    placed = enumerate(moments, start=1)
    _reasons(sessions, islice(placed, orders - orders // 365))
    with unit_of_work(sessions) as session:  # as late as that chore comes: a whole day was decided since
        reason_counts.take(session, shop_id=1, now=now - timedelta(days=1), day_start=now - timedelta(days=1))
    _reasons(sessions, placed)
    with unit_of_work(sessions) as session:
        session.execute(_SPECIAL)
        session.execute(_ENDED)
        session.execute(_PURSES)
        session.execute(_PAID)
        for some in (_WAITING, _DOUBTFUL):
            session.execute(some, {"deeds": deeds, "most": _MOST_WAIT})
    _analyse(sessions)
    return sessions


def _reasons(sessions: Sessions, placed: Iterator[tuple[int, datetime]]) -> None:
    while some := list(islice(placed, A_COMMIT)):
        with unit_of_work(sessions) as session:
            said = [(_why_not(number), None) for number, _ in some]
            modes = {"nth_order_gift": Mode.AUTO}
            decisions.keep_all(session, said, shop_id=1, modes=modes, now=some[0][1])


def _why_not(order_id: int) -> Decision:
    code = ("other", "not_paid", "daily_cap", "cool_down")[order_id % 4]
    why = f"This is order number {order_id % 7}; gifts go with the 4th."
    return Decision(rule="nth_order_gift", subject=f"order:{order_id}", code=code, because=why)


def _deeds(sessions: Sessions, here: World, planned: Iterator[tuple[int, datetime]]) -> None:
    merchant = here.merchant(1)
    assert merchant is not None
    while some := list(islice(planned, A_COMMIT)):
        now = some[0][1]
        told = [_deed(number) for number, _ in some]
        said = [
            (Decision(rule=rule, subject=f"order:{number}", code="gift", because=_WHY), None)
            for (number, _), (rule, _) in zip(some, told, strict=True)
        ]
        with unit_of_work(sessions) as session:
            ids = decisions.keep_all(session, said, shop_id=1, modes=dict.fromkeys(_RULES, Mode.AUTO), now=now)
            drafts = [
                Draft(
                    plan=Plan(effect=effect, due_at=at),
                    rule=rule,
                    because=_WHY,
                    mode=Mode.AUTO,
                    decision_id=decision_id,
                )
                for (_, at), (rule, effect), decision_id in zip(some, told, ids, strict=True)
            ]
            ledger.plan_all(session, shop_id=1, drafts=drafts, purse=purse(merchant, now), now=now)


def _deed(number: int) -> tuple[str, Effect]:
    order_id, name, customer_id = number * 3 + 1, f"#{number * 3 + 1}", number + 1
    if number % 10 < 6:
        gift = AddGiftLine(
            order_id=order_id,
            order_name=name,
            customer_id=customer_id,
            variant_id=7001,
            title="Mug",
            rule="nth_order_gift",
        )
        return "nth_order_gift", gift
    if number % 10 < 8:
        mark = TagCustomer(customer_id=customer_id, tag="make-it-right", present=True, occasion=f"standing-{number}")
        return "special_customer", mark
    refund = RefundOrder(
        order_id=order_id,
        order_name=name,
        customer_id=customer_id,
        amount=Money(minor=8_00, currency="USD"),
        ticket_id=str(number),
        agent_name="Léa",
    )
    return "refund_keep", refund


def _analyse(sessions: Sessions) -> None:
    engine = sessions.kw["bind"]
    if engine.dialect.name == "sqlite":
        return  # nobody analyses it where the app runs either: plans rest on the indexes alone
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
