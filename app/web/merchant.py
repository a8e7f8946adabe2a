"""The merchant's screen: its pages, its presses, and who is let in to them."""

from collections.abc import Mapping

import structlog
from flask import Blueprint, Response, make_response, render_template
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException

from app.store.base import StoreUnavailable
from app.store.deeds import Unreadable
from app.store.sealed import Unsealable
from app.web import (
    errors,
    framing,
    identity,
    merchant_acts,
    merchant_campaigns,
    merchant_connections,
    merchant_gifts,
    merchant_helpdesks,
    merchant_listener,
    merchant_pages,
    merchant_privacy,
    merchant_results,
    merchant_rules,
    merchant_settings,
    merchant_shortages,
    merchant_spend,
    merchant_story,
    merchant_story_mail,
    merchant_tasks,
    merchant_team,
    merchant_vendors,
    merchant_welcome,
    merchant_words,
    what_if,
)
from app.web.identity import StoreAway
from app.web.language import N_, _
from app.web.screen import WORDS
from jobs.campaigns import NoSuchCampaign
from jobs.card_templates import NoSuchWords
from jobs.catalogue import NoSuchGift
from jobs.desk import NoSuchDeed
from jobs.kept_back import NoSuchShield
from jobs.team import NobodyThere

log = structlog.get_logger("web")
blueprint = Blueprint("merchant", __name__)
blueprint.register_blueprint(merchant_pages.blueprint)
blueprint.register_blueprint(merchant_acts.blueprint)
blueprint.register_blueprint(merchant_tasks.blueprint)
blueprint.register_blueprint(merchant_rules.blueprint)
blueprint.register_blueprint(merchant_connections.blueprint)
blueprint.register_blueprint(merchant_settings.blueprint)
blueprint.register_blueprint(merchant_spend.blueprint)
blueprint.register_blueprint(merchant_privacy.blueprint)
blueprint.register_blueprint(merchant_team.blueprint)
blueprint.register_blueprint(merchant_helpdesks.blueprint)
blueprint.register_blueprint(merchant_listener.blueprint)
blueprint.register_blueprint(merchant_words.blueprint)
blueprint.register_blueprint(merchant_gifts.blueprint)
blueprint.register_blueprint(merchant_vendors.blueprint)
blueprint.register_blueprint(merchant_campaigns.blueprint)
blueprint.register_blueprint(merchant_shortages.blueprint)
blueprint.register_blueprint(merchant_results.blueprint)
blueprint.register_blueprint(merchant_story.blueprint)
blueprint.register_blueprint(merchant_story_mail.blueprint)
blueprint.register_blueprint(merchant_welcome.blueprint)
blueprint.register_blueprint(what_if.blueprint)
blueprint.before_request(identity.recognise)
blueprint.after_request(framing.allow_framing)

_NOT_THERE: Mapping[type[Exception], str] = {
    NoSuchDeed: N_("The ledger has no such row."),
    Unreadable: N_("The ledger has no such row."),
    NobodyThere: N_("Your team has nobody of that number."),
    NoSuchGift: N_("There is no gift of that number."),
    NoSuchWords: N_("There are no words of that number."),
    NoSuchCampaign: N_("There is no campaign of that number."),
    NoSuchShield: N_("Nothing is kept back under that number."),
}


@blueprint.record_once
def _teach_words(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(WORDS)


@blueprint.errorhandler(HTTPException)
def _say_no(problem: HTTPException) -> Response:
    code = problem.code or 500
    why = _(errors.OUR_MISTAKE) if code == 500 else problem.description
    return _page("no.html", code, title=_(errors.TITLES.get(code, errors.NOT_SO)), why=why)


def _not_found(problem: Exception) -> Response:
    return _page("no.html", 404, title=_(errors.TITLES[404]), why=_(_NOT_THERE[type(problem)]))


for _kind in _NOT_THERE:
    blueprint.register_error_handler(_kind, _not_found)


@blueprint.errorhandler(StoreAway)
def _not_yet(_problem: StoreAway) -> Response:
    return _page("soon.html", 503)


@blueprint.errorhandler(StoreUnavailable)
@blueprint.errorhandler(Unsealable)
def _books_are_shut(problem: StoreUnavailable | Unsealable) -> Response:
    log.error("store.unavailable", problem=type(problem).__name__)
    why = _("The books cannot be read right now. Nothing is lost; please try again in a moment.")
    return _page("no.html", 503, title=_("One moment"), why=why)


def _page(template: str, status: int, **facts: str | None) -> Response:
    return make_response(render_template(template, **facts), status)
