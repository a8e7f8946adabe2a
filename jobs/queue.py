"""The bell: RQ, by name, in JSON, with one integer. It only shortens the wait; the database knows what is to be done.

A bell is rung at most once until it is heard, so a thousand webhooks cost a handful of queue operations. The flag that
says so expires by itself: whatever is lost with a worker or with Redis is rung again by the ticker.
"""

import math
import time
from dataclasses import dataclass, field
from enum import StrEnum

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

QUEUE = "lagniappe"
FLAG_SECONDS = 10  # a lost bell is rung again after this
DEAF_SECONDS = 2.0  # after a failure nobody waits for Redis again for this long
IMPATIENT_SECONDS = 0.2  # the most a webhook's answer may wait for Redis
PATIENT_SECONDS = 5.0
JOB_SECONDS = 300
TICKER_SECONDS = 60  # who has not been heard for this long has stopped
_TICKER = "lagniappe:ticker"
_PULSE = "lagniappe:pulse"
MOST_ID = 2**63  # no database numbers its rows so far


class Task(StrEnum):
    """The only things a worker will do, whatever stands in Redis. The argument is always a shop's id."""

    DRAIN = "jobs.tasks.drain"
    REVIEW = "jobs.tasks.review"
    SWEEP = "jobs.tasks.sweep"
    IMPORT = "jobs.tasks.import_history"
    KEEP_ACCESS = "jobs.tasks.keep_access"
    PRIVACY = "jobs.tasks.keep_privacy"
    HELPDESKS = "jobs.tasks.look_after_helpdesks"
    LOST_MARKS = "jobs.tasks.look_for_lost_marks"
    MAILS = "jobs.tasks.post_mails"
    GIFTS = "jobs.tasks.follow_gifts"
    ADDRESSES = "jobs.tasks.look_at_addresses"
    MOMENTS = "jobs.tasks.look_for_moments"
    RESULTS = "jobs.tasks.reckon_results"
    CAMPAIGNS = "jobs.tasks.go_on_with_campaigns"
    SHORTAGES = "jobs.tasks.look_for_shortages"
    BACKTEST = "jobs.tasks.walk_through_the_past"
    STORY = "jobs.tasks.tell_the_month"


class ForbiddenTask(Exception):
    """Somebody put a job into Redis that is none of ours."""


class ListedJob(Job):
    """A job that runs only what is listed, with one integer, and calls nobody back."""

    @property
    def func(self):  # type: ignore[no-untyped-def]  # noqa: ANN201  # RQ leaves it untyped
        """Return the task's function; raise ForbiddenTask for anything else."""
        if self.instance is not None or self.func_name not in set(Task) or not self._is_for_a_shop():
            raise ForbiddenTask(self.func_name)
        return super().func

    def _is_for_a_shop(self) -> bool:
        shop_id = self.args[0] if len(self.args) == 1 and not self.kwargs else None
        return type(shop_id) is int and 0 < shop_id < MOST_ID

    @property
    def success_callback(self) -> None:
        """Nobody, whoever is named: RQ would import and call anything."""

    @property
    def failure_callback(self) -> None:
        """Nobody."""

    @property
    def stopped_callback(self) -> None:
        """Nobody."""


@dataclass(slots=True)
class Bell:
    """Rings workers. Failing to ring is no failure: the ticker will."""

    redis: "Redis"
    queue: Queue = field(init=False)
    failures: int = 0
    _deaf_until: float = 0.0

    def __post_init__(self) -> None:
        self.queue = Queue(QUEUE, connection=self.redis, serializer=JSONSerializer, job_class=ListedJob)

    @classmethod
    def at(cls, url: str, *, patient: bool) -> "Bell":
        """Return a bell on the Redis of that URL; nothing is connected yet."""
        seconds = PATIENT_SECONDS if patient else IMPATIENT_SECONDS
        redis = Redis.from_url(
            url,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        return cls(redis)

    def ring(self, task: Task, shop_id: int, *, at_once: bool = False) -> bool:
        """Wake a worker for this shop, unless one is about to wake anyway; return False when Redis is not there.

        `at_once` is for whom a person waits: it goes before all others, and before this shop's own that wait already.
        """
        if time.monotonic() < self._deaf_until:
            return False
        try:
            if self.redis.set(_flag(task, shop_id, at_once=at_once), 1, nx=True, ex=FLAG_SECONDS):
                self.queue.enqueue_call(
                    task.value,
                    args=(shop_id,),
                    timeout=JOB_SECONDS,
                    result_ttl=0,
                    failure_ttl=3600,
                    at_front=at_once,
                )
        except RedisError:
            self.failures += 1
            self._deaf_until = time.monotonic() + DEAF_SECONDS
            return False
        return True

    def hush(self, task: Task, shop_id: int, *, seconds: float) -> None:
        """Let nobody wake for this shop before then, to be sent away again; if Redis forgets it, no harm is done."""
        try:
            self.redis.set(_flag(task, shop_id), 1, ex=math.ceil(seconds))
        except RedisError:
            self.failures += 1

    def heard(self, task: Task, shop_id: int) -> None:
        """Let the bell be rung again. Called before looking, so that what comes while we look rings anew."""
        try:
            self.redis.delete(_flag(task, shop_id), _flag(task, shop_id, at_once=True))
        except RedisError:
            self.failures += 1

    def take(self, task: Task, shop_id: int, *, seconds: int) -> bool:
        """Return whether nobody else is at this shop's; from now on we are, until `give_back` or for so long at most.

        For what is only wasteful when two are at it: without Redis everybody may, and so may who was frozen for longer.
        """
        try:
            return bool(self.redis.set(_taken(task, shop_id), 1, nx=True, ex=seconds))
        except RedisError:
            self.failures += 1
            return True

    def give_back(self, task: Task, shop_id: int) -> None:
        """Let others at it."""
        try:
            self.redis.delete(_taken(task, shop_id))
        except RedisError:
            self.failures += 1

    def tick(self) -> None:
        """Say that the ticker lives."""
        try:
            self.redis.set(_TICKER, 1, ex=TICKER_SECONDS)
        except RedisError:
            self.failures += 1

    def remember(self, installation: str, number: int) -> None:
        """Remember how far a database has come."""
        try:
            self.redis.set(f"{_PULSE}:{installation}", number)
        except RedisError:
            self.failures += 1

    def remembered(self, installation: str) -> int | None:
        """Return how far a database had come when last remembered; None when nobody knows."""
        try:
            said = self.redis.get(f"{_PULSE}:{installation}")
        except RedisError:
            self.failures += 1
            return None
        return int(said) if isinstance(said, bytes) and said.isdigit() else None

    def hears_ticker(self) -> bool:
        """Return whether a ticker was heard lately; raise RedisError when Redis is not there."""
        return self.redis.get(_TICKER) is not None


def _taken(task: Task, shop_id: int) -> str:
    return f"lagniappe:taken:{task.name.lower()}:{shop_id}"


def _flag(task: Task, shop_id: int, *, at_once: bool = False) -> str:
    return f"lagniappe:bell:{task.name.lower()}:{shop_id}{':at-once' if at_once else ''}"
