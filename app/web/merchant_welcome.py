"""The merchant's first steps: what may be done, what their past says, what is given, and the switch."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import Unavailable
from app.domain.policy import Measure, Mode, Policy
from app.web import editions, store_search, welcome_view
from app.web.fields import Amount, Whole, Wrong
from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.language import _
from app.web.screen import look, show
from app.web.welcome_words import UNFIT
from jobs import desk
from jobs import welcome as taking
from jobs.welcome import RULES

blueprint = Blueprint("welcome", __name__)

MOST_ID = 2**63 - 1
MOST_GIFTS = 20
_ORDINAL, _EVERY = Whole(least=1, most=1_000), Whole(least=2, most=1_000)


@blueprint.get("/welcome")
def steps() -> str:
    """Show the first steps, and how far they are."""
    with look() as seen:
        facts = welcome_view.facts(seen)
    return show("welcome.html", seen, facts)


@blueprint.get("/fragments/welcome")
def fragment() -> Response:
    """Show the part that moves while the past is read; 304 to whoever has seen it like this."""
    with look() as seen:
        facts = welcome_view.moving(seen)
    response = make_response(show("_welcome_moving.html", seen, facts))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/welcome/gifts")
def gifts() -> str:
    """Show the gifts that are picked, and what the store sells by the name that is looked for."""
    words = store_search.words()
    facts: dict[str, Any] = {"words": words, "found": None, "trouble": ""}
    options = store_search.found(words) if words else None
    with look() as seen:
        facts |= {"picked": welcome_view.gifts(seen), "most": welcome_view.most_cost(seen), "unfit": UNFIT}
        facts["dearest"] = welcome_view.dearest(seen)
        if isinstance(options, str):
            facts["trouble"] = options
        elif options is not None:
            facts["found"] = welcome_view.candidates(seen, options, facts["most"])
    return show("welcome_gifts.html", seen, facts)


@blueprint.post("/welcome/measure")
def measure() -> Response:
    """Choose by what a customer is special."""
    chosen = request.form.get("measure", "")
    if chosen not in set(Measure):
        abort(422, _("Please choose one of these."))
    amount = _amount() if chosen == Measure.FIXED else None
    desk.set_policy(in_their_name(), merchant(), lambda current: _measured(current, Measure(chosen), amount))
    taking.look_back(world(), merchant())
    return _back("worth")


@blueprint.post("/welcome/ordinal")
def ordinal() -> Response:
    """Choose with which order a gift goes, or with every so many."""
    every = "every" in request.form
    try:
        found = (_EVERY if every else _ORDINAL).read(request.form.get("every" if every else "ordinal", "").strip(), "")
    except Wrong as wrong:
        abort(422, str(wrong))
    changes: dict[str, Any] = {"every": found} if every else {"ordinals": (found,), "every": None}
    desk.set_policy(
        in_their_name(),
        merchant(),
        lambda current: replace(current, nth_order_gift=replace(current.nth_order_gift, **changes)),
    )
    taking.look_back(world(), merchant())
    return _back("stops")


@blueprint.post(f"/welcome/gifts/<int(max={MOST_ID}):variant_id>/pick")
def pick(variant_id: int) -> Response:
    """Give this variant first, or where those before it cannot be given."""
    variants = merchant().policy.nth_order_gift.variants
    if len(variants) >= MOST_GIFTS and variant_id not in variants:
        abort(422, _("Twenty gifts are enough: please take one off first."))
    try:
        why = taking.pick(in_their_name(), merchant(), variant_id, first="first" in request.form)
    except Unavailable:
        return _to_gifts("store_away")
    if why is not None:
        abort(422, _(UNFIT[why]))
    taking.look_back(world(), merchant())
    return _to_gifts("gift_picked")


@blueprint.post(f"/welcome/gifts/<int(max={MOST_ID}):variant_id>/drop")
def drop(variant_id: int) -> Response:
    """Give this variant no more."""
    taking.drop(in_their_name(), merchant(), variant_id)
    taking.look_back(world(), merchant())
    return _to_gifts("gift_dropped")


@blueprint.post("/welcome/helpdesk")
def skip_helpdesk() -> Response:
    """Leave the helpdesk for later."""
    taking.skip_helpdesk(in_their_name(), merchant())
    return _back("helpdesk")


@blueprint.post("/welcome/replay")
def replay() -> Response:
    """Look at the last 90 days with what is chosen now."""
    taking.look_back(world(), merchant())
    return _back("replay")


@blueprint.post("/welcome/switch")
def switch() -> Response:
    """Switch the first rules on, or let them watch; 409 where what the page showed was changed since."""
    mode, wanted = request.form.get("mode", ""), set(request.form.getlist("rule"))
    if mode not in set(Mode) or not wanted <= set(RULES):
        abort(422, _("Please choose one of these."))
    if not wanted:
        abort(422, _("Please tick at least one of the two."))
    gift = merchant().policy.nth_order_gift
    if mode != Mode.OBSERVE and "nth_order_gift" in wanted and not gift.variants:
        abort(422, _("Please pick a gift first, or untick the gift in the parcel."))
    rules, edition = [rule for rule in RULES if rule in wanted], request.form.get("edition", "")

    def may(current: Policy) -> bool:
        # Whoever presses twice finds their own work done.
        done = all(current.mode_of(rule) == mode for rule in rules)
        return done or edition == welcome_view.edition(current, merchant().currency)

    if not taking.switch(in_their_name(), merchant(), Mode(mode), rules, may=may):
        return _overtaken()
    return redirect(url_for("merchant.pages.today", said="welcome_done"), 303)


def _overtaken() -> Response:
    """Show how it stands now, and what was changed since the page was opened that was pressed on."""
    told = editions.overtook(welcome_view.PATHS, request.form.get("since", ""))
    with look() as seen:
        facts = welcome_view.facts(seen)
    return make_response(show("welcome.html", seen, facts | {"stale": True, "overtook": told}), 409)


def _measured(policy: Policy, chosen: Measure, amount: int | None) -> Policy:
    changes: dict[str, Any] = {"measure": chosen}
    if amount is not None:
        changes["fixed_minor"] = amount
    if chosen is Measure.PERCENTILE:
        changes["percentile"] = welcome_view.P80
    return replace(policy, special_customer=replace(policy.special_customer, **changes))


def _amount() -> int:
    try:
        found = Amount().read(request.form.get("amount", "").strip(), merchant().currency)
    except Wrong as wrong:
        abort(422, str(wrong))
    if not found:
        abort(422, _("Please give an amount above nothing."))
    return found


def _back(step: str) -> Response:
    return redirect(url_for("merchant.welcome.steps", _anchor=step), 303)


def _to_gifts(said: str) -> Response:
    return redirect(url_for("merchant.welcome.gifts", said=said), 303)
