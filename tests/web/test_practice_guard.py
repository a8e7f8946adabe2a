"""What is told about the practice stays at home: no stranger's name, no stranger's machine."""

import pytest

from app.web import create_app
from jobs.runtime import World
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

SUMMARY = "/practice/summary"


def test_given_the_names_of_this_machine_when_asked_under_them_then_it_is_told(desk: Desk) -> None:
    names = ["127.0.0.1", "127.0.0.1:8765", "localhost:1", "LOCALHOST", "[::1]", "[::1]:8765"]

    answers = {name: desk.browser.get(SUMMARY, headers={"Host": name}).status_code for name in names}

    assert answers == dict.fromkeys(names, 200)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8765", "localhost.", "10.0.0.5:8765", "::1"])
def test_given_another_name_when_asked_under_it_then_nothing_is_told(desk: Desk, host: str) -> None:
    assert desk.browser.get(SUMMARY, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("address", ["10.0.0.7", "::ffff:10.0.0.7", "203.0.113.9", ""])
def test_given_another_machine_when_it_asks_under_our_name_then_nothing_is_told(desk: Desk, address: str) -> None:
    assert desk.browser.get(SUMMARY, environ_overrides={"REMOTE_ADDR": address}).status_code == 403


def test_given_no_practice_when_it_is_asked_about_then_there_is_nothing(world: World) -> None:
    assert create_app(world).test_client().get(SUMMARY).status_code == 404
