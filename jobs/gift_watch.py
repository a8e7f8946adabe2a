"""What becomes of gifts once their vendors have them: asked for, written down, booked, and told to whoever gave them.

    due ─▶ the vendor, no transaction open ─▶ how far it is, its money and the note (committed)

Nobody holds a gift meanwhile: of two who ask at once, or of whom one was frozen, the first to come back is heard.
"""

import time
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.domain.effects import Sending
from app.domain.errors import Busy, KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.gifts import Seen
from app.domain.ports import GiftVendor
from app.domain.retry import pause_when_busy
from app.domain.rules import arrivals
from app.domain.rules.called_off import called_off
from app.domain.sendings import ENDED, Status, next_look
from app.store import ledger, reckoning, sendings
from app.store.base import Session, reading, unit_of_work
from app.store.ledger import Deed
from app.store.sendings import Sent
from app.store.shops import Merchant
from integrations import registry
from jobs import address_asks, carry_out, stopping
from jobs.lever import though_paused
from jobs.queue import Task
from jobs.runtime import Outside, World
from jobs.small_bugs import kept_small

log = structlog.get_logger("gift")

FEW = 50  # gifts; whatever else is due is rung for again
SECONDS = 20.0
# Whoever was sent a link takes it up when they like, or never.
_NOT_MISSED = ENDED | {Status.LINK_SENT}
_NOTHING_NEW = Seen(status=None)
_LONGEST_WORD = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A gift before and after its vendor was asked, and what the vendor said."""

    deed: Deed
    before: Sent
    after: Sent
    told: Seen


def follow(world: World, shop_id: int) -> None:
    """Ask vendors about the gifts that it is time for, and tell what became of them."""
    world.bell.heard(Task.GIFTS, shop_id)
    way = world.enter(shop_id)
    if way is None:
        return
    merchant, outside = way
    with reading(world.sessions) as session:
        due = sendings.due(session, shop_id=shop_id, now=world.clock.now(), limit=FEW)
    ends_at, closed = time.monotonic() + SECONDS, set[str]()
    for sent in due:
        if stopping.asked() or time.monotonic() > ends_at:
            return
        if sent.vendor not in closed:
            with kept_small("gift.failed", shop_id, sent.id):
                closed |= set() if _look(world, merchant, outside, sent) else {sent.vendor}


def _look(world: World, merchant: Merchant, outside: Outside, sent: Sent) -> bool:
    """Ask about one gift; return False where its vendor is not to be asked any more now."""
    try:
        vendor = outside.vendor(sent.vendor)
        if not vendor.can.follows:
            with unit_of_work(world.sessions) as session:
                sendings.let_be(session, shop_id=merchant.id, vendor=sent.vendor)
            return False
        told = _asked(vendor, sent).as_of(world.clock.now())
    except (Busy, KeyRefused) as problem:
        _put_off(world, merchant, sent, problem)
        return False
    except (Rejected, Unavailable, Uncertain) as problem:
        log.warning("gift.not_told", shop=merchant.id, effect=sent.effect_id, problem=str(problem))
        told = _NOTHING_NEW
    _write_down(world, merchant, sent, told)
    return True


def _asked(vendor: GiftVendor, sent: Sent) -> Seen:
    with though_paused():  # a look changes nothing over there
        return vendor.status(sent.reference, other=sent.other)


def _put_off(world: World, merchant: Merchant, sent: Sent, problem: Busy | KeyRefused) -> None:
    now, pause = world.clock.now(), pause_when_busy(problem)
    with unit_of_work(world.sessions) as session:
        sendings.put_off(session, shop_id=merchant.id, vendor=sent.vendor, until=now + pause, now=now)
    log.info("gift.waits", shop=merchant.id, vendor=sent.vendor, seconds=pause.total_seconds())


def _write_down(world: World, merchant: Merchant, sent: Sent, told: Seen) -> None:
    now, told_of = world.clock.now(), False
    with unit_of_work(world.sessions) as session:
        deed = ledger.read(session, shop_id=merchant.id, effect_id=sent.effect_id, currency=merchant.currency)
        unpaid = deed is not None and deed.pending
        after = sendings.seen(session, sent, told, shop_id=merchant.id, now=now, unpaid=unpaid)
        if deed is not None and after is not None:
            change = _Change(deed=deed, before=sent, after=after, told=told)
            told_of = _book_and_tell(session, merchant, change, now)
    if after is None:
        log.info("gift.overtaken", shop=merchant.id, effect=sent.effect_id)
        return
    if told.status is None and told.word:
        log.warning("gift.unknown_word", shop=merchant.id, vendor=sent.vendor, word=told.word[:_LONGEST_WORD])
    log.info("gift.seen", shop=merchant.id, effect=sent.effect_id, status=after.status.value)
    if told_of:
        world.bell.ring(Task.DRAIN, merchant.id)


def _book_and_tell(session: Session, merchant: Merchant, change: _Change, now: datetime) -> bool:
    """Book what the vendor says of the money, and plan the note about the news; return whether there is one."""
    deed, before, after, told = change.deed, change.before, change.after, change.told
    moved_on = after.status is not before.status
    all_the_same = reckoning.sent_all_the_same(deed, before, after, told)
    money = reckoning.reckon(session, deed, told, all_the_same=all_the_same, now=now)
    gift, vendor, note = deed.effect, registry.called(before.vendor), None
    if not isinstance(gift, Sending):
        return False
    if (moved_on or all_the_same) and not _stopped_by_us(session, deed, gift, after):
        note = arrivals.tell(
            gift,
            after.status,
            told,
            vendor=vendor,
            money=money,
            all_the_same=all_the_same,
            now=now,
        )
    elif after.status not in _NOT_MISSED and next_look(after.status, placed_at=after.placed_at, now=now) is None:
        note = arrivals.never_confirmed(gift, vendor=vendor, now=now)
    if note is not None and after.status is Status.RETURNED:
        note = address_asks.came_back(session, merchant, deed, note, now)
    if note is not None:
        carry_out.tell(session, merchant, deed, note, now=now)
    return note is not None


def _stopped_by_us(session: Session, deed: Deed, gift: Sending, after: Sent) -> bool:
    """Return whether somebody of the team had it stopped: they are told by the deed that did."""
    if after.status is not Status.CANCELLED:
        return False
    stop = called_off(gift, key=deed.key, vendor=after.vendor)
    return sendings.is_being_stopped(session, shop_id=deed.shop_id, key=stop.key)
