"""Whether an ID token comes from the admin of a shop of this town; the app has a reader of its own."""

import base64
import hmac
import json
from datetime import datetime
from typing import Any

from integrations.sandbox.town import TownSettings

_LEEWAY = 10  # seconds that two clocks may differ


def vouches_for(settings: TownSettings, token: str, domain: str, now: datetime) -> bool:
    """Return whether the token is of this shop, for this app, and of this minute."""
    signed, _, signature = token.rpartition(".")
    if not any(hmac.compare_digest(signature.encode(), _signature(signed, each)) for each in settings.client_secrets):
        return False
    claims, at = _claims(signed), now.timestamp()
    in_time = bool(claims["nbf"] - _LEEWAY <= at <= claims["exp"] + _LEEWAY)
    return in_time and claims["dest"] == f"https://{domain}" and claims["aud"] == settings.client_id


def _claims(signed: str) -> dict[str, Any]:
    text = signed.partition(".")[2]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return claims


def _signature(signed: str, secret: str) -> bytes:
    digest = hmac.digest(secret.encode(), signed.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=")
