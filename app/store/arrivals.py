"""Shopify's deliveries as they come in: all that has gathered is kept by one statement, each of them once."""

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.base import as_kept
from app.store.tables import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One delivery at the door, signed; `sender` is a shop's proper domain, or empty."""

    sender: str
    topic: str
    delivery_key: str
    event_key: str | None
    body: bytes
    triggered_at: datetime | None


_CAME = tuple(field.name for field in fields(Arrival))

# The shop is looked up by the very statement that keeps the row: nobody can be installed, or leave, in between.
# Whoever sends for a shop that is not there is set aside at once.
_KEEP = """
    INSERT INTO deliveries
        (shop_id, source, sender, topic, delivery_key, event_key, body, triggered_at,
        received_at, next_try_at, attempts, problem)
    SELECT shop_id, 'shopify', sender, topic, delivery_key, event_key, body, triggered_at,
        {now}, CASE WHEN shop_id IS NOT NULL THEN {now} END, 0, CASE WHEN shop_id IS NULL THEN 'unknown shop' END
    FROM (SELECT came.*, (SELECT id FROM shops WHERE domain = came.sender) AS shop_id FROM {came}) AS addressed
    WHERE true
    ON CONFLICT DO NOTHING
    RETURNING shop_id
"""

# One list a column. Bodies go as they are, not as text of twice the length.
_POSTGRESQL = _KEEP.format(
    now="%(now)s::timestamptz",
    came="""unnest(
        %(sender)s::text[], %(topic)s::text[], %(delivery_key)s::text[], %(event_key)s::text[],
        %(body)b::bytea[], %(triggered_at)s::timestamptz[]
    ) AS came (sender, topic, delivery_key, event_key, body, triggered_at)""",
)


def keep(session: Session, arrivals: Sequence[Arrival], *, now: datetime) -> set[int]:
    """Keep each delivery, unless this very one, or the same news, is here already; return the shops that have news."""
    # Always in the same order: two processes that were sent the same would else wait for each other for ever.
    ordered = sorted(arrivals, key=lambda arrival: (arrival.sender, arrival.delivery_key, arrival.topic))
    if session.get_bind().dialect.name == "sqlite":
        kept = session.connection().exec_driver_sql(*_sqlite(ordered, now))
    else:
        columns: dict[str, object] = {name: [getattr(arrival, name) for arrival in ordered] for name in _CAME}
        kept = session.connection().exec_driver_sql(_POSTGRESQL, columns | {"now": now})
    return {shop_id for (shop_id,) in kept if shop_id is not None}


def strangers(session: Session, domains: Collection[str]) -> set[str]:
    """Return those of the domains that are no shop's of ours."""
    return set(domains) - set(session.scalars(select(Shop.domain).where(Shop.domain.in_(domains))))


def _sqlite(arrivals: Sequence[Arrival], now: datetime) -> tuple[str, tuple[object, ...]]:
    row = f"({', '.join('?' * len(_CAME))})"
    names = ", ".join(f"column{number} AS {name}" for number, name in enumerate(_CAME, 1))
    rows = f"(SELECT {names} FROM (VALUES {', '.join([row] * len(arrivals))})) AS came"  # noqa: S608  # ours and ?s
    values = [as_kept(value) if isinstance(value, datetime) else value for each in arrivals for value in astuple(each)]
    at = as_kept(now)
    return _KEEP.format(now="?", came=rows), (at, at, *values)
