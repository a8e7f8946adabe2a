"""Lists in pages: a cursor that says nothing, a limit of a hundred, and an order that must be a known one."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from integrations.sandbox.helpdesk.reading import number
from integrations.sandbox.helpdesk.refusals import invalid

PAGING = frozenset({"cursor", "limit", "order_by"})
_DEFAULT, _MOST = 30, 100


def page_of(rows: list[dict[str, Any]], arguments: Mapping[str, str], *, uri: str, order: str) -> dict[str, Any]:
    """Return one page of the rows in the envelope that all lists share.

    `order` is the default, such as "created_datetime:desc"; a caller may turn it round.
    """
    start, size = _start(arguments), _limit(arguments)
    ordered = _ordered(rows, arguments.get("order_by", order), field=order.partition(":")[0])
    more = start + size < len(ordered)
    meta = {
        "prev_cursor": _cursor(max(0, start - size)) if start else None,
        "next_cursor": _cursor(start + size) if more else None,
    }
    return {"data": ordered[start : start + size], "object": "list", "uri": uri, "meta": meta}


def _ordered(rows: list[dict[str, Any]], wish: str, *, field: str) -> list[dict[str, Any]]:
    fields = {field, "updated_datetime"} if field == "created_datetime" else {field}
    name, _, direction = wish.partition(":")
    if name not in fields or direction not in ("asc", "desc"):
        raise invalid("order_by", "Not a valid choice.")
    return sorted(rows, key=lambda row: (row.get(name) or 0, row["id"]), reverse=direction == "desc")


def _limit(arguments: Mapping[str, str]) -> int:
    limit = number(arguments.get("limit", str(_DEFAULT)), "limit")
    if not 1 <= limit <= _MOST:
        raise invalid("limit", f"Must be between 1 and {_MOST}.")
    return limit


def _start(arguments: Mapping[str, str]) -> int:
    cursor = arguments.get("cursor")
    if cursor is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").removeprefix("from:"))
    except (binascii.Error, ValueError):  # ValueError covers text that is not ASCII and numbers that are none
        raise invalid("cursor", "Not a valid cursor.") from None


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode("ascii")).decode("ascii")
