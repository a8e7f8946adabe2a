"""One storm: everything that can go wrong goes wrong at once, then it is calm, and the promises are judged.

In the middle of it all processes die at one instant, the launcher too, and start again with another client secret.
"""

import math
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from app.launcher.ports import is_taken
from integrations.sandbox.town import PRACTICE_SECRETS
from integrations.shopify.tokens import fingerprint
from tests.stack import Stack, free_port, running, until
from tests.torture.chaos import people
from tests.torture.chaos.books import Ledger, ledger, ordered, town_rows
from tests.torture.chaos.crowd import FOURTHS, MOST_WAITING, SHARES, Crowd
from tests.torture.chaos.day import Day
from tests.torture.chaos.invariants import broken
from tests.torture.chaos.killer import Killer
from tests.torture.chaos.patience import Patient
from tests.torture.chaos.promises import Facts
from tests.torture.chaos.remains import spilt, untrue_trails
from tests.torture.chaos.servers import Server, database
from tests.torture.chaos.watch import Watch
from tests.torture.chaos.weather import FRIGHTS, HURRICANE, KILLS, SERVER_KILLS, TOWN_KILLS, Weather

NEW_SECRET = "secret-of-the-afternoon"
SHOPS = 2
TOKEN_HOURS = 55 / 60  # a token of an hour is renewed five minutes before its end
TOLD_OF = 22  # of the regulars, whom `people` has act
KILLS_TO_FRIGHTS = 3
TICKERS = 2  # in the morning; in the afternoon there is one
MORNING_KILLS = 4  # beside those of the day, while all flowers leave
PAUSE_SECONDS = 0.4  # at least, between two blows: oftener, and nobody would live long enough to do anything
ROOM = 0.05  # by how much of all orders the crowd may be ahead of the kills, which follow it
MARGIN = 1e-9
# The database's clock is that far off: ahead with odd seeds, behind with even ones. With more than ten seconds nobody
# could open the app, for the store's session tokens would not be valid yet, or not yet in the store.
SKEW_SECONDS = 8
TEAM_MINOR = 1_000_00  # for the people who are told of; the crowd adds to what is asked for, and half of it is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a storm is to be. `kind` is of the database: sqlite or postgresql."""

    kind: str
    seed: int
    orders: int
    kills: int
    workers: int = 6  # one shop's letters wait for the slowest answer of their batch; so there are many batches
    weather: Weather = HURRICANE
    shares: Mapping[str, int] = field(default_factory=lambda: SHARES)  # of a hundred orders of the crowd
    ticks: bool = True
    alone: bool = False  # nobody but the crowd acts, nothing dies between the halves of the day

    @property
    def blows(self) -> tuple[str, ...]:
        """What is done to the processes: the more often a blow is named, the more often it falls."""
        kills = (*KILLS, *TOWN_KILLS, *(SERVER_KILLS if self.kind == "postgresql" else ()))
        blows = (*kills * KILLS_TO_FRIGHTS, *FRIGHTS)
        return blows if self.ticks else tuple(blow for blow in blows if not blow.endswith("ticker"))

    @property
    def skew(self) -> int:
        """By how many seconds the database is ahead of the machine, the store and everybody; SQLite has no clock."""
        return 0 if self.kind == "sqlite" else SKEW_SECONDS * (1 if self.seed % 2 else -1)


@dataclass(slots=True, kw_only=True)
class Came:
    """What came of a storm: its figures, and every promise that was broken."""

    figures: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def blow(plan: Plan, folder: Path) -> Came:
    """Let one storm rage and return what came of it. Raises StillToCome when it leaves work that is not done."""
    began = time.monotonic()
    with database(plan.kind, folder, skew=plan.skew) as (url, server), ledger(url) as books, Watch(books) as watch:
        storm = _Storm(plan=plan, folder=folder / "var", url=url, server=server, books=books, watch=watch)
        storm.rage_alone() if plan.alone else storm.rage()
        came = Came(figures=storm.figures())
        came.wrong = broken(storm.facts())
    came.figures["seconds"] = round(time.monotonic() - began)
    return came


