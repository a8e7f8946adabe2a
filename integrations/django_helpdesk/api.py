"""One merchant's django-helpdesk, as the app's port asks for it.

It knows no customers and no tags, and lets nobody make fields from outside. So a standing and our tags are shown in two
fields of each ticket, which whoever runs it makes once, for staff alone. Its form for agents writes every field back as
it was when the form was opened, so both may be lost at any time: a look at the ticket finds that.
"""

import re
from collections.abc import Callable

import structlog

from app.domain.errors import Rejected, Unavailable
from app.domain.ports import Comment, Receipt, Ticket
from integrations.django_helpdesk.client import DeskApi, Json
from integrations.marker import last_line, line
from integrations.strict_json import moment

_LOG = structlog.get_logger()
STANDING, TAGS = "custom_lagniappe", "custom_lagniappe_tags"
_SPECIAL = "Special"  # how a standing begins that is one
NOTHING = "-"  # a field cannot be emptied from outside
_LONGEST_STANDING = 255
_OPEN = "1,2"  # open and reopened
MOST_TICKETS = 2_000  # that we look through for a customer's
_TRIES = 3
# Comments are rendered as Django's templates, and a number behind a # makes a link on that ticket. A joiner that nobody
# sees keeps our words as they are; so it does for the two words that stand for a template's tags while it is rendered.
_READ_AS_MORE = re.compile(r"(?<=#)(?=\d)|(?<=\{)(?=[{%#])|(?<=%)(?=\})|(?<=X-HELPDESK)(?=-COMMENT)")
_JOINER = "\N{WORD JOINER}"


class DjangoHelpdesk:
    """Satisfies app.domain.ports.TalkativeHelpdesk; what each method promises stands there."""

    def __init__(self, api: DeskApi) -> None:
        self._api = api

    def mark_customer(self, emails: tuple[str, ...], *, special: bool, reason: str, tag: str) -> Receipt:
        theirs = self._open_tickets(emails)
        standing = _standing(reason, special=special)
        for ticket in theirs:
            self._change(str(ticket["id"]), ticket, lambda tags: _with(tags, tag, present=special), standing)
        if not theirs:
            return Receipt(reference="", remark="The helpdesk has no open ticket of this customer.")
        return Receipt(reference=",".join(str(ticket["id"]) for ticket in theirs))

    def mark_shown(self, emails: tuple[str, ...], *, tag: str, but: str = "") -> bool | None:
        theirs = [each for each in self._open_tickets(emails) if str(each["id"]) != but]
        if not theirs:
            return None
        return all(tag in _tags(each) and str(each.get(STANDING) or "").startswith(_SPECIAL) for each in theirs)

    def has_open_ticket(self, emails: tuple[str, ...]) -> bool:
        return bool(self._open_tickets(emails))

    def tag_ticket(self, ticket_id: str, *, tag: str, reason: str = "") -> Receipt:
        ticket = self._ticket(ticket_id)
        if ticket is None:
            raise Rejected("The helpdesk has no such ticket.")
        # What stands there already was said when the customer was marked, and says more.
        standing = _standing(reason, special=True) if reason and not ticket.get(STANDING) else None
        self._change(ticket_id, ticket, lambda tags: _with(tags, tag, present=True), standing)
        return Receipt(reference=ticket_id)

    def post_note(self, ticket_id: str, *, text: str, key: str) -> Receipt:
        # Neither title nor status: they would become the ticket's own. The author is whoever calls, whatever is said.
        comment = f"{guarded(text)}\n\n{line(key)}"
        written = self._api.add("followups", {"ticket": _number(ticket_id), "comment": comment, "public": False})
        public = written.get("public") is not False
        if public:
            _LOG.error("django_helpdesk.note_public", ticket=ticket_id, followup=written.get("id"))
        return Receipt(reference=str(written["id"]), public=public)

    def find_note(self, ticket_id: str, *, key: str) -> Receipt | None:
        ticket, mark = self._ticket(ticket_id), line(key)
        said = [] if ticket is None else ticket["followup_set"]
        ours = [str(each["id"]) for each in said if last_line(each["comment"]) == mark]
        return Receipt(reference=ours[0], copies=len(ours)) if ours else None

    def ticket(self, ticket_id: str) -> Ticket | None:
        ticket = self._ticket(ticket_id)
        return None if ticket is None else Ticket(email=_email(ticket), tags=frozenset(_tags(ticket)))

    def comment(self, ticket_id: str, comment_id: str) -> Comment | None:
        said = self._api.find(f"followups/{_number(comment_id)}")
        if said is None or str(said["ticket"]) != ticket_id or said["user"] is None:
            return None
        written_at = moment(str(said["date"]))
        if written_at is None:
            raise Unavailable("the helpdesk does not say when a comment was written")
        return Comment(
            author=str(said["user"]),
            text=said["comment"] or "",
            private=said["public"] is False,
            written_at=written_at,
        )

    def _open_tickets(self, emails: tuple[str, ...]) -> list[Json]:
        known = {email.strip().lower() for email in emails} - {""}
        tickets = self._api.tickets(statuses=_OPEN, most=MOST_TICKETS) if known else ()
        return [each for each in tickets if _email(each) in known]

    def _ticket(self, ticket_id: str) -> Json | None:
        return self._api.find(f"tickets/{_number(ticket_id)}")

    def _change(
        self, ticket_id: str, ticket: Json, wanted: Callable[[list[str]], list[str]], standing: str | None = None
    ) -> None:
        """Write what is to stand in our fields, beside the words of others, until it does."""
        found: Json | None = ticket
        for _ in range(_TRIES):
            if found is None:
                return  # it was deleted while we were at it
            tags = _tags(found)
            right = {TAGS: ", ".join(wanted(tags)) or NOTHING} if wanted(tags) != tags else {}
            right |= {STANDING: standing} if standing not in (None, found.get(STANDING)) else {}
            if missing := [name for name in right if name not in found]:
                raise Rejected(f"The helpdesk has no field {' or '.join(missing).replace('custom_', '')}.")
            if not right:
                return
            self._api.change(f"tickets/{ticket_id}", right)
            # Somebody may have written into the same field at the same moment: whether ours was lost is seen now.
            found = self._ticket(ticket_id)
        raise Unavailable("somebody else keeps writing into the same field of the helpdesk")


def guarded(text: str) -> str:
    """Return the text so that it is shown as it is."""
    return _READ_AS_MORE.sub(_JOINER, text)


def _standing(reason: str, *, special: bool) -> str:
    return f"{_SPECIAL if special else 'No longer special'}: {reason}"[:_LONGEST_STANDING].rstrip()


def _email(ticket: Json) -> str | None:
    return (ticket["submitter_email"] or "").strip().lower() or None


def _tags(ticket: Json) -> list[str]:
    words = (word.strip() for word in str(ticket.get(TAGS) or "").split(","))
    return [word for word in words if word and word != NOTHING]


def _with(tags: list[str], tag: str, *, present: bool) -> list[str]:
    if not present:
        return [each for each in tags if each != tag]
    return tags if tag in tags else [*tags, tag]


def _number(text: str) -> str:
    """Return the id if it is one: it becomes part of an address."""
    if not (text.isascii() and text.isdecimal()):
        raise Rejected("This is not a ticket of this helpdesk.")
    return text
