"""A worker process: RQ on one queue. What it is told comes from Redis; what it does comes from the database."""

import signal
from types import FrameType, TracebackType

import structlog
from rq import SimpleWorker
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer

from app.config import settings
from jobs import logs, stopping
from jobs.floor import floor
from jobs.queue import QUEUE, Bell, ForbiddenTask, ListedJob

log = structlog.get_logger("worker")

# RQ looks after abandoned jobs only between two waits, and waits for worker_ttl - 15 seconds.
TTL_SECONDS = 30
MAINTENANCE_SECONDS = 15


class Worker(SimpleWorker):
    """RQ's worker, stopped and heard in our way: RQ waits for a job without end, and repeats what a stranger wrote."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """End what is in hand, and begin nothing new."""
        stopping.begin()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ's

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002  # as RQ calls it
        """Go at once: somebody asked twice."""
        stopping.leave()

    def handle_exception(
        self, job: Job, kind: type[BaseException], problem: BaseException, trace: TracebackType
    ) -> None:
        """Tell of a job that failed; one that is none of ours is refused in a word."""
        if isinstance(problem, ForbiddenTask | DeserializationError):
            log.warning("job.refused", job=job.id)
        else:
            log.error("job.failed", job=job.id, exc_info=(kind, problem, trace))


def main() -> int:
    """Work until told to stop. One queue a process: with two, a job can vanish between pop and start."""
    # Until RQ listens for itself there is nothing in hand.
    signal.signal(signal.SIGTERM, lambda *_: stopping.leave())
    logs.start("worker")
    bell = Bell.at(settings().redis_url, patient=True)
    # No fork per job: the ledger survives our death, and forking would cost more than most jobs.
    worker = Worker(
        [QUEUE],
        connection=bell.redis,
        serializer=JSONSerializer,
        job_class=ListedJob,
        default_worker_ttl=TTL_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
        log_job_description=False,
    )
    worker.work(logging_level="WARNING", with_scheduler=False)
    floor().close(within=stopping.PATIENCE_SECONDS)
    return 0
