"""One customer, two tickets: a colleague may be doing the same already, where this agent does not look."""

from app.domain.effects import RefundOrder, State
from app.domain.facts import AgentFacts, DoneElsewhere
from app.domain.money import Money

CODE = "elsewhere"
IF_MEANT = "If another is meant, “confirm” it, and a lead will be asked."
_IS_GIVING = "{who} is giving back {amount} of {order}, on ticket {ticket}."
_DOES = {
    State.AWAITING: "{who} has asked a lead to give back {amount} of {order}, on ticket {ticket}.",
    State.DONE: "{who} has already given back {amount} of {order}, on ticket {ticket}.",
}


def same_elsewhere(refund: RefundOrder, facts: AgentFacts) -> str | None:
    """Return who gave the same sum of the order back, or is about to, and on which ticket; None where nobody did."""
    same = (each for each in facts.elsewhere if each.minor == refund.amount.minor)
    return next((_said(each, refund.order_name, refund.amount.currency) for each in same), None)


def flowers_elsewhere(facts: AgentFacts) -> str | None:
    """Return who is sending flowers to the same customer, and on which ticket; None where nobody is."""
    return next(
        (f"{_who(each)} is sending them flowers, on ticket {each.ticket_id}." for each in facts.elsewhere), None
    )


def all_elsewhere(order_name: str, facts: AgentFacts, currency: str) -> str:
    """Return where the money of an order went of which nothing is left; "" where this ticket alone knows."""
    return "".join(f" {_said(each, order_name, currency)}" for each in facts.elsewhere[-1:])


def _said(other: DoneElsewhere, order_name: str, currency: str) -> str:
    amount = Money(minor=other.minor, currency=currency)
    does = _DOES.get(other.state, _IS_GIVING)
    return does.format(who=_who(other), amount=amount, order=order_name, ticket=other.ticket_id)


def _who(other: DoneElsewhere) -> str:
    return other.agent_name.strip() or "A colleague"
