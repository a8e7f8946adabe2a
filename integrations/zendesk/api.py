"""One merchant's Zendesk, as the app's port asks for it."""

import re
from collections.abc import Iterator
from contextlib import suppress

import structlog

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.ports import Comment, Receipt, Staff, Ticket
from integrations.marker import last_line, line
from integrations.strict_json import moment
from integrations.zendesk import standing, users
from integrations.zendesk.client import Json, ZendeskApi, accepted

_LOG = structlog.get_logger()
_OPEN = frozenset({"new", "open", "pending", "hold"})
_STAFF = frozenset({"agent", "admin"})
# Where only whoever is signed in can write. By mail anybody may write as anybody, by the API an agent as another.
_TYPED_THERE = frozenset({"web", "mobile"})
_PLACEHOLDER = re.compile(r"(?<=\{)(?=[{%])")  # filled in by the helpdesk: a joiner that nobody sees keeps it as it is
_JOINER = "\N{WORD JOINER}"
_NO_TAG = re.compile(r"[^\w:/-]+")


class ZendeskHelpdesk:
    """Satisfies app.domain.ports.VouchingHelpdesk; what each method promises stands there."""

    def __init__(self, api: ZendeskApi) -> None:
        self._api = api.patient()
        self._at_once = api  # for what an agent waits for: of a ticket, not of a customer

    def mark_customer(self, emails: tuple[str, ...], *, special: bool, reason: str, tag: str) -> Receipt:
        there = users.known(self._api, emails)
        if not there:
            return Receipt(reference="", remark="The helpdesk does not know this customer yet.")
        said = standing.words(reason, special=special)
        for number, user in there.items():
            self._write_standing(number, user, said)
            self._tag_open_tickets(number, tag_of(tag), present=special)
        return Receipt(reference=",".join(there))

    def mark_shown(self, emails: tuple[str, ...], *, tag: str, but: str = "") -> bool | None:
        there, name = users.known(self._api, emails), tag_of(tag)
        if not there:
            return None
        if not all(map(standing.is_shown, there.values())):
            return False
        theirs = (ticket for number in there for ticket in self._open_tickets(number))
        return all(name in ticket["tags"] for ticket in theirs if str(ticket["id"]) != but)

    def has_open_ticket(self, emails: tuple[str, ...]) -> bool:
        return any(True for number in users.known(self._api, emails) for _ in self._open_tickets(number))

    def tag_ticket(
        self,
        ticket_id: str,
        *,
        tag: str,
        reason: str = "",  # noqa: ARG002  # stands on the customer
    ) -> Receipt:
        # PUT is what adds here. POST would take all others off.
        accepted(self._at_once.write("PUT", f"tickets/{_number(ticket_id)}/tags", {"tags": [tag_of(tag)]}))
        return Receipt(reference=ticket_id)

    def post_note(self, ticket_id: str, *, text: str, key: str) -> Receipt:
        path, body = f"tickets/{_number(ticket_id)}", f"{_PLACEHOLDER.sub(_JOINER, text)}\n\n{line(key)}"
        answer = self._at_once.write("PUT", path, {"ticket": {"comment": {"body": body, "public": False}}})
        events = (accepted(answer).json_object().get("audit") or {}).get("events") or ()
        written = next((each for each in events if each.get("type") == "Comment"), None)
        if written is None:
            raise answer.request.failure("does not say what became of the note")
        public = written.get("public") is not False
        if public:
            _LOG.error("zendesk.note_public", ticket=ticket_id, comment=written.get("id"))
            self._hide(path, str(written["id"]))
        return Receipt(reference=str(written["id"]), public=public)

    def find_note(self, ticket_id: str, *, key: str) -> Receipt | None:
        mark = line(key)
        ours = [each for each in self._said_on(ticket_id) if last_line(each["plain_body"]) == mark]
        if not ours:
            return None
        first = min(ours, key=lambda each: int(each["id"]))
        return Receipt(reference=str(first["id"]), copies=len(ours), public=first["public"] is not False)

    def ticket(self, ticket_id: str) -> Ticket | None:
        found = self._at_once.look(f"tickets/{_number(ticket_id)}", {"include": "users"})
        if found is None:
            return None
        ticket, wrote = found["ticket"], found["ticket"]["requester_id"]
        email = next((each["email"] for each in found["users"] if each["id"] == wrote), None)
        return Ticket(email=(email or "").strip().lower() or None, tags=frozenset(ticket["tags"]))

    def comment(self, ticket_id: str, comment_id: str) -> Comment | None:
        said = next((each for each in self._said_on(ticket_id) if str(each["id"]) == comment_id), None)
        if said is None or (said.get("via") or {}).get("channel") not in _TYPED_THERE:
            return None
        author = self.staff(str(said["author_id"]))
        written_at = moment(str(said["created_at"]))
        if written_at is None:
            raise Unavailable("the helpdesk does not say when a comment was written")
        if author is None:
            return None
        return Comment(
            author=author.ref,
            text=said["plain_body"],
            private=said["public"] is False,
            written_at=written_at,
        )

    def staff(self, ref: str) -> Staff | None:
        found = self._at_once.look(f"users/{_number(ref)}")
        user: Json = {} if found is None else found["user"]
        if user.get("role") not in _STAFF or user.get("active") is not True or user.get("suspended") is True:
            return None
        email = str(user.get("email") or "").strip().lower()
        return Staff(ref=str(user["id"]), name=str(user["name"]), email=email if email and user["verified"] else None)

    def _write_standing(self, number: str, user: Json, said: str) -> None:
        if (user.get("user_fields") or {}).get(standing.KEY) == said:
            return
        body = {"user": {"user_fields": {standing.KEY: said}}}  # the other fields stay as they are
        if standing.KEY not in (user.get("user_fields") or {}):
            # Refused when somebody else makes it at this moment; then it is there to be written into.
            self._api.write("POST", "user_fields", {"user_field": standing.FIELD}, deed=False)
        accepted(self._api.write("PUT", f"users/{number}", body))

    def _open_tickets(self, user: str) -> Iterator[Json]:
        tickets = self._api.pages(f"users/{user}/tickets/requested", "tickets")
        return (each for each in tickets if each["status"] in _OPEN)

    def _tag_open_tickets(self, user: str, tag: str, *, present: bool) -> None:
        # With more tickets than calls are granted, each try gets some further: those that are done are not asked again.
        for ticket in [each for each in self._open_tickets(user) if (tag in each["tags"]) is not present]:
            method = "PUT" if present else "DELETE"
            accepted(self._api.write(method, f"tickets/{ticket['id']}/tags", {"tags": [tag]}))

    def _said_on(self, ticket_id: str) -> Iterator[Json]:
        """Yield what was said on a ticket, the newest first."""
        return self._at_once.pages(f"tickets/{_number(ticket_id)}/comments", "comments", {"sort": "-created_at"})

    def _hide(self, path: str, comment_id: str) -> None:
        """Take a note out of the customer's sight; what was mailed already is mailed."""
        with suppress(Rejected, Unavailable, Uncertain):
            self._at_once.write("PUT", f"{path}/comments/{comment_id}/make_private", deed=False)


def tag_of(name: str) -> str:
    """Return a tag as it is kept there: in small letters, and in one piece."""
    return _NO_TAG.sub("_", name.strip().lower())


def _number(number: str) -> str:
    """Return the id if it is one: it becomes part of an address."""
    if not (number.isascii() and number.isdecimal()):
        raise Rejected("This is not a ticket of this helpdesk.")
    return number
