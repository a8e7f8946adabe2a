"""A hard time: first the shop falls silent around the customer, then money goes back, and flowers come from a person.

Nobody writes down why. No coupon, no credit, nothing that asks them to shop; and it ends by itself.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.decisions import Decision, HardTime
from app.domain.effects import Mute, Plan, PostNote, Quiet, RefundOrder
from app.domain.events import Act, AgentAction
from app.domain.facts import AgentFacts
from app.domain.policy import Policy
from app.domain.rules import agent_acts, refund_keep
from app.domain.rules.pressed import AGAIN, confirmed, decided, sorry

RULE = refund_keep.RULE
NO_COUPON = "In a hard time money goes back as it came: store credit would ask them to shop."
NOBODY = "It was bought by a guest, so there is no customer in the store whom anything could leave in peace."
ALREADY = "From this ticket the customer is left in peace already, or is about to be."
_WENT_WELL = {"refund", agent_acts.FLOWERS}
_TAG_ALONE = " No subscription app is connected: what sends reorders must look at the tag."
_GUEST = (
    "This was bought by a guest: the store knows no customer whom it could leave in peace, so nothing was muted."
    " Please take their address out of whatever writes to them."
)


def is_meant(action: AgentAction) -> bool:
    """Return whether an agent asks for quiet, be it beside a refund."""
    return action.act is Act.COMPASSION or (action.act is Act.REFUND_KEEP and action.compassion)


def decide(
    action: AgentAction, facts: AgentFacts, policy: Policy, now: datetime, day_start: datetime
) -> list[Decision]:
    """Return all that is asked for, each step after the one before; where one cannot be done, why, and none."""
    if action.as_credit:
        return [sorry(action, RULE, "no_coupon", NO_COUPON, facts, now)]
    refund = refund_keep.decide(action, facts, policy.team, now) if action.gives_back else None
    flowers = None
    if action.with_flowers:
        # The amount is what goes back: what flowers may cost, nobody says here.
        sent = replace(action, amount=None)
        flowers = agent_acts.flowers(sent, facts.flowers or facts, policy, now, day_start)
    no = next((each for each in (refund, flowers) if each is not None and each.code not in _WENT_WELL), None)
    if no is not None:
        return [no]
    if refund is None and facts.trouble:
        return [sorry(action, RULE, "no_order", facts.trouble, facts, now)]
    if refund is None and flowers is None and facts.live and not action.confirm:
        return [sorry(action, RULE, "already", f"{ALREADY} {AGAIN}", facts, now)]
    quiet = _quiet(action, facts, refund, policy, now, day_start)
    return [quiet] if flowers is None else [quiet, flowers]


def _quiet(
    action: AgentAction,
    facts: AgentFacts,
    refund: Decision | None,
    policy: Policy,
    now: datetime,
    day_start: datetime,
) -> Decision:
    customer_id = facts.customer_id if facts.order is None else facts.order.customer_id
    if customer_id is None:
        return _guest(action, facts, refund, now)
    until = day_start + timedelta(days=policy.hard_times.days)
    about = _about(action, facts, refund)
    mutes: list[Plan] = []
    for quiet, tag in _ways(facts, policy):
        mute = Mute(customer_id=customer_id, quiet=quiet, tag=tag, until=until, ticket_id=action.ticket_id, about=about)
        # One after the other, and the refund after the last: no mail may cross with the money. One that comes to
        # nothing holds no money up; the agent reads which, and can do it by hand.
        mutes.append(Plan(effect=mute, due_at=now, after=mutes[-1].effect.key if mutes else None))
    last, day = mutes[-1].effect.key, f"{until.day} {until:%B %Y}"
    told = f"This customer is left in peace until {day}: no reorders, no advertising, no surveys, nothing promotional."
    told = f"{told}{'' if facts.reorders else _TAG_ALONE} Where that did not work, a note of its own says so."
    note = PostNote(ticket_id=action.ticket_id, text=told, about=f"{about}:quiet")
    plans = (*mutes, Plan(effect=note, due_at=now, after=last))
    hard_time = HardTime(customer_id=customer_id, until=until)
    if refund is None:
        because = f"{action.called} asks to leave the customer in peace until {day}."
        return replace(decided(action, RULE, "hard_time", because, plans=plans), hard_time=hard_time)
    because = f"{refund.because} Before that, everything falls silent around the customer, until {day}."
    held = tuple(replace(plan, after=last) if isinstance(plan.effect, RefundOrder) else plan for plan in refund.plans)
    return replace(refund, because=because, plans=(*plans, *held), hard_time=hard_time)


def _guest(action: AgentAction, facts: AgentFacts, refund: Decision | None, now: datetime) -> Decision:
    if refund is None:
        return sorry(action, RULE, "guest", NOBODY, facts, now)
    note = PostNote(ticket_id=action.ticket_id, text=_GUEST, about=f"{_about(action, facts, refund)}:guest")
    return replace(refund, plans=(Plan(effect=note, due_at=now), *refund.plans))


def _about(action: AgentAction, facts: AgentFacts, refund: Decision | None) -> str:
    """Return what tells one silence from the next: each refund waits for its own, and a press twice is one."""
    refunds = (plan.effect.key for plan in refund.plans) if refund else ()
    return next(iter(refunds), ":".join(filter(None, ("hard-time", action.ticket_id, confirmed(action, facts)))))


def _ways(facts: AgentFacts, policy: Policy) -> Iterator[tuple[Quiet, str]]:
    yield Quiet.TAG, policy.team.paused_tag
    if facts.reorders:
        yield Quiet.REORDERS, ""
    yield Quiet.TAG, policy.team.muted_tag
    yield Quiet.FIELD, ""
    if facts.listened:
        yield Quiet.LISTENER, ""
