"""Web processes to measure, each with a port of its own, and whoever sends to them."""

import base64
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from app.domain.policy import Policy
from app.domain.ports import ShopProfile
from app.launcher.ports import first_free, is_taken
from app.store import shops
from app.store.base import open_database, sessions_of, unit_of_work
from bench.databases import durable
from bench.sender import Order, Report
from bench.stands import SECRET
from jobs.clock import Clock
from tests.embedded import private_redis

SHOP = ShopProfile(domain="bench.myshopify.com", name="Bench", currency="USD", timezone="UTC")
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a web process needs around it."""

    database: str
    redis: str
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One process, and where it listens."""

    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def place_of(kind: str) -> Iterator[Place]:
    """Yield a migrated database of that kind, which waits for the disk, a Redis, and a shop that is known."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lagniappe-bench-")))
        database = stack.enter_context(durable(kind, folder))
        sessions = sessions_of(open_database(database))
        with unit_of_work(sessions) as session:
            shops.install(session, profile=SHOP, policy=Policy(), now=Clock().now())
        sessions.kw["bind"].dispose()
        yield Place(database=database, redis=stack.enter_context(private_redis(folder / "redis")), folder=folder)


@contextmanager
def ours(place: Place) -> Iterator[Server]:
    """Run our web process, as production does."""
    port = first_free()
    surroundings = {
        "APP_VAR": str(place.folder),
        "DATABASE_URL": place.database,
        "REDIS_URL": place.redis,
        "WEB_PORT": str(port),
        "SHOPIFY_CLIENT_SECRETS": SECRET.decode(),
        "SEAL_KEYS": base64.b64encode(bytes(32)).decode(),
        "LAGNIAPPE_NO_VENV": "1",
    }
    with _running([sys.executable, "-m", "app", "web"], port, surroundings) as server:
        yield server


@contextmanager
def stand(name: str, place: Place) -> Iterator[Server]:
    """Run one of those that ours is compared with."""
    port = first_free()
    with _running([sys.executable, "-m", "bench.stands", name, str(port), place.database], port) as server:
        yield server


def send(port: int, prefix: str, seconds: float, *, rate: int = 0) -> Report:
    """Send for so long; return what came of it."""
    with sending(port, prefix, seconds, rate=rate) as process:
        return heard(process)


@contextmanager
def sending(port: int, prefix: str, seconds: float, *, rate: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """Run a sender beside the block."""
    order = Order(port=port, seconds=seconds, secret=SECRET.decode(), shop=SHOP.domain, prefix=prefix, rate=rate)
    command = [sys.executable, "-m", "bench.sender", json.dumps(asdict(order))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[bytes]) -> Report:
    """Return what a sender has to tell, once it is done."""
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the sender ended with {process.returncode}")
    return Report(**json.loads(told))


@contextmanager
def _running(command: list[str], port: int, surroundings: dict[str, str] | None = None) -> Iterator[Server]:
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + START_SECONDS
            while not is_taken(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{' '.join(command[1:4])} does not start")
                time.sleep(0.05)
            yield Server(port=port, process=process)
        finally:
            process.kill()
