"""What is set up in merchants' helpdesks, and who looks after it now: one worker a connection at a time.

    begin ─▶ setting_up ─▶ live ─▶ live …      looked at every night
    leave ─▶ leaving ─▶ (no row)               its keys are forgotten with it
                    └▶ left                    something could not be taken away: what, is told until it was read

Whoever looks after a connection holds it for a while (`claim`). Who froze over it and comes back late writes nothing.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, null, or_, select, update
from sqlalchemy.orm import Session

from app.domain.gifts import Mode
from app.domain.helpdesk_setup import Ail, Parts, Stage, Voucher
from app.store import connections, trail
from app.store.connection_tables import Connection, SampleTicket
from app.store.sealed import Seal

_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """One connection as its merchant sees it."""

    kind: str
    account: str
    user: str
    stage: Stage
    parts: Parts | None  # None: we never made anything there
    ails: frozenset[Ail]
    trouble: str  # why it is not further; of one that was left, nothing
    given: bool  # its key was given to us with a click
    broken_since: datetime | None
    checked_at: datetime | None
    in_sandbox: bool = False  # a gift vendor's, in which nothing is really sent

    @property
    def in_use(self) -> bool:
        """Whether anything goes in or out."""
        return self.stage in (Stage.SETTING_UP, Stage.LIVE)

    @property
    def is_ailing(self) -> bool:
        """Whether its merchant should hear of it."""
        return self.in_use and bool(self.ails or self.broken_since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A connection in the hands of one worker until `until`, with all that is needed to work on it."""

    shop_id: int
    kind: str
    account: str
    user: str
    stage: Stage
    parts: Parts
    tries: int
    look_at: datetime | None  # for when it was due; another moment by now: somebody wants it looked after anew
    until: datetime
    public_id: str | None
    given: bool
    key: str = field(repr=False)
    url_token: str = field(repr=False)
    secret: str = field(repr=False)


def listed(session: Session, *, shop_id: int) -> list[Setup]:
    """Return the shop's connections, the oldest first."""
    mine = select(Connection).where(Connection.shop_id == shop_id)
    return [_setup(row) for row in session.scalars(mine.order_by(Connection.id))]


def begin(session: Session, *, shop_id: int, kind: str, now: datetime, afresh: bool = False) -> bool:
    """Let somebody set up what was connected, now or once more; return False where nothing is connected.

    `afresh`: as if we had never been there, so that what the team took away is made again as well.
    """
    here = (*_mine(shop_id, kind), connections.in_use())
    forgotten = {"parts": null()} if afresh else {}
    return _moved(session, here, state=Stage.SETTING_UP, look_at=now, tries=0, trouble=None, **forgotten)


def wake(session: Session, *, shop_id: int, kind: str, now: datetime) -> bool:
    """Let somebody look after a connection that stands now, and not in the night; return False where none does."""
    return _moved(session, (*_mine(shop_id, kind), Connection.state == Stage.LIVE), look_at=now)


def leave(session: Session, *, shop_id: int, kind: str, now: datetime) -> bool:
    """Let nothing in or out any more, and have taken away what we made; return False where nothing is connected.

    One that was left before is forgotten.
    """
    session.execute(delete(Connection).where(*_mine(shop_id, kind), Connection.state == Stage.LEFT))
    here = (*_mine(shop_id, kind), connections.in_use())
    left = _moved(session, here, state=Stage.LEAVING, look_at=now, tries=0, trouble=None, token_digest=None)
    if left:
        trail.note(session, shop_id=shop_id, what="disconnected", why=kind)
    return left


def leave_all(session: Session, *, shop_id: int, now: datetime) -> list[str]:
    """Leave every helpdesk in which we have made something; return their kinds."""
    made = (Connection.shop_id == shop_id, connections.in_use(), Connection.look_at.is_not(None))
    kinds = list(session.scalars(select(Connection.kind).where(*made).order_by(Connection.id)))
    return [kind for kind in kinds if leave(session, shop_id=shop_id, kind=kind, now=now)]


