"""Nobody is treated twice in a few weeks and then not for a year: treats keep a pause, whoever gives them.

Flowers, cards and gifts are treats, by whichever agent, ticket or rule. What makes good is none: a refund, a word of
compassion, amends for a mistake of ours.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.agents import Reason, Role
from app.domain.decisions import Decision
from app.domain.effects import AddGiftLine, Effect, Plan, SendFlowers, SendGift, SendGiftOrder, WriteCard
from app.domain.events import AgentAction, Proof
from app.domain.facts import AgentFacts, Treat
from app.domain.policy import TeamGestures

TREATS = ("add_gift_line", "send_gift_order", "send_flowers", "write_card", "send_gift")
MAKES_GOOD = frozenset({Reason.OUR_MISTAKE, Reason.HARD_TIME})
_GAVE = "{who} gave them {what} on {day}, less than {days} days away."
_GIVES = "{who} gives them {what} on {day}, less than {days} days away."


def kept(
    action: AgentAction, facts: AgentFacts, team: TeamGestures, decision: Decision, day_start: datetime
) -> Decision:
    """Return the decision in which a lead is asked before another treat, and told who gave the last one, and when.

    A lead who gives it themselves reads the same, and goes on.
    """
    last = _too_near(action, facts, team, day_start)
    treats = [plan for plan in decision.plans if plan.effect.kind in TREATS]
    if last is None or not treats:
        return decision
    said = _said(last, team, day_start)
    if facts.member is not None and facts.member.role is Role.LEAD and action.proof is not Proof.CLAIMED:
        return replace(decision, because=f"{decision.because} {said}")
    return replace(decision, plans=tuple(_asking(plan, said) for plan in decision.plans))


def _too_near(action: AgentAction, facts: AgentFacts, team: TeamGestures, day_start: datetime) -> Treat | None:
    pause = timedelta(days=team.cooldown_days)
    makes_good = action.in_a_hard_time or action.reason in MAKES_GOOD
    if not pause or makes_good or facts.treat is None or facts.treat.at <= day_start - pause:
        return None
    return facts.treat


def _asking(plan: Plan, said: str) -> Plan:
    if plan.effect.kind not in TREATS or plan.ask_first is not None:
        return plan
    return replace(plan, ask_first=f"Ask a lead: {said}")


def _said(last: Treat, team: TeamGestures, day_start: datetime) -> str:
    there = last.at.astimezone(day_start.tzinfo)
    gave = _GAVE if there.date() <= day_start.date() else _GIVES
    day, what = f"{there.day} {there:%B %Y}", _called(last.effect)
    return gave.format(who=last.by or "a rule", what=what, day=day, days=team.cooldown_days)


def _called(effect: Effect) -> str:
    match effect:
        case SendFlowers():
            return "flowers"
        case AddGiftLine() | SendGiftOrder() | SendGift():
            return f"a gift ({effect.title})"
        case WriteCard():
            return "a card"
        case _:
            return "something"
