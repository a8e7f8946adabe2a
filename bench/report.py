"""Figures as people compare them: the smallest, the middle and the largest of several runs."""

import statistics
import time
from collections.abc import Callable, Sequence


def seconds(deed: Callable[[], object]) -> float:
    """Return how long the deed takes."""
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def spread(figures: Sequence[float], digits: int = 0) -> str:
    """Return the median, and in brackets the smallest and the largest."""
    low, middle, high = min(figures), statistics.median(figures), max(figures)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"
