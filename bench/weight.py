"""`bench weight`: what one webhook and one deed weigh in PostgreSQL, in bytes, indexes and trail included."""

import argparse
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import text

from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, RefundOrder
from app.domain.money import Money
from app.domain.policy import Mode
from app.domain.ports import Receipt
from app.store import chain, decisions, endings, groups, inbox, ledger
from app.store.base import Session, Sessions, reading, unit_of_work
from app.store.ledger import Purse
from app.store.sealed import Seal
from bench.databases import both
from bench.sender import Order, letters
from bench.shop import moved_in, world

TABLES = ("deliveries", "decisions", "effects", "trail", "pools")
_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_LEASE = timedelta(seconds=30)
_PURSE = Purse(month="2026-11", limits={Pool.TEAM: 10**12}, currency="USD")
_A_COMMIT = 200


def main(arguments: list[str]) -> int:
    """Weigh and print."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench weight", description=__doc__)
    parser.add_argument("--letters", type=int, default=20_000)
    parser.add_argument("--deeds", type=int, default=10_000)
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with both() as urls:
        here = world(urls["PostgreSQL"][0], "https://bench")
        shop_id = moved_in(here)
        empty = _sizes(here.sessions)
        _receive(here.sessions, shop_id, chosen.letters)
        full = _sizes(here.sessions)
        letter = (full["deliveries"] - empty["deliveries"]) / chosen.letters
        print(
            f"a webhook of 7.8 kB: {letter:,.0f} bytes; without its words, after a month: {_bare(here.sessions):,.0f}"
        )
        _decide(here.sessions, shop_id, chosen.deeds)
        decided = _sizes(here.sessions)
        print(
            f"a decision from which nothing follows: {(decided['decisions'] - full['decisions']) / chosen.deeds:,.0f}"
        )
        _do(here.sessions, shop_id, chosen.deeds)
        while _sealed(here.sessions, shop_id, here.seal):
            pass
        done = _sizes(here.sessions)
        for name in ("effects", "trail"):
            print(f"a deed in {name}: {(done[name] - decided[name]) / chosen.deeds:,.0f}")
    return 0


def _receive(sessions: Sessions, shop_id: int, count: int) -> None:
    bodies = letters(Order(port=0, seconds=0, secret="bench", shop="bench.myshopify.com", prefix="weight"))  # noqa: S106
    for start in range(0, count, _A_COMMIT):
        with unit_of_work(sessions) as session:
            for number in range(start, start + _A_COMMIT):
                inbox.receive(
                    session,
                    shop_id=shop_id,
                    source="shopify",
                    sender="bench.myshopify.com",
                    topic="orders/updated",
                    delivery_key=f"weight-0000-0000-0000-{number:012d}",
                    event_key=f"weight-1111-1111-1111-{number:012d}",
                    body=bodies[number % len(bodies)][1],
                    now=_NOON,
                    triggered_at=_NOON,
                )


def _bare(sessions: Sessions) -> float:
    """Return what a delivery weighs without its body."""
    rows = (
        "SELECT avg(pg_column_size(bare.*)) FROM (SELECT id, shop_id, source, sender, topic, delivery_key, event_key,"
        " triggered_at, received_at, handled_at, attempts, waits FROM deliveries) AS bare"
    )
    indexes = "SELECT pg_indexes_size('deliveries') / count(*) FROM deliveries"
    with reading(sessions) as session:
        return float(session.scalar(text(rows)) or 0) + float(session.scalar(text(indexes)) or 0)


def _decide(sessions: Sessions, shop_id: int, count: int) -> None:
    with unit_of_work(sessions) as session:
        for number in range(count):
            why = f"This is order number {number}; gifts go with the 4th."
            no = Decision(rule="nth_order_gift", subject=f"order:{43 * 10**8 + number}", code="other", because=why)
            decisions.keep(session, no, shop_id=shop_id, delivery_id=number + 1, mode=Mode.AUTO, now=_NOON)


def _do(sessions: Sessions, shop_id: int, count: int) -> None:
    for start in range(0, count, _A_COMMIT):
        with unit_of_work(sessions) as session:
            for number in range(start, start + _A_COMMIT):
                _one(session, shop_id, number)


def _one(session: Session, shop_id: int, number: int) -> None:
    refund = RefundOrder(
        order_id=43 * 10**8 + number,
        order_name=f"#{1000 + number}",
        customer_id=55,
        amount=Money(minor=5_00, currency="USD"),
        ticket_id=str(number),
        agent_name="Léa",
    )
    deed = ledger.plan(
        session,
        shop_id=shop_id,
        decision_id=None,
        rule="refund_keep",
        because="Léa gives $5.00 back, and the customer keeps the item.",
        plan=Plan(effect=refund, due_at=_NOON, cost=refund.amount, pool=Pool.TEAM),
        mode=Mode.AUTO,
        purse=_PURSE,
        now=_NOON,
    )
    if deed is None:
        raise RuntimeError("the same refund twice")
    (picked,), _ = groups.pick(session, shop_id=shop_id, now=_NOON, lease=_LEASE, limit=1, currency="USD")
    sent = ledger.gate(session, picked, now=_NOON, lease=_LEASE, request='{"input":{}}' * 20)
    if not sent or not endings.done(session, sent, Receipt(reference=f"gid://shopify/Refund/{number}"), now=_NOON):
        raise RuntimeError("the refund did not go through")


def _sealed(sessions: Sessions, shop_id: int, seal: Seal) -> bool:
    with unit_of_work(sessions) as session:
        return chain.seal_some(session, shop_id=shop_id, seal=seal) is not None


def _sizes(sessions: Sessions) -> dict[str, int]:
    with sessions() as session:
        session.connection().exec_driver_sql("CHECKPOINT")
        return {name: int(session.scalar(text(f"SELECT pg_total_relation_size('{name}')")) or 0) for name in TABLES}
