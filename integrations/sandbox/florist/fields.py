"""Reading the florist's requests: JSON texts inside query parameters and form fields."""

import json
from collections.abc import Iterable
from typing import Any

from integrations.sandbox.florist.refusals import Refused


def stored(text: str, field: str) -> dict[str, Any]:
    """Return the JSON object in a field; raises Refused."""
    value = _parsed(text, field)
    if not isinstance(value, dict):
        raise Refused("must be a JSON object", field=field)
    return value


def listed(text: str) -> list[dict[str, Any]]:
    """Return the list of products in a field; raises Refused."""
    value = _parsed(text, "products")
    if not isinstance(value, list) or not all(isinstance(product, dict) for product in value):
        raise Refused("must be a JSON list of objects", field="products")
    return value


def required(given: dict[str, Any], names: Iterable[str], whose: str) -> None:
    """Pass over in silence when every name has something in it; raises Refused naming the first without."""
    for name in names:
        if not str(given.get(name) or "").strip():
            raise Refused(f"{whose} {name} is required")


def _parsed(text: str, field: str) -> object:
    try:
        return json.loads(text, parse_float=str)
    except json.JSONDecodeError:
        raise Refused("must be valid JSON", field=field) from None
