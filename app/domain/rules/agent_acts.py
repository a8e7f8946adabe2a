"""What an agent's button asks for. Inside the limits nobody is asked; above them a lead is, and nobody is told no."""

from datetime import datetime, timedelta

from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, PostNote, RefundOrder, SendFlowers, TagCustomer
from app.domain.events import AgentAction
from app.domain.facts import AgentFacts
from app.domain.money import Money
from app.domain.policy import TeamGestures

REFUND, FLOWERS = "refund_keep", "flowers"
MOST_DAYS_AHEAD = 180
AGAIN = "If another is meant, press again with “confirm” filled in."
LONGEST_ECHO = 32  # of what somebody typed, in a key or a sentence


def refund_keep(action: AgentAction, facts: AgentFacts, policy: TeamGestures, now: datetime) -> Decision:
    """Return the refund without a return; in grief or illness reorders and marketing are muted first."""
    order, refundable = facts.order, facts.refundable
    if facts.trouble or order is None or refundable is None:
        because = facts.trouble or "No order of this customer was found."
        return _sorry(action, REFUND, "no_order", because, facts, now)
    try:
        amount = refundable if action.amount is None else Money.parse(action.amount, refundable.currency)
    except ValueError:
        return _sorry(
            action,
            REFUND,
            "bad_amount",
            f"“{(action.amount or '')[:LONGEST_ECHO]}” is not an amount in {refundable.currency}.",
            facts,
            now,
        )
    problem = _refund_problem(amount, facts, confirmed=bool(action.confirm))
    if problem is not None:
        return _sorry(action, REFUND, *problem, facts, now)
    refund = RefundOrder(
        order_id=order.id,
        order_name=order.name,
        customer_id=order.customer_id,
        amount=amount,
        ticket_id=action.ticket_id,
        agent_name=action.agent_name,
        confirm=_confirm(action, facts),
    )
    mutes = _mutes(refund, policy, now) if action.compassion else ()
    plan = Plan(
        effect=refund,
        due_at=now,
        cost=amount,
        pool=Pool.TEAM,
        after=mutes[-1].effect.key if mutes else None,
        ask_first=_lead_for_refund(amount, facts, policy),
    )
    because = f"{action.agent_name} refunds {amount} of {order.name}; the customer keeps the item."
    return _decision(action, REFUND, "refund", because, plans=(*mutes, plan))


def flowers(
    action: AgentAction, facts: AgentFacts, policy: TeamGestures, now: datetime, day_start: datetime
) -> Decision:
    """Return flowers some days ahead, at nine in the morning of the shop, to the address of the customer's order."""
    days = policy.flowers_days if action.days is None else action.days
    problem = _flowers_problem(facts, days, confirmed=bool(action.confirm))
    if problem is not None:
        return _sorry(action, FLOWERS, *problem, facts, now)
    order, quote = facts.order, facts.quote
    if order is None or quote is None:
        return _sorry(action, FLOWERS, "no_order", "No order with an address was found.", facts, now)
    send = SendFlowers(
        order_id=order.id,
        customer_id=order.customer_id,
        product=quote.product,
        message=card_text(action),
        ticket_id=action.ticket_id,
        agent_name=action.agent_name,
        confirm=_confirm(action, facts),
    )
    due_at = day_start + timedelta(days=days)
    plan = Plan(
        effect=send,
        due_at=due_at,
        cost=quote.total,
        pool=Pool.TEAM,
        ask_first=_lead_for_flowers(quote.total, policy),
    )
    because = f"{action.agent_name} sends flowers for {quote.total} on {due_at.day} {due_at:%B %Y}."
    return _decision(action, FLOWERS, "flowers", because, plans=(plan,))


def withdraw_flowers(action: AgentAction, facts: AgentFacts, now: datetime) -> Decision:
    """Return the withdrawal of this ticket's flowers that have not left yet."""
    if not facts.withdrawable:
        because = "No flowers of this ticket are still waiting."
        return _sorry(action, FLOWERS, "nothing_to_withdraw", because, facts, now)
    because = f"{action.agent_name} withdraws the flowers."
    return _decision(action, FLOWERS, "withdrawn", because, withdraw=facts.withdrawable)


