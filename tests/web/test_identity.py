"""Who is let in to the merchant's pages, whose shop they see, and who may show those pages in a frame."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from app.domain.effects import State
from app.web import create_app
from app.web.identity import RETRY
from tests.builders import MINUTE, gift_line, order, planned, tag
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

HOST = "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvbGFnbmlhcHBlLXByYWN0aWNl"
OPENED = {"embedded": "1", "host": HOST, "locale": "en", "shop": "lagniappe-practice.myshopify.com"}
PROVING = {"hmac": "00ff", "session": "s1", "timestamp": "1795219200"}
PROCFILE = Path(__file__).parents[2] / "Procfile"
CSP = "Content-Security-Policy"


def opened(desk: Desk, path: str = "/", **query: str) -> TestResponse:
    """Open a page as the admin does: in a frame, with everything in its address."""
    return desk.browser.get(path, query_string=OPENED | PROVING | query, headers={"Sec-Fetch-Dest": "iframe"})


def addresses(desk: Desk, deed: int = 1, request: int = 1) -> list[tuple[str, str]]:
    """Return method and path of everything that a merchant can open or press, as the URL map knows it."""
    numbers = {"effect_id": deed, "order_id": 1001, "customer_id": 55, "rule": "flowers", "request_id": request}
    numbers |= {"pool": "team", "agent_id": 1, "kind": "gorgias", "template_id": 1, "gift_id": 1, "variant_id": 1}
    numbers |= {"campaign_id": 1, "shield_id": 1, "reader_id": 1}
    numbers |= {"month": "2026-11"}
    adapter = create_app(desk.world).url_map.bind("localhost")
    found = []
    for rule in adapter.map.iter_rules():
        if rule.endpoint.startswith("merchant."):
            values = {name: numbers[name] for name in rule.arguments}
            path = adapter.build(rule.endpoint, values)
            found += [(method, path) for method in (rule.methods or set()) & {"GET", "POST"}]
    return sorted(found)


def test_given_a_good_token_when_fetched_or_opened_with_it_then_the_page_is_there(desk: Desk) -> None:
    assert desk.ask("/ledger").status_code == 200
    assert opened(desk, "/ledger", id_token=desk.token()).status_code == 200


SPOILT: dict[str, dict[str, object]] = {
    "over": {"exp": 1},
    "endless": {"exp": 4_000_000_000},
    "of another app": {"aud": "another"},
    "of a look-alike": {"dest": "https://lagniappe-practice.myshopify.com.evil.example"},
    "of two shops": {"iss": "https://twin.myshopify.com/admin"},
    "user a number": {"sub": 42},
    "shop a number": {"dest": 7},
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_given_a_spoilt_token_when_fetched_or_pressed_with_it_then_a_fresh_one_is_asked_for(
    desk: Desk, spoilt: dict[str, object]
) -> None:
    headers = {"Authorization": f"Bearer {desk.token(**spoilt)}"}

    answers = [
        desk.browser.get("/", headers=headers),
        desk.browser.post("/pause", data={"paused": "1"}, headers=headers),
    ]

    assert [(answer.status_code, answer.headers[RETRY]) for answer in answers] == [(401, "1")] * 2
    assert "Everything is stopped." not in desk.open()


@pytest.mark.parametrize(
    "shape", ["{}", "bearer {}", "Bearer  {}", "Bearer {0},{0}", "Bearer {0} {0}", "Basic {}", "Bearer"]
)
def test_given_a_header_that_is_not_to_the_letter_when_fetched_then_a_fresh_token_is_asked_for(
    desk: Desk, shape: str
) -> None:
    answer = desk.browser.get("/", headers={"Authorization": shape.format(desk.token())})

    assert (answer.status_code, answer.headers[RETRY]) == (401, "1")


def test_given_a_fetch_without_any_token_when_asked_then_it_is_not_sent_elsewhere(desk: Desk) -> None:
    assert desk.browser.get("/", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401


def test_given_a_planted_address_when_it_presses_with_its_token_then_nothing_moves(desk: Desk) -> None:
    answer = desk.browser.post(f"/pause?id_token={desk.token()}", data={"paused": "1"})

    assert answer.status_code == 401
    assert "Everything is stopped." not in desk.open()


@pytest.mark.parametrize("stale", [True, False])
def test_given_a_page_opened_without_a_good_token_when_asked_then_it_is_bounced_and_no_proof_is_handed_on(
    desk: Desk, stale: bool
) -> None:
    token = desk.token(exp=1) if stale else ""

    answer = opened(desk, "/ledger", q="#1001", id_token=token)

    place = urlsplit(answer.location)
    query = dict(parse_qsl(place.query))
    back = urlsplit(query.pop("shopify-reload"))
    assert (answer.status_code, place.netloc, place.path, query) == (302, "", "/session-token-bounce", OPENED)
    assert (back.path, dict(parse_qsl(back.query))) == ("/ledger", OPENED | {"q": "#1001", "bounced": "1"})


def test_given_a_page_that_was_bounced_when_the_fresh_token_is_no_good_either_then_it_says_so_and_stops(
    desk: Desk,
) -> None:
    answer = opened(desk, "/", id_token=desk.token(aud="another"), bounced="1")

    assert answer.status_code == 401
    assert "Please open Lagniappe again" in answer.text


@pytest.mark.parametrize("page", ["/", "/ledger", "/ledger?q=%231001&state=done&bounced=1", "/orders/1001"])
def test_given_a_page_of_ours_when_bounced_to_then_app_bridge_comes_first_and_nothing_else_runs(
    desk: Desk, page: str
) -> None:
    answer = desk.browser.get("/session-token-bounce", query_string=OPENED | {"shopify-reload": page})

    head = answer.text.partition("</head>")[0]
    assert answer.status_code == 200
    assert re.findall(r"<script[^>]*>", head) == ['<script src="https://cdn.shopify.com/shopifycloud/app-bridge.js">']
    assert '<meta name="shopify-api-key" content="practice-client">' in head.partition("<script")[0]


@pytest.mark.parametrize(
    "page",
    ["", "//evil.example", "/\\evil.example", "\\\\evil.example", "/%2Fevil.example", "/%2f%2fevil.example", "/%5Cevil",
     "javascript:alert(1)", "JaVaScRiPt:alert(1)", "https://evil.example/", "http:/evil", "ledger", "/ledger\r\nX: y",
     "/\t/evil.example", " /ledger", "/ledger#//evil", "/ledger?q=<script>", "/@evil.example", "/..//evil.example",
     "/../ledger", "/session-token-bounce", "/healthz", "/no-such-page", "/ledger?" + "q" * 5_000, "/léger"],
)  # fmt: skip
def test_given_a_way_back_that_is_no_page_of_ours_when_bounced_then_it_is_refused(desk: Desk, page: str) -> None:
    answer = desk.browser.get("/session-token-bounce", query_string={"shopify-reload": page})

    assert (answer.status_code, answer.location) == (400, None)


@pytest.mark.parametrize("path", ["/", "/session-token-bounce"])
@pytest.mark.parametrize(
    "query",
    [{"shop": "x.myshopify.com.evil.com"}, {"shop": "x.evil.com"}, {"shop": "x#@evil"}, {"shop": "x" * 5_000},
     {"shop": ""}, {"host": "%%%"}, {"host": "a"}, {"host": ""}, {"host": "/////w=="}, {"host": "é"}],
)  # fmt: skip
def test_given_a_shop_or_a_host_that_cannot_be_when_asked_then_it_is_refused_and_leads_nowhere(
    desk: Desk, path: str, query: dict[str, str]
) -> None:
    answer = desk.browser.get(path, query_string={"shopify-reload": "/"} | query, headers=desk.proof())

    assert (answer.status_code, answer.location) == (400, None)
    assert "frame-ancestors 'none'" in answer.headers[CSP]


@pytest.mark.parametrize("path", ["/", "/ledger", "/fragments/today", "/orders/9"])
def test_given_who_looks_is_known_when_answered_then_only_their_own_admin_may_frame_it(desk: Desk, path: str) -> None:
    answer = desk.ask(f"{path}?{urlencode({'shop': 'twin.myshopify.com'})}")

    assert answer.headers[CSP] == (
        "default-src 'none'; style-src 'self'; script-src 'self' https://cdn.shopify.com; img-src 'self' data:;"
        " connect-src 'self' https://cdn.shopify.com; form-action 'self'; base-uri 'none';"
        " frame-ancestors https://lagniappe-practice.myshopify.com https://admin.shopify.com"
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert not {"X-Frame-Options", "Set-Cookie"} & set(answer.headers.keys())


@pytest.mark.parametrize("path", ["/healthz", "/no-such-page", "/?shop=evil"])
def test_given_what_is_nobodys_page_when_answered_then_nobody_may_frame_it(desk: Desk, path: str) -> None:
    policy = desk.browser.get(path).headers[CSP]

    assert "frame-ancestors 'none'" in policy
    assert "cdn.shopify.com" not in policy


def test_given_any_page_when_opened_then_app_bridge_is_the_first_script_and_waits_for_nothing(desk: Desk) -> None:
    first, *ours, last = re.findall(r"<script[^>]*>", desk.open())

    assert first == '<script src="https://cdn.shopify.com/shopifycloud/app-bridge.js">'
    assert [one.partition("=")[2].partition(" ")[0] for one in ours] == ['"module"', '"module"']
    assert last == '<script defer src="https://cdn.shopify.com/shopifycloud/polaris-1.js">'


@pytest.mark.parametrize(
    ("polaris", "scripts", "tags"),
    [("https://their.example/polaris.js", "https://cdn.shopify.com https://their.example", 1),
     ("", "https://cdn.shopify.com", 0)],
)  # fmt: skip
def test_given_polaris_from_elsewhere_or_none_when_a_page_is_opened_then_scripts_come_from_there_alone(
    desk: Desk, polaris: str, scripts: str, tags: int
) -> None:
    settings = desk.world.settings.model_copy(update={"polaris_url": polaris})
    browser = create_app(replace(desk.world, settings=settings)).test_client()

    answer = browser.get("/ledger", headers=desk.proof())

    assert f"script-src 'self' {scripts};" in answer.headers[CSP]
    assert "connect-src 'self' https://cdn.shopify.com;" in answer.headers[CSP]
    assert answer.text.count("<script defer") == tags


def test_given_everything_a_merchant_can_open_or_press_when_asked_without_a_token_then_none_of_it_answers(
    desk: Desk,
) -> None:
    answers = {(method, path): desk.browser.open(path, method=method).status_code for method, path in addresses(desk)}

    assert answers == {asked: 302 if asked[0] == "GET" else 401 for asked in answers}
    assert len(answers) > 10


def test_given_everything_a_merchant_can_open_or_press_when_another_shop_does_then_it_sees_and_moves_nothing(
    desk: Desk,
) -> None:
    desk.buy(order(name="#CANARY"))
    deed = desk.plan(planned(gift_line(title="CANARY"), ask_first="CANARY"), rule="nth_order_gift", because="CANARY")
    desk.misunderstand("CANARY")
    request = desk.hand_over("CANARY")
    twin, before = desk.twin(), desk.open()

    answers = [
        twin.browser.open(path, method=method, headers=twin.proof()) for method, path in addresses(desk, deed, request)
    ]

    assert [answer.request.path for answer in answers if "CANARY" in answer.text] == []
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert desk.state(deed) is State.AWAITING
    assert desk.open() == before


HOSTILE = {
    "nothing": b"",
    "NUL": b"\x00",
    "no UTF-8": b"\xff\xfe",
    "a lone surrogate": "\ud800".encode("utf-8", "surrogatepass"),
    "right to left": "\u202e".encode(),
    "markup": b"<script>{{7*7}}</script>",
    "a query": b"' OR 1=1 --",
    "a huge number": b"9" * 400,
    "digits of another script": "٣".encode(),
    "much": b"x" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_given_hostile_text_in_every_parameter_when_anything_is_opened_or_pressed_then_nothing_breaks(
    desk: Desk, text: bytes
) -> None:
    names = ["q", "state", "rule", "code", "before", "said", "back", "mode", "paused", "reference", "edition", "what",
             "special_customer.tag", "nth_order_gift.variants", "team_monthly_minor", "name", "email", "role", "active",
             "kind", "number", "account", "user", "key", "words", "sympathy", "do", "vendor", "sku", "size", "title",
             "cost", "photo", "countries", "country", "stock", "flag_food",
             "measure", "ordinal", "every", "amount"]  # fmt: skip
    sent = "&".join(f"{name}={quote(text)}" for name in names)

    answers = {}
    for method, path in addresses(desk):
        form: dict[str, Any] = {"data": sent, "content_type": "application/x-www-form-urlencoded"}
        where = {"query_string": sent} if method == "GET" else form
        answers[method, path] = desk.browser.open(path, method=method, headers=desk.proof(), **where).status_code

    assert {asked: status for asked, status in answers.items() if status >= 500} == {}


def test_given_another_shops_name_in_every_parameter_when_asked_then_the_token_alone_counts(desk: Desk) -> None:
    desk.plan(planned(tag(tag="ours")))
    twin = desk.twin()

    page = twin.ask(f"/ledger?{urlencode({'shop': desk.merchant.domain, 'dest': desk.merchant.domain})}").text

    assert "ours" not in page
    assert "Twin" in page


def test_given_a_token_when_a_minute_has_gone_by_then_it_opens_nothing_any_more(desk: Desk) -> None:
    headers = desk.proof()
    desk.clock.forward(2 * MINUTE)

    assert desk.browser.get("/", headers=headers).status_code == 401
