"""What the store shows of its customers' marks, noted for several at once."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.domain.rules import special_customer
from app.store import connections
from app.store.connection_tables import Connection
from app.store.contact_tables import MergedCustomer
from app.store.tables import Customer, Effect, Shop

_UNDER_WAY = (State.PLANNED, State.SENDING, State.UNCERTAIN)
_COMING = (State.AWAITING, *_UNDER_WAY)


def to_look_at(session: Session, *, shop_id: int, after: int, limit: int) -> list[int]:
    """Return the next customers after that one whose mark is out and stays."""
    theirs = (Customer.shop_id == shop_id, Customer.marked, Customer.special, Customer.let_alone_since.is_(None))
    statement = select(Customer.customer_id).where(*theirs, Customer.customer_id > after)
    return list(session.scalars(statement.order_by(Customer.customer_id).limit(limit)))


def is_coming(session: Session, *, shop_id: int, customer_id: int, key: str) -> bool:
    """Return whether a helpdesk is about to be told of the customer's standing, or was told under that key."""
    marks = (Effect.shop_id == shop_id, Effect.customer_id == customer_id, Effect.kind == "mark_in_helpdesk")
    statement = select(Effect.id).where(*marks, or_(Effect.state.in_(_COMING), Effect.key == key))
    return session.scalar(statement.limit(1)) is not None


def was_told(session: Session, *, shop_id: int, customer_id: int) -> bool:
    """Return whether a helpdesk was ever told of the customer's standing; a no of its own counts as well."""
    marks = (Effect.shop_id == shop_id, Effect.customer_id == customer_id, Effect.kind == "mark_in_helpdesk")
    told = Effect.state.in_((State.DONE, State.REFUSED, *_COMING))
    return session.scalar(select(Effect.id).where(*marks, told).limit(1)) is not None


def is_tag_under_way(session: Session, *, shop_id: int, customer_id: int) -> bool:
    """Return whether the store is being told of the customer's standing, or is about to be."""
    tags = (Effect.shop_id == shop_id, Effect.customer_id == customer_id, Effect.kind == "tag_customer")
    ours = (Effect.rule == special_customer.RULE, Effect.state.in_(_UNDER_WAY))
    return session.scalar(select(Effect.id).where(*tags, *ours).limit(1)) is not None


def shown(session: Session, *, shop_id: int, customer_ids: Collection[int], marked: bool, now: datetime) -> list[int]:
    """Note that the store shows their marks now, or shows them no longer; a mark's time begins when it is out.

    Who was merged while the mark was on its way bears it under the name that is left. Returns those who do not deserve
    the mark that they bear now: a change of mind crossed with it.
    """
    theirs = (MergedCustomer.shop_id == shop_id, MergedCustomer.customer_id.in_(customer_ids))
    found = session.execute(select(MergedCustomer.customer_id, MergedCustomer.kept_id).where(*theirs))
    merged = {row.customer_id: row.kept_id for row in found}
    left = [merged.get(number, number) for number in customer_ids]
    since = {"changed_at": now} if marked else {}
    statement = update(Customer).where(Customer.shop_id == shop_id, Customer.customer_id.in_(left))
    noted = statement.values(marked=marked, **since).returning(Customer.customer_id, Customer.special)
    rows = session.execute(noted.execution_options(synchronize_session=False)).all()
    return [row.customer_id for row in rows if marked and not row.special]


def to_be_looked_through(session: Session, *, kinds: Collection[str], now: datetime, limit: int) -> list[int]:
    """Return shops with an account of these kinds that is to be looked through, those that wait longest first.

    Crosses tenants: only the ticker may ask, and it learns ids alone.
    """
    due = (connections.in_use(), or_(Connection.marks_at.is_(None), Connection.marks_at <= now))
    installed = select(Shop.id).where(Shop.uninstalled_at.is_(None), Shop.history_done_at.is_not(None))
    statement = select(Connection.shop_id).where(Connection.kind.in_(kinds), *due, Connection.shop_id.in_(installed))
    waited = func.min(func.coalesce(Connection.marks_at, datetime.min.replace(tzinfo=UTC)))
    return list(session.scalars(statement.group_by(Connection.shop_id).order_by(waited).limit(limit)))


def begin_look(session: Session, *, shop_id: int, kind: str, now: datetime, lease: timedelta) -> int | None:
    """Return after which customer to look on, for one caller at a time; None when it is not time yet."""
    due = or_(Connection.marks_at.is_(None), Connection.marks_at <= now)
    mine = (Connection.shop_id == shop_id, Connection.kind == kind)
    statement = update(Connection).where(*mine, due).values(marks_at=now + lease).returning(Connection.marks_to)
    begun = session.execute(statement.execution_options(synchronize_session=False)).one_or_none()
    return None if begun is None else begun.marks_to or 0


def looked(session: Session, *, shop_id: int, kind: str, to: int, look_at: datetime) -> None:
    """Write down how far it was looked through, and when to look on."""
    mine = (Connection.shop_id == shop_id, Connection.kind == kind)
    statement = update(Connection).where(*mine).values(marks_to=to, marks_at=look_at)
    session.execute(statement.execution_options(synchronize_session=False))
