"""Shopify's ID tokens: the only proof of who looks at a page, and the only place where the page's shop comes from.

A JWT of one minute, signed with the app's secret. The libraries know the signature and the audience; what must be in
it, of which type, and how long it may live, is said here, because they accept tokens without an end.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from jwt import PyJWS, PyJWTError
from jwt.algorithms import HMACAlgorithm
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import Malformed
from integrations.shopify import domains
from integrations.strict_json import understand

_ALGORITHM = "HS256"
_LONGEST = 4096  # ten times what Shopify sends
_LEEWAY = timedelta(seconds=10)
_LONGEST_LIFE = timedelta(minutes=5)
_HTTPS = re.compile(r"https://([^/?#\s]+)(/[^?#]*)?")


class Unproven(Exception):
    """The token proves nothing; the text says why and never repeats what was in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks: a shop, one of its staff, and their session in the store's admin."""

    shop: str
    user_id: str
    session_id: str
    expires_at: datetime


def read(token: str, *, secrets: Iterable[str], client_id: str, now: datetime) -> Visitor:
    """Return who the token is about; raise Unproven, and nothing else, when any of it is not as it must be."""
    claims = _understood(_signed(token, secrets))
    if not client_id or claims.aud != client_id:
        raise Unproven("it is for another app")
    expires_at = _in_its_time(claims, now)
    return Visitor(shop=_shop(claims), user_id=claims.sub, session_id=claims.sid, expires_at=expires_at)


# Up to the year 9999: what lies beyond is no moment in Python.
_Seconds = Annotated[int, Field(ge=0, le=253_402_300_799)]
_Name = Annotated[str, Field(min_length=1, max_length=255)]


class _Claims(BaseModel):
    model_config = ConfigDict(frozen=True)

    iss: _Name
    dest: _Name
    aud: _Name
    sub: _Name
    sid: _Name
    jti: _Name
    exp: _Seconds
    nbf: _Seconds
    iat: _Seconds


class _AnyLength(HMACAlgorithm):
    """HMAC with SHA-256 that does not warn of short secrets: their length is Shopify's choice."""

    def check_key_length(self, key: bytes) -> str | None:  # noqa: ARG002 - as the library calls it
        return None


_READER = PyJWS(algorithms=[])
_READER.register_algorithm(_ALGORITHM, _AnyLength(HMACAlgorithm.SHA256))


def _signed(token: str, secrets: Iterable[str]) -> bytes:
    """Return what was signed with one of the secrets; a blank secret signs nothing."""
    if not token.isascii() or len(token) > _LONGEST:
        raise Unproven("it is no token")
    # Two secrets while one is being rotated: the older one signs until it is revoked.
    for secret in filter(str.strip, secrets):
        try:
            payload: bytes = _READER.decode(token, key=secret, algorithms=[_ALGORITHM])
        except (PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
            # The library lets some of Python's own errors through when a stranger writes the header.
            continue
        return payload
    raise Unproven("it is not signed by Shopify")


def _understood(payload: bytes) -> _Claims:
    try:
        return understand(_Claims, payload)
    except Malformed as fault:
        raise Unproven(f"it does not say what it must: {fault}") from None


def _in_its_time(claims: _Claims, now: datetime) -> datetime:
    begins, made, ends = (datetime.fromtimestamp(each, UTC) for each in (claims.nbf, claims.iat, claims.exp))
    if ends - min(begins, made) > _LONGEST_LIFE:
        raise Unproven("it lives too long")
    if max(begins, made) > now + _LEEWAY:
        raise Unproven("its time has not come")
    if ends <= now - _LEEWAY:
        raise Unproven("its time is over")
    return ends


def _shop(claims: _Claims) -> str:
    shop = _host(claims.dest)
    if shop is None or _host(claims.iss) != shop:
        raise Unproven("it names no shop, or two")
    return shop


def _host(address: str) -> str | None:
    found = _HTTPS.fullmatch(address)
    return domains.proper(found[1]) if found else None
