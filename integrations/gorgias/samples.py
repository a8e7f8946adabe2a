"""A test ticket in one merchant's Gorgias: a note within the team is all that stands on it, so nothing is sent.

Nothing there takes a key with which a second ticket would be the first. So it bears a name of ours, is looked for by it
before any is opened, and only by one hand at a time.
"""

from dataclasses import dataclass

import structlog

from app.domain.errors import KeyRefused
from app.domain.ports import Receipt
from app.domain.sample_tickets import SUBJECT, WORDS
from integrations.gorgias.api import marker, private_note
from integrations.gorgias.client import GONE, GorgiasApi, Json, accepted, made

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class GorgiasSamples:
    """Satisfies app.domain.ports.SampleTickets; what each method promises stands there."""

    api: GorgiasApi

    def write(self, email: str, *, key: str) -> Receipt:
        return self.find(key=key) or self._opened(email, key)

    def find(self, *, key: str) -> Receipt | None:
        mine = self._ours(key)
        if not mine:
            return None
        first = min(mine, key=lambda ticket: int(ticket["id"]))
        return Receipt(reference=str(first["id"]), copies=len(mine), public=_is_shown(first, key))

    def take_away(self, *, key: str) -> bool:
        mine = self._ours(key)
        for ticket in mine:
            path = f"tickets/{ticket['id']}"
            # What somebody was told, or has told us, is not ours to delete.
            if any(message.get("public") is not False for message in ticket["messages"]) or not self._deleted(path):
                accepted(self.api.write("PUT", path, {"status": "closed"}, deed=False))
        return bool(mine)

    def _opened(self, email: str, key: str) -> Receipt:
        note = private_note(self.api.user, WORDS, key)
        ticket = {"via": "api", "subject": SUBJECT, "external_id": marker(key), "customer": {"email": email}}
        answer = self.api.write("POST", "tickets", ticket | {"messages": [note]})
        number, opened = made(answer), answer.json_object()
        public = any(message.get("public") is not False for message in opened.get("messages") or [{}])
        if public:
            _LOG.error("gorgias.note_public", ticket=number)
        return Receipt(reference=number, public=public)

    def _ours(self, key: str) -> list[Json]:
        """Return the tickets that bear the name, whole, but for those in the bin."""
        named = [*self.api.pages("tickets", {"external_id": marker(key)})]
        ours = [row for row in named if row.get("external_id") == marker(key) and not row.get("trashed_datetime")]
        whole = (self.api.look(f"tickets/{row['id']}") for row in ours)
        return [ticket for ticket in whole if ticket is not None]

    def _deleted(self, path: str) -> bool:
        try:
            answer = self.api.write("DELETE", path, deed=False)
        except KeyRefused:  # not every user may delete; whether the key opens anything at all is seen when it is closed
            return False
        return answer.ok or answer.status in GONE


def _is_shown(ticket: Json, key: str) -> bool:
    """Return whether our own note came out for everybody to read."""
    ours = (message for message in ticket["messages"] if message.get("external_id") == marker(key))
    return any(message.get("public") is not False for message in ours)
