"""Conditions on ledger rows, asked in the very statement that moves a row: nothing can change between look and leap."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.domain.effects import State
from app.domain.facts import Yardstick
from app.domain.rules import special_customer
from app.store import doors, pulse, switch
from app.store.base import Moment
from app.store.deeds import IN_HANDS, KINDS, PENDING, Deed
from app.store.tables import Customer, Effect, Shop

EDITS = ("add_gift_line", "take_back_gift_line")  # kinds that open an edit of an order in the store
MARKS = ("tag_customer", "mark_in_helpdesk")  # kinds that show a customer's standing, or show it no longer
_AT_LARGE = (State.SENDING, State.UNCERTAIN)
_ENDED = (State.DONE, State.REFUSED, State.WITHDRAWN, State.OVER_BUDGET, State.OBSERVED)
# What a statement that is put together once is told each time it is sent.
NOW: BindParameter[datetime] = bindparam("at_the_moment", type_=Moment)
# A condition that is given no deeds holds for those that its statement is told of, by `told`.
TRIES: BindParameter[tuple[int, int]] = bindparam("these_tries", expanding=True)
SENDS: BindParameter[tuple[int, int]] = bindparam("these_sends", expanding=True)
When = datetime | BindParameter[datetime]


def mine(*deeds: Deed) -> ColumnElement[bool]:
    """Hold for the worker whose try this is: the try counts for a planned row, the send for a sent one."""
    return or_(picked(*deeds), sent(*deeds))


def picked(*deeds: Deed) -> ColumnElement[bool]:
    tries = tuple_(Effect.id, Effect.attempts).in_([(deed.id, deed.attempts) for deed in deeds] or TRIES)
    return and_(Effect.state == State.PLANNED, tries)


def sent(*deeds: Deed) -> ColumnElement[bool]:
    return and_(Effect.state.in_((State.SENDING, State.UNCERTAIN)), _sends_of(deeds))


def believed(*deeds: Deed) -> ColumnElement[bool]:
    """Hold for whoever says that it is done.

    Whoever truly sent it is believed even after the row was put back: better late news than a second deed.
    """
    return or_(and_(Effect.state == State.PLANNED, Effect.sends > 0, _sends_of(deeds)), mine(*deeds))


def passable(*deeds: Deed, now: When) -> ColumnElement[bool]:
    """Hold for a picked deed that may go out this very moment."""
    return and_(picked(*deeds), open_for_business(now), ~crossed())


def on_its_way() -> ColumnElement[bool]:
    """Hold for what is done and may yet fail."""
    return and_(Effect.state == State.DONE, Effect.code == PENDING)


def due_by(now: When) -> ColumnElement[bool]:
    """Hold for what can be taken a step further; what only another version understands is left to it."""
    ours = and_(Effect.kind.in_(KINDS), Effect.state.in_((State.PLANNED, State.UNCERTAIN, State.DONE)))
    return and_(Effect.next_try_at <= now, ours, ~held_back(), ~crossed())


def decided_together(effect_id: int, shop_id: int) -> ColumnElement[bool]:
    """Hold for a row and for all that were planned by the same decision."""
    one = aliased(Effect)
    decision = select(one.decision_id).where(one.id == effect_id, one.shop_id == shop_id)
    same = or_(Effect.id == effect_id, Effect.decision_id == decision.scalar_subquery())
    return and_(Effect.shop_id == shop_id, same)


def held_back() -> ColumnElement[bool]:
    """Hold a row back until its forerunner has ended, whatever became of that one.

    Nothing waits for a quiet of which only a person can find out what became.
    """
    first = aliased(Effect)
    left = and_(first.kind == "mute", first.state == State.UNCERTAIN, first.next_try_at.is_(None))
    unfinished = select(first.id).where(
        first.shop_id == Effect.shop_id, first.key == Effect.after_key, first.state.not_in(_ENDED), ~left
    )
    return and_(Effect.after_key.is_not(None), unfinished.exists())


def crossed() -> ColumnElement[bool]:
    """Hold back what would cross another of ours that is under way or in doubt.

    Of an order's edits one makes the other stale. Of a customer's marks, on and off, and of their cards, the later must
    have the last word.
    """
    other = aliased(Effect)
    under_way = (other.shop_id == Effect.shop_id, other.id != Effect.id, other.state.in_(_AT_LARGE))
    edit = select(other.id).where(*under_way, other.order_id == Effect.order_id, other.kind.in_(EDITS))
    theirs = (other.customer_id == Effect.customer_id, other.kind == Effect.kind, other.rule == special_customer.RULE)
    mark = select(other.id).where(*under_way, *theirs)
    is_mark = and_(Effect.kind.in_(MARKS), Effect.rule == special_customer.RULE)
    card = select(other.id).where(*under_way, other.customer_id == Effect.customer_id, other.kind == "push_card")
    crossing = or_(
        and_(Effect.kind.in_(EDITS), edit.exists()),
        and_(is_mark, mark.exists()),
        and_(Effect.kind == "push_card", card.exists()),
    )
    return and_(Effect.state == State.PLANNED, crossing)


def by_hand() -> ColumnElement[bool]:
    """Hold for what a person is to do with their own hands, and has not said yet that it was done."""
    theirs = or_(Effect.kind == "write_card", Effect.code == IN_HANDS)
    return and_(theirs, Effect.state == State.UNCERTAIN, Effect.next_try_at.is_(None))


def for_one_let_alone() -> ColumnElement[bool]:
    """Hold for deeds for a customer for whom nothing automatic is done."""
    theirs = (Customer.shop_id == Effect.shop_id, Customer.customer_id == Effect.customer_id)
    return select(Customer.customer_id).where(*theirs, Customer.let_alone_since.is_not(None)).exists()


def outdated(yardstick: Yardstick, now: datetime) -> ColumnElement[bool]:
    """Hold for deeds for a customer who was to be marked and never was, and is below this measure by now."""
    theirs = (Customer.shop_id == Effect.shop_id, Customer.customer_id == Effect.customer_id)
    silent = Customer.last_order_at < now - timedelta(days=yardstick.active_days)
    below = or_(Customer.net_minor < yardstick.threshold.minor, silent)
    return select(Customer.customer_id).where(*theirs, Customer.special, ~Customer.marked, below).exists()


def open_for_business(now: When) -> ColumnElement[bool]:
    """Ask in the very statement that moves the row whether the shop is in, its door open, no switch thrown.

    What is to be sent asks as well whether this database may be an old copy.
    """
    willing = (Shop.paused.is_(False), Shop.uninstalled_at.is_(None), doors.are_open(now), ~switch.is_thrown())
    return and_(select(Shop.id).where(Shop.id == Effect.shop_id, *willing).exists(), pulse.is_trusted())


def told(deeds: Sequence[Deed]) -> dict[str, list[tuple[int, int]]]:
    """Return what a statement that was given no deeds is told of these."""
    return {
        TRIES.key: [(deed.id, deed.attempts) for deed in deeds],
        SENDS.key: [(deed.id, deed.sends) for deed in deeds],
    }


def _sends_of(deeds: Sequence[Deed]) -> ColumnElement[bool]:
    return tuple_(Effect.id, Effect.sends).in_([(deed.id, deed.sends) for deed in deeds] or SENDS)
