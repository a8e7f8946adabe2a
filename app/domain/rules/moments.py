"""Something small at a moment on a customer's way: the cheapest that fits, once, and never while a promise is broken.

What makes good, a recovery, keeps no pause and waits for none: it comes when all is well again, and not before.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain import card_paper, card_words
from app.domain.agents import Reason
from app.domain.card_paper import HAND
from app.domain.decisions import Decision
from app.domain.effects import Effect, Plan, Pool, SendGift
from app.domain.facts import Order
from app.domain.gifts import BY_HAND, GiftKind
from app.domain.moments import ANNIVERSARY, BIRTHDAY, RECOVERY, Birthday, Due, MomentFacts
from app.domain.money import Money
from app.domain.policy import Anniversary, Kindness, Moment, Moments, Policy
from app.domain.policy import Birthday as BirthdayPolicy
from app.domain.rules import hard_time, holdout, let_alone
from app.domain.rules.campaign_gift import is_of_a_list

CODE = "moment"
TOO_LATE = "day_gone"
SETTLED = timedelta(days=30)  # whoever writes their birthday down later than so long before it wants a present
STALE = timedelta(days=5)  # what was planned and has waited for so long beyond its hour is no surprise, but a mistake
_BY_HAND = "A card, written by hand"
_POSTED = (GiftKind.CARD, GiftKind.PARCEL)  # flowers want a day, and money by e-mail wants somebody who looks


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """What is given: one of the catalogue, or a card by somebody's hand."""

    what: GiftKind
    title: str
    cost: Money
    vendor: str = BY_HAND
    sku: str = ""
    gift_id: int | None = None


def anniversary(customer_id: int, first: date, day: date) -> Due:
    """Return the moment of a first order's day come round."""
    return Due(
        rule=ANNIVERSARY,
        subject=f"customer:{customer_id}",
        customer_id=customer_id,
        occasion=f"{ANNIVERSARY}:{day.year}",
        why=_come_round(_said(day), day.year - first.year),
        day=day,
    )


def birthday(customer_id: int, known: Birthday, day: date) -> Due:
    """Return the moment of a birthday, which is none for whoever said only lately that it is theirs."""
    late = None
    if day - known.said_at.date() < SETTLED:
        late = "said_late", f"It was written down less than {SETTLED.days} days before it."
    return Due(
        rule=BIRTHDAY,
        subject=f"customer:{customer_id}",
        customer_id=customer_id,
        occasion=f"{BIRTHDAY}:{day.year}",
        why=f"Their birthday is on {_said(day)}.",
        day=day,
        spoiled=late,
    )


def recovery(order_id: int, name: str, customer_id: int, *, arrived: bool) -> Due:
    """Return the moment at which all is well again: a late parcel has arrived, or amends were made for a mistake."""
    why = f"{name} was late, and has arrived." if arrived else f"A mistake with {name} was made good by your team."
    return Due(
        rule=RECOVERY,
        subject=f"customer:{customer_id}",
        customer_id=customer_id,
        occasion=f"{RECOVERY}:{order_id}",
        why=why,
        order_id=order_id,
        when_solved=not arrived,
    )


def decide(facts: MomentFacts, policy: Policy, now: datetime, *, leaves_at: datetime) -> Decision:
    """Return what is given at a moment, to leave at that hour, or why nothing is."""
    due = facts.due
    no = why_not(facts, policy, now) or _broken(facts) or _at_no_door(facts, policy.moments)
    if no is not None:
        return _none(due, *no)
    thing, words = _thing(facts, policy), _words(facts, policy)
    wrong = (*card_words.objections(words, never=facts.standing.tastes.never), *card_paper.laid_out(words, HAND).wrong)
    if wrong:
        return _none(due, "card_words", " ".join(wrong))
    gift = SendGift(
        what=thing.what,
        vendor=thing.vendor,
        sku=thing.sku,
        title=thing.title,
        gift_id=thing.gift_id,
        customer_id=due.customer_id,
        order_id=None if facts.order is None else facts.order.id,
        order_name="" if facts.order is None else facts.order.name,
        message=words,
        ticket_id=None,
        agent_name=_signature(facts, policy.moments),
        occasion=due.occasion,
    )
    plan = Plan(
        effect=gift,
        due_at=max(now, leaves_at),
        cost=thing.cost,
        pool=Pool.GIFTS,
        reason=Reason.OUR_MISTAKE if due.rule == RECOVERY else None,
    )
    because = f"{due.why} {thing.title}, for {thing.cost}, goes to them."
    given = Decision(rule=due.rule, subject=due.subject, code=CODE, because=because, plans=(plan,))
    return holdout.drawn(given, policy, facts.standing, now)


