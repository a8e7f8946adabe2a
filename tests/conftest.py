"""What every test may ask for: a fresh database of each kind, a clock that obeys, a shop, and a world around them.

A test that asks for `sessions` (or anything built on it) runs on SQLite and on PostgreSQL. Where one is enough:
`pytestmark = pytest.mark.parametrize("database", ["sqlite"])`.
"""

import base64
import gc
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from importlib import import_module
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from app.config import Settings
from app.store import grants, migrate, shops
from app.store.base import Base, Session, Sessions, open_database, sessions_of, unit_of_work
from app.store.grants import Pair
from app.store.sealed import Seal
from app.store.shops import Merchant
from tests import remembered_rows
from tests.builders import MINUTE, NOON, SettableClock, auto_policy, profile
from tests.embedded import private_postgres, private_redis
from tests.remembered_routes import remember
from tests.remembered_statements import share
from tests.remembered_templates import keep

SEAL_KEY = base64.b64encode(bytes(range(32))).decode()
pytest_plugins = ["tests.recording", "tests.real_helpdesk.running"]

# A test counts and does not clock: a busy machine would else take its own slowness for a fault.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")
remember()
share()
keep()

MEMORY = Path("/dev/shm")  # noqa: S108  # a disk that is none
ROOM_BYTES = 512 * 1024 * 1024

SELDOM = (10_000, 20, 50)  # what is made before garbage is looked for among the young, the older, and all

NOBODY_LISTENS = "redis://127.0.0.1:1/0"

LONGEST = (
    "tests/torture/test_points",
    "tests/hostile/test_corpus",
    "tests/torture/",
    "tests/stories/",
)


PLAIN = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def pytest_collection() -> None:
    """Look for no garbage while tests are gathered: they all stay, and looking took a quarter of that time."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes: begun last, a storm keeps one process while the other has nothing left to do."""
    items.sort(key=lambda item: next((at for at, part in enumerate(LONGEST) if part in item.nodeid), len(LONGEST)))


def pytest_collection_finish() -> None:
    """Let the garbage collector look past what stays until the end: thousands of tests, and all that they import.

    And seldom: most of what a test makes goes by itself, and looking for the rest took a seventh of all time.
    """
    gc.enable()
    gc.set_threshold(*SELDOM)
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def plain_words() -> None:
    """Let failures be told in plain words: drawn with everything at hand, one takes a slow machine half a minute."""
    structlog.configure(processors=[structlog.processors.add_log_level, structlog.dev.set_exc_info, PLAIN])


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a PostgreSQL server, one for each test process; yield its URL."""
    with ExitStack() as servers:
        try:
            url = servers.enter_context(private_postgres(tmp_path_factory.mktemp("postgres")))
        except (RuntimeError, OSError, CalledProcessError) as reason:
            pytest.skip(f"no PostgreSQL here: {reason}")
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Redis server, one for each test process; yield its URL."""
    with private_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def in_memory() -> Iterator[Path]:
    """A folder for files that are written often: in memory, if there is room, for nobody here survives a power cut."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    with TemporaryDirectory(prefix="lagniappe-tests-", dir=MEMORY if roomy else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_engine(in_memory: Path) -> Iterator[Engine]:
    """Yield a migrated SQLite database that the tests of this process take turns on."""
    yield from migrated(f"sqlite:///{in_memory / 'test.db'}")


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """Yield a migrated PostgreSQL database that the tests of this process take turns on."""
    name = f"lagniappe_{uuid4().hex}"
    on_server(postgres_url, f"CREATE DATABASE {name}")
    yield from migrated(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
    on_server(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Say which kind of database the test runs on."""
    kind: str = request.param
    return kind


@pytest.fixture
def engine(database: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Yield a migrated database with nothing in it."""
    engine: Engine = request.getfixturevalue(f"{database}_engine")
    yield engine
    if not has_one_at_rest(engine):
        engine.dispose()  # whatever a test left open is closed before the next one starts
    empty(engine)


@pytest.fixture
def database_url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return sessions_of(engine)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def seal() -> Seal:
    return Seal.from_settings((SEAL_KEY,))


@pytest.fixture
def shop(engine: Engine, sessions: Sessions, seal: Seal) -> Merchant:
    """Install a merchant whose past is read and whose rules are all switched on."""
    with unit_of_work(sessions) as session:
        first = remembered_rows.is_empty(session, engine)
        merchant = shops.by_id(session, remembered_rows.put_back(session, engine) or installed(session, seal))
    if first:
        remembered_rows.remember(engine)
    assert merchant is not None
    return merchant


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Make settings by hand: the environment of whoever runs the tests has no say."""
    return Settings.model_construct(
        app_var=tmp_path,
        database_url=database_url,
        redis_url=NOBODY_LISTENS,
        shopify_client_id="practice-client",
        shopify_client_secrets=SecretStr("practice-secret"),
        seal_keys=SecretStr(SEAL_KEY),
    )


@pytest.fixture
def world(settings: Settings, sessions: Sessions, seal: Seal, clock: SettableClock) -> object:
    """Build a `jobs.runtime.World`; nobody hears its bell unless the test's `settings` name a `redis_url`."""
    # Imported late: tests of the store and the domain must not need the rooms above them.
    runtime, queue = import_module("jobs.runtime"), import_module("jobs.queue")
    bell = queue.Bell.at(settings.redis_url, patient=False)
    return runtime.World(
        settings=settings, sessions=sessions, seal=seal, clock=clock, bell=bell, http=runtime.way_out(settings)
    )


def installed(session: Session, seal: Seal) -> int:
    shop_id = shops.install(session, profile=profile(), policy=auto_policy(), now=NOON)
    let_in(session, shop_id, seal)
    shops.note_history(session, shop_id=shop_id, done_at=NOON, swept_to=NOON)
    return shop_id


def let_in(session: Session, shop_id: int, seal: Seal, pair: Pair | None = None) -> None:
    """Let a shop's store give us a token, once and for all unless the pair says otherwise."""
    turn = grants.begin(session, shop_id=shop_id, now=NOON, lease=MINUTE)
    assert turn is not None
    given = pair or Pair(token="shpat_practice", expires_at=None)
    assert grants.keep(session, shop_id=shop_id, turn=turn, pair=given, seal=seal, now=NOON)


def migrated(url: str) -> Iterator[Engine]:
    migrate.to_head(url)
    engine = open_database(url)
    yield engine
    engine.dispose()


def has_one_at_rest(engine: Engine) -> bool:
    """Return whether one connection alone is open, and nobody has it: the next test may, for a new one takes longer."""
    pool: Any = engine.pool
    return bool((pool.checkedout(), pool.checkedin()) == (0, 1))


def empty(engine: Engine) -> None:
    """Take everything out of a database."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    # Without a parameter both take many statements at once: one call for each table would take as long as most tests.
    forgetting = "UPDATE shops SET uninstalled_at = CURRENT_TIMESTAMP"  # else their trails must stay
    script = "; ".join([forgetting, *(f"DELETE FROM {name}" for name in tables)])  # noqa: S608  # our own names
    with closing(engine.raw_connection()) as connection:
        cursor: Any = connection.cursor()
        getattr(cursor, "executescript", cursor.execute)(script)
        connection.commit()


def on_server(url: str, *statements: str) -> None:
    """Run statements outside any transaction of the tests."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
