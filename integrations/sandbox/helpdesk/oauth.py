"""OAuth2 at the helpdesk: an owner says yes on a page, a code is handed back, and tokens come of it, which end.

Strict where the real one might be: a code is good once, for the address and the client that it was made for, and one
that is shown twice costs all that came of it. Each refresh brings another refresh token; the one before is taken until
the new one is used, for an answer may be lost, and shown after that it costs everything as well.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.books import Doc, Turn

APP_ID, APP_SECRET = "practice-gorgias-app", "practice-gorgias-app-secret"
CODES, GRANTS = "desk_oauth_code", "desk_oauth_grant"
_CODE_LASTS, _TOKEN_LASTS = timedelta(minutes=10), timedelta(hours=24)
KNOWN_SCOPES = frozenset({"offline", "account:read"}) | {
    f"{what}:{may}"
    for what in ("customers", "tickets", "tags", "custom_fields", "integrations", "macros", "users")
    for may in ("read", "write")
}
_FIRST_WORDS = {"custom-fields": "custom_fields", "messages": "tickets", "widgets": "integrations"}


class Denied(Exception):
    """No token comes of it; the text is OAuth's own word for why, the status goes with it."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


def asked(arguments: Mapping[str, str], back: str) -> dict[str, str]:
    """Return what an app asks for; raises Denied where nobody may be led back."""
    if arguments.get("client_id") != APP_ID or arguments.get("redirect_uri") != back:
        raise Denied("invalid_client")
    scopes = set(arguments.get("scope", "").split())
    if arguments.get("response_type") != "code" or not scopes or scopes - KNOWN_SCOPES:
        raise Denied("invalid_scope")
    return {"scope": " ".join(sorted(scopes)), "redirect_uri": back, "state": arguments.get("state", "")}


def allow(turn: Turn, wish: Mapping[str, str], now: datetime) -> str:
    """Let the app in; return the code that is handed back."""
    code = secrets.token_urlsafe(24)
    kept = {"scope": wish["scope"], "redirect_uri": wish["redirect_uri"], "grant": None}
    turn.put(CODES, code, kept | {"until": (now + _CODE_LASTS).isoformat()})
    return code


def is_app(login_id: str | None, secret: str | None) -> bool:
    """Tell whether it is the app that asks."""
    same = hmac.compare_digest((login_id or "").encode(), APP_ID.encode())
    return hmac.compare_digest((secret or "").encode(), APP_SECRET.encode()) and same


def token(turn: Turn, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return the answer of the token endpoint; raises Denied."""
    match form.get("grant_type"):
        case "authorization_code":
            return _first(turn, form, now)
        case "refresh_token":
            return _next(turn, form.get("refresh_token", ""), now)
        case _:
            raise Denied("unsupported_grant_type")


def punish(turn: Turn, form: Mapping[str, str]) -> None:
    """Take back all that came of a code, or of a refresh token, that was shown once more: somebody else has it."""
    code = turn.get(CODES, form.get("code", "")) or {"grant": None}
    for row in turn.all(GRANTS):
        if row["id"] == code["grant"] or form.get("refresh_token") in row["spent"]:
            turn.delete(GRANTS, row["id"])


def opens(turn: Turn, bearer: str, scope: str, now: datetime) -> bool:
    """Tell whether a token opens what needs that scope; whoever uses a newer one has given up the older."""
    found = _by(turn, "token", bearer)
    if found is None or found["until"] <= now.isoformat():
        return False
    spent = [*found["spent"], *filter(None, [found["before"]])]
    used = sorted({*found["used"], scope})
    turn.put(GRANTS, found["id"], found | {"used": used, "before": None, "spent": spent})
    return scope in found["scope"].split()


def scope_of(method: str, path: str) -> str:
    """Return which scope a call needs; `path` is what stands behind /api/."""
    parts = path.split("/")
    thing = parts[2] if parts[0] == "customers" and len(parts) > 2 and parts[2] == "custom-fields" else parts[0]
    what = "customers" if parts[0] == "customers" else _FIRST_WORDS.get(thing, thing)
    return f"{what}:{'read' if method == 'GET' else 'write'}"


def revoke_all(turn: Turn) -> None:
    """Let no token open anything any more, as an owner does who takes the app out."""
    for row in turn.all(GRANTS):
        turn.delete(GRANTS, row["id"])


def _first(turn: Turn, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
    code = turn.get(CODES, form.get("code", ""))
    if code is None or code["until"] <= now.isoformat() or form.get("redirect_uri") != code["redirect_uri"]:
        raise Denied("invalid_grant")
    if code["grant"] is not None:
        raise Denied("invalid_grant")
    fresh = _fresh(now)
    number = turn.append(GRANTS, fresh | {"scope": code["scope"], "before": None, "used": [], "spent": []})
    turn.put(CODES, form["code"], code | {"grant": number})
    return _told(fresh, code["scope"])


def _next(turn: Turn, refresh: str, now: datetime) -> dict[str, Any]:
    found = _by(turn, "refresh", refresh) or _by(turn, "before", refresh)
    if found is None:
        raise Denied("invalid_grant")
    fresh = _fresh(now)
    turn.put(GRANTS, found["id"], found | fresh | {"before": refresh})
    return _told(fresh, found["scope"])


def _fresh(now: datetime) -> dict[str, str]:
    until = (now + _TOKEN_LASTS).isoformat()
    return {"token": secrets.token_urlsafe(24), "refresh": secrets.token_urlsafe(24), "until": until}


def _told(fresh: Mapping[str, str], scope: str) -> dict[str, Any]:
    told: dict[str, Any] = {"access_token": fresh["token"], "token_type": "Bearer", "scope": scope}
    told |= {"expires_in": int(_TOKEN_LASTS.total_seconds())}
    return told | ({"refresh_token": fresh["refresh"]} if "offline" in scope.split() else {})


def _by(turn: Turn, name: str, value: str) -> Doc | None:
    found = turn.find(GRANTS, name, value) if value else []
    return found[0] if found else None
