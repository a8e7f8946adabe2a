"""`bench history`: the import beside an ORM's loop and beside plain bulk writing of the same rows, in the same run."""

import argparse
import gc
import json
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice, starmap
from typing import Any

import msgspec
import structlog
from sqlalchemy import ColumnElement, func, select

from app.domain.mail import digest
from app.store import bulk, imports, orders, tables
from app.store.base import reading, unit_of_work
from app.store.tables import Customer, Order
from bench import shop
from bench.databases import both
from bench.past import Past, made_up, served
from bench.report import seconds, spread
from jobs.runtime import World

ORM_ROWS = 1500  # the loop is so slow that a part of the rows must do
BATCH = 5000
KEY = bytes(32)
_DECODE = msgspec.json.decode


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench history", description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    past, few = made_up(chosen.orders, chosen.customers), made_up(chosen.orders // 10, chosen.customers // 10)
    gc.freeze()  # what we hold ourselves, a worker does not: it is not looked through again and again on either side
    print(f"{past.orders:,} orders and {past.customers:,} customers in {past.lines:,} lines, {chosen.rounds} rounds")
    with both() as urls, served(past) as origin, served(few) as few_origin:
        good = [
            _compare(kind, url, origin, past, chosen.rounds) & _survive(url, origin, few_origin)
            for kind, (url,) in urls.items()
        ]
    return 0 if all(good) else 1


def _compare(kind: str, url: str, origin: str, past: Past, rounds: int) -> bool:
    here = shop.world(url, origin)
    ways: dict[str, tuple[int, Callable[[int], None]]] = {
        "ours": (past.things, lambda shop_id: shop.read_past(here, shop_id)),
        "plain bulk writing": (past.things, lambda shop_id: _plainly(here, shop_id, past)),
        "ORM loop": (ORM_ROWS, lambda shop_id: _row_by_row(here, shop_id, past, sums=False)),
        "ORM loop with sums": (ORM_ROWS, lambda shop_id: _row_by_row(here, shop_id, past, sums=True)),
    }
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    written: dict[str, int] = {}
    for _ in range(rounds):
        for way, (rows, deed) in ways.items():
            shop_id = shop.moved_in(here)
            speeds[way].append(rows / seconds(lambda: deed(shop_id)))  # noqa: B023  # used at once
            written[way] = written.get(way) or _gist(here)
    if written["ours"] != written["plain bulk writing"]:
        raise RuntimeError("the two sides have not written the same rows")
    print(f"\n{kind}, rows/s: " + "; ".join(f"{way} {spread(found)}" for way, found in speeds.items()))
    ours, plain, loop, summing = speeds.values()
    share = [100 * one / other for one, other in zip(ours, plain, strict=True)]
    times, with_sums = ([one / other for one, other in zip(ours, each, strict=True)] for each in (loop, summing))
    print(f"  {spread(share)} % of plain bulk writing (goal 60)")
    print(f"  {spread(times)} × the ORM loop (goal 50), {spread(with_sums)} × the one that keeps sums as well")
    here.sessions.kw["bind"].dispose()
    return statistics.median(times) >= 50 and statistics.median(share) >= 60


def _survive(url: str, origin: str, few_origin: str) -> bool:
    """Measure the memory of a process with few and with many rows, and kill one half way."""
    here = shop.world(url, origin)
    small, whole = (_memory(here, url, where) for where in (few_origin, origin))
    unbroken = _figures(here)
    shop_id = shop.moved_in(here)
    child = _child(url, origin, shop_id)
    while not _lines(here, shop_id):
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    kept = _lines(here, shop_id)
    shop.read_past(here, shop_id)
    same = _figures(here) == unbroken
    with unit_of_work(here.sessions) as session:
        wrong = orders.audit(session, shop_id=shop_id, now=here.clock.now())
    print(f"  memory {small:.0f} MB for a tenth, {whole:.0f} MB for all: {whole / small:.2f} ×")
    print(
        f"  killed -9 behind line {kept:,}, read on: {'the same to the cent' if same else 'DIFFERENT'}; {wrong} wrong"
    )
    here.sessions.kw["bind"].dispose()
    return same and not wrong


def _plainly(here: World, shop_id: int, past: Past) -> None:
    """Read the rows and write them in bulk: no check, no place to go on, no sums."""
    for found, shape in (
        (map(_customer_row, map(_DECODE, past.customer_lines)), imports.CUSTOMERS),
        (starmap(_order_row, _with_what_is_aboard(map(_DECODE, past.order_lines))), imports.ORDERS),
    ):
        while rows := list(islice(found, BATCH)):
            with unit_of_work(here.sessions) as session:
                bulk.pour(session, shape, rows, shop_id=shop_id)


