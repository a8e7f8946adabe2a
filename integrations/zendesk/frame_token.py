"""The word that Zendesk gives for whoever looks at our frame: a JWT, signed for the one installation of our app.

It comes with a frame's first load. The libraries know the signature; what must be in it, of which type, and how long it
may live, is said here. No claim of it but the number of a user is believed, and who that is, is asked of the API.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from jwt import PyJWS, PyJWTError
from jwt.algorithms import RSAAlgorithm
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import Malformed
from app.domain.helpdesk_setup import Voucher
from integrations.companies import Unvouched, Vouched
from integrations.strict_json import understand

_ALGORITHM = "RS256"  # and no other: with another the public key might be taken for a secret that both know
_LONGEST = 8_192
_LEEWAY = timedelta(seconds=10)
_LONGEST_LIFE = timedelta(hours=1)
_USER = re.compile(r"[0-9]{1,19}")

_READER = PyJWS(algorithms=[])
_READER.register_algorithm(_ALGORITHM, RSAAlgorithm(RSAAlgorithm.SHA256))


def read(voucher: Voucher, token: str, now: datetime) -> Vouched:
    """Return whom the token vouches for; raise Unvouched, and nothing else, when any of it is not as it must be."""
    payload = _signed(token, voucher.key)
    try:
        claims = understand(_Claims, payload)
    except Malformed as fault:
        raise Unvouched(f"it does not say what it must: {fault}") from None
    if claims.aud != voucher.audience:
        raise Unvouched("it is for another frame")
    account = voucher.audience.partition("/api/v2/")[0]
    if claims.iss not in (account, urlsplit(account).netloc):
        raise Unvouched("it is of another account")
    _in_its_time(claims, now)
    user = claims.sub.removeprefix(f"{account}/api/v2/users/").removesuffix(".json")
    if not _USER.fullmatch(user):
        raise Unvouched("it names no user of the account")
    # Where it has no number of its own, what it says tells it from all others.
    return Vouched(ref=user, once=hashlib.sha256(claims.jti.encode() or payload).hexdigest())


# Up to the year 9999: what lies beyond is no moment in Python.
_Seconds = Annotated[int, Field(ge=0, le=253_402_300_799)]
_Name = Annotated[str, Field(min_length=1, max_length=255)]


class _Claims(BaseModel):
    model_config = ConfigDict(frozen=True)

    iss: _Name
    aud: _Name
    sub: _Name
    exp: _Seconds
    iat: _Seconds
    nbf: _Seconds = 0
    jti: Annotated[str, Field(max_length=255)] = ""


def _signed(token: str, key: str) -> bytes:
    """Return what was signed with the other half of the key."""
    if not token.isascii() or len(token) > _LONGEST:
        raise Unvouched("it is no token")
    try:
        payload: bytes = _READER.decode(token, key=key, algorithms=[_ALGORITHM])
    except (PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
        # The library lets some of Python's own errors through when a stranger writes the header.
        raise Unvouched("it is not signed by the helpdesk") from None
    return payload


def _in_its_time(claims: _Claims, now: datetime) -> None:
    begins, made, ends = (datetime.fromtimestamp(each, UTC) for each in (claims.nbf, claims.iat, claims.exp))
    if ends - made > _LONGEST_LIFE:
        raise Unvouched("it lives too long")
    if max(begins, made) > now + _LEEWAY:
        raise Unvouched("its time has not come")
    if ends <= now - _LEEWAY:
        raise Unvouched("its time is over")
