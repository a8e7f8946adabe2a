"""The order ledger: lifetime value and ordinals, kept exact with every order, for a customer and for the shop."""

from datetime import datetime, timedelta

from sqlalchemy import and_, false, func, literal, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.domain import facts
from app.domain.money import Money
from app.domain.policy import SpecialCustomer
from app.store.base import insert
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
    known = session.execute(
        select(Order.customer_id, Order.updated_at).where(Order.shop_id == shop_id, Order.order_id == order.id)
    ).one_or_none()
    if known is not None and known.updated_at > order.updated_at:
        return False
    write(session, shop_id=shop_id, orders=[order])
    for customer_id in {order.customer_id, known.customer_id if known else None}:
        if customer_id is not None:
            _resum(session, shop_id, customer_id)
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


def recount(session: Session, *, shop_id: int) -> None:
    """Compute every sum of the shop afresh from its orders, in two statements; marks stay as they are."""
    lock(session, shop_id=shop_id)
    sums = (
        select(
            Order.shop_id,
            Order.customer_id,
            func.sum(Order.net_minor).label("net_minor"),
            func.count().label("orders"),
            func.min(Order.processed_at).label("first_order_at"),
            func.max(Order.processed_at).label("last_order_at"),
        )
        .where(Order.shop_id == shop_id, Order.counted, Order.customer_id.is_not(None))
        .group_by(Order.shop_id, Order.customer_id)
    )
    nothing = {"net_minor": 0, "orders": 0, "first_order_at": None, "last_order_at": None}
    session.execute(update(Customer).where(Customer.shop_id == shop_id).values(nothing))
    # The mark of a customer met for the first time is off; one met before keeps theirs.
    fresh = sums.add_columns(false().label("special"), false().label("marked"), literal(0).label("changes"))
    statement = insert(session, Customer).from_select(
        ["shop_id", "customer_id", *nothing, "special", "marked", "changes"], fresh
    )
    new = {name: statement.excluded[name] for name in nothing}
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "customer_id"], set_=new))
    whole = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Customer.orders), 0),
            func.coalesce(func.sum(Customer.net_minor), 0),
        ).where(Customer.shop_id == shop_id, Customer.orders > 0)
    ).one()
    session.execute(
        update(Totals)
        .where(Totals.shop_id == shop_id)
        .values(customers=whole[0], orders=int(whole[1]), net_minor=int(whole[2]))
    )


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
        Customer.orders > 0,
        Customer.net_minor >= yardstick.threshold.minor,
        Customer.last_order_at >= active_since,
    )
    lapsed = or_(Customer.last_order_at.is_(None), Customer.last_order_at < active_since)
    below = or_(
        Customer.net_minor < floor, and_(Customer.marked.is_(False), Customer.net_minor < yardstick.threshold.minor)
    )
    leaves = and_(Customer.special, or_(below, lapsed))
    crossed = and_(Customer.special.is_(False), Customer.marked)
    statement = (
        select(Customer).where(Customer.shop_id == shop_id, or_(enters, leaves, crossed)).order_by(Customer.customer_id)
    )
    return [_standing(row, yardstick.threshold.currency) for row in session.scalars(statement)]


def _resum(session: Session, shop_id: int, customer_id: int) -> None:
    row = session.get(Customer, (shop_id, customer_id), populate_existing=True)
    if row is None:
        row = Customer(
            shop_id=shop_id, customer_id=customer_id, net_minor=0, orders=0, special=False, marked=False, changes=0
        )
        session.add(row)
    net_before, orders_before = row.net_minor, row.orders
    theirs = (Order.shop_id == shop_id, Order.customer_id == customer_id, Order.counted)
    net, count, first, last = session.execute(
        select(
            func.coalesce(func.sum(Order.net_minor), 0),
            func.count(),
            func.min(Order.processed_at),
            func.max(Order.processed_at),
        ).where(*theirs)
    ).one()
    row.net_minor, row.orders, row.first_order_at, row.last_order_at = int(net), count, first, last
    session.execute(
        update(Totals)
        .where(Totals.shop_id == shop_id)
        .values(
            customers=Totals.customers + int(count > 0) - int(orders_before > 0),
            orders=Totals.orders + count - orders_before,
            net_minor=Totals.net_minor + int(net) - net_before,
        )
    )


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
    )
