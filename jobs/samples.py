"""Test tickets: written once into a helpdesk at the merchant's wish, looked at in the night, and taken away again.

It is done by whoever holds the connection, with no transaction open. The key was kept before; a try whose answer was
lost is looked for under it, by the next try, before anything is written.
"""

from contextlib import suppress
from datetime import datetime

import structlog

from app.domain.errors import Busy, KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.helpdesk_setup import Parts
from app.domain.ports import SampleTickets
from app.domain.retry import MOST_ATTEMPTS, pause_when_busy, wait_after
from app.domain.sample_tickets import SampleStage
from app.store import samples, setups
from app.store.base import reading, unit_of_work
from app.store.samples import Sample
from app.store.setups import Held
from app.store.shops import Merchant
from integrations import registry
from jobs.lever import Lever
from jobs.queue import Task
from jobs.runtime import World, desk_origin
from jobs.watched_helpdesk import STOPPED

log = structlog.get_logger("helpdesk")

PART = "ticket"


def ask(world: World, merchant: Merchant, kind: str, email: str) -> bool | None:
    """Have a test ticket written from that address; return False where one stands, None where none can be written."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        asked = samples.ask(session, shop_id=merchant.id, kind=kind, email=email, seal=world.seal, now=now)
    world.bell.ring(Task.HELPDESKS, merchant.id)
    return asked


def take_back(world: World, merchant: Merchant, kind: str) -> bool:
    """Have it taken away again; return False where there is none."""
    with unit_of_work(world.sessions) as session:
        going = samples.take_back(session, shop_id=merchant.id, kind=kind, now=world.clock.now())
    world.bell.ring(Task.HELPDESKS, merchant.id)
    return going


def see_to(world: World, held: Held) -> datetime | None:
    """Do what is wanted of the test ticket there; return when to come back before the night. Raises KeyRefused."""
    sample, there = _at_hand(world, held)
    if sample is None or there is None:
        return None
    if sample.stage is SampleStage.WRITTEN:
        _look(world, held, sample, there)
    if not sample.to_do:
        return None
    try:
        (_write if sample.stage is SampleStage.ASKED else _take_away)(world, held, sample, there)
    except KeyRefused:
        _give_up(world, held, sample, "The key was not taken.")
        raise
    except Rejected as refusal:
        _give_up(world, held, sample, str(refusal))
    except (Unavailable, Uncertain) as problem:
        return _later(world, held, sample, problem)
    return None


def clear(world: World, held: Held) -> Parts:
    """Take away what there is of one, before its helpdesk is left; return it where it cannot be. Raises Unavailable."""
    sample, there = _at_hand(world, held)
    if sample is None or there is None:
        return {}
    try:
        there.take_away(key=sample.key)
    except Rejected:
        return made(world, held)
    return {}


def made(world: World, held: Held) -> Parts:
    """Return what stands there of one, as far as we know."""
    with reading(world.sessions) as session:
        sample = samples.read(session, shop_id=held.shop_id, kind=held.kind)
    return {PART: sample.number} if sample is not None and sample.number else {}


def _at_hand(world: World, held: Held) -> tuple[Sample | None, SampleTickets | None]:
    with reading(world.sessions) as session:
        sample = samples.read(session, shop_id=held.shop_id, kind=held.kind)
    if sample is None:
        return None, None
    # The merchant's own switch holds what is to be written. What is to go may go.
    lever = Lever(world.sessions, held.shop_id if sample.stage is SampleStage.ASKED else None)
    http, origin = world.http.under(lever), desk_origin(world.settings, held.kind)
    return sample, registry.samples(held.kind, origin, held.account, world.login(held), http=http)


def _write(world: World, held: Held, sample: Sample, there: SampleTickets) -> None:
    shop_id, kind, began = held.shop_id, held.kind, world.clock.now()
    with reading(world.sessions) as session:
        stopped = setups.notes_are_stopped(session, shop_id=shop_id, kind=kind)
    if stopped:
        raise Rejected(STOPPED)
    email = samples.email_of(sample, seal=world.seal)
    written = there.write(email, key=sample.key)
    with unit_of_work(world.sessions) as session:
        number, at = written.reference, began
        samples.written(session, shop_id=shop_id, kind=kind, key=sample.key, ticket_id=number, at=at)
        news = written.public and setups.notes_came_out(session, shop_id=shop_id, kind=kind)
    log.info("helpdesk.test_ticket", shop=shop_id, kind=kind, copies=written.copies)
    if news:
        log.error("helpdesk.notes_public", shop=shop_id, kind=kind)


def _take_away(world: World, held: Held, sample: Sample, there: SampleTickets) -> None:
    there.take_away(key=sample.key)
    _forget(world, held, sample)


def _look(world: World, held: Held, sample: Sample, there: SampleTickets) -> None:
    """Forget one that the team has taken away by themselves."""
    with suppress(Rejected, Unavailable, Uncertain):
        if there.find(key=sample.key) is None:
            _forget(world, held, sample)


def _forget(world: World, held: Held, sample: Sample) -> None:
    with unit_of_work(world.sessions) as session:
        samples.gone(session, sample)
    log.info("helpdesk.test_ticket_gone", shop=held.shop_id, kind=held.kind)


def _give_up(world: World, held: Held, sample: Sample, why: str) -> None:
    with unit_of_work(world.sessions) as session:
        samples.given_up(session, sample, why=why)
    log.info("helpdesk.test_ticket_refused", shop=held.shop_id, kind=held.kind, problem=why)


def _later(world: World, held: Held, sample: Sample, problem: Unavailable | Uncertain) -> datetime | None:
    if isinstance(problem, Busy):
        pause, counts = pause_when_busy(problem), False
    else:
        pause, counts = wait_after(sample.tries + 1), True
    if sample.tries + counts >= MOST_ATTEMPTS:
        _give_up(world, held, sample, str(problem))
        return None
    with unit_of_work(world.sessions) as session:
        samples.not_done(session, sample, why=str(problem), counts=counts)
    log.info("helpdesk.not_now", shop=held.shop_id, kind=held.kind, problem=str(problem))
    return world.clock.now() + pause
