"""Files for spreadsheets: written page by page, and no cell in them computes anything."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response

from app.web.language import to_whom_it_is_for

PAGE = 500  # rows in memory at once, however many there are
BYTE_ORDER = "\ufeff"  # without it some programs take the file for another encoding
# With these a spreadsheet begins to compute, also in their wide forms.
_COMPUTES = tuple("=+-@＝＋－＠")


def plain(text: str) -> str:
    """Return the text so that it is a text to every spreadsheet, and is read in the direction that it is written in."""
    seen = "".join(each for each in text if each.isprintable())  # no tabs, no line ends, nothing that turns the text
    return f"'{seen}" if seen.lstrip().startswith(_COMPUTES) else seen


def written(rows: Iterable[Sequence[str]]) -> str:
    """Return the rows as they stand in a file."""
    page = io.StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue()


def iso(moment: datetime | None, zone: str) -> str:
    """Return the moment by the shop's own clock, with how far that is from UTC; "" for none."""
    return "" if moment is None else moment.astimezone(ZoneInfo(zone)).isoformat("T", "seconds")


def file(name: str, pages: Iterator[str]) -> Response:
    """Hand over a file, page by page, each made when the one before was taken."""
    answer = Response(to_whom_it_is_for(pages), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
