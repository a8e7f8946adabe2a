"""One token for all processes: fetched by one of them, kept before it is used, and lost by no accident."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.domain.errors import Busy, Closed, Unavailable
from app.store import grants, shops
from app.store.base import Sessions, reading, unit_of_work
from app.store.grants import Grant
from app.store.sealed import Seal
from integrations.sandbox.serve import start
from integrations.sandbox.town import PRACTICE_CLIENT_ID, PRACTICE_SHOP, TownSettings
from integrations.shopify.tokens import AccessLost, Pair, fingerprint
from jobs import installation, practice
from jobs.access import StoreAccess
from jobs.clock import Clock
from jobs.queue import Bell, Task
from jobs.runtime import World, way_out
from jobs.ticker import make_round
from tests.conftest import NOBODY_LISTENS, SEAL_KEY
from tests.jobs.conftest import Practice, settings_for
from tests.jobs.dying import Died, fate

OLD, NEW = "old-secret", "new-secret"
ALMOST_AN_HOUR, AN_HOUR, A_DAY = 56 * 60, 61 * 60, 24 * 3600
CROWD = 20

# A process of its own, with nothing but its environment, asks for the token.
ASKS = f"""
from jobs.runtime import world
from app.store import shops
from app.store.base import reading
here = world()
with reading(here.sessions) as session:
    shop = shops.by_domain(session, "{PRACTICE_SHOP}")
