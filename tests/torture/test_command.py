"""The door to the torture chamber."""

import pytest

from tests.torture.command import TORMENTS, main

Screen = pytest.CaptureFixture[str]


@pytest.mark.parametrize("words", [[], ["help"], ["--help"]])
def test_given_help_when_asked_then_every_torment_is_listed(words: list[str], capsys: Screen) -> None:
    assert main(words) == 0
    lines = capsys.readouterr().out
    assert all(f"  {name} " in lines for name in TORMENTS)


def test_given_an_unknown_word_when_asked_then_one_line_and_code_2(capsys: Screen) -> None:
    assert main(["pionts"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "`pionts`" in said


def test_given_further_words_when_asked_then_the_torment_is_handed_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.torture.command.TORMENTS", {"echo": type("Echo", (), {"main": len, "says": ""})})
    assert main(["echo", "one", "two"]) == 2