@dataclass(slots=True, kw_only=True)
class _Storm:
    plan: Plan
    folder: Path
    url: str
    server: Server | None
    books: Ledger
    watch: Watch
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    blows: Counter[str] = field(default_factory=Counter)
    orders_a_second: float = 0.0
    day: Day = field(init=False)

    def rage(self) -> None:
        """Play both halves of the day, with everything killed between them, and wait until all is done."""
        plan, rng = self.plan, Random(self.plan.seed)
        old, new = PRACTICE_SECRETS, (NEW_SECRET, *PRACTICE_SECRETS)
        with self._running(tickers=TICKERS) as stack:
            self.day = self._day(stack, rng, old)
            visitors = people.prepare(self.day, team_minor=TEAM_MINOR + plan.orders * 10)
            told_of, crowd_of = self._regulars()
            crowd = self._crowd(crowd_of)
            self.day.rage()
            self._half(crowd, people.morning(self.day, visitors, told_of))
            os.kill(stack.process.pid, signal.SIGKILL)
            stack.process.wait()
            until(lambda: not any(map(is_taken, self.ports)))

        with self._running(SHOPIFY_CLIENT_SECRETS=",".join(new)) as stack:
            self.day.stack, self.day.secrets = stack, new
            self._half(crowd, people.afternoon(self.day, visitors, told_of))
            self.day.calm()
            self.day.settle(but_flowers=True)
            self._morning_after()
            self.day.the_bank_decides()
            self.day.settle()
            time.sleep(1.0)  # for the watch to have counted the last calls

    def rage_alone(self) -> None:
        """Let the crowd order through one storm, and wait until all is done."""
        plan = self.plan
        with self._running() as stack:
            self.day = self._day(stack, Random(plan.seed), PRACTICE_SECRETS)
            people.prepare(self.day)
            _, regulars = self._regulars()
            self.day.rage()
            self._half(self._crowd(regulars), [])
            self.day.settle()
            self.day.calm()
            self.day.settle()

    def _morning_after(self) -> None:
        """Let all flowers leave at once, while the florist fails and whoever orders them dies."""
        self.day.rage()
        with self._killer(rests=lambda killer: killer.kills >= MORNING_KILLS) as killer:
            self.day.tomorrow_comes()
            until(lambda: killer.kills >= MORNING_KILLS)
            for _ in range(2):  # twice is once: whether flowers in doubt left, no machine can find out
                killer.strike("replay dead")
        self.blows += killer.blows
        self.day.calm()
        self.day.settle()

    def _day(self, stack: Stack, rng: Random, secrets: tuple[str, ...]) -> Day:
        plan = self.plan
        return Day(stack=stack, ledger=self.books, rng=rng, secrets=secrets, weather=plan.weather, skew=plan.skew)

    def _crowd(self, regulars: list[int]) -> Crowd:
        rng = Random(self.plan.seed)
        return Crowd(day=self.day, regulars=regulars, rng=rng, ahead=lambda _: False, shares=self.plan.shares)

    def facts(self) -> Facts:
        """Return both sides' books, now that everything has stopped."""
        day, watch = self.day, self.watch
        lives = SHOPS * (2 + math.ceil(day.hours / TOKEN_HOURS))  # the first, and those of the new secret
        struck = watch.counted("struck")["TokenRefresh"]
        rows = self.books.rows()
        return Facts(
            **rows,
            **town_rows(self.folder),
            ordered=ordered(self.folder),
            calls=watch.counted("calls"),
            gifted=frozenset(day.gifted),
            asked_back=day.asked_back,
            # An answer that was lost, by a fault or with whoever waited for it, is asked for again.
            most_refreshes=lives + day.expiries + struck + sum(self.blows.values()),
            secret=fingerprint(day.secrets[0]),
            untrue=tuple(untrue_trails(self.books, self.folder, rows["shops"])),
            spilt=tuple(spilt(self.books, self.folder)),
            overdrawn=tuple(watch.overdrawn),
            most_open=dict(watch.most_open),
            most_megabytes=dict(watch.most_megabytes),
        )

    def figures(self) -> dict[str, object]:
        """Return what happened."""
        struck, kills = self.watch.counted("struck"), Counter[str]()
        for deed, count in self.blows.items():
            kills[deed] += count
        return {
            "seed": self.plan.seed,
            "orders": len(self.day.orders),
            "gifts due": len(self.day.gifted),
            "kills": sum(count for deed, count in kills.items() if deed.startswith("kill ")),
            "blows": dict(sorted(kills.items())),
            "faults": sum(struck.values()),
            "calls": sum(self.watch.counted("calls").values()),
            "orders/s": round(self.orders_a_second, 1),
            "looks into purses": self.watch.looks,
            "most open": dict(self.watch.most_open),
            "most MB": dict(self.watch.most_megabytes),
        }

    def _half(self, crowd: Crowd, cast: list[list[people.Step]]) -> None:
        plan = self.plan
        with self._killer(rests=lambda killer: self._killed(killer) > min(crowd.share, 1 - MARGIN)) as killer:
            if not plan.ticks:
                killer.freeze_for_good("ticker")
            crowd.ahead = lambda crowd: self._is_ahead(crowd, killer)
            began, placed = time.monotonic(), crowd.placed
            with ThreadPoolExecutor(1) as one:
                others = one.submit(crowd.order, plan.orders // 2)
                if cast:
                    people.play(self.day, cast)
                others.result()
            self.orders_a_second = (crowd.placed - placed) / (time.monotonic() - began)
            until(lambda: self._killed(killer) >= 1, seconds=plan.kills * PAUSE_SECONDS * 2 + 60)
        self.blows += killer.blows

    def _killer(self, rests: Callable[[Killer], bool]) -> Killer:
        return Killer(
            self.day.stack.process.pid,
            self.folder,
            Random(f"{self.plan.seed} {len(self.day.orders)} {self.day.hours}"),
            blows=self.plan.blows,
            pause=PAUSE_SECONDS,
            longest_freeze=self.plan.weather.longest_freeze,
            server=self.server,
            rests=rests,
        )

    def _is_ahead(self, crowd: Crowd, killer: Killer) -> bool:
        """Hold the crowd back while the app has enough to do, or more orders than kills are over."""
        return self.watch.waiting > MOST_WAITING or crowd.share > self._killed(killer) + ROOM

    def _killed(self, killer: Killer) -> float:
        """Return what share of a half's kills is over; all of them where there are to be none."""
        return killer.kills / (self.plan.kills / 2) if self.plan.kills else 1.0

    def _regulars(self) -> tuple[list[int], list[int]]:
        """Return those regulars who are told of, and those of the crowd."""
        cast: list[int] = self.day.stack.get("/town/cast")["fourth_order_customers"]
        return cast[:TOLD_OF], cast[TOLD_OF:-1]  # the last one is in the opening scene

    @contextmanager
    def _running(self, *, tickers: int = 1, **more: str) -> Iterator[Stack]:
        shares = self.plan.shares
        fourths = sum(shares.get(act, 0) for act in FOURTHS) / sum(shares.values())
        regulars = math.ceil(self.plan.orders * fourths * 1.2) + TOLD_OF + 10
        surroundings: Mapping[str, str] = {
            **self.plan.weather.surroundings,
            "SANDBOX_REGULARS": str(regulars),
            "SANDBOX_LETTERS_KEPT": "1000000",
            **more,
        }
        with running(
            self.folder, self.url, ports=self.ports, workers=self.plan.workers, tickers=tickers, **surroundings
        ) as stack:
            patient = Patient.of(stack)
            self.watch.on(patient)
            yield patient
