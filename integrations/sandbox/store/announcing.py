"""Telling the app what happened, by signed webhooks."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
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
_COMPLIANCE_PATH = "/webhooks/shopify/compliance"


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
        """Send one webhook and return it, or None when the app is not there or never subscribed to it."""
        if topic not in self.shop["topics"] or not self.shop.get("installed", True):
            return None
        seen = payloads.withheld(payload, self.shop["protected"])
        letter = self._letter(topic, json.dumps(seen, ensure_ascii=False, separators=(",", ":")))
        for _ in range(self.times):
            self.town.post.send(self.turn, letter, lose=self.lose)
        return letter

    def comply(self, topic: str, payload: Mapping[str, object]) -> Letter:
        """Send what no app can unsubscribe from, to the address that its configuration names for it."""
        letter = self._letter(topic, json.dumps(payload, ensure_ascii=False, separators=(",", ":")))
        letter = replace(letter, path=_COMPLIANCE_PATH)
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
        envelope = Envelope(**(self.turn.get("switches", "envelope") or {}))
        headers = {
            "Topic": topic,
            "Hmac-Sha256": signature(body.encode(), envelope.secret_of(self.town.settings.client_secrets)),
            "Shop-Domain": self.shop["domain"],
            "API-Version": API_VERSION,
            "Webhook-Id": str(uuid.uuid4()),
            "Event-Id": self.event_id,
            "Triggered-At": f"{self.now:%Y-%m-%dT%H:%M:%S.%f}789Z",  # nanoseconds, as the real ones
        }
        return Letter(
            sender="store",
            subject=topic,
            path=_PATH,
            headers={"Content-Type": "application/json"} | envelope.addressed(headers),
            body=body,
            pauses=self.town.settings.pauses,
            exposed=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How letters are addressed and signed. As a rule with the oldest secret that is still valid, as the real ones."""

    unprefixed: bool = False  # the newer family of headers, without the X-
    lower_case: bool = False  # as HTTP/2 makes them
    signed_with: str = "oldest"  # or "newest", or "wrong"

    def secret_of(self, secrets: Sequence[str]) -> str:
        """Return what to sign with."""
        return {"oldest": secrets[-1], "newest": secrets[0], "wrong": "nobody's secret"}[self.signed_with]

    def addressed(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers under the names that this envelope bears."""
        prefix = "Shopify-" if self.unprefixed else "X-Shopify-"
        named = {f"{prefix}{name}": value for name, value in headers.items()}
        return {name.lower(): value for name, value in named.items()} if self.lower_case else named


def change_envelope(turn: Turn, envelope: Envelope) -> dict[str, object]:
    """Address and sign letters like this from now on; raise ValueError for a signature that there is not."""
    if envelope.signed_with not in ("oldest", "newest", "wrong"):
        raise ValueError("signed_with is oldest, newest or wrong.")
    turn.put("switches", "envelope", asdict(envelope))
    return asdict(envelope)


def news_of(call: Call) -> News:
    """Return the news of what a GraphQL call did."""
    return News(town=call.town, turn=call.turn, shop=call.shop, now=call.now)


def signature(body: bytes, secret: str) -> str:
    """Return the header that proves a webhook's body: base64 of HMAC-SHA256 with the app's secret."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
