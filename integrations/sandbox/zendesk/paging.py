"""Lists, a page at a time: by a cursor where a size is asked for, a hundred at once where none is."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from integrations.sandbox.zendesk.refusals import Body, Refused

_MOST = 100
_SIZE, _AFTER = "page[size]", "page[after]"


def page(name: str, rows: list[Any], arguments: Mapping[str, str]) -> Body:
    """Return the page that is asked for; raises Refused."""
    if _SIZE not in arguments:
        return {name: rows[:_MOST], "count": len(rows), "next_page": None, "previous_page": None}
    size, start = arguments[_SIZE], _start(arguments.get(_AFTER))
    if not size.isdecimal() or not 1 <= int(size) <= _MOST:
        raise Refused(400, "InvalidPaginationParameter")
    end = start + int(size)
    more = end < len(rows)
    return {name: rows[start:end], "meta": {"has_more": more, "after_cursor": _cursor(end) if more else None}}


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").removeprefix("o:"))
    except (binascii.Error, ValueError):  # ValueError covers text that is not ASCII and numbers that are none
        raise Refused(400, "InvalidPaginationParameter") from None


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"o:{start}".encode("ascii")).decode("ascii")
