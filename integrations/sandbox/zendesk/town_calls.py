"""What happens there without the API: customers write in, agents type and work, people look."""

from typing import Any

from integrations.sandbox.books import Doc
from integrations.sandbox.helpdesk.call import Answer, Call
from integrations.sandbox.post_office import KIND as LETTERS
from integrations.sandbox.zendesk import apps, furniture, hooks, mails, people, tickets
from integrations.sandbox.zendesk.calls import CARELESS
from integrations.sandbox.zendesk.refusals import Refused, missing

_WORDS = "Hello, could you have a look at my last order, please?"


def open_ticket(call: Call) -> Answer:
    """Let somebody write: {"email", "phone", "external_id", "body"}."""
    said = _said(call)
    about = {"phone": said.get("phone"), "external_id": said.get("external_id")}
    requester = people.writer(call.turn, str(said["email"]), call.now, **about)
    row = tickets.opened(call.turn, requester, str(said.get("body") or _WORDS), call.now)
    hooks.ticket_created(call.turn, call.post, row, call.now)
    return Answer(status=201, body={"ticket_id": row["id"]})


def ticket(call: Call, key: int) -> Answer:
    """Show a whole ticket."""
    row, said = tickets.ticket(call.turn, key), tickets.comments(call.turn, key)
    return Answer(
        body=tickets.as_json(row)
        | {
            "notes": [_told(each) for each in said if not each["public"]],
            "messages": [_told(each) for each in said if each["public"]],
            "requester": people.as_json(call.turn, people.user(call.turn, row["requester_id"])),
        }
    )


def comment(call: Call, key: int) -> Answer:
    """Let somebody comment: {"email", "text", "public", "channel"}."""
    said, row = _said(call), tickets.ticket(call.turn, key)
    author = people.by_email(call.turn, str(said["email"]))
    if author is None:
        raise missing()
    written, _ = tickets.said(
        call.turn,
        row,
        str(said["text"]),
        author=author,
        public=bool(said.get("public", False)),
        now=call.now,
        channel=str(said.get("channel", "web")),
    )
    hooks.commented(call.turn, call.post, row, written, call.now)
    return Answer(status=201, body={"comment_id": written["id"]})


def work_on(call: Call, key: int) -> Answer:
    """Let an agent set a status, tag a ticket, or a customer write some messages: {"status", "tags", "messages"}."""
    said, row = _said(call), tickets.ticket(call.turn, key)
    status, tags = str(said.get("status", row["status"])), said.get("tags", [])
    tickets.work_on(call.turn, key, status=status, tags=tags, now=call.now)
    requester = people.user(call.turn, row["requester_id"])
    for number in range(said.get("messages", 0)):
        words = f"And another thing, {number}"
        tickets.said(call.turn, row, words, author=requester, public=True, now=call.now, channel="email")
    return Answer(body={})


def meet(call: Call) -> Answer:
    """Let somebody have another address: {"email", "also"}."""
    said = _said(call)
    known = people.by_email(call.turn, str(said["email"]))
    if known is None:
        raise missing()
    people.meet(call.turn, known["id"], str(said["also"]))
    return Answer(body={})


def person(call: Call, email: str) -> Answer:
    """Show what agents see of somebody."""
    found = people.by_email(call.turn, email)
    return Answer(body={"user": None if found is None else people.as_json(call.turn, found)})


def careless(call: Call) -> Answer:
    """Let the next private comment come out public."""
    call.turn.put("switches", CARELESS, {"on": True})
    return Answer(body={})


def install_app(call: Call) -> Answer:
    """Let an admin put an app beside tickets: {"desk"}."""
    return Answer(status=201, body=apps.shown(apps.install(call.turn, {"desk": str(_said(call)["desk"])})))


def show_frame(call: Call) -> Answer:
    """Show an app's frame to somebody: {"email", "app", "origin", "claims"}; answer with what its first load brings."""
    said = _said(call)
    viewer, row = people.by_email(call.turn, str(said["email"])), call.turn.get(apps.KIND, int(said["app"]))
    if viewer is None or row is None:
        raise missing()
    return Answer(body={"token": apps.token(row, viewer, str(said["origin"]), call.now, said.get("claims", {}))})


def work_as(call: Call) -> Answer:
    """Let an admin change somebody: {"email", "changes"}."""
    said = _said(call)
    found = people.by_email(call.turn, str(said["email"]))
    if found is None:
        raise missing()
    call.turn.put(people.KIND, found["id"], found | said["changes"])
    return Answer(body={})


def letters(call: Call) -> Answer:
    """Show what it has called us with, carried or not."""
    return Answer(body={"letters": call.turn.find(LETTERS, "sender", "zendesk")})


def list_mails(call: Call) -> Answer:
    """Show what it has mailed to customers by itself."""
    return Answer(body={"mails": mails.sent(call.turn)})


def change_secrets(call: Call) -> Answer:
    """Let an admin have every webhook sign with another secret from now on."""
    for row in call.turn.all(furniture.WEBHOOKS):
        call.turn.put(furniture.WEBHOOKS, row["id"], row | {"secret": f"{row['secret']}-anew"})
    return Answer(body={})


def count_furniture(call: Call) -> Answer:
    """Say how much of what there is."""
    kinds = {"webhooks": furniture.WEBHOOKS, "triggers": furniture.TRIGGERS, "macros": furniture.MACROS}
    return Answer(body={name: call.turn.count(kind) for name, kind in (kinds | {"user_fields": people.FIELDS}).items()})


def _said(call: Call) -> dict[str, Any]:
    if not isinstance(call.body, dict):
        raise Refused(400, "an object, please")
    return call.body


def _told(said: Doc) -> dict[str, Any]:
    return {"id": said["id"], "by": said["author_id"], "text": said["body"], "at": said["created_at"]}
