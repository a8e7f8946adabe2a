"""The whole `demo`, over stand-ins for the other rooms."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launcher.standins import PATIENCE_SECONDS, Demo, copy_house, is_gone, lagniappe, running_demo, wait_until


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(copy_house(tmp_path_factory.mktemp("house"))) as running:
        yield running


def test_given_a_running_demo_when_read_then_lines_pages_and_seconds_are_there(demo: Demo) -> None:
    assert "one gift in the parcel" in demo.screen
    assert f"http://127.0.0.1:{demo.port}/" in demo.screen
    assert "visible effects after" in demo.screen


def test_given_a_running_demo_when_a_second_one_starts_on_its_folder_then_one_line_says_who_runs(demo: Demo) -> None:
    second = lagniappe(demo.house, "demo")
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert (
        f"already running on {demo.folder} (process {demo.process.pid}, http://127.0.0.1:{demo.port}/)" in second.stderr
    )


def test_given_a_running_demo_when_a_worker_is_killed_then_its_horses_go_and_it_is_started_again(demo: Demo) -> None:
    worker, horse, foal = (demo.pid_of(role) for role in ("worker", "horse", "foal"))
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: is_gone(horse) and is_gone(foal))
    wait_until(lambda: "worker-1   started again" in demo.screen)
    assert "worker-1   ended with signal SIGKILL" in demo.screen


def test_given_a_demo_when_its_launcher_is_killed_hard_then_no_process_is_left(tmp_path: Path) -> None:
    with running_demo(copy_house(tmp_path)) as demo:
        everyone = demo.everyone()
        assert len(everyone) > 10
        demo.process.kill()
        wait_until(lambda: all(map(is_gone, everyone)))


def test_given_a_demo_when_ctrl_c_then_all_stop_and_the_code_is_0(tmp_path: Path) -> None:
    with running_demo(copy_house(tmp_path)) as demo:
        everyone = demo.everyone()
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(PATIENCE_SECONDS) == 0
        assert all(map(is_gone, everyone))
        assert "everything has stopped" in demo.screen


def test_given_a_taken_port_when_asked_for_by_name_then_one_line_and_code_1(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = lagniappe(copy_house(tmp_path), "demo", "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == f"lagniappe: port {port} is taken: give --port another, or leave it out and a free one is found\n"
    )


def test_given_a_file_in_place_of_the_state_folder_when_started_then_one_line_and_code_1(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.touch()
    done = lagniappe(copy_house(tmp_path), "demo", APP_VAR=str(blocked))
    assert done.returncode == 1
    assert (
        done.stderr
        == f"lagniappe: the state folder {blocked} is not writable (File exists): set APP_VAR to one that is\n"
    )


def test_given_a_real_installation_when_demo_is_asked_for_then_it_refuses_to_play(tmp_path: Path) -> None:
    house = copy_house(tmp_path)
    (house / ".env").write_text("PUBLIC_URL=https://shop.example\n")
    done = lagniappe(house, "demo")
    assert done.returncode == 1
    assert done.stderr.startswith("lagniappe: PUBLIC_URL is set")


def test_given_a_migration_that_fails_when_started_then_its_last_words_and_log_are_named(tmp_path: Path) -> None:
    house = copy_house(tmp_path, practice="def main():\n    print('table is in the way')\n    return 3")
    done = lagniappe(house, "demo")
    assert done.returncode == 1
    assert done.stderr == f"lagniappe: practice failed (table is in the way): see {house}/var/log/practice.log\n"


@pytest.mark.parametrize(
    "words", [("--faults", "2"), ("--faults", "x"), ("--workers", "0"), ("--tickers", "0"), ("--port", "70000")]
)
def test_given_a_number_out_of_range_when_started_then_it_is_refused(tmp_path: Path, words: tuple[str, str]) -> None:
    done = lagniappe(copy_house(tmp_path), "demo", *words)
    assert done.returncode == 2
    assert f"argument {words[0]}: '{words[1]}' is not a number" in done.stderr
