"""What an account is furnished with: fields of users, webhooks with a secret each, triggers that ring them, macros."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.zendesk.people import FIELDS
from integrations.sandbox.zendesk.refusals import Body, Refused, flag, invalid, missing, one_of, text, wrapped

WEBHOOKS, TRIGGERS, MACROS = "zendesk_webhook", "zendesk_trigger", "zendesk_macro"
BY_TRIGGERS = "conditional_ticket_events"
COMMENT_ADDED = "zen:event-type:ticket.comment_added"
_EVENTS = frozenset({BY_TRIGGERS, "zen:event-type:ticket.created", COMMENT_ADDED})
_KEY = re.compile(r"[a-z0-9_]+")
_CONDITIONS = frozenset({"update_type", "comment_is_public", "role", "status", "current_tags"})


def row(turn: Turn, kind: str, key: int | str) -> Doc:
    """Return a piece of furniture; raises Refused."""
    found = turn.get(kind, key)
    if found is None:
        raise missing()
    return found


def define(turn: Turn, value: object, now: datetime) -> Doc:
    """Make a field of users; raises Refused, also for a key that is taken."""
    known = {"key", "type", "title", "description", "active", "tag", "position"}
    body = wrapped(value, "user_field", known=known, required=("key", "type", "title"))
    key = text(body, "key") or ""
    if not _KEY.fullmatch(key) or turn.find(FIELDS, "key", key):
        raise invalid("key", "is taken, or cannot be one")
    field = {
        "key": key,
        "type": one_of(body, "type", ("text", "textarea", "checkbox", "date", "integer")),
        "title": text(body, "title"),
        "description": text(body, "description"),
        "active": flag(body, "active", default=True),
        "created_at": now.isoformat(),
    }
    return row(turn, FIELDS, turn.append(FIELDS, field))


def redefine(turn: Turn, key: int, value: object) -> Doc:
    """Change a field of users; raises Refused. Its key stays what it was."""
    body = wrapped(value, "user_field", known={"title", "description", "active"})
    changes = {name: text(body, name) for name in ("title", "description") if name in body}
    kept = row(turn, FIELDS, key)
    active = flag(body, "active", default=bool(kept["active"]))
    turn.put(FIELDS, key, kept | changes | {"active": active})
    return row(turn, FIELDS, key)


def make_webhook(turn: Turn, value: object, now: datetime) -> Doc:
    """Make a webhook, with a secret of the account's own choice; raises Refused."""
    body = _webhook(value, required=("name", "endpoint", "http_method", "request_format", "status"))
    number = turn.next_id(WEBHOOKS)
    key = f"01ZD{number:022d}"
    made: Doc = {
        "id": key,
        "description": None,
        "subscriptions": [],
        "created_at": now.isoformat(),
        "secret": f"practice-signing-secret-{number}",
    }
    turn.put(WEBHOOKS, key, made | body)
    return row(turn, WEBHOOKS, key)


def change_webhook(turn: Turn, key: str, value: object) -> None:
    """Change what the body names of a webhook; raises Refused."""
    turn.put(WEBHOOKS, key, row(turn, WEBHOOKS, key) | _webhook(value))


def remove_webhook(turn: Turn, key: str) -> None:
    """Take a webhook away; raises Refused while a trigger rings it."""
    row(turn, WEBHOOKS, key)
    if any(key == ring["webhook"] for trigger in turn.all(TRIGGERS) for ring in rings(trigger)):
        raise Refused(400, "WebhookInUse")
    turn.delete(WEBHOOKS, key)


def shown(webhook: Doc) -> dict[str, Any]:
    """Return a webhook as the API shows it: its secret has a place of its own."""
    return {name: value for name, value in webhook.items() if name != "secret"}


def make_trigger(turn: Turn, value: object, now: datetime) -> Doc:
    """Make a trigger; raises Refused, also for a title that is taken."""
    blank = {"description": None, "active": True, "created_at": now.isoformat(), "position": turn.count(TRIGGERS) + 1}
    body = _trigger(turn, value, None, required=("title", "conditions", "actions"))
    return row(turn, TRIGGERS, turn.append(TRIGGERS, blank | body))


