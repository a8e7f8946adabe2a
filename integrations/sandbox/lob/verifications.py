"""Checks of American addresses. In the world of tests nothing is looked up: a magic line says what is answered."""

import re
from typing import Any

from integrations.sandbox.lob.refusals import invalid

_KNOWN = ("recipient", "primary_line", "secondary_line", "urbanization", "city", "state", "zip_code", "address")
_ZIP = re.compile(r"\d{5}(-\d{4})?")
_MAGIC = {
    "deliverable": "deliverable",
    "residential house": "deliverable",
    "commercial highrise": "deliverable",
    "po box": "deliverable",
    "unnecessary unit": "deliverable_unnecessary_unit",
    "incorrect unit": "deliverable_incorrect_unit",
    "missing unit": "deliverable_missing_unit",
    "undeliverable block match": "undeliverable",
}


def check(body: object, *, world: str) -> dict[str, Any]:
    """Return what is said of an address; raises Refused for a body that asks about none."""
    if not isinstance(body, dict):
        raise invalid("the body must be an object")
    for name, value in body.items():
        if name not in _KNOWN:
            raise invalid(f"{name} is not allowed")
        if not isinstance(value, str):
            raise invalid(f"{name} must be a string")
    line = body.get("primary_line", body.get("address", ""))
    if not line:
        raise invalid("primary_line is required")
    if "primary_line" in body and not (body.get("zip_code") or (body.get("city") and body.get("state"))):
        raise invalid("zip_code or both city and state are required")
    if body.get("zip_code") and not _ZIP.fullmatch(body["zip_code"]):
        raise invalid("zip_code must be in a valid zip format")
    said = _MAGIC.get(line.casefold(), "deliverable" if world == "live" else "")
    return {"id": "us_ver_practice", "object": "us_verification", "deliverability": said, "valid_address": bool(said)}
