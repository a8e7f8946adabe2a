"""A merchant opens the app for the first time, or again after we were shut out: straight in, with nothing to press."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask
from pydantic import SecretStr
from werkzeug.test import TestResponse

from app.config import Settings
from app.store import grants, shops
from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.web import create_app
from app.web.identity import RETRY
from integrations.sandbox.serve import RunningTown
from integrations.sandbox.store.admin import opening_query
from integrations.sandbox.store.shops import NewShop, open_shop
from integrations.sandbox.town import PRACTICE_CLIENT_ID, PRACTICE_SECRETS, TownSettings
from jobs.runtime import World
from tests.builders import SettableClock
from tests.still import still_town

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

NEWCOMER = "newcomer.myshopify.com"


@pytest.fixture
def clock() -> SettableClock:
    """A clock that agrees with the town's."""
    return SettableClock(moment=datetime.now(UTC))


@pytest.fixture
def town_clock(tmp_path: Path) -> Path:
    return tmp_path / "town-clock"


@pytest.fixture
def town(town_clock: Path, clock: SettableClock) -> Iterator[RunningTown]:
    wish = TownSettings(year=False, books=town_clock.with_name("town.db"), clock_file=town_clock)
    with still_town(wish, clock.now()) as running:
        with running.town.books.turn() as turn:
            open_shop(turn, NewShop(domain=NEWCOMER, token="t", name="Newcomer Goods", currency="EUR"))
        yield running


@pytest.fixture
def settings(settings: Settings, town: RunningTown) -> Settings:
    secrets = SecretStr(",".join(PRACTICE_SECRETS))
    ours = {"shopify_client_id": PRACTICE_CLIENT_ID, "shopify_client_secrets": secrets}
    return settings.model_copy(update=ours | {"shopify_origin": f"{town.url}/shopify/{{shop}}"})


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world)


def opened(app: Flask, world: World, path: str = "/") -> TestResponse:
    """Open the app as the newcomer's admin does."""
    return app.test_client().get(f"{path}?{opening_query(TownSettings(), NEWCOMER, world.clock.now())}")


def known(world: World) -> Merchant:
    with unit_of_work(world.sessions) as session:
        found = shops.by_domain(session, NEWCOMER)
    assert found is not None
    return found


def test_given_a_shop_that_nobody_knows_when_its_admin_opens_the_app_then_it_is_let_in_and_sees_its_page(
    app: Flask, world: World
) -> None:
    answer = opened(app, world)

    assert answer.status_code == 200
    assert "Newcomer Goods" in answer.text
    shop = known(world)
    assert (shop.installed, shop.let_in, shop.currency) == (True, True, "EUR")


def test_given_two_tabs_when_both_open_the_app_for_the_first_time_then_both_see_it_and_it_is_one_shop(
    app: Flask, world: World, town: RunningTown
) -> None:
    with ThreadPoolExecutor(2) as tabs:
        answers = list(tabs.map(lambda path: opened(app, world, path), ["/", "/ledger"]))

    assert [answer.status_code for answer in answers] == [200, 200]
    with unit_of_work(world.sessions) as session:
        assert len(shops.everybody(session)) == 1


@pytest.mark.parametrize("gone", ["tokens dead", "uninstalled"])
def test_given_a_shop_that_shut_us_out_when_its_admin_opens_the_app_then_it_is_as_before(
    app: Flask, world: World, gone: str
) -> None:
    opened(app, world)
    first, now = known(world), world.clock.now()
    with unit_of_work(world.sessions) as session:
        if gone == "uninstalled":
            shops.uninstall(session, shop_id=first.id, triggered_at=now, now=now)
        grants.forget(session, shop_id=first.id)
    assert not known(world).let_in

    assert opened(app, world).status_code == 200
    again = known(world)
    assert (again.id, again.installed, again.let_in) == (first.id, True, True)


def test_given_a_store_that_does_not_answer_when_the_app_is_opened_then_a_page_says_so_and_tries_again(
    app: Flask, world: World, town: RunningTown
) -> None:
    strike = {"next": [{"operation": "TokenExchange", "kind": "html_502"}]}
    requests.post(f"{town.url}/town/faults", json=strike, timeout=30).raise_for_status()

    away, back = opened(app, world), opened(app, world)

    assert (away.status_code, back.status_code) == (503, 200)
    assert 'data-again="5"' in away.text
    assert "frame-ancestors 'none'" not in away.headers["Content-Security-Policy"]


def test_given_a_store_that_does_not_believe_the_token_when_opened_or_fetched_then_a_fresh_one_is_asked_for(
    app: Flask, world: World, town_clock: Path
) -> None:
    town_clock.write_text(str(int(timedelta(minutes=10).total_seconds())))
    token = dict(pair.split("=") for pair in opening_query(TownSettings(), NEWCOMER, world.clock.now()).split("&"))

    shown = opened(app, world)
    fetched = app.test_client().get("/", headers={"Authorization": f"Bearer {token['id_token']}"})

    assert (shown.status_code, shown.location.partition("?")[0]) == (302, "/session-token-bounce")
    assert (fetched.status_code, fetched.headers[RETRY]) == (401, "1")


def test_given_a_page_that_asks_every_second_when_our_tokens_have_died_then_it_does_not_knock_at_the_stores_door(
    app: Flask, world: World
) -> None:
    opened(app, world)
    with unit_of_work(world.sessions) as session:
        grants.forget(session, shop_id=known(world).id)

    assert opened(app, world, "/fragments/today").status_code == 503
    assert not known(world).let_in


def test_given_a_press_when_our_tokens_have_died_then_it_lets_us_in_again_and_is_done(app: Flask, world: World) -> None:
    opened(app, world)
    with unit_of_work(world.sessions) as session:
        grants.forget(session, shop_id=known(world).id)
    query = dict(pair.split("=") for pair in opening_query(TownSettings(), NEWCOMER, world.clock.now()).split("&"))

    app.test_client().post("/pause", data={"paused": "1"}, headers={"Authorization": f"Bearer {query['id_token']}"})

    assert (known(world).let_in, known(world).paused) == (True, True)
