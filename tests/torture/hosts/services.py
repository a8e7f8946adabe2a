"""What runs where: the database, Redis and the town at the hub; web, workers and ticker on every host."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread

from app.launcher.practice_settings import vendor_origins
from app.launcher.private_redis import PrivateRedis, wait_until_answering
from app.launcher.processes import Lifeline, ProcessSpec
from app.launcher.supervisor import Supervisor
from integrations.sandbox.town import PRACTICE_CLIENT_ID, PRACTICE_SECRETS
from tests.conftest import SEAL_KEY
from tests.embedded import Cluster, cluster
from tests.torture.hosts.network import HUB_ADDRESS, Host

RELAY = Path(__file__).with_name("relay.py")
WEB_PORT, TOWN_PORT, DOOR_PORT, DATABASE_PORT = 8765, 8766, 8764, 5432
WORKERS = 2


@dataclass(slots=True, kw_only=True)
class Hub:
    """Everything that runs, restarted when it ends, as any platform does."""

    folder: Path
    surroundings: Mapping[str, str]
    lifeline: Lifeline
    supervisor: Supervisor
    database: Cluster
    told: list[str] = field(default_factory=list)
    redis_url: str = ""
    revived: Counter[str] = field(default_factory=Counter)

    def start_services(self) -> None:
        """Start what all hosts share."""
        with (self.database.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.77.0.0/24 trust\n")
        spec = self.database.spec(self._log("postgres"))
        self._keep(replace(spec, command=(*spec.command, "-c", f"listen_addresses={HUB_ADDRESS}")))
        redis = PrivateRedis.plan(self.folder / "redis", port=6379)
        spec = redis.spec(self._log("redis"))
        self._keep(replace(spec, command=(*spec.command, "--bind", HUB_ADDRESS, "127.0.0.1")))
        wait_until_answering(redis.url, ended=lambda: False, log=self._log("redis"))
        self.redis_url = redis.url.replace("127.0.0.1", HUB_ADDRESS)
        town = f"127.0.0.1:{TOWN_PORT}"
        self._app("sandbox", PRACTICE="1", SANDBOX_TARGET=f"http://127.0.0.1:{DOOR_PORT}")
        self._relay("town-relay", f"{HUB_ADDRESS}:{TOWN_PORT}", town)
        self.supervisor.run_once(self._spec("practice", PRACTICE="1"), checkpoint=lambda: None)

    def start_host(self, host: Host) -> None:
        """Start one host: it knows the database's, Redis's and the town's addresses, and nothing of its neighbours."""
        name = host.network.rpartition("-")[2]
        self._relay(f"town-relay-{name}", f"127.0.0.1:{TOWN_PORT}", f"{HUB_ADDRESS}:{TOWN_PORT}", on=host)
        own = {"APP_VAR": str(self.folder / f"host-{name}"), "WEB_HOST": "0.0.0.0", "WEB_PORT": str(WEB_PORT)}  # noqa: S104
        self._app("web", on=host, suffix=name, **own)
        for number in range(1, WORKERS + 1):
            self._app("worker", on=host, suffix=f"{name}-{number}", **own)
        self._app("ticker", on=host, suffix=name, **own)

    def open_door(self, hosts: tuple[Host, ...]) -> None:
        """Put one door before all web servers."""
        self._relay("door", f"127.0.0.1:{DOOR_PORT}", *(f"{host.address}:{WEB_PORT}" for host in hosts))

    def look(self) -> None:
        """Restart what has ended; what ended too often is started all the same, as a platform would."""
        self.supervisor.look()
        for spec, times in Counter(spec.name for spec in self.supervisor.given_up()).items():
            if times > self.revived[spec]:
                self.revived[spec] += 1
                self._keep(next(each for each in self.supervisor.given_up() if each.name == spec))

    def _app(self, name: str, *, on: Host | None = None, suffix: str = "", **more: str) -> None:
        self._keep(self._spec(name, on=on, suffix=suffix, **more))

    def _spec(self, name: str, *, on: Host | None = None, suffix: str = "", **more: str) -> ProcessSpec:
        command = (sys.executable, "-m", "app", name)
        return ProcessSpec(
            name=f"{name}-{suffix}" if suffix else name,
            command=command if on is None else on.inside(*command),
            environment=self._environment() | more,
            log=self._log(f"{name}-{suffix}" if suffix else name),
        )

    def _relay(self, name: str, listen: str, *onward: str, on: Host | None = None) -> None:
        command = (sys.executable, str(RELAY), listen, *onward)
        command = command if on is None else on.inside(*command)
        self._keep(ProcessSpec(name=name, command=command, environment=os.environ, log=self._log(name)))

    def _keep(self, spec: ProcessSpec) -> None:
        self.supervisor.keep(spec)

    def _environment(self) -> dict[str, str]:
        town = f"http://127.0.0.1:{TOWN_PORT}"
        return {
            **os.environ,
            "APP_VAR": str(self.folder / "hub"),
            "DATABASE_URL": f"postgresql://postgres@{HUB_ADDRESS}:{DATABASE_PORT}/postgres",
            "REDIS_URL": self.redis_url,
            "SEAL_KEYS": SEAL_KEY,
            "SHOPIFY_CLIENT_ID": PRACTICE_CLIENT_ID,
            "SHOPIFY_CLIENT_SECRETS": ",".join(PRACTICE_SECRETS),
            "SHOPIFY_ORIGIN": f"{town}/shopify/{{shop}}",
            "SHOPIFY_ADMIN_ORIGIN": town,
            "GORGIAS_ORIGIN": f"{town}/gorgias/{{account}}",
            "FLORIST_ORIGIN": f"{town}/florist",
            "VENDOR_ORIGINS": vendor_origins(town),
            "SANDBOX_PORT": str(TOWN_PORT),
            "SANDBOX_CUSTOMERS": "300",
            "LAGNIAPPE_NO_VENV": "1",
            **self.surroundings,
        }

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"


@contextmanager
def hub(folder: Path, **surroundings: str) -> Iterator[Hub]:
    """Keep what is started in the block running until it ends."""
    with ExitStack() as opened:
        database = opened.enter_context(cluster())
        lifeline = Lifeline()
        opened.callback(lifeline.close)
        told: list[str] = []
        keeper = Supervisor(lifeline, lambda name, what: told.append(f"{name}: {what}"))
        opened.callback(keeper.stop, impatient=lambda: False)
        running = Hub(
            folder=folder,
            surroundings=surroundings,
            lifeline=lifeline,
            supervisor=keeper,
            database=database,
            told=told,
        )
        stopped = Event()

        def look() -> None:
            while not stopped.wait(0.1):
                running.look()

        looks = Thread(target=look, daemon=True)
        running.start_services()
        looks.start()
        try:
            yield running
        finally:
            stopped.set()
            looks.join()
