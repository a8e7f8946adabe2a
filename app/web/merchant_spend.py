"""What was spent: by rule and month, and how much of each month's pools that took; and the files of all there is."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from app.domain.effects import Pool
from app.domain.money import Money, zero
from app.store import spending
from app.store.reports import PoolLeft
from app.store.spending import Spent
from app.web import charts, exports, ledger_search, phrases, sheets
from app.web.charts import Chart, Column
from app.web.here import world
from app.web.identity import merchant
from app.web.language import money
from app.web.screen import look, show

blueprint = Blueprint("spend", __name__)

MONTHS = 12  # on the page; the file has all


@blueprint.get("/spend")
def spend() -> str:
    """Show what each rule spent in each month."""
    with look() as seen:
        shop: dict[str, Any] = {"shop_id": seen.merchant.id, "currency": seen.merchant.currency}
        purses = spending.purses(seen.session, limit=MONTHS * len(Pool), **shop)
        lines = spending.by_rule(seen.session, months={each.month for each in purses}, **shop)
    months = [_month(name, purses, lines, seen.merchant.currency) for name in _names(purses)]
    facts = {
        "months": months,
        "chart": _chart(months),
        "rows": [(phrases.month(each["name"]), each["spent"], each["aside"]) for each in months],
    }
    return show("spend.html", seen, facts)


@blueprint.get("/export/spend.csv")
def spend_file() -> Response:
    """Hand over what was spent, as a file."""
    return sheets.file("spend.csv", exports.spend(world(), merchant()))


@blueprint.get("/export/ledger.csv")
def ledger_file() -> Response:
    """Hand over the rows of the ledger that the page would show, all of them, as a file."""
    with look() as seen:
        search = ledger_search.by_address(seen.session, ledger_search.asked().search)
    return sheets.file("ledger.csv", exports.ledger(world(), merchant(), search))


@blueprint.get("/export/decisions.csv")
def decisions_file() -> Response:
    """Hand over the decisions of a rule, under a code, or all, as a file."""
    rule, code = ledger_search.words("rule") or None, ledger_search.words("code")
    return sheets.file("decisions.csv", exports.decisions(world(), merchant(), rule=rule, code=code))


@blueprint.get("/export/customers.csv")
def customers_file() -> Response:
    """Hand over whose mark is on, as a file."""
    return sheets.file("customers.csv", exports.customers(world(), merchant()))


def _names(purses: Iterable[PoolLeft]) -> list[str]:
    return list(dict.fromkeys(each.month for each in purses))


def _month(name: str, purses: Iterable[PoolLeft], lines: Iterable[Spent], currency: str) -> dict[str, Any]:
    """Return one month: its purses, its lines with how they compare to the highest, and what they come to."""
    mine = [line for line in lines if line.month == name]
    highest = max(((line.spent + line.aside).minor for line in mine), default=0)
    return {
        "name": name,
        "purses": [each for each in purses if each.month == name],
        "lines": [(line, _share(line.spent, highest), _share(line.aside, highest)) for line in mine],
        "spent": sum((line.spent for line in mine), zero(currency)),
        "aside": sum((line.aside for line in mine), zero(currency)),
        "deeds": sum(line.deeds for line in mine),
    }


def _share(part: Money, highest: int) -> int:
    return 100 * part.minor // max(highest, 1)


def _chart(months: list[dict[str, Any]]) -> Chart | None:
    """Return the months' spend as columns, the oldest first; None where there is nothing to compare."""
    columns = [
        Column(label=each["name"], value=each["spent"].minor, words=money(each["spent"])) for each in reversed(months)
    ]
    return charts.drawn(columns) if len(columns) > 1 else None
