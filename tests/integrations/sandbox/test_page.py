import base64
import hashlib
import hmac
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from integrations.sandbox.books import Books
from integrations.sandbox.clock import Clock
from integrations.sandbox.page import words
from integrations.sandbox.serve import Works, build
from integrations.sandbox.store import actions
from integrations.sandbox.store.catalogue import stock_up
from integrations.sandbox.store.order_book import Item, Purchase
from integrations.sandbox.store.people import newcomer
from integrations.sandbox.town import PRACTICE_SHOP, Town, TownSettings
from tests.integrations.sandbox.counters import letter_box, wait_until

NOW = datetime(2026, 11, 21, 22, 25, tzinfo=UTC)


@pytest.fixture
def works() -> Iterator[Works]:
    made = build(TownSettings(year=False), Books(None), Clock(None))
    yield made
    made.town.books.close()


@pytest.fixture
def ann(works: Works) -> int:
    return settle(works.town)


@pytest.fixture
def page(works: Works) -> FlaskClient:
    return works.flask.test_client()


def settle(town: Town, orders: int = 3, **changes: object) -> int:
    """Let a customer move in who has bought so many times, and make them the one before the fourth."""
    with town.books.turn() as turn:
        shop = turn.get("shops", PRACTICE_SHOP)
        assert shop is not None
        wares = stock_up(turn, shop)
        ann = newcomer(turn, Random(1), shop, town.clock.now() - timedelta(days=90))
        ann |= {"first_name": "Ann", "last_name": "Okafor", **changes}
        turn.put("customers", ann["id"], ann)
        for _ in range(orders):
            purchase = Purchase(shop=shop, at=town.clock.now(), items=[Item(variant=wares[0])], customer=ann)
            actions.place_order(town, turn, purchase, actions.LOSE)
        turn.put("switches", "cast", {"fourth_order_customers": [ann["id"]], "bereaved_customer": ann["id"]})
        for letter in turn.all("letters"):
            turn.delete("letters", letter["id"])
    key: int = ann["id"]
    return key


def seen(page: FlaskClient, path: str) -> str:
    answer = page.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"\s+", " ", answer.text))


