"""The front of the house: reads each request to its end, takes in Shopify's webhooks itself, shows the rest to Flask.

Everything is awaited, so that whoever sends slowly costs a little memory and no thread.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Protocol, cast

from a2wsgi import WSGIMiddleware
from flask import Flask

from app.store.arrivals import Arrival
from app.web import errors, shopify_webhooks
from app.web.gathering import Gathering, Late
from app.web.hall import Hall, Place
from jobs.runtime import World

# Shopify's largest bodies are well below this; what is larger is nobody we know.
MOST_BODY_BYTES = 2 * 1024 * 1024
MOST_DROPPED_BYTES = 8 * MOST_BODY_BYTES  # of a body too large: hung up on earlier, a sender would not hear why
ANSWER_SECONDS = 4.5  # Shopify hangs up after 5, and counts it as a failure
LONGEST_ADDRESS = 8 * 1024
MOST_AT_ONCE = 256
THREADS = 8  # for pages
WEBHOOKS = frozenset({"/webhooks/shopify", "/webhooks/shopify/compliance"})

Scope = dict[str, Any]
Message = dict[str, Any]


class Receive(Protocol):
    """As ASGI hands it to us."""

    async def __call__(self) -> Message: ...


class Send(Protocol):
    """As ASGI hands it to us."""

    async def __call__(self, message: Message, /) -> None: ...


class Refusal(Exception):
    """The request goes no further; the line is closed behind its answer."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Gone(Exception):
    """Who was asking has hung up."""


class Front:
    """The ASGI application of one web process."""

    def __init__(self, world: World, pages: Flask) -> None:
        """Answer for `world`; what is no webhook of Shopify's is for `pages`."""
        self._world = world
        self._pages: Any = WSGIMiddleware(cast("Any", pages.wsgi_app), workers=THREADS)
        self._hall = Hall()
        self.ringer = shopify_webhooks.Ringer(world.bell)
        self._desk: Gathering[Arrival, bool] = Gathering(self._keep, most=MOST_AT_ONCE, patience=ANSWER_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with suppress(Gone), self._hall.place() as place:
            await self._answer(scope, receive, while_there(send), place)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, place: Place) -> None:
        try:
            headers = proper(scope)
            body = await whole_body(headers, receive, place)
        except Refusal as no:
            await say(send, no.status, f"{no.status.phrase}\n", close=True)
        else:
            if scope["path"] in WEBHOOKS:
                await self._take_in(scope["method"], headers, body, send)
            else:
                await self._pages(scope | {"headers": exact(scope)}, replayed(body), send)

    async def _take_in(self, method: str, headers: Mapping[str, str], body: bytes, send: Send) -> None:
        if method != "POST":
            await say(send, HTTPStatus.METHOD_NOT_ALLOWED, "Method Not Allowed\n", extra=((b"allow", b"POST"),))
        elif not shopify_webhooks.signed(self._world, headers, body):
            await say(send, HTTPStatus.UNAUTHORIZED, "not signed by Shopify")
        elif await self._is_kept(shopify_webhooks.arrival(headers, body)):
            await say(send, HTTPStatus.OK)
        else:
            # So that the sender tries again: what we could not keep, we must not acknowledge.
            await say(send, HTTPStatus.SERVICE_UNAVAILABLE, "could not be kept; please send it again\n")

    async def _is_kept(self, arrival: Arrival) -> bool:
        try:
            return await self._desk.join(arrival)
        except Late:
            return False

    def _keep(self, came: Sequence[Arrival]) -> Sequence[bool]:
        return shopify_webhooks.keep(self._world, self.ringer, came)


def proper(scope: Scope) -> dict[str, str]:
    """Return the headers by their names in small letters, said twice joined by a comma; raise Refusal where unclear."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
        raise Refusal(HTTPStatus.REQUEST_URI_TOO_LONG)
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name == "host" and name in headers:
            raise Refusal(HTTPStatus.BAD_REQUEST)  # who stands before us may have read the other one
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    version = scope["http_version"]
    if version not in ("1.0", "1.1") or (version == "1.1" and "host" not in headers):
        raise Refusal(HTTPStatus.BAD_REQUEST)
    if version == "1.0" and "transfer-encoding" in headers:
        raise Refusal(HTTPStatus.BAD_REQUEST)
    return headers


def exact(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the headers without those that Flask would take for another's: WSGI knows no difference of - and _."""
    return [(name, value) for name, value in scope["headers"] if b"_" not in name]


async def whole_body(headers: Mapping[str, str], receive: Receive, place: Place) -> bytes:
    """Return the body; raise Refusal when it is too large, or there is no room for it now, Gone when its sender is."""
    if int(headers.get("content-length", "0")) > MOST_DROPPED_BYTES:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    parts: list[bytes] = []
    size, more = 0, True
    while more and size <= MOST_DROPPED_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size <= MOST_BODY_BYTES:
            if not place.has_room(len(part)):
                raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE)
            parts.append(part)
    if size > MOST_BODY_BYTES:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def replayed(body: bytes) -> Receive:
    """Return what hands on a body that was read already."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def while_there(send: Send) -> Send:
    """Return what sends as long as somebody listens; Gone when nobody does any more."""

    async def sent(message: Message, /) -> None:
        try:
            await send(message)
        except RuntimeError as fault:
            # uvicorn only notices that of the newest of several calls on one line; these are uvloop's words for it.
            if not any(word in str(fault) for word in ("closed", "write_eof")):
                raise
            raise Gone from fault

    return sent


async def say(
    send: Send,
    status: HTTPStatus,
    words: str = "",
    *,
    close: bool = False,
    extra: tuple[tuple[bytes, bytes], ...] = (),
) -> None:
    """Answer in plain words."""
    body = words.encode()
    headers = [*_GUARD, *extra, (b"content-length", b"%d" % len(body))]
    if words:
        headers.append((b"content-type", b"text/plain; charset=utf-8"))
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})


_GUARD = tuple((name.lower().encode(), value.encode()) for name, value in errors.GUARD.items())
