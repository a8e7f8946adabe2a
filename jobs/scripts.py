"""Scripts in Redis that nobody waits for: where it is away they say nothing, and whoever asked goes on without."""

import time
from dataclasses import dataclass, field
from typing import Any, Self

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger("budget")

IMPATIENT_SECONDS = 0.2  # the most that Redis may take
DEAF_SECONDS = 2.0  # after a failure nobody waits for Redis again for this long


@dataclass(slots=True)
class Scripts:
    """Runs what all processes share through one Redis, each script one step that nobody comes between."""

    redis: "Redis"
    failures: int = field(default=0, kw_only=True)
    _deaf_until: float = field(default=0.0, init=False)
    _known: dict[str, Any] = field(default_factory=dict, init=False)  # of redis-py, which leaves its calls untyped

    @classmethod
    def at(cls, url: str) -> Self:
        """Return those in the Redis of that URL; nothing is connected yet."""
        seconds, retry = IMPATIENT_SECONDS, Retry(NoBackoff(), 0)
        return cls(Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=retry, protocol=2))

    def run(self, script: str, key: str, *args: float | str) -> Any:  # noqa: ANN401  # what a script says is its own
        """Return what a script says about a key; None when it says nothing, or Redis is away."""
        if time.monotonic() < self._deaf_until:
            return None
        if script not in self._known:
            self._known[script] = self.redis.register_script(script)
        try:
            return self._known[script](keys=[key], args=args)
        except RedisError as problem:
            self.failures += 1
            self._deaf_until = time.monotonic() + DEAF_SECONDS
            log.info("budget.away", problem=type(problem).__name__)
            return None
