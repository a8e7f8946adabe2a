"""The doctor: what an operator reads, of the installation and of one shop."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.config import ROOT, Settings
from app.domain.findings import Finding, Verdict
from app.domain.people import Asked, Person
from app.domain.policy import Brake
from app.domain.rules.brake import Load
from app.store import grants, migrate, privacy, switch, tallies
from app.store.base import unit_of_work
from app.store.grants import Pair
from app.store.shops import Merchant
from integrations.sandbox.town import PRACTICE_SHOP
from jobs import doctor, surroundings
from jobs.queue import Bell
from jobs.runtime import World
from tests.builders import DAY, HOUR, NOON
from tests.conftest import NOBODY_LISTENS, SEAL_KEY
from tests.jobs.conftest import Practice

Screen = pytest.CaptureFixture[str]
REAL = {
    "public_url": "https://app.example",
    "database_url": "postgresql+psycopg://app:hush-database@db/lagniappe",
    "shopify_client_id": "client-1",
    "shopify_client_secrets": SecretStr("hush-secret"),
    "seal_keys": SecretStr(SEAL_KEY),
}


@pytest.fixture
def database() -> str:
    return "sqlite"


def about(found: Iterator[Finding] | list[Finding], subject: str) -> list[tuple[Verdict, str]]:
    return [(each.verdict, each.words) for each in found if each.subject == subject]


def settings(**changes: Any) -> Settings:
    return Settings.model_construct(**(REAL | changes))


def test_given_a_real_installation_when_looked_over_then_nothing_of_practice_is_in_it() -> None:
    assert about(surroundings._dangers(settings()), "production") == [(Verdict.FINE, "nothing of practice is in it")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"public_url": "http://app.example"}, "not https"),
        ({"database_url": ""}, "SQLite"),
        ({"database_url": "sqlite:///x.db"}, "SQLite"),
        ({"shopify_client_secrets": SecretStr("new, practice-secret")}, "the one of practice"),
        ({"shopify_client_secrets": SecretStr("")}, "SHOPIFY_CLIENT_SECRETS is empty"),
        ({"shopify_client_id": ""}, "SHOPIFY_CLIENT_ID is empty"),
        ({"practice": True}, "PRACTICE is set"),
        ({"flask_debug": True}, "FLASK_DEBUG is set"),
        ({"shopify_origin": "http://127.0.0.1:8766/shopify/{shop}"}, "leads to this machine"),
    ],
)
def test_given_what_real_shops_must_not_meet_when_looked_over_then_it_is_bad(
    changes: dict[str, Any], words: str
) -> None:
    ((verdict, said),) = about(surroundings._dangers(settings(**changes)), "production")

    assert verdict is Verdict.BAD
    assert words in said


def test_given_no_public_address_when_looked_over_then_practice_may_be_practice() -> None:
    assert list(surroundings._dangers(settings(public_url="", practice=True))) == []


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", (Verdict.LOOK, "METRICS_TOKEN is empty: nobody can read /metrics")),
        ("sesame", (Verdict.FINE, "/metrics tells them to whoever brings METRICS_TOKEN")),
    ],
)
def test_given_a_real_installation_when_looked_over_then_it_says_who_reads_the_figures(
    token: str, said: tuple[Verdict, str]
) -> None:
    chosen = settings(metrics_token=SecretStr(token))

    assert about(surroundings._dangers(chosen), "figures") == [said]
    assert about(surroundings._dangers(chosen), "production") == [(Verdict.FINE, "nothing of practice is in it")]


def test_given_secrets_when_looked_over_then_none_is_shown(world: World) -> None:
    here = replace(world, settings=settings(redis_url="redis://:hush-redis@cache:6379/0"))
    told = str(list(surroundings._choices(here.settings))) + str(list(surroundings._dangers(here.settings)))

    assert "hush" not in told
    assert "redis://cache:6379/0" in told


def test_given_nobody_at_redis_when_looked_over_then_it_is_bad_and_the_rest_is_told(world: World) -> None:
    found = list(surroundings.findings(world))

    assert about(found, "redis")[0][0] is Verdict.BAD
    assert about(found, "migrations")[0][0] is Verdict.FINE
    assert about(found, "seal")[0][0] is Verdict.FINE
    assert about(found, "work") == [(Verdict.FINE, "0 webhooks and 0 deeds are due, none of them for long")]


def test_given_a_request_about_data_when_it_is_late_then_it_is_bad(world: World, shop: Merchant) -> None:
    long_ago = world.clock.now() - timedelta(days=31)
    with unit_of_work(world.sessions) as session:
        privacy.note(session, shop_id=shop.id, kind=Asked.ERASURE, person=Person(), seal=world.seal, now=long_ago)

    assert about(surroundings.findings(world), "privacy")[0][0] is Verdict.BAD


def test_given_a_redis_without_anybody_when_looked_over_then_worker_and_ticker_are_missed(redis_url: str) -> None:
    bell = Bell.at(redis_url, patient=True)
    bell.redis.delete("lagniappe:ticker")
    assert [each.subject for each in surroundings._bell(bell) if each.verdict is Verdict.BAD] == ["workers", "ticker"]

    bell.tick()

    assert about(surroundings._bell(bell), "ticker") == [(Verdict.FINE, "ticks")]


def test_given_the_practice_shop_when_looked_over_then_it_is_well(inside: Practice) -> None:
    found = list(doctor.of_shop(inside.world, PRACTICE_SHOP))

    assert [each for each in found if each.verdict is Verdict.BAD] == []
    assert about(found, "history")[0][0] is Verdict.FINE
    assert about(found, "door")[0][0] is Verdict.FINE
    assert len(about(found, "gifts")) == len(inside.world.merchant(inside.shop_id).policy.nth_order_gift.variants)  # type: ignore[union-attr]


def test_given_a_shop_that_is_not_here_when_looked_over_then_that_is_all(inside: Practice) -> None:
    (only,) = doctor.of_shop(inside.world, "nobody.myshopify.com")

    assert (only.verdict, only.subject) == (Verdict.BAD, "installation")


def test_given_a_shop_without_token_when_looked_over_then_it_says_how_to_get_one(inside: Practice) -> None:
    with unit_of_work(inside.world.sessions) as session:
        grants.forget(session, shop_id=inside.shop_id)

    found = list(doctor.of_shop(inside.world, PRACTICE_SHOP))

    assert (found[-1].verdict, found[-1].subject) == (Verdict.BAD, "token")


@pytest.mark.parametrize(
    ("lives", "renewable", "verdict", "words"),
    [
        (None, None, Verdict.LOOK, "never expires"),
        (HOUR, None, Verdict.LOOK, "cannot be renewed"),
        (HOUR, 90 * DAY, Verdict.FINE, "alive until 2026-11-21 13:00 UTC, can be renewed until 2027-02-19"),
    ],
)
def test_given_a_token_when_looked_over_then_its_life_is_told_and_not_the_token(
    world: World,
    shop: Merchant,
    lives: timedelta | None,
    renewable: timedelta | None,
    verdict: Verdict,
    words: str,
) -> None:
    pair = Pair(
        token="shpat_hush",
        expires_at=None if lives is None else NOON + lives,
        refresh_token="shprt_hush",
        refresh_expires_at=None if renewable is None else NOON + renewable,
    )
    with unit_of_work(world.sessions) as session:
        turn = grants.begin(session, shop_id=shop.id, now=NOON, lease=HOUR)
        assert turn is not None
        grants.keep(session, shop_id=shop.id, turn=turn, pair=pair, seal=world.seal, now=NOON)

    told = doctor._token(world, shop)

    assert told.verdict is verdict
    assert words in told.words
    assert "hush" not in str(told)


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.FINE, 0), (Verdict.LOOK, 0), (Verdict.ASK, 0), (Verdict.BAD, 1)]
)
def test_given_findings_when_told_then_only_bad_ones_end_with_1(capsys: Screen, verdict: Verdict, code: int) -> None:
    found = [Finding(subject="a", verdict=verdict, words="b")]

    assert doctor._tell(found, as_json=True) == code
    assert json.loads(capsys.readouterr().out) == [{"subject": "a", "verdict": str(verdict), "words": "b"}]
    assert doctor._tell(found, as_json=False) == code
    assert capsys.readouterr().out.split() == [str(verdict), "a", "b"]


def test_given_a_machine_that_reads_when_asked_for_json_then_nothing_else_is_said(tmp_path: Path) -> None:
    env = {"APP_VAR": str(tmp_path), "SEAL_KEYS": SEAL_KEY, "REDIS_URL": NOBODY_LISTENS, "LAGNIAPPE_NO_VENV": "1"}
    migrate.to_head(f"sqlite:///{tmp_path / 'lagniappe.db'}")

    done = subprocess.run(
        [sys.executable, "-m", "app", "doctor", "--json"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert [each["subject"] for each in found if each["verdict"] == "bad"] == ["redis"]
    assert "process.started" in done.stderr


def test_given_something_is_stopped_when_looked_over_then_the_doctor_says_what_and_how_it_goes_on(
    world: World, shop: Merchant
) -> None:
    assert {each.verdict for each in surroundings.stops(world)} == {Verdict.FINE}
    mine = {"shop_id": shop.id, "rule": "nth_order_gift", "day": NOON.date(), "now": NOON}
    with unit_of_work(world.sessions) as session:
        switch.stop(session, because="A rule ran wild.", now=NOON)
        tallies.fire(session, load=Load(deeds=1), brake=Brake(), **mine)
        tallies.stop(session, **mine)

    found = list(surroundings.stops(world))
    assert [each.verdict for each in found] == [Verdict.LOOK, Verdict.LOOK, Verdict.FINE]
    assert "A rule ran wild.; python3 -m app go" in found[0].words
    assert found[1].words.startswith("1 rule has stopped")
