"""What lies before a customer: each rule's next possible day, and what is in its way."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.domain import journey
from app.domain.journey import Known, Stop
from app.domain.moments import Birthday
from app.domain.policy import Mode, Policy
from tests.builders import DAY, NOON, auto_policy, standing

TODAY = date(2026, 11, 21)
KNOWN = Known(
    standing=standing(special=True),
    today=TODAY,
    first_on=date(2024, 12, 24),
    last_on=date(2026, 11, 16),
    birthday=Birthday(month=5, day=17, said_at=NOON - 100 * DAY),
)
POLICY = auto_policy()


def stops(policy: Policy = POLICY, **changes: Any) -> dict[str, Stop]:
    return {stop.rule: stop for stop in journey.ahead(replace(KNOWN, **changes), policy)}


def test_given_a_customer_when_their_way_is_drawn_then_each_rule_is_on_it_the_next_one_first() -> None:
    ahead = journey.ahead(KNOWN, POLICY)

    assert [(stop.rule, stop.on, stop.mode) for stop in ahead] == [
        ("anniversary", date(2026, 12, 24), Mode.OBSERVE),
        ("birthday", date(2027, 5, 17), Mode.OBSERVE),
        ("comeback", date(2027, 7, 14), Mode.OBSERVE),
        ("recovery", None, Mode.OBSERVE),
        ("nth_order_gift", None, Mode.AUTO),
    ]
    assert ahead[-1].barred == journey.NO_GIFTS, "the fourth order is behind them"


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({"first_on": date(2024, 11, 28)}, date(2027, 11, 28)),  # too near to be there in time
        ({"first_on": date(2024, 11, 29)}, date(2026, 11, 29)),
        ({"first_on": date(2026, 1, 1)}, date(2027, 1, 1)),
        ({"first_on": date(2024, 2, 29)}, date(2027, 2, 28)),
        ({"treated_on": TODAY}, date(2027, 12, 24)),  # sixty days of pause reach beyond it
        ({"quiet_until": date(2026, 12, 17)}, date(2027, 12, 24)),
        ({"quiet_until": date(2026, 12, 16)}, date(2026, 12, 24)),
    ],
)
def test_given_what_is_in_the_way_when_the_next_day_is_looked_for_then_it_is_the_first_that_is_free(
    changes: dict[str, Any], day: date
) -> None:
    assert stops(**changes)["anniversary"].on == day


def test_given_a_birthday_said_lately_when_the_next_is_looked_for_then_it_is_next_years() -> None:
    coming = TODAY + timedelta(days=20)
    said = Birthday(month=coming.month, day=coming.day, said_at=NOON - DAY)

    assert stops(birthday=said)["birthday"].on == coming.replace(year=2027)


@pytest.mark.parametrize(
    ("changes", "rule", "barred"),
    [
        ({"birthday": None}, "birthday", "unknown"),
        ({"first_on": None, "last_on": None}, "anniversary", "never"),
        ({"first_on": None, "last_on": None}, "comeback", "never"),
        ({"standing": standing()}, "anniversary", "not_special"),
        ({"standing": standing()}, "recovery", ""),
        ({"standing": standing(special=True, let_alone=True)}, "recovery", "let_alone"),
        ({"standing": standing(special=True, orders=2)}, "nth_order_gift", ""),
    ],
)
def test_given_a_rule_that_cannot_act_when_drawn_then_it_says_what_is_in_the_way(
    changes: dict[str, Any], rule: str, barred: str
) -> None:
    stop = stops(**changes)[rule]

    assert stop.barred == barred
    assert not (stop.barred and stop.on)


def test_given_an_order_that_brings_a_gift_when_drawn_then_its_number_is_told() -> None:
    gift = stops(standing=standing(special=True, orders=2), treated_on=TODAY)["nth_order_gift"]

    assert (gift.ordinal, gift.on) == (4, TODAY + timedelta(days=60))


def test_given_somebody_who_may_not_be_active_by_then_when_drawn_then_it_says_so() -> None:
    assert [stops(active_days=days)["anniversary"].if_they_order for days in (365, 20)] == [False, True]


def test_given_a_late_order_when_drawn_then_making_good_waits_for_it() -> None:
    assert stops(late="#1001")["recovery"].after == "#1001"
