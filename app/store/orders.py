"""The order ledger: lifetime value and ordinals, kept exact with every order, for a customer and for the shop."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import CursorResult, Row, Select, and_, bindparam, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from app.domain import facts, turns
from app.domain.money import Money
from app.domain.policy import SpecialCustomer
from app.domain.rules import nth_order_gift
from app.store import care, lifetime, people
from app.store.base import Base, insert
from app.store.care_tables import Care
from app.store.deeds import Deed
from app.store.lifetime import Move, Share
from app.store.tables import Customer, Order, Totals

# Past the ORM where many rows are written: it would look at each.
_ORDERS = Base.metadata.tables[Order.__tablename__]
_STANDING = (
    Customer.customer_id,
    Customer.net_minor,
    Customer.orders,
    Customer.first_order_at,
    Customer.last_order_at,
    Customer.special,
    Customer.marked,
    Customer.changes,
    Customer.changed_at,
    Customer.let_alone_since,
    Care.sensitive_until,
    Care.sensitive_since,
    Care.likes,
    Care.never,
)
_CARED_FOR = (Care.shop_id == Customer.shop_id) & (Care.customer_id == Customer.customer_id)


def lock(session: Session, *, shop_id: int) -> None:
    """Hold the shop's totals until the transaction ends: one writer a shop, so that no sum is lost."""
    session.execute(
        insert(session, Totals).values(shop_id=shop_id, customers=0, orders=0, net_minor=0).on_conflict_do_nothing()
    )
    session.execute(select(Totals.shop_id).where(Totals.shop_id == shop_id).with_for_update())


def record(session: Session, *, shop_id: int, order: facts.Order) -> bool:
    """Write the order as it is now and bring every sum up to date; return False when a newer state is already known."""
    return order.id in record_all(session, shop_id=shop_id, orders=[order])


def record_all(session: Session, *, shop_id: int, orders: Sequence[facts.Order]) -> set[int]:
    """Write orders, no two of one id, as they are now, and bring every sum up to date.

    Return the ids of those that were written: where a newer state is known already, nothing is.
    """
    lock(session, shop_id=shop_id)
    known = _known(session, shop_id, [order.id for order in orders])
    told = people.at_home(session, shop_id=shop_id, orders=orders)
    new = [order for order in told if order.id not in known or known[order.id].updated_at <= order.updated_at]
    write(session, shop_id=shop_id, orders=new, known=known)
    moves = [Move(_share_before(known.get(order.id)), _share_after(order)) for order in new]
    lifetime.move(session, shop_id=shop_id, moves=moves)
    mails = {order.customer_id: order.mail_digest for order in new if order.customer_id is not None}
    named = {customer_id: mail for customer_id, mail in mails.items() if mail is not None}
    people.introduce(session, shop_id=shop_id, mails=named)
    return {order.id for order in new}


def write(
    session: Session,
    *,
    shop_id: int,
    orders: list[facts.Order],
    known: Mapping[int, Row[*tuple[Any, ...]]] = MappingProxyType({}),
) -> None:
    """Write the orders themselves, leaving newer states alone and the sums as they are (see `recount`).

    What they were before goes on from their `known` rows.
    """
    rows: list[dict[str, object]] = [
        {
            "shop_id": shop_id,
            "order_id": order.id,
            "customer_id": order.customer_id,
            "name": order.name,
            "processed_at": order.processed_at,
            "updated_at": order.updated_at,
            "net_minor": order.net.minor if order.counted else 0,
            "counted": order.counted,
            "mail_digest": order.mail_digest,
        }
        | _past(order, known.get(order.id))
        for order in orders
    ]
    if not rows:
        return
    statement = insert(session, _ORDERS)
    new = {name: statement.excluded[name] for name in rows[0] if name not in {"shop_id", "order_id"}}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["shop_id", "order_id"],
            set_=new,
            where=_ORDERS.c.updated_at <= statement.excluded.updated_at,
        ),
        rows,
    )


def rehome(session: Session, *, shop_id: int, kept: int, deleted: int, now: datetime) -> list[Deed]:
    """Let everything of a customer whom the store merged into another be the kept one's, whatever comes later too.

    Return the deeds that were withdrawn, for one person is not given twice.
    """
    lock(session, shop_id=shop_id)
    return people.rehome(session, shop_id=shop_id, kept=kept, deleted=deleted, now=now)


