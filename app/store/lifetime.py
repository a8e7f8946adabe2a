"""Lifetime value: a customer's sums and the shop's, moved with each order by what it changes; recounted at night."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    outerjoin,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.store.base import Base, insert
from app.store.tables import Customer, Order, Totals

_CUSTOMERS = Base.metadata.tables[Customer.__tablename__]
_NOTHING = {"net_minor": 0, "orders": 0, "first_order_at": None, "last_order_at": None}
_SPENT = or_(Customer.orders != 0, Customer.net_minor != 0)


class Share(NamedTuple):
    """What one order means for its customer's sums: nothing while it does not count."""

    customer_id: int
    counted: bool
    net_minor: int
    at: datetime


class Move(NamedTuple):
    """What an order meant for somebody's sums before, and what it means now; None where it was, or is, nobody's."""

    before: Share | None
    after: Share | None

    @property
    def people(self) -> set[int]:
        """Whose sums are concerned."""
        return {share.customer_id for share in self if share is not None}


def move(session: Session, *, shop_id: int, moves: Sequence[Move]) -> None:
    """Bring the sums from the orders' known states to those just written, at the same cost for any customer."""
    people = sorted(set[int]().union(*(each.people for each in moves)))
    if not people:
        return
    sums = _sums(session, shop_id, people)
    had = _summed(sums.values())
    for each in moves:
        for person in each.people:
            _adjust(session, shop_id, sums[person], _theirs(each.before, person), _theirs(each.after, person))
    _keep(session, shop_id, sums.values())
    customers, orders, net = (now - then for now, then in zip(_summed(sums.values()), had, strict=True))
    _add(session, shop_id, customers=customers, orders=orders, net=net)


def unite(session: Session, *, shop_id: int, kept: int, gone: int) -> None:
    """Add one customer's sums and marks to another's, once their orders are the other's; the shop's sums stay."""
    row, other = _row(session, shop_id, kept), session.get(Customer, (shop_id, gone), populate_existing=True)
    if other is None:
        return
    both = row.orders > 0 and other.orders > 0
    row.net_minor += other.net_minor
    row.orders += other.orders
    row.first_order_at = min(filter(None, (row.first_order_at, other.first_order_at)), default=None)
    row.last_order_at = max(filter(None, (row.last_order_at, other.last_order_at)), default=None)
    # The store unites their tags as well. The count names the next change: it must be new for both.
    row.special, row.marked = row.special or other.special, row.marked or other.marked
    row.changes = max(row.changes, other.changes)
    row.changed_at = max(filter(None, (row.changed_at, other.changed_at)), default=None)
    row.let_alone_since = min(filter(None, (row.let_alone_since, other.let_alone_since)), default=None)
    row.mail_digest = row.mail_digest or other.mail_digest
    session.delete(other)
    _add(session, shop_id, customers=-both)


def leave(session: Session, *, shop_id: int, customer_id: int) -> None:
    """Take a customer's sums out of the shop's, and drop what was kept of them."""
    row = session.get(Customer, (shop_id, customer_id), populate_existing=True)
    if row is not None:
        _add(session, shop_id, customers=-(row.orders > 0), orders=-row.orders, net=-row.net_minor)
        session.delete(row)


def recount(session: Session, *, shop_id: int) -> None:
    """Compute every sum of the shop afresh from its orders, set by set; marks and right figures stay untouched."""
    bare = ~exists().where(Order.shop_id == shop_id, Order.customer_id == Customer.customer_id, Order.counted)
    session.execute(
        update(Customer)
        .where(Customer.shop_id == shop_id, _SPENT, bare)
        .values(_NOTHING)
        .execution_options(synchronize_session=False)
    )
    counted, beside, differs = _compared(shop_id)
    # The mark of a customer met for the first time is off; one met before keeps theirs.
    fresh = select(
        literal(shop_id),
        *(counted.c[name] for name in ("customer_id", *_NOTHING)),
        false().label("special"),
        false().label("marked"),
        literal(0).label("changes"),
    )
    statement = insert(session, Customer).from_select(
        ["shop_id", "customer_id", *_NOTHING, "special", "marked", "changes"],
        fresh.select_from(beside).where(differs),
    )
    new = {name: statement.excluded[name] for name in _NOTHING}
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "customer_id"], set_=new))
    customers, orders, net = session.execute(_whole(shop_id)).one()
    session.execute(
        update(Totals)
        .where(Totals.shop_id == shop_id)
        .values(customers=customers, orders=int(orders), net_minor=int(net))
    )


def wrong(session: Session, *, shop_id: int) -> int:
    """Return how many kept figures differ from what the orders say: one for each customer, one for the shop."""
    counted, beside, differs = _compared(shop_id)
    true = (func.coalesce(func.sum(counted.c[name]), 0) for name in ("orders", "net_minor"))
    many = select(func.count(), *true, _number_of(differs), _number_of(_SPENT)).select_from(beside)
    people, orders, net, others, met = map(int, session.execute(many).one())
    # Nobody was met twice, so whoever has figures and was not met has no order that counts.
    spent = session.scalar(select(func.count()).where(Customer.shop_id == shop_id, _SPENT)) or 0
    totals = session.get(Totals, shop_id, populate_existing=True)
    known = (totals.customers, totals.orders, totals.net_minor) if totals else (0, 0, 0)
    return others + (spent - met) + (known != (people, orders, net))


