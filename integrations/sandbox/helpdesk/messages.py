"""Messages on tickets, and the internal notes among them. Posting twice writes two."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk import customers, people
from integrations.sandbox.helpdesk.paging import PAGING
from integrations.sandbox.helpdesk.reading import Body, body_of, flag, number, one_of, only, text
from integrations.sandbox.helpdesk.refusals import invalid, missing

KIND = "desk_message"
NOTE = "internal-note"
_TICKETS = "desk_ticket"
_CHANNELS = frozenset({NOTE, "email", "chat", "api", "phone", "sms", "contact_form", "help-center", "whatsapp"})
_WAYS = _CHANNELS | {"helpdesk", "form", "rule", "shopify", "self_service", "gorgias_chat"}
_LONG = 500_000
_TEXTS = {"subject": 998, "body_text": _LONG, "body_html": _LONG, "external_id": 255, "message_id": 998}
_KNOWN = frozenset(
    {*_TEXTS, "channel", "via", "from_agent", "public", "sender", "receiver", "source", "mention_ids", "meta"}
    | {"sent_datetime", "created_datetime", "attachments", "headers", "integration_id", "macros"}
)


def messages(turn: Turn, arguments: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return all messages, or those of one ticket; raises Refused."""
    given = only(arguments, PAGING | {"ticket_id"})
    if "ticket_id" in given:
        return of_ticket(turn, number(given["ticket_id"], "ticket_id"))
    return [_shown(row) for row in turn.all(KIND)]


def of_ticket(turn: Turn, ticket_id: int) -> list[dict[str, Any]]:
    """Return a ticket's messages, oldest first; none for a ticket that is not there."""
    return [_shown(row) for row in turn.find(KIND, "ticket_id", ticket_id)]


def message(turn: Turn, ticket_id: int, key: int) -> dict[str, Any]:
    """Return one message of one ticket; raises Refused when it is another's."""
    found = turn.get(KIND, key)
    if found is None or found["ticket_id"] != ticket_id:
        raise missing("Message", key)
    return _shown(found)


def write(turn: Turn, ticket: dict[str, Any], value: object, now: datetime) -> dict[str, Any]:
    """Write a message on the ticket and return it; raises Refused."""
    body = body_of(value, known=_KNOWN, required=("channel", "via", "from_agent"))
    texts = {name: text(body, name, longest=longest) for name, longest in _TEXTS.items()}
    if not texts["body_text"] and not texts["body_html"]:
        raise invalid("body_text", "A message needs a body.")
    from_agent = flag(body, "from_agent", default=False)
    row = texts | {
        "ticket_id": ticket["id"],
        "channel": one_of(body, "channel", _CHANNELS),
        "via": one_of(body, "via", _WAYS),
        "from_agent": from_agent,
        "public": _public(body),
        "sender": _agent(turn, body) if from_agent else _customer(turn, ticket),
        "receiver": body.get("receiver"),
        "source": body.get("source"),
        "attachments": body.get("attachments") or [],
        "meta": body.get("meta"),
        "stripped_text": texts["body_text"],
        "created_datetime": now.isoformat(),
        "sent_datetime": body.get("sent_datetime") or now.isoformat(),
        "failed_datetime": None,
        "last_sending_error": None,
        "integration_id": None,
        "rule_id": None,
        "intents": [],
        "macros": [],
    }
    _touch(turn, ticket, row, now)
    return message(turn, ticket["id"], turn.append(KIND, row))


def is_note(row: Mapping[str, Any]) -> bool:
    """Tell whether only the staff can see the message."""
    return row["public"] is False


def _public(body: Body) -> bool:
    public = flag(body, "public", default=True)
    if public and NOTE in (body.get("channel"), body.get("via")):
        raise invalid("public", "An internal note must not be public.")
    return public


def _agent(turn: Turn, body: Body) -> dict[str, Any]:
    sender = body.get("sender")
    if not isinstance(sender, dict):
        raise invalid("sender", "Missing data for required field.")
    email = sender.get("email")
    if sender.get("id") is not None:
        member = turn.get(people.KIND, number(sender["id"], "sender"))
    else:
        member = people.worker(turn, email) if isinstance(email, str) else None
    if member is None:
        raise invalid("sender", "Not a user of this helpdesk.")
    return {name: member[name] for name in ("id", "email", "name", "firstname", "lastname")}


def _customer(turn: Turn, ticket: dict[str, Any]) -> dict[str, Any] | None:
    if ticket["customer_id"] is None:
        return None
    holder = customers.customer(turn, ticket["customer_id"])
    return {name: holder[name] for name in ("id", "email", "name", "firstname", "lastname")}


def _touch(turn: Turn, ticket: dict[str, Any], row: Mapping[str, Any], now: datetime) -> None:
    stamp = now.isoformat()
    received = {} if row["from_agent"] else {"last_received_message_datetime": stamp}
    excerpt = {} if is_note(row) else {"excerpt": (row["body_text"] or "")[:200]}
    fresh = {"last_message_datetime": stamp, "updated_datetime": stamp}
    turn.put(_TICKETS, ticket["id"], ticket | fresh | received | excerpt)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"uri": f"/api/tickets/{row['ticket_id']}/messages/{row['id']}"}
