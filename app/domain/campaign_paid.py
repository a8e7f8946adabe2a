"""What a campaign brought: those on its list compared with the tenth of it that was given nothing, by lot.

Each is followed from the day on which the gift of their place was to leave, by the plan that was approved: the day on
which it truly left says nothing of those who were given none.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from app.domain.campaigns import HELD_OUT_PERCENT, RULE
from app.domain.paid import STRETCHES, Given, Member
from app.domain.policy import Trial

FOLLOWED = timedelta(days=max(STRETCHES) + 220)  # after it began: waves take some time, and refunds some more


class Placed(NamedTuple):
    """Somebody's place on a frozen list."""

    customer_id: int
    held_out: bool
    number: int


def trial_of(campaign_id: int, began_at: datetime | None) -> Trial:
    """Return a campaign as the trial that its list was: drawn once, and for good."""
    return Trial(rule=f"{RULE}-{campaign_id}", percent=HELD_OUT_PERCENT, edition=1, began_at=began_at)


def members(
    places: Iterable[Placed], *, per_day: int, first: datetime, until: datetime, called_off_at: datetime | None
) -> list[Member]:
    """Return who is followed by then, each from their own day on; nobody more once a campaign was called off."""
    ends = until if called_off_at is None else min(until, called_off_at)
    followed = (
        Member(each.customer_id, each.held_out, first + timedelta(days=(each.number - 1) // max(per_day, 1)))
        for each in places
    )
    return [each for each in followed if each.entered_at < ends]


def given(followed: Iterable[Member], billed: dict[int, int], extras_minor: int) -> list[Given]:
    """Return what the gifts cost, with what no vendor bills; all of it counts, whenever a gift left."""
    return [
        Given(each.customer_id, each.entered_at, billed[each.customer_id] + extras_minor)
        for each in followed
        if each.customer_id in billed
    ]
