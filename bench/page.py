"""`bench page`: how long our own side of each of the merchant's pages takes, in a shop with a year behind it."""

import argparse
from dataclasses import replace

import structlog
from flask.testing import FlaskClient
from pydantic import SecretStr

from app.web import create_app
from bench import books, shop
from bench.databases import both
from bench.report import keeps, seconds
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import TownSettings
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
    for name, path in _pages(chosen).items():
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
        "settings": "/settings",
    }


def _open(browser: FlaskClient, here: World, path: str) -> None:
    proof = id_token(TownSettings(), DOMAIN, here.clock.now())
    answer = browser.get(path, headers={"Authorization": f"Bearer {proof}"})
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status}")
