"""Many webhooks at the same moment: kept together, answered each for itself, rung for once."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import DataError, OperationalError

from app.store import arrivals
from app.store.arrivals import Arrival
from app.store.base import Session, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Delivery, PrivacyRequest
from app.web import front as front_module
from jobs.queue import Bell, Task
from jobs.runtime import World
from tests.web.caller import Caller, answers, scope
from tests.web.test_shopify_webhooks import signature

Keep = Callable[..., set[int]]
MOST_LOTS = 10  # of forty that come at the same moment; two, where nobody else wants the processor


def call(shop: str, number: int, *, topic: str = "orders/paid", body: bytes = b"{}") -> tuple[dict[str, Any], bytes]:
    """Return one signed webhook, as a server describes it."""
    said = {
        "host": "localhost",
        "content-length": str(len(body)),
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": shop,
        "x-shopify-webhook-id": f"delivery-{number}",
        "x-shopify-hmac-sha256": signature(body),
    }
    headers = [(name.encode(), value.encode()) for name, value in said.items()]
    return scope("POST", "/webhooks/shopify", headers), body


def at_once(caller: Caller, calls: list[tuple[dict[str, Any], bytes]]) -> list[int]:
    """Send all of them at the same moment; return what each was answered."""
    scopes, bodies = zip(*calls, strict=True)
    heard = asyncio.run(answers(caller.front, list(scopes), list(bodies)))
    caller.front.ringer.rest()
    return [answer.status_code for answer in heard]


def kept(world: World) -> set[str]:
    with unit_of_work(world.sessions) as session:
        return set(session.scalars(select(Delivery.delivery_key)))


@contextmanager
def commits(world: World) -> Iterator[list[object]]:
    seen: list[object] = []
    note, engine = seen.append, world.sessions.kw["bind"]
    event.listen(engine, "commit", note)
    try:
        yield seen
    finally:
        event.remove(engine, "commit", note)


def test_given_forty_at_once_when_answered_then_a_few_commits_have_kept_them_all(world: World, shop: Merchant) -> None:
    with commits(world) as seen:
        heard = at_once(Caller(world), [call(shop.domain, number) for number in range(40)])

    assert heard == [200] * 40
    assert len(kept(world)) == 40
    assert len(seen) <= MOST_LOTS


def test_given_one_that_cannot_be_written_when_kept_with_others_then_it_alone_is_sent_away(
    world: World, shop: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Keep = arrivals.keep

    def choosy(session: Session, came: list[Arrival], **rest: Any) -> set[int]:
        if any(each.body == b"odd" for each in came):
            raise DataError("INSERT", {}, Exception("a NUL"))
        return real(session, came, **rest)

    monkeypatch.setattr(arrivals, "keep", choosy)
    calls = [call(shop.domain, number, body=b"odd" if number == 3 else b"{}") for number in range(6)]

    assert at_once(Caller(world), calls) == [200, 200, 200, 503, 200, 200]
    assert kept(world) == {f"delivery-{number}" for number in (0, 1, 2, 4, 5)}


@pytest.mark.parametrize("body", [b"\x00", b"x" * 1_000_000])
def test_given_any_bytes_among_others_when_kept_then_nobody_is_sent_away(
    world: World, shop: Merchant, body: bytes
) -> None:
    calls = [call(shop.domain, number, body=body if number == 3 else b"{}") for number in range(6)]

    assert at_once(Caller(world), calls) == [200] * 6


def test_given_a_database_that_goes_away_when_many_wait_then_each_is_told_to_come_again_and_it_is_asked_once(
    world: World, shop: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def away(_session: Session, came: list[Arrival], **_: Any) -> set[int]:
        asked.append(len(came))
        raise OperationalError("INSERT", {}, Exception("gone"))

    monkeypatch.setattr(arrivals, "keep", away)

    assert at_once(Caller(world), [call(shop.domain, number) for number in range(20)]) == [503] * 20
    assert sum(asked) == 20


def test_given_a_database_that_does_not_answer_when_the_sender_would_hang_up_then_it_is_told_to_come_again(
    world: World, shop: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_module, "ANSWER_SECONDS", 0.05)
    answered = threading.Event()
    real: Keep = arrivals.keep

    def slow(*given: Any, **rest: Any) -> set[int]:
        answered.wait()
        return real(*given, **rest)

    monkeypatch.setattr(arrivals, "keep", slow)
    caller = Caller(world)
    (told,) = asyncio.run(answers(caller.front, *zip(*[call(shop.domain, 1)], strict=True)))
    answered.set()
    caller.front._desk._thread.shutdown()  # it is kept all the same, before the next test looks
    caller.front.ringer.rest()

    assert told.status_code == 503


def test_given_a_stranger_who_asks_to_be_forgotten_when_kept_with_others_then_nothing_is_kept_of_them_alone(
    world: World, shop: Merchant
) -> None:
    calls = [
        call(shop.domain, 1),
        call("stranger.myshopify.com", 2, topic="shop/redact"),
        call("stranger.myshopify.com", 3),
        call(shop.domain, 4, topic="shop/redact"),
    ]

    assert at_once(Caller(world), calls) == [200] * 4
    assert kept(world) == {"delivery-1", "delivery-3", "delivery-4"}
    with unit_of_work(world.sessions) as session:
        assert len(session.scalars(select(PrivacyRequest)).all()) == 1


class Counted(Bell):
    """Counts how often it is rung."""

    rung: list[int]

    def ring(self, task: Task, shop_id: int) -> bool:
        self.rung.append(shop_id)
        return True


def test_given_forty_at_once_when_rung_for_then_their_shop_is_rung_for_a_few_times(
    world: World, shop: Merchant
) -> None:
    bell = Counted(world.bell.redis)
    bell.rung = []

    at_once(Caller(replace(world, bell=bell)), [call(shop.domain, number) for number in range(40)])

    assert 1 <= len(bell.rung) <= MOST_LOTS
    assert set(bell.rung) == {shop.id}


def test_given_repeats_when_nothing_is_new_then_nobody_is_rung_for(world: World, shop: Merchant) -> None:
    bell = Counted(world.bell.redis)
    bell.rung = []
    caller = Caller(replace(world, bell=bell))
    at_once(caller, [call(shop.domain, 1)])

    at_once(caller, [call(shop.domain, 1)] * 5)

    assert bell.rung == [shop.id]


def test_given_a_silent_redis_when_webhooks_come_then_none_waits_for_it(world: World, shop: Merchant) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes calls and says nothing
        bell = Bell.at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", patient=True)
        caller = Caller(replace(world, bell=bell))
        said = asyncio.run(answers(caller.front, *zip(*[call(shop.domain, 1)], strict=True)))
        failed_before_the_answer = bell.failures
        bell.redis.close()

    assert (said[0].status_code, failed_before_the_answer) == (200, 0)
