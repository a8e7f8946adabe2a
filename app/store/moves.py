"""The statement that moves rows, and what an ending writes into them."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Update
from sqlalchemy.orm import Session

from app.domain.effects import State


def ending(state: State, code: str, why: str, now: datetime) -> dict[str, Any]:
    """Return what is written into a row that comes to nothing."""
    return {"state": state, "next_try_at": None, "code": code, "problem": why, "remark": None, "ended_at": now}


def moved(session: Session, statement: Update) -> bool:
    """Return whether the statement found the one row it was for, as it expected it."""
    return how_many(session, statement) == 1


def how_many(session: Session, statement: Update) -> int:
    """Return how many rows the statement moved."""
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount
