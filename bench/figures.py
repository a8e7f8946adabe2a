"""The shop's figures from the sums kept, beside the same from the orders: in our database, in DuckDB if it is here."""

import csv
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, text

from app.domain.facts import Yardstick
from app.domain.policy import SpecialCustomer
from app.store import reports, yardstick
from app.store.base import Moment, Sessions, reading, unit_of_work
from bench.report import seconds, spread

GOAL = 3  # × quicker than DuckDB with the orders
ROUNDS = 5
_SUMS = "SELECT sum(net_minor) AS net, max(processed_at) AS latest FROM orders WHERE counted GROUP BY customer_id"
_FROM_ORDERS = {
    "average": f"SELECT (2 * sum(net) + count(*)) / (2 * count(*)) FROM ({_SUMS}) AS sums",  # noqa: S608  # ours, to the letter
    "above and active": f"SELECT count(*) FROM ({_SUMS}) AS sums WHERE net >= :net AND latest >= :since",  # noqa: S608
}
Ask = Callable[[], int]


def measured(sessions: Sessions, kind: str, now: datetime) -> bool:
    """Measure each way, taking turns, and print; return whether all say the same, and the goal is reached."""
    with unit_of_work(sessions) as session:
        yardstick.measure(session, shop_id=1, policy=SpecialCustomer(), now=now)
        measure = yardstick.read(session, shop_id=1, currency="USD")
    assert measure is not None
    since = now - timedelta(days=measure.active_days)
    print(f"{kind}, the shop's figures, in milliseconds:")
    with tempfile.TemporaryDirectory(prefix="lagniappe-bench-") as folder:
        other = _duck(sessions, Path(folder), measure, since)
        good = []
        for name in _FROM_ORDERS:
            ours, raw = _ours(sessions, name, now), _raw(sessions, name, measure, since)
            good.append(_compare(name, ours, raw, other.get(name)))
    return all(good)


def _compare(name: str, ours: Ask, raw: Ask, duck: Ask | None) -> bool:
    ways = {"the sums kept": ours, "the orders": raw} | ({"DuckDB with the orders": duck} if duck else {})
    said = {way: ask() for way, ask in ways.items()}
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, ask in ways.items():
            taken[way].append(1e3 * seconds(ask))
    for way, figures in taken.items():
        print(f"  {name}, from {way}: {spread(figures, 1)}")
    if len({*said.values()}) > 1:
        raise RuntimeError(f"{name}: {said}")
    slower = taken.get("DuckDB with the orders", taken["the orders"])
    times = [theirs / mine for mine, theirs in zip(taken["the sums kept"], slower, strict=True)]
    print(f"    {spread(times, 1)} × quicker (goal {GOAL}, beside DuckDB)")
    return sorted(times)[ROUNDS // 2] >= GOAL


def _ours(sessions: Sessions, name: str, now: datetime) -> Ask:
    def ask() -> int:
        with reading(sessions) as session:
            if name == "average":
                measure = yardstick.read(session, shop_id=1, currency="USD")
                return measure.average.minor if measure else 0
            return reports.figures(session, shop_id=1, currency="USD", now=now).above_and_active

    return ask


def _raw(sessions: Sessions, name: str, measure: Yardstick, since: datetime) -> Ask:
    asked = text(_FROM_ORDERS[name])
    known: dict[str, Any] = {"net": measure.threshold.minor, "since": since} if ":net" in asked.text else {}
    statement = asked.bindparams(*(bindparam(key, type_=Moment()) for key in known if key == "since"))

    def ask() -> int:
        with reading(sessions) as session:
            return int(session.execute(statement, known).scalar_one())

    return ask


def _duck(sessions: Sessions, folder: Path, measure: Yardstick, since: datetime) -> dict[str, Ask]:
    """Return how DuckDB is asked, once it holds the orders; nothing where it is not installed."""
    if find_spec("duckdb") is None:
        return {}
    with reading(sessions) as session, (folder / "orders.csv").open("w", newline="") as file:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # writing the file takes longer
        columns = "customer_id, net_minor, counted, processed_at"
        rows = session.connection().exec_driver_sql(f"SELECT {columns} FROM orders")  # noqa: S608
        lines = csv.writer(file)
        lines.writerow(columns.split(", "))
        while some := rows.fetchmany(50_000):
            lines.writerows(some)
    line: Any = import_module("duckdb").connect(str(folder / "orders.duck"))
    line.execute(f"CREATE TABLE orders AS FROM read_csv('{folder / 'orders.csv'}')")
    known = {"net": measure.threshold.minor, "since": since}
    return {name: partial(_asked, line, statement, known) for name, statement in _FROM_ORDERS.items()}


def _asked(line: Any, statement: str, known: dict[str, Any]) -> int:  # noqa: ANN401  # DuckDB's own
    told = statement.replace(":net", "$net").replace(":since", "$since")
    return int(line.execute(told, known if "$net" in told else None).fetchone()[0])
