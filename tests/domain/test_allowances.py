"""What one agent may give by themselves: within their own limits, and more in one act where a tag allows it."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.agents import Member
from app.domain.decisions import Decision
from app.domain.effects import Plan
from app.domain.events import Act, Proof
from app.domain.facts import Quote, RefundsBefore
from app.domain.policy import Policy, TagRule, TeamGestures
from app.domain.rules import on_action
from tests.builders import NOON, action, agent_facts, refund_offer, usd

NINE = datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("America/New_York"))
RIGHT = TagRule(tag="Make-it-right", refund_minor=150_00, flowers_minor=80_00)
GOLD = TagRule(tag="gold", refund_minor=120_00)
TEAM = TeamGestures(refund_limit_minor=100_00, flowers_limit_minor=50_00, tag_rules=(RIGHT, GOLD))
LARGE = refund_offer(most=usd(500_00), paid=usd(500_00))
SAM = Member(id=7, active=True)


def pressed(
    act: Act = Act.REFUND_KEEP, team: TeamGestures = TEAM, *, amount: str | None = None, **facts: Any
) -> Decision:
    said = action(act, amount=amount, proof=Proof.SIGNED_IN)
    (decision,) = on_action(said, agent_facts(offer=LARGE, **facts), Policy(team=team), NOON, NINE)
    return decision


def asks(decision: Decision) -> str | None:
    (plan,) = decision.plans
    return plan.ask_first


@pytest.mark.parametrize(("amount", "asked"), [("74.99", False), ("75.00", False), ("75.01", True)])
def test_given_a_limit_of_their_own_when_pressed_then_it_counts_instead_of_the_settings(
    amount: str, asked: bool
) -> None:
    careful = replace(SAM, limit_minor=75_00)

    decision = pressed(amount=amount, member=careful)

    assert asks(decision) == ("Above $75.00 a lead decides." if asked else None)


def test_given_a_larger_limit_of_their_own_when_pressed_then_they_may_more_than_others() -> None:
    assert asks(pressed(amount="140", member=replace(SAM, limit_minor=250_00))) is None
    assert asks(pressed(amount="140", member=SAM)) == "Above $100.00 a lead decides."


@pytest.mark.parametrize(("limit", "asked"), [(6_00, None), (5_99, "Above $5.99 a lead decides.")])
def test_given_a_limit_of_their_own_when_a_card_is_pressed_then_it_counts_as_well(
    limit: int, asked: str | None
) -> None:
    said = action(Act.CARD, message="Thank you for the lovely letter.", proof=Proof.SIGNED_IN)
    facts = agent_facts(member=replace(SAM, limit_minor=limit))

    (decision,) = on_action(said, facts, Policy(team=TEAM), NOON, NINE)

    assert asks(decision) == asked


def test_given_a_limit_of_nothing_when_pressed_then_a_lead_is_always_asked() -> None:
    assert asks(pressed(amount="0.01", member=replace(SAM, limit_minor=0))) == "Above $0.00 a lead decides."


@pytest.mark.parametrize(("amount", "asked"), [("20.00", False), ("20.01", True)])
def test_given_a_month_of_their_own_when_it_is_over_then_a_lead_is_asked(amount: str, asked: bool) -> None:
    decision = pressed(amount=amount, member=replace(SAM, month_minor=300_00), given_minor=280_00)

    because = "Ask a lead: Robin Miller would have given $300.01 this month, of $300.00."
    assert asks(decision) == (because if asked else None)


def test_given_no_month_of_their_own_when_pressed_then_the_pool_alone_limits_it() -> None:
    assert asks(pressed(amount="20.00", member=SAM, given_minor=9_999_00)) is None


@pytest.mark.parametrize(
    ("tags", "amount", "asked"),
    [
        ((), "100.01", True),
        (("make-it-right",), "150.00", False),
        (("make-it-right",), "150.01", True),
        (("gold",), "120.00", False),
        (("gold",), "120.01", True),
        (("gold", "make-it-right"), "150.00", False),
        (("silver",), "100.01", True),
    ],
)
def test_given_tags_when_a_refund_is_pressed_then_the_most_generous_counts(
    tags: tuple[str, ...], amount: str, asked: bool
) -> None:
    assert (asks(pressed(amount=amount, tags=frozenset(tags))) is not None) is asked


def test_given_a_tag_that_is_needed_when_pressed_then_the_preview_names_it_and_only_then() -> None:
    borne = frozenset({"make-it-right", "gold"})

    assert pressed(amount="110", tags=borne).because.endswith("The tag “gold” allows up to $120.00.")
    assert pressed(amount="130", tags=borne).because.endswith("The tag “Make-it-right” allows up to $150.00.")
    assert "tag" not in pressed(amount="100", tags=borne).because
    assert "tag" not in pressed(amount="151", tags=borne).because


def test_given_a_tag_when_flowers_are_pressed_then_its_own_amount_counts() -> None:
    flowers = {"quote": Quote(total=usd(60_00), product="T23-1A")}

    assert asks(pressed(Act.FLOWERS, tags=frozenset({"make-it-right"}), **flowers)) is None
    assert asks(pressed(Act.FLOWERS, tags=frozenset({"gold"}), **flowers)) == "Above $50.00 a lead decides."


def test_given_a_tag_when_the_agent_has_a_smaller_limit_of_their_own_then_the_tag_lifts_that_as_well() -> None:
    decision = pressed(amount="150", member=replace(SAM, limit_minor=10_00), tags=frozenset({"make-it-right"}))

    assert asks(decision) is None


def test_given_a_tag_with_less_than_the_usual_limit_when_pressed_then_nobody_has_less_for_it() -> None:
    meagre = replace(TEAM, tag_rules=(TagRule(tag="gold", refund_minor=5_00),))

    assert asks(pressed(amount="100", team=meagre, tags=frozenset({"gold"}))) is None


BEYOND: dict[str, dict[str, Any]] = {
    "their month": {"member": replace(SAM, month_minor=149_99)},
    "the order": {"before": RefundsBefore(on_order_minor=100_00)},
    "the customer": {"before": RefundsBefore(to_customer_minor=100_00)},
    "the day": {"before": RefundsBefore(today_minor=400_00)},
    "the year": {"keep_refunds_this_year": 2},
    "what a person presses": {"presses": 11},
}


@pytest.mark.parametrize("facts", BEYOND.values(), ids=BEYOND)
def test_given_a_tag_when_anything_but_the_act_is_too_much_then_a_lead_is_asked_all_the_same(
    facts: dict[str, Any],
) -> None:
    assert asks(pressed(amount="150", tags=frozenset({"make-it-right"}), **facts)) is not None


def test_given_a_tag_when_nothing_proves_who_pressed_then_a_lead_is_asked_all_the_same() -> None:
    facts = agent_facts(offer=LARGE, tags=frozenset({"make-it-right"}))

    (decision,) = on_action(action(amount="150"), facts, Policy(team=TEAM), NOON, NINE)

    assert "does not prove who pressed" in (asks(decision) or "")


@given(st.integers(1, 300_00), st.integers(0, 200_00) | st.none(), st.integers(0, 400_00) | st.none(), st.booleans())
def test_given_any_limits_when_pressed_then_what_asks_nobody_is_within_all_of_them(
    minor: int,
    own: int | None,
    month: int | None,
    tagged: bool,
) -> None:
    member = replace(SAM, limit_minor=own, month_minor=month)
    decision = pressed(
        amount=usd(minor).text, member=member, given_minor=50_00, tags=frozenset({"gold"} if tagged else ())
    )

    plan: Plan = decision.plans[0]
    most = max(TEAM.refund_limit_minor if own is None else own, 120_00 if tagged else 0)
    freely = minor <= min(most, TEAM.refund_order_minor) and (month is None or minor + 50_00 <= month)
    assert (plan.ask_first is None) is freely
