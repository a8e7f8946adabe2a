"""The merchant's helpdesks: connecting one by its key, how it is, what was made there, and leaving it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.helpdesk_setup import Stage
from app.store import connections, setups
from app.store.connections import Account
from app.store.setups import Setup
from app.web import helpdesk_words, sample_view, welcome_view
from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.language import _, colon
from app.web.retold import retold, told_plainly
from app.web.screen import look, show
from app.web.seats import Seats
from integrations import registry
from integrations.companies import Company, Login
from jobs import consents, helpdesks, samples

blueprint = Blueprint("helpdesks", __name__)

_LONGEST, _LONGEST_ADDRESS = 255, 254
_SAID_THERE = ("test_asked", "test_going")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to a helpdesk that was just planned: its code is good once, and shown this once."""

    kind: str
    account: str
    code: str


@blueprint.get("/helpdesks")
def listed() -> str:
    """Show every helpdesk there is, connected or not."""
    return _page()


@blueprint.post("/helpdesks/<kind>/consent")
def consent(kind: str) -> Response | str:
    """Show the way to a helpdesk, on which the merchant lets us in with a click."""
    company = _company(kind)
    if world().our_app(kind) is None:
        abort(404, _("This helpdesk lets us in with a key alone."))
    account, user = _account(company, kind), _user(company)
    who = f"staff:{g.visitor.user_id}"
    code = consents.plan(world(), merchant(), who, kind=kind, account=account, user=user)
    return _back("helpdesk_other") if code is None else _page(Way(kind=kind, account=account, code=code))


def _page(way: Way | None = None) -> str:
    here = world()
    with look() as seen:
        mine = {"shop_id": seen.merchant.id}
        known = {each.kind: each for each in setups.listed(seen.session, **mine)}
        accounts = connections.accounts(seen.session, seal=here.seal, **mine)
        public_ids = connections.public_ids(seen.session, **mine)
        more = {"unwelcomed": welcome_view.unwelcomed(seen), **sample_view.facts(seen, known.values())}
    addresses = {kind: helpdesks.desk_address(here, public_id) for kind, public_id in public_ids.items()}
    desks = [
        _shown(kind, company, known.get(kind), accounts.get(kind), addresses.get(kind, ""))
        for kind, company in registry.HELPDESKS.items()
    ]
    desks.sort(key=lambda desk: desk["setup"] is None)
    facts = {"desks": desks, "Stage": Stage, "parts": helpdesk_words.parts, "way": way, **more}
    return show("helpdesks.html", seen, facts | {"let_in": {kind for kind in registry.HELPDESKS if here.our_app(kind)}})


@blueprint.post("/helpdesks/<kind>/connect")
def connect(kind: str) -> Response:
    """Connect an account, or bring a new key of one that is."""
    company = _company(kind)
    account, user, key = _account(company, kind), _user(company), _plain("key")
    if not 0 < len(key) <= _LONGEST:
        abort(422, _("Please give the key."))
    login = Login(user=user, key=key)
    seats: Seats = current_app.extensions["previews"]
    with seats.taken(str(merchant().id)) as seated:
        if not seated:
            abort(429, _("Many look at once. Please try again in a moment."))
        brought = helpdesks.bring(in_their_name(), merchant(), kind=kind, account=account, login=login)
    if isinstance(brought, str):
        abort(422, f"{told_plainly(registry.called(kind))}{colon()} {told_plainly(brought)}")
    return _back("helpdesk_connected" if brought else "helpdesk_other")


@blueprint.post("/helpdesks/<kind>/set-up")
def set_up(kind: str) -> Response:
    """Have made what is missing there."""
    if _company(kind).furnish is None:
        abort(404, _("This helpdesk is set up by hand."))
    return _back("helpdesk_set_up" if helpdesks.set_up(in_their_name(), merchant(), kind) else "helpdesk_none")


@blueprint.post("/helpdesks/<kind>/disconnect")
def disconnect(kind: str) -> Response:
    """Leave a helpdesk, or put to rest what was said of one that was left."""
    _company(kind)
    left = helpdesks.disconnect(in_their_name(), merchant(), kind)
    return _back("helpdesk_left" if left else "helpdesk_none")


@blueprint.post("/helpdesks/<kind>/test-ticket")
def write_test_ticket(kind: str) -> Response:
    """Have a test ticket written there, unless one stands."""
    if _company(kind).samples is None:
        abort(404, _("To see it at work, open a ticket there yourself, from an address that has ordered from you."))
    email = _plain("email").lower()
    if len(email) > _LONGEST_ADDRESS or not registry.is_mail_address(email):
        abort(422, _("Please give an e-mail address, and nothing around it."))
    asked = samples.ask(in_their_name(), merchant(), kind, email)
    return _back({True: "test_asked", False: "test_stands", None: "helpdesk_none"}[asked])


@blueprint.post("/helpdesks/<kind>/test-ticket/away")
def take_test_ticket_away(kind: str) -> Response:
    """Have the test ticket taken away."""
    _company(kind)
    going = samples.take_back(in_their_name(), merchant(), kind)
    return _back("test_going" if going else "test_none")


@blueprint.get("/fragments/test-tickets")
def moving_test_tickets() -> Response:
    """Show the part that moves while a test ticket is on its way; 304 to whoever has seen it like this."""
    with look() as seen:
        facts = sample_view.facts(seen, setups.listed(seen.session, shop_id=seen.merchant.id))
    response = make_response(show("_test_tickets.html", seen, facts))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.post("/helpdesks/<kind>/trust-notes")
def trust_notes(kind: str) -> Response:
    """Let notes be written there again."""
    _company(kind)
    trusted = helpdesks.trust_notes(in_their_name(), merchant(), kind)
    return _back("helpdesk_notes" if trusted else "helpdesk_none")


def _shown(kind: str, company: Company, setup: Setup | None, account: Account | None, desk: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": kind, "company": company, "setup": setup, "by_hand": "", "buttons": ""}
    if account is not None and account.url_token:
        url, secret = helpdesks.address(world(), kind, account.url_token), next(iter(account.secrets), "")
        shown["by_hand"] = "" if company.furnish else company.setup.format(url=url, secret=secret)
        shown["buttons"] = company.buttons.format(url=url, secret=secret, desk=desk)
    return shown


def _company(kind: str) -> Company:
    if kind not in registry.HELPDESKS:
        abort(404, _("There is no such helpdesk."))
    return registry.HELPDESKS[kind]


def _account(company: Company, kind: str) -> str:
    account = _plain("account").lower()
    if not registry.is_account(kind, account):
        abort(422, _("Please give %(what)s, and nothing around it.", what=retold(company.account_is)))
    return account


def _user(company: Company) -> str:
    user = _plain("user")
    if bool(user) is not bool(company.user_is) or len(user) > _LONGEST:
        what = retold(company.user_is) if company.user_is else _("a key alone")
        abort(422, _("Please give %(what)s.", what=what))
    return user


def _plain(name: str) -> str:
    return "".join(filter(str.isprintable, request.form.get(name, ""))).strip()


def _back(said: str) -> Response:
    if request.form.get("back") == "welcome":
        # What goes as it was asked the step itself says, where whoever pressed is looking.
        told = None if said in _SAID_THERE else said
        return redirect(url_for("merchant.welcome.steps", said=told, _anchor="helpdesk"), 303)
    return redirect(url_for("merchant.helpdesks.listed", said=said), 303)