def due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Return the shops with a connection to look after, installed or not.

    Crosses tenants: only the ticker may ask, and it learns ids alone.
    """
    waiting = select(Connection.shop_id).where(Connection.look_at.is_not(None), *_free(now)).distinct()
    return list(session.scalars(waiting.order_by(Connection.shop_id).limit(limit)))


def due_of(session: Session, *, shop_id: int, now: datetime) -> list[str]:
    """Return which of the shop's connections are to be looked after now."""
    mine = select(Connection.kind).where(Connection.shop_id == shop_id, *_free(now))
    return list(session.scalars(mine.order_by(Connection.id)))


def claim(session: Session, *, shop_id: int, kind: str, seal: Seal, now: datetime, lease: timedelta) -> Held | None:
    """Take a connection in hand for `lease`; None when it is not due, or in somebody else's."""
    until = now + lease
    if not _moved(session, (*_mine(shop_id, kind), *_free(now)), held_until=until):
        return None
    row = session.scalars(
        select(Connection).where(*_mine(shop_id, kind)).execution_options(populate_existing=True)
    ).one()
    account = connections.opened(row, seal)
    return Held(
        shop_id=shop_id,
        kind=kind,
        account=row.account,
        user=row.user,
        stage=Stage(row.state),
        parts=row.parts or {},
        tries=row.tries,
        look_at=row.look_at,
        until=until,
        public_id=row.public_id,
        given=account.given,
        key=account.key,
        url_token=account.url_token,
        secret=next(iter(account.secrets), ""),
    )


def stands(session: Session, held: Held, *, parts: Parts, now: datetime, look_at: datetime) -> None:
    """Write down that all is made. If it was to be left meanwhile, that comes next."""
    if _let_go(session, held, parts=dict(parts), checked_at=now):
        changes = {"state": Stage.LIVE, "ails": _kept_of(session, held), "trouble": None, "tries": 0}
        _moved(session, _as_taken(held), look_at=look_at, **changes)


def checked(
    session: Session, held: Held, *, ails: frozenset[Ail], parts: Parts, trouble: str, now: datetime, look_at: datetime
) -> frozenset[Ail]:
    """Write down what was wrong when somebody looked; return what of it is news."""
    before = _ails_of(session, held)
    if not _let_go(session, held, parts=dict(parts), checked_at=now):
        return frozenset()
    changes = {"ails": sorted({*ails, *_kept_of(session, held)}), "trouble": trouble[:_LONGEST_WORDS] or None}
    _moved(session, _as_taken(held), look_at=look_at, tries=0, **changes)
    return ails - before


def proven_by(
    session: Session, held: Held, *, proofs: tuple[str, ...], seal: Seal, voucher: Voucher | None = None
) -> None:
    """Keep by what a helpdesk's calls are proven, and its frames, that chooses that itself, instead of what was kept.

    The first are sealed; the others anybody may know.
    """
    here = (*_mine(held.shop_id, held.kind), Connection.held_until == held.until)
    sealed = connections.secrets_sealed(proofs, shop_id=held.shop_id, kind=held.kind, seal=seal)
    _moved(session, here, sealed_secrets=sealed, voucher=null() if voucher is None else asdict(voucher))


def not_now(session: Session, held: Held, *, why: str, tries: int, look_at: datetime | None) -> None:
    """Write down why nothing came of it; `look_at` None: nobody looks again before the merchant asks for it."""
    if _let_go(session, held):
        _moved(session, _as_taken(held), tries=tries, trouble=why[:_LONGEST_WORDS], look_at=look_at)


