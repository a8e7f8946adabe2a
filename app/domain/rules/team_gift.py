"""A gift that an agent slips into an order that has not left: one of the merchant's own small things, at its cost.

Which order it is, is the agent's to judge. What the parcel can take is not.
"""

from datetime import datetime

from app.domain import tastes
from app.domain.decisions import Decision
from app.domain.effects import AddGiftLine, Plan, Pool, TakeBackGiftLine
from app.domain.events import AgentAction
from app.domain.facts import AgentFacts, GiftOption, Order
from app.domain.policy import NthOrderGift, Policy
from app.domain.rules import nth_order_gift
from app.domain.rules.agent_acts import FLOWERS
from app.domain.rules.granted import off
from app.domain.rules.pressed import AGAIN, beyond_claim, confirmed, decided, grace, sorry, too_quick
from app.domain.scopes import Feature

BY_TEAM = "team"  # in the key, beside the rule that gives by itself


def gift(action: AgentAction, facts: AgentFacts, policy: Policy, now: datetime) -> Decision:
    """Return the gift line that the agent means, or why there is none. It goes as far as flowers may."""
    order = facts.order
    problem = _obstacle(action, facts, policy.nth_order_gift, now)
    if problem is not None or order is None or facts.customer_id is None:
        return sorry(action, FLOWERS, *(problem or ("no_order", "")), facts, now)
    option = _meant(action, order, facts, policy.nth_order_gift)
    if not isinstance(option, GiftOption):
        return sorry(action, FLOWERS, *option, facts, now)
    line = AddGiftLine(
        order_id=order.id,
        order_name=order.name,
        customer_id=facts.customer_id,
        variant_id=option.variant_id,
        title=option.title,
        rule=BY_TEAM,
        ticket_id=action.ticket_id,
        agent_name=action.agent_name,
        confirm=confirmed(action, facts),
    )
    plan = Plan(
        effect=line,
        due_at=now + grace(action, policy.team),
        cost=option.cost,
        pool=Pool.TEAM,
        ask_first=too_quick(facts, policy.team) or beyond_claim(action, option.cost, policy.team),
    )
    before = " They were given one of these before." if option.variant_id in facts.given else ""
    because = f"{action.called} slips {option.title} into {order.name}, free and without a mail.{before}"
    return decided(action, FLOWERS, "team_gift", because, plans=(plan,))


def taken_back(line: AddGiftLine) -> TakeBackGiftLine:
    """Return the way back of a gift that an agent gave."""
    return TakeBackGiftLine(
        order_id=line.order_id,
        order_name=line.order_name,
        customer_id=line.customer_id,
        variant_id=line.variant_id,
        title=line.title,
        undoes=line.key,
        ticket_id=line.ticket_id,
    )


def can_be_given(option: GiftOption, policy: NthOrderGift) -> bool:
    """Return whether it is on sale, and in stock above what is kept back."""
    return nth_order_gift.choose((option,), frozenset(), policy) is not None


def _obstacle(action: AgentAction, facts: AgentFacts, policy: NthOrderGift, now: datetime) -> tuple[str, str] | None:
    refusal = off(Feature.GIFT_LINES, facts.granted)
    if refusal is not None:
        return refusal
    if facts.trouble or facts.order is None:
        return "no_order", facts.trouble or "No order of this customer was found."
    if facts.live and not action.confirm:
        return "already", f"A gift of the team's is in {facts.order.name} already, or about to be. {AGAIN}"
    return nth_order_gift.gate(facts.order, policy, now)


def _meant(action: AgentAction, order: Order, facts: AgentFacts, policy: NthOrderGift) -> GiftOption | tuple[str, str]:
    """Return the gift that is named, else the first that fits and is new to the customer; or why there is none."""
    on_board = nth_order_gift.on_board(order)
    if action.variant is None:
        welcome = tuple(each for each in facts.options if _unwelcome(each, facts) is None)
        first = nth_order_gift.choose(welcome, on_board | facts.given, policy)
        return first or ("nothing_fits", "No gift of the list is on sale, in stock, new to them and not unwelcome.")
    named = next((each for each in facts.options if each.variant_id == action.variant), None)
    if named is None:
        return "nothing_fits", "That is none of the gifts that the settings name."
    if named.variant_id in on_board:
        return "on_board", f"{named.title} is on {order.name} already."
    no = _unwelcome(named, facts)
    if no is not None:
        return no
    return named if can_be_given(named, policy) else ("sold_out", f"{named.title} is not on sale, or not in stock.")


def _unwelcome(option: GiftOption, facts: AgentFacts) -> tuple[str, str] | None:
    return tastes.unwelcome(facts.never, option.title, *option.tags)
