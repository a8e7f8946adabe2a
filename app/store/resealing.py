"""Every secret at rest is sealed anew with the first key, so that older keys can go, while workers are at work.

A new column of secrets is one more line in the table below; a test misses it there.
"""

from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, LargeBinary, and_, func, inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.store.agent_tables import Agent
from app.store.ask_tables import AddressAsk
from app.store.base import Base, Session, Sessions, unit_of_work
from app.store.connection_tables import Connection, SampleTicket
from app.store.mail_tables import LoginAsk, Mail
from app.store.sealed import MARK_BYTES, Seal, Unsealable
from app.store.story_tables import StoryReader
from app.store.tables import Grant, PrivacyRequest, Shop
from app.store.watch_tables import TrailHead

FEW = 100  # rows in one transaction: nobody waits long for a row, and whoever dies half-way has done half of it


@dataclass(frozen=True, slots=True)
class Column:
    """A sealed column, and what each of its secrets is sealed for, made from its row and its shop's domain."""

    secret: InstrumentedAttribute[Any]
    place: str

    @property
    def table(self) -> type[Base]:
        return cast("type[Base]", self.secret.class_)

    @property
    def id(self) -> ColumnElement[int]:
        (only,) = inspect(self.table).primary_key
        return only

    def stale(self, seal: Seal) -> ColumnElement[bool]:
        """Hold for the rows that were sealed with another key than the first."""
        mark = func.substr(self.secret, 1, MARK_BYTES, type_=LargeBinary())
        return and_(self.secret.is_not(None), mark != seal.mark)


COLUMNS = (
    Column(Shop.sealed_token, "shops.sealed_token:{domain}"),
    Column(Shop.sealed_alias_key, "shops.sealed_alias_key:{domain}"),
    Column(Shop.sealed_mail_key, "shops.sealed_mail_key:{domain}"),
    Column(Grant.sealed_token, "shops.sealed_token:{domain}"),
    Column(Grant.sealed_refresh_token, "grants.sealed_refresh_token:{row.shop_id}"),
    Column(Connection.sealed_key, "connections.key:{row.shop_id}:{row.kind}"),
    Column(Connection.sealed_secrets, "connections.secrets:{row.shop_id}:{row.kind}"),
    Column(Connection.sealed_token, "connections.token:{row.shop_id}:{row.kind}"),
    Column(Connection.sealed_refresh, "connections.refresh:{row.shop_id}:{row.kind}"),
    Column(Agent.sealed_email, "agents.sealed_email:{row.shop_id}"),
    Column(LoginAsk.sealed_said, "login_asks.sealed_said:{row.shop_id}"),
    Column(Mail.sealed_words, "mails.sealed_words:{row.shop_id}"),
    Column(StoryReader.sealed_address, "story_readers.sealed_address:{row.shop_id}"),
    Column(TrailHead.sealed_key, "trail_heads.sealed_key:{row.shop_id}"),
    Column(PrivacyRequest.sealed_person, "privacy_requests.sealed_person:{row.shop_id}"),
    Column(AddressAsk.sealed_address, "address_asks.sealed_address:{row.shop_id}"),
    Column(SampleTicket.sealed_email, "sample_tickets.sealed_email:{row.shop_id}"),
    Column(PrivacyRequest.sealed_copy, "privacy_requests.sealed_copy:{row.shop_id}"),
)


@dataclass(slots=True)
class Resealed:
    """What came of it: how many secrets were sealed anew, and where those are that need another key than the first."""

    anew: int = 0
    left: list[str] = field(default_factory=list)


def reseal(sessions: Sessions, seal: Seal) -> Resealed:
    """Seal everything anew with the first key; safe to repeat, and to run while secrets change under our hands."""
    found = Resealed()
    for column in COLUMNS:
        after = 0
        while (last := _some(sessions, seal, column, after, found)) is not None:
            after = last
        with unit_of_work(sessions) as session:
            still = session.scalars(select(column.id).where(column.stale(seal)).order_by(column.id))
            found.left += [f"{column.secret} {row_id}" for row_id in still]
    return found


def older(session: Session, seal: Seal) -> int:
    """Return how many secrets need another key than the first."""
    counts = (select(func.count()).select_from(column.table).where(column.stale(seal)) for column in COLUMNS)
    return sum(session.scalars(count).one() for count in counts)


def _some(sessions: Sessions, seal: Seal, column: Column, after: int, found: Resealed) -> int | None:
    """Seal a few rows anew; return the last one looked at, None when there was none left."""
    some = select(column.table, column.id).where(column.stale(seal), column.id > after).order_by(column.id).limit(FEW)
    with unit_of_work(sessions) as session:
        rows = session.execute(some).all()
        for row, row_id in rows:
            found.anew += _anew(session, seal, column, row, row_id)
    return rows[-1][1] if rows else None


def _anew(session: Session, seal: Seal, column: Column, row: Any, row_id: int) -> bool:  # noqa: ANN401  # of any table
    sealed: bytes = getattr(row, column.secret.key)
    shop = row if isinstance(row, Shop) else session.get(Shop, row.shop_id or 0)
    place = column.place.format(row=row, domain=shop.domain if shop else "")
    try:
        fresh = seal.close(seal.open(sealed, place=place), place=place)
    except Unsealable:
        return False  # its key is not among ours
    # Whoever changed it meanwhile has sealed it with the first key already.
    unchanged = update(column.table).where(column.id == row_id, column.secret == sealed)
    changed = unchanged.values({column.secret: fresh}).execution_options(synchronize_session=False)
    return cast("CursorResult[tuple[()]]", session.execute(changed)).rowcount == 1
