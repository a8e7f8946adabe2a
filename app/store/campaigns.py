"""Campaigns: what was decided about each, how far it is, and when it goes on.

    begin ─▶ draft ─▶ approved ─▶ running ─▶ done
               │          └──────────┴─────▶ called off
               └ counted and revised, as often as anybody likes

Whoever says yes has looked at one revision of a draft: of two who do, and of one who looked before the other changed
something, one is heard. A wave is taken once, by whoever finds its hour as they saw it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from app.domain.campaigns import Stage, Terms
from app.store import doors, grants, switch, trail
from app.store.campaign_tables import Campaign as Row
from app.store.moves import moved
from app.store.tables import Shop

_TERMS = TypeAdapter(Terms)
_GOES_ON = (Stage.APPROVED, Stage.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign, as it stands."""

    id: int
    name: str
    stage: Stage
    terms: Terms
    seed: str
    revision: int
    among: int
    left_out: Mapping[str, int]
    counted_at: datetime | None
    approved_at: datetime | None
    list_print: str
    next_at: datetime | None
    waits_for: str
    forgiven: int
    ended_at: datetime | None


def begin(session: Session, *, shop_id: int, name: str, seed: str, terms: Terms, now: datetime) -> int:
    """Begin a draft; return its number."""
    row = Row(
        shop_id=shop_id,
        name=name,
        stage=Stage.DRAFT,
        terms=_kept(terms),
        seed=seed,
        revision=0,
        created_at=now,
        among=0,
        left_out={},
        forgiven=0,
    )
    session.add(row)
    session.flush()
    return row.id


def listed(session: Session, *, shop_id: int) -> list[Campaign]:
    """Return all of a shop's campaigns, the newest first."""
    rows = select(Row).where(Row.shop_id == shop_id).order_by(Row.id.desc())
    return [_campaign(row) for row in session.scalars(rows.execution_options(populate_existing=True))]


def read(session: Session, *, shop_id: int, campaign_id: int) -> Campaign | None:
    """Return one campaign of the shop's."""
    row = session.scalar(
        select(Row).where(Row.shop_id == shop_id, Row.id == campaign_id).execution_options(populate_existing=True)
    )
    return None if row is None else _campaign(row)


def revise(session: Session, *, shop_id: int, campaign_id: int, seen: int, name: str, terms: Terms) -> bool:
    """Let a draft be as somebody would have it now who saw that revision; False where it has changed since."""
    changes = {"name": name, "terms": _kept(terms), "revision": seen + 1}
    return moved(session, _draft(shop_id, campaign_id, seen).values(changes))


def counted(
    session: Session, *, shop_id: int, campaign_id: int, among: int, left_out: Mapping[str, int], now: datetime
) -> bool:
    """Write down among how many a draft's contenders are; False where it is no draft any more."""
    changes = {"counted_at": now, "among": among, "left_out": dict(left_out), "revision": Row.revision + 1}
    return moved(session, _draft(shop_id, campaign_id).values(changes))


def approve(
    session: Session, *, shop_id: int, campaign_id: int, seen: int, list_print: str, next_at: datetime, now: datetime
) -> bool:
    """Freeze a draft as somebody saw it; False where it has changed since, or somebody was faster."""
    frozen = {"stage": Stage.APPROVED, "approved_at": now, "list_print": list_print, "next_at": next_at}
    if not moved(session, _draft(shop_id, campaign_id, seen).values(frozen | {"revision": seen + 1})):
        return False
    trail.note(
        session, shop_id=shop_id, what="campaign_approved", why=f"campaign {campaign_id}, list {list_print[:12]}"
    )
    return True


def shops_due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Return shops with a campaign that goes on. Crosses tenants: only the ticker may ask, and it learns ids alone."""
    due = select(Row.id).where(Row.shop_id == Shop.id, Row.next_at <= now).exists()
    willing = (Shop.uninstalled_at.is_(None), grants.let_us_in(), doors.are_open(now), ~switch.is_thrown())
    return list(session.scalars(select(Shop.id).where(due, *willing).order_by(Shop.id).limit(limit)))


def due(session: Session, *, shop_id: int, now: datetime) -> list[Campaign]:
    """Return the shop's campaigns that go on now."""
    rows = select(Row).where(Row.shop_id == shop_id, Row.next_at <= now).order_by(Row.id)
    return [_campaign(row) for row in session.scalars(rows.execution_options(populate_existing=True))]


