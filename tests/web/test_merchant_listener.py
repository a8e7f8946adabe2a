"""The merchant's tool that is told of hard times: named on the page of settings, known by a secret, told no more."""

import pytest

from app.store import connections
from app.store.base import reading
from app.store.connections import Account
from integrations.registry import LISTENER
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

URL = "https://tool.example/quiet"


def kept(desk: Desk) -> Account | None:
    with reading(desk.world.sessions) as session:
        return connections.account(session, shop_id=desk.merchant.id, kind=LISTENER, seal=desk.world.seal)


def test_given_a_tools_address_when_named_then_the_page_shows_it_with_a_secret_of_its_own(desk: Desk) -> None:
    answer = desk.press("/settings/listener", listener=f" {URL} ")

    assert answer.status_code == 303
    account = kept(desk)
    assert account is not None
    assert (account.account, account.key.startswith("whsec_")) == (URL, True)
    page = desk.open("/settings")
    assert URL in page
    assert account.key in page


def test_given_another_address_when_named_then_the_secret_stays(desk: Desk) -> None:
    desk.press("/settings/listener", listener=URL)
    before = kept(desk)
    desk.press("/settings/listener", listener="https://other.example/")

    after = kept(desk)
    assert before is not None
    assert after is not None
    assert (after.account, after.key) == ("https://other.example/", before.key)


@pytest.mark.parametrize("url", ["http://tool.example/", "https://10.0.0.1/", "https://a@tool.example/", "tool", ""])
def test_given_an_address_that_leads_inside_or_nowhere_when_named_then_nothing_is_kept(desk: Desk, url: str) -> None:
    assert desk.press("/settings/listener", listener=url).status_code == 422
    assert kept(desk) is None


def test_given_a_tool_when_forgotten_then_its_secret_is_gone_and_another_has_a_new_one(desk: Desk) -> None:
    desk.press("/settings/listener", listener=URL)
    before = kept(desk)
    for _ in range(2):
        assert desk.press("/settings/listener/forget").status_code == 303
    assert kept(desk) is None

    desk.press("/settings/listener", listener=URL)

    after = kept(desk)
    assert before is not None
    assert after is not None
    assert after.key != before.key
