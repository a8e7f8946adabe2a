"""The bell: rung once until heard, deaf when Redis is, and never a way to make a worker do what is not listed."""

import json
import pickle
import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest
from rq import Callback, Queue, SimpleWorker
from rq.serializers import JSONSerializer

from jobs.queue import FLAG_SECONDS, IMPATIENT_SECONDS, QUEUE, Bell, ListedJob, Task


@dataclass(frozen=True, slots=True)
class Silent:
    """Where a server listens that accepts and never says a word, and whom it holds."""

    url: str
    held: list[socket.socket] = field(default_factory=list)


@pytest.fixture
def bell(redis_url: str) -> Iterator[Bell]:
    bell = Bell.at(redis_url, patient=True)
    bell.redis.flushdb()
    yield bell
    bell.redis.flushdb()  # what became of a job is kept for others to see
    bell.redis.close()


def test_given_a_bell_not_heard_yet_when_rung_again_then_one_job_waits(bell: Bell) -> None:
    for _ in range(100):
        assert bell.ring(Task.DRAIN, 7)

    assert len(bell.queue) == 1


def test_given_a_heard_bell_when_rung_again_then_a_new_job_waits(bell: Bell) -> None:
    bell.ring(Task.DRAIN, 7)
    bell.heard(Task.DRAIN, 7)

    bell.ring(Task.DRAIN, 7)

    assert len(bell.queue) == 2


def test_given_one_shops_bell_when_another_shops_is_rung_then_both_wait(bell: Bell) -> None:
    bell.ring(Task.DRAIN, 7)
    bell.ring(Task.DRAIN, 8)
    bell.ring(Task.SWEEP, 7)

    assert len(bell.queue) == 3


def test_given_bells_that_wait_when_one_is_rung_for_a_person_then_it_goes_first_and_only_once(bell: Bell) -> None:
    bell.ring(Task.DRAIN, 7)
    bell.ring(Task.DRAIN, 8)

    for _ in range(2):
        bell.ring(Task.DRAIN, 8, at_once=True)

    assert [list(job.args) for job in bell.queue.jobs] == [[8], [7], [8]]


def test_given_a_persons_bell_that_was_heard_when_rung_again_then_a_new_job_waits(bell: Bell) -> None:
    bell.ring(Task.DRAIN, 7, at_once=True)
    bell.heard(Task.DRAIN, 7)

    bell.ring(Task.DRAIN, 7, at_once=True)

    assert len(bell.queue) == 2


def test_given_a_bell_lost_with_its_worker_then_it_can_be_rung_again_after_the_flag_expired(bell: Bell) -> None:
    bell.ring(Task.DRAIN, 7)

    assert 0 < bell.redis.ttl("lagniappe:bell:drain:7") <= FLAG_SECONDS


def test_given_a_hushed_bell_when_rung_then_nobody_wakes_before_its_time_and_other_bells_ring(bell: Bell) -> None:
    bell.hush(Task.SWEEP, 7, seconds=29.5)

    assert bell.ring(Task.SWEEP, 7)
    assert len(bell.queue) == 0
    assert 0 < bell.redis.ttl("lagniappe:bell:sweep:7") <= 30
    bell.ring(Task.DRAIN, 7)
    bell.ring(Task.SWEEP, 8)
    assert len(bell.queue) == 2


def test_given_work_that_is_taken_when_another_takes_it_then_only_once_it_was_given_back(bell: Bell) -> None:
    assert bell.take(Task.SWEEP, 7, seconds=60)

    assert not bell.take(Task.SWEEP, 7, seconds=60)
    assert bell.take(Task.SWEEP, 8, seconds=60)
    bell.give_back(Task.SWEEP, 7)
    assert bell.take(Task.SWEEP, 7, seconds=60)


def test_given_work_that_is_taken_by_a_worker_who_dies_then_it_is_free_in_time(bell: Bell) -> None:
    bell.take(Task.SWEEP, 7, seconds=60)

    assert 0 < bell.redis.ttl("lagniappe:taken:sweep:7") <= 60


def test_given_no_redis_when_work_is_taken_then_anybody_may() -> None:
    bell = Bell.at("redis://127.0.0.1:1/0", patient=False)

    assert bell.take(Task.SWEEP, 7, seconds=60)
    bell.give_back(Task.SWEEP, 7)
    assert bell.failures == 2


