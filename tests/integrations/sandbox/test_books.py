import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from integrations.sandbox.books import FIRST_ID, Books
from integrations.sandbox.clock import Clock

ROOT = Path(__file__).parents[3]


def test_given_a_document_when_it_is_read_then_changing_the_copy_changes_nothing() -> None:
    books = Books()
    with books.turn() as turn:
        turn.put("orders", 1, {"tags": ["a"]})
        copy = turn.get("orders", 1)
        assert copy is not None
        copy["tags"].append("b")

        assert turn.get("orders", 1) == {"tags": ["a"]}


def test_given_a_turn_that_raises_when_it_ends_then_nothing_of_it_is_kept() -> None:
    books = Books()
    with books.turn() as turn:
        turn.put("orders", 1, {"n": 1})
    with pytest.raises(ZeroDivisionError):
        _break_off(books)

    with books.turn() as turn:
        assert turn.all("orders") == [{"n": 1}]


def test_given_changes_of_this_moment_when_books_are_read_as_of_before_then_they_show_what_was() -> None:
    books = Books()
    with books.turn() as turn:
        turn.put("orders", 1, {"buyer": 7, "n": 1})
        turn.put("products", 1, {"n": 1})
    with books.turn() as turn:
        turn.put("orders", 1, {"buyer": 7, "n": 2})
    with books.turn(seconds_ago=5) as turn:
        then = [turn.get("orders", 1), turn.find("orders", "buyer", 7), turn.get("products", 1)]
    with books.turn() as turn:
        now = turn.get("orders", 1)

    assert then == [None, [], {"n": 1}]  # five seconds ago there was no such order; of products nothing is remembered
    assert now == {"buyer": 7, "n": 2}


def test_given_changes_within_a_turn_when_asked_then_the_turn_sees_them() -> None:
    books = Books()
    with books.turn() as turn:
        for key, city in enumerate(("Rome", "Oslo", "Rome")):
            turn.put("people", key, {"city": city})
    with books.turn() as turn:
        turn.put("people", 0, {"city": "Oslo"})
        turn.put("people", 3, {"city": "Rome"})
        turn.delete("people", 2)

        assert [each["city"] for each in turn.all("people")] == ["Oslo", "Oslo", "Rome"]
        assert len(turn.find("people", "city", "Oslo")) == 2
        assert turn.column("people", "city") == [("1", "Oslo"), ("0", "Oslo"), ("3", "Rome")]
        assert [turn.value("people", key, "city") for key in "0123"] == ["Oslo", "Oslo", None, "Rome"]
        assert turn.count("people") == 3
        assert turn.tally("people", "city") == {"Oslo": 2, "Rome": 1}


def test_given_an_index_when_documents_change_then_it_follows() -> None:
    books = Books()
    with books.turn() as turn:
        turn.put("people", 1, {"city": "Rome"})
    with books.turn() as turn:
        assert len(turn.find("people", "city", "Rome")) == 1
        turn.put("people", 1, {"city": "Oslo"})
    with books.turn() as turn:
        assert turn.find("people", "city", "Rome") == []
        assert len(turn.find("people", "city", "Oslo")) == 1


def test_given_ids_when_they_are_given_out_then_none_fits_into_32_bits_and_none_comes_twice(tmp_path: Path) -> None:
    books = Books(tmp_path / "town.db")
    with books.turn() as turn:
        first, second = turn.append("orders", {"n": 1}), turn.append("orders", {"n": 2})
        turn.delete("orders", second)
    books.close()
    books = Books(tmp_path / "town.db")
    with books.turn() as turn:
        third = turn.append("orders", {"n": 3})

    assert first == FIRST_ID > 2**31
    assert (second, third) == (first + 1, first + 2)
    books.close()


def test_given_a_thread_with_its_turn_when_it_asks_for_another_then_it_is_told_so() -> None:
    books = Books()
    with books.turn(), pytest.raises(RuntimeError, match="already has its turn"), books.turn():
        pass


def test_given_many_threads_when_all_of_them_count_then_nobody_is_overwritten() -> None:
    books = Books()
    with books.turn() as turn:
        turn.put("purse", 1, {"cents": 0})

    def spend() -> None:
        for _ in range(50):
            with books.turn() as turn:
                purse = turn.get("purse", 1) or {}
                turn.put("purse", 1, {"cents": purse["cents"] + 1})

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with books.turn() as turn:
        assert turn.get("purse", 1) == {"cents": 400}


def test_given_a_turn_when_it_is_kept_then_what_was_to_follow_follows_and_otherwise_not() -> None:
    books, done = Books(), []
    with books.turn() as turn:
        turn.afterwards(lambda: done.append("kept"))
        assert done == []
    with pytest.raises(ZeroDivisionError):
        _break_off(books, lambda: done.append("refused"))

    assert done == ["kept"]


def test_given_a_town_killed_without_warning_when_it_is_back_then_every_kept_turn_is_there(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom integrations.sandbox.books import Books\n"
        "books = Books(Path(sys.argv[1]))\n"
        "while True:\n"
        "    with books.turn() as turn:\n"
        "        number = turn.append('orders', {})\n"
        "        turn.put('pairs', number, {})\n"
        "    print(number, flush=True)\n"
    )
    path = tmp_path / "town.db"
    with subprocess.Popen([sys.executable, "-c", script, str(path)], cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(200)]
        os.kill(writer.pid, signal.SIGKILL)
        told += [int(line) for line in writer.stdout.readlines() if line.endswith(b"\n")]

    books = Books(path)
    with books.turn() as turn:
        kept = [each["id"] for each in turn.all("orders")]
        assert kept[: len(told)] == told
        assert turn.count("pairs") == len(kept)
    books.close()


def test_given_two_clocks_on_one_file_when_one_is_advanced_then_both_are_ahead(tmp_path: Path) -> None:
    mine, yours = Clock(tmp_path / "clock"), Clock(tmp_path / "clock")
    mine.advance(3600)
    mine.advance(60)

    assert yours.offset() == 3660
    assert (tmp_path / "clock").read_text() == "3660"
    assert abs((yours.now() - mine.now()).total_seconds()) < 5


def test_given_an_empty_clock_file_when_it_is_read_then_the_time_is_the_real_one(tmp_path: Path) -> None:
    (tmp_path / "clock").touch()

    assert Clock(tmp_path / "clock").offset() == 0


def _break_off(books: Books, deed: Callable[[], None] = lambda: None) -> None:
    with books.turn() as turn:
        turn.afterwards(deed)
        turn.put("orders", 2, {"n": 2})
        turn.put("orders", 1, {"n": 2})
        turn.delete("orders", 1)
        _ = 1 // 0
