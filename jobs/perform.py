"""A planned effect happens, or a doubtful one is looked up. Both end the same way, so both live here.

    pick ─▶ look again ─▶ gate (committed) ─▶ the call, no transaction open ─▶ what came of it (committed)

Whatever kills us between gate and end leaves a row in `sending`; when its lease is over it is doubted, and looked up.
"""

from datetime import datetime

import structlog

from app.domain.effects import State
from app.domain.errors import Busy, Closed, Rejected, Unavailable, Uncertain
from app.domain.ports import Receipt
from app.domain.retry import MOST_ATTEMPTS, pause_before_next, pause_when_busy, wait_after
from app.store import endings, ledger, parking, pending
from app.store.base import Session, unit_of_work
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs import deeds
from jobs.carry_out import follow_up, give_otherwise
from jobs.doors import shut_until
from jobs.runtime import Outside, World
from jobs.small_bugs import kept_small

log = structlog.get_logger("effect")

CANNOT_BE_ASKED = "nobody answered, and this vendor cannot be asked; please check with them and say what is true"
TOO_LATE_TO_REPEAT = "the first try, long ago, was never answered; please check the order and say what is true"


def perform_all(world: World, merchant: Merchant, outside: Outside, due: list[int], stuck: set[int]) -> bool:
    """Perform the deeds, side by side; return False when the door was found shut."""
    shut = False

    def one(effect_id: int) -> None:
        nonlocal shut
        with kept_small("effect.failed", merchant.id, effect_id, stuck):
            if not shut and isinstance(perform(world, merchant, outside, effect_id), Closed):
                shut = True

    for _ in world.hands.each(one, due):
        pass
    return not shut


def perform(world: World, merchant: Merchant, outside: Outside, effect_id: int) -> Busy | None:
    """Take one due effect a step further; return who asked us to wait, if anybody did.

    A step is to do it, or to find out whether it was done.
    """
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        deed = ledger.pick(
            session,
            shop_id=merchant.id,
            effect_id=effect_id,
            now=now,
            lease=world.lease,
            currency=merchant.currency,
        )
    if deed is None:
        return None
    if deed.for_a_person:
        outside = outside.for_a_person()
    if deed.pending:
        return _follow(world, outside, merchant, deed)
    if deed.state is State.UNCERTAIN:
        return _look_up(world, merchant, outside, deed)
    if deeds.overdue(deed, now):
        return _look_up_only(world, merchant, outside, deed)
    if deed.tries > MOST_ATTEMPTS:
        _refuse(world, merchant, deed, "gave_up", f"given up after {MOST_ATTEMPTS} tries, none of which came to an end")
        return None
    return _do(world, merchant, outside, deed)


def _do(world: World, merchant: Merchant, outside: Outside, deed: Deed) -> Busy | None:
    try:
        reason = deeds.unwanted(world, merchant, outside, deed)
        question = None if reason is not None else deeds.question(outside, deed)
        request = None if reason or question else deeds.prepare(world, merchant, outside, deed)
    except Busy as busy:
        return _wait(world, merchant, deed, busy)
    except Unavailable as problem:
        _try_later(world, merchant, deed, problem)
        return None
    except Rejected as problem:
        _refuse(world, merchant, deed, "refused", str(problem))
        return None
    if reason is not None:
        _drop(world, merchant, deed, *reason)
        return None
    if question is not None:
        _ask_a_person(world, merchant, deed, question)
        return None
    with unit_of_work(world.sessions) as session:
        sent = ledger.gate(session, deed, now=world.clock.now(), lease=world.lease, request=request)
    first = deed.first_sent_at is None and not deeds.prepared_for_good(deed)
    return None if sent is None else _call(world, merchant, outside, sent, first=first)


def _call(world: World, merchant: Merchant, outside: Outside, deed: Deed, *, first: bool) -> Busy | None:
    try:
        receipt = deeds.do(merchant, outside, deed, world.clock.now())
    except Rejected as problem:
        _refuse(world, merchant, deed, "refused", str(problem))
    except Busy as busy:
        return _wait(world, merchant, deed, busy, afresh=first)
    except Unavailable as problem:
        _try_later(world, merchant, deed, problem, afresh=first)
    except Uncertain as problem:
        _doubt(world, merchant, outside, deed, problem)
    else:
        _done(world, merchant, deed, receipt)
    return None


