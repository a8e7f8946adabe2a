"""Settings that are missing or garbled end a process with one line that names them, and never shows them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import Misconfigured, Settings, settings
from jobs.runtime import build

ROOT = Path(__file__).resolve().parents[1]


def test_given_garbled_settings_when_read_then_all_of_them_are_named_and_none_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEB_PORT", "s3cret-port")
    monkeypatch.setenv("SANDBOX_FAULTS", "7")
    settings.cache_clear()

    with pytest.raises(Misconfigured) as fault:
        settings()

    settings.cache_clear()
    assert "WEB_PORT" in str(fault.value)
    assert "SANDBOX_FAULTS" in str(fault.value)
    assert "s3cret" not in str(fault.value)


@pytest.mark.parametrize("keys", ["", "not base64", "c2hvcnQ="])
def test_given_no_usable_key_to_seal_with_when_a_process_starts_then_one_line_says_so(keys: str) -> None:
    with pytest.raises(Misconfigured, match="SEAL_KEYS"):
        build(Settings(seal_keys=keys), patient=False)  # type: ignore[arg-type]  # pydantic wraps it


def test_given_a_worker_without_settings_when_started_then_it_ends_with_a_line_and_no_traceback(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "APP_VAR": str(tmp_path), "SEAL_KEYS": ""}
    ended = subprocess.run(
        [sys.executable, "-m", "app", "ticker"],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert "SEAL_KEYS" in ended.stderr


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgres://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql://u:p@h/d"),
        ("sqlite:////x/y.db", "sqlite:////x/y.db"),
    ],
)
def test_given_the_scheme_that_hosters_still_hand_out_when_read_then_it_is_the_one_that_works(
    given: str, kept: str
) -> None:
    assert Settings(database_url=given).database == kept


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ({}, {}),
        (
            {"helpdesk_origins": "one=http://a/{account}, two=http://b "},
            {"one": "http://a/{account}", "two": "http://b"},
        ),
        ({"helpdesk_origins": ","}, {}),
        ({"gorgias_origin": "http://c"}, {"gorgias": "http://c"}),
        ({"gorgias_origin": "http://c", "helpdesk_origins": "gorgias=http://a"}, {"gorgias": "http://c"}),
    ],
)
def test_given_helpdesks_elsewhere_when_read_then_each_is_where_it_was_said_to_be(
    given: dict[str, str], origins: dict[str, str]
) -> None:
    assert Settings.model_validate(given).desk_origins == origins


def test_given_settings_when_printed_then_no_secret_is_seen() -> None:
    chosen = Settings(shopify_client_secrets="hush-current,hush-old", seal_keys="hush-key")  # type: ignore[arg-type]

    assert chosen.webhook_secrets == ("hush-current", "hush-old")
    assert "hush" not in repr(chosen)
