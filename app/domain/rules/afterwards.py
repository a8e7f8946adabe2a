"""What we tell the agent when a deed is planned, done, refused, put before a lead, or in doubt."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.agents import first_name
from app.domain.effects import (
    AddGiftLine,
    CancelSending,
    Effect,
    Mute,
    Plan,
    PostNote,
    Quiet,
    RefundOrder,
    SendFlowers,
    SendGift,
    Sending,
    State,
    TagCustomer,
    TakeBackGiftLine,
    WriteCard,
    by_pen,
)
from app.domain.money import Money
from app.domain.refunds import Way
from app.domain.rules.let_alone import BY_HAND
from app.domain.rules.refund_words import given_back, stays

_NOBODY_KNOWS = "Only a look at the order tells; a lead has been asked to. Please do not repeat it."
_ASKS = "needs a lead: {why} Nothing was sent yet."
_REFUND = {
    State.DONE: "Refunded {what}. {Stays}.{remark}",
    State.AWAITING: "The refund of {what} " + _ASKS,
    State.OVER_BUDGET: "Ask a lead, who can still allow it: the team's pool does not hold {amount} this month.",
    State.REFUSED: "The refund of {what} did not go through: {why}",
    State.WITHDRAWN: "The refund of {what} was not made: {why}",
    State.UNCERTAIN: "The refund of {what} may have gone through. " + _NOBODY_KNOWS,
}
_CREDIT = {
    State.DONE: "Gave {what}. {Stays}.{remark}",
    State.AWAITING: "Giving {what} " + _ASKS,
    State.OVER_BUDGET: _REFUND[State.OVER_BUDGET],
    State.REFUSED: "Giving {what} did not go through: {why}",
    State.WITHDRAWN: "Giving {what} did not happen: {why}",
    State.UNCERTAIN: "Giving {what} may have gone through. " + _NOBODY_KNOWS,
}
_ON_ITS_WAY = (
    "Refunded {what}: the payment provider has taken it on and has not confirmed it yet. {Stays}."
    " You will read it here should it not arrive."
)
_FLOWERS = {
    State.PLANNED: "Flowers for {amount} are planned for {due}. They can be withdrawn until {hour} on that day.",
    State.DONE: "The flowers were ordered ({reference}), signed {agent}.{remark}",
    State.AWAITING: "Sending flowers " + _ASKS,
    State.OVER_BUDGET: _REFUND[State.OVER_BUDGET],
    State.REFUSED: "The flowers were not sent: {why}",
    State.WITHDRAWN: "The flowers for {amount} will not be sent: {why}",
    State.UNCERTAIN: "The flowers may have been ordered; a person must ask the florist. Please do not repeat it.",
}
_GIFT = {
    State.DONE: "Slipped {title} into {order}, for {amount}. The customer was sent no mail.",
    State.AWAITING: "Slipping {title} into {order} " + _ASKS,
    State.OVER_BUDGET: _REFUND[State.OVER_BUDGET],
    State.REFUSED: "{title} was not slipped into {order}: {why}",
    State.WITHDRAWN: "{title} was not slipped into {order}: {why}",
    State.UNCERTAIN: "{title} may be in {order} by now. " + _NOBODY_KNOWS,
}
_SENDING = {
    State.PLANNED: "{title} for {amount} leaves on {due}, and can be withdrawn until {hour} on that day.",
    State.DONE: "{title} was ordered ({reference}), signed {agent}.{remark}",
    State.AWAITING: "Sending {title} " + _ASKS,
    State.OVER_BUDGET: _REFUND[State.OVER_BUDGET],
    State.REFUSED: "{title} was not sent: {why}",
    State.WITHDRAWN: "{title} will not be sent: {why}",
    State.UNCERTAIN: "{title} may have been ordered; a person must ask its vendor. Please do not repeat it.",
}
_IN_HANDS = "{Title} is to be ordered by a person, on Lagniappe's page in your store. You read here what comes of it."
_CARD = {
    State.DONE: "The card was written and is in the post, signed {agent}.",
    State.AWAITING: "Writing a card " + _ASKS,
    State.OVER_BUDGET: _REFUND[State.OVER_BUDGET],
    State.REFUSED: "The card is not written: {why}",
    State.WITHDRAWN: "The card is not written: {why}",
    State.UNCERTAIN: "The card waits to be written, on Lagniappe's page in your store. You read here what comes of it.",
}
_CARD_BY_HAND = _CARD | {State.PLANNED: _SENDING[State.PLANNED]}  # one of the catalogue has a day
_TAKEN_BACK = {
    State.DONE: "Took {title} off {order} again. Its money is back in the pool.",
    State.REFUSED: "{title} could not be taken off {order}, and stays given: {why}",
    State.WITHDRAWN: "{title} was not taken off {order}, and stays given: {why}",
}
_CALLED_OFF = {
    State.DONE: "Stopped at the vendor: {title}. The money is back in the pool.",
    State.REFUSED: "Could not be stopped any more: {title}. {why}",
    State.WITHDRAWN: "Was not stopped, and goes on: {title}. {why}",
}
_OTHERS: Mapping[type[Effect], Mapping[State, str]] = {
    SendFlowers: _FLOWERS,
    SendGift: _SENDING,
    WriteCard: _CARD,
    AddGiftLine: _GIFT,
    TakeBackGiftLine: _TAKEN_BACK,
    CancelSending: _CALLED_OFF,
}
_NOT_SILENCED = {
    Quiet.TAG: (
        "The customer was not tagged “{tag}”, so orders and advertising may still go out to them: {why}"
        " Please put the tag on by hand; nothing waits for it."
    ),
    Quiet.FIELD: (
        "The day until which tools should leave the customer in peace could not be written in the store: {why}"
        " Surveys and requests for reviews may still go out; please see to it by hand."
    ),
    Quiet.LISTENER: (
        "Your other tools could not be told to leave the customer in peace: {why}"
        " Surveys, reviews and advertising may still go out; please see to it there by hand."
    ),
    Quiet.REORDERS: "Reorders of the customer were not paused: {why} Please pause them by hand; nothing waits for it.",
}

ALL_OF_IT = frozenset({"declined", "gone"})  # codes under which what was decided comes to nothing as a whole
PENDING = "pending"  # how far a deed is that may yet fail
_GOES_ON = (State.PLANNED, State.AWAITING, State.DONE)


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
    pending: bool = False,
    by_hand: bool = False,
    let_alone: bool = False,
    all_of_it: bool = False,
) -> Plan | None:
    """Return the note for the agent about an effect that reached `state`; None where there is nobody to tell.

    `due_at` is in the shop's own time zone, as the agent will read it; `pending` says that it may yet fail,
    `by_hand` that a person does it;
    `let_alone` that nothing but an agent's act is done for the customer; `all_of_it` that what was decided with it
    comes to nothing as well.
    """
    if isinstance(effect, TagCustomer | Mute):
        return None if all_of_it else _not_silenced(effect, state, now=now, why=why)
    ticket_id = ticket_of(effect)
    template = _templates(effect).get(state)
    if by_hand and by_pen(effect):
        template = _CARD_BY_HAND.get(state)
    elif by_hand and state is State.UNCERTAIN:
        template = _IN_HANDS
    template = _ON_ITS_WAY if pending and isinstance(effect, RefundOrder) else template
    if ticket_id is None or template is None:
        return None
    text = template.format(
        amount=cost,
        what=given_back(effect) if isinstance(effect, RefundOrder) else "",
        Stays=_sentence(stays(effect)) if isinstance(effect, RefundOrder) else "",
        due=f"{due_at.day} {due_at:%B %Y}",
        hour=f"{due_at:%H:%M}",
        title=getattr(effect, "title", ""),
        Title=getattr(effect, "title", "The bouquet"),
        order=getattr(effect, "order_name", ""),
        agent=first_name(getattr(effect, "agent_name", "")) or "the team",
        why=why,
        reference=reference,
        remark=f" {remark}" if remark else "",
    )
    if let_alone and state in _GOES_ON:
        text = f"{text} {BY_HAND}"
    note = PostNote(ticket_id=ticket_id, text=text, about=f"{effect.key}:{PENDING if pending else state}")
    return Plan(effect=note, due_at=now)


def ticket_of(effect: Effect) -> str | None:
    """Return the ticket whose agents read what becomes of the deed; None where nobody asked for it on one."""
    if not isinstance(effect, RefundOrder | Sending | AddGiftLine | TakeBackGiftLine | CancelSending):
        return None
    return effect.ticket_id


def asked_for(note: PostNote) -> str | None:
    """Return the key of the deed to which a note wants somebody's yes; None for a note that wants nothing."""
    key, _, state = note.about.rpartition(":")
    return key if state in {State.AWAITING, State.OVER_BUDGET} else None


def ordered(note: PostNote) -> str | None:
    """Return the key of the deed that a note says was done, be it not paid yet; None for any other note."""
    key, _, state = note.about.rpartition(":")
    return key if state in {State.DONE, PENDING} else None


def _not_silenced(effect: TagCustomer | Mute, state: State, *, now: datetime, why: str) -> Plan | None:
    """Return the note about a quiet that came to nothing; marks of standing are nobody's to read.

    Tags on which agents waited are of the version before `Mute`; some may still be under way.
    """
    if not effect.ticket_id or state not in (State.REFUSED, State.WITHDRAWN, State.UNCERTAIN):
        return None
    quiet = effect.quiet if isinstance(effect, Mute) else Quiet.TAG
    text = _NOT_SILENCED[quiet].format(tag=effect.tag, why=why)
    return Plan(effect=PostNote(ticket_id=effect.ticket_id, text=text, about=f"{effect.key}:{state}"), due_at=now)


def _templates(effect: Effect) -> Mapping[State, str]:
    if isinstance(effect, RefundOrder):
        return _CREDIT if effect.way is Way.CREDIT else _REFUND
    return _OTHERS.get(type(effect), {})


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
