"""What every act of an agent has in common: its answer when nothing is done, and what makes it another deed."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta

from app.domain.decisions import Decision
from app.domain.effects import Effect, Plan, Pool, PostNote, SendFlowers, SendGift
from app.domain.events import AgentAction, Proof
from app.domain.facts import AgentFacts
from app.domain.money import Money
from app.domain.policy import TeamGestures

AGAIN = "If another is meant, “confirm” it."  # a word in a form, behind a command, or a button on the desk
LONGEST_ECHO = 32  # of what somebody typed, in a key or a sentence
CHANGED = "changed"
# What tells one press from another, and moves nothing by itself.
_BESIDE = frozenset({"about", "agent_name", "confirm", "credit_until", "occasion", "ticket_id", "until"})


def sorry(action: AgentAction, rule: str, code: str, because: str, facts: AgentFacts, now: datetime) -> Decision:
    """Return nothing but a note that says why nothing was done."""
    about = f"{action.act.value}:{code}:{facts.press}"
    note = PostNote(ticket_id=action.ticket_id, text=f"Nothing was done. {because}", about=about)
    return decided(action, rule, code, because, plans=(Plan(effect=note, due_at=now),))


def as_shown(action: AgentAction, decisions: list[Decision]) -> list[Decision]:
    """Return the decisions, unless the agent was shown something else before the press: then nothing is done."""
    if not action.seen or action.seen == shown(decisions):
        return decisions
    news = " ".join(each.because for each in decisions)
    because = f"Nothing was done, for it is not any more as it was shown. {news}"
    return [decided(action, decisions[0].rule, CHANGED, because)]


def signed(action: AgentAction, facts: AgentFacts, decision: Decision) -> Decision:
    """Return the decision in which all that the team pays for bears who asked for it, and why if they said so."""
    by = None if facts.member is None else facts.member.id
    plans = (replace(plan, by=by, reason=action.reason) if plan.pool is Pool.TEAM else plan for plan in decision.plans)
    return replace(decision, plans=tuple(plans))


def shown(decisions: Sequence[Decision]) -> str:
    """Return what stands for all that a press moves: money, goods, words and the day. Who is asked first is not."""
    moves = [_moved(plan) for each in decisions for plan in each.plans if not isinstance(plan.effect, PostNote)]
    withdrawn = [key for each in decisions for key in each.withdraw]
    return hashlib.sha256(repr((moves, withdrawn)).encode()).hexdigest()[:32]


def decided(
    action: AgentAction,
    rule: str,
    code: str,
    because: str,
    *,
    plans: tuple[Plan, ...] = (),
    withdraw: tuple[str, ...] = (),
) -> Decision:
    """Return a decision about the ticket that the agent works on."""
    return Decision(
        rule=rule,
        subject=f"ticket:{action.ticket_id}",
        code=code,
        because=because,
        plans=plans,
        withdraw=withdraw,
    )


def too_quick(facts: AgentFacts, policy: TeamGestures) -> str | None:
    """Return why a lead should look at it first when somebody presses quicker than a person does."""
    if facts.presses <= policy.presses_per_minute:
        return None
    return f"Ask a lead: this was pressed {facts.presses} times within a minute. Was it a person?"


def beyond_claim(action: AgentAction, amount: Money, policy: TeamGestures) -> str | None:
    """Return why a lead should look at it first when it is much, and nothing proves who pressed."""
    if action.proof is not Proof.CLAIMED or amount.minor <= policy.claimed_limit_minor:
        return None
    most = Money(minor=policy.claimed_limit_minor, currency=amount.currency)
    return f"Above {most} a lead decides, for a button does not prove who pressed it."


def grace(action: AgentAction, policy: TeamGestures) -> timedelta:
    """Return for how long an act can be undone: only where there is a page to undo it on."""
    return timedelta(minutes=policy.undo_minutes if action.proof is Proof.SIGNED_IN else 0)


def confirmed(action: AgentAction, facts: AgentFacts) -> str:
    """Return what tells this deed from earlier ones: what the agent confirmed, and that those came to nothing."""
    again = f"again-{facts.ended}" if facts.ended else ""
    return ":".join(filter(None, (action.confirm, again)))


def _moved(plan: Plan) -> tuple[object, ...]:
    effect: Effect = plan.effect
    what = [(each.name, getattr(effect, each.name)) for each in fields(effect) if each.name not in _BESIDE]
    return plan.cost, plan.due_at.date() if isinstance(effect, SendFlowers | SendGift) else None, what
