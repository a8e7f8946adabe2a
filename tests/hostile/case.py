"""What a line of the corpus is: the number of its class, a name, what is sent, and what must come of it."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from enum import StrEnum

from integrations.sandbox.helpdesk import people
from integrations.sandbox.town import PRACTICE_SHOP

SECRET = "practice-secret"
OLDER_SECRET = "practice-secret-of-last-week"  # still signs: it is being rotated
CANARY = "canary-5f1d"  # stands in whatever must not be told to anybody, and in no log afterwards
WEBHOOK, COMPLIANCE = "/webhooks/shopify", "/webhooks/shopify/compliance"
HOOK = f"/hooks/gorgias/{people.HOOK_TOKEN}"
OTHER_SHOP = "other-corpus.myshopify.com"
NO_SUCH_ORDER = 9_007_199_254_740_993
BODY = f'{{"id":{NO_SUCH_ORDER},"note":"{CANARY}"}}'.encode()
JSON = "application/json"

Headers = tuple[tuple[str, str], ...]


class Ends(StrEnum):
    """How a kept letter must end."""

    HANDLED = "handled"
    ASIDE = "set aside, with a cause"
    STRANGER = "kept for a person: whose it is we do not know"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Bytes as they go over the wire, and which status must come back.

    `alone`: whatever else was smuggled in, one answer comes back.
    """

    number: int
    name: str
    sends: bytes
    expects: frozenset[int]
    alone: bool = False
    within: bytes = b""  # of the answer's body
    seconds: float = 30.0  # to wait for an answer
    hangs_up: bool = False  # at the first word of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A signed webhook, or a helpdesk's true call: always answered 200 and kept as it came."""

    number: int
    name: str
    body: bytes
    ends: Ends
    topic: str = "orders/paid"
    shop: str = PRACTICE_SHOP
    helpdesk: bool = False
    headers: Headers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that somebody of the practice shop opens, or presses on with a form."""

    number: int
    name: str
    path: str
    expects: frozenset[int]
    form: dict[str, str] | bytes | None = None
    kind: str = "application/x-www-form-urlencoded"  # of the form
    says: str = ""


def only(*statuses: int) -> frozenset[int]:
    """Return the statuses that may come back."""
    return frozenset(statuses)


def signature(body: bytes, secret: str = SECRET) -> str:
    """Return what Shopify puts beside a body."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def signed(body: bytes = BODY, *, topic: str = "orders/paid", shop: str = PRACTICE_SHOP, key: str = "") -> Headers:
    """Return the headers of a Shopify delivery, `key` being its id."""
    return (
        ("Content-Type", JSON),
        ("X-Shopify-Topic", topic),
        ("X-Shopify-Shop-Domain", shop),
        ("X-Shopify-Webhook-Id", key or hashlib.sha256(body).hexdigest()),
        ("X-Shopify-Hmac-Sha256", signature(body)),
    )


def wire(
    headers: Headers,
    body: bytes = BODY,
    *,
    method: str = "POST",
    path: str = WEBHOOK,
    host: str = "app.example",
    length: str | None = None,
) -> bytes:
    """Return a request as it stands on the wire; without a `length`, the body's own is told."""
    told = str(len(body)) if length is None else length
    sized = (*headers, ("Content-Length", told)) if told else headers
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in sized)]
    return "\r\n".join([*lines, "Connection: close"]).encode("latin-1") + b"\r\n\r\n" + body


def without(headers: Headers, *names: str) -> Headers:
    """Return the headers with some left out."""
    return tuple(pair for pair in headers if pair[0] not in names)


def instead(headers: Headers, name: str, value: str) -> Headers:
    """Return the headers with one of another value."""
    return (*without(headers, name), (name, value))


def press(**changes: object) -> bytes:
    """Return the form of an agent's press as the helpdesk sends it."""
    form = {
        "v": "1",
        "event": "action",
        "action": "refund_keep",
        "ticket_id": "1",
        "customer_email": "nobody@customer.example",
        "agent_email": "lea@practice.example",
        "agent_name": "Léa Martin",
    }
    return json.dumps(form | changes).encode()


HELPDESK: Headers = (("Content-Type", JSON), ("X-Lagniappe-Secret", people.HOOK_SECRET))
