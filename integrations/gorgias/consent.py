"""OAuth2 at Gorgias: where a merchant says yes, and the tokens that come of it.

An access token lives for a day. A refresh token has no end, and nobody says whether using one gives another: whatever
comes is kept. Asking twice does no harm as long as the older one is taken, so silence is Unavailable, never Uncertain.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import KeyRefused, Malformed, Rejected, Unavailable
from integrations.companies import App, Granted
from integrations.gorgias.client import SOURCE
from integrations.http import Answer, Http, Request
from integrations.strict_json import understand

# Each is needed by a call that we make; `offline` is what gives a refresh token.
SCOPES = (
    "offline",
    "account:read",
    *(f"{what}:{may}" for what in ("customers", "tickets", "tags", "custom_fields") for may in ("read", "write")),
    *(f"{what}:{may}" for what in ("integrations", "macros") for may in ("read", "write")),
)
_DAY = 24 * 3600  # seconds that a token lives when the answer does not say
_LONG = 600.0  # seconds to stay away from an endpoint that says no and not why
_OVER = {400, 401, 403}


def page(origin: str, app: App, state: str) -> str:
    """Return the address of the page on which a merchant lets us in."""
    asked = {
        "response_type": "code",
        "client_id": app.id,
        "scope": " ".join(SCOPES),
        "redirect_uri": app.back,
        "state": state,
    }
    return f"{origin}/oauth/authorize?{urlencode(asked)}"


def exchange(http: Http, origin: str, app: App, code: str) -> Granted:
    """Return what a merchant's yes brings. Raises Rejected for a code that brings nothing, and Unavailable."""
    answer = _asked(http, origin, app, {"grant_type": "authorization_code", "code": code, "redirect_uri": app.back})
    if answer.status in _OVER:
        raise Rejected("The helpdesk did not take the yes that it sent.")
    granted = _granted(answer)
    if granted.refresh is None:
        raise Rejected("The helpdesk let us in for a day only.")
    return granted


def refresh(http: Http, origin: str, app: App, token: str) -> Granted:
    """Return the next tokens. Raises KeyRefused once the merchant does not let us in any more, and Unavailable."""
    answer = _asked(http, origin, app, {"grant_type": "refresh_token", "refresh_token": token})
    if answer.status in _OVER:
        raise KeyRefused("the helpdesk lets us in no more")
    return _granted(answer)


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True)
    access_token: Annotated[str, Field(min_length=1, max_length=4096)]
    refresh_token: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    expires_in: Annotated[int, Field(gt=0, le=366 * _DAY)] = _DAY


def _asked(http: Http, origin: str, app: App, form: Mapping[str, str]) -> Answer:
    return http.call(
        Request(
            source=SOURCE,
            method="POST",
            url=f"{origin}/oauth/token",
            writes=False,
            asks=True,  # tokens are ours: without a living one nobody could even read while all is stopped
            headers={"Accept": "application/json"},
            form=form,
            auth=(app.id, app.secret),
        )
    )


def _granted(answer: Answer) -> Granted:
    if not answer.ok:
        raise Unavailable(f"{SOURCE} answered {answer.status} when asked for a token", retry_after=_LONG)
    try:
        given = understand(_Given, answer.body)
    except Malformed as fault:
        raise answer.request.failure("gave tokens that cannot be read") from fault
    lives = timedelta(seconds=given.expires_in)
    return Granted(token=given.access_token, lives=lives, refresh=given.refresh_token)
