"""Reading what is to be posted, more strictly than the real one does: a name that its description lacks is refused."""

import re
from collections.abc import Collection
from typing import Any

from integrations.sandbox.lob.refusals import invalid

Piece = dict[str, Any]

_LONGEST = {"name": 40, "company": 40, "phone": 40, "email": 100, "address_line1": 64, "address_line2": 64}
_LINES = (*_LONGEST, "address_city", "address_state", "address_zip", "address_country", "description")
_COMMON = ("to", "from", "use_type", "metadata", "mail_type", "send_date", "description", "merge_variables")
KNOWN = {
    "letters": (*_COMMON, "file", "color", "double_sided", "address_placement", "size"),
    "postcards": (*_COMMON, "front", "back", "size"),
}
_REQUIRED = {
    "letters": ("to", "from", "file", "color", "use_type"),
    "postcards": ("to", "front", "back", "use_type"),
}
_PRINTED = {"letters": ("file",), "postcards": ("front", "back")}
_STATE, _ZIP = re.compile(r"[A-Za-z]{2}"), re.compile(r"\d{5}(-\d{4})?")
_TEMPLATE = re.compile(r"tmpl_[A-Za-z0-9]+|https://[-A-Za-z0-9@:%._+~#=/]{1,256}\.(html?|pdf|png|jpg)")
_LONGEST_HTML = 10_000
_META_NAME, _META_VALUE = 40, 500


def read(body: object, kind: str) -> Piece:
    """Return the piece that the body asks for; raises Refused."""
    if not isinstance(body, dict):
        raise invalid("the body must be an object")
    _known(body, KNOWN[kind], "piece")
    for name in _REQUIRED[kind]:
        if body.get(name) is None:
            raise invalid(f"{name} is required")
    for name in _PRINTED[kind]:
        _check_printed(body[name], name)
    if body["use_type"] not in {"marketing", "operational"}:
        raise invalid("use_type must be one of marketing, operational")
    _check_address(body["to"], "to")
    if body.get("from") is not None:
        _check_address(body["from"], "from")
    if kind == "letters" and not isinstance(body["color"], bool):
        raise invalid("color must be a boolean")
    if kind == "postcards" and _abroad(body["to"]) and body.get("size", "4x6") != "4x6":
        raise invalid("only 4x6 postcards can be sent abroad")
    _check_metadata(body.get("metadata") or {})
    return body


def _check_printed(value: object, name: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise invalid(f"{name} is required")
    if "<" in value and len(value) > _LONGEST_HTML:
        raise invalid(f"{name} must be less than 10,000 characters")
    if "<" not in value and not _TEMPLATE.fullmatch(value):
        raise invalid(f"{name} must be HTML, a template or an address of a file")


def _check_address(address: object, whose: str) -> None:
    if not isinstance(address, dict):
        raise invalid(f"{whose} must be an address")
    _known(address, _LINES, whose)
    for name, value in address.items():
        if value is not None and (not isinstance(value, str) or len(value) > _LONGEST.get(name, 200)):
            raise invalid(f"{whose}.{name} is too long, or no text")
    if not (address.get("name") or address.get("company")):
        raise invalid(f"{whose}.name or {whose}.company is required")
    if not address.get("address_line1"):
        raise invalid(f"{whose}.address_line1 is required")
    if not _abroad(address):
        _check_american(address, whose)


def _check_american(address: dict[str, Any], whose: str) -> None:
    if not address.get("address_city"):
        raise invalid(f"{whose}.address_city is required")
    if not _STATE.fullmatch(address.get("address_state") or ""):
        raise invalid(f"{whose}.address_state must be a 2 letter state short-name code")
    if not _ZIP.fullmatch(address.get("address_zip") or ""):
        raise invalid(f"{whose}.address_zip must be in a valid zip format")


def _check_metadata(metadata: object) -> None:
    if not isinstance(metadata, dict):
        raise invalid("metadata must be an object")
    for name, value in metadata.items():
        odd = not isinstance(value, str) or len(value) > _META_VALUE or '"' in value or "\\" in value
        if odd or len(name) >= _META_NAME:
            raise invalid("metadata is too long, or has an odd character")


def _abroad(address: object) -> bool:
    return isinstance(address, dict) and (address.get("address_country") or "US") != "US"


def _known(given: dict[str, Any], known: Collection[str], whose: str) -> None:
    for name in given:
        if name not in known:
            raise invalid(f"{whose}.{name} is not allowed")
