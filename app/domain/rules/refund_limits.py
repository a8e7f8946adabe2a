"""How much agents give back by themselves: a refund, an order, a customer, a day. Above any of it a lead is asked.

Only what the store itself would refuse is refused: more than was paid.
"""

from app.domain.effects import RefundOrder
from app.domain.facts import AgentFacts
from app.domain.money import Money
from app.domain.policy import TeamGestures
from app.domain.refunds import RefundOffer
from app.domain.rules.pressed import too_quick


def lead_for(refund: RefundOrder, offer: RefundOffer, facts: AgentFacts, policy: TeamGestures) -> str | None:
    """Return why a lead should look at it first; None inside all limits."""
    before, amount = facts.before, refund.amount
    on_order = before.on_order_minor + amount.minor
    share = offer.paid.minor * policy.refund_order_percent // 100
    limits = (
        (amount.minor, policy.refund_limit_minor, "Above {limit} a lead decides."),
        (
            on_order,
            policy.refund_order_minor,
            "Ask a lead: {order} would have had {sum} back, and {limit} is the limit.",
        ),
        (on_order, share, "Ask a lead: {order} would have had {sum} back, and {percent}% of it is the limit."),
        (
            before.to_customer_minor + amount.minor,
            policy.refund_customer_minor,
            "Ask a lead: the customer would have had {sum} back within a year, and {limit} is the limit.",
        ),
        (
            before.today_minor + amount.minor,
            policy.refunds_per_day_minor,
            "Ask a lead: {sum} would have gone back today, and {limit} is the limit.",
        ),
    )
    quick = too_quick(facts, policy)
    if quick is not None:
        return quick
    if facts.keep_refunds_this_year >= policy.keep_refunds_per_year:
        return "Check with a lead first."
    if before.today >= policy.refunds_per_day:
        return f"Ask a lead: {policy.refunds_per_day} refunds were made today, and that is the limit."
    return next((_said(refund, words, total, most, policy) for total, most, words in limits if total > most), None)


def _said(refund: RefundOrder, words: str, total: int, most: int, policy: TeamGestures) -> str:
    return words.format(
        order=refund.order_name,
        sum=Money(minor=total, currency=refund.amount.currency),
        limit=Money(minor=most, currency=refund.amount.currency),
        percent=policy.refund_order_percent,
    )
