"""What a person must see to before something leaves: each question, and what a yes is to."""

from datetime import timedelta

import pytest

from app.domain.addresses import Address
from app.domain.effects import Sending
from app.domain.facts import Order
from app.domain.gifts import GiftKind
from app.domain.money import Money
from app.domain.rules import send_gates
from app.domain.rules.send_gates import ADDRESS, CAREFUL, DEARER, HARD_TIME, Question
from tests.builders import DAY, HOUR, MINUTE, NOON, address, flowers, letter, order, present, standing, usd

PRICE = Question(code=DEARER, why="Dearer.", cost=usd(70_00))
DISPUTE, WHERE = Question(code=CAREFUL, why="Disputed."), Question(code=ADDRESS, why="Where?")


@pytest.mark.parametrize(
    ("seen", "words"),
    [(order(disputed=True), "is disputed"), (order(risky=True), "advises caution"), (order(), None), (None, None)],
)
def test_given_a_payment_in_question_when_looked_at_then_somebody_looks_first(
    seen: Order | None, words: str | None
) -> None:
    found = send_gates.careful(seen)

    assert (found is not None) is (words is not None)
    assert found is None or words is None or (found.code == CAREFUL and words in found.why)


@pytest.mark.parametrize(
    ("sending", "since", "until", "asked"),
    [
        (flowers(), NOON - DAY, NOON + DAY, True),
        (letter(), NOON - DAY, NOON + DAY, True),
        (flowers(), NOON - 3 * DAY, NOON + DAY, False),  # whoever pressed knew
        (flowers(), NOON - DAY, NOON, False),  # it is over
        (present(sympathy=True), NOON - DAY, NOON + DAY, False),
    ],
)
def test_given_a_hard_time_that_began_since_when_looked_at_then_the_words_are_read_again(
    sending: Sending, since: object, until: object, asked: bool
) -> None:
    theirs = standing(sensitive_since=since, sensitive_until=until)

    found = send_gates.since_hard(sending, theirs, planned_at=NOON - 2 * DAY, now=NOON)

    assert (found is not None) is asked


@pytest.mark.parametrize(
    ("sending", "said_after", "asked"),
    [
        (flowers(), MINUTE, False),
        (letter(), 10 * MINUTE, False),
        (flowers(), 11 * MINUTE, True),
        (present(ticket_id="7"), MINUTE, False),
        (present(ticket_id=None), MINUTE, True),  # a rule's: it can have known nothing
    ],
)
def test_given_a_hard_time_said_in_the_sitting_that_planned_it_when_looked_at_then_whoever_pressed_knew(
    sending: Sending, said_after: timedelta, asked: bool
) -> None:
    theirs = standing(sensitive_since=NOON + said_after, sensitive_until=NOON + 90 * DAY)

    found = send_gates.since_hard(sending, theirs, planned_at=NOON, now=NOON + 14 * DAY)

    assert (found is not None) is asked


def test_given_nothing_known_of_them_when_looked_at_then_no_hard_time_is_made_up() -> None:
    assert send_gates.since_hard(flowers(), None, planned_at=NOON, now=NOON + HOUR) is None
    assert send_gates.since_hard(flowers(), standing(), planned_at=NOON, now=NOON + HOUR) is None


@pytest.mark.parametrize(
    ("what", "to", "fits"),
    [
        (GiftKind.FLOWERS, address(), True),
        (GiftKind.FLOWERS, address(name="", company="Analytical Engines"), True),
        (GiftKind.FLOWERS, address(street="PO Box 12"), False),
        (GiftKind.PARCEL, address(street2="P.O. Box 12"), False),
        (GiftKind.CARD, address(street="PO Box 12"), True),
        (GiftKind.CARD, address(city=" "), False),
        (GiftKind.FLOWERS, address(name="", company=""), False),
        (GiftKind.FLOWERS, None, False),
    ],
)
def test_given_an_address_when_looked_at_then_it_fits_what_is_sent_there(
    what: GiftKind, to: Address | None, fits: bool
) -> None:
    assert (send_gates.address(what, to) is None) is fits


@pytest.mark.parametrize(
    ("total", "asked"),
    [(usd(60_00), False), (usd(59_99), False), (usd(60_01), True), (Money(minor=90_00, currency="CAD"), False)],
)
def test_given_a_price_when_it_is_above_what_was_set_aside_then_it_is_asked_with_its_sum(
    total: Money, asked: bool
) -> None:
    found = send_gates.dearer(total, usd(60_00))

    assert (None if found is None else found.cost) == (total if asked else None)


def test_given_several_questions_when_put_together_then_one_yes_is_to_all_of_them() -> None:
    found = send_gates.together([DISPUTE, None, PRICE], said_yes_to=None)

    assert found == Question(code=DEARER, why="Disputed. Dearer.", cost=usd(70_00))
    assert send_gates.together([DISPUTE], said_yes_to=DEARER) is None


@pytest.mark.parametrize("still_open", [WHERE, PRICE])
def test_given_what_can_be_put_right_when_a_yes_was_said_and_it_was_not_then_it_is_asked_again(
    still_open: Question,
) -> None:
    assert send_gates.together([DISPUTE, still_open], said_yes_to=still_open.code) == still_open


def test_given_a_yes_to_something_earlier_when_a_later_question_comes_up_then_it_is_asked() -> None:
    words = Question(code=HARD_TIME, why="Do its words fit?")

    assert send_gates.together([DISPUTE, words], said_yes_to=CAREFUL) == words
    assert send_gates.together([DISPUTE], said_yes_to="needs_person") == DISPUTE
