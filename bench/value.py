"""`bench value`: what an event costs in a small and in a large shop, and how long the nightly recount takes."""

import argparse
import statistics
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import event, text

from app.domain.facts import Order
from app.domain.history import PastOrder
from app.domain.money import Money
from app.domain.policy import Policy
from app.domain.ports import ShopProfile
from app.store import bulk, imports, lifetime, orders, shops
from app.store.base import Sessions, open_database, sessions_of, unit_of_work
from bench.databases import both
from bench.report import seconds, spread

SMALL = 1_000
BATCH = 50_000
_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench value", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=5, help="orders of a customer")
    parser.add_argument("--events", type=int, default=300)
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with both(count=2) as urls:
        good = [
            _measure(kind, small, large, chosen.customers, chosen.each, chosen.events)
            for kind, (small, large) in urls.items()
        ]
    return 0 if all(good) else 1


def _measure(kind: str, small: str, large: str, customers: int, each: int, events: int) -> bool:
    few, many = _filled(small, SMALL, each), _filled(large, customers, each)
    costs: dict[Sessions, list[float]] = {few: [], many: []}
    statements: dict[Sessions, set[int]] = {few: set(), many: set()}
    for number in range(events):
        for sessions, size in ((few, SMALL), (many, customers)):
            took, sent = _one_event(sessions, number, 1 + (number * 7919) % size)
            costs[sessions].append(1e6 * took)
            statements[sessions].add(sent)
    ratio = statistics.median(costs[many]) / statistics.median(costs[few])
    print(f"\n{kind}: an event costs {spread(costs[few])} µs among {SMALL:,} customers,")
    print(f"  {spread(costs[many])} µs among {customers:,}: {ratio:.2f} × (goal 1.2); statements {statements[many]}")
    compared, recounted, wrong = _nightly(many)
    print(f"  at night {customers * each:,} orders are compared in {compared:.1f} s and recounted in {recounted:.1f} s")
    print(f"  (goal 10 for 5,000,000); {wrong} figures differ")
    for sessions in (few, many):
        sessions.kw["bind"].dispose()
    return ratio <= 1.2 and statements[few] == statements[many] and not wrong


def _filled(url: str, customers: int, each: int) -> Sessions:
    """Return a shop with so many customers, each with so many orders a few weeks apart, and its sums."""
    sessions = sessions_of(open_database(url))
    profile = ShopProfile(domain="bench.myshopify.com", name="Bench", currency="USD", timezone="UTC")
    with unit_of_work(sessions) as session:
        shop_id = shops.install(session, profile=profile, policy=Policy(), now=_NOON)
    for start in range(0, customers * each, BATCH):
        numbers = range(start, min(start + BATCH, customers * each))
        with unit_of_work(sessions) as session:
            bulk.pour(session, imports.ORDERS, [(shop_id, *_past(number, customers)) for number in numbers])
    with unit_of_work(sessions) as session:
        orders.recount(session, shop_id=shop_id)
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))
    return sessions


def _past(number: int, customers: int) -> PastOrder:
    at = _NOON - timedelta(days=1 + 30 * (number // customers))
    customer, net = 1 + number % customers, 100 + number * 7919 % 20_000
    return PastOrder(1 + number, customer, f"#{number}", at, at, net, counted=True, mail_digest=None)


def _one_event(sessions: Sessions, number: int, customer_id: int) -> tuple[float, int]:
    """Record a fresh order; return the seconds and the statements that it took."""
    engine, sent = sessions.kw["bind"], list[str]()

    def note(*said: object) -> None:
        sent.append(str(said[2]))

    placed = Order(
        id=10**9 + number,
        name="#1",
        customer_id=customer_id,
        customer_since=None,
        processed_at=_NOON,
        updated_at=_NOON,
        net=Money(minor=45_00, currency="USD"),
        counted=True,
    )

    def happen() -> None:
        with unit_of_work(sessions) as session:
            orders.record(session, shop_id=1, order=placed)

    event.listen(engine, "before_cursor_execute", note)
    try:
        return seconds(happen), len(sent)
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _nightly(sessions: Sessions) -> tuple[float, float, int]:
    """Return how long comparing and recounting take, and how many of the kept figures are others."""
    wrong: list[int] = []
    with unit_of_work(sessions) as session:
        compared = seconds(lambda: wrong.append(lifetime.wrong(session, shop_id=1)))
        return compared, seconds(lambda: lifetime.recount(session, shop_id=1)), wrong[0]
