"""What is off for want of a scope: the page says what, why, and where to grant it."""

from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.domain.scopes import NEEDED
from app.store import grants
from app.store.base import unit_of_work
from app.web import rights
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

ALL = frozenset[str]().union(*NEEDED.values())


def grant(desk: Desk, scopes: frozenset[str]) -> str:
    """Let the store grant so much; return today's page."""
    with unit_of_work(desk.world.sessions) as session:
        grants.set_scopes(session, shop_id=desk.merchant.id, scopes=scopes)
    return unescape(desk.open())


@pytest.mark.parametrize("feature", list(NEEDED))
def test_given_every_feature_when_it_lacks_a_scope_then_there_are_words_for_it(database: str, feature: str) -> None:
    assert feature in rights._FEATURES


def test_given_every_scope_when_today_is_opened_then_nothing_is_off(desk: Desk) -> None:
    assert "Off, for want of access" not in grant(desk, ALL)


def test_given_a_missing_scope_when_today_is_opened_then_only_what_needs_it_is_off_and_can_be_granted(
    desk: Desk,
) -> None:
    page = grant(desk, ALL - {"write_store_credit_account_transactions"})

    assert page.count("Grant access</a>") == 1
    assert "Agents cannot give store credit." in page
    assert 'data-grants="write_store_credit_account_transactions"' in page


def test_given_no_app_bridge_when_access_is_granted_then_the_link_leads_to_the_stores_own_question(desk: Desk) -> None:
    page = grant(desk, ALL - {"read_all_orders"})

    place = urlsplit(page.partition('class="button" href="')[2].partition('"')[0])
    assert "works on the last 60 days" in page
    assert f"{place.netloc}{place.path}" == "admin.shopify.com/store/lagniappe-practice/oauth/install"
    assert dict(parse_qsl(place.query)) == {"client_id": "practice-client", "optional_scopes": "read_all_orders"}
