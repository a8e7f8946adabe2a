"""The conductors at work in a small town of their own, over real HTTP, with the clock in the test's hand."""

import hashlib
import json
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis
from sqlalchemy import Engine, false, func, select

from app.config import Settings
from app.domain.policy import Policy
from app.launcher.practice_settings import vendor_origins
from app.store import grants, inbox, migrate, shops
from app.store.base import Base, Sessions, open_database, sessions_of, unit_of_work
from app.store.sealed import Seal
from app.store.tables import Decision, Delivery, Effect, Pool
from integrations.sandbox.serve import RunningTown
from integrations.sandbox.town import PRACTICE_CLIENT_ID, PRACTICE_SECRETS, TownSettings
from integrations.shopify import webhooks as shopify
from jobs import history, practice
from jobs.drain import drain
from jobs.queue import Bell
from jobs.runtime import World, way_out
from tests.conftest import NOBODY_LISTENS, SEAL_KEY, empty
from tests.still import still_clock, still_town


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A world with the practice shop in it, and the town it lives in."""

    world: World
    shop_id: int
    town: str

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Make something happen in the town, or look at it."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.town}{path}", data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def order(self, **changes: Any) -> int:
        """Place an order whose webhook the test delivers itself."""
        customer = self.call("/town/cast")["fourth_order_customer"]
        placed = self.call("/town/orders", {"customer_id": customer, "announce": "lose"} | changes)
        return int(placed["order_id"])

    def deliver(self, order_id: int, key: str = "delivery-1", body: bytes | None = None) -> bool:
        """Put a webhook about the order into the inbox, as the web process would."""
        with unit_of_work(self.world.sessions) as session:
            return inbox.receive(
                session,
                shop_id=self.shop_id,
                source="shopify",
                sender="lagniappe-practice.myshopify.com",
                topic="orders/paid",
                delivery_key=key,
                body=json.dumps({"id": order_id}).encode() if body is None else body,
                now=self.world.clock.now(),
            )

    def tell(self, topic: str, key: str = "", *, triggered_at: datetime | None = None, **body: Any) -> bool:
        """Put a webhook of any topic into the inbox, as the web process would."""
        with unit_of_work(self.world.sessions) as session:
            return inbox.receive(
                session,
                shop_id=self.shop_id,
                source="shopify",
                sender="lagniappe-practice.myshopify.com",
                topic=topic,
                delivery_key=key or f"{topic}-{len(body)}",
                body=json.dumps(body).encode(),
                now=self.world.clock.now(),
                triggered_at=triggered_at,
            )

    def letters(self, after: int = 0) -> list[dict[str, Any]]:
        """Return what the store has written to us, whether it was carried or not."""
        found: list[dict[str, Any]] = self.call(f"/town/letters?after={after}")
        return found

    def hear(self, letters: list[dict[str, Any]]) -> None:
        """Put the store's letters into the inbox, as the web process would."""
        for letter in letters:
            headers, body = letter["headers"], letter["body"].encode()
            with unit_of_work(self.world.sessions) as session:
                inbox.receive(
                    session,
                    shop_id=self.shop_id,
                    source="shopify",
                    sender="lagniappe-practice.myshopify.com",
                    topic=letter["subject"],
                    delivery_key=shopify.delivery_key(headers, body),
                    event_key=shopify.event_key(headers, body),
                    body=body,
                    now=self.world.clock.now(),
                    triggered_at=shopify.triggered_at(headers),
                )

    def press(self, ticket_id: int, action: str, **form: str) -> None:
        """Put an agent's press into the inbox, as the web process would."""
        ticket = self.call(f"/town/tickets/{ticket_id}")
        said = {"v": "1", "event": "action", "action": action, "ticket_id": str(ticket_id)}
        who = {
            "customer_email": ticket["customer"]["email"],
            "agent_email": "lea@x.example",
            "agent_name": "Léa Martin",
        }
        body = json.dumps(said | who | form).encode()
        with unit_of_work(self.world.sessions) as session:
            inbox.receive(
                session,
                shop_id=self.shop_id,
                source="gorgias",
                sender="practice",
                topic="http-integration",
                delivery_key=hashlib.sha256(body).hexdigest(),
                body=body,
                now=self.world.clock.now(),
            )

    def drain(self) -> None:
        """Do what a worker does when the bell rings, in one turn however long the machine takes."""
        drain(self.world, self.shop_id, go_on=lambda: True)

    def gifts_on(self, order_id: int) -> int:
        """Return how many free lines are on the order in the store."""
        lines = self.call(f"/town/orders/{order_id}")["lines"]
        return sum(line["current_quantity"] for line in lines if line["price"] and line["discount"] == line["price"])

    def fault(self, operation: str, kind: str) -> None:
        """Let the next call of that operation go wrong."""
        self.call("/town/faults", {"next": [{"operation": operation, "kind": kind}]})

    def effects(self, kind: str) -> list[Effect]:
        """Return the ledger's rows of that kind."""
        with unit_of_work(self.world.sessions) as session:
            return [row for row in session.query(Effect).order_by(Effect.id) if row.kind == kind]

    def reasons(self, rule: str) -> list[str]:
        """Return the codes of what that rule decided, in order."""
        with unit_of_work(self.world.sessions) as session:
            return [row.code for row in session.query(Decision).order_by(Decision.id) if row.rule == rule]

    def policy(self, policy: Policy) -> None:
        """Let the merchant change their mind."""
        with unit_of_work(self.world.sessions) as session:
            shops.change_policy(session, shop_id=self.shop_id, policy=policy, now=self.world.clock.now())

    def granted(self, *scopes: str) -> None:
        """Let the store have told us that these are all it lets us do."""
        with unit_of_work(self.world.sessions) as session:
            grants.set_scopes(session, shop_id=self.shop_id, scopes=frozenset(scopes))

    def pause(self, *, paused: bool) -> None:
        """Throw the kill switch, or lift it."""
        with unit_of_work(self.world.sessions) as session:
            shops.pause(session, shop_id=self.shop_id, paused=paused)

    def set_aside(self) -> list[str]:
        """Return the keys of the deliveries that were left for a person."""
        with unit_of_work(self.world.sessions) as session:
            rows = session.query(Delivery).order_by(Delivery.id)
            return [row.delivery_key for row in rows if row.problem is not None and row.next_try_at is None]

    def reserved(self) -> int:
        """Return what is set aside in all pools, in minor units."""
        with unit_of_work(self.world.sessions) as session:
            return sum(pool.reserved_minor for pool in session.query(Pool))

    def spent(self) -> int:
        """Return what all pools have paid, in minor units."""
        with unit_of_work(self.world.sessions) as session:
            return sum(pool.spent_minor for pool in session.query(Pool))

    def later(self, seconds: int) -> None:
        """Let time pass, for the app and for the town."""
        self.call("/town/clock", {"seconds": seconds})


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """Yield an empty Redis."""
    client = Redis.from_url(redis_url, protocol=2)
    client.flushdb()
    yield client
    client.close()


