"""The month's story by mail: each reader is told of each month once, or never.

    begin ─▶ waiting ─ take (committed) ─▶ on its way ─▶ sent
      │         ▲                              ├─ later: it was not taken
      │         └──────────────────────────────┘
      └─ nothing to tell                       └─ lost: refused, too late, or nobody knows; it is not sent again

Whoever dies over one that is on its way leaves it there: twice would be worse than never, for the page tells the same.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.domain import months
from app.store import trail
from app.store.base import insert
from app.store.sealed import Seal
from app.store.story_tables import StoryMail, StoryReader
from app.store.tables import Shop

ON_ITS_WAY = "It was on its way when last seen."
NOTHING = "There was nothing to tell."
_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who is told, and what became of the newest month's story: sent, not sent and why, or still to come."""

    id: int
    address: str = field(repr=False)
    month: str | None
    sent_at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A story in hand; `to` is None when its reader wants no more."""

    id: int
    shop_id: int
    reader_id: int
    to: str | None = field(repr=False)
    language: str
    tries: int


def ask(
    session: Session, *, shop_id: int, address: str, digest: str, language: str, seal: Seal, most: int
) -> int | None:
    """Tell that address from now on; return its number, also where it is told already, or None where there are enough.

    Whoever asks again, or in another language, changes the language.
    """
    session.execute(select(Shop.id).where(Shop.id == shop_id).with_for_update())  # two who ask at once are counted
    mine = (StoryReader.shop_id == shop_id, StoryReader.address_digest == digest)
    row = session.scalar(select(StoryReader).where(*mine))
    told = (StoryReader.shop_id == shop_id, StoryReader.sealed_address.is_not(None))
    if (row is None or row.sealed_address is None) and session.scalar(
        select(func.count()).select_from(StoryReader).where(*told)
    ) == most:
        return None
    if row is None:
        row = StoryReader(shop_id=shop_id, address_digest=digest, language=language)
        session.add(row)
    if row.sealed_address is None:
        row.sealed_address = seal.close(address, place=place(shop_id))
    row.language = language
    session.flush()
    trail.note(session, shop_id=shop_id, what="story_asked", why=f"reader {row.id}")
    return row.id


def leave(session: Session, *, shop_id: int, reader_id: int) -> bool:
    """Tell somebody nothing any more, and forget their address; return False where nothing was told them."""
    told = (StoryReader.id == reader_id, StoryReader.sealed_address.is_not(None))
    these = update(StoryReader).where(StoryReader.shop_id == shop_id, *told).values(sealed_address=None)
    left = session.scalar(these.returning(StoryReader.id).execution_options(synchronize_session=False))
    if left is not None:
        trail.note(session, shop_id=shop_id, what="story_left", why=f"reader {reader_id}")
    return left is not None


def language_of(session: Session, *, shop_id: int, reader_id: int) -> str | None:
    """Return what somebody who is or was told reads; None where there is nobody of that number."""
    row = select(StoryReader.language).where(StoryReader.shop_id == shop_id, StoryReader.id == reader_id)
    return session.scalar(row)


def readers(session: Session, *, shop_id: int, seal: Seal) -> list[Reader]:
    """Return everybody who is told, in the order in which they were named."""
    newest = select(func.max(StoryMail.id)).where(StoryMail.reader_id == StoryReader.id).correlate(StoryReader)
    found = (
        select(StoryReader, StoryMail.month, StoryMail.sent_at, StoryMail.problem)
        .outerjoin(StoryMail, StoryMail.id == newest.scalar_subquery())
        .where(StoryReader.shop_id == shop_id, StoryReader.sealed_address.is_not(None))
        .order_by(StoryReader.id)
    )
    return [
        Reader(
            id=row.id,
            address=seal.open(row.sealed_address or b"", place=place(shop_id)),
            month=month,
            sent_at=sent_at,
            problem=problem,
        )
        for row, month, sent_at, problem in session.execute(found)
    ]


def begin(session: Session, *, shop_id: int, month: str, nothing: bool, now: datetime) -> int:
    """Let the month be told to everybody who was not told of it; return to how many. Where there is `nothing`, to none.

    Called again, or by two at once, it does nothing more.
    """
    told = select(StoryMail.id).where(StoryMail.reader_id == StoryReader.id, StoryMail.month == month).exists()
    mine = (StoryReader.shop_id == shop_id, StoryReader.sealed_address.is_not(None), ~told)
    values = {"shop_id": shop_id, "month": month, "tries": 0}
    values |= {"next_try_at": None, "problem": NOTHING} if nothing else {"next_try_at": now}
    begun = 0
    for reader_id in session.scalars(select(StoryReader.id).where(*mine).order_by(StoryReader.id)).all():
        fresh = insert(session, StoryMail).values(values | {"reader_id": reader_id}).on_conflict_do_nothing()
        begun += session.scalar(fresh.returning(StoryMail.id)) is not None
    return begun


def take(session: Session, *, shop_id: int, month: str, seal: Seal, now: datetime) -> Taken | None:
    """Take the next one of that month in hand, for good: nobody else ever will, unless it is put back."""
    waiting = (
        select(StoryMail)
        .where(StoryMail.shop_id == shop_id, StoryMail.month == month, StoryMail.next_try_at <= now)
        .order_by(StoryMail.next_try_at, StoryMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalars(waiting).one_or_none()
    if row is None:
        return None
    row.next_try_at, row.tries, row.problem = None, row.tries + 1, ON_ITS_WAY
    session.flush()
    reader = session.scalars(
        select(StoryReader).where(StoryReader.shop_id == shop_id, StoryReader.id == row.reader_id)
    ).one()
    sealed = reader.sealed_address
    return Taken(
        id=row.id,
        shop_id=shop_id,
        reader_id=reader.id,
        to=None if sealed is None else seal.open(sealed, place=place(shop_id)),
        language=reader.language,
        tries=row.tries,
    )


def sent(session: Session, taken: Taken, *, now: datetime) -> None:
    """Write down that it has left."""
    _end(session, taken, sent_at=now, problem=None)


def later(session: Session, taken: Taken, *, why: str, at: datetime) -> None:
    """Put it back: it was not taken."""
    _end(session, taken, next_try_at=at, problem=why[:_LONGEST_WORDS])


def lost(session: Session, taken: Taken, *, why: str) -> None:
    """Write down why it is not sent (any more)."""
    _end(session, taken, problem=why[:_LONGEST_WORDS])


def shops_due(session: Session, *, now: datetime, hour: int, limit: int) -> list[int]:
    """Return the shops with somebody who is to be told of a month now, by their own calendar.

    Crosses tenants: only the ticker may ask, and it learns ids alone.
    """
    told = (StoryReader.shop_id == Shop.id, StoryReader.sealed_address.is_not(None))
    open_ones = and_(Shop.uninstalled_at.is_(None), Shop.paused.is_(False))
    zones: defaultdict[str, list[str]] = defaultdict(list)
    for zone in session.scalars(select(Shop.timezone).distinct().join(StoryReader, and_(*told)).where(open_ones)):
        if month := months.to_mail(now.astimezone(ZoneInfo(zone)), hour=hour):
            zones[month].append(zone)
    found: list[int] = []
    for month, there in zones.items():
        mail = and_(StoryMail.reader_id == StoryReader.id, StoryMail.month == month)
        waits = or_(StoryMail.id.is_(None), StoryMail.next_try_at <= now)
        shops = select(Shop.id).distinct().join(StoryReader, and_(*told)).outerjoin(StoryMail, mail)
        found += session.scalars(shops.where(open_ones, Shop.timezone.in_(there), waits).limit(limit - len(found)))
    return found


def place(shop_id: int) -> str:
    """Name what an address is sealed for."""
    return f"story_readers.sealed_address:{shop_id}"


def _end(session: Session, taken: Taken, **values: object) -> None:
    this = (StoryMail.shop_id == taken.shop_id, StoryMail.id == taken.id, StoryMail.tries == taken.tries)
    session.execute(update(StoryMail).where(*this).values(**values).execution_options(synchronize_session=False))
