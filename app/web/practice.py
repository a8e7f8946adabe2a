"""What a newcomer is told in the terminal: whether the practice is under way, and what there is to see of it."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, jsonify, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from app.domain.agents import Role
from app.store import agents, reports, shops, spending
from app.store.base import reading
from app.store.reports import Figures, Tally, ToDo
from app.web import phrases
from app.web.here import world
from app.web.language import counted
from app.web.practice_guard import only_from_home
from app.web.screen import Look
from integrations import registry
from jobs import agent_door, passes, team

blueprint = Blueprint("practice", __name__)
blueprint.before_request(only_from_home)

PRACTICE_SHOP = "lagniappe-practice.myshopify.com"

# The practice town's secret is no secret. The configured one is never shown, whatever it is.
PRACTICE_SECRET = "practice-secret"  # noqa: S105


# Of the practice town's helpdesk.
STAFF = {Role.AGENT: ("Sam Okoye", "sam@practice.example"), Role.LEAD: ("Léa Martin", "lea@practice.example")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the practice has come."""

    history_read: bool
    reviewed: bool
    figures: Figures
    done: list[Tally]
    waiting: int
    to_do: ToDo
    newest_gift_order: int | None

    @property
    def open(self) -> bool:
        return self.history_read and self.reviewed

    @property
    def ready(self) -> bool:
        return self.open and bool(self.done)


@blueprint.get("/practice/summary")
def summary() -> Response:
    """Say what the practice has brought about so far; for the launcher, which waits for it."""
    here = world()
    with reading(here.sessions) as session:
        merchant = shops.by_domain(session, PRACTICE_SHOP)
        if merchant is None or not merchant.installed:
            return jsonify(open=False, ready=False, lines=["The practice shop is being registered."], counts={})
        found = _progress(Look(session=session, merchant=merchant, now=here.clock.now()))
    lines = told(found)
    if found.newest_gift_order is not None:
        lines += [
            "Send the webhook of an order that has its gift, signed as the store signs it; it gets no second one:",
            signed_webhook(found.newest_gift_order, PRACTICE_SHOP, port=here.settings.web_port),
        ]
    return jsonify(open=found.open, ready=found.ready, lines=lines, counts=_counts(found))


@blueprint.get("/practice/desk")
def desk() -> WerkzeugResponse:
    """Lead whoever practises to the agents' desk, signed in as one of the town's helpdesk, about one of its tickets."""
    here = world()
    with reading(here.sessions) as session:
        merchant = shops.by_domain(session, PRACTICE_SHOP)
    if merchant is None or not merchant.installed:
        abort(404)
    role = Role.LEAD if request.args.get("as") == "lead" else Role.AGENT
    name, email = STAFF[role]
    team.add(here, merchant, name=name, email=email, role=role)
    with reading(here.sessions) as session:
        people = agents.listed(session, shop_id=merchant.id, seal=here.seal)
    ours = next((one.id for one in people if one.email == email), 0)
    way_in = agent_door.link(here, merchant, ours)
    ticket, customer = request.args.get("ticket", ""), request.args.get("customer", "")
    about = passes.made(
        here,
        merchant,
        registry.FIRST_HELPDESK,
        ticket_id=ticket if ticket.isdecimal() else "1",
        customer_id=int(customer) if customer.isdecimal() else None,
    )
    if way_in is None or about is None:
        abort(404)
    first = f"&do={request.args['do']}" if request.args.get("do") in {"flowers", "refund_keep", "gift", "card"} else ""
    return redirect(f"{about}&{way_in.partition('#')[2]}{first}")


def told(found: Progress) -> list[str]:
    """Return what is visible, in short sentences."""
    if not found.history_read:
        return ["The store's past is being read."]
    figures = found.figures
    orders = counted(figures.orders, "order", "orders")
    customers = counted(figures.customers, "customer", "customers")
    lines = [f"Read {orders} of {customers}, who have spent {figures.average} on average."]
    if figures.threshold is not None:
        lines.append(
            f"{figures.above_and_active:,} of them are above {figures.threshold} and active;"
            f" {figures.marked:,} {'is' if figures.marked == 1 else 'are'} marked."
        )
    if found.done:
        lines.append(f"Done so far: {', '.join(phrases.tally(tally) for tally in found.done)}.")
    if found.waiting:
        lines.append(f"{counted(found.waiting, 'decision waits', 'decisions wait')} for a person's yes.")
    return lines


def signed_webhook(order_id: int, shop_domain: str, *, port: int) -> str:
    """Return a shell line that sends the order's webhook, signed as the store signs it, as a delivery of its own."""
    return (
        f"body='{{\"id\":{order_id}}}'; "
        f'sign=$(printf %s "$body" | openssl dgst -sha256 -hmac {PRACTICE_SECRET} -binary | base64); '
        f"curl -sS -w '%{{http_code}}\\n' http://127.0.0.1:{port}/webhooks/shopify "
        "-H 'Content-Type: application/json' -H 'X-Shopify-Topic: orders/paid' "
        f"-H 'X-Shopify-Shop-Domain: {shop_domain}' "
        '-H "X-Shopify-Webhook-Id: by-hand-$(date +%s)" -H "X-Shopify-Hmac-Sha256: $sign" --data-binary "$body"'
    )


def _progress(seen: Look) -> Progress:
    session, shop_id, currency = seen.session, seen.merchant.id, seen.merchant.currency
    waiting = spending.waiting(session, shop_id=shop_id, currency=currency)
    return Progress(
        history_read=shops.history_state(session, shop_id=shop_id).done_at is not None,
        reviewed=reports.was_done(session, shop_id=shop_id, chore="review"),
        figures=reports.figures(session, shop_id=shop_id, currency=currency, now=seen.now),
        done=reports.done_since(session, shop_id=shop_id, currency=currency, since=None),
        waiting=sum(each.decisions for each in waiting.values()),
        to_do=reports.to_do(session, shop_id=shop_id, now=seen.now),
        newest_gift_order=reports.newest_gift_order(session, shop_id=shop_id),
    )


def _counts(found: Progress) -> dict[str, int]:
    return {
        "orders": found.figures.orders,
        "customers": found.figures.customers,
        "above_and_active": found.figures.above_and_active,
        "marked": found.figures.marked,
        "waiting": found.waiting,
        "deliveries_waiting": found.to_do.deliveries,
        "effects_due": found.to_do.effects,
        **{f"done_{tally.name}": tally.count for tally in found.done},
    }
