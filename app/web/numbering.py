"""A number for each request: in the answer for whoever asks about it later, and on every line of the log beside it."""

from uuid import uuid4

from flask import Flask, Response, g
from structlog.contextvars import bind_contextvars, clear_contextvars

HEADER = "X-Request-ID"


def install(app: Flask) -> None:
    """Give each request of the application a number; what a caller calls its own is not believed."""
    app.before_request(_begin)
    app.after_request(_tell)
    app.teardown_request(_end)


def _begin() -> None:
    g.request_id = uuid4().hex
    clear_contextvars()
    bind_contextvars(request=g.request_id)


def _tell(response: Response) -> Response:
    response.headers[HEADER] = g.get("request_id") or uuid4().hex
    return response


def _end(_problem: BaseException | None) -> None:
    clear_contextvars()
