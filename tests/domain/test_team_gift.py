"""What an agent slips into an order: which gift, whether the parcel can take it, and who pays."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.decisions import Decision
from app.domain.effects import AddGiftLine, Plan, Pool, PostNote, SendFlowers, TakeBackGiftLine
from app.domain.events import Act, AgentAction, Proof
from app.domain.facts import AgentFacts, Line
from app.domain.policy import NthOrderGift, Policy, TeamGestures, WhenLeft
from app.domain.rules import gift_order, let_alone, on_action, team_gift
from tests.builders import CANDLE, HOUR, MUG, NOON, SOAP, action, agent_facts, gift_line, gift_option, order, usd

POLICY = Policy(
    nth_order_gift=NthOrderGift(variants=(MUG, CANDLE), ordinals=(), cooldown_days=400, per_day=0),
    team=TeamGestures(undo_minutes=10),
)
OPTIONS = (gift_option(), gift_option(variant_id=CANDLE, title="Candle", cost=usd(4_20)))
DESK = Proof.SIGNED_IN


def decided(facts: AgentFacts | None = None, **changes: Any) -> Decision:
    pressed: AgentAction = action(Act.GIFT, **({"proof": DESK} | changes))
    (decision,) = on_action(pressed, facts or agent_facts(options=OPTIONS), POLICY, NOON, NOON)
    return decision


def gift_plan(decision: Decision) -> tuple[AddGiftLine, Plan]:
    (plan,) = decision.plans
    assert isinstance(plan.effect, AddGiftLine), decision.because
    return plan.effect, plan


def refusal(decision: Decision) -> tuple[str, str]:
    (plan,) = decision.plans
    assert isinstance(plan.effect, PostNote)
    return decision.code, decision.because


def test_given_no_gift_named_when_asked_for_then_the_first_that_fits_goes_at_cost_from_the_teams_pool() -> None:
    gift, plan = gift_plan(decided())

    assert (gift.variant_id, gift.order_name, gift.ticket_id, gift.agent_name) == (MUG, "#1001", "42", "Robin Miller")
    assert (plan.cost, plan.pool, plan.ask_first) == (OPTIONS[0].cost, Pool.TEAM, None)
    assert gift.key == "gift:1001:team"
    assert gift.key != gift_line().key  # the rule's own gift is another


def test_given_the_desk_when_asked_for_then_it_can_be_undone_for_a_while_and_elsewhere_it_leaves_at_once() -> None:
    assert gift_plan(decided())[1].due_at == NOON + timedelta(minutes=10)
    assert gift_plan(decided(proof=Proof.CLAIMED))[1].due_at == NOON


def test_given_a_gift_that_is_named_when_asked_for_then_it_is_that_one_even_if_it_was_given_before() -> None:
    decision = decided(agent_facts(options=OPTIONS, given=frozenset({CANDLE})), variant=CANDLE)

    assert gift_plan(decision)[0].title == "Candle"
    assert "given one of these before" in decision.because


def test_given_what_was_given_before_when_none_is_named_then_another_is_chosen() -> None:
    gift, _ = gift_plan(decided(agent_facts(options=OPTIONS, given=frozenset({MUG}))))

    assert gift.variant_id == CANDLE


@pytest.mark.parametrize(
    ("facts", "changes", "code"),
    [
        ({"options": ()}, {}, "nothing_fits"),
        ({}, {"variant": SOAP}, "nothing_fits"),
        ({"options": (gift_option(stock=0),)}, {"variant": MUG}, "sold_out"),
        ({"order": order(lines=(Line(variant_id=MUG, quantity=1, total=usd(9_00)),))}, {"variant": MUG}, "on_board"),
        ({"order": order(shipped=True)}, {}, gift_order.TOO_LATE),
        ({"order": order(with_warehouse=True)}, {}, gift_order.TOO_LATE),
        ({"order": order(cancelled=True)}, {}, "cancelled"),
        ({"order": order(editable=False)}, {}, "not_editable"),
        ({"order": None}, {}, "no_order"),
        ({"trouble": "The customer asked to be forgotten."}, {}, "no_order"),
        ({"granted": frozenset({"read_orders"})}, {}, "not_granted"),
        ({"live": (1_00,)}, {}, "already"),
        ({"never": ("candles",)}, {"variant": CANDLE}, "never"),
        ({"never": ("candles", "mug")}, {}, "nothing_fits"),
    ],
    ids=str,
)
def test_given_what_stands_in_the_way_when_asked_for_then_it_says_which_and_nothing_is_given(
    facts: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    told, because = refusal(decided(agent_facts(**({"options": OPTIONS} | facts)), **changes))

    assert told == code
    assert because


def test_given_a_gift_of_the_teams_in_the_order_when_another_is_meant_then_it_is_another_deed() -> None:
    gift, _ = gift_plan(decided(agent_facts(options=OPTIONS, live=(1_00,)), confirm="1a2b"))

    assert gift.key == "gift:1001:team:1a2b"


def test_given_an_older_order_and_the_rules_own_caps_when_asked_for_then_a_person_may_all_the_same() -> None:
    old = order(processed_at=NOON - 72 * HOUR, created_at=NOON - 72 * HOUR)

    assert gift_plan(decided(agent_facts(order=old, options=OPTIONS)))


def test_given_presses_too_quick_for_a_person_when_asked_for_then_a_lead_is_asked() -> None:
    assert "Was it a person?" in str(gift_plan(decided(agent_facts(options=OPTIONS, presses=99)))[1].ask_first)


def test_given_an_agents_gift_when_its_customer_is_let_alone_or_its_parcel_has_left_then_no_rule_meddles() -> None:
    gift, plan = gift_plan(decided())
    own_parcel = replace(POLICY.nth_order_gift, when_left=WhenLeft.OWN_PARCEL)

    assert not let_alone.gives_or_marks(gift)
    assert let_alone.gives_or_marks(gift_line())
    assert gift_order.instead(gift, gift_order.TOO_LATE, own_parcel, cost=plan.cost, now=NOON) is None
    assert gift_order.instead(gift_line(), gift_order.TOO_LATE, own_parcel, cost=plan.cost, now=NOON) is not None


def test_given_an_agents_gift_when_it_is_taken_back_then_that_is_told_where_it_was_asked_for() -> None:
    gift, _ = gift_plan(decided())

    back = team_gift.taken_back(gift)

    assert isinstance(back, TakeBackGiftLine)
    assert (back.undoes, back.ticket_id, back.variant_id, back.key) == (gift.key, "42", MUG, f"undo:{gift.key}")


def test_given_the_same_press_for_flowers_when_asked_for_then_no_gift_comes_of_it() -> None:
    (decision,) = on_action(action(Act.FLOWERS), agent_facts(options=OPTIONS), POLICY, NOON, NOON)

    assert isinstance(decision.plans[0].effect, SendFlowers)
