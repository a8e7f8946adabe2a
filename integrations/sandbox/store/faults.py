"""What goes wrong between the app and the store: asked for one call at a time, or now and then by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from integrations.sandbox.books import Turn

USUAL_BEFORE = ("429", "throttled", "500_before", "html_502", "drop_before")
USUAL_AFTER = ("500_after", "commit_then_drop", "slow", "truncated")
BEFORE = (*USUAL_BEFORE, "429_whole", "429_date", "429_bare", "429_odd", "hang_before", "redirect")
AFTER = (*USUAL_AFTER, "hang_after", "drip", "partial", "odd_type", "odd_date", "huge")
# user_error: the store refuses for a reason of its own. late_commit: the line breaks at once, and the call is
# carried out afterwards, when the caller may already have looked whether it was. stale: a reading shows orders and
# customers as they were some seconds ago, as if what was written since had not happened.
RARE = ("user_error", "late_commit", "stale")
KINDS = BEFORE + AFTER + RARE
_PLACE = ("switches", "store_faults")
_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong; seconds say how slow or how late."""

    kind: str
    seconds: float = _SECONDS


class Faults:
    """Draws the fault of each call, from the same seed the same ones. Switches outlive the town's process."""

    def __init__(self, *, rate: float, seed: int) -> None:
        self._rate = rate
        self._rng = Random(seed)  # noqa: S311 - the same storm again for the same seed, not a secret

    def draw(self, turn: Turn, operation: str) -> Fault | None:
        """Return what goes wrong with a call to the operation, if anything does."""
        switch = self.switch(turn)
        for at, entry in enumerate(switch["next"]):
            if entry.get("operation", "*") in ("*", operation):
                del switch["next"][at]
                turn.put(*_PLACE, switch)
                return Fault(kind=entry["kind"], seconds=float(entry.get("seconds", _SECONDS)))
        if switch["rate"] and self._rng.random() < switch["rate"]:
            least, most = switch.get("seconds", (_SECONDS, _SECONDS))
            return Fault(kind=self._rng.choice(switch["kinds"]), seconds=self._rng.uniform(least, most))
        return None

    def switch(self, turn: Turn) -> dict[str, Any]:
        """Return what is switched on: rate, kinds, how many seconds they take, and what waits for the next calls."""
        quiet = {"rate": self._rate, "kinds": list(USUAL_BEFORE + USUAL_AFTER), "next": []}
        return turn.get(*_PLACE) or quiet

    def change(self, turn: Turn, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Switch; what the wish leaves out stays. Raises ValueError for kinds and rates that there are not."""
        switch = {**self.switch(turn), **wish}
        kinds = [*switch["kinds"], *(entry.get("kind") for entry in switch["next"])]
        unknown = [kind for kind in kinds if kind not in KINDS]
        least, most = switch.get("seconds", (0, 0))
        known = set(switch) <= {"rate", "kinds", "next", "seconds"} and 0 <= least <= most
        if unknown or not known or not 0 <= switch["rate"] <= 1:
            words = f"Give rate 0..1, kinds, seconds [least, most] and next; the kinds are {', '.join(KINDS)}"
            raise ValueError(f"{words}; not {unknown}.")
        turn.put(*_PLACE, switch)
        return switch
