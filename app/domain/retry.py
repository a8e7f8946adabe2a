"""How long to wait before the next try, and when to stop trying."""

from datetime import timedelta

MOST_ATTEMPTS = 19  # with the pauses below: a little over a day, longer than any vendor's announced outage window


def wait_after(attempts: int) -> timedelta:
    """Return the pause before the next try: two seconds, doubling, four hours at most.

    Raises ValueError when `attempts` is below 1. No jitter: work is drained per shop, so a herd cannot form.
    """
    if attempts < 1:
        raise ValueError("nothing was tried yet")
    doublings = min(attempts, 20) - 1
    return min(timedelta(seconds=2 << doublings), timedelta(hours=4))
