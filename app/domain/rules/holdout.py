"""Some are given nothing, so that it shows whether a rule pays: drawn by lot, at the moment when it would have acted.

Whoever is drawn stays so for as long as the trial runs. Nothing of what makes good is ever tried like this, nor what
people do for people: only the rules named here have trials at all.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from app.domain.decisions import Decision, Place
from app.domain.effects import Gesture, Undoing
from app.domain.facts import Standing
from app.domain.moments import ANNIVERSARY, BIRTHDAY, COMEBACK
from app.domain.policy import Policy, Trial
from app.domain.rules import hard_time, let_alone

CODE = "held_out"
# By name, for these rules may ask here themselves.
RULES = ("special_customer", "nth_order_gift", ANNIVERSARY, BIRTHDAY, COMEBACK)
PROPOSED_PERCENT = 10
MOST_PERCENT = 50  # more would be a store in which hardly anybody is given anything
_TEN_THOUSAND = 10_000


def weighed(decision: Decision, policy: Policy, standing: Standing | None, now: datetime) -> Decision:
    """Return the decision as it is; where it gives something, as `drawn` does."""
    gives = decision.special is True or any(isinstance(plan.effect, Gesture) for plan in decision.plans)
    return drawn(decision, policy, standing, now) if gives else decision


def drawn(decision: Decision, policy: Policy, standing: Standing | None, now: datetime) -> Decision:
    """Return what becomes of a kindness that a rule is about to do: it is done, or its customer is held out.

    Both are noted, for both are followed. Somebody in a hard time, or who is let alone, is in no trial; nor is who
    bears the mark already.
    """
    trial = policy.trial_of(decision.rule)
    if decision.rule not in RULES or not trial.percent or standing is None:
        return decision
    spared = let_alone.refused(standing) or hard_time.refused(standing, now)
    if spared is not None or (decision.special is True and standing.marked):
        return decision
    place = Place(edition=trial.edition, customer_id=standing.customer_id, held_out=held_out(trial, standing))
    if not place.held_out:
        return replace(decision, place=place)
    because = (
        f"Held out, to see whether this rule pays: {trial.percent} % of those it would act for are. Else it would have"
        f" acted: {decision.because}"
    )
    # What puts something back, or is no longer wanted, is no kindness: it is done all the same.
    undoing = tuple(plan for plan in decision.plans if isinstance(plan.effect, Undoing))
    return replace(decision, code=CODE, because=because, plans=undoing, special=None, place=place)


def ran(trial: Trial, begins: datetime, ends: datetime) -> bool:
    """Return whether the trial ran at any time between the two moments."""
    begun = trial.edition > 0 and (trial.began_at is None or trial.began_at < ends)
    return begun and (trial.ended_at is None or trial.ended_at > begins)


def held_out(trial: Trial, standing: Standing) -> bool:
    """Return whether the lot fell on the customer. It is cast by their number, so that it falls the same way again."""
    name = f"{trial.rule}:{standing.customer_id}".encode()
    cast = hashlib.blake2b(name, key=trial.salt.encode(), digest_size=8).digest()
    return int.from_bytes(cast) % _TEN_THOUSAND < trial.percent * _TEN_THOUSAND // 100


def begun(policy: Policy, rule: str, percent: int, *, salt: str, now: datetime) -> Policy:
    """Return the policy with a trial of that rule begun, or ended with 0; as it was where that is its share already.

    One that is ended keeps what was found of those whom it had followed by then.
    Raise ValueError for a rule that nobody is held out of, and for a share that is none.
    """
    if rule not in RULES or not 0 <= percent <= MOST_PERCENT:
        raise ValueError(f"{percent} % cannot be held out of {rule[:32]!r}")
    before = policy.trial_of(rule)
    if before.percent == percent:
        return policy
    new = Trial(rule=rule, percent=percent, edition=before.edition + 1, salt=salt, began_at=now)
    trial = new if percent else replace(before, percent=0, ended_at=now)
    others = tuple(each for each in policy.trials if each.rule != rule)
    return replace(policy, trials=tuple(sorted((*others, trial), key=lambda each: each.rule)))
