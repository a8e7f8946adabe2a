"""decide(event, facts, policy) -> decisions: which rules look at which event, in order."""

from dataclasses import replace
from datetime import datetime

from app.domain.decisions import Decision
from app.domain.effects import Pool
from app.domain.events import Act, AgentAction
from app.domain.facts import AgentFacts, OrderFacts, TicketFacts
from app.domain.policy import Policy
from app.domain.rules import (
    agent_acts,
    allowances,
    comeback,
    compassion,
    cool_down,
    holdout,
    nth_order_gift,
    pressed,
    refund_keep,
    send_acts,
    special_customer,
    team_card,
    team_gift,
)

LET_GO = "Whoever pressed this was let go on Lagniappe's team page."


def on_order(facts: OrderFacts, policy: Policy, now: datetime) -> list[Decision]:
    """Return what an order's change means: for the customer's standing, for the parcel, and for who comes back."""
    gift = nth_order_gift.decide(facts, policy.nth_order_gift, now)
    back = comeback.decide(facts, policy, now, gift_goes=bool(gift.plans) or facts.history.given_here)
    decisions = [gift] if back is None else [gift, back]
    if facts.standing is not None and facts.yardstick is not None:
        decisions.append(special_customer.decide(facts.standing, facts.yardstick, policy.special_customer, now))
    return [holdout.weighed(decision, policy, facts.standing, now) for decision in decisions]


def on_ticket(ticket_id: str, facts: TicketFacts, policy: Policy, now: datetime) -> list[Decision]:
    """Return what a customer's writing in means: the agent should see who it is."""
    greeted = special_customer.greet(
        ticket_id,
        facts.standing,
        facts.yardstick,
        policy.special_customer,
        now,
        facts.nobody,
        tags=facts.tags,
        look=facts.look,
        not_now=facts.not_now,
    )
    return [greeted]


def on_action(
    action: AgentAction, facts: AgentFacts, policy: Policy, now: datetime, day_start: datetime
) -> list[Decision]:
    """Return what an agent's press means. `day_start` is 09:00 today in the shop's own time."""
    if facts.let_go:
        rule = refund_keep.RULE if action.gives_back or compassion.is_meant(action) else agent_acts.FLOWERS
        return [pressed.sorry(action, rule, "let_go", LET_GO, facts, now)]
    theirs = replace(policy, team=allowances.for_press(policy.team, facts))
    acted = _acted(action, facts, theirs, now, day_start)
    weighed = _weighed(action, facts, policy, acted, day_start)
    return [pressed.signed(action, facts, each) for each in pressed.as_shown(action, weighed)]


def _acted(
    action: AgentAction, facts: AgentFacts, policy: Policy, now: datetime, day_start: datetime
) -> list[Decision]:
    if compassion.is_meant(action):
        return compassion.decide(action, facts, policy, now, day_start)
    if action.act is Act.REFUND_KEEP:
        return [refund_keep.decide(action, facts, policy.team, now)]
    if action.act is Act.FLOWERS:
        return [agent_acts.flowers(action, facts, policy, now, day_start)]
    if action.act is Act.SEND:
        return [send_acts.send(action, facts, policy, now, day_start)]
    if action.act is Act.GIFT:
        return [team_gift.gift(action, facts, policy, now)]
    by_itself = team_card.card(action, facts, policy.team, now) if action.act is Act.CARD else None
    return [by_itself or agent_acts.withdraw_flowers(action, facts, now)]


def _weighed(
    action: AgentAction, facts: AgentFacts, policy: Policy, acted: list[Decision], day_start: datetime
) -> list[Decision]:
    """Return the decisions as far as the agent may go; what one of them gives counts for the next."""
    found = []
    for each in acted:
        allowed = allowances.weighed(action, facts, policy.team, each)
        found.append(cool_down.kept(action, facts, policy.team, allowed, day_start))
        gives = sum(plan.cost.minor for plan in each.plans if plan.cost is not None and plan.pool is Pool.TEAM)
        facts = replace(facts, given_minor=facts.given_minor + gives)
    return found
