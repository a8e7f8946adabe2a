"""Webhooks come in any order: what is true out there decides, so whatever the order, all of it ends the same."""

import json
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import permutations
from operator import or_
from typing import Any, cast

import pytest

from app.domain.facts import GiftOption, Order
from app.domain.policy import Brake
from app.domain.ports import Receipt
from app.domain.ports import Shop as Store
from app.store import inbox, shops
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Customer, Effect, Shop
from app.store.tables import Order as Row
from jobs.drain import drain
from jobs.handle import handle_all
from jobs.runtime import Outside, World
from jobs.turns import LARGEST_BATCH
from tests.builders import MINUTE, NOON, SettableClock, auto_policy, gift_option, order, usd

LATER = 2 * MINUTE
# Generous: no cap and no brake may stand in the way of a hundred and twenty gifts in one day.
GIFT = replace(auto_policy().nth_order_gift, ordinals=(1,), settle_minutes=1, per_day=1_000)
BRAKE = Brake(least_deeds=1_000, least_minor=10_000_00)
POLICY = auto_policy(nth_order_gift=GIFT, gifts_monthly_minor=10_000_00, brake=BRAKE)


@pytest.fixture
def database() -> str:
    return "sqlite"


@dataclass(slots=True)
class Stage:
    """The store as it is at this moment of some stories; how many gifts are in each order is written down."""

    now: dict[int, Order] = field(default_factory=dict)
    gifts: Counter[int] = field(default_factory=Counter)
    tags: set[tuple[int, str]] = field(default_factory=set)

    def order(self, order_id: int) -> Order | None:
        return self.now.get(order_id)

    def gift_option(self, variant_id: int) -> GiftOption:
        return gift_option(variant_id=variant_id)

    def has_tag(self, customer_id: int, *, tag: str) -> bool:
        return (customer_id, tag) in self.tags

    def tag_customer(self, customer_id: int, *, tag: str, present: bool) -> Receipt:
        self.tags ^= {(customer_id, tag)} if present != self.has_tag(customer_id, tag=tag) else set()
        return Receipt(reference=f"gid://shopify/Customer/{customer_id}")

    def add_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt:
        self.gifts[order_id] += 1
        self.now[order_id] = replace(self.now[order_id], marks=self.now[order_id].marks | {key})
        return Receipt(reference=f"gid://shopify/Order/{order_id}")

    def take_back_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt:
        self.gifts[order_id] -= 1
        return Receipt(reference=f"gid://shopify/Order/{order_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedWorld(World):
    """A world whose only shop is on stage."""

    stage: Stage

    def outside(self, _merchant: Merchant) -> Outside:
        shop = cast("Store", self.stage)
        return Outside(shop=shop, shop_at_once=shop)


MADE = {"settled": False, "net": usd(0), "counted": False, "uncounted_because": "It is not paid for."}
PAID = {"settled": True, "net": usd(50_00), "counted": True, "uncounted_because": ""}
OVER = {"cancelled": True, "net": usd(0), "counted": False, "editable": False, "uncounted_because": "It was cancelled."}
# What happens, in this order, and what the order is from then on.
STORIES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "cancelled": [
        ("orders/create", MADE),
        ("orders/paid", PAID),
        ("orders/edited", {"net": usd(60_00)}),
        ("orders/cancelled", OVER),
        ("orders/updated", {"closed": True}),
    ],
    "refunded in part": [
        ("orders/create", MADE),
        ("orders/paid", PAID),
        ("orders/edited", {"net": usd(60_00)}),
        ("refunds/create", {"net": usd(40_00)}),
        ("orders/updated", {}),
    ],
}


