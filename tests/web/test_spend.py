"""What was spent, by rule and month; and the files: whole, filtered as their page, and harmless to spreadsheets."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from app.domain.agents import Reason
from app.domain.effects import Pool
from app.store import marks, orders
from app.store.base import unit_of_work
from app.store.stories import Search
from app.web import exports
from tests.builders import DAY, NOON, flowers, gift_line, mute, order, paid, planned, refund, tag, usd
from tests.web.desk import Desk, rows_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def rows(desk: Desk, path: str) -> list[dict[str, str]]:
    answer = desk.ask(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def spent(desk: Desk) -> Desk:
    """A merchant who gave flowers, which a note tells of, and a gift this month, and has a refund planned."""
    desk.finish(desk.plan(paid(flowers(), minor=60_00), rule="flowers"))
    desk.finish(desk.plan(planned(gift_line(), cost=usd(8_00), pool=Pool.GIFTS), rule="nth_order_gift"))
    desk.plan(paid(refund()), rule="refund_keep")
    return desk


def test_given_what_was_spent_when_the_page_is_opened_then_each_rule_has_its_line_and_they_add_up(spent: Desk) -> None:
    page = words(spent.open("/spend"))

    assert "November 2026" in page
    assert "Flowers, cards and gifts The team's pool 1 $60.00" in page.replace("&#39;", "'")
    assert "Together 2 $68.00 $12.00" in page
    assert "$428.00 left of $500.00" in page


def test_given_two_months_when_the_page_is_opened_then_they_are_drawn_and_told_in_figures(spent: Desk) -> None:
    assert "<svg" not in spent.twin().open("/spend").partition("<main")[2]
    spent.clock.forward(20 * DAY)
    spent.finish(spent.plan(paid(refund(order_id=2)), rule="refund_keep"))

    page = spent.open("/spend")

    assert re.findall(r"<title>(2026-\d\d): (\$[\d.]+)</title>", page) == [("2026-11", "$68.00"), ("2026-12", "$12.00")]


def test_given_nothing_spent_when_the_page_is_opened_then_it_says_so(desk: Desk) -> None:
    assert "Nothing was spent yet." in desk.open("/spend")


def test_given_what_was_spent_when_saved_then_the_file_has_the_pages_lines(spent: Desk) -> None:
    found = {row["Rule"]: row for row in rows(spent, "/export/spend.csv")}

    assert found["Flowers, cards and gifts"] == {
        "Month": "2026-11",
        "Pool": "The team's pool",
        "Rule": "Flowers, cards and gifts",
        "Deeds": "1",
        "Spent": "60.00",
        "Set aside": "0.00",
        "Currency": "USD",
    }
    assert found["Refund and keep"]["Set aside"] == "12.00"


FILTERS = [
    ("", 4),
    ("rule=flowers", 2),
    ("state=done", 2),
    ("kind=refund_order", 1),
    ("least=12", 2),
    ("least=12.01", 1),
    ("month=2026-11", 4),
    ("month=2026-10", 0),
    ("state=done&least=50", 1),
    ("q=42", 3),
    ("agent=7", 0),
]


@pytest.mark.parametrize(("asked", "count"), FILTERS)
def test_given_a_filter_when_the_ledger_is_opened_or_saved_then_both_show_the_same_rows(
    spent: Desk, asked: str, count: int
) -> None:
    shown = rows_of(spent.open(f"/ledger?{asked}"))

    assert [int(row["Row"]) for row in rows(spent, f"/export/ledger.csv?{asked}")] == shown
    assert len(shown) == count


def test_given_an_amount_that_cannot_be_meant_when_looked_for_then_the_page_says_so(spent: Desk) -> None:
    page = spent.open("/ledger?least=many")

    assert 'class="wrong">Please give an amount in USD' in page
    assert "Please give" not in spent.open("/ledger?least=12")


def test_given_an_agents_rows_when_looked_for_by_them_then_they_alone_are_found(desk: Desk) -> None:
    desk.plan(paid(refund(), by=None), rule="refund_keep")
    wanted = desk.plan(paid(refund(order_id=2), by=7), rule="refund_keep")

    assert rows_of(desk.open("/ledger?agent=7")) == [wanted]


def test_given_a_row_when_saved_then_its_moments_are_iso_and_its_amount_has_the_currencys_decimals(desk: Desk) -> None:
    desk.buy(order())
    desk.finish(desk.plan(paid(refund()), rule="refund_keep", because="Robin refunds."), reference="R-1")

    (row,) = rows(desk, "/export/ledger.csv")

    assert (row["Written"], row["Ended"]) == ("2026-11-21T07:00:00-05:00", "2026-11-21T07:00:00-05:00")
    assert (row["State"], row["Cost"], row["Currency"]) == ("done", "12.00", "USD")
    assert (row["Order"], row["Customer"], row["Ticket"], row["Their number"]) == ("#1001", "55", "42", "R-1")
    assert (row["Why"], row["What"]) == ("Robin refunds.", "Refund $12.00 of #1001, the customer keeps the item")


def test_given_a_hard_time_when_saved_then_no_file_says_why(desk: Desk) -> None:
    desk.plan(paid(refund(), reason=Reason.HARD_TIME), rule="refund_keep", because="It is a hard time.")

    assert [row["Why"] for row in rows(desk, "/export/ledger.csv")] == [""]


@pytest.mark.parametrize("code", ["sensitive", "hard_time", "hard_time_over"])
def test_given_a_decision_in_a_hard_time_when_saved_then_no_file_tells_of_it(desk: Desk, code: str) -> None:
    desk.decide(rule="flowers", code=code, because="They are left in peace.")
    desk.decide(rule="flowers", because="Somebody sends flowers.")

    assert [row["Why"] for row in rows(desk, "/export/decisions.csv")] == ["Somebody sends flowers."]


def test_given_a_silence_around_somebody_when_saved_then_the_ledgers_file_does_not_hold_it(desk: Desk) -> None:
    desk.plan(planned(mute()), rule="flowers")

    assert rows(desk, "/export/ledger.csv") == []


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "\t=1", "＝1"])
def test_given_a_text_that_would_compute_when_saved_then_it_is_a_text_in_every_file(desk: Desk, text: str) -> None:
    desk.decide(paid(refund(ticket_id=text)), rule="refund_keep", because=text)

    ledger, told = rows(desk, "/export/ledger.csv"), rows(desk, "/export/decisions.csv")

    assert [(row["Ticket"][0], row["Why"][0]) for row in ledger] == [("'", "'")]
    assert [row["Why"][0] for row in told] == ["'"]


def test_given_decisions_when_saved_then_as_filtered_each_by_itself_and_with_its_orders_name(desk: Desk) -> None:
    desk.buy(order())
    for _ in range(2):
        desk.decide(rule="nth_order_gift", subject="order:1001", code="foreign", because="It ships abroad.")
    desk.decide(rule="special_customer", code="below", because="Below.")

    found = rows(desk, "/export/decisions.csv?rule=nth_order_gift&code=foreign")

    assert [(row["Order"], row["About"], row["Reason"]) for row in found] == [
        ("#1001", "order:1001", "ships abroad")
    ] * 1
    assert len(rows(desk, "/export/decisions.csv")) == 2


def test_given_marked_customers_when_saved_then_they_alone_are_in_the_file(desk: Desk) -> None:
    desk.buy(order(id=1, customer_id=1, net=usd(300_00)), order(id=2, customer_id=2, net=usd(10_00)))
    known = {"shop_id": desk.merchant.id, "customer_ids": [1]}
    with unit_of_work(desk.world.sessions) as session:
        orders.set_special(session, special=True, now=NOON, **known)
        marks.shown(session, marked=True, now=NOON, **known)

    (row,) = rows(desk, "/export/customers.csv")

    assert (row["Customer"], row["Net spend"], row["Orders"]) == ("1", "300.00", "1")
    assert row["Special since"] == "2026-11-21T07:00:00-05:00"


def test_given_a_french_reader_when_a_file_is_saved_then_all_of_it_is_in_their_language(spent: Desk) -> None:
    text = spent.ask("/export/spend.csv?locale=fr").text

    assert text.startswith("\ufeffMois,Enveloppe,Règle,Gestes,Dépensé,Mis de côté,Devise")
    assert "Fleurs, cartes et cadeaux" in text


def test_given_another_shop_when_it_saves_its_files_then_nothing_of_ours_is_in_them(spent: Desk) -> None:
    spent.buy(order())
    twin = spent.twin()

    names = ("ledger", "spend", "decisions", "customers")
    assert [rows(twin, f"/export/{name}.csv") for name in names] == [[], [], [], []]


def test_given_many_rows_when_saved_then_each_page_is_read_when_the_one_before_was_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PAGE", 2)
    for number in range(5):
        desk.plan(planned(tag(occasion=f"standing-{number}")))

    assert list(pages_of(desk)) == [(1, 0), (2, 1), (2, 2), (1, 3)]


def pages_of(desk: Desk) -> Iterator[tuple[int, int]]:
    """Yield how many lines each page of the ledger's file has, and how often the books had been looked into by then."""
    looks: list[str] = []
    listener = lambda _c, _u, statement, *_: looks.append(statement) if "FROM effects" in statement else None  # noqa: E731
    event.listen(desk.world.sessions.kw["bind"], "before_cursor_execute", listener)
    for page in exports.ledger(desk.world, desk.merchant, Search()):
        yield len(list(csv.reader(io.StringIO(page)))), len(looks)
    event.remove(desk.world.sessions.kw["bind"], "before_cursor_execute", listener)
