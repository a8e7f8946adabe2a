"""A gift in a parcel of its own: when it takes the place of a line, and which addresses a person must look at."""

from dataclasses import replace

import pytest

from app.domain.addresses import Address
from app.domain.effects import CancelGiftOrder, Effect, Pool, SendGiftOrder
from app.domain.facts import Line
from app.domain.policy import GiftRoute, NthOrderGift, WhenLeft
from app.domain.rules import gift_order, still_wanted
from app.domain.rules.nth_order_gift import decide, may_be_due
from tests.builders import (
    MUG,
    NOON,
    address,
    auto_policy,
    gift_history,
    gift_line,
    gift_option,
    gift_parcel,
    order,
    order_facts,
    refund,
    usd,
)

ALONE = NthOrderGift(ordinals=(4,), variants=(MUG,), when_left=WhenLeft.OWN_PARCEL)
LEFT = order(shipped=True, closed=True, editable=False)


def test_given_a_parcel_that_has_left_when_the_merchant_wants_it_then_the_gift_travels_by_itself() -> None:
    decision = decide(order_facts(order=LEFT), ALONE, NOON)

    (plan,) = decision.plans
    assert decision.code == "gift_order"
    assert plan.effect == gift_parcel()
    assert plan.effect.key == "gift-order:1001:nth_order_gift"
    assert (plan.cost, plan.pool) == (usd(8_00), Pool.GIFTS)
    assert "by itself" in decision.because


def test_given_a_parcel_that_has_left_when_the_merchant_wants_to_wait_then_it_goes_with_the_next() -> None:
    waiting = replace(ALONE, when_left=WhenLeft.NEXT_ORDER)

    assert decide(order_facts(order=LEFT), waiting, NOON).code == gift_order.TOO_LATE
    assert not may_be_due(LEFT, gift_history(), waiting, NOON)
    assert may_be_due(LEFT, gift_history(), ALONE, NOON)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"risky": True}, "risky"),
        ({"disputed": True}, "disputed"),
        ({"net": usd(0)}, "refunded"),
        ({"domestic": False}, "foreign"),
        ({"subscription": True}, "subscription"),
    ],
)
def test_given_an_order_that_deserves_no_gift_when_its_parcel_has_left_then_nothing_travels_either(
    changes: dict[str, object], code: str
) -> None:
    unfit = replace(LEFT, **changes)  # type: ignore[arg-type]

    assert decide(order_facts(order=unfit), ALONE, NOON).code == code
    assert (still_wanted.gift_order(unfit, gift_option(), auto_policy()) or ("",))[0] == code


def test_given_a_line_that_came_in_after_it_was_given_up_when_its_own_parcel_is_due_then_there_is_one_gift() -> None:
    late = replace(LEFT, lines=(Line(variant_id=MUG, quantity=1, total=usd(0)),))

    assert (still_wanted.gift_order(late, gift_option(), auto_policy()) or ("",))[0] == "on_board"


def test_given_a_customer_without_an_order_when_a_gift_is_planned_then_its_key_names_the_customer() -> None:
    plan = gift_order.plan(55, gift_option(), rule="best", route=GiftRoute.DRAFT, due_at=NOON, instead_of=None)

    assert plan.effect.key == "gift-order:customer-55:best"
    assert isinstance(plan.effect, SendGiftOrder)
    assert (plan.effect.order_id, plan.effect.route) == (None, GiftRoute.DRAFT)


@pytest.mark.parametrize(
    ("dropped", "code", "policy", "travels"),
    [
        (gift_line(), gift_order.TOO_LATE, ALONE, True),
        (gift_line(), "cancelled", ALONE, False),
        (gift_line(), gift_order.TOO_LATE, NthOrderGift(), False),
        (gift_parcel(), gift_order.TOO_LATE, ALONE, False),
        (refund(), gift_order.TOO_LATE, ALONE, False),
    ],
)
def test_given_a_dropped_deed_when_asked_what_is_given_instead_then_only_a_late_line_travels(
    dropped: Effect, code: str, policy: NthOrderGift, travels: bool
) -> None:
    plan = gift_order.instead(dropped, code, policy, cost=usd(8_00), now=NOON)

    assert (None if plan is None else plan.effect) == (gift_parcel() if travels else None)