print(here.access(shop.id, shop.domain).token())
"""


@pytest.fixture
def home(sessions: Sessions, seal: Seal, tmp_path: Path) -> Iterator[Practice]:
    """The practice shop, let in a moment ago, on either database, with both secrets still alive in the town."""
    settings = TownSettings(year=False, clock_file=tmp_path / "clock", client_secrets=(NEW, OLD))
    with start(settings) as town:
        chosen = settings_for(town, tmp_path, "").model_copy(
            update={"shopify_client_secrets": SecretStr(OLD), "shopify_client_id": PRACTICE_CLIENT_ID}
        )
        world = World(
            settings=chosen,
            sessions=sessions,
            seal=seal,
            clock=Clock(tmp_path / "clock"),
            bell=Bell.at(NOBODY_LISTENS, patient=False),
            http=way_out(chosen),
        )
        yield Practice(world=world, shop_id=practice.move_in(world), town=town.url)


def access(home: Practice) -> StoreAccess:
    return home.world.access(home.shop_id, PRACTICE_SHOP)


def grant(home: Practice) -> Grant:
    with reading(home.world.sessions) as session:
        found = grants.read(session, shop_id=home.shop_id, seal=home.world.seal)
    assert found is not None
    return found


def refreshes(home: Practice) -> int:
    return int(home.call("/town/state")["calls"].get("TokenRefresh", 0))


def opens(home: Practice, token: str) -> bool:
    """Return whether the token is the one in the row, and the store takes it without another one being fetched."""
    before = refreshes(home)
    inside = home.world.enter(home.shop_id)
    assert inside is not None
    named = inside[1].shop.profile().domain
    return (named, grant(home).token, refreshes(home)) == (PRACTICE_SHOP, token, before)


def with_secrets(home: Practice, *secrets: str) -> Practice:
    """Return the same home after a deploy with these client secrets."""
    changed = home.world.settings.model_copy(update={"shopify_client_secrets": SecretStr(",".join(secrets))})
    return replace(home, world=replace(home.world, settings=changed))


def crowd(home: Practice, ask: Callable[[StoreAccess], str]) -> list[str]:
    """Let twenty workers ask at once, each with an access of its own."""
    with ThreadPoolExecutor(CROWD) as workers:
        return list(workers.map(ask, [access(home) for _ in range(CROWD)]))


@pytest.mark.parametrize("seconds", [ALMOST_AN_HOUR, AN_HOUR])
def test_given_twenty_workers_when_the_token_ends_then_it_is_refreshed_once(home: Practice, seconds: int) -> None:
    home.later(seconds)

    tokens = crowd(home, StoreAccess.token)

    assert refreshes(home) == 1
    assert access(home).token() == grant(home).token
    assert opens(home, grant(home).token or "")
    if seconds == AN_HOUR:
        assert set(tokens) == {grant(home).token}


def test_given_twenty_workers_when_all_are_refused_the_same_token_then_it_is_refreshed_once(home: Practice) -> None:
    refused = access(home).token()

    tokens = crowd(home, lambda each: each.renew(refused))

    assert refreshes(home) == 1
    assert set(tokens) == {grant(home).token}
    assert refused not in tokens


def test_given_processes_of_their_own_when_the_token_ends_then_it_is_refreshed_once(
    home: Practice, database_url: str, tmp_path: Path
) -> None:
    home.later(AN_HOUR)
    surroundings = os.environ | {
        "APP_VAR": str(tmp_path),
        "DATABASE_URL": database_url,
        "SEAL_KEYS": SEAL_KEY,
        "SHOPIFY_ORIGIN": f"{home.town}/shopify/{{shop}}",
        "SHOPIFY_CLIENT_ID": PRACTICE_CLIENT_ID,
        "SHOPIFY_CLIENT_SECRETS": OLD,
        "PRACTICE": "1",
        "CLOCK_FILE": str(tmp_path / "clock"),
    }
    asked = [
        subprocess.Popen([sys.executable, "-c", ASKS], env=surroundings, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    tokens = {process.communicate(timeout=60)[0].split()[-1] for process in asked}

    assert tokens == {grant(home).token}
    assert refreshes(home) == 1


def test_given_a_refresh_when_the_process_dies_at_any_boundary_then_the_shop_is_not_lost(home: Practice) -> None:
    for strike_at in range(1, 20):
        home.later(AN_HOUR)
        with fate(home, strike_at) as (fragile, doom), suppress(Died):
            access(fragile).token()
        home.later(120)

        assert opens(home, access(home).token()), f"died at boundary {strike_at}"
        if doom.passed < strike_at:
            assert strike_at > 4  # fewer would mean that the boundaries are not where we think they are
            return
    raise AssertionError("there was no end to the boundaries")


def test_given_a_lost_answer_when_asked_again_then_the_old_refresh_token_brings_the_next_pair(home: Practice) -> None:
    home.later(AN_HOUR)
    home.fault("TokenRefresh", "commit_then_drop")
    with pytest.raises(Unavailable):
        access(home).token()
    home.later(10)

    assert opens(home, access(home).token())


def test_given_trouble_at_the_endpoint_when_the_token_still_lives_then_it_is_used_and_nobody_asks_again_at_once(
    home: Practice,
) -> None:
    before = access(home).token()
    home.later(ALMOST_AN_HOUR)
    home.fault("TokenRefresh", "500_before")

    assert [access(home).token() for _ in range(3)] == [before] * 3
    assert refreshes(home) == 1
    home.later(10)
    assert access(home).token() != before


@pytest.mark.parametrize("kind", ["429", "500_before", "html_502", "drop_before", "500_after", "truncated"])
def test_given_passing_trouble_when_the_token_is_dead_then_it_is_tried_later_and_nothing_is_lost(
    home: Practice, kind: str
) -> None:
    home.later(AN_HOUR)
    home.fault("TokenRefresh", kind)

    for _ in range(2):  # the second time nobody knocks
        with pytest.raises(Unavailable) as caught:
            access(home).token()
        assert not isinstance(caught.value, Closed)
    assert refreshes(home) == 1
    assert grant(home).live
    home.later(10)
    assert opens(home, access(home).token())


def test_given_a_revoked_access_when_asked_then_it_is_asked_for_once_and_then_waits_for_the_merchant(
    home: Practice,
) -> None:
    token = access(home).token()
    home.call(f"/town/shops/{PRACTICE_SHOP}/uninstall", {"announce": "lose"})

    for _ in range(3):
        with pytest.raises(Closed, match="revoked"):
            access(home).renew(token)
    with pytest.raises(Closed):
        access(home).token()

    assert refreshes(home) == 1
    assert (grant(home).live, grant(home).reason) == (False, "the store takes this token no longer")
    assert home.world.enter(home.shop_id) is None


def test_given_an_answer_without_lifetimes_when_an_hour_is_over_then_it_is_refreshed_all_the_same(
    home: Practice,
) -> None:
    home.call(f"/town/shops/{PRACTICE_SHOP}", {"tells_lifetimes": False})
    access(home).renew(access(home).token())
    home.later(AN_HOUR)

    assert opens(home, access(home).token())
    assert refreshes(home) == 2


def test_given_a_new_secret_when_it_is_made_current_then_every_token_comes_to_hang_on_it(home: Practice) -> None:
    assert grant(home).secret == fingerprint(OLD)
    rotated = with_secrets(home, NEW, OLD)

    assert silent(rotated) == [home.shop_id]
    installation.keep_access(rotated.world, home.shop_id)

    assert grant(home).secret == fingerprint(NEW)
    assert silent(rotated) == []
    installation.keep_access(rotated.world, home.shop_id)
    assert refreshes(home) == 1


def test_given_a_current_secret_that_the_store_does_not_know_yet_when_refreshed_then_the_older_one_serves(
    home: Practice,
) -> None:
    early = with_secrets(home, "not-there-yet", OLD)
    home.later(AN_HOUR)

    assert opens(early, access(early).token())
    assert grant(home).secret == fingerprint(OLD)


def test_given_a_deploy_with_a_wrong_secret_when_it_is_mended_then_no_merchant_has_to_come(home: Practice) -> None:
    wrong = with_secrets(home, "wrong")
    home.later(AN_HOUR)
    with unit_of_work(home.world.sessions) as session:
        shops.note_history(session, shop_id=home.shop_id, done_at=home.world.clock.now())
    wrong.tell("shop/update", myshopify_domain=PRACTICE_SHOP)
    wrong.drain()
    assert wrong.world.enter(home.shop_id) is None
    assert silent(wrong) == []
    assert not grant(home).live

    assert silent(home) == [home.shop_id]
    installation.keep_access(home.world, home.shop_id)

    assert grant(home).live
    assert opens(home, access(home).token())
    home.drain()
    assert home.set_aside() == []


def test_given_one_no_that_passes_when_the_ticker_comes_round_then_no_merchant_has_to_come(home: Practice) -> None:
    home.later(AN_HOUR)
    confused = access(home)
    confused.endpoint = Refusing(lambda: None, fingerprint(OLD))  # type: ignore[assignment]
    with pytest.raises(Closed, match="revoked"):
        confused.token()
    assert (lost(home), silent(home)) == ([], [])

    home.later(10 * 60)
    assert lost(home) == [home.shop_id]
    installation.keep_access(home.world, home.shop_id)

    assert opens(home, access(home).token())
    assert lost(home) == []


def test_given_a_store_that_goes_on_refusing_when_asked_again_then_it_is_asked_once_a_day(home: Practice) -> None:
    home.later(AN_HOUR)
    home.call(f"/town/shops/{PRACTICE_SHOP}/uninstall", {"announce": "lose"})
    with pytest.raises(Closed):
        access(home).token()

    asked = []
    for _ in range(3):
        home.later(A_DAY // 2)
        asked.append(lost(home))
        installation.keep_access(home.world, home.shop_id)

    assert asked == [[home.shop_id], [], [home.shop_id]]
    assert refreshes(home) == 3


def test_given_a_no_to_a_token_of_before_when_the_merchant_has_let_us_in_meanwhile_then_nobody_is_shut_out(
    home: Practice,
) -> None:
    home.later(AN_HOUR)
    late = access(home)
    late.endpoint = Refusing(lambda: let_in_anew(home))  # type: ignore[assignment]

    with pytest.raises(Busy):
        late.token()

    assert opens(home, access(home).token())


def test_given_tokens_that_nobody_asks_for_when_the_ticker_makes_its_round_then_it_rings_for_them(
    home: Practice,
) -> None:
    rung: list[tuple[Task, int]] = []

    class Heard(Bell):
        def ring(self, task: Task, shop_id: int) -> bool:
            rung.append((task, shop_id))
            return True

        def tick(self) -> None:
            pass

    here = replace(home.world, bell=Heard(home.world.bell.redis))
    make_round(here)
    assert (Task.KEEP_ACCESS, home.shop_id) not in rung
    home.later(61 * A_DAY)
    make_round(here)
    assert (Task.KEEP_ACCESS, home.shop_id) in rung


def test_given_a_shop_that_nobody_asks_when_sixty_days_are_over_then_its_access_is_kept_alive(home: Practice) -> None:
    assert silent(home) == []
    for _ in range(3):
        home.later(61 * A_DAY)
        assert silent(home) == [home.shop_id]
        installation.keep_access(home.world, home.shop_id)
        assert silent(home) == []

    assert opens(home, access(home).token())


@dataclass(frozen=True, slots=True)
class Refusing:
    """An endpoint that says no, after something else has happened."""

    meanwhile: Callable[[], object]
    current_secret: str = ""

    def refresh(self, _token: str) -> Pair:
        self.meanwhile()
        raise AccessLost("the store takes this token no longer")


def let_in_anew(home: Practice) -> None:
    """Let the shop have taken us out and let us in again."""
    with unit_of_work(home.world.sessions) as session:
        grants.forget(session, shop_id=home.shop_id)
    practice.move_in(home.world)


def lost(home: Practice) -> list[int]:
    """Return the shops that are asked once more."""
    with reading(home.world.sessions) as session:
        return grants.to_be_asked_again(session, now=home.world.clock.now())


def silent(home: Practice) -> list[int]:
    """Return the shops for which the ticker would ring."""
    with reading(home.world.sessions) as session:
        return grants.worth_renewing(session, now=home.world.clock.now(), secret=home.world.current_secret)
