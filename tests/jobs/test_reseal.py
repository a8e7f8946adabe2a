"""The command that lets an old key go."""

from dataclasses import replace

import pytest

from app.store.sealed import Seal
from app.store.shops import Merchant
from jobs import reseal
from jobs.runtime import World

NEW_KEY = bytes(range(32, 64))


@pytest.fixture
def database() -> str:
    return "sqlite"


def test_given_a_new_key_in_front_when_sealed_anew_then_it_says_how_many(
    world: World, shop: Merchant, capsys: pytest.CaptureFixture[str]
) -> None:
    rotated = replace(world, seal=Seal(keys=(NEW_KEY, *world.seal.keys)))

    assert reseal.run(rotated) == 0
    assert not capsys.readouterr().out.startswith("0 secrets")
    assert reseal.run(replace(world, seal=Seal(keys=(NEW_KEY,)))) == 0
    assert capsys.readouterr().out.startswith("0 secrets")


def test_given_the_old_key_is_gone_already_when_sealed_anew_then_one_line_says_so(
    world: World, shop: Merchant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reseal.run(replace(world, seal=Seal(keys=(NEW_KEY,)))) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "SEAL_KEYS" in said.err
