"""Figures as people compare them: the smallest, the middle and the largest of several runs."""

import statistics
import time
from collections.abc import Callable, Sequence


def seconds(deed: Callable[[], object]) -> float:
    """Return how long the deed takes."""
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def percentile(figures: Sequence[float], share: float) -> float:
    """Return the figure that this share of all does not exceed."""
    return sorted(figures)[min(int(len(figures) * share), len(figures) - 1)]


def keeps(goal: float, name: str, taken: Sequence[float]) -> bool:
    """Print how long something took, in milliseconds, and return whether 95 of a hundred kept to the goal."""
    slow = percentile(taken, 0.95)
    print(f"  {name:<36} {spread(taken, 1)}, {slow:.1f} (goal {goal})", flush=True)
    return slow <= goal


def spread(figures: Sequence[float], digits: int = 0) -> str:
    """Return the median, and in brackets the smallest and the largest."""
    low, middle, high = min(figures), statistics.median(figures), max(figures)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"
