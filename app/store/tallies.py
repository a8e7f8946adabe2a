"""What is counted in a shop by the day or by the minute: each count is one statement, exact whoever counts at once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from app.domain.policy import Brake
from app.domain.rules import brake as rule_brake
from app.domain.rules.brake import Load
from app.store import trail
from app.store.base import insert
from app.store.watch_tables import Tally

_LONGEST = timedelta(days=60)  # twice what a usual day is taken from


@dataclass(frozen=True, slots=True, kw_only=True)
class Braked:
    """A rule that has stopped itself: since when, what it had done that day, and what its usual day is."""

    rule: str
    since: datetime
    done: Load
    usual: Load


def fire(session: Session, *, shop_id: int, rule: str, day: date, load: Load, brake: Brake, now: datetime) -> bool:
    """Count a rule's load for the day; return False, and let the rule be stopped, when that would be too much.

    A rule that stopped stays so, over midnight too, until somebody releases it.
    """
    most = rule_brake.most(_usual(session, shop_id, rule, day, now), brake)
    fits = and_(
        Tally.stopped_at.is_(None), Tally.deeds + load.deeds <= most.deeds, Tally.minor + load.minor <= most.minor
    )
    changes = {"deeds": Tally.deeds + load.deeds, "minor": Tally.minor + load.minor}
    return _change(session, _of(shop_id, _rule(rule), day), or_(Tally.released_at.is_not(None), fits), **changes)


def stop(session: Session, *, shop_id: int, rule: str, day: date, now: datetime) -> bool:
    """Let the rule wait for people from now on; return whether that is news."""
    news = _change(session, _of(shop_id, _rule(rule), day), Tally.stopped_at.is_(None), stopped_at=now)
    if news:
        trail.note(session, shop_id=shop_id, what="braked", why=rule)
    return news


def take_back(session: Session, *, shop_id: int, rule: str, day: date, load: Load) -> None:
    """Uncount a load that came to nothing, because its deeds were in the ledger before."""
    changes = {"deeds": Tally.deeds - load.deeds, "minor": Tally.minor - load.minor}
    _change(session, _of(shop_id, _rule(rule), day), Tally.deeds >= load.deeds, **changes)


def watch(session: Session, *, shop_id: int, rule: str, day: date, load: Load) -> None:
    """Count what a rule would have done, had it not only watched: that is part of what is usual for it."""
    _count(session, shop_id, f"watched:{rule}", day.isoformat(), load)


def press(session: Session, *, shop_id: int, agent: str, at: datetime) -> int:
    """Count the press of an agent, by the trail's name for them; return how many that makes in this minute."""
    return _count(session, shop_id, agent, f"{at:%Y-%m-%dT%H:%M}", Load(deeds=1))


def ask(session: Session, *, shop_id: int, at: datetime) -> int:
    """Count that somebody asks for a login link, whoever; return how many that makes in this minute."""
    return _count(session, shop_id, "ask", f"{at:%Y-%m-%dT%H:%M}", Load(deeds=1))


def ask_as(session: Session, *, shop_id: int, agent_id: int, at: datetime) -> int:
    """Count that one of the team asks for a login link; return how many that makes in this hour."""
    return _count(session, shop_id, f"ask:{agent_id}", f"{at:%Y-%m-%dT%H}", Load(deeds=1))


def release(session: Session, *, shop_id: int, rule: str, now: datetime) -> int:
    """Let a stopped rule go on, today without an end; return how many days that releases."""
    statement = (
        update(Tally)
        .where(Tally.shop_id == shop_id, Tally.name == _rule(rule), _stands())
        .values(released_at=now)
        .execution_options(synchronize_session=False)
    )
    released = cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount
    if released:
        trail.note(session, shop_id=shop_id, what="released", why=rule)
    return released


def judge_anew(session: Session, *, shop_id: int) -> None:
    """Take back every stop of the shop: what is too much has been decided afresh."""
    statement = update(Tally).where(Tally.shop_id == shop_id, _stands()).values(stopped_at=None)
    session.execute(statement.execution_options(synchronize_session=False))


