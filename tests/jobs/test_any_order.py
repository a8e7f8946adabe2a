"""Webhooks come in any order: what is true out there decides, so whatever the order, all of it ends the same."""

import json
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from itertools import accumulate, permutations
from typing import Any, cast

import pytest

from app.domain.facts import GiftOption, Order
from app.domain.policy import Brake
from app.domain.ports import Receipt
from app.domain.ports import Shop as Store
from app.store import inbox, shops
from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.store.tables import Customer, Effect, Shop
from app.store.tables import Order as Row
from jobs.drain import drain
from jobs.handle import handle_all
from jobs.runtime import Outside, World
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
    """The store as it is at this moment of a story; what is done to it is written down."""

    now: Order = field(default_factory=order)
    done: list[str] = field(default_factory=list)

    def order(self, order_id: int) -> Order | None:
        return self.now if self.now.id == order_id else None

    def gift_option(self, variant_id: int) -> GiftOption:
        return gift_option(variant_id=variant_id)

    def has_tag(self, _customer_id: int, *, tag: str) -> bool:
        return f"tag {tag} True" in self.done

    def tag_customer(self, customer_id: int, *, tag: str, present: bool) -> Receipt:
        self.done.append(f"tag {tag} {present}")
        return Receipt(reference=f"gid://shopify/Customer/{customer_id}")

    def add_gift_line(self, _order_id: int, *, variant_id: int, key: str) -> Receipt:
        self.done.append(f"gift {variant_id}")
        self.now = replace(self.now, marks=self.now.marks | {key})
        return Receipt(reference="gid://shopify/Order/1")

    def take_back_gift_line(self, _order_id: int, *, variant_id: int, key: str) -> Receipt:
        self.done.append(f"took back {variant_id} {key[:4]}")
        return Receipt(reference="gid://shopify/Order/1")


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
    ends = {
        end_of(told, STORIES[story], world, shop, clock, number) for number, told in enumerate(permutations(range(5)))
    }

    assert len(ends) == 1
    ((net, _counted, _orders, gifts),) = ends
    assert (net, gifts) == {"cancelled": (0, 0), "refunded in part": (40_00, 1)}[story]


def end_of(
    told: tuple[int, ...],
    events: list[tuple[str, dict[str, Any]]],
    world: World,
    shop: Merchant,
    clock: SettableClock,
    number: int,
) -> tuple[int, bool, int, int]:
    """Tell a story about a new order in that order; return what the ledger and the store say in the end."""
    states = list(accumulate((facts for _, facts in events), lambda before, facts: before | facts))
    stage = Stage()
    here = staged(world, stage)
    with unit_of_work(world.sessions) as session:
        shops.change_policy(session, shop_id=shop.id, policy=POLICY, now=NOON)
    merchant = replace(shop, policy=POLICY)
    # Nothing is told before it has happened: what is told first may find the last already true.
    for place, happened in zip(told, accumulate(told, max), strict=True):
        stage.now = replace(
            order(id=1 + number, name=f"#{number}", customer_id=1 + number, processed_at=NOON + number * LATER),
            updated_at=NOON + number * LATER + timedelta(seconds=happened),
            marks=stage.now.marks,
            **states[happened],
        )
        tell(here, merchant, events[place][0], 1 + number)
    clock.forward(LATER)
    drain(here, shop.id)
    with unit_of_work(world.sessions) as session:
        row = session.get_one(Row, (shop.id, 1 + number))
        person = session.get(Customer, (shop.id, 1 + number))
        orders = 0 if person is None else person.orders
        given = len([deed for deed in stage.done if deed.startswith("gift")])
        taken = len([deed for deed in stage.done if deed.startswith("took")])
        unsettled = session.query(Effect).filter(Effect.state.in_(("planned", "sending", "uncertain"))).count()
        assert unsettled == 0
        return row.net_minor, row.counted, orders, given - taken


def tell(here: StagedWorld, merchant: Merchant, topic: str, order_id: int) -> None:
    """Receive a webhook, and handle it at once."""
    receive(here, merchant, topic, order_id)
    with unit_of_work(here.sessions) as session:
        now = here.clock.now()
        letters = inbox.claim(session, shop_id=merchant.id, now=now, lease=MINUTE, limit=1)
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
    stage = Stage(now=order(id=1, customer_id=1, **PAID))
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
