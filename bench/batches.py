"""Orders recorded by the batch, beside the same rows written by hand: no veil, no guests, no older states, no edges."""

from datetime import UTC, datetime

from sqlalchemy import text

from app.domain.facts import Order
from app.domain.money import Money
from app.store import orders
from app.store.base import Sessions, unit_of_work
from bench.report import seconds, spread

BATCH = 256
GOAL = 50  # % of the plain way
_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_ORDER = text("""
    INSERT INTO orders
        (shop_id, order_id, customer_id, name, processed_at, updated_at, net_minor, counted, mail_digest)
    VALUES (1, :id, :who, :name, :at, :at, :net, TRUE, NULL)
    ON CONFLICT (shop_id, order_id) DO UPDATE SET net_minor = excluded.net_minor, updated_at = excluded.updated_at
""")
_CUSTOMER = text("""
    INSERT INTO customers
        (shop_id, customer_id, net_minor, orders, first_order_at, last_order_at, special, marked, changes)
    VALUES (1, :who, :net, 1, :at, :at, FALSE, FALSE, 0)
    ON CONFLICT (shop_id, customer_id) DO UPDATE SET net_minor = customers.net_minor + excluded.net_minor,
        orders = customers.orders + 1, last_order_at = excluded.last_order_at
""")
_TOTALS = text("UPDATE totals SET orders = orders + :orders, net_minor = net_minor + :net WHERE shop_id = 1")


def measured(sessions: Sessions, kind: str, customers: int, rounds: int = 15) -> bool:
    """Measure both ways, taking turns, and print; return whether the goal is reached."""
    ours: list[float] = []
    plain: list[float] = []
    for number in range(rounds):
        first = 2 * 10**9 + 2 * number * BATCH
        placed = [_order(first + place, customers) for place in range(2 * BATCH)]
        ours.append(1e6 * seconds(lambda: _record(sessions, placed[:BATCH])) / BATCH)  # noqa: B023  # used at once
        plain.append(1e6 * seconds(lambda: _write(sessions, placed[BATCH:])) / BATCH)  # noqa: B023  # used at once
    share = 100 * sum(plain) / sum(ours)
    print(f"{kind}: an order of {BATCH} recorded together costs {spread(ours)} µs, written by hand {spread(plain)} µs:")
    print(f"  {share:.0f} % of the plain way (goal {GOAL})")
    return share >= GOAL


def _record(sessions: Sessions, placed: list[Order]) -> None:
    with unit_of_work(sessions) as session:
        orders.record_all(session, shop_id=1, orders=placed)


def _write(sessions: Sessions, placed: list[Order]) -> None:
    at = _NOON.replace(tzinfo=None) if sessions.kw["bind"].dialect.name == "sqlite" else _NOON
    moment = at.isoformat(" ", "microseconds") if at.tzinfo is None else at
    rows = [
        {"id": order.id, "who": order.customer_id, "name": order.name, "at": moment, "net": order.net.minor}
        for order in placed
    ]
    with unit_of_work(sessions) as session:
        session.execute(_ORDER, rows)
        session.execute(_CUSTOMER, [{key: row[key] for key in ("who", "net", "at")} for row in rows])
        session.execute(_TOTALS, {"orders": len(rows), "net": sum(order.net.minor for order in placed)})


def _order(number: int, customers: int) -> Order:
    return Order(
        id=number,
        name=f"#{number}",
        customer_id=1 + number * 7919 % customers,
        customer_since=None,
        processed_at=_NOON,
        updated_at=_NOON,
        net=Money(minor=45_00, currency="USD"),
        counted=True,
    )
