"""What both ledgers say, down to the unit, without what may differ: moments, row numbers, tries."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import JSON, ColumnElement, LargeBinary, Select, Text, cast, select, type_coerce
from sqlalchemy.sql.schema import Column, Table
from sqlalchemy.types import NullType

from app.store.base import Base, Moment, reading
from app.store.tables import Forgotten
from app.store.watch_tables import Trail
from tests.torture import scene as stage

# How often something was tried or looked at, who held it, and what was said meanwhile, is not what came of it.
MEANWHILE = {
    "attempts",
    "effect_id",
    "handle",
    "lease",
    "lease_until",
    "looks",
    "mail_digest",
    "marks_at",
    "marks_to",
    "next_look_at",
    "place",
    "problem",
    "remark",
    "request",
    "seal",
    "sends",
    "tries",
    "waits",
}
# Steps on the way, which whoever dies takes more than once: the trail tells of each, and of each end once.
STEPS = {"installed", "planned", "sending", "uncertain"}
# A count of decisions that are told here themselves, as of whichever ring it was that made it; a page adds the rest.
COUNTED = {"reason_counts"}
# Not a deed: what was begun and left, how calls are told apart, and what was done about the post.
NOT_DEEDS = {
    "access_tokens",
    "bulk_operations",
    "bulk_pieces",
    "chronicle",
    "edit_sessions",
    "idempotency",
    "idempotency_under_way",
    "late_calls",
    "letters",
    "refresh_tokens",
    "switches",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?")
# When a card was drawn is not what came of it; all else on it is.
_AS_OF = re.compile(r"As of \d\d:\d\d, \d{1,2} \w{3} \d{4}\.")
# What is drawn by chance: keys, digests, passes, aliases of the forgotten; and the numbers of lines begun and given up.
_RANDOM = re.compile(
    r"(?<=#pass=)[a-z2-7]+|(?<=/card/)[a-z2-7]+|"
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}([0-9a-f]{32})?\b|-\d{15,}|(?<=\"id\":)\d{10}"
)

Truth = Counter[str]


def told(here: "stage.Scene", since: "stage.Moment") -> Truth:
    """Return all that is true now, as lines; of the town, what has changed since."""
    return Counter([*ours(here), *theirs(here, since)])


def ours(here: "stage.Scene") -> Iterable[str]:
    with reading(here.world.sessions) as session:
        nobody = frozenset(row.alias for row in session.scalars(select(Forgotten)))
        for table in (each for each in Base.metadata.sorted_tables if each.name not in COUNTED):
            for row in session.execute(_asked_of(table)):
                yield _line(table, tuple(row), nobody)


def theirs(here: "stage.Scene", since: "stage.Moment") -> Iterable[str]:
    now = here.inner.books.copied().documents
    for kind in sorted(set(now) - NOT_DEEDS):
        before = since.town.documents.get(kind, {})
        for key, body in now[kind].items():
            if before.get(key) is not body:
                yield f"town {kind} {key} {_lasting(body)}"


@cache
def _asked_of(table: Table) -> Select[Any]:
    """Return the question to a table about all that lasts, answered as plainly as the database can."""
    rows = select(*map(_asked_for, _lasting_columns(table)))
    return rows.where(Trail.what.not_in(STEPS)) if table is Trail.__table__ else rows


def _asked_for(column: Column[Any]) -> ColumnElement[Any]:
    if _says_only_whether(column):
        return column.is_not(None)
    return cast(column, Text) if isinstance(column.type, JSON) else type_coerce(column, NullType())


@cache
def _lasting_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if _lasts(table, column)]


def _lasts(table: Table, column: Column[Any]) -> bool:
    points_elsewhere = any(key.column.table.name != "shops" for key in column.foreign_keys)
    counted = column is table.autoincrement_column and table.name != "shops"
    return not (points_elsewhere or counted or column.name in MEANWHILE)


def _says_only_whether(column: Column[Any]) -> bool:
    return isinstance(column.type, Moment | LargeBinary) and column.name != "body"


@lru_cache(maxsize=20_000)  # most rows say the same in every life
def _line(table: Table, row: tuple[Any, ...], nobody: frozenset[int]) -> str:
    columns = _lasting_columns(table)
    told = {column.name: _plain(column, value, nobody) for column, value in zip(columns, row, strict=True)}
    return f"{table.name} {told}"


def _plain(column: Column[Any], value: Any, nobody: frozenset[int]) -> object:
    if _says_only_whether(column):
        return "…" if value else None
    if isinstance(column.type, JSON):
        return None if value is None else _lasting(json.dumps(json.loads(value), sort_keys=True))
    if isinstance(value, int) and value in nobody:
        return "somebody forgotten"
    return _lasting(value) if isinstance(value, str) else value


def _lasting(text: str) -> str:
    return _RANDOM.sub("…", _MOMENT.sub("…", _AS_OF.sub("…", text)))
