"""Who is on a campaign's list: looked for among all customers, frozen, and followed to what became of each gift."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, delete, func, or_, select, true, update
from sqlalchemy import Row as Found
from sqlalchemy.orm import Session

from app.domain import turns
from app.domain.campaigns import Candidate, Entrant, Place, Stage
from app.domain.effects import State
from app.domain.rules.cool_down import MAKES_GOOD, TREATS
from app.store.ask_tables import AddressAsk
from app.store.base import Base, insert
from app.store.campaign_tables import Campaign
from app.store.campaign_tables import CampaignPerson as Row
from app.store.care_tables import Care
from app.store.decisions import GIVEN
from app.store.sending_tables import Sending
from app.store.tables import Customer, Effect, Order
from app.store.undoing import STANDS

_PEOPLE = Base.metadata.tables[Row.__tablename__]
_STILL_HERE = (State.AWAITING, State.PLANNED)
MAY_BE = ""  # the code of those who may be given something


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Somebody on a frozen list, and what became of their gift. `net_now_minor` is what they spent by now."""

    place: int
    customer_id: int
    net_minor: int
    tenure_days: int
    last_order_at: datetime
    poorer: int
    newer: int
    held_out: bool
    code: str
    because: str
    effect_id: int | None
    state: State | None
    why: str
    sent: str
    cost_minor: int | None
    net_now_minor: int | None

    @property
    def has_lost(self) -> bool:
        """Whether money was given back to them since, or an order of theirs was cancelled: shown, and no more."""
        return self.net_now_minor is not None and self.net_now_minor < self.net_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """So many of a list who stand alike: held out, passed over under a code, or by their deed's state."""

    count: int
    held_out: bool
    waits: bool
    code: str
    state: State | None
    sent: str
    cost_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A door in doubt of somebody on a list, who is to be asked until then."""

    customer_id: int
    effect_id: int
    until: datetime
    reminded: bool


def left_out(
    session: Session, *, shop_id: int, active_since: datetime, treated_since: datetime, now: datetime
) -> dict[str, int]:
    """Return how many customers who ever bought may be given something, and how many may not, by why."""
    why = _why(shop_id, active_since, treated_since, now)
    counts = (
        select(why.label("why"), func.count()).outerjoin(Care, _CARED_FOR).where(*_customers(shop_id)).group_by("why")
    )
    return {str(code): int(count) for code, count in session.execute(counts)}


def candidates(
    session: Session, *, shop_id: int, active_since: datetime, treated_since: datetime, now: datetime
) -> list[Candidate]:
    """Return all customers who may be given something, by their numbers."""
    fit = _why(shop_id, active_since, treated_since, now) == MAY_BE
    columns = (Customer.customer_id, Customer.net_minor, Customer.first_order_at, Customer.last_order_at)
    statement = (
        select(*columns).outerjoin(Care, _CARED_FOR).where(*_customers(shop_id), fit).order_by(Customer.customer_id)
    )
    return [
        Candidate(customer_id=customer_id, net_minor=net_minor, first_order_at=first or last, last_order_at=last)
        for customer_id, net_minor, first, last in session.execute(statement)
        if last is not None
    ]


def disputed(session: Session, *, shop_id: int, customer_ids: Collection[int] | None = None) -> frozenset[int]:
    """Return who has asked their bank for money back, and has not lost, as their orders were last seen.

    Of some customers, or of all.
    """
    back, digits = turns.looks_like("disputed")
    told = func.substr(Order.turns, func.length(Order.turns) - (back - 1), 1)
    theirs = [
        Order.shop_id == shop_id,
        Order.customer_id.is_not(None),
        Order.turns.is_not(None),
        told.in_(tuple(digits)),
    ]
    theirs += [] if customer_ids is None else [Order.customer_id.in_(customer_ids)]
    rows = session.execute(select(Order.customer_id, Order.turns).where(*theirs))
    return frozenset(who for who, text in rows if who is not None and text and turns.is_now(text, "disputed"))


def keep(session: Session, *, shop_id: int, campaign_id: int, entrants: Sequence[Entrant]) -> None:
    """Keep who may come to be on the list of one of the shop's drafts, in place of those before."""
    draft = (Campaign.shop_id == shop_id, Campaign.id == campaign_id, Campaign.stage == Stage.DRAFT)
    if session.scalar(select(Campaign.id).where(*draft)) is None:
        return
    session.execute(delete(Row).where(*_of(shop_id, campaign_id)))
    mine = {"shop_id": shop_id, "campaign_id": campaign_id}
    rows = [mine | {name: getattr(each, name) for name in _ENTRANT} for each in entrants]
    if rows:
        session.execute(insert(session, _PEOPLE), rows)


def contenders(session: Session, *, shop_id: int, campaign_id: int) -> list[Entrant]:
    """Return who may come to be on a draft's list."""
    columns = (_PEOPLE.c[name] for name in _ENTRANT)
    mine = (_PEOPLE.c.shop_id == shop_id, _PEOPLE.c.campaign_id == campaign_id)
    return [Entrant(**row) for row in session.execute(select(*columns).where(*mine)).mappings()]