def orphan(session: Session, *, shop_id: int, customer_id: int) -> None:
    """Forget a customer whom the store deleted: their orders stay, without a person."""
    lock(session, shop_id=shop_id)
    people.orphan(session, shop_id=shop_id, customer_id=customer_id)


def recount(session: Session, *, shop_id: int) -> None:
    """Compute every sum of the shop afresh from its orders; marks stay as they are."""
    lock(session, shop_id=shop_id)
    lifetime.recount(session, shop_id=shop_id)


def audit(session: Session, *, shop_id: int, now: datetime) -> int:
    """Recount and compare with the figures kept, repair them, and keep and return how many were wrong."""
    lock(session, shop_id=shop_id)
    wrong = lifetime.wrong(session, shop_id=shop_id)
    if wrong:
        lifetime.recount(session, shop_id=shop_id)
    session.execute(update(Totals).where(Totals.shop_id == shop_id).values(audited_at=now, repaired=wrong))
    return wrong


def standing(session: Session, *, shop_id: int, customer_id: int, currency: str) -> facts.Standing | None:
    """Return what we know of one customer; None when no order of theirs was ever seen."""
    return standings(session, shop_id=shop_id, customers=[customer_id], currency=currency).get(customer_id)


def standings(
    session: Session, *, shop_id: int, customers: Collection[int], currency: str
) -> dict[int, facts.Standing]:
    """Return what we know of each customer; nothing of those of whom no order was ever seen."""
    terms = {"of_shop": shop_id, "numbers": list(customers)}
    return {row.customer_id: _standing(row, currency) for row in session.execute(_of_each(), terms)}


def set_special(session: Session, *, shop_id: int, customer_ids: Collection[int], special: bool, now: datetime) -> None:
    """Put the mark on customers or take it off, and count the change for each."""
    session.execute(
        update(Customer)
        .where(Customer.shop_id == shop_id, Customer.customer_id.in_(customer_ids))
        .values(special=special, changes=Customer.changes + 1, changed_at=now)
        .execution_options(synchronize_session=False)
    )


def let_alone(session: Session, *, shop_id: int, customer_id: int, since: datetime | None) -> bool:
    """Let nothing automatic be done for the customer since that moment, or anything again; False for a stranger."""
    theirs = (Customer.shop_id == shop_id, Customer.customer_id == customer_id)
    statement = update(Customer).where(*theirs).values(let_alone_since=since)
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1


def ordinal(session: Session, *, shop_id: int, order_id: int) -> int | None:
    """Return the how-manyth counted order of its customer this is; None for guests and orders that do not count."""
    return ordinals(session, shop_id=shop_id, order_ids=[order_id]).get(order_id)


def ordinals(session: Session, *, shop_id: int, order_ids: Collection[int]) -> dict[int, int]:
    """Return the how-manyth counted order of its customer each is; nothing for guests and what does not count."""
    theirs = aliased(Order)
    # A join: asked for each by itself, SQLite without statistics walks the whole shop's index for every order.
    until_this = and_(
        theirs.shop_id == Order.shop_id,
        theirs.customer_id == Order.customer_id,
        theirs.counted,
        tuple_(theirs.processed_at, theirs.order_id) <= tuple_(Order.processed_at, Order.order_id),
    )
    these = (Order.shop_id == shop_id, Order.order_id.in_(order_ids), Order.counted)
    counted = select(Order.order_id, func.count()).join(theirs, until_this).where(*these).group_by(Order.order_id)
    return dict(session.execute(counted).all())


def latest_order(session: Session, *, shop_id: int, customer_id: int, name: str | None = None) -> int | None:
    """Return the id of the customer's newest counted order, or of the one with that name."""
    statement = select(Order.order_id).where(Order.shop_id == shop_id, Order.customer_id == customer_id)
    statement = statement.where(Order.counted) if name is None else statement.where(Order.name == name)
    return session.scalar(statement.order_by(Order.processed_at.desc(), Order.order_id.desc()).limit(1))


def is_recorded(session: Session, *, shop_id: int, order_id: int) -> bool:
    """Return whether the ledger holds the order, in whatever state."""
    return session.get(Order, (shop_id, order_id)) is not None


