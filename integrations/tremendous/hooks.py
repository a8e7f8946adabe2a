"""What Tremendous says by itself: that there is news of an order or of its reward."""

import re
from typing import Any

from pydantic import BaseModel

from app.domain.errors import Malformed, Rejected
from integrations.http import Http
from integrations.strict_json import understand
from integrations.tremendous.client import TremendousApi
from integrations.vendors import VendorLogin

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_OURS = frozenset({"orders", "rewards"})


class Resource(BaseModel):
    id: str
    type: str


class Payload(BaseModel):
    resource: Resource


class News(BaseModel):
    payload: Payload


def references(body: bytes) -> tuple[str, ...]:
    """Return of which order or reward there is news: none where it is of something else. Raises Malformed."""
    resource = understand(News, body).payload.resource
    if resource.type not in _OURS:
        return ()
    if not _ID.fullmatch(resource.id):
        raise Malformed("payload.resource.id: not a name")
    return (resource.id,)


def wire(http: Http, origin: str, login: VendorLogin, url: str) -> str:
    """Have them call that address; return the key that signs their calls. They call one address and no more.

    Raises Rejected where that is somebody else's.
    """
    api = TremendousApi(http, origin=origin, key=login.key)
    found = api.ask("webhooks")
    ours = next((each for each in found if each.get("url") == url), None)
    if ours is None and found:
        raise Rejected("Tremendous already calls another address, and calls only one: please remove it there.")
    if ours is not None and ours.get("private_key"):
        return str(ours["private_key"])
    if ours is not None:
        api.prepare("DELETE", f"/webhooks/{ours['id']}")
    return _key(api.prepare("POST", "/webhooks", {"url": url}))


def _key(said: dict[str, Any]) -> str:
    webhook = said.get("webhook")
    key = webhook.get("private_key") if isinstance(webhook, dict) else None
    if not isinstance(key, str) or not key:
        raise Rejected("Tremendous made a webhook, and did not say what signs its calls.")
    return key
