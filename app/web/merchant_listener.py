"""The merchant's tool that is told of hard times: where it is, and the secret by which it knows our calls."""

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.retold import retold
from jobs import listeners

blueprint = Blueprint("listener", __name__)


@blueprint.post("/settings/listener")
def connect() -> Response:
    """Tell a tool of every hard time from now on."""
    url = request.form.get("listener", "").strip()
    problem = listeners.problem_with(world(), url)
    if problem is not None:
        abort(422, retold(problem))
    listeners.connect(in_their_name(), merchant(), url)
    return _back("listener_named")


@blueprint.post("/settings/listener/forget")
def forget() -> Response:
    """Tell it nothing any more."""
    return _back("listener_forgotten" if listeners.forget(in_their_name(), merchant()) else "listener_none")


def _back(said: str) -> Response:
    return redirect(url_for("merchant.settings.settings", said=said, _anchor="listener"), 303)
