"""Reads the ledger back, for people: what was done, what waits, for whom, and why."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, case, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from app.domain.agents import Reason
from app.domain.effects import Effect as DomainEffect
from app.domain.effects import Pool, State
from app.domain.money import Money
from app.store import lifting
from app.store.deeds import KINDS, Unreadable, deed_of, reason_of
from app.store.sending_tables import Sending
from app.store.sendings import Sent, sent_of
from app.store.tables import Customer, Decision, Delivery, Effect, Order
from app.store.undoing import STANDS, TAKEN_BACK

_MOST_ID = 2**63 - 1  # what the database calls a BIGINT
_ANY = Effect.id > literal_column("0")  # whoever says so may go along the rules, the kinds and the days
_ROOM = 1_000  # rows that were written while others, begun before them, were not yet
_LEAVING = (State.PLANNED, State.SENDING, State.UNCERTAIN)
_WANTED = (State.AWAITING, *_LEAVING)
_COMING = tuple(sorted(KINDS - {"push_card"}))  # a card does not tell of itself
MADE_BY_AGENTS = ("refund_order", "send_flowers", "add_gift_line", "write_card", "send_gift")
_GESTURES = ("add_gift_line", "send_gift_order", "refund_order", "send_flowers", "write_card", "send_gift")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One deed as a person reads it. `decided` is the decision behind it, where that says more than `why`."""

    id: int
    state: State
    rule: str
    effect: DomainEffect
    cost: Money | None
    customer_id: int | None
    order_id: int | None
    order_name: str | None
    ticket_id: str | None
    decision_id: int | None
    why: str
    decided: str | None
    problem: str | None
    reference: str | None
    remark: str | None
    needs_person: bool  # in doubt, and nobody but a person can find out
    by_hand: bool  # not in doubt: a person is to do it
    pending: bool  # done, and may yet fail
    agent_id: int | None  # who of the team asked for it; None: a rule, or somebody whom the team page does not know
    reason: Reason | None  # why an agent did it, if they said so: for the team alone
    stands: bool  # not taken back
    sent: Sent | None  # what became of it at its vendor
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None

    @property
    def at(self) -> datetime:
        """The moment that matters: when it ended, when it is to leave, else when it was written down."""
        return self.ended_at or (self.due_at if self.state in _LEAVING else self.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which rows of the ledger. `words`: an order's name or number, a customer's id, a ticket. `before`: a row's id.

    `since` and `until` are about when a row was written down.
    """

    states: tuple[State, ...] = ()
    kinds: tuple[str, ...] = ()
    rule: str | None = None
    words: str = ""
    customer_id: int | None = None
    order_id: int | None = None
    needs_person: bool = False
    standing: bool = False  # not what was taken back
    by_agents: bool = False  # what somebody of the team asked for
    agent_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    least_minor: int | None = None  # what costs so much at least
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What became of one press: whether it was looked at, what was decided, and what that brought about."""

    handled: bool
    set_aside: bool  # nobody could make sense of it
    code: str
    because: str
    rows: tuple[LedgerRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order of our own ledger."""

    id: int
    name: str
    customer_id: int | None
    processed_at: datetime
    net: Money
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Orders and a customer that go by what was typed."""

    orders: tuple[OrderLine, ...]
    customer_id: int | None


def ledger_rows(session: Session, *, shop_id: int, currency: str, search: Search, limit: int) -> list[LedgerRow]:
    """Return the newest matching rows of the shop's ledger."""
    wanted = (*matching(shop_id, search), *_around(session, shop_id, search))
    statement = _described(shop_id).where(*wanted).order_by(Effect.id.desc()).limit(limit)
    return list(_rows(session.execute(statement), currency))


def around(session: Session, *, shop_id: int, currency: str, search: Search, limit: int) -> list[LedgerRow]:
    """Return the newest matching rows, and what was decided together with them: notes to agents, renewed cards."""
    mine = select(Effect.id).where(*matching(shop_id, search))
    decided = select(Effect.decision_id).where(*matching(shop_id, search), Effect.decision_id.is_not(None))
    # Not by the shop's index, which SQLite takes to be as good as that of a handful of decisions.
    beside = select(Effect.id).where(Effect.shop_id + 0 == shop_id, Effect.decision_id.in_(decided))
    statement = _described(shop_id).where(Effect.id.in_(union_all(mine, beside)))
    return list(_rows(session.execute(statement.order_by(Effect.id.desc()).limit(limit)), currency))


def waiting(
    session: Session, *, shop_id: int, currency: str, limit: int, rule: str | None = None
) -> list[list[LedgerRow]]:
    """Return what waits for a person's yes, of one rule or of all, the oldest first; what was decided together too."""
    mine = matching(shop_id, Search(rule=rule))
    statement = _described(shop_id).where(_one_of(shop_id, Effect.state == State.AWAITING), *mine)
    statement = statement.order_by(Effect.id).limit(limit)
    groups: dict[int, list[LedgerRow]] = {}
    for row in _rows(session.execute(statement), currency):
        groups.setdefault(row.decision_id or -row.id, []).append(row)
    return list(groups.values())


def before_a_person(session: Session, *, shop_id: int, currency: str, now: datetime, limit: int) -> list[LedgerRow]:
    """Return what only a person can settle, then what the pool did not hold and a lead may allow; the newest first."""
    doubtful = select(Effect.id).where(*matching(shop_id, Search(needs_person=True)))
    beyond = select(Effect.id).where(Effect.shop_id == shop_id, lifting.liftable(now))
    first = case((Effect.state == State.UNCERTAIN, 0), else_=1)
    statement = _described(shop_id).where(Effect.id.in_(union_all(doubtful, beyond)))
    return list(_rows(session.execute(statement.order_by(first, Effect.id.desc()).limit(limit)), currency))


def of_press(session: Session, *, shop_id: int, source: str, press: str, currency: str) -> Pressed | None:
    """Return what became of a press that was kept under that key; None where none was."""
    letter = session.scalar(
        select(Delivery).where(Delivery.shop_id == shop_id, Delivery.source == source, Delivery.delivery_key == press)
    )
    if letter is None:
        return None
    decided = select(Decision).where(Decision.shop_id == shop_id, Decision.delivery_id == letter.id)
    decisions = session.scalars(decided.order_by(Decision.id)).all()
    statement = _described(shop_id).where(Effect.decision_id.in_([each.id for each in decisions]))
    return Pressed(
        handled=letter.handled_at is not None,
        set_aside=letter.handled_at is None and letter.next_try_at is None,
        code=decisions[0].code if decisions else "",
        because=" ".join(each.because for each in decisions),
        rows=tuple(_rows(session.execute(statement.order_by(Effect.id)), currency)),
    )


def waiting_ids(session: Session, *, shop_id: int, rule: str, upto: int = _MOST_ID) -> list[int]:
    """Return the first row of every decision of the rule that waits for a person's yes, the oldest first.

    Nothing newer than the row of the number `upto`: a yes is to what was seen.
    """
    first = func.min(Effect.id)
    statement = (
        select(first)
        .where(Effect.shop_id == shop_id, Effect.state == State.AWAITING, Effect.rule == rule, Effect.id <= upto)
        .group_by(func.coalesce(Effect.decision_id, -Effect.id))
    )
    return list(session.scalars(statement.order_by(first)))


def needs_person(session: Session, *, shop_id: int, effect_id: int) -> bool:
    """Return whether this row is in a doubt that only a person can settle."""
    doubtful = matching(shop_id, Search(needs_person=True))
    return session.scalar(select(Effect.id).where(*doubtful, Effect.id == effect_id)) is not None


def last_gesture(session: Session, *, shop_id: int, customer_id: int, currency: str) -> LedgerRow | None:
    """Return the newest nice thing that the customer was truly given."""
    search = Search(customer_id=customer_id, states=(State.DONE,), kinds=_GESTURES, standing=True)
    found = ledger_rows(session, shop_id=shop_id, currency=currency, search=search, limit=1)
    return found[0] if found else None


def pending(session: Session, *, shop_id: int, customer_id: int, currency: str) -> list[LedgerRow]:
    """Return what the customer still has coming, gestures and marks alike."""
    search = Search(customer_id=customer_id, states=_WANTED, kinds=_COMING)
    return ledger_rows(session, shop_id=shop_id, currency=currency, search=search, limit=20)


def order(session: Session, *, shop_id: int, order_id: int, currency: str) -> OrderLine | None:
    """Return one order of the shop's ledger."""
    row = session.get(Order, (shop_id, order_id), populate_existing=True)
    return None if row is None else _order(row, currency)


def named(session: Session, *, shop_id: int, currency: str, typed: str) -> Named:
    """Return what orders and which customer a person may mean by a name or a number, whatever was done for them."""
    number = _number(typed)
    which = [Order.name.in_((typed, f"#{typed}")), *([Order.order_id == number] if number else [])]
    lookups = [select(Order.order_id).where(Order.shop_id == shop_id, each) for each in which]
    found = select(Order).where(Order.shop_id == shop_id, Order.order_id.in_(union_all(*lookups)))
    customer = session.get(Customer, (shop_id, number), populate_existing=True) if number else None
    return Named(
        orders=tuple(_order(row, currency) for row in session.scalars(found.order_by(Order.order_id.desc()).limit(5))),
        customer_id=None if customer is None else customer.customer_id,
    )


def orders_of(session: Session, *, shop_id: int, customer_id: int, currency: str, limit: int) -> list[OrderLine]:
    """Return the customer's newest orders, whether they count or not."""
    statement = select(Order).where(Order.shop_id == shop_id, Order.customer_id == customer_id)
    newest = statement.order_by(Order.processed_at.desc(), Order.order_id.desc()).limit(limit)
    return [_order(row, currency) for row in session.scalars(newest)]


def matching(shop_id: int, search: Search) -> list[ColumnElement[bool]]:
    """Return the conditions under which a row of the shop's ledger is one of those that are looked for."""
    wanted: list[tuple[bool, ColumnElement[bool]]] = [
        (bool(search.states), Effect.state.in_(search.states)),
        (bool(search.kinds), Effect.kind.in_(search.kinds)),
        (search.rule is not None, Effect.rule == search.rule),
        (search.customer_id is not None, _one_of(shop_id, Effect.customer_id == search.customer_id)),
        (search.order_id is not None, _one_of(shop_id, Effect.order_id == search.order_id)),
        (search.before is not None, Effect.id < (search.before or 0)),
        (search.needs_person, (Effect.state == State.UNCERTAIN) & Effect.next_try_at.is_(None)),
        (search.standing, STANDS),
        (search.by_agents, by_agents()),
        (search.agent_id is not None, _one_of(shop_id, Effect.agent_id == search.agent_id)),
        (search.least_minor is not None, Effect.cost_minor >= (search.least_minor or 0)),
        (bool(search.words), _named(shop_id, search.words)),
    ]
    along = [_ANY] if search.rule is not None or search.kinds else []
    found = (condition for asked, condition in wanted if asked)
    return [Effect.shop_id == shop_id, *found, *_written(search), *along]


def by_agents() -> ColumnElement[bool]:
    """Hold for what somebody of the team asked for. Gift lines are given by rules as well, out of another pool."""
    teams = (Effect.kind != "add_gift_line") | (Effect.pool_name == Pool.TEAM)
    return Effect.kind.in_(MADE_BY_AGENTS) & teams


def _described(shop_id: int) -> Select[Effect, str, str, Sending]:
    """Select effects with their order's name, their decision's words and their gift, of one shop on every side."""
    return (
        select(Effect, Order.name, Decision.because, Sending)
        .outerjoin(Order, (Order.shop_id == Effect.shop_id) & (Order.order_id == Effect.order_id))
        .outerjoin(Decision, (Decision.shop_id == Effect.shop_id) & (Decision.id == Effect.decision_id))
        .outerjoin(Sending, (Sending.shop_id == Effect.shop_id) & (Sending.effect_id == Effect.id))
        .where(Effect.shop_id == shop_id, Effect.kind.in_(KINDS))
        .execution_options(populate_existing=True)
    )


def _one_of(shop_id: int, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Hold for the few rows of somebody or something, looked up first: else the newest of all are walked through."""
    return Effect.id.in_(select(Effect.id).where(Effect.shop_id == shop_id, condition))


def _written(search: Search) -> list[ColumnElement[bool]]:
    """Return the conditions for when a row was written down."""
    since = [] if search.since is None else [Effect.created_at >= search.since]
    return since if search.until is None else [*since, Effect.created_at < search.until]


def _around(session: Session, shop_id: int, search: Search) -> list[ColumnElement[bool]]:
    """Return bounds of the numbers of rows of that time, with some room: rows are numbered as they are written.

    Without them a database walks back from the newest row, or sorts all that it finds by number.
    """
    if search.since is None or search.until is None:
        return []
    mine = (Effect.shop_id == shop_id, _ANY, *_written(search))
    ends = (Effect.created_at, Effect.created_at.desc())
    found = [session.scalar(select(Effect.id).where(*mine).order_by(end).limit(1)) for end in ends]
    first, last = (number or 0 for number in found)
    return [Effect.id.between(first - _ROOM, last + _ROOM)]


def _named(shop_id: int, words: str) -> ColumnElement[bool]:
    """Return the condition for what a person may type: #1001, 1001, an order's or customer's number, a ticket.

    Each is looked up by itself: asked with OR, a database walks through the whole ledger.
    """
    names = select(Order.order_id).where(Order.shop_id == shop_id, Order.name.in_((words, f"#{words}")))
    named = [Effect.ticket_id == words, Effect.order_id.in_(names)]
    if number := _number(words):
        named += [Effect.order_id == number, Effect.customer_id == number]
    return Effect.id.in_(union_all(*(select(Effect.id).where(Effect.shop_id == shop_id, each) for each in named)))


def _number(words: str) -> int:
    """Return the number that was typed; 0 for what is none that a row may have."""
    number = int(words) if words.isascii() and words.isdigit() else 0
    return number if number <= _MOST_ID else 0


def _rows(found: Iterable[Row[Effect, str, str, Sending]], currency: str) -> Iterator[LedgerRow]:
    """Yield the rows, and pass over what is for another version to understand."""
    for each in found:
        with suppress(Unreadable):
            yield _row(each, currency)


def _row(found: Row[Effect, str, str, Sending], currency: str) -> LedgerRow:
    row, order_name, decided, sending = found
    deed = deed_of(row, currency)
    return LedgerRow(
        id=row.id,
        state=deed.state,
        rule=row.rule,
        effect=deed.effect,
        cost=deed.cost,
        customer_id=row.customer_id,
        order_id=row.order_id,
        order_name=order_name,
        ticket_id=row.ticket_id,
        decision_id=row.decision_id,
        why=row.because,
        decided=decided if decided and decided not in row.because else None,
        problem=row.problem,
        reference=row.reference,
        remark=row.remark,
        needs_person=deed.state is State.UNCERTAIN and row.next_try_at is None,
        by_hand=deed.by_hand and row.next_try_at is None,
        pending=deed.pending,
        agent_id=row.agent_id,
        reason=reason_of(row.reason),
        stands=row.code != TAKEN_BACK,
        sent=_sent(sending),
        due_at=row.due_at,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def _sent(row: Sending | None) -> Sent | None:
    return None if row is None else sent_of(row)


def _order(row: Order, currency: str) -> OrderLine:
    return OrderLine(
        id=row.order_id,
        name=row.name,
        customer_id=row.customer_id,
        processed_at=row.processed_at,
        net=Money(minor=row.net_minor, currency=currency),
        counted=row.counted,
    )
