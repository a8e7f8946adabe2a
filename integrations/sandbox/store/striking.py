"""What a caller sees of each fault: answers that say no, break off, drag on, or are not what they should be."""

import json
import time
from collections.abc import Iterator, Mapping
from email.utils import formatdate

from flask import Response

from integrations.sandbox.mishaps import hang_up
from integrations.sandbox.store.faults import Fault

HUGE_BYTES = 9 * 1024 * 1024
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_JUNK = bytes(64 * 1024)
_LONG_AGO = "Mon, 01 Jan 2001 00:00:00 GMT"
_RETRY_AFTER: Mapping[str, Mapping[str, str]] = {
    "429": {"Retry-After": "2.0"},
    "429_whole": {"Retry-After": "1"},
    "429_bare": {},
    "429_odd": {"Retry-After": "-7 bananas"},
}


def struck_before(fault: Fault, now: float) -> Response:
    """Answer as a store does that has done nothing; `now` are the real seconds since 1970."""
    match fault.kind:
        case "429" | "429_whole" | "429_bare" | "429_odd":
            return _too_many(_RETRY_AFTER[fault.kind])
        case "429_date":
            return _too_many({"Retry-After": formatdate(now + 2, usegmt=True)})
        case "drop_before" | "hang_before":
            time.sleep(fault.seconds if fault.kind == "hang_before" else 0)
            return hang_up()
        case "redirect":
            return Response("", 302, {"Location": "/elsewhere"})
        case "500_before":
            return _page(500, "Internal Server Error")
        case _:
            return _page(502, "Bad Gateway")


def struck_after(fault: Fault, response: Response) -> Response:  # one a fault
    """Return what becomes of the answer to a call that was carried out."""
    body = response.get_data()
    match fault.kind:
        case "commit_then_drop":
            return hang_up()
        case "500_after":
            return _page(500, "Internal Server Error")
        case "hang_after":
            time.sleep(fault.seconds)
            return hang_up()
        case "drip":
            return Response(_drops(body, fault.seconds), headers={"Content-Length": str(len(body))})
        case "huge":
            return Response(_flood(), mimetype="application/json")
        case "truncated":
            response.set_data(body[: len(body) // 2])
        case "partial":
            response.set_data(json.dumps(_without_data(json.loads(body))))
        case "odd_type":
            response.headers["Content-Type"] = "text/html"
        case "odd_date":
            response.headers["Date"] = _LONG_AGO
        case _:
            time.sleep(fault.seconds)
    return response


def _too_many(headers: Mapping[str, str]) -> Response:
    return Response('{"errors":"Too Many Requests"}', 429, headers, mimetype="application/json")


def _page(status: int, title: str) -> Response:
    return Response(_PAGE.format(f"{status} {title}"), status, mimetype="text/html")


def _drops(body: bytes, seconds: float) -> Iterator[bytes]:
    """Yield a byte a second, and the rest at the end."""
    drops = min(int(seconds), len(body))
    for at in range(drops):
        time.sleep(1)
        yield body[at : at + 1]
    yield body[drops:]


def _flood() -> Iterator[bytes]:
    for _ in range(HUGE_BYTES // len(_JUNK) + 1):
        yield _JUNK


def _without_data(answer: dict[str, object]) -> dict[str, object]:
    """Return an answer some of which could not be made, as the store does when one of its own services is down."""
    data = answer.get("data")
    fields = list(data) if isinstance(data, dict) else []
    errors = [
        {"message": "Internal error.", "path": [name], "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
        for name in fields
    ]
    return answer | {"data": dict.fromkeys(fields), "errors": errors}
