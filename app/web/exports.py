"""What the pages show, as files: the ledger, what was spent, the decisions, and who is marked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from app.domain.agents import Reason
from app.domain.deed_words import what
from app.domain.effects import Mute, Unmute
from app.domain.policy import Mode
from app.domain.rules import hard_time
from app.store import marked, reasons, spending, stories
from app.store.base import reading
from app.store.marked import Marked
from app.store.reasons import Verdict
from app.store.shops import Merchant
from app.store.spending import Spent
from app.store.stories import LedgerRow, Search
from app.web import phrases
from app.web.language import N_, _
from app.web.reason_words import reason
from app.web.retold import told_plainly
from app.web.sheets import BYTE_ORDER, PAGE, iso, plain, written
from jobs.desk import NEWEST
from jobs.runtime import World

LEDGER = (
    *(N_("Row"), N_("Written"), N_("Ended"), N_("State"), N_("Rule"), N_("What"), N_("Why"), N_("Order")),
    *(N_("Order's number"), N_("Customer"), N_("Ticket"), N_("Cost"), N_("Currency"), N_("Their number")),
)
SPEND = (N_("Month"), N_("Pool"), N_("Rule"), N_("Deeds"), N_("Spent"), N_("Set aside"), N_("Currency"))
DECISIONS = (N_("Decided"), N_("Rule"), N_("Mode"), N_("About"), N_("Order"), N_("Reason"), N_("Why"))
CUSTOMERS = (
    *(N_("Customer"), N_("Net spend"), N_("Currency"), N_("Orders"), N_("First order"), N_("Last order")),
    N_("Special since"),
)
# A hard time is for the team alone: nothing of it leaves in a file.
_HARD_TIMES = frozenset({hard_time.CODE, hard_time.OVER, "hard_time"})
MONTHS = 120  # of a shop's purses: ten years


def ledger(world: World, merchant: Merchant, search: Search) -> Iterator[str]:
    """Yield the rows of the ledger that match, the newest first."""
    yield _head(LEDGER)
    rows: list[LedgerRow] = []
    while not rows or len(rows) == PAGE:
        with reading(world.sessions) as session:
            rows = stories.ledger_rows(session, search=search, limit=PAGE, **_shop(merchant))
        if not rows:
            break
        yield written(_ledger_row(row, merchant) for row in rows if not isinstance(row.effect, Mute | Unmute))
        search = replace(search, before=rows[-1].id)


def decisions(world: World, merchant: Merchant, *, rule: str | None, code: str) -> Iterator[str]:
    """Yield the decisions of a rule, under a code, or all of them, the newest first."""
    yield _head(DECISIONS)
    upto = NEWEST
    while True:
        with reading(world.sessions) as session:
            page = reasons.some(session, shop_id=merchant.id, rule=rule, code=code or None, upto=upto, limit=PAGE)
        if page:
            yield written(_decision(each, merchant) for each in page if each.code not in _HARD_TIMES)
        if len(page) < PAGE:
            break
        upto = page[-1].id - 1


def customers(world: World, merchant: Merchant) -> Iterator[str]:
    """Yield whose mark is on."""
    yield _head(CUSTOMERS)
    after = 0
    while True:
        with reading(world.sessions) as session:
            page = marked.some(session, after=after, limit=PAGE, **_shop(merchant))
        if page:
            yield written(_customer(each, merchant) for each in page)
        if len(page) < PAGE:
            break
        after = page[-1].customer_id


def spend(world: World, merchant: Merchant) -> Iterator[str]:
    """Yield what each rule spent in each month, out of which pool."""
    with reading(world.sessions) as session:
        months = {each.month for each in spending.purses(session, limit=MONTHS, **_shop(merchant))}
        lines = spending.by_rule(session, months=months, **_shop(merchant))
    yield _head(SPEND)
    yield written(_spent(line, merchant) for line in lines)


def _spent(line: Spent, merchant: Merchant) -> list[str]:
    figures = (str(line.deeds), line.spent.text, line.aside.text)
    return [line.month, _(phrases.POOLS[line.pool][0]), _rule(line.rule), *figures, merchant.currency]


def _ledger_row(row: LedgerRow, merchant: Merchant) -> list[str]:
    known = row.customer_id is not None and row.customer_id > 0
    why = "" if row.reason is Reason.HARD_TIME else row.why
    texts = (
        _((phrases.PENDING if row.pending else phrases.STATES[row.state])[0]),
        _rule(row.rule),
        told_plainly(what(row.effect)),
        told_plainly(why),
        row.order_name or "",
        "" if row.order_id is None else str(row.order_id),
        str(row.customer_id) if known else "",
        row.ticket_id or "",
        "" if row.cost is None else row.cost.text,
        merchant.currency,
        row.reference or "",
    )
    moments = (iso(moment, merchant.timezone) for moment in (row.created_at, row.ended_at))
    return [str(row.id), *moments, *map(plain, texts)]


def _decision(each: Verdict, merchant: Merchant) -> list[str]:
    mode = _(phrases.MODES[Mode(each.mode)][0])
    texts = (_rule(each.rule), mode, each.subject, each.order_name or "", reason(each.code), told_plainly(each.because))
    return [iso(each.decided_at, merchant.timezone), *map(plain, texts)]


def _customer(each: Marked, merchant: Merchant) -> list[str]:
    moments = (iso(moment, merchant.timezone) for moment in (each.first_order_at, each.last_order_at, each.since))
    return [str(each.customer_id), each.net.text, merchant.currency, str(each.orders), *moments]


def _head(names: Sequence[str]) -> str:
    return BYTE_ORDER + written([[_(name) for name in names]])


def _rule(name: str) -> str:
    return _(phrases.BY[name]) if name in phrases.BY else name


def _shop(merchant: Merchant) -> dict[str, Any]:
    return {"shop_id": merchant.id, "currency": merchant.currency}
