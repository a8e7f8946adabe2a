"""What came of a step that was taken with a deed: what is written into the ledger, and what the log says of it.

Nothing is written here. Whoever gathers outcomes writes several in one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.domain.errors import Busy, Closed, Uncertain
from app.domain.ports import Receipt
from app.domain.retry import pause_when_busy
from app.domain.rules import address_words
from app.domain.rules.send_gates import Question
from app.store import endings, ledger, parking, pending
from app.store.base import Session
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs import deeds, second_choice
from jobs.carry_out import follow_up, give_otherwise, note_dropped
from jobs.doors import shut_until
from jobs.second_choice import Left

log = structlog.get_logger("effect")

SETTLES_IN = timedelta(minutes=1)
PERHAPS_GONE = "what is left beyond what is kept back may be leaving at this moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One deed's; `busy` asked us to wait, `receipt` is there when it happened."""

    deed: Deed
    event: str
    write: Callable[[Session, datetime], None]
    grave: bool = False  # somebody may want to look
    words: dict[str, object] = field(default_factory=dict)
    busy: Busy | None = None
    receipt: Receipt | None = None
    holds_shop: bool = False  # to be written down under the shop's lock

    def tell(self) -> None:
        """Say in the log what was written."""
        deed, say = self.deed, log.warning if self.grave else log.info
        say(self.event, shop=deed.shop_id, effect=deed.id, kind=deed.effect.kind, **self.words)


def done(merchant: Merchant, deed: Deed, receipt: Receipt) -> Outcome:
    """Say that it happened."""

    def write(session: Session, now: datetime) -> None:
        # What a vendor has is followed by itself, until its money is settled as well.
        look_at = None if receipt.placed else now + deeds.look_after(deed, now)
        if endings.done(session, deed, receipt, now=now, look_at=look_at):
            deeds.note(session, merchant, [deed], now)
            deeds.note_placed(session, deed, receipt, now)
            followed_up(session, merchant, deed, now, receipt)

    return Outcome(deed=deed, event="effect.done", write=write, words={"sends": deed.sends}, receipt=receipt)


def refused(merchant: Merchant, deed: Deed, code: str, why: str) -> Outcome:
    """Say that they said no for good, or that we give up."""

    def write(session: Session, now: datetime) -> None:
        if endings.refuse(session, deed, code=code, why=why, now=now):
            deeds.note_refused(session, deed)
            followed_up(session, merchant, deed, now)
            give_otherwise(session, merchant, deed, code=code, now=now)

    return Outcome(deed=deed, event="effect.refused", write=write, grave=True, words={"code": code})


def unwanted(merchant: Merchant, deed: Deed, code: str, why: str, left: Left | None = None) -> Outcome:
    """Say that it turned out to be no longer wanted; of what is `left` the next that fits may go instead."""

    def write(session: Session, now: datetime) -> None:
        if left is not None and second_choice.give(session, merchant, deed, left, now):
            followed_up(session, merchant, deed, now)
        elif endings.drop(session, deed, code=code, why=why, now=now):
            note_dropped(session, merchant, deed, now)
            followed_up(session, merchant, deed, now)
            give_otherwise(session, merchant, deed, code=code, now=now)

    words: dict[str, object] = {"code": code}
    return Outcome(
        deed=deed,
        event="effect.unwanted" if left is None else "effect.sold_out",
        write=write,
        words=words,
        holds_shop=left is not None,
    )


def parked(merchant: Merchant, deed: Deed, question: Question) -> Outcome:
    """Say that a person must see to something first; their yes is to what it costs by now."""
    cost = None if question.cost is None else question.cost.minor

    def write(session: Session, now: datetime) -> None:
        if parking.park(session, deed, code=question.code, why=question.why, cost_minor=cost):
            followed_up(session, merchant, deed, now)

    return Outcome(deed=deed, event="effect.parked", write=write, words={"code": question.code})


def put_back(deed: Deed, pause: timedelta, why: str, *, afresh: bool = False) -> Outcome:
    """Say that it certainly did not happen; it is tried again after a pause."""

    def write(session: Session, now: datetime) -> None:
        endings.put_back(session, deed, until=now + pause, why=why, afresh=afresh)

    return Outcome(deed=deed, event="effect.put_back", write=write, words={"seconds": pause.total_seconds()})


def absent(deed: Deed) -> Outcome:
    """Say that it was in doubt, was looked for, and is not there: it may be tried again at once."""

    def write(session: Session, now: datetime) -> None:
        endings.put_back(session, deed, until=now, why="looked up: it had not happened")

    return Outcome(deed=deed, event="effect.absent", write=write)


def asked_to_wait(merchant: Merchant, deed: Deed, busy: Busy, *, afresh: bool = False) -> Outcome:
    """Let it wait as long as was asked for, and with it all that would meet the same answer."""

    def write(session: Session, now: datetime) -> None:
        if isinstance(busy, Closed):
            shut_until(session, merchant, busy, now)
            until = now  # the shop waits as a whole
        else:
            until = now + pause_when_busy(busy)
            endings.wait_together(session, deed, until=until, now=now)
        endings.ask_to_wait(session, deed, until=until, why=str(busy), afresh=afresh)

    return Outcome(deed=deed, event="effect.waits", write=write, words={"problem": str(busy)}, busy=busy)


