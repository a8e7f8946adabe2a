"""Another item in the place of one that is gone: deed, key and row stay, its money is set aside anew."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.effects import Effect as DomainEffect
from app.domain.effects import State
from app.domain.money import Money
from app.store import trail
from app.store.conditions import picked
from app.store.deeds import Deed, deed_of, described
from app.store.moves import moved
from app.store.settling import Purse, release, reserve
from app.store.tables import Effect

SWAPPED = "swapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """What is given instead, and why; with a `question` and its `code` a person must say yes to it first."""

    effect: DomainEffect
    cost: Money
    why: str
    code: str = ""
    question: str | None = None


def swap(session: Session, deed: Deed, other: Other, *, purse: Purse, now: datetime) -> Deed | None:
    """Let a picked deed give something else; return None where it is not ours any more, or may have been sent.

    The purse is asked anew, and may say no. Whoever had the deed in hand as it was is told so by its next move.
    Raises ValueError for a foreign currency, and for what would be another deed.
    """
    if other.cost.currency != purse.currency or other.effect.key != deed.key:
        raise ValueError(f"effect {deed.id} cannot be that as well")
    statement = (
        update(Effect)
        .where(
            Effect.id == deed.id,
            Effect.shop_id == deed.shop_id,
            picked(deed),
            Effect.first_sent_at.is_(None),
            Effect.request.is_(None),
        )
        # One more attempt than was made, so that what was picked is out of date; and neither of the two was a try.
        .values(attempts=Effect.attempts + 1, waits=Effect.waits + 2)
        .execution_options(synchronize_session=False)
    )
    if not moved(session, statement):
        return None
    row = session.get_one(Effect, deed.id, populate_existing=True)
    release(session, row)
    asks = other.question is not None
    row.payload, row.cost_minor, row.pool_id = described(other.effect)["payload"], other.cost.minor, None
    row.because = f"{row.because} {other.why}"
    row.state, row.next_try_at = (State.AWAITING, None) if asks else (State.PLANNED, now)
    row.code, row.problem = (other.code, other.question) if asks else (None, None)
    session.flush()
    if not asks:
        reserve(session, row, purse, now)
    trail.row_moved(session, row, row.state, why=SWAPPED if row.state != State.OVER_BUDGET else row.code or "")
    return deed_of(row, purse.currency)