def is_known(session: Session, *, shop_id: int, change: facts.Change) -> bool:
    """Return whether the ledger already holds this state of the order, or a newer one.

    What was read between two changes of one second bears the moment of both: then the money tells them apart. Orders
    that sold gift cards look different each time, and are read once more.
    """
    row = session.get(Order, (shop_id, change.order_id))
    if row is None or row.updated_at != change.updated_at:
        return row is not None and row.updated_at > change.updated_at
    return row.net_minor == change.net.minor and not (row.counted and change.cancelled)


def moved_by(
    session: Session,
    *,
    shop_id: int,
    yardstick: facts.Yardstick,
    policy: SpecialCustomer,
    now: datetime,
    after: int = 0,
    most: int | None = None,
) -> list[facts.Standing]:
    """Return the customers whose mark may have to change: above and active without it, or below or lapsed with it.

    They come by their numbers, from behind `after` on, at most so many.
    """
    active_since = now - timedelta(days=yardstick.active_days)
    floor = yardstick.threshold.minor * policy.leave_below_percent // 100
    enters = and_(
        Customer.special.is_(False),
        Customer.let_alone_since.is_(None),
        Customer.orders > 0,
        Customer.net_minor >= yardstick.threshold.minor,
        Customer.last_order_at >= active_since,
    )
    lapsed = or_(Customer.last_order_at.is_(None), Customer.last_order_at < active_since)
    below = or_(
        Customer.net_minor < floor, and_(Customer.marked.is_(False), Customer.net_minor < yardstick.threshold.minor)
    )
    leaves = and_(Customer.special, or_(below, lapsed, Customer.let_alone_since.is_not(None)))
    crossed = and_(Customer.special.is_(False), Customer.marked)
    statement = (
        select(*_STANDING)
        .outerjoin(Care, _CARED_FOR)
        .where(Customer.shop_id == shop_id, Customer.customer_id > after, or_(enters, leaves, crossed))
        .order_by(Customer.customer_id)
        .limit(most)
    )
    return [_standing(row, yardstick.threshold.currency) for row in session.execute(statement)]


@cache  # each deed asks it
def _of_each() -> Select[*tuple[Any, ...]]:
    theirs = (Customer.shop_id == bindparam("of_shop"), Customer.customer_id.in_(bindparam("numbers", expanding=True)))
    return select(*_STANDING).outerjoin(Care, _CARED_FOR).where(*theirs)


def _known(session: Session, shop_id: int, order_ids: list[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    states = select(
        *(Order.order_id, Order.customer_id, Order.counted, Order.net_minor, Order.processed_at, Order.updated_at),
        *(Order.variants, Order.turns),
    ).where(Order.shop_id == shop_id, Order.order_id.in_(order_ids))
    return {row.order_id: row for row in session.execute(states)}


def _past(order: facts.Order, known: Row[*tuple[Any, ...]] | None) -> dict[str, object]:
    """Return what is kept of how the order came to be. What was in it is what was in it at first: we may add to it."""
    if known is None or known.variants is None:
        return {"variants": turns.aboard(sorted(nth_order_gift.on_board(order))), "turns": turns.gone_on(None, order)}
    return {"variants": known.variants, "turns": turns.gone_on(known.turns, order)}


def _share_before(known: Row[*tuple[Any, ...]] | None) -> Share | None:
    if known is None or known.customer_id is None:
        return None
    return Share(known.customer_id, known.counted, known.net_minor, known.processed_at)


def _share_after(order: facts.Order) -> Share | None:
    if order.customer_id is None:
        return None
    return Share(order.customer_id, order.counted, order.net.minor, order.processed_at)


def _standing(row: Row[*tuple[Any, ...]], currency: str) -> facts.Standing:
    return facts.Standing(
        customer_id=row.customer_id,
        net=Money(minor=row.net_minor, currency=currency),
        orders=row.orders,
        first_order_at=row.first_order_at,
        last_order_at=row.last_order_at,
        special=row.special,
        marked=row.marked,
        changes=row.changes,
        changed_at=row.changed_at,
        let_alone=row.let_alone_since is not None,
        sensitive_until=row.sensitive_until,
        sensitive_since=row.sensitive_since,
        tastes=care.noted(row),
    )
