"""The calls that Goody makes, signed as Svix signs, with all of an order or a batch in them."""

import base64
import binascii
import hmac
import json
from datetime import datetime
from secrets import token_bytes
from urllib.parse import urlsplit
from uuid import uuid4

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.goody.accounts import HOOK_SECRET, HOOK_TOKEN
from integrations.sandbox.goody.refusals import invalid
from integrations.sandbox.post_office import Letter, PostOffice

KIND = "goody_webhooks"
ID, MOMENT, SIGNATURE = "svix-id", "svix-timestamp", "svix-signature"
EVENTS = (
    "order_batch.created",
    "order_batch.completed",
    "order.created",
    "order.gift_opened",
    "order.gift_accepted",
    "order.thank_you_note_added",
    "order.shipped",
    "order.delivered",
    "order.canceled",
    "order.refunded",
)
_PAUSES = (1.0, 2.0, 4.0)


def settle_in(turn: Turn, target: str | None) -> None:
    """Have the practice account call the app, if the town knows one, as if its merchant had wired the two."""
    if target is not None and turn.get(KIND, "practice") is None:
        url = f"{target.rstrip('/')}/vendors/goody/{HOOK_TOKEN}"
        turn.put(KIND, "practice", {"id": "practice", "url": url, "events": [], "secret": HOOK_SECRET})


def register(turn: Turn, url: object, events: object) -> Doc:
    """Make a webhook, whose secret is shown to people alone."""
    if not isinstance(url, str) or not urlsplit(url).path.strip("/"):
        raise invalid("Url is invalid")
    wanted = events if isinstance(events, list) else []
    if any(each not in EVENTS for each in wanted):
        raise invalid("Events are not included in the list")
    secret = f"whsec_{base64.b64encode(token_bytes(24)).decode()}"
    webhook: Doc = {"id": str(uuid4()), "url": url, "events": wanted, "secret": secret}
    turn.put(KIND, webhook["id"], webhook)
    return webhook


def tell(turn: Turn, post: PostOffice, event: str, thing: Doc, now: datetime) -> None:
    """Tell whoever listens of something."""
    for webhook in turn.all(KIND):
        if webhook["events"] and event not in webhook["events"]:
            continue
        name, body = f"msg_{uuid4().hex}", json.dumps({"event_type": event, "id": str(uuid4()), "data": thing})
        letter = Letter(
            sender="goody",
            subject=event,
            path=urlsplit(webhook["url"]).path,  # of the one app that this town writes to
            headers={"Content-Type": "application/json", **headers(webhook["secret"], name, body.encode(), now)},
            body=body,
            pauses=_PAUSES,
            exposed=True,
        )
        post.send(turn, letter)


def headers(secret: str, name: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return what proves a call of theirs."""
    moment = str(int(now.timestamp()))
    return {ID: name, MOMENT: moment, SIGNATURE: sign(secret, name, moment, body)}


def sign(secret: str, name: str, moment: str, body: bytes) -> str:
    """Return what stands in the header."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = secret.encode()
    digest = hmac.digest(key, b".".join((name.encode(), moment.encode(), body)), "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"