def change_trigger(turn: Turn, key: int, value: object) -> Doc:
    """Change what the body names of a trigger; raises Refused."""
    turn.put(TRIGGERS, key, row(turn, TRIGGERS, key) | _trigger(turn, value, key))
    return row(turn, TRIGGERS, key)


def make_macro(turn: Turn, value: object, now: datetime) -> Doc:
    """Make a macro; raises Refused."""
    known = {"title", "description", "active", "actions", "restriction"}
    body = wrapped(value, "macro", known=known, required=("title", "actions"))
    if not isinstance(body["actions"], list) or not all(set(each) == {"field", "value"} for each in body["actions"]):
        raise invalid("actions", "are not understood")
    made = {"description": None, "active": True, "created_at": now.isoformat()}
    return row(turn, MACROS, turn.append(MACROS, made | body))


def change_macro(turn: Turn, key: int, value: object) -> Doc:
    """Change what the body names of a macro; raises Refused."""
    body = wrapped(value, "macro", known={"title", "description", "active", "actions"})
    turn.put(MACROS, key, row(turn, MACROS, key) | body)
    return row(turn, MACROS, key)


def remove(turn: Turn, kind: str, key: int) -> None:
    """Take a piece of furniture away; raises Refused."""
    row(turn, kind, key)
    turn.delete(kind, key)


def rings(trigger: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return which webhooks a trigger rings, and with which words."""
    actions = (each["value"] for each in trigger["actions"] if each["field"] == "notification_webhook")
    return [{"webhook": webhook, "words": words} for webhook, words in actions]


def fires(trigger: Mapping[str, Any], facts: Mapping[str, str]) -> bool:
    """Return whether a trigger's conditions hold."""

    def holds(condition: Mapping[str, str]) -> bool:
        return (facts.get(condition["field"]) == condition["value"]) is (condition["operator"] == "is")

    any_of = trigger["conditions"]["any"]
    return (
        trigger["active"] and all(map(holds, trigger["conditions"]["all"])) and (not any_of or any(map(holds, any_of)))
    )


def _webhook(value: object, required: tuple[str, ...] = ()) -> Body:
    known = {"name", "description", "endpoint", "http_method", "request_format", "status", "subscriptions"}
    body = wrapped(value, "webhook", known=known, required=required)
    if "endpoint" in body and not str(body["endpoint"]).startswith(("https://", "http://")):
        raise invalid("endpoint", "is not a valid URL")
    for name, choices in (("http_method", ("POST", "GET", "PUT")), ("request_format", ("json", "xml", "form_encoded"))):
        if name in body:
            one_of(body, name, choices)
    if "status" in body:
        one_of(body, "status", ("active", "inactive"))
    wanted = body.get("subscriptions", [])
    if not isinstance(wanted, list) or not set(wanted) <= _EVENTS or (BY_TRIGGERS in wanted and len(wanted) > 1):
        raise invalid("subscriptions", "are not understood, or do not go together")
    return body


def _trigger(turn: Turn, value: object, key: int | None, required: tuple[str, ...] = ()) -> Body:
    known = {"title", "description", "active", "conditions", "actions", "category_id"}
    body = wrapped(value, "trigger", known=known, required=required)
    if "title" in body and any(each["id"] != key for each in turn.find(TRIGGERS, "title", body["title"])):
        raise invalid("title", "has already been taken")
    if "conditions" in body:
        asked = body["conditions"]
        every = [*(asked.get("all") or []), *(asked.get("any") or [])] if isinstance(asked, dict) else []
        if not every or not all(each.get("field") in _CONDITIONS for each in every):
            raise invalid("conditions", "must be at least one, and known")
        body["conditions"] = {"all": asked.get("all") or [], "any": asked.get("any") or []}
    for ring in rings(body) if "actions" in body else []:
        webhook = turn.get(WEBHOOKS, ring["webhook"])
        if webhook is None or webhook["subscriptions"] != [BY_TRIGGERS]:
            raise invalid("actions", "ring no webhook that triggers may ring")
        try:
            json.loads(ring["words"])
        except ValueError:
            raise invalid("actions", "bear words that are no JSON") from None
    return body