def why_not(facts: MomentFacts, policy: Policy, now: datetime) -> tuple[str, str] | None:
    """Return why nothing is given, by what our own books say, as (code, sentence); None when something may be."""
    due, given, moment = facts.due, facts.given, policy.by_moment[facts.due.rule]
    spared = let_alone.refused(facts.standing) or hard_time.refused(facts.standing, now)
    if given.once:
        return "had_it", "For this occasion they were given something, or are about to be, or somebody said no to it."
    if spared is not None or due.spoiled is not None:
        return spared or due.spoiled
    if due.day is not None and (due.day - facts.today).days < _lead_days(moment):
        return TOO_LATE, f"It would not be there by {_said(due.day)} any more."
    if not facts.active:
        return "inactive", "They have not ordered for too long."
    if moment.special_only and not facts.standing.special:
        return "not_special", "The settings keep this for special customers."
    return _paused(facts, moment, policy.moments, now)


def gone_by(effect: Effect, due_at: datetime, now: datetime) -> tuple[str, str] | None:
    """Return that the moment has passed while something for it waited, as (code, sentence); None where it has not."""
    if not isinstance(effect, SendGift) or not effect.occasion or is_of_a_list(effect) or now - due_at < STALE:
        return None
    return TOO_LATE, "The moment has passed while it waited."


def not_left(order: Order, late_days: int, now: datetime) -> str:
    """Return that an order should have left by now, as a sentence; "" where it has, or has time."""
    if order.shipped or order.cancelled or now - order.processed_at <= timedelta(days=late_days):
        return ""
    return f"{order.name} has not left after {late_days} days."


def _paused(facts: MomentFacts, moment: Moment, moments: Moments, now: datetime) -> tuple[str, str] | None:
    pause, last = timedelta(days=moments.cooldown_days), facts.given.last_treat_at
    if facts.due.rule != RECOVERY and last is not None and now - last < pause:
        return "cool_down", f"They were treated less than {moments.cooldown_days} days ago."
    if facts.given.today >= moment.per_day:
        return "daily_cap", f"This was done {moment.per_day} times today already."
    return None


def _broken(facts: MomentFacts) -> tuple[str, str] | None:
    """Return that no kindness hides a promise which is not kept: first things are put right."""
    return ("promise_open", facts.broken) if facts.broken else None


def _at_no_door(facts: MomentFacts, moments: Moments) -> tuple[str, str] | None:
    order = facts.order
    if order is None:
        return "no_order", "The store shows no order of theirs any more by whose address they could be found."
    checks = (
        (order.test, "test_order", "It is a test order."),
        (order.cancelled, "cancelled", "The order was cancelled."),
        (order.risky, "risky", "The store advises caution with this order."),
        (order.disputed, "disputed", "The payment of this order is disputed."),
        (order.outstanding, "owes", "The customer still owes something on this order."),
        (moments.domestic_only and not order.domestic, "foreign", "It ships abroad."),
    )
    return next(((code, why) for failed, code, why in checks if failed), None)


def _thing(facts: MomentFacts, policy: Policy) -> _Thing:
    """Return the cheapest that fits: a card, by whoever writes it for less, unless a gift is wanted and one fits."""
    moment = policy.by_moment[facts.due.rule]
    within = [
        _Thing(
            what=entry.kind,
            title=entry.called,
            cost=entry.cost,
            vendor=entry.vendor,
            sku=entry.sku,
            gift_id=entry.id,
        )
        for entry in facts.fits
        if entry.kind in _POSTED and entry.cost is not None and entry.cost.minor <= moment.at_most_minor
    ]
    aside = Money(minor=policy.team.card_cost_minor, currency=facts.currency)
    by_hand = _Thing(what=GiftKind.CARD, title=_BY_HAND, cost=aside)
    cards = [each for each in within if each.what is GiftKind.CARD]
    presents = [each for each in within if each.what is GiftKind.PARCEL and moment.kindness is Kindness.GIFT]
    return next(iter(presents), None) or min([*cards, by_hand], key=lambda each: each.cost.minor)


def _words(facts: MomentFacts, policy: Policy) -> str:
    words = card_words.filled(policy.by_moment[facts.due.rule].words, {"shop": facts.shop})
    return card_words.signed(words, _signature(facts, policy.moments))


def _signature(facts: MomentFacts, moments: Moments) -> str:
    return moments.signed_by or facts.shop


def _lead_days(moment: Moment) -> int:
    return moment.lead_days if isinstance(moment, Anniversary | BirthdayPolicy) else 0


def _come_round(day: str, years: int) -> str:
    if years == 1:
        return f"On {day} it is a year since their first order."
    return f"On {day} it is {years} years since their first order."


def _none(due: Due, code: str, because: str) -> Decision:
    return Decision(rule=due.rule, subject=due.subject, code=code, because=because)


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
