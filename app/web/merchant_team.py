"""The merchant's team: who presses at the helpdesk, who says yes to them, and who was let go."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.agents import Role
from app.domain.money import Money
from app.store import acts, agent_sessions, agents, connections
from app.store.agent_sessions import LINK_LASTS
from app.web import acts_sheet, sheets
from app.web.fields import Amount, Wrong
from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.language import _
from app.web.screen import look, show
from integrations import registry
from jobs import agent_door, team
from jobs.runtime import month_start

blueprint = Blueprint("team", __name__)

AGENT = f"/team/<int(max={2**63 - 1}):agent_id>"
_LONGEST_NAME, _LONGEST_ADDRESS = 64, 254
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_NUMBER = re.compile(r"[\w.@+-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A login link that was just made. It is shown this once, and kept nowhere."""

    agent_id: int
    address: str
    until: datetime


@blueprint.get("/team")
def people() -> str:
    """Show who is in the team."""
    return _page()


@blueprint.get("/team/acts")
def what_they_did() -> Response:
    """Hand over what a month's agents did, as a file."""
    month = request.args.get("month", "")
    span = acts_sheet.span(merchant(), month)
    if span is None:
        abort(422, _("Please name a month, such as 2026-11."))
    return sheets.file(f"kindness-{month}.csv", acts_sheet.sheet(world(), merchant(), *span))


@blueprint.post(AGENT + "/link")
def make_link(agent_id: int) -> str:
    """Show a link that signs somebody in on the desk, for handing over."""
    address = agent_door.link(in_their_name(), merchant(), agent_id)
    if address is None:
        raise team.NobodyThere
    return _page(Link(agent_id=agent_id, address=address, until=world().clock.now() + LINK_LASTS))


@blueprint.post("/team")
def add() -> Response:
    """Take somebody into the team."""
    name, email = _plain("name"), _plain("email").lower()
    if not 0 < len(name) <= _LONGEST_NAME:
        abort(422, _("Please give a name of at most %(longest)s letters.", longest=_LONGEST_NAME))
    if len(email) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(email):
        abort(422, _("Please give the address by which the helpdesk knows them, such as sam@example.com."))
    added = team.add(in_their_name(), merchant(), name=name, email=email, role=_role())
    return _back("team_added" if added else "team_known")


@blueprint.post(AGENT + "/role")
def set_role(agent_id: int) -> Response:
    """Make somebody a lead, or an agent."""
    team.set_role(in_their_name(), merchant(), agent_id, _role())
    return _back("team_role")


@blueprint.post(AGENT + "/active")
def set_active(agent_id: int) -> Response:
    """Let somebody go, or back in."""
    active = request.form.get("active")
    if active not in {"0", "1"}:
        abort(422, _("Say active=0 to let somebody go, active=1 to let them back in."))
    team.set_active(in_their_name(), merchant(), agent_id, active=active == "1")
    return _back("team_back" if active == "1" else "team_gone")


@blueprint.post(AGENT + "/limits")
def set_limits(agent_id: int) -> Response:
    """Set what somebody may give by themselves."""
    limit, month = _amount("limit"), _amount("month")
    team.set_limits(in_their_name(), merchant(), agent_id, limit_minor=limit, month_minor=month)
    return _back("team_limits")


@blueprint.post(AGENT + "/number")
def introduce(agent_id: int) -> Response:
    """Say by which number a helpdesk knows somebody."""
    kind, ref = _plain("kind"), _plain("number")
    if kind not in registry.HELPDESKS:
        abort(422, _("There is no such helpdesk."))
    if not _NUMBER.fullmatch(ref):
        abort(422, _("Please give the number by which the helpdesk knows them."))
    team.introduce(in_their_name(), merchant(), agent_id, kind=kind, ref=ref)
    return _back("team_known_there")


def _role() -> Role:
    role = request.form.get("role", "")
    if role not in set(Role):
        abort(422, _("A role is one of agent and lead."))
    return Role(role)


def _amount(name: str) -> int | None:
    typed = request.form.get(name, "").strip()
    try:
        return Amount().read(typed, merchant().currency) if typed else None
    except Wrong as wrong:
        abort(422, str(wrong))


def _plain(name: str) -> str:
    return "".join(filter(str.isprintable, request.form.get(name, ""))).strip()


def _back(said: str) -> Response:
    return redirect(url_for("merchant.team.people", said=said), 303)


def _page(link: Link | None = None) -> str:
    here = world()
    with look() as seen:
        shop_id = seen.merchant.id
        facts = {
            "people": agents.listed(seen.session, shop_id=shop_id, seal=here.seal),
            "signed_in": agent_sessions.signed_in(seen.session, shop_id=shop_id, now=seen.now),
            "given": acts.given_by_agents(
                seen.session,
                shop_id=shop_id,
                currency=seen.merchant.currency,
                since=month_start(seen.merchant, seen.now),
            ),
            "months": acts_sheet.months(seen.merchant, seen.now),
            "numbers": agents.numbers(seen.session, shop_id=shop_id),
            "helpdesks": [
                kind
                for kind in connections.accounts(seen.session, shop_id=shop_id, seal=here.seal)
                if kind in registry.HELPDESKS
            ],
        }
    return show(
        "team.html",
        seen,
        facts | {"roles": list(Role), "link": link, "amount": partial(Money, currency=seen.merchant.currency)},
    )
