"""Did it pay: what each rule's trial says, and what was truly spent, on whose account."""

import secrets
from functools import partial

from flask import Blueprint, abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.policy import Policy
from app.domain.rules import campaign_gift, holdout
from app.store import campaigns, costs, results
from app.store.costs import Cost
from app.web import result_words, settings_form, sheets
from app.web.fields import Whole, Wrong
from app.web.identity import in_their_name, merchant
from app.web.language import N_, _
from app.web.result_words import purse_name, rule_name, who
from app.web.screen import Look, look, show
from app.web.settings_form import Form, Stale
from app.web.settings_table import FIELDS
from jobs import desk
from jobs.runtime import local

blueprint = Blueprint("results", __name__)

BUSINESS = tuple(field for field in FIELDS if field.path.startswith("results."))
_NO_TRIAL = "0"
_SHARE = Whole(most=holdout.MOST_PERCENT)
_COSTS = (N_("Month"), N_("Pool"), N_("Rule"), N_("Who"), N_("Deeds"), N_("Cost"), N_("Currency"))


@blueprint.get("/results")
def index() -> Response:
    """Show what each trial says, and what was spent."""
    return _index(settings_form.as_it_stands(BUSINESS))


@blueprint.post("/results")
def save() -> Response:
    """Save what the merchant says of their business."""
    again = settings_form.save(BUSINESS)
    return _index(again) if again is not None else redirect(url_for("merchant.results.index", said="saved"), 303)


@blueprint.get("/results/<rule>")
def result(rule: str) -> str:
    """Show one rule's trial, stretch by stretch."""
    _known(rule)
    with look() as seen:
        found = results.kept(seen.session, shop_id=seen.merchant.id)
    one = result_words.reckoned(seen.merchant, rule, found.get(rule))
    return show("result.html", seen, {"one": one, "drawn": result_words.chart(one), "most": holdout.MOST_PERCENT})


@blueprint.post("/results/<rule>/trial")
def hold_out(rule: str) -> Response:
    """Hold another share out of a rule, or nobody any more."""
    _known(rule)
    try:
        percent = _SHARE.read(request.form.get("percent", "").strip(), merchant().currency) or 0
    except Wrong as wrong:
        abort(422, str(wrong))
    here, salt = in_their_name(), secrets.token_hex(16)
    begun = partial(holdout.begun, rule=rule, percent=percent, salt=salt, now=here.clock.now())
    try:
        changed = desk.set_policy(here, merchant(), lambda now: _unless_overtaken(now, begun(now), rule))
    except Stale:
        return redirect(url_for("merchant.results.result", rule=rule, said="trial_stays"), 303)
    said = ("trial" if changed else "trial_goes_on") if percent else "trial_over"
    return redirect(url_for("merchant.results.result", rule=rule, said=said), 303)


@blueprint.get("/results/costs.csv")
def costs_file() -> Response:
    """Hand over everything that was ever truly spent, as a spreadsheet reads it."""
    with look() as seen:
        spent = _spent(seen, since="")
        every = campaigns.listed(seen.session, shop_id=seen.merchant.id)
    called = {campaign_gift.purse_name(each.id): each.name for each in every}
    rows = [
        (
            *(each.month, called.get(each.purse) or purse_name(each), rule_name(each), who(each)),
            *(str(each.deeds), each.cost.text, each.cost.currency),
        )
        for each in spent
    ]
    page = sheets.written([[*map(_, _COSTS)], *([*map(sheets.plain, row)] for row in rows)])
    return sheets.file("costs.csv", iter([sheets.BYTE_ORDER + page]))


def _unless_overtaken(current: Policy, wanted: Policy, rule: str) -> Policy:
    """Return what is wanted; a trial that the page did not know of is not ended by it, with all that it has found."""
    if wanted != current and request.form.get("seen", _NO_TRIAL) != str(current.trial_of(rule).edition):
        raise Stale(current)
    return wanted


def _index(form: Form) -> Response:
    with look() as seen:
        found = results.kept(seen.session, shop_id=seen.merchant.id)
        every = campaigns.listed(seen.session, shop_id=seen.merchant.id)
        today = local(seen.merchant, seen.now)
        spent = _spent(seen, since=f"{today.year - 1}-{today.month:02}")
    currency = seen.merchant.currency
    facts = {
        "rules": [result_words.reckoned(seen.merchant, rule, found.get(rule)) for rule in holdout.RULES],
        "campaigns": result_words.campaigns(seen.merchant, every, found),
        "fields_shown": BUSINESS,
        "by_rule": result_words.shares(spent, rule_name, currency),
        "by_agent": result_words.shares(spent, who, currency),
        "by_purse": result_words.shares(spent, purse_name, currency),
        "this_month": f"{today:%Y-%m}",
    }
    return make_response(show("results.html", seen, facts | form.facts), form.status)


def _spent(seen: Look, since: str) -> list[Cost]:
    shop = seen.merchant
    return costs.spent(seen.session, shop_id=shop.id, since=since, currency=shop.currency, timezone=shop.timezone)


def _known(rule: str) -> None:
    if rule not in holdout.RULES:
        abort(404, _("Nobody is ever held out of that."))
