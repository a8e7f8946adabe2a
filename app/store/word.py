"""When we last heard of anybody, and what went wrong lately: what the pages about health are made of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store.mail_tables import Mail
from app.store.tables import Delivery, Effect

STORE = "shopify"
# Spelt out as in the index: neither database takes that one for values that are handed in.
_OF_OTHERS = text("deliveries.source <> 'shopify'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """How mails to the team fare: when one last left, how many wait, and why the newest failed, if it did."""

    sent_at: datetime | None
    waiting: int
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Deeds of one rule and kind that the other side refused for one reason; `problem` is what it said last."""

    rule: str
    kind: str
    code: str | None
    count: int
    latest: datetime
    problem: str


def last_heard(session: Session, *, shop_id: int) -> dict[str, datetime]:
    """Return when each side last called us, the store and all others, as far as calls are still kept."""
    mine = Delivery.shop_id == shop_id
    others = select(Delivery.source, func.max(Delivery.received_at)).where(mine, _OF_OTHERS).group_by(Delivery.source)
    found = {row[0]: row[1] for row in session.execute(others)}
    newest = select(Delivery.received_at).where(mine, Delivery.source == STORE).order_by(Delivery.id.desc()).limit(1)
    store = session.scalar(newest)
    return found if store is None else {STORE: store} | found


def of_mails(session: Session, *, shop_id: int) -> Post:
    """Return how mails to the team fare, as far as they are still kept."""
    mine = Mail.shop_id == shop_id
    sent_at = session.scalar(select(func.max(Mail.sent_at)).where(mine))
    waiting = session.scalar(select(func.count()).where(mine, Mail.next_try_at.is_not(None)))
    newest = select(Mail.problem, Mail.sent_at).where(mine).order_by(Mail.id.desc()).limit(1)
    row = session.execute(newest).one_or_none()
    return Post(
        sent_at=sent_at, waiting=waiting or 0, problem=None if row is None or row.sent_at is not None else row.problem
    )


def refused(session: Session, *, shop_id: int, since: datetime) -> list[Refusals]:
    """Return what was refused since then, the newest first; the same refusal is told once, with how often."""
    newest = (
        select(
            Effect.rule,
            Effect.kind,
            Effect.code,
            func.count().label("count"),
            func.max(Effect.id).label("newest"),
            func.max(Effect.ended_at).label("latest"),
        )
        .where(Effect.shop_id == shop_id, Effect.state == State.REFUSED, Effect.ended_at >= since)
        .group_by(Effect.rule, Effect.kind, Effect.code)
        .subquery()
    )
    columns = (newest.c.rule, newest.c.kind, newest.c.code, newest.c.count, newest.c.latest, Effect.problem)
    told = select(*columns).join(Effect, (Effect.id == newest.c.newest) & (Effect.shop_id == shop_id))
    return [
        Refusals(rule=rule, kind=kind, code=code, count=count, latest=latest, problem=problem or "")
        for rule, kind, code, count, latest, problem in session.execute(told.order_by(newest.c.latest.desc()))
    ]
