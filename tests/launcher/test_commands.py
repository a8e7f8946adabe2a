"""The door itself."""

import ast
import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.launcher import check, environment
from app.launcher.commands import COMMANDS, loaded, main
from app.launcher.locks import Lock
from app.launcher.places import ROOT
from app.launcher.test import processes, surroundings

Screen = pytest.CaptureFixture[str]
SEEN_BY_OLD_PYTHONS = [ROOT / "app" / "__init__.py", ROOT / "app" / "__main__.py"]


def old_pythons() -> list[Path]:
    """Find too old Pythons on PATH, or behind pyenv's shims on PATH, which answer for chosen versions only."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    shimmed = [path for folder in folders if folder.name == "shims" for path in folder.glob("../versions/3.*/bin")]
    names = [f"python3.{minor}" for minor in range(6, 11)]
    return [folder / name for folder in (*folders, *shimmed) for name in names if is_running(folder / name)]


def is_running(python: Path) -> bool:
    return python.exists() and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def test_given_pythons_that_are_too_old_when_run_then_each_says_one_line_and_ends_with_1() -> None:
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python between 3.6 and 3.10 on PATH")
    for python in pythons:
        done = subprocess.run([python, "-m", "app", "demo"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), python
        assert "needs 3.11 or newer" in done.stderr


@pytest.mark.parametrize("path", SEEN_BY_OLD_PYTHONS, ids=lambda path: path.name)
def test_given_a_file_that_old_pythons_read_when_parsed_as_3_6_then_it_parses(path: Path) -> None:
    assert ast.parse(path.read_text(), feature_version=(3, 6)).body


def test_given_help_when_asked_then_every_command_is_listed(capsys: Screen) -> None:
    assert main(["help"]) == 0
    lines = capsys.readouterr().out
    assert all(f"  {name} " in lines for name in COMMANDS)


def test_given_an_unknown_word_when_asked_then_one_line_and_code_2(capsys: Screen) -> None:
    assert main(["dmeo"]) == 2
    assert capsys.readouterr().err == "lagniappe: `dmeo` is not a command; `python3 -m app help` lists them\n"


def test_given_words_for_a_process_when_asked_then_they_are_refused(capsys: Screen) -> None:
    assert main(["worker", "--fast"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_given_a_checkout_that_is_not_writable_when_run_then_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: Screen
) -> None:
    def fail(_lock: Lock) -> None:
        raise PermissionError(13, "Permission denied", "/srv/lagniappe/.venv")

    monkeypatch.setattr(environment, "prepare", fail)
    monkeypatch.chdir(ROOT)
    assert main(["migrate"]) == 1
    error = capsys.readouterr().err
    assert ".venv beside the code cannot be written" in error
    assert error.count("\n") == 1


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tools that do next to nothing, beside the Python that runs the steps."""
    for tool in ("true", "false", "echo", "touch", "cat"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))


def test_given_a_step_that_fails_when_checked_then_its_code_returns_and_the_later_steps_are_not_run(
    tools: None, monkeypatch: pytest.MonkeyPatch, capsys: Screen
) -> None:
    monkeypatch.setattr(check, "STEPS", {"format": ("true",), "types": ("false",), "tests": ("true",)})
    monkeypatch.setattr(check, "AHEAD", ("true",))
    assert check.main([]) == 1
    lines = capsys.readouterr().out
    assert "== format: ok" in lines
    assert "== types: FAILED with code 1" in lines
    assert "tests" not in lines


def test_given_types_that_are_begun_first_when_checked_then_their_words_come_in_their_turn(
    tools: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "STEPS", {"lint": ("echo", "clean"), "types": ("echo", "sound")})
    assert check.main([]) == 0
    words = ("== lint: echo clean", "clean\n", "== lint: ok", "== types: echo sound", "sound\n", "== types: ok")
    told = capfd.readouterr().out
    assert [told.find(word) for word in words] == sorted(told.index(word) for word in words)


def test_given_tests_when_checked_then_they_were_gathered_once_before_they_are_run(
    tools: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gathered = str(tmp_path / "gathered")
    monkeypatch.setattr(check, "AHEAD", ("touch", gathered))
    monkeypatch.setattr(check, "STEPS", {"types": ("true",), "tests": ("cat", gathered)})
    assert check.main([]) == 0


def test_given_fast_when_checked_then_the_tests_are_left_out(
    tools: None, monkeypatch: pytest.MonkeyPatch, capsys: Screen
) -> None:
    monkeypatch.setattr(check, "STEPS", dict.fromkeys(check.STEPS, ("true",)))
    assert check.main(["--fast"]) == 0
    done = [line.split()[1].rstrip(":") for line in capsys.readouterr().out.splitlines() if ": ok" in line]
    assert done == ["format", "lint", "rooms", "fidelity", "types"]


SPREAD = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


@pytest.mark.parametrize(
    ("words", "added"),
    [([], SPREAD), (["-k", "pool"], SPREAD), (["-n0"], []), (["-n", "4"], []), (["--pdb"], [])],
)
def test_given_words_for_pytest_when_they_choose_the_processes_then_nothing_is_added(
    words: list[str], added: list[str]
) -> None:
    assert processes(words) == added


def test_given_a_house_that_keeps_nothing_compiled_when_tests_are_run_then_they_keep_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("SANDBOX_CUSTOMERS", "7")
    assert "PYTHONDONTWRITEBYTECODE" not in surroundings()
    assert surroundings()["SANDBOX_CUSTOMERS"] == "7"


def test_given_the_table_when_read_then_each_module_has_its_main() -> None:
    for command in COMMANDS.values():
        assert "main" in functions_of(command.module), command.module


def functions_of(module: str) -> list[str]:
    """Return what the module defines at its top, without importing it."""
    path = ROOT / f"{module.replace('.', '/')}.py"
    return [node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]


def test_given_the_procfile_when_read_then_every_line_names_what_exists() -> None:
    lines = [line for line in (ROOT / "Procfile").read_text().splitlines() if not line.startswith("#")]
    named = dict(line.split(": ", 1) for line in lines)
    assert set(named) == {"web", "worker", "ticker", "release"}
    commands = {command.split()[-1] for command in named.values()}
    assert commands <= set(COMMANDS)


def test_given_a_command_when_loaded_then_garbage_is_looked_for_again_and_seldom() -> None:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    try:
        loaded("app.launcher.refusal")
        assert (gc.isenabled(), gc.get_threshold()) == (True, (5_000, 20, 50))
    finally:
        gc.set_threshold(*before)
