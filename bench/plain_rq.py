"""RQ as it comes: one worker, a fork a job. The yardstick for everything of ours that jobs do."""

import subprocess
import sys
import time

from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

QUEUE = "plain"


def nothing() -> None:
    """Do nothing."""


def jobs_a_second(redis_url: str, jobs: int) -> float:
    """Return how many jobs that do nothing a worker process gets through in a second."""
    queue = Queue(QUEUE, connection=Redis.from_url(redis_url), serializer=JSONSerializer)
    for _ in range(jobs):
        queue.enqueue("bench.plain_rq.nothing", result_ttl=0)
    told = subprocess.run([sys.executable, "-m", "bench.plain_rq", redis_url], stdout=subprocess.PIPE, check=True)
    if queue.count:
        raise RuntimeError(f"{queue.count} jobs were not done")
    return jobs / float(told.stdout.split()[-1])


if __name__ == "__main__":  # a process of its own, as small as RQ's own command
    worker = Worker([QUEUE], connection=Redis.from_url(sys.argv[1]), serializer=JSONSerializer)
    began = time.perf_counter()
    worker.work(burst=True, logging_level="WARNING")
    print(time.perf_counter() - began)
