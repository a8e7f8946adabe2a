"""A card that an agent wants written by hand: their own words, signed with their first name, in a person's post."""

from datetime import datetime

from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, WriteCard
from app.domain.events import AgentAction
from app.domain.facts import AgentFacts
from app.domain.money import Money
from app.domain.policy import TeamGestures
from app.domain.rules.agent_acts import FLOWERS
from app.domain.rules.pressed import AGAIN, beyond_claim, confirmed, decided, grace, sorry, too_quick
from app.domain.rules.written import written


def card(action: AgentAction, facts: AgentFacts, policy: TeamGestures, now: datetime) -> Decision:
    """Return the card, or why it is none. It goes as far as flowers may, and its price is only set aside."""
    order, words = facts.order, written(action, facts)
    if facts.trouble or order is None:
        because = facts.trouble or "No order with an address was found."
        return sorry(action, FLOWERS, "no_order", because, facts, now)
    if words.problem is not None:
        return sorry(action, FLOWERS, *words.problem, facts, now)
    if facts.live and not action.confirm:
        because = f"A card from this ticket is to be written, or was already. {AGAIN}"
        return sorry(action, FLOWERS, "already", because, facts, now)
    cost = Money(minor=policy.card_cost_minor, currency=order.net.currency)
    write = WriteCard(
        order_id=order.id,
        order_name=order.name,
        customer_id=order.customer_id,
        message=words.text,
        ticket_id=action.ticket_id,
        agent_name=action.agent_name,
        confirm=confirmed(action, facts),
    )
    plan = Plan(
        effect=write,
        due_at=now + grace(action, policy),
        cost=cost,
        pool=Pool.TEAM,
        ask_first=too_quick(facts, policy) or beyond_claim(action, cost, policy),
    )
    size = f"{len(words.text)} of {facts.paper.characters} characters"
    because = f"{action.called} wants a card written to the address of {order.name}: {size}, by a person's hand."
    return decided(action, FLOWERS, "card", because, plans=(plan,))
