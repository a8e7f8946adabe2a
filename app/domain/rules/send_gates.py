"""What a person must see to before flowers, a card or a gift leaves, by the world as it is in its hour.

What they have said yes to is not asked again: of two questions that came together the row bears the later one's code,
and their yes was to both. What can be put right, an address and a price, is looked at each time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.addresses import Address
from app.domain.effects import SendGift, Sending
from app.domain.facts import Order, Standing
from app.domain.gifts import GiftKind
from app.domain.money import Money
from app.domain.rules import gift_order, hard_time

CAREFUL, HARD_TIME, ADDRESS, DEARER = "disputed", "since_hard", "address", "dearer"
_IN_ORDER = (CAREFUL, HARD_TIME, ADDRESS, DEARER)
_CAN_BE_PUT_RIGHT = frozenset({ADDRESS, DEARER})
# Who presses for flowers and for silence means both, whichever comes first: by their finger, or by the worker that is
# quicker.
_ONE_SITTING = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What waits for a person's yes, as (code, sentence); `cost` is what it costs by now, where that is in question."""

    code: str
    why: str
    cost: Money | None = None


def careful(order: Order | None) -> Question | None:
    """Return that somebody should look first at an order whose payment is in question."""
    if order is None or not (order.disputed or order.risky):
        return None
    why = (
        f"The payment of {order.name} is disputed."
        if order.disputed
        else f"The store advises caution with {order.name}."
    )
    return Question(code=CAREFUL, why=why)


def since_hard(sending: Sending, standing: Standing | None, *, planned_at: datetime, now: datetime) -> Question | None:
    """Return that words of a better time should be read again, for somebody to whom something happened since."""
    if (
        standing is None
        or hard_time.refused(standing, now) is None
        or (isinstance(sending, SendGift) and sending.sympathy)
    ):
        return None
    knew_until = planned_at + (_ONE_SITTING if _was_pressed(sending) else timedelta())
    if standing.sensitive_since is not None and standing.sensitive_since <= knew_until:
        return None
    return Question(code=HARD_TIME, why="Since this was planned it has become a hard time for them. Do its words fit?")


def _was_pressed(sending: Sending) -> bool:
    """Return whether a person chose it with a ticket before their eyes; else a rule or a campaign gives it."""
    return sending.ticket_id is not None


def address(what: GiftKind, to: Address | None) -> Question | None:
    """Return what is wrong with where it goes. A company needs no name beside its own, and a card may go to a box."""
    named = to and replace(to, name=to.name or to.company)
    why = gift_order.incomplete(named) if what is GiftKind.CARD else gift_order.undeliverable(named)
    return None if why is None else Question(code=ADDRESS, why=why)


def dearer(total: Money, aside: Money) -> Question | None:
    """Return that it costs more by now than was set aside, with what it costs."""
    if total.currency != aside.currency or total <= aside:
        return None
    return Question(code=DEARER, why=f"It costs {total} by now, and {aside} was set aside.", cost=total)


def together(found: Iterable[Question | None], *, said_yes_to: str | None) -> Question | None:
    """Return all that is open in one question, so that one yes is enough; `said_yes_to` is the code that was asked."""
    known = _IN_ORDER[: _IN_ORDER.index(said_yes_to) + 1] if said_yes_to in _IN_ORDER else ()
    open_ones = [each for each in found if each and (each.code not in known or each.code in _CAN_BE_PUT_RIGHT)]
    if not open_ones:
        return None
    why, last = " ".join(each.why for each in open_ones), max(open_ones, key=lambda each: _IN_ORDER.index(each.code))
    return Question(code=last.code, why=why, cost=last.cost)
