"""A worker process: RQ on one queue. What it is told comes from Redis; what it does comes from the database."""

from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.config import settings
from jobs import logs
from jobs.queue import QUEUE, Bell, ListedJob

# RQ looks after abandoned jobs only between two waits, and waits for worker_ttl - 15 seconds.
TTL_SECONDS = 30
MAINTENANCE_SECONDS = 15


def main() -> int:
    """Work until told to stop. One queue a process: with two, a job can vanish between pop and start."""
    logs.start("worker")
    bell = Bell.at(settings().redis_url, patient=True)
    # No fork per job: the ledger survives our death, and forking would cost more than most jobs.
    worker = SimpleWorker(
        [QUEUE],
        connection=bell.redis,
        serializer=JSONSerializer,
        job_class=ListedJob,
        default_worker_ttl=TTL_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
        log_job_description=False,
    )
    worker.work(logging_level="WARNING", with_scheduler=False)
    return 0
