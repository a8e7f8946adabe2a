"""The practice town's processes, from the first Redis to the last visible effect."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.launcher import web_watch
from app.launcher.ports import LOOPBACK, is_taken
from app.launcher.practice_settings import Given, Practice
from app.launcher.private_redis import PrivateRedis, wait_until_answering
from app.launcher.processes import ProcessSpec
from app.launcher.redis_call import Address, refuse_if_unfit
from app.launcher.refusal import Refusal
from app.launcher.state import StateFolder
from app.launcher.supervisor import LOOK_SECONDS, Supervisor
from app.launcher.terminal import say, seconds_since_command

UP_SECONDS: Final = 60.0
VISIBLE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the two pages are, and the town's mail server."""

    web: int
    sandbox: int
    mail: int

    @property
    def page(self) -> str:
        return f"http://{LOOPBACK}:{self.web}/"

    @property
    def town_page(self) -> str:
        return f"http://{LOOPBACK}:{self.sandbox}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A demo in the making; `checkpoint` is called often and raises KeyboardInterrupt once it shall end."""

    given: Given
    folder: StateFolder
    ports: Ports
    supervisor: Supervisor
    checkpoint: Callable[[], None]

    def open(self, *, workers: int, tickers: int, faults: str) -> None:
        """Start everything. Raises Refusal with the log to read when something does not come up."""
        say("lagniappe", f"state in {self.folder.path}, logs in {self.folder.logs}")
        identity = self.folder.identity()
        redis_url = self._given_redis() or self._private_redis(identity)
        practice = Practice(
            folder=self.folder.path,
            redis_url=redis_url,
            web_port=self.ports.web,
            sandbox_port=self.ports.sandbox,
            mail_port=self.ports.mail,
            faults=faults,
            identity=identity,
        )
        environment = practice.environment(self.given)
        self.folder.tell_surroundings(practice.decided(self.given))
        # What is looked at first starts first: on two cores, seven starting Pythons are in each other's way.
        self._keep(["sandbox"], environment)
        self._run_once("practice", environment)  # the shop lets the app in, so its town must be there
        self._keep(["web"], environment)
        self._wait_until_up(identity["APP_INSTANCE"])
        tickers_named = ["ticker"] if tickers == 1 else [f"ticker-{number}" for number in range(1, tickers + 1)]
        self._keep([*(f"worker-{number}" for number in range(1, workers + 1)), *tickers_named], environment)

    def show(self) -> None:
        """Print what happened, once it is there to be seen."""
        seen = self._wait_for_effects()
        age = seconds_since_command()
        for line in web_watch.summary(self.ports.web).lines:
            print(f"  {line}")
        verdict = f"visible effects after {age:.1f} s" if seen else f"no visible effects yet, see {self.folder.logs}"
        say("lagniappe", verdict)
        say("lagniappe", f"merchant's page {self.ports.page}   practice town {self.ports.town_page}   Ctrl-C stops all")

    def _wait_for_effects(self) -> bool:
        """Tell whether they came: first the shop must know its past and be open, then its opening scene is played."""
        if not self._wait_for(lambda: web_watch.summary(self.ports.web).is_open, VISIBLE_SECONDS):
            return False
        web_watch.play_opening(self.ports.sandbox)
        return self._wait_for(lambda: web_watch.summary(self.ports.web).ready, VISIBLE_SECONDS)

    def stay_open(self) -> None:
        """Keep everything alive; ends only by `checkpoint`."""
        while True:
            self.checkpoint()
            self.supervisor.look()
            time.sleep(LOOK_SECONDS)

    def _keep(self, names: list[str], environment: Mapping[str, str]) -> None:
        for name in names:
            self.supervisor.keep(self._spec(name, environment))
        say("lagniappe", f"started {', '.join(names)}")

    def _given_redis(self) -> str | None:
        url = self.given.get("REDIS_URL")
        if url:
            refuse_if_unfit(url)
            say("redis", f"yours, at {Address.parse(url)}")
        return url

    def _private_redis(self, identity: Mapping[str, str]) -> str:
        kept_port = identity.get("REDIS_PORT", "")
        server = PrivateRedis.plan(
            self.folder.path / "redis",
            port=int(kept_port) if kept_port.isdecimal() else None,
            password=identity["REDIS_PASSWORD"],
            but_not=(self.ports.web, self.ports.sandbox, self.ports.mail),
        )
        self.folder.remember({"REDIS_PORT": str(server.port)})
        log = self.folder.log("redis")
        self.supervisor.keep(server.spec(log))
        wait_until_answering(server.url, ended=self._is_anyone_down, log=log)
        say("redis", f"up, private, port {server.port}, {server.binary}")
        return server.url

    def _is_anyone_down(self) -> bool:
        self.checkpoint()
        self.supervisor.look()
        return bool(self.supervisor.given_up())

    def _spec(self, name: str, environment: Mapping[str, str]) -> ProcessSpec:
        command = (sys.executable, "-m", "app", name.partition("-")[0])
        return ProcessSpec(name=name, command=command, environment=environment, log=self.folder.log(name))

    def _run_once(self, name: str, environment: Mapping[str, str]) -> None:
        self.supervisor.run_once(self._spec(name, environment), checkpoint=self.checkpoint)
        say(name, "done")

    def _wait_until_up(self, instance: str) -> None:
        log = self.folder.logs
        if not self._wait_for(lambda: is_taken(self.ports.sandbox), UP_SECONDS):
            raise Refusal(f"the practice town does not answer on port {self.ports.sandbox}: see {log}/sandbox.log")
        say("sandbox", f"up at {self.ports.town_page}")
        if not self._wait_for(lambda: web_watch.instance(self.ports.web) == instance, UP_SECONDS):
            raise Refusal(f"our web server does not answer on port {self.ports.web}: see {log}/web.log")
        say("web", f"up at {self.ports.page}")

    def _wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Tell whether it came true in time. Raises Refusal as soon as a process is given up meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._is_anyone_down():
                lost = self.supervisor.given_up()[0]
                raise Refusal(f"{lost.name} does not start: see {lost.log}")
            if condition():
                return True
            time.sleep(LOOK_SECONDS)
        return False
