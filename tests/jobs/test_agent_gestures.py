"""What else an agent can do at the desk, before a store: a card by hand, a gift in an order, and “not now”."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from app.domain.agents import Role
from app.store import alarms, leaving
from app.store.base import reading, unit_of_work
from app.store.watch_tables import Trail
from app.web import create_app
from integrations.http import Limits
from integrations.sandbox.store.catalogue import GIFTS
from integrations.sandbox.town import PRACTICE_SHOP
from jobs import agent_preview, by_hand, desk
from jobs.desk import NoSuchDeed
from jobs.practice import POLICY
from jobs.privacy import keep_promises
from tests.builders import DAY, usd
from tests.jobs.conftest import Practice
from tests.jobs.test_agent_desk import MINUTE, Agent, at_the_desk, merchant_of
from tests.jobs.test_lost_marks import marked_in_the_store, opened, tags_on

GIFT, CARD = {"act": "gift"}, {"act": "card"}
BY_HAND_ALONE = replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, ordinals=(), every=None))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no preview give up because the machine is slow."""
    monkeypatch.setattr(agent_preview, "LIMITS", Limits(read=300.0, total=300.0))


@pytest.fixture
def app(inside: Practice) -> Flask:
    return create_app(inside.world)


@pytest.fixture
def order(inside: Practice) -> int:
    """An order that has not left, of the customer whom the desk is about."""
    inside.policy(BY_HAND_ALONE)
    number = inside.order(customer_id=inside.call("/town/cast")["bereaved_customer"])
    inside.deliver(number)
    inside.drain()
    return number


@pytest.fixture
def sam(app: Flask, inside: Practice) -> Agent:
    return at_the_desk(app, inside, ticket(inside), "Sam", Role.AGENT)


def ticket(inside: Practice, customer: int | None = None) -> int:
    whose = customer or inside.call("/town/cast")["bereaved_customer"]
    return int(inside.call("/town/tickets", {"customer_id": whose, "subject": "Thank you!"})["ticket_id"])


def gifts_on(inside: Practice, order_id: int) -> list[int]:
    lines = inside.call(f"/town/orders/{order_id}")["lines"]
    return [line["variant_id"] for line in lines if line["variant_id"] in GIFTS and line["current_quantity"]]


def test_given_gifts_to_choose_from_when_asked_for_then_each_is_there_by_name_with_its_cost_and_stock(
    inside: Practice, order: int, sam: Agent
) -> None:
    page = sam.call("/desk/api/gifts", order="").text

    assert "<bdi>Sticker Sheet</bdi>, $0.40, 5,000 in stock" in page
    assert "<bdi>Wool Socks</bdi>, $3.10, 2,000 in stock" in page


def test_given_a_gift_when_pressed_twice_then_it_is_in_the_order_once_at_its_cost_and_the_ticket_tells(
    inside: Practice, order: int, sam: Agent
) -> None:
    page = sam.look(variant=GIFTS[1], **GIFT)
    assert "Gift: Wool Socks" in page
    assert "$496.90 afterwards" in page
    for _ in range(2):
        sam.press(variant=GIFTS[1], **GIFT)
    inside.drain()
    assert gifts_on(inside, order) == []

    inside.later(MINUTE)
    inside.drain()

    assert gifts_on(inside, order) == [GIFTS[1]]
    (row,) = inside.effects("add_gift_line")
    assert (row.pool_name, row.cost_minor, row.state) == ("team", 3_10, "done")
    (note,) = inside.call(f"/town/tickets/{row.ticket_id}")["notes"]
    assert "Slipped Wool Socks into" in note["text"]


def test_given_a_gift_that_has_not_left_when_undone_then_it_never_was(inside: Practice, order: int, sam: Agent) -> None:
    sam.press(**GIFT)
    inside.drain()

    assert sam.call(f"/desk/api/undo/{sam.deed()}").json == {"said": "Taken back. Nothing was sent."}
    inside.later(MINUTE)
    inside.drain()

    assert gifts_on(inside, order) == []
    assert "$500.00 of $500.00 left" in sam.desk()


