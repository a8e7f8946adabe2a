"""A worker is frozen, or its host cut off, until others have done its work; then it wakes, and goes on where it was."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from integrations import patience
from tests.torture.theatre import Theatre, theatre
from tests.torture.weather import CALM

# Frozen with the words on its lips, before a side that knows no keys: the one residue that no protocol takes away.
NO_KEYS = ("before the store GiftOrderCreate", "before the helpdesk POST messages")


@pytest.fixture(scope="module")
def here() -> Iterator[Theatre]:
    with theatre() as opened, pytest.MonkeyPatch.context() as patched:
        # For whoever is frozen, time passes as for everybody else.
        clock = opened.scene.inner.clock
        patched.setattr(patience, "time", SimpleNamespace(monotonic=clock.real_seconds))
        yield opened


def is_at_rest(name: str) -> bool:
    """Return whether no transaction is open there: a frozen transaction is ended by the database, not by us."""
    return name == "after commit" or name.startswith(("before the ", "after the "))


@pytest.mark.parametrize("name", ["gift", "gift-order", "note", "refund", "token"])
def test_given_a_worker_that_was_frozen_when_it_comes_back_late_then_its_answers_change_nothing(
    here: Theatre, name: str
) -> None:
    tale = here.tell(name, CALM[name])
    places = [at for at, boundary in enumerate(tale.life.names, 1) if is_at_rest(boundary)]
    wrong = {tale.life.names[at - 1]: tale.sleeps_at(at) for at in places}

    assert len(places) > 10
    assert {place: why for place, why in wrong.items() if why is not None and place not in NO_KEYS} == {}
