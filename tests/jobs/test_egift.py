"""E-gifts by a vendor that knows our keys: through the ledger, over HTTP, and at most once."""

from typing import Any

import pytest

from integrations.marker import short
from jobs import desk, gift_watch
from tests.jobs import egifts
from tests.jobs.conftest import Practice
from tests.jobs.egifts import WORTH, ordered, strike

A_LOOK = 61  # seconds after which what was ordered is seen there


def sent(inside: Practice, **changes: Any) -> str:
    """Plan one for whoever is bereaved in the town, and set out to do it; return what it is called there."""
    cast = inside.call("/town/cast")
    whose = {"customer_id": cast["bereaved_customer"], "order_id": cast["bereaved_order"]}
    gift = egifts.plan(inside, **whose | changes)
    inside.drain()
    return short(gift.key)


def stands(inside: Practice) -> tuple[str, str | None, int, int]:
    """Return how it stands with the one there is, and what is set aside and spent."""
    (row,) = inside.effects("send_gift")
    return row.state, row.code, inside.reserved(), inside.spent()


def test_given_an_e_gift_when_its_hour_comes_then_it_is_ordered_under_our_key_and_paid(inside: Practice) -> None:
    name = sent(inside)

    (order,) = ordered(inside)
    (row,) = inside.effects("send_gift")
    assert (order["external_id"], row.reference) == (name, order["id"])
    assert order["meta"]["message"] == "Thank you for your patience.\nRobin"
    assert stands(inside) == ("done", None, 0, WORTH)


@pytest.mark.parametrize("kind", ["commit_then_drop", "500_after", "truncated", "late_commit"])
def test_given_an_answer_lost_when_it_is_looked_for_then_it_is_found_and_there_is_one(
    inside: Practice, kind: str
) -> None:
    strike(inside, kind)
    sent(inside)
    assert stands(inside) == ("uncertain", None, WORTH, 0)

    inside.later(A_LOOK)
    inside.drain()

    assert len(ordered(inside)) == 1
    assert stands(inside) == ("done", None, 0, WORTH)
    assert inside.effects("send_gift")[0].sends == 1


@pytest.mark.parametrize("kind", ["500_before", "html_200", "drop_before"])
def test_given_an_order_that_never_came_through_when_it_is_looked_for_then_it_is_placed_again_under_its_name(
    inside: Practice, kind: str
) -> None:
    strike(inside, kind)
    name = sent(inside)

    inside.later(A_LOOK)
    inside.drain()

    assert [order["external_id"] for order in ordered(inside)] == [name]
    assert stands(inside) == ("done", None, 0, WORTH)


def test_given_every_answer_lost_when_it_is_placed_again_and_again_then_there_is_one(inside: Practice) -> None:
    inside.call("/town/tremendous/faults", {"rate": 1.0, "kinds": ["500_before"]})
    sent(inside)
    inside.call("/town/tremendous/faults", {"rate": 0.0})
    for kind in ("500_before", "commit_then_drop"):
        strike(inside, kind)
        inside.later(600)
        inside.drain()
    inside.later(600)
    inside.drain()

    assert len(ordered(inside)) == 1
    assert stands(inside) == ("done", None, 0, WORTH)


def test_given_an_empty_balance_when_its_hour_comes_then_it_is_refused_and_the_money_is_back(inside: Practice) -> None:
    inside.call("/town/tremendous/switch", {"balance": 0})
    sent(inside)

    assert ordered(inside) == []
    assert stands(inside) == ("refused", "refused", 0, 0)


def test_given_a_fee_that_nobody_announced_when_it_is_ordered_then_what_it_cost_is_booked(inside: Practice) -> None:
    inside.call("/town/tremendous/switch", {"raise": "0.50"})
    sent(inside)

    assert stands(inside) == ("done", None, 0, WORTH + 50)


@pytest.mark.parametrize(
    ("deed", "stood"),
    [("approve", ("done", None, 0, WORTH)), ("reject", ("refused", "failed_late", 0, 0))],
)
def test_given_an_order_that_somebody_there_must_allow_when_they_have_then_the_money_follows(
    inside: Practice, deed: str, stood: tuple[str, str | None, int, int]
) -> None:
    inside.call("/town/tremendous/switch", {"approval": True})
    sent(inside)
    assert inside.reserved() == WORTH

    inside.call(f"/town/tremendous/orders/{ordered(inside)[0]['id']}", {"do": deed})
    inside.later(24 * 3600)
    gift_watch.follow(inside.world, inside.shop_id)
    inside.drain()

    assert stands(inside) == stood


def test_given_an_order_that_was_allowed_when_its_e_mail_came_back_then_the_money_is_still_spent(
    inside: Practice,
) -> None:
    inside.call("/town/tremendous/switch", {"approval": True})
    sent(inside)
    (order,) = ordered(inside)
    inside.call(f"/town/tremendous/orders/{order['id']}", {"do": "approve"})
    inside.call(f"/town/tremendous/orders/{order['id']}", {"do": "bounce"})

    inside.later(24 * 3600)
    gift_watch.follow(inside.world, inside.shop_id)
    inside.drain()

    assert stands(inside) == ("done", None, 0, WORTH)


def test_given_an_e_gift_that_was_called_off_when_it_works_all_the_same_then_its_money_is_booked_again(
    inside: Practice,
) -> None:
    sent(inside)
    inside.call("/town/tremendous/switch", {"ship_cancelled": True})
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    desk.withdraw(inside.world, merchant, inside.effects("send_gift")[0].id)
    inside.drain()
    assert stands(inside) == ("done", "taken_back", 0, 0)

    gift_watch.follow(inside.world, inside.shop_id)

    assert ordered(inside)[0]["kept"] == WORTH
    assert stands(inside) == ("done", None, 0, WORTH)


def test_given_a_key_that_was_changed_over_there_when_its_hour_comes_then_it_waits_for_the_new_one(
    inside: Practice,
) -> None:
    inside.call("/town/tremendous/switch", {"key": "TEST_another"})
    sent(inside)
    assert stands(inside) == ("planned", None, WORTH, 0)

    inside.call("/town/tremendous/switch", {"key": None})
    inside.later(5 * 3600)
    inside.drain()

    assert len(ordered(inside)) == 1
    assert stands(inside) == ("done", None, 0, WORTH)