def _look_up(world: World, merchant: Merchant, outside: Outside, deed: Deed) -> Busy | None:
    if not deeds.can_look_up(outside, deed.effect):
        _leave_to_a_person(world, merchant, deed, CANNOT_BE_ASKED)
        return None
    try:
        receipt = deeds.find(outside, deed)
    except Busy as busy:
        return _wait(world, merchant, deed, busy)
    except (Unavailable, Uncertain) as problem:
        _ask_again(world, deed, str(problem))
        return None
    if receipt is not None:
        _done(world, merchant, deed, receipt)
    else:
        _go_on_without(world, merchant, deed)
    return None


def _go_on_without(world: World, merchant: Merchant, deed: Deed) -> None:
    """Go on with a deed in doubt that was looked for and is not there."""
    log.info("effect.absent", shop=merchant.id, effect=deed.id)
    if deed.refusal is not None:
        _refuse(world, merchant, deed, "refused", deed.refusal)
    elif deeds.overdue(deed, world.clock.now()):
        _leave_to_a_person(world, merchant, deed, TOO_LATE_TO_REPEAT)
    else:
        with unit_of_work(world.sessions) as session:
            endings.put_back(session, deed, until=world.clock.now(), why="looked up: it had not happened")


def _look_up_only(world: World, merchant: Merchant, outside: Outside, deed: Deed) -> Busy | None:
    """Look for a deed that may not be tried again: it was done after all, or a person finds out."""
    try:
        receipt = deeds.find(outside, deed)
    except Busy as busy:
        return _wait(world, merchant, deed, busy)
    except Unavailable as problem:
        # Never given up, as in `_ask_again`.
        with unit_of_work(world.sessions) as session:
            endings.put_back(session, deed, until=world.clock.now() + wait_after(deed.tries), why=str(problem))
        return None
    if receipt is not None:
        _done(world, merchant, deed, receipt)
        return None
    with unit_of_work(world.sessions) as session:
        if endings.leave_to_a_person(session, deed, why=TOO_LATE_TO_REPEAT):
            _follow_up(session, merchant, deed, world.clock.now())
    log.warning("effect.needs_person", shop=merchant.id, effect=deed.id, kind=deed.effect.kind)
    return None


def _done(world: World, merchant: Merchant, deed: Deed, receipt: Receipt) -> None:
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if endings.done(session, deed, receipt, now=now, look_at=now + deeds.look_after(deed, now)):
            deeds.note(session, deed, now)
            _follow_up(session, merchant, deed, now, receipt)
    log.info("effect.done", shop=merchant.id, effect=deed.id, kind=deed.effect.kind, sends=deed.sends)


def _follow(world: World, outside: Outside, merchant: Merchant, deed: Deed) -> Busy | None:
    """Look whether what was on its way has arrived, and look again as long as it has not."""
    now = world.clock.now()
    again = now + deeds.look_after(deed, now)
    try:
        receipt = deeds.follow(outside, deed, now)
    except Rejected as problem:
        with unit_of_work(world.sessions) as session:
            if pending.failed(session, deed, why=str(problem), now=now):
                _follow_up(session, merchant, deed, now)
        log.warning("effect.failed_late", shop=merchant.id, effect=deed.id, kind=deed.effect.kind)
        return None
    except Unavailable as problem:
        with unit_of_work(world.sessions) as session:
            if isinstance(problem, Closed):
                shut_until(session, merchant, problem, now)
            pending.wait(session, deed, until=again)
        return problem if isinstance(problem, Busy) else None
    with unit_of_work(world.sessions) as session:
        if receipt.pending:
            pending.wait(session, deed, until=again)
        elif pending.arrived(session, deed, receipt) and receipt.remark:
            _follow_up(session, merchant, deed, now, receipt)  # that it is on its way was told; this was not
    log.info("effect.followed", shop=merchant.id, effect=deed.id, kind=deed.effect.kind, pending=receipt.pending)
    return None


