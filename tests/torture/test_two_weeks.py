"""Flowers for a day two weeks away, while every day all that runs dies, and the queue forgets all it knew.

They leave once, on that day, to the address as it is then; whoever takes them back the day before has their money.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOON
from tests.torture import scene as stage_of
from tests.torture.money_flows import TEAM, Complaint, bouquets, complained, notes, pressed
from tests.torture.scene import Moment, Scene
from tests.torture.theatre import theatre

DAYS = 14
THEIR_HOUR = NOON + timedelta(days=DAYS, hours=2)  # nine in the shop
NEW_STREET = "12 Linden Row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eve:
    """The thirteenth day of a life in which everything died each day, as often as it is wanted."""

    scene: Scene
    plot: Complaint
    moment: Moment

    def comes(self) -> Scene:
        self.scene.lay(self.moment)
        return self.scene


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def eve(request: pytest.FixtureRequest) -> Iterator[Eve]:
    postgres = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    with theatre(postgres) as here:
        here.scene.policy(TEAM)
        plot = complained(here.scene)
        pressed("flowers", when_days=str(DAYS))(here.scene, plot)
        here.scene.go_on()
        for day in range(1, DAYS):
            die(here.scene)
            until(here.scene, NOON + timedelta(days=day))
            if day == DAYS - 4:
                they_move(here.scene, plot)
            here.scene.go_on()
        yield Eve(scene=here.scene, plot=plot, moment=here.scene.copied())


def test_given_flowers_two_weeks_ahead_when_all_dies_every_day_then_they_leave_once_that_day_to_where_they_live_now(
    eve: Eve,
) -> None:
    scene = eve.comes()
    the_morning_comes(scene)
    (row,) = scene.effects("send_flowers")
    assert (row.state, bouquets(scene), scene.reserved()) == ("planned", 0, row.cost_minor)

    the_hour_comes(scene)

    (row,) = scene.effects("send_flowers")
    assert (row.state, scene.reserved(), scene.spent()) == ("done", 0, row.cost_minor)
    assert arrived(scene) == [("2026-12-05", NEW_STREET)]
    assert notes(scene, eve.plot) == 2  # that they are planned, and that they were ordered


def test_given_flowers_two_weeks_ahead_when_taken_back_on_the_thirteenth_day_then_none_leave_and_the_money_is_back(
    eve: Eve,
) -> None:
    scene = eve.comes()
    pressed("withdraw_flowers")(scene, eve.plot)
    scene.go_on()

    the_morning_comes(scene)
    the_hour_comes(scene)

    (row,) = scene.effects("send_flowers")
    assert (row.state, scene.reserved(), scene.spent()) == ("withdrawn", 0, 0)
    assert (arrived(scene), notes(scene, eve.plot)) == ([], 2)


def test_given_nobody_who_looks_for_what_is_due_when_the_queue_forgets_then_no_flowers_leave(
    eve: Eve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Show that those days are as deadly as they say: without that look, what the queue knew is all there is."""
    scene = eve.comes()
    the_morning_comes(scene)  # with what is done every day, and looks for more
    monkeypatch.setattr(stage_of, "ring_due", lambda _: None)

    the_hour_comes(scene)

    (row,) = scene.effects("send_flowers")
    assert (row.state, arrived(scene)) == ("planned", [])


def die(scene: Scene) -> None:
    """Leave nothing but what is on the disk, and the world outside: not even what was rung for."""
    scene.lay(scene.copied())


def the_morning_comes(scene: Scene) -> None:
    until(scene, THEIR_HOUR - timedelta(hours=1))
    scene.go_on()


def the_hour_comes(scene: Scene) -> None:
    """Let them leave in their hour, dying once more on the way."""
    until(scene, THEIR_HOUR)
    die(scene)
    scene.go_on()


def until(scene: Scene, moment: datetime) -> None:
    scene.later(int((moment - scene.world.clock.now()).total_seconds()))


def they_move(scene: Scene, plot: Complaint) -> None:
    scene.call(f"/town/orders/{plot.order}/edit", {"address": {"address1": NEW_STREET}})


def arrived(scene: Scene) -> list[tuple[str, str]]:
    """Return on which day each bouquet that was ordered comes, and to which street."""
    orders: list[dict[str, Any]] = scene.call("/town/florist/orders")["orders"]
    items = [item for order in orders for item in order["items"]]
    return [(item["delivery_date"], item["recipient"]["address1"]) for item in items]
