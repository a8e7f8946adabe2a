"""A hard time: silence first, then money, flowers on their day; and nothing that asks anybody to shop."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.decisions import Decision, HardTime
from app.domain.effects import Effect, Mute, PostNote, Quiet, RefundOrder, SendFlowers, State, Unmute
from app.domain.events import Act, AgentAction, Proof
from app.domain.facts import AgentFacts, DoneElsewhere
from app.domain.policy import HardTimes, Policy, TeamGestures
from app.domain.rules import hard_time, on_action
from app.domain.rules.pressed import shown
from tests.builders import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    action,
    agent_facts,
    auto_policy,
    mute,
    order,
    refund_offer,
    standing,
    usd,
)

NINE = datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("America/New_York"))
UNTIL = NINE + timedelta(days=180)
LISTENED = {"listened": True}
TEAM = auto_policy()


def asked(**changes: Any) -> AgentAction:
    return action(Act.COMPASSION, **changes)


def decided(
    press: AgentAction, facts: AgentFacts | None = None, policy: Policy = TEAM, now: datetime = NOON
) -> list[Decision]:
    return on_action(press, facts or agent_facts(**LISTENED), policy, now, NINE)


def moves(decisions: list[Decision]) -> list[Effect]:
    return [plan.effect for each in decisions for plan in each.plans if not isinstance(plan.effect, PostNote)]


def words(decisions: list[Decision]) -> str:
    return "\n".join(plan.effect.text for each in decisions for plan in each.plans if isinstance(plan.effect, PostNote))


def test_given_all_of_it_when_pressed_then_each_silence_waits_for_the_one_before_and_the_money_for_the_last() -> None:
    quiet, flowers = decided(asked(with_refund=True, with_flowers=True))

    plans = [plan for plan in quiet.plans if not isinstance(plan.effect, PostNote)]
    *mutes, refund = plans
    assert [(mute.effect.quiet, mute.effect.tag) for mute in mutes if isinstance(mute.effect, Mute)] == [
        (Quiet.TAG, "pause-reorders"),
        (Quiet.TAG, "no-marketing"),
        (Quiet.FIELD, ""),
        (Quiet.LISTENER, ""),
    ]
    assert [plan.after for plan in plans] == [None, *(plan.effect.key for plan in mutes)]
    assert isinstance(refund.effect, RefundOrder)
    assert (quiet.rule, flowers.rule) == ("refund_keep", "flowers")
    assert isinstance(flowers.plans[0].effect, SendFlowers)
    assert flowers.plans[0].effect.message.endswith("\nRobin")
    assert flowers.plans[0].due_at == NINE + 14 * DAY
    assert quiet.hard_time == HardTime(customer_id=55, until=UNTIL)


def test_given_a_refund_with_compassion_when_pressed_in_the_helpdesk_then_it_is_the_very_same_silence() -> None:
    by_button = decided(action(Act.REFUND_KEEP, compassion=True))
    on_the_desk = decided(asked(with_refund=True))

    assert by_button == on_the_desk


def test_given_nothing_but_quiet_when_pressed_then_no_money_moves_and_the_agent_reads_how_long_it_is() -> None:
    (quiet,) = decided(asked(), policy=replace(TEAM, hard_times=HardTimes(days=30)))

    assert (quiet.code, {plan.cost for plan in quiet.plans}) == ("hard_time", {None})
    assert "21 December 2026" in words([quiet])
    assert "No subscription app is connected" in words([quiet])
    assert quiet.hard_time == HardTime(customer_id=55, until=NINE + 30 * DAY)


def test_given_tools_and_apps_when_pressed_then_only_what_is_connected_is_told() -> None:
    alone = moves(decided(asked(), agent_facts()))
    everybody = moves(decided(asked(), agent_facts(listened=True, reorders=True)))

    assert [each.quiet for each in alone if isinstance(each, Mute)] == [Quiet.TAG, Quiet.TAG, Quiet.FIELD]
    assert {each.quiet for each in everybody if isinstance(each, Mute)} == set(Quiet)
    assert "subscription app" not in words(decided(asked(), agent_facts(reorders=True)))


def test_given_a_large_sum_when_pressed_then_the_silence_does_not_wait_for_a_lead() -> None:
    large = agent_facts(offer=refund_offer(most=usd(500_00), paid=usd(500_00)))

    (quiet,) = decided(asked(with_refund=True, amount="400"), large)

    asks = [plan.ask_first for plan in quiet.plans]
    assert asks[-1] is not None
    assert set(asks[:-1]) == {None}


def test_given_two_refunds_on_a_ticket_when_pressed_then_neither_waits_for_the_other() -> None:
    first, second = (decided(asked(with_refund=True, amount=amount)) for amount in ("10", "11"))

    assert not {each.key for each in moves(first)} & {each.key for each in moves(second)}


def test_given_a_guest_when_the_money_goes_back_then_the_agent_reads_that_nobody_could_be_muted() -> None:
    (refund,) = decided(asked(with_refund=True), agent_facts(order=order(customer_id=None)))

    assert [type(each) for each in moves([refund])] == [RefundOrder]
    assert refund.plans[-1].after is None
    assert refund.hard_time is None
    assert "bought by a guest" in words([refund])


def test_given_a_guest_when_only_quiet_is_asked_for_then_it_is_said_plainly() -> None:
    (no,) = decided(asked(), agent_facts(order=order(customer_id=None)))

    assert (no.code, moves([no]), no.hard_time) == ("guest", [], None)


@pytest.mark.parametrize("press", [asked(with_refund=True), action(compassion=True)], ids=["desk", "button"])
def test_given_store_credit_when_pressed_in_a_hard_time_then_nothing_asks_them_to_shop(press: AgentAction) -> None:
    (no,) = decided(replace(press, as_credit=True), policy=replace(TEAM, team=replace(TEAM.team, store_credit=True)))

    assert (no.code, moves([no]), no.hard_time) == ("no_coupon", [], None)


@pytest.mark.parametrize(
    ("press", "facts", "code"),
    [
        (asked(with_refund=True), agent_facts(offer=refund_offer(most=usd(0))), "not_refundable"),
        (asked(with_refund=True, with_flowers=True), agent_facts(never=("flowers",)), "never"),
        (asked(with_flowers=True), agent_facts(quote=None), "no_order"),
        (asked(), agent_facts(customer_id=None, order=None, trouble="Nobody is known."), "no_order"),
        (asked(), agent_facts(live=(0,)), "already"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_given_a_part_that_cannot_be_done_when_pressed_then_none_of_it_is_and_the_agent_reads_why(
    press: AgentAction, facts: AgentFacts, code: str
) -> None:
    (no,) = decided(press, facts)

    assert (no.code, moves([no]), no.hard_time) == (code, [], None)


def test_given_flowers_of_a_colleague_when_all_of_it_is_pressed_then_their_own_facts_decide() -> None:
    colleague = DoneElsewhere(ticket_id="43", agent_name="Sam", minor=60_00, state=State.PLANNED)
    facts = replace(agent_facts(), flowers=agent_facts(elsewhere=(colleague,)))

    (no,) = decided(asked(with_refund=True, with_flowers=True), facts)

    assert no.code == "elsewhere"


def test_given_an_amount_when_all_of_it_is_pressed_then_it_is_what_goes_back_and_no_limit_for_the_flowers() -> None:
    decisions = decided(asked(with_refund=True, with_flowers=True, amount="5"))

    assert [plan.cost for each in decisions for plan in each.plans if plan.cost] == [usd(5_00), usd(60_00)]


def test_given_a_preview_when_pressed_a_little_later_then_it_is_still_what_was_shown() -> None:
    press = asked(with_refund=True, with_flowers=True, proof=Proof.SIGNED_IN)
    seen = shown(decided(press))

    later = decided(replace(press, seen=seen), now=NOON + 5 * MINUTE)
    changed = decided(replace(press, seen=seen), agent_facts(listened=False))

    assert len(moves(later)) == 6
    assert ([each.code for each in changed], moves(changed)) == (["changed"], [])


def test_given_any_word_that_an_agent_types_when_pressed_then_it_is_in_no_row_but_on_the_card() -> None:
    reason = "her mother died of cancer"
    decisions = decided(asked(with_refund=True, with_flowers=True, message=reason))

    told = [plan for each in decisions for plan in each.plans if not isinstance(plan.effect, SendFlowers)]
    assert reason not in repr([(plan.effect, plan.ask_first) for plan in told])
    assert reason not in " ".join(each.because for each in decisions)


@pytest.mark.parametrize(("until", "spared"), [(None, False), (NOON - HOUR, False), (NOON, False), (NOON + HOUR, True)])
def test_given_a_hard_time_when_something_promotional_is_due_then_it_looks_away_until_it_is_over(
    until: datetime | None, spared: bool
) -> None:
    refused = hard_time.refused(standing(sensitive_until=until), NOON)

    assert refused == ((hard_time.CODE, "Nothing promotional for now.") if spared else None)


def test_given_the_day_when_it_comes_then_each_quiet_ends_by_a_deed_of_its_own_after_it() -> None:
    quiets = [mute(), mute(quiet=Quiet.LISTENER, tag="")]

    ending = hard_time.over(55, quiets, UNTIL)

    assert [(plan.after, plan.due_at) for plan in ending.plans] == [(each.key, UNTIL) for each in quiets]
    assert all(isinstance(plan.effect, Unmute) and plan.effect.undoes == plan.after for plan in ending.plans)
    again = hard_time.over(55, quiets, UNTIL + 200 * DAY)
    assert not {plan.effect.key for plan in ending.plans} & {plan.effect.key for plan in again.plans}


def test_given_a_team_without_tags_of_its_own_when_looked_at_then_the_preset_says_nothing_of_grief() -> None:
    team = TeamGestures()

    assert {team.muted_tag, team.paused_tag} == {"no-marketing", "pause-reorders"}
