"""Every task of one shop, walked while its neighbour's books are full of work: nothing of the neighbour's is touched.

The walk is made from the list of tasks, so a new task cannot be forgotten.
"""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.domain.people import Asked
from app.store import inbox, privacy
from app.store.base import Base, unit_of_work
from app.store.tables import Export, Shop
from jobs import tasks
from jobs.floor import Floor
from jobs.practice import POLICY
from jobs.queue import Task
from tests.jobs.conftest import Practice
from tests.jobs.test_storm import calls, neighbour
from tests.web.desk import ADA

DAYS = 5 * 24 * 3_600


@pytest.fixture
def street(inside: Practice, monkeypatch: pytest.MonkeyPatch) -> tuple[Practice, Practice]:
    """Two shops in one database: the practice shop with all kinds of work that waits, and a neighbour with none."""
    beside = neighbour(inside)
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    for number in range(3):
        inside.deliver(inside.order(), key=f"waits-{number}")
    ticket = inside.call("/town/tickets", {"customer_id": inside.call("/town/cast")["fourth_order_customer"]})
    inside.press(int(ticket["ticket_id"]), "refund_keep", amount="5.00")
    inside.tell(
        "customers/data_request",
        shop_domain="lagniappe-practice.myshopify.com",
        customer={"id": 55, "email": "ada@example.com"},
    )
    with unit_of_work(inside.world.sessions) as session:
        # A request that waits, an import that is to go on, and a sweep, a measure and a renewal that are long due.
        privacy.note(
            session,
            shop_id=inside.shop_id,
            kind=Asked.ERASURE,
            person=ADA,
            seal=inside.world.seal,
            now=inside.world.clock.now(),
        )
        session.get_one(Shop, inside.shop_id).history_done_at = None
        session.execute(delete(Export).where(Export.shop_id == inside.shop_id))
    inside.later(DAYS)
    monkeypatch.setattr(tasks, "world", lambda: inside.world)
    monkeypatch.setattr(tasks, "floor", lambda: Floor(inside.world))
    return inside, beside


@pytest.mark.parametrize("task", list(Task))
def test_given_a_neighbour_full_of_work_when_a_shops_task_runs_then_the_neighbours_books_stay_as_they_are(
    street: tuple[Practice, Practice], task: Task
) -> None:
    full, beside = street
    before = books_of(full)

    getattr(tasks, task.rpartition(".")[2])(beside.shop_id)

    assert books_of(full) == before
    assert calls(full).get("mispaired", 0) == 0


def test_given_all_that_waits_when_its_own_tasks_run_then_those_books_do_change(
    street: tuple[Practice, Practice],
) -> None:
    """Prove that there was something to touch."""
    full, beside = street
    idle, moved = books_of(beside), []
    for task in Task:
        before = books_of(full)
        getattr(tasks, task.rpartition(".")[2])(full.shop_id)
        moved += [task] * (books_of(full) != before)

    assert set(moved) >= {Task.DRAIN, Task.IMPORT, Task.PRIVACY, Task.SWEEP}
    assert books_of(beside) == idle


def test_given_the_task_list_when_walked_then_each_task_is_a_function_of_one_shop() -> None:
    assert {task.rpartition(".")[2] for task in Task} == {
        name for name, each in vars(tasks).items() if callable(each) and each.__module__ == tasks.__name__
    }


@pytest.mark.parametrize(
    "topic", ["orders/paid", "orders/updated", "orders/cancelled", "refunds/create", "orders/edited"]
)
def test_given_a_letter_to_one_shop_about_the_neighbours_order_when_handled_then_no_order_is_found_and_none_is_touched(
    street: tuple[Practice, Practice], topic: str
) -> None:
    full, beside = street
    order = full.order()
    body = {"id": order, "order_id": order, "order_edit": {"id": 1, "order_id": order}}
    before, shown = books_of(full), full.call(f"/town/orders/{order}")

    told(beside, topic, body)
    beside.drain()

    assert books_of(full) == before
    assert full.call(f"/town/orders/{order}") == shown
    assert [row for row in books_of(beside)["effects"] if row["kind"] != "post_note"] == []
    assert calls(full).get("mispaired", 0) == 0


def test_given_an_agent_of_one_shop_when_pressing_with_the_neighbours_order_then_nothing_moves_there(
    street: tuple[Practice, Practice],
) -> None:
    full, beside = street
    order = full.order()
    name = full.call(f"/town/orders/{order}")["name"]
    before, shown = books_of(full), full.call(f"/town/orders/{order}")
    form = {"v": "1", "event": "action", "action": "refund_keep", "ticket_id": "1", "amount": "5.00"}
    who = {"customer_email": "ada@example.com", "agent_email": "eve@x.example", "agent_name": "Eve"}
    beside.policy(replace(POLICY, team=replace(POLICY.team, refunds_per_day=99)))

    for number, word in enumerate((name, str(order), f"gid://shopify/Order/{order}")):
        told(beside, "http-integration", form | who | {"order": word, "note": "x" * number}, source="gorgias")
    beside.drain()

    assert books_of(full) == before
    assert full.call(f"/town/orders/{order}") == shown
    assert [row for row in books_of(beside)["effects"] if row["kind"] == "refund_order"] == []


def told(here: Practice, topic: str, body: dict[str, Any], *, source: str = "shopify") -> None:
    """Put a letter into the inbox of this shop, whoever's things it is about."""
    with unit_of_work(here.world.sessions) as session:
        inbox.receive(
            session,
            shop_id=here.shop_id,
            source=source,
            sender=str(here.shop_id),
            topic=topic,
            delivery_key=f"{topic}-{len(json.dumps(body))}",
            body=json.dumps(body).encode(),
            now=here.world.clock.now(),
        )


def books_of(here: Practice) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table that belongs to the shop."""
    with unit_of_work(here.world.sessions) as session:
        return {
            name: [
                dict(row)
                for row in session.execute(
                    select(table).where((table.c.shop_id if "shop_id" in table.c else table.c.id) == here.shop_id)
                ).mappings()
            ]
            for name, table in Base.metadata.tables.items()
        }
