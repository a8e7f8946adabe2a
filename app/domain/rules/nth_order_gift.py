"""On the chosen orders a gift is in the parcel: free, silent, in stock, and not when the parcel has left without it."""

from datetime import datetime, timedelta

from app.domain import tastes
from app.domain.decisions import Decision
from app.domain.effects import AddGiftLine, CancelGiftOrder, Gift, Plan, Pool, SendGiftOrder, TakeBackGiftLine, Undoing
from app.domain.facts import GiftHistory, GiftOption, Order, OrderFacts
from app.domain.policy import NthOrderGift, WhenLeft
from app.domain.rules import gift_order, hard_time, let_alone
from app.domain.rules.granted import off
from app.domain.scopes import Feature

RULE = "nth_order_gift"
# A gift for an order that is older than this is no surprise, it is a mistake of ours catching up.
FRESH = timedelta(hours=24)
# Beyond this the store shows orders to few apps, and what cannot be read again must not be changed.
IN_SIGHT = timedelta(days=60)


def decide(facts: OrderFacts, policy: NthOrderGift, now: datetime) -> Decision:
    """Return the gift line for this order, or why there is none; for an order that is over, the way back."""
    order, history = facts.order, facts.history
    if history.given_here:
        return _given(order, history, now)
    spared = let_alone.refused(facts.standing) or hard_time.refused(facts.standing, now)
    obstacle = spared or _why_not(order, history, policy, now)
    alone = obstacle is not None and _travels_alone(obstacle, policy)
    if obstacle is not None and not alone:
        return _none(order, *obstacle)
    refusal = None if alone else off(Feature.GIFT_LINES, facts.granted)
    if refusal is not None:
        return _none(order, *refusal)
    option = choose(_welcome(facts), history.given_variants | on_board(order), policy)
    if option is None:
        because = "No gift of the list is on sale, in stock, new to this customer and not what they never want."
        return _none(order, "nothing_fits", because)
    if order.customer_id is None:
        return _none(order, "guest", "The order has no customer.")
    due_at = max(now, order.processed_at + timedelta(minutes=policy.settle_minutes))
    if alone:
        plan = gift_order.plan(
            order.customer_id, option, rule=RULE, route=policy.route, due_at=due_at, instead_of=order
        )
    else:
        plan = _line(order, order.customer_id, option, due_at)
    return Decision(
        rule=RULE,
        subject=f"order:{order.id}",
        code="gift_order" if alone else "gift",
        because=_why(order, history, option, alone=alone),
        plans=(plan,),
    )


def may_be_due(order: Order, history: GiftHistory, policy: NthOrderGift, now: datetime) -> bool:
    """Return whether it is worth asking the store for gifts at all."""
    obstacle = _why_not(order, history, policy, now)
    return not history.given_here and (obstacle is None or _travels_alone(obstacle, policy))


def choose(options: tuple[GiftOption, ...], given: frozenset[int], policy: NthOrderGift) -> GiftOption | None:
    """Return the first option that is on sale, in stock above the floor, and not among those `given`."""
    for option in options:
        in_stock = option.stock is None or option.stock > policy.stock_floor
        if option.on_sale and in_stock and option.variant_id not in given:
            return option
    return None


def is_due(ordinal: int, policy: NthOrderGift) -> bool:
    """Return whether a customer's order of that number brings a gift."""
    if policy.every:
        return ordinal % policy.every == 0
    return ordinal in policy.ordinals


def on_board(order: Order) -> frozenset[int]:
    """Return the variants that are in the parcel anyway: one more of them is no gift, it is a miscount."""
    return frozenset(line.variant_id for line in order.lines if line.variant_id is not None and line.quantity > 0)


def unfit(order: Order, policy: NthOrderGift) -> tuple[str, str] | None:
    """Return why nothing is given for this order, in whichever parcel, as (code, sentence); None when it may be."""
    return _first(
        (order.test, "test_order", "It is a test order."),
        (order.cancelled, "cancelled", "The order was cancelled."),
        (not order.counted, "not_counted", order.uncounted_because or "The order does not count."),
        (not order.settled, "not_paid", "The order is not fully paid."),
        (order.net.minor <= 0, "refunded", "The order was refunded."),
        (order.risky, "risky", "The store advises caution with this order."),
        (order.disputed, "disputed", "The payment of this order is disputed."),
        (order.subscription and not policy.subscriptions, "subscription", "A subscription app manages this order."),
        (policy.domestic_only and not order.domestic, "foreign", "It ships abroad."),
        (order.outstanding, "owes", "The customer still owes something on this order."),
    )


def gate(order: Order, policy: NthOrderGift, now: datetime) -> tuple[str, str] | None:
    """Return why this order cannot take a gift line now, as (code, sentence); None when it can."""
    return unfit(order, policy) or _first(
        # Before the archive: most stores put away what has left.
        (
            order.shipped or order.with_warehouse,
            gift_order.TOO_LATE,
            "The warehouse already has this order, so the gift cannot go with it.",
        ),
        (order.closed, "closed", "The order is archived."),
        (now - _made(order) > IN_SIGHT, "out_of_sight", f"The order is more than {IN_SIGHT.days} days old."),
        (
            order.parcel_unseen and policy.only_seen_parcels,
            "unseen",
            "The store does not show us whether the warehouse has begun, and the settings ask for care.",
        ),
        (not order.editable, "not_editable", "The store does not let this order be edited."),
    )


