"""Death at the boundaries of every flow. Whatever dies where, both ledgers end as if nobody had.

Here at the first two, at half of those that leave a deed done in the town and not yet noted, and at a spread of the
others; `torture points` at all.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.torture import deaths, truth
from tests.torture.boundaries import Watch
from tests.torture.explore import Tale
from tests.torture.regressions import REGRESSIONS
from tests.torture.theatre import Theatre, theatre
from tests.torture.weather import CALM, FLOWS

FEWEST_MOMENTS = 7  # fewer would mean that the boundaries are not where we think they are
KILLED = 137
EVERY = 12  # of the moments at which only our own books have moved
LONG = frozenset({"address-told", "flowers-dearer"})  # days of their own, by command: `torture points`


@pytest.fixture(scope="module")
def here() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


@pytest.mark.parametrize("name", [name for name in CALM if name not in LONG])
def test_given_a_flow_when_its_process_dies_at_its_boundaries_then_both_ledgers_end_as_if_it_had_not(
    here: Theatre, name: str
) -> None:
    tale = here.tell(name, CALM[name])

    assert [verdict for verdict in deaths.singles(tale, every=EVERY) if verdict.wrong] == []
    assert len(tale.life.moments) >= FEWEST_MOMENTS


@pytest.mark.parametrize("name", ["gift-order+late-commit", "refund+commit-then-drop"])
def test_given_rough_weather_when_its_process_dies_at_its_boundaries_then_both_ledgers_end_as_if_it_had_not(
    here: Theatre, name: str
) -> None:
    tale = here.tell(name, FLOWS[name])

    assert [verdict for verdict in deaths.singles(tale, every=EVERY) if verdict.wrong] == []


@pytest.mark.parametrize(("name", "k", "j"), REGRESSIONS)
def test_given_a_death_that_once_went_wrong_when_it_strikes_again_then_all_is_well(
    here: Theatre, name: str, k: int, j: int | None
) -> None:
    assert deaths.one(here.tell(name, FLOWS[name]), k, j).wrong is None


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the child does nothing but die
def test_given_a_process_that_is_killed_when_looked_at_then_it_left_behind_what_the_copy_says(here: Theatre) -> None:
    tale = here.tell("gift", CALM["gift"])
    numbers = range(1, len(tale.life.at) + 1)
    commits = [number for number in numbers if tale.life.names[number - 1].endswith("commit")]

    for k in sorted({*commits[::2], *numbers[::60]}):
        assert killed_at(tale, k) == KILLED
        left = Counter(truth.ours(tale.scene))
        tale.scene.lay(tale.life.moments[tale.life.at[k - 1]])
        assert left == Counter(truth.ours(tale.scene)), f"killed {tale.life.names[k - 1]}"


def killed_at(tale: Tale, k: int) -> int:
    """Live the tale in a process of its own until it is killed at that boundary; return how it ended."""
    tale.scene.lay(tale.start)
    tale.scene.ground.engine.dispose()
    child = os.fork()
    if child == 0:
        tale.scene.watched.watch = Watch(at=lambda number, _name: os._exit(KILLED) if number == k else None)
        tale.flow.act(tale.scene, tale.plot)
        tale.scene.go_on()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
