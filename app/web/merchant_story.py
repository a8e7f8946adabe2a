"""A month in plain words: what was done and for how many, what it cost, and what came of it. Made to be printed."""

import re
from datetime import datetime, timedelta

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from app.domain.rules import holdout
from app.store import costs, reports, results, story
from app.store.story import KINDNESSES
from app.web import result_words
from app.web.result_words import purse_name
from app.web.screen import Look, look, show
from jobs.runtime import local, month_start

blueprint = Blueprint("story", __name__)

FRESH = 7  # days for which the month before is spoken of
_MONTH = re.compile(r"(?a:20\d\d-(?:0[1-9]|1[0-2]))")


@blueprint.get("/story")
def newest() -> Response:
    """Lead to the last month that is over."""
    with look() as seen:
        return redirect(url_for("merchant.story.month", month=last_month(seen)), 302)


@blueprint.get("/story/<month>")
def month(month: str) -> str:
    """Tell a month."""
    if not _MONTH.fullmatch(month):
        abort(404, "There is no such month.")
    with look() as seen:
        shop, session = seen.merchant, seen.session
        begins, ends = _bounds(seen, month)
        if begins > seen.now:
            abort(404, "That month is still to come.")
        done = reports.done_since(session, shop_id=shop.id, currency=shop.currency, since=begins, until=ends)
        spent = costs.spent(session, shop_id=shop.id, since=month, currency=shop.currency, timezone=shop.timezone)
        found = results.kept(session, shop_id=shop.id)
        told = story.told(session, shop_id=shop.id, begins=begins, ends=ends)
    facts = {
        "told": told,
        "done": [each for each in done if each.name in KINDNESSES],
        "spent": result_words.shares([each for each in spent if each.month == month], purse_name, shop.currency),
        "rules": [
            one for rule in holdout.RULES if (one := result_words.reckoned(shop, rule, found.get(rule))).trial.edition
        ],
        "name": month,
        "over": ends <= seen.now,
        "before": f"{begins - timedelta(days=1):%Y-%m}",
        "after": f"{ends:%Y-%m}" if ends <= seen.now else None,
    }
    return show("story.html", seen, facts)


def last_month(seen: Look) -> str:
    """Return the name of the last month that is over, by the shop's own calendar."""
    return f"{month_start(seen.merchant, seen.now) - timedelta(days=1):%Y-%m}"


def to_tell(seen: Look) -> str | None:
    """Return the name of the month before, while this one is young."""
    return last_month(seen) if local(seen.merchant, seen.now).day <= FRESH else None


def _bounds(seen: Look, month: str) -> tuple[datetime, datetime]:
    """Return when the month begins and ends where the shop is."""
    begins = local(seen.merchant, seen.now).replace(
        year=int(month[:4]), month=int(month[5:]), day=1, hour=0, minute=0, second=0, microsecond=0
    )
    return begins, (begins + timedelta(days=32)).replace(day=1)
