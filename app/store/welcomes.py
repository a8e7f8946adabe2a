"""How far a merchant has come with their first steps, and what the gifts that they picked are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.facts import GiftOption
from app.domain.money import Money
from app.store.base import insert
from app.store.welcome_tables import PickedGift, Welcome

LONGEST_TITLE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Which of the steps that leave no other trace were taken."""

    skipped_helpdesk: bool = False
    finished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A gift as the store described it when it was picked."""

    title: str
    cost: Money


def steps(session: Session, *, shop_id: int) -> Steps:
    """Return how far they have come."""
    row = session.get(Welcome, shop_id, populate_existing=True)
    if row is None:
        return Steps()
    return Steps(skipped_helpdesk=row.skipped_helpdesk_at is not None, finished=row.finished_at is not None)


def skip_helpdesk(session: Session, *, shop_id: int, now: datetime) -> None:
    """Note that they do without a helpdesk for now."""
    _note(session, shop_id, skipped_helpdesk_at=now)


def finish(session: Session, *, shop_id: int, now: datetime) -> None:
    """Note that they know their way about; nobody leads them there any more."""
    _note(session, shop_id, finished_at=now)


def pick(session: Session, *, shop_id: int, option: GiftOption, now: datetime) -> None:
    """Note what a gift is called and costs, for pages that must not wait for the store."""
    values = {"title": option.title[:LONGEST_TITLE], "cost_minor": option.cost.minor, "picked_at": now}
    statement = insert(session, PickedGift).values(shop_id=shop_id, variant_id=option.variant_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "variant_id"], set_=values))


def picked(session: Session, *, shop_id: int, currency: str) -> Mapping[int, Picked]:
    """Return every gift that was picked here, by its variant."""
    rows = session.scalars(select(PickedGift).where(PickedGift.shop_id == shop_id))
    return {
        row.variant_id: Picked(title=row.title, cost=Money(minor=row.cost_minor, currency=currency)) for row in rows
    }


def _note(session: Session, shop_id: int, **moment: datetime) -> None:
    statement = insert(session, Welcome).values(shop_id=shop_id, **moment)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id"], set_=moment))
