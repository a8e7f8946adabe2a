"""A running demo for the stories of each database."""

from collections.abc import Iterator

import pytest

from tests.embedded import private_postgres
from tests.stack import Stack, running

DATABASES = ("sqlite", "postgres")


@pytest.fixture(scope="module", params=DATABASES)
def story_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'story.db'}"
        return
    with private_postgres(tmp_path_factory.mktemp("pg")) as url:
        yield url


# Not for the session: its processes would go on working beside all the tests that come after.
@pytest.fixture(scope="module")
def stack(story_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running demo for all the stories on this database."""
    with running(tmp_path_factory.mktemp("demo") / "var", story_database) as up:
        yield up
