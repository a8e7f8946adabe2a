"""What a shop gives, as its merchant keeps it; how much of it is left; and what somebody was given of it before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from app.domain.catalogue import Entry
from app.domain.gifts import Flag, GiftKind
from app.domain.money import Money
from app.store import trail
from app.store.base import insert
from app.store.decisions import GIVEN
from app.store.gift_tables import CatalogueGift
from app.store.tables import Effect
from app.store.undoing import STANDS

_GIFT = Effect.payload["gift_id"].as_integer()


def add(session: Session, entry: Entry, *, shop_id: int, currency: str, now: datetime) -> int | None:
    """Take a gift into the catalogue; return its number, or None where it is in it already, in that size."""
    values = {"shop_id": shop_id} | _columns(entry, currency, now)
    statement = insert(session, CatalogueGift).values(values).on_conflict_do_nothing()
    number = session.scalar(statement.returning(CatalogueGift.id))
    if number is not None:
        trail.note(session, shop_id=shop_id, what="gift_added", why=f"gift {number}", minor=values["cost_minor"])
    return number


def change(session: Session, entry: Entry, *, shop_id: int, currency: str, now: datetime) -> bool:
    """Let a gift be as it is said to be; return False where there is none of its number.

    Its stock is what is there now: what was asked for before counts no more.
    """
    values = _columns(entry, currency, now)
    mine = (CatalogueGift.shop_id == shop_id, CatalogueGift.id == entry.id)
    # What it is, and who brings it, it stays: deeds name it.
    kept = {name: value for name, value in values.items() if name not in {"vendor", "sku", "size", "kind"}}
    changed = update(CatalogueGift).where(*mine).values(kept).execution_options(synchronize_session=False)
    found = cast("CursorResult[tuple[()]]", session.execute(changed)).rowcount == 1
    if found:
        said = "offered" if entry.active else "not offered"
        trail.note(
            session,
            shop_id=shop_id,
            what="gift_changed",
            why=f"gift {entry.id}, {said}",
            minor=values["cost_minor"],
        )
    return found


def listed(session: Session, *, shop_id: int) -> list[Entry]:
    """Return all that the shop gives, by their titles. Their stock is what is left of it."""
    mine = select(CatalogueGift).where(CatalogueGift.shop_id == shop_id)
    rows = session.scalars(mine.order_by(CatalogueGift.title, CatalogueGift.id)).all()
    asked = _asked_for(session, shop_id) if any(row.stock is not None for row in rows) else {}
    return [_entry(row, asked.get(row.id, 0)) for row in rows]


def given(session: Session, *, shop_id: int, customer_id: int | None) -> frozenset[int]:
    """Return the numbers of what the customer was given, or is about to be. True as `decisions.refunds_before` is."""
    if customer_id is None:
        return frozenset()
    theirs = select(_GIFT).where(
        Effect.shop_id == shop_id,
        Effect.kind == "send_gift",
        Effect.customer_id == customer_id,
        Effect.state.in_(GIVEN),
        STANDS,
    )
    return frozenset(number for number in session.scalars(theirs) if number is not None)


def tried(session: Session, *, shop_id: int, ticket_id: str) -> frozenset[int]:
    """Return the numbers of what was sent from a ticket, or was to be, whatever became of it."""
    from_it = select(_GIFT).where(Effect.shop_id == shop_id, Effect.kind == "send_gift", Effect.ticket_id == ticket_id)
    return frozenset(number for number in session.scalars(from_it) if number is not None)


def egifts(session: Session, *, shop_id: int, customer_id: int | None, since: datetime) -> int:
    """Return how many e-gifts the customer was given since then, or is about to be."""
    if customer_id is None:
        return 0
    theirs = select(func.count()).where(
        Effect.shop_id == shop_id,
        Effect.kind == "send_gift",
        Effect.customer_id == customer_id,
        Effect.payload["what"].as_string() == GiftKind.EGIFT.value,
        Effect.state.in_(GIVEN),
        Effect.created_at >= since,
    )
    return session.scalar(theirs) or 0


def _asked_for(session: Session, shop_id: int) -> Mapping[int, int]:
    """Return how many of each were sent, or are about to be, since they were counted."""
    counted = select(CatalogueGift.id, func.count().label("how_many")).where(
        Effect.shop_id == shop_id,
        Effect.kind == "send_gift",
        Effect.state.in_(GIVEN),
        CatalogueGift.shop_id == shop_id,
        CatalogueGift.id == _GIFT,
        Effect.created_at >= CatalogueGift.counted_at,
    )
    return {row.id: row.how_many for row in session.execute(counted.group_by(CatalogueGift.id))}


def _columns(entry: Entry, currency: str, now: datetime) -> dict[str, Any]:
    return {
        "vendor": entry.vendor,
        "sku": entry.sku,
        "size": entry.size,
        "kind": entry.kind.value,
        "title": entry.title,
        "photo": entry.photo,
        "cost_minor": None if entry.cost is None else entry.cost.minor,
        "currency": currency if entry.cost is None else entry.cost.currency,
        "flags": sorted(entry.flags),
        "countries": None if entry.countries is None else sorted(entry.countries),
        "stock": entry.stock,
        "counted_at": None if entry.stock is None else now,
        "sympathy": entry.sympathy,
        "active": entry.active,
    }


def _entry(row: CatalogueGift, asked: int) -> Entry:
    return Entry(
        id=row.id,
        vendor=row.vendor,
        sku=row.sku,
        kind=GiftKind(row.kind),
        title=row.title,
        cost=None if row.cost_minor is None else Money(minor=row.cost_minor, currency=row.currency),
        photo=row.photo,
        flags=frozenset(map(Flag, row.flags)),
        countries=None if row.countries is None else frozenset(row.countries),
        size=row.size,
        stock=None if row.stock is None else row.stock - asked,
        sympathy=row.sympathy,
        active=row.active,
    )
