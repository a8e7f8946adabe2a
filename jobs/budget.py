"""Each shop's points, shared by all workers: a leaky bucket in Redis, as full as the store last said.

Redis's own clock counts, so workers need not agree on the time, and one script does each step, so they cannot spend
the same points. Without Redis everybody spends freely, and the store itself says when it is too much.

A bucket is a hash: `left` points `at` a moment, of `most`, restored at `rate` a second; `need:…` of each operation;
and what is out in calls that were not answered yet, by laps, so that a worker that dies does not keep its points.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.domain.errors import Busy
from integrations.shopify.budget import Budget, NoBudget, Taken
from integrations.shopify.client import SOURCE
from integrations.shopify.cost import Cost
from jobs.scripts import Scripts

RESERVE = 0.2  # of the bucket: kept for whom a person waits for
PATIENCE_SECONDS = 2.0  # the most that such a call waits by itself
SHORTEST_PAUSE_SECONDS = 0.05
KEPT_SECONDS = 24 * 3600
LAP_SECONDS = 15  # longer than any call (http.Limits)

# Guesses, until the store has answered once. They are low: what they hold back comes a moment later.
FIRST_NEED, FIRST_MOST, FIRST_RATE = 100, 400, 50

_FILL = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local key, operation = KEYS[1], 'need:' .. ARGV[1]
local found = redis.call('HMGET', key, 'left', 'most', 'rate', 'at', 'lap', 'out', 'earlier', operation)
local most, rate = tonumber(found[2]) or tonumber(ARGV[2]), tonumber(found[3]) or tonumber(ARGV[3])
local passed = math.max(0, now - (tonumber(found[4]) or now))
local left = math.min(most, (tonumber(found[1]) or most) + rate * passed)
local lap, before = math.floor(now / tonumber(ARGV[4])), tonumber(found[5]) or 0
local out, earlier = tonumber(found[6]) or 0, tonumber(found[7]) or 0
if before == lap - 1 then out, earlier = 0, out elseif before ~= lap then out, earlier = 0, 0 end
local function keep()
    redis.call('HSET', key, 'left', left, 'at', string.format('%.6f', now), 'lap', lap, 'out', out, 'earlier', earlier)
    redis.call('EXPIRE', key, ARGV[5])
end
"""
# Returns what was taken and when, or how long to wait. Whoever is sent away comes back to half a bucket: for one
# call's worth it would be sent away again at once.
_TAKE = (
    _FILL
    + """
local need, urgent = tonumber(found[8]) or tonumber(ARGV[6]), ARGV[7] == '1'
local enough = math.min(most, urgent and need or need + most * tonumber(ARGV[8]))
if left < enough then
    local goal = urgent and enough or math.max(enough, most / 2)
    keep()
    return {'wait', tostring((goal - left) / rate)}
end
left, out = left - need, out + need
keep()
return {'taken', tostring(need), tostring(lap)}
"""
)
_SETTLE = (
    _FILL
    + """
local taken, at_lap = tonumber(ARGV[6]), tonumber(ARGV[7])
if at_lap == lap then out = math.max(0, out - taken) end
if at_lap == lap - 1 then earlier = math.max(0, earlier - taken) end
if ARGV[8] ~= '' then redis.call('HSET', key, operation, ARGV[8]) end
if ARGV[9] ~= '' then left = math.max(0, tonumber(ARGV[9]) - out - earlier) end
if ARGV[10] ~= '' then redis.call('HSET', key, 'most', ARGV[10]) end
if ARGV[11] ~= '' then redis.call('HSET', key, 'rate', ARGV[11]) end
keep()
"""
)


class Budgets(Protocol):
    """The budgets of all shops."""

    def of(self, shop_id: int, *, urgent: bool) -> Budget:
        """Return one shop's; `urgent` is for whom a person waits: it may use the reserve, and wait a moment."""


class NoBudgets:
    """Lets every shop spend freely."""

    def of(self, shop_id: int, *, urgent: bool) -> Budget:  # noqa: ARG002  # all the same
        return NoBudget()


@dataclass(slots=True)
class SharedBudgets(Scripts):
    """The budgets that all processes share through one Redis."""

    sleep: Callable[[float], None] = time.sleep

    def of(self, shop_id: int, *, urgent: bool) -> Budget:
        return _Shared(self, f"lagniappe:points:{shop_id}", urgent)

    def take(self, key: str, operation: str, *, urgent: bool) -> list[str] | None:
        """Return what the script says; None when Redis is away."""
        return self._run(_TAKE, key, operation, FIRST_NEED, int(urgent), RESERVE)

    def settle(self, key: str, operation: str, taken: Taken, cost: Cost) -> None:
        said = (cost.requested, cost.available, cost.maximum or None, cost.restored or None)
        self._run(_SETTLE, key, operation, taken.points, taken.lap, *("" if one is None else one for one in said))

    def _run(self, script: str, key: str, operation: str, *further: float | str) -> list[str] | None:
        said = self.run(script, key, operation, FIRST_MOST, FIRST_RATE, LAP_SECONDS, KEPT_SECONDS, *further)
        return None if said is None else [word.decode() for word in said]


@dataclass(frozen=True, slots=True)
class _Shared:
    """One shop's budget for one purpose."""

    budgets: SharedBudgets
    key: str
    urgent: bool

    def take(self, operation: str) -> Taken:
        patience = PATIENCE_SECONDS if self.urgent else 0.0
        while True:
            match self.budgets.take(self.key, operation, urgent=self.urgent):
                case ["wait", seconds]:
                    pause = max(float(seconds), SHORTEST_PAUSE_SECONDS)
                    if pause > patience:
                        raise Busy(f"{SOURCE} has no time for more calls just now", retry_after=pause)
                    self.budgets.sleep(pause)
                    patience -= pause
                case ["taken", points, lap]:
                    return Taken(points=float(points), lap=int(lap))
                case _:
                    return Taken(points=0.0, lap=0)

    def settle(self, operation: str, taken: Taken, cost: Cost) -> None:
        self.budgets.settle(self.key, operation, taken, cost)
