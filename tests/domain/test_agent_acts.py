"""What an agent's button does: freely within the limits, with a lead above them, never a plain no."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.agents import Member, Reason, first_name
from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, PostNote, RefundOrder, SendFlowers, State
from app.domain.events import Act, AgentAction, Proof
from app.domain.facts import AgentFacts, DoneElsewhere, FlowersBefore, Quote
from app.domain.gifts import Letters, Paper
from app.domain.money import Money
from app.domain.policy import Policy, Sends, TeamGestures
from app.domain.rules import on_action, refund_keep
from app.domain.rules.agent_acts import flowers, withdraw_flowers
from app.domain.rules.pressed import LONGEST_ECHO, shown
from tests.builders import DAY, HOUR, NOON, action, agent_facts, order, refund_offer, usd

TEAM = TeamGestures(refund_limit_minor=100_00, flowers_limit_minor=100_00, keep_refunds_per_year=2)
LITTLE_BY_CLAIM = TeamGestures(claimed_limit_minor=20_00)
LARGE = refund_offer(most=usd(500_00), paid=usd(500_00))
NINE = datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("America/New_York"))


def test_given_a_plain_refund_when_pressed_then_it_is_paid_by_the_team_and_nobody_is_asked() -> None:
    decision = refunded(action(amount="12.00"))

    (plan,) = decision.plans
    assert decision.code == "refund"
    assert plan.effect == RefundOrder(
        order_id=1001,
        order_name="#1001",
        customer_id=55,
        amount=usd(12_00),
        ticket_id="42",
        agent_name="Robin Miller",
    )
    assert (plan.cost, plan.pool, plan.due_at, plan.ask_first) == (usd(12_00), Pool.TEAM, NOON, None)


def test_given_no_amount_when_pressed_then_all_that_is_left_is_refunded() -> None:
    assert refund_of(refunded(action())).amount == usd(50_00)


@pytest.mark.parametrize("amount", ["1e3", "12,34", "0.001", "1" * 400, "٣", "NaN", "five", "5\x00"])
def test_given_no_amount_of_money_when_pressed_then_nothing_happens_and_the_agent_reads_why(amount: str) -> None:
    decision = refunded(action(amount=amount))

    assert decision.code == "bad_amount"
    assert amount[:LONGEST_ECHO] in said(decision)
    assert len(said(decision)) < 200


@pytest.mark.parametrize("amount", ["-5.00", "0", "0.00", "50.01", "999999999999"])
def test_given_an_amount_that_cannot_be_refunded_when_pressed_then_the_agent_reads_how_much_can(amount: str) -> None:
    decision = refunded(action(amount=amount))

    assert decision.code == "not_refundable"
    assert "$50.00 of #1001 can be refunded" in said(decision)


def test_given_everything_was_refunded_already_when_pressed_then_nothing_happens() -> None:
    assert refunded(action(), agent_facts(offer=refund_offer(most=usd(0), paid=usd(0)))).code == "not_refundable"


@given(st.integers(-100, 20_000), st.integers(0, 20_000))
def test_given_any_amount_when_pressed_then_never_more_than_what_is_left_is_refunded(asked: int, left: int) -> None:
    decision = refunded(action(amount=usd(asked).text), agent_facts(offer=refund_offer(most=usd(left), paid=usd(left))))

    refunds = [plan.effect for plan in decision.plans if isinstance(plan.effect, RefundOrder)]
    assert [refund.amount for refund in refunds] == ([usd(asked)] if 0 < asked <= left else [])


@pytest.mark.parametrize(("amount", "asks"), [("99.99", False), ("100.00", False), ("100.01", True)])
def test_given_an_amount_above_the_limit_when_pressed_then_a_lead_decides(amount: str, asks: bool) -> None:
    decision = refunded(action(amount=amount), agent_facts(offer=LARGE))

    assert ("Above $100.00" in (decision.plans[-1].ask_first or "")) is asks


@pytest.mark.parametrize(("this_year", "asks"), [(0, False), (1, False), (2, True), (9, True)])
def test_given_a_customer_who_kept_items_before_when_refunded_again_then_a_lead_looks_first(
    this_year: int, asks: bool
) -> None:
    decision = refunded(action(), agent_facts(keep_refunds_this_year=this_year))

    assert (decision.plans[-1].ask_first == "Check with a lead first.") is asks


@pytest.mark.parametrize(
    "facts",
    [agent_facts(order=None), agent_facts(offer=None), agent_facts(trouble="The store does not answer.")],
    ids=["no order", "nothing known", "trouble"],
)
def test_given_nothing_to_refund_when_pressed_then_the_agent_is_told(facts: AgentFacts) -> None:
    decision = refunded(action(), facts)

    assert decision.code == "no_order"
    assert said(decision).startswith("Nothing was done. ")
    assert facts.trouble is None or facts.trouble in said(decision)


def test_given_the_same_mistake_twice_when_pressed_then_each_press_gets_its_answer() -> None:
    first, again = (told(refunded(action(amount="abc"), agent_facts(press=press))).key for press in (1, 2))

    assert first != again


def test_given_a_refund_of_that_amount_that_lives_when_pressed_again_then_it_takes_a_confirmation() -> None:
    assert refunded(action(amount="5.00"), agent_facts(live=(5_00,))).code == "already"
    assert refunded(action(amount="5.00", confirm="2"), agent_facts(live=(5_00,))).code == "refund"
    assert refunded(action(amount="6.00"), agent_facts(live=(5_00,))).code == "refund"


def test_given_a_refund_that_came_to_nothing_when_pressed_again_then_it_is_another_deed() -> None:
    first, second = (refunded(action(), agent_facts(ended=ended)).plans[-1].effect.key for ended in (0, 1))

    assert second == f"{first}:again-1"


def test_given_a_confirmed_refund_that_came_to_nothing_when_confirmed_again_then_it_is_another_deed() -> None:
    first, second = (refunded(action(confirm="2"), agent_facts(ended=ended)).plans[-1].effect.key for ended in (0, 1))

    assert second == f"{first}:again-1"


def test_given_flowers_that_are_planned_when_pressed_again_then_the_agent_reads_so() -> None:
    assert sent(action(act=Act.FLOWERS), agent_facts(live=(60_00,))).code == "already"


def test_given_a_colleagues_flowers_on_another_ticket_when_pressed_then_nothing_happens_until_another_is_meant() -> (
    None
):
    facts = agent_facts(
        elsewhere=(DoneElsewhere(ticket_id="43", agent_name="Sam Bell", minor=60_00, state=State.PLANNED),)
    )

    decision = sent(action(Act.FLOWERS), facts)
    assert decision.code == "elsewhere"
    assert "Sam Bell is sending them flowers, on ticket 43." in decision.because
    assert sent(action(Act.FLOWERS, confirm="x"), facts).code == "flowers"


def test_given_flowers_that_were_withdrawn_when_pressed_again_then_they_are_planned_anew() -> None:
    (plan,) = sent(action(act=Act.FLOWERS), agent_facts(ended=1)).plans

    assert plan.effect.key == "flowers:42:again-1"


def test_given_nothing_left_to_refund_when_pressed_then_the_agent_reads_that_and_no_zero() -> None:
    decision = refunded(action(), agent_facts(offer=refund_offer(most=usd(0), paid=usd(0))))

    assert (decision.code, "$0.00" in decision.because) == ("not_refundable", False)


def test_given_somebody_who_never_wants_flowers_when_pressed_then_none_are_sent_and_the_agent_reads_why() -> None:
    decision = flowers(action(Act.FLOWERS, confirm="1"), agent_facts(never=("flowers",)), Policy(team=TEAM), NOON, NINE)

    assert decision.code == "never"
    assert [plan.effect.kind for plan in decision.plans] == ["post_note"]
    assert "never wants “flowers”" in decision.because


def test_given_flowers_when_pressed_then_they_leave_at_nine_in_the_shop_two_weeks_on() -> None:
    decision = sent(action(Act.FLOWERS))

    (plan,) = decision.plans
    assert isinstance(plan.effect, SendFlowers)
    assert plan.due_at == datetime(2026, 12, 5, 9, tzinfo=ZoneInfo("America/New_York"))
    assert (plan.cost, plan.pool, plan.ask_first) == (usd(60_00), Pool.TEAM, None)
    assert plan.effect.product == "T23-1A"


def test_given_a_clock_change_on_the_way_when_flowers_are_sent_then_it_is_still_nine_in_the_shop() -> None:
    before = datetime(2026, 10, 25, 9, tzinfo=ZoneInfo("America/New_York"))  # clocks change on 1 November

    (plan,) = sent(action(Act.FLOWERS, days=14), day_start=before).plans

    assert plan.due_at.astimezone(ZoneInfo("UTC")) - before.astimezone(ZoneInfo("UTC")) == 14 * DAY + HOUR
    assert plan.due_at.hour == 9


@pytest.mark.parametrize("days", [1, 21, 180])
def test_given_a_number_of_days_when_flowers_are_sent_then_it_is_kept(days: int) -> None:
    assert sent(action(Act.FLOWERS, days=days)).plans[0].due_at == NINE + days * DAY


def test_given_a_date_when_flowers_are_sent_then_it_is_that_day_at_nine() -> None:
    (plan,) = sent(action(Act.FLOWERS, day=date(2026, 12, 24), days=3)).plans

    assert plan.due_at == datetime(2026, 12, 24, 9, tzinfo=ZoneInfo("America/New_York"))


def test_given_a_day_on_which_nothing_may_arrive_when_pressed_then_it_is_the_next_and_the_agent_reads_which() -> None:
    decision = sent(action(Act.FLOWERS, day=date(2026, 12, 25)), sends=Sends(blackouts=("12-25", "12-26")))

    assert decision.plans[0].due_at == datetime(2026, 12, 27, 9, tzinfo=ZoneInfo("America/New_York"))
    assert "on 27 December 2026, the first day after 25 December on which they can arrive." in decision.because


def test_given_a_day_on_which_the_florist_is_closed_when_pressed_then_they_leave_on_the_next() -> None:
    open_days = tuple(date(2026, 12, day) for day in (4, 5, 7, 8))
    quote = Quote(total=usd(60_00), product="T23-1A", days=open_days)

    decision = sent(action(Act.FLOWERS, day=date(2026, 12, 6)), agent_facts(quote=quote))

    assert decision.plans[0].due_at == datetime(2026, 12, 7, 9, tzinfo=ZoneInfo("America/New_York"))
    assert "on 7 December 2026, the first day after 6 December" in decision.because


def test_given_a_week_on_which_nothing_may_arrive_when_pressed_then_another_day_is_asked_for() -> None:
    shut = Sends(blackouts=tuple(f"12-{day}" for day in range(20, 32)))

    decision = sent(action(Act.FLOWERS, day=date(2026, 12, 21)), sends=shut)

    assert decision.code == "bad_days"
    assert "please choose another day" in said(decision)


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 11, 20), date(2027, 5, 21), date.max])
def test_given_a_date_out_of_reach_when_flowers_are_asked_then_the_agent_is_told(day: date) -> None:
    assert sent(action(Act.FLOWERS, day=day)).code == "bad_days"


@pytest.mark.parametrize("days", [0, -1, 181, 10**9])
def test_given_days_out_of_reason_when_flowers_are_asked_then_nothing_happens_and_the_agent_is_told_at_once(
    days: int,
) -> None:
    decision = sent(action(Act.FLOWERS, days=days))

    assert decision.code == "bad_days"
    assert decision.plans[0].due_at == NOON
    assert "1 to 180 days" in said(decision)


@pytest.mark.parametrize(("total", "asks"), [(100_00, False), (100_01, True)])
def test_given_dear_flowers_when_asked_then_a_lead_decides(total: int, asks: bool) -> None:
    decision = sent(action(Act.FLOWERS), agent_facts(quote=Quote(total=usd(total), product="T23-1A")))

    assert (decision.plans[0].ask_first is not None) is asks


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (FlowersBefore(to_customer=2), "the customer had flowers 2 times within a year"),
        (FlowersBefore(today=10), "flowers were sent 10 times today"),
        (FlowersBefore(to_customer=1, today=9), None),
    ],
)
def test_given_many_flowers_before_when_more_are_asked_then_a_lead_decides(
    before: FlowersBefore, words: str | None
) -> None:
    (plan,) = sent(action(Act.FLOWERS), agent_facts(flowers_before=before)).plans

    assert plan.ask_first is None if words is None else words in str(plan.ask_first)


@pytest.mark.parametrize(("presses", "asks"), [(10, False), (11, True)])
def test_given_presses_quicker_than_a_person_when_one_more_comes_then_a_lead_looks(presses: int, asks: bool) -> None:
    facts = agent_facts(presses=presses)

    for decision in (sent(action(Act.FLOWERS), facts), refunded(action(amount="12.00"), facts)):
        assert (decision.plans[-1].ask_first is not None) is asks


def test_given_a_florist_who_bills_in_another_currency_when_asked_then_nothing_is_mixed() -> None:
    quote = Quote(total=Money(minor=60_00, currency="CAD"), product="T23-1A")

    decision = sent(action(Act.FLOWERS), agent_facts(quote=quote))

    assert decision.code == "other_currency"
    assert "CA$60.00" in said(decision)


@pytest.mark.parametrize(
    "facts", [agent_facts(order=None), agent_facts(quote=None), agent_facts(trouble="No florist is connected.")]
)
def test_given_no_order_or_no_offer_when_flowers_are_asked_then_the_agent_is_told_at_once(facts: AgentFacts) -> None:
    decision = sent(action(Act.FLOWERS), facts)

    assert decision.code == "no_order"
    assert decision.plans[0].due_at == NOON


@pytest.mark.parametrize(
    ("pressed", "card"),
    [
        (action(message="So sorry about Rex.  "), "So sorry about Rex.\nRobin"),
        (action(message=None), "Thinking of you in these days.\nRobin"),
        (action(message="{agent} thinks of you, {first_name}."), "Robin thinks of you, Zoë.\nRobin"),
        (action(message="Be well.", agent_name="  Ana María López "), "Be well.\nAna"),
    ],
)
def test_given_an_agent_when_a_card_is_written_then_it_is_signed_with_the_first_name(
    pressed: AgentAction, card: str
) -> None:
    decision = sent(replace(pressed, act=Act.FLOWERS), agent_facts(known={"first_name": "Zoë"}))

    assert flowers_of(decision).message == card


@pytest.mark.parametrize(
    ("facts", "changes", "why"),
    [
        ({}, {"message": "Dear {first_name}"}, "“{first_name}” was not filled in yet."),
        ({}, {"message": "SAVE10 for you"}, "A card sells nothing"),
        ({}, {"message": "They will arrive soon"}, "This cannot be promised: “will arrive”."),
        ({"never": ("Rex",)}, {"message": "So sorry about Rex"}, "Please leave out “Rex”"),
        ({"in_a_hard_time": True}, {"message": "It was 12 euros"}, "In a hard time a card names no price"),
        ({}, {"message": "It was 12 euros", "compassion": True}, "In a hard time a card names no price"),
        ({}, {"message": "y" * 195}, "That is 201 characters, and 200 fit on the card, with your name."),
        (
            {"paper": Paper(characters=200, letters=Letters.LATIN)},
            {"message": "谢谢"},
            "The pen there cannot write “谢”",
        ),
        ({}, {"agent_name": ""}, "A card is signed by a person"),
    ],
    ids=str,
)
def test_given_words_that_no_card_should_bear_when_flowers_are_pressed_then_nothing_happens_and_it_says_why(
    facts: dict[str, Any], changes: dict[str, Any], why: str
) -> None:
    decision = sent(action(Act.FLOWERS, **changes), agent_facts(**facts))

    assert (decision.code, [type(plan.effect) for plan in decision.plans]) == ("card_words", [PostNote])
    assert why in decision.because


@given(st.text(max_size=40))
def test_given_any_name_when_shortened_then_it_is_one_word(name: str) -> None:
    assert len(first_name(name).split()) == (1 if name.split() else 0)


def test_given_waiting_flowers_when_withdrawn_then_exactly_those_are_taken_back() -> None:
    decision = withdraw_flowers(
        action(Act.WITHDRAW_FLOWERS), agent_facts(withdrawable=("flowers:42", "flowers:42:x")), NOON
    )

    assert decision.code == "withdrawn"
    assert decision.withdraw == ("flowers:42", "flowers:42:x")
    assert decision.plans == ()


def test_given_no_waiting_flowers_when_withdrawn_then_the_agent_is_told() -> None:
    decision = withdraw_flowers(action(Act.WITHDRAW_FLOWERS), agent_facts(), NOON)

    assert decision.code == "nothing_to_withdraw"
    assert "still waiting" in said(decision)


@pytest.mark.parametrize("proof", [Proof.VOUCHED, Proof.SIGNED_IN])
def test_given_more_than_a_claim_is_good_for_when_who_pressed_is_proven_then_nobody_is_asked(proof: Proof) -> None:
    (claimed,) = refund_keep.decide(action(), agent_facts(), LITTLE_BY_CLAIM, NOON).plans
    (proven,) = refund_keep.decide(action(proof=proof), agent_facts(), LITTLE_BY_CLAIM, NOON).plans

    assert claimed.ask_first == "Above $20.00 a lead decides, for a button does not prove who pressed it."
    assert proven.ask_first is None


def test_given_flowers_that_a_claim_is_not_good_for_when_pressed_then_a_lead_decides() -> None:
    (claimed,) = flowers(action(Act.FLOWERS), agent_facts(), Policy(team=LITTLE_BY_CLAIM), NOON, NINE).plans
    at_the_desk = action(Act.FLOWERS, proof=Proof.SIGNED_IN)
    (signed_in,) = flowers(at_the_desk, agent_facts(), Policy(team=LITTLE_BY_CLAIM), NOON, NINE).plans

    assert "a button does not prove who pressed it" in (claimed.ask_first or "")
    assert signed_in.ask_first is None


def test_given_somebody_of_the_team_when_they_press_then_what_the_team_pays_for_bears_who_and_why() -> None:
    pressed = action(amount="12", compassion=True, reason=Reason.HARD_TIME)

    (decision,) = on_action(pressed, agent_facts(member=Member(id=7, active=True)), Policy(), NOON, NINE)

    *mutes, refund = decision.plans
    assert (refund.by, refund.reason) == (7, Reason.HARD_TIME)
    assert {(mute.by, mute.reason) for mute in mutes} == {(None, None)}


def test_given_a_reason_when_pressed_then_it_is_no_other_deed_than_without_one() -> None:
    plain, told = (action(amount="12", reason=reason) for reason in (None, Reason.MILESTONE))

    assert shown([refunded(plain)]) == shown([refunded(told)])


@pytest.mark.parametrize("act", list(Act))
def test_given_somebody_who_was_let_go_when_they_press_then_they_read_so_and_nothing_else_happens(act: Act) -> None:
    facts = agent_facts(member=Member(id=1, active=False), withdrawable=("flowers:42",))

    (decision,) = on_action(action(act), facts, Policy(), NOON, NINE)

    assert (decision.code, decision.withdraw) == ("let_go", ())
    assert said(decision) == "Nothing was done. Whoever pressed this was let go on Lagniappe's team page."


@pytest.mark.parametrize(
    ("most", "code"),
    [("60", "flowers"), ("60.00", "flowers"), ("59.99", "too_dear"), ("0", "too_dear"), ("lots", "bad_amount")],
)
def test_given_a_most_that_flowers_may_cost_when_they_cost_60_then_they_are_sent_only_within_it(
    most: str, code: str
) -> None:
    assert sent(action(Act.FLOWERS, amount=most)).code == code


def test_given_an_agent_whom_the_helpdesk_knows_by_number_alone_when_they_act_then_it_stands_for_them() -> None:
    nameless = {"agent_email": "", "agent_name": "", "agent_ref": "other_desk:7"}

    assert refunded(action(amount="12.00", **nameless)).because.startswith("Agent 7 refunds $12.00")
    assert action(**nameless).agent == "other_desk:7"
    assert flowers_of(sent(action(Act.FLOWERS, message="With love, Ana", **nameless))).message == "With love, Ana"


def test_given_a_refund_from_the_desk_when_pressed_then_it_stays_to_be_undone_and_a_buttons_leaves_at_once() -> None:
    policy = replace(TEAM, undo_minutes=10)

    (desk,) = refund_keep.decide(action(proof=Proof.SIGNED_IN), agent_facts(), policy, NOON).plans
    (button,) = refund_keep.decide(action(), agent_facts(), policy, NOON).plans

    assert (desk.due_at, button.due_at) == (NOON + timedelta(minutes=10), NOON)


SEEN_CHANGES: dict[str, dict[str, Any]] = {
    "the money": {"offer": refund_offer(most=usd(40_00))},
    "the order": {"order": order(id=1002, name="#1002")},
    "all of it": {"trouble": "No order of this customer was found."},
}


@pytest.mark.parametrize("changed", SEEN_CHANGES.values(), ids=SEEN_CHANGES)
def test_given_what_was_shown_when_it_has_changed_before_the_press_then_nothing_is_done(
    changed: dict[str, Any],
) -> None:
    (before,) = acted(action(), agent_facts())
    (after,) = acted(action(seen=shown([before])), agent_facts(**changed))

    assert (after.code, after.plans) == ("changed", ())
    assert after.because.startswith("Nothing was done, for it is not any more as it was shown.")


def test_given_what_was_shown_when_only_the_hour_and_who_is_asked_have_changed_then_it_is_done() -> None:
    (before,) = acted(action(), agent_facts())
    later = on_action(action(seen=shown([before])), agent_facts(presses=99, ended=1), Policy(), NOON + HOUR, NINE)

    assert [each.code for each in later] == ["refund"]


def test_given_flowers_that_were_shown_for_another_day_when_pressed_then_nothing_is_done() -> None:
    flowery = action(Act.FLOWERS)
    (before,) = acted(flowery, agent_facts())
    (after,) = on_action(replace(flowery, seen=shown([before])), agent_facts(), Policy(), NOON, NINE + DAY)

    assert after.code == "changed"


def acted(pressed: AgentAction, facts: AgentFacts) -> list[Decision]:
    return on_action(pressed, facts, Policy(), NOON, NINE)


def refunded(pressed: AgentAction, facts: AgentFacts | None = None) -> Decision:
    return refund_keep.decide(pressed, facts or agent_facts(), TEAM, NOON)


def sent(
    pressed: AgentAction, facts: AgentFacts | None = None, day_start: datetime = NINE, sends: Sends | None = None
) -> Decision:
    policy = Policy(team=replace(TEAM, flowers_days=14), sends=sends or Sends())
    return flowers(pressed, facts or agent_facts(), policy, NOON, day_start)


def refund_of(decision: Decision) -> RefundOrder:
    effect = decision.plans[-1].effect
    assert isinstance(effect, RefundOrder)
    return effect


def flowers_of(decision: Decision) -> SendFlowers:
    effect = decision.plans[-1].effect
    assert isinstance(effect, SendFlowers), decision.because
    return effect


def told(decision: Decision) -> PostNote:
    """Return the only effect of a decision that did nothing but tell."""
    (plan,) = decision.plans
    assert isinstance(plan.effect, PostNote)
    assert plan.cost is None
    return plan.effect


def said(decision: Decision) -> str:
    return told(decision).text


def keys(plans: tuple[Plan, ...]) -> set[str]:
    return {plan.effect.key for plan in plans}
