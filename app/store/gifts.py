"""What customers were given so far, what is owed to them, and what an order carries already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, cast, func, literal, select
from sqlalchemy.orm import Session

from app.domain.effects import Gift, State
from app.domain.facts import GiftHistory
from app.domain.policy import Mode
from app.domain.rules.cool_down import MAKES_GOOD, TREATS
from app.domain.rules.gift_order import TOO_LATE
from app.store import orders
from app.store.decisions import GIVEN
from app.store.deeds import understood
from app.store.tables import Decision, Effect, Order
from app.store.undoing import STANDS, TAKEN_BACK

_KINDS = ("add_gift_line", "send_gift_order")
_STILL_HERE = (State.AWAITING, State.PLANNED)
_PERHAPS_OUT = (State.SENDING, State.UNCERTAIN, State.DONE)
Gifted = Row[*tuple[Any, ...]]  # of the ledger, a gift's, with these columns
_GIFTED = (
    *(Effect.id, Effect.key, Effect.kind, Effect.rule, Effect.state, Effect.code, Effect.payload),
    *(Effect.customer_id, Effect.order_id, Effect.due_at, Effect.created_at, Effect.ended_at),
    *(Effect.ticket_id, Effect.cost_minor, Effect.reason),
)
_NO = ("declined", "withdrawn", "merged")  # codes of gifts that somebody would not have, by whichever parcel


def histories(
    session: Session,
    *,
    shop_id: int,
    buyers: Mapping[int, int | None],
    rule: str,
    day_start: datetime,
    since: datetime | None = None,
) -> dict[int, GiftHistory]:
    """Return, for each order, what it, its buyer, and this day since `day_start`, were given.

    No customer may be the buyer of two of them. Nothing from before `since` may act.
    """
    order_ids, customers = list(buyers), {buyer for buyer in buyers.values() if buyer is not None}
    here = _on(session, shop_id, order_ids, rule)
    theirs = _theirs(session, shop_id, customers) if customers else {}
    missed = _never_planned(session, shop_id, order_ids, customers, rule) if customers else {}
    numbers = orders.ordinals(session, shop_id=shop_id, order_ids=order_ids)
    today = _today(session, shop_id, rule, day_start)
    return {
        order_id: _history(
            numbers.get(order_id),
            here.get(order_id, ()),
            [gift for gift in theirs.get(buyer, ()) if gift.kind in _KINDS and gift.order_id != order_id],
            _treated(theirs.get(buyer, ()), rule),
            missed.get(buyer),
            rule=rule,
            elsewhere_today=today - _since(day_start, here.get(order_id, ())),
            since=since,
        )
        for order_id, buyer in buyers.items()
    }


def history(
    session: Session,
    *,
    shop_id: int,
    order_id: int,
    customer_id: int | None,
    rule: str,
    day_start: datetime,
    since: datetime | None = None,
) -> GiftHistory:
    """Return what one order, its customer, and this day since `day_start`, were given."""
    buyers = {order_id: customer_id}
    found = histories(session, shop_id=shop_id, buyers=buyers, rule=rule, day_start=day_start, since=since)
    return found[order_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamGifts:
    """What agents slipped into one order, or are about to (minor units), and how often that came to nothing.

    `given` are the variants that its customer was given, by whomever, with whichever order.
    """

    live: tuple[int, ...] = ()
    ended: int = 0
    given: frozenset[int] = frozenset()


def of_team(session: Session, *, shop_id: int, order_id: int, customer_id: int) -> TeamGifts:
    """Return what agents slipped into an order. True until the transaction ends for whoever holds the shop."""
    treats = _theirs(session, shop_id, {customer_id}).get(customer_id, ())
    gifts = [treat for treat in treats if treat.kind in _KINDS]
    here = [gift for gift in gifts if gift.order_id == order_id and gift.ticket_id is not None]
    live = tuple(gift.cost_minor or 0 for gift in here if _stands(gift))
    given = frozenset(gift.payload["variant_id"] for gift in gifts if _stands(gift))
    return TeamGifts(live=live, ended=len(here) - len(live), given=given)


def _history(
    number: int | None,
    here: Sequence[Gifted],
    elsewhere: Sequence[Gifted],
    treated: datetime | None,
    missed: datetime | None,
    *,
    rule: str,
    elsewhere_today: int,
    since: datetime | None,
) -> GiftHistory:
    given = [gift for gift in elsewhere if _stands(gift)]
    live = [gift for gift in here if gift.state in GIVEN]
    return GiftHistory(
        ordinal=number,
        # Nobody gets the same thing twice, whichever rule gave it first.
        given_variants=frozenset(gift.payload["variant_id"] for gift in given),
        last_gift_at=max((gift.due_at for gift in given if gift.rule == rule), default=None),
        last_treat_at=treated,
        gifts_today=elsewhere_today,
        owed=_owed([gift for gift in elsewhere if gift.rule == rule], missed),
        given_here=bool(live),
        unwished=any(gift.state == State.WITHDRAWN and gift.code in _NO for gift in here),
        waiting_here=tuple(gift.key for gift in live if gift.state in _STILL_HERE),
        left_here=tuple(_gift(gift) for gift in live if gift.state in _PERHAPS_OUT and gift.code != TAKEN_BACK),
        since=since,
    )


def _on(session: Session, shop_id: int, order_ids: Sequence[int], rule: str) -> dict[int | None, list[Gifted]]:
    """Return what each order carries, or carried until it was taken back: nothing is given to it a second time."""
    these = select(*_GIFTED).where(*_gifts(shop_id), Effect.rule == rule, Effect.order_id.in_(order_ids))
    # Held, so that none of them passes the gate while it is decided whether it is withdrawn or has to be undone.
    return _by("order_id", session.execute(these.order_by(Effect.id).with_for_update()).all())


def _theirs(session: Session, shop_id: int, customers: Collection[int]) -> dict[int | None, list[Gifted]]:
    """Return each customer's gifts, and what else they were treated to, whatever became of it."""
    treats = (Effect.shop_id == shop_id, Effect.kind.in_(TREATS))
    theirs = select(*_GIFTED).where(*treats, Effect.customer_id.in_(customers))
    return _by("customer_id", session.execute(theirs.order_by(Effect.id)).all())


