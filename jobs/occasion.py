"""One delivery in a worker's hands: whose it is, when it is handled, the way out, and how it ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.domain.decisions import Decision
from app.domain.errors import Closed, Unavailable
from app.store import erasing, inbox, veil
from app.store.base import Session
from app.store.inbox import Letter
from app.store.shops import Merchant
from app.store.veil import Veil
from jobs.carry_out import carry_out_all
from jobs.runtime import Outside, World

log = structlog.get_logger("inbox")

# What comes later than this is no news: it feeds our ledgers and brings nothing about.
NEWS = timedelta(hours=24)


class Overtaken(Exception):
    """Somebody else finished this delivery; our transaction must leave no trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Everything about the delivery in hand; `outside` is None for a shop that has not let us in (any more)."""

    world: World
    merchant: Merchant
    outside: Outside | None
    letter: Letter
    now: datetime

    @property
    def way_in(self) -> Outside:
        """The way to the shop's accounts; raises Unavailable where there is none, Closed while it is left alone."""
        if self.outside is not None:
            return self.outside
        until, because = self.merchant.closed_until, self.merchant.closed_because or ""
        if until is not None and self.merchant.is_shut(self.now):
            raise Closed(because, retry_after=(until - self.now).total_seconds())
        raise Unavailable("the shop has not let us in")

    def veil(self, session: Session) -> Veil:
        """Return what lies over the shop's forgotten people."""
        return veil.drawn(session, shop_id=self.merchant.id, seal=self.world.seal)

    def is_old(self, happened_at: datetime | None = None) -> bool:
        """Return whether it happened, or was told, too long ago to bring anything about."""
        moments = (self.letter.received_at, self.letter.triggered_at, happened_at)
        return any(moment is not None and self.now - moment > NEWS for moment in moments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one delivery ends: with decisions or none. `forgotten`: it speaks of somebody of whom nothing is kept."""

    occasion: Occasion
    decided: tuple[Decision, ...] = ()
    forgotten: bool = False


def finish(
    session: Session, occasion: Occasion, decided: Iterable[Decision] = (), *, forget_words: bool = False
) -> None:
    """Write down what was decided, and that the delivery is handled; raise Overtaken when it was already.

    With `forget_words` nothing of what it said is kept, for it speaks of somebody who was forgotten.
    """
    finish_all(session, [Ending(occasion=occasion, decided=tuple(decided), forgotten=forget_words)])


def finish_all(session: Session, endings: Sequence[Ending]) -> None:
    """Write down what was decided with some deliveries of one shop, as `finish` does; all of it, or nothing."""
    merchant, now = endings[0].occasion.merchant, endings[0].occasion.now
    letters = [ending.occasion.letter for ending in endings]
    said = [(decision, ending.occasion.letter.id) for ending in endings for decision in ending.decided]
    carry_out_all(session, merchant, said, now=now)
    if not inbox.all_handled(session, letters, now=now):
        raise Overtaken
    for ending in endings:
        letter = ending.occasion.letter
        if ending.forgotten:
            erasing.forget_words(session, shop_id=merchant.id, delivery_id=letter.id, bones=b"", now=now)
        codes = [decision.code for decision in ending.decided]
        log.info("delivery.handled", shop=merchant.id, delivery=letter.id, decisions=codes)
