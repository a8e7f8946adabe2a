"""A gift whose parcel left without it travels by itself: once, silently, to a good address, and never counts."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from app.domain.policy import GiftRoute, Mode, NthOrderGift, WhenLeft
from app.domain.ports import Receipt
from app.store import orders
from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.store.tables import Effect
from integrations import patience
from integrations.shopify.shop import ShopifyShop
from jobs import deeds, desk
from jobs.perform import Shift
from jobs.practice import POLICY
from jobs.runtime import World
from tests.jobs.conftest import Practice
from tests.late import hold_back

ALONE = replace(POLICY.nth_order_gift, when_left=WhenLeft.OWN_PARCEL)
CREATE = {GiftRoute.ORDER: "GiftOrderCreate", GiftRoute.DRAFT: "GiftDraftComplete"}
ROUTES = list(CREATE)
GATES = {GiftRoute.ORDER: 1, GiftRoute.DRAFT: 2}  # a draft is not ready at the first


@pytest.mark.parametrize("route", ROUTES)
def test_given_a_parcel_that_has_left_when_its_webhook_is_handled_then_the_gift_travels_by_itself(
    inside: Practice, route: GiftRoute
) -> None:
    order = left_without(inside, replace(ALONE, route=route))

    (parcel,) = parcels(inside, order)
    assert inside.reasons("nth_order_gift") == ["gift_order"]
    assert [(row.state, row.reference) for row in inside.effects("send_gift_order")] == [("done", str(parcel["id"]))]
    assert "lagniappe-gift" in parcel["tags"]
    assert (parcel["total"], parcel["financial_status"]) == ("0.00", "PAID")
    assert all(line["requires_shipping"] for line in parcel["lines"])
    assert (
        parcel["shipping_address"]["address1"] == inside.call(f"/town/orders/{order}")["shipping_address"]["address1"]
    )
    assert inside.spent() > 0


def test_given_a_planned_line_when_the_warehouse_takes_the_parcel_first_then_the_gift_travels_by_itself(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(ALONE, settle_minutes=10)))
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    inside.call(f"/town/orders/{order}/fulfil", {"step": "take", "announce": "lose"})

    inside.later(700)
    inside.drain()

    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("withdrawn", "too_late")]
    assert [row.state for row in inside.effects("send_gift_order")] == ["done"]
    assert len(parcels(inside, order)) == 1
    assert inside.reserved() == 0


def test_given_a_gift_that_travelled_by_itself_when_the_next_order_comes_then_nothing_is_owed(inside: Practice) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(ALONE, ordinals=(4,), settle_minutes=10)))
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    inside.call(f"/town/orders/{order}/fulfil", {"step": "take", "announce": "lose"})
    inside.later(700)
    inside.drain()

    following = inside.order()
    inside.deliver(following, key="delivery-2")
    inside.drain()

    assert inside.reasons("nth_order_gift")[-1] == "other_ordinal"


@pytest.mark.parametrize("route", ROUTES)
def test_given_our_own_gift_order_when_its_webhook_comes_back_then_it_is_neither_counted_nor_given_anything(
    inside: Practice, route: GiftRoute
) -> None:
    order = left_without(inside, replace(ALONE, every=1, cooldown_days=0, route=route))
    customer = inside.call(f"/town/orders/{order}")["customer_id"]
    before = standing(inside, customer)
    (parcel,) = parcels(inside, order)

    inside.deliver(parcel["id"], key="echo-1")
    inside.deliver(parcel["id"], key="echo-2")
    inside.drain()

    assert inside.reasons("nth_order_gift")[-1] == "not_counted"
    assert standing(inside, customer) == before
    assert len(parcels(inside, order)) == 1
    following = inside.order()
    inside.deliver(following, key="delivery-2")
    inside.drain()
    with unit_of_work(inside.world.sessions) as session:
        assert orders.ordinal(session, shop_id=inside.shop_id, order_id=following) == before[0] + 1


def test_given_a_gift_order_that_lost_its_tag_when_its_webhook_comes_back_then_it_is_still_known(
    inside: Practice,
) -> None:
    order = left_without(inside, ALONE)
    (parcel,) = parcels(inside, order)
    inside.call(f"/town/orders/{parcel['id']}/edit", {"tags": []})

    inside.deliver(parcel["id"], key="echo-1")
    inside.drain()

    assert inside.reasons("nth_order_gift")[-1] == "not_counted"


@pytest.mark.parametrize("kind", ["commit_then_drop", "500_after", "truncated"])
@pytest.mark.parametrize("route", ROUTES)
def test_given_a_gift_order_whose_answer_is_lost_when_it_is_looked_up_then_it_is_found_and_not_repeated(
    inside: Practice, route: GiftRoute, kind: str
) -> None:
    inside.fault(CREATE[route], kind)
    order = left_without(inside, replace(ALONE, route=route))
    assert [row.state for row in inside.effects("send_gift_order")] == ["uncertain"]

    inside.later(5)
    inside.drain()

    assert [(row.state, row.sends) for row in inside.effects("send_gift_order")] == [("done", GATES[route])]
    assert len(parcels(inside, order)) == 1


@pytest.mark.parametrize("kind", ["500_before", "html_502", "drop_before"])
@pytest.mark.parametrize("route", ROUTES)
def test_given_a_gift_order_that_never_was_when_it_is_looked_up_then_it_is_made_again(
    inside: Practice, route: GiftRoute, kind: str
) -> None:
    inside.fault(CREATE[route], kind)
    order = left_without(inside, replace(ALONE, route=route))

    inside.later(5)
    inside.drain()

    assert [(row.state, row.sends) for row in inside.effects("send_gift_order")] == [("done", GATES[route] + 1)]
    assert len(parcels(inside, order)) == 1


def test_given_a_gift_order_made_after_we_looked_when_it_is_tried_again_then_it_is_found_and_not_repeated(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out = hold_back(monkeypatch)
    inside.fault("GiftOrderCreate", "late_commit")
    order = left_without(inside, ALONE)
    inside.later(5)
    carry_out()

    inside.drain()
    inside.later(200)
    inside.drain()

    assert [row.state for row in inside.effects("send_gift_order")] == ["done"]
    assert len(parcels(inside, order)) == 1


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"address1": "PO Box 12"}, "a box"),
        ({"validation": "ERROR"}, "takes the address for wrong"),
        ({"address1": None, "last_name": None, "first_name": None}, "not complete"),
        (None, "no address"),
    ],
)
def test_given_an_address_that_needs_a_look_when_a_gift_would_travel_then_a_person_is_asked_and_may_say_yes(
    inside: Practice, address: dict[str, Any] | None, said: str
) -> None:
    order = left_without(inside, ALONE, address=address)
    (row,) = inside.effects("send_gift_order")
    assert (row.state, said in (row.problem or "")) == ("awaiting", True)
    assert (parcels(inside, order), inside.reserved()) == ([], 0)

    whole = inside.call(f"/town/orders/{inside.order()}")["shipping_address"]
    inside.call(f"/town/orders/{order}/edit", {"address": whole | {"validation": "NO_ISSUES"}})
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    desk.approve(inside.world, merchant, row.id)
    inside.drain()

    assert [row.state for row in inside.effects("send_gift_order")] == ["done"]
    assert len(parcels(inside, order)) == 1


def test_given_a_customer_who_became_another_when_a_gift_would_travel_then_a_person_is_asked(inside: Practice) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(ALONE, settle_minutes=60)))
    order = inside.order()
    inside.call(f"/town/orders/{order}/fulfil", {"announce": "lose"})
    inside.deliver(order)
    inside.drain()
    customer = inside.call(f"/town/orders/{order}")["customer_id"]
    other = next(each for each in inside.call("/town/cast")["fourth_order_customers"] if each != customer)
    inside.call(f"/town/customers/{customer}/merge", {"into": other})

    inside.later(3700)
    inside.drain()

    assert [row.state for row in inside.effects("send_gift_order")] == ["awaiting"]


def test_given_an_order_refunded_before_its_gift_travels_when_it_is_due_then_nothing_leaves(inside: Practice) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(ALONE, settle_minutes=60)))
    order = inside.order()
    inside.call(f"/town/orders/{order}/fulfil", {"announce": "lose"})
    inside.deliver(order)
    inside.drain()
    inside.call(f"/town/orders/{order}/refund", {"announce": "lose"})

    inside.later(3700)
    inside.drain()

    assert [(row.state, row.code) for row in inside.effects("send_gift_order")] == [("withdrawn", "refunded")]
    assert (parcels(inside, order), inside.reserved()) == ([], 0)


@pytest.mark.parametrize("route", ROUTES)
def test_given_a_gift_order_when_the_order_it_was_meant_for_is_cancelled_unsent_then_it_is_stopped(
    inside: Practice, route: GiftRoute
) -> None:
    order = left_without(inside, replace(ALONE, route=route), step="take")
    inside.call(f"/town/orders/{order}/cancel", {"announce": "lose"})
    inside.deliver(order, key="cancelled")
    inside.drain()
    inside.later(5)
    inside.drain()

    (parcel,) = parcels(inside, order)
    assert parcel["cancelled_at"]
    assert not any(mail["sent"] for mail in parcel["mails"] if mail["about"] == "order cancelled")
    assert [row.state for row in inside.effects("cancel_gift_order")] == ["done"]
    assert [row.code for row in inside.effects("send_gift_order")] == ["taken_back"]
    assert inside.spent() == 0


@pytest.mark.parametrize(("route", "mails"), [(GiftRoute.ORDER, 0), (GiftRoute.DRAFT, 1)])
def test_given_a_gift_order_when_it_is_made_then_only_a_draft_may_spoil_the_surprise(
    inside: Practice, route: GiftRoute, mails: int
) -> None:
    order = left_without(inside, replace(ALONE, route=route))

    (parcel,) = parcels(inside, order)
    assert sum(mail["sent"] for mail in parcel["mails"]) == mails


def test_given_an_address_that_takes_the_store_long_when_a_parcel_would_be_sent_then_it_waits_for_another_turn(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(patience, "time", SimpleNamespace(monotonic=count(step=30).__next__))
        order = left_without(inside, ALONE)

    assert [row.state for row in inside.effects("send_gift_order")] == ["planned"]
    assert parcels(inside, order) == []


@pytest.mark.parametrize("kind", ["commit_then_drop", "500_after", "drop_before"])
def test_given_a_draft_whose_making_was_not_answered_when_it_is_tried_again_then_one_order_comes_of_it(
    inside: Practice, kind: str
) -> None:
    inside.fault("GiftDraftCreate", kind)
    order = left_without(inside, replace(ALONE, route=GiftRoute.DRAFT))
    for _ in range(3):
        inside.later(120)
        inside.drain()

    assert [row.state for row in inside.effects("send_gift_order")] == ["done"]
    assert len(parcels(inside, order)) == 1
    assert inside.call("/town/drafts") == {"COMPLETED": 1}


def test_given_a_draft_that_staff_deleted_when_it_would_become_an_order_then_refused(inside: Practice) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(ALONE, route=GiftRoute.DRAFT)))
    order = inside.order()
    inside.call(f"/town/orders/{order}/fulfil", {"announce": "lose"})
    inside.deliver(order)
    inside.drain()
    inside.call("/town/drafts", {"delete": True})

    inside.later(30)
    inside.drain()

    (row,) = inside.effects("send_gift_order")
    assert (row.state, "deleted" in (row.problem or "")) == ("refused", True)
    assert (parcels(inside, order), inside.reserved()) == ([], 0)


def test_given_no_right_to_drafts_when_the_parcel_has_left_then_the_gift_waits_for_the_next_order(
    inside: Practice,
) -> None:
    inside.granted("read_products", "write_orders", "write_order_edits", "write_customers")

    left_without(inside, replace(ALONE, route=GiftRoute.DRAFT))

    assert inside.reasons("nth_order_gift") == ["too_late"]


def test_given_a_rule_that_asks_first_when_the_parcel_has_left_then_the_gifts_own_parcel_waits_for_a_yes(
    inside: Practice,
) -> None:
    order = left_without(inside, replace(ALONE, mode=Mode.APPROVE))

    assert [row.state for row in inside.effects("send_gift_order")] == ["awaiting"]
    assert parcels(inside, order) == []


@pytest.mark.parametrize("route", ROUTES)
def test_given_a_gift_order_that_came_in_after_we_had_looked_when_its_turn_comes_then_it_is_found_and_not_repeated(
    inside: Practice, route: GiftRoute
) -> None:
    inside.fault(CREATE[route], "commit_then_drop")
    order = left_without(inside, replace(ALONE, route=route))
    looked_too_early(inside, "send_gift_order")

    inside.drain()

    assert [row.state for row in inside.effects("send_gift_order")] == ["done"]
    assert len(parcels(inside, order)) == 1


@pytest.mark.parametrize("no", [desk.withdraw, desk.decline])
def test_given_a_gift_that_the_merchant_would_not_have_when_the_parcel_leaves_then_none_travels_by_itself(
    inside: Practice, no: Callable[[World, Merchant, int], object]
) -> None:
    mode = Mode.APPROVE if no is desk.decline else Mode.AUTO
    inside.policy(replace(POLICY, nth_order_gift=replace(ALONE, settle_minutes=60, mode=mode)))
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    (row,) = inside.effects("add_gift_line")
    no(inside.world, merchant_of(inside), row.id)

    inside.call(f"/town/orders/{order}/fulfil", {"announce": "lose"})
    inside.deliver(order, key="left")
    inside.later(3700)
    inside.drain()

    assert (inside.effects("send_gift_order"), parcels(inside, order)) == ([], [])
    assert inside.reasons("nth_order_gift") == ["gift", "unwished"]


def test_given_a_draft_that_is_being_prepared_when_its_order_is_over_then_it_is_deleted(inside: Practice) -> None:
    order = drafted(inside)
    inside.call(f"/town/orders/{order}/refund", {"announce": "lose"})

    inside.later(30)
    inside.drain()

    assert [(row.state, row.code) for row in inside.effects("send_gift_order")] == [("withdrawn", "refunded")]
    assert [(row.state, row.remark) for row in inside.effects("cancel_gift_order")] == [("done", "It was not there.")]
    assert inside.call("/town/drafts") == {}
    assert (parcels(inside, order), inside.reserved(), inside.spent()) == ([], 0, 0)


def test_given_a_draft_that_is_being_prepared_when_the_merchant_takes_the_gift_back_then_it_is_deleted_once(
    inside: Practice,
) -> None:
    drafted(inside)
    (row,) = inside.effects("send_gift_order")
    inside.fault("GiftDraftDelete", "commit_then_drop")

    assert desk.withdraw(inside.world, merchant_of(inside), row.id)
    inside.drain()
    inside.later(30)
    inside.drain()

    assert [row.state for row in inside.effects("cancel_gift_order")] == ["done"]
    assert inside.call("/town/drafts") == {}


def test_given_a_draft_whose_number_was_lost_when_its_gift_is_taken_back_then_it_is_found_by_its_mark_and_deleted(
    inside: Practice,
) -> None:
    inside.fault("GiftDraftCreate", "commit_then_drop")
    drafted(inside)
    (row,) = inside.effects("send_gift_order")
    assert row.request is None

    desk.withdraw(inside.world, merchant_of(inside), row.id)
    inside.drain()
    assert inside.call("/town/drafts") == {"OPEN": 1}
    inside.later(301)
    inside.drain()

    assert inside.call("/town/drafts") == {}


def test_given_the_kill_switch_when_a_drafted_gift_is_taken_back_then_the_draft_waits_for_it(inside: Practice) -> None:
    drafted(inside)
    (row,) = inside.effects("send_gift_order")
    inside.pause(paused=True)
    desk.withdraw(inside.world, merchant_of(inside), row.id)
    inside.drain()

    assert inside.call("/town/drafts") == {"OPEN": 1}


def test_given_the_kill_switch_when_it_is_thrown_during_the_last_look_then_no_draft_is_made(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deeds, "question", lambda *_: inside.pause(paused=True))

    order = left_without(inside, replace(ALONE, route=GiftRoute.DRAFT))

    assert (inside.call("/town/drafts"), parcels(inside, order)) == ({}, [])
    monkeypatch.undo()
    inside.pause(paused=False)
    for _ in range(2):
        inside.later(300)
        inside.drain()
    assert len(parcels(inside, order)) == 1


def drafted(inside: Practice) -> int:
    """Let a gift that travels by itself have got as far as its draft, which the store still prepares."""
    inside.policy(replace(POLICY, nth_order_gift=replace(ALONE, route=GiftRoute.DRAFT, settle_minutes=60)))
    order = inside.order()
    inside.call(f"/town/orders/{order}/fulfil", {"announce": "lose"})
    inside.deliver(order)
    inside.drain()
    inside.later(3600)
    # One step and no more: a whole turn of a slow worker might outlast the store's preparing.
    merchant = merchant_of(inside)
    outside = inside.world.outside(merchant)
    assert outside is not None
    with Shift(world=inside.world, most=1) as shift:
        shift.go_on(merchant, outside)
    assert inside.call("/town/drafts") == {"OPEN": 1}
    return order


def merchant_of(inside: Practice) -> Merchant:
    found = inside.world.merchant(inside.shop_id)
    assert found is not None
    return found


def looked_too_early(inside: Practice, kind: str) -> None:
    """Let a deed in doubt have been looked up when the store had not carried it out yet."""
    with unit_of_work(inside.world.sessions) as session:
        (row,) = (row for row in session.query(Effect) if row.kind == kind)
        row.state, row.next_try_at = "planned", inside.world.clock.now()


def left_without(
    inside: Practice, policy: NthOrderGift, *, step: str = "send", address: dict[str, Any] | str | None = ""
) -> int:
    """Place a fourth order whose parcel leaves at once, and handle its webhook."""
    inside.policy(replace(POLICY, nth_order_gift=policy))
    order = inside.order()
    inside.call(f"/town/orders/{order}/fulfil", {"step": step, "announce": "lose"})
    if not isinstance(address, str):
        inside.call(f"/town/orders/{order}/edit", {"address": address})
    inside.deliver(order)
    inside.drain()
    if policy.route is GiftRoute.DRAFT:
        inside.later(30)  # the store prepares a draft in its own time
        inside.drain()
    return order


def parcels(inside: Practice, order: int) -> list[dict[str, Any]]:
    """Return the gift orders of the order's customer."""
    customer = inside.call(f"/town/orders/{order}")["customer_id"]
    theirs = inside.call(f"/town/customers/{customer}")["orders"]
    found = [inside.call(f"/town/orders/{each['id']}") for each in theirs]
    return [each for each in found if any(a["key"] == "lagniappe_gift" for a in each.get("custom_attributes", ()))]


def standing(inside: Practice, customer: int) -> tuple[int, int]:
    with unit_of_work(inside.world.sessions) as session:
        found = orders.standing(session, shop_id=inside.shop_id, customer_id=customer, currency="USD")
    assert found is not None
    return found.orders, found.net.minor


def test_given_a_parcel_that_leaves_under_the_hand_when_a_line_is_added_then_the_gift_travels_by_itself(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.policy(replace(POLICY, nth_order_gift=ALONE))
    order, added = inside.order(), ShopifyShop.add_gift_line

    def as_it_leaves(shop: ShopifyShop, order_id: int, *, variant_id: int, key: str) -> Receipt:
        inside.call(f"/town/orders/{order}/fulfil", {"step": "send", "announce": "lose"})
        return added(shop, order_id, variant_id=variant_id, key=key)

    monkeypatch.setattr(ShopifyShop, "add_gift_line", as_it_leaves)
    inside.deliver(order)
    inside.drain()
    inside.later(60)
    inside.drain()

    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("withdrawn", "too_late")]
    assert [row.state for row in inside.effects("send_gift_order")] == ["done"]
