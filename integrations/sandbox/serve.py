"""Serves the town over HTTP: as a process of its own, or from a thread for tests."""

import threading
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

import waitress
from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from waitress import wasyncore

from app.config import Settings, settings
from integrations.sandbox import opening
from integrations.sandbox.admin import routes as admin
from integrations.sandbox.books import Books
from integrations.sandbox.clock import Clock
from integrations.sandbox.florist import routes as florist
from integrations.sandbox.goody import routes as goody
from integrations.sandbox.handwrytten import routes as handwrytten
from integrations.sandbox.helpdesk import routes as helpdesk
from integrations.sandbox.hook_desk import routes as hook_desk
from integrations.sandbox.listener import routes as listener
from integrations.sandbox.lob import routes as lob
from integrations.sandbox.mailbox import routes as mailbox
from integrations.sandbox.mailbox.server import Mailbox
from integrations.sandbox.page import routes as page
from integrations.sandbox.post_office import PostOffice
from integrations.sandbox.store import routes as store
from integrations.sandbox.store.bulk_runner import BulkRunner
from integrations.sandbox.store.endpoint import Endpoint
from integrations.sandbox.store.engine import Engine
from integrations.sandbox.store.shops import NewShop, open_shop
from integrations.sandbox.town import (
    PRACTICE_CLIENT_ID,
    PRACTICE_SECRETS,
    PRACTICE_SHOP,
    PRACTICE_TOKEN,
    Town,
    TownSettings,
)
from integrations.sandbox.tremendous import routes as tremendous
from integrations.sandbox.turnstile import Turnstile
from integrations.sandbox.year import write_year
from integrations.sandbox.zendesk import routes as zendesk

# Each worker keeps a connection for each of its hands: at the usual hundred nobody else would be let in.
_MOST_CONNECTIONS = 500
_HOST = "127.0.0.1"
_HOME_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_THREADS = 8
_PRACTICE = NewShop(domain=PRACTICE_SHOP, token=PRACTICE_TOKEN)


class _InOrder(DefaultJSONProvider):
    """Answers hold their fields in the order in which they were asked for."""

    sort_keys = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """A town, everything that runs in it, and its web application."""

    town: Town
    endpoint: Endpoint
    runner: BulkRunner
    flask: Flask
    mailbox: Mailbox | None = None

    def start(self) -> None:
        """Let letters be carried and bulk operations be worked off."""
        self.town.post.start(self.town.settings.carriers)
        self.runner.start()
        if self.mailbox is not None:
            self.mailbox.start()

    def close(self) -> None:
        """Stop, in the order in which nothing is asked of what is closed already."""
        self.endpoint.close()
        self.runner.close()
        if self.mailbox is not None:
            self.mailbox.close()
        self.town.post.close()
        self.town.books.close()


class RunningTown:
    """A town that serves from a thread until it is closed, or until the `with` block ends."""

    def __init__(self, works: Works, port: int) -> None:
        self._works = works
        self._sockets: dict[int, object] = {}
        self._server = waitress.create_server(works.flask, host=_HOST, port=port, threads=_THREADS, map=self._sockets)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.town = works.town
        self.url = f"http://{_HOST}:{self._server.effective_port}"
        self.mail_url = f"smtp://{_HOST}:{works.mailbox.port}" if works.mailbox else ""
        works.start()
        self._thread.start()

    def close(self) -> None:
        """Stop serving; what the books hold stays in their file."""
        self._closing.set()
        self._server.pull_trigger()
        self._thread.join()
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)
        self._works.close()

    def _serve(self) -> None:
        # Not the server's own loop: that one can be closed only under the feet of requests on their way out.
        while not self._closing.is_set():
            wasyncore.loop(timeout=1, map=self._sockets, count=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(town_settings: TownSettings, *, port: int = 0) -> RunningTown:
    """Serve a town from a thread; port 0 takes a free one."""
    books, clock = Books(town_settings.books), Clock(town_settings.clock_file)
    return RunningTown(build(town_settings, books, clock), port)


def build(town_settings: TownSettings, books: Books, clock: Clock) -> Works:
    """Build a town around its books; empty books are filled with the practice shop and its year."""
    post = PostOffice(
        books, clock, target=town_settings.target, seed=town_settings.seed, kept=town_settings.letters_kept
    )
    town = Town(settings=town_settings, books=books, clock=clock, post=post)
    with books.turn() as turn:
        fresh = turn.count("shops") == 0
        shop = open_shop(turn, _PRACTICE)
        if fresh and town_settings.year:
            people = {"customers": town_settings.customers, "regulars": town_settings.regulars}
            write_year(turn, shop, clock.now(), town_settings.seed, **people)
    engine = Engine()
    endpoint = Endpoint(town, engine)
    flask = create_town(town, endpoint)
    port = town_settings.mail_port
    box = None if port is None else Mailbox(books, clock, port)
    return Works(town=town, endpoint=endpoint, runner=BulkRunner(town, engine), flask=flask, mailbox=box)


def create_town(town: Town, endpoint: Endpoint) -> Flask:
    """Return the town's web application."""
    flask, turnstile = Flask("town", static_folder=None), Turnstile()
    flask.before_request(partial(_refuse_strangers, admin.app_origin(town)))
    flask.before_request(turnstile.count)
    flask.json = _InOrder(flask)
    flask.register_blueprint(turnstile.blueprint())
    flask.register_blueprint(store.blueprint(town, endpoint))
    vendors = (
        florist,
        goody,
        handwrytten,
        lob,
        tremendous,
    )
    for part in (admin, helpdesk, hook_desk, zendesk, *vendors, listener, mailbox, page, opening):
        flask.register_blueprint(part.blueprint(town))
    return flask


def _refuse_strangers(app_origin: str) -> ResponseReturnValue | None:
    """Answer to this machine's own names only: a stranger's page may point its name here and press our buttons."""
    origin, host = request.headers.get("Origin"), request.headers.get("Host", "")
    named_so = host.rpartition(":")[0] in _HOME_NAMES or host in _HOME_NAMES
    the_app = origin == app_origin and request.blueprint == "admin"
    if named_so and (the_app or origin in (None, "null", f"http://{host}")):
        return None
    return Response("The town answers to this machine alone.", 403, mimetype="text/plain")


def main() -> int:
    """Serve the town of the environment's settings until the process is stopped."""
    found = settings()
    town_settings = _from_environment(found)
    books, clock = Books(town_settings.books), Clock(town_settings.clock_file)
    works = build(town_settings, books, clock)
    works.start()
    try:
        waitress.serve(
            works.flask,
            host=_HOST,
            port=town_settings.port,
            threads=found.sandbox_threads,
            connection_limit=_MOST_CONNECTIONS,
        )
    finally:
        works.close()
    return 0


def _from_environment(found: Settings) -> TownSettings:
    return TownSettings(
        port=found.sandbox_port,
        mail_port=found.sandbox_mail_port or None,
        target=found.sandbox_target or None,
        seed=found.sandbox_seed,
        customers=found.sandbox_customers,
        regulars=found.sandbox_regulars,
        letters_kept=found.sandbox_letters_kept,
        carriers=found.sandbox_carriers,
        bucket_size=found.sandbox_bucket_size,
        restore_rate=found.sandbox_restore_rate,
        faults=found.sandbox_faults,
        books=found.sandbox_books or found.app_var / "town.db",
        clock_file=found.clock_file,
        record=found.sandbox_record,
        client_id=found.shopify_client_id or PRACTICE_CLIENT_ID,
        client_secrets=found.webhook_secrets or PRACTICE_SECRETS,
    )
