"""The file of what agents did: whole, in its month, and harmless to whichever program opens it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from app.domain.agents import Reason
from app.web import acts_sheet
from app.web.acts_sheet import HEAD, months, sheet, span
from app.web.sheets import plain
from tests.builders import DAY, NOON, flowers, paid, refund
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

FILE = "/team/acts?month=2026-11"


def rows(desk: Desk, path: str = FILE) -> list[dict[str, str]]:
    text = desk.open(path)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_given_what_an_agent_did_when_saved_then_the_file_says_who_when_what_for_how_much_and_why(desk: Desk) -> None:
    desk.finish(desk.plan(paid(refund(), by=1, reason=Reason.THANK_YOU), rule="refund_keep"))

    answer = desk.ask(FILE)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="kindness-2026-11.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert rows(desk) == [
        {
            "When": "2026-11-21 07:00:00",
            "When (UTC)": "2026-11-21 12:00:00",
            "Who": "Robin Miller",
            "Ticket": "42",
            "Customer": "55",
            "What": "Refund $12.00 of #1001, the customer keeps the item",
            "Amount": "12.00",
            "Currency": "USD",
            "Result": "done",
            "Ended (UTC)": "2026-11-21 12:00:00",
            "Undone": "",
            "Reason": "a thank-you",
        }
    ]


def test_given_a_merchant_who_reads_french_when_saved_then_the_files_speak_it_to_the_last_cell(desk: Desk) -> None:
    desk.finish(desk.plan(paid(refund(), by=1, reason=Reason.THANK_YOU), rule="refund_keep", because="They are kind."))

    (act,), (row,) = (
        list(csv.DictReader(io.StringIO(desk.ask(path, **{"Accept-Language": "fr"}).text.removeprefix("\ufeff"))))
        for path in (FILE, "/export/ledger.csv")
    )

    assert (act["Quand"], act["Résultat"], act["Raison"]) == ("2026-11-21 07:00:00", "fait", "un merci")
    assert act["Quoi"] == row["Quoi"] == "Rembourser 12,00 $US sur #1001, le client garde l’article"


def test_given_nothing_in_a_month_when_saved_then_the_file_has_its_head_alone(desk: Desk) -> None:
    desk.plan(paid(refund()), rule="refund_keep")

    assert rows(desk, "/team/acts?month=2026-10") == []
    assert desk.open("/team/acts?month=2026-10").strip().endswith(HEAD[-1])


def test_given_a_hard_time_when_saved_then_no_file_says_so(desk: Desk) -> None:
    desk.plan(paid(refund(), reason=Reason.HARD_TIME), rule="refund_keep")

    assert [row["Reason"] for row in rows(desk)] == [""]
    assert "hard" not in desk.open(FILE)


def test_given_an_act_that_was_undone_when_saved_then_the_file_says_by_whom(desk: Desk) -> None:
    desk.press(f"/effects/{desk.plan(paid(refund()), rule='refund_keep')}/withdraw")

    assert [(row["Result"], row["Undone"]) for row in rows(desk)] == [
        ("withdrawn", "Taken back on the merchant's page.")
    ]


def test_given_another_shop_when_it_saves_its_file_then_nothing_of_ours_is_in_it(desk: Desk) -> None:
    desk.plan(paid(refund()), rule="refund_keep")

    assert rows(desk.twin()) == []


@pytest.mark.parametrize("month", ["", "2026-13", "2026-1", "1999-01", "2026-11-01", "٢٠٢٦-11", "2026-11\n"])
def test_given_no_month_when_saved_then_it_says_what_one_is(desk: Desk, month: str) -> None:
    assert desk.browser.get("/team/acts", query_string={"month": month}, headers=desk.proof()).status_code == 422


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u200b=1", "＝1", "\u202e=1", '=cmd|"/c"!A0']


@pytest.mark.parametrize("name", HOSTILE)
def test_given_a_text_that_would_compute_when_saved_then_it_is_a_text(desk: Desk, name: str) -> None:
    desk.plan(paid(refund(agent_name=name, ticket_id=name[:64])), rule="refund_keep")

    (row,) = rows(desk)

    assert row["Who"].startswith("'")
    assert row["Ticket"].startswith("'")


def test_given_a_name_that_is_written_from_the_right_when_saved_then_it_stays_and_turns_nothing_around(
    desk: Desk,
) -> None:
    desk.plan(paid(refund(agent_name="أحمد\u202e moc\u2066")), rule="refund_keep")

    assert [row["Who"] for row in rows(desk)] == ["أحمد moc"]
    assert plain("Ann\r\nLee,\t“x”") == "AnnLee,“x”"


def test_given_many_acts_when_saved_then_each_page_is_read_when_the_one_before_was_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts_sheet, "PAGE", 2)
    for number in range(5):
        desk.plan(paid(refund(order_id=number + 1)), rule="refund_keep")
    asked = pages_of(desk)

    counts = [(len(list(csv.reader(io.StringIO(page)))), looks) for page, looks in asked]

    assert counts == [(1, 0), (2, 2), (2, 3), (1, 4)]


def pages_of(desk: Desk) -> Iterator[tuple[str, int]]:
    """Yield each page of the file, and how often the books had been looked into by then."""
    looks: list[str] = []
    listener = lambda _c, _u, statement, *_: looks.append(statement) if "FROM effects" in statement else None  # noqa: E731
    event.listen(desk.world.sessions.kw["bind"], "before_cursor_execute", listener)
    for page in sheet(desk.world, desk.merchant, NOON - DAY, NOON + DAY):
        yield page, len(looks)
    event.remove(desk.world.sessions.kw["bind"], "before_cursor_execute", listener)


def test_given_a_month_when_its_span_is_asked_for_then_it_is_by_the_shops_own_clock_and_its_summer_time(
    desk: Desk,
) -> None:
    march = span(desk.merchant, "2026-03")

    assert march is not None
    assert [moment.astimezone(UTC) for moment in march] == [
        datetime(2026, 3, 1, 5, tzinfo=UTC),
        datetime(2026, 4, 1, 4, tzinfo=UTC),
    ]


def test_given_a_shop_from_last_year_when_months_are_offered_then_they_begin_with_its_first(desk: Desk) -> None:
    merchant = replace(desk.merchant, installed_at=datetime(2025, 12, 1, 3, tzinfo=UTC))

    assert months(merchant, datetime(2026, 2, 10, tzinfo=UTC)) == ["2026-02", "2026-01", "2025-12", "2025-11"]


def test_given_the_team_page_when_opened_then_it_offers_the_file_and_says_what_was_given_this_month(desk: Desk) -> None:
    desk.plan(paid(flowers(), minor=60_00), rule="flowers")

    page = desk.open("/team")

    assert 'action="/team/acts"' in page
    assert "1 kindness, $60.00" in page
