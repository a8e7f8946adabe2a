"""The helpdesk's own customers. The store's come in when first asked for, as the real sync brings them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk import storefront
from integrations.sandbox.helpdesk.fields import shown
from integrations.sandbox.helpdesk.paging import PAGING
from integrations.sandbox.helpdesk.reading import Body, body_of, only, text
from integrations.sandbox.helpdesk.refusals import Refused, invalid, missing

KIND = "desk_customer"
_STORE_INTEGRATION = "4012"  # the sync keeps the store's number here; `external_id` stays free for others
_OURS = frozenset({"fields", "store_id", "data_version"})  # kept beside what the API shows
FILTERS = PAGING | {"email", "external_id", "name", "language", "timezone"}
_TEXTS = {"email": 320, "external_id": 255, "name": 255, "firstname": 255, "lastname": 255, "note": 65_535}
_KNOWN = frozenset({*_TEXTS, "language", "timezone", "channels", "meta", "data"})


def customers(turn: Turn, arguments: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the customers that fit every filter; raises Refused for filters that do not exist."""
    wanted = {name: value for name, value in only(arguments, FILTERS).items() if name not in PAGING}
    rows = turn.all(KIND) if not wanted.get("email") else _of(turn, wanted["email"])
    return [as_json(row) for row in rows if all(_fits(row, *pair) for pair in wanted.items())]


def customer(turn: Turn, key: int) -> dict[str, Any]:
    """Return the customer as kept; raises Refused."""
    found = turn.get(KIND, key)
    if found is None:
        raise missing("Customer", key)
    return found


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Return the customer as the API shows it, without custom fields."""
    shown_names = {name: value for name, value in row.items() if name not in _OURS}
    return shown_names | {"uri": f"/api/customers/{row['id']}"}


def with_fields(turn: Turn, row: dict[str, Any]) -> dict[str, Any]:
    """Return the customer as the API shows it when asked for its custom fields too."""
    return as_json(row) | {"custom_fields": shown(turn, row)}


def create(turn: Turn, value: object, now: datetime) -> dict[str, Any]:
    """Write a new customer; raises Refused, with 409 for an e-mail that is taken."""
    body = body_of(value, known=_KNOWN)
    texts = _texts(body)
    if texts.get("email"):
        _check_free(turn, texts["email"], None)
    return _write(turn, now, **_extras(body), **texts)


def change(turn: Turn, key: int, value: object, now: datetime) -> dict[str, Any]:
    """Change what the body names and leave the rest; `channels`, when named, replaces all channels."""
    row, body = customer(turn, key), body_of(value, known=_KNOWN)
    texts = _texts(body)
    if texts.get("email"):
        _check_free(turn, texts["email"], key)
    row |= {**_extras(body), **texts, "updated_datetime": now.isoformat()}
    turn.put(KIND, key, row)
    return row


def set_data(turn: Turn, key: int, value: object, now: datetime) -> None:
    """Keep an app's data of the customer; an older version than the kept one is ignored in silence."""
    row, body = customer(turn, key), body_of(value, known={"data", "version"})
    version = text(body, "version", longest=64) or now.isoformat()
    if version >= row.get("data_version", ""):
        turn.put(KIND, key, row | {"data": body.get("data"), "data_version": version})


def set_fields(turn: Turn, key: int, values: dict[str, Any], now: datetime) -> None:
    """Keep these custom field values, by definition id, and no others."""
    turn.put(KIND, key, customer(turn, key) | {"fields": values, "updated_datetime": now.isoformat()})


def by_email(turn: Turn, email: str, now: datetime) -> dict[str, Any]:
    """Return the customer with this e-mail, brought in from the store or made on the spot."""
    found = _bring_in(turn, email=email)
    return found or _write(turn, now, email=email.strip().casefold(), name=email.partition("@")[0])


def by_store_id(turn: Turn, store_id: int) -> dict[str, Any] | None:
    """Return the customer with this number in the store, brought in if needed; None when it knows nobody."""
    found = turn.find(KIND, "store_id", store_id)
    if found:
        return found[0]
    known = storefront.customer(turn, store_id)
    return None if known is None else _import(turn, known)


def _of(turn: Turn, email: str) -> list[dict[str, Any]]:
    """Return the customers of this e-mail, without a look at each of thousands."""
    _bring_in(turn, email=email)
    return turn.find(KIND, "email", email.strip().casefold())


def _bring_in(turn: Turn, *, email: str) -> dict[str, Any] | None:
    address = email.strip().casefold()
    found = turn.find(KIND, "email", address)
    if found:
        return found[0]
    known = storefront.customer_by_email(turn, address)
    return None if known is None else _import(turn, known)


def _import(turn: Turn, known: storefront.Shopper) -> dict[str, Any]:
    return _write(
        turn,
        known.since,
        store_id=known.id,
        integrations={_STORE_INTEGRATION: {"__integration_type__": "shopify", "customer": {"id": known.id}}},
        email=known.email,
        firstname=known.first_name,
        lastname=known.last_name,
        name=known.name,
    )


def _write(turn: Turn, now: datetime, **values: object) -> dict[str, Any]:
    email = values.get("email")
    blank: dict[str, Any] = {
        "external_id": None,
        "store_id": None,
        "email": None,
        "name": "",
        "firstname": "",
        "lastname": "",
        "language": "en",
        "timezone": "UTC",
        "note": None,
        "channels": [{"type": "email", "address": email, "preferred": True}] if email else [],
        "integrations": {},
        "meta": None,
        "data": None,
        "fields": {},
        "created_datetime": now.isoformat(),
        "updated_datetime": now.isoformat(),
    }
    return customer(turn, turn.append(KIND, blank | values))


def _texts(body: Body) -> dict[str, Any]:
    texts = {name: text(body, name, longest=longest) for name, longest in _TEXTS.items() if name in body}
    email = texts.get("email")
    if email is not None and "@" not in email:
        raise invalid("email", "Not a valid email address.")
    return texts if email is None else texts | {"email": email.strip().casefold()}


def _extras(body: Body) -> dict[str, Any]:
    return {name: body[name] for name in ("language", "timezone", "channels", "meta", "data") if name in body}


def _check_free(turn: Turn, email: str, key: int | None) -> None:
    if any(other["id"] != key for other in turn.find(KIND, "email", email.strip().casefold())):
        raise Refused(409, "A customer with this email already exists.", {"email": ["Already taken."]})


def _fits(row: dict[str, Any], name: str, value: str) -> bool:
    kept = str(row.get(name) or "")
    return kept.casefold() == value.strip().casefold() if name == "email" else kept == value
