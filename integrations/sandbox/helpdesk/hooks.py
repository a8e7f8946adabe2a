"""The calls that the helpdesk makes: of its HTTP integrations, and for the buttons that its agents press.

The buttons are macros that Léa has made by hand: what they send stands in no API that anybody knows for certain.

Nothing is signed: the address holds a token, a header holds a secret, and every value is a string.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk import customers, http_integrations, macros, people, templates
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
_AGENT = "Gorgias/1.0 (practice town)"
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "User-Agent": _AGENT,
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


def ticket_created(turn: Turn, post: PostOffice, ticket: dict[str, Any]) -> None:
    """Call whoever wants to hear of new tickets."""
    _call(turn, post, "ticket-created", {"ticket": _shown(turn, ticket)})


def message_created(turn: Turn, post: PostOffice, ticket: dict[str, Any], message: dict[str, Any]) -> None:
    """Call whoever wants to hear of new messages: the app's own notes are some."""
    _call(turn, post, "ticket-message-created", {"ticket": _shown(turn, ticket), "message": message})


def read_press(turn: Turn, value: object) -> Press:
    """Return what is pressed, by whom; Léa when nobody is named. Raises Refused."""
    body = body_of(value, known={"action", "agent_email", *_FORM}, required=("action",))
    action, agent = one_of(body, "action", _LABELS), presser(turn, body)
    days = {"when_days": _DEFAULT_DAYS} if action == "flowers" else {}
    written = {name: text(body, name, longest=2_000) for name in _FORM}
    filled = {name: value for name, value in written.items() if value is not None}
    return Press(action=action, agent=agent, form=_FORM | days | filled)


def presser(turn: Turn, body: Mapping[str, object]) -> dict[str, Any]:
    """Return the agent whom a body names, Léa when it names nobody; raises Refused."""
    agent = people.worker(turn, str(body.get("agent_email") or people.agents(turn)[0]["email"]))
    if agent is None:
        raise Refused(400, "Failed validation.", {"agent_email": ["Nobody of that name works here."]})
    return agent


def applied(
    turn: Turn,
    post: PostOffice,
    ticket: dict[str, Any],
    macro: int,
    agent: dict[str, Any],
    form: Mapping[str, str],
) -> list[int]:
    """Make the calls of a macro that an agent sent; return the letters' ids. The agent sees no answer."""
    context = {"ticket": _shown(turn, ticket), "current_user": agent}
    letters = []
    for call in macros.calls(turn, macro):
        params = {param["key"]: param["value"] for param in call.get("params") or []}
        letter = Letter(
            sender="helpdesk",
            subject="macro",
            path=urlsplit(call["url"]).path,  # of the one app that this town writes to
            headers={
                "Content-Type": call.get("content_type") or "application/json",
                "User-Agent": _AGENT,
                **{header["key"]: header["value"] for header in call.get("headers") or []},
            },
            body=json.dumps({**templates.filled(params, context), **form}, ensure_ascii=False),
            pauses=_PAUSES,
        )
        letters.append(post.send(turn, letter))
    return letters


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
    letter = Letter(
        sender="helpdesk",
        subject="action",
        path=f"/hooks/gorgias/{people.HOOK_TOKEN}",
        headers=_HEADERS,
        body=json.dumps(body, ensure_ascii=False),
        pauses=_PAUSES,
    )
    return post.send(turn, letter)


def _call(turn: Turn, post: PostOffice, trigger: str, context: Mapping[str, object]) -> None:
    for integration in http_integrations.called_at(turn, trigger):
        http = integration["http"]
        about = {"Content-Type": http["request_content_type"], "Accept": http["response_content_type"]}
        letter = Letter(
            sender="helpdesk",
            subject=trigger,
            path=urlsplit(http["url"]).path,  # of the one app that this town writes to
            headers={**about, "User-Agent": _AGENT, **http["headers"]},
            body=json.dumps(templates.filled(http["form"], context), ensure_ascii=False),
            pauses=_PAUSES,
            integration=integration["id"],
        )
        post.send(turn, letter)


def _shown(turn: Turn, ticket: dict[str, Any]) -> dict[str, object]:
    """Return the ticket as templates see it."""
    holder = _holder(turn, ticket)
    channels = ", ".join(str(channel["address"]) for channel in holder["channels"])
    return ticket | {"customer": holder | {"channels": channels}, "account": {"domain": people.ACCOUNT}}


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
