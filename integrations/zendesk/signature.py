"""Zendesk's signature: the moment and the body under a secret that it has chosen itself, one for each webhook."""

import base64
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from integrations.companies import Call
from integrations.strict_json import moment

SIGNATURE, MOMENT = "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"
NAME = "x-zendesk-webhook-invocation-id"
_LATE = timedelta(minutes=5)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")  # becomes part of a key


def authentic(call: Call, secrets: Iterable[str], now: datetime) -> bool:
    """Return whether one of the secrets signs the call, and that not long ago; a blank one signs nothing."""
    stamp, signature = call.headers.get(MOMENT, ""), call.headers.get(SIGNATURE, "").encode()
    signed_at = moment(stamp)
    if signed_at is None or abs(signed_at - now) > _LATE:
        return False
    known = [secret for secret in secrets if secret.strip()]
    return any(hmac.compare_digest(sign(secret, stamp, call.body).encode(), signature) for secret in known)


def sign(secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of a call."""
    return base64.b64encode(hmac.digest(secret.encode(), stamp.encode() + body, "sha256")).decode()


def name(call: Call) -> str | None:
    """Return the call's own name, which its every try bears; None when it has no proper one.

    It is not signed. Whoever plays a call again under another name within five minutes has only rung twice: a ticket is
    looked at again, and what stands in one comment is done once.
    """
    found = call.headers.get(NAME, "")
    return found if _NAME.fullmatch(found) else None
