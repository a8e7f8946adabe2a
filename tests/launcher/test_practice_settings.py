"""Who wins: what is typed, what is written in .env, or the practice town."""

from pathlib import Path

import pytest

from app.launcher.practice_settings import Given, Practice, vendor_origins
from app.launcher.refusal import Refusal

PRACTICE = Practice(
    folder=Path("/state"),
    redis_url="redis://127.0.0.1:7000/0",
    web_port=8765,
    sandbox_port=8766,
    mail_port=8767,
    faults="0",
    identity={"SEAL_KEYS": "made up", "APP_INSTANCE": "abc"},
)


def given(*, typed: dict[str, str] | None = None, written: dict[str, str] | None = None) -> Given:
    return Given(typed=typed or {}, written=written or {})


def test_given_nothing_when_started_then_every_service_is_the_practice_town() -> None:
    variables = PRACTICE.environment(given())
    assert variables["SHOPIFY_ORIGIN"] == "http://127.0.0.1:8766/shopify/{shop}"
    assert variables["GORGIAS_ORIGIN"] == "http://127.0.0.1:8766/gorgias/{account}"
    assert variables["HELPDESK_ORIGINS"] == "zendesk=http://127.0.0.1:8766/zendesk/{account}"
    assert variables["FLORIST_ORIGIN"] == "http://127.0.0.1:8766/florist"
    town = "http://127.0.0.1:8766"
    assert variables["VENDOR_ORIGINS"] == vendor_origins(town)
    assert f"tremendous={town}/tremendous/testflight" in variables["VENDOR_ORIGINS"].split(",")
    assert variables["SHOPIFY_ADMIN_ORIGIN"] == "http://127.0.0.1:8766"
    assert variables["APP_BRIDGE_URL"] == "http://127.0.0.1:8766/shopify/app-bridge.js"
    assert variables["POLARIS_URL"] == "http://127.0.0.1:8766/shopify/polaris.js"


def test_given_a_real_service_in_the_env_file_when_practising_then_it_is_not_called() -> None:
    written = {"SHOPIFY_ORIGIN": "https://{shop}", "SHOPIFY_CLIENT_SECRETS": "real"}
    variables = PRACTICE.environment(given(written=written))
    assert variables["SHOPIFY_ORIGIN"] == "http://127.0.0.1:8766/shopify/{shop}"
    assert variables["SHOPIFY_CLIENT_SECRETS"] == "practice-secret"


def test_given_a_test_server_typed_for_this_run_when_practising_then_it_is_called() -> None:
    variables = PRACTICE.environment(given(typed={"SHOPIFY_ORIGIN": "http://127.0.0.1:9/{shop}"}))
    assert variables["SHOPIFY_ORIGIN"] == "http://127.0.0.1:9/{shop}"


def test_given_a_database_in_the_env_file_when_practising_then_it_is_used() -> None:
    variables = PRACTICE.environment(given(written={"DATABASE_URL": "postgresql://db/lagniappe"}))
    assert variables["DATABASE_URL"] == "postgresql://db/lagniappe"


def test_given_another_terminal_when_told_what_was_decided_then_it_is_all_that_makes_this_demo() -> None:
    told = PRACTICE.decided(given(typed={"DATABASE_URL": "sqlite:///mine", "HOME": "/root"}))
    assert told["DATABASE_URL"] == "sqlite:///mine"
    assert told["APP_VAR"] == "/state"
    assert told["SEAL_KEYS"] == "made up"
    assert "HOME" not in told


def test_given_seal_keys_of_the_person_when_practising_then_none_are_made_up() -> None:
    assert PRACTICE.environment(given(written={"SEAL_KEYS": "mine"}))["SEAL_KEYS"] == "mine"
    assert PRACTICE.environment(given())["SEAL_KEYS"] == "made up"


def test_given_both_when_a_name_is_typed_and_written_then_the_typed_one_wins() -> None:
    assert given(typed={"REDIS_URL": "typed"}, written={"REDIS_URL": "written"}).get("REDIS_URL") == "typed"


@pytest.mark.parametrize("text", ["0", "65536", "-1", "web"])
def test_given_what_is_no_port_when_read_then_it_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="must be a port number"):
        given(typed={"WEB_PORT": text}).port("WEB_PORT")
