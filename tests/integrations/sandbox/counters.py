"""A town with nothing but the counter under test, and a letter box at which its calls arrive."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from flask import Blueprint, Flask
from waitress.server import create_server

from integrations.sandbox.books import Books
from integrations.sandbox.clock import Clock
from integrations.sandbox.post_office import PostOffice
from integrations.sandbox.town import PRACTICE_SHOP, Town, TownSettings

ANN = 4_400_000_001


def town(target: str | None = None) -> Town:
    """Build a town in memory with one customer, Ann, and nobody carrying letters yet."""
    books, clock = Books(None), Clock(None)
    post = PostOffice(books, clock, target=target, seed=1)
    with books.turn() as turn:
        turn.put("customers", ANN, customer())
    return Town(settings=TownSettings(target=target, year=False), books=books, clock=clock, post=post)


def customer(**changes: object) -> dict[str, Any]:
    """Return Ann, as the store has her."""
    return {
        "id": ANN,
        "shop": PRACTICE_SHOP,
        "email": "ann.okafor@customer.example",
        "first_name": "Ann",
        "last_name": "Okafor",
        "created_at": "2026-01-05T09:00:00Z",
        **changes,
    }


def app(*blueprints: Blueprint) -> Flask:
    """Build a server of just these."""
    made = Flask(__name__)
    for blueprint in blueprints:
        made.register_blueprint(blueprint)
    return made


@contextmanager
def served(made: Flask) -> Iterator[str]:
    """Serve the app on a free port; yields its address."""
    server = create_server(made, host="127.0.0.1", port=0, threads=2)

    def run() -> None:
        # Closing takes the sockets from under the loop's select, which ends it as well as any signal would.
        with suppress(OSError):
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(30)


@dataclass(slots=True)
class LetterBox:
    """What came in, and what to answer next (204 when nothing is left to say)."""

    url: str = ""
    letters: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def letter_box(*answers: int) -> Iterator[LetterBox]:
    """Take letters over real HTTP, answering as told."""
    box = LetterBox(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            box.letters.append((self.path, dict(self.headers), body))
            self.send_response(box.answers.pop(0) if box.answers else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        box.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join(30)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Poll until it holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.01)
