"""The month's story by mail: who is told on the first of a month, and no more."""

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.language import N_, _, number, spoken
from jobs import story_mails
from jobs.story_mails import MOST, Asked

blueprint = Blueprint("story_mail", __name__)

_WRONG = N_("Please give one e-mail address, such as you@example.com.")


@blueprint.post("/settings/story")
def ask() -> Response:
    """Tell an address from now on."""
    if world().postman is None:
        abort(422, _("No mails can be sent: whoever runs Lagniappe has named no mail server."))
    address = request.form.get("address", "").strip()
    asked = story_mails.ask(in_their_name(), merchant(), address=address, language=spoken())
    if asked is Asked.NO_ADDRESS:
        abort(422, _(_WRONG))
    if asked is Asked.ENOUGH:
        abort(422, _("It goes to %(most)s addresses already. Please take one of them out first.", most=number(MOST)))
    return _back("story_asked")


@blueprint.post("/settings/story/<int:reader_id>/leave")
def leave(reader_id: int) -> Response:
    """Tell an address nothing any more."""
    left = story_mails.leave(in_their_name(), shop_id=merchant().id, reader_id=reader_id)
    return _back("story_left" if left else "story_none")


def _back(said: str) -> Response:
    return redirect(url_for("merchant.settings.settings", said=said, _anchor="story"), 303)
