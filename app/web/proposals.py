"""Which rules are proposed to go one step further, with the figures that speak for it. The merchant presses, or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.policy import Mode
from app.domain.rules import promotion
from app.domain.rules.promotion import Answers
from app.store import answers, policy_changes
from app.store.reports import Tally
from app.web.rule_book import BOOK
from app.web.screen import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One rule's next mode: after how many days in the one before, with what was answered or only watched."""

    to: Mode
    days: int
    answers: Answers = field(default_factory=Answers)
    would_have: tuple[Tally, ...] = ()


def made(seen: Look) -> dict[str, Proposal]:
    """Return what is proposed, by rule."""
    policy, waited = seen.merchant.policy, _waited(seen)
    given = _given(seen, {rule: since for rule, since in waited.items() if policy.mode_of(rule) is Mode.APPROVE})
    watched = _watched(seen, {rule: since for rule, since in waited.items() if policy.mode_of(rule) is Mode.OBSERVE})
    found = {}
    for rule, since in waited.items():
        answered, would_have = given.get(rule, Answers()), tuple(watched.get(rule, ()))
        count = sum(each.count for each in would_have)
        to = promotion.next_mode(policy.mode_of(rule), since=since, now=seen.now, answers=answered, would_have=count)
        if to is not None:
            days = (seen.now - since).days
            found[rule] = Proposal(to=to, days=days, answers=answered, would_have=would_have)
    return found


def _waited(seen: Look) -> dict[str, datetime]:
    """Return the rules that were in their mode for long enough, and since when they are."""
    paths = [chapter.mode for chapter in BOOK.values()]
    changed = policy_changes.last(seen.session, shop_id=seen.merchant.id, paths=paths)
    since = {rule: changed.get(chapter.mode, seen.merchant.installed_at) for rule, chapter in BOOK.items()}
    return {rule: moment for rule, moment in since.items() if promotion.has_lasted(moment, seen.now)}


def _given(seen: Look, rules: Mapping[str, datetime]) -> dict[str, Answers]:
    return answers.given(seen.session, shop_id=seen.merchant.id, rules=rules) if rules else {}


def _watched(seen: Look, rules: Mapping[str, datetime]) -> dict[str, list[Tally]]:
    if not rules:
        return {}
    merchant = seen.merchant
    return answers.observed(seen.session, shop_id=merchant.id, currency=merchant.currency, rules=rules)
