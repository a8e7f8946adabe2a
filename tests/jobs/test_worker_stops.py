"""A real worker with many calls under way is told to stop: it brings them to their end, and begins nothing more."""

import subprocess
import sys
import time

from sqlalchemy import select

from app.store.base import reading
from app.store.tables import Effect
from bench.remote import Wish, serving
from bench.stack import Stack, stack

DEEDS = 400  # far more than are done before a slow machine has told the worker
GRACE_SECONDS = 30.0


def test_given_calls_under_way_when_a_worker_is_told_to_stop_then_each_is_written_down_and_the_rest_waits(
    database_url: str, redis_url: str
) -> None:
    with (
        serving(Wish(seconds=0.2)) as remote,
        stack(database_url, redis_url, remote, count=1, threads=16) as here,
        subprocess.Popen([sys.executable, "-m", "app", "worker"], env=here.environment) as worker,
    ):
        here.plan_tags(here.shops[0], range(1, DEEDS + 1))
        here.ring(*here.shops)
        while not remote.state()["tagged"]:
            here.ring(*here.shops)  # a new store's bucket is guessed to be small
            time.sleep(0.05)
        worker.terminate()
        assert worker.wait(GRACE_SECONDS) == 0
        told = remote.state()

    assert told["twice"] == 0
    states = states_of(here)
    assert states.count("done") == len(told["tagged"])
    assert states.count("done") + states.count("planned") == DEEDS
    assert 0 < states.count("done") < DEEDS


def states_of(here: Stack) -> list[str]:
    with reading(here.world.sessions) as session:
        return list(session.scalars(select(Effect.state)))
