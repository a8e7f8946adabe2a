"""The store's token endpoint: an ID token or a refresh token in, the next pair of tokens out.

Asking twice does no harm here: a refresh token that was replaced stays good until its replacement is used, and a pair
that nobody keeps dies by itself. So silence is Unavailable, never Uncertain, and whoever lost an answer asks again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain.errors import Malformed, Unavailable
from integrations.http import Answer, Http, Request
from integrations.shopify.answers import closed_door
from integrations.shopify.client import SOURCE
from integrations.strict_json import understand

_PATH = "/admin/oauth/access_token"
_EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
    "expiring": "1",  # without it comes a token that the Admin API turns away
}
_HOUR = 3600  # seconds that a token lives when the answer does not say
_NINETY_DAYS = 90 * 24 * _HOUR
_LONG = 1.0 * _HOUR  # seconds to stay away from a shop that says no and not why
_LOST = frozenset({"invalid_grant", "invalid_request", "invalid_client"})


class AccessLost(Exception):
    """The store takes none of our secrets with this token: revoked, expired, or the app is not installed there."""


class NotVouchedFor(Exception):
    """The store does not believe the ID token, or no longer; whoever showed it must bring a fresh one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What the store gave: how long each token lives from now, what they allow, and which secret they hang on."""

    token: str = field(repr=False)
    lives: timedelta
    refresh_token: str | None = field(repr=False)
    refresh_lives: timedelta
    scopes: frozenset[str]
    secret: str  # its fingerprint


class TokenEndpoint:
    """One shop's token endpoint, asked in the name of our app."""

    def __init__(self, http: Http, *, origin: str, client_id: str, secrets: tuple[str, ...]) -> None:
        self._http = http
        self._url = f"{origin}{_PATH}"
        self._client_id = client_id
        self._secrets = secrets

    @property
    def current_secret(self) -> str:
        """The fingerprint of the secret that new tokens should hang on."""
        return fingerprint(next(iter(self._secrets), ""))

    def exchange(self, id_token: str) -> Pair:
        """Return the first pair of an installation. Raises NotVouchedFor, AccessLost, or Unavailable: try later."""
        return self._ask(_EXCHANGE | {"subject_token": id_token})

    def refresh(self, refresh_token: str) -> Pair:
        """Return the pair that follows on this one. Raises AccessLost, or Unavailable: try later."""
        return self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def _ask(self, fields: Mapping[str, str]) -> Pair:
        refusal: AccessLost | NotVouchedFor = AccessLost("the app has no secret")
        # The current secret first, so that tokens come to hang on it before the older one is revoked.
        for secret in self._secrets:
            try:
                return _pair(self._send(fields, secret), secret)
            except (AccessLost, NotVouchedFor) as no:
                refusal = no
        raise refusal

    def _send(self, fields: Mapping[str, str], secret: str) -> Answer:
        return self._http.call(
            Request(
                source=SOURCE,
                method="POST",
                url=self._url,
                writes=False,
                asks=True,  # tokens are ours: without a living one nobody could even read while all is stopped
                headers={"Accept": "application/json"},
                form={"client_id": self._client_id, "client_secret": secret, **fields},
            )
        )


def fingerprint(secret: str) -> str:
    """Return what tells one client secret from another and gives neither away."""
    return hashlib.sha256(f"lagniappe client secret {secret}".encode()).hexdigest()[:16]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


_Seconds = Annotated[int, Field(gt=0, le=10 * 366 * 86_400)]
_Token = Annotated[str, Field(min_length=1, max_length=1024)]


class _Given(_Body):
    access_token: _Token
    scope: str = ""
    expires_in: _Seconds | None = None
    refresh_token: _Token | None = None
    refresh_token_expires_in: _Seconds | None = None


class _Refused(_Body):
    error: str = ""


def _pair(answer: Answer, secret: str) -> Pair:
    if not answer.ok:
        raise _no(answer)
    try:
        given = understand(_Given, answer.body)
    except Malformed as fault:
        raise answer.request.failure("gave tokens that cannot be read") from fault
    return Pair(
        token=given.access_token,
        # Never taken for a token without an end: those are turned away at the door.
        lives=timedelta(seconds=given.expires_in or _HOUR),
        refresh_token=given.refresh_token,
        refresh_lives=timedelta(seconds=given.refresh_token_expires_in or _NINETY_DAYS),
        scopes=frozenset(filter(None, map(str.strip, given.scope.split(",")))),
        secret=fingerprint(secret),
    )


def _no(answer: Answer) -> AccessLost | NotVouchedFor | Unavailable:
    code = _code(answer.body)
    if code == "invalid_subject_token":
        return NotVouchedFor("the store does not believe the ID token")
    if answer.status == 401 or (answer.status == 400 and code in _LOST):
        return AccessLost("the store takes this token no longer")
    said = f"{answer.request.source} answered {answer.status} when asked for a token"
    return closed_door(answer.status) or Unavailable(said, retry_after=_LONG)


def _code(body: bytes) -> str:
    try:
        return _Refused.model_validate_json(body).error
    except ValidationError:
        return ""