def freeze(session: Session, *, shop_id: int, campaign_id: int, places: Sequence[Place]) -> None:
    """Let the list be these, each in their place, and nobody else."""
    mine = (
        _PEOPLE.c.shop_id == shop_id,
        _PEOPLE.c.campaign_id == campaign_id,
        _PEOPLE.c.customer_id == bindparam("who"),
    )
    stands = update(_PEOPLE).where(*mine).values(place=bindparam("at"), held_out=bindparam("spared"))
    rows = [{"who": each.entrant.customer_id, "at": each.number, "spared": each.held_out} for each in places]
    if rows:
        session.execute(stands, rows)
    session.execute(delete(Row).where(*_of(shop_id, campaign_id), Row.place.is_(None)))


def waiting(session: Session, *, shop_id: int, campaign_id: int, limit: int) -> list[int]:
    """Return whose turn is next, in the order of the list."""
    rows = select(Row.customer_id).where(*_of(shop_id, campaign_id), _waits()).order_by(Row.place).limit(limit)
    return list(session.scalars(rows))


def planned(session: Session, *, shop_id: int, campaign_id: int, keys: Mapping[int, str], now: datetime) -> None:
    """Write down which deed was planned for each, by the keys of those."""
    known = select(Effect.key, Effect.id).where(Effect.shop_id == shop_id, Effect.key.in_(keys.values()))
    ids = dict(session.execute(known).all())
    for customer_id, key in keys.items():
        _turned(session, shop_id, campaign_id, customer_id, planned_at=now, effect_id=ids.get(key))


def pass_over(
    session: Session, *, shop_id: int, campaign_id: int, customer_id: int, code: str, because: str, now: datetime
) -> None:
    """Write down why somebody is given nothing whose turn has come."""
    _turned(session, shop_id, campaign_id, customer_id, planned_at=now, code=code, because=because)


def heaps(session: Session, *, shop_id: int, campaign_id: int) -> list[Heap]:
    """Return how many of a frozen list stand how, and what those cost."""
    return _heaps(session, shop_id, Row.campaign_id == campaign_id).get(campaign_id, [])


def all_heaps(session: Session, *, shop_id: int) -> Mapping[int, list[Heap]]:
    """Return the same of every frozen list of the shop's."""
    return _heaps(session, shop_id, true())


def people(session: Session, *, shop_id: int, campaign_id: int, limit: int | None = None) -> list[Listed]:
    """Return a frozen list in its order, with what became of each gift."""
    columns = (*_LISTED, Effect.id, Effect.state, Effect.problem, Effect.cost_minor, Sending.status, Customer.net_minor)
    named = select(*(column.label(f"c{number}") for number, column in enumerate(columns)))
    theirs = and_(Customer.shop_id == shop_id, Customer.customer_id == Row.customer_id)
    rows = _followed(named, shop_id, Row.campaign_id == campaign_id).outerjoin(Customer, theirs).order_by(Row.place)
    return [_listed(row) for row in session.execute(rows.limit(limit))]


def still_to_leave(session: Session, *, shop_id: int, campaign_id: int, limit: int) -> list[str]:
    """Return the keys of a campaign's deeds that can still be withdrawn, some of them."""
    theirs = select(Row.effect_id).where(*_of(shop_id, campaign_id), Row.effect_id.is_not(None))
    here = (Effect.shop_id == shop_id, Effect.id.in_(theirs), Effect.state.in_(_STILL_HERE))
    return list(session.scalars(select(Effect.key).where(*here).order_by(Effect.id).limit(limit)))


def doubts(session: Session, *, shop_id: int, campaign_id: int) -> list[Doubt]:
    """Return whose door is in doubt and was not told yet, those who have the least time first."""
    theirs = select(Row.customer_id, AddressAsk.effect_id, AddressAsk.expires_at, AddressAsk.reminded_at)
    asked = (AddressAsk.shop_id == shop_id, AddressAsk.effect_id == Row.effect_id, AddressAsk.answered_at.is_(None))
    rows = theirs.join(AddressAsk, and_(*asked)).where(*_of(shop_id, campaign_id), AddressAsk.expires_at.is_not(None))
    return [
        Doubt(customer_id=customer_id, effect_id=effect_id, until=until, reminded=reminded is not None)
        for customer_id, effect_id, until, reminded in session.execute(rows.order_by(AddressAsk.expires_at, Row.place))
        if until is not None
    ]


def held_out(session: Session, *, shop_id: int, campaign_id: int) -> frozenset[int]:
    """Return who of a frozen list is given nothing, to compare the others with."""
    these = select(Row.customer_id).where(*_of(shop_id, campaign_id), Row.held_out)
    return frozenset(session.scalars(these))


def hand_over(session: Session, *, shop_id: int, kept: int, gone: int) -> None:
    """Let whoever was merged into another stand where they stood, unless the other is on that list as well."""
    there = select(Row.campaign_id).where(Row.shop_id == shop_id, Row.customer_id == kept)
    theirs = (Row.shop_id == shop_id, Row.customer_id == gone)
    quietly = {"synchronize_session": False}
    session.execute(delete(Row).where(*theirs, Row.campaign_id.in_(there)).execution_options(**quietly))
    session.execute(update(Row).where(*theirs).values(customer_id=kept).execution_options(**quietly))


