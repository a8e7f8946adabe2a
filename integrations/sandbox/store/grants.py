"""What the store has let the app have: access tokens that die within the hour, and the refresh tokens behind them.

A refresh token that was replaced stays good for a while, so that an app that lost the answer can ask again: until
what came of it is used, until the merchant's admin hands out a fresh pair, or for thirty days.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store.wire import iso, moment

ACCESS, REFRESH = "access_tokens", "refresh_tokens"
HOUR, LIFE, GRACE = timedelta(hours=1), timedelta(days=90), timedelta(days=30)

Json = dict[str, Any]


def fresh_pair(turn: Turn, shop: Doc, *, secret: str, now: datetime) -> Json:
    """Hand out a pair to whoever came from the admin; refresh tokens handed out before are over."""
    for old in turn.find(REFRESH, "shop", shop["domain"]):
        turn.delete(REFRESH, old["token"])
    return _pair(turn, shop, secret=secret, now=now, parent=None)


def lasting_token(turn: Turn, shop: Doc, *, secret: str) -> Json:
    """Hand out a token without an end, which apps of today can get and cannot use."""
    token = _access(turn, shop, secret=secret, ends=None)
    return {"access_token": token, "scope": _scope(shop)}


def next_pair(turn: Turn, shop: Doc, token: str, *, secret: str, now: datetime) -> Json | None:
    """Hand out the pair that follows on a refresh token; None when that one is unknown, over, or another shop's."""
    known = turn.get(REFRESH, token)
    if known is None or known["shop"] != shop["domain"] or _over(known, now):
        return None
    # What this one came from has served its time, and so have those that came from it beside this one.
    for old in turn.find(REFRESH, "shop", shop["domain"]):
        if known["parent"] and known["parent"] in (old["token"], old["parent"]) and old["token"] != token:
            turn.delete(REFRESH, old["token"])
    if known["used_at"] is None:
        turn.put(REFRESH, token, known | {"used_at": iso(now)})
    return _pair(turn, shop, secret=secret, now=now, parent=token)


def door(turn: Turn, shop: Doc, token: str, *, live_secrets: Iterable[str], now: datetime) -> int:
    """Return the status with which the store meets a token: 200, 401 or, for one without an end, 403."""
    if not token or not shop.get("installed", True):
        return 401
    if token == shop["token"]:
        return 200  # set by hand, as an app made for one shop alone has it
    known = turn.get(ACCESS, token)
    # A token falls with the secret that it was asked for with.
    if known is None or known["shop"] != shop["domain"] or known["secret"] not in map(_mark, live_secrets):
        return 401
    if known["ends_at"] is None:
        return 403
    return 200 if iso(now) < known["ends_at"] else 401


def expire(turn: Turn, domain: str, now: datetime) -> int:
    """End the shop's access tokens at this moment; return how many were good until then."""
    good = [each for each in turn.find(ACCESS, "shop", domain) if (each["ends_at"] or "") > iso(now)]
    for each in good:
        turn.put(ACCESS, each["token"], each | {"ends_at": iso(now)})
    return len(good)


def forget(turn: Turn, domain: str) -> None:
    """Let every token of the shop be worth nothing."""
    for kind in (ACCESS, REFRESH):
        for known in turn.find(kind, "shop", domain):
            turn.delete(kind, known["token"])


def _pair(turn: Turn, shop: Doc, *, secret: str, now: datetime, parent: str | None) -> Json:
    token, refresh = _access(turn, shop, secret=secret, ends=now + HOUR), f"shprt_{secrets.token_hex(16)}"
    kept = {
        "token": refresh,
        "shop": shop["domain"],
        "ends_at": iso(now + LIFE),
        "used_at": None,
        "parent": parent,
    }
    turn.put(REFRESH, refresh, kept)
    answer = {"access_token": token, "scope": _scope(shop), "refresh_token": refresh}
    if not shop.get("tells_lifetimes", True):
        return answer
    lifetimes = {"expires_in": int(HOUR.total_seconds()), "refresh_token_expires_in": int(LIFE.total_seconds())}
    return answer | lifetimes


def _access(turn: Turn, shop: Doc, *, secret: str, ends: datetime | None) -> str:
    token = f"shpat_{secrets.token_hex(16)}"
    kept = {
        "token": token,
        "shop": shop["domain"],
        "secret": _mark(secret),
        "ends_at": iso(ends) if ends else None,
    }
    turn.put(ACCESS, token, kept)
    return token


def _over(known: Doc, now: datetime) -> bool:
    spent = known["used_at"] is not None and moment(known["used_at"]) + GRACE <= now
    return spent or moment(known["ends_at"]) <= now


def _scope(shop: Doc) -> str:
    return ",".join(sorted(shop["scopes"]))


def _mark(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
