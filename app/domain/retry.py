"""How long to wait before the next try, and when to stop trying."""

from datetime import timedelta

from app.domain.errors import Busy, KeyRefused, OurMistake, Unavailable

MOST_ATTEMPTS = 19  # with the pauses below: a little over a day, longer than any vendor's announced outage window
MOST_MISTAKES = 3  # enough for a new version, or the one before it, to be there
_WHEN_BUSY = 2  # seconds, where nobody says how long


def wait_after(attempts: int) -> timedelta:
    """Return the pause before the next try: two seconds, doubling, four hours at most.

    Raises ValueError when `attempts` is below 1. No jitter: work is drained per shop, so a herd cannot form.
    """
    if attempts < 1:
        raise ValueError("nothing was tried yet")
    doublings = min(attempts, 20) - 1
    return min(timedelta(seconds=2 << doublings), timedelta(hours=4))


def pause_when_busy(busy: Busy | KeyRefused) -> timedelta:
    """Return the pause that is asked for. There is no last one: a storm of calls must not end a single deed."""
    return timedelta(seconds=busy.retry_after or _WHEN_BUSY)


def pause_before_next(problem: Unavailable, tries: int, most: int = MOST_ATTEMPTS) -> timedelta | None:
    """Return the pause after a problem that used up a try; None when that was the last."""
    if tries >= (MOST_MISTAKES if isinstance(problem, OurMistake) else most):
        return None
    return max(wait_after(tries), timedelta(seconds=problem.retry_after or 0))
