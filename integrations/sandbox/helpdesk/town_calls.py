"""What happens in the helpdesk without the API: customers write in, agents press buttons, people look."""

from typing import Any

from integrations.sandbox import chronicle
from integrations.sandbox.helpdesk import customers, fields, hooks, macros, messages, tags, ticket_calls, tickets
from integrations.sandbox.helpdesk.call import Answer, Call
from integrations.sandbox.helpdesk.reading import Body, body_of, number, text
from integrations.sandbox.helpdesk.refusals import invalid, missing

_SUBJECT = "A question about my order"
_WORDS = "Hello, could you have a look at my last order, please?"


def open_ticket(call: Call) -> Answer:
    """Let a customer write in, named by `customer_id` (the store's number) or by `email`."""
    body = body_of(call.body, known={"customer_id", "email", "subject", "body"})
    holder = _holder(call, body)
    message = {
        "channel": "email",
        "via": "email",
        "from_agent": False,
        "body_text": text(body, "body", longest=10_000) or _WORDS,
    }
    subject = text(body, "subject", longest=998) or _SUBJECT
    written = {"via": "email", "subject": subject, "customer": {"id": holder["id"]}, "messages": [message]}
    return Answer(status=201, body={"ticket_id": ticket_calls.opened(call, written)["id"]})


def press(call: Call, key: int) -> Answer:
    """Let an agent press a button; the answer names the letter that went out, not what came of it."""
    pressed = hooks.read_press(call.turn, call.body)
    ticket = tickets.ticket(call.turn, key)
    letter = hooks.pressed(call.turn, call.post, ticket, pressed)
    label = hooks.label(pressed.action, pressed.form["when_days"])
    text = f"{pressed.agent['name']} pressed “{label}”"
    chronicle.note(call.turn, call.now, "desk.pressed", text, desk_ticket=key, letter=letter)
    return Answer(status=202, body={"letter_id": letter})


def apply(call: Call, key: int) -> Answer:
    """Let an agent send a macro, {"macro": number, "agent_email", "form"}, with what they changed in its fields."""
    body = body_of(call.body, known={"macro", "agent_email", "form"}, required=("macro",))
    macro, agent = number(body["macro"], "macro"), hooks.presser(call.turn, body)
    form = body_of(body.get("form") or {}, known=macros.asks(call.turn, macro))
    letters = hooks.applied(call.turn, call.post, tickets.ticket(call.turn, key), macro, agent, form)
    text = f"{agent['name']} sent “{macros.macro(call.turn, macro)['name']}”"
    chronicle.note(call.turn, call.now, "desk.pressed", text, desk_ticket=key, letters=letters)
    return Answer(status=202, body={"letter_ids": letters})


def ticket(call: Call, key: int) -> Answer:
    """Show a ticket as the agent sees it."""
    row = tickets.ticket(call.turn, key)
    written = messages.of_ticket(call.turn, key)
    holder = customers.customer(call.turn, row["customer_id"]) if row["customer_id"] else None
    return Answer(
        body={
            "ticket_id": key,
            "subject": row["subject"] or "No subject",
            "status": row["status"],
            "tags": [tag["name"] for tag in tags.shown(call.turn, row["tag_ids"])],
            "notes": [_note(message) for message in written if messages.is_note(message)],
            "messages": [_note(message) for message in written if not messages.is_note(message)],
            "customer": None if holder is None else {name: holder[name] for name in ("id", "email", "name")},
            "customer_fields": [] if holder is None else _values(call, holder),
        }
    )


def _values(call: Call, holder: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": value["field"]["label"],
            "external_id": value["field"]["external_id"],
            "value": value["value"],
        }
        for value in fields.shown(call.turn, holder)
    ]


def _note(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": message["id"],
        "by": (message["sender"] or {}).get("name"),
        "text": message["body_text"] or message["body_html"],
        "external_id": message["external_id"],
        "at": message["created_datetime"],
    }


def _holder(call: Call, body: Body) -> dict[str, Any]:
    if body.get("customer_id") is not None:
        key = number(body["customer_id"], "customer_id")
        known = customers.by_store_id(call.turn, key)
        if known is None:
            raise missing("Customer", key)
        return known
    email = text(body, "email", longest=320)
    if not email:
        raise invalid("email", "Who is it from?")
    return customers.by_email(call.turn, email, call.now)