def not_begun(deed: Deed, why: str, *, afresh: bool = False) -> Outcome:
    """Say that its turn came too late: nobody was asked anything, and it may go at once."""

    def write(session: Session, now: datetime) -> None:
        endings.ask_to_wait(session, deed, until=now, why=why, afresh=afresh)

    return Outcome(deed=deed, event="effect.not_begun", write=write)


def not_the_last(deed: Deed) -> Outcome:
    """Say that what is left of it may just be leaving with another: it is looked at again when that has settled."""

    def write(session: Session, now: datetime) -> None:
        endings.ask_to_wait(session, deed, until=now + SETTLES_IN, why=PERHAPS_GONE)

    return Outcome(deed=deed, event="effect.waits", write=write, words={"problem": PERHAPS_GONE})


def unanswered(deed: Deed, pause: timedelta) -> Outcome:
    """Say that the customer was asked where it should go, and has not said so yet; that is no try."""

    def write(session: Session, now: datetime) -> None:
        endings.ask_to_wait(session, deed, until=now + pause, why=address_words.WAITS)

    return Outcome(deed=deed, event="effect.waits", write=write, words={"problem": "no address yet"})


def doubtful(deed: Deed, problem: Uncertain, quarantine: timedelta) -> Outcome:
    """Say that it may have happened; after the quarantine it is looked up."""

    def write(session: Session, now: datetime) -> None:
        endings.doubt(session, deed, until=now + quarantine, why=str(problem), refusal=problem.refusal)

    return Outcome(deed=deed, event="effect.uncertain", write=write, grave=True)


def still_doubtful(deed: Deed, pause: timedelta, why: str) -> Outcome:
    """Say that nobody could be asked. Never given up: money is set aside for it, and nobody may guess."""

    def write(session: Session, now: datetime) -> None:
        endings.doubt(session, deed, until=now + pause, why=why)

    return Outcome(deed=deed, event="effect.still_uncertain", write=write)


def left_to_a_person(merchant: Merchant, deed: Deed, why: str, *, unsent: bool = False) -> Outcome:
    """Leave it to a person to find out whether it happened; `unsent`: this try of it was not even begun."""

    def write(session: Session, now: datetime) -> None:
        left = endings.leave_to_a_person(session, deed, why=why) if unsent else _doubted(session, deed, why)
        if left:
            followed_up(session, merchant, deed, now)

    return Outcome(deed=deed, event="effect.needs_person", write=write, grave=True)


def in_a_persons_hands(merchant: Merchant, deed: Deed, why: str) -> Outcome:
    """Leave it to a person to do it: nobody else can, and nothing was sent."""

    def write(session: Session, now: datetime) -> None:
        if endings.leave_to_a_person(session, deed, why=why, to_do=True):
            followed_up(session, merchant, deed, now)

    return Outcome(deed=deed, event="effect.by_hand", write=write)


def failed_late(merchant: Merchant, deed: Deed, why: str) -> Outcome:
    """Say that what was on its way came back."""

    def write(session: Session, now: datetime) -> None:
        if pending.failed(session, deed, why=why, now=now):
            followed_up(session, merchant, deed, now)

    return Outcome(deed=deed, event="effect.failed_late", write=write, grave=True)


def on_its_way(merchant: Merchant, deed: Deed, busy: Busy | None = None) -> Outcome:
    """Say that it has not arrived yet, as far as anybody knows; it is looked at again."""

    def write(session: Session, now: datetime) -> None:
        if isinstance(busy, Closed):
            shut_until(session, merchant, busy, now)
        pending.wait(session, deed, until=now + deeds.look_after(deed, now))

    return Outcome(deed=deed, event="effect.followed", write=write, words={"pending": True}, busy=busy)


def arrived(merchant: Merchant, deed: Deed, receipt: Receipt) -> Outcome:
    """Say that nothing can go wrong with it any more."""

    def write(session: Session, now: datetime) -> None:
        if pending.arrived(session, deed, receipt) and receipt.remark:
            followed_up(session, merchant, deed, now, receipt)  # that it is on its way was told; this was not

    return Outcome(deed=deed, event="effect.followed", write=write, words={"pending": False})


def _doubted(session: Session, deed: Deed, why: str) -> bool:
    return endings.doubt(session, deed, until=None, why=why)


def followed_up(
    session: Session,
    merchant: Merchant,
    deed: Deed,
    now: datetime,
    receipt: Receipt | None = None,
    ended: Deed | None = None,
) -> None:
    """Plan what follows from what became of a deed; `ended` is its row, where that was read already."""
    ended = ended or ledger.read(session, shop_id=merchant.id, effect_id=deed.id, currency=merchant.currency)
    if ended is not None:
        reference, remark = (receipt.reference, receipt.remark) if receipt else ("", "")
        follow_up(session, merchant, ended, now=now, reference=reference, remark=remark)
