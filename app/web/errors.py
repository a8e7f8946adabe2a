"""Exceptions to answers, in one place; and the headers that every answer carries."""

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from app.store.base import StoreUnavailable
from app.store.sealed import Unsealable

GUARD = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}

log = structlog.get_logger("web")


def install(app: Flask) -> None:
    """Teach the application its error answers and security headers."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StoreUnavailable, _store_unavailable)
    app.register_error_handler(Unsealable, _store_unavailable)
    app.after_request(_guard)


def _http(problem: HTTPException) -> Response:
    return Response(f"{problem.name}\n", status=problem.code or 500, mimetype="text/plain")


def _store_unavailable(problem: Exception) -> Response:
    # 503, so that the sender tries again: what we could not keep, or not open, we must not acknowledge.
    log.error("store.unavailable", problem=type(problem).__name__)
    return Response("could not be kept; please send it again\n", status=503, mimetype="text/plain")


def _guard(response: Response) -> Response:
    for name, value in GUARD.items():
        response.headers.setdefault(name, value)
    return response
