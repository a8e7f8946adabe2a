"""What a worker has in hand stays its own however long a call takes; who has died lets go of it soon."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta

from app.store import endings
from app.store.base import unit_of_work
from jobs.hands import Hands
from tests.jobs.conftest import Practice

HOLD_SECONDS, CALL_SECONDS = 1, 2.5


def test_given_a_call_that_outlasts_its_hold_when_others_look_then_it_is_in_good_hands_all_the_time(
    inside: Practice,
) -> None:
    settings = inside.world.settings.model_copy(update={"hold_seconds": HOLD_SECONDS})
    here = replace(inside, world=replace(inside.world, settings=settings, hands=Hands(2)))
    slow = {"operation": "OrderEditCommit", "kind": "slow", "seconds": CALL_SECONDS}
    here.call("/town/faults", {"next": [slow]})
    order = here.order()
    here.deliver(order)

    taken = 0
    with ThreadPoolExecutor(1) as worker:
        working = worker.submit(here.drain)
        while not wait([working], timeout=0.05).done:
            taken += doubted(here)

    assert (taken, here.gifts_on(order)) == (0, 1)


def test_given_one_hand_when_it_takes_a_deed_then_it_is_held_for_a_whole_lease(inside: Practice) -> None:
    several = replace(inside.world, hands=Hands(2))

    assert inside.world.hold == inside.world.lease
    assert several.hold == timedelta(seconds=inside.world.settings.hold_seconds) < several.lease


def doubted(here: Practice) -> int:
    world = here.world
    with unit_of_work(world.sessions) as session:
        return endings.doubt_the_silent(
            session, shop_id=here.shop_id, now=world.clock.now(), quarantine=world.quarantine
        )
