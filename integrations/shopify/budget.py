"""How much may be spent on a shop. The store counts points, for all our processes together."""

from dataclasses import dataclass
from typing import Protocol

from integrations.shopify.cost import Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Points set aside for one call. `lap` tells the keeper of the budget when that was."""

    points: float
    lap: int


class Budget(Protocol):
    """One shop's points. Asked before each call, and told after it, whatever became of the call."""

    def take(self, operation: str) -> Taken:
        """Set aside what the operation costs; raise Busy, with the pause to make, when there is not enough."""

    def settle(self, operation: str, taken: Taken, cost: Cost) -> None:
        """Learn from what the store said after the call; a cost of which nothing is known teaches nothing."""


@dataclass(frozen=True, slots=True)
class NoBudget:
    """Spends freely and leaves it to the store to say when it is too much: for tools and tests."""

    def take(self, operation: str) -> Taken:  # noqa: ARG002  # all cost nothing
        return Taken(points=0.0, lap=0)

    def settle(self, operation: str, taken: Taken, cost: Cost) -> None:
        pass
