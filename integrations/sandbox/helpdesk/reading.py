"""Reading what callers ask, as strictly as the real one: unknown names are refused, not ignored."""

from collections.abc import Collection, Mapping
from typing import Any

from integrations.sandbox.helpdesk.refusals import Refused, invalid

Body = dict[str, Any]


def body_of(value: object, *, known: Collection[str], required: Collection[str] = ()) -> Body:
    """Return the JSON object; raises Refused for other JSON, unknown names and missing ones."""
    if not isinstance(value, dict):
        raise Refused(400, "The request body must be a JSON object.")
    for name in value:
        if name not in known:
            raise invalid(str(name), "Unknown field.")
    for name in required:
        if value.get(name) is None:
            raise invalid(name, "Missing data for required field.")
    return value


def only(arguments: Mapping[str, str], known: Collection[str]) -> Mapping[str, str]:
    """Return the query arguments; raises Refused for a name that this list does not know."""
    for name in arguments:
        if name not in known:
            raise invalid(name, "Unknown parameter.")
    return arguments


def text(body: Mapping[str, Any], name: str, *, longest: int, shortest: int = 0) -> str | None:
    """Return the text under a name, None when left out or null; raises Refused for the wrong type or size."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid(name, "Not a valid string.")
    if not shortest <= len(value) <= longest:
        raise invalid(name, f"Length must be between {shortest} and {longest}.")
    return value


def flag(body: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Return the boolean under a name; raises Refused for anything merely truthy."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise invalid(name, "Not a valid boolean.")
    return value


def number(value: object, name: str) -> int:
    """Return a whole number given as such or as digits; raises Refused."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    raise invalid(name, "Not a valid integer.")


def one_of(body: Mapping[str, Any], name: str, choices: Collection[str]) -> str:
    """Return the word under a name; raises Refused when it is none of the choices."""
    value = body.get(name)
    if not isinstance(value, str) or value not in choices:
        raise invalid(name, f"Must be one of: {', '.join(sorted(choices))}.")
    return value


def listing(body: Mapping[str, Any], name: str) -> list[Any]:
    """Return the list under a name, empty when left out; raises Refused."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(name, "Not a valid list.")
    return value
