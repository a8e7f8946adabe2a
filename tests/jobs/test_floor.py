"""The floor of a worker: shops are served beside each other, no bell is lost, and a death in a thread is no secret."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event, current_thread

import pytest

from jobs.floor import STUCK_SECONDS, Floor
from jobs.hands import Hands
from jobs.runtime import World
from jobs.turns import PLACES

LONG = 20  # seconds; only a failing test waits so long


class Died(BaseException):
    """What ends a thread and is no mere failure."""


@pytest.fixture
def here(world: World) -> World:
    return replace(world, hands=Hands(8))


def test_given_one_shop_that_takes_long_when_another_comes_then_it_is_served_meanwhile(here: World) -> None:
    let_go, served = Event(), Event()

    def serve(_here: World, shop_id: int, **_: object) -> bool:
        return let_go.wait(LONG) if shop_id == 1 else served.set() or True

    floor = Floor(here, serve)
    floor.take(1)
    floor.take(2)

    assert served.wait(LONG)
    let_go.set()
    assert floor.close(within=LONG)


def test_given_a_shop_being_served_when_its_bell_is_heard_again_then_it_is_looked_at_again_and_by_nobody_else(
    here: World,
) -> None:
    begun, let_go, looks = Event(), Event(), []

    def serve(_here: World, _shop_id: int, **_: object) -> bool:
        looks.append(current_thread().name)
        begun.set()
        return let_go.wait(LONG)

    floor = Floor(here, serve)
    floor.take(1)
    assert begun.wait(LONG)
    floor.take(1)
    floor.take(1)
    let_go.set()

    assert floor.close(within=LONG)
    assert len(looks) == 2
    assert len(set(looks)) == 1


def test_given_a_shop_that_waits_for_calls_when_its_bell_is_heard_then_it_looks_at_once_and_the_calls_go_on(
    here: World,
) -> None:
    waits, may_end, ended = Event(), Event(), []

    def serve(inside: World, _shop_id: int, *, looks: Callable[[], None], **_: object) -> bool:
        with inside.hands.crew() as crew:
            looks()
            crew.begin(lambda _: may_end.wait(LONG), 1)
            waits.set()
            crew.gather()
            ended.append(may_end.is_set())
            looks()
            may_end.set()
        return True

    floor = Floor(here, serve)
    floor.take(1)
    assert waits.wait(LONG)
    floor.take(1)

    assert floor.close(within=LONG)
    assert ended == [False]


def test_given_all_places_taken_when_one_more_comes_then_the_others_give_way_after_their_quantum(here: World) -> None:
    asked, last = Event(), Event()

    def serve(_here: World, shop_id: int, *, go_on: Callable[[], bool], **_: object) -> bool:
        if shop_id == PLACES:
            return last.set() or True
        while go_on() and not last.is_set():
            asked.wait(0.001)
        return False

    floor = Floor(here, serve)
    for shop_id in range(PLACES + 1):
        floor.take(shop_id)

    assert last.wait(LONG)
    assert floor.close(within=LONG)


def test_given_a_failure_while_serving_then_the_shop_can_be_served_again(here: World) -> None:
    served = Event()

    def serve(_here: World, _shop_id: int, **_: object) -> bool:
        if not served.is_set():
            served.set()
            raise RuntimeError("the database is away")
        return True

    floor = Floor(here, serve)
    floor.take(1)
    assert served.wait(LONG)
    floor.close(within=LONG)

    floor.take(1)
    assert floor.close(within=LONG)
    assert floor.turns.share == 8  # nobody is left


def test_given_a_death_in_a_thread_then_the_main_thread_hears_of_it(here: World) -> None:
    def serve(_here: World, _shop_id: int, **_: object) -> bool:
        raise Died

    floor = Floor(here, serve)
    floor.take(1)
    floor.close(within=LONG)

    with pytest.raises(Died):
        floor.take(2)


def test_given_a_thread_that_goes_round_in_circles_then_the_process_ends_itself(here: World) -> None:
    let_go, ended = Event(), []
    floor = Floor(here, lambda *_, **__: let_go.wait(LONG), end_process=ended.append)
    floor.take(1)
    floor._seen[1] -= STUCK_SECONDS + 1

    floor.take(1)

    assert ended == [70]
    let_go.set()
    assert floor.close(within=LONG)


def test_given_a_stop_when_somebody_does_not_answer_then_it_is_said_in_time(here: World) -> None:
    let_go = Event()
    floor = Floor(here, lambda *_, **__: let_go.wait(LONG))
    floor.take(1)

    assert not floor.close(within=0.01)
    let_go.set()
    assert floor.close(within=LONG)


def test_given_one_hand_then_the_caller_serves_the_shop_itself(world: World) -> None:
    names: list[str] = []

    Floor(world, lambda *_, **__: bool(names.append(current_thread().name)) or True).take(1)

    assert names == [current_thread().name]
