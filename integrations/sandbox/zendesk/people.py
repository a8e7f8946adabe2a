"""Whoever is known there: the team, and customers, who come to be known by writing."""

import hmac
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.zendesk import mails
from integrations.sandbox.zendesk.refusals import Refused, flag, invalid, missing, one_of, text, wrapped

ACCOUNT = "practice"
API_USER = "lagniappe@practice.example"
API_TOKEN = "practice-zendesk-token"  # noqa: S105 - opens nothing but the town
KIND, FIELDS = "zendesk_user", "zendesk_user_field"
_STAFF = (
    ("Lagniappe", API_USER, "admin"),
    ("Léa Martin", "lea@practice.example", "admin"),
    ("Sam Okoye", "sam@practice.example", "agent"),
)
_TEXTS = ("name", "phone", "external_id", "notes", "details")


def settle_in(turn: Turn, now: datetime) -> None:
    """Let the team move in, unless somebody already has."""
    if not turn.count(KIND):
        for name, email, role in _STAFF:
            _write(turn, now, name=name, email=email, role=role)


def opens(user: str | None, token: str | None) -> bool:
    """Tell whether these credentials open the API, without telling how nearly."""
    same_user = hmac.compare_digest((user or "").casefold().encode(), f"{API_USER}/token".encode())
    return hmac.compare_digest((token or "").encode(), API_TOKEN.encode()) and same_user


def user(turn: Turn, key: int) -> Doc:
    """Return one as kept; raises Refused."""
    found = turn.get(KIND, key)
    if found is None:
        raise missing()
    return found


def by_email(turn: Turn, email: str) -> Doc | None:
    """Return whoever has this address among theirs."""
    wanted = email.strip().casefold()
    return next((row for row in turn.all(KIND) if wanted in row["addresses"]), None)


def writer(turn: Turn, email: str, now: datetime, *, phone: str | None = None, external_id: str | None = None) -> Doc:
    """Return the customer of this address, who is known from now on."""
    known = by_email(turn, email)
    name = email.partition("@")[0]
    return known or _write(turn, now, email=email.strip().casefold(), name=name, phone=phone, external_id=external_id)


def found(turn: Turn, query: str) -> list[Doc]:
    """Return whom a search finds: whoever has an address in which the words stand, which is more than was asked for."""
    words = query.removeprefix("email:").strip().strip('"').casefold()
    return [row for row in turn.all(KIND) if words and any(words in address for address in row["addresses"])]


def as_json(turn: Turn, row: Doc) -> dict[str, Any]:
    """Return one as the API shows them, with every field that there is."""
    shown = {name: value for name, value in row.items() if name != "addresses"}
    values = {field["key"]: row["user_fields"].get(field["key"]) for field in turn.all(FIELDS) if field["active"]}
    return shown | {"user_fields": values}


def identities(row: Doc) -> list[dict[str, Any]]:
    """Return the addresses of one, the first being the one that the API shows."""
    mails = [
        {"type": "email", "value": address, "primary": not place} for place, address in enumerate(row["addresses"])
    ]
    return [*mails, *([{"type": "phone_number", "value": row["phone"]}] if row["phone"] else [])]


def create(turn: Turn, value: object, now: datetime) -> Doc:
    """Make a user, who is mailed to confirm their address unless that is skipped; raises Refused."""
    known = {*_TEXTS, "email", "role", "verified", "skip_verify_email"}
    body = wrapped(value, "user", known=known, required=("name", "email"))
    email, role = (text(body, "email") or "").strip().casefold(), "end-user"
    if "@" not in email:
        raise invalid("email", "is not properly formatted")
    if by_email(turn, email) is not None:
        raise Refused(422, "RecordInvalid", {"email": "is already being used by another user"}, code="DuplicateValue")
    if "role" in body:
        role = one_of(body, "role", ("end-user", "agent", "admin"))
    if not flag(body, "skip_verify_email", default=False):
        mails.send(turn, email, "please confirm your address")
    about = {name: text(body, name) for name in _TEXTS if name in body}
    verified = flag(body, "verified", default=False)
    return _write(turn, now, email=email, role=role, verified=verified, **about)


def change(turn: Turn, key: int, value: object, now: datetime) -> Doc:
    """Change what the body names; of the fields, too, only those. Raises Refused."""
    row = user(turn, key)
    body = wrapped(value, "user", known={*_TEXTS, "user_fields", "tags"})
    row |= {name: text(body, name) for name in _TEXTS if name in body}
    known = {field["key"] for field in turn.all(FIELDS) if field["active"]}
    for name, said in (body.get("user_fields") or {}).items():
        if name not in known:
            raise invalid(f"user_fields.{name}", "is no field")
        row["user_fields"][name] = said
    turn.put(KIND, key, row | {"updated_at": now.isoformat()})
    return user(turn, key)


def meet(turn: Turn, key: int, email: str) -> None:
    """Let one have another address beside theirs."""
    row = user(turn, key)
    turn.put(KIND, key, row | {"addresses": [*row["addresses"], email.strip().casefold()]})


def _write(turn: Turn, now: datetime, *, email: str, role: str = "end-user", **about: object) -> Doc:
    blank: Doc = {
        "email": email,
        "addresses": [email],
        "phone": None,
        "role": role,
        "external_id": None,
        "active": True,
        "suspended": False,
        "verified": True,
        "notes": None,
        "details": None,
        "tags": [],
        "user_fields": {},
        "created_at": now.isoformat(),
        "updated_at": now.isoformat(),
    }
    return user(turn, turn.append(KIND, blank | about))
