"""Charts: where columns and lines stand, so that they are seen and their words do not run into each other."""

from app.web.charts import FOOT, PLOT, ROW, Column, Line, drawn


def columns(*values: int) -> list[Column]:
    return [Column(label=str(place), value=value, words=str(value)) for place, value in enumerate(values)]


def test_given_columns_when_drawn_then_the_highest_fills_the_room_and_all_stand_on_the_floor() -> None:
    chart = drawn(columns(10, 5, 0))

    assert [each.height for each in chart.columns] == [PLOT, PLOT // 2, 0]
    assert {each.y + each.height for each in chart.columns} == {chart.base}
    assert chart.height == chart.base + FOOT


def test_given_one_among_thousands_when_drawn_then_it_is_seen() -> None:
    assert [each.height for each in drawn(columns(100_000, 1)).columns] == [PLOT, 1]


def test_given_columns_when_drawn_then_they_share_the_width_without_touching() -> None:
    first, second = drawn(columns(1, 1)).columns

    assert (first.x, first.width, first.middle) == ("3.75%", "42.5%", "25%")
    assert (second.x, second.middle) == ("53.75%", "75%")


def test_given_many_columns_when_drawn_then_only_some_are_labelled() -> None:
    assert [place for place, each in enumerate(drawn(columns(*range(20))).columns) if each.says] == [0, 4, 8, 12, 16]


def test_given_lines_when_drawn_then_each_has_a_row_of_its_own_and_its_word_stays_inside() -> None:
    chart = drawn(columns(1, 2, 3, 4), [Line(words="p80", at=3), Line(words="mean", at=1)])

    assert [(each.line.words, each.x, each.anchor) for each in chart.lines] == [
        ("mean", "25%", "start"),
        ("p80", "75%", "end"),
    ]
    assert chart.lines[1].y - chart.lines[0].y == ROW
    assert chart.base == 2 * ROW + PLOT


def test_given_a_line_beyond_the_columns_when_drawn_then_it_stands_at_the_edge() -> None:
    assert drawn(columns(1, 2), [Line(words="mean", at=9)]).lines[0].x == "100%"


def test_given_nothing_when_drawn_then_there_is_an_empty_floor() -> None:
    assert drawn([]).columns == ()
