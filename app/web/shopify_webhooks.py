"""Shopify's webhooks: verified on the raw bytes, kept once, answered. Nothing is parsed before the 200."""

from flask import Blueprint, Response, request

from app.domain.people import Asked
from app.store import inbox, privacy, shops
from app.store.base import unit_of_work
from app.web.here import world
from integrations.shopify import webhooks
from jobs.queue import Task

LONGEST_TOPIC = 64  # twice the longest that Shopify has
ASKED = {
    "customers/data_request": Asked.COPY,
    "customers/redact": Asked.ERASURE,
    "shop/redact": Asked.SHOP_ERASURE,
}

blueprint = Blueprint("shopify_webhooks", __name__)


@blueprint.post("/webhooks/shopify")
@blueprint.post("/webhooks/shopify/compliance")
def receive() -> Response:
    """Keep the delivery and ring for its shop; 401 for whoever cannot sign, before anything else is looked at."""
    here, headers, body = world(), dict(request.headers), request.get_data()
    if not webhooks.signed(body, webhooks.signature(headers), here.settings.webhook_secrets):
        return Response("not signed by Shopify", status=401)
    # The headers are not signed: they say whose inbox it is, and everything that matters is read fresh from that shop.
    domain = webhooks.shop_domain(headers)
    topic = webhooks.topic(headers)[:LONGEST_TOPIC]
    with unit_of_work(here.sessions) as session:
        shop = shops.by_domain(session, domain) if domain else None
        if shop is None and topic in ASKED:
            # We keep nothing of that shop, and will not begin with what it asks us to forget.
            privacy.note_stranger(session, domain=domain or "", kind=ASKED[topic], now=here.clock.now())
            return Response(status=200)
        new = inbox.receive(
            session,
            shop_id=shop.id if shop else None,
            source="shopify",
            sender=domain or "",
            topic=topic,
            delivery_key=webhooks.delivery_key(headers, body),
            event_key=webhooks.event_key(headers, body),
            body=body,
            now=here.clock.now(),
            triggered_at=webhooks.triggered_at(headers),
        )
    if new and shop is not None:
        here.bell.ring(Task.DRAIN, shop.id)
    return Response(status=200)
