"""Every decision kept, with its why or why-not; and what earlier deeds tell the next decision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.domain.decisions import Decision as DomainDecision
from app.domain.effects import State
from app.domain.facts import DoneElsewhere, FlowersBefore, RefundsBefore
from app.domain.gifts import GiftKind
from app.store.base import Base, insert
from app.store.tables import Decision, Effect

_DECISIONS = Base.metadata.tables[Decision.__tablename__]
# What was given, or is certain enough to be given that another would be one too many.
UNDER_WAY = (State.AWAITING, State.PLANNED, State.SENDING, State.UNCERTAIN)
GIVEN = (*UNDER_WAY, State.DONE)
# What the catalogue knows as gifts may be sent without it as well, by deeds with the very same keys.
_BY_ITSELF = {GiftKind.FLOWERS: "send_flowers", GiftKind.CARD: "write_card"}


def keep(
    session: Session,
    decision: DomainDecision,
    *,
    shop_id: int,
    delivery_id: int | None,
    mode: str,
    now: datetime,
) -> int:
    """Write the decision down; return its id."""
    said, modes = [(decision, delivery_id)], {decision.rule: mode}
    (decision_id,) = keep_all(session, said, shop_id=shop_id, modes=modes, now=now)
    return decision_id


def keep_all(
    session: Session,
    said: Sequence[tuple[DomainDecision, int | None]],
    *,
    shop_id: int,
    modes: Mapping[str, str],
    now: datetime,
) -> list[int]:
    """Write decisions down, no two of one rule about one subject, each with its delivery; return their ids.

    `modes` are those of their rules.
    """
    rows = [
        {
            "shop_id": shop_id,
            "delivery_id": delivery_id,
            "rule": decision.rule,
            "mode": modes[decision.rule],
            "subject": decision.subject,
            "code": decision.code,
            "because": decision.because,
            "decided_at": now,
        }
        for decision, delivery_id in said
    ]
    if not rows:
        return []
    # Found again by what they are about: SQLite would have to be asked row by row to answer in their order.
    statement = insert(session, _DECISIONS).returning(_DECISIONS.c.rule, _DECISIONS.c.subject, _DECISIONS.c.id)
    ids = {(rule, subject): number for rule, subject, number in session.execute(statement, rows)}
    return [ids[decision.rule, decision.subject] for decision, _ in said]


def just_said(
    session: Session, said: Collection[DomainDecision], *, shop_id: int, modes: Mapping[str, str]
) -> list[DomainDecision]:
    """Return those decisions that were their rule's newest word about their subject already."""
    subjects = {decision.subject for decision in said}
    last = (
        select(func.max(Decision.id).label("id"))
        .where(Decision.shop_id == shop_id, Decision.subject.in_(subjects), Decision.rule.in_(modes))
        .group_by(Decision.subject, Decision.rule)
        .subquery()
    )
    newest = select(Decision.rule, Decision.subject, Decision.code, Decision.because, Decision.mode)
    rows = session.execute(newest.join(last, Decision.id == last.c.id).where(Decision.shop_id == shop_id))
    words = {tuple(row) for row in rows}
    return [each for each in said if (each.rule, each.subject, each.code, each.because, modes[each.rule]) in words]


def keep_refunds(session: Session, *, shop_id: int, customer_id: int | None, since: datetime) -> int:
    """Return how many refunds without return the customer had since then, or has coming."""
    if customer_id is None:
        return 0
    statement = select(func.count()).where(
        Effect.shop_id == shop_id,
        Effect.kind == "refund_order",
        Effect.customer_id == customer_id,
        Effect.created_at >= since,
        Effect.state.in_(GIVEN),
    )
    return session.scalar(statement) or 0


def refunds_before(
    session: Session, *, shop_id: int, order_id: int, customer_id: int | None, since: datetime, day_start: datetime
) -> RefundsBefore:
    """Return what was given back, or is about to be: on the order, to the customer since then, in the shop today.

    True until the transaction ends for whoever holds the shop (`orders.lock`): agents who press at once stand in line.
    """
    amount = Effect.cost_minor
    on_order, theirs = Effect.order_id == order_id, and_(Effect.customer_id == customer_id, Effect.created_at >= since)
    today = Effect.created_at >= day_start
    sums = [func.coalesce(func.sum(case((of, amount))), 0) for of in (on_order, theirs, today)]
    statement = select(*sums, func.count(case((today, 1)))).where(
        Effect.shop_id == shop_id,
        Effect.kind == "refund_order",
        Effect.state.in_(GIVEN),
        or_(on_order, theirs, today),
    )
    row = session.execute(statement).one()
    return RefundsBefore(
        on_order_minor=int(row[0]), to_customer_minor=int(row[1]), today_minor=int(row[2]), today=int(row[3])
    )


