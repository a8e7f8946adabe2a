"""How much the rules may give away in a month: so much money, and no more than a share of what the store takes."""

from datetime import timedelta

from app.domain.policy import Policy

LATELY = timedelta(days=30)  # over which it is counted what the store took
_WHOLE = 100_00  # hundredths of a percent


def limit(policy: Policy, taken_minor: int | None) -> int:
    """Return the month's limit, in minor units; the amount alone while nobody has counted what the store took."""
    share = of_takings(policy, taken_minor)
    return policy.gifts_monthly_minor if share is None else min(policy.gifts_monthly_minor, share)


def of_takings(policy: Policy, taken_minor: int | None) -> int | None:
    """Return what the share comes to, in whole minor units; None where no share holds."""
    if policy.gifts_share is None or taken_minor is None:
        return None
    return max(taken_minor, 0) * policy.gifts_share // _WHOLE
