"""The whole corpus, as one: everything that is sent to the house, section by section."""

from tests.hostile import (
    bells,
    bodies,
    desk_visits,
    lines,
    pages,
    redis_jobs,
    requests_on_the_wire,
    signature,
    storage,
    texts,
)
from tests.hostile.case import Call, Letter, Page
from tests.hostile.desk_visits import Visit
from tests.hostile.lines import Crowd
from tests.hostile.pages import Crossing, Token
from tests.hostile.redis_jobs import Job
from tests.hostile.storage import Row, Secret

Case = Call | Letter | Page | Token | Crossing | Job | Row | Secret | Crowd | Visit

CALLS: tuple[Call, ...] = (*signature.CALLS, *requests_on_the_wire.CALLS, *bodies.CALLS, *bells.CALLS)
LETTERS: tuple[Letter, ...] = (*bodies.LETTERS, *texts.LETTERS)
EVERYTHING: tuple[Case, ...] = (
    *CALLS,
    *LETTERS,
    *pages.PAGES,
    *pages.TOKENS,
    *pages.CROSSINGS,
    *redis_jobs.JOBS,
    *storage.ROWS,
    *storage.SECRETS,
    *lines.CROWDS,
    *desk_visits.VISITS,
)


def named(case: Case) -> str:
    """Return what a test of the case is called."""
    return f"{case.number} {case.name}"
