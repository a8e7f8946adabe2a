"""Death by exception, for tests over real HTTP: a worker that dies at one of its boundaries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Engine, event

from integrations.http import Answer, Http, Request
from jobs.runtime import LIMITS
from tests.integrations.raw_server import HERE
from tests.jobs.conftest import Practice

AFTER_THE_LEASE = 120


class Died(BaseException):
    """The process is gone; nothing in it may catch this."""


@dataclass(slots=True)
class Fate:
    """Counts boundaries and strikes at one of them."""

    strike_at: int = 0
    passed: int = 0

    def boundary(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.strike_at:
            raise Died


class FragileHttp(Http):
    """An Http whose process may die right before or right after any call."""

    def __init__(self, fate: Fate) -> None:
        super().__init__(LIMITS, trusted=HERE)
        self._fate = fate

    def call(self, request: Request) -> Answer:
        self._fate.boundary()
        answer = super().call(request)
        self._fate.boundary()
        return answer


@contextmanager
def fate(inside: Practice, strike_at: int) -> Iterator[tuple[Practice, Fate]]:
    """Lend a worker that dies at that boundary."""
    doom = Fate(strike_at=strike_at)
    engine = inside.world.sessions.kw["bind"]
    assert isinstance(engine, Engine)
    event.listen(engine, "commit", doom.boundary)
    try:
        yield replace(inside, world=replace(inside.world, http=FragileHttp(doom))), doom
    finally:
        event.remove(engine, "commit", doom.boundary)
