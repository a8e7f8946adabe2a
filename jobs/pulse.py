"""Feels the database's pulse, and lets Redis remember it: so an old copy that was put back is known as one."""

import structlog

from app.store import pulse
from app.store.base import reading, unit_of_work
from jobs.runtime import World

log = structlog.get_logger("pulse")


def look(here: World) -> None:
    """Let an old copy be known as one before anything is sent from it: between two beats it may have been put back."""
    with reading(here.sessions) as session:
        known_as = pulse.installation(session)
    remembered = None if known_as is None else here.bell.remembered(known_as)
    with reading(here.sessions) as session:  # only now: whatever is remembered was in the database before
        behind = remembered is not None and remembered > pulse.number(session)
    if behind:
        beat(here)


def beat(here: World) -> bool:
    """Let the database beat once; return whether it turned out to be an old copy, and every shop is held back now."""
    with reading(here.sessions) as session:
        known_as = pulse.installation(session)
    remembered = None if known_as is None else here.bell.remembered(known_as)
    with unit_of_work(here.sessions) as session:
        felt = pulse.beat(session, unmoved=here.clock.unmoved(), remembered=remembered, now=here.clock.now())
    # Only now: Redis must never be ahead of what is certainly in the database.
    here.bell.remember(felt.installation, felt.number)
    if felt.old_copy:
        log.error("database.old_copy", why="behind what is remembered" if remembered else "silent for long")
    return felt.old_copy
