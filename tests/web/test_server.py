"""The web server itself, over real sockets: strict with strangers, patient with none of them at the others' cost."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import uvicorn
from sqlalchemy import select

from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.store.tables import Delivery
from app.web import create_app, door, serve
from app.web.front import MOST_BODY_BYTES as MOST
from app.web.front import Front
from jobs.runtime import World
from tests.web.test_shopify_webhooks import signature

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

HEAD = b"POST /webhooks/shopify HTTP/1.1\r\nHost: a\r\n"
PATIENCE_SECONDS = 30  # for a test that would hang

# What two readers could read differently, or what no reader should hold.
UNCLEAR = {
    "length and chunks": (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400),
    "chunks in HTTP/1.0": (
        HEAD.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        400,
    ),
    "no chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400),
    "length with a sign": (HEAD + b"Content-Length: +2\r\n\r\n{}", 400),
    "two lengths": (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "two hosts": (HEAD + b"Host: b\r\nContent-Length: 2\r\n\r\n{}", 400),
    "no host": (b"POST /webhooks/shopify HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 400),
    "folded": (HEAD + b"X-A: b\r\n  folded\r\nContent-Length: 2\r\n\r\n{}", 400),
    "NUL": (HEAD + b"X-A: \0\r\nContent-Length: 2\r\n\r\n{}", 400),
    "a head of 300 KB": (HEAD + b"X-A: " + b"a" * 300_000 + b"\r\nContent-Length: 2\r\n\r\n{}", 431),
    "a head of 17 KB": (HEAD + b"X-A: " + b"a" * 17_000 + b"\r\nContent-Length: 2\r\n\r\n{}", 431),
    "a long address": (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "a long body": (HEAD + b"Content-Length: %d\r\n\r\n" % (MOST + 1) + b"x" * (MOST + 1), 413),
    "a body without end": (HEAD + b"Content-Length: 999999999999\r\n\r\nx", 413),
    "nothing wrong but the signature": (HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}", 401),
}


class Server(uvicorn.Server):
    """Says when it is up, and where."""

    def __init__(self, world: World) -> None:
        super().__init__(uvicorn.Config(Front(world, create_app(world)), port=0, **serve.HOW))
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @property
    def port(self) -> int:
        port: int = self.servers[0].sockets[0].getsockname()[1]
        return port


@contextmanager
def serving(world: World) -> Iterator[Server]:
    """Serve this world in a thread until the block ends."""
    server = Server(world)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.up.wait(PATIENCE_SECONDS)
        yield server
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def server(world: World, shop: Merchant) -> Iterator[Server]:
    with serving(world) as up:
        yield up


def called(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS)


def ask(server: Server, said: bytes) -> bytes:
    """Say it; return all that is heard until the line is closed."""
    with called(server) as line:
        line.sendall(said)
        return heard(line)


def heard(line: socket.socket) -> bytes:
    told = b""
    while more := line.recv(65536):
        told += more
    return told


def status(told: bytes) -> int:
    return int(told.split(b" ", 2)[1])


def webhook(shop: Merchant, number: int, body: bytes = b"{}") -> bytes:
    said = {
        "X-Shopify-Topic": "orders/paid",
        "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-Webhook-Id": f"delivery-{number}",
        "X-Shopify-Hmac-Sha256": signature(body),
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    return HEAD + "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode() + b"\r\n" + body


def kept(world: World) -> set[str]:
    with unit_of_work(world.sessions) as session:
        return set(session.scalars(select(Delivery.delivery_key)))


@pytest.mark.parametrize(
    ("how_many", "said"),
    [
        (40, HEAD + b"Content-Length: 1000\r\n\r\n{"),
        (200, HEAD + b"Content-Length: 1000\r\n\r\n{"),
        (40, b"POST /hooks/gorgias/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{"),
        (40, HEAD + b"X-Shopify"),
        (1_000, b""),
    ],
    ids=["40 half bodies", "200 half bodies", "40 half bodies for a page", "40 half heads", "1000 idle"],
)
def test_given_slow_clients_when_others_come_then_each_of_them_is_answered(
    server: Server, world: World, shop: Merchant, how_many: int, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("HEAD_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(door, bound, 3600.0)  # a slow machine must not have hung up on them meanwhile
    serve.make_room_for_sockets()
    with ExitStack() as lines:
        for _ in range(how_many):
            lines.enter_context(called(server)).sendall(said)

        answers = [status(ask(server, webhook(shop, number))) for number in range(20)]
        page = status(ask(server, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))

        assert len(server.server_state.connections) >= how_many
    assert (answers, page) == ([200] * 20, 200)
    assert len(kept(world)) == 20


def test_given_requests_that_two_readers_could_read_differently_when_heard_then_each_is_refused_and_hung_up_on(
    server: Server,
) -> None:
    told = {name: ask(server, said) for name, (said, _) in UNCLEAR.items()}

    assert {name: status(each) for name, each in told.items()} == {name: code for name, (_, code) in UNCLEAR.items()}
    assert {each.count(b"HTTP/1.1 ") for each in told.values()} == {1}


def test_given_a_name_with_an_underscore_when_a_page_is_asked_then_it_stands_for_no_other(
    server: Server, shop: Merchant
) -> None:
    proper, twin = (
        ask(server, webhook(shop, 1).replace(b"X-Shopify-Hmac", name))
        for name in (b"X-Shopify-Hmac", b"X_Shopify_Hmac")
    )

    assert (status(proper), status(twin)) == (200, 401)


@pytest.mark.parametrize(
    ("said", "bound", "told"),
    [
        (b"", "HEAD_SECONDS", b""),
        (HEAD, "HEAD_SECONDS", b""),
        (HEAD + b"Content-Length: 9\r\n\r\n{", "BODY_SECONDS", b"HTTP/1.1 408"),
    ],
    ids=["nothing", "half a head", "half a body"],
)
def test_given_one_who_does_not_come_to_an_end_when_the_time_is_over_then_the_line_is_closed(
    world: World, shop: Merchant, monkeypatch: pytest.MonkeyPatch, said: bytes, bound: str, told: bytes
) -> None:
    monkeypatch.setattr(door, bound, 0.05)

    with serving(world) as server, called(server) as line:
        line.sendall(said)

        assert heard(line)[: len(told) or 1] == told


def test_given_a_line_kept_open_when_one_webhook_follows_another_then_each_has_its_answer(
    server: Server, world: World, shop: Merchant
) -> None:
    kept_open = [webhook(shop, number).replace(b"Connection: close", b"X-More: to come") for number in range(3)]

    told = ask(server, b"".join([*kept_open, webhook(shop, 3)]))

    assert told.count(b"HTTP/1.1 200") == 4
    assert len(kept(world)) == 4


def test_given_half_a_body_when_its_sender_hangs_up_then_nothing_is_kept(
    server: Server, world: World, shop: Merchant
) -> None:
    with called(server) as line:
        line.sendall(webhook(shop, 1, b'{"id":1}')[:-1])
        line.shutdown(socket.SHUT_WR)

        assert heard(line) == b""
    assert kept(world) == set()


def test_given_a_line_kept_open_when_told_to_stop_then_it_is_hung_up_on(world: World, shop: Merchant) -> None:
    with serving(world) as server, called(server) as line:
        line.sendall(webhook(shop, 1).replace(b"Connection: close", b"X-More: to come"))
        assert line.recv(12) == b"HTTP/1.1 200"
        server.should_exit = True

        assert b"HTTP" not in heard(line)
