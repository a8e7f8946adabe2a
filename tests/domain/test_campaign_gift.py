"""One gift of a campaign, and why a campaign cannot be approved as it is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain import campaigns
from app.domain.campaigns import Refusal, Terms
from app.domain.card_paper import HAND
from app.domain.catalogue import Entry, Occasion
from app.domain.effects import SendGift
from app.domain.gifts import Flag, GiftKind
from app.domain.rules import campaign_gift
from app.domain.rules.campaign_gift import Recipient
from app.domain.tastes import Tastes
from tests.builders import DAY, NOON, standing, usd

MUG = Entry(
    id=7,
    vendor="by_hand",
    sku="mug",
    kind=GiftKind.PARCEL,
    title="Mug",
    cost=usd(10_00),
    photo="https://x.example/mug.jpg",
    stock=400,
    active=True,
)
TODAY = NOON.date()
ANYBODY = Occasion(currency="USD", vendors=frozenset({"by_hand"}))
TERMS = Terms(
    gift_id=7,
    budget_minor=4_000_00,
    message="Thank you for all these years.",
    signed_by="Robin",
    starts_on=TODAY + timedelta(days=3),
)


def refusals(terms: Terms = TERMS, gift: Entry | None = MUG, *, candidates: int = 900, **about: Any) -> set[Refusal]:
    unit = 0 if gift is None or gift.cost is None else gift.cost.minor
    size = campaigns.size(terms, unit_minor=unit, candidates=candidates)
    usual = {"paper": HAND, "to_a_door": True, "today": TODAY, "counted_at": NOON, "now": NOON}
    return set(campaign_gift.refusals(terms, gift, size, ANYBODY, **(usual | about)))


def decided(**whose: Any) -> campaign_gift.Decision:
    to = Recipient(**({"customer_id": 55, "standing": standing(), "about": ANYBODY} | whose))
    return campaign_gift.decide(to, 3, TERMS, replace(MUG, stock=None), leaves_at=NOON + 3 * DAY, now=NOON)


def test_given_a_good_plan_when_it_is_to_be_approved_then_nothing_speaks_against_it() -> None:
    assert refusals() == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gift": None}, {Refusal.NO_GIFT}),
        ({"gift": replace(MUG, stock=0)}, {Refusal.NO_STOCK}),
        ({"gift": replace(MUG, active=False)}, {Refusal.NOT_OFFERED}),
        ({"gift": replace(MUG, vendor="florist")}, {Refusal.NOT_OFFERED}),
        ({"candidates": 0}, {Refusal.NOBODY}),
        ({"terms": replace(TERMS, budget_minor=1_999_99)}, {Refusal.OVER_BUDGET}),
        ({"terms": replace(TERMS, message="Use code THANKS20 for 20% off.")}, {Refusal.WORDS}),
        ({"terms": replace(TERMS, message="Dear {first_name}, thank you.")}, {Refusal.WORDS}),
        ({"terms": replace(TERMS, signed_by="")}, {Refusal.UNSIGNED}),
        ({"terms": replace(TERMS, starts_on=TODAY + timedelta(days=2))}, {Refusal.TOO_SOON}),
        ({"terms": replace(TERMS, starts_on=None)}, {Refusal.TOO_SOON}),
        ({"terms": replace(TERMS, arrive_on=TODAY + timedelta(days=20))}, {Refusal.TOO_LATE}),
        ({"counted_at": NOON - timedelta(hours=25)}, {Refusal.OLD_COUNT}),
    ],
    ids=lambda value: next(iter(value)).value if isinstance(value, set) else "",
)
def test_given_something_amiss_when_it_is_to_be_approved_then_it_is_refused_for_just_that(
    changes: dict[str, Any], expected: set[Refusal]
) -> None:
    assert refusals(**changes) == expected


def test_given_a_budget_for_fewer_than_the_least_when_some_are_held_out_then_it_may_be_enough() -> None:
    short = replace(TERMS, budget_minor=1_900_00)

    assert refusals(short) == {Refusal.OVER_BUDGET}
    assert refusals(replace(short, hold_out=True)) == set()


def test_given_a_day_when_every_wave_leaves_in_time_for_it_then_nothing_speaks_against_it() -> None:
    assert refusals(replace(TERMS, arrive_on=TODAY + timedelta(days=22))) == set()


def test_given_somebody_on_the_list_when_their_turn_comes_then_their_gift_is_paid_from_the_campaigns_purse() -> None:
    (plan,) = decided().plans

    assert isinstance(plan.effect, SendGift)
    assert plan.effect.key == "moment:customer-55:campaign:3"
    assert (plan.cost, plan.pool, plan.due_at) == (usd(10_00), "campaign-3", NOON + 3 * DAY)
    assert plan.effect.message == "Thank you for all these years.\nRobin"


@pytest.mark.parametrize(
    ("whose", "code"),
    [
        ({"standing": None}, "gone"),
        ({"standing": standing(let_alone=True)}, "opted_out"),
        ({"standing": standing(sensitive_until=NOON + DAY)}, "sensitive"),
        ({"treated": True}, "cool_down"),
        ({"disputed": True}, "disputed"),
        ({"about": replace(ANYBODY, given=frozenset({7}))}, "not_theirs"),
        ({"about": replace(ANYBODY, tasted=Tastes(never=("mug",)))}, "not_theirs"),
        ({"about": replace(ANYBODY, forbidden=frozenset(Flag))}, "campaign_gift"),
    ],
)
def test_given_somebody_who_should_not_get_it_when_their_turn_comes_then_they_are_passed_over(
    whose: dict[str, Any], code: str
) -> None:
    found = decided(**whose)

    assert (found.code, bool(found.plans)) == (code, code == "campaign_gift")
