"""Macros: what agents do in one go. A tag that one of them puts on cannot be deleted, nor one that a rule applies."""

import json
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.helpdesk.reading import body_of, flag, listing, one_of, text
from integrations.sandbox.helpdesk.refusals import Refused, invalid, missing

KIND, RULES = "desk_macro", "desk_rule"
_TAGGING = frozenset({"addTags", "removeTags"})
_ACTIONS = _TAGGING | {"http", "setSubject", "setResponseText", "addInternalNote", "setStatus", "setPriority"}
_KNOWN = frozenset({"name", "actions", "intent", "language", "external_id"})
_CALL = frozenset({"url", "method", "headers", "params", "content_type"})


def macros(turn: Turn) -> list[dict[str, Any]]:
    """Return the account's macros."""
    return [_shown(row) for row in turn.all(KIND)]


def macro(turn: Turn, key: int) -> dict[str, Any]:
    """Return one macro; raises Refused."""
    return _shown(_kept(turn, key))


def create(turn: Turn, value: object, now: datetime) -> dict[str, Any]:
    """Write a new macro; raises Refused."""
    stamps = {"created_datetime": now.isoformat(), "updated_datetime": now.isoformat()}
    return macro(turn, turn.append(KIND, _read(value) | stamps))


def change(turn: Turn, key: int, value: object, now: datetime) -> dict[str, Any]:
    """Write a macro anew; raises Refused."""
    row = _kept(turn, key)
    turn.put(KIND, key, row | _read(value) | {"updated_datetime": now.isoformat()})
    return macro(turn, key)


def remove(turn: Turn, key: int) -> None:
    """Take a macro away; raises Refused, with 409 while a rule applies it."""
    _kept(turn, key)
    if turn.find(RULES, "macro_id", key):
        raise Refused(409, "This macro is used in a rule.")
    turn.delete(KIND, key)


def calls(turn: Turn, key: int) -> list[dict[str, Any]]:
    """Return what a macro's calls are made of, each as it was written; raises Refused."""
    return [action["arguments"] for action in _kept(turn, key)["actions"] if action["name"] == "http"]


def asks(turn: Turn, key: int) -> frozenset[str]:
    """Return what an agent may fill in before they send a macro; raises Refused."""
    params = (param for call in calls(turn, key) for param in call.get("params") or [])
    return frozenset(param["key"] for param in params if param.get("editable"))


def refuse_if_tagged(turn: Turn, tag: str) -> None:
    """Raise Refused while a macro puts this tag on or takes it off."""
    actions = (action for row in turn.all(KIND) for action in row["actions"] if action["name"] in _TAGGING)
    if any(tag in json.dumps(action.get("arguments"), ensure_ascii=False) for action in actions):
        raise invalid("id", "This tag is used in a macro.")


def _read(value: object) -> dict[str, Any]:
    body = body_of(value, known=_KNOWN, required=("name",))
    for action in listing(body, "actions"):
        said = body_of(action, known={"name", "title", "type", "arguments"}, required=("name", "title", "type"))
        one_of(said, "type", {"user"})
        if one_of(said, "name", _ACTIONS) == "http":
            _check_call(said.get("arguments"))
    return {
        "name": text(body, "name", shortest=1, longest=255),
        "actions": listing(body, "actions"),
        "intent": text(body, "intent", longest=255),
        "language": text(body, "language", longest=16),
        "external_id": text(body, "external_id", longest=255),
    }


def _check_call(value: object) -> None:
    call = body_of(value, known=_CALL, required=("url", "method"))
    if not (text(call, "url", longest=2_048) or "").startswith(("https://", "http://")):
        raise invalid("url", "Not a valid URL.")
    one_of(call, "method", {"GET", "POST", "PUT", "PATCH", "DELETE"})
    for header in listing(call, "headers"):
        body_of(header, known={"key", "value"}, required=("key", "value"))
    for param in listing(call, "params"):
        said = body_of(param, known={"key", "value", "editable", "mandatory"}, required=("key", "value"))
        for name in ("editable", "mandatory"):
            flag(said, name, default=False)


def _kept(turn: Turn, key: int) -> Doc:
    found = turn.get(KIND, key)
    if found is None:
        raise missing("Macro", key)
    return found


def _shown(row: Doc) -> dict[str, Any]:
    return row | {"uri": f"/api/macros/{row['id']}"}
