"""The merchant's pages as a browser on the same machine sees them."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from app.store.shops import Merchant
from app.web import create_app, front
from jobs.runtime import World
from tests.builders import SettableClock
from tests.web.desk import Desk


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no sender hang up because the machine is slow."""
    monkeypatch.setattr(front, "ANSWER_SECONDS", 300.0)


@pytest.fixture
def practice(world: World) -> World:
    """Return the world as in practice: the pages are open."""
    return replace(world, settings=world.settings.model_copy(update={"practice": True}))


class CompiledOnce(BytecodeCache):
    """Keeps compiled templates from one test's application to the next: half of their time."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session")
def compiled_once() -> CompiledOnce:
    return CompiledOnce()


@pytest.fixture
def browser(practice: World, compiled_once: CompiledOnce) -> FlaskClient:
    """Return a browser that asks localhost."""
    app = create_app(practice)
    app.jinja_env.bytecode_cache = compiled_once
    return app.test_client()


@pytest.fixture
def desk(practice: World, shop: Merchant, browser: FlaskClient, clock: SettableClock) -> Desk:
    """Return the practice shop's desk."""
    return Desk(world=practice, merchant=shop, browser=browser, clock=clock)
