"""Both sides' books, looked into from outside: how far the app has come, and all that is written when it is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.domain.effects import SendGift, State
from app.domain.policy import Mode, Policy
from app.store import shops, tables
from app.store.base import Base, Session, Sessions, open_database, reading, sessions_of, unit_of_work
from app.store.conditions import due_by, on_its_way, open_for_business
from app.store.tables import Delivery, Effect, Grant, Pool, Shop
from integrations.sandbox.books import Books
from integrations.sandbox.florist import orders as florist_orders
from integrations.sandbox.helpdesk import messages
from jobs.carry_out import carry_out
from tests.jobs.egifts import asked_for
from tests.torture import sent
from tests.torture.chaos.patience import patient
from tests.torture.chaos.promises import Row
from tests.torture.sent import Ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The app's database, beside its own processes."""

    sessions: Sessions

    @patient
    def set_policy(self, domain: str, policy: Policy, now: datetime) -> None:
        """Decide for the merchant, who may not have let the app in yet."""
        with unit_of_work(self.sessions) as session:
            known = shops.by_domain(session, domain)
            shop_id = known.id if known else shops.expect(session, domain=domain, policy=policy, now=now)
            shops.change_policy(session, shop_id=shop_id, policy=policy, now=now)

    @patient
    def send(self, domain: str, gift: SendGift, now: datetime) -> None:
        """Have somebody of the team send a gift, at once: as their desk would, and once for each customer."""
        with unit_of_work(self.sessions) as session:
            merchant = shops.by_domain(session, domain)
            assert merchant is not None
            carry_out(session, merchant, asked_for(gift, now), now=now, mode=Mode.AUTO)

    @patient
    def let_in_since(self, domain: str, moment: datetime) -> bool:
        """Return whether the shop has given us its tokens after that moment."""
        with reading(self.sessions) as session:
            given = select(Grant.given_at).join(Shop, Shop.id == Grant.shop_id).where(Shop.domain == domain)
            shop = shops.by_domain(session, domain)
            given_at = session.scalar(given)
        return bool(shop and shop.installed and shop.let_in and given_at is not None and given_at > moment)

    @patient
    def knows(self, order_id: int) -> bool:
        """Return whether the order is written down."""
        with reading(self.sessions) as session:
            return session.scalar(select(tables.Order.order_id).where(tables.Order.order_id == order_id)) is not None

    @patient
    def stands(self, order_id: int) -> str | None:
        """Return how the gift in the order's parcel stands; None where nobody has thought of one yet."""
        kind = "add_gift_line"
        with reading(self.sessions) as session:
            return session.scalar(select(Effect.state).where(Effect.order_id == order_id, Effect.kind == kind))

    @patient
    def is_sending(self) -> bool:
        """Return whether a call may be under way."""
        with reading(self.sessions) as session:
            return session.scalar(select(func.count()).where(Effect.state == State.SENDING)) != 0

    @patient
    def is_in_doubt(self) -> bool:
        """Return whether a call that was not answered may still be at work."""
        with reading(self.sessions) as session:
            doubtful = (Effect.state == State.UNCERTAIN, Effect.next_try_at.is_not(None))
            return session.scalar(select(func.count()).where(*doubtful)) != 0

    @patient
    def bouquets(self) -> tuple[datetime, datetime] | None:
        """Return when the first and the last of the flowers that were promised are to leave; None when none are."""
        with reading(self.sessions) as session:
            when = (func.min(Effect.next_try_at), func.max(Effect.next_try_at))
            first, last = session.execute(select(*when).where(_promised())).one()
        return None if first is None or last is None else (first, last)

    @patient
    def waits(self, *, swept_since: datetime, but_flowers: bool = False) -> list[str]:
        """Return what is still to come; nothing when the app has done all, after one more sweep than that moment."""
        left_out = or_(on_its_way(), _promised()) if but_flowers else on_its_way()
        with reading(self.sessions) as session:
            letters = session.scalar(select(func.count()).where(Delivery.next_try_at.is_not(None)))
            deeds = session.scalar(select(func.count()).where(Effect.next_try_at.is_not(None), ~left_out))
            unread = session.scalar(select(func.count()).where(_at_home(), Shop.history_done_at.is_(None)))
            unswept = session.scalar(
                select(func.count()).where(_at_home(), or_(Shop.swept_to.is_(None), Shop.swept_to < swept_since))
            )
        counts = {"deliveries": letters, "effects": deeds, "histories": unread, "sweeps": unswept}
        return [f"{count} {name}" for name, count in counts.items() if count]

    @patient
    def is_only_waiting(self, now: datetime) -> bool:
        """Return whether nothing can be done before time passes."""
        with reading(self.sessions) as session:
            shut = select(Shop.id).where(Shop.closed_until > now)
            due = (
                select(func.count()).where(Delivery.next_try_at <= now, Delivery.shop_id.not_in(shut)),
                # What waits for another deed, such as a mark off for the mark on, is not due before that is done.
                select(func.count()).where(due_by(now), open_for_business(now)),
                select(func.count()).where(Effect.state == State.SENDING),
            )
            return not any(session.scalar(each) for each in due)

    def purses(self) -> list[tuple[str, str, int, int, int]]:
        """Return each purse: its name, month and limit, what is set aside and what is spent."""
        kept = (Pool.name, Pool.month, Pool.limit_minor, Pool.reserved_minor, Pool.spent_minor)
        with reading(self.sessions) as session:
            return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(select(*kept))]

    def unread(self) -> int:
        """Return how many letters wait for a worker, or are in one's hands: not those that were put off."""
        fresh = (Delivery.next_try_at.is_not(None), Delivery.problem.is_(None))
        with reading(self.sessions) as session:
            return session.scalar(select(func.count()).where(*fresh)) or 0

    @patient
    def rows(self) -> dict[str, tuple[Row, ...]]:
        """Return every row that a promise is about, by table."""
        names = ("shops", "deliveries", "effects", "orders", "customers", "totals", "pools", "grants", "pool_grants")
        with reading(self.sessions) as session:
            return {name: _all(session, name) for name in names}


@contextmanager
def ledger(database_url: str) -> Iterator[Ledger]:
    """Look into the app's database while the block runs."""
    engine = open_database(database_url)
    try:
        yield Ledger(sessions=sessions_of(engine))
    finally:
        engine.dispose()


def town_rows(folder: Path) -> dict[str, tuple[Row, ...]]:
    """Return what the town has written down, once it is closed."""
    books = Books(folder / "town.db")
    try:
        with books.turn() as turn:
            return {
                "their_orders": tuple(turn.all("orders")),
                "their_customers": tuple(turn.all("customers")),
                "letters": tuple(turn.all("letters")),
                "mispaired": tuple(turn.all("mispaired")),
                "notes": tuple(turn.find(messages.KIND, "channel", messages.NOTE)),
                "bouquets": tuple(turn.all(florist_orders.KIND)),
            }
    finally:
        books.close()


def ordered(folder: Path) -> tuple[Ordered, ...]:
    """Return what the town's vendors have written down, once it is closed."""
    books = Books(folder / "town.db")
    try:
        with books.turn() as turn:
            return sent.ordered(turn)
    finally:
        books.close()


def _promised() -> ColumnElement[bool]:
    return and_(Effect.kind == "send_flowers", Effect.state == State.PLANNED)


def _at_home() -> ColumnElement[bool]:
    return Shop.uninstalled_at.is_(None)


def _all(session: Session, name: str) -> tuple[Row, ...]:
    table = Base.metadata.tables[name]
    return tuple(dict(row) for row in session.execute(select(table)).mappings())
