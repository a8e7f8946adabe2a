"""What the webhooks did not tell is found by looking, once, and looking again goes on where it broke off."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.errors import Unavailable
from app.domain.facts import Change
from app.domain.ports import Shop
from app.store import shops, tables
from app.store.base import reading, unit_of_work
from integrations.shopify.shop import ShopifyShop
from jobs import sweep as sweeping
from jobs.practice import POLICY
from jobs.queue import Bell, Task
from jobs.runtime import World, midnight
from jobs.sweep import sweep
from jobs.ticker import ring_due
from tests.jobs.conftest import Practice

QUARTER, DAY = 15 * 60, 86_400
LOST = 5  # one webhook in so many


@pytest.fixture
def generous(inside: Practice) -> Practice:
    """A shop in which every order carries a gift."""
    every_order = replace(POLICY.nth_order_gift, every=1, cooldown_days=0, per_day=1000)
    inside.policy(replace(POLICY, nth_order_gift=every_order))
    return inside


@pytest.fixture
def heard(inside: Practice, redis_url: str) -> Iterator[World]:
    """The same world, with a bell that workers hear."""
    world = replace(inside.world, bell=Bell.at(redis_url, patient=True))
    world.bell.redis.flushdb()
    yield world
    world.bell.redis.flushdb()
    world.bell.redis.close()


def test_given_a_fifth_of_the_webhooks_lost_when_swept_once_then_every_gift_is_there_once(generous: Practice) -> None:
    customers = generous.call("/town/cast")["fourth_order_customers"][:15]
    placed = [generous.order(customer_id=customer) for customer in customers]
    for number, order in enumerate(placed):
        if number % LOST:
            generous.deliver(order, key=f"delivery-{order}")
    generous.drain()
    assert sum(generous.gifts_on(order) for order in placed) == len(placed) * (LOST - 1) // LOST

    generous.later(QUARTER)
    sweep(generous.world, generous.shop_id)
    generous.drain()

    assert [generous.gifts_on(order) for order in placed] == [1] * len(placed)


def test_given_all_is_known_when_swept_again_then_nothing_is_put_into_the_inbox(inside: Practice) -> None:
    inside.order(customer_id=None)
    inside.later(QUARTER)
    sweep(inside.world, inside.shop_id)
    inside.drain()
    before = letters(inside)

    inside.later(QUARTER)
    sweep(inside.world, inside.shop_id)

    assert letters(inside) == before


def test_given_two_changes_in_one_second_when_only_the_first_was_read_then_the_sweep_finds_the_second(
    inside: Practice,
) -> None:
    order = inside.order(amount="45.00")
    inside.deliver(order)
    inside.drain()
    inside.call(f"/town/orders/{order}/refund", {"announce": "lose"})  # and the clock stands still

    inside.later(QUARTER)
    sweep(inside.world, inside.shop_id)
    inside.drain()

    with reading(inside.world.sessions) as session:
        assert session.get_one(tables.Order, (inside.shop_id, order)).net_minor == 0


def test_given_a_sweep_under_way_when_another_worker_is_rung_then_it_does_not_ask_the_same(
    inside: Practice, heard: World
) -> None:
    inside.later(QUARTER)
    heard.bell.take(Task.SWEEP, inside.shop_id, seconds=60)
    before = since(inside)

    sweep(heard, inside.shop_id)
    assert since(inside) == before

    heard.bell.give_back(Task.SWEEP, inside.shop_id)
    sweep(heard, inside.shop_id)
    assert since(inside) > before


def test_given_a_sweep_that_could_not_ask_when_the_next_is_rung_then_it_is_not_kept_away(
    inside: Practice, heard: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.later(QUARTER)
    with monkeypatch.context() as broken:
        broken.setattr(ShopifyShop, "updated_since", refuses)
        sweep(heard, inside.shop_id)
    before = since(inside)

    sweep(heard, inside.shop_id)

    assert since(inside) > before


def test_given_a_sweep_that_breaks_off_when_it_comes_round_again_then_it_goes_on_from_there(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "ROWS_A_COMMIT", 2)
    start = since(inside)
    for _ in range(5):
        inside.later(QUARTER)
        inside.order()
    whole = ShopifyShop.updated_since
    asked: list[datetime] = []

    def breaking(shop: Shop, moment: datetime) -> Iterator[Change]:
        asked.append(moment)
        for number, change in enumerate(whole(shop, moment)):  # type: ignore[arg-type]
            if number == 4 and len(asked) == 1:
                raise Unavailable("the line broke")
            yield change

    monkeypatch.setattr(ShopifyShop, "updated_since", breaking)
    sweep(inside.world, inside.shop_id)
    assert start < since(inside) < inside.world.clock.now() - timedelta(seconds=QUARTER)
    sweep(inside.world, inside.shop_id)

    assert letters(inside) == 5
    assert asked[1] > asked[0]


def test_given_a_change_that_the_store_showed_late_when_night_comes_then_it_is_found(inside: Practice) -> None:
    inside.order()
    inside.later(QUARTER)
    now = inside.world.clock.now()
    with unit_of_work(inside.world.sessions) as session:  # both sweeps have passed the change by
        shops.note_history(session, shop_id=inside.shop_id, swept_to=now + timedelta(days=2), swept_nightly_to=now)
        merchant = shops.by_id(session, inside.shop_id)
    assert merchant is not None
    sweep(inside.world, inside.shop_id)
    assert letters(inside) == 0

    until_midnight = midnight(merchant, now) + timedelta(days=1) - now
    inside.later(int(until_midnight.total_seconds()) + 3600)
    sweep(inside.world, inside.shop_id)
    sweep(inside.world, inside.shop_id)

    assert letters(inside) == 1
    with reading(inside.world.sessions) as session:
        nightly = shops.history_state(session, shop_id=inside.shop_id).swept_nightly_to
    assert nightly is not None
    assert nightly >= midnight(merchant, inside.world.clock.now())


def since(inside: Practice) -> datetime:
    with reading(inside.world.sessions) as session:
        swept_to = shops.history_state(session, shop_id=inside.shop_id).swept_to
    assert swept_to is not None
    return swept_to


def letters(inside: Practice) -> int:
    with reading(inside.world.sessions) as session:
        return session.query(tables.Delivery).filter(tables.Delivery.delivery_key.startswith("sweep:")).count()


@pytest.mark.parametrize("kind", ["429", "throttled", "html_502"])
def test_given_a_store_that_cannot_be_asked_when_swept_then_its_bell_is_silent_for_a_while(
    inside: Practice, heard: World, kind: str
) -> None:
    inside.later(QUARTER)
    inside.fault("OrdersUpdatedSince", kind)

    sweep(heard, inside.shop_id)
    ring_due(heard)

    assert not [job for job in heard.bell.queue.jobs if job.func_name == Task.SWEEP.value]


def refuses(_shop: Shop, _moment: datetime) -> Iterator[Change]:
    raise Unavailable("nobody is there")