def take(session: Session, *, shop_id: int, campaign_id: int, seen: datetime, until: datetime | None) -> bool:
    """Take what a campaign does at the hour that was seen, until the next; False where somebody else has.

    It is taken when this transaction commits: whoever dies before has not taken it.
    """
    mine = (Row.shop_id == shop_id, Row.id == campaign_id, Row.next_at == seen)
    return moved(session, _quietly(update(Row).where(*mine).values(next_at=until)))


def went_on(session: Session, *, shop_id: int, campaign_id: int, waits_for: str) -> None:
    """Write down that a wave was planned, and why it was no larger."""
    running = {"stage": Stage.RUNNING, "waits_for": waits_for or None}
    mine = update(Row).where(Row.shop_id == shop_id, Row.id == campaign_id, Row.stage.in_(_GOES_ON))
    moved(session, _quietly(mine.values(running)))


def stop(session: Session, *, shop_id: int, campaign_id: int, waits_for: str) -> None:
    """Let nothing more happen by itself until somebody says so."""
    held = {"waits_for": waits_for, "next_at": None}
    mine = update(Row).where(Row.shop_id == shop_id, Row.id == campaign_id, Row.stage.in_(_GOES_ON))
    moved(session, _quietly(mine.values(held)))
    trail.note(session, shop_id=shop_id, what="campaign_stopped", why=f"campaign {campaign_id}: {waits_for}")


def resume(session: Session, *, shop_id: int, campaign_id: int, forgiven: int, now: datetime) -> bool:
    """Let a campaign go on that stopped itself over so many failures; False where it had not."""
    stopped = (Row.shop_id == shop_id, Row.id == campaign_id, Row.stage.in_(_GOES_ON), Row.next_at.is_(None))
    resumed = moved(
        session, _quietly(update(Row).where(*stopped).values(next_at=now, waits_for=None, forgiven=forgiven))
    )
    if resumed:
        trail.note(session, shop_id=shop_id, what="campaign_resumed", why=f"campaign {campaign_id}")
    return resumed


def end(session: Session, *, shop_id: int, campaign_id: int, now: datetime) -> None:
    """Write down that all of a campaign has come to its end."""
    over = {"stage": Stage.DONE, "ended_at": now, "next_at": None, "waits_for": None}
    mine = update(Row).where(Row.shop_id == shop_id, Row.id == campaign_id, Row.stage.in_(_GOES_ON))
    moved(session, _quietly(mine.values(over)))


def call_off(session: Session, *, shop_id: int, campaign_id: int, now: datetime) -> bool:
    """Let nothing more of a campaign be planned; False where nothing was going on. What waits is withdrawn after."""
    off = {"stage": Stage.CALLED_OFF, "ended_at": now, "next_at": now, "waits_for": None}
    mine = update(Row).where(Row.shop_id == shop_id, Row.id == campaign_id, Row.stage.in_(_GOES_ON))
    if not moved(session, _quietly(mine.values(off))):
        return False
    trail.note(session, shop_id=shop_id, what="campaign_called_off", why=f"campaign {campaign_id}")
    return True


def _draft(shop_id: int, campaign_id: int, seen: int | None = None) -> Update:
    mine = [Row.shop_id == shop_id, Row.id == campaign_id, Row.stage == Stage.DRAFT]
    mine += [] if seen is None else [Row.revision == seen]
    return _quietly(update(Row).where(*mine))


def _quietly(statement: Update) -> Update:
    return statement.execution_options(synchronize_session=False)


def _kept(terms: Terms) -> dict[str, Any]:
    kept: dict[str, Any] = _TERMS.dump_python(terms, mode="json")
    return kept


def _campaign(row: Row) -> Campaign:
    return Campaign(
        id=row.id,
        name=row.name,
        stage=Stage(row.stage),
        terms=_TERMS.validate_python(row.terms),
        seed=row.seed,
        revision=row.revision,
        among=row.among,
        left_out=row.left_out,
        counted_at=row.counted_at,
        approved_at=row.approved_at,
        list_print=row.list_print or "",
        next_at=row.next_at,
        waits_for=row.waits_for or "",
        forgiven=row.forgiven,
        ended_at=row.ended_at,
    )