@pytest.mark.parametrize("story", STORIES)
def test_given_five_events_of_an_order_when_told_in_all_120_orders_then_all_end_the_same(
    story: str, world: World, shop: Merchant, clock: SettableClock
) -> None:
    stage = Stage()
    here = staged(world, stage)
    with unit_of_work(world.sessions) as session:
        shops.change_policy(session, shop_id=shop.id, policy=POLICY, now=NOON)
    tellings = dict(enumerate(permutations(range(5)), start=1))  # each of an order of its own
    for place in range(5):
        for number, told in tellings.items():
            happen(stage, number, STORIES[story], told[: place + 1])
            receive(here, shop, STORIES[story][told[place]][0], number)
        handle_what_came(here, replace(shop, policy=POLICY))
    clock.forward(LATER)
    drain(here, shop.id)

    ends = {end_of(world, shop, number, stage.gifts[number]) for number in tellings}
    assert unsettled(world) == 0
    assert len(ends) == 1
    ((net, _counted, _orders, gifts),) = ends
    assert (net, gifts) == {"cancelled": (0, 0), "refunded in part": (40_00, 1)}[story]


def happen(stage: Stage, number: int, events: list[tuple[str, dict[str, Any]]], told: tuple[int, ...]) -> None:
    """Let an order be as far as what is told of it: nothing is told before it has happened."""
    happened = max(told)
    facts = reduce(or_, (facts for _, facts in events[: happened + 1]))
    before = stage.now.get(number)
    stage.now[number] = replace(
        order(id=number, name=f"#{number}", customer_id=number, processed_at=NOON),
        updated_at=NOON + timedelta(seconds=happened),
        marks=frozenset() if before is None else before.marks,
        **facts,
    )


def end_of(world: World, shop: Merchant, number: int, gifts: int) -> tuple[int, bool, int, int]:
    """Return what the ledger and the store say of an order in the end."""
    with reading(world.sessions) as session:
        row = session.get_one(Row, (shop.id, number))
        person = session.get(Customer, (shop.id, number))
        return row.net_minor, row.counted, 0 if person is None else person.orders, gifts


def unsettled(world: World) -> int:
    with reading(world.sessions) as session:
        return session.query(Effect).filter(Effect.state.in_(("planned", "sending", "uncertain"))).count()


def handle_what_came(here: StagedWorld, merchant: Merchant) -> None:
    """Handle at once all that was received."""
    while True:
        with unit_of_work(here.sessions) as session:
            now = here.clock.now()
            letters = inbox.claim(session, shop_id=merchant.id, now=now, lease=MINUTE, limit=LARGEST_BATCH)
        if not letters:
            return
        handle_all(here, merchant, here.outside(merchant), letters)


def receive(here: World, merchant: Merchant, topic: str, order_id: int) -> None:
    body = {"id": order_id, "order_id": order_id, "order_edit": {"order_id": order_id}}
    with unit_of_work(here.sessions) as session:
        inbox.receive(
            session,
            shop_id=merchant.id,
            source="shopify",
            sender=merchant.domain,
            topic=topic,
            delivery_key=f"{topic}-{order_id}",
            body=json.dumps(body).encode(),
            now=here.clock.now(),
        )


def staged(world: World, stage: Stage) -> StagedWorld:
    return StagedWorld(stage=stage, **{each.name: getattr(world, each.name) for each in fields(World)})


def test_given_an_order_told_after_the_merchant_left_when_they_come_back_then_it_is_not_lost(
    world: World, shop: Merchant, clock: SettableClock
) -> None:
    stage = Stage(now={1: order(id=1, customer_id=1, **PAID)})
    here = staged(world, stage)
    leave(world, shop, at=clock.now())
    receive(here, shop, "orders/paid", 1)
    drain(here, shop.id)
    assert rows(world) == []

    leave(world, shop, at=None)
    drain(here, shop.id)

    assert rows(world) == [(1, 50_00)]


def leave(world: World, shop: Merchant, *, at: datetime | None) -> None:
    """Let the merchant uninstall us, or as None come back."""
    with unit_of_work(world.sessions) as session:
        session.get_one(Shop, shop.id).uninstalled_at = at


def rows(world: World) -> list[tuple[int, int]]:
    with unit_of_work(world.sessions) as session:
        return [(row.order_id, row.net_minor) for row in session.query(Row)]
