"""The agents' desk: a page without a word of anybody's, and what it shows to whoever is signed in."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated, Literal, TypeVar

from flask import Blueprint, Response, abort, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import HTTPException

from app.domain import tastes
from app.domain.errors import Malformed, Rejected, Unavailable
from app.domain.tastes import Tastes
from app.store import connections
from app.store.agent_sessions import Visitor
from app.store.base import reading
from app.store.shops import Merchant
from app.web import agent_identity, agent_view
from app.web.agent_asks import AskingIn
from app.web.agent_identity import visitor
from app.web.agent_view import Scene
from app.web.here import world
from app.web.language import N_, _
from app.web.retold import told_plainly
from app.web.seats import Seats
from integrations import registry
from integrations.companies import Company
from integrations.own_desk import presses
from integrations.own_desk.presses import Press, Wish
from integrations.strict_json import understand
from jobs import agent_desk, agent_door, agent_login, agent_preview, framed_desk, passes
from jobs.desk import NoSuchDeed, Undone
from jobs.passes import Pass
from jobs.runtime import World

blueprint = Blueprint("agent", __name__)
blueprint.before_request(agent_identity.recognise)

EFFECT = f"<int(max={2**63 - 1}):effect_id>"
UNDONE: Mapping[object, str] = {
    Undone.HELD: N_("Taken back. Nothing was sent."),
    Undone.COMING_BACK: N_("It is being taken back. You will read here, and on the ticket, what came of it."),
}
_TOO_LATE = N_("Too late: it has left already, or somebody was faster.")
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


class Wished(Asked):
    """What an agent would like to do."""

    wish: Wish


class PutOff(Asked):
    """For how many days nothing is to be suggested."""

    days: Literal[7, 30, 90]


class Lines(Asked):
    """Of which order the lines are wanted; "" for the latest."""

    order: Annotated[str, Field(max_length=320)]


class Tasted(Asked):
    """What a customer likes and never wants, as an agent typed it."""

    likes: Annotated[str, Field(max_length=500)]
    never: Annotated[str, Field(max_length=500)]


class Beside(BaseModel):
    """Beside which ticket of which helpdesk a frame stands, as the frame says."""

    model_config = ConfigDict(frozen=True)
    desk: Code
    number: Annotated[str, Field(pattern="^[0-9]{1,19}$")]


class Named(Asked):
    """One press, by the name that the page gave it."""

    press: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class Pressed(Named, Wished):
    """A press, and what stands for the preview that was shown before it."""

    seen: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


@blueprint.get("/desk", defaults={"public_id": ""})
@blueprint.get("/desk/<public_id>")
def shell(public_id: str) -> str:
    """Show the page; only the helpdesk whose desk it is may put it into a frame."""
    if public_id:
        _framed_by(public_id)
    return _shell(public_id)


@blueprint.post("/desk/<public_id>")
def framed(public_id: str) -> ResponseReturnValue:
    """Show the page in a frame: to whoever its helpdesk vouches for, they are signed in; anybody else is asked who."""
    company = _framed_by(public_id)
    g.scripts = company.frame_script
    seats: Seats = current_app.extensions["previews"]
    token = None
    with seats.taken(public_id) as seated:
        if seated:
            with suppress(Unavailable, Rejected):
                token = framed_desk.come_in(world(), public_id, request.form.get("token", ""))
    return _shell(public_id, token=token, script=company.frame_script), 200 if token else 401


@blueprint.post("/desk/enter")
def enter() -> ResponseReturnValue:
    """Sign in whoever comes first with a login link."""
    asked = _understood(Entering)
    token = agent_door.come_in(world(), code=asked.code, browser=asked.browser)
    return ({"who": True}, 401) if token is None else jsonify(token=token)


@blueprint.post("/desk/login")
def ask_for_link() -> ResponseReturnValue:
    """Have a login link mailed to whoever is in the team; said to everybody alike, and as quickly."""
    if world().postman is None:
        abort(404, _("Nobody is mailed from here."))
    asked = _understood(AskingIn)
    agent_login.ask(world(), desk=asked.desk, email=asked.email, about=asked.about, browser=asked.browser)
    return jsonify(asked=True), 202


@blueprint.post("/desk/api/beside")
def beside() -> ResponseReturnValue:
    """Say what the desk is about that stands beside a ticket."""
    asked = _understood(Beside)
    seats: Seats = current_app.extensions["previews"]
    with seats.taken(str(visitor().shop_id)) as seated:
        if not seated:
            return {"why": _("Many look at once. Please try again in a moment.")}, 429
        try:
            return jsonify(about=framed_desk.beside(world(), visitor(), asked.desk, asked.number))
        except (Unavailable, Rejected) as problem:
            return {"why": _("This cannot be looked at just now: %(problem)s", problem=told_plainly(str(problem)))}, 409


@blueprint.post("/desk/leave")
def leave() -> Response:
    """Sign this browser out."""
    agent_door.leave(world(), visitor())
    return jsonify(left=True)


@blueprint.post("/desk/api/me")
def me() -> str:
    """Say who is signed in, for a desk that is about nobody."""
    return agent_view.nobody(world(), visitor())


@blueprint.post("/desk/api/ticket")
def ticket() -> str:
    """Show what the desk is about."""
    return agent_view.desk(_scene(_understood(Asked)))


@blueprint.post("/desk/api/preview")
def preview() -> ResponseReturnValue:
    """Show exactly what a press would do. Nothing of it is written; colleagues are told that somebody is at it."""
    asked = _understood(Wished)
    seen = _scene(asked)
    press = presses.action(_press(seen, asked.wish))

    def drawn() -> str:
        found = agent_preview.preview(world(), seen.merchant, press)
        at_it = (world(), seen.merchant, visitor(), _somebody(seen), asked.wish.act)
        return agent_view.preview(seen, found, agent_desk.prepare(*at_it) if found.effects else None)

    return _outside(seen, drawn)


@blueprint.post("/desk/api/lines")
def lines() -> ResponseReturnValue:
    """Show what of an order can be given back line by line, for choosing."""
    asked = _understood(Lines)
    seen = _scene(asked)
    customer = _somebody(seen)
    return _outside(
        seen, lambda: agent_view.lines(agent_preview.lines(world(), seen.merchant, customer, asked.order.strip()))
    )


@blueprint.post("/desk/api/gifts")
def gifts() -> ResponseReturnValue:
    """Show what may be slipped into an order, for choosing."""
    seen = _scene(_understood(Asked))
    return _outside(seen, lambda: agent_view.gifts(seen, agent_preview.gifts(world(), seen.merchant)))


@blueprint.post("/desk/api/not-now")
def not_now() -> Response:
    """Let nothing be suggested for this customer for a while."""
    asked = _understood(PutOff)
    seen = _scene(asked)
    kept = agent_desk.not_now(world(), seen.merchant, visitor(), _somebody(seen), days=asked.days)
    said = _("Nothing is suggested for them for %(days)s days. What was promised still comes.", days=asked.days)
    return jsonify(said=said if kept else _("This customer asked to be forgotten; nothing was noted."))


@blueprint.post("/desk/api/suggest-again")
def suggest_again() -> Response:
    """Undo a "not now"."""
    seen = _scene(_understood(Asked))
    stood = agent_desk.suggest_again(world(), seen.merchant, visitor(), _somebody(seen))
    return jsonify(
        said=_("What there is to suggest is suggested again.") if stood else _("Nothing was put off any more.")
    )


@blueprint.post("/desk/api/act")
def act() -> str:
    """Take a press, and say at once what is known of it. The same press once more is the same press."""
    asked = _understood(Pressed)
    seen = _scene(asked)
    agent_desk.keep(world(), visitor(), _press(seen, asked.wish, asked.seen), asked.press)
    agent_desk.let_go(world(), visitor(), seen.customer_id)
    return _outcome(seen, asked.press)


@blueprint.post("/desk/api/outcome")
def outcome() -> str:
    """Say what became of a press so far."""
    asked = _understood(Named)
    return _outcome(_scene(asked), asked.press)


@blueprint.post("/desk/api/tastes")
def note_tastes() -> Response:
    """Note what the customer likes and never wants, in place of what was noted before."""
    asked = _understood(Tasted)
    seen = _scene(asked)
    try:
        noted = Tastes(likes=tastes.read(asked.likes), never=tastes.read(asked.never))
    except ValueError as no:
        abort(422, told_plainly(str(no)))
    kept = agent_desk.note_tastes(world(), seen.merchant, visitor(), _somebody(seen), noted)
    return jsonify(said=_("Noted.") if kept else _("This customer asked to be forgotten; nothing was noted."))


@blueprint.post(f"/desk/api/undo/{EFFECT}")
def undo(effect_id: int) -> Response:
    """Take a deed back that has not left."""
    return _settled(agent_desk.undo, effect_id, UNDONE)


@blueprint.post(f"/desk/api/send-now/{EFFECT}")
def send_now(effect_id: int) -> Response:
    """Let leave what could still be undone."""
    return _settled(agent_desk.send_now, effect_id, {True: N_("On its way.")})


@blueprint.post("/desk/api/let-go")
def let_go() -> Response:
    """Let colleagues know that somebody has left the desk of a customer."""
    agent_desk.let_go(world(), visitor(), _scene(_understood(Asked)).customer_id)
    return jsonify(left=True)


@blueprint.post(f"/desk/api/allow/{EFFECT}")
def allow(effect_id: int) -> Response:
    """Say a lead's yes to a deed."""
    return _settled(agent_desk.allow, effect_id, {True: N_("Allowed. It is on its way.")})


