"""What both ledgers say, down to the unit, without what may differ: moments, row numbers, tries."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import JSON, LargeBinary, Select, select
from sqlalchemy.sql.schema import Column, Table

from app.store.base import Base, Moment, reading
from app.store.tables import Forgotten
from app.store.watch_tables import Trail
from tests.torture import scene as stage

# How often something was tried, who held it, and what was said about it meanwhile, is not what came of it.
MEANWHILE = {
    "attempts",
    "effect_id",
    "handle",
    "lease",
    "lease_until",
    "mail_digest",
    "place",
    "problem",
    "remark",
    "request",
    "seal",
    "sends",
    "waits",
}
# Steps on the way, which whoever dies takes more than once: the trail tells of each, and of each end once.
STEPS = {"installed", "planned", "sending", "uncertain"}
# Not a deed: what was begun and left, how calls are told apart, and what was done about the post.
NOT_DEEDS = {
    "access_tokens",
    "bulk_operations",
    "bulk_pieces",
    "chronicle",
    "edit_sessions",
    "idempotency",
    "idempotency_under_way",
    "letters",
    "refresh_tokens",
    "switches",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?")
# What is drawn by chance: keys, digests, the aliases of the forgotten; and the numbers of lines begun and given up.
_RANDOM = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}([0-9a-f]{32})?\b|-\d{15,}|(?<=\"id\":)\d{10}"
)

Truth = Counter[str]


def told(here: "stage.Scene", since: "stage.Moment") -> Truth:
    """Return all that is true now, as lines; of the town, what has changed since."""
    return Counter([*ours(here), *theirs(here, since)])


def ours(here: "stage.Scene") -> Iterable[str]:
    with reading(here.world.sessions) as session:
        nobody = {row.alias for row in session.scalars(select(Forgotten))}
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if _lasts(table, column)]
            for row in session.execute(_worth_telling(table, select(*columns))):
                values = [_plain(column, value, nobody) for column, value in zip(columns, row, strict=True)]
                yield f"{table.name} {dict(zip((c.name for c in columns), values, strict=True))}"


def theirs(here: "stage.Scene", since: "stage.Moment") -> Iterable[str]:
    now = here.inner.books.copied().documents
    for kind in sorted(set(now) - NOT_DEEDS):
        before = since.town.documents.get(kind, {})
        for key, body in now[kind].items():
            if before.get(key) is not body:
                yield f"town {kind} {key} {_lasting(body)}"


def _worth_telling(table: Table, rows: Select[Any]) -> Select[Any]:
    return rows.where(Trail.what.not_in(STEPS)) if table is Trail.__table__ else rows


def _lasts(table: Table, column: Column[Any]) -> bool:
    points_elsewhere = any(key.column.table.name != "shops" for key in column.foreign_keys)
    counted = column is table.autoincrement_column and table.name != "shops"
    return not (points_elsewhere or counted or column.name in MEANWHILE)


def _plain(column: Column[Any], value: Any, nobody: set[int]) -> object:
    if isinstance(column.type, Moment | LargeBinary) and column.name != "body":
        return None if value is None else "…"
    if isinstance(column.type, JSON):
        return _lasting(json.dumps(value, sort_keys=True))
    if isinstance(value, int) and value in nobody:
        return "somebody forgotten"
    return _lasting(value) if isinstance(value, str) else value


def _lasting(text: str) -> str:
    return _RANDOM.sub("…", _MOMENT.sub("…", text))
