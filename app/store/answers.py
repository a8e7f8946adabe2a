"""What people answered to each rule's questions, and what a rule that only watches would have done."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.orm import Session

from app.domain.money import Money
from app.domain.rules.promotion import Answers
from app.store.reports import Tally
from app.store.tables import Effect
from app.store.watch_tables import Trail

# Spelt out as in the indices: neither database takes one of those for values that are handed in.
_ANSWERED = text("trail.why IN ('approved', 'declined')")
_OBSERVED = text("effects.state = 'observed'")


def given(session: Session, *, shop_id: int, rules: Mapping[str, datetime]) -> dict[str, Answers]:
    """Return what was answered to each rule about what it decided since its moment; decisions count, not deeds."""
    decisions = func.count(func.distinct(func.coalesce(Effect.decision_id, -Effect.id)))
    statement = (
        select(Effect.rule, Trail.why, decisions)
        .join(Effect, and_(Effect.id == Trail.effect_id, Effect.shop_id == Trail.shop_id))
        .where(Trail.shop_id == shop_id, _ANSWERED, Trail.rule.in_(rules), _since(rules))
        .group_by(Effect.rule, Trail.why)
    )
    found = dict.fromkeys(rules, Answers())
    for rule, why, count in session.execute(statement):
        found[rule] = replace(found[rule], **{why: count})
    return found


def observed(session: Session, *, shop_id: int, currency: str, rules: Mapping[str, datetime]) -> dict[str, list[Tally]]:
    """Return what each rule would have done since its moment, by kind, the most frequent first."""
    statement = (
        select(Effect.rule, Effect.kind, func.count(), func.sum(Effect.cost_minor))
        .where(Effect.shop_id == shop_id, _OBSERVED, _since(rules))
        .group_by(Effect.rule, Effect.kind)
        .order_by(func.count().desc(), Effect.kind)
    )
    found: dict[str, list[Tally]] = {}
    for rule, kind, count, minor in session.execute(statement):
        cost = Money(minor=int(minor or 0), currency=currency)
        found.setdefault(rule, []).append(Tally(name=kind, count=count, cost=cost))
    return found


def _since(rules: Mapping[str, datetime]) -> ColumnElement[bool]:
    return or_(*(and_(Effect.rule == rule, Effect.created_at >= since) for rule, since in rules.items()))
