"""The card that a helpdesk shows by itself: renewed after whatever an agent reads, and the last one stands."""

from typing import Any

import pytest
import requests

from app.domain.card import line, of
from app.store import follow, setups
from app.store.base import reading, unit_of_work
from integrations.registry import FIRST_HELPDESK
from integrations.sandbox.helpdesk.people import ACCOUNT, API_KEY, API_USER
from jobs import card
from tests.jobs.conftest import Practice


@pytest.fixture
def ticket(inside: Practice) -> int:
    customer = inside.call("/town/cast")["bereaved_customer"]
    return int(inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"])


def shown(inside: Practice) -> str:
    """Return what the town's helpdesk shows of the customer without asking anybody."""
    fields = asked(inside, "custom-fields?object_type=Customer")["data"]
    ours = {field["id"] for field in fields if field["external_id"] == "lagniappe-card"}
    email = inside.call(f"/town/customers/{inside.call('/town/cast')['bereaved_customer']}")["email"]
    (customer,) = asked(inside, f"customers?email={email}")["data"]
    values = asked(inside, f"customers/{customer['id']}/custom-fields")
    return "".join(str(value["value"]) for value in values if value["id"] in ours)


def asked(inside: Practice, path: str) -> Any:
    return requests.get(f"{inside.town}/gorgias/{ACCOUNT}/api/{path}", auth=(API_USER, API_KEY), timeout=30).json()


def told(inside: Practice) -> str:
    """Return what our books would have it show now."""
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    now, customer = inside.world.clock.now(), int(inside.call("/town/cast")["bereaved_customer"])
    with reading(inside.world.sessions) as session:
        known = card.facts(session, merchant, customer, now)
        assert known is not None
        return line(of(known, card.team_pool(session, merchant, now)))


def test_given_an_act_when_it_moves_on_then_the_helpdesk_shows_the_card_as_it_is_and_not_as_it_was(
    inside: Practice, ticket: int
) -> None:
    inside.press(ticket, "flowers")
    inside.drain()
    promised = shown(inside)
    assert "Pending: Flowers, signed Léa (planned" in promised

    inside.press(ticket, "refund_keep", amount="5.00")
    inside.drain()

    assert shown(inside) == told(inside) != promised
    assert "Last kindness: Refund $5.00" in shown(inside)


def test_given_two_cards_to_show_when_their_turn_comes_then_the_earlier_is_left_to_the_later(
    inside: Practice, ticket: int
) -> None:
    inside.pause(paused=True)
    inside.press(ticket, "flowers")
    inside.drain()
    inside.press(ticket, "withdraw_flowers")
    inside.drain()
    inside.pause(paused=False)
    inside.drain()

    became = [(row.state, row.remark) for row in inside.effects("push_card")]
    assert became == [("done", "A later one shows all that this one would have."), ("done", None)]
    assert shown(inside) == told(inside)


def test_given_a_lost_answer_when_a_card_is_shown_then_it_is_shown_again_as_it_is_by_then(
    inside: Practice, ticket: int
) -> None:
    inside.call("/town/helpdesk/faults", {"next": [{"call": "PUT custom-fields", "kind": "commit_then_drop"}]})
    inside.press(ticket, "flowers")
    inside.drain()
    inside.later(600)
    inside.drain()

    (row,) = inside.effects("push_card")
    assert (row.state, row.sends) == ("done", 2)
    assert shown(inside) == told(inside)


def test_given_no_helpdesk_that_is_told_of_cards_when_an_act_moves_on_then_no_card_is_planned(
    inside: Practice, ticket: int
) -> None:
    with unit_of_work(inside.world.sessions) as session:
        setups.leave(session, shop_id=inside.shop_id, kind=FIRST_HELPDESK, now=inside.world.clock.now())
    inside.press(ticket, "flowers")
    inside.drain()

    assert inside.effects("push_card") == []


def test_given_cards_of_one_customer_when_asked_then_only_the_last_is_not_overtaken(
    inside: Practice, ticket: int
) -> None:
    for action in ("flowers", "withdraw_flowers"):
        inside.press(ticket, action)
        inside.drain()
    first, last = (row.id for row in inside.effects("push_card"))
    customer = int(inside.call("/town/cast")["bereaved_customer"])

    with reading(inside.world.sessions) as session:
        about = {"shop_id": inside.shop_id, "customer_id": customer}
        assert [follow.is_overtaken(session, effect_id=number, **about) for number in (first, last)] == [True, False]
        assert not follow.is_overtaken(session, shop_id=inside.shop_id, customer_id=customer + 1, effect_id=first)
