"""What a campaign brought: everybody from the day of their place on, and every gift with all that it cost."""

from app.domain import campaign_paid
from app.domain.campaign_paid import Placed
from app.domain.paid import Given, Member
from tests.builders import DAY, NOON

PLACES = [Placed(50 + number, number == 3, number) for number in range(1, 6)]


def members(days: int, called_off_after: int | None = None) -> list[Member]:
    ended = None if called_off_after is None else NOON + called_off_after * DAY
    return campaign_paid.members(PLACES, per_day=2, first=NOON, until=NOON + days * DAY, called_off_at=ended)


def test_given_two_gifts_a_day_when_followed_then_each_is_from_the_day_of_their_place_held_out_or_not() -> None:
    assert members(90) == [
        Member(51, False, NOON),
        Member(52, False, NOON),
        Member(53, True, NOON + DAY),
        Member(54, False, NOON + DAY),
        Member(55, False, NOON + 2 * DAY),
    ]


def test_given_a_day_that_is_still_to_come_when_asked_who_is_followed_then_those_of_it_are_not_yet() -> None:
    assert [each.customer_id for each in members(1)] == [51, 52]
    assert members(0) == []


def test_given_a_campaign_that_was_called_off_when_followed_then_nobody_is_who_was_to_come_later() -> None:
    assert [each.customer_id for each in members(90, called_off_after=1)] == [51, 52]


def test_given_a_gift_that_left_late_when_its_cost_is_counted_then_all_of_it_is_with_what_no_vendor_bills() -> None:
    assert campaign_paid.given(members(90), {51: 20_00, 54: 0, 99: 7_00}, 3_50) == [
        Given(51, NOON, 23_50),
        Given(54, NOON + DAY, 3_50),
    ]
