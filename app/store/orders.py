"""The order ledger: lifetime value and ordinals, kept exact with every order, for a customer and for the shop."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, and_, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.domain import facts
from app.domain.money import Money
from app.domain.policy import SpecialCustomer
from app.store import lifetime, people
from app.store.base import insert
from app.store.deeds import Deed
from app.store.lifetime import Share
from app.store.tables import Customer, Order, Totals


def lock(session: Session, *, shop_id: int) -> None:
    """Hold the shop's totals until the transaction ends: one writer a shop, so that no sum is lost."""
    session.execute(
        insert(session, Totals).values(shop_id=shop_id, customers=0, orders=0, net_minor=0).on_conflict_do_nothing()
    )
    session.execute(select(Totals.shop_id).where(Totals.shop_id == shop_id).with_for_update())


def record(session: Session, *, shop_id: int, order: facts.Order) -> bool:
    """Write the order as it is now and bring every sum up to date; return False when a newer state is already known."""
    lock(session, shop_id=shop_id)
    order = people.at_home(session, shop_id=shop_id, order=order)
    known = session.execute(
        select(Order.customer_id, Order.counted, Order.net_minor, Order.processed_at, Order.updated_at).where(
            Order.shop_id == shop_id, Order.order_id == order.id
        )
    ).one_or_none()
    if known is not None and known.updated_at > order.updated_at:
        return False
    write(session, shop_id=shop_id, orders=[order])
    before = after = None
    if known is not None and known.customer_id is not None:
        before = Share(known.customer_id, known.counted, known.net_minor, known.processed_at)
    if order.customer_id is not None:
        after = Share(order.customer_id, order.counted, order.net.minor, order.processed_at)
    lifetime.move(session, shop_id=shop_id, before=before, after=after)
    if order.customer_id is not None and order.mail_digest is not None:
        people.introduce(session, shop_id=shop_id, customer_id=order.customer_id, mail_digest=order.mail_digest)
    return True


def write(session: Session, *, shop_id: int, orders: list[facts.Order]) -> None:
    """Write the orders themselves, leaving newer states alone and the sums as they are (see `recount`)."""
    rows = [
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
        for order in orders
    ]
    if not rows:
        return
    statement = insert(session, Order)
    new = {name: statement.excluded[name] for name in rows[0] if name not in {"shop_id", "order_id"}}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["shop_id", "order_id"],
            set_=new,
            where=Order.updated_at <= statement.excluded.updated_at,
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
    row = session.get(Customer, (shop_id, customer_id), populate_existing=True)
    return None if row is None else _standing(row, currency)


def set_special(session: Session, *, shop_id: int, customer_id: int, special: bool, now: datetime) -> None:
    """Put the mark on or take it off, and count the change."""
    session.execute(
        update(Customer)
        .where(Customer.shop_id == shop_id, Customer.customer_id == customer_id)
        .values(special=special, changes=Customer.changes + 1, changed_at=now)
    )


def set_marked(session: Session, *, shop_id: int, customer_id: int, marked: bool, now: datetime) -> None:
    """Note that the store shows the mark now, or shows it no longer; a mark's time begins when it is out."""
    theirs = (Customer.shop_id == shop_id, Customer.customer_id == customer_id)
    since = {"changed_at": now} if marked else {}
    session.execute(update(Customer).where(*theirs).values(marked=marked, **since))


def let_alone(session: Session, *, shop_id: int, customer_id: int, since: datetime | None) -> bool:
    """Let nothing automatic be done for the customer since that moment, or anything again; False for a stranger."""
    theirs = (Customer.shop_id == shop_id, Customer.customer_id == customer_id)
    statement = update(Customer).where(*theirs).values(let_alone_since=since)
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1


def ordinal(session: Session, *, shop_id: int, order_id: int) -> int | None:
    """Return the how-manyth counted order of its customer this is; None for guests and orders that do not count."""
    mine = session.execute(
        select(Order.customer_id, Order.processed_at).where(
            Order.shop_id == shop_id,
            Order.order_id == order_id,
            Order.counted,
            Order.customer_id.is_not(None),
        )
    ).one_or_none()
    if mine is None:
        return None
    not_later = tuple_(Order.processed_at, Order.order_id) <= tuple_(mine.processed_at, order_id)
    return session.scalar(
        select(func.count()).where(
            Order.shop_id == shop_id, Order.customer_id == mine.customer_id, Order.counted, not_later
        )
    )


def latest_order(session: Session, *, shop_id: int, customer_id: int, name: str | None = None) -> int | None:
    """Return the id of the customer's newest counted order, or of the one with that name."""
    statement = select(Order.order_id).where(Order.shop_id == shop_id, Order.customer_id == customer_id)
    statement = statement.where(Order.counted) if name is None else statement.where(Order.name == name)
    return session.scalar(statement.order_by(Order.processed_at.desc(), Order.order_id.desc()).limit(1))


def is_recorded(session: Session, *, shop_id: int, order_id: int) -> bool:
    """Return whether the ledger holds the order, in whatever state."""
    return session.get(Order, (shop_id, order_id)) is not None


def is_known(session: Session, *, shop_id: int, order_id: int, updated_at: datetime) -> bool:
    """Return whether the ledger already holds this state of the order, or a newer one."""
    statement = select(Order.order_id).where(
        Order.shop_id == shop_id, Order.order_id == order_id, Order.updated_at >= updated_at
    )
    return session.scalar(statement) is not None


def moved_by(
    session: Session, *, shop_id: int, yardstick: facts.Yardstick, policy: SpecialCustomer, now: datetime
) -> list[facts.Standing]:
    """Return the customers whose mark may have to change: above and active without it, or below or lapsed with it."""
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
        select(Customer)
        .where(Customer.shop_id == shop_id, Customer.customer_id > 0, or_(enters, leaves, crossed))
        .order_by(Customer.customer_id)
    )
    return [_standing(row, yardstick.threshold.currency) for row in session.scalars(statement)]


def _standing(row: Customer, currency: str) -> facts.Standing:
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
    )
