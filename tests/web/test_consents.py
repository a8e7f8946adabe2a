"""The way to a helpdesk and back, as browsers see it: where it begins, its one cookie, and who is turned away."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from app.store import connections
from app.store.base import reading
from app.web import consents, create_app
from integrations import registry
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

KIND = registry.FIRST_HELPDESK
SAID = {"account": "acme", "user": "lea@acme.example"}
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def app_there(desk: Desk) -> Desk:
    """The merchant's desk in a house that has an app at the helpdesk."""
    chosen = desk.world.settings.model_copy(update={"helpdesk_apps": SecretStr(f"{KIND}=our-id:our-secret")})
    world = replace(desk.world, settings=chosen)
    return replace(desk, world=world, browser=create_app(world).test_client())


def planned(desk: Desk) -> str:
    """Press on the merchant's page; return the code with which the way begins."""
    page = desk.press(f"/helpdesks/{KIND}/consent", **SAID).text
    return page.partition('name="trip" value="')[2].partition('"')[0]


def begun(desk: Desk, code: str, **headers: str) -> TestResponse:
    return stranger(desk).post("/consents/start", data={"trip": code}, headers=SAME | headers)


def stranger(desk: Desk) -> FlaskClient:
    """Return a browser that has been nowhere yet."""
    return create_app(desk.world).test_client(use_cookies=False)


def test_given_no_app_of_ours_there_when_the_page_is_opened_then_only_a_key_is_asked_for(desk: Desk) -> None:
    assert f'action="/helpdesks/{KIND}/connect"' in desk.open("/helpdesks")
    assert "Connect with a click" not in desk.open("/helpdesks")
    assert desk.press(f"/helpdesks/{KIND}/consent", **SAID).status_code == 404


def test_given_an_app_of_ours_when_the_merchant_presses_then_the_way_begins_in_a_tab_of_its_own(
    app_there: Desk,
) -> None:
    assert "Connect with a click" in app_there.open("/helpdesks")

    page = app_there.press(f"/helpdesks/{KIND}/consent", **SAID).text
    assert '<form method="post" action="/consents/start" target="_blank">' in page
    assert len(planned(app_there)) > 40


@pytest.mark.parametrize("odd", [{"account": "a/b"}, {"account": "x@evil.example"}, {"account": ""}, {"user": ""}])
def test_given_what_is_no_account_when_pressed_then_no_way_begins(app_there: Desk, odd: dict[str, str]) -> None:
    assert app_there.press(f"/helpdesks/{KIND}/consent", **SAID | odd).status_code == 422


def test_given_a_merchant_who_sets_out_when_shown_then_the_page_names_both_ends_and_the_browser_has_the_only_cookie(
    app_there: Desk,
) -> None:
    answer = begun(app_there, planned(app_there))

    assert answer.status_code == 200
    assert "acme" in answer.text
    assert app_there.merchant.domain in answer.text
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, _, rest = cookie.partition("=")
    assert name == consents.COOKIE == "__Host-lagniappe-consent"
    marks = {part.strip() for part in rest.split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= marks
    assert not any(mark.startswith("Domain") for mark in marks)
    link = answer.text.partition('id="go"')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()}
    assert link.startswith(registry.HELPDESKS[KIND].origin.replace("{account}", "acme") + "/oauth/authorize?")
    assert (asked["response_type"], asked["client_id"]) == ("code", "our-id")
    assert asked["redirect_uri"] == f"{app_there.world.home}/consents/{KIND}/back"
    assert rest.partition(";")[0] not in answer.text
    assert "our-secret" not in answer.text


@pytest.mark.parametrize("site", ["none", "cross-site", "same-site", "", "same-origin, cross-site"])
def test_given_a_strangers_page_or_a_link_in_a_mail_when_it_would_begin_a_way_then_none_begins_and_no_cookie_is_set(
    app_there: Desk, site: str
) -> None:
    code = planned(app_there)
    answer = begun(app_there, code, **{"Sec-Fetch-Site": site})

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert begun(app_there, code).status_code == 200  # the merchant's own press still begins it


@pytest.mark.parametrize("code", ["", "made-up", "x" * 100_000])
def test_given_a_code_that_begins_nothing_when_brought_then_it_is_said_and_no_cookie_is_set(
    app_there: Desk, code: str
) -> None:
    answer = begun(app_there, code)

    assert answer.status_code == 410
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "query", ["", "?state=a&code=b", "?error=access_denied&state=a", f"?state={'x' * 5_000}&code=b", "?state=%00"]
)
@pytest.mark.parametrize("cookie", ["", "made-up", "x" * 5_000])
def test_given_somebody_whom_nobody_saw_setting_out_when_back_then_nothing_is_bound(
    app_there: Desk, query: str, cookie: str
) -> None:
    worn = {"Cookie": f"{consents.COOKIE}={cookie}"} if cookie else {}
    answer = stranger(app_there).get(f"/consents/{KIND}/back{query}", headers=worn)

    assert answer.status_code == 403
    assert "We did not see you set out" in answer.text
    with reading(app_there.world.sessions) as session:
        assert connections.accounts(session, shop_id=app_there.merchant.id, seal=app_there.world.seal) == {}


def test_given_a_merchant_who_begins_at_the_helpdesk_when_there_then_the_page_says_where_it_begins(
    app_there: Desk,
) -> None:
    answer = stranger(app_there).get(f"/consents/{KIND}?account=acme")

    assert "Open Lagniappe in your Shopify admin" in answer.text
    assert "acme" not in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("kind", ["signed_hook", "florist", "nobody"])
def test_given_what_lets_nobody_in_with_a_click_when_opened_then_there_is_nothing(app_there: Desk, kind: str) -> None:
    for path in (f"/consents/{kind}", f"/consents/{kind}/back?state=a&code=b"):
        assert stranger(app_there).get(path).status_code == 404


def test_given_every_other_page_when_opened_then_none_sets_a_cookie(app_there: Desk) -> None:
    adapter = create_app(app_there.world).url_map.bind("localhost")
    paths = {adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, 1)) for rule in adapter.map.iter_rules()}

    assert len(paths) > 40
    for path in sorted(paths):
        for answer in (stranger(app_there).get(path), stranger(app_there).post(path)):
            assert "Set-Cookie" not in answer.headers, path
