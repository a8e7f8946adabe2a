"""What can be asked of it over its API."""

from integrations.sandbox import chronicle
from integrations.sandbox.helpdesk.call import Answer, Call
from integrations.sandbox.zendesk import apps, furniture, hooks, people, repeats, tickets
from integrations.sandbox.zendesk.paging import page
from integrations.sandbox.zendesk.refusals import Body, Refused

CARELESS = "zendesk_careless"  # a switch: the next private comment comes out public


def me(call: Call) -> Answer:
    """Answer with whose token it is."""
    caller = people.by_email(call.turn, people.API_USER)
    return Answer(body={"user": None if caller is None else people.as_json(call.turn, caller)})


def user(call: Call, key: int) -> Answer:
    """Answer with one user."""
    return Answer(body={"user": people.as_json(call.turn, people.user(call.turn, key))})


def change_user(call: Call, key: int) -> Answer:
    """Change what is named of a user."""
    row = people.change(call.turn, key, call.body, call.now)
    chronicle.note(call.turn, call.now, "desk.field", f"What agents read of {row['name']} has changed")
    return Answer(body={"user": people.as_json(call.turn, row)})


def identities(call: Call, key: int) -> Answer:
    """Answer with the addresses of a user."""
    return Answer(body=page("identities", people.identities(people.user(call.turn, key)), call.arguments))


def search_users(call: Call) -> Answer:
    """Answer with whom a search finds; it knows no cursor."""
    if any(name.startswith("page[") for name in call.arguments):
        raise Refused(400, "InvalidPaginationParameter")
    found = people.found(call.turn, call.arguments.get("query", ""))
    return Answer(body=page("users", [people.as_json(call.turn, row) for row in found], call.arguments))


def requested(call: Call, key: int) -> Answer:
    """Answer with the tickets that a user has opened."""
    people.user(call.turn, key)
    rows = [tickets.as_json(row) for row in tickets.of_requester(call.turn, key)]
    return Answer(body=page("tickets", rows, call.arguments))


def ticket(call: Call, key: int) -> Answer:
    """Answer with one ticket, and whom it names where that is asked for."""
    row = tickets.ticket(call.turn, key)
    return Answer(body={"ticket": tickets.as_json(row), **_users(call, [row["requester_id"]])})


def list_tickets(call: Call) -> Answer:
    """Answer with all tickets, or with those that bear one of the names that are given."""
    names = call.arguments.get("external_id")
    rows = call.turn.all(tickets.KIND) if names is None else tickets.named(call.turn, names)
    return Answer(body=page("tickets", [tickets.as_json(row) for row in rows], call.arguments))


def create_ticket(call: Call) -> Answer:
    """Open a ticket, once for each idempotency key."""
    key = call.headers.get("Idempotency-Key", "")
    made = repeats.ticket_of(call.turn, key, call.body, call.now) if key else None
    if made is None:
        made = int(_created(call)["id"])
        if key:
            repeats.keep(call.turn, key, call.body, made, call.now)
    return Answer(status=201, body={"ticket": tickets.as_json(tickets.ticket(call.turn, made))})


def delete_ticket(call: Call, key: int) -> Answer:
    """Take a ticket away."""
    tickets.delete(call.turn, key)
    chronicle.note(call.turn, call.now, "desk.ticket", f"Ticket {key} was deleted")
    return Answer(status=204)


def create_user(call: Call) -> Answer:
    """Make a user."""
    return Answer(status=201, body={"user": people.as_json(call.turn, people.create(call.turn, call.body, call.now))})


def change_ticket(call: Call, key: int) -> Answer:
    """Change what is named of a ticket, and say on it what is said."""
    careless = call.turn.get("switches", CARELESS) is not None
    row, audit, comment = tickets.change(call.turn, key, call.body, call.now, careless=careless)
    if comment is not None:
        call.turn.delete("switches", CARELESS)
        hooks.commented(call.turn, call.post, row, comment, call.now)
        start = comment["body"].partition("\n")[0][:120]
        chronicle.note(call.turn, call.now, "desk.note", f"Lagniappe wrote: {start}")
    return Answer(body={"ticket": tickets.as_json(row), "audit": audit})


def tags_of(call: Call, key: int) -> Answer:
    """Answer with the tags on a ticket."""
    return Answer(body={"tags": tickets.ticket(call.turn, key)["tags"]})


def add_tags(call: Call, key: int) -> Answer:
    """Put tags on a ticket beside the others."""
    return _retagged(call, key, "add")


def set_tags(call: Call, key: int) -> Answer:
    """Put these tags on a ticket, and take all others off."""
    return _retagged(call, key, "set", status=201)


def remove_tags(call: Call, key: int) -> Answer:
    """Take tags off a ticket."""
    return _retagged(call, key, "remove")


def comments(call: Call, key: int) -> Answer:
    """Answer with what was said on a ticket, and by whom where that is asked for."""
    rows = tickets.comments(call.turn, key)
    if call.arguments.get("sort") == "-created_at":
        rows.reverse()
    shown = page("comments", rows, call.arguments)
    return Answer(body=shown | _users(call, [each["author_id"] for each in shown["comments"]]))


def audits(call: Call, key: int) -> Answer:
    """Answer with every change of a ticket."""
    tickets.ticket(call.turn, key)
    return Answer(body=page("audits", call.turn.find(tickets.AUDITS, "ticket_id", key), call.arguments))


def make_private(call: Call, key: int, comment_id: int) -> Answer:
    """Hide a comment from the customer."""
    tickets.hide(call.turn, key, comment_id)
    return Answer(status=204)