def _with_what_is_aboard(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], list[str]]]:
    order: dict[str, Any] | None = None
    aboard: list[str] = []
    for row in rows:
        if "__parentId" in row:
            aboard.append(row["variant"]["id"].rpartition("/")[2])
            continue
        if order is not None:
            yield order, aboard
        order, aboard = row, []
    if order is not None:
        yield order, aboard


def _gist(here: World) -> int:
    """Return what stands for all that one side has written.

    Of digests their length is enough, for the shop's key makes others than ours; and the import alone gives guests
    their customer.
    """
    with reading(here.sessions) as session:
        return hash(
            tuple(
                tuple(row)
                for shape, key in ((imports.ORDERS, Order.order_id), (imports.CUSTOMERS, Customer.customer_id))
                for row in session.execute(select(*_told(shape)).order_by(key))
            )
        )


def _told(shape: bulk.Shape) -> Iterator[ColumnElement[Any]]:
    for name in shape.columns:
        if name == "mail_digest":
            yield func.length(shape.table.c[name])
        elif name != "customer_id" or shape is imports.CUSTOMERS:
            yield shape.table.c[name]


def _row_by_row(here: World, shop_id: int, past: Past, *, sums: bool) -> None:
    """Read and merge each order by itself, and its customer's sums with it or not, as one does without thinking."""
    found = _with_what_is_aboard(map(json.loads, past.order_lines))
    for row, aboard in islice(found, ORM_ROWS):
        with unit_of_work(here.sessions) as session:
            values = dict(zip(imports.ORDERS.columns, _order_row(row, aboard), strict=True))
            placed = session.merge(Order(shop_id=shop_id, **values))
            if sums and placed.customer_id is not None:
                theirs = (Order.shop_id == shop_id, Order.customer_id == placed.customer_id)
                net, count = session.execute(select(func.sum(Order.net_minor), func.count()).where(*theirs)).one()
                figures = {"net_minor": int(net), "orders": count, "special": False, "marked": False, "changes": 0}
                session.merge(Customer(shop_id=shop_id, customer_id=placed.customer_id, **figures))


def _order_row(row: dict[str, Any], aboard: Iterable[str]) -> tuple[object, ...]:
    at = datetime.fromisoformat(row["processedAt"])
    who = _number(row["customer"]["id"]) if row["customer"] else None
    mail = None if row["customer"] else digest(row["email"], KEY)
    net = int(row["netPaymentSet"]["shopMoney"]["amount"].replace(".", ""))
    second, counted = int(at.timestamp()), row["cancelledAt"] is None
    turns = f"{second};{second}:{net}:443 {second}:{net}:463" + ("" if counted else f" {second}:{net}:426")
    worth = net if counted else 0
    return (_number(row["id"]), who, row["name"], at, at, worth, counted, mail, ",".join(dict.fromkeys(aboard)), turns)


def _customer_row(row: dict[str, Any]) -> tuple[object, ...]:
    spent = int(row["amountSpent"]["amount"].replace(".", "") + "0")  # one decimal, as stores write it
    mail = digest(row["defaultEmailAddress"]["emailAddress"], KEY)
    return (_number(row["id"]), mail, spent, int(row["numberOfOrders"]))


def _number(gid: str) -> int:
    return int(gid.rpartition("/")[2])


def _memory(here: World, url: str, origin: str) -> float:
    """Return the most megabytes that a process needed to read a past."""
    child = _child(url, origin, shop.moved_in(here))
    told, _ = child.communicate()
    if child.returncode:
        raise RuntimeError(f"the import ended with {child.returncode}")
    return int(told.split()[-1]) / 1024


def _child(url: str, origin: str, shop_id: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench.shop", url, origin, str(shop_id)], stdout=subprocess.PIPE)


def _lines(here: World, shop_id: int) -> int:
    with reading(here.sessions) as session:
        return sum(export.lines for export in imports.readings(session, shop_id=shop_id))


def _figures(here: World) -> list[tuple[object, ...]]:
    with reading(here.sessions) as session:
        columns = (Customer.customer_id, Customer.net_minor, Customer.orders, Customer.first_order_at)
        totals = select(tables.Totals.customers, tables.Totals.orders, tables.Totals.net_minor)
        people = select(*columns, Customer.last_order_at).order_by(Customer.customer_id)
        return [tuple(row) for row in (*session.execute(totals), *session.execute(people))]
