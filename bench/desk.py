"""`bench desk`: from a customer's writing in to tag and field beside their ticket, through every process.

Beside it a handler as one writes it first: called by a town of its own, it tags and writes before it answers, and keeps
nothing.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import requests
from sqlalchemy import func, select

from app.domain.rules import special_customer
from app.launcher.ports import first_free, is_taken
from app.store.base import open_database, reading, sessions_of
from app.store.connection_tables import Connection
from app.store.tables import Customer, Effect
from bench.databases import both
from bench.report import percentile
from integrations.gorgias import furniture
from integrations.registry import FIRST_HELPDESK
from integrations.sandbox.helpdesk.people import ACCOUNT, API_KEY, API_USER
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from jobs.clock import Clock
from tests.stack import running, until

GOAL_S = 5.0
Taken = Mapping[str, Sequence[float]]  # seconds, by how customers wrote
TAG, _MARKS = "make-it-right", ("tag_customer", "mark_in_helpdesk")
_SHARES = {"p50": 0.5, "p95": 0.95}
LOOK_SECONDS, MOST_SECONDS, QUIET_SECONDS = 0.01, 60.0, 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpdesk:
    """A town's helpdesk, as its customers and its owner use it."""

    town: str

    def api(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401  # whatever JSON comes
        """Call the API as its owner."""
        url = f"{self.town}/gorgias/{ACCOUNT}/api/{path}"
        answer = requests.request(method, url, json=body, auth=(API_USER, API_KEY), timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def write_in(self, who: Mapping[str, int | str]) -> int:
        """Let a customer write; return their ticket."""
        answer = requests.post(f"{self.town}/town/tickets", json=dict(who), timeout=30)
        answer.raise_for_status()
        return int(answer.json()["ticket_id"])

    def shows(self, ticket: int) -> bool:
        """Return whether the ticket has the tag, and its customer the field."""
        seen = requests.get(f"{self.town}/town/tickets/{ticket}", timeout=30).json()
        return TAG in seen["tags"] and any(map(_says_special, seen["customer_fields"]))

    def forget(self, email: str) -> None:
        """Take a customer's field away, as somebody who tidies up would."""
        (customer,) = self.api("GET", f"customers?email={quote(email)}")["data"]
        self.api("DELETE", f"customers/{customer['id']}/custom-fields/{self.field()}")

    def field(self) -> int:
        """Return the number of the field that shows a customer's standing."""
        fields = self.api("GET", "custom-fields?object_type=Customer")["data"]
        return next(int(each["id"]) for each in fields if furniture.is_our_field(each))


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a ticket waited for longer than the goal."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench desk", description=__doc__)
    parser.add_argument("--tickets", type=int, default=15, help="one after the other, and as many more at once")
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args(arguments)
    print("milliseconds from a customer's message to tag and field beside it:")
    with tempfile.TemporaryDirectory(prefix="lagniappe-bench-") as folder:
        plain = _plain(Path(folder) / "plain", chosen.tickets)
        _say("a plain handler", plain, plain)
        with both() as urls:
            good = [_ours(kind, url, Path(folder) / kind, plain, chosen) for kind, (url,) in urls.items()]
    return 0 if all(good) else 1


def _ours(kind: str, url: str, folder: Path, plain: Taken, chosen: argparse.Namespace) -> bool:
    with running(folder, url, workers=chosen.workers, SANDBOX_CUSTOMERS="250") as stack:
        desk = Helpdesk(town=stack.town)
        _let_marks_out(stack.app)
        people = _special(url, 2 * chosen.tickets)
        for customer in people:  # so that the field must come with the ticket
            desk.forget(str(stack.get(f"/town/customers/{customer}")["email"]))
        return _say(kind, _measured(desk, [{"customer_id": customer} for customer in people]), plain)


def _measured(desk: Helpdesk, writers: Sequence[Mapping[str, int | str]]) -> Taken:
    """Let one half of them write one by one, and the other half all at once."""
    half = len(writers) // 2
    singly = [_wait(desk, who) for who in writers[:half]]
    with ThreadPoolExecutor(half) as together:
        return {"one by one": singly, "all at once": list(together.map(partial(_wait, desk), writers[half:]))}


def _let_marks_out(app: str) -> None:
    """Approve all that the past proposes, as the merchant does on their page."""
    proof = id_token(TownSettings(), PRACTICE_SHOP, Clock().now())
    form, worn = {"rule": special_customer.RULE}, {"Authorization": f"Bearer {proof}"}
    requests.post(f"{app}/approve-all", data=form, headers=worn, timeout=60).raise_for_status()


def _special(url: str, count: int) -> list[int]:
    """Return customers whose marks are out, as soon as nobody is about to look after any of them."""
    sessions = sessions_of(open_database(url))

    def quiet() -> list[int]:
        with reading(sessions) as session:
            open_ones = select(func.count()).where(Effect.ended_at.is_(None), Effect.kind.in_(_MARKS))
            busy = session.scalar(open_ones)
            looked = session.scalars(select(Connection.marks_at).where(Connection.kind == FIRST_HELPDESK)).one()
            out = select(Customer.customer_id).where(Customer.special, Customer.marked).order_by(Customer.customer_id)
            found = list(session.scalars(out.limit(count)))
        rests = looked is not None and looked > Clock().now() + timedelta(minutes=1)
        return found if not busy and rests and len(found) == count else []

    try:
        return until(quiet, QUIET_SECONDS)
    finally:
        sessions.kw["bind"].dispose()


def _plain(folder: Path, tickets: int) -> Taken:
    """Measure the handler that is written first."""
    folder.mkdir()
    home = _Home(("127.0.0.1", 0), _Handler)
    with _town(folder, target=home.url) as town, _handling(home):
        home.desk = desk = Helpdesk(town=town)
        desk.api("POST", "custom-fields", furniture.FIELD)
        desk.api("POST", "tags", furniture.tag(TAG))
        return _measured(desk, [{"email": f"customer.{number}@bench.example"} for number in range(2 * tickets)])


class _Home(ThreadingHTTPServer):
    """A web server that does at once what it is called for."""

    desk: Helpdesk
    daemon_threads = False  # whoever is in the middle of a call ends it before the town does

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: _Home

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        desk = self.server.desk
        desk.api("POST", f"tickets/{said['ticket_id']}/tags", {"names": [TAG]})
        (customer,) = desk.api("GET", f"customers?email={quote(said['customer_email'])}")["data"]
        desk.api("PUT", f"customers/{customer['id']}/custom-fields/{desk.field()}", {"value": "Special: a friend."})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@contextmanager
def _handling(home: _Home) -> Iterator[None]:
    thread = threading.Thread(target=home.serve_forever)
    thread.start()
    try:
        yield
    finally:
        home.shutdown()
        home.server_close()
        thread.join()


@contextmanager
def _town(folder: Path, *, target: str) -> Iterator[str]:
    """Run a town that calls nobody but the target."""
    port = first_free()
    surroundings = {
        "APP_VAR": str(folder),
        "SANDBOX_PORT": str(port),
        "SANDBOX_TARGET": target,
        "SANDBOX_CUSTOMERS": "100",
        "LAGNIAPPE_NO_VENV": "1",
    }
    command = [sys.executable, "-m", "app", "sandbox"]
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: is_taken(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(desk: Helpdesk, who: Mapping[str, int | str]) -> float:
    """Return how many seconds it took from the message on."""
    began = time.monotonic()
    ticket = desk.write_in(who)
    while not desk.shows(ticket):
        if time.monotonic() - began > MOST_SECONDS:
            return MOST_SECONDS
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


def _says_special(value: dict[str, Any]) -> bool:
    return furniture.is_our_field(value) and str(value["value"]).startswith("Special")


def _say(name: str, taken: Taken, plain: Taken) -> bool:
    """Print what it took, and return whether nobody waited for longer than the goal."""
    for how, some in taken.items():
        told = ", ".join(f"{word} {1000 * percentile(some, share):,.0f}" for word, share in _SHARES.items())
        times = f"; {median(some) / median(plain[how]):.1f} × the plain one" if taken is not plain else ""
        print(f"{f'{name}, {how}':<30} {told}, longest {1000 * max(some):,.0f}{times}", flush=True)
    return max(map(max, taken.values())) <= GOAL_S
