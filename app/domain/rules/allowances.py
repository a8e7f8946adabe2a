"""What one agent may give by themselves: as the settings say, as the team page says for them, and as a tag allows.

A tag allows more in one act, and nothing else: neither the agent's month, nor what a customer, an order or a day may
have, nor the pool.
"""

from dataclasses import replace

from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, RefundOrder, SendFlowers, SendGift
from app.domain.events import AgentAction
from app.domain.facts import AgentFacts
from app.domain.money import Money
from app.domain.policy import TagRule, TeamGestures
from app.domain.tags import folded


def for_press(team: TeamGestures, facts: AgentFacts) -> TeamGestures:
    """Return the settings as they are for whoever pressed, and for the tags that customer and order bear."""
    own = _own(team, facts)
    return replace(
        own,
        refund_limit_minor=max([own.refund_limit_minor, *(rule.refund_minor or 0 for rule in _borne(team, facts))]),
        flowers_limit_minor=max([own.flowers_limit_minor, *(rule.flowers_minor or 0 for rule in _borne(team, facts))]),
    )


def weighed(action: AgentAction, facts: AgentFacts, team: TeamGestures, decision: Decision) -> Decision:
    """Return the decision in which a lead is asked beyond the agent's limits; it names the tag that allows an act."""
    plans = tuple(_within_month(action, facts, _within_own(facts, plan)) for plan in decision.plans)
    tags = [said for plan in plans if plan.ask_first is None and (said := _allowed(plan, facts, team))]
    return replace(decision, plans=plans, because=" ".join([decision.because, *tags]))


def _own(team: TeamGestures, facts: AgentFacts) -> TeamGestures:
    own = None if facts.member is None else facts.member.limit_minor
    return team if own is None else replace(team, refund_limit_minor=own, flowers_limit_minor=own)


def _borne(team: TeamGestures, facts: AgentFacts) -> list[TagRule]:
    return [rule for rule in team.tag_rules if folded(rule.tag) in facts.tags]


def _within_own(facts: AgentFacts, plan: Plan) -> Plan:
    """Return the plan, with the question for a lead should a small thing be more than the agent may give at once."""
    most = None if facts.member is None else facts.member.limit_minor
    judged = isinstance(plan.effect, RefundOrder | SendFlowers | SendGift)  # by their own rules, with tags in mind
    if most is None or plan.cost is None or judged or plan.ask_first is not None or plan.cost.minor <= most:
        return plan
    return replace(plan, ask_first=f"Above {Money(minor=most, currency=plan.cost.currency)} a lead decides.")


def _within_month(action: AgentAction, facts: AgentFacts, plan: Plan) -> Plan:
    """Return the plan, with the question for a lead should it be more than the agent may give in a month."""
    most = None if facts.member is None else facts.member.month_minor
    if most is None or plan.cost is None or plan.pool is not Pool.TEAM or plan.ask_first is not None:
        return plan
    total = facts.given_minor + plan.cost.minor
    if total <= most:
        return plan
    given, limit = (Money(minor=minor, currency=plan.cost.currency) for minor in (total, most))
    return replace(plan, ask_first=f"Ask a lead: {action.called} would have given {given} this month, of {limit}.")


def _allowed(plan: Plan, facts: AgentFacts, team: TeamGestures) -> str | None:
    """Return which tag allows an act that is beyond what the agent may do otherwise; None where none is needed."""
    if plan.cost is None:
        return None
    most = _in_one_act(plan, _own(team, facts))
    allowing = [(_by_tag(plan, rule), rule.tag) for rule in _borne(team, facts)]
    enough = [(minor, tag) for minor, tag in allowing if minor is not None and minor >= plan.cost.minor]
    if most is None or plan.cost.minor <= most or not enough:
        return None
    minor, tag = min(enough)
    return f"The tag “{tag}” allows up to {Money(minor=minor, currency=plan.cost.currency)}."


def _in_one_act(plan: Plan, team: TeamGestures) -> int | None:
    match plan.effect:
        case RefundOrder():
            return team.refund_limit_minor
        case SendFlowers() | SendGift():
            return team.flowers_limit_minor
        case _:
            return None


def _by_tag(plan: Plan, rule: TagRule) -> int | None:
    match plan.effect:
        case RefundOrder():
            return rule.refund_minor
        case SendFlowers() | SendGift():
            return rule.flowers_minor
        case _:
            return None
