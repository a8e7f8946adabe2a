"""Apps that stand beside tickets, each with a pair of keys: one half signs for whom its frame is shown to."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.zendesk.refusals import missing

KIND = "zendesk_installation"
_BITS, _PAIRS = 2_048, 2
_LIVES = timedelta(minutes=5)


def install(turn: Turn, settings: dict[str, str]) -> Doc:
    """Let an admin upload an app and install it."""
    app = turn.next_id("zendesk_app")
    private, public = _pair(app % _PAIRS)
    halves = {"private": private, "public": public}
    number = turn.append(KIND, {"app_id": app, "enabled": True, "settings": settings, "halves": halves})
    return turn.get(KIND, number) or {}


def shown(row: Doc) -> dict[str, Any]:
    """Return an installation as the API shows it."""
    return {name: value for name, value in row.items() if name != "halves"}


def public_key(turn: Turn, app_id: int) -> str:
    """Return the half of an app's keys that anybody may know; raises Refused."""
    found = turn.find(KIND, "app_id", app_id)
    if not found:
        raise missing()
    return str(found[0]["halves"]["public"])


def token(row: Doc, user: Doc, origin: str, now: datetime, claims: dict[str, Any]) -> str:
    """Return what a frame's first load brings, when it is shown to somebody; some of its claims may be others."""
    moment = int(now.timestamp())
    said = {
        "iss": origin.partition("://")[2].partition("/")[0],
        "aud": f"{origin}/api/v2/apps/installations/{row['id']}.json",
        "sub": f"{origin}/api/v2/users/{user['id']}.json",
        "iat": moment,
        "nbf": moment,
        "exp": moment + int(_LIVES.total_seconds()),
        "jti": uuid4().hex,
        "context": {"product": "support", "location": "ticket_sidebar"},
    }
    return jwt.encode(said | claims, row["halves"]["private"], algorithm="RS256")


@cache
def _pair(number: int) -> tuple[str, str]:  # noqa: ARG001  # neighbours have different ones, and making one takes a while
    """Return both halves of a pair of keys."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
