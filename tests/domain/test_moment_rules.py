"""Something small at a moment: what is given, to whom not, and why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.agents import Reason
from app.domain.catalogue import Entry
from app.domain.decisions import Decision
from app.domain.deed_words import what
from app.domain.effects import Pool, SendGift
from app.domain.facts import Given
from app.domain.gifts import GiftKind
from app.domain.moments import RECOVERY, Birthday, MomentFacts
from app.domain.policy import Anniversary, Kindness, Moments, Policy, Recovery
from app.domain.rules import moments
from app.domain.tastes import Tastes
from tests.builders import DAY, HOUR, NOON, due, gift_line, moment_facts, order, present, standing, usd

NINE = NOON - 3 * HOUR
CHEAP_CARD = Entry(id=1, vendor="lob", sku="c", kind=GiftKind.CARD, title="Printed card", cost=usd(2_00))
MUG = Entry(id=2, vendor="by_hand", sku="m", kind=GiftKind.PARCEL, title="Mug", cost=usd(6_00))
ROBE = Entry(id=3, vendor="by_hand", sku="r", kind=GiftKind.PARCEL, title="Robe", cost=usd(60_00))
FLOWERS = Entry(id=4, vendor="florist", sku="f", kind=GiftKind.FLOWERS, title="Tulips", cost=usd(1_00))
WANTS_GIFT = Policy(anniversary=Anniversary(kindness=Kindness.GIFT))


def decided(facts: MomentFacts | None = None, policy: Policy | None = None) -> Decision:
    return moments.decide(facts or moment_facts(), policy or Policy(), NOON, leaves_at=NINE)


def gift_of(decision: Decision) -> SendGift:
    (plan,) = decision.plans
    assert isinstance(plan.effect, SendGift)
    return plan.effect


def test_given_a_day_that_comes_round_when_decided_then_a_card_leaves_in_time_from_the_gift_pool() -> None:
    decision = decided()

    gift, (plan,) = gift_of(decision), decision.plans
    assert (gift.what, gift.vendor, gift.order_id, gift.ticket_id) == (GiftKind.CARD, "by_hand", 1001, None)
    assert gift.message == "Another year with us. Thank you for being part of Practice.\nPractice"
    assert (plan.pool, plan.cost, plan.due_at, plan.reason) == (Pool.GIFTS, usd(6_00), NOON, None)
    assert (decision.code, gift.occasion) == ("moment", "anniversary:2026")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"given": Given(once=True)}, "had_it"),
        ({"standing": standing(special=True, let_alone=True)}, "opted_out"),
        ({"standing": standing(special=True, sensitive_until=NOON + DAY)}, "sensitive"),
        ({"due": due(spoiled=("said_late", "It was written down lately."))}, "said_late"),
        ({"today": (NOON + 3 * DAY).date()}, "day_gone"),
        ({"active": False}, "inactive"),
        ({"standing": standing()}, "not_special"),
        ({"given": Given(last_treat_at=NOON - 59 * DAY)}, "cool_down"),
        ({"given": Given(last_treat_at=NOON + DAY)}, "cool_down"),  # it is coming
        ({"given": Given(today=10)}, "daily_cap"),
        ({"broken": "#1001 has not left after 10 days."}, "promise_open"),
        ({"order": None}, "no_order"),
        ({"order": order(test=True)}, "test_order"),
        ({"order": order(cancelled=True)}, "cancelled"),
        ({"order": order(risky=True)}, "risky"),
        ({"order": order(disputed=True)}, "disputed"),
        ({"order": order(outstanding=True)}, "owes"),
        ({"order": order(domestic=False)}, "foreign"),
        ({"standing": standing(special=True, tastes=Tastes(never=("year",)))}, "card_words"),
    ],
)
def test_given_an_obstacle_when_decided_then_nothing_is_given_and_it_is_said_why(
    changes: dict[str, Any], code: str
) -> None:
    decision = decided(moment_facts(**changes))

    assert (decision.code, decision.plans) == (code, ())
    assert decision.because.endswith(".")


@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        ({"given": Given(last_treat_at=NOON - 60 * DAY)}, Policy()),
        ({"given": Given(last_treat_at=NOON)}, Policy(moments=Moments(cooldown_days=0))),
        ({"order": order(domestic=False)}, Policy(moments=Moments(domestic_only=False))),
        ({"standing": standing()}, Policy(anniversary=Anniversary(special_only=False))),
        ({"today": (NOON + 2 * DAY).date()}, Policy()),
    ],
)
def test_given_what_the_settings_allow_when_decided_then_it_is_given(changes: dict[str, Any], policy: Policy) -> None:
    assert decided(moment_facts(**changes), policy).code == "moment"


@pytest.mark.parametrize(
    ("fits", "policy", "title", "minor"),
    [
        ((CHEAP_CARD, MUG), Policy(), "Printed card", 2_00),
        ((MUG,), Policy(), "A card, written by hand", 6_00),
        ((CHEAP_CARD, MUG, ROBE), WANTS_GIFT, "Mug", 6_00),
        ((FLOWERS, ROBE), WANTS_GIFT, "A card, written by hand", 6_00),  # one wants a day, one costs too much
        ((CHEAP_CARD, ROBE), WANTS_GIFT, "Printed card", 2_00),
    ],
)
def test_given_what_fits_when_decided_then_the_cheapest_of_its_kind_goes_and_a_card_where_no_gift_does(
    fits: tuple[Entry, ...], policy: Policy, title: str, minor: int
) -> None:
    decision = decided(moment_facts(fits=fits), policy)

    assert (gift_of(decision).title, decision.plans[0].cost) == (title, usd(minor))


def test_given_somebody_who_signs_when_decided_then_their_name_stands_below() -> None:
    gift = gift_of(decided(policy=Policy(moments=Moments(signed_by="Léa"))))

    assert gift.message.endswith("\nLéa")
    assert gift.agent_name == "Léa"


def test_given_a_shop_of_several_words_when_a_card_is_told_of_then_it_is_signed_with_all_of_them() -> None:
    gift = gift_of(decided(moment_facts(shop="Fifty Thousand Boxes")))

    assert gift.message.endswith("\nFifty Thousand Boxes")
    assert what(gift).endswith(", signed Fifty Thousand Boxes")
    assert what(replace(gift, occasion="", agent_name="Robin Miller")).endswith(", signed Robin")


def test_given_a_mistake_made_good_when_decided_then_no_pause_is_kept_and_none_begins() -> None:
    facts = moment_facts(
        due=due(rule=RECOVERY, occasion="recovery:1001", day=None),
        standing=standing(),
        given=Given(last_treat_at=NOON),
    )

    (plan,) = decided(facts).plans
    assert plan.reason is Reason.OUR_MISTAKE


def test_given_a_recovery_when_a_promise_is_still_open_then_it_waits() -> None:
    facts = moment_facts(due=due(rule=RECOVERY, day=None), broken="A ticket of theirs is open.")

    assert decided(facts, Policy(recovery=Recovery())).code == "promise_open"


@pytest.mark.parametrize(("days", "code"), [(29, "said_late"), (30, "moment")])
def test_given_a_birthday_written_down_before_it_when_decided_then_only_one_that_is_no_trick_counts(
    days: int, code: str
) -> None:
    day = (NOON + 10 * DAY).date()
    known = Birthday(month=day.month, day=day.day, said_at=NOON + 10 * DAY - days * DAY)

    assert decided(moment_facts(due=moments.birthday(55, known, day))).code == code


def test_given_a_first_order_when_its_day_comes_round_then_the_years_are_counted() -> None:
    day = (NOON + 10 * DAY).date()

    assert moments.anniversary(55, day.replace(year=2025), day).why.endswith("it is a year since their first order.")
    assert moments.anniversary(55, day.replace(year=2022), day).why.endswith("it is 4 years since their first order.")


def test_given_the_same_day_of_two_years_when_it_comes_round_then_each_is_an_occasion_of_its_own() -> None:
    day = (NOON + 10 * DAY).date()
    known = Birthday(month=day.month, day=day.day, said_at=NOON - 400 * DAY)
    years = (day, day.replace(year=day.year + 1))

    assert [moments.anniversary(55, day.replace(year=2020), each).occasion for each in years] == [
        "anniversary:2026",
        "anniversary:2027",
    ]
    assert [moments.birthday(55, known, each).occasion for each in years] == ["birthday:2026", "birthday:2027"]


def test_given_two_late_orders_of_one_customer_when_they_arrive_then_each_is_an_occasion_of_its_own() -> None:
    occasions = [moments.recovery(order_id, "#1", 55, arrived=True).occasion for order_id in (1001, 1002)]

    assert occasions == ["recovery:1001", "recovery:1002"]


@pytest.mark.parametrize(
    ("waited", "gone"), [(DAY, None), (5 * DAY, ("day_gone", "The moment has passed while it waited."))]
)
def test_given_a_yes_that_comes_late_when_it_is_to_leave_then_a_moment_that_has_passed_is_let_go(
    waited: timedelta, gone: tuple[str, str] | None
) -> None:
    kept = present(ticket_id=None, occasion="anniversary:2026")

    assert moments.gone_by(kept, NOON - waited, NOON) == gone
    assert moments.gone_by(present(), NOON - 90 * DAY, NOON) is None
    assert moments.gone_by(present(ticket_id=None, occasion="campaign:3"), NOON - 90 * DAY, NOON) is None
    assert moments.gone_by(gift_line(), NOON - 90 * DAY, NOON) is None
