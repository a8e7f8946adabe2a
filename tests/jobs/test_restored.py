"""An old copy of the database is put back: all that was done since is found in the world, and done no second time."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from app.store import pulse as pulses
from app.store.base import Base, unit_of_work
from app.store.tables import Effect
from jobs import desk, pulse, restored
from jobs.drain import drain
from jobs.queue import Bell
from jobs.sweep import sweep
from tests.builders import NOON
from tests.conftest import empty
from tests.jobs.conftest import Practice

Copy = list[tuple[Any, list[dict[str, Any]]]]


@pytest.fixture
def books() -> str:
    """Say PostgreSQL: whoever has copies to put back has that."""
    return "postgres"


def copied(engine: Engine) -> Copy:
    """Return everything that is in the database."""
    with engine.connect() as connection:
        tables = Base.metadata.sorted_tables
        return [(table, [dict(row) for row in connection.execute(select(table)).mappings()]) for table in tables]


def put_back(engine: Engine, copy: Copy) -> None:
    """Put an old copy back in place of what is there."""
    empty(engine)
    with engine.begin() as connection:
        for table, rows in copy:
            if rows:
                connection.execute(table.insert(), rows)


@dataclass(frozen=True, slots=True)
class Story:
    """An order that earns a gift, and a customer for whom agents press buttons."""

    inside: Practice
    order: int
    ticket: int
    bereaved: int

    def happen(self) -> None:
        """Let the order be paid and both buttons be pressed."""
        self.inside.deliver(self.order)
        self.press()

    def press(self) -> None:
        self.inside.press(self.ticket, "refund_keep")

    def flowers(self) -> None:
        """Let flowers be ordered for tomorrow, and tomorrow come."""
        self.inside.press(self.ticket, "flowers", when_days="1")
        self.inside.drain()
        self.inside.later(4 * 86_400)  # the florist may be closed tomorrow

    def world(self) -> dict[str, Any]:
        """Return what is true out there."""
        call = self.inside.call
        notes = [note["text"] for note in call(f"/town/tickets/{self.ticket}")["notes"]]
        return {
            "gifts": self.inside.gifts_on(self.order),
            "refunded": call(f"/town/orders/{self.bereaved}")["refunded"],
            "refund notes": len([text for text in notes if text.startswith("Refunded")]),
        }

    def on(self) -> None:
        """Let everything come to its end."""
        for _ in range(6):
            self.inside.drain()
            self.inside.later(3)


@pytest.fixture
def story(inside: Practice) -> Story:
    cast = inside.call("/town/cast")
    opened = inside.call("/town/tickets", {"customer_id": cast["bereaved_customer"], "subject": "My mother's boots"})
    return Story(inside, inside.order(), int(opened["ticket_id"]), cast["bereaved_order"])


DONE = {"gifts": 1, "refunded": "64.00", "refund notes": 1}


@pytest.mark.parametrize("said", ["by the operator", "by Redis"])
@pytest.mark.parametrize("backed_up", ["before anything came", "when all had come", "when all was planned"])
def test_given_an_old_copy_when_all_goes_on_then_nothing_is_done_twice_and_nothing_lost(
    story: Story, backed_up: str, said: str, redis_url: str
) -> None:
    inside = story.inside
    engine: Engine = inside.world.sessions.kw["bind"]
    world = replace(inside.world, bell=Bell.at(redis_url, patient=True))
    pulse.beat(world)
    copy = copied(engine)
    if backed_up == "when all was planned":
        inside.pause(paused=True)
        story.happen()
        story.on()
        copy = copied(engine)
        inside.pause(paused=False)
        pulse.beat(world)
    else:
        story.happen()
        copy = copied(engine) if backed_up == "when all had come" else copy
        pulse.beat(world)
    story.on()
    assert story.world() == DONE

    put_back(engine, copy)
    inside.pause(paused=False)
    if said == "by Redis":
        assert pulse.beat(world)
    else:
        restored.run(world)
    story.on()
    assert story.world() == DONE  # nothing leaves before the store was asked
    sweep(world, inside.shop_id)
    story.press()  # the helpdesk says it again
    story.on()

    assert story.world() == DONE
    with unit_of_work(world.sessions) as session:
        assert pulses.held(session) == 0
        states = {row.kind: row.state for row in session.scalars(select(Effect).where(Effect.cost_minor.is_not(None)))}
    assert states["add_gift_line"] == "done"
    assert states.get("refund_order", "done") == "done"  # asked for again, it may simply be refused: all is refunded


def test_given_an_old_copy_that_nobody_knows_as_one_when_all_goes_on_then_something_is_done_twice(story: Story) -> None:
    """Prove that the test above can fail."""
    inside = story.inside
    engine: Engine = inside.world.sessions.kw["bind"]
    story.happen()
    copy = copied(engine)
    story.on()
    put_back(engine, copy)
    story.on()

    assert story.world() != DONE


def test_given_a_copy_that_was_just_put_back_when_a_worker_is_first_then_it_knows_it_as_one(
    story: Story, redis_url: str
) -> None:
    inside = story.inside
    engine: Engine = inside.world.sessions.kw["bind"]
    world = replace(inside.world, bell=Bell.at(redis_url, patient=True))
    pulse.beat(world)
    inside.deliver(story.order)
    copy = copied(engine)
    pulse.beat(world)
    story.on()
    put_back(engine, copy)

    drain(world, inside.shop_id)

    assert inside.gifts_on(story.order) == 1
    with unit_of_work(world.sessions) as session:
        assert pulses.held(session) == 1


def test_given_flowers_that_were_sent_when_an_old_copy_does_not_know_then_a_person_says_what_is_true(
    story: Story,
) -> None:
    inside = story.inside
    engine: Engine = inside.world.sessions.kw["bind"]
    story.flowers()
    copy = copied(engine)
    story.on()
    assert bouquets(inside) == 1
    put_back(engine, copy)

    restored.run(inside.world)
    sweep(inside.world, inside.shop_id)
    story.on()

    (flowers,) = inside.effects("send_flowers")
    assert (flowers.state, flowers.next_try_at) == ("uncertain", None)
    assert bouquets(inside) == 1


def test_given_flowers_that_may_have_been_sent_when_a_person_says_that_they_were_not_then_they_are_sent(
    story: Story,
) -> None:
    inside = story.inside
    story.flowers()
    restored.run(inside.world)
    sweep(inside.world, inside.shop_id)
    story.on()
    (flowers,) = inside.effects("send_flowers")

    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    assert desk.did_not_happen(inside.world, merchant, flowers.id)
    story.on()

    assert bouquets(inside) == 1


@pytest.mark.parametrize(
    "tried", [{"code": "vouched"}, {"first_sent_at": NOON, "sends": 1}], ids=["said not to have come", "not come"]
)
def test_given_flowers_that_had_not_come_when_the_copy_was_made_and_came_since_then_none_come_a_second_time(
    story: Story, tried: dict[str, Any]
) -> None:
    inside = story.inside
    engine: Engine = inside.world.sessions.kw["bind"]
    story.flowers()
    with unit_of_work(inside.world.sessions) as session:
        session.execute(update(Effect).where(Effect.kind == "send_flowers").values(tried))
    copy = copied(engine)
    story.on()
    put_back(engine, copy)

    restored.run(inside.world)
    sweep(inside.world, inside.shop_id)
    story.on()

    assert bouquets(inside) == 1


def bouquets(inside: Practice) -> int:
    return len(inside.call("/town/florist/orders")["orders"])
