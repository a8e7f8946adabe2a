"""Statements that are compiled once: most tests open a database anew, and a fifth of their time was this.

What a statement compiles to hangs on its dialect alone, so engines of one kind may share theirs, and what it knows.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

from app.store import base

_firsts: dict[str, Engine] = {}  # by dialect
_create: Callable[..., Engine] = base.create_engine


def share() -> None:
    """Let every database that is opened from now on know what the first of its kind has compiled."""
    base.create_engine = _opened  # type: ignore[assignment]


def _opened(url: str, **wishes: Any) -> Engine:
    engine = _create(url, **wishes)
    kind = engine.dialect.name
    if kind in _firsts:
        first = _firsts[kind]
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
    else:
        # Not before it has met its server, whose version it must know.
        event.listen(engine, "engine_connect", lambda _: _firsts.setdefault(kind, engine), once=True)
    return engine
