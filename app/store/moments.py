"""Whose moment has come, and what was given for it before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.effects import State
from app.domain.facts import Given
from app.domain.moments import Birthday
from app.domain.rules.cool_down import MAKES_GOOD, TREATS
from app.store import birthdays
from app.store.day_tables import Birthday as KeptBirthday
from app.store.day_tables import LateOrder
from app.store.decisions import GIVEN
from app.store.tables import Customer, Effect, Order
from app.store.undoing import STANDS

_OCCASION = Effect.payload["occasion"].as_string()
_WAITS = (State.AWAITING, State.PLANNED)
Span = tuple[datetime, datetime]  # from the first moment to before the second


def first_ordered(
    session: Session, *, shop_id: int, within: Sequence[Span], active_since: datetime, limit: int
) -> dict[int, datetime]:
    """Return who ordered first within these spans and has ordered lately, and when; those who spent most.

    Span by span: each is a short piece of an index, and all in one would be a look at everybody.
    """
    found: list[tuple[int, int, datetime]] = []
    for begin, end in within:
        theirs = select(Customer.net_minor, Customer.customer_id, Customer.first_order_at).where(
            Customer.shop_id == shop_id,
            Customer.first_order_at >= begin,
            Customer.first_order_at < end,
            Customer.customer_id > 0,  # nobody's alias
            Customer.last_order_at >= active_since,
        )
        rows = session.execute(theirs.order_by(Customer.net_minor.desc(), Customer.customer_id).limit(limit))
        found += [(-row.net_minor, row.customer_id, row.first_order_at) for row in rows]
    return {customer_id: at for _, customer_id, at in sorted(found)[:limit]}


def oldest_order(session: Session, *, shop_id: int) -> datetime | None:
    """Return when anybody ordered first."""
    return session.scalar(select(func.min(Customer.first_order_at)).where(Customer.shop_id == shop_id))


def ordered_before(session: Session, *, shop_id: int, order_ids: Collection[int]) -> dict[int, datetime]:
    """Return when the customer of each order had last bought something before it; nothing of first orders."""
    earlier = aliased(Order)
    bought = and_(
        earlier.shop_id == Order.shop_id,
        earlier.customer_id == Order.customer_id,
        earlier.counted,
        earlier.processed_at < Order.processed_at,
    )
    these = (Order.shop_id == shop_id, Order.order_id.in_(order_ids))
    last = select(Order.order_id, func.max(earlier.processed_at)).join(earlier, bought).where(*these)
    return dict(session.execute(last.group_by(Order.order_id)).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheWay:
    """What is known of the days before one customer, and what they wait for; `late` is the name of an order."""

    birthday: Birthday | None = None
    late: str = ""
    treated_at: datetime | None = None


def on_the_way(session: Session, *, shop_id: int, customer_id: int) -> OnTheWay:
    """Return what decides when a customer may be treated next."""
    treated = select(func.max(Effect.due_at)).where(
        Effect.shop_id == shop_id,
        Effect.customer_id == customer_id,
        Effect.kind.in_(TREATS),
        Effect.state.in_(GIVEN),
        STANDS,
        or_(Effect.reason.is_(None), Effect.reason.not_in(MAKES_GOOD)),
    )
    late = (
        select(Order.name)
        .join(LateOrder, and_(LateOrder.shop_id == Order.shop_id, LateOrder.order_id == Order.order_id))
        .where(Order.shop_id == shop_id, Order.customer_id == customer_id, LateOrder.arrived_at.is_(None))
        .order_by(Order.processed_at, Order.order_id)
        .limit(1)
    )
    theirs = and_(KeptBirthday.shop_id == Customer.shop_id, KeptBirthday.customer_id == Customer.customer_id)
    asked = (
        select(
            *(KeptBirthday.month_day, KeptBirthday.said_at),
            treated.scalar_subquery().label("treated_at"),
            late.scalar_subquery().label("late"),
        )
        .select_from(Customer)
        .outerjoin(KeptBirthday, theirs)
        .where(Customer.shop_id == shop_id, Customer.customer_id == customer_id)
    )
    row = session.execute(asked).one_or_none()
    if row is None:
        return OnTheWay()
    birthday = None if row.month_day is None else birthdays.read(row.month_day, row.said_at)
    return OnTheWay(birthday=birthday, late=row.late or "", treated_at=row.treated_at)


def given(
    session: Session, *, shop_id: int, rule: str, occasions: Mapping[int, str], day_start: datetime
) -> dict[int, Given]:
    """Return what each customer was given before, for this occasion of theirs and at all. True as `gifts.histories` is.

    What a rule only watched was given to nobody; what somebody took back or said no to had its occasion.
    """
    theirs = select(
        *(Effect.customer_id, Effect.key, Effect.state, Effect.code, Effect.reason, Effect.due_at),
        _OCCASION.label("occasion"),
        STANDS.label("stands"),
    ).where(Effect.shop_id == shop_id, Effect.customer_id.in_(list(occasions)), Effect.kind.in_(TREATS))
    found: dict[int, list[tuple[bool, str, str, datetime | None]]] = {number: [] for number in occasions}
    for row in session.execute(theirs):
        here = row.occasion == occasions[row.customer_id]
        treated = not here and row.state in GIVEN and row.stands and row.reason not in MAKES_GOOD
        found[row.customer_id].append((here, row.key, row.state, row.due_at if treated else None))
    today = _today(session, shop_id, rule, day_start)
    return {
        number: Given(
            once=any(here and state != State.OBSERVED for here, _, state, _ in rows),
            watched=any(here and state == State.OBSERVED for here, _, state, _ in rows),
            waiting=tuple(key for here, key, state, _ in rows if here and state in _WAITS),
            last_treat_at=max((at for *_, at in rows if at is not None), default=None),
            today=today,
        )
        for number, rows in found.items()
    }


def _today(session: Session, shop_id: int, rule: str, day_start: datetime) -> int:
    done = (Effect.shop_id == shop_id, Effect.rule == rule, Effect.kind.in_(TREATS), Effect.state.in_(GIVEN), STANDS)
    made = select(func.count()).where(*done, Effect.created_at >= day_start)
    return session.scalar(made) or 0
