"""The calls that the helpdesk makes: an HTTP integration per trigger, and the buttons that its agents press.

Nothing is signed: the address holds a token, a header holds a secret, and every value is a string.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk import customers, people
from integrations.sandbox.helpdesk.reading import body_of, one_of, text
from integrations.sandbox.helpdesk.refusals import Refused
from integrations.sandbox.post_office import Letter, PostOffice

_LABELS = {
    "refund_keep": "Refund & keep",
    "flowers": "Flowers",
    "withdraw_flowers": "Withdraw flowers",
}
_FORM = dict.fromkeys(
    (
        *("order", "amount", "items", "shipping", "store_credit"),
        *("when_days", "product", "message", "compassion", "confirm"),
    ),
    "",
)
_DEFAULT_DAYS = "14"
_PAUSES = (1.0, 3.0, 9.0)  # three more tries; the vendor's own spacing is not published
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "User-Agent": "Gorgias/1.0 (practice town)",
    "X-Lagniappe-Secret": people.HOOK_SECRET,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """An agent's press on a button, with the form as it was filled in."""

    action: str
    agent: dict[str, Any]
    form: Mapping[str, str]


def label(action: str, when_days: str) -> str:
    """Return what stands on the button: with flowers, when they shall arrive."""
    when = {"14": " in two weeks", "1": " tomorrow"}.get(when_days, f" in {when_days} days")
    return _LABELS[action] + (when if action == "flowers" else "")


def ticket_created(turn: Turn, post: PostOffice, ticket: dict[str, Any], now: datetime) -> int:
    """Tell the app of a new ticket; return the letter's id."""
    return _send(turn, post, "ticket-created", _event(turn, "ticket-created", ticket, now))


def message_created(
    turn: Turn, post: PostOffice, ticket: dict[str, Any], message: dict[str, Any], now: datetime
) -> int:
    """Tell the app of a new message, its own notes included; return the letter's id."""
    about = {"message_id": str(message["id"]), "from_agent": str(message["from_agent"])}  # True or False, in letters
    body = _event(turn, "ticket-message-created", ticket, now) | about
    return _send(turn, post, "ticket-message-created", body)


def read_press(turn: Turn, value: object) -> Press:
    """Return what is pressed, by whom; Léa when nobody is named. Raises Refused."""
    body = body_of(value, known={"action", "agent_email", *_FORM}, required=("action",))
    action = one_of(body, "action", _LABELS)
    agent = people.worker(turn, str(body.get("agent_email") or people.agents(turn)[0]["email"]))
    if agent is None:
        raise Refused(400, "Failed validation.", {"agent_email": ["Nobody of that name works here."]})
    days = {"when_days": _DEFAULT_DAYS} if action == "flowers" else {}
    written = {name: text(body, name, longest=2_000) for name in _FORM}
    filled = {name: value for name, value in written.items() if value is not None}
    return Press(action=action, agent=agent, form=_FORM | days | filled)


def pressed(turn: Turn, post: PostOffice, ticket: dict[str, Any], press: Press) -> int:
    """Tell the app that an agent pressed a button; return the letter's id. The agent sees no answer."""
    body = {
        "v": "1",
        "event": "action",
        "action": press.action,
        "ticket_id": str(ticket["id"]),
        **_said_of(_holder(turn, ticket)),
        "agent_email": press.agent["email"],
        "agent_name": press.agent["name"],
        **press.form,
    }
    return _send(turn, post, "action", body)


def _event(turn: Turn, event: str, ticket: dict[str, Any], now: datetime) -> dict[str, str]:
    return {
        "v": "1",
        "event": event,
        "ticket_id": str(ticket["id"]),
        **_said_of(_holder(turn, ticket)),
        "at": now.isoformat(timespec="seconds"),
    }


def _said_of(holder: dict[str, Any]) -> dict[str, str]:
    return {
        "customer_email": holder["email"] or "",
        "customer_external_id": holder["external_id"] or "",
        "customer_channels": ", ".join(str(channel["address"]) for channel in holder["channels"]),
    }


def _holder(turn: Turn, ticket: dict[str, Any]) -> dict[str, Any]:
    if ticket["customer_id"] is None:
        return {"email": None, "external_id": None, "channels": []}
    return customers.customer(turn, ticket["customer_id"])


def _send(turn: Turn, post: PostOffice, subject: str, body: Mapping[str, str]) -> int:
    letter = Letter(
        sender="helpdesk",
        subject=subject,
        path=f"/hooks/gorgias/{people.HOOK_TOKEN}",
        headers=_HEADERS,
        body=json.dumps(body, ensure_ascii=False),
        pauses=_PAUSES,
    )
    return post.send(turn, letter)
