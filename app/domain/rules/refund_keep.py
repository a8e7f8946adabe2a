"""Refund and keep: money back without a return. Inside the limits nobody is asked; above them a lead is."""

from datetime import datetime, timedelta

from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, RefundOrder
from app.domain.events import AgentAction
from app.domain.facts import AgentFacts, Order
from app.domain.money import Money
from app.domain.policy import TeamGestures
from app.domain.refunds import RefundOffer, Way
from app.domain.rules import elsewhere
from app.domain.rules.granted import off
from app.domain.rules.pressed import AGAIN, LONGEST_ECHO, beyond_claim, confirmed, decided, grace, sorry
from app.domain.rules.refund_limits import lead_for
from app.domain.rules.refund_words import gives_back, stays
from app.domain.scopes import Feature

RULE = "refund_keep"


def decide(action: AgentAction, facts: AgentFacts, policy: TeamGestures, now: datetime) -> Decision:
    """Return the refund without a return."""
    refusal = off(Feature.REFUNDS, facts.granted)
    if refusal is not None:
        return sorry(action, RULE, *refusal, facts, now)
    order, offer = facts.order, facts.offer
    if facts.trouble or order is None or offer is None:
        because = facts.trouble or "No order of this customer was found."
        return sorry(action, RULE, "no_order", because, facts, now)
    try:
        amount = _amount(action, offer)
    except ValueError as no:
        return sorry(action, RULE, "bad_amount", str(no), facts, now)
    problem = (
        _problem(action, amount, order, offer, facts)
        or _credit_problem(action, order, policy)
        or _repeated(action, amount, facts)
    )
    if problem is not None:
        return sorry(action, RULE, *problem, facts, now)
    refund = _refund(action, facts, order, amount, policy, now)
    same = elsewhere.same_elsewhere(refund, facts)
    if same is not None and not action.confirm:
        return sorry(action, RULE, elsewhere.CODE, f"{same} {elsewhere.IF_MEANT}", facts, now)
    plan = Plan(
        effect=refund,
        due_at=now + grace(action, policy),
        cost=amount,
        pool=Pool.TEAM,
        ask_first=f"{same} Is another meant?"
        if same
        else lead_for(refund, offer, facts, policy) or beyond_claim(action, amount, policy),
    )
    because = " ".join([f"{action.called} {gives_back(refund)}; {stays(refund)}.", *_hints(refund, offer)])
    return decided(action, RULE, "refund", because, plans=(plan,))


def _amount(action: AgentAction, offer: RefundOffer) -> Money:
    """Return what goes back; raise ValueError with a sentence for the agent."""
    named = bool(action.items) or action.shipping
    if action.amount is None:
        return offer.asked if named else offer.most
    if named:
        raise ValueError("Please give an amount, or name items and shipping, but not both.")
    try:
        return Money.parse(action.amount, offer.most.currency)
    except ValueError:
        currency = offer.most.currency
        raise ValueError(f"“{action.amount[:LONGEST_ECHO]}” is not an amount in {currency}.") from None


def _problem(
    action: AgentAction, amount: Money, order: Order, offer: RefundOffer, facts: AgentFacts
) -> tuple[str, str] | None:
    if offer.only_authorised:
        because = f"The payment of {order.name} is only authorised, so nothing came in yet; the order can be cancelled."
        return "not_refundable", because
    if offer.most.minor <= 0:
        gone = elsewhere.all_elsewhere(order.name, facts, offer.most.currency)
        return "not_refundable", f"Nothing of {order.name} is left to refund.{gone}"
    if amount.minor == 0 and action.amount is None:
        return "not_refundable", f"Nothing was paid for that on {order.name}, or it was given back already."
    if amount.minor <= 0 or offer.most < amount:
        return "not_refundable", f"{offer.most} of {order.name} can be refunded, not {amount}."
    return None


def _credit_problem(action: AgentAction, order: Order, policy: TeamGestures) -> tuple[str, str] | None:
    if not action.as_credit:
        return None
    if not policy.store_credit:
        return "no_credit", "Store credit is not switched on in the settings."
    if order.customer_id is None:
        return "no_credit", f"{order.name} was bought by a guest, who has no account for store credit."
    return None


def _repeated(action: AgentAction, amount: Money, facts: AgentFacts) -> tuple[str, str] | None:
    if facts.order is None or action.confirm or amount.minor not in facts.live:
        return None
    name = facts.order.name
    return "already", f"{amount} of {name} was refunded from this ticket already, or is about to be. {AGAIN}"


def _refund(
    action: AgentAction, facts: AgentFacts, order: Order, amount: Money, policy: TeamGestures, now: datetime
) -> RefundOrder:
    until = None
    if action.as_credit and policy.credit_days is not None:
        until = now + timedelta(days=policy.credit_days)
    return RefundOrder(
        order_id=order.id,
        order_name=order.name,
        customer_id=order.customer_id,
        amount=amount,
        ticket_id=action.ticket_id,
        agent_name=action.agent_name,
        confirm=confirmed(action, facts),
        pieces=facts.pieces,
        shipping=facts.offer.shipping if facts.offer and action.shipping else None,
        way=Way.CREDIT if action.as_credit else Way.PAYMENT,
        credit_until=until,
    )


def _hints(refund: RefundOrder, offer: RefundOffer) -> list[str]:
    """Return what a person should know before it happens, and cannot see from the sum."""
    unsent = [str(each) for each in refund.pieces if not each.sent]
    hints = [f"Not sent yet, and still to be sent: {', '.join(unsent)}."] if unsent else []
    if offer.buyers is not None:
        exact = offer.buyers.minor and refund.amount == offer.asked
        paid = f"The customer gets {offer.buyers}." if exact else f"It is paid in {offer.buyers.currency}."
        hints.append(paid)
    if offer.by_hand and refund.way is Way.PAYMENT:
        hints.append(f"Somebody must pay it out: of {offer.by_hand} the store only keeps a record.")
    return hints
