"""The merchant's pages: today, the ledger, one order's story, one customer's card, and the reasons."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, make_response, request, url_for
from werkzeug.wrappers import Response

from app.domain.effects import State
from app.domain.money import Money
from app.domain.policy import Mode
from app.store import (
    alarms,
    imports,
    orders,
    privacy,
    reasons,
    reports,
    setups,
    shops,
    shortages,
    stories,
    tallies,
)
from app.store.reports import PoolLeft
from app.store.stories import Search
from app.web import customer_card, journey, merchant_story, phrases, rights, welcome_view
from app.web.here import world
from app.web.language import _
from app.web.screen import Look, look, show
from integrations import registry
from jobs.runtime import midnight, purse

blueprint = Blueprint("pages", __name__)

ROWS = 50  # of the ledger on one page
WAITING_ROWS = 12  # enough for the few that today shows; all of them are in the ledger
STORY = 100  # decisions in one story
ORDERS = 12  # of one customer
MISFITS = 5
REASONS_GO_BACK = timedelta(days=90)
LONGEST_WORDS = 64
MOST_ID = 2**63 - 1


@blueprint.get("/")
def today() -> str:
    """Show what happened, what waits for a person, and what is left."""
    with look() as seen:
        facts = _moving(seen)
        facts["observed"] = reports.observed_by_rule(seen.session, **_shop(seen))
        facts["misfits"] = reports.misfits(seen.session, shop_id=seen.merchant.id, limit=MISFITS)
        facts["unwelcomed"] = welcome_view.unwelcomed(seen)
        facts["to_tell"] = merchant_story.to_tell(seen)
    facts["modes"] = list(Mode)
    facts["promises"] = phrases.promises(seen.merchant.policy, seen.merchant.currency)
    return show("today.html", seen, facts)


@blueprint.get("/fragments/today")
def today_fragment() -> Response:
    """Show the part of today's page that moves; 304 to whoever has seen it like this."""
    with look() as seen:
        facts = _moving(seen)
    response = make_response(show("_moving.html", seen, facts))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/ledger")
def ledger() -> str:
    """Show the rows of the ledger that a person looks for."""
    search = _search()
    with look() as seen:
        facts = _rows(seen, search)
    asked: dict[str, Any] = {"q": search.words or None, "state": next(iter(search.states), None), "rule": search.rule}
    facts |= {"search": search, "asked": asked, "back": url_for("merchant.pages.ledger", **asked)}
    return show("ledger.html", seen, facts)


@blueprint.get(f"/orders/<int(max={MOST_ID}):order_id>")
def order(order_id: int) -> str:
    """Show one order's whole story."""
    with look() as seen:
        found = stories.order(seen.session, order_id=order_id, **_shop(seen))
        if found is None:
            abort(404, _("This shop's ledger has no such order."))
        facts = _story(seen, (f"order:{order_id}",), Search(order_id=order_id))
        facts["ordinal"] = orders.ordinal(seen.session, shop_id=seen.merchant.id, order_id=order_id)
    facts["order"] = found
    return show("order.html", seen, facts)


@blueprint.get(f"/customers/<int(max={MOST_ID}):customer_id>")
def customer(customer_id: int) -> str:
    """Show one customer's card, and what led to it."""
    with look() as seen:
        facts = customer_card.facts(seen.session, seen.merchant, customer_id, seen.now)
        if facts is None:
            abort(404, _("This shop's ledger has no such customer."))
        bought = stories.orders_of(seen.session, customer_id=customer_id, limit=ORDERS, **_shop(seen))
        subjects = (f"customer:{customer_id}", *(f"order:{line.id}" for line in bought))
        facts |= _story(seen, subjects, Search(customer_id=customer_id))
        facts["store_says"] = reports.store_says(seen.session, customer_id=customer_id, **_shop(seen))
        facts["journey"] = journey.shown(seen.session, seen.merchant, facts["standing"], facts["measure"], seen.now)
    facts["bought"] = bought
    return show("customer.html", seen, facts)


