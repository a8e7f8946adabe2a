"""The flowers that an agent sends. Inside the limit nobody is asked; above it a lead is, and nobody is told no."""

from datetime import datetime, timedelta

from app.domain import tastes
from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, SendFlowers
from app.domain.events import AgentAction
from app.domain.facts import AgentFacts, Quote
from app.domain.money import Money
from app.domain.policy import TeamGestures
from app.domain.rules import elsewhere
from app.domain.rules.pressed import AGAIN, LONGEST_ECHO, beyond_claim, confirmed, decided, sorry, too_quick

FLOWERS = "flowers"
MOST_DAYS_AHEAD = 180


def flowers(
    action: AgentAction, facts: AgentFacts, policy: TeamGestures, now: datetime, day_start: datetime
) -> Decision:
    """Return flowers some days ahead, at nine in the morning of the shop, to the address of the customer's order."""
    days = policy.flowers_days if action.days is None else action.days
    problem = (
        _flowers_problem(facts, days, confirmed=bool(action.confirm))
        or tastes.no_flowers(facts.never, facts.quote.product if facts.quote else "")
        or _too_dear(action, facts.quote)
    )
    if problem is not None:
        return sorry(action, FLOWERS, *problem, facts, now)
    order, quote = facts.order, facts.quote
    if order is None or quote is None:
        return sorry(action, FLOWERS, "no_order", "No order with an address was found.", facts, now)
    send = SendFlowers(
        order_id=order.id,
        customer_id=order.customer_id,
        product=quote.product,
        message=card_text(action),
        ticket_id=action.ticket_id,
        agent_name=action.agent_name,
        confirm=confirmed(action, facts),
    )
    due_at = day_start + timedelta(days=days)
    plan = Plan(
        effect=send,
        due_at=due_at,
        cost=quote.total,
        pool=Pool.TEAM,
        ask_first=_lead_for_flowers(quote.total, facts, policy) or beyond_claim(action, quote.total, policy),
    )
    because = f"{action.called} sends flowers for {quote.total} on {due_at.day} {due_at:%B %Y}."
    return decided(action, FLOWERS, "flowers", because, plans=(plan,))


def withdraw_flowers(action: AgentAction, facts: AgentFacts, now: datetime) -> Decision:
    """Return the withdrawal of this ticket's flowers that have not left yet."""
    if not facts.withdrawable:
        because = "No flowers of this ticket are still waiting."
        return sorry(action, FLOWERS, "nothing_to_withdraw", because, facts, now)
    because = f"{action.called} withdraws the flowers."
    return decided(action, FLOWERS, "withdrawn", because, withdraw=facts.withdrawable)


def card_text(action: AgentAction) -> str:
    """Return the card's words, signed with the agent's first name: a person writes, never a brand."""
    words = action.message or "Thinking of you in these days."
    return f"{words.strip()}\n{first_name(action.agent_name)}".strip()


def first_name(name: str) -> str:
    """Return the first word of a full name; nothing for a blank one."""
    return next(iter(name.split()), "")


def _lead_for_flowers(total: Money, facts: AgentFacts, policy: TeamGestures) -> str | None:
    quick = too_quick(facts, policy)
    if quick is not None:
        return quick
    if facts.flowers_before.to_customer >= policy.flowers_per_customer:
        return f"Ask a lead: the customer had flowers {facts.flowers_before.to_customer} times within a year."
    if facts.flowers_before.today >= policy.flowers_per_day:
        return f"Ask a lead: flowers were sent {facts.flowers_before.today} times today, and that is the limit."
    if total.minor > policy.flowers_limit_minor:
        return f"Above {Money(minor=policy.flowers_limit_minor, currency=total.currency)} a lead decides."
    return None


def _flowers_problem(facts: AgentFacts, days: int, *, confirmed: bool) -> tuple[str, str] | None:
    if facts.trouble:
        return "no_order", facts.trouble
    if not 1 <= days <= MOST_DAYS_AHEAD:
        return "bad_days", f"Flowers can be sent 1 to {MOST_DAYS_AHEAD} days ahead, not {days}."
    if facts.live and not confirmed:
        return "already", f"Flowers from this ticket are planned or sent already. {AGAIN}"
    if not confirmed and (colleague := elsewhere.flowers_elsewhere(facts)):
        return elsewhere.CODE, f"{colleague} {AGAIN}"
    if facts.quote and facts.order and facts.quote.total.currency != facts.order.net.currency:
        kept = facts.order.net.currency
        return "other_currency", f"The florist asks for {facts.quote.total}, and the team's pool is kept in {kept}."
    return None


def _too_dear(action: AgentAction, quote: Quote | None) -> tuple[str, str] | None:
    if action.amount is None or quote is None:
        return None
    try:
        most = Money.parse(action.amount, quote.total.currency)
    except ValueError:
        return "bad_amount", f"“{action.amount[:LONGEST_ECHO]}” is not an amount in {quote.total.currency}."
    if quote.total <= most:
        return None
    return "too_dear", f"These flowers cost {quote.total} with everything, which is more than {most}."
