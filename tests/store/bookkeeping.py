"""Fills a shop's books a row at a time, for tests that read them back."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.decisions import Decision
from app.domain.effects import Plan
from app.domain.policy import Mode
from app.store import decisions, endings, groups, inbox, ledger, stories
from app.store.base import Session
from app.store.ledger import Deed
from app.store.shops import Merchant
from app.store.stories import Search
from app.store.tables import Effect
from tests.builders import HOUR, NOON, purse, receipt


def plan(
    session: Session, shop: Merchant, plan: Plan, *, mode: Mode = Mode.AUTO, rule: str = "special_customer"
) -> int:
    """Decide and plan one deed; return its id."""
    decision_id = decide(session, shop, rule=rule, subject="customer:55", code="entered", because="Kind.")
    deed = ledger.plan(
        session,
        shop_id=shop.id,
        decision_id=decision_id,
        rule=rule,
        because="Kind.",
        plan=plan,
        mode=mode,
        purse=purse(),
        now=NOON,
    )
    assert deed is not None
    return deed.id


def decide(
    session: Session,
    shop: Merchant,
    *,
    rule: str = "nth_order_gift",
    subject: str = "order:1001",
    code: str = "gift",
    because: str = "It is the fourth.",
    at: datetime = NOON,
) -> int:
    """Keep one decision; return its id."""
    decision = Decision(rule=rule, subject=subject, code=code, because=because)
    return decisions.keep(session, decision, shop_id=shop.id, delivery_id=None, mode="auto", now=at)


def pick(
    session: Session, effect_id: int, *, shop_id: int, now: datetime = NOON, lease: timedelta = HOUR
) -> Deed | None:
    """Take this one deed in hand, as a worker would that has no eyes for others."""
    others = select(Effect.id).where(Effect.shop_id == shop_id, Effect.next_try_at <= now, Effect.id != effect_id)
    while True:
        seen = session.scalars(others).all()
        with session.begin_nested() as part:
            picked, _ = groups.pick(session, shop_id=shop_id, now=now, lease=lease, limit=1, currency="USD", but=seen)
            if all(deed.id == effect_id for deed in picked):
                return picked[0] if picked else None
            part.rollback()  # another came in between


def finish(session: Session, shop: Merchant, effect_id: int, *, at: datetime = NOON) -> None:
    """Do a planned deed that is due."""
    picked = pick(session, effect_id, shop_id=shop.id, now=at)
    sent = picked and ledger.gate(session, picked, now=at, lease=HOUR)
    assert sent is not None
    assert endings.done(session, sent, receipt(), now=at)


def doubt(session: Session, shop: Merchant, effect_id: int, *, until: datetime | None = None) -> None:
    """Lose the answer to a planned deed."""
    picked = pick(session, effect_id, shop_id=shop.id)
    sent = picked and ledger.gate(session, picked, now=NOON, lease=HOUR)
    assert sent is not None
    assert endings.doubt(session, sent, until=until, why="nobody answered")


def keep_delivery(session: Session, shop: Merchant, key: str, *, problem: str | None) -> None:
    """Keep one delivery, and set it aside when it has a problem."""
    inbox.receive(
        session,
        shop_id=shop.id,
        source="shopify",
        sender=str(shop.id),
        topic="orders/paid",
        delivery_key=key,
        body=b"{}",
        now=NOON,
    )
    (letter,) = inbox.claim(session, shop_id=shop.id, now=NOON, lease=HOUR, limit=1)
    if problem is None:
        inbox.handled(session, letter, now=NOON)
    else:
        inbox.set_aside(session, letter, problem=problem)


def rows(session: Session, shop: Merchant, search: Search) -> list[int]:
    """Return the ids of the rows that are found."""
    found = stories.ledger_rows(session, shop_id=shop.id, currency="USD", search=search, limit=50)
    return [row.id for row in found]
