"""Charts as plain SVG: columns, and lines drawn across them. What is worked out here is drawn by `_chart.html`.

Places across are percentages and those upwards are pixels, so that a chart is as wide as its column on any screen while
its words keep their size. Whoever sees no picture has the table beneath.
"""

from collections.abc import Sequence
from dataclasses import dataclass

PLOT, FOOT, ROW = 150, 24, 20  # pixels: the columns, the words below them, a line's word above them
MOST_WORDS = 6  # below the columns: more would run into each other on a phone
_GAP = 15  # percent of a column's room
_WHOLE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what stands below it, how high it is, and what that is in words; `lit` where it is spoken of."""

    label: str
    value: int
    words: str
    lit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line across the columns, at so many of them from the left; `lit` where it is the one that holds."""

    words: str
    at: float
    lit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnColumn:
    """Where a column stands."""

    column: Column
    x: str
    width: str
    middle: str
    y: int
    height: int
    says: bool  # whether its label is written below it


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLine:
    """Where a line stands, and on which side of it its word has room."""

    line: Line
    x: str
    y: int
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart, ready to be drawn."""

    height: int
    base: int
    columns: tuple[DrawnColumn, ...]
    lines: tuple[DrawnLine, ...]


def drawn(columns: Sequence[Column], lines: Sequence[Line] = (), *, words_above: bool = False) -> Chart:
    """Return the chart of these columns, the highest of them as high as there is room; lines from left to right.

    `words_above` writes what each comes to above it, where there are few.
    """
    head = ROW * (len(lines) + words_above)
    highest = max((each.value for each in columns), default=0)
    every = -(-len(columns) // MOST_WORDS) if not words_above else 1
    ordered = sorted(lines, key=lambda each: each.at)
    return Chart(
        height=head + PLOT + FOOT,
        base=head + PLOT,
        columns=tuple(
            _column(each, place, len(columns), height=PLOT * each.value // max(highest, 1), head=head, every=every)
            for place, each in enumerate(columns)
        ),
        lines=tuple(_line(each, place, len(columns)) for place, each in enumerate(ordered)),
    )


def _column(column: Column, place: int, of: int, *, height: int, head: int, every: int) -> DrawnColumn:
    # Whoever is there is seen: one customer among thousands is a pixel.
    tall = max(height, 1) if column.value else 0
    room = _WHOLE // of
    return DrawnColumn(
        column=column,
        x=_percent(place * room + room * _GAP // 200),
        width=_percent(room * (100 - _GAP) // 100),
        middle=_percent(place * room + room // 2),
        y=head + PLOT - tall,
        height=tall,
        says=place % every == 0,
    )


def _line(line: Line, place: int, of: int) -> DrawnLine:
    at = min(int(_WHOLE * line.at / max(of, 1)), _WHOLE)
    return DrawnLine(line=line, x=_percent(at), y=ROW * place + ROW - 6, anchor="start" if at < _WHOLE // 2 else "end")


def _percent(of_ten_thousand: int) -> str:
    return f"{of_ten_thousand / 100:g}%"