def _treated(theirs: Sequence[Gifted], rule: str) -> datetime | None:
    """Return when the customer was last given something that is not the rule's, and did not make anything good."""
    others = [each for each in theirs if each.rule != rule and each.reason not in MAKES_GOOD and _stands(each)]
    return max((each.due_at for each in others), default=None)


def _by(name: str, rows: Sequence[Gifted]) -> dict[int | None, list[Gifted]]:
    found: dict[int | None, list[Gifted]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def _today(session: Session, shop_id: int, rule: str, day_start: datetime) -> int:
    given = (*_gifts(shop_id), Effect.rule == rule, Effect.state.in_(GIVEN), STANDS)
    return session.scalar(select(func.count()).where(*given, Effect.created_at >= day_start)) or 0


def _gift(row: Gifted) -> Gift:
    gift = understood(row)
    if not isinstance(gift, Gift):
        raise TypeError(f"effect {row.id} is no gift")
    return gift


def _owed(elsewhere: Sequence[Gifted], never_planned: datetime | None) -> bool:
    """Return whether a gift came too late for another parcel, and none was given since."""
    dropped = [gift.ended_at for gift in elsewhere if gift.state == State.WITHDRAWN and gift.code == TOO_LATE]
    missed = max((moment for moment in (*dropped, never_planned) if moment is not None), default=None)
    return missed is not None and not any(_stands(gift) and gift.created_at >= missed for gift in elsewhere)


def _never_planned(
    session: Session, shop_id: int, order_ids: Sequence[int], customers: Collection[int], rule: str
) -> dict[int | None, datetime]:
    """Return when another parcel of each customer was last seen to have left before its gift could even be planned."""
    planned = select(Effect.id).where(*_gifts(shop_id), Effect.rule == rule, Effect.order_id == Order.order_id)
    # The first sighting counts: a parcel that is seen again on its way was not missed again.
    sighted = select(func.min(Decision.decided_at)).where(
        Decision.shop_id == shop_id,
        Decision.subject == literal("order:").concat(cast(Order.order_id, String)),
        Decision.rule == rule,
        Decision.code == TOO_LATE,
        Decision.mode != Mode.OBSERVE,
    )
    theirs = (Order.shop_id == shop_id, Order.customer_id.in_(customers), Order.order_id.not_in(order_ids))
    # Asked order by order: from a decision there is no short way to its order.
    sightings = select(Order.customer_id, sighted.scalar_subquery().label("first")).where(*theirs, ~planned.exists())
    found = sightings.subquery()
    latest = select(found.c.customer_id, func.max(found.c.first)).where(found.c.first.is_not(None))
    return dict(session.execute(latest.group_by(found.c.customer_id)).all())


def _since(moment: datetime, gifts: Sequence[Gifted]) -> int:
    return sum(_stands(gift) and gift.created_at >= moment for gift in gifts)


def _stands(gift: Gifted) -> bool:
    return gift.state in GIVEN and gift.code != TAKEN_BACK


def _gifts(shop_id: int) -> tuple[ColumnElement[bool], ...]:
    return Effect.shop_id == shop_id, Effect.kind.in_(_KINDS)