def left(session: Session, held: Held, *, parts: Parts, seal: Seal) -> None:
    """Forget a connection and its keys. What could not be taken away there is kept until the merchant has read it."""
    here = (*_mine(held.shop_id, held.kind), Connection.held_until == held.until)
    sample = (SampleTicket.shop_id == held.shop_id, SampleTicket.kind == held.kind)
    session.execute(delete(SampleTicket).where(*sample, exists().where(*here)))
    if not parts:
        session.execute(delete(Connection).where(*here))
        return
    nothing = seal.close("", place=connections.key_place(held.shop_id, held.kind))
    forgotten = {"sealed_key": nothing, "sealed_secrets": None, "sealed_token": None, "public_id": None}
    forgotten |= {"sealed_refresh": None, "key_expires_at": None}
    _moved(session, here, state=Stage.LEFT, parts=dict(parts), look_at=None, held_until=None, **forgotten)


def notes_came_out(session: Session, *, shop_id: int, kind: str) -> bool:
    """Write down that a private note was public, so that no other is written; return whether that is news."""
    row = session.scalars(select(Connection).where(*_mine(shop_id, kind)).with_for_update()).first()
    if row is None or Ail.NOTES_PUBLIC in (row.ails or ()):
        return False
    row.ails = sorted([*(row.ails or ()), Ail.NOTES_PUBLIC])
    session.flush()
    return True


def notes_are_stopped(session: Session, *, shop_id: int, kind: str) -> bool:
    """Return whether no note is to be written there any more."""
    ails: list[str] | None = session.scalar(select(Connection.ails).where(*_mine(shop_id, kind)))
    return Ail.NOTES_PUBLIC in (ails or ())


def trust_notes(session: Session, *, shop_id: int, kind: str) -> bool:
    """Let notes be written again; return whether none were."""
    row = session.scalars(select(Connection).where(*_mine(shop_id, kind)).with_for_update()).first()
    if row is None or Ail.NOTES_PUBLIC not in (row.ails or ()):
        return False
    row.ails = [each for each in row.ails or () if each != Ail.NOTES_PUBLIC]
    session.flush()
    return True


def _setup(row: Connection) -> Setup:
    return Setup(
        kind=row.kind,
        account=row.account,
        user=row.user,
        stage=Stage(row.state),
        parts=row.parts,
        ails=frozenset(map(Ail, row.ails or ())),
        trouble=row.trouble or "",
        given=row.sealed_refresh is not None,
        broken_since=row.broken_since,
        checked_at=row.checked_at,
        in_sandbox=row.mode == Mode.SANDBOX,
    )


def _mine(shop_id: int, kind: str) -> tuple[ColumnElement[bool], ...]:
    return Connection.shop_id == shop_id, Connection.kind == kind


def _free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Hold for connections to look after that are in nobody's hand."""
    return Connection.look_at <= now, or_(Connection.held_until.is_(None), Connection.held_until <= now)


def _as_taken(held: Held) -> tuple[ColumnElement[bool], ...]:
    """Hold where nobody wants something else of the connection by now."""
    as_it_was = (Connection.state == held.stage, Connection.look_at == held.look_at)
    return *_mine(held.shop_id, held.kind), *as_it_was


def _let_go(session: Session, held: Held, **changes: object) -> bool:
    """Give it out of our hand; return False when it was not in it any more."""
    here = (*_mine(held.shop_id, held.kind), Connection.held_until == held.until)
    return _moved(session, here, held_until=None, **changes)


def _ails_of(session: Session, held: Held) -> frozenset[Ail]:
    said: list[str] | None = session.scalar(select(Connection.ails).where(*_mine(held.shop_id, held.kind)))
    return frozenset(map(Ail, said or ()))


def _kept_of(session: Session, held: Held) -> list[Ail]:
    """Return what no look at the furniture can find or mend."""
    return [ail for ail in _ails_of(session, held) if ail is Ail.NOTES_PUBLIC]


def _moved(session: Session, here: tuple[ColumnElement[bool], ...], **values: Any) -> bool:  # noqa: ANN401  # of any column
    statement = update(Connection).where(*here).values(**values).execution_options(synchronize_session=False)
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1