def flowers_before(
    session: Session, *, shop_id: int, customer_id: int | None, since: datetime, day_start: datetime
) -> FlowersBefore:
    """Return how many flowers were sent, or are about to be: to the customer since then, in the shop today.

    True for as long as `refunds_before` is.
    """
    theirs, today = and_(Effect.customer_id == customer_id, Effect.created_at >= since), Effect.created_at >= day_start
    by_others = and_(Effect.kind == "send_gift", Effect.payload["what"].as_string() == GiftKind.FLOWERS.value)
    statement = select(func.count(case((theirs, 1))), func.count(case((today, 1)))).where(
        Effect.shop_id == shop_id,
        or_(Effect.kind == "send_flowers", by_others),
        Effect.state.in_(GIVEN),
        or_(theirs, today),
    )
    row = session.execute(statement).one()
    return FlowersBefore(to_customer=int(row[0]), today=int(row[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What the same act on the same ticket came to before: amounts (minor units) that live, and how many do not."""

    live: tuple[int, ...]
    ended: int


def earlier(
    session: Session,
    *,
    shop_id: int,
    gesture: str,
    ticket_id: str,
    order_id: int | None = None,
    what: GiftKind | None = None,
) -> Earlier:
    """Return what became of earlier deeds of that kind, for one order or for any; of a gift, `what` it is.

    Flowers are flowers, and a card is a card, be they of the catalogue or not: they have one key.
    """
    like = _of_one_key(gesture, what)
    statement = select(Effect.state, Effect.cost_minor, like.label("counts")).where(
        Effect.shop_id == shop_id, or_(Effect.kind == gesture, like), Effect.ticket_id == ticket_id
    )
    if order_id is not None:
        statement = statement.where(Effect.order_id == order_id)
    rows = session.execute(statement.order_by(Effect.id)).all()
    live = tuple(row.cost_minor or 0 for row in rows if row.state in GIVEN)
    return Earlier(live=live, ended=sum(1 for row in rows if row.state not in GIVEN and row.counts))


def refunds_elsewhere(session: Session, *, shop_id: int, order_id: int, ticket_id: str) -> tuple[DoneElsewhere, ...]:
    """Return what other tickets gave back of the order, or are about to. True for as long as `refunds_before` is."""
    theirs = (Effect.kind == "refund_order", Effect.order_id == order_id, Effect.state.in_(GIVEN))
    return _elsewhere(session, theirs, shop_id, ticket_id)


def flowers_elsewhere(session: Session, *, shop_id: int, customer_id: int, ticket_id: str) -> tuple[DoneElsewhere, ...]:
    """Return the customer's flowers from other tickets that have not left. True for as long as `refunds_before` is."""
    theirs = (Effect.kind == "send_flowers", Effect.customer_id == customer_id, Effect.state.in_(UNDER_WAY))
    return _elsewhere(session, theirs, shop_id, ticket_id)


def waiting_flowers(session: Session, *, shop_id: int, ticket_id: str) -> tuple[str, ...]:
    """Return the keys of the ticket's flowers that can still be taken back."""
    statement = select(Effect.key).where(
        Effect.shop_id == shop_id,
        Effect.kind == "send_flowers",
        Effect.ticket_id == ticket_id,
        Effect.state.in_((State.AWAITING, State.PLANNED)),
    )
    # Held, so that what is said of them stays true: none leaves while its withdrawal is decided.
    return tuple(session.scalars(statement.order_by(Effect.id).with_for_update()))


def _of_one_key(gesture: str, what: GiftKind | None) -> ColumnElement[bool]:
    """Return the condition for deeds whose keys are told apart by nothing but the number of those that ended."""
    by_itself = _BY_ITSELF.get(what) if gesture == "send_gift" and what else gesture
    alike = next((kind for kind, deed in _BY_ITSELF.items() if deed == by_itself), None)
    if alike is None:
        return Effect.kind == gesture
    of_the_catalogue = and_(Effect.kind == "send_gift", Effect.payload["what"].as_string() == alike.value)
    return or_(Effect.kind == by_itself, of_the_catalogue)


def _elsewhere(
    session: Session, theirs: tuple[ColumnElement[bool], ...], shop_id: int, ticket_id: str
) -> tuple[DoneElsewhere, ...]:
    statement = select(Effect.ticket_id, Effect.payload, Effect.cost_minor, Effect.state).where(
        Effect.shop_id == shop_id, Effect.ticket_id != ticket_id, *theirs
    )
    return tuple(
        DoneElsewhere(
            ticket_id=row.ticket_id,
            agent_name=row.payload["agent_name"],
            minor=row.cost_minor or 0,
            state=State(row.state),
        )
        for row in session.execute(statement.order_by(Effect.id))
    )
