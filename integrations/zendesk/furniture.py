"""What of an account is ours: how it is made, and how it is known again, by ourselves or by nobody."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from app.domain.helpdesk_setup import Wiring
from integrations.zendesk.client import Json
from integrations.zendesk.webhooks import COMMENT_ADDED, TICKET_CREATED

TICKETS, COMMENTS = "new-tickets", "comments"
# Of each webhook, what it tells of. A webhook that triggers may ring hears of nothing else.
HOOKS: Mapping[str, str] = {TICKETS: "conditional_ticket_events", COMMENTS: COMMENT_ADDED}
_NAMES = {TICKETS: "new tickets", COMMENTS: "comments"}
_MADE_BY = "Made by Lagniappe, which takes it away again when it is disconnected."
# Filled in as it stands: who has a quotation mark in their telephone number spoils the call, and forges none.
_WORDS = json.dumps(
    {
        "event": TICKET_CREATED,
        "ticket_id": "{{ticket.id}}",
        "customer_email": "{{ticket.requester.email}}",
        "customer_external_id": "{{ticket.requester.external_id}}",
        "customer_channels": "{{ticket.requester.phone}}",
    }
)
_CREATED = {"field": "update_type", "operator": "is", "value": "Create"}
# A macro types the command in private; what it is about is filled in before it is sent.
MACROS: Mapping[str, Json] = {
    "flowers": {"title": "Lagniappe::Send flowers", "words": "/lagniappe flowers"},
    "refund": {"title": "Lagniappe::Refund and keep", "words": "/lagniappe refund "},
    "credit": {"title": "Lagniappe::Store credit", "words": "/lagniappe credit "},
}


def hook(wiring: Wiring, what: str) -> Json:
    """Return a webhook of ours."""
    return {
        "name": f"Lagniappe: {_NAMES[what]} ({wiring.shop})",
        "description": _MADE_BY,
        "endpoint": wiring.hook_url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": [HOOKS[what]],
    }


def tells_of(row: Json, what: str) -> bool:
    """Return whether a webhook is there for this."""
    return row.get("subscriptions") == [HOOKS[what]]


def leads_to(row: Json, address: str) -> bool:
    """Return whether a webhook calls this address, which nobody but us knows; our house may have moved since."""
    return urlsplit(str(row.get("endpoint"))).path == urlsplit(address).path


def trigger(wiring: Wiring, webhook: str) -> Json:
    """Return what rings a webhook when a ticket is made."""
    return {
        "title": title(wiring),
        "description": _MADE_BY,
        "active": True,
        "conditions": {"all": [_CREATED], "any": []},
        "actions": [{"field": "notification_webhook", "value": [webhook, _WORDS]}],
    }


def title(wiring: Wiring) -> str:
    """Return what a store's trigger is called; an account takes each title once."""
    return f"Lagniappe: new tickets ({wiring.shop})"


def rings(row: Json, webhooks: set[str]) -> bool:
    """Return whether a trigger rings one of these webhooks."""
    values = [each.get("value") for each in row.get("actions") or ()]
    return any(isinstance(value, list) and str(value[0]) in webhooks for value in values if value)


def stands_in(row: Json, wiring: Wiring) -> bool:
    """Return whether an installation of an app is the frame of our desk: it was given the desk's address."""
    said = str((row.get("settings") or {}).get("desk") or "")
    return bool(wiring.desk_url) and urlsplit(said).path == urlsplit(wiring.desk_url).path


def macro(name: str) -> Json:
    """Return a macro of ours."""
    return {
        "title": MACROS[name]["title"],
        "description": _MADE_BY,
        "active": True,
        "actions": [
            {"field": "comment_value", "value": MACROS[name]["words"]},
            {"field": "comment_mode_is_public", "value": "false"},
        ],
    }


def is_made_by_us(row: Json) -> bool:
    """Return whether we have made a webhook, a trigger or a macro."""
    return row.get("description") == _MADE_BY


def as_wanted(row: Json, wanted: Json) -> bool:
    """Return whether a piece of furniture is on, and does what it should."""
    return all(row.get(name) == value for name, value in wanted.items())
