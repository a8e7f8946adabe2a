"""How often each rule gave each answer: counted at night and kept, so that a page counts only what came since.

Both together are exactly what counting everything would give.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.store.base import insert
from app.store.reason_tables import ReasonCount
from app.store.tables import Decision

GO_BACK = timedelta(days=90)
_GOOD_FOR = timedelta(days=2)  # the window is as old as the count, and a day's decisions are few
# Of two decisions the one with the smaller number may be seen later: no transaction is under way for so long.
_SETTLED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """How many subjects one rule answered with one code, and the newest of those answers."""

    rule: str
    code: str
    subjects: int
    example: str
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNots:
    """The answers since a moment, the most frequent first."""

    since: datetime
    answers: list[WhyNot]


@dataclass(frozen=True, slots=True)
class _Count:
    rule: str
    code: str
    subjects: int
    newest: int


def read(session: Session, *, shop_id: int, now: datetime, rule: str | None = None, code: str | None = None) -> WhyNots:
    """Return the answers of about ninety days, counted by subject: those of one rule or all, under one code or all."""
    wanted = [] if rule is None else [Decision.rule == rule]
    wanted += [] if code is None else [Decision.code == code]
    kept = session.execute(
        select(ReasonCount.since, ReasonCount.upto, ReasonCount.counts).where(
            ReasonCount.shop_id == shop_id, ReasonCount.counted_at > now - _GOOD_FOR
        )
    ).one_or_none()
    if kept is not None:
        before = [_Count(*each) for each in kept.counts if rule in {None, each[0]} and code in {None, each[1]}]
        counts = _together(before, _came_since(session, shop_id, kept.since, kept.upto, wanted))
        answers = _told(session, shop_id, counts)
        if len(answers) == len(counts):
            return WhyNots(since=kept.since, answers=answers)
    since = now - GO_BACK
    return WhyNots(since=since, answers=_told(session, shop_id, _all(session, shop_id, since, wanted)))


def take(session: Session, *, shop_id: int, now: datetime, day_start: datetime) -> bool:
    """Count and keep it, unless that was done since the day began. The caller holds the shop's lock."""
    kept = select(ReasonCount.counted_at).where(ReasonCount.shop_id == shop_id, ReasonCount.counted_at >= day_start)
    if session.scalar(kept) is not None:
        return False
    since = now - GO_BACK
    settled = select(Decision.id).where(Decision.shop_id == shop_id, Decision.decided_at <= now - _SETTLED)
    upto = session.scalar(settled.order_by(Decision.id.desc()).limit(1)) or 0
    counts = _all(session, shop_id, since, [Decision.id <= upto])
    values = {"counted_at": now, "since": since, "upto": upto, "counts": [astuple(each) for each in counts]}
    statement = insert(session, ReasonCount).values(shop_id=shop_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id"], set_=values))
    return True


def drop(session: Session, *, shop_id: int, before: datetime | None = None) -> None:
    """Let everything be counted anew: something that was counted is no more what it was, or (`before`) is gone."""
    theirs = delete(ReasonCount).where(ReasonCount.shop_id == shop_id)
    session.execute(theirs if before is None else theirs.where(ReasonCount.since < before))


def _all(session: Session, shop_id: int, since: datetime, wanted: Sequence[ColumnElement[bool]]) -> list[_Count]:
    answer = (Decision.rule, Decision.code)
    made = (Decision.shop_id == shop_id, Decision.decided_at >= since, *wanted)
    newest = func.max(Decision.id).label("newest")
    if session.get_bind().dialect.name == "sqlite":
        subjects = func.count(func.distinct(Decision.subject))
        return _counts(session, select(*answer, subjects, newest).where(*made).group_by(*answer))
    # PostgreSQL sorts all rows to count those that are distinct, three times slower than the grouping that it hashes.
    each = select(*answer, newest).where(*made).group_by(*answer, Decision.subject).subquery()
    said = (each.c.rule, each.c.code)
    return _counts(session, select(*said, func.count(), func.max(each.c.newest)).group_by(*said))


def _came_since(
    session: Session, shop_id: int, since: datetime, upto: int, wanted: Sequence[ColumnElement[bool]]
) -> list[_Count]:
    """Count what was decided since; who was answered so before is counted already, and may have a newer answer."""
    answer = (Decision.rule, Decision.code, Decision.subject)
    made = (Decision.shop_id == shop_id, Decision.id > upto, Decision.decided_at >= since, *wanted)
    each = select(*answer, func.max(Decision.id).label("newest")).where(*made).group_by(*answer).subquery()
    earlier = aliased(Decision)
    known = exists().where(
        earlier.shop_id == shop_id,
        earlier.subject == each.c.subject,
        # Not by the rule's index: SQLite takes it to be better than the subject's, and has a rule's whole year in hand.
        earlier.rule.concat("") == each.c.rule,
        earlier.code == each.c.code,
        earlier.id <= upto,
        earlier.decided_at >= since,
    )
    said = (each.c.rule, each.c.code)
    new = func.count(case((~known, 1)))
    return _counts(session, select(*said, new, func.max(each.c.newest)).group_by(*said))


def _counts(session: Session, statement: Select[*tuple[str, str, int, int]]) -> list[_Count]:
    return [_Count(*row) for row in session.execute(statement)]


def _together(before: Sequence[_Count], since: Sequence[_Count]) -> list[_Count]:
    both = {(each.rule, each.code): each for each in before}
    for each in since:
        known = both.get((each.rule, each.code))
        subjects = each.subjects + (known.subjects if known else 0)
        both[each.rule, each.code] = _Count(each.rule, each.code, subjects, each.newest)
    return [*both.values()]


def _told(session: Session, shop_id: int, counts: Sequence[_Count]) -> list[WhyNot]:
    """Return the counts with their newest answers, as far as these are still there."""
    newest = select(Decision.id, Decision.because, Decision.decided_at)
    theirs = newest.where(Decision.shop_id == shop_id, Decision.id.in_([each.newest for each in counts]))
    words = {row.id: row for row in session.execute(theirs)}
    told = [
        WhyNot(
            rule=each.rule,
            code=each.code,
            subjects=each.subjects,
            example=words[each.newest].because,
            latest=words[each.newest].decided_at,
        )
        for each in counts
        if each.newest in words
    ]
    return sorted(told, key=lambda each: (-each.subjects, each.rule, each.code))
