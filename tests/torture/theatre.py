"""A database of either kind, a town, and the states in which a flow may find a shop: made once, laid down often."""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
import structlog
from sqlalchemy.engine import make_url

from app.store import migrate
from integrations import patience
from jobs import drain, handle, history, on_order, perform, practice, trail
from jobs.practice import POLICY
from tests.conftest import on_server
from tests.torture.explore import Tale
from tests.torture.flows import Flow
from tests.torture.ground import Ground, PostgresGround, SqliteGround
from tests.torture.scene import Moment, Scene, moved_in, stage

IN_MEMORY = Path("/dev/shm")  # noqa: S108  # a disk that is none: what is copied thousands of times need not be kept
QUARTER = 900
PATIENT = (patience, drain, handle, history, on_order, perform, trail)  # whoever measures how long they take


@dataclass(slots=True)
class Theatre:
    """Where tales are told; each is prepared once."""

    scene: Scene
    unknown: Moment = field(init=False)
    unread: Moment = field(init=False)
    home: Moment = field(init=False)
    _told: dict[str, Tale] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unknown = self.scene.copied()
        self.scene = replace(self.scene, shop_id=practice.move_in(self.scene.world))
        self.unread = self.scene.copied()
        moved_in(self.scene, POLICY)
        self.home = self.scene.copied()

    def tell(self, name: str, flow: Flow) -> Tale:
        """Return the tale of a flow, with its moments. Raises AssertionError when even undisturbed it ends badly."""
        if name not in self._told:
            self._told[name] = Tale(name, flow, self._set_up(flow))
        return self._told[name]

    def forget(self, name: str) -> None:
        """Let go of a tale: its moments are a database each."""
        self._told.pop(name, None)

    def _set_up(self, flow: Flow) -> Scene:
        self.scene.lay(self.unknown if flow.unknown else self.unread if flow.unread else self.home)
        if not flow.unknown:
            self.scene.policy(flow.policy)
        if not flow.sweeps:
            return self.scene
        often = self.scene.world.settings.model_copy(update={"sweep_seconds": QUARTER})
        return replace(self.scene, world=replace(self.scene.world, settings=often))


@contextmanager
def quiet() -> Iterator[None]:
    """Let nobody tell of what is done thousands of times."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.reset_defaults()


@contextmanager
def by_the_towns_clock(here: Scene) -> Iterator[None]:
    """Let nobody's patience depend on the machine that we run on: a boundary's number must be the same in every life.

    So time passes for the frozen, and for nobody else.
    """
    with pytest.MonkeyPatch.context() as patched:
        for module in PATIENT:
            patched.setattr(module, "time", SimpleNamespace(monotonic=here.inner.clock.real_seconds))
        yield


@contextmanager
def theatre(postgres: str | None = None) -> Iterator[Theatre]:
    """Open a theatre on SQLite, or in a database of its own on the PostgreSQL of that URL."""
    with ExitStack() as closing:
        closing.enter_context(quiet())
        folder = Path(tempfile.mkdtemp(prefix="lagniappe-torture-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
        closing.callback(shutil.rmtree, folder, ignore_errors=True)
        url = f"sqlite:///{folder / 'app.db'}" if postgres is None else closing.enter_context(_database_on(postgres))
        migrate.to_head(url)
        ground: Ground = SqliteGround(folder / "app.db") if postgres is None else PostgresGround(url)
        closing.callback(ground.close)
        scene = stage(ground, url=url)
        closing.enter_context(by_the_towns_clock(scene))
        yield Theatre(scene)


@contextmanager
def _database_on(server: str) -> Iterator[str]:
    name = f"torture_{uuid4().hex}"
    on_server(server, f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        on_server(server, f"DROP DATABASE {name} WITH (FORCE)")
