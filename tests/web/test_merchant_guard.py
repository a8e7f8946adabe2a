"""The practice pages stay at home: no stranger's name, no stranger's machine, no stranger's page."""

import pytest

from app.web import create_app
from jobs.runtime import World
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

PATHS = ["/", "/fragments/today", "/ledger", "/decisions", "/orders/1", "/customers/1", "/practice/summary"]
OURS = "http://localhost"


def test_given_the_names_of_this_machine_when_asked_under_them_then_the_page_opens(desk: Desk) -> None:
    names = ["127.0.0.1", "127.0.0.1:8765", "localhost:1", "LOCALHOST", "[::1]", "[::1]:8765"]

    answers = {name: desk.browser.get("/ledger", headers={"Host": name}).status_code for name in names}

    assert answers == dict.fromkeys(names, 200)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8765", "localhost.", "10.0.0.5:8765", "::1"])
def test_given_another_name_when_asked_under_it_then_every_page_is_shut(desk: Desk, host: str) -> None:
    answers = [desk.browser.get(path, headers={"Host": host}).status_code for path in PATHS]

    assert answers == [403] * len(PATHS)


@pytest.mark.parametrize("address", ["10.0.0.7", "::ffff:10.0.0.7", "203.0.113.9", ""])
def test_given_another_machine_when_it_asks_under_our_name_then_the_page_is_shut(desk: Desk, address: str) -> None:
    assert desk.browser.get("/", environ_overrides={"REMOTE_ADDR": address}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": OURS},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": OURS},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    ],
)
def test_given_our_own_page_when_it_posts_then_it_may(desk: Desk, headers: dict[str, str]) -> None:
    assert desk.browser.post("/pause", data={"paused": "0"}, headers=headers).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:8766"},
        {"Origin": "https://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": OURS},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    ],
)
def test_given_a_strangers_page_when_it_posts_then_nothing_moves(desk: Desk, headers: dict[str, str]) -> None:
    answer = desk.browser.post("/pause", data={"paused": "1"}, headers=headers)

    assert answer.status_code == 403
    assert "Everything is stopped." not in desk.open()


def test_given_a_page_when_opened_then_no_other_site_may_frame_it_or_learn_its_address(desk: Desk) -> None:
    headers = desk.browser.get("/").headers

    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_given_no_practice_when_pages_are_asked_for_then_there_are_none(world: World) -> None:
    client = create_app(world).test_client()

    answers = [client.get(path).status_code for path in PATHS]

    assert answers == [404] * len(PATHS)
