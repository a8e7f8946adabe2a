"""A test ticket in one merchant's Zendesk: its only comment is private, so nothing is sent to the customer.

It is found by a name of ours on it. The same name is its idempotency key, so that even two hands at once open one.
"""

from dataclasses import dataclass
from typing import cast

import structlog

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.ports import Receipt
from app.domain.sample_tickets import SUBJECT, WORDS
from integrations.marker import last_line, line, short
from integrations.zendesk import users
from integrations.zendesk.client import Json, ZendeskApi, accepted

_LOG = structlog.get_logger()
_TAKEN = "DuplicateValue"
_OVER = frozenset({"closed", "deleted"})


@dataclass(frozen=True, slots=True)
class ZendeskSamples:
    """Satisfies app.domain.ports.SampleTickets; what each method promises stands there."""

    api: ZendeskApi

    def write(self, email: str, *, key: str) -> Receipt:
        return self.find(key=key) or self._opened(email, key)

    def find(self, *, key: str) -> Receipt | None:
        mine = self._ours(key)
        if not mine:
            return None
        return self._seen(str(min(each["id"] for each in mine)), key, copies=len(mine))

    def take_away(self, *, key: str) -> bool:
        mine = self._ours(key)
        for ticket in mine:
            path = f"tickets/{ticket['id']}"
            # What somebody was told, or has told us, is not ours to delete.
            answered = any(said["public"] is not False for said in self._said_on(str(ticket["id"])))
            if (answered or not self._deleted(path)) and ticket["status"] not in _OVER:
                accepted(self.api.write("PUT", path, {"ticket": {"status": "solved"}}, deed=False))
        return bool(mine)

    def _opened(self, email: str, key: str) -> Receipt:
        comment = {"body": f"{WORDS}\n\n{line(key)}", "public": False}
        ticket = {"subject": SUBJECT, "external_id": _name(key), "comment": comment, "requester_id": self._user(email)}
        answer = self.api.write("POST", "tickets", {"ticket": ticket}, once=short(f"{key}:{email}"))
        number = str(accepted(answer).json_object()["ticket"]["id"])
        return self._seen(number, key)

    def _user(self, email: str) -> int:
        """Return the number of whoever has that address; one who is new there is not mailed that they are."""
        there = users.known(self.api, (email,))
        if there:
            return int(next(iter(there)))
        about = {"email": email, "name": email.partition("@")[0], "role": "end-user", "skip_verify_email": True}
        answer = self.api.write("POST", "users", {"user": about}, deed=False)
        if answer.status == 422 and _TAKEN in str(answer.explained()):
            raise Unavailable("the helpdesk knows this address, and its search does not show it yet")
        return int(accepted(answer).json_object()["user"]["id"])

    def _seen(self, number: str, key: str, copies: int = 1) -> Receipt:
        """Return what became of it, as the helpdesk shows it now: a comment that came out public is hidden."""
        ours = [said for said in self._said_on(number) if last_line(said["plain_body"]) == line(key)]
        public = any(said["public"] is not False for said in ours)
        for said in ours if public else ():
            _LOG.error("zendesk.note_public", ticket=number, comment=said["id"])
            self._hide(number, str(said["id"]))
        return Receipt(reference=number, copies=copies, public=public)

    def _hide(self, number: str, comment: str) -> None:
        try:
            self.api.write("PUT", f"tickets/{number}/comments/{comment}/make_private", deed=False)
        except (Rejected, Unavailable, Uncertain):
            _LOG.warning("zendesk.note_not_hidden", ticket=number, comment=comment)

    def _ours(self, key: str) -> list[Json]:
        named = self.api.pages("tickets", "tickets", {"external_id": _name(key)})
        return [row for row in named if row.get("external_id") == _name(key) and row["status"] != "deleted"]

    def _said_on(self, number: str) -> list[Json]:
        return cast("list[Json]", [*self.api.pages(f"tickets/{number}/comments", "comments")])

    def _deleted(self, path: str) -> bool:
        # 403: not every user may delete, and a ticket may be closed to ours.
        answer = self.api.write("DELETE", path, deed=False)
        return answer.ok or answer.status in (404, 410)


def _name(key: str) -> str:
    """Return what our ticket bears over there, by which it is found again."""
    return f"lagniappe:{short(key)}"
