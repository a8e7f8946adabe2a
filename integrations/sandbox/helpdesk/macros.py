"""Macros: what agents do in one go. A tag that one of them puts on cannot be deleted."""

import json
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.helpdesk.reading import body_of, listing, one_of, text
from integrations.sandbox.helpdesk.refusals import invalid, missing

KIND = "desk_macro"
_TAGGING = frozenset({"addTags", "removeTags"})
_ACTIONS = _TAGGING | {"http", "setSubject", "setResponseText", "addInternalNote", "setStatus", "setPriority"}
_KNOWN = frozenset({"name", "actions", "intent", "language", "external_id"})


def macros(turn: Turn) -> list[dict[str, Any]]:
    """Return the account's macros."""
    return [_shown(row) for row in turn.all(KIND)]


def macro(turn: Turn, key: int) -> dict[str, Any]:
    """Return one macro; raises Refused."""
    found = turn.get(KIND, key)
    if found is None:
        raise missing("Macro", key)
    return _shown(found)


def create(turn: Turn, value: object, now: datetime) -> dict[str, Any]:
    """Write a new macro; raises Refused."""
    body = body_of(value, known=_KNOWN, required=("name",))
    for action in listing(body, "actions"):
        said = body_of(action, known={"name", "title", "type", "arguments"}, required=("name", "title", "type"))
        one_of(said, "name", _ACTIONS)
        one_of(said, "type", {"user"})
    row = {
        "name": text(body, "name", shortest=1, longest=255),
        "actions": listing(body, "actions"),
        "intent": text(body, "intent", longest=255),
        "language": text(body, "language", longest=16),
        "external_id": text(body, "external_id", longest=255),
        "created_datetime": now.isoformat(),
        "updated_datetime": now.isoformat(),
    }
    return macro(turn, turn.append(KIND, row))


def refuse_if_tagged(turn: Turn, tag: str) -> None:
    """Raise Refused while a macro puts this tag on or takes it off."""
    actions = (action for row in turn.all(KIND) for action in row["actions"] if action["name"] in _TAGGING)
    if any(tag in json.dumps(action.get("arguments"), ensure_ascii=False) for action in actions):
        raise invalid("id", "This tag is used in a macro.")


def _shown(row: Doc) -> dict[str, Any]:
    return row | {"uri": f"/api/macros/{row['id']}"}
