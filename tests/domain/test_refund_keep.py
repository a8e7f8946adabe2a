"""What an agent may give back: items, shipping, credit; what the sentence says; and when a lead is asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.decisions import Decision
from app.domain.effects import PostNote, RefundOrder, State
from app.domain.facts import DoneElsewhere, RefundsBefore
from app.domain.money import Money
from app.domain.policy import TeamGestures
from app.domain.refunds import WantedItem, Way
from app.domain.rules import refund_keep
from tests.builders import NOON, action, agent_facts, order, pieces, refund_offer, usd

TEAM = TeamGestures(refund_limit_minor=100_00, keep_refunds_per_year=2, store_credit=True)
BOX = (WantedItem(sku="BOX"),)


def pressed(facts: dict[str, Any] | None = None, policy: TeamGestures = TEAM, **form: Any) -> Decision:
    return refund_keep.decide(action(**form), agent_facts(**(facts or {})), policy, NOON)


def refund_of(decision: Decision) -> RefundOrder:
    effect = decision.plans[-1].effect
    assert isinstance(effect, RefundOrder), decision.because
    return effect


def told(decision: Decision) -> str:
    (plan,) = decision.plans
    assert isinstance(plan.effect, PostNote)
    return plan.effect.text


def test_given_items_and_shipping_when_pressed_then_exactly_they_go_back_and_the_sentence_says_so() -> None:
    offer = refund_offer(asked=usd(45_00), shipping=usd(5_00))

    decision = pressed({"offer": offer, "pieces": (pieces(),)}, items=BOX, shipping=True)

    refund = refund_of(decision)
    assert (refund.amount, refund.pieces, refund.shipping) == (usd(45_00), (pieces(),), usd(5_00))
    assert decision.because == (
        "Robin Miller refunds $45.00 of #1001 (2 × Season Box and $5.00 for shipping);"
        " the customer keeps the item; no return is needed."
    )


def test_given_shipping_alone_when_pressed_then_no_item_is_spoken_of() -> None:
    decision = pressed({"offer": refund_offer(asked=usd(5_00), shipping=usd(5_00))}, shipping=True)

    assert refund_of(decision).shipping == usd(5_00)
    assert "keeps the item" not in decision.because


def test_given_shipping_that_cost_nothing_when_pressed_then_nothing_happens() -> None:
    decision = pressed(shipping=True)

    assert decision.code == "not_refundable"
    assert "Nothing was paid for that on #1001" in told(decision)


def test_given_an_amount_and_items_when_pressed_then_the_agent_is_asked_for_one_of_both() -> None:
    decision = pressed({"offer": refund_offer(asked=usd(20_00))}, items=BOX, amount="5.00")

    assert "not both" in told(decision)


def test_given_items_still_to_be_sent_when_pressed_then_the_sentence_says_that_they_still_come() -> None:
    facts = {"offer": refund_offer(asked=usd(20_00)), "pieces": (pieces(sent=False),)}

    assert "still to be sent: 2 × Season Box" in pressed(facts, items=BOX).because


def test_given_a_foreign_buyer_when_pressed_then_the_sentence_says_what_they_get() -> None:
    euros = Money(minor=18_41, currency="EUR")
    facts = {"offer": refund_offer(asked=usd(20_00), buyers=euros), "pieces": (pieces(),)}

    assert "The customer gets €18.41." in pressed(facts, items=BOX).because
    assert "It is paid in EUR." in pressed(facts, amount="7.00").because


def test_given_cash_on_delivery_when_pressed_then_the_sentence_says_that_somebody_must_pay_it_out() -> None:
    decision = pressed({"offer": refund_offer(by_hand="Cash on Delivery (COD)")})

    assert "Somebody must pay it out: of Cash on Delivery (COD) the store only keeps a record." in decision.because


def test_given_a_payment_that_is_only_authorised_when_pressed_then_the_agent_reads_that_nothing_came_in() -> None:
    decision = pressed({"offer": refund_offer(most=usd(0), only_authorised=True)})

    assert "only authorised" in told(decision)


def test_given_credit_when_pressed_then_it_is_given_for_as_long_as_the_policy_says_and_called_by_its_name() -> None:
    decision = pressed(policy=replace(TEAM, credit_days=365), amount="12.00", as_credit=True)

    refund = refund_of(decision)
    assert (refund.way, refund.credit_until) == (Way.CREDIT, NOON + timedelta(days=365))
    assert "gives $12.00 of #1001 as store credit" in decision.because
    assert "refund" not in decision.because


def test_given_credit_without_end_when_pressed_then_it_never_lapses() -> None:
    assert refund_of(pressed(as_credit=True)).credit_until is None


@pytest.mark.parametrize(
    ("facts", "policy", "words"),
    [
        ({}, replace(TEAM, store_credit=False), "not switched on in the settings"),
        ({"order": order(customer_id=None)}, TEAM, "bought by a guest"),
    ],
)
def test_given_no_way_to_give_credit_when_pressed_then_nothing_happens_and_the_agent_reads_why(
    facts: dict[str, Any], policy: TeamGestures, words: str
) -> None:
    assert words in told(pressed(facts, policy, as_credit=True))


def test_given_the_same_sum_by_another_way_when_pressed_then_it_is_the_same_deed() -> None:
    by_card, as_credit = refund_of(pressed(amount="5.00")), refund_of(pressed(amount="5.00", as_credit=True))

    assert by_card.key == as_credit.key


@pytest.mark.parametrize(
    ("before", "changes", "words"),
    [
        ({"on_order_minor": 160_00}, {"refund_order_minor": 200_00}, "#1001 would have had $210.00 back, and $200.00"),
        ({"on_order_minor": 40_00}, {"refund_order_percent": 10}, "#1001 would have had $90.00 back, and 10% of it"),
        ({"to_customer_minor": 160_00}, {"refund_customer_minor": 200_00}, "the customer would have had $210.00 back"),
        ({"today_minor": 460_00}, {"refunds_per_day_minor": 500_00}, "$510.00 would have gone back today"),
        ({"today": 25}, {"refunds_per_day": 25}, "25 refunds were made today"),
    ],
)
def test_given_a_limit_that_is_reached_when_pressed_then_a_lead_is_asked_and_nobody_is_told_no(
    before: dict[str, int], changes: dict[str, int], words: str
) -> None:
    facts = {"offer": refund_offer(paid=usd(500_00)), "before": RefundsBefore(**before)}

    asked = pressed(facts, replace(TEAM, **changes)).plans[-1].ask_first

    assert asked is not None
    assert asked.startswith("Ask a lead: ")
    assert words in asked


@pytest.mark.parametrize(
    "before",
    [
        RefundsBefore(on_order_minor=150_00),
        RefundsBefore(to_customer_minor=150_00),
        RefundsBefore(today_minor=450_00),
        RefundsBefore(today=24),
    ],
)
def test_given_a_limit_that_is_just_kept_when_pressed_then_nobody_is_asked(before: RefundsBefore) -> None:
    facts = {"offer": refund_offer(paid=usd(500_00)), "before": before}

    assert pressed(facts).plans[-1].ask_first is None


# On another ticket


def by_sam(state: State = State.DONE, minor: int = 50_00, agent: str = "Sam Bell") -> dict[str, Any]:
    """Return the facts of somebody who presses on ticket 42 when Sam has done so on ticket 43."""
    return {"elsewhere": (DoneElsewhere(ticket_id="43", agent_name=agent, minor=minor, state=state),)}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.DONE, "Sam Bell has already given back $50.00 of #1001, on ticket 43."),
        (State.AWAITING, "Sam Bell has asked a lead to give back $50.00 of #1001, on ticket 43."),
        (State.PLANNED, "Sam Bell is giving back $50.00 of #1001, on ticket 43."),
        (State.SENDING, "Sam Bell is giving back $50.00 of #1001, on ticket 43."),
        (State.UNCERTAIN, "Sam Bell is giving back $50.00 of #1001, on ticket 43."),
    ],
)
def test_given_the_same_sum_on_another_ticket_when_pressed_then_nothing_happens_and_the_agent_reads_who_and_where(
    state: State, words: str
) -> None:
    decision = pressed(by_sam(state))

    assert decision.code == "elsewhere"
    assert told(decision) == (f"Nothing was done. {words} If another is meant, “confirm” it, and a lead will be asked.")


def test_given_a_colleague_without_a_name_when_pressed_then_they_are_still_spoken_of() -> None:
    assert "A colleague has already given back" in told(pressed(by_sam(agent=" ")))


def test_given_the_same_sum_on_another_ticket_when_confirmed_then_a_lead_decides() -> None:
    asked = pressed(by_sam(), confirm="the second box").plans[-1].ask_first

    assert asked == "Sam Bell has already given back $50.00 of #1001, on ticket 43. Is another meant?"


def test_given_another_sum_on_another_ticket_when_pressed_then_it_goes_back() -> None:
    assert refund_of(pressed(by_sam(minor=12_00))).amount == usd(50_00)


def test_given_an_order_that_a_colleague_emptied_when_pressed_then_the_agent_reads_who_and_where() -> None:
    empty = {"offer": refund_offer(most=usd(0))}

    assert told(pressed(empty | by_sam())) == (
        "Nothing was done. Nothing of #1001 is left to refund."
        " Sam Bell has already given back $50.00 of #1001, on ticket 43."
    )
