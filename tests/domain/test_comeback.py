"""Who comes back after long is told that it was noticed; who was never away is not even talked about."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.decisions import Decision
from app.domain.effects import SendGift
from app.domain.facts import Away, Given, OrderFacts
from app.domain.policy import Comeback, Policy
from app.domain.rules import comeback, on_order
from tests.builders import DAY, HOUR, NOON, auto_policy, order, order_facts, standing

LONG_AWAY = Away(since=NOON - HOUR - 240 * DAY, shop="Practice")
POLICY = Policy(comeback=Comeback(special_only=False))


def back(gift_goes: bool = False, **changes: Any) -> Decision | None:
    return comeback.decide(facts(**changes), POLICY, NOON, gift_goes=gift_goes)


def facts(**changes: Any) -> OrderFacts:
    return order_facts(**({"away": LONG_AWAY} | changes))


def test_given_a_first_order_in_eight_months_when_decided_then_a_card_leaves_a_day_after_it() -> None:
    decision = back()

    assert decision is not None
    (plan,) = decision.plans
    assert isinstance(plan.effect, SendGift)
    assert (plan.effect.occasion, plan.due_at) == ("comeback:1001", NOON - HOUR + DAY)
    assert (
        decision.because == "#1001 is their first order in 240 days. A card, written by hand, for $6.00, goes to them."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"away": None},
        {"away": replace(LONG_AWAY, since=NOON - 240 * DAY)},  # an hour short of it
        {"standing": None},
        {"order": order(counted=False)},
    ],
    ids=["first order", "not long", "guest", "counts not"],
)
def test_given_an_order_that_is_no_comeback_when_decided_then_not_a_word_is_kept(changes: dict[str, Any]) -> None:
    assert back(**changes) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"gift_goes": True}, "cool_down"),
        ({"away": replace(LONG_AWAY, given=Given(once=True))}, "had_it"),
        ({"away": replace(LONG_AWAY, given=Given(last_treat_at=NOON - DAY))}, "cool_down"),
        ({"standing": standing(let_alone=True)}, "opted_out"),
        ({"order": order(risky=True)}, "risky"),
        (
            {
                "order": order(processed_at=NOON - 25 * HOUR),
                "away": replace(LONG_AWAY, since=NOON - 300 * DAY),
            },
            "old",
        ),
    ],
)
def test_given_a_comeback_with_an_obstacle_when_decided_then_it_is_said_why(changes: dict[str, Any], code: str) -> None:
    decision = back(**changes)

    assert decision is not None
    assert (decision.code, decision.plans) == (code, ())


def test_given_a_comeback_that_is_cancelled_when_decided_then_what_waits_is_taken_back() -> None:
    away = replace(LONG_AWAY, given=Given(once=True, waiting=("moment:1",)))

    decision = back(away=away, order=order(counted=False, cancelled=True, uncounted_because="It was cancelled."))

    assert decision is not None
    assert (decision.withdraw, decision.because) == (("moment:1",), "It was cancelled.")


def test_given_a_gift_in_the_parcel_when_an_order_is_decided_then_no_card_comes_on_top() -> None:
    gift, _, *_ = decisions = on_order(facts(), auto_policy(comeback=POLICY.comeback), NOON)

    assert gift.plans
    assert [(each.rule, each.code) for each in decisions if each.rule == "comeback"] == [("comeback", "cool_down")]
