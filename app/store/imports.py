"""How far the past is read, and its rows: each batch is kept together with the place where the next one begins."""

from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from app.domain import history
from app.domain.history import Batch, PastCustomer, PastOrder
from app.store import bulk, orders, people
from app.store.base import Base, insert
from app.store.tables import Customer, Export, Order, Shop

ORDERS = bulk.Shape(
    table=Base.metadata.tables[Order.__tablename__],
    columns=("order_id", *PastOrder._fields[1:]),
    changes=PastOrder._fields[1:],
    newer="updated_at",
)
_SUMS = ("net_minor", 0), ("orders", 0), ("special", False), ("marked", False), ("changes", 0)
CUSTOMERS = bulk.Shape(
    table=Base.metadata.tables[Customer.__tablename__],
    columns=("customer_id", *PastCustomer._fields[1:]),
    changes=PastCustomer._fields[1:],
    begins=_SUMS,
)


class Overtaken(Exception):
    """Somebody else has read on in this file; our transaction must leave no trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How far one export is read. `lines` is where to go on in its file."""

    kind: history.Export
    handle: str | None
    asked_at: datetime | None
    without_people: bool
    lines: int
    things: int
    promised: int
    failures: int
    done: bool
    read_from: datetime | None = None
    read_to: datetime | None = None


def readings(session: Session, *, shop_id: int) -> list[Reading]:
    """Return how far each export is, customers first; none while nobody has begun."""
    rows = session.scalars(
        select(Export).where(Export.shop_id == shop_id).order_by(Export.kind).execution_options(populate_existing=True)
    )
    return [
        Reading(
            kind=history.Export(row.kind),
            handle=row.handle,
            asked_at=row.asked_at,
            without_people=row.without_people,
            lines=row.lines,
            things=row.things,
            promised=row.promised,
            failures=row.failures,
            done=row.done_at is not None,
            read_from=row.read_from,
            read_to=row.read_to,
        )
        for row in rows
    ]


def is_awaited(session: Session, *, shop_id: int, handle: str) -> bool:
    """Return whether this is an export of ours that is not read to its end."""
    statement = select(Export.kind).where(Export.shop_id == shop_id, Export.handle == handle, Export.done_at.is_(None))
    return session.scalar(statement) is not None


def begin(session: Session, *, shop_id: int, now: datetime, since: datetime | None) -> None:
    """Make ready to read the past, from `since` on where the store shows nothing older; a second time changes nothing.

    Whatever changes from now on is swept up afterwards.
    """
    rows = [
        {"shop_id": shop_id, "kind": kind.value, "without_people": False}
        | dict.fromkeys(("lines", "things", "promised", "refused", "failures"), 0)
        for kind in history.Export
    ]
    session.execute(insert(session, Export).on_conflict_do_nothing(), rows)
    session.execute(
        update(Shop).where(Shop.id == shop_id).values(history_since=since, swept_to=func.coalesce(Shop.swept_to, now))
    )


def again(session: Session, *, shop_id: int) -> None:
    """Let the past be read anew: the store shows us more of it than before."""
    session.execute(delete(Export).where(Export.shop_id == shop_id))
    session.execute(update(Shop).where(Shop.id == shop_id).values(history_done_at=None, history_try_at=None))


def asked(session: Session, *, shop_id: int, kind: history.Export, handle: str, now: datetime) -> None:
    """Note that the store gathers a new file, which is read from its beginning."""
    fresh = dict.fromkeys(("lines", "things", "promised", "refused"), 0)
    _note(session, shop_id, kind, handle=handle, asked_at=now, read_from=None, read_to=None, **fresh)


def promised(session: Session, *, shop_id: int, kind: history.Export, count: int) -> None:
    """Note how many orders or customers the store has counted."""
    _note(session, shop_id, kind, promised=count)


def came_to_nothing(session: Session, *, shop_id: int, kind: history.Export, without_people: bool) -> None:
    """Forget a file that failed, so that another one is asked for; what was read of it stays read."""
    _note(session, shop_id, kind, handle=None, without_people=without_people, failures=Export.failures + 1)


def read(session: Session, *, shop_id: int, kind: history.Export, now: datetime) -> None:
    """Note that a file is read to its end."""
    _note(session, shop_id, kind, done_at=now)


def keep(
    session: Session, *, shop_id: int, reading: Reading, after: int, batch: Batch, since: datetime, now: datetime
) -> None:
    """Write a batch that begins behind line `after`, and where the next one begins; it was begun `since` then.

    Raises Overtaken when another worker has read on, or another file was asked for: then nothing must be kept.
    """
    statement = (
        update(Export)
        .where(
            Export.shop_id == shop_id,
            Export.kind == reading.kind.value,
            Export.handle == reading.handle,
            Export.lines == after,
        )
        .values(
            lines=batch.lines,
            things=Export.things + batch.things,
            refused=Export.refused + batch.refused,
            read_from=func.coalesce(Export.read_from, since),
            read_to=now,
        )
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount != 1:
        raise Overtaken
    # What has changed since we began is left to the sweep: written down here, it would be known, and never acted on.
    begun = session.scalars(select(Shop.swept_to).where(Shop.id == shop_id)).one()
    before = datetime.max.replace(tzinfo=UTC) if begun is None else begun.replace(microsecond=0)
    past = [order for order in batch.orders if order.updated_at < before]
    newest = {order.id: order for order in sorted(past, key=attrgetter("updated_at"))}
    bulk.pour(session, ORDERS, [*newest.values()], shop_id=shop_id)
    bulk.pour(session, CUSTOMERS, [*{customer.id: customer for customer in batch.customers}.values()], shop_id=shop_id)


def finish(session: Session, *, shop_id: int) -> None:
    """Give every order its true customer and compute all sums, once both files are read."""
    orders.lock(session, shop_id=shop_id)
    bulk.weigh(session, ORDERS, CUSTOMERS)
    people.settle(session, shop_id=shop_id)
    orders.recount(session, shop_id=shop_id)


def _note(session: Session, shop_id: int, kind: history.Export, **values: object) -> None:
    session.execute(
        update(Export)
        .where(Export.shop_id == shop_id, Export.kind == kind.value)
        .values(values)
        .execution_options(synchronize_session=False)
    )
