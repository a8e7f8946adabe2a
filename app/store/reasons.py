"""Reads the decisions back, for people: why, and why not."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import CompoundSelect, Select, select, union_all
from sqlalchemy.orm import Session

from app.store.stories import Search, matching
from app.store.tables import Decision, Delivery, Effect, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a rule said about a subject, and how many `times`. `topic` is the call that made it look."""

    id: int
    rule: str
    mode: str
    subject: str
    code: str
    because: str
    decided_at: datetime
    topic: str | None
    order_name: str | None
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A call that made a rule look, or some of its kind in a row; `at` is when the last of them came."""

    at: datetime
    topic: str
    times: int
    problem: str | None  # why it was set aside, or put off when it was last tried


def verdicts(session: Session, *, shop_id: int, subjects: tuple[str, ...], search: Search, limit: int) -> list[Verdict]:
    """Return what was decided about the subjects, and whatever led to matching effects; the newest first.

    Decisions from the same delivery come along. The same words about the same subject are told once.
    """
    about = (Decision.shop_id == shop_id, Decision.subject.in_(subjects))
    heard = select(Decision.delivery_id).where(*about, Decision.delivery_id.is_not(None))
    # Each looked up by itself: asked with OR, a database walks through all that was ever decided. And what was heard
    # with it not by the shop's index, which SQLite takes to be as good as that of a handful of deliveries.
    related: CompoundSelect[int | None] = union_all(
        select(Decision.id).where(*about),
        select(Decision.id).where(Decision.shop_id + 0 == shop_id, Decision.delivery_id.in_(heard)),
        select(Effect.decision_id).where(*matching(shop_id, search), Effect.decision_id.is_not(None)),
    )
    return _told(session, shop_id, _decided(shop_id).where(Decision.id.in_(related)).limit(limit))


def verdicts_with(session: Session, *, shop_id: int, code: str, rule: str | None, limit: int) -> list[Verdict]:
    """Return the newest decisions under one code, of one rule or of all."""
    statement = _decided(shop_id).where(Decision.code == code)
    if rule is not None:
        statement = statement.where(Decision.rule == rule)
    return _told(session, shop_id, statement.limit(limit))


def verdicts_of(session: Session, *, shop_id: int, rule: str, limit: int) -> list[Verdict]:
    """Return the newest decisions of one rule."""
    return _told(session, shop_id, _decided(shop_id).where(Decision.rule == rule).limit(limit))


def heard(session: Session, *, shop_id: int, subjects: tuple[str, ...], limit: int) -> list[Heard]:
    """Return the newest calls by which we heard of the subjects, as far as they are still kept."""
    about = select(Decision.delivery_id).where(Decision.shop_id == shop_id, Decision.subject.in_(subjects))
    columns = (Delivery.received_at, Delivery.topic, Delivery.problem)
    calls = select(*columns).where(Delivery.shop_id == shop_id, Delivery.id.in_(about)).order_by(Delivery.id.desc())
    found: list[Heard] = []
    for at, topic, problem in session.execute(calls.limit(limit)):
        if found and (found[-1].topic, found[-1].problem) == (topic, problem):
            found[-1] = replace(found[-1], times=found[-1].times + 1)
        else:
            found.append(Heard(at=at, topic=topic, times=1, problem=problem))
    return found


def some(session: Session, *, shop_id: int, rule: str | None, code: str | None, upto: int, limit: int) -> list[Verdict]:
    """Return the newest decisions up to that number, each by itself, of one rule or all and under one code or all."""
    wanted = [Decision.id <= upto]
    wanted += [] if rule is None else [Decision.rule == rule]
    wanted += [] if code is None else [Decision.code == code]
    found = session.execute(_decided(shop_id).where(*wanted).limit(limit)).all()
    names = _order_names(session, shop_id, [row.subject for row, _ in found])
    return [_verdict(row, topic, names.get(row.subject)) for row, topic in found]


def _decided(shop_id: int) -> Select[Decision, str]:
    return (
        select(Decision, Delivery.topic)
        .outerjoin(Delivery, (Delivery.shop_id == Decision.shop_id) & (Delivery.id == Decision.delivery_id))
        .where(Decision.shop_id == shop_id)
        .order_by(Decision.id.desc())
    )


def _told(session: Session, shop_id: int, statement: Select[Decision, str]) -> list[Verdict]:
    found = session.execute(statement).all()
    names = _order_names(session, shop_id, [row.subject for row, _ in found])
    told: dict[tuple[str, str, str, str], Verdict] = {}
    for row, topic in found:
        words = (row.subject, row.rule, row.code, row.because)
        if words in told:
            told[words] = replace(told[words], times=told[words].times + 1)
        else:
            told[words] = _verdict(row, topic, names.get(row.subject))
    return list(told.values())


def _order_names(session: Session, shop_id: int, subjects: list[str]) -> dict[str, str]:
    ids = {int(subject.removeprefix("order:")) for subject in subjects if subject.startswith("order:")}
    statement = select(Order.order_id, Order.name).where(Order.shop_id == shop_id, Order.order_id.in_(ids))
    return {f"order:{row.order_id}": row.name for row in session.execute(statement)}


def _verdict(row: Decision, topic: str | None, order_name: str | None) -> Verdict:
    return Verdict(
        id=row.id,
        rule=row.rule,
        mode=row.mode,
        subject=row.subject,
        code=row.code,
        because=row.because,
        decided_at=row.decided_at,
        topic=topic,
        order_name=order_name,
    )