def do(page: FlaskClient, path: str, **form: str) -> str:
    """Send a form and return the address it leads back to."""
    answer = page.post(path, data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def letters(works: Works) -> list[dict[str, Any]]:
    with works.town.books.turn() as turn:
        return turn.all("letters")


def latest_order(works: Works) -> dict[str, Any]:
    with works.town.books.turn() as turn:
        return turn.all("orders")[-1]


class TestStart:
    def test_given_the_cast_when_the_town_is_entered_then_it_stands_there_with_reasons(
        self, page: FlaskClient, ann: int
    ) -> None:
        text = seen(page, "/")

        assert f'href="/people/{ann}"' in text
        assert "Three orders so far." in text

    def test_given_a_name_when_looked_for_then_case_does_not_matter(self, page: FlaskClient, ann: int) -> None:
        assert "Ann Okafor</b>" in seen(page, "/?q=oKAFOR")
        assert "Nobody by that name." in seen(page, "/?q=Zebedee")

    def test_given_markup_when_looked_for_then_it_is_only_text(self, page: FlaskClient) -> None:
        assert "<script>alert" not in page.get("/?q=<script>alert(1)</script>").text

    def test_given_any_page_when_answered_then_nothing_is_fetched_from_elsewhere(
        self, page: FlaskClient, ann: int
    ) -> None:
        answer = page.get(f"/people/{ann}")

        assert re.findall(r'(?:src|href)="(?!/|#|data:,)', answer.text) == []
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    @pytest.mark.parametrize("file", ["town.css", "town.js"])
    def test_given_its_own_files_when_asked_then_they_are_there(self, page: FlaskClient, file: str) -> None:
        with page.get(f"/page/{file}") as answer:
            assert answer.status_code == 200


class TestOrders:
    def test_given_three_orders_when_the_next_is_placed_then_the_page_calls_it_the_fourth(
        self, page: FlaskClient, ann: int
    ) -> None:
        assert "The fourth order" in seen(page, f"/people/{ann}")
        way_back = do(page, f"/people/{ann}/orders", amount="45.5", hearing="once")

        assert "is placed, Ann Okafor's fourth" in seen(page, way_back)
        assert "$45.50" in seen(page, way_back)

    def test_given_a_lost_webhook_when_the_call_is_shown_then_its_bytes_are_the_signed_ones(
        self, page: FlaskClient, ann: int
    ) -> None:
        text = page.get(do(page, f"/people/{ann}/orders", amount="45", hearing="lost")).text
        shown = re.search(r"<textarea[^>]*>(curl .*?)</textarea>", text, re.DOTALL)
        assert shown is not None
        call = shlex.split(unescape(shown[1]))

        headers = dict(word.split(": ", 1) for before, word in pairwise(call) if before == "-H")
        digest = hmac.digest(b"practice-secret", call[-1].encode(), hashlib.sha256)
        assert call[:4] == ["curl", "-i", "-X", "POST"]
        assert headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(digest).decode()
        assert headers["X-Shopify-Topic"] == "orders/paid"

    def test_given_five_times_when_ordered_then_one_webhook_goes_out_five_times(
        self, page: FlaskClient, works: Works, ann: int
    ) -> None:
        way_back = do(page, f"/people/{ann}/orders", amount="45", hearing="five")

        paid = [each["headers"]["X-Shopify-Webhook-Id"] for each in letters(works) if each["subject"] == "orders/paid"]
        assert (len(paid), len(set(paid))) == (5, 1)
        assert "orders/paid, 5 times" in seen(page, way_back)

    def test_given_a_guest_when_they_order_then_nobody_is_named(self, page: FlaskClient, ann: int) -> None:
        text = seen(page, do(page, "/guests/orders", amount="38", hearing="once"))

        assert "is placed, a guest's" in text

    def test_given_a_terminal_when_a_call_is_prepared_then_it_tells_of_a_fourth_order(
        self, page: FlaskClient, works: Works, ann: int
    ) -> None:
        text = seen(page, do(page, "/by-hand"))

        assert latest_order(works)["customer_id"] == ann
        assert "curl -i -X POST" in text

    def test_given_nobody_with_three_orders_when_a_call_is_prepared_then_the_page_says_so(
        self, page: FlaskClient, works: Works
    ) -> None:
        settle(works.town, orders=2)

        assert "Nobody is left with three orders." in page.post("/by-hand").text

    @pytest.mark.parametrize("amount", ["", "-5", "1,000", "45.123", "a lot", "1e3"])
    def test_given_no_amount_in_dollars_when_ordered_then_nothing_is_and_the_page_says_why(
        self, page: FlaskClient, works: Works, ann: int, amount: str
    ) -> None:
        before = latest_order(works)["id"]
        answer = page.post(f"/people/{ann}/orders", data={"amount": amount})

        assert (answer.status_code, latest_order(works)["id"]) == (400, before)
        assert "is no amount in dollars" in answer.text

    def test_given_a_line_at_no_price_when_shown_then_it_is_marked_as_the_gift(
        self, page: FlaskClient, works: Works, ann: int
    ) -> None:
        order = latest_order(works)
        candle = order["lines"][0] | {"id": 1, "title": "Small Candle", "price": 16_00, "discount": 16_00}
        with works.town.books.turn() as turn:
            turn.put("orders", order["id"], order | {"lines": [*order["lines"], candle]})

        assert re.search(
            r"Small Candle <span[^>]*>100 % off</span>.*<s>\$16.00</s> \$0.00", seen(page, f"/people/{ann}")
        )

    def test_given_an_order_when_the_warehouse_takes_and_sends_it_then_nothing_is_left_to_do(
        self, page: FlaskClient, works: Works, ann: int
    ) -> None:
        path = f"/orders/{latest_order(works)['id']}"
        for deed, state in (("take", "in the warehouse's hands"), ("send", "sent</span>")):
            assert state in seen(page, do(page, f"{path}/{deed}", back=path))

        assert "Cancel it" not in seen(page, path)
        assert page.post(f"{path}/cancel").status_code == 409

    def test_given_an_order_when_cancelled_then_the_money_goes_back(
        self, page: FlaskClient, works: Works, ann: int
    ) -> None:
        path = f"/orders/{latest_order(works)['id']}"

        text = seen(page, do(page, f"{path}/cancel", back=path))
        assert "cancelled</span>" in text
        assert "$45.00 given back" in text


class TestTickets:
    def test_given_the_bereaved_when_they_write_in_then_the_agent_reads_it(self, page: FlaskClient, ann: int) -> None:
        text = seen(page, do(page, f"/people/{ann}/tickets", subject="My mother's boots"))

        assert "<h1>My mother's boots</h1>" in text
        assert "She died before they came." in text

    def test_given_a_double_click_when_refunding_then_two_equal_calls_go_out(
        self, page: FlaskClient, works: Works, ann: int
    ) -> None:
        ticket = do(page, f"/people/{ann}/tickets", subject="Boots")
        text = seen(
            page, do(page, f"{ticket}/press", action="refund_keep", twice="yes", agent_email="sam@practice.example")
        )

        sent = [each["body"] for each in letters(works) if each["subject"] == "action"]
        assert (len(sent), len(set(sent))) == (2, 1)
        assert "Sam Okoye pressed “Refund & keep”, twice" in text

    def test_given_what_the_app_did_when_the_ticket_is_shown_then_tags_and_notes_are_on_it(
        self, page: FlaskClient, ann: int
    ) -> None:
        ticket = do(page, f"/people/{ann}/tickets", subject="Boots")
        api, login = f"/gorgias/practice/api{ticket}", ("lagniappe@practice.example", "practice-gorgias-key")
        page.post(f"{api}/tags", json={"names": ["vip-manual"]}, auth=login)
        note = {"channel": "internal-note", "via": "internal-note", "public": False, "from_agent": True}
        note |= {"sender": {"email": login[0]}, "body_text": "Refunded $45.00."}
        page.post(f"{api}/messages", json=note, auth=login)

        text = seen(page, ticket)
        assert "vip-manual</span>" in text
        assert re.search(r"Lagniappe</b> <span>Internal note.*Refunded \$45.00\.", text)

    def test_given_no_such_button_when_pressed_then_the_page_says_so(self, page: FlaskClient, ann: int) -> None:
        ticket = do(page, f"/people/{ann}/tickets", subject="Boots")

        assert page.post(f"{ticket}/press", data={"action": "fireworks"}).status_code == 400


class TestStream:
    def test_given_a_listener_when_an_order_is_placed_then_the_stream_shows_its_answer(self) -> None:
        with letter_box() as box:
            works = build(TownSettings(year=False, target=box.url), Books(None), Clock(None))
            ann, page = settle(works.town), works.flask.test_client()
            works.start()
            do(page, f"/people/{ann}/orders", amount="45", hearing="once")
            wait_until(lambda: all(each["state"] == "delivered" for each in letters(works)))

            text = seen(page, "/")
            works.close()
        assert "Ann Okafor placed #1004, $45.00" in text
        assert "answered 204" in text
        assert f'href="/shopify/{PRACTICE_SHOP}/admin/apps/lagniappe"' in text

    def test_given_a_weird_name_when_it_is_in_the_stream_then_it_is_only_text(
        self, page: FlaskClient, works: Works
    ) -> None:
        ann = settle(works.town, first_name="<img src=x>")
        do(page, f"/people/{ann}/orders", amount="45", hearing="once")

        assert "<img" not in page.get("/").text


class TestClock:
    def test_given_two_weeks_when_the_clock_goes_ahead_then_the_page_says_so(
        self, page: FlaskClient, works: Works
    ) -> None:
        assert do(page, "/clock", days="14", back="/?q=ann") == "/?q=ann"
        assert "14 days ahead of the real time" in seen(page, "/")
        assert works.town.clock.offset() == 14 * 86_400

    @pytest.mark.parametrize("days", ["", "0", "-1", "61", "soon"])
    def test_given_no_sensible_number_of_days_when_sent_then_the_clock_stays(
        self, page: FlaskClient, works: Works, days: str
    ) -> None:
        assert (page.post("/clock", data={"days": days}).status_code, works.town.clock.offset()) == (400, 0)


class TestDoor:
    @pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
    def test_given_a_way_back_to_elsewhere_when_done_then_it_leads_home(self, page: FlaskClient, back: str) -> None:
        assert do(page, "/clock", days="1", back=back) == "/"

    def test_given_another_site_when_it_posts_then_nothing_is_done(self, page: FlaskClient, works: Works) -> None:
        answer = page.post("/clock", data={"days": "1"}, headers={"Sec-Fetch-Site": "cross-site"})

        assert (answer.status_code, works.town.clock.offset()) == (403, 0)

    @pytest.mark.parametrize("path", ["/people/7", "/orders/7", "/tickets/7"])
    def test_given_nothing_by_that_number_when_asked_then_404_in_words(self, page: FlaskClient, path: str) -> None:
        answer = page.get(path)

        assert (answer.status_code, "in this town." in answer.text) == (404, True)


class TestWords:
    @pytest.mark.parametrize(
        ("minor", "currency", "said"),
        [(124_000, "USD", "$1,240.00"), (5, "USD", "$0.05"), (-150, "USD", "−$1.50"), (900, "JPY", "¥900")],
    )
    def test_given_an_amount_when_said_then_it_has_its_sign(self, minor: int, currency: str, said: str) -> None:
        assert words.money(minor, currency) == said

    @pytest.mark.parametrize(
        ("passed", "said"),
        [
            (timedelta(seconds=3), "just now"),
            (timedelta(seconds=59), "59 seconds ago"),
            (timedelta(minutes=1), "1 minute ago"),
            (timedelta(hours=23, minutes=59), "23 hours ago"),
            (timedelta(days=14), "14 days ago"),
            (timedelta(days=15), "on 6 November 2026"),
        ],
    )
    def test_given_a_time_when_said_then_it_is_said_as_one_would(self, passed: timedelta, said: str) -> None:
        assert words.ago(NOW - passed, NOW) == said

    @pytest.mark.parametrize(
        ("number", "said"), [(3, "third"), (4, "fourth"), (11, "11th"), (21, "21st"), (112, "112th")]
    )
    def test_given_a_number_when_counted_then_it_ends_rightly(self, number: int, said: str) -> None:
        assert words.ordinal(number) == said


@pytest.mark.parametrize(("what", "topic"), [("copy", "customers/data_request"), ("erasure", "customers/redact")])
def test_given_a_person_when_they_ask_about_their_data_then_the_store_passes_it_on(
    works: Works, page: FlaskClient, ann: int, what: str, topic: str
) -> None:
    assert do(page, f"/people/{ann}/{what}") == f"/people/{ann}"

    with works.town.books.turn() as turn:
        assert [letter["subject"] for letter in turn.all("letters")] == [topic]
    assert "What is kept on Ann" in seen(page, f"/people/{ann}")
