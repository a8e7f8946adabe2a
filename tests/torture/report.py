"""What a person at the terminal reads while deaths are tried, and in the end."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.torture.deaths import Verdict

SPEAKS_EVERY_SECONDS = 15.0


@dataclass(slots=True)
class Count:
    """So many were tried, and these went wrong."""

    what: str
    tried: int = 0
    stand_for: int = 0
    wrong: list[Verdict] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    _spoke: float = field(default_factory=time.monotonic)

    def add(self, verdict: Verdict, *, database: str) -> None:
        """Count one; say at once how to repeat it when it went wrong."""
        self.tried += 1
        self.stand_for += verdict.stands_for
        if verdict.wrong is not None:
            self.wrong.append(verdict)
            print(
                f"WRONG {verdict.flow}, dying {verdict.name}:\n{verdict.wrong}\n  {again(verdict, database)}",
                flush=True,
            )
        if time.monotonic() - self._spoke > SPEAKS_EVERY_SECONDS:
            self._spoke = time.monotonic()
            print(f"  … {self}", flush=True)

    def __str__(self) -> str:
        seconds = max(time.monotonic() - self.began, 0.001)
        return (
            f"{self.tried} {self.what} that leave different things behind (of {self.stand_for:,}), "
            f"{len(self.wrong)} violations, {seconds:.0f} s, {self.tried / seconds:.1f} a second"
        )


def again(verdict: Verdict, database: str) -> str:
    """Return the one command that repeats it."""
    then = "" if verdict.j is None else f" --then {verdict.j}"
    return f"python3 -m app torture pairs --db {database} --flow {verdict.flow} --at {verdict.k}{then}"


def judged(count: Count, verdicts: Iterable[Verdict], *, database: str) -> Count:
    """Count them all."""
    for verdict in verdicts:
        count.add(verdict, database=database)
    return count
