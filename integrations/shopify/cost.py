"""What a call costs, and what is left to spend, as the store says it beside every answer."""

import math
from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import Unavailable, Uncertain
from integrations.http import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Points. What the store did not say, or said in a way that makes no sense, is None."""

    requested: float | None = None  # must be there before the call; what it did not use is given back
    available: float | None = None
    maximum: float | None = None
    restored: float | None = None  # a second

    def seconds_missing(self, *, otherwise: float) -> float:
        """Return how long the bucket needs to hold what the call asks for; `otherwise` is the rate when unknown."""
        missing = (self.requested or 0.0) - (self.available or 0.0)
        return max(missing, 0.0) / (self.restored or otherwise)


def cost_in(answer: Answer) -> Cost:
    """Return the cost in an answer's extensions."""
    try:
        content = answer.json()
    except (Unavailable, Uncertain):
        return Cost()
    cost = _inside(_inside(content, "extensions"), "cost")
    bucket = _inside(cost, "throttleStatus")
    return Cost(
        requested=_points(_inside(cost, "requestedQueryCost")),
        available=_points(_inside(bucket, "currentlyAvailable")),
        maximum=_points(_inside(bucket, "maximumAvailable")),
        restored=_points(_inside(bucket, "restoreRate")),
    )


def _inside(content: object, name: str) -> object:
    return content.get(name) if isinstance(content, dict) else None


def _points(said: object) -> float | None:
    if isinstance(said, bool) or not isinstance(said, int | float | Decimal):
        return None
    try:
        points = float(said)
    except OverflowError:
        return None
    return points if math.isfinite(points) and points >= 0 else None
