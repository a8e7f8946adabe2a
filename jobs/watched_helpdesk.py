"""A helpdesk, and whether it takes our key: the first no is told, and the first yes after it.

A note that customers can read is the last one that we write there.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass

import structlog

from app.domain.errors import Rejected
from app.domain.ports import (
    Comment,
    Helpdesk,
    PushableHelpdesk,
    Receipt,
    Staff,
    TalkativeHelpdesk,
    Ticket,
    VouchingHelpdesk,
)
from app.store import setups
from app.store.base import Sessions, reading, unit_of_work
from app.store.connections import Account
from jobs.clock import Clock
from jobs.key_watch import key_watched

STOPPED = "A private note came out public in this helpdesk, so no note is written there any more."

log = structlog.get_logger("helpdesk")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedHelpdesk:
    """Satisfies app.domain.ports.Helpdesk by the one that it watches over; `account` is as it was before.

    Whether it can be told of cards, its kind says.
    """

    desk: Helpdesk
    account: Account
    sessions: Sessions
    clock: Clock

    def mark_customer(self, emails: tuple[str, ...], *, special: bool, reason: str, tag: str) -> Receipt:
        with self._watched():
            return self.desk.mark_customer(emails, special=special, reason=reason, tag=tag)

    def mark_shown(self, emails: tuple[str, ...], *, tag: str, but: str = "") -> bool | None:
        with self._watched():
            return self.desk.mark_shown(emails, tag=tag, but=but)

    def has_open_ticket(self, emails: tuple[str, ...]) -> bool | None:
        with self._watched():
            return self.desk.has_open_ticket(emails)

    def tag_ticket(self, ticket_id: str, *, tag: str, reason: str = "") -> Receipt:
        with self._watched():
            return self.desk.tag_ticket(ticket_id, tag=tag, reason=reason)

    def post_note(self, ticket_id: str, *, text: str, key: str) -> Receipt:
        shop_id, kind = self.account.shop_id, self.account.kind
        with reading(self.sessions) as session:
            if setups.notes_are_stopped(session, shop_id=shop_id, kind=kind):
                raise Rejected(STOPPED)
        with self._watched():
            receipt = self.desk.post_note(ticket_id, text=text, key=key)
        self._stop_if_public(receipt)
        return receipt

    def push_card(self, emails: tuple[str, ...], *, line: str) -> Receipt:
        if not isinstance(self.desk, PushableHelpdesk):
            raise Rejected("This helpdesk asks for cards, and is told none.")
        with self._watched():
            return self.desk.push_card(emails, line=line)

    def find_note(self, ticket_id: str, *, key: str) -> Receipt | None:
        with self._watched():
            found = self.desk.find_note(ticket_id, key=key)
        self._stop_if_public(found)
        return found

    def _stop_if_public(self, note: Receipt | None) -> None:
        if note is None or not note.public:
            return
        shop_id, kind = self.account.shop_id, self.account.kind
        with unit_of_work(self.sessions) as session:
            news = setups.notes_came_out(session, shop_id=shop_id, kind=kind)
        if news:
            log.error("helpdesk.notes_public", shop=shop_id, kind=kind)

    def _watched(self) -> AbstractContextManager[None]:
        about = {"shop": self.account.shop_id, "kind": self.account.kind}
        return key_watched(
            self.account,
            self.sessions,
            self.clock,
            broken=lambda: log.warning("helpdesk.broken", **about),
            mended=lambda: log.info("helpdesk.mended", **about),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedTalker(WatchedHelpdesk):
    """Satisfies app.domain.ports.TalkativeHelpdesk in the same way."""

    desk: TalkativeHelpdesk

    def ticket(self, ticket_id: str) -> Ticket | None:
        with self._watched():
            return self.desk.ticket(ticket_id)

    def comment(self, ticket_id: str, comment_id: str) -> Comment | None:
        with self._watched():
            return self.desk.comment(ticket_id, comment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedVoucher(WatchedTalker):
    """Satisfies app.domain.ports.VouchingHelpdesk in the same way."""

    desk: VouchingHelpdesk

    def staff(self, ref: str) -> Staff | None:
        with self._watched():
            return self.desk.staff(ref)


def watched(desk: Helpdesk, account: Account, sessions: Sessions, clock: Clock) -> Helpdesk:
    """Return the helpdesk under watch, as talkative as it is."""
    if isinstance(desk, VouchingHelpdesk):
        return WatchedVoucher(desk=desk, account=account, sessions=sessions, clock=clock)
    if isinstance(desk, TalkativeHelpdesk):
        return WatchedTalker(desk=desk, account=account, sessions=sessions, clock=clock)
    return WatchedHelpdesk(desk=desk, account=account, sessions=sessions, clock=clock)
