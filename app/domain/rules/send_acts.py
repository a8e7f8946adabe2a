"""A gift of the shop's own catalogue that an agent sends, with a card's words that a person signs.

It goes as far as flowers may: inside the limit nobody is asked, above it a lead is.
"""

from datetime import date, datetime, timedelta

from app.domain import catalogue, delivery_days
from app.domain.catalogue import Chosen
from app.domain.decisions import Decision
from app.domain.delivery_days import MOST_DAYS_AHEAD, MOST_DAYS_LATER
from app.domain.effects import Plan, Pool, SendGift
from app.domain.events import AgentAction
from app.domain.facts import AgentFacts
from app.domain.gifts import GiftKind
from app.domain.money import Money
from app.domain.policy import Policy, TeamGestures
from app.domain.rules import agent_acts
from app.domain.rules.agent_acts import FLOWERS
from app.domain.rules.pressed import AGAIN, beyond_claim, confirmed, decided, grace, sorry, too_quick
from app.domain.rules.written import written

EGIFT_PAUSE = timedelta(days=60)  # a second one within it is a lead's: whoever asks well could ask often
LEAD_DAYS = {GiftKind.CARD: 8, GiftKind.PARCEL: 3}  # that the post takes, as far as anybody can say
_AROUND = "It leaves as soon as can be, and arrives around then."


def send(action: AgentAction, facts: AgentFacts, policy: Policy, now: datetime, day_start: datetime) -> Decision:
    """Return the gift on its way, or why it is not; its price is set aside until it is ordered."""
    chosen, order, words, today = facts.chosen, facts.order, written(action, facts), day_start.date()
    asked, day = (None, None) if chosen is None else _days(action, chosen, policy, today)
    problem = _problem(action, facts) or words.problem or _day_problem(asked, day)
    if problem is not None or chosen is None or order is None or order.customer_id is None:
        code, because = problem or ("no_gift", "Please choose what to send.")
        return sorry(action, FLOWERS, code, because, facts, now)
    gift = SendGift(
        what=chosen.entry.kind,
        vendor=chosen.entry.vendor,
        sku=chosen.entry.sku,
        title=chosen.entry.called,
        gift_id=chosen.entry.id,
        customer_id=order.customer_id,
        order_id=order.id,
        order_name=order.name,
        message=words.text,
        ticket_id=action.ticket_id,
        agent_name=action.agent_name,
        day=day,
        sympathy=chosen.occasion.sympathy,
        confirm=confirmed(action, facts),
    )
    soon = now + grace(action, policy.team)
    leaves = soon if day is None else _place_by(day, chosen, day_start)
    plan = Plan(
        effect=gift,
        due_at=max(leaves, soon),
        cost=chosen.cost,
        pool=Pool.TEAM,
        ask_first=_lead(chosen, facts, policy.team) or beyond_claim(action, chosen.cost, policy.team),
    )
    because = f"{action.called} sends {chosen.entry.called} for {chosen.cost}{_when(asked, day)}."
    late = f" {_AROUND}" if leaves < soon else ""
    return decided(action, FLOWERS, "sends", f"{because}{late}", plans=(plan,))


def _problem(action: AgentAction, facts: AgentFacts) -> tuple[str, str] | None:
    if facts.trouble:
        return "no_order", facts.trouble
    if facts.chosen is None:
        return "no_gift", "Please choose what to send."
    if facts.live and not action.confirm:
        return "already", f"Something from this ticket is planned or sent already. {AGAIN}"
    why = catalogue.why_not(facts.chosen.entry, facts.chosen.occasion)
    if why is not None:
        return "no_gift", f"{facts.chosen.entry.called} is not sent to this customer. {why}"
    cost, order = facts.chosen.cost, facts.order
    if order is not None and cost.currency != order.net.currency:
        kept = order.net.currency
        return "other_currency", f"They ask for {cost}, and the team's pool is kept in {kept}."
    return None


def asked_day(action: AgentAction, kind: GiftKind, policy: Policy, today: date) -> date | None:
    """Return the day on which it is to be there, be it out of reach; None for as soon as can be."""
    if action.day is None and action.days is None and kind is not GiftKind.FLOWERS:
        return None
    return agent_acts.asked_day(action, policy.team, today) or action.day or today


def _days(action: AgentAction, chosen: Chosen, policy: Policy, today: date) -> tuple[date | None, date | None]:
    """Return the day that is asked for, and the one on which it may arrive; none and none for as soon as can be."""
    asked = asked_day(action, chosen.entry.kind, policy, today)
    if asked is None or agent_acts.asked_day(action, policy.team, today) is None:
        return asked, None
    return asked, agent_acts.arrival(asked, policy, today, chosen.open_days)


def _day_problem(asked: date | None, day: date | None) -> tuple[str, str] | None:
    if asked is None or day is not None:
        return None
    week = f"on {asked.day} {asked:%B %Y} or in the {MOST_DAYS_LATER} days after it"
    return "bad_days", f"Nothing can arrive {week}, or that is not 1 to {MOST_DAYS_AHEAD} days ahead."


def _place_by(day: date, chosen: Chosen, day_start: datetime) -> datetime:
    lead_days = 0 if chosen.by_email else LEAD_DAYS.get(chosen.entry.kind, 0)
    return delivery_days.place_by(day, opening=day_start, lead_days=lead_days)


def _when(asked: date | None, day: date | None) -> str:
    if asked is None or day is None:
        return ""
    moved = "" if day == asked else f", the first day after {asked.day} {asked:%B} on which it can arrive"
    return f", to be there on {day.day} {day:%B %Y}{moved}"


def _lead(chosen: Chosen, facts: AgentFacts, team: TeamGestures) -> str | None:
    if chosen.entry.kind is GiftKind.FLOWERS and not chosen.by_link:
        return agent_acts.lead_for_flowers(chosen.cost, facts, team)
    quick = too_quick(facts, team)
    if quick is not None:
        return quick
    if chosen.by_link:
        return "Ask a lead: nobody is written to, and whoever has the link has the gift."
    if chosen.entry.kind is GiftKind.EGIFT and facts.egifts:
        return f"Ask a lead: the customer had an e-gift within {EGIFT_PAUSE.days} days."
    if chosen.cost.minor > team.flowers_limit_minor:
        return f"Above {Money(minor=team.flowers_limit_minor, currency=chosen.cost.currency)} a lead decides."
    return None
