"""Making `.venv`, and saying in one line why it cannot be made."""

import json
import platform
import re
import sys
from pathlib import Path

import pytest

from app.launcher import environment, installer
from app.launcher.commands import main
from app.launcher.locks import Lock, missing
from app.launcher.refusal import Refusal


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a place for a `.venv` whose Python is a link to this one and whose filling is only pretended."""
    folder = tmp_path / ".venv"
    monkeypatch.setattr(environment, "VENV", folder)
    monkeypatch.setattr(environment, "VENV_PYTHON", folder / "bin" / "python")
    monkeypatch.setattr(environment, "STAMP", folder / "lagniappe.json")
    monkeypatch.setattr(installer, "make_venv", lambda: put_python(folder))
    monkeypatch.setattr(installer, "install", lambda lock: None)
    return folder


def put_python(venv: Path) -> None:
    (venv / "bin").mkdir(parents=True, exist_ok=True)
    (venv / "bin" / "python").unlink(missing_ok=True)
    (venv / "bin" / "python").symlink_to(sys.executable)


def test_given_no_venv_when_built_then_it_is_ready_for_this_lock_and_the_lower_ones(venv: Path) -> None:
    environment.build(Lock.TEST)
    assert [lock for lock in Lock if environment.is_ready(lock)] == [Lock.RUN, Lock.TEST]


def test_given_a_changed_lock_when_asked_then_the_venv_is_not_ready(venv: Path) -> None:
    environment.build(Lock.RUN)
    stamp = json.loads(environment.STAMP.read_text())
    environment.STAMP.write_text(json.dumps({**stamp, "RUN": "the digest of an older lock"}))
    assert not environment.is_ready(Lock.RUN)


def test_given_an_install_that_fails_when_asked_again_then_the_venv_is_not_ready(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_lock: Lock) -> None:
        raise Refusal("network")

    monkeypatch.setattr(installer, "install", fail)
    with pytest.raises(Refusal):
        environment.build(Lock.RUN)
    assert not environment.is_ready(Lock.RUN)


def test_given_a_venv_of_another_python_when_built_then_ours_is_made_anew(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.build(Lock.RUN)
    made: list[Path] = []
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    monkeypatch.setattr(installer, "make_venv", lambda: made.append(venv))
    environment.build(Lock.RUN)
    assert made == [venv]


def test_given_a_venv_made_by_someone_else_when_built_then_it_is_filled_and_never_replaced(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_python(venv)
    monkeypatch.setattr(installer, "make_venv", lambda: pytest.fail("it was replaced"))
    environment.build(Lock.RUN)
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    assert environment.is_ready(Lock.RUN)


def test_given_a_venv_whose_making_was_interrupted_when_built_again_then_it_is_made_anew(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press_ctrl_c() -> None:
        put_python(venv)
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(installer, "make_venv", press_ctrl_c)
        with pytest.raises(KeyboardInterrupt):
            environment.build(Lock.RUN)
    (venv / "half").touch()
    environment.build(Lock.RUN)
    assert not (venv / "half").exists()


def test_given_a_venv_whose_python_is_gone_when_built_then_it_is_made_anew(venv: Path) -> None:
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/no/such/python")
    environment.build(Lock.RUN)
    assert environment.is_ready(Lock.RUN)


def test_given_a_python_without_ensurepip_when_built_then_the_line_names_the_package(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(Refusal, match="apt install python3-venv"):
        environment.build(Lock.RUN)


def test_given_no_network_when_installing_then_pips_last_words_and_the_cure_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(f"lagniappe-is-on-no-index==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(Lock, "path", lock)
    monkeypatch.setattr(installer, "VENV_PYTHON", Path(sys.executable))
    monkeypatch.setattr("shutil.which", lambda name: None)
    for name, value in {"INDEX_URL": "http://127.0.0.1:1/", "EXTRA_INDEX_URL": "", "RETRIES": "0"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    with pytest.raises(Refusal, match="No matching distribution found for lagniappe-is-on-no-index") as refused:
        installer.install(Lock.RUN)
    assert "nothing else was changed, run this again when the network is back" in str(refused.value)


def test_given_a_lock_when_split_for_two_pips_then_each_package_with_its_hashes_is_in_one_of_them(
    tmp_path: Path,
) -> None:
    halves = [path.read_text() for path in installer.write_halves(Lock.CHECK.path.read_text(), tmp_path)]
    whole = [line for line in Lock.CHECK.path.read_text().splitlines() if not line.startswith("#")]
    assert sorted("".join(halves).splitlines()) == sorted(whole)
    packages = [len(re.findall(r"^\S+==", half, re.MULTILINE)) for half in halves]  # a marker holds a == as well
    assert abs(packages[0] - packages[1]) <= 1


def test_given_this_interpreter_when_asked_then_no_package_of_the_tests_is_missing() -> None:
    assert missing(Lock.TEST) == []


def test_given_no_venv_wanted_when_a_package_is_missing_then_one_line_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAGNIAPPE_NO_VENV", "1")
    monkeypatch.setattr(environment, "missing", lambda lock: ["flask"])
    assert main(["web"]) == 1
    assert capsys.readouterr().err == (
        f"lagniappe: LAGNIAPPE_NO_VENV=1 is set, and {sys.executable} lacks flask: pip install them\n"
    )