@blueprint.post(f"/desk/api/decline/{EFFECT}")
def decline(effect_id: int) -> Response:
    """Say a lead's no to a deed."""
    return _settled(agent_desk.decline, effect_id, {True: N_("Declined. Nothing was sent.")})


def _settled(
    does: Callable[[World, Merchant, Visitor, int], object], effect_id: int, said: Mapping[object, str]
) -> Response:
    seen = _scene(_understood(Asked))
    try:
        done = does(world(), seen.merchant, visitor(), effect_id)
    except agent_desk.NotTheirs as no:
        abort(403, told_plainly(str(no)))
    except NoSuchDeed:
        abort(404, _("There is no such deed."))
    return jsonify(said=_(said.get(done, _TOO_LATE)))


def _shell(public_id: str, **framed: str | None) -> str:
    mails = bool(public_id) and world().postman is not None
    return render_template("desk.html", public_id=public_id, mails=mails, **framed)


def _framed_by(public_id: str) -> Company:
    """Return whose frames may show this desk, and let them."""
    with reading(world().sessions) as session:
        place = connections.place_of(session, public_id=public_id)
    if place is None or place.kind not in registry.HELPDESKS:
        abort(404, _("There is no such desk."))
    company = registry.HELPDESKS[place.kind]
    g.ancestors = company.framed_by.replace("{account}", place.account)
    return company


