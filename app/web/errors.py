"""Exceptions to answers, in one place; and the headers that every answer carries."""

from collections.abc import Mapping

import structlog
from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from app.store.base import StoreUnavailable
from app.store.sealed import Unsealable
from app.web.language import N_, _

GUARD = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}

TITLES: Mapping[int, str] = {404: N_("Nothing here"), 405: N_("Nothing here"), 422: N_("Please look again")}
NOT_SO = N_("That did not work")
OUR_MISTAKE = N_("The mistake is ours, and it is written down. The ledger shows what was done and what was not.")
_NO_PAGE = N_("There is no such page. Its address may be mistyped, or it may have had another name.")
_WHY: Mapping[int, str] = {404: _NO_PAGE, 405: _NO_PAGE, 500: OUR_MISTAKE}

log = structlog.get_logger("web")


def install(app: Flask) -> None:
    """Teach the application its error answers and security headers."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StoreUnavailable, _store_unavailable)
    app.register_error_handler(Unsealable, _store_unavailable)
    app.after_request(_guard)


def _http(problem: HTTPException) -> Response:
    code = problem.code or 500
    if not _is_for_a_person():
        return Response(f"{problem.name}\n", status=code, mimetype="text/plain")
    page = render_template("no.html", title=_(TITLES.get(code, NOT_SO)), why=_(_WHY[code]) if code in _WHY else None)
    return make_response(page, code)


def _is_for_a_person() -> bool:
    """Return whether a browser opens a page; whatever calls us otherwise is answered in a word."""
    wants = request.accept_mimetypes
    return request.method == "GET" and wants.quality("text/html") > wants.quality("text/plain")


def _store_unavailable(problem: Exception) -> Response:
    # 503, so that the sender tries again: what we could not keep, or not open, we must not acknowledge.
    log.error("store.unavailable", problem=type(problem).__name__)
    return Response("could not be kept; please send it again\n", status=503, mimetype="text/plain")


def _guard(response: Response) -> Response:
    for name, value in GUARD.items():
        response.headers.setdefault(name, value)
    return response
