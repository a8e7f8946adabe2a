"""The state folder: held by one, the same from run to run, emptied only where it is ours."""

import os
import subprocess
from pathlib import Path

import pytest

from app.launcher import state
from app.launcher.refusal import Refusal
from app.launcher.state import StateFolder


def test_given_a_held_folder_when_another_takes_it_then_the_holder_is_named(tmp_path: Path) -> None:
    held = StateFolder.take(tmp_path / "var")
    held.tell_who("http://127.0.0.1:8765/")
    with pytest.raises(Refusal, match=rf"process {os.getpid()}, http://127.0.0.1:8765/"):
        StateFolder.take(tmp_path / "var")


def test_given_a_dead_holder_when_its_last_process_still_ends_then_the_next_waits_and_only_then_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "BURIAL_SECONDS", 0.1)
    held = StateFolder.take(tmp_path / "var")
    os.pwrite(held.lock, f"{dead_process()} page".encode(), 0)
    with pytest.raises(Refusal, match="already running"):
        StateFolder.take(tmp_path / "var")


def test_given_a_dead_holder_when_its_last_process_has_ended_then_the_folder_is_free(tmp_path: Path) -> None:
    held = StateFolder.take(tmp_path / "var")
    held.tell_who("http://127.0.0.1:8765/")
    os.close(held.lock)
    assert StateFolder.take(tmp_path / "var").path == tmp_path / "var"


def test_given_an_identity_when_asked_for_again_then_it_is_the_same_and_private(tmp_path: Path) -> None:
    folder = StateFolder.take(tmp_path / "var")
    assert folder.identity() == folder.identity()
    assert (folder.path / "practice.env").stat().st_mode & 0o777 == 0o600


def test_given_surroundings_when_told_then_a_shell_reads_them_as_they_are_and_nobody_else(tmp_path: Path) -> None:
    folder = StateFolder.take(tmp_path / "it's var")
    folder.tell_surroundings({"SHOPIFY_ORIGIN": "http://town/{shop}", "ODD": "$HOME it's"})

    told = folder.path / "town.sh"
    script = '. "$0"; printf %s "$SHOPIFY_ORIGIN|$ODD"'
    said = subprocess.run(["sh", "-c", script, told], check=True, capture_output=True, text=True)  # noqa: S607
    assert said.stdout == "http://town/{shop}|$HOME it's"
    assert told.stat().st_mode & 0o777 == 0o600


def test_given_our_folder_when_emptied_then_a_new_identity_is_made_up(tmp_path: Path) -> None:
    folder = StateFolder.take(tmp_path / "var")
    first = folder.identity()["SEAL_KEYS"]
    (folder.path / "log").mkdir()
    folder.empty()
    assert not (folder.path / "log").exists()
    assert folder.identity()["SEAL_KEYS"] != first


def test_given_a_folder_of_someone_else_when_asked_to_empty_it_then_nothing_is_touched(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("dear")
    with pytest.raises(Refusal, match="was there before"):
        StateFolder.take(tmp_path).empty()
    assert letter.read_text() == "dear"


def dead_process() -> int:
    process = subprocess.Popen(["true"])  # noqa: S607
    process.wait()
    return process.pid
