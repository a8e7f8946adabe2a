"""What a month's agents did, as a file for spreadsheets: no names of customers, and no cell that computes anything."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.agents import Reason
from app.domain.deed_words import what
from app.store import acts
from app.store.acts import Act
from app.store.base import reading
from app.store.shops import Merchant
from app.web import phrases
from app.web.language import N_, _
from app.web.retold import told_plainly
from app.web.sheets import BYTE_ORDER, PAGE, plain, written
from jobs.runtime import World

FIRST_YEAR = 2020  # nothing of ours is older
HEAD = (
    *(N_("When"), N_("When (UTC)"), N_("Who"), N_("Ticket"), N_("Customer"), N_("What"), N_("Amount"), N_("Currency")),
    *(N_("Result"), N_("Ended (UTC)"), N_("Undone"), N_("Reason")),
)
_RESULTS = {state.value: word for state, (word, _) in phrases.STATES.items()}
_MONTH = re.compile(r"(?a:(20\d\d)-(0[1-9]|1[0-2]))")


def months(merchant: Merchant, now: datetime) -> list[str]:
    """Return the months of which there may be something to tell, such as "2026-11", the newest first."""
    zone = ZoneInfo(merchant.timezone)
    first, last = (moment.astimezone(zone) for moment in (merchant.installed_at, now))
    count = (last.year - first.year) * 12 + last.month - first.month
    return [
        f"{last.year + (last.month - 1 - back) // 12}-{(last.month - 1 - back) % 12 + 1:02}"
        for back in range(count + 1)
    ]


def span(merchant: Merchant, month: str) -> tuple[datetime, datetime] | None:
    """Return when that month begins and ends by the shop's own clock; None for what is no month."""
    found = _MONTH.fullmatch(month)
    if found is None or int(found[1]) < FIRST_YEAR:
        return None
    year, number, zone = int(found[1]), int(found[2]), ZoneInfo(merchant.timezone)
    return datetime(year, number, 1, tzinfo=zone), datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)


def sheet(world: World, merchant: Merchant, since: datetime, until: datetime) -> Iterator[str]:
    """Yield the file, page by page, each read when the one before was taken."""
    yield BYTE_ORDER + written([[_(name) for name in HEAD]])
    for page in _pages(world, merchant, since, until):
        yield written(_row(act, merchant) for act in page)


def _pages(world: World, merchant: Merchant, since: datetime, until: datetime) -> Iterator[list[Act]]:
    asked: dict[str, Any] = {"shop_id": merchant.id, "since": since, "until": until}
    with reading(world.sessions) as session:
        bounds = acts.between(session, **asked)
    while bounds is not None:
        with reading(world.sessions) as session:
            page = acts.some(session, currency=merchant.currency, bounds=bounds, limit=PAGE, **asked)
        if page:
            yield page
        bounds = (page[-1].id + 1, bounds[1]) if len(page) == PAGE else None


def _row(act: Act, merchant: Merchant) -> tuple[str, ...]:
    local = act.at.astimezone(ZoneInfo(merchant.timezone))
    texts = (
        getattr(act.effect, "agent_name", ""),
        act.ticket_id or "",
        "" if act.customer_id is None else str(act.customer_id),
        act.kind if act.effect is None else told_plainly(what(act.effect)),
        "" if act.cost is None else act.cost.text,
        merchant.currency,
        _(phrases.PENDING[0] if act.pending else _RESULTS.get(act.state, act.state)),
        "" if act.ended_at is None else _utc(act.ended_at),
        told_plainly(act.undone),
        "" if act.reason in {None, Reason.HARD_TIME} else _(phrases.REASONS[act.reason]),
    )
    return (f"{local:%Y-%m-%d %H:%M:%S}", _utc(act.at), *map(plain, texts))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
