"""How many calls helpdesks take, shared by all workers: each account's bucket leaks, and is as full as it last said.

One script does each step in Redis, so workers cannot spend the same call. A quarter of the bucket is kept for whom a
person waits for. Without Redis everybody spends freely, and the helpdesk itself says when it is too much.

A bucket is a hash: `level` calls in it `at` a moment, of `limit` that fit; it empties in `seconds`.
"""

from dataclasses import dataclass
from typing import Protocol

from app.domain.errors import Busy
from integrations.companies import BOTTOMLESS, Bucket
from jobs.clock import Clock
from jobs.scripts import Scripts

RESERVE = 0.25  # of the bucket
FIRST_LIMIT = 40  # calls, until the helpdesk has answered once
EMPTIES_IN_SECONDS = 20  # unless the helpdesk has said otherwise
KEPT_SECONDS = 3600

_LEAK = """
local key, now = KEYS[1], tonumber(ARGV[1])
local found = redis.call('HMGET', key, 'level', 'at', 'limit', 'seconds')
local limit, at = tonumber(found[3]) or tonumber(ARGV[2]), tonumber(found[2]) or now
local seconds = tonumber(found[4]) or tonumber(ARGV[3])
local rate = limit / seconds
if at > now + seconds then at = now end -- no two clocks are that far apart: somebody has set it back
local level = math.max(0, (tonumber(found[1]) or 0) - rate * math.max(0, now - at))
local function keep()
    local moment = string.format('%.6f', math.max(now, at))
    redis.call('HSET', key, 'level', level, 'at', moment, 'limit', limit, 'seconds', seconds)
    redis.call('EXPIRE', key, ARGV[4])
end
"""
# Returns nothing, or how long to wait. Whoever is sent away comes back to half a bucket: a deed is several calls, and
# with room for one it would be sent away again in the middle.
_TAKE = (
    _LEAK
    + """
local room = limit * (1 - tonumber(ARGV[5]))
if level + 1 > room then
    keep()
    return tostring(math.max(level + 1 - room, level - limit / 2) / rate)
end
level = level + 1
keep()
return false
"""
)
# The fuller of ours and theirs: calls that are on their way are in none of their answers yet.
_LEARN = (
    _LEAK
    + """
limit, seconds = tonumber(ARGV[6]), tonumber(ARGV[7])
level = math.max(level, tonumber(ARGV[5]))
keep()
return false
"""
)
_FULL = (
    _LEAK
    + """
level = limit
keep()
return false
"""
)


class DeskBudgets(Protocol):
    """The buckets of all accounts."""

    def of(self, kind: str, account: str, clock: Clock) -> Bucket:
        """Return one account's, by the clock that all who share it go by."""


class NoDeskBudgets:
    """Lets everybody spend freely."""

    def of(self, kind: str, account: str, clock: Clock) -> Bucket:  # noqa: ARG002  # all the same
        return BOTTOMLESS


class SharedDeskBudgets(Scripts):
    """The buckets that all processes share through one Redis."""

    __slots__ = ()

    def of(self, kind: str, account: str, clock: Clock) -> Bucket:
        return _Shared(self, f"lagniappe:calls:{kind}:{account}", clock)


@dataclass(frozen=True, slots=True)
class _Shared:
    """Satisfies integrations.companies.Bucket for one account."""

    budgets: SharedDeskBudgets
    key: str
    clock: Clock

    def take(self, *, urgent: bool) -> None:
        wait = self._run(_TAKE, 0.0 if urgent else RESERVE)
        if wait is not None:
            raise Busy("the helpdesk has no time for more calls just now", retry_after=float(wait))

    def learn(self, *, used: int, limit: int, seconds: float | None = None) -> None:
        self._run(_LEARN, used, limit, seconds or EMPTIES_IN_SECONDS)

    def full(self) -> None:
        self._run(_FULL)

    def _run(self, script: str, *further: float) -> str | None:
        now = f"{self.clock.now().timestamp():.6f}"
        said = self.budgets.run(script, self.key, now, FIRST_LIMIT, EMPTIES_IN_SECONDS, KEPT_SECONDS, *further)
        return None if said is None else str(said.decode())
