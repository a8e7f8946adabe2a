"""The month's story by mail, as it is asked for on the settings page and left there, or by the link in a mail."""

from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient

from app.domain.mail import Mail
from app.store import story_mails
from app.store.base import reading
from app.store.shops import Merchant
from app.store.story_mails import Reader
from app.web import create_app
from jobs import links
from jobs.runtime import World
from tests.builders import SettableClock
from tests.web.conftest import CompiledOnce
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

OWNER = "owner@x.example"


@dataclass
class Nobody:
    """A mail server in name."""

    def carry(self, mail: Mail) -> None:
        raise AssertionError(mail)


@pytest.fixture
def mailed(practice: World, shop: Merchant, compiled_once: CompiledOnce, clock: SettableClock) -> Desk:
    """Return the desk of a shop in a house that can send mails."""
    here = replace(practice, postman=Nobody())
    app = create_app(here)
    app.jinja_env.bytecode_cache = compiled_once
    return Desk(world=here, merchant=shop, browser=app.test_client(), clock=clock)


def readers(desk: Desk) -> list[Reader]:
    with reading(desk.world.sessions) as session:
        return story_mails.readers(session, shop_id=desk.merchant.id, seal=desk.world.seal)


def asked(desk: Desk) -> str:
    """Let the owner be told; return the way by which they want no more."""
    desk.press("/settings/story", address=f" {OWNER} ")
    (reader,) = readers(desk)
    return f"/no-more-stories/{links.sealed(desk.world.seal, 'story.leave', desk.merchant.id, reader.id)}"


def test_given_an_address_when_named_then_the_page_shows_it_and_one_press_takes_it_out(mailed: Desk) -> None:
    assert OWNER not in mailed.open("/settings")
    asked(mailed)
    (reader,) = readers(mailed)
    page = mailed.open("/settings?said=story_asked")
    assert OWNER in page
    assert "Will be told at the beginning of next month." in page

    answer = mailed.press(f"/settings/story/{reader.id}/leave")
    assert (answer.status_code, readers(mailed)) == (303, [])
    assert OWNER not in mailed.open("/settings")


@pytest.mark.parametrize("address", ["", "owner", "a@x.example, b@x.example"])
def test_given_what_is_no_address_when_named_then_a_sentence_says_so(mailed: Desk, address: str) -> None:
    answer = mailed.press("/settings/story", address=address)

    assert answer.status_code == 422
    assert "Please give one e-mail address" in answer.text


def test_given_five_addresses_when_a_sixth_is_named_then_there_is_no_room(mailed: Desk) -> None:
    answers = [mailed.press("/settings/story", address=f"{number}@x.example").status_code for number in range(6)]

    assert answers == [303] * 5 + [422]


def test_given_a_house_without_a_mail_server_when_opened_then_it_says_so_and_takes_none(desk: Desk) -> None:
    assert "named no mail server" in desk.open("/settings")
    assert desk.press("/settings/story", address=OWNER).status_code == 422


def test_given_another_shops_reader_when_pressed_then_they_are_told_as_before(mailed: Desk) -> None:
    asked(mailed)
    (reader,) = readers(mailed)

    mailed.twin().press(f"/settings/story/{reader.id}/leave")
    assert len(readers(mailed)) == 1


def test_given_the_link_of_a_mail_when_opened_then_only_a_press_changes_anything_and_nobody_signs_in(
    mailed: Desk,
) -> None:
    way, stranger = asked(mailed), FlaskClient(mailed.browser.application, mailed.browser.response_wrapper)

    page = stranger.get(way)
    assert (page.status_code, len(readers(mailed))) == (200, 1)
    assert OWNER not in page.text
    for _ in range(2):
        assert "You are sent none any more" in stranger.post(way).text
    assert readers(mailed) == []


def test_given_a_mail_programs_own_button_when_pressed_then_it_is_enough(mailed: Desk) -> None:
    way = asked(mailed)

    assert mailed.browser.post(way, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert readers(mailed) == []


def test_given_a_link_that_leads_to_nobody_when_opened_or_pressed_then_it_is_over(mailed: Desk) -> None:
    asked(mailed)
    forged = links.sealed(mailed.world.seal, "address.link", mailed.merchant.id, 1)

    for way in (f"/no-more-stories/{forged}", "/no-more-stories/x"):
        assert [mailed.browser.get(way).status_code, mailed.browser.post(way).status_code] == [404, 404]
    assert len(readers(mailed)) == 1