def next_noon() -> datetime:
    """Return the next noon where the practice shop is, for what hangs on whether the shop's morning is over."""
    now = datetime.now(UTC)
    noon = now.replace(hour=17, minute=0)
    return noon if noon > now else noon + timedelta(days=1)


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the books of a town after its year, and a database into which its shop's past was read."""
    folder = tmp_path_factory.mktemp("lived-in")
    url = f"sqlite:///{folder / 'app.db'}"
    migrate.to_head(url)
    engine = open_database(url)
    moment = datetime.now(UTC)
    with still_town(TownSettings(books=folder / "town.db", clock_file=folder / "clock", customers=300), moment) as town:
        here = moved_in(settings_for(town, folder, url), sessions_of(engine), folder, moment)
        read_past(here)
    engine.dispose()
    return folder


@pytest.fixture
def moment() -> datetime:
    """Say when it is in the town; a test may say otherwise."""
    return datetime.now(UTC)


@pytest.fixture
def books() -> str:
    """Say which kind of database the town's app keeps its books in; a test may name another, or both.

    SQLite alone, for most: what differs between the databases is tested in the store and in the stories.
    """
    return "sqlite"


@pytest.fixture
def inside(
    lived_in: Path, in_memory: Path, books: str, moment: datetime, request: pytest.FixtureRequest
) -> Iterator[Practice]:
    """The practice shop in auto mode, its past read, with a town and a database of the test's own."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory(dir=in_memory)))
        for name in ("town.db", "clock", "app.db"):
            shutil.copy(lived_in / name, folder / name)
        engine = open_database(f"sqlite:///{folder / 'app.db'}")
        opened.callback(engine.dispose)
        if books == "postgres":
            engine = opened.enter_context(carried_over(engine, request.getfixturevalue("postgres_engine")))
        wish = TownSettings(books=folder / "town.db", clock_file=folder / "clock")
        town = opened.enter_context(still_town(wish, moment))
        url = engine.url.render_as_string(hide_password=False)
        yield moved_in(settings_for(town, folder, url), sessions_of(engine), folder, moment)


@contextmanager
def carried_over(source: Engine, target: Engine) -> Iterator[Engine]:
    """Let the target hold what the source does, for as long as the block runs; new rows are numbered behind it."""
    with source.connect() as before, target.begin() as after:
        for table in Base.metadata.sorted_tables:
            if rows := [dict(row) for row in before.execute(select(table)).mappings()]:
                after.execute(table.insert(), rows)
            if (number := table.autoincrement_column) is not None:
                sequence, last = (
                    func.pg_get_serial_sequence(table.name, number.name),
                    func.coalesce(func.max(number), 0),
                )
                after.execute(select(func.setval(sequence, last + 1, false())))
    try:
        yield target
    finally:
        target.dispose()
        empty(target)


def settings_for(town: RunningTown, folder: Path, database_url: str) -> Settings:
    """Return settings made by hand: the environment of whoever runs the tests has no say."""
    return Settings.model_construct(
        app_var=folder,
        database_url=database_url,
        practice=True,
        shopify_client_id=PRACTICE_CLIENT_ID,
        shopify_client_secrets=SecretStr(",".join(PRACTICE_SECRETS)),
        shopify_origin=f"{town.url}/shopify/{{shop}}",
        gorgias_origin=f"{town.url}/gorgias/{{account}}",
        helpdesk_origins=f"signed_hook={town.url}/hook_desk/{{account}},zendesk={town.url}/zendesk/{{account}}",
        florist_origin=f"{town.url}/florist",
        vendor_origins=vendor_origins(town.url),
        quarantine_seconds=2,
    )


def moved_in(chosen: Settings, sessions: Sessions, folder: Path, moment: datetime) -> Practice:
    """Return a world with the practice shop in it; nobody hears its bell, the tests drain by themselves."""
    world = World(
        settings=chosen,
        sessions=sessions,
        seal=Seal.from_settings((SEAL_KEY,)),
        clock=still_clock(moment, folder / "clock"),
        bell=Bell.at(NOBODY_LISTENS, patient=False),
        http=way_out(chosen),
    )
    town = chosen.florist_origin.removesuffix("/florist")
    return Practice(world=world, shop_id=practice.move_in(world), town=town)


def read_past(here: Practice, looks: int = 400) -> None:
    """Import the shop's history, however many looks the store needs to gather it."""
    for _ in range(looks):
        history.import_history(here.world, here.shop_id)
        with unit_of_work(here.world.sessions) as session:
            if shops.history_state(session, shop_id=here.shop_id).done_at is not None:
                return
        here.later(1)
    assert looks == 1, "the past was never read"
