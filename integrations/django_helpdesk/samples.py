"""A test ticket in one merchant's django-helpdesk, in which a new ticket is mailed to whoever it is from.

So it is opened from nobody, and gets its address afterwards: changing a ticket mails nobody and calls nobody. What it
says is a private note, as ours are, and that note is what calls us once all is in its place.
"""

from dataclasses import dataclass

from app.domain.errors import Rejected
from app.domain.ports import Receipt
from app.domain.sample_tickets import SUBJECT, WORDS
from integrations.django_helpdesk.api import MOST_TICKETS
from integrations.django_helpdesk.client import DeskApi, Json
from integrations.marker import last_line, line

_OPEN, _EVERY = "1,2", "1,2,3,4,5"  # statuses: what is closed, the team has seen to already
_NEW, _CLOSED = 1, 4
_FEW = 25  # tickets from which a queue is learnt
_NO_QUEUE = "It has no ticket yet from which its queues could be seen: open one there yourself."
_TOO_MANY = "It has more open tickets than we look through, so ours could not be found again: open one there yourself."


@dataclass(frozen=True, slots=True)
class DjangoSamples:
    """Satisfies app.domain.ports.SampleTickets; what each method promises stands there."""

    api: DeskApi

    def write(self, email: str, *, key: str) -> Receipt:
        ticket = self._found(key) or self._opened(key)
        path = f"tickets/{ticket['id']}"
        for said in ticket["followup_set"]:
            if said["public"] and last_line(said["comment"]) == line(key):
                self.api.change(f"followups/{said['id']}", {"public": False})
        if (ticket["submitter_email"] or "").lower() != email.lower():
            self.api.change(path, {"submitter_email": email})
        if not any(_is_note(said) for said in ticket["followup_set"]):
            self.api.add("followups", {"ticket": ticket["id"], "comment": WORDS, "public": False})
        return self._seen(ticket["id"])

    def find(self, *, key: str) -> Receipt | None:
        found = self._found(key)
        return None if found is None else self._seen(found["id"])

    def take_away(self, *, key: str) -> bool:
        found = self._found(key)
        if found is None:
            return False
        path = f"tickets/{found['id']}"
        # What somebody was told, or has told us, is not ours to delete.
        if any(said["public"] for said in found["followup_set"]) or not self.api.remove(path):
            self.api.change(path, {"status": _CLOSED})
        return True

    def _found(self, key: str) -> Json | None:
        there = [*self.api.tickets(statuses=_OPEN, most=MOST_TICKETS)]
        found = next((each for each in there if last_line(each["description"]) == line(key)), None)
        if found is None and len(there) >= MOST_TICKETS:
            raise Rejected(_TOO_MANY)
        return found

    def _opened(self, key: str) -> Json:
        queue = next((each["queue"] for each in self.api.tickets(statuses=_EVERY, most=_FEW)), None)
        if queue is None:
            raise Rejected(_NO_QUEUE)
        ticket = {"queue": queue, "title": SUBJECT, "description": line(key), "status": _NEW}
        return self.api.add("tickets", ticket | {"priority": 3, "on_hold": False, "resolution": ""})

    def _seen(self, number: int) -> Receipt:
        ticket = self.api.find(f"tickets/{number}") or {"followup_set": ()}
        return Receipt(reference=str(number), public=any(_is_note(s) and s["public"] for s in ticket["followup_set"]))


def _is_note(said: Json) -> bool:
    return bool((said["comment"] or "").strip() == WORDS)
