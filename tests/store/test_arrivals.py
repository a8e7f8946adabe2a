"""Deliveries that arrive together: kept by one statement, each of them once, each for its own shop."""

from collections.abc import Iterable
from datetime import datetime
from random import Random

import pytest
from sqlalchemy import event, select, text

from app.store import arrivals, inbox
from app.store.arrivals import Arrival
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Delivery
from tests.builders import HOUR, MINUTE, NOON
from tests.store.crowd import at_once


def arrival(
    shop: Merchant | str,
    delivery_key: str,
    *,
    topic: str = "orders/paid",
    event_key: str | None = None,
    body: bytes = b"{}",
    triggered_at: datetime | None = None,
) -> Arrival:
    return Arrival(
        sender=shop if isinstance(shop, str) else shop.domain,
        topic=topic,
        delivery_key=delivery_key,
        event_key=event_key,
        body=body,
        triggered_at=triggered_at,
    )


def keep(sessions: Sessions, came: Iterable[Arrival]) -> set[int]:
    with unit_of_work(sessions) as session:
        return arrivals.keep(session, list(came), now=NOON)


def kept(sessions: Sessions) -> dict[str, Delivery]:
    with unit_of_work(sessions) as session:
        return {row.delivery_key: row for row in session.scalars(select(Delivery))}


def test_given_a_crowd_when_kept_then_one_statement_keeps_each_as_it_came(sessions: Sessions, shop: Merchant) -> None:
    statements: list[str] = []
    engine = sessions.kw["bind"]

    def note(*said: object) -> None:
        statements.append(str(said[2]))

    came = [arrival(shop, f"d-{number}", body=b"\x00\xff" * number) for number in range(100)]
    event.listen(engine, "before_cursor_execute", note)
    try:
        news = keep(sessions, came)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert sum("INSERT" in statement for statement in statements) == 1
    assert news == {shop.id}
    assert {key: row.body for key, row in kept(sessions).items()} == {each.delivery_key: each.body for each in came}


def test_given_what_was_kept_together_when_claimed_then_a_worker_sees_what_one_alone_would_have_been(
    sessions: Sessions, shop: Merchant
) -> None:
    keep(sessions, [arrival(shop, "d-1", triggered_at=NOON - HOUR), arrival(shop, "d-2")])

    with unit_of_work(sessions) as session:
        letters = inbox.claim(session, shop_id=shop.id, now=NOON, lease=MINUTE, limit=5)
    assert [(each.source, each.topic, each.received_at, each.triggered_at, each.tries) for each in letters] == [
        ("shopify", "orders/paid", NOON, NOON - HOUR, 1),
        ("shopify", "orders/paid", NOON, None, 1),
    ]


def test_given_repeats_in_one_crowd_and_in_the_next_when_kept_then_each_is_there_once_and_is_no_news_again(
    sessions: Sessions, shop: Merchant
) -> None:
    came = [arrival(shop, f"d-{number % 3}") for number in range(9)]

    assert keep(sessions, came) == {shop.id}
    assert keep(sessions, came) == set()
    assert sorted(kept(sessions)) == ["d-0", "d-1", "d-2"]


def test_given_the_same_news_in_two_deliveries_of_one_crowd_when_kept_then_one_is_enough_for_its_topic(
    sessions: Sessions, shop: Merchant
) -> None:
    told = [arrival(shop, f"d-{number}", event_key="e-1") for number in range(2)]

    keep(sessions, [*told, arrival(shop, "d-2", event_key="e-1", topic="orders/updated")])

    assert sorted(kept(sessions)) == ["d-0", "d-2"]


def test_given_shops_known_and_unknown_in_one_crowd_when_kept_then_each_lies_in_its_own_inbox(
    sessions: Sessions, shop: Merchant
) -> None:
    news = keep(sessions, [arrival("stranger.myshopify.com", "d-1"), arrival(shop, "d-2"), arrival("", "d-3")])

    rows = kept(sessions)
    assert news == {shop.id}
    assert {key: (row.shop_id, row.problem, row.next_try_at is None) for key, row in rows.items()} == {
        "d-1": (None, "unknown shop", True),
        "d-2": (shop.id, None, False),
        "d-3": (None, "unknown shop", True),
    }


def test_given_one_delivery_that_was_taken_in_alone_when_it_comes_in_a_crowd_then_it_is_known(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        assert inbox.receive(
            session,
            shop_id=shop.id,
            source="shopify",
            sender=shop.domain,
            topic="orders/paid",
            delivery_key="d-1",
            body=b"{}",
            now=NOON,
        )

    assert keep(sessions, [arrival(shop, "d-1")]) == set()


def test_given_processes_that_were_sent_the_same_in_any_order_when_they_keep_it_at_once_then_each_is_there_once(
    sessions: Sessions, shop: Merchant
) -> None:
    came = [arrival(shop, f"d-{number}") for number in range(30)]

    at_once(8, lambda number: [keep(sessions, Random(number).sample(came, 30)) for _ in range(3)])

    assert len(kept(sessions)) == 30


def test_given_domains_when_asked_which_are_strangers_then_ours_is_not_among_them(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        assert arrivals.strangers(session, {shop.domain, "x.myshopify.com", ""}) == {"x.myshopify.com", ""}


@pytest.mark.parametrize("database", ["postgres"])
def test_given_postgresql_when_a_body_is_kept_then_it_is_packed_the_quickest_way_that_the_server_has(
    sessions: Sessions, shop: Merchant
) -> None:
    keep(sessions, [arrival(shop, "d-1", body=b'{"id":1}' * 1000)])

    with unit_of_work(sessions) as session:
        ways = session.scalar(text("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'"))
        packed = session.scalar(text("SELECT pg_column_compression(body) FROM deliveries"))
    assert packed == ("lz4" if "lz4" in ways else "pglz")
