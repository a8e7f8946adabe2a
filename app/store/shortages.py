"""What is kept of a variant for special customers when it runs short, and whether it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.facts import Standing
from app.domain.money import Money
from app.domain.shortages import is_short
from app.store import doors, grants, switch, trail
from app.store.base import insert
from app.store.moves import moved
from app.store.shortage_tables import Shortage as Row
from app.store.tables import Customer, Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Shield:
    """So many of one variant that no gift may take, and how many there were at the last look."""

    id: int
    variant_id: int
    title: str
    kept: int
    available: int | None
    looked_at: datetime | None
    short_since: datetime | None
    seen_to: bool

    @property
    def asks(self) -> bool:
        """Whether somebody is to do something about it still."""
        return self.short_since is not None and not self.seen_to


def raise_shield(session: Session, *, shop_id: int, variant_id: int, title: str, kept: int, now: datetime) -> int:
    """Keep so many of a variant from now on, in place of how many were kept before; return the shield's number."""
    said = {"title": title, "kept": kept, "next_look_at": now}
    fresh = insert(session, Row).values(shop_id=shop_id, variant_id=variant_id, **said)
    statement = fresh.on_conflict_do_update(index_elements=["shop_id", "variant_id"], set_=said)
    trail.note(session, shop_id=shop_id, what="shield_raised", why=f"variant {variant_id}, {kept} kept")
    return session.scalars(statement.returning(Row.id)).one()


def lower(session: Session, *, shop_id: int, shield_id: int) -> bool:
    """Keep nothing of a variant any more; False where nothing was kept."""
    row = session.scalar(select(Row).where(Row.shop_id == shop_id, Row.id == shield_id))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    trail.note(session, shop_id=shop_id, what="shield_lowered", why=f"variant {row.variant_id}")
    return True


def listed(session: Session, *, shop_id: int) -> list[Shield]:
    """Return what is kept of what, those that run short first."""
    rows = select(Row).where(Row.shop_id == shop_id).order_by(Row.short_since.is_(None), Row.title, Row.id)
    return [_shield(row) for row in session.scalars(rows.execution_options(populate_existing=True))]


def kept(session: Session, *, shop_id: int) -> Mapping[int, int]:
    """Return how many of each variant no gift may take."""
    return dict(session.execute(select(Row.variant_id, Row.kept).where(Row.shop_id == shop_id)).all())


def of_variant(session: Session, *, shop_id: int, variant_id: int) -> Shield | None:
    """Return what is kept of a variant; None where nothing is."""
    row = session.scalar(select(Row).where(Row.shop_id == shop_id, Row.variant_id == variant_id))
    return None if row is None else _shield(row)


def shops_due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Return shops where it is time to look. Crosses tenants: only the ticker may ask, and it learns ids alone."""
    due_there = select(Row.id).where(Row.shop_id == Shop.id, Row.next_look_at <= now).exists()
    willing = (Shop.uninstalled_at.is_(None), grants.let_us_in(), doors.are_open(now), ~switch.is_thrown())
    return list(session.scalars(select(Shop.id).where(due_there, *willing).order_by(Shop.id).limit(limit)))


def due(session: Session, *, shop_id: int, now: datetime) -> list[Shield]:
    """Return what it is time to look at, by the store's own count."""
    rows = select(Row).where(Row.shop_id == shop_id, Row.next_look_at <= now).order_by(Row.next_look_at, Row.id)
    return [_shield(row) for row in session.scalars(rows.execution_options(populate_existing=True))]


def looked(
    session: Session, *, shop_id: int, shield_id: int, available: int | None, until: datetime, now: datetime
) -> bool | None:
    """Write down how many there are, and look again then; return whether it runs short by now, None where as before.

    `now` is when the store was asked. What it said later is heard already, and stays.
    """
    mine = (Row.shop_id == shop_id, Row.id == shield_id)
    row = session.scalar(select(Row).where(*mine).with_for_update().execution_options(populate_existing=True))
    if row is None or (row.looked_at is not None and row.looked_at > now):
        return None
    row.available, row.looked_at, row.next_look_at = available, now, until
    short, before = is_short(available, row.kept), row.short_since is not None
    if short is before:
        return None
    row.short_since, row.seen_to_at = now if short else None, None
    trail.note(session, shop_id=shop_id, what="runs_short" if short else "there_again", why=f"variant {row.variant_id}")
    return short


def look_later(session: Session, *, shop_id: int, shield_id: int, until: datetime) -> None:
    """Look again then; how many there are, and as of when, stays as it was told last."""
    mine = update(Row).where(Row.shop_id == shop_id, Row.id == shield_id).values(next_look_at=until)
    session.execute(mine.execution_options(synchronize_session=False))


def see_to(session: Session, *, shop_id: int, shield_id: int, now: datetime) -> bool:
    """Write down that somebody has done what is to be done about a shortage; False where there is none."""
    short = (Row.shop_id == shop_id, Row.id == shield_id, Row.short_since.is_not(None), Row.seen_to_at.is_(None))
    return moved(session, update(Row).where(*short).values(seen_to_at=now).execution_options(synchronize_session=False))


def protected(session: Session, *, shop_id: int, active_since: datetime, currency: str) -> list[Standing]:
    """Return for whom what is short is kept: those who bear the mark in the store and are active, the best first."""
    theirs = (Customer.shop_id == shop_id, Customer.marked, Customer.customer_id > 0)
    rows = select(Customer).where(*theirs, Customer.last_order_at >= active_since)
    best_first = rows.order_by(Customer.net_minor.desc(), Customer.customer_id)
    return [
        Standing(
            customer_id=row.customer_id,
            net=Money(minor=row.net_minor, currency=currency),
            orders=row.orders,
            first_order_at=row.first_order_at,
            last_order_at=row.last_order_at,
            marked=True,
        )
        for row in session.scalars(best_first)
    ]


def _shield(row: Row) -> Shield:
    return Shield(
        id=row.id,
        variant_id=row.variant_id,
        title=row.title,
        kept=row.kept,
        available=row.available,
        looked_at=row.looked_at,
        short_since=row.short_since,
        seen_to=row.seen_to_at is not None,
    )
