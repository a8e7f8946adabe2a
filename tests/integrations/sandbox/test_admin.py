"""The admin's frame around the app, and what App Bridge's stand-in asks for inside of it."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from integrations.sandbox.books import Books
from integrations.sandbox.clock import Clock
from integrations.sandbox.serve import build
from integrations.sandbox.store.shops import NewShop, open_shop
from integrations.sandbox.town import PRACTICE_CLIENT_ID, PRACTICE_SECRETS, PRACTICE_SHOP, TownSettings
from integrations.shopify import id_token

APP = "http://127.0.0.1:8765"
TWIN = "twin.myshopify.com"


@pytest.fixture
def clock() -> Clock:
    return Clock(None)


@pytest.fixture
def admin(clock: Clock) -> Iterator[FlaskClient]:
    works = build(TownSettings(year=False, target=APP), Books(None), clock)
    with works.town.books.turn() as turn:
        open_shop(turn, NewShop(domain=TWIN, token="t", name="Twin", scopes=["read_orders"]))
    yield works.flask.test_client()
    works.town.books.close()


def shop_of(token: str, clock: Clock) -> str:
    return id_token.read(token, secrets=PRACTICE_SECRETS, client_id=PRACTICE_CLIENT_ID, now=clock.now()).shop


def test_given_a_shop_when_its_admin_opens_the_app_then_the_frame_brings_all_that_the_real_one_does(
    admin: FlaskClient, clock: Clock
) -> None:
    answer = admin.get(f"/shopify/{TWIN}/admin/apps/lagniappe/ledger")

    framed = urlsplit(unescape(re.findall(r'<iframe[^>]* src="([^"]+)"', answer.text)[0]))
    query = dict(parse_qsl(framed.query))
    assert f"{framed.scheme}://{framed.netloc}{framed.path}" == f"{APP}/ledger"
    assert (shop_of(query["id_token"], clock), query["shop"], query["embedded"]) == (TWIN, TWIN, "1")
    assert f"frame-src {APP}" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("asked", "meant"), [("", PRACTICE_SHOP), (TWIN, TWIN)])
def test_given_a_shop_or_none_when_the_app_asks_for_a_token_then_it_is_that_shops_or_the_practice_ones(
    admin: FlaskClient, clock: Clock, asked: str, meant: str
) -> None:
    answer = admin.get(f"/shopify/app-bridge/id-token?shop={asked}", headers={"Origin": APP})

    assert shop_of(answer.get_json()["id_token"], clock) == meant
    assert answer.headers["Access-Control-Allow-Origin"] == APP


@pytest.mark.parametrize(
    ("origin", "path"), [("http://evil.example", "/shopify/app-bridge/id-token"), (APP, "/town/cast")]
)
def test_given_a_strangers_page_or_another_room_when_asked_for_then_it_is_refused(
    admin: FlaskClient, origin: str, path: str
) -> None:
    assert admin.get(path, headers={"Origin": origin}).status_code == 403


def test_given_a_missing_scope_when_the_merchant_grants_it_then_the_shop_lets_the_app(admin: FlaskClient) -> None:
    granted = admin.post(f"/shopify/app-bridge/scopes?shop={TWIN}", data={"scope": ["write_customers"]}).get_json()

    assert granted == admin.get(f"/shopify/app-bridge/scopes?shop={TWIN}").get_json()
    assert granted["granted"] == ["read_customers", "read_orders", "write_customers"]


def test_given_no_such_shop_when_its_admin_is_opened_then_there_is_none(admin: FlaskClient) -> None:
    assert admin.get("/shopify/none.myshopify.com/admin/apps/lagniappe").status_code == 404


def test_given_a_customer_when_looked_up_in_the_admin_then_the_town_shows_the_same_one(admin: FlaskClient) -> None:
    answer = admin.get("/store/twin/customers/4300000001")

    assert (answer.status_code, answer.location) == (302, "/people/4300000001")
