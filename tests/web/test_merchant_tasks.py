"""What is in a person's hands, on the merchant's pages: what is shown of it, and what they may say came of it."""

import re

import pytest

from app.domain.effects import Effect, State
from app.domain.gifts import GiftKind
from app.store import doors, endings
from app.store.base import unit_of_work
from integrations.marker import short
from tests.builders import HOUR, flowers, letter, order, paid, present
from tests.store.bookkeeping import pick
from tests.web.desk import LEASE, Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def to_write(desk: Desk) -> int:
    """Leave a card to a person; return its number."""
    desk.buy(order())
    number = desk.plan(paid(letter(), minor=6_00), rule="flowers", because="Robin Miller wants a card written.")
    with unit_of_work(desk.world.sessions) as session:
        held = pick(session, number, shop_id=desk.merchant.id, now=desk.world.clock.now(), lease=LEASE)
        assert held is not None
        assert endings.leave_to_a_person(session, held, why="A person writes this card.")
    return number


def test_given_a_card_to_write_when_today_is_opened_then_it_is_there_with_its_words_and_what_to_say_of_it(
    desk: Desk,
) -> None:
    number = to_write(desk)

    page = desk.open()

    assert "to be written" in page
    assert "Thank you for the picture.\nRobin" in page
    assert f'href="/tasks/{number}"' in page
    assert re.search(r'name="cost"[^>]* value="6\.00"', page)
    assert "It did not, try again" not in page  # nothing was tried


def test_given_a_store_that_lets_nobody_in_when_a_card_is_opened_then_its_words_are_there_and_why_the_address_is_not(
    desk: Desk,
) -> None:
    number = to_write(desk)
    with unit_of_work(desk.world.sessions) as session:
        until = desk.world.clock.now() + HOUR
        doors.shut(session, shop_id=desk.merchant.id, until=until, because="It was frozen.")

    answer = desk.ask(f"/tasks/{number}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "Thank you for the picture." in answer.text
    assert "The address cannot be shown just now" in answer.text


def test_given_no_card_in_a_persons_hands_when_opened_then_there_is_none(desk: Desk) -> None:
    desk.buy(order())
    planned = desk.plan(paid(letter()), rule="flowers")

    assert desk.ask(f"/tasks/{planned}").status_code == 404
    assert desk.ask(f"/tasks/{planned + 9}").status_code == 404
    assert desk.ask(f"/tasks/{to_write(desk.twin())}").status_code == 404


def test_given_a_card_when_it_is_in_the_post_then_what_it_cost_is_booked_and_no_second_word_counts(desk: Desk) -> None:
    number = to_write(desk)

    answer = desk.press(f"/effects/{number}/happened", reference="by hand", cost="4.20")

    assert (answer.location, desk.state(number)) == ("/?said=settled", State.DONE)
    assert "<strong>$495.80</strong> left" in desk.open()
    assert desk.press(f"/effects/{number}/let-be").location == "/?said=not_in_doubt"
    assert desk.ask(f"/tasks/{number}").status_code == 404


def test_given_a_card_when_nobody_will_write_it_then_the_money_is_back(desk: Desk) -> None:
    number = to_write(desk)

    assert desk.press(f"/effects/{number}/let-be").location == "/?said=declined"

    assert desk.state(number) is State.WITHDRAWN
    assert "<strong>$500.00</strong> left" in desk.open()


def test_given_flowers_to_order_by_hand_when_opened_then_all_that_is_needed_is_there(desk: Desk) -> None:
    number = in_hands(desk)

    assert "to be ordered" in desk.open()
    page = desk.open(f"/tasks/{number}")

    for words in ("T23-1A", "Saturday 21 November 2026", "Thinking of you.\nRobin", "on the pages of Florist One"):
        assert words in page
    assert short("flowers:42") in page
    assert "It did not, try again" not in page


def test_given_flowers_ordered_by_hand_when_said_then_their_number_and_what_they_cost_are_kept(desk: Desk) -> None:
    number = in_hands(desk)

    assert desk.press(f"/effects/{number}/happened", reference="FL-7", cost="63.50").location == "/?said=settled"

    assert "<strong>$436.50</strong> left" in desk.open()
    assert "<bdi>FL-7</bdi>" in desk.open("/ledger")


def test_given_flowers_that_cannot_be_had_when_said_then_the_money_is_back_and_none_are_tried_again(desk: Desk) -> None:
    number = in_hands(desk)

    assert desk.press(f"/effects/{number}/let-be").location == "/?said=declined"

    assert desk.state(number) is State.WITHDRAWN
    assert "<strong>$500.00</strong> left" in desk.open()


def test_given_flowers_whose_answer_was_lost_when_opened_then_their_reference_and_words_are_there_and_what_they_cost(
    desk: Desk,
) -> None:
    desk.buy(order())
    number = desk.plan(paid(flowers(), minor=60_00), rule="flowers")
    desk.doubt(number)

    page = desk.open(f"/tasks/{number}")

    assert "Was this ordered?" in page
    assert short("flowers:42") in page
    assert f'action="/effects/{number}/did-not-happen"' in page
    assert desk.press(f"/effects/{number}/happened", reference="FL-7", cost="58.00").location == "/?said=settled"
    assert "<strong>$442.00</strong> left" in desk.open()


def test_given_a_card_of_the_catalogue_in_a_persons_hands_when_opened_then_it_is_to_be_written_and_not_ordered(
    desk: Desk,
) -> None:
    number = in_hands(desk, present(what=GiftKind.CARD, vendor="by_hand"))

    page = desk.open(f"/tasks/{number}")

    assert "A card to write" in page
    assert "It is in the post" in page
    assert "rder it" not in page
    assert "to be written" in desk.open()


def in_hands(desk: Desk, sending: Effect | None = None) -> int:
    """Leave flowers to a person, whom the florist cannot invoice, or something else; return their number."""
    desk.buy(order())
    number = desk.plan(paid(sending or flowers(), minor=60_00), rule="flowers")
    with unit_of_work(desk.world.sessions) as session:
        held = pick(session, number, shop_id=desk.merchant.id, now=desk.world.clock.now(), lease=LEASE)
        assert held is not None
        assert endings.leave_to_a_person(session, held, why="A person orders this.", to_do=True)
    return number


@pytest.mark.parametrize("cost", ["much", "-1", "4.201", "٤"])
def test_given_a_price_that_is_none_when_said_then_it_is_refused_and_the_card_still_waits(
    desk: Desk, cost: str
) -> None:
    number = to_write(desk)

    assert desk.press(f"/effects/{number}/happened", reference="by hand", cost=cost).status_code == 422
    assert desk.state(number) is State.UNCERTAIN


def test_given_a_doubt_that_is_no_card_when_let_be_then_it_stays_a_doubt(desk: Desk) -> None:
    desk.buy(order())
    number = desk.plan(paid(minor=6_00), rule="refund_keep")
    desk.doubt(number)

    assert desk.press(f"/effects/{number}/let-be").location == "/?said=not_in_doubt"
    assert desk.state(number) is State.UNCERTAIN
