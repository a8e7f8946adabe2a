"""`bench page`: how long our own side of every page of the merchant takes, in a shop with a year behind it."""

import argparse
from dataclasses import replace

import structlog
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from app.web import create_app
from app.web.language import HEADER
from bench import books, shop
from bench.databases import both
from bench.report import keeps, seconds
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import TownSettings
from jobs.languages import FRENCH
from jobs.runtime import World

GOAL_MS = 150
DOMAIN = "bench.myshopify.com"


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a page is too slow."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench page", description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--deeds", type=int, default=30_000)
    parser.add_argument("--times", type=int, default=100)
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with both() as urls:
        good = [_measure(kind, url, chosen) for kind, (url,) in urls.items()]
    return 0 if all(good) else 1


def _measure(kind: str, url: str, chosen: argparse.Namespace) -> bool:
    here = _world(url)
    sessions = books.kept(here, url, orders=chosen.orders, deeds=chosen.deeds)
    browser, good = create_app(here).test_client(), True
    print(f"\n{kind}: a shop with {chosen.orders:,} orders and {chosen.deeds:,} deeds; milliseconds, 95 % within")
    asked = _pages(chosen)
    for name, path in (asked | _others(browser, here, set(asked.values()))).items():
        _open(browser, here, path)
        taken = [1e3 * seconds(lambda: _open(browser, here, path)) for _ in range(chosen.times)]  # noqa: B023  # at once
        good &= keeps(GOAL_MS, name, taken)
    for each in (sessions, here.sessions):
        each.kw["bind"].dispose()
    return good


def _world(url: str) -> World:
    plain, town = shop.world(url, ""), TownSettings()
    known = {"shopify_client_id": town.client_id, "shopify_client_secrets": SecretStr(town.client_secrets[0])}
    return replace(plain, settings=plain.settings.model_copy(update=known))


def _pages(chosen: argparse.Namespace) -> dict[str, str]:
    middle = chosen.deeds // 2
    return {
        "today": "/",
        "what moves on it": "/fragments/today",
        "ledger": "/ledger",
        "ledger, from its middle": f"/ledger?before={middle}",
        "ledger, by a rule": "/ledger?rule=special_customer",
        "ledger, what was refused": "/ledger?state=refused",
        "ledger, an order's name": f"/ledger?q=%23{middle}",
        "ledger, words that nothing has": "/ledger?q=nothing",
        "an order": f"/orders/{3 * middle + 1}",
        "the customer with most orders": "/customers/1",
        "a customer": f"/customers/{middle}",
        "reasons": "/decisions",
        "reasons, one of them": "/decisions?code=daily_cap",
        "a rule's own page": "/rules/nth_order_gift",
    }


def _others(browser: FlaskClient, here: World, known: set[str]) -> dict[str, str]:
    """Return the pages that the address map has beside those, as far as they open without being told of what."""
    rules = browser.application.url_map.iter_rules()
    mine = sorted(
        rule.rule
        for rule in rules
        if rule.endpoint.startswith("merchant.") and "GET" in (rule.methods or ()) and not rule.arguments
    )
    return {path: path for path in mine if path not in known and _is_page(_ask(browser, here, path))}


def _is_page(answer: TestResponse) -> bool:
    return answer.status_code == 200 and answer.mimetype == "text/html"


def _open(browser: FlaskClient, here: World, path: str) -> None:
    answer = _ask(browser, here, path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status}")


def _ask(browser: FlaskClient, here: World, path: str) -> TestResponse:
    proof = id_token(TownSettings(), DOMAIN, here.clock.now())
    return browser.get(path, headers={"Authorization": f"Bearer {proof}", HEADER: FRENCH})
