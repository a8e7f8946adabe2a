"""A merchant's first minutes in small, over real HTTP: from the first page to the first gift that they said yes to."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.effects import State
from app.domain.policy import Policy
from app.store import shops
from app.store.base import Sessions, reading
from app.web import create_app
from integrations.sandbox.serve import RunningTown
from integrations.sandbox.town import TownSettings
from jobs import backtest
from tests.builders import SettableClock
from tests.jobs.conftest import Practice, moved_in, read_past, settings_for
from tests.still import still_town
from tests.web.conftest import CompiledOnce
from tests.web.desk import Desk, hidden
from tests.web.test_merchant_welcome import words

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def moment() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def town(tmp_path: Path, moment: datetime) -> Iterator[RunningTown]:
    wish = TownSettings(books=tmp_path / "town.db", clock_file=tmp_path / "clock", customers=60)
    with still_town(wish, moment) as running:
        yield running


@pytest.fixture
def here(town: RunningTown, tmp_path: Path, moment: datetime, sessions: Sessions, database_url: str) -> Practice:
    """A shop that has just let us in, and decided nothing."""
    found = moved_in(settings_for(town, tmp_path, database_url), sessions, tmp_path, moment)
    found.policy(Policy())
    return found


@pytest.fixture
def merchant(here: Practice, moment: datetime, compiled_once: CompiledOnce) -> Desk:
    app = create_app(here.world)
    app.jinja_env.bytecode_cache = compiled_once
    with reading(here.world.sessions) as session:
        shop = shops.by_id(session, here.shop_id)
    assert shop is not None
    return Desk(world=here.world, merchant=shop, browser=app.test_client(), clock=SettableClock(moment))


def test_given_a_fresh_shop_when_its_merchant_goes_step_by_step_then_a_gift_is_given_once_they_say_yes(
    here: Practice, merchant: Desk
) -> None:
    assert 'href="/welcome"' in merchant.open()
    assert "The picture comes after" in merchant.open("/welcome")
    read_past(here)
    assert "All of it is read" in words(merchant.open("/welcome"))

    assert merchant.press("/welcome/measure", measure="median").status_code == 303
    assert merchant.press("/welcome/ordinal", ordinal="4").status_code == 303
    found = merchant.open("/welcome/gifts?q=STICK")
    variant = found.partition('action="/welcome/gifts/')[2].partition("/pick")[0]
    assert merchant.press(f"/welcome/gifts/{variant}/pick", first="yes").status_code == 303
    assert "Sticker Sheet $0.40 first choice" in words(merchant.open("/welcome"))
    assert merchant.press("/welcome/helpdesk").status_code == 303
    backtest.backtest(here.world, here.shop_id)
    assert "You would have given" in words(merchant.open("/welcome").partition('id="replay"')[2])
    both = {"mode": "approve", "rule": ["special_customer", "nth_order_gift"]}
    seen = hidden(merchant.open("/welcome"), "/welcome/switch")
    merchant.browser.post("/welcome/switch", data=both | seen, headers=merchant.proof())
    assert "To the first steps" not in merchant.open()

    placed = here.order()
    here.deliver(placed)
    here.drain()
    (gift,) = here.effects("add_gift_line")
    assert (gift.state, here.gifts_on(placed)) == (State.AWAITING, 0)

    merchant.press(f"/effects/{gift.id}/approve")
    here.later(20 * 60)
    here.drain()
    assert here.gifts_on(placed) == 1
