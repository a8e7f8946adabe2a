"""The calls that Tremendous makes: one address for each organisation, signed, with names of things and nothing more."""

import hmac
import json
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.post_office import Letter, PostOffice
from integrations.sandbox.tremendous.accounts import HOOK_SECRET, HOOK_TOKEN, Account
from integrations.sandbox.tremendous.refusals import Refused, invalid

KIND = "tremendous_webhooks"
HEADER = "Tremendous-Webhook-Signature"
_PAUSES = (1.0, 2.0, 4.0)


def settle_in(turn: Turn, target: str | None) -> None:
    """Have the practice organisation call the app, if the town knows one, as if its merchant had wired the two."""
    if target is None or turn.find(KIND, "host", "testflight"):
        return
    url = f"{target.rstrip('/')}/vendors/tremendous/{HOOK_TOKEN}"
    turn.put(KIND, "PRACTICE", {"id": "PRACTICE", "url": url, "private_key": HOOK_SECRET, "host": "testflight"})


def registered(turn: Turn, account: Account) -> list[Doc]:
    """Return the organisation's webhooks, of which there is one at most."""
    return turn.find(KIND, "host", account.host)


def register(turn: Turn, account: Account, url: object) -> Doc:
    """Make the organisation's webhook, with a key of its own; raises Refused where there is one."""
    if not isinstance(url, str) or not urlsplit(url).path.strip("/"):
        raise invalid("url", "must be an address")
    if registered(turn, account):
        raise Refused(409, "Your organization already has a webhook.")
    webhook: Doc = {"id": uuid4().hex[:12].upper(), "url": url, "private_key": uuid4().hex, "host": account.host}
    turn.put(KIND, webhook["id"], webhook)
    return webhook


def find(turn: Turn, account: Account, key: str) -> Doc:
    """Return a webhook of the organisation; raises Refused."""
    found = turn.get(KIND, key)
    if found is None or found["host"] != account.host:
        raise Refused(404, "The resource was not found.")
    return found


def tell(turn: Turn, post: PostOffice, order: Doc, event: str, now: datetime) -> None:
    """Tell the organisation, if it listens, what became of an order or, for REWARDS, of its reward."""
    kind = event.partition(".")[0].lower()
    resource = {"id": order["reward" if kind == "rewards" else "id"], "type": kind}
    _send(turn, post, order["host"], event, {"resource": resource}, now)


def simulate(turn: Turn, post: PostOffice, webhook: Doc, event: str, now: datetime) -> None:
    """Tell the organisation of something that never happened."""
    kind = event.partition(".")[0].lower()
    _send(turn, post, webhook["host"], event, {"resource": {"id": "SIMULATED", "type": kind}}, now)


def sign(private_key: str, body: bytes) -> str:
    """Return what stands in the header."""
    return f"sha256={hmac.digest(private_key.encode(), body, 'sha256').hex()}"


def _send(turn: Turn, post: PostOffice, host: str, event: str, payload: Doc, now: datetime) -> None:
    for webhook in turn.find(KIND, "host", host):
        said = {"event": event, "uuid": str(uuid4()), "created_utc": now.isoformat(), "payload": payload}
        body = json.dumps(said)
        headers = {"Content-Type": "application/json", HEADER: sign(webhook["private_key"], body.encode())}
        letter = Letter(
            sender="tremendous",
            subject=event,
            path=urlsplit(webhook["url"]).path,  # of the one app that this town writes to
            headers=headers,
            body=body,
            pauses=_PAUSES,
            exposed=True,
        )
        post.send(turn, letter)
