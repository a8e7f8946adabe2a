"""The merchant's presses: each calls one thing with a good name, then leads back to the page it came from."""

import re

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.effects import Pool, State
from app.domain.moments import BIRTHDAY
from app.domain.money import Money
from app.domain.policy import Mode
from app.store.alarms import COMPARED, What
from app.store.ledger import Deed
from app.web import phrases
from app.web.addresses import own_page
from app.web.fields import Amount, Wrong
from app.web.identity import in_their_name, merchant
from app.web.language import _
from app.web.screen import MODE_STAYS
from jobs import desk
from jobs.desk import Undone
from jobs.let_alone import let_be

blueprint = Blueprint("acts", __name__)

MOST_ID = 2**63 - 1
EFFECT = f"/effects/<int(max={MOST_ID}):effect_id>"
_LONGEST_REFERENCE = 255
_UNDONE = {Undone.HELD: "withdrawn", Undone.COMING_BACK: "stopping", None: "too_late"}
_NUMBER = re.compile(r"(?a:\d{1,18})")


@blueprint.post(EFFECT + "/approve")
def approve(effect_id: int) -> Response:
    """Let a waiting deed go ahead."""
    return _back(_approved(desk.approve(in_their_name(), merchant(), effect_id)))


@blueprint.post(EFFECT + "/lift")
def lift(effect_id: int) -> Response:
    """Let a deed go ahead that the pool did not hold."""
    return _back("lifted" if desk.lift(in_their_name(), merchant(), effect_id) else "not_lifted")


@blueprint.post("/pools/<pool>/grant")
def grant(pool: str) -> Response:
    """Let a pool hold more this month."""
    if pool not in set(Pool):
        abort(404, _("There is no such pool."))
    seen = request.form.get("granted", "")
    if not _NUMBER.fullmatch(seen):
        abort(422, _("Please say how much was allowed when you looked, in the currency's smallest unit."))
    try:
        minor = Amount().read(request.form.get("amount", "").strip(), merchant().currency)
    except Wrong as wrong:
        abort(422, str(wrong))
    if not minor:
        abort(422, _("Please give an amount above nothing."))
    granted = desk.grant(in_their_name(), merchant(), Pool(pool), minor=minor, seen=int(seen))
    return _back("granted" if granted else "granted_before")


@blueprint.post("/approve-all")
def approve_all() -> Response:
    """Let everything go ahead that waits under one rule, as it was counted on the page that was pressed on."""
    rule = _rule(request.form.get("rule", ""))
    newest, count = request.form.get("seen", ""), request.form.get("count", "")
    if not _NUMBER.fullmatch(newest) or not _NUMBER.fullmatch(count):
        abort(422, _("Please say yes on a page that shows what waits."))
    moved = desk.approve_all(in_their_name(), merchant(), rule, upto=int(newest), count=int(count))
    return _back("changed_since" if moved is None else _approved(moved))


@blueprint.post(EFFECT + "/decline")
def decline(effect_id: int) -> Response:
    """Let a waiting deed be."""
    moved = desk.decline(in_their_name(), merchant(), effect_id)
    return _back("declined" if moved else "nothing_waited")


@blueprint.post(EFFECT + "/withdraw")
def withdraw(effect_id: int) -> Response:
    """Take a deed back that has not left, or that its vendor still stops."""
    undone = desk.withdraw(in_their_name(), merchant(), effect_id)
    return _back(_UNDONE[undone])


@blueprint.post(EFFECT + "/happened")
def happened(effect_id: int) -> Response:
    """Say that a doubtful deed was done, with the other side's own number for it."""
    reference = "".join(filter(str.isprintable, request.form.get("reference", ""))).strip()
    if not 0 < len(reference) <= _LONGEST_REFERENCE:
        abort(422, _("Please enter the vendor's own order number, so that it can be found again."))
    cost = _cost(request.form.get("cost", "").strip())
    settled = desk.happened(in_their_name(), merchant(), effect_id, reference=reference, cost=cost)
    return _back("settled" if settled else "not_in_doubt")