def test_given_a_rung_bell_then_redis_holds_an_id_in_json_and_nothing_else(bell: Bell) -> None:
    bell.ring(Task.DRAIN, 7)

    (job,) = bell.queue.jobs
    kept = bell.redis.hget(job.key, "data")
    assert isinstance(kept, bytes)
    assert json.loads(zlib.decompress(kept)) == ["jobs.tasks.drain", None, [7], {}]


def test_given_no_redis_when_rung_then_it_says_so_and_costs_next_to_nothing() -> None:
    bell = Bell.at("redis://127.0.0.1:1/0", patient=False)

    assert bell.ring(Task.DRAIN, 7) is False
    assert bell.failures == 1


def test_given_a_silent_redis_when_rung_then_it_gives_up_in_time_and_does_not_ask_again_at_once(
    silent_server: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.queue.DEAF_SECONDS", 3600.0)
    bell = Bell.at(silent_server.url, patient=False)

    for _ in range(50):
        assert bell.ring(Task.DRAIN, 7) is False

    assert bell.failures == 1
    waits = bell.redis.connection_pool.connection_kwargs
    assert (waits["socket_connect_timeout"], waits["socket_timeout"]) == (IMPATIENT_SECONDS, IMPATIENT_SECONDS)
    assert len(silent_server.held) <= 1  # it waited once, and for one answer


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("os.system", ["touch /tmp/never"]),
        ("os.getpid", [1]),
        ("jobs.tasks.drain", ["7"]),
        ("jobs.tasks.drain", [True]),
        ("jobs.tasks.drain", [7, 8]),
        ("jobs.tasks.drain", []),
        ("jobs.tasks.drain", [0]),
        ("jobs.tasks.drain", [-7]),
        ("jobs.tasks.drain", [2**63]),
        ("jobs.drain.drain", [7]),
    ],
)
def test_given_a_job_that_is_not_listed_when_a_worker_meets_it_then_it_is_refused_and_the_worker_lives(
    bell: Bell, name: str, args: list[Any]
) -> None:
    stranger = Queue(QUEUE, connection=bell.redis, serializer=JSONSerializer)
    job = stranger.enqueue_call(name, args=args)

    work(bell)

    assert job.get_status(refresh=True) == "failed"
    assert "ForbiddenTask" in str(job.latest_result().exc_string)


CALLED_BACK: list[object] = []


def called_back(*told: object) -> None:
    CALLED_BACK.append(told)


@pytest.mark.parametrize(("name", "ends"), [("jobs.queue.Task", "failed"), ("jobs.tasks.drain", "finished")])
def test_given_a_job_that_wants_somebody_called_back_when_it_ends_then_nobody_is(
    bell: Bell, name: str, ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.tasks.drain", lambda _shop: None)
    stranger = Queue(QUEUE, connection=bell.redis, serializer=JSONSerializer)
    who = Callback(f"{__name__}.called_back")
    job = stranger.enqueue_call(name, args=[7], on_success=who, on_failure=who, on_stopped=who)

    work(bell)

    assert (job.get_status(refresh=True), CALLED_BACK) == (ends, [])


@pytest.mark.parametrize("data", [b"", b"garbage", pickle.dumps(["jobs.tasks.drain", None, [7], {}]), b"x" * 1_000_000])
def test_given_a_job_that_nobody_can_read_when_a_worker_meets_it_then_the_next_one_is_done(
    bell: Bell, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    drained: list[int] = []
    monkeypatch.setattr("jobs.tasks.drain", drained.append)
    stranger = Queue(QUEUE, connection=bell.redis, serializer=JSONSerializer)
    job = stranger.enqueue_call("jobs.tasks.drain", args=[8])
    bell.redis.hset(job.key, "data", data)
    bell.redis.rpush(stranger.key, "no-such-job")
    bell.ring(Task.DRAIN, 7)

    work(bell)

    assert drained == [7]


class Deaf(SimpleWorker):
    def subscribe(self) -> None:
        """Listen to nobody: RQ takes a second to leave whom it listens to."""


def work(bell: Bell) -> None:
    worker = Deaf([QUEUE], connection=bell.redis, serializer=JSONSerializer, job_class=ListedJob)
    worker.work(burst=True, logging_level="CRITICAL")


@pytest.fixture
def silent_server() -> Iterator[Silent]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = Silent(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")

        def accept() -> None:
            try:
                while True:
                    silent.held.append(listener.accept()[0])
            except OSError:
                return

        Thread(target=accept, daemon=True).start()
        yield silent
        listener.shutdown(socket.SHUT_RDWR)
        for connection in silent.held:
            connection.close()
