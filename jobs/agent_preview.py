"""What a press on the desk would do, exactly, before it is pressed. The outside is asked; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain import card_paper
from app.domain.card_paper import Sheet
from app.domain.decisions import Decision
from app.domain.effects import Effect, Plan, PostNote
from app.domain.errors import Unavailable
from app.domain.events import AgentAction
from app.domain.facts import GiftOption
from app.domain.gifts import Paper
from app.domain.money import Money, zero
from app.domain.policy import Mode
from app.domain.refunds import SoldLine
from app.domain.rules import on_action, pressed
from app.store import orders
from app.store.base import reading
from app.store.shops import Merchant
from integrations.http import Limits
from jobs import agent_facts, card, gather
from jobs.runtime import Outside, World, opening

LIMITS = Limits(read=4.0, total=4.0)  # for each call: an agent waits, and so does one of few threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that would be done, in its turn; until `leaves_at` it can be undone."""

    effect: Effect
    cost: Money | None
    leaves_at: datetime
    mode: Mode
    sheet: Sheet | None = None  # its words as they come out


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would come of a press: nothing but words where there are no steps."""

    because: str
    code: str
    steps: tuple[Step, ...]
    cost: Money | None
    left: Money  # in the team's pool, before
    mode: Mode  # the one that goes furthest
    ask_first: str | None  # why a lead is asked
    doubts: str  # why it may not find the customer
    told: bool  # it goes to where they said, when something had come back
    seen: str

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What would be done, without when and for how much."""
        return tuple(step.effect for step in self.steps)

    @property
    def leaves_at(self) -> datetime | None:
        """Until when all of it that costs money can be undone."""
        return min((step.leaves_at for step in self.steps if step.cost is not None), default=None)

    @property
    def fits(self) -> bool:
        """Whether the pool holds it."""
        return self.cost is None or not self.left < self.cost


def preview(world: World, merchant: Merchant, action: AgentAction) -> Preview:
    """Return what a press would do. Raises Unavailable when store or florist cannot be asked just now."""
    now = world.clock.now()
    asked = gather.about_action(world, merchant, hurried(world, merchant), action, now)
    digest = world.mail_digest(merchant, action.agent_email)
    with reading(world.sessions) as session:
        facts = agent_facts.gathered(session, merchant, action, asked, now, email_digest=digest)
        decisions = on_action(action, facts, merchant.policy, now, opening(merchant, now))
        left = card.team_pool(session, merchant, now).left
    shown = _shown(decisions, merchant, left, facts.paper)
    return replace(shown, doubts=asked.doubts, told=asked.told)


def hurried(world: World, merchant: Merchant) -> Outside:
    """Return the way out for whom an agent waits, and will not wait for long."""
    if merchant.is_shut(world.clock.now()):
        raise Unavailable("The store lets nobody in just now.")
    outside = replace(world, http=world.http.within(LIMITS)).outside(merchant)
    if outside is None:
        raise Unavailable("The store lets nobody in just now.")
    return outside.for_a_person()


def lines(world: World, merchant: Merchant, customer_id: int, order_name: str) -> tuple[SoldLine, ...]:
    """Return what of an order can still be given back, line by line; of the latest where none is named.

    Raises Unavailable as `preview` does.
    """
    with reading(world.sessions) as session:
        name = order_name or None
        order_id = orders.latest_order(session, shop_id=merchant.id, customer_id=customer_id, name=name)
    sold = () if order_id is None else hurried(world, merchant).shop.sold(order_id)
    return tuple(line for line in sold if line.left)


def gifts(world: World, merchant: Merchant) -> tuple[GiftOption, ...]:
    """Return what may be slipped into an order, as the store has it now. Raises Unavailable as `preview` does."""
    return gather.gift_options(world, merchant, hurried(world, merchant))


def _shown(decisions: Sequence[Decision], merchant: Merchant, left: Money, paper: Paper) -> Preview:
    modes = [merchant.policy.mode_of(each.rule) for each in decisions]
    plans = [(plan, mode) for each, mode in zip(decisions, modes, strict=True) for plan in each.plans]
    moves = [(plan, mode) for plan, mode in plans if not isinstance(plan.effect, PostNote)]
    costs = [plan.cost for plan, _ in moves if plan.cost is not None]
    return Preview(
        because=" ".join(each.because for each in decisions),
        code=decisions[0].code,
        steps=tuple(_step(plan, mode, paper) for plan, mode in moves),
        cost=sum(costs, zero(costs[0].currency)) if costs else None,
        left=left,
        mode=max(modes, key=list(Mode).index),
        ask_first=next((plan.ask_first for plan, _ in moves if plan.ask_first), None),
        doubts="",
        told=False,
        seen=pressed.shown(decisions),
    )


def _step(plan: Plan, mode: Mode, paper: Paper) -> Step:
    words = getattr(plan.effect, "message", "")
    sheet = card_paper.laid_out(words, paper) if words else None
    return Step(effect=plan.effect, cost=plan.cost, leaves_at=plan.due_at, mode=mode, sheet=sheet)