@pytest.mark.parametrize(
    ("option", "code"),
    [
        (gift_option(), None),
        (None, "sold_out"),
        (gift_option(stock=0), "sold_out"),
        (gift_option(ships=False), "not_shipped"),
    ],
)
def test_given_a_free_parcel_when_looked_at_again_then_its_item_must_be_there_and_be_sent(
    option: object, code: str | None
) -> None:
    verdict = still_wanted.gift_order(LEFT, option, auto_policy())  # type: ignore[arg-type]

    assert (verdict and verdict[0]) == code


def test_given_a_gift_parcel_when_the_order_it_was_meant_for_is_cancelled_unsent_then_it_is_stopped() -> None:
    here = gift_history(given_here=True, left_here=(gift_parcel(),))

    (plan,) = decide(order_facts(order=order(cancelled=True, with_warehouse=True), history=here), ALONE, NOON).plans

    assert plan.effect == CancelGiftOrder(
        customer_id=55, title="Mug", undoes="gift-order:1001:nth_order_gift", order_id=1001
    )
    assert plan.effect.key == "undo:gift-order:1001:nth_order_gift"


def test_given_a_gift_parcel_that_waits_when_its_order_is_refunded_after_it_left_then_it_is_withdrawn() -> None:
    waiting = gift_history(given_here=True, waiting_here=(gift_parcel().key,))

    decision = decide(order_facts(order=order(shipped=True, net=usd(0)), history=waiting), ALONE, NOON)

    assert (decision.code, decision.withdraw) == ("left", (gift_parcel().key,))


@pytest.mark.parametrize(
    ("route", "granted", "stays"),
    [
        (GiftRoute.ORDER, {"read_products", "write_orders"}, True),
        (GiftRoute.ORDER, {"read_products", "read_orders"}, False),
        (GiftRoute.DRAFT, {"read_products", "write_orders"}, False),
        (GiftRoute.DRAFT, {"read_products", "write_draft_orders"}, True),
        (GiftRoute.DRAFT, None, True),  # the store has not told us yet
    ],
)
def test_given_a_route_that_was_not_granted_when_the_parcel_has_left_then_the_gift_waits_for_the_next_order(
    route: GiftRoute, granted: set[str] | None, stays: bool
) -> None:
    policy = replace(ALONE, route=route)
    scopes = None if granted is None else frozenset(granted)

    expected = policy if stays else replace(policy, when_left=WhenLeft.NEXT_ORDER)
    assert gift_order.as_granted(policy, scopes) == expected


@pytest.mark.parametrize(
    "street",
    [
        "PO Box 12",
        "P.O. Box 12",
        "p o box 9",
        "Post Office Box 3",
        "Postfach 1204",
        "Boîte postale 7",
        "B.P. 30",
        "Packstation 114",
        "Apartado 5",
    ],
)
def test_given_a_box_when_a_parcel_would_go_there_then_a_person_looks(street: str) -> None:
    assert "box" in (gift_order.undeliverable(address(street=street)) or "")
    assert "box" in (gift_order.undeliverable(address(street2=street)) or "")


@pytest.mark.parametrize("street", ["12 Boxwood Lane", "1 Posthof Street", "7 Bp Close", "3 Apartment Row"])
def test_given_a_street_that_only_sounds_like_one_when_a_parcel_would_go_there_then_it_may(street: str) -> None:
    assert gift_order.undeliverable(address(street=street)) is None


@pytest.mark.parametrize("missing", ["name", "street", "city", "country"])
def test_given_an_address_with_a_hole_when_a_parcel_would_go_there_then_a_person_looks(missing: str) -> None:
    assert "not complete" in (gift_order.undeliverable(address(**{missing: " "})) or "")


def test_given_no_address_at_all_when_a_parcel_would_go_there_then_a_person_looks() -> None:
    nowhere: Address | None = None

    assert "no such customer" in (gift_order.undeliverable(nowhere) or "")
