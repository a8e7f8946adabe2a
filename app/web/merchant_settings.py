"""The settings page: everything the merchant decides, in one form; saved whole or not at all."""

from flask import Blueprint, make_response, redirect, url_for
from werkzeug.wrappers import Response

from app.store import connections, story_mails
from app.web import setting_words, settings_form, settings_table
from app.web.here import world
from app.web.screen import look, show
from app.web.settings_form import Form
from integrations.registry import LISTENER

blueprint = Blueprint("settings", __name__)

CHANGES = 30  # those of each rule are on its own page as well


@blueprint.get("/settings")
def settings() -> Response:
    """Show what the merchant has decided, ready to be changed."""
    return _page(settings_form.as_it_stands(settings_table.FIELDS))


@blueprint.post("/settings")
def save() -> Response:
    """Save all of it; 422 says what cannot be meant, 409 that somebody else was faster, and how it stands now."""
    refused = settings_form.save(settings_table.FIELDS)
    return redirect(url_for("merchant.settings.settings", said="saved"), 303) if refused is None else _page(refused)


def _page(form: Form) -> Response:
    here = world()
    with look() as seen:
        shop_id, seal = seen.merchant.id, here.seal
        facts = {
            "groups": settings_table.GROUPS,
            "listener": connections.account(seen.session, shop_id=shop_id, kind=LISTENER, seal=seal),
            "readers": story_mails.readers(seen.session, shop_id=shop_id, seal=seal),
            "called": setting_words.called(seen),
            "changes": setting_words.history(seen, [field.path for field in settings_table.FIELDS], CHANGES),
            "mails_go": here.postman is not None,
        }
        return make_response(show("settings.html", seen, facts | form.facts), form.status)
