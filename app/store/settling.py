"""The money of a deed: set aside when it is planned, then spent or put back, in the month that held it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.effects import Pool, State
from app.domain.money import Money
from app.domain.ports import Receipt
from app.store import pools
from app.store.deeds import Deed
from app.store.pools import Balance
from app.store.tables import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """Where the money for plans comes from: the month as the shop's clock shows it, and each pool's monthly limit."""

    month: str
    limits: dict[Pool, int]
    currency: str
    lowered_by: int | None = None  # what the store took lately, where a share of it holds the gifts' limit down


def reserve(session: Session, row: Effect, purse: Purse, now: datetime) -> None:
    """Set the deed's money aside, or end the deed where the month does not hold it."""
    if row.pool_name is None or not row.cost_minor:
        return
    balance = _balance(session, row, purse)
    if balance is not None and pools.reserve(session, shop_id=row.shop_id, pool_id=balance.id, minor=row.cost_minor):
        row.pool_id = balance.id
    else:
        left = Money(minor=0 if balance is None else balance.left_minor, currency=purse.currency)
        row.state, row.next_try_at, row.ended_at = State.OVER_BUDGET, None, now
        monthly = row.pool_name in set(Pool)
        held = f"The {row.pool_name} pool has {left} left this month."
        row.code, row.problem = "over_budget", held if monthly else f"Of what was set aside for it, {left} are left."
    session.flush()


def release(session: Session, row: Effect) -> None:
    """Put the deed's money back into the month that held it."""
    if row.pool_id is not None and row.cost_minor:
        pools.release(session, shop_id=row.shop_id, pool_id=row.pool_id, minor=row.cost_minor)


def true_cost(deed: Deed, receipt: Receipt) -> Money | None:
    """Return what it cost as the other side says; as planned where it does not say, or says it in other money."""
    planned, said = deed.cost, receipt.cost
    if said is None or (planned is not None and planned.currency != said.currency):
        return planned
    return said


def settle(session: Session, deed: Deed, cost: Money | None) -> None:
    """Turn the money that is set aside for a deed into money spent, and write down what it truly cost.

    What is set aside, and where, is the row's to say: a person may have approved it anew, in another month, since its
    worker looked.
    """
    found = select(Effect).where(Effect.id == deed.id, Effect.shop_id == deed.shop_id)
    row = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return
    held, row.cost_minor = row.cost_minor, None if cost is None else cost.minor
    if row.pool_id is not None and held is not None and cost is not None:
        fits = _book(session, row, row.pool_id, held_minor=held, spent_minor=cost.minor)
        if not fits:
            # It happened, and cost more than the purse holds: book what was set aside, and say so aloud. The row says
            # what was booked, for that is what comes back should the deed be undone.
            _book(session, row, row.pool_id, held_minor=held, spent_minor=held)
            row.cost_minor = held
            aside = Money(minor=held, currency=cost.currency)
            row.problem = f"cost {cost}, only {aside} was set aside and the pool is empty"
    session.flush()


def _balance(session: Session, row: Effect, purse: Purse) -> Balance | None:
    """Return the purse that pays for the row: this month's of its pool, or the one that is for its purpose alone."""
    if row.pool_name not in set(Pool):
        return pools.whole(session, shop_id=row.shop_id, name=row.pool_name or "")
    name = Pool(row.pool_name)
    limit = purse.limits[name]
    return pools.open_month(session, shop_id=row.shop_id, name=name, month=purse.month, limit_minor=limit)


def _book(session: Session, row: Effect, pool_id: int, *, held_minor: int, spent_minor: int) -> bool:
    return pools.settle(
        session, shop_id=row.shop_id, pool_id=pool_id, reserved_minor=held_minor, spent_minor=spent_minor
    )