def forget(session: Session, *, shop_id: int, customer_ids: Collection[int]) -> None:
    """Take customers off every list on which nothing was planned for them."""
    nothing = (Row.shop_id == shop_id, Row.customer_id.in_(customer_ids), Row.effect_id.is_(None))
    session.execute(delete(Row).where(*nothing).execution_options(synchronize_session=False))


def rename(session: Session, *, shop_id: int, number: int, alias: int) -> None:
    """Let somebody who is forgotten be on their lists as nobody: what was given, and what it cost, stays."""
    mine = update(Row).where(Row.shop_id == shop_id, Row.customer_id == number)
    nobody = mine.values(customer_id=alias, because=None)
    session.execute(nobody.execution_options(synchronize_session=False))


_CARED_FOR = (Care.shop_id == Customer.shop_id) & (Care.customer_id == Customer.customer_id)
_ENTRANT = ("customer_id", "net_minor", "tenure_days", "last_order_at", "poorer", "newer", "lot")
_LISTED = (Row.place, *(getattr(Row, name) for name in _ENTRANT[:-1]), Row.held_out, Row.code, Row.because)


def _customers(shop_id: int) -> tuple[ColumnElement[bool], ...]:
    """Hold for all who ever bought, and were not forgotten."""
    return Customer.shop_id == shop_id, Customer.customer_id > 0, Customer.orders > 0


def _why(shop_id: int, active_since: datetime, treated_since: datetime, now: datetime) -> ColumnElement[str]:
    """Return why a customer may not be given anything, the first of the reasons; MAY_BE for all others."""
    treated = select(Effect.customer_id).where(
        Effect.shop_id == shop_id,
        Effect.kind.in_(TREATS),
        Effect.customer_id.is_not(None),
        Effect.state.in_(GIVEN),
        STANDS,
        or_(Effect.reason.is_(None), Effect.reason.not_in(MAKES_GOOD)),
        Effect.due_at > treated_since,
    )
    return case(
        (or_(Customer.last_order_at.is_(None), Customer.last_order_at < active_since), "lapsed"),
        (Customer.let_alone_since.is_not(None), "opted_out"),
        (Care.sensitive_until > now, "sensitive"),
        (Customer.customer_id.in_(treated), "cool_down"),
        else_=MAY_BE,
    )


def _of(shop_id: int, campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    return Row.shop_id == shop_id, Row.campaign_id == campaign_id


def _waits() -> ColumnElement[bool]:
    return and_(Row.place.is_not(None), Row.held_out.is_(False), Row.planned_at.is_(None))


def _turned(session: Session, shop_id: int, campaign_id: int, customer_id: int, **values: object) -> None:
    mine = update(Row).where(*_of(shop_id, campaign_id), Row.customer_id == customer_id)
    session.execute(mine.values(values).execution_options(synchronize_session=False))


def _followed(
    statement: Select[*tuple[Any, ...]], shop_id: int, which: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """Return what is asked of frozen lists' people, beside their deeds and what their vendors say of those."""
    deed = and_(Effect.shop_id == shop_id, Effect.id == Row.effect_id)
    gift = and_(Sending.shop_id == shop_id, Sending.effect_id == Row.effect_id)
    people = statement.select_from(Row).outerjoin(Effect, deed).outerjoin(Sending, gift)
    return people.where(Row.shop_id == shop_id, which, Row.place.is_not(None))


def _heaps(session: Session, shop_id: int, which: ColumnElement[bool]) -> dict[int, list[Heap]]:
    alike = (Row.campaign_id, Row.held_out, Row.planned_at.is_(None), Row.code, Effect.state, Sending.status)
    sums = (func.count(), func.coalesce(func.sum(Effect.cost_minor), 0))
    found: dict[int, list[Heap]] = {}
    for row in session.execute(_followed(select(*alike, *sums), shop_id, which).group_by(*alike)):
        number, spared, waits, code, state, sent, count, cost = row
        heap = Heap(
            count=int(count),
            held_out=spared,
            waits=waits and not spared,
            code=code or "",
            state=None if state is None else State(state),
            sent=sent or "",
            cost_minor=int(cost),
        )
        found.setdefault(number, []).append(heap)
    return found


def _listed(row: Found[*tuple[Any, ...]]) -> Listed:
    *mine, effect_id, state, problem, cost, sent, net_now = row
    place, customer_id, net, days, last, poorer, newer, spared, code, because = mine
    return Listed(
        place=place,
        customer_id=customer_id,
        net_minor=net,
        tenure_days=days,
        last_order_at=last,
        poorer=poorer,
        newer=newer,
        held_out=spared,
        code=code or "",
        because=because or "",
        effect_id=effect_id,
        state=None if state is None else State(state),
        why=problem or "",
        sent=sent or "",
        cost_minor=cost,
        net_now_minor=net_now,
    )
