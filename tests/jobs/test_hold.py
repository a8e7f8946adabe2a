"""What a worker has in hand stays its own however long a call takes; who has died lets go of it soon."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import select

from app.domain import retry
from app.domain.effects import State
from app.store import endings, inbox
from app.store.base import Sessions, unit_of_work
from app.store.tables import Delivery
from jobs.hands import Hands
from jobs.in_hand import Claimed, held
from jobs.lever import Lever
from tests.builders import HOUR
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


def test_given_a_letter_that_takes_longer_than_its_hold_when_others_look_then_it_is_in_good_hands_all_the_time(
    inside: Practice,
) -> None:
    inside.deliver(inside.order())
    settings = inside.world.settings.model_copy(update={"hold_seconds": HOLD_SECONDS})
    here, held_anew = replace(inside.world, settings=settings, hands=Hands(2)), Event()
    now = here.clock.now()
    with unit_of_work(here.sessions) as session:
        letters = inbox.claim(session, shop_id=inside.shop_id, now=now, lease=here.hold, limit=1)

    with held(here, Claimed(letters=letters, until=now + here.hold)) as in_hand:
        assert in_hand == letters
        while next_try(here.sessions) == now + here.hold:
            held_anew.wait(0.02)
    anew = next_try(here.sessions)

    assert anew > now + here.hold
    held_anew.wait(here.hold.total_seconds() / 2)
    assert next_try(here.sessions) == anew  # nobody works on it any more


def test_given_one_hand_when_it_takes_a_deed_then_it_is_held_for_a_whole_lease(inside: Practice) -> None:
    several = replace(inside.world, hands=Hands(2))

    assert inside.world.hold == inside.world.lease
    assert several.hold == timedelta(seconds=inside.world.settings.hold_seconds) < several.lease


def test_given_a_deed_that_others_have_taken_over_when_its_next_call_is_due_then_it_is_not_made(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def look(self: Lever, told: Callable[[Lever], None] = Lever.__call__) -> None:
        if inside.effects("add_gift_line")[0].state == State.SENDING:
            calls.append(1)
            if len(calls) == 2:  # the edit was begun; frozen for long, and taken for dead
                doubted(inside, after=HOUR)
        told(self)

    monkeypatch.setattr(Lever, "__call__", look)
    monkeypatch.setattr(retry, "_WHEN_BUSY", HOUR.total_seconds())  # a slow machine must not be back in this turn
    order = inside.order()
    inside.deliver(order)

    inside.drain()
    assert (len(calls), inside.gifts_on(order)) == (2, 0)

    inside.later(int(HOUR.total_seconds()) + 1)
    inside.drain()
    assert inside.gifts_on(order) == 1


def next_try(sessions: Sessions) -> datetime:
    with unit_of_work(sessions) as session:
        return session.scalars(select(Delivery.next_try_at)).one()


def doubted(here: Practice, after: timedelta = timedelta()) -> int:
    world = here.world
    with unit_of_work(world.sessions) as session:
        return endings.doubt_the_silent(
            session, shop_id=here.shop_id, now=world.clock.now() + after, quarantine=world.quarantine
        )