def card_text(action: AgentAction) -> str:
    """Return the card's words, signed with the agent's first name: a person writes, never a brand."""
    words = action.message or "Thinking of you in these days."
    return f"{words.strip()}\n{first_name(action.agent_name)}".strip()


def first_name(name: str) -> str:
    """Return the first word of a full name; nothing for a blank one."""
    return next(iter(name.split()), "")


def _mutes(refund: RefundOrder, policy: TeamGestures, now: datetime) -> tuple[Plan, ...]:
    """Return the silence around a refund. No lead is needed for that, and each refund waits for its own."""
    if refund.customer_id is None:
        return ()
    plans: list[Plan] = []
    for tag in (policy.paused_tag, policy.muted_tag):
        mute = TagCustomer(customer_id=refund.customer_id, tag=tag, present=True, occasion=refund.key)
        # One after the other, and the refund after the last: no mail may cross with the money.
        plans.append(Plan(effect=mute, due_at=now, after=plans[-1].effect.key if plans else None))
    return tuple(plans)


def _lead_for_refund(amount: Money, facts: AgentFacts, policy: TeamGestures) -> str | None:
    if amount.minor > policy.refund_limit_minor:
        return f"Above {Money(minor=policy.refund_limit_minor, currency=amount.currency)} a lead decides."
    if facts.keep_refunds_this_year >= policy.keep_refunds_per_year:
        return "Check with a lead first."
    return None


def _lead_for_flowers(total: Money, policy: TeamGestures) -> str | None:
    if total.minor > policy.flowers_limit_minor:
        return f"Above {Money(minor=policy.flowers_limit_minor, currency=total.currency)} a lead decides."
    return None


def _refund_problem(amount: Money, facts: AgentFacts, *, confirmed: bool) -> tuple[str, str] | None:
    order, refundable = facts.order, facts.refundable
    if order is None or refundable is None:
        return "no_order", "No order of this customer was found."
    if refundable.minor <= 0:
        return "not_refundable", f"Nothing of {order.name} is left to refund."
    if amount.minor <= 0 or refundable < amount:
        return "not_refundable", f"{refundable} of {order.name} can be refunded, not {amount}."
    if amount.minor in facts.live and not confirmed:
        return "already", f"{amount} of {order.name} was refunded from this ticket already, or is about to be. {AGAIN}"
    return None


def _flowers_problem(facts: AgentFacts, days: int, *, confirmed: bool) -> tuple[str, str] | None:
    if facts.trouble:
        return "no_order", facts.trouble
    if not 1 <= days <= MOST_DAYS_AHEAD:
        return "bad_days", f"Flowers can be sent 1 to {MOST_DAYS_AHEAD} days ahead, not {days}."
    if facts.live and not confirmed:
        return "already", f"Flowers from this ticket are planned or sent already. {AGAIN}"
    if facts.quote and facts.order and facts.quote.total.currency != facts.order.net.currency:
        kept = facts.order.net.currency
        return "other_currency", f"The florist asks for {facts.quote.total}, and the team's pool is kept in {kept}."
    return None


def _confirm(action: AgentAction, facts: AgentFacts) -> str:
    """Return what tells this deed from earlier ones: what the agent confirmed, or that those came to nothing."""
    return action.confirm or (f"again-{facts.ended}" if facts.ended else "")


def _sorry(action: AgentAction, rule: str, code: str, because: str, facts: AgentFacts, now: datetime) -> Decision:
    about = f"{action.act.value}:{code}:{facts.press}"
    note = PostNote(ticket_id=action.ticket_id, text=f"Nothing was done. {because}", about=about)
    return _decision(action, rule, code, because, plans=(Plan(effect=note, due_at=now),))


def _decision(
    action: AgentAction,
    rule: str,
    code: str,
    because: str,
    *,
    plans: tuple[Plan, ...] = (),
    withdraw: tuple[str, ...] = (),
) -> Decision:
    return Decision(
        rule=rule,
        subject=f"ticket:{action.ticket_id}",
        code=code,
        because=because,
        plans=plans,
        withdraw=withdraw,
    )
