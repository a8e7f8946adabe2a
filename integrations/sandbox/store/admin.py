"""What the store's admin says to an app that it opens: who looks, and in which shop. Signed with the app's secret."""

import base64
import hmac
import json
from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4

from integrations.sandbox.town import TownSettings

_LIFE_SECONDS = 60
_STAFF = "42"  # the one person who works in every shop of the town
_SESSION = "town-session"


def id_token(settings: TownSettings, domain: str, now: datetime, **changes: object) -> str:
    """Return an ID token of this minute; `changes` replace claims, so that a test can spoil one.

    Written by hand: the library that reads tokens must not be the one that they are made to please.
    """
    at = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": f"https://{domain}/admin",
        "dest": f"https://{domain}",
        "aud": settings.client_id,
        "sub": _STAFF,
        "exp": at + _LIFE_SECONDS,
        "nbf": at,
        "iat": at,
        "jti": str(uuid4()),
        "sid": _SESSION,
    }
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims | changes)}"
    digest = hmac.digest(settings.client_secrets[0].encode(), signed.encode(), "sha256")
    return f"{signed}.{_text(digest)}"


def opening_query(settings: TownSettings, domain: str, now: datetime, locale: str = "en") -> str:
    """Return the query with which the admin opens an app in its frame; `locale` is what its user reads."""
    host = f"admin.shopify.com/store/{domain.removesuffix('.myshopify.com')}"
    query = {
        "embedded": "1",
        "host": _text(host.encode()),
        "id_token": id_token(settings, domain, now),
        "locale": locale,
        "session": _SESSION,
        "shop": domain,
        "timestamp": str(int(now.timestamp())),
    }
    # The keys stand in order already, and none of the values needs to be escaped.
    message = "&".join(f"{name}={value}" for name, value in query.items())
    signature = hmac.new(settings.client_secrets[0].encode(), message.encode(), "sha256").hexdigest()
    return urlencode(query | {"hmac": signature})


def _part(content: dict[str, object]) -> str:
    return _text(json.dumps(content, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
