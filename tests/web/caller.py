"""Calls the web process's front in this very process, as its server would."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from app.web import create_app
from app.web.front import Front
from jobs.runtime import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a caller hears."""

    status_code: int
    headers: dict[str, str]
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()


class Caller:
    """One caller after the other; each is answered, and its shop rung for, before the next."""

    def __init__(self, world: World) -> None:
        self.front = Front(world, create_app(world))

    def post(self, path: str, *, data: bytes | str = b"", headers: Mapping[str, str] | None = None) -> Answer:
        return self.call("POST", path, data=data, headers=headers)

    def call(
        self, method: str, path: str, *, data: bytes | str = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request."""
        body = data.encode() if isinstance(data, str) else data
        given = {"Host": "localhost", "Content-Length": str(len(body))} | dict(headers or {})
        pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
        (answer,) = asyncio.run(answers(self.front, [scope(method, path, pairs)], [body]))
        self.front.ringer.rest()
        return answer


def scope(method: str, path: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Return a request as an ASGI server describes it."""
    raw, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }


async def answers(front: Front, scopes: list[dict[str, Any]], bodies: list[bytes]) -> list[Answer]:
    """Let all of them call at the same moment; return what each heard."""
    return list(await asyncio.gather(*(_answer(front, *call) for call in zip(scopes, bodies, strict=True))))


async def _answer(front: Front, asked: dict[str, Any], body: bytes) -> Answer:
    heard: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        heard.append(message)

    await front(asked, receive, send)
    return Answer(
        status_code=heard[0]["status"],
        headers={name.decode(): value.decode() for name, value in heard[0]["headers"]},
        data=b"".join(message.get("body", b"") for message in heard[1:]),
    )
