"""Questions that an operator's doctor puts to the database. They look at every shop, and change nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store import connections, grants, switch
from app.store.base import Moment
from app.store.connection_tables import Connection
from app.store.sealed import Seal, Unsealable
from app.store.tables import Delivery, Effect, Order, Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Work that is due: how much of it, and since when the oldest."""

    letters: int
    deeds: int
    oldest: datetime | None


def address(session: Session) -> str:
    """Return where the database is, without its password."""
    return session.get_bind().engine.url.render_as_string(hide_password=True)


def time(session: Session) -> datetime:
    """Return the database's own time, to the second."""
    found: datetime = session.scalars(select(func.current_timestamp(type_=Moment()))).one()
    return found


def unsealable(session: Session, seal: Seal) -> tuple[int, list[str]]:
    """Return how many shops and accounts keep secrets, and which of them no key at hand opens."""
    installed = select(Shop).where(Shop.uninstalled_at.is_(None), grants.let_us_in()).order_by(Shop.id)
    known = session.scalars(installed).all()
    accounts = session.scalars(select(Connection).order_by(Connection.id)).all()
    closed = [shop.domain for shop in known if not _opens_token(session, shop, seal)]
    closed += [f"{each.kind} of shop {each.shop_id}" for each in accounts if not _opens_account(session, each, seal)]
    return len(known) + len(accounts), closed


def waiting(session: Session, *, now: datetime) -> Waiting:
    """Return the due work of the shops that are installed and not paused; deeds only while they may be done."""
    here = (Shop.uninstalled_at.is_(None), Shop.paused.is_(False), Shop.history_done_at.is_not(None))
    letters, first_letter = session.execute(
        select(func.count(), func.min(Delivery.next_try_at))
        .join(Shop, Shop.id == Delivery.shop_id)
        .where(*here, Delivery.next_try_at <= now)
    ).one()
    deeds, first_deed = session.execute(
        select(func.count(), func.min(Effect.next_try_at))
        .join(Shop, Shop.id == Effect.shop_id)
        .where(*here, Effect.next_try_at <= now, ~switch.is_thrown())
    ).one()
    oldest = min((each for each in (first_letter, first_deed) if each is not None), default=None)
    return Waiting(letters=letters, deeds=deeds, oldest=oldest)


def older_order(session: Session, *, shop_id: int, older_than: datetime) -> int | None:
    """Return an order of the shop that is from before that moment; None when we know none."""
    old = select(Order.order_id).where(Order.shop_id == shop_id, Order.processed_at < older_than)
    return session.scalar(old.order_by(Order.processed_at.desc(), Order.order_id.desc()).limit(1))


def _opens_token(session: Session, shop: Shop, seal: Seal) -> bool:
    try:
        return grants.read(session, shop_id=shop.id, seal=seal) is not None
    except Unsealable:
        return False


def _opens_account(session: Session, account: Connection, seal: Seal) -> bool:
    try:
        return connections.account(session, shop_id=account.shop_id, kind=account.kind, seal=seal) is not None
    except Unsealable:
        return False
