"""The @idempotent directive: the same key with the same input gives the first result, for a day."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

from graphql import GraphQLError, get_directive_values

from integrations.sandbox.books import Turn
from integrations.sandbox.store.call import Argument, Call, Info, Refused
from integrations.sandbox.store.wire import iso, moment

KIND = "idempotency"
UNDER_WAY = "idempotency_under_way"
_WINDOW = timedelta(hours=24)


def key_in(info: Info) -> str:
    """Return the key given with the directive.

    Raises GraphQLError without one: demanded since 2026-04, though the schema does not say so.
    """
    directive = info.schema.get_directive("idempotent")
    if directive is None:
        raise LookupError("The schema lacks the idempotent directive.")
    values = get_directive_values(directive, info.field_nodes[0], info.variable_values)
    key = str((values or {}).get("key", "")).strip()
    if not key:
        message = f"The @idempotent directive is required for {info.field_name} but was not provided."
        raise GraphQLError(message, extensions={"code": "BAD_REQUEST"})
    return key


def earlier_result(call: Call, key: str, arguments: Mapping[str, Argument]) -> int | None:
    """Return the id of what this key has made within the window; raise Refused when it was asked otherwise."""
    known = call.turn.get(KIND, _place(call, key))
    if known is None or call.now - moment(known["at"]) > _WINDOW:
        return None
    if known["input"] != _digest(arguments):
        raise Refused("The idempotency key was used with other parameters.")
    return int(known["result"])


def stand_in_line(call: Call, key: str) -> None:
    """Raise Refused while an earlier request with this key is still under way."""
    if call.turn.get(UNDER_WAY, _place(call, key)) is not None:
        raise Refused("A request with this idempotency key is still being processed.")


def note_under_way(turn: Turn, domain: str, key: str, *, running: bool) -> None:
    """Note that a request with this key was begun and not ended, or that it is ending now."""
    place = f"{domain}/{key}"
    if running:
        turn.put(UNDER_WAY, place, {"key": key})
    else:
        turn.delete(UNDER_WAY, place)


def remember(call: Call, key: str, arguments: Mapping[str, Argument], result: int) -> None:
    """Keep what the key has made; refusals are not kept, their key may be used again."""
    entry = {"at": iso(call.now), "input": _digest(arguments), "result": result}
    call.turn.put(KIND, _place(call, key), entry)


def _place(call: Call, key: str) -> str:
    return f"{call.shop['domain']}/{key}"


def _digest(arguments: Mapping[str, Argument]) -> str:
    return hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()
