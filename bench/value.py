"""`bench value`: what an event costs in a small and in a large shop, and how long the nightly recount takes."""

import argparse
import statistics
from datetime import UTC, datetime

import structlog
from sqlalchemy import event, text, update

from app.domain.facts import Order
from app.domain.money import Money
from app.domain.policy import Measure, Policy, SpecialCustomer
from app.domain.ports import ShopProfile
from app.store import orders, shops, tables, yardstick
from app.store.base import Sessions, open_database, sessions_of, unit_of_work
from bench import batches, figures
from bench.databases import both
from bench.report import seconds, spread

SMALL = 1_000
_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :orders)",
    "postgresql": "WITH numbers(n) AS (SELECT generate_series(1, CAST(:orders AS bigint)))",
}
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', 1700000000 + 17 * n, 'unixepoch')",
    "postgresql": "to_timestamp(1700000000 + 17 * n)",
}
_FILLED = """
    INSERT INTO orders
        (shop_id, order_id, customer_id, name, processed_at, updated_at, net_minor, counted, mail_digest)
    {numbers}, spread AS (SELECT n, n * 663608941 % :one AS u FROM numbers)
    SELECT :shop, n, 1 + u * u / :one * u / :one * :customers / :one, '#' || n,
        {moment}, {moment}, 100 + n * 7919 % 20000, n % 50 <> 0, NULL
    FROM spread
"""


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
    few, many = filled(small, SMALL, each), filled(large, customers, each)
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
    good = _nightly(many, kind)
    good &= figures.measured(many, kind, _NOON)
    good &= batches.measured(many, kind, customers)  # last: what is written by hand leaves the books wrong
    for sessions in (few, many):
        sessions.kw["bind"].dispose()
    return ratio <= 1.2 and statements[few] == statements[many] and good


def filled(url: str, customers: int, each: int) -> Sessions:
    """Return a shop with so many customers, and `each` times as many orders, and its sums.

    Few have very many and most have few: whose order it is grows with the cube of a number between 0 and 1, which is
    spread evenly and is the same in each run.
    """
    sessions = sessions_of(open_database(url))
    profile = ShopProfile(domain="bench.myshopify.com", name="Bench", currency="USD", timezone="UTC")
    with unit_of_work(sessions) as session:
        shop_id = shops.install(session, profile=profile, policy=Policy(), now=_NOON)
        kind = session.get_bind().dialect.name
        indexes = tables.Order.metadata.tables["orders"].indexes
        for index in indexes:
            index.drop(session.connection())
        values = {"shop": shop_id, "orders": customers * each, "customers": customers, "one": 2**30}
        session.execute(text(_FILLED.format(numbers=_NUMBERS[kind], moment=_MOMENT[kind])), values)
        for index in indexes:
            index.create(session.connection())
        orders.recount(session, shop_id=shop_id)
    if kind == "postgresql":  # SQLite is analysed by nobody where the app runs either
        with sessions.kw["bind"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return sessions


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


def _nightly(sessions: Sessions, kind: str) -> bool:
    """Measure a night on which all is right, and one on which every customer's figure is wrong."""
    found: list[int] = []

    def audit() -> None:
        with unit_of_work(sessions) as session:
            found.append(orders.audit(session, shop_id=1, now=_NOON))

    def measure(policy: SpecialCustomer) -> None:
        with unit_of_work(sessions) as session:
            yardstick.measure(session, shop_id=1, policy=policy, now=_NOON)

    right = [seconds(audit) for _ in range(3)]
    with unit_of_work(sessions) as session:
        session.execute(update(tables.Customer).values(net_minor=tables.Customer.net_minor + 1))
    repaired = seconds(audit)
    audit()
    print(f"{kind}, at night: all orders compared in {spread(right, 1)} s (goal 10 for 5,000,000);")
    print(f"  every customer wrong: compared and repaired in {repaired:.1f} s; differing {found}")
    for way in (Measure.MEAN, Measure.MEDIAN, Measure.PERCENTILE):
        took = seconds(lambda: measure(SpecialCustomer(measure=way)))  # noqa: B023  # used at once
        print(f"  measure by the {way}, with the usual pause: {took:.1f} s")
    return statistics.median(right) <= 10 and [*found[:3], *found[4:]] == [0] * 4
