"""What can be asked about tickets, the tags on them and the messages in them."""

from typing import Any

from integrations.sandbox import chronicle
from integrations.sandbox.helpdesk import hooks, macros, messages, tags, tickets
from integrations.sandbox.helpdesk.call import Answer, Call, page
from integrations.sandbox.helpdesk.paging import PAGING
from integrations.sandbox.helpdesk.reading import only


def list_tickets(call: Call) -> Answer:
    """Answer with the tickets that fit the filters."""
    return page(call, tickets.tickets(call.turn, call.arguments))


def ticket(call: Call, key: int) -> Answer:
    """Answer with one ticket and its messages."""
    only(call.arguments, {"relationships"})
    return Answer(body=tickets.with_messages(call.turn, tickets.ticket(call.turn, key)))


def create_ticket(call: Call) -> Answer:
    """Open a ticket."""
    return Answer(status=201, body=tickets.with_messages(call.turn, opened(call, call.body)))


def opened(call: Call, value: object) -> dict[str, Any]:
    """Open a ticket and tell the app of it and of each message; return it. Raises Refused."""
    row = tickets.create(call.turn, value, call.now)
    hooks.ticket_created(call.turn, call.post, row)
    for message in messages.of_ticket(call.turn, row["id"]):
        hooks.message_created(call.turn, call.post, row, message)
    text = f"Ticket “{row['subject'] or 'no subject'}” was opened"
    chronicle.note(call.turn, call.now, "desk.ticket", text, desk_ticket=row["id"])
    return row


def change_ticket(call: Call, key: int) -> Answer:
    """Change what is named of a ticket."""
    return Answer(status=202, body=tickets.as_json(call.turn, tickets.change(call.turn, key, call.body, call.now)))


def delete_ticket(call: Call, key: int) -> Answer:
    """Take a ticket away for good."""
    tickets.delete(call.turn, key)
    chronicle.note(call.turn, call.now, "desk.ticket", f"Ticket {key} was deleted")
    return Answer(status=204)


def ticket_tags(call: Call, key: int) -> Answer:
    """Answer with the tags on a ticket."""
    return Answer(body={"data": tags.shown(call.turn, tickets.ticket(call.turn, key)["tag_ids"])})


def add_tags(call: Call, key: int) -> Answer:
    """Put tags on a ticket."""
    _tell(call, key, tickets.add_tags(call.turn, key, call.body, call.now), "tagged")
    return Answer(status=201)


def replace_tags(call: Call, key: int) -> Answer:
    """Put these tags on a ticket and take all others off."""
    tickets.replace_tags(call.turn, key, call.body, call.now)
    _tell(call, key, ["all tags replaced"], "changed:")
    return Answer(status=202)


def remove_tags(call: Call, key: int) -> Answer:
    """Take tags off a ticket."""
    _tell(call, key, tickets.remove_tags(call.turn, key, call.body, call.now), "no longer tagged")
    return Answer(status=204)


def list_tags(call: Call) -> Answer:
    """Answer with the account's tags."""
    search = only(call.arguments, PAGING | {"search"}).get("search", "")
    return page(call, tags.tags(call.turn, search))


def tag(call: Call, key: int) -> Answer:
    """Answer with one tag."""
    return Answer(body=tags.tag(call.turn, key))


def create_tag(call: Call) -> Answer:
    """Write a new tag."""
    return Answer(status=201, body=tags.create(call.turn, call.body, call.now))


def change_tag(call: Call, key: int) -> Answer:
    """Change what is named of a tag."""
    return Answer(status=202, body=tags.change(call.turn, key, call.body))


def remove_tag(call: Call, key: int) -> Answer:
    """Take a tag out of the account, and off every ticket; one that a macro uses stays."""
    name = tags.tag(call.turn, key)["name"]
    macros.refuse_if_tagged(call.turn, name)
    tickets.take_off_all(call.turn, key)
    tags.remove(call.turn, key)
    chronicle.note(call.turn, call.now, "desk.tag", f"The tag “{name}” is gone")
    return Answer(status=204)


def list_messages(call: Call) -> Answer:
    """Answer with messages, newest first unless asked otherwise."""
    return page(call, messages.messages(call.turn, call.arguments))


def messages_of_ticket(call: Call, key: int) -> Answer:
    """Answer with one ticket's messages: the older form of the same list."""
    tickets.ticket(call.turn, key)
    return page(call, messages.of_ticket(call.turn, key))


def message(call: Call, key: int, message_key: int) -> Answer:
    """Answer with one message."""
    return Answer(body=messages.message(call.turn, key, message_key))


def create_message(call: Call, key: int) -> Answer:
    """Write a message and tell the app of it, even when the app wrote it."""
    row = tickets.ticket(call.turn, key)
    written = messages.write(call.turn, row, call.body, call.now)
    hooks.message_created(call.turn, call.post, row, written)
    chronicle.note(call.turn, call.now, *_in_words(written), desk_ticket=key)
    return Answer(status=201, body=written)


def _in_words(written: dict[str, Any]) -> tuple[str, str]:
    start = (written["body_text"] or "").partition("\n")[0][:120]
    if messages.is_note(written):
        return "desk.note", f"Note by {written['sender']['name']}: {start}"
    who = (written["sender"] or {}).get("name") or "somebody"
    return "desk.message", f"{who} wrote: {start}"


def _tell(call: Call, key: int, names: list[str], verb: str) -> None:
    if names:
        subject = tickets.ticket(call.turn, key)["subject"] or "no subject"
        text = f"Ticket “{subject}” {verb} {', '.join(names)}"
        chronicle.note(call.turn, call.now, "desk.tag", text, desk_ticket=key)
