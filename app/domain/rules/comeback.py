"""Somebody who had not bought anything for long orders again: they are told that it was noticed."""

from datetime import datetime, timedelta

from app.domain.decisions import Decision
from app.domain.facts import OrderFacts
from app.domain.moments import COMEBACK, Due, MomentFacts
from app.domain.policy import Policy
from app.domain.rules import moments
from app.domain.rules.nth_order_gift import FRESH

SETTLES = timedelta(days=1)  # time to change one's mind, and for risk checks


def decide(facts: OrderFacts, policy: Policy, now: datetime, *, gift_goes: bool) -> Decision | None:
    """Return what a comeback brings, or why nothing; None where it is none. `gift_goes`: its parcel has one."""
    order, away, standing = facts.order, facts.away, facts.standing
    if away is None or standing is None or not order.counted or not _was_away(facts, policy):
        return _called_off(facts)
    days = (order.processed_at - away.since).days
    due = Due(
        rule=COMEBACK,
        subject=f"order:{order.id}",
        customer_id=standing.customer_id,
        occasion=f"{COMEBACK}:{order.id}",
        why=f"{order.name} is their first order in {days} days.",
        order_id=order.id,
        spoiled=_spoiled(facts, now, gift_goes=gift_goes),
    )
    known = MomentFacts(
        due=due,
        standing=standing,
        given=away.given,
        today=now.date(),
        shop=away.shop,
        currency=order.net.currency,
        fits=away.fits,
        order=order,
    )
    return moments.decide(known, policy, now, leaves_at=order.processed_at + SETTLES)


def _was_away(facts: OrderFacts, policy: Policy) -> bool:
    least = timedelta(days=policy.comeback.away_days)
    return facts.away is not None and facts.order.processed_at - facts.away.since >= least


def _spoiled(facts: OrderFacts, now: datetime, *, gift_goes: bool) -> tuple[str, str] | None:
    if gift_goes:
        return "cool_down", "A gift goes along in this very parcel."
    if now - facts.order.processed_at > FRESH:
        return "old", "The order is more than a day old; old orders only feed the ledger."
    return None


def _called_off(facts: OrderFacts) -> Decision | None:
    """Return that what was planned for a comeback is not wanted any more; None where nothing was."""
    waiting = () if facts.away is None else facts.away.given.waiting
    if not waiting or facts.order.counted:
        return None
    because = facts.order.uncounted_because or "The order does not count."
    subject = f"order:{facts.order.id}"
    return Decision(rule=COMEBACK, subject=subject, code="not_counted", because=because, withdraw=waiting)
