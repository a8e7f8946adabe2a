"""Tickets and what is on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk import customers, messages, people, tags
from integrations.sandbox.helpdesk.paging import PAGING
from integrations.sandbox.helpdesk.reading import Body, body_of, flag, listing, number, one_of, only, text
from integrations.sandbox.helpdesk.refusals import invalid, missing

KIND = "desk_ticket"
STATUSES = frozenset({"open", "closed"})
PRIORITIES = frozenset({"critical", "high", "normal", "low"})
_COMMON = frozenset(
    {
        "status",
        "priority",
        "subject",
        "channel",
        "via",
        "customer",
        "assignee_user",
        "tags",
        "external_id",
        "meta",
    }
    | {"spam", "language", "from_agent"}
)
_MOST_MESSAGES = 500


def tickets(turn: Turn, arguments: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the tickets that fit every filter, without their messages; none exists by e-mail or tag."""
    given = only(arguments, PAGING | {"customer_id", "external_id", "trashed"})
    if "customer_id" in given:
        rows = turn.find(KIND, "customer_id", number(given["customer_id"], "customer_id"))
    else:
        rows = turn.all(KIND)
    if "external_id" in given:
        rows = [row for row in rows if row["external_id"] == given["external_id"]]
    return [as_json(turn, row) for row in rows]


def ticket(turn: Turn, key: int) -> dict[str, Any]:
    """Return the ticket as kept; raises Refused."""
    found = turn.get(KIND, key)
    if found is None:
        raise missing("Ticket", key)
    return found


def as_json(turn: Turn, row: dict[str, Any]) -> dict[str, Any]:
    """Return the ticket as lists show it."""
    holder = customers.as_json(customers.customer(turn, row["customer_id"])) if row["customer_id"] else None
    kept = {name: value for name, value in row.items() if name not in ("customer_id", "tag_ids")}
    return kept | {
        "uri": f"/api/tickets/{row['id']}",
        "customer": holder,
        "requester": holder,
        "tags": tags.shown(turn, row["tag_ids"]),
        "messages_count": len(messages.of_ticket(turn, row["id"])),
    }


def with_messages(turn: Turn, row: dict[str, Any]) -> dict[str, Any]:
    """Return the ticket as it is shown when asked for by its id."""
    return as_json(turn, row) | {"messages": messages.of_ticket(turn, row["id"])}


def create(turn: Turn, value: object, now: datetime) -> dict[str, Any]:
    """Open a ticket with its first messages and return it as kept; raises Refused."""
    body = body_of(value, known=_COMMON | {"messages"}, required=("messages", "via"))
    if not 1 <= len(listing(body, "messages")) <= _MOST_MESSAGES:
        raise invalid("messages", f"Length must be between 1 and {_MOST_MESSAGES}.")
    key = turn.append(KIND, _blank(now) | _changes(turn, body, now))
    for message in body["messages"]:
        messages.write(turn, ticket(turn, key), message, now)
    return ticket(turn, key)


def change(turn: Turn, key: int, value: object, now: datetime) -> dict[str, Any]:
    """Change what the body names and leave the rest; `tags`, when named, replaces every tag."""
    row, body = ticket(turn, key), body_of(value, known=_COMMON)
    return _keep(turn, row | _changes(turn, body, now), now)


def delete(turn: Turn, key: int) -> None:
    """Take a ticket away with all that was said on it; raises Refused."""
    ticket(turn, key)
    for message in messages.of_ticket(turn, key):
        turn.delete(messages.KIND, message["id"])
    turn.delete(KIND, key)


def add_tags(turn: Turn, key: int, value: object, now: datetime) -> list[str]:
    """Put tags on beside those that are there; return the names that were new."""
    row, ids = ticket(turn, key), tags.named(turn, value)
    fresh = [tag for tag in ids if tag not in row["tag_ids"]]
    _keep(turn, row | {"tag_ids": row["tag_ids"] + fresh}, now)
    return [tag["name"] for tag in tags.shown(turn, fresh)]


