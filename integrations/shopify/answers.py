"""What the Admin API's answers mean: it says most of its noes with status 200."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import structlog

from app.domain.errors import Busy, Rejected, Unavailable
from integrations.http import Answer, Request
from integrations.shopify.access import REVOKED, REVOKED_PAUSE

Json = dict[str, Any]

_LOG = structlog.get_logger()
_HOURS = 3600.0  # seconds
# Until a person acts no call can succeed, so we stay away for long.
_CLOSED_DOORS = {
    401: (REVOKED, REVOKED_PAUSE),
    402: ("the store is frozen", 1 * _HOURS),
    403: ("the store refuses this access", 4 * _HOURS),
    404: ("the store cannot be found", 4 * _HOURS),
    423: ("the store is locked", 1 * _HOURS),
}
_OUR_MISTAKES = {"MAX_COST_EXCEEDED", "BAD_REQUEST", "INVALID_VARIABLE", "GRAPHQL_VALIDATION_FAILED"}
# Codes of the document checker are written in camelCase (undefinedField); those of the store in capitals.
_CHECKER = re.compile(r"[a-z]+([A-Z][a-z]*)*")
_SHORTEST_PAUSE = 0.5  # seconds; the bucket is shared with the app's other processes
_SLOWEST_RESTORE = Decimal(100)  # points a second, that of the smallest plan
_LONGEST_MESSAGE = 300


class BadRequest(ValueError):
    """Our own request was wrong; nothing was done, and asking again would not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an answer brought, and the paths in it that the merchant has not granted us: those are null."""

    request: Request
    data: Json
    denied: Mapping[str, str]  # "order.customer" -> the access that it needs

    def one(self, name: str) -> Json | None:
        """Return the thing asked for; None when the store has none such. Raises Unavailable when not granted."""
        found: Json | None = self.data.get(name)
        missing = self._missing(name) if found is None else None
        # Without this scope orders older than sixty days are as good as gone, and no retry brings them back.
        if missing is not None and "read_all_orders" not in missing:
            raise _not_granted(missing)
        if missing is None and name not in self.data:
            raise self.request.failure("gave an answer that makes no sense")
        return found

    def complete(self, *, but: Collection[str] = ()) -> None:
        """Raise Unavailable when anything was withheld, except below these names.

        A null then says nothing: a withheld customer looks like a guest, a withheld variant like no gift.
        """
        for path, access in self.denied.items():
            if not set(path.split(".")) & set(but):
                raise _not_granted(access)

    def payload(self, mutation: str) -> Json:
        """Return what a mutation brought; raises Rejected with the store's own words when it refused."""
        brought: Json | None = self.data.get(mutation)
        missing = self._missing(mutation)
        if brought is None and missing is not None:
            raise Rejected(f"The store has not granted {missing}")
        if brought is None:
            raise self.request.failure("gave an answer that makes no sense")
        if brought.get("userErrors"):
            raise Rejected(said(error["message"] for error in brought["userErrors"]))
        return brought

    def _missing(self, path: str) -> str | None:
        """Return the access that withheld the path or, where null spread upwards, something below it."""
        below = f"{path}."
        withheld = (access for name, access in self.denied.items() if not name or f"{name}.".startswith(below))
        return next(withheld, None)


def understand(answer: Answer) -> Reply:
    """Return what the answer brought.

    Raises Unavailable for throttling and closed doors, BadRequest for mistakes of ours, and for every other
    trouble what the request's failure is.
    """
    if answer.status in _CLOSED_DOORS:
        reason, pause = _CLOSED_DOORS[answer.status]
        raise Unavailable(reason, retry_after=pause)
    if not answer.ok:
        raise BadRequest(f"the store answered {answer.status}")
    content = answer.json()
    errors = (content.get("errors") or []) if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(errors, list):
        raise answer.request.failure("gave an answer that makes no sense")
    return _reply(answer, content, errors)


def said(messages: Iterable[str]) -> str:
    """Return the store's words as one short line."""
    return " ".join(" ".join(messages).split())[:_LONGEST_MESSAGE]


def _reply(answer: Answer, content: Json, errors: list[Json]) -> Reply:
    denied = dict(_denied(answer, content, error) for error in errors)
    data = content.get("data")
    if not isinstance(data, dict) and not denied:
        raise answer.request.failure("gave an answer without data")
    return Reply(request=answer.request, data=data or {}, denied=denied)


def _denied(answer: Answer, content: Json, error: Json) -> tuple[str, str]:
    """Return the path that was withheld and the access it needs; raise what any other error means."""
    extensions = error.get("extensions") or {}
    code, path = str(extensions.get("code") or ""), error.get("path") or []
    if code == "ACCESS_DENIED":
        return ".".join(map(str, path)), said([str(extensions.get("requiredAccess") or "this access")])
    if code == "THROTTLED":
        raise Busy("the store asks for fewer calls", retry_after=_pause(content))
    if code == "SHOP_INACTIVE":
        raise Unavailable("the store is inactive", retry_after=1 * _HOURS)
    # An error with neither code nor path is about the document itself: it was never run.
    if code in _OUR_MISTAKES or _CHECKER.fullmatch(code) or not (code or path):
        raise BadRequest(f"the store refuses our request: {code or 'invalid'}")
    _LOG.warning("shopify.error", code=code, request_id=answer.headers.get("X-Request-ID"))
    raise answer.request.failure(f"answered {code or 'an error'}")


def _pause(content: Json) -> float:
    """Return the seconds until the bucket holds what the call asks for."""
    cost = (content.get("extensions") or {}).get("cost") or {}
    bucket = cost.get("throttleStatus") or {}
    missing = Decimal(cost.get("requestedQueryCost") or 0) - Decimal(bucket.get("currentlyAvailable") or 0)
    seconds = missing / (Decimal(bucket.get("restoreRate") or 0) or _SLOWEST_RESTORE)
    return max(float(seconds), _SHORTEST_PAUSE)


def _not_granted(access: str) -> Unavailable:
    return Unavailable(f"the store has not granted {access}", retry_after=4 * _HOURS)
