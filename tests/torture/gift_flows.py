"""Flows around what is given: a line on an order, a parcel of its own, a mark, and all of it taken back."""

from dataclasses import replace
from types import MappingProxyType

from app.domain.policy import GiftRoute, WhenLeft
from integrations.sandbox.town import PRACTICE_SHOP
from integrations.shopify import gift_order
from jobs.practice import POLICY
from tests.torture.flows import EVERY_ORDER, GENEROUS, Flow
from tests.torture.scene import Scene

HOUR, DAY = 3_600, 86_400
TAG = POLICY.special_customer.tag
ALONE = replace(EVERY_ORDER, when_left=WhenLeft.OWN_PARCEL)


def new_order(scene: Scene) -> int:
    return scene.order()


def paid(scene: Scene, order: int) -> None:
    scene.deliver(order, key=f"paid-{order}")


def over(scene: Scene, order: int) -> None:
    scene.deliver(order, key=f"over-{order}")


def given_once(scene: Scene, order: int) -> None:
    assert scene.gifts_on(order) == 1
    (row,) = [row for row in scene.effects("add_gift_line") if row.order_id == order]
    assert (row.state, scene.reserved(), scene.spent()) == ("done", 0, row.cost_minor)


def planned_then_cancelled(scene: Scene) -> int:
    order = scene.order()
    paid(scene, order)
    scene.drain()
    assert scene.reserved() > 0
    scene.call(f"/town/orders/{order}/cancel", {"announce": "lose"})
    return order


def withdrawn(scene: Scene, order: int) -> None:
    (row,) = scene.effects("add_gift_line")
    assert (row.state, scene.gifts_on(order), scene.reserved(), scene.spent()) == ("withdrawn", 0, 0, 0)


def planned_then_sold_out(scene: Scene) -> int:
    order = scene.order()
    paid(scene, order)
    scene.drain()
    scene.call(f"/town/variants/{POLICY.nth_order_gift.variants[0]}/stock", {"stock": 0})
    return order


def the_second_given(scene: Scene, order: int) -> None:
    given_once(scene, order)
    assert [row.payload["variant_id"] for row in scene.effects("add_gift_line")] == [POLICY.nth_order_gift.variants[1]]


def given_then_refunded(scene: Scene) -> int:
    order = scene.order()
    paid(scene, order)
    scene.drain()
    given_once(scene, order)
    scene.call(f"/town/orders/{order}/refund", {"announce": "lose"})
    return order


def taken_back(scene: Scene, order: int) -> None:
    (row,) = scene.effects("add_gift_line")
    assert (scene.gifts_on(order), row.code, scene.spent()) == (0, "taken_back", 0)


def left_without(scene: Scene, step: str = "send") -> int:
    order = scene.order()
    scene.call(f"/town/orders/{order}/fulfil", {"step": step, "announce": "lose"})
    return order


def parcels(scene: Scene) -> list[dict[str, object]]:
    """Return our own gift orders in the store, by the marks that our ledger gave them."""
    found = []
    for row in scene.effects("send_gift_order"):
        mark = {"key": gift_order.ATTRIBUTE, "value": gift_order.mark(row.key)}
        theirs = scene.call(f"/town/customers/{row.customer_id}")["orders"]
        made = [scene.call(f"/town/orders/{each['id']}") for each in theirs]
        found += [order for order in made if mark in order.get("custom_attributes", [])]
    return found


def travelled_once(scene: Scene, _order: int) -> None:
    (row,) = scene.effects("send_gift_order")
    assert (row.state, len(parcels(scene)), scene.reserved(), scene.spent()) == ("done", 1, 0, row.cost_minor)


def sent_then_cancelled(scene: Scene) -> int:
    order = left_without(scene, step="take")
    paid(scene, order)
    scene.go_on()
    travelled_once(scene, order)
    scene.call(f"/town/orders/{order}/cancel", {"announce": "lose"})
    return order


def stopped(scene: Scene, _order: int) -> None:
    (parcel,) = parcels(scene)
    assert parcel["cancelled_at"]
    assert [row.code for row in scene.effects("send_gift_order")] == ["taken_back"]
    assert scene.spent() == 0


def lifting_order(scene: Scene) -> int:
    customer = scene.call("/town/cast")["almost_average_customer"]
    return scene.order(customer_id=customer, amount="80.00")


def tags(scene: Scene, order: int) -> list[str]:
    customer = scene.call(f"/town/orders/{order}")["customer_id"]
    return list(scene.call(f"/town/customers/{customer}")["tags"])


def marked(scene: Scene, order: int) -> None:
    assert TAG in tags(scene, order)


def marked_then_cancelled(scene: Scene) -> int:
    order = lifting_order(scene)
    paid(scene, order)
    scene.go_on()
    marked(scene, order)
    scene.later(2 * DAY)
    scene.go_on()  # the new day's review has been
    scene.call(f"/town/orders/{order}/cancel", {"announce": "lose"})
    return order


def unmarked(scene: Scene, order: int) -> None:
    assert TAG not in tags(scene, order)


def frozen(scene: Scene) -> int:
    order = scene.order()
    scene.call(f"/town/shops/{PRACTICE_SHOP}", {"state": "frozen"})
    return order


def thaws(scene: Scene, _order: int) -> None:
    scene.call(f"/town/shops/{PRACTICE_SHOP}", {"state": "open"})
    scene.later(2 * HOUR)


FLOWS = MappingProxyType(
    {
        "gift": Flow(prepare=new_order, act=paid, happened=given_once),
        "gift-withdrawn": Flow(
            prepare=planned_then_cancelled,
            act=over,
            happened=withdrawn,
            policy=replace(GENEROUS, nth_order_gift=replace(EVERY_ORDER, settle_minutes=30)),
        ),
        "gift-second-choice": Flow(
            prepare=planned_then_sold_out,
            happened=the_second_given,
            policy=replace(GENEROUS, nth_order_gift=replace(EVERY_ORDER, settle_minutes=1)),
        ),
        "gift-taken-back": Flow(prepare=given_then_refunded, act=over, happened=taken_back),
        "gift-order": Flow(
            prepare=left_without,
            act=paid,
            happened=travelled_once,
            policy=replace(POLICY, nth_order_gift=replace(ALONE, route=GiftRoute.ORDER)),
        ),
        "gift-draft": Flow(
            prepare=left_without,
            act=paid,
            happened=travelled_once,
            policy=replace(POLICY, nth_order_gift=replace(ALONE, route=GiftRoute.DRAFT)),
        ),
        "gift-order-taken-back": Flow(
            prepare=sent_then_cancelled,
            act=over,
            happened=stopped,
            policy=replace(POLICY, nth_order_gift=replace(ALONE, route=GiftRoute.ORDER)),
        ),
        "gift-of-a-frozen-shop": Flow(
            prepare=frozen,
            act=paid,
            later=thaws,
            happened=given_once,
            besides=("shops ",),  # until when it was left alone stays written there until there is work again
        ),
        "tag": Flow(prepare=lifting_order, act=paid, happened=marked, policy=POLICY),
        "tag-off": Flow(
            prepare=marked_then_cancelled,
            act=over,
            happened=unmarked,
            policy=replace(POLICY, special_customer=replace(POLICY.special_customer, dwell_days=0)),
        ),
    }
)
