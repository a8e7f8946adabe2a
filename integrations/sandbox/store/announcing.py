"""Telling the app what happened, by signed webhooks."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.post_office import Letter
from integrations.sandbox.store import payloads
from integrations.sandbox.store.call import Call
from integrations.sandbox.store.spending import spending
from integrations.sandbox.store.wire import decimal, gid, iso
from integrations.sandbox.town import Town

API_VERSION = "2026-10"
_PATH = "/webhooks/shopify"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The webhooks of one deed: each is a delivery of its own, all of them share the event's id."""

    town: Town
    turn: Turn
    shop: Doc
    now: datetime
    lose: bool = False
    times: int = 1  # how often each is sent, the very same delivery
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def tell(self, topic: str, payload: Mapping[str, object]) -> Letter | None:
        """Send one webhook and return it, or None when the app never subscribed to the topic."""
        if topic not in self.shop["topics"]:
            return None
        letter = self._letter(topic, json.dumps(payload, ensure_ascii=False, separators=(",", ":")))
        for _ in range(self.times):
            self.town.post.send(self.turn, letter, lose=self.lose)
        return letter

    def order(self, topic: str, order: Doc) -> Letter | None:
        """Tell of an order."""
        customer = self.turn.get("customers", order["customer_id"]) if order["customer_id"] else None
        return self.tell(topic, payloads.order_payload(order, customer))

    def spending(self, order: Doc) -> None:
        """Tell what the order's customer has spent by now; guests have no such sum."""
        customer = self.turn.get("customers", order["customer_id"]) if order["customer_id"] else None
        if customer is None:
            return
        count, spent = spending(self.turn, customer)
        body = {
            "customerId": gid("Customer", customer["id"]),
            "numberOfOrders": count,
            "amountSpent": {
                "amount": decimal(spent, self.shop["currency"]),
                "currencyCode": self.shop["currency"],
            },
            "lastOrderId": gid("Order", order["id"]),
            "occurredAt": iso(self.now),
        }
        self.tell("customers/purchasing_summary", body)

    def _letter(self, topic: str, body: str) -> Letter:
        secret = self.town.settings.client_secrets[-1]  # the oldest one still valid, as the real sender does
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature(body.encode(), secret),
            "X-Shopify-Shop-Domain": self.shop["domain"],
            "X-Shopify-API-Version": API_VERSION,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Event-Id": self.event_id,
            "X-Shopify-Triggered-At": f"{self.now:%Y-%m-%dT%H:%M:%S.%f}789Z",  # nanoseconds, as the real ones
        }
        return Letter(
            sender="store",
            subject=topic,
            path=_PATH,
            headers=headers,
            body=body,
            pauses=self.town.settings.pauses,
            exposed=True,
        )


def news_of(call: Call) -> News:
    """Return the news of what a GraphQL call did."""
    return News(town=call.town, turn=call.turn, shop=call.shop, now=call.now)


def signature(body: bytes, secret: str) -> str:
    """Return the header that proves a webhook's body: base64 of HMAC-SHA256 with the app's secret."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
