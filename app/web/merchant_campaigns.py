"""The merchant's campaigns: drafted, looked at before anything is kept, approved, followed, and called off."""

from typing import Any

from flask import Blueprint, abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.campaigns import Stage
from app.store import campaign_lists, campaigns
from app.store.base import reading
from app.store.campaigns import Campaign
from app.web import campaign_form, campaign_sheet, campaign_view, campaign_words, sheets
from app.web.campaign_form import Typed
from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.language import _
from app.web.screen import look, show
from jobs import campaigns as desk

blueprint = Blueprint("campaigns", __name__)

CAMPAIGN = f"/campaigns/<int(max={2**63 - 1}):campaign_id>"


@blueprint.get("/campaigns")
def listed() -> str:
    """Show every campaign, and how one begins."""
    with look() as seen:
        mine = {"shop_id": seen.merchant.id}
        heaps = campaign_lists.all_heaps(seen.session, **mine)
        lines = [
            {"campaign": each, "progress": campaign_view.progress(seen, each, heaps.get(each.id, []))}
            for each in campaigns.listed(seen.session, **mine)
        ]
        facts = {"campaigns": lines}
    return show("campaigns.html", seen, facts | _words())


@blueprint.post("/campaigns")
def begin() -> Response:
    """Begin a campaign, and look for whom it could thank."""
    name = campaign_form.name_of(request.form)
    if not name:
        abort(422, _("Please give it a name, such as “Thank you 2026”."))
    number = desk.begin(in_their_name(), merchant(), name)
    if number is None:
        abort(422, _("You have as many campaigns as one can have."))
    return _back(number, "campaign_begun")


@blueprint.get(CAMPAIGN)
def shown(campaign_id: int) -> str:
    """Show one campaign: what a draft would come to as it is typed, or what became of a list."""
    return _page(campaign_id, request.args.to_dict())


@blueprint.post(CAMPAIGN)
def keep(campaign_id: int) -> Response:
    """Keep a draft as it was looked at."""
    typed, seen = _typed(_read(campaign_id), request.form.to_dict()), _seen()
    if typed.wrongs:
        abort(422, next(iter(typed.wrongs.values())))
    said = {"seen": seen, "name": typed.name, "terms": typed.terms}
    kept = desk.revise(in_their_name(), merchant(), campaign_id, **said)  # type: ignore[arg-type]  # each by its name
    return _back(campaign_id, "campaign_kept" if kept else "campaign_overtaken")


@blueprint.post(CAMPAIGN + "/count")
def count(campaign_id: int) -> Response:
    """Look among all customers anew."""
    counted = desk.count(in_their_name(), merchant(), campaign_id)
    return _back(campaign_id, "campaign_counted" if counted else "campaign_too_early")


@blueprint.post(CAMPAIGN + "/approve")
def approve(campaign_id: int) -> Response:
    """Freeze the list as it was shown, and set its budget aside; where that cannot be, say why on the page anew."""
    seen, shown_then = _seen(), request.form.get("shown", "")
    refusals = desk.approve(in_their_name(), merchant(), campaign_id, seen=seen, shown=shown_then)
    if refusals:
        why = " ".join(_(campaign_words.REFUSALS[each]) for each in refusals)
        return make_response(_page(campaign_id, {}, refused=why), 422)
    return _back(campaign_id, "campaign_approved")


@blueprint.post(CAMPAIGN + "/resume")
def resume(campaign_id: int) -> Response:
    """Let a campaign go on that stopped itself."""
    resumed = desk.resume(in_their_name(), merchant(), campaign_id)
    return _back(campaign_id, "campaign_goes_on" if resumed else "campaign_overtaken")


@blueprint.post(CAMPAIGN + "/call-off")
def call_off(campaign_id: int) -> Response:
    """Send nothing more, and withdraw what has not left."""
    off = desk.call_off(in_their_name(), merchant(), campaign_id)
    return _back(campaign_id, "campaign_off" if off else "campaign_overtaken")


@blueprint.get(CAMPAIGN + "/list.csv")
def as_file(campaign_id: int) -> Response:
    """Hand over a frozen list."""
    campaign = _read(campaign_id)
    with reading(world().sessions) as session:
        people = campaign_lists.people(session, shop_id=merchant().id, campaign_id=campaign_id)
    return sheets.file(f"campaign-{campaign_id}.csv", campaign_sheet.listed(merchant(), campaign, people))


def _page(campaign_id: int, given: dict[str, str], *, refused: str = "") -> str:
    with look() as seen:
        campaign = desk.known(seen.session, seen.merchant, campaign_id)
        if campaign.stage is Stage.DRAFT:
            facts = campaign_view.draft(seen, campaign, _typed(campaign, given))
        else:
            facts = campaign_view.frozen(seen, campaign)
    page = "campaign_draft.html" if campaign.stage is Stage.DRAFT else "campaign.html"
    return show(page, seen, facts | _words() | {"refused": refused})


def _words() -> dict[str, Any]:
    return {"stages": campaign_words.STAGES, "shades": campaign_words.SHADES, "score": campaign_view.score}


def _read(campaign_id: int) -> Campaign:
    with reading(world().sessions) as session:
        return desk.known(session, merchant(), campaign_id)


def _typed(campaign: Campaign, given: dict[str, str]) -> Typed:
    kept = campaign_form.as_kept(campaign.name, campaign.terms, merchant().currency)
    return campaign_form.read(given, kept, merchant().currency)


def _seen() -> int:
    text = request.form.get("seen", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(422, _("Please open the campaign again."))
    return int(text)


def _back(campaign_id: int, said: str) -> Response:
    return redirect(url_for("merchant.campaigns.shown", campaign_id=campaign_id, said=said), 303)