def braked(session: Session, *, shop_id: int) -> list[Braked]:
    """Return the rules that have stopped themselves, each as it was on the newest such day."""
    rows = session.scalars(select(Tally).where(Tally.shop_id == shop_id, _stands()).order_by(Tally.period))
    newest = {row.name: row for row in rows}
    return [
        Braked(
            rule=row.name.removeprefix("rule:"),
            since=row.stopped_at,
            done=Load(deeds=row.deeds, minor=row.minor),
            usual=Load(deeds=row.usual_deeds, minor=row.usual_minor),
        )
        for row in newest.values()
        if row.stopped_at is not None
    ]


def clear_out(session: Session, *, shop_id: int, today: date) -> None:
    """Forget counts that nobody looks at any more: old days, and the minutes and hours of agents."""
    old = Tally.period < (today - _LONGEST).isoformat()
    of_agents = or_(Tally.name.startswith("agent:"), Tally.name.startswith("ask"))
    minutes = and_(of_agents, Tally.period < (today - timedelta(days=1)).isoformat())
    session.execute(delete(Tally).where(Tally.shop_id == shop_id, ~_stands(), or_(old, minutes)))


def _usual(session: Session, shop_id: int, rule: str, day: date, now: datetime) -> Load:
    """Return the rule's usual day, worked out once with the day's first deed."""
    mine = select(Tally.usual_deeds, Tally.usual_minor).where(*_of(shop_id, _rule(rule), day))
    known = session.execute(mine).one_or_none()
    if known is not None:
        return Load(deeds=known.usual_deeds, minor=known.usual_minor)
    since = (day - timedelta(days=rule_brake.USUAL_DAYS)).isoformat()
    before = select(Tally).where(
        Tally.shop_id == shop_id,
        Tally.name.in_((_rule(rule), f"watched:{rule}")),
        Tally.period >= since,
        Tally.period < day.isoformat(),
    )
    days: dict[str, Load] = {}
    stopped = False
    for row in session.scalars(before):
        days[row.period] = days.get(row.period, Load()) + Load(deeds=row.deeds, minor=row.minor)
        stopped = stopped or (row.stopped_at is not None and row.released_at is None)
    found = rule_brake.usual(days.values())
    values = {"usual_deeds": found.deeds, "usual_minor": found.minor, "stopped_at": now if stopped else None}
    fresh = {"shop_id": shop_id, "name": _rule(rule), "period": day.isoformat(), "deeds": 0, "minor": 0}
    session.execute(insert(session, Tally).values(fresh | values).on_conflict_do_nothing())
    return found


def _count(session: Session, shop_id: int, name: str, period: str, load: Load) -> int:
    fresh = {"shop_id": shop_id, "name": name, "period": period, "usual_deeds": 0, "usual_minor": 0}
    statement = insert(session, Tally).values(fresh | {"deeds": load.deeds, "minor": load.minor})
    added = {"deeds": Tally.deeds + load.deeds, "minor": Tally.minor + load.minor}
    counted = statement.on_conflict_do_update(index_elements=["shop_id", "name", "period"], set_=added)
    return session.execute(counted.returning(Tally.deeds)).scalar_one()


def _change(
    session: Session,
    which: tuple[ColumnElement[bool], ...],
    condition: ColumnElement[bool],
    **changes: ColumnElement[int] | datetime,
) -> bool:
    statement = update(Tally).where(*which, condition).values(**changes)
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", done).rowcount == 1


def _of(shop_id: int, name: str, day: date) -> tuple[ColumnElement[bool], ...]:
    return Tally.shop_id == shop_id, Tally.name == name, Tally.period == day.isoformat()


def _rule(rule: str) -> str:
    return f"rule:{rule}"


def _stands() -> ColumnElement[bool]:
    return and_(Tally.stopped_at.is_not(None), Tally.released_at.is_(None))