def replace_tags(turn: Turn, key: int, value: object, now: datetime) -> None:
    """Take all tags off and put these on, everybody's: an empty body leaves none."""
    _keep(turn, ticket(turn, key) | {"tag_ids": tags.named(turn, value, needed=False)}, now)


def remove_tags(turn: Turn, key: int, value: object, now: datetime) -> list[str]:
    """Take these tags off; return the names of those that were on."""
    row, ids = ticket(turn, key), tags.named(turn, value)
    gone = [tag for tag in ids if tag in row["tag_ids"]]
    _keep(turn, row | {"tag_ids": [tag for tag in row["tag_ids"] if tag not in ids]}, now)
    return [tag["name"] for tag in tags.shown(turn, gone)]


def take_off_all(turn: Turn, tag_id: int) -> None:
    """Take a tag off every ticket."""
    for row in turn.all(KIND):
        if tag_id in row["tag_ids"]:
            turn.put(KIND, row["id"], row | {"tag_ids": [key for key in row["tag_ids"] if key != tag_id]})


def _keep(turn: Turn, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    turn.put(KIND, row["id"], row | {"updated_datetime": now.isoformat()})
    return ticket(turn, row["id"])


def _changes(turn: Turn, body: Body, now: datetime) -> dict[str, Any]:
    return _words(body) | _people(turn, body, now) | _tag_ids(turn, body)


def _words(body: Body) -> dict[str, Any]:
    words: dict[str, Any] = {name: body[name] for name in ("channel", "via", "meta", "language") if name in body}
    for name, longest in (("subject", 998), ("external_id", 255)):
        if name in body:
            words[name] = text(body, name, longest=longest)
    for name, choices in (("status", STATUSES), ("priority", PRIORITIES)):
        if name in body:
            words[name] = one_of(body, name, choices)
    return words | ({"spam": flag(body, "spam", default=False)} if "spam" in body else {})


def _people(turn: Turn, body: Body, now: datetime) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if body.get("customer") is not None:
        changes["customer_id"] = _customer_id(turn, body["customer"], now)
    if body.get("assignee_user") is not None:
        member = people.user(turn, number(body_of(body["assignee_user"], known={"id"}).get("id"), "assignee_user"))
        changes["assignee_user"] = {name: member[name] for name in ("id", "email", "name")}
    return changes


def _customer_id(turn: Turn, value: object, now: datetime) -> int:
    body = body_of(value, known={"id", "email", "name"})
    if body.get("id") is not None:
        return int(customers.customer(turn, number(body["id"], "customer"))["id"])
    email = text(body, "email", longest=320)
    if not email:
        raise invalid("customer", "Needs an id or an email.")
    return int(customers.by_email(turn, email, now)["id"])


def _tag_ids(turn: Turn, body: Body) -> dict[str, Any]:
    if "tags" not in body:
        return {}
    named = [body_of(item, known={"name", "decoration"}, required=("name",))["name"] for item in listing(body, "tags")]
    return {"tag_ids": list(dict.fromkeys(tags.by_name(turn, name) for name in named))}


def _blank(now: datetime) -> dict[str, Any]:
    stamps = dict.fromkeys(("opened", "created", "updated"), now.isoformat())
    absent = ("closed", "trashed", "snooze", "last_message", "last_received_message")
    return {
        "external_id": None,
        "subject": None,
        "excerpt": None,
        "status": "open",
        "priority": "normal",
        "channel": "email",
        "via": "email",
        "customer_id": None,
        "assignee_user": None,
        "assignee_team": None,
        "tag_ids": [],
        "language": "en",
        "spam": False,
        "is_unread": True,
        "meta": None,
        **{f"{name}_datetime": stamp for name, stamp in stamps.items()},
        **{f"{name}_datetime": None for name in absent},
    }
