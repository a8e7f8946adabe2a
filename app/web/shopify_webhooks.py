"""Shopify's webhooks: verified on the raw bytes, kept once, answered. Nothing is parsed before the 200."""

from flask import Blueprint, Response, request

from app.store import inbox, shops
from app.store.base import unit_of_work
from app.web.here import world
from integrations.shopify import webhooks
from jobs.queue import Task

LONGEST_TOPIC = 64  # twice the longest that Shopify has

blueprint = Blueprint("shopify_webhooks", __name__)


@blueprint.post("/webhooks/shopify")
def receive() -> Response:
    """Keep the delivery and ring for its shop; 401 for whoever cannot sign, before anything else is looked at."""
    here, headers, body = world(), dict(request.headers), request.get_data()
    if not webhooks.signed(body, webhooks.signature(headers), here.settings.webhook_secrets):
        return Response("not signed by Shopify", status=401)
    # The headers are not signed: they say whose inbox it is, and everything that matters is read fresh from that shop.
    domain = webhooks.shop_domain(headers)
    with unit_of_work(here.sessions) as session:
        shop = shops.by_domain(session, domain) if domain else None
        new = inbox.receive(
            session,
            shop_id=shop.id if shop else None,
            source="shopify",
            sender=domain or "",
            topic=webhooks.topic(headers)[:LONGEST_TOPIC],
            delivery_key=webhooks.delivery_key(headers, body),
            event_key=webhooks.event_key(headers, body),
            body=body,
            now=here.clock.now(),
            triggered_at=webhooks.triggered_at(headers),
        )
    if new and shop is not None:
        here.bell.ring(Task.DRAIN, shop.id)
    return Response(status=200)
