"""Statements that are compiled once: most tests open a database anew, and a fifth of their time was this.

What a statement compiles to hangs on the kind of its database alone. Where it is kept, engines are told apart by their
dialects, so these pass for one another; each keeps its own, for some tests stand watch over theirs.
"""

from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine.interfaces import Dialect

from app.store import base

_compiled: dict[type[Dialect], Any] = {}
_create = create_engine


def share() -> None:
    """Let every database that is opened from now on know what others of its kind have compiled."""
    base.create_engine = _opened  # type: ignore[assignment, attr-defined]


def _opened(url: str, **wishes: Any) -> Engine:
    engine = _create(url, **wishes)
    kind: Any = type(engine.dialect)
    kind.__eq__, kind.__hash__ = _is_of_its_kind, _hash_of_its_kind
    engine._compiled_cache = _compiled.setdefault(kind, engine._compiled_cache)
    return engine


def _is_of_its_kind(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _hash_of_its_kind(one: Dialect) -> int:
    return hash(type(one))
