"""uvicorn's own protocol for HTTP, with bounds that it lacks: on a head's size, and on a request's time to come in.

What is too large or too slow is answered and the line hung up; so it is on who connects and says nothing.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES = 16 * 1024
HEAD_SECONDS = 10.0
BODY_SECONDS = 20.0
LINGER_SECONDS = 1.0  # so long a refused sender is heard out: hung up on while it speaks, it would not hear the answer


class Door(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  # uvicorn's, handed on
        super().__init__(*given, **named)
        self._in_head = True
        self._in_body = False
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._give(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._give_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if not self._refused:
            self._bound()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what stands behind a body belongs to no head, and whoever stands before us has not read it
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._refuse(431)
        elif self.parser.should_upgrade():
            self._refuse(400)  # the parser stops here, and would take this call's body for the next call
        else:
            self._in_head, self._in_body = False, True
            self._give_time()
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        if not self._refused:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's words
        """Refuse what is no proper HTTP."""
        self._refuse(400)

    def _bound(self) -> None:
        if self._in_head and self._head_bytes > HEAD_BYTES:
            self._refuse(431)
        elif not self._in_head and not self._in_body:
            self._give_time()
        elif self._deadline is None:  # the rest must come in time, however many pieces it comes in
            self._give(HEAD_SECONDS if self._in_head else BODY_SECONDS)

    def _refuse(self, status: int) -> None:
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self.cycle is not None:  # whoever is at work on an answer speaks to nobody any more
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.write_eof()
        self._give(LINGER_SECONDS)

    def _give(self, seconds: float) -> None:
        self._give_time()
        self._deadline = self.loop.call_later(seconds, self._hang_up)

    def _give_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _hang_up(self) -> None:
        if self._refused or self._in_head:
            self.transport.close()
        else:
            self._refuse(408)
