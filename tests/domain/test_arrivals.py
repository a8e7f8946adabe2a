"""What the agent reads once a vendor has their gift."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.effects import PostNote, SendGift, Sending
from app.domain.gifts import GRACE, GiftKind, Moneys, Seen
from app.domain.rules import arrivals
from app.domain.sendings import Status
from tests.builders import NOON, flowers, letter, present

NEWS = {
    Status.LINK_SENT: "The flowers: the link to it was sent.",
    Status.SHIPPED: "The flowers left.",
    Status.DELIVERED: "The flowers arrived.",
    Status.RETURNED: "The flowers came back to the sender.",
    Status.FAILED: "The flowers did not arrive: Florist One says that it failed.",
    Status.CANCELLED: "The flowers will not arrive: Florist One cancelled the order.",
    Status.REFUNDED: "The flowers: Florist One gave back what it cost.",
}


@pytest.mark.parametrize(("status", "words"), NEWS.items())
def test_given_flowers_when_there_is_news_then_the_agent_reads_it(status: Status, words: str) -> None:
    assert told(flowers(), status).text == words


@pytest.mark.parametrize("status", sorted(set(Status) - set(NEWS)))
def test_given_a_step_on_the_way_when_it_is_taken_then_the_agent_is_left_in_peace(status: Status) -> None:
    assert plan(flowers(), status) is None


def test_given_a_carrier_when_it_left_then_the_agent_can_follow_it() -> None:
    note = told(flowers(), Status.SHIPPED, seen=Seen(status=Status.SHIPPED, carrier="UPS", tracking="1Z9"))

    assert note.text == "The flowers left with UPS, tracking number 1Z9."


def test_given_nobodys_word_when_it_should_have_arrived_then_the_agent_reads_that_it_is_by_the_calendar() -> None:
    text = told(flowers(), Status.DELIVERED, seen=Seen(status=Status.DELIVERED, confirmed=False)).text

    assert "by the calendar" in text
    assert "arrived." not in text


def test_given_a_gift_that_nobody_took_up_when_its_time_is_over_then_the_agent_reads_why() -> None:
    seen = Seen(status=Status.PLACED, expires_at=NOON)
    assert seen.as_of(NOON + GRACE - timedelta(seconds=1)) is seen

    note = told(flowers(), Status.CANCELLED, seen=seen.as_of(NOON + GRACE), money=Moneys.BACK)

    assert note.text == (
        "The flowers will not arrive: nobody has said in time where to. Its money is back in the pool."
    )


def test_given_money_that_came_back_when_told_then_the_agent_reads_so() -> None:
    assert told(flowers(), Status.FAILED, money=Moneys.BACK).text.endswith("Its money is back in the pool.")


def test_given_a_cost_that_became_known_when_told_then_no_word_is_said_of_it() -> None:
    assert told(flowers(), Status.SHIPPED, money=Moneys.CHARGED).text == "The flowers left."


@pytest.mark.parametrize("money", [Moneys.CHARGED, None])
def test_given_a_gift_that_was_called_off_when_it_was_sent_all_the_same_then_the_agent_reads_both(
    money: Moneys | None,
) -> None:
    note = told(flowers(), Status.SHIPPED, money=money, all_the_same=True)

    assert note.text.startswith("It had been cancelled, and was sent all the same: the flowers.")
    assert ("booked again" in note.text) is (money is Moneys.CHARGED)
    assert note.about != told(flowers(), Status.SHIPPED).about


def test_given_a_gift_that_was_called_off_when_it_came_back_then_the_agent_reads_that_as_well() -> None:
    note = told(flowers(), Status.RETURNED, all_the_same=True)

    assert "sent all the same: the flowers. The flowers came back to the sender." in note.text


def test_given_a_gift_of_which_nobody_will_hear_when_followed_no_longer_then_the_agent_is_asked_to_ask() -> None:
    never = arrivals.never_confirmed(flowers(), vendor="Florist One", now=NOON)

    assert never is not None
    assert isinstance(never.effect, PostNote)
    assert "has not said that it arrived" in never.effect.text


@pytest.mark.parametrize(
    ("gift", "thing"),
    [
        (flowers(), "The flowers"),
        (letter(), "The card"),
        (present(what=GiftKind.EGIFT), "The e-gift"),
        (present(what=GiftKind.PARCEL), "The parcel"),
    ],
)
def test_given_each_kind_of_gift_when_spoken_of_then_it_has_its_name(gift: Sending, thing: str) -> None:
    assert told(gift, Status.DELIVERED).text == f"{thing} arrived."


@pytest.mark.parametrize("ticket_id", [None, ""])
def test_given_no_ticket_when_there_is_news_then_nobody_is_told(ticket_id: str | None) -> None:
    gift: SendGift = present(ticket_id=ticket_id)

    assert plan(gift, Status.DELIVERED) is None
    assert arrivals.never_confirmed(gift, vendor="Florist One", now=NOON) is None


def test_given_each_piece_of_news_when_told_twice_then_both_notes_are_one_deed() -> None:
    keys = {told(flowers(), status).key for status in NEWS}

    assert len(keys) == len(NEWS)
    assert told(flowers(), Status.SHIPPED).key in keys


def told(gift: Sending, status: Status, **words: Any) -> PostNote:
    found = plan(gift, status, **words)
    assert found is not None
    assert isinstance(found.effect, PostNote)
    return found.effect


def plan(gift: Sending, status: Status, *, seen: Seen | None = None, **words: Any) -> Any:  # a Plan or None
    said = {"vendor": "Florist One", "money": None, "all_the_same": False, "now": NOON} | words
    return arrivals.tell(gift, status, seen or Seen(status=status), **said)