def _welcome(facts: OrderFacts) -> tuple[GiftOption, ...]:
    never = () if facts.standing is None else facts.standing.tastes.never
    return tuple(option for option in facts.options if tastes.unwelcome(never, option.title, *option.tags) is None)


def _first(*checks: tuple[bool, str, str]) -> tuple[str, str] | None:
    return next(((code, why) for failed, code, why in checks if failed), None)


def _travels_alone(obstacle: tuple[str, str], policy: NthOrderGift) -> bool:
    return obstacle[0] == gift_order.TOO_LATE and policy.when_left is WhenLeft.OWN_PARCEL


def _line(order: Order, customer_id: int, option: GiftOption, due_at: datetime) -> Plan:
    gift = AddGiftLine(
        order_id=order.id,
        order_name=order.name,
        customer_id=customer_id,
        variant_id=option.variant_id,
        title=option.title,
        rule=RULE,
    )
    return Plan(effect=gift, due_at=due_at, cost=option.cost, pool=Pool.GIFTS)


def _given(order: Order, history: GiftHistory, now: datetime) -> Decision:
    ended = _ended(order)
    if ended is None:
        return _none(order, "given", "The gift of this order is on it, or about to be.")
    if order.shipped:
        because = f"{ended} Its parcel had left before, so what was given stays given."
        return _none(order, "left", because, withdraw=history.waiting_here)
    plans = tuple(Plan(effect=_way_back(gift), due_at=now, after=gift.key) for gift in history.left_here)
    return Decision(
        rule=RULE,
        subject=f"order:{order.id}",
        code="taken_back",
        because=f"{ended} It had not left, so its gift is taken back.",
        plans=plans,
        withdraw=history.waiting_here,
    )


def _ended(order: Order) -> str | None:
    if order.cancelled:
        return "The order was cancelled."
    return "The order was refunded." if order.settled and order.net.minor <= 0 else None


def _way_back(gift: Gift) -> Undoing:
    if isinstance(gift, SendGiftOrder):
        return CancelGiftOrder(customer_id=gift.customer_id, title=gift.title, undoes=gift.key, order_id=gift.order_id)
    return TakeBackGiftLine(
        order_id=gift.order_id,
        order_name=gift.order_name,
        customer_id=gift.customer_id,
        variant_id=gift.variant_id,
        title=gift.title,
        undoes=gift.key,
    )


def _why_not(order: Order, history: GiftHistory, policy: NthOrderGift, now: datetime) -> tuple[str, str] | None:
    # What is not due, or capped, cannot come too late: only a promised gift is owed to the next order.
    return _not_due(order, history, policy) or _capped(history, policy, now) or _obstacle(order, history, policy, now)


def _not_due(order: Order, history: GiftHistory, policy: NthOrderGift) -> tuple[str, str] | None:
    if order.customer_id is None:
        return "guest", "The order has no customer."
    if history.ordinal is None:
        return "not_counted", order.uncounted_because or "The order does not count."
    if history.unwished:
        return "unwished", "The gift of this order was taken back before it was given, and no other is."
    if history.owed or is_due(history.ordinal, policy):
        return None
    return "other_ordinal", f"It is order number {history.ordinal} of this customer."


def _obstacle(order: Order, history: GiftHistory, policy: NthOrderGift, now: datetime) -> tuple[str, str] | None:
    if now - order.processed_at > FRESH:
        return "old", "The order is more than a day old; old orders only feed the ledger."
    if history.since is not None and _made(order) < history.since:
        return "before_us", "The order was made before this rule began to give."
    return gate(order, policy, now)


def _capped(history: GiftHistory, policy: NthOrderGift, now: datetime) -> tuple[str, str] | None:
    if history.gifts_today >= policy.per_day:
        return "daily_cap", f"{policy.per_day} gifts were given today already."
    pause = timedelta(days=policy.cooldown_days)
    if history.last_gift_at is not None and now - history.last_gift_at < pause:
        return "cool_down", f"The last gift was less than {policy.cooldown_days} days ago."
    if pause and history.last_treat_at is not None and now - history.last_treat_at < pause:
        return "cool_down", f"The team gave this customer something less than {policy.cooldown_days} days ago."
    return None


def _made(order: Order) -> datetime:
    return order.created_at or order.processed_at


def _why(order: Order, history: GiftHistory, option: GiftOption, *, alone: bool) -> str:
    if alone:
        return f"A gift is due with {order.name}, whose parcel has left: {option.title} travels by itself."
    unseen = " Whether the warehouse has begun could not be seen." if order.parcel_unseen else ""
    if history.owed:
        return f"A gift came too late for an earlier parcel, so {option.title} goes with {order.name}.{unseen}"
    return f"{order.name} is order number {history.ordinal} of this customer: {option.title} goes with it.{unseen}"


def _none(order: Order, code: str, because: str, *, withdraw: tuple[str, ...] = ()) -> Decision:
    return Decision(rule=RULE, subject=f"order:{order.id}", code=code, because=because, withdraw=withdraw)
