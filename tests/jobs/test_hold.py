"""What a worker has in hand stays its own however long a call takes; who has died lets go of it soon."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from app.domain import retry
from app.domain.effects import State
from app.store import endings, inbox
from app.store.base import Session, Sessions, StoreUnavailable, unit_of_work
from app.store.inbox import A_FEW, Letter
from app.store.tables import Delivery
from jobs import drain, handle, in_hand
from jobs.hands import Hands
from jobs.in_hand import Claimed, held
from jobs.lever import Lever
from jobs.outcomes import Outcome
from jobs.steps import Sent, Steps
from tests.builders import HOUR, SettableClock
from tests.jobs.conftest import Practice

HOLD = timedelta(seconds=1)
PATIENCE_SECONDS = 60.0  # for a test that would hang


def test_given_a_call_that_outlasts_its_hold_when_others_look_then_it_is_in_good_hands_all_the_time(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = inside.world.settings.model_copy(update={"hold_seconds": HOLD.total_seconds()})
    clock = SettableClock(inside.world.clock.now())
    here = replace(inside, world=replace(inside.world, settings=settings, hands=Hands(2), clock=clock))
    called, may_end = Event(), Event()

    def slow(self: Lever, told: Callable[[Lever], None] = Lever.__call__) -> None:
        told(self)
        if here.effects("add_gift_line")[0].state == State.SENDING:
            called.set()
            may_end.wait(PATIENCE_SECONDS)

    monkeypatch.setattr(Lever, "__call__", slow)
    order = here.order()
    here.deliver(order)

    taken = 0
    with ThreadPoolExecutor(1) as worker:
        working = worker.submit(here.drain)
        assert called.wait(PATIENCE_SECONDS)
        for _ in range(4):  # longer than it is held, all in all
            clock.forward(0.6 * HOLD)
            until(lambda: held_until(here) == clock.now() + HOLD)
            taken += doubted(here)
        may_end.set()
        working.result()

    assert (taken, here.gifts_on(order)) == (0, 1)


def test_given_a_letter_that_takes_longer_than_its_hold_when_others_look_then_it_is_in_good_hands_all_the_time(
    inside: Practice,
) -> None:
    inside.deliver(inside.order())
    settings = inside.world.settings.model_copy(update={"hold_seconds": HOLD.total_seconds()})
    clock = SettableClock(inside.world.clock.now())
    here = replace(inside.world, settings=settings, hands=Hands(2), clock=clock)
    with unit_of_work(here.sessions) as session:
        letters = inbox.claim(session, shop_id=inside.shop_id, now=clock.now(), lease=HOLD, limit=1)

    with held(here, Claimed(letters=letters, until=clock.now() + HOLD), beside=nothing_else) as ours:
        assert ours == letters
        for _ in range(2):  # longer than it was taken for, all in all
            clock.forward(0.6 * HOLD)
            until(lambda: next_try(here.sessions) == clock.now() + HOLD)
    anew = next_try(here.sessions)

    clock.forward(HOLD)
    Event().wait(HOLD.total_seconds() / 2)
    assert next_try(here.sessions) == anew  # nobody works on it any more


def test_given_a_call_under_way_when_a_letter_takes_longer_than_the_hold_then_both_are_in_good_hands(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = inside.world.settings.model_copy(update={"hold_seconds": HOLD.total_seconds()})
    clock = SettableClock(inside.world.clock.now())
    here = replace(inside, world=replace(inside.world, settings=settings, hands=Hands(2), clock=clock))
    line = slow_line(monkeypatch)

    def take_long(*said: Any, told: Callable[..., bool] = drain.handle_all) -> bool:
        if line.called.is_set() and not line.may_end.is_set():
            clock.forward(0.6 * HOLD)
            until(lambda: held_until(here) == clock.now() + HOLD)
            line.may_end.set()
        return told(*said)

    monkeypatch.setattr(drain, "handle_all", take_long)
    order = here.order()
    here.deliver(order)
    with ThreadPoolExecutor(1) as worker:
        working = worker.submit(here.drain)
        assert line.called.wait(PATIENCE_SECONDS)
        here.deliver(here.order(), key="the next")
        here.world.hands.call()
        working.result()

    assert here.gifts_on(order) == 1


def test_given_a_call_under_way_when_the_next_letters_cannot_be_had_then_what_came_of_it_is_kept(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = replace(inside, world=replace(inside.world, hands=Hands(2)))
    line = slow_line(monkeypatch)

    def claim(*said: Any, told: Callable[..., list[Letter]] = inbox.claim, **more: Any) -> list[Letter]:
        if line.called.is_set() and not line.may_end.is_set():
            line.may_end.set()
            raise StoreUnavailable("", (), OSError())
        return told(*said, **more)

    monkeypatch.setattr(inbox, "claim", claim)
    here.deliver(here.order())
    with ThreadPoolExecutor(1) as worker:
        working = worker.submit(here.drain)
        assert line.called.wait(PATIENCE_SECONDS)
        here.world.hands.call()
        with pytest.raises(StoreUnavailable):
            working.result()

    assert [row.state for row in here.effects("add_gift_line")] == [State.DONE]


def test_given_letters_whose_hold_could_not_be_committed_when_the_database_is_back_then_they_are_held_again(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.deliver(inside.order())
    settings = inside.world.settings.model_copy(update={"hold_seconds": HOLD.total_seconds()})
    clock, tried = SettableClock(inside.world.clock.now()), list[int]()
    here = replace(inside.world, settings=settings, hands=Hands(2), clock=clock)
    with unit_of_work(here.sessions) as session:
        letters = inbox.claim(session, shop_id=inside.shop_id, now=clock.now(), lease=HOLD, limit=1)

    @contextmanager
    def broken_once(sessions: Sessions) -> Iterator[Session]:
        with unit_of_work(sessions) as session:
            yield session
            tried.append(1)
            if len(tried) == 1:
                clock.forward(0.1 * HOLD)
                raise StoreUnavailable("", (), OSError())

    monkeypatch.setattr(in_hand, "unit_of_work", broken_once)
    claimed = Claimed(letters=letters, until=clock.now() + HOLD)
    clock.forward(0.5 * HOLD)
    with held(here, claimed, beside=nothing_else):
        until(lambda: next_try(here.sessions) == clock.now() + HOLD)

    assert len(tried) > 1


def test_given_a_letter_that_breaks_each_time_when_it_was_tried_a_few_times_then_it_rests_for_a_whole_lease(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(handle, "orders_changed", breaks)
    here = replace(inside, world=replace(inside.world, hands=Hands(2)))
    here.deliver(here.order())
    rests: list[timedelta] = []

    for _ in range(A_FEW + 2):
        now = here.world.clock.now()
        here.drain()
        rests.append(next_try(here.world.sessions) - now)
        here.later(int(rests[-1].total_seconds()) + 1)

    assert [rest >= here.world.lease for rest in rests] == [*[False] * A_FEW, True, True]


@dataclass(frozen=True, slots=True)
class SlowLine:
    """Whose calls do not begin before they may."""

    called: Event = field(default_factory=Event)
    may_end: Event = field(default_factory=Event)


def slow_line(monkeypatch: pytest.MonkeyPatch) -> SlowLine:
    line = SlowLine()

    def do(steps: Steps, sent: Sent, told: Callable[[Steps, Sent], Outcome] = Steps.do) -> Outcome:
        line.called.set()
        line.may_end.wait(PATIENCE_SECONDS)
        return told(steps, sent)

    monkeypatch.setattr(Steps, "do", do)
    return line


def nothing_else() -> None:
    """Hold nothing beside the letters."""


def until(look: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < ends_at, "nobody holds it anew"
        time.sleep(0.01)


def held_until(here: Practice) -> datetime | None:
    (row,) = here.effects("add_gift_line")
    return row.next_try_at


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
