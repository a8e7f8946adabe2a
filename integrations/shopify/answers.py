"""What the Admin API's answers mean: it says most of its noes with status 200."""

import random
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Busy, Closed, OurMistake, Rejected, Unavailable
from integrations.http import Answer, Request
from integrations.shopify.cost import Cost, cost_in

Json = dict[str, Any]

_HOURS = 3600.0  # seconds
_INACTIVE = ("the store is inactive", 1 * _HOURS)
# Until a person acts no call can succeed, so we stay away for long.
_CLOSED_DOORS = {
    # Each token was renewed before it came to this. Whether the store gives any more, its token endpoint says.
    401: ("the store refuses a token that it has only just given", 600.0),
    402: ("the store is frozen", 1 * _HOURS),
    403: ("the store refuses this access", 4 * _HOURS),
    404: ("the store cannot be found", 4 * _HOURS),
    423: ("the store is locked", 1 * _HOURS),
}
_STILL_AT_IT = "IDEMPOTENCY_CONCURRENT_REQUEST"
_FAILED_BEFORE = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
_OTHER_INPUT = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
_OUR_MISTAKES = {"MAX_COST_EXCEEDED", "BAD_REQUEST", "INVALID_VARIABLE", "GRAPHQL_VALIDATION_FAILED", _OTHER_INPUT}
# Codes of the document checker are written in camelCase (undefinedField); those of the store in capitals.
_CHECKER = re.compile(r"[a-z]+([A-Z][a-z]*)*")
_MENDED_SOONEST = 600.0  # seconds: a new version of ours, or the one before it, may be on its way
_SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds; the bucket is shared with the app's other processes
_SLOWEST_RESTORE = 100.0  # points a second, that of the smallest plan, where the store does not say
_JITTER = 0.25  # of the pause, so that those who were turned away together do not come back together
_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an answer brought, and the paths in it that the merchant has not granted us: those are null."""

    request: Request
    data: Json
    denied: Mapping[str, str]  # "order.customer" -> the access that it needs
    cost: Cost

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

    def payload(self, mutation: str, *, errors: str = "userErrors") -> Json:
        """Return what a mutation brought; raises Rejected with the store's own words when it refused.

        `errors` is where this mutation puts its noes.
        """
        brought: Json | None = self.data.get(mutation)
        missing = self._missing(mutation)
        if brought is None and missing is not None:
            raise Rejected(f"The store has not granted {missing}")
        if brought is None:
            raise self.request.failure("gave an answer that makes no sense")
        if brought.get(errors):
            raise self._refusal(brought[errors])
        return brought

    def _refusal(self, errors: list[Json]) -> Exception:
        """Return what a mutation's own errors mean; only those about its idempotency key are no plain refusal."""
        about_key = (error["code"] for error in errors if error.get("code") in {_STILL_AT_IT, _OTHER_INPUT})
        code = next(about_key, None)
        return Rejected(said(error["message"] for error in errors)) if code is None else _meaning(self.request, code)

    def _missing(self, path: str) -> str | None:
        """Return the access that withheld the path or, where null spread upwards, something below it."""
        below = f"{path}."
        withheld = (access for name, access in self.denied.items() if not name or f"{name}.".startswith(below))
        return next(withheld, None)


def understand(answer: Answer) -> Reply:
    """Return what the answer brought.

    Raises Busy for throttling, Closed for doors that a person must open, OurMistake for what is wrong with the
    request itself, and for every other trouble what the request's failure is.
    """
    closed = closed_door(answer.status)
    if closed is not None:
        raise closed
    if not answer.ok:
        raise _mistake(str(answer.status))
    content = answer.json()
    errors = (content.get("errors") or []) if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(errors, list):
        raise answer.request.failure("gave an answer that makes no sense")
    cost = cost_in(answer)
    denied = dict(_denied(answer.request, cost, error) for error in errors)
    data = content.get("data")
    if not isinstance(data, dict) and not denied:
        raise answer.request.failure("gave an answer without data")
    return Reply(request=answer.request, data=data if isinstance(data, dict) else {}, denied=denied, cost=cost)


def closed_door(status: int) -> Closed | None:
    """Return what the status says of the store's door; None when it is open."""
    if status not in _CLOSED_DOORS:
        return None
    reason, pause = _CLOSED_DOORS[status]
    return Closed(reason, retry_after=pause)


def said(messages: Iterable[str]) -> str:
    """Return the store's words as one short line."""
    return " ".join(" ".join(messages).split())[:_LONGEST_MESSAGE]


def _denied(request: Request, cost: Cost, error: object) -> tuple[str, str]:
    """Return the path that was withheld and the access it needs; raise what any other error means."""
    if not isinstance(error, dict):
        raise request.failure("gave an answer that makes no sense")
    code, path = _extension(error, "code"), error.get("path")
    if code == "ACCESS_DENIED":
        withheld = ".".join(map(str, path)) if isinstance(path, list) else ""
        return withheld, said([_extension(error, "requiredAccess") or "this access"])
    if code == "THROTTLED":
        raise Busy("the store asks for fewer calls", retry_after=_pause(cost))
    # An error with neither code nor path is about the document itself: it was never run.
    if not (code or path):
        raise _mistake("invalid")
    raise _meaning(request, code)


def _extension(error: Json, name: str) -> str:
    extensions = error.get("extensions")
    return str(extensions.get(name) or "") if isinstance(extensions, dict) else ""


def _meaning(request: Request, code: str) -> Exception:
    """Return what an error of that code means for the request that met it."""
    if code == "SHOP_INACTIVE":
        reason, pause = _INACTIVE
        return Closed(reason, retry_after=pause)
    if code in _OUR_MISTAKES or _CHECKER.fullmatch(code):
        return _mistake(code)
    if code == _STILL_AT_IT:
        return request.failure("is still at work on this very deed")
    if code == _FAILED_BEFORE:
        return Rejected("The store has tried this before, and failed.")
    return request.failure(f"answered {said([code]) or 'an error'}")


def _mistake(code: str) -> OurMistake:
    return OurMistake(f"the store does not take our request: {code}", retry_after=_MENDED_SOONEST)


def _pause(cost: Cost) -> float:
    """Return the seconds until the bucket holds what the call asks for, and a little more by chance."""
    seconds = cost.seconds_missing(otherwise=_SLOWEST_RESTORE)
    chance = 1 + _JITTER * random.random()  # noqa: S311  # no secret
    return min(max(seconds, _SHORTEST_PAUSE), LONGEST_PAUSE) * chance


def _not_granted(access: str) -> Unavailable:
    return Unavailable(f"the store has not granted {access}", retry_after=4 * _HOURS)
