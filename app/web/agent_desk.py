"""The agents' desk: a page without a word of anybody's, and what it shows to whoever is signed in."""

from typing import Annotated, TypeVar

from flask import Blueprint, Response, abort, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import HTTPException

from app.domain.errors import Malformed, Rejected
from app.store import connections
from app.store.base import reading
from app.web import agent_identity, agent_view
from app.web.agent_identity import visitor
from app.web.here import world
from integrations import registry
from integrations.strict_json import understand
from jobs import agent_door, passes
from jobs.passes import Pass

blueprint = Blueprint("agent", __name__)
blueprint.before_request(agent_identity.recognise)

M = TypeVar("M", bound=BaseModel)
Code = Annotated[str, Field(min_length=1, max_length=64)]


class Entering(BaseModel):
    """A login link's code, and what tells this browser from any other."""

    model_config = ConfigDict(frozen=True)
    code: Code
    browser: Annotated[str, Field(min_length=16, max_length=64)]


class Asked(BaseModel):
    """Which desk it is, and what it is about."""

    model_config = ConfigDict(frozen=True)
    desk: Code
    about: Annotated[str, Field(max_length=2_000)]


@blueprint.get("/desk", defaults={"public_id": ""})
@blueprint.get("/desk/<public_id>")
def shell(public_id: str) -> str:
    """Show the page; only the helpdesk whose desk it is may put it into a frame."""
    if public_id:
        with reading(world().sessions) as session:
            place = connections.place_of(session, public_id=public_id)
        if place is None or place.kind not in registry.HELPDESKS:
            abort(404, "There is no such desk.")
        g.ancestors = registry.HELPDESKS[place.kind].framed_by.replace("{account}", place.account)
    return render_template("desk.html", public_id=public_id)


@blueprint.post("/desk/enter")
def enter() -> ResponseReturnValue:
    """Sign in whoever comes first with a login link."""
    asked = _understood(Entering)
    token = agent_door.come_in(world(), code=asked.code, browser=asked.browser)
    return ({"who": True}, 401) if token is None else jsonify(token=token)


@blueprint.post("/desk/leave")
def leave() -> Response:
    """Sign this browser out."""
    agent_door.leave(world(), visitor())
    return jsonify(left=True)


@blueprint.post("/desk/api/me")
def me() -> str:
    """Say who is signed in, for a desk that is about nobody."""
    return render_template("_desk_nobody.html", agent=visitor().agent)


@blueprint.post("/desk/api/ticket")
def ticket() -> str:
    """Show what the desk is about."""
    return agent_view.shown(world(), visitor(), about(_understood(Asked)))


def about(asked: Asked) -> Pass:
    """Return what the desk is about; 422 where the pass is no good, or leads to another shop's."""
    try:
        found = passes.read(world(), asked.desk, asked.about)
    except Rejected as no:
        abort(422, str(no))
    if found.shop_id != visitor().shop_id:
        abort(422, passes.TOO_OLD)  # as if it were forged: whose it is, is nobody's business
    return found


def _understood(model: type[M]) -> M:
    try:
        return understand(model, request.get_data())
    except Malformed as odd:
        abort(422, f"That was not understood: {odd}")


@blueprint.errorhandler(HTTPException)
def _say_no(problem: HTTPException) -> ResponseReturnValue:
    return {"why": problem.description}, problem.code or 500


@blueprint.after_request
def _frame(response: Response) -> Response:
    ancestors = g.get("ancestors") or "'none'"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';"
        f" form-action 'none'; base-uri 'none'; frame-ancestors {ancestors}"
    )
    return response
