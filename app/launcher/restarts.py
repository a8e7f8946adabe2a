"""When to restart a process that ended, and when to give up."""

from dataclasses import dataclass
from typing import Final

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 10.0
QUICK_EXIT_SECONDS: Final = 10.0
QUICK_EXITS_ALLOWED: Final = 6

# Someone outside pulled the plug (a person, a test, the kernel short of memory): no sign of a fault in the process.
KILLED_FROM_OUTSIDE: Final = frozenset({-9, -15, 128 + 9, 128 + 15})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """What follows an end: how many quick exits in a row that makes, and the pause, None meaning never again."""

    quick_exits: int
    pause_seconds: float | None


def after_exit(*, code: int, lived_seconds: float, quick_exits: int) -> Restart:
    """Return what follows the end of a process that had `quick_exits` quick ones in a row before."""
    if lived_seconds >= QUICK_EXIT_SECONDS or code in KILLED_FROM_OUTSIDE:
        return Restart(quick_exits=0, pause_seconds=FIRST_PAUSE_SECONDS)
    if quick_exits + 1 >= QUICK_EXITS_ALLOWED:
        return Restart(quick_exits=quick_exits + 1, pause_seconds=None)
    pause = min(FIRST_PAUSE_SECONDS * 2**quick_exits, LONGEST_PAUSE_SECONDS)
    return Restart(quick_exits=quick_exits + 1, pause_seconds=pause)