def _scene(asked: Asked) -> Scene:
    return agent_view.scene(world(), visitor(), _about(asked))


def _outside(seen: Scene, drawn: Callable[[], str]) -> ResponseReturnValue:
    """Return what is drawn of store and florist; slow ones must leave threads to the pages."""
    seats: Seats = current_app.extensions["previews"]
    with seats.taken(str(seen.merchant.id)) as seated:
        if not seated:
            return {"why": _("Many look at once. Please try again in a moment.")}, 429
        try:
            return drawn()
        except (Unavailable, Rejected) as problem:
            return {"why": _("This cannot be looked at just now: %(problem)s", problem=told_plainly(str(problem)))}, 409


def _press(seen: Scene, wish: Wish, shown: str = "") -> Press:
    return presses.press(wish, visitor().agent, ticket_id=seen.ticket_id, customer_id=_somebody(seen), seen=shown)


def _somebody(seen: Scene) -> int:
    if seen.customer_id is None:
        abort(422, _("No customer of the store wrote here, so there is nobody to do this for."))
    return seen.customer_id


def _outcome(seen: Scene, press: str) -> str:
    found = agent_view.outcome(seen, press)
    if found is None:
        abort(404, _("There is no such press."))
    return found


def _about(asked: Asked) -> Pass:
    """Return what the desk is about; 422 where the pass is no good, or leads to another shop's."""
    try:
        found = passes.read(world(), asked.desk, asked.about)
    except Rejected as no:
        abort(422, told_plainly(str(no)))
    if found.shop_id != visitor().shop_id:
        abort(422, passes.TOO_OLD)  # as if it were forged: whose it is, is nobody's business
    return found


def _understood(model: type[M]) -> M:
    try:
        return understand(model, request.get_data())
    except Malformed as odd:
        abort(422, _("That was not understood: %(odd)s", odd=odd))


@blueprint.errorhandler(HTTPException)
def _say_no(problem: HTTPException) -> ResponseReturnValue:
    return {"why": problem.description}, problem.code or 500


@blueprint.after_request
def _frame(response: Response) -> Response:
    ancestors = g.get("ancestors") or "'none'"
    scripts = " ".join(filter(None, ("'self'", g.get("scripts"))))
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; script-src {scripts}; img-src 'self' data:; connect-src 'self';"
        f" form-action 'none'; base-uri 'none'; frame-ancestors {ancestors}"
    )
    return response
