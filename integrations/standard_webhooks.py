"""Standard Webhooks' signature (standardwebhooks.com): id, moment and body under a shared secret."""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import token_bytes

from integrations.companies import Call

ID, MOMENT, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_SECRET = "whsec_"  # noqa: S105  # how a secret begins, not what it holds
_VERSION = "v1,"
_SECONDS = timedelta(minutes=5).total_seconds()
_MOMENT = re.compile(r"(?a:[1-9]\d{0,10})")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")  # becomes part of a key
_SHORTEST = 24  # bytes; what is shorter may be guessed


def authentic(call: Call, secrets: Iterable[str], now: datetime) -> bool:
    """Return whether one of the secrets signs the call, and that not long ago; whoever replays it is too late."""
    moment = call.headers.get(MOMENT, "")
    if name(call) is None or not _MOMENT.fullmatch(moment) or abs(int(moment) - now.timestamp()) > _SECONDS:
        return False
    signatures = call.headers.get(SIGNATURE, "").split(" ")  # several while one secret takes over from another
    keys = [key for key in map(_key, secrets) if key is not None]
    return any(
        hmac.compare_digest(sign(key, call.headers[ID], moment, call.body).encode(), signature.encode())
        for signature in signatures
        for key in keys
    )


def new_secret() -> str:
    """Return a secret that nobody has had before, as those who sign write it."""
    return _SECRET + base64.b64encode(token_bytes(32)).decode()


def signed(secret: str, *, name: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers that prove a call of ours; raise ValueError for what is no secret."""
    key, moment = _key(secret), str(int(now.timestamp()))
    if key is None:
        raise ValueError("not a secret")
    return {ID: name, MOMENT: moment, SIGNATURE: sign(key, name, moment, body)}


def sign(key: bytes, name: str, moment: str, body: bytes) -> str:
    """Return the signature of a call."""
    digest = hmac.digest(key, b".".join((name.encode(), moment.encode(), body)), "sha256")
    return _VERSION + base64.b64encode(digest).decode()


def name(call: Call) -> str | None:
    """Return the call's own name, which its every repeat bears as well; None when it has no proper one."""
    found = call.headers.get(ID, "")
    return found if _ID.fullmatch(found) else None


def _key(secret: str) -> bytes | None:
    try:
        key = base64.b64decode(secret.strip().removeprefix(_SECRET), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) >= _SHORTEST else None
