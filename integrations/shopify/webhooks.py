"""Shopify's webhooks: who sent them, whether truly, and which delivery it is. What they mean is told in `topics`.

Only the body is signed. Topic, shop and ids stand in headers that anyone could change.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from integrations.shopify import domains
from integrations.strict_json import moment

# The newer Events system sends the same headers without the X-.
_PREFIXES = ("x-shopify-", "shopify-")
_DELIVERY = re.compile(r"[A-Za-z0-9_-]{8,64}")


def signed(body: bytes, header: str | None, secrets: Iterable[str]) -> bool:
    """Return whether the header signs these bytes under one of the secrets; a blank secret signs nothing.

    The header must be base64 to the letter: other spellings of the same digest are refused.
    """
    claimed = _digest(header)
    if claimed is None:
        return False
    # Two secrets while one is being rotated: until it is revoked, Shopify signs with the older one.
    digests = [hmac.digest(secret.encode(), body, "sha256") for secret in secrets if secret.strip()]
    return any(hmac.compare_digest(claimed, digest) for digest in digests)


def signature(headers: Mapping[str, str]) -> str | None:
    """Return the header that signs the body."""
    return _header(headers, "hmac-sha256")


def topic(headers: Mapping[str, str]) -> str:
    """Return what the call is about, such as "orders/paid"; "" when it does not say."""
    return (_header(headers, "topic") or "").strip().lower()


def shop_domain(headers: Mapping[str, str]) -> str | None:
    """Return the shop that the call claims to come from; None when it is no shop's proper domain."""
    return domains.proper(_header(headers, "shop-domain") or "")


def delivery_key(headers: Mapping[str, str], body: bytes) -> str:
    """Return what is the same for every try of one delivery: its id, else a digest of topic and body."""
    delivery = _header(headers, "webhook-id") or ""
    if _DELIVERY.fullmatch(delivery):
        return delivery
    return hashlib.sha256(topic(headers).encode() + b"\n" + body).hexdigest()


def event_key(headers: Mapping[str, str], body: bytes) -> str | None:
    """Return what is the same for all tellings of one event in the same words; None when the call names no event."""
    event = _header(headers, "event-id") or ""
    if not _DELIVERY.fullmatch(event):
        return None
    return hashlib.sha256(event.encode() + b"\n" + body).hexdigest()


def triggered_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when it happened, as the unsigned header says, cut to microseconds; None for none or garbage."""
    return moment(_header(headers, "triggered-at") or "")


def _header(headers: Mapping[str, str], name: str) -> str | None:
    quick = headers.get(_PREFIXES[0] + name)  # servers hand names on in small letters
    if quick is not None:
        return quick
    lowered = {key.lower(): value for key, value in headers.items()}
    return next((lowered[prefix + name] for prefix in _PREFIXES if prefix + name in lowered), None)


def _digest(header: str | None) -> bytes | None:
    try:
        digest = base64.b64decode((header or "").encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return digest if base64.b64encode(digest).decode() == header else None