@blueprint.get("/decisions")
def decisions() -> str:
    """Count why and why not by reason; with a code, show the newest decisions that gave it."""
    rule, code = _words("rule") or None, _words("code")
    with look() as seen:
        shop_id, since = seen.merchant.id, seen.now - REASONS_GO_BACK
        counts = reasons.why_nots(seen.session, shop_id=shop_id, since=since)
        told = reasons.verdicts_with(seen.session, shop_id=shop_id, code=code, rule=rule, limit=STORY)
    return show("decisions.html", seen, {"counts": counts, "told": told, "code": code, "since": since})


def _moving(seen: Look) -> dict[str, Any]:
    session, shop_id, shop = seen.session, seen.merchant.id, _shop(seen)
    history = shops.history_state(session, shop_id=shop_id)
    asked = stories.before_a_person(session, now=seen.now, limit=WAITING_ROWS, **shop)
    connected = setups.listed(session, shop_id=shop_id)
    return {
        "history": history,
        "readings": [] if history.done_at else imports.readings(session, shop_id=shop_id),
        "done": reports.done_since(session, since=midnight(seen.merchant, seen.now), **shop),
        "doubts": [row for row in asked if row.needs_person],
        "liftable": [row for row in asked if not row.needs_person],
        "braked": _braked(seen),
        "ailing": [each for each in connected if each.is_ailing],
        "short": [
            each
            for each in connected
            if each.kind in registry.VENDORS and each.in_use and each.trouble and not each.broken_since
        ],
        "sandboxes": [each.kind for each in connected if each.in_use and each.in_sandbox],
        "shortages": [each for each in shortages.listed(session, shop_id=shop_id) if each.asks],
        "alarms": alarms.standing(session, shop_id=shop_id),
        "waiting": stories.waiting(session, limit=WAITING_ROWS, **shop),
        "waiting_by_rule": reports.waiting_by_rule(session, shop_id=shop_id),
        "figures": reports.figures(session, now=seen.now, **shop),
        "pools": _pools(seen),
        "overdue": privacy.overdue_in(session, shop_id=shop_id, now=seen.now),
        "rights": rights.off(seen.merchant, world().settings),
        "back": "/",
        **_rows(seen, Search()),
    }


def _braked(seen: Look) -> list[dict[str, Any]]:
    currency = seen.merchant.currency
    return [
        {
            "rule": each.rule,
            "since": each.since,
            "deeds": each.done.deeds,
            "spent": Money(minor=each.done.minor, currency=currency),
            "usual": each.usual.deeds,
        }
        for each in tallies.braked(seen.session, shop_id=seen.merchant.id)
    ]


def _rows(seen: Look, search: Search) -> dict[str, Any]:
    found = stories.ledger_rows(seen.session, search=search, limit=ROWS + 1, **_shop(seen))
    return {"rows": found[:ROWS], "more": found[ROWS - 1].id if len(found) > ROWS else None}


def _story(seen: Look, subjects: tuple[str, ...], search: Search) -> dict[str, Any]:
    told = reasons.verdicts(seen.session, shop_id=seen.merchant.id, subjects=subjects, search=search, limit=STORY)
    return {"told": told, "back": request.path, **_rows(seen, search)}


def _pools(seen: Look) -> list[PoolLeft]:
    month = purse(seen.merchant, seen.now)
    return reports.pools_left(seen.session, shop_id=seen.merchant.id, purse=month)


def _shop(seen: Look) -> dict[str, Any]:
    return {"shop_id": seen.merchant.id, "currency": seen.merchant.currency}


def _search() -> Search:
    before = request.args.get("before", "")
    search = Search(states=_state(), rule=_words("rule") or None, words=_words("q"))
    return replace(search, before=int(before)) if before.isascii() and before.isdigit() and len(before) < 19 else search


def _state() -> tuple[State, ...]:
    asked = request.args.get("state", "")
    return (State(asked),) if asked in set(State) else ()


def _words(name: str) -> str:
    """Return what was typed, without what no database keeps in a text."""
    return "".join(filter(str.isprintable, request.args.get(name, "")))[:LONGEST_WORDS].strip()