def _add(session: Session, shop_id: int, *, customers: int, orders: int = 0, net: int = 0) -> None:
    session.execute(
        update(Totals)
        .where(Totals.shop_id == shop_id)
        .values(customers=Totals.customers + customers, orders=Totals.orders + orders, net_minor=Totals.net_minor + net)
    )


def _theirs(share: Share | None, person: int) -> Share | None:
    return share if share is not None and share.counted and share.customer_id == person else None


def _row(session: Session, shop_id: int, person: int) -> Customer:
    row = session.get(Customer, (shop_id, person), populate_existing=True)
    if row is None:
        row = Customer(
            shop_id=shop_id, customer_id=person, net_minor=0, orders=0, special=False, marked=False, changes=0
        )
        session.add(row)
    return row


@dataclass(slots=True, kw_only=True)
class _Sums:
    """One customer's sums while they are moved."""

    customer_id: int
    net_minor: int = 0
    orders: int = 0
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None


def _sums(session: Session, shop_id: int, people: Sequence[int]) -> dict[int, _Sums]:
    known = select(Customer.customer_id, *(getattr(Customer, name) for name in _NOTHING)).where(
        Customer.shop_id == shop_id, Customer.customer_id.in_(people)
    )
    met = {row.customer_id: _Sums(**row._mapping) for row in session.execute(known)}  # noqa: SLF001  # public, in truth
    return {person: met.get(person) or _Sums(customer_id=person) for person in people}


def _summed(sums: Iterable[_Sums]) -> tuple[int, int, int]:
    """Return customers who ordered, orders and net of all of them."""
    all_of_them = list(sums)
    return (
        sum(each.orders > 0 for each in all_of_them),
        sum(each.orders for each in all_of_them),
        sum(each.net_minor for each in all_of_them),
    )


def _keep(session: Session, shop_id: int, sums: Iterable[_Sums]) -> None:
    rows = [
        {name: getattr(each, name) for name in ("customer_id", *_NOTHING)}
        | {"shop_id": shop_id, "special": False, "marked": False, "changes": 0}
        for each in sums
    ]
    statement = insert(session, _CUSTOMERS)
    new = {name: statement.excluded[name] for name in _NOTHING}
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "customer_id"], set_=new), rows)


def _adjust(session: Session, shop_id: int, sums: _Sums, gone: Share | None, come: Share | None) -> None:
    sums.orders += (come is not None) - (gone is not None)
    sums.net_minor += (come.net_minor if come else 0) - (gone.net_minor if gone else 0)
    if gone and gone.at in (sums.first_order_at, sums.last_order_at) and (come is None or come.at != gone.at):
        edge = _edge(shop_id, sums.customer_id)
        sums.first_order_at = session.scalar(edge.order_by(Order.processed_at).limit(1))
        sums.last_order_at = session.scalar(edge.order_by(Order.processed_at.desc()).limit(1))
    elif come:
        sums.first_order_at = min(sums.first_order_at or come.at, come.at)
        sums.last_order_at = max(sums.last_order_at or come.at, come.at)


def _edge(shop_id: int, customer_id: int) -> Select[datetime]:
    theirs = and_(Order.shop_id == shop_id, Order.customer_id == customer_id, Order.counted)
    return select(Order.processed_at).where(theirs)


def _compared(shop_id: int) -> tuple[Subquery, FromClause, ColumnElement[bool]]:
    """Return each customer's sums as their orders say, those with the row kept of them, and whether the two differ.

    Orders are passed once, along an index that holds all of it, customer by customer.
    """
    counted = (
        select(
            Order.customer_id,
            func.sum(Order.net_minor).label("net_minor"),
            func.count().label("orders"),
            func.min(Order.processed_at).label("first_order_at"),
            func.max(Order.processed_at).label("last_order_at"),
        )
        .where(Order.shop_id == shop_id, Order.counted, Order.customer_id.is_not(None))
        .group_by(Order.customer_id)
        .subquery("counted")
    )
    theirs = and_(Customer.shop_id == shop_id, Customer.customer_id == counted.c.customer_id)
    differs = or_(*(getattr(Customer, name).is_distinct_from(counted.c[name]) for name in _NOTHING))
    return counted, outerjoin(counted, Customer, theirs), differs


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _whole(shop_id: int) -> Select[int, int, int]:
    return select(
        func.count(),
        func.coalesce(func.sum(Customer.orders), 0),
        func.coalesce(func.sum(Customer.net_minor), 0),
    ).where(Customer.shop_id == shop_id, Customer.orders > 0)