def test_given_a_gift_in_its_order_when_undone_then_it_comes_out_again_once_and_its_money_with_it(
    inside: Practice, order: int, sam: Agent
) -> None:
    sam.press(**GIFT)
    inside.drain()
    inside.later(MINUTE)
    inside.drain()
    number = sam.deed()
    assert f'data-do="undo" data-effect="{number}"' in sam.desk()

    assert "being taken back" in (sam.call(f"/desk/api/undo/{number}").json or {})["said"]
    assert "Too late" in (sam.call(f"/desk/api/undo/{number}").json or {})["said"]
    inside.drain()

    assert gifts_on(inside, order) == []
    page = sam.desk()
    assert "$500.00 of $500.00 left" in page
    assert "It was taken back" in page
    assert f'data-effect="{number}"' not in page
    notes = inside.call(f"/town/tickets/{inside.effects('add_gift_line')[0].ticket_id}")["notes"]
    assert "off" in notes[-1]["text"]


def test_given_an_order_that_the_warehouse_has_when_looked_at_then_it_says_so_and_there_is_nothing_to_press(
    inside: Practice, order: int, sam: Agent
) -> None:
    inside.call(f"/town/orders/{order}/fulfil", {"step": "send", "announce": "lose"})

    page = sam.look(**GIFT)

    assert "The warehouse already has this order" in page
    assert "data-act" not in page


def test_given_words_that_sell_when_looked_at_then_it_says_which_and_there_is_nothing_to_press(
    inside: Practice, sam: Agent
) -> None:
    page = sam.look(words="Use SAVE10!", **CARD)

    assert "please leave out “SAVE10”" in page
    assert "data-act" not in page


def test_given_words_with_names_in_them_when_looked_at_then_what_is_known_stands_there_and_nothing_else_may(
    inside: Practice, sam: Agent
) -> None:
    page = sam.look(words="Dear {first_name}, I liked packing {order_item} for {shop}. {agent}", **CARD)
    assert "data-act" in page
    assert "{" not in page

    assert "“{first}” was not filled in yet." in sam.look(words="Dear {first}", **CARD)


def test_given_a_hard_time_when_a_card_names_a_price_then_it_is_refused_and_otherwise_it_may(
    inside: Practice, sam: Agent
) -> None:
    words = {"words": "It was 12 euros.", **CARD}
    assert "data-act" in sam.look(**words)

    sam.press(act="compassion")
    inside.drain()

    assert "In a hard time a card names no price" in sam.look(**words)


def test_given_a_card_when_its_hour_comes_then_it_waits_for_a_person_with_the_money_set_aside_and_is_no_alarm(
    inside: Practice, sam: Agent
) -> None:
    page = sam.look(words="Thank you.", **CARD)
    assert "14 of 400 characters" in page
    assert '<bdi dir="auto">Thank you.</bdi><bdi dir="auto">Sam</bdi>' in page
    assert "room for 386 characters more" in page
    number = left_to_a_person(inside, sam)

    assert "a person in your company writes it now" in sam.outcome()
    page = sam.desk()
    assert "to be written" in page
    assert f'data-effect="{number}"' not in page
    assert "$494.00 of $500.00 left" in page
    with reading(inside.world.sessions) as session:
        later = inside.world.clock.now() + 30 * DAY
        assert alarms.too_long_in_doubt(session, shop_id=inside.shop_id, before=later) == []
    (row,) = inside.effects("write_card")
    notes = inside.call(f"/town/tickets/{row.ticket_id}")["notes"]
    assert [note["text"].partition(",")[0] for note in notes] == ["The card waits to be written"]


def test_given_a_card_to_write_when_somebody_opens_it_then_they_read_the_words_and_the_address_of_this_moment(
    inside: Practice, sam: Agent
) -> None:
    number = left_to_a_person(inside, sam)

    found = by_hand.to_do(inside.world, merchant_of(inside), number)

    assert found.sending.message == "Thank you.\nSam"
    assert found.address is not None
    assert found.address.street
    with pytest.raises(NoSuchDeed):
        by_hand.to_do(inside.world, merchant_of(inside), number + 1)


def test_given_a_card_when_it_was_posted_for_another_price_then_that_is_booked_and_the_ticket_tells(
    inside: Practice, sam: Agent
) -> None:
    number = left_to_a_person(inside, sam)

    assert desk.happened(inside.world, merchant_of(inside), number, reference="by hand", cost=usd(4_20))
    assert not desk.let_be(inside.world, merchant_of(inside), number)
    inside.drain()

    (row,) = inside.effects("write_card")
    assert (row.state, inside.reserved(), inside.spent()) == ("done", 0, 4_20)
    assert "Hand-written card, signed Sam" in sam.desk()
    assert "in the post" in inside.call(f"/town/tickets/{row.ticket_id}")["notes"][-1]["text"]


