"""The people of the town. All of them are made up, and their letters could reach nobody."""

import json
from datetime import datetime
from pathlib import Path
from random import Random

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store.wire import iso

_NAMES: dict[str, list[str]] = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
_PLACES = (
    ("Springfield", "IL", "62701"),
    ("Portland", "OR", "97201"),
    ("Burlington", "VT", "05401"),
    ("Santa Fe", "NM", "87501"),
    ("Madison", "WI", "53703"),
    ("Asheville", "NC", "28801"),
    ("Ithaca", "NY", "14850"),
    ("Savannah", "GA", "31401"),
)
_STREETS = ("Elm Street", "Quiet Lane", "Mill Road", "Orchard Row", "Harbor View", "Station Street")


def newcomer(turn: Turn, rng: Random, shop: Doc, since: datetime) -> Doc:
    """Write a new customer into the books and return them."""
    key = turn.next_id("customers")
    first, last = rng.choice(_NAMES["first"]), rng.choice(_NAMES["last"])
    customer = {
        "id": key,
        "shop": shop["domain"],
        "created_at": iso(since),
        "updated_at": iso(since),
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{key % 100_000}@customer.example".lower(),
        "phone": f"+1555{key % 10_000_000:07d}",
        "tags": [],
        "currency": shop["currency"],
        "address": _address(rng, first, last),
        "metafields": [],
    }
    turn.put("customers", key, customer)
    return customer


def _address(rng: Random, first: str, last: str) -> Doc:
    city, province, postcode = rng.choice(_PLACES)
    return {
        "first_name": first,
        "last_name": last,
        "company": None,
        "address1": f"{rng.randint(1, 999)} {rng.choice(_STREETS)}",
        "address2": None,
        "city": city,
        "province_code": province,
        "zip": postcode,
        "country_code": "US",
        "phone": None,
    }