def list_fields(call: Call) -> Answer:
    """Answer with the fields of users."""
    return Answer(body=page("user_fields", call.turn.all(people.FIELDS), call.arguments))


def define(call: Call) -> Answer:
    """Make a field of users."""
    return Answer(status=201, body={"user_field": furniture.define(call.turn, call.body, call.now)})


def redefine(call: Call, key: int) -> Answer:
    """Change a field of users."""
    return Answer(body={"user_field": furniture.redefine(call.turn, key, call.body)})


def remove_field(call: Call, key: int) -> Answer:
    """Take a field of users away, with all that stands in it."""
    name = furniture.row(call.turn, people.FIELDS, key)["key"]
    furniture.remove(call.turn, people.FIELDS, key)
    for row in call.turn.all(people.KIND):
        if name in row["user_fields"]:
            del row["user_fields"][name]
            call.turn.put(people.KIND, row["id"], row)
    return Answer(status=204)


def list_webhooks(call: Call) -> Answer:
    """Answer with the webhooks."""
    rows = [furniture.shown(row) for row in call.turn.all(furniture.WEBHOOKS)]
    return Answer(body=page("webhooks", rows, call.arguments))


def webhook(call: Call, key: str) -> Answer:
    """Answer with one webhook."""
    return Answer(body={"webhook": furniture.shown(furniture.row(call.turn, furniture.WEBHOOKS, key))})


def make_webhook(call: Call) -> Answer:
    """Make a webhook."""
    made = furniture.make_webhook(call.turn, call.body, call.now)
    chronicle.note(call.turn, call.now, "desk.setup", f"The webhook “{made['name']}” was made")
    return Answer(status=201, body={"webhook": furniture.shown(made)})


def change_webhook(call: Call, key: str) -> Answer:
    """Change what is named of a webhook; nothing comes back."""
    furniture.change_webhook(call.turn, key, call.body)
    return Answer(status=204)


def remove_webhook(call: Call, key: str) -> Answer:
    """Take a webhook away."""
    furniture.remove_webhook(call.turn, key)
    return Answer(status=204)


def signing_secret(call: Call, key: str) -> Answer:
    """Answer with what a webhook's calls are signed with."""
    secret = furniture.row(call.turn, furniture.WEBHOOKS, key)["secret"]
    return Answer(body={"signing_secret": {"algorithm": "SHA256", "secret": secret}})


def list_triggers(call: Call) -> Answer:
    """Answer with the triggers."""
    return _listed(call, "triggers", furniture.TRIGGERS)


def trigger(call: Call, key: int) -> Answer:
    """Answer with one trigger."""
    return Answer(body={"trigger": furniture.row(call.turn, furniture.TRIGGERS, key)})


def make_trigger(call: Call) -> Answer:
    """Make a trigger."""
    return Answer(status=201, body={"trigger": furniture.make_trigger(call.turn, call.body, call.now)})


def change_trigger(call: Call, key: int) -> Answer:
    """Change what is named of a trigger."""
    return Answer(body={"trigger": furniture.change_trigger(call.turn, key, call.body)})


def remove_trigger(call: Call, key: int) -> Answer:
    """Take a trigger away."""
    furniture.remove(call.turn, furniture.TRIGGERS, key)
    return Answer(status=204)


def list_macros(call: Call) -> Answer:
    """Answer with the macros."""
    return _listed(call, "macros", furniture.MACROS)


def macro(call: Call, key: int) -> Answer:
    """Answer with one macro."""
    return Answer(body={"macro": furniture.row(call.turn, furniture.MACROS, key)})


def make_macro(call: Call) -> Answer:
    """Make a macro."""
    return Answer(status=201, body={"macro": furniture.make_macro(call.turn, call.body, call.now)})


def change_macro(call: Call, key: int) -> Answer:
    """Change what is named of a macro."""
    return Answer(body={"macro": furniture.change_macro(call.turn, key, call.body)})


def remove_macro(call: Call, key: int) -> Answer:
    """Take a macro away."""
    furniture.remove(call.turn, furniture.MACROS, key)
    return Answer(status=204)


def list_installations(call: Call) -> Answer:
    """Answer with the apps that stand beside tickets; the list comes whole."""
    return Answer(body={"installations": [apps.shown(row) for row in call.turn.all(apps.KIND)]})


def _created(call: Call) -> Body:
    careless = call.turn.get("switches", CARELESS) is not None
    row = tickets.create(call.turn, call.body, call.now, careless=careless)
    call.turn.delete("switches", CARELESS)
    public = any(each["public"] for each in tickets.comments(call.turn, row["id"]))
    hooks.ticket_created(call.turn, call.post, row, call.now, by_agent=True, public=public)
    chronicle.note(call.turn, call.now, "desk.ticket", f"Ticket “{row['subject']}” was opened")
    return row


def _retagged(call: Call, key: int, how: str, *, status: int = 200) -> Answer:
    tags = tickets.retag(call.turn, key, call.body, call.now, how=how)
    chronicle.note(call.turn, call.now, "desk.tag", f"The tags of ticket {key} are now: {', '.join(tags) or 'none'}")
    return Answer(status=status, body={"tags": tags})


def _listed(call: Call, name: str, kind: str) -> Answer:
    return Answer(body=page(name, call.turn.all(kind), call.arguments))


def _users(call: Call, ids: list[int]) -> Body:
    if call.arguments.get("include") != "users":
        return {}
    return {"users": [people.as_json(call.turn, people.user(call.turn, each)) for each in dict.fromkeys(ids)]}
