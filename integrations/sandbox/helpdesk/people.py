"""Who works at the town's helpdesk, and which key opens it."""

import hmac
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk.refusals import missing

ACCOUNT = "practice"
API_USER = "lagniappe@practice.example"
API_KEY = "practice-gorgias-key"
HOOK_TOKEN = "practice-hook-token"  # noqa: S105 - opens nothing but the town
HOOK_SECRET = "practice-helpdesk-secret"  # noqa: S105
KIND = "desk_user"
_STAFF = (
    ("Lagniappe", "", API_USER, "bot"),
    ("Léa", "Martin", "lea@practice.example", "admin"),
    ("Sam", "Okoye", "sam@practice.example", "agent"),
)


def opens(email: str | None, key: str | None) -> bool:
    """Tell whether these credentials open the API, without telling how nearly."""
    same_user = hmac.compare_digest((email or "").casefold().encode(), API_USER.encode())
    return hmac.compare_digest((key or "").encode(), API_KEY.encode()) and same_user


def settle_in(turn: Turn, now: datetime) -> None:
    """Let the staff move in, unless somebody already has."""
    if turn.count(KIND):
        return
    for first, last, email, role in _STAFF:
        turn.append(KIND, _user(first, last, email=email, role=role, now=now))


def users(turn: Turn) -> list[dict[str, Any]]:
    """Return everybody who works here, each as the API shows them."""
    return [{**user, "uri": f"/api/users/{user['id']}"} for user in turn.all(KIND)]


def user(turn: Turn, key: int) -> dict[str, Any]:
    """Return one of the staff; raises Refused."""
    found = turn.get(KIND, key)
    if found is None:
        raise missing("User", key)
    return {**found, "uri": f"/api/users/{key}"}


def worker(turn: Turn, email: str) -> dict[str, Any] | None:
    """Return the one with this e-mail, or None: customers do not work here."""
    found = turn.find(KIND, "email", email.strip().casefold())
    return found[0] if found else None


def agents(turn: Turn) -> list[dict[str, Any]]:
    """Return the people among the staff."""
    return [member for member in turn.all(KIND) if member["role"]["name"] != "bot"]


def account(now: datetime) -> dict[str, Any]:
    """Return what the account says of itself: a cheap way to ask whether a key still works."""
    return {
        "domain": ACCOUNT,
        "status": {"status": "active"},
        "created_datetime": now.replace(month=1, day=1).isoformat(),
        "settings": [],
        "object": "account",
    }


def _user(first: str, last: str, *, email: str, role: str, now: datetime) -> dict[str, Any]:
    return {
        "active": True,
        "email": email,
        "firstname": first,
        "lastname": last,
        "name": f"{first} {last}".strip(),
        "role": {"name": role},
        "external_id": None,
        "meta": None,
        "created_datetime": now.isoformat(),
        "updated_datetime": now.isoformat(),
    }
