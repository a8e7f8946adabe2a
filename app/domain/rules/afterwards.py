"""What we tell the agent when a deed is planned, done, refused, put before a lead, or in doubt."""

from datetime import datetime

from app.domain.effects import Effect, Plan, PostNote, RefundOrder, SendFlowers, State
from app.domain.money import Money
from app.domain.rules.agent_acts import first_name

_ASKS = "needs a lead: {why} Nothing was sent yet."
_REFUND = {
    State.DONE: "Refunded {amount} of {order}. The customer keeps the item; no return is needed.{remark}",
    State.AWAITING: "The refund of {amount} " + _ASKS,
    State.OVER_BUDGET: "Ask a lead: the team's pool does not hold {amount} this month.",
    State.REFUSED: "The refund of {amount} did not go through: {why}",
    State.WITHDRAWN: "The refund of {amount} was not made: {why}",
    State.UNCERTAIN: "The refund of {amount} may have gone through; it is being looked up. Please do not repeat it.",
}
_FLOWERS = {
    State.PLANNED: "Flowers for {amount} are planned for {due}. They can be withdrawn until then.",
    State.DONE: "The flowers were ordered ({reference}), signed {agent}.{remark}",
    State.AWAITING: "Sending flowers " + _ASKS,
    State.OVER_BUDGET: "Ask a lead: the team's pool does not hold {amount} this month.",
    State.REFUSED: "The flowers were not sent: {why}",
    State.WITHDRAWN: "The flowers for {amount} will not be sent: {why}",
    State.UNCERTAIN: "The flowers may have been ordered; a person must ask the florist. Please do not repeat it.",
}


def tell(
    effect: Effect,
    state: State,
    *,
    now: datetime,
    due_at: datetime,
    cost: Money | None,
    why: str = "",
    reference: str = "",
    remark: str = "",
) -> Plan | None:
    """Return the note for the agent about an effect that reached `state`; None where there is nobody to tell.

    `due_at` is in the shop's own time zone, as the agent will read it.
    """
    if not isinstance(effect, RefundOrder | SendFlowers):
        return None
    template = (_REFUND if isinstance(effect, RefundOrder) else _FLOWERS).get(state)
    if template is None:
        return None
    text = template.format(
        amount=cost,
        order=getattr(effect, "order_name", ""),
        due=f"{due_at.day} {due_at:%B %Y}",
        agent=first_name(effect.agent_name) or "the team",
        why=why,
        reference=reference,
        remark=f" {remark}" if remark else "",
    )
    note = PostNote(ticket_id=effect.ticket_id, text=text, about=f"{effect.key}:{state.value}")
    return Plan(effect=note, due_at=now)
