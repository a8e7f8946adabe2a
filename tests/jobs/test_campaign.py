"""A gift for each of some people, in bad weather, by every vendor; for hundreds of people it is `torture gifts`."""

import pytest

from tests.jobs.conftest import Practice
from tests.torture import campaign
from tests.torture.campaign import BUDGET, Campaign

SMALL = Campaign(recipients=20, group=10, faults=0.2, deaths=0.01)


def test_given_a_gift_for_each_of_some_people_in_bad_weather_when_all_is_over_then_both_sides_books_agree_to_the_cent(
    inside: Practice,
) -> None:
    told = campaign.run(inside, SMALL)

    assert told.wrong == []
    assert sum(ends.total() for ends in told.ends.values()) == SMALL.recipients
    assert told.spent == told.kept
    assert (told.purse[0], sum(told.purse)) == (0, BUDGET)
    assert min(told.toll.went_wrong, told.toll.deaths) > 0


def test_given_nobody_who_looks_when_answers_are_lost_then_somebody_is_given_twice(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Show that the campaign can fail: a florist knows no key of ours."""
    campaign.nobody_looks(monkeypatch)

    lost = {"call": "POST placeorder", "kind": "commit_then_drop"}

    told = campaign.run(inside, Campaign(recipients=3, faults=0.0, deaths=0.0, first=(lost,)))

    assert any("was ordered 2 times at florist" in each for each in told.wrong)
