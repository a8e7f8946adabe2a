"""A mail that was taken in hand is handed over, once: it left, waits for a better hour, or is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import structlog

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.mail import Mail
from app.domain.ports import Postman
from app.domain.retry import wait_after
from app.store import mails, story_mails
from app.store.base import Session, unit_of_work
from jobs.runtime import World

log = structlog.get_logger("mail")

Taken = TypeVar("Taken", mails.Taken, story_mails.Taken)
T_contra = TypeVar("T_contra", mails.Taken, story_mails.Taken, contravariant=True)


class Books(Protocol[T_contra]):
    """Where it is written down what became of one kind of mail; a module of the store is one."""

    def sent(self, session: Session, taken: T_contra, *, now: datetime) -> None: ...

    def later(self, session: Session, taken: T_contra, *, why: str, at: datetime) -> None: ...

    def lost(self, session: Session, taken: T_contra, *, why: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Round(Generic[Taken]):
    """One round of whoever carries a kind of mail: `of` says in the log which."""

    world: World
    books: Books[Taken]
    of: str

    def hand_over(self, postman: Postman, taken: Taken, mail: Mail, *, until: datetime) -> None:
        """Hand the mail over; put it back where it was not taken, but for what would come after `until`."""
        try:
            postman.carry(mail)
        except (Rejected, Uncertain) as problem:
            self.give_up(taken, str(problem))
        except Unavailable as problem:
            self._put_back(taken, problem, until)
        else:
            with unit_of_work(self.world.sessions) as session:
                self.books.sent(session, taken, now=self.world.clock.now())
            log.info("mail.sent", shop=taken.shop_id, of=self.of, mail=taken.id)

    def give_up(self, taken: Taken, why: str) -> None:
        """Let a mail be that is not sent any more, or of which nobody knows whether it was."""
        with unit_of_work(self.world.sessions) as session:
            self.books.lost(session, taken, why=why)
        log.warning("mail.lost", shop=taken.shop_id, of=self.of, mail=taken.id, problem=why)

    def _put_back(self, taken: Taken, problem: Unavailable, until: datetime) -> None:
        at = self.world.clock.now() + max(timedelta(seconds=problem.retry_after or 0), wait_after(taken.tries))
        if at >= until:
            self.give_up(taken, str(problem))
            return
        with unit_of_work(self.world.sessions) as session:
            self.books.later(session, taken, why=str(problem), at=at)
        log.info("mail.not_now", shop=taken.shop_id, of=self.of, mail=taken.id, problem=str(problem))
