"""What of an account is ours: how it is made, and how it is known again, by ourselves or by nobody."""

from urllib.parse import urlsplit

from app.domain.helpdesk_setup import Wiring
from integrations.gorgias.client import Json
from integrations.gorgias.webhooks import SECRET_HEADER

TRIGGERS = ("ticket-created", "ticket-message-created")
CONTEXTS = ("ticket", "customer")

_MADE_BY = "Made by Lagniappe, which takes it away again when it is disconnected."
_FIELD, _CARD_FIELD = "lagniappe-standing", "lagniappe-card"
_JSON = {"request_content_type": "application/json", "response_content_type": "application/json"}
FIELD: Json = {
    "object_type": "Customer",
    "label": "Lagniappe",
    "description": "Whether this customer is special to the store, and why. Kept up to date by Lagniappe.",
    "definition": {"data_type": "text", "input_settings": {"input_type": "input"}},
    "required": False,
    "external_id": _FIELD,
}
CARD_FIELD: Json = FIELD | {
    "label": "Lagniappe card",
    "description": "What was done for this customer and what is to come, as of when it says. Written by Lagniappe.",
    "external_id": _CARD_FIELD,
}
FIELDS = {_FIELD: FIELD, _CARD_FIELD: CARD_FIELD}
# Of each trigger a call of its own: which one has fired stands in no call but where we have written it.
_FORM = {
    "v": "1",
    "ticket_id": "{{ticket.id}}",
    "customer_email": "{{ticket.customer.email}}",
    "customer_external_id": "{{ticket.customer.external_id}}",
}
_MORE = {
    "ticket-created": {"at": "{{ticket.created_datetime}}"},
    "ticket-message-created": {
        "at": "{{message.created_datetime}}",
        "message_id": "{{message.id}}",
        "from_agent": "{{message.from_agent}}",
    },
}
_NAMES = {"ticket-created": "new tickets", "ticket-message-created": "new messages"}
_WHO = "email={{ticket.customer.email}}&id={{ticket.customer.external_id}}&ticket={{ticket.id}}"


def tag(name: str) -> Json:
    """Return a tag of ours; one that somebody else has made bears other words."""
    return {"name": name, "description": _MADE_BY}


def is_made_by_us(row: Json) -> bool:
    """Return whether we have made a tag, or an integration."""
    return row.get("description") == _MADE_BY


def is_our_field(row: Json) -> bool:
    """Return whether a customer field is one that we keep."""
    return row.get("external_id") in FIELDS


def is_same_field(row: Json, wanted: Json) -> bool:
    """Return whether a customer field is this one of ours."""
    return bool(row.get("external_id") == wanted["external_id"])


def hook(wiring: Wiring, trigger: str) -> Json:
    """Return what calls us when a trigger fires."""
    form = {"event": trigger, **_FORM, **_MORE[trigger]}
    http = {"url": wiring.hook_url, "method": "POST", **_JSON, **_proof(wiring), "form": form}
    return _integration(wiring, _NAMES[trigger], http | {"triggers": {trigger: True}})


def fires(row: Json, trigger: str) -> bool:
    """Return whether an integration tells of a trigger, on or off."""
    return ((row.get("http") or {}).get("form") or {}).get("event") == trigger


def asks(row: Json) -> bool:
    """Return whether an integration only asks, as the card's does."""
    return (row.get("http") or {}).get("method") == "GET"


def leads_to(row: Json, address: str) -> bool:
    """Return whether an integration calls this address, which nobody but us knows; our house may have moved since."""
    return urlsplit(str((row.get("http") or {}).get("url"))).path == urlsplit(address).path


def card(wiring: Wiring) -> Json:
    """Return what asks us for a customer's card when an agent looks at them."""
    http = {"url": f"{wiring.card_url}?{_WHO}", "method": "GET", **_JSON, **_proof(wiring), "form": {}}
    return _integration(wiring, "the customer's card", http | {"triggers": {}})


def widget(integration_id: int, context: str) -> Json:
    """Return what shows the card beside a ticket or a customer: texts alone, for only those are known for certain."""
    rows = [{"path": path, "type": "text", "title": title} for path, title in _ROWS.items()]
    card_of_rows = {"path": "lagniappe", "type": "card", "title": "Lagniappe", "widgets": rows}
    return {
        "type": "http",
        "context": context,
        "integration_id": integration_id,
        "order": 0,
        "template": {"type": "wrapper", "widgets": [card_of_rows]},
    }


def as_wanted(row: Json, wanted: Json) -> bool:
    """Return whether an integration is on, and calls as it should."""
    http, mine = row.get("http") or {}, wanted["http"]
    same = all((http.get(name) or {}) == mine[name] for name in ("url", "method", "headers", "form"))
    triggers = {name for name, on in (http.get("triggers") or {}).items() if on}
    return row.get("deactivated_datetime") is None and same and triggers == set(mine["triggers"])


_ROWS = {
    "notice": "Please note",
    "status": "Status",
    "net_spend": "Net spend",
    "orders": "Orders",
    "since": "Since",
    "last_kindness": "Last kindness",
    "pending": "Pending",
    "team_pool": "Team pool",
    "as_of": "As of",
    "desk": "The desk",
}


def _integration(wiring: Wiring, what: str, http: Json) -> Json:
    return {"name": f"Lagniappe: {what} ({wiring.shop})", "type": "http", "description": _MADE_BY, "http": http}


def _proof(wiring: Wiring) -> Json:
    return {"headers": {SECRET_HEADER: wiring.secret}}