def _refuse(world: World, merchant: Merchant, deed: Deed, code: str, why: str) -> None:
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if endings.refuse(session, deed, code=code, why=why, now=now):
            deeds.note_refused(session, deed)
            _follow_up(session, merchant, deed, now)
    log.warning("effect.refused", shop=merchant.id, effect=deed.id, kind=deed.effect.kind, code=code)


def _drop(world: World, merchant: Merchant, deed: Deed, code: str, why: str) -> None:
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if endings.drop(session, deed, code=code, why=why, now=now):
            deeds.note_dropped(session, deed, now)
            _follow_up(session, merchant, deed, now)
            give_otherwise(session, merchant, deed, code=code, now=now)
    log.info("effect.unwanted", shop=merchant.id, effect=deed.id, kind=deed.effect.kind, code=code)


def _ask_a_person(world: World, merchant: Merchant, deed: Deed, why: str) -> None:
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if parking.park(session, deed, code="needs_person", why=why):
            _follow_up(session, merchant, deed, now)
    log.info("effect.parked", shop=merchant.id, effect=deed.id, kind=deed.effect.kind)


def _try_later(world: World, merchant: Merchant, deed: Deed, problem: Unavailable, *, afresh: bool = False) -> None:
    pause = pause_before_next(problem, deed.tries)
    if pause is None:
        _refuse(world, merchant, deed, "gave_up", f"given up after {deed.tries} tries: {problem}")
        return
    with unit_of_work(world.sessions) as session:
        endings.put_back(session, deed, until=world.clock.now() + pause, why=str(problem), afresh=afresh)
    log.info(
        "effect.put_back",
        shop=merchant.id,
        effect=deed.id,
        kind=deed.effect.kind,
        seconds=pause.total_seconds(),
    )


def _wait(world: World, merchant: Merchant, deed: Deed, busy: Busy, *, afresh: bool = False) -> Busy:
    """Let the deed wait as long as it was asked to, and with it all that would meet the same answer."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if isinstance(busy, Closed):
            shut_until(session, merchant, busy, now)
            until = now  # the shop waits as a whole
        else:
            until = now + pause_when_busy(busy)
            endings.wait_together(session, deed, until=until, now=now)
        endings.ask_to_wait(session, deed, until=until, why=str(busy), afresh=afresh)
    log.info("effect.waits", shop=merchant.id, effect=deed.id, kind=deed.effect.kind, problem=str(busy))
    return busy


def _doubt(world: World, merchant: Merchant, outside: Outside, deed: Deed, problem: Uncertain) -> None:
    if not deeds.can_look_up(outside, deed.effect):
        _leave_to_a_person(world, merchant, deed, CANNOT_BE_ASKED)
        return
    with unit_of_work(world.sessions) as session:
        until = world.clock.now() + world.quarantine
        endings.doubt(session, deed, until=until, why=str(problem), refusal=problem.refusal)
    log.warning("effect.uncertain", shop=merchant.id, effect=deed.id, kind=deed.effect.kind)


def _ask_again(world: World, deed: Deed, why: str) -> None:
    # Never given up: money is set aside for it, and nobody may guess.
    with unit_of_work(world.sessions) as session:
        endings.doubt(session, deed, until=world.clock.now() + wait_after(deed.tries), why=why)


def _leave_to_a_person(world: World, merchant: Merchant, deed: Deed, why: str) -> None:
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if endings.doubt(session, deed, until=None, why=why):
            _follow_up(session, merchant, deed, now)
    log.warning("effect.needs_person", shop=merchant.id, effect=deed.id, kind=deed.effect.kind)


def _follow_up(session: Session, merchant: Merchant, deed: Deed, now: datetime, receipt: Receipt | None = None) -> None:
    ended = ledger.read(session, shop_id=merchant.id, effect_id=deed.id, currency=merchant.currency)
    if ended is not None:
        follow_up(
            session,
            merchant,
            ended,
            now=now,
            reference=receipt.reference if receipt else "",
            remark=receipt.remark if receipt else "",
        )