def test_given_a_card_that_nobody_will_write_when_they_say_so_then_the_money_is_back_and_the_ticket_tells(
    inside: Practice, sam: Agent
) -> None:
    number = left_to_a_person(inside, sam)

    assert desk.let_be(inside.world, merchant_of(inside), number)
    assert not desk.happened(inside.world, merchant_of(inside), number, reference="by hand")
    inside.drain()

    (row,) = inside.effects("write_card")
    assert (row.state, inside.reserved(), inside.spent()) == ("withdrawn", 0, 0)
    assert "is not written" in inside.call(f"/town/tickets/{row.ticket_id}")["notes"][-1]["text"]


def test_given_a_card_in_a_persons_hands_when_its_customer_asks_to_be_forgotten_then_nobody_has_to_say_what_came_of_it(
    inside: Practice, sam: Agent
) -> None:
    left_to_a_person(inside, sam)
    customer = int(inside.call("/town/cast")["bereaved_customer"])
    inside.tell("customers/redact", shop_domain=PRACTICE_SHOP, customer={"id": customer}, orders_to_redact=[])
    inside.drain()
    keep_promises(inside.world, inside.shop_id)

    (row,) = inside.effects("write_card")
    assert (row.state, row.payload["message"], inside.reserved()) == ("withdrawn", "", 0)


def test_given_a_card_in_a_persons_hands_when_the_app_is_taken_out_then_its_money_is_back(
    inside: Practice, sam: Agent
) -> None:
    left_to_a_person(inside, sam)

    with unit_of_work(inside.world.sessions) as session:
        leaving.withdraw_everything(session, shop_id=inside.shop_id, why="gone", now=inside.world.clock.now())

    assert ([row.state for row in inside.effects("write_card")], inside.reserved()) == (["withdrawn"], 0)


def left_to_a_person(inside: Practice, sam: Agent) -> int:
    """Press for a card, and let its hour come; return its number."""
    sam.press(words="Thank you.", **CARD)
    inside.drain()
    assert "can be undone until then" in sam.outcome()
    inside.later(MINUTE)
    inside.drain()
    (row,) = inside.effects("write_card")
    assert (row.state, row.next_try_at, inside.reserved()) == ("uncertain", None, 6_00)
    return int(row.id)


def test_given_a_not_now_when_a_new_ticket_comes_then_its_mark_is_there_and_nothing_is_suggested_until_it_is_undone(
    inside: Practice, order: int, sam: Agent
) -> None:
    said = (sam.call("/desk/api/not-now", days=30).json or {})["said"]
    page = sam.desk()

    assert "Nothing is suggested for them for 30 days" in said
    assert "Not now: nothing is suggested before" in page
    assert "So says <bdi>Sam</bdi>." in page
    assert 'data-gesture="flowers"' in page  # whoever wants to be kind still may

    assert "suggested again" in (sam.call("/desk/api/suggest-again").json or {})["said"]
    assert "Not now:" not in sam.desk()
    assert "Nothing was put off" in (sam.call("/desk/api/suggest-again").json or {})["said"]
    with reading(inside.world.sessions) as session:
        told = [row.what for row in session.query(Trail).order_by(Trail.id) if row.what in {"snoozed", "woken"}]
    assert told == ["snoozed", "woken"]


def test_given_suggestions_put_off_for_somebody_special_when_they_write_then_their_ticket_is_tagged_without_a_word(
    inside: Practice, app: Flask
) -> None:
    customer = marked_in_the_store(inside)
    first, second = (ticket(inside, customer=customer) for _ in range(2))
    sam = at_the_desk(app, inside, second, "Sam", Role.AGENT, customer=customer)
    opened(inside, first, customer)
    inside.drain()
    sam.call("/desk/api/not-now", days=7)
    opened(inside, second, customer)
    inside.drain()
    inside.drain()

    notes = [[note["text"] for note in inside.call(f"/town/tickets/{each}")["notes"]] for each in (first, second)]
    assert [len(each) for each in notes] == [1, 0]
    assert tags_on(inside, second) == tags_on(inside, first)


@pytest.mark.parametrize("days", [0, 8, -7, 10**9, "30", None])
def test_given_days_that_are_none_of_ours_when_put_off_then_it_is_refused(
    inside: Practice, sam: Agent, days: object
) -> None:
    assert sam.call("/desk/api/not-now", days=days).status_code == 422
    assert re.search("Not now:", sam.desk()) is None
