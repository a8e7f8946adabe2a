"""Whether this process can do its work, as load balancers and people ask. Says nothing about anybody's shop."""

from dataclasses import dataclass
from enum import StrEnum

from redis import RedisError

from app.store import gauges, migrate, switch
from app.store.base import StoreUnavailable, reading
from jobs.runtime import World


class Schema(StrEnum):
    """How the database's shape compares with the one that this version was written for."""

    EXPECTED = "expected"
    NEWER = "newer"  # of the version that comes: made to fit this one as well
    OLDER = "older"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What was found; without a database nothing else is known."""

    database: bool
    schema: Schema | None = None
    stopped: bool = False
    oldest_due_seconds: int = 0
    redis: bool = False
    ticker: bool = False

    @property
    def ready(self) -> bool:
        """Whether to send anybody here. Without Redis all goes on, only slower."""
        return self.database and self.schema is not Schema.OLDER


def look(here: World) -> Readiness:
    """Look at all that the process leans on."""
    now = here.clock.now()
    try:
        with reading(here.sessions) as session:
            schema = _schema(migrate.revision(session))
            if schema is Schema.OLDER:
                return Readiness(database=True, schema=schema)
            stopped, oldest = switch.standstill(session) is not None, gauges.oldest_due(session, now=now)
    except StoreUnavailable:
        return Readiness(database=False)
    waited = 0 if oldest is None else max(0, int((now - oldest).total_seconds()))
    redis, ticker = _bell(here)
    return Readiness(
        database=True, schema=schema, stopped=stopped, oldest_due_seconds=waited, redis=redis, ticker=ticker
    )


def _schema(revision: str | None) -> Schema:
    if revision == migrate.newest():
        return Schema.EXPECTED
    return Schema.OLDER if migrate.is_known(revision) else Schema.NEWER


def _bell(here: World) -> tuple[bool, bool]:
    try:
        return True, here.bell.hears_ticker()
    except RedisError:
        return False, False
