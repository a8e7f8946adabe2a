"""Letters: signed like the real ones, carried until they are taken, never forgotten."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from integrations.sandbox.books import Books, Doc
from integrations.sandbox.clock import Clock
from integrations.sandbox.post_office import Letter, PostOffice, Weather
from integrations.sandbox.store.announcing import signature

LETTER = Letter(
    sender="store", subject="orders/paid", path="/hook", headers={"X-A": "b"}, body="{}", pauses=(0.01, 0.01)
)


class Box:
    """A letter box: what came in, and with which status to answer each (200 at the end)."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, bytes, str]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.letters.append((self.path, body, self.headers["X-A"]))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    thread = threading.Thread(target=box.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield box
    box.server.shutdown()
    box.server.server_close()
    thread.join()


@pytest.fixture
def office(box: Box) -> Iterator[PostOffice]:
    office = PostOffice(Books(), Clock(), target=box.url, seed=1)
    office.start(carriers=4)
    yield office
    office.close()


def send(office: PostOffice, letter: Letter = LETTER, *, lose: bool = False) -> int:
    with office._books.turn() as turn:
        return office.send(turn, letter, lose=lose)


def kept(office: PostOffice, key: int) -> Doc:
    with office._books.turn() as turn:
        return turn.get("letters", key) or {}


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline, "it did not happen within 30 s"
        time.sleep(0.01)


def test_given_the_published_vector_when_signed_then_it_is_the_published_signature() -> None:
    body = '{"id":1001,"note":"café"}'.encode()

    assert len(body) == 26
    assert signature(body, "hush-test-secret-0123456789abcdef") == "jvf0ZQi05c55vWnZz+LFKkdahYQxmKl61T/il2YmJbs="


def test_given_a_letter_when_sent_then_it_arrives_as_written(office: PostOffice, box: Box) -> None:
    key = send(office, replace(LETTER, body='{"note":"café"}'))
    wait_until(lambda: kept(office, key)["state"] == "delivered")

    assert box.letters == [("/hook", '{"note":"café"}'.encode(), "b")]
    assert kept(office, key)["answers"] == [200]


def test_given_an_address_that_answers_badly_when_sent_then_it_is_tried_again(office: PostOffice, box: Box) -> None:
    box.answers = [503, 302]
    key = send(office)
    wait_until(lambda: kept(office, key)["state"] == "delivered")

    assert kept(office, key)["answers"] == [503, 302, 200]
    assert len(set(box.letters)) == 1


def test_given_an_address_that_never_takes_it_when_sent_then_it_is_given_up_at_last(
    office: PostOffice, box: Box
) -> None:
    box.answers = [500] * 9
    key = send(office)
    wait_until(lambda: kept(office, key)["state"] == "given up")

    assert kept(office, key)["answers"] == [500, 500, 500]


def test_given_nobody_at_the_address_when_sent_then_the_failure_has_a_name() -> None:
    office = PostOffice(Books(), Clock(), target="http://127.0.0.1:9", seed=1)
    office.start(carriers=4)
    key = send(office)
    wait_until(lambda: kept(office, key)["state"] == "given up")
    office.close()

    assert kept(office, key)["answers"] == ["ConnectionError"] * 3


def test_given_no_address_when_sent_then_it_is_only_recorded() -> None:
    office = PostOffice(Books(), Clock(), target=None, seed=1)

    assert kept(office, send(office))["state"] == "recorded"


def test_given_a_letter_to_be_lost_when_sent_then_it_never_arrives(office: PostOffice, box: Box) -> None:
    lost = send(office, lose=True)
    key = send(office)
    wait_until(lambda: kept(office, key)["state"] == "delivered")

    assert kept(office, lost)["state"] == "lost"
    assert len(box.letters) == 1


def test_given_a_turn_that_fails_when_it_would_have_sent_then_nothing_is_carried(office: PostOffice, box: Box) -> None:
    with pytest.raises(ZeroDivisionError), office._books.turn() as turn:
        _ = office.send(turn, LETTER) // 0
    key = send(office)
    wait_until(lambda: kept(office, key)["state"] == "delivered")

    assert len(box.letters) == 1


def test_given_a_town_killed_before_sending_when_it_is_back_then_the_letter_is_carried(
    box: Box, tmp_path: Path
) -> None:
    books = Books(tmp_path / "town.db")
    key = send(PostOffice(books, Clock(), target=box.url, seed=1))  # nobody carries yet: the town dies here
    books.close()

    office = PostOffice(Books(tmp_path / "town.db"), Clock(), target=box.url, seed=1)
    office.start(carriers=4)
    wait_until(lambda: kept(office, key)["state"] == "delivered")
    office.close()
    office._books.close()

    assert len(box.letters) == 1


@pytest.mark.parametrize(("exposed", "some"), [(True, True), (False, False)])
def test_given_bad_weather_when_sent_then_only_exposed_letters_are_lost(*, exposed: bool, some: bool) -> None:
    office = PostOffice(Books(), Clock(), target=None, seed=1)
    with office._books.turn() as turn:
        office.change_weather(turn, Weather(loss=0.5))
        for _ in range(100):
            office.send(turn, replace(LETTER, exposed=exposed))
        states = [letter["state"] for letter in turn.all("letters")]

    assert (30 < states.count("lost") < 70) == some


def test_given_duplicating_weather_when_sent_then_copies_are_the_same_delivery() -> None:
    office = PostOffice(Books(), Clock(), target=None, seed=1)
    with office._books.turn() as turn:
        office.change_weather(turn, Weather(duplicates=1.0))
        office.send(turn, replace(LETTER, exposed=True))
        letters = turn.all("letters")

    assert 2 <= len(letters) <= 5
    assert len({str(letter["headers"]) for letter in letters}) == 1


def test_given_delaying_weather_when_sent_then_the_letter_waits() -> None:
    office = PostOffice(Books(), Clock(), target="http://127.0.0.1:9", seed=1)
    with office._books.turn() as turn:
        office.change_weather(turn, Weather(delay=1.0, seconds=600))
        office.send(turn, replace(LETTER, exposed=True))
        (letter,) = turn.all("letters")

    assert letter["due"] - time.time() > 590


def test_given_reordering_weather_when_sent_then_later_letters_overtake() -> None:
    office = PostOffice(Books(), Clock(), target="http://127.0.0.1:9", seed=1)
    with office._books.turn() as turn:
        office.change_weather(turn, Weather(reorder=1.0, seconds=60))
        for _ in range(10):
            office.send(turn, replace(LETTER, exposed=True))
        due = [letter["due"] for letter in turn.all("letters")]

    assert due != sorted(due)
