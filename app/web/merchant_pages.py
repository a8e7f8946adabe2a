"""The merchant's pages: today, the ledger, one order's story, one customer's card, and the reasons."""

from typing import Any

from flask import Blueprint, abort, make_response, request, url_for
from werkzeug.wrappers import Response

from app.domain.money import Money
from app.domain.policy import Mode
from app.store import (
    agents,
    alarms,
    imports,
    orders,
    privacy,
    reason_counts,
    reasons,
    reports,
    setups,
    shops,
    shortages,
    spending,
    stories,
    tallies,
    yardstick,
)
from app.store.reports import PoolLeft
from app.store.stories import Named, Search
from app.web import (
    acts_sheet,
    customer_card,
    journey,
    ledger_search,
    merchant_story,
    phrases,
    proposals,
    rights,
    timeline,
    troubles,
    welcome_view,
)
from app.web.here import world
from app.web.language import _
from app.web.screen import Look, look, show
from integrations import registry
from jobs.runtime import midnight, purse

blueprint = Blueprint("pages", __name__)

ROWS = 50  # of the ledger on one page
TODAY_ROWS = 15  # below which the pools and the rules stand on a phone
WAITING_ROWS = 12  # enough for the few that today shows; all of them are in the ledger
STORY = 100  # decisions in one story
ORDERS = 50  # of one customer
HEARD = 50  # calls about one order
MOST_ID = 2**63 - 1


@blueprint.get("/")
def today() -> str:
    """Show what happened, what waits for a person, and what is left."""
    with look() as seen:
        facts = _moving(seen)
        facts["observed"] = reports.observed_by_rule(seen.session, **_shop(seen))
        facts["troubles"] = troubles.lately(seen)
        facts["proposals"] = proposals.made(seen)
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
    asked = ledger_search.asked()
    with look() as seen:
        search = ledger_search.by_address(seen.session, asked.search)
        facts = _rows(seen, search)
        facts["named"] = _named(seen, search)
        facts["agents"] = agents.listed(seen.session, shop_id=seen.merchant.id, seal=world().seal)
    facts |= {"search": asked.search, "asked": asked.words, "back": url_for("merchant.pages.ledger", **asked.words)}
    facts["wrong"] = asked.wrong
    facts["months"] = acts_sheet.months(seen.merchant, seen.now)
    return show("ledger.html", seen, facts)


@blueprint.get(f"/orders/<int(max={MOST_ID}):order_id>")
def order(order_id: int) -> str:
    """Show one order's whole story."""
    with look() as seen:
        found = stories.order(seen.session, order_id=order_id, **_shop(seen))
        if found is None:
            abort(404, _("This shop's ledger has no such order."))
        subjects = (f"order:{order_id}",)
        facts = _story(seen, subjects, Search(order_id=order_id))
        heard = reasons.heard(seen.session, shop_id=seen.merchant.id, subjects=subjects, limit=HEARD)
        facts["ordinal"] = orders.ordinal(seen.session, shop_id=seen.merchant.id, order_id=order_id)
    facts["entries"] = timeline.merged(orders=[found], heard=heard, told=facts["told"], rows=facts["rows"])
    facts["tickets"] = sorted({row.ticket_id for row in facts["rows"] if row.ticket_id})
    facts["from_before"] = found.processed_at < seen.merchant.installed_at and not (facts["told"] or facts["rows"])
    return show("order.html", seen, facts | {"order": found})


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
        facts["fifths"] = yardstick.fifths(seen.session, shop_id=seen.merchant.id, standing=facts["standing"])
        facts["store_says"] = reports.store_says(seen.session, customer_id=customer_id, **_shop(seen))
        facts["journey"] = journey.shown(seen.session, seen.merchant, facts["standing"], facts["measure"], seen.now)
    facts["entries"] = timeline.merged(orders=bought, told=facts["told"], rows=facts["rows"])
    return show("customer.html", seen, facts | {"bought": bought})


@blueprint.get("/decisions")
def decisions() -> str:
    """Count why and why not by reason; with a code, that one alone, and show the newest decisions that gave it."""
    rule, code = ledger_search.words("rule") or None, ledger_search.words("code") or None
    with look() as seen:
        shop_id = seen.merchant.id
        found = reason_counts.read(seen.session, shop_id=shop_id, now=seen.now, rule=rule, code=code)
        told = reasons.verdicts_with(seen.session, shop_id=shop_id, code=code, rule=rule, limit=STORY) if code else []
    facts = {"counts": found.answers, "since": found.since, "told": told, "code": code, "some": bool(rule or code)}
    return show("decisions.html", seen, facts)


def _named(seen: Look, search: Search) -> Named | None:
    if search.customer_id is not None:
        return Named(orders=(), customer_id=search.customer_id)
    return stories.named(seen.session, typed=search.words, **_shop(seen)) if search.words else None


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
        "waiting_by_rule": spending.waiting(session, **shop),
        "figures": reports.figures(session, now=seen.now, **shop),
        "pools": _pools(seen),
        "overdue": privacy.overdue_in(session, shop_id=shop_id, now=seen.now),
        "rights": rights.off(seen.merchant, world().settings),
        "back": "/",
        **_rows(seen, Search(), limit=TODAY_ROWS),
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


def _rows(seen: Look, search: Search, limit: int = ROWS) -> dict[str, Any]:
    found = stories.ledger_rows(seen.session, search=search, limit=limit + 1, **_shop(seen))
    return {"rows": found[:limit], "more": found[limit - 1].id if len(found) > limit else None}


def _story(seen: Look, subjects: tuple[str, ...], search: Search) -> dict[str, Any]:
    told = reasons.verdicts(seen.session, shop_id=seen.merchant.id, subjects=subjects, search=search, limit=STORY)
    cost = spending.came_to(seen.session, search=search, **_shop(seen))
    found = stories.around(seen.session, search=search, limit=ROWS + 1, **_shop(seen))
    return {"told": told, "cost": cost, "back": request.path, "rows": found[:ROWS], "more": len(found) > ROWS}


def _pools(seen: Look) -> list[PoolLeft]:
    month = purse(seen.merchant, seen.now)
    return reports.pools_left(seen.session, shop_id=seen.merchant.id, purse=month)


def _shop(seen: Look) -> dict[str, Any]:
    return {"shop_id": seen.merchant.id, "currency": seen.merchant.currency}
