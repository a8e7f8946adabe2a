"""What was found of each rule's trial, as it was reckoned last: sums, and nobody in them."""

from datetime import datetime
from typing import NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.paid import Found
from app.store.base import insert
from app.store.trial_tables import Result

_FOUND = TypeAdapter(Found)


class Kept(NamedTuple):
    """What was found, and when."""

    found: Found
    at: datetime


def keep(session: Session, *, shop_id: int, rule: str, found: Found, now: datetime) -> None:
    """Write down what was found of the rule's trial, in place of what was found before."""
    values = {"found": _FOUND.dump_python(found, mode="json"), "taken_at": now}
    statement = insert(session, Result).values(shop_id=shop_id, rule=rule, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "rule"], set_=values))


def kept(session: Session, *, shop_id: int) -> dict[str, Kept]:
    """Return what was found last, by rule."""
    rows = session.execute(select(Result.rule, Result.found, Result.taken_at).where(Result.shop_id == shop_id))
    return {row.rule: Kept(_FOUND.validate_python(row.found), row.taken_at) for row in rows}
