"""Custom fields: what an account keeps about its customers beside the vendor's own columns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk.paging import PAGING
from integrations.sandbox.helpdesk.reading import Body, body_of, flag, number, one_of, only, text
from integrations.sandbox.helpdesk.refusals import Refused, invalid, missing

KIND = "desk_field"
OBJECTS = frozenset({"Customer", "Ticket"})
_INPUTS = {
    "text": frozenset({"input", "dropdown"}),
    "number": frozenset({"input_number"}),
    "boolean": frozenset({"dropdown"}),
}
_TYPES: dict[str, type] = {"text": str, "number": int, "boolean": bool}
_KNOWN = frozenset(
    {"object_type", "label", "definition", "required", "priority", "description", "external_id"}
    | {"deactivated_datetime"}
)


def definitions(turn: Turn, arguments: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the definitions of one kind of object, which must be named; raises Refused."""
    given = only(arguments, PAGING | {"object_type"})
    wanted = one_of(given, "object_type", OBJECTS)
    return [_shown(definition) for definition in turn.find(KIND, "object_type", wanted)]


def definition(turn: Turn, key: int) -> dict[str, Any]:
    """Return one definition as the API shows it; raises Refused."""
    found = turn.get(KIND, key)
    if found is None:
        raise missing("Custom field", key)
    return _shown(found)


def define(turn: Turn, value: object, now: datetime) -> dict[str, Any]:
    """Write a new definition; raises Refused. Two of one name are allowed."""
    stamps = {"created_datetime": now.isoformat(), "updated_datetime": now.isoformat()}
    return definition(turn, turn.append(KIND, _read(value) | stamps))


def redefine(turn: Turn, key: int, value: object, now: datetime) -> dict[str, Any]:
    """Write a definition anew; raises Refused. One with a `deactivated_datetime` is put away, its values with it."""
    row = definition(turn, key) | _read(value) | {"updated_datetime": now.isoformat()}
    turn.put(KIND, key, {name: kept for name, kept in row.items() if name != "uri"})
    return definition(turn, key)


def _read(value: object) -> dict[str, Any]:
    body = body_of(value, known=_KNOWN, required=("object_type", "label", "definition"))
    priority = number(body.get("priority", 0), "priority")
    if priority > 5_000:
        raise invalid("priority", "Must be between 0 and 5000.")
    return {
        "object_type": one_of(body, "object_type", OBJECTS),
        "label": text(body, "label", shortest=1, longest=255),
        "definition": _checked(body["definition"]),
        "required": flag(body, "required", default=False),
        "priority": priority,
        "description": text(body, "description", longest=1_024),
        "external_id": text(body, "external_id", longest=255),
        "managed_type": None,
        "deactivated_datetime": text(body, "deactivated_datetime", longest=64),
    }


def shown(turn: Turn, holder: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the values that a customer holds, each with the field it belongs to."""
    values: dict[str, Any] = holder["fields"]
    return [{"id": int(key), "field": definition(turn, int(key)), "value": value} for key, value in values.items()]


def changed(turn: Turn, holder: Mapping[str, Any], value: object) -> dict[str, Any]:
    """Return the holder's values after a list of {"id", "value"}; others stay. Raises Refused."""
    if not isinstance(value, list) or not value:
        raise Refused(400, "The request body must be a JSON list.")
    values: dict[str, Any] = dict(holder["fields"])
    for item in value:
        body = body_of(item, known={"id", "value"}, required=("id",))
        key = number(body["id"], "id")
        values[str(key)] = _accepted(turn, key, body.get("value"))
    return {key: kept for key, kept in values.items() if kept is not None}


def set_one(turn: Turn, holder: Mapping[str, Any], key: int, value: object) -> dict[str, Any]:
    """Return the holder's values after one {"value"}; an id inside the body must be the one in the path."""
    body = body_of(value, known={"id", "value"})
    if body.get("id", key) != key:
        raise invalid("id", "Does not match the field in the path.")
    return changed(turn, holder, [{"id": key, "value": body.get("value")}])


def _accepted(turn: Turn, key: int, value: object) -> object:
    if turn.get(KIND, key) is None:
        raise invalid("id", f"Custom field {key} does not exist.")
    wanted = definition(turn, key)["definition"]
    if value is None:
        return None
    if type(value) is not _TYPES[wanted["data_type"]]:
        raise invalid("value", f"Not a valid {wanted['data_type']}.")
    choices = wanted["input_settings"].get("choices")
    if choices and value not in choices:
        raise invalid("value", f"Must be one of: {', '.join(map(str, choices))}.")
    return value


def _checked(value: object) -> Body:
    body = body_of(value, known={"data_type", "input_settings"}, required=("data_type", "input_settings"))
    kind = one_of(body, "data_type", _INPUTS)
    if not isinstance(body["input_settings"], dict):
        raise invalid("input_settings", "Not a valid mapping.")
    style = one_of(body["input_settings"], "input_type", _INPUTS[kind])
    if kind == "text" and style == "dropdown" and not body["input_settings"].get("choices"):
        raise invalid("choices", "A dropdown needs choices.")
    return body


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"uri": f"/api/custom-fields/{row['id']}"}