@blueprint.post(EFFECT + "/let-be")
def let_be_unwritten(effect_id: int) -> Response:
    """Say that nobody will do what was left to a person's own hands."""
    settled = desk.let_be(in_their_name(), merchant(), effect_id)
    return _back("declined" if settled else "not_in_doubt")


@blueprint.post(EFFECT + "/did-not-happen")
def did_not_happen(effect_id: int) -> Response:
    """Say that a doubtful deed was not done, so that it is tried again."""
    settled = desk.did_not_happen(in_their_name(), merchant(), effect_id)
    return _back("put_back" if settled else "not_in_doubt")


@blueprint.post(EFFECT + "/known")
def known(effect_id: int) -> Response:
    """Put an alarm about a deed to rest."""
    what = request.form.get("what", "")
    if what not in COMPARED:
        abort(422, _("What is known is one of done_twice and not_there."))
    rests = desk.know(in_their_name(), merchant(), effect_id, What(what))
    return _back("known" if rests else "no_alarm")


@blueprint.post(f"/customers/<int(max={MOST_ID}):customer_id>/let-alone")
def let_alone(customer_id: int) -> Response:
    """Let a customer alone, or let the rules look at them again."""
    alone = _yes(request.form.get("alone"), "Say alone=1 to do nothing automatic for them, alone=0 to go on.")
    if not let_be(in_their_name(), merchant(), customer_id, alone=alone):
        abort(404, _("This shop's ledger has no such customer."))
    return _back("let_alone" if alone else "looked_at_again")


@blueprint.post("/rules/<rule>/mode")
def set_mode(rule: str) -> Response:
    """Set how far one rule may go, unless that was changed since the page that was pressed on."""
    mode, seen = request.form.get("mode", ""), request.form.get("seen", "")
    if rule not in desk.RULES:
        abort(404, _("There is no such rule."))
    if mode not in set(Mode):
        abort(422, _("A rule's mode is one of observe, approve and auto."))
    if seen not in set(Mode):
        abort(422, _("Please set it on a page that shows how far the rule goes now."))
    if desk.set_mode(in_their_name(), merchant(), rule, Mode(mode), seen=Mode(seen)) is None:
        return redirect(url_for("merchant.rules.shown", rule=rule, said=MODE_STAYS), 303)
    knows_nobody = rule == BIRTHDAY and mode != Mode.OBSERVE and not merchant().policy.birthday.metafield
    return _back("mode_unknowing" if knows_nobody else f"mode_{mode}")


@blueprint.post("/rules/<rule>/release")
def release(rule: str) -> Response:
    """Let a rule go on that has stopped itself."""
    if rule not in desk.RULES:
        abort(404, _("There is no such rule."))
    return _back("released" if desk.release(in_their_name(), merchant(), rule) else "not_stopped")


@blueprint.post("/pause")
def pause() -> Response:
    """Stop everything, or let it go on."""
    paused = _yes(request.form.get("paused"), "Say paused=1 to stop everything, paused=0 to let it go on.")
    desk.pause(in_their_name(), merchant(), paused=paused)
    return _back(None if paused else "resumed")


def _cost(typed: str) -> Money | None:
    if not typed:
        return None
    try:
        return Money(minor=Amount().read(typed, merchant().currency), currency=merchant().currency)
    except Wrong as wrong:
        abort(422, str(wrong))


def _yes(switch: str | None, otherwise: str) -> bool:
    if switch not in {"0", "1"}:
        abort(422, otherwise)
    return switch == "1"


def _rule(name: str) -> str:
    if name not in phrases.BY:
        abort(422, _("There is no such rule."))
    return name


def _approved(moved: list[Deed]) -> str:
    if not moved:
        return "nothing_waited"
    return "over_budget" if any(deed.state is State.OVER_BUDGET for deed in moved) else "approved"


def _back(said: str | None) -> Response:
    page = request.form.get("back", "/")
    if not own_page(page):  # a redirect must not lead anywhere else
        page = "/"
    return redirect(f"{page}{'&' if '?' in page else '?'}said={said}" if said else page, 303)
