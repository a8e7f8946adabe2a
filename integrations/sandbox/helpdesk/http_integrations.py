"""HTTP integrations: whom the account calls, when, and in which words. One that fails for long switches itself off."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.helpdesk import people
from integrations.sandbox.helpdesk.paging import PAGING
from integrations.sandbox.helpdesk.reading import Body, body_of, one_of, only, text
from integrations.sandbox.helpdesk.refusals import invalid, missing

KIND = "desk_integration"
TRIGGERS = frozenset(
    {"ticket-created", "ticket-updated", "ticket-message-created", "ticket-self-unsnoozed", "ticket-message-failed"}
    | {"ticket-assignment-updated", "ticket-status-updated", "ticket-handed-over"}
)
MOST_FAILURES = 100  # in a row
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
_HTTP = frozenset({"url", "method", "request_content_type", "response_content_type"})
_WORDS = {  # Léa's own, made by hand before anybody could make it for her
    "v": "1",
    "ticket_id": "{{ticket.id}}",
    "customer_email": "{{ticket.customer.email}}",
    "customer_external_id": "{{ticket.customer.external_id}}",
    "customer_channels": "{{ticket.customer.channels}}",
}
_MORE: Mapping[str, Mapping[str, str]] = {
    "ticket-created": {"at": "{{ticket.created_datetime}}"},
    "ticket-message-created": {
        "at": "{{message.created_datetime}}",
        "message_id": "{{message.id}}",
        "from_agent": "{{message.from_agent}}",
    },
}


def settle_in(turn: Turn, home: str, now: datetime) -> None:
    """Write down what the team has set up by hand, unless there is anything: a call for each of two triggers."""
    if turn.count(KIND):
        return
    for trigger, more in _MORE.items():
        http = {
            "url": f"{home}/hooks/gorgias/{people.HOOK_TOKEN}",
            "method": "POST",
            "request_content_type": "application/json",
            "response_content_type": "application/json",
            "headers": {"X-Lagniappe-Secret": people.HOOK_SECRET},
            "form": {"event": trigger, **_WORDS, **more},
            "triggers": {trigger: True},
        }
        create(turn, {"name": f"Tell Lagniappe: {trigger}", "type": "http", "http": http}, now)


def integrations(turn: Turn, arguments: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the account's integrations; raises Refused for filters that do not exist."""
    wanted = only(arguments, PAGING | {"type"}).get("type", "http")
    return [_shown(row) for row in turn.all(KIND) if row["type"] == wanted]


def integration(turn: Turn, key: int) -> dict[str, Any]:
    """Return one as the API shows it, without what can only be written; raises Refused."""
    return _shown(_kept(turn, key))


def create(turn: Turn, value: object, now: datetime) -> dict[str, Any]:
    """Write a new one; raises Refused, for a name that is taken and for any type but "http" too."""
    body = body_of(value, known={"name", "type", "description", "http"}, required=("name", "type", "http"))
    row = {
        "type": one_of(body, "type", {"http"}),
        "name": _name(turn, body, None),
        "description": text(body, "description", longest=1_024),
        "http": _http(body["http"]),
        "deactivated_datetime": None,
        "failures": 0,
        "created_datetime": now.isoformat(),
        "updated_datetime": now.isoformat(),
    }
    return integration(turn, turn.append(KIND, row))


def change(turn: Turn, key: int, value: object, now: datetime) -> dict[str, Any]:
    """Change what the body names, which must hold the name; switched on again, its failures are forgotten."""
    row = _kept(turn, key)
    body = body_of(value, known={"name", "description", "http", "deactivated_datetime"}, required=("name",))
    changes: dict[str, Any] = {"name": _name(turn, body, key), "updated_datetime": now.isoformat()}
    if "description" in body:
        changes["description"] = text(body, "description", longest=1_024)
    if "http" in body:
        changes["http"] = _http(body["http"])
    if "deactivated_datetime" in body:
        changes |= {"deactivated_datetime": text(body, "deactivated_datetime", longest=64), "failures": 0}
    turn.put(KIND, key, row | changes)
    return integration(turn, key)


def remove(turn: Turn, key: int) -> None:
    """Take one away; raises Refused."""
    _kept(turn, key)
    turn.delete(KIND, key)


def called_at(turn: Turn, trigger: str) -> list[Doc]:
    """Return whom the account calls when this happens."""
    return [
        row
        for row in turn.all(KIND)
        if row["deactivated_datetime"] is None and row["http"]["triggers"].get(trigger) is True
    ]


def answered(turn: Turn, letter: Doc, now: datetime, *, well: bool) -> None:
    """Count a call that failed; one that went well makes up for all before it."""
    row = turn.get(KIND, letter["integration"]) if letter.get("integration") else None
    if row is None:
        return
    failures = 0 if well else row["failures"] + 1
    off = now.isoformat() if failures >= MOST_FAILURES else row["deactivated_datetime"]
    turn.put(KIND, row["id"], row | {"failures": failures, "deactivated_datetime": off})


def _kept(turn: Turn, key: int) -> Doc:
    found = turn.get(KIND, key)
    if found is None:
        raise missing("Integration", key)
    return found


def _name(turn: Turn, body: Body, key: int | None) -> str:
    name = text(body, "name", shortest=1, longest=255)
    if any(other["id"] != key for other in turn.find(KIND, "name", name)):
        raise invalid("name", "Already taken.")
    return str(name)


def _http(value: object) -> dict[str, Any]:
    body = body_of(value, known=_HTTP | {"headers", "form", "triggers", "hmac_secret"}, required=tuple(_HTTP))
    url = text(body, "url", longest=2_048) or ""
    if not url.startswith(("https://", "http://")):
        raise invalid("url", "Not a valid URL.")
    return {
        "url": url,
        "method": one_of(body, "method", _METHODS),
        "request_content_type": text(body, "request_content_type", longest=255),
        "response_content_type": text(body, "response_content_type", longest=255),
        "headers": _strings(body, "headers"),
        "form": _strings(body, "form"),
        "triggers": _triggers(body),
        "hmac_secret": text(body, "hmac_secret", longest=255),
    }


def _strings(body: Body, name: str) -> dict[str, str]:
    value = body.get(name) or {}
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise invalid(name, "Not a valid mapping of strings.")
    return value


def _triggers(body: Body) -> dict[str, bool]:
    value = body_of(body.get("triggers") or {}, known=TRIGGERS)
    if not all(isinstance(each, bool) for each in value.values()):
        raise invalid("triggers", "Not a valid boolean.")
    return value


def _shown(row: Doc) -> dict[str, Any]:
    http = {name: value for name, value in row["http"].items() if name != "hmac_secret"}
    kept = {name: value for name, value in row.items() if name != "failures"}
    return kept | {"http": http, "uri": f"/api/integrations/{row['id']}"}
