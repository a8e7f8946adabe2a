"""OAuth2 over HTTP: the page on which an owner says yes, and the endpoint that tokens come from."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, jsonify, redirect, render_template_string, request
from flask.typing import ResponseReturnValue

from integrations.sandbox import chronicle
from integrations.sandbox.helpdesk import oauth, people
from integrations.sandbox.helpdesk.oauth import Denied
from integrations.sandbox.town import Town

_AT_HOME = "http://127.0.0.1:8765"  # of an app that says nothing else
_PAGE = """<!doctype html>
<html lang="en"><title>Let Lagniappe in? · {{ account }}</title>
<h1>Let Lagniappe into {{ account }}?</h1>
<p>It asks for: {{ wish.scope }}</p>
<form method="post">
<button id="allow" name="say" value="yes">Allow</button> <button name="say" value="no">No</button>
</form>
</html>"""


def blueprint(town: Town) -> Blueprint:
    """Return /gorgias/<account>/oauth/…, and POST /town/helpdesk/revoke, by which an owner takes the app out."""
    routes = Blueprint("helpdesk_oauth", __name__)
    back = f"{town.settings.target or _AT_HOME}/consents/gorgias/back"

    @routes.route(f"/gorgias/{people.ACCOUNT}/oauth/authorize", methods=["GET", "POST"])
    def authorize() -> ResponseReturnValue:
        wish = oauth.asked(request.args, back)
        if request.method == "GET":
            return render_template_string(_PAGE, account=people.ACCOUNT, wish=wish)
        return redirect(f"{back}?{urlencode(_answer(town, wish, request.form.get('say', '')))}")

    @routes.post(f"/gorgias/{people.ACCOUNT}/oauth/token")
    def token() -> ResponseReturnValue:
        login = request.authorization
        if login is None or login.type != "basic" or not oauth.is_app(login.username, login.password):
            raise Denied("invalid_client", 401)
        try:
            with town.books.turn() as turn:
                return jsonify(oauth.token(turn, request.form, town.clock.now()))
        except Denied:
            with town.books.turn() as turn:  # what a stolen code or token costs is kept, though nothing is given
                oauth.punish(turn, request.form)
            raise

    @routes.get("/town/helpdesk/grants")
    def grants() -> ResponseReturnValue:
        with town.books.turn() as turn:
            return jsonify([{"scope": row["scope"], "used": row["used"]} for row in turn.all(oauth.GRANTS)])

    @routes.post("/town/helpdesk/revoke")
    def revoke() -> ResponseReturnValue:
        with town.books.turn() as turn:
            oauth.revoke_all(turn)
            chronicle.note(turn, town.clock.now(), "desk.setup", "The owner took Lagniappe out of the helpdesk")
        return jsonify(revoked=True)

    @routes.errorhandler(Denied)
    def denied(no: Denied) -> ResponseReturnValue:
        return jsonify(error=no.error), no.status

    return routes


def _answer(town: Town, wish: Mapping[str, str], said: str) -> dict[str, str]:
    if said != "yes":
        return {"error": "access_denied", "state": wish["state"]}
    with town.books.turn() as turn:
        code = oauth.allow(turn, wish, town.clock.now())
        chronicle.note(turn, town.clock.now(), "desk.setup", "The owner let Lagniappe into the helpdesk")
    return {"code": code, "state": wish["state"]}
