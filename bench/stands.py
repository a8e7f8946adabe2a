"""The servers that intake is compared with: `python -m bench.stands NAME PORT DATABASE_URL`.

`trivial` reads each body and answers, on the very server that we use. `limit` is what the database itself allows: a
bare loop over sockets that verifies, writes whatever has come in one commit, and answers. `flask` is written as one
does first: a request, a session, a commit, on eight threads.
"""

import base64
import hashlib
import hmac
import logging
import select
import socket
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import psycopg
import uvicorn
import waitress
from flask import Flask, Response, request
from sqlalchemy import LargeBinary, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

from app.web.door import Door

SECRET = b"bench-secret"
_OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
_TABLE = "CREATE TABLE IF NOT EXISTS bare (delivery_key varchar(64) PRIMARY KEY, body {bytes} NOT NULL, at {moment})"
Write = Callable[[list[tuple[str, bytes]]], None]


def trivial(port: int, _database: str) -> None:
    """Serve answers that cost nothing."""

    async def answer(_scope: object, receive: Callable[[], Awaitable[dict[str, Any]]], send: Any) -> None:  # noqa: ANN401
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    uvicorn.run(answer, port=port, http=Door, ws="none", lifespan="off", access_log=False, log_config=None)


def limit(port: int, database: str) -> None:
    """Serve one loop: whatever has come whole since the last commit goes into the next."""
    write = _sqlite(database) if database.startswith("sqlite") else _postgresql(database)
    listener = socket.create_server(("127.0.0.1", port), backlog=256)
    waiting, open_lines, heard = select.epoll(), {listener.fileno(): listener}, dict[int, bytes]()
    waiting.register(listener, select.EPOLLIN)
    while True:
        whole: list[tuple[int, str, bytes]] = []
        for number, _ in waiting.poll():
            if number == listener.fileno():
                line, _ = listener.accept()
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                open_lines[line.fileno()], heard[line.fileno()] = line, b""
                waiting.register(line, select.EPOLLIN)
            elif more := open_lines[number].recv(262_144):
                heard[number] += more
                whole += [(number, *webhook) for webhook in _whole(heard, number)]
            else:
                waiting.unregister(number)
                open_lines.pop(number).close()
        if whole:
            write([(key, body) for _, key, body in whole])
            for number, _, _ in whole:
                open_lines[number].sendall(_OK)


def flask(port: int, database: str) -> None:
    """Serve as one does at first."""

    class Base(DeclarativeBase):
        pass

    class Bare(Base):
        __tablename__ = "bare"
        delivery_key: Mapped[str] = mapped_column(primary_key=True)
        body: Mapped[bytes] = mapped_column(LargeBinary)
        at: Mapped[datetime]

    engine = create_engine(database)
    if database.startswith("sqlite"):
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    Base.metadata.create_all(engine)
    sessions, app = sessionmaker(engine), Flask(__name__)

    @app.post("/webhooks/shopify")
    def receive() -> Response:
        body = request.get_data()
        digest = base64.b64encode(hmac.digest(SECRET, body, hashlib.sha256)).decode()
        if not hmac.compare_digest(digest, request.headers["X-Shopify-Hmac-Sha256"]):
            return Response(status=401)
        try:
            with sessions.begin() as session:
                key = request.headers["X-Shopify-Webhook-Id"]
                session.add(Bare(delivery_key=key, body=body, at=datetime.now(UTC)))  # noqa: TID251
        except IntegrityError:
            pass  # it was here before
        return Response(status=200)

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it would tell of each that waits
    waitress.serve(app, host="127.0.0.1", port=port, threads=8)


def _whole(heard: dict[int, bytes], number: int) -> list[tuple[str, bytes]]:
    """Take the webhook out of what was heard on a line, once it is whole; the process ends on a bad signature."""
    head, end, rest = heard[number].partition(b"\r\n\r\n")
    if not end:
        return []
    said = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    size = int(said[b"Content-Length"])
    if len(rest) < size:
        return []
    body, heard[number] = rest[:size], rest[size:]
    assert hmac.compare_digest(
        base64.b64encode(hmac.digest(SECRET, body, hashlib.sha256)), said[b"X-Shopify-Hmac-Sha256"]
    )
    return [(said[b"X-Shopify-Webhook-Id"].decode(), body)]


def _postgresql(database: str) -> Write:
    url = make_url(database)
    connection = psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database)
    connection.execute(_TABLE.format(bytes="bytea", moment="timestamptz"))
    connection.commit()
    statement = (
        "INSERT INTO bare SELECT key, body, now() FROM unnest(%s::text[], %b::bytea[]) AS came (key, body)"
        " ON CONFLICT DO NOTHING"
    )

    def write(rows: list[tuple[str, bytes]]) -> None:
        connection.execute(statement, [[key for key, _ in rows], [body for _, body in rows]])
        connection.commit()

    return write


def _sqlite(database: str) -> Write:
    connection = sqlite3.connect(str(make_url(database).database), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(_TABLE.format(bytes="blob", moment="text"))

    def write(rows: list[tuple[str, bytes]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR IGNORE INTO bare VALUES (?, ?, datetime('now'))", rows)
        connection.execute("COMMIT")

    return write


STANDS: Mapping[str, Callable[[int, str], None]] = MappingProxyType(
    {"trivial": trivial, "limit": limit, "flask": flask}
)

if __name__ == "__main__":
    name, where, url = sys.argv[1:]
    STANDS[name](int(where), url)
