"""When a rule has shown enough to go one step further: a proposal to the merchant, who presses or does not.

A rule that only watches proposes to ask; one that asks proposes to act by itself. Nothing here changes a mode.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.policy import Mode

LONG_ENOUGH = timedelta(days=7)  # in one mode
LEAST_ANSWERS = 20
YES_PERCENT = 95  # more than so many of the answers were yes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What people answered to a rule's questions."""

    approved: int = 0
    declined: int = 0

    @property
    def count(self) -> int:
        return self.approved + self.declined

    @property
    def yes_percent(self) -> int:
        """The share of yes, rounded down."""
        return 100 * self.approved // max(self.count, 1)


def has_lasted(since: datetime, now: datetime) -> bool:
    """Return whether a rule was in its mode for long enough to be judged by it."""
    return now - since >= LONG_ENOUGH


def next_mode(mode: Mode, *, since: datetime, now: datetime, answers: Answers, would_have: int) -> Mode | None:
    """Return the mode that is proposed to a rule, None where nothing is.

    `would_have` is how many deeds it wrote down in its mode without doing them.
    """
    if not has_lasted(since, now):
        return None
    if mode is Mode.OBSERVE and would_have:
        return Mode.APPROVE
    agreed = answers.count >= LEAST_ANSWERS and 100 * answers.approved > YES_PERCENT * answers.count
    return Mode.AUTO if mode is Mode.APPROVE and agreed else None
