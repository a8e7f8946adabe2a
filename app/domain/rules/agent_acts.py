"""The flowers that an agent sends. Inside the limit nobody is asked; above it a lead is, and nobody is told no."""

from collections.abc import Collection
from datetime import date, datetime

from app.domain import delivery_days, tastes
from app.domain.decisions import Decision
from app.domain.delivery_days import MOST_DAYS_AHEAD, MOST_DAYS_LATER
from app.domain.effects import Plan, Pool, SendFlowers
from app.domain.events import AgentAction
from app.domain.facts import AgentFacts, Quote
from app.domain.money import Money
from app.domain.policy import Policy, TeamGestures
from app.domain.rules import elsewhere, written
from app.domain.rules.pressed import AGAIN, LONGEST_ECHO, beyond_claim, confirmed, decided, sorry, too_quick

FLOWERS = "flowers"
CONDOLENCE = "Thinking of you in these days."  # where the agent says nothing else


def flowers(action: AgentAction, facts: AgentFacts, policy: Policy, now: datetime, day_start: datetime) -> Decision:
    """Return flowers some days ahead, at nine in the morning of the shop, to the address of the customer's order."""
    today, team = day_start.date(), policy.team
    asked = asked_day(action, team, today)
    day = asked and arrival(asked, policy, today, facts.quote.days if facts.quote else ())
    card = written.written(action, facts, default=CONDOLENCE)
    problem = (
        _flowers_problem(facts, _day_problem(asked, day), confirmed=bool(action.confirm))
        or tastes.no_flowers(facts.never, facts.quote.product if facts.quote else "")
        or _too_dear(action, facts.quote)
        or card.problem
    )
    if problem is not None:
        return sorry(action, FLOWERS, *problem, facts, now)
    order, quote = facts.order, facts.quote
    if order is None or quote is None or asked is None or day is None:
        return sorry(action, FLOWERS, "no_order", "No order with an address was found.", facts, now)
    send = SendFlowers(
        order_id=order.id,
        customer_id=order.customer_id,
        product=quote.product,
        message=card.text,
        ticket_id=action.ticket_id,
        agent_name=action.agent_name,
        confirm=confirmed(action, facts),
    )
    plan = Plan(
        effect=send,
        due_at=delivery_days.place_by(day, opening=day_start),
        cost=quote.total,
        pool=Pool.TEAM,
        ask_first=lead_for_flowers(quote.total, facts, team) or beyond_claim(action, quote.total, team),
    )
    moved = "" if day == asked else f", the first day after {asked.day} {asked:%B} on which they can arrive"
    because = f"{action.called} sends flowers for {quote.total} on {day.day} {day:%B %Y}{moved}."
    return decided(action, FLOWERS, "flowers", because, plans=(plan,))


def asked_day(action: AgentAction, team: TeamGestures, today: date) -> date | None:
    """Return the day on which an agent wants flowers to arrive; None for one that is out of reach."""
    return delivery_days.wanted(action.day, team.flowers_days if action.days is None else action.days, today)


def arrival(asked: date, policy: Policy, today: date, open_days: Collection[date] = ()) -> date | None:
    """Return the day on which they can arrive, the one that was asked for or one soon after; None for no such day.

    `open_days` are the florist's.
    """
    shut = delivery_days.shut(policy.sends, asked)
    return delivery_days.choose(asked, today=today, open_days=open_days, not_on=shut)


def withdraw_flowers(action: AgentAction, facts: AgentFacts, now: datetime) -> Decision:
    """Return the withdrawal of this ticket's flowers that have not left yet."""
    if not facts.withdrawable:
        because = "No flowers of this ticket are still waiting."
        return sorry(action, FLOWERS, "nothing_to_withdraw", because, facts, now)
    because = f"{action.called} withdraws the flowers."
    return decided(action, FLOWERS, "withdrawn", because, withdraw=facts.withdrawable)


def lead_for_flowers(total: Money, facts: AgentFacts, policy: TeamGestures) -> str | None:
    """Return why a lead should look at flowers first; None where an agent may send them by themselves."""
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


def _day_problem(asked: date | None, day: date | None) -> tuple[str, str] | None:
    if asked is None:
        return "bad_days", f"Flowers can be sent 1 to {MOST_DAYS_AHEAD} days ahead, and that is not such a day."
    if day is None:
        week = f"on {asked.day} {asked:%B %Y} or in the {MOST_DAYS_LATER} days after it"
        return "bad_days", f"Nothing can arrive {week}: please choose another day."
    return None


def _flowers_problem(facts: AgentFacts, no_day: tuple[str, str] | None, *, confirmed: bool) -> tuple[str, str] | None:
    if facts.trouble:
        return "no_order", facts.trouble
    if no_day is not None:
        return no_day
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
