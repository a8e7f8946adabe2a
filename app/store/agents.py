"""The people of a merchant's team: who they are, what they may do, and by which numbers helpdesks know them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.domain.agents import Agent, Member, Role
from app.store import trail
from app.store.agent_tables import Agent as Row
from app.store.agent_tables import AgentRef
from app.store.base import insert
from app.store.sealed import Seal


def add(
    session: Session, *, shop_id: int, name: str, email: str, email_digest: str, role: Role, seal: Seal
) -> int | None:
    """Take somebody into the team; return their number, or None where that address is in it already."""
    values = {
        "shop_id": shop_id,
        "name": name,
        "sealed_email": seal.close(email, place=place(shop_id)),
        "email_digest": email_digest,
        "role": role,
        "active": True,
    }
    number = session.scalar(insert(session, Row).values(values).on_conflict_do_nothing().returning(Row.id))
    if number is not None:
        trail.note(session, shop_id=shop_id, what="agent_added", why=f"agent {number}, {role}")
    return number


def set_role(session: Session, *, shop_id: int, agent_id: int, role: Role) -> bool:
    """Make somebody a lead, or an agent; return False where there is nobody of that number."""
    return _change(session, shop_id, agent_id, role.value, role=role)


def set_active(session: Session, *, shop_id: int, agent_id: int, active: bool) -> bool:
    """Let somebody go, or back in; return False where there is nobody of that number."""
    return _change(session, shop_id, agent_id, "let back in" if active else "let go", active=active)


def set_limits(
    session: Session, *, shop_id: int, agent_id: int, limit_minor: int | None, month_minor: int | None
) -> bool:
    """Set what somebody may give by themselves, in minor units; return False where there is nobody of that number."""
    said = ("usual" if minor is None else str(minor) for minor in (limit_minor, month_minor))
    return _change(
        session, shop_id, agent_id, f"limits {' and '.join(said)}", limit_minor=limit_minor, month_minor=month_minor
    )


def introduce(session: Session, *, shop_id: int, agent_id: int, kind: str, ref: str) -> bool:
    """Write down by which number a helpdesk knows somebody, instead of the one before; False where nobody is meant."""
    there = select(Row.id).where(Row.shop_id == shop_id, Row.id == agent_id)
    if session.scalar(there.with_for_update()) is None:
        return False
    of_kind = (AgentRef.shop_id == shop_id, AgentRef.kind == kind)
    # A number is one person's: whoever had it before has it no more.
    session.execute(delete(AgentRef).where(*of_kind, (AgentRef.agent_id == agent_id) | (AgentRef.ref == ref)))
    session.add(AgentRef(shop_id=shop_id, kind=kind, ref=ref, agent_id=agent_id))
    session.flush()
    trail.note(session, shop_id=shop_id, what="agent_introduced", why=f"agent {agent_id}, {kind}")
    return True


def known(session: Session, *, shop_id: int, kind: str, ref: str, seal: Seal) -> Agent | None:
    """Return whom a helpdesk knows by that number."""
    theirs = select(AgentRef.agent_id).where(AgentRef.shop_id == shop_id, AgentRef.kind == kind, AgentRef.ref == ref)
    row = session.scalar(select(Row).where(Row.shop_id == shop_id, Row.id == theirs.scalar_subquery()))
    return None if row is None else agent_of(row, seal)


def by_id(session: Session, *, shop_id: int, agent_id: int, seal: Seal) -> Agent | None:
    """Return the person of that number."""
    row = session.scalar(select(Row).where(Row.shop_id == shop_id, Row.id == agent_id))
    return None if row is None else agent_of(row, seal)


def of_mail(session: Session, *, shop_id: int, email_digest: str, seal: Seal) -> Agent | None:
    """Return whose address that is, if they may come in."""
    this = select(Row).where(Row.shop_id == shop_id, Row.email_digest == email_digest, Row.active)
    row = session.scalar(this)
    return None if row is None else agent_of(row, seal)


def member(session: Session, *, shop_id: int, email_digest: str) -> Member | None:
    """Return whose address that is. Nobody need be in the team to press a button."""
    row = session.scalar(select(Row).where(Row.shop_id == shop_id, Row.email_digest == email_digest))
    return (
        None
        if row is None
        else Member(
            id=row.id, active=row.active, role=Role(row.role), limit_minor=row.limit_minor, month_minor=row.month_minor
        )
    )


def leads_alone(session: Session, *, shop_id: int, agent_id: int) -> bool:
    """Return whether somebody is the only lead of their team."""
    leads = select(Row.id).where(Row.shop_id == shop_id, Row.role == Role.LEAD, Row.active).limit(2)
    return list(session.scalars(leads)) == [agent_id]


def names(session: Session, *, shop_id: int) -> dict[int, str]:
    """Return what everybody is called who is in the team, or was."""
    return dict(session.execute(select(Row.id, Row.name).where(Row.shop_id == shop_id)).all())


def listed(session: Session, *, shop_id: int, seal: Seal) -> list[Agent]:
    """Return everybody, those who are active before the others."""
    rows = select(Row).where(Row.shop_id == shop_id).order_by(Row.active.desc(), Row.name, Row.id)
    return [agent_of(row, seal) for row in session.scalars(rows)]


def numbers(session: Session, *, shop_id: int) -> Mapping[int, Mapping[str, str]]:
    """Return by which numbers helpdesks know people: agent to kind to number."""
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in session.scalars(select(AgentRef).where(AgentRef.shop_id == shop_id).order_by(AgentRef.kind)):
        found[row.agent_id][row.kind] = row.ref
    return dict(found)


def agent_of(row: Row, seal: Seal) -> Agent:
    """Return the person of a row that was found."""
    return Agent(
        id=row.id,
        name=row.name,
        email=seal.open(row.sealed_email, place=place(row.shop_id)),
        role=Role(row.role),
        active=row.active,
        limit_minor=row.limit_minor,
        month_minor=row.month_minor,
    )


def place(shop_id: int) -> str:
    """Name what an address is sealed for."""
    return f"agents.sealed_email:{shop_id}"


def _change(session: Session, shop_id: int, agent_id: int, why: str, **values: Any) -> bool:  # noqa: ANN401  # columns
    this = update(Row).where(Row.shop_id == shop_id, Row.id == agent_id).values(values)
    changed = session.execute(this.execution_options(synchronize_session=False))
    if cast("CursorResult[tuple[()]]", changed).rowcount != 1:
        return False
    trail.note(session, shop_id=shop_id, what="agent_changed", why=f"agent {agent_id}, {why}")
    return True
