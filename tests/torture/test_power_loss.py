"""The plug is pulled: what lies on the disk is opened elsewhere, and whatever was promised is in it."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.torture.boundaries import Watch
from tests.torture.ground import Files
from tests.torture.theatre import Theatre, theatre
from tests.torture.weather import CALM

CUTS = 40


@pytest.fixture(scope="module")
def here() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


def opened(files: Files, folder: Path) -> list[str]:
    """Return everything in the database that a machine finds when it comes back with these files."""
    path = folder / "found.db"
    for old in folder.glob("found.db*"):
        old.unlink()
    path.write_bytes(files.database)
    path.with_name("found.db-wal").write_bytes(files.log)
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return list(connection.iterdump())
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["intake", "refund"])
def test_given_a_commit_when_the_power_fails_right_after_it_then_all_of_it_is_on_the_disk(
    here: Theatre, name: str, tmp_path: Path
) -> None:
    tale = here.tell(name, CALM[name])
    found: list[list[str]] = []
    promised: list[list[str]] = []

    def look(_number: int, boundary: str) -> None:
        if boundary == "after commit":
            found.append(opened(tale.scene.ground.copied(), tmp_path))
            promised.append(dumped(str(tale.scene.ground.engine.url.database)))

    tale.scene.lay(tale.start)
    tale.scene.watched.watch = Watch(at=look)
    tale.flow.act(tale.scene, tale.plot)
    tale.scene.go_on()

    assert found == promised
    assert len({tuple(each) for each in found}) > 5


def dumped(path: str) -> list[str]:
    """Return what another connection reads in the living database."""
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_given_a_log_that_was_cut_anywhere_when_opened_then_it_holds_what_some_commit_had_made_true(
    here: Theatre, tmp_path: Path
) -> None:
    tale = here.tell("refund", CALM["refund"])
    whole = [opened(moment.ground, tmp_path) for moment in tale.life.moments]
    last: Files = tale.life.moments[-1].ground
    cuts = [Random(7).randrange(len(tale.life.moments[0].ground.log), len(last.log)) for _ in range(CUTS)]

    assert all(opened(Files(last.database, last.log[:cut]), tmp_path) in whole for cut in cuts)
    shutil.rmtree(tmp_path)
