"""A month in plain words: what was done and for how many, what it cost, and what came of it. Made to be printed."""

import re

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain import months
from app.web import result_words
from app.web.language import _
from app.web.result_words import purse_name
from app.web.screen import Look, look, show
from jobs import story
from jobs.runtime import local

blueprint = Blueprint("story", __name__)

_MONTH = re.compile(r"(?a:20\d\d-(?:0[1-9]|1[0-2]))")


@blueprint.get("/story")
def newest() -> Response:
    """Lead to the last month that is over; in the first month, to that one."""
    with look() as seen:
        there = local(seen.merchant, seen.now)
        last = months.before(there)
        told = last if story.was_here(seen.merchant, last) else f"{there:%Y-%m}"
    asked = request.query_string.decode()  # who asks, and in which language, stands in it
    page = url_for("merchant.story.month", month=told)
    return redirect(f"{page}?{asked}" if asked else page, 302)


@blueprint.get("/story/<month>")
def month(month: str) -> str:
    """Tell a month."""
    if not _MONTH.fullmatch(month):
        abort(404, _("There is no such month."))
    with look() as seen:
        shop = seen.merchant
        begins, ends = months.bounds(month, shop.timezone)
        if begins > seen.now:
            abort(404, _("That month is still to come."))
        found = story.gathered(seen.session, shop, month)
    facts = {
        "told": found.told,
        "done": found.done,
        "spent": result_words.shares(found.spent, purse_name, shop.currency),
        "rules": [result_words.reckoned(shop, rule, found.found.get(rule)) for rule in found.tried],
        "campaigns": result_words.campaigns(shop, found.campaigns, found.found),
        "name": month,
        "over": ends <= seen.now,
        "before": None if found.is_empty and begins <= shop.installed_at else months.before(begins),
        "too_early": found.is_empty and not story.was_here(shop, month),
        "after": f"{ends:%Y-%m}" if ends <= seen.now else None,
    }
    return show("story.html", seen, facts)


def to_tell(seen: Look) -> str | None:
    """Return the name of the month before, while this one is young; None where we were not here then."""
    told = months.to_tell(local(seen.merchant, seen.now))
    return told if told is not None and story.was_here(seen.merchant, told) else None
