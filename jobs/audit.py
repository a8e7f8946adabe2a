"""Compares what our books say was done with what is out there, and looks who has been in doubt for too long.

Whatever does not fit is an alarm: in the log, in the database for those who watch, and on the merchant's page.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from app.domain.effects import PostNote
from app.domain.errors import Busy, Rejected, Unavailable, Uncertain
from app.domain.ports import Receipt
from app.store import alarms, sendings
from app.store.alarms import What
from app.store.base import reading, unit_of_work
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs import deeds
from jobs.runtime import Outside, World

log = structlog.get_logger("audit")

IN_DOUBT_FOR = timedelta(minutes=59)  # looked at every few seconds: within the hour somebody knows
HELD_FOR = timedelta(days=7)  # after which nobody says any more what became of a gift's money
AT_ONCE = 50


def look_at_all_doubts(world: World) -> None:
    """Look at the doubts of every shop that has one for almost an hour, or had one."""
    with reading(world.sessions) as session:
        doubtful = alarms.shops_in_doubt(session, before=world.clock.now() - IN_DOUBT_FOR)
    for shop_id in doubtful:
        look_at_doubts(world, shop_id)


def look_at_doubts(world: World, shop_id: int) -> int:
    """Sound an alarm about each deed that has been in doubt for almost an hour, once; return how many stand."""
    now = world.clock.now()
    with reading(world.sessions) as session:
        late = alarms.too_long_in_doubt(session, shop_id=shop_id, before=now - IN_DOUBT_FOR)
        known = [each for each in alarms.standing(session, shop_id=shop_id) if each.what is What.IN_DOUBT]
    if {each.effect_id for each in known} == set(late):
        return len(late)
    with unit_of_work(world.sessions) as session:
        new = alarms.sound(session, shop_id=shop_id, effect_ids=late, what=What.IN_DOUBT, now=now)
        alarms.silence(session, shop_id=shop_id, what=What.IN_DOUBT, but=late)
    for effect_id in new:
        log.warning("alarm.in_doubt", shop=shop_id, effect=effect_id)
    return len(late)


def look_at_held(world: World, shop_id: int) -> None:
    """Sound an alarm about each gift whose money is held a week after it could be taken up; they end by a person."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        held = sendings.unsettled(session, shop_id=shop_id, before=now - HELD_FOR)
        new = alarms.sound(session, shop_id=shop_id, effect_ids=held, what=What.HELD, now=now)
        alarms.silence(session, shop_id=shop_id, what=What.HELD, but=held)
    for effect_id in new:
        log.warning("alarm.held", shop=shop_id, effect=effect_id)


def compare(world: World, merchant: Merchant, outside: Outside, since: datetime) -> dict[int, What]:
    """Look for everything that was done since then, or did not fit before; return what is there twice, or not at all.

    What fits by now, or stands no more, has its alarm fall silent. What cannot be asked about is left as it is. Raises
    Unavailable where that is everything.
    """
    found: dict[int, What] = {}
    unasked: list[int] = []
    no_time: list[Unavailable] = []
    looked, problem = 0, None
    for deed in _done(world, merchant, since):
        try:
            receipt = _found(outside, deed, no_time)
        except Busy:
            raise
        except (Unavailable, Uncertain, Rejected) as why:
            problem = why
            unasked.append(deed.id)
            continue
        looked += 1
        if receipt is None:
            found[deed.id] = What.MISSING
        elif receipt.copies > 1:
            found[deed.id] = What.TWICE
    if not looked and isinstance(problem, Unavailable):
        raise problem
    _sound(world, merchant, found, unasked)
    log.info("audit.done", shop=merchant.id, looked=looked, wrong=len(found))
    return found


def _found(outside: Outside, deed: Deed, no_time: list[Unavailable]) -> Receipt | None:
    """Look for the deed; once the helpdesk had no time for a note, for no other note any more.

    A day's notes may be more than it has time for, and all else must not wait for them night after night.
    """
    if not isinstance(deed.effect, PostNote):
        return deeds.find(outside, deed)
    if not no_time:
        try:
            return deeds.find(outside, deed)
        except Busy as busy:
            no_time.append(Unavailable(str(busy)))
    raise no_time[0]


def _done(world: World, merchant: Merchant, since: datetime) -> Iterator[Deed]:
    """Yield what was done since then, and then what did not fit before; each once."""
    with reading(world.sessions) as session:
        before = alarms.alarmed(session, shop_id=merchant.id, currency=merchant.currency)
    after, recent = 0, set[int]()
    while some := _some(world, merchant, since, after):
        yield from some
        after = some[-1].id
        recent |= {deed.id for deed in some}
    yield from (deed for deed in before if deed.id not in recent)


def _some(world: World, merchant: Merchant, since: datetime, after: int) -> list[Deed]:
    with reading(world.sessions) as session:
        return alarms.marked(
            session, shop_id=merchant.id, since=since, after=after, limit=AT_ONCE, currency=merchant.currency
        )


def _sound(world: World, merchant: Merchant, found: dict[int, What], unasked: list[int]) -> None:
    now = world.clock.now()
    for what in alarms.COMPARED:
        about = [number for number, each in found.items() if each is what]
        with unit_of_work(world.sessions) as session:
            new = alarms.sound(session, shop_id=merchant.id, effect_ids=about, what=what, now=now)
            alarms.silence(session, shop_id=merchant.id, what=what, but=[*about, *unasked])
        for effect_id in new:
            log.error("alarm.sounded", shop=merchant.id, effect=effect_id, what=what.value)
