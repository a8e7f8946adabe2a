"""What an agent reads beside a ticket, for people of every kind."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain import card
from app.domain.card import LEAD_FIRST, MOST_ROWS, Card, CardFacts, Deed, NotNow, Purse, Row
from app.domain.effects import State
from app.domain.tastes import Tastes
from tests.builders import DAY, NOON, flowers, gift_line, letter, mark, refund, standing, usd, yardstick

PURSE = Purse(left=usd(318_00), limit=usd(500_00))
THERE = NOON.astimezone(ZoneInfo("America/New_York"))
SPECIAL = standing(net=usd(330_00), special=True, marked=True, changed_at=NOON - 50 * DAY)
PLAIN = CardFacts(standing=standing(), yardstick=yardstick(), last=None, pending=(), lead_first=False, now=THERE)


def told(facts: CardFacts) -> dict[str, str]:
    return {row.name: row.value for row in card.of(facts, PURSE).rows}


def test_given_a_special_customer_when_shown_then_all_that_matters_is_read_at_one_glance() -> None:
    last = Deed(effect=gift_line(), state=State.DONE, at=NOON - 71 * DAY)
    coming = Deed(effect=flowers(), state=State.PLANNED, at=NOON + 14 * DAY)

    shown = card.of(replace(PLAIN, standing=SPECIAL, last=last, pending=(coming,)), PURSE)

    assert [(row.name, row.value) for row in shown.rows] == [
        ("Status", "Special since 2 Oct 2026, active"),
        ("Net spend", "$330.00, 3.3× the store's average"),
        ("Orders", "4, the last on 16 Nov 2026"),
        ("Since", "21 Dec 2024"),
        ("Last kindness", "Gift: Mug, 11 Sep 2026"),
        ("Pending", "Flowers, signed Robin (planned, 5 Dec 2026)"),
        ("Likes / never", "nothing noted yet"),
        ("Team pool", "$318.00 of $500.00 left this month"),
    ]
    assert (shown.special, shown.notice, shown.as_of) == (True, "", THERE)


def test_given_tastes_when_shown_then_what_they_like_and_never_want_stands_in_one_row() -> None:
    noted = Tastes(likes=("tea", "dark chocolate"), never=("alcohol",))
    shown = {
        told(replace(PLAIN, standing=standing(tastes=each)))["Likes / never"]
        for each in (noted, replace(noted, likes=()), replace(noted, never=()))
    }

    assert shown == {"likes tea, dark chocolate; never alcohol", "never alcohol", "likes tea, dark chocolate"}


@pytest.mark.parametrize(
    ("person", "measure", "status"),
    [
        (standing(), yardstick(threshold=usd(180_00)), "No mark: below $180.00"),
        (standing(last_order_at=NOON - 91 * DAY), yardstick(), "No mark: no order in 90 days"),
        (standing(), yardstick(), "No mark"),
        (standing(), None, "Not measured yet"),
        (replace(SPECIAL, last_order_at=NOON - 91 * DAY), yardstick(), "Special since 2 Oct 2026, not active now"),
        (replace(SPECIAL, marked=False), yardstick(), "Special; the mark is not out yet"),
        (replace(SPECIAL, changed_at=None), yardstick(), "Special, active"),
        (replace(SPECIAL, let_alone=True), yardstick(), "Nothing automatic for them; you still may"),
    ],
    ids=str,
)
def test_given_people_of_every_kind_when_shown_then_their_status_says_why(
    person: object, measure: object, status: str
) -> None:
    assert told(replace(PLAIN, standing=person, yardstick=measure))["Status"] == status  # type: ignore[arg-type]


def test_given_a_not_now_when_shown_then_it_says_until_when_beside_whatever_else_is_to_be_noticed() -> None:
    later = NotNow(until=NOON + 30 * DAY, said_by="Sam")

    shown = card.of(replace(PLAIN, lead_first=True, not_now=later), PURSE)

    assert shown.notice == f"{LEAD_FIRST} Not now: nothing is suggested before 21 Dec 2026."


def test_given_room_for_one_line_alone_when_shown_then_it_says_as_of_when_and_what_an_act_changes() -> None:
    coming = Deed(effect=flowers(), state=State.PLANNED, at=NOON + 14 * DAY)
    shown = card.of(replace(PLAIN, lead_first=True, pending=(coming,)), PURSE)

    assert card.line(shown) == (
        "As of 07:00, 21 Nov 2026. Check with a lead first. Last kindness: none yet."
        " Pending: Flowers, signed Robin (planned, 5 Dec 2026). Team pool: $318.00 of $500.00 left this month"
    )


def test_given_a_mark_that_is_not_out_when_shown_then_the_card_does_not_bear_it() -> None:
    assert not card.of(replace(PLAIN, standing=replace(SPECIAL, marked=False)), PURSE).special


def test_given_somebody_with_nothing_behind_or_ahead_when_shown_then_that_is_said() -> None:
    nothing = standing(orders=0, first_order_at=None, last_order_at=None, net=usd(0))

    shown = told(replace(PLAIN, standing=nothing, yardstick=None))

    assert [shown[name] for name in ("Net spend", "Orders", "Since", "Last kindness", "Pending")] == [
        *("$0.00", "0", "no counted order", "none yet", "nothing")
    ]


def test_given_a_card_in_a_persons_hands_when_shown_then_it_is_to_be_written_and_in_no_doubt() -> None:
    coming = Deed(effect=letter(), state=State.UNCERTAIN, at=NOON, by_hand=True)

    assert told(replace(PLAIN, pending=(coming,)))["Pending"] == "Hand-written card, signed Robin (to be written)"


def test_given_more_ahead_than_anybody_reads_when_shown_then_the_next_are_told_and_the_rest_counted() -> None:
    states = (State.AWAITING, State.SENDING, State.UNCERTAIN, State.PLANNED)
    coming = tuple(Deed(effect=refund(), state=state, at=NOON) for state in states)

    words = told(replace(PLAIN, pending=coming))["Pending"]

    assert words == (
        "Refund $12.00 of #1001, the customer keeps the item (waits for a yes); "
        "Refund $12.00 of #1001, the customer keeps the item (under way) and 2 more"
    )


def test_given_records_that_begin_late_when_shown_then_the_first_order_is_not_sworn_to() -> None:
    assert told(replace(PLAIN, yardstick=yardstick(since=NOON)))["Since"].endswith("as far as our records go")


def test_given_a_moment_that_is_tomorrow_in_the_shop_when_shown_then_it_is_the_shops_day() -> None:
    late = NOON.replace(hour=0, minute=30)

    assert told(replace(PLAIN, last=Deed(effect=mark(), state=State.DONE, at=late)))["Last kindness"].endswith(
        f"{(late - timedelta(days=1)).day} Nov 2026"
    )


def test_given_somebody_who_kept_much_when_shown_then_a_lead_is_named_and_nobody_accused() -> None:
    assert card.of(replace(PLAIN, lead_first=True), PURSE).notice == LEAD_FIRST == "Check with a lead first."


def test_given_nobody_when_shown_then_why_is_said_and_only_the_pool_is_told_of() -> None:
    shown = card.of_nobody("No customer of the store has this ticket's e-mail address.", PURSE, THERE)

    assert [row.name for row in shown.rows] == ["Team pool"]
    assert (shown.special, shown.notice) == (False, "No customer of the store has this ticket's e-mail address.")


def test_given_a_card_when_it_grows_beyond_what_is_read_then_it_is_none() -> None:
    with pytest.raises(ValueError, match="too long"):
        Card(rows=(Row(name="n", value="v"),) * (MOST_ROWS + 1), as_of=THERE)
