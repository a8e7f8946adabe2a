"""What proves that a gift vendor called: a digest of the body, to the letter, under a secret that only we two know.

Svix's, which several of them use, is the scheme of `standard_webhooks` under other names.
"""

import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from integrations import standard_webhooks
from integrations.companies import Call

TREMENDOUS = "tremendous-webhook-signature"
LOB, LOB_MOMENT = "lob-signature", "lob-signature-timestamp"
SVIX_ID, SVIX_MOMENT, SVIX = "svix-id", "svix-timestamp", "svix-signature"
_STANDARD = {
    SVIX_ID: standard_webhooks.ID,
    SVIX_MOMENT: standard_webhooks.MOMENT,
    SVIX: standard_webhooks.SIGNATURE,
}
_SECONDS = timedelta(minutes=5).total_seconds()
_MOMENT = re.compile(r"(?a:[1-9]\d{0,12})")
_PREFIX = "sha256="


def hex_hmac(secret: str, *parts: bytes) -> str:
    """Return the digest of the parts, a dot between each two, under the secret."""
    return hmac.digest(secret.encode(), b".".join(parts), "sha256").hex()


def tremendous(call: Call, secrets: Iterable[str], _now: datetime) -> bool:
    """Return whether one of the secrets signs the call. It names no moment: a replay rings once more."""
    return _any(call.headers.get(TREMENDOUS, ""), (f"{_PREFIX}{hex_hmac(each, call.body)}" for each in _full(secrets)))


def lob(call: Call, secrets: Iterable[str], now: datetime) -> bool:
    """Return whether one of the secrets signs the call, and that not long ago; whoever replays it is too late."""
    moment = call.headers.get(LOB_MOMENT, "")
    if not _MOMENT.fullmatch(moment) or abs(int(moment) - now.timestamp()) > _SECONDS:
        return False
    right = (hex_hmac(each, moment.encode(), call.body) for each in _full(secrets))
    return _any(call.headers.get(LOB, ""), right)


def svix(call: Call, secrets: Iterable[str], now: datetime) -> bool:
    """Return whether one of the secrets signs the call, and that not long ago; whoever replays it is too late."""
    headers = {standard: call.headers.get(theirs, "") for theirs, standard in _STANDARD.items()}
    return standard_webhooks.authentic(Call(headers=headers, body=call.body), secrets, now)


def _any(signature: str, right: Iterable[str]) -> bool:
    return any(hmac.compare_digest(signature.encode(), each.encode()) for each in right)


def _full(secrets: Iterable[str]) -> list[str]:
    return [each for each in secrets if each]
