"""A customer for whom no machine decides: rules look away, and people may be as kind as they like."""

from app.domain.effects import AddGiftLine, Effect, MarkInHelpdesk, SendGift, SendGiftOrder, TagCustomer
from app.domain.facts import Standing

CODE = "opted_out"
WHY = "Nothing automatic is done for this customer."
BY_HAND = "This customer wants nothing automatic; an act of yours is well."


def refused(standing: Standing | None) -> tuple[str, str] | None:
    """Return why no rule may act for the customer, as (code, sentence); None when all may."""
    return (CODE, WHY) if standing is not None and standing.let_alone else None


def gives_or_marks(effect: Effect) -> bool:
    """Return whether the deed is what such a customer is spared: what takes a mark off, or a gift back, is not."""
    match effect:
        case TagCustomer():
            return effect.present
        case MarkInHelpdesk():
            return effect.special
        case AddGiftLine() | SendGift():
            return effect.ticket_id is None  # an agent's is a person's act
        case SendGiftOrder():
            return True
        case _:
            return False
