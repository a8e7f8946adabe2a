"""Asks the outside what a rule will need to know. No transaction is open while we ask."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.errors import Rejected
from app.domain.events import Act, AgentAction, OrderChanged, TicketOpened
from app.domain.facts import GiftHistory, GiftOption, Order, Quote
from app.domain.money import zero
from app.domain.refunds import Pieces, RefundOffer, choose
from app.domain.rules import nth_order_gift
from app.domain.rules.agent_acts import MOST_DAYS_AHEAD
from app.domain.scopes import Feature, missing_for
from app.store import gifts, orders, pending, people, veil
from app.store.base import Session, reading, unit_of_work
from app.store.shops import Merchant
from jobs.runtime import Outside, World, in_force, midnight, opening


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutOrder:
    """The order as it is now, and the gifts that could go with it."""

    order: Order | None
    forgotten: bool = False  # the buyer was: the order only feeds the sums
    options: tuple[GiftOption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutTicket:
    """Who wrote."""

    customer_id: int | None
    forgotten: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutAction:
    """What an agent's act is about. `trouble` is for the agent to read."""

    customer_id: int | None
    order: Order | None = None
    offer: RefundOffer | None = None
    pieces: tuple[Pieces, ...] = ()
    quote: Quote | None = None
    trouble: str | None = None
    forgotten: bool = False


def about_order(world: World, merchant: Merchant, outside: Outside, event: OrderChanged, now: datetime) -> AboutOrder:
    """Read the order, write it into our ledger, and look at gifts only when one may be due."""
    order = outside.shop.order(event.order_id)
    if order is None:
        return AboutOrder(order=None)
    order = _in_our_money(order, merchant)
    policy = in_force(merchant).nth_order_gift
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        order = people.at_home(session, shop_id=merchant.id, order=order)
        nameless = veil.drawn(session, shop_id=merchant.id, seal=world.seal).over(order)
        orders.record(session, shop_id=merchant.id, order=nameless)
        pending.look_now(session, shop_id=merchant.id, order_id=order.id, now=now)
        if nameless != order:
            return AboutOrder(order=nameless, forgotten=True)
        history = gift_history(session, merchant, order, now)
    if not nth_order_gift.may_be_due(order, history, policy, now):
        return AboutOrder(order=order)
    options = [outside.shop.gift_option(variant) for variant in policy.variants]
    payable = (option for option in options if option is not None and option.cost.currency == merchant.currency)
    return AboutOrder(order=order, options=tuple(payable))


def gift_history(session: Session, merchant: Merchant, order: Order, now: datetime) -> GiftHistory:
    """Return what the customer and the order were given; orders from before we came, or before the rule, get nothing.

    The store's moments are whole seconds, so ours are compared as such.
    """
    since = max(merchant.installed_at, merchant.policy.nth_order_gift.began_at or merchant.installed_at)
    return gifts.history(
        session,
        shop_id=merchant.id,
        order_id=order.id,
        customer_id=order.customer_id,
        rule=nth_order_gift.RULE,
        day_start=midnight(merchant, now),
        since=since.replace(microsecond=0),
    )


def about_ticket(world: World, merchant: Merchant, outside: Outside, event: TicketOpened) -> AboutTicket:
    """Return the store's customer behind a ticket; None when there is none, or more than one."""
    customer_id = None if event.email is None else outside.shop.customer_by_email(event.email)
    if customer_id is not None and _is_forgotten(world, merchant, customer_id):
        return AboutTicket(customer_id=None, forgotten=True)
    return AboutTicket(customer_id=customer_id)


def about_action(world: World, merchant: Merchant, outside: Outside, action: AgentAction, now: datetime) -> AboutAction:
    """Find the customer and the order that an agent means, and what the act would move."""
    customer_id = None if action.email is None else outside.shop.customer_by_email(action.email)
    if customer_id is not None and _is_forgotten(world, merchant, customer_id):
        return AboutAction(customer_id=None, forgotten=True, trouble="This customer asked to be forgotten.")
    if customer_id is None:
        return AboutAction(customer_id=None, trouble="No customer of the store has this ticket's e-mail address.")
    with reading(world.sessions) as session:
        order_id = orders.latest_order(session, shop_id=merchant.id, customer_id=customer_id, name=action.order_name)
    order = None if order_id is None else outside.shop.order(order_id)
    if order is not None:
        with reading(world.sessions) as session:
            order = people.at_home(session, shop_id=merchant.id, order=order)
    if order is None or order.customer_id != customer_id:
        return AboutAction(customer_id=customer_id)
    return _with_price(merchant, outside, action, order, now)


def _with_price(merchant: Merchant, outside: Outside, action: AgentAction, order: Order, now: datetime) -> AboutAction:
    if order.net.currency != merchant.currency:
        return AboutAction(customer_id=order.customer_id, order=order, trouble=_other_money(order, merchant))
    if action.act is Act.REFUND_KEEP:
        return _with_offer(merchant, outside, action, order)
    if action.act is Act.FLOWERS:
        return _with_quote(merchant, outside, action, order, now)
    return AboutAction(customer_id=order.customer_id, order=order)


def _in_our_money(order: Order, merchant: Merchant) -> Order:
    """Return the order as our books can hold it: what was paid in another money than theirs does not count."""
    if order.net.currency == merchant.currency:
        return order
    nothing = zero(merchant.currency)
    return replace(order, net=nothing, counted=False, uncounted_because=_other_money(order, merchant))


def _other_money(order: Order, merchant: Merchant) -> str:
    return f"{order.name} was paid in {order.net.currency}, and the books here are kept in {merchant.currency}."


def _with_offer(merchant: Merchant, outside: Outside, action: AgentAction, order: Order) -> AboutAction:
    about = AboutAction(customer_id=order.customer_id, order=order)
    if action.unclear is not None:
        return replace(about, trouble=action.unclear)
    try:
        pieces = choose(action.items, outside.shop.sold(order.id)) if action.items else ()
    except ValueError as no:
        return replace(about, trouble=str(no))
    obstacle = _credit_obstacle(merchant, outside) if action.as_credit and merchant.policy.team.store_credit else ""
    if obstacle:
        return replace(about, trouble=obstacle)
    offer = outside.shop.refund_offer(order.id, pieces=pieces, shipping=action.shipping)
    return replace(about, offer=offer, pieces=pieces)


def _credit_obstacle(merchant: Merchant, outside: Outside) -> str:
    missing = missing_for(Feature.STORE_CREDIT, merchant.scopes) if merchant.scopes is not None else ()
    if missing:
        return f"The app was not given the right to hand out store credit ({', '.join(sorted(missing))})."
    return outside.shop.credit_obstacle()


def _with_quote(merchant: Merchant, outside: Outside, action: AgentAction, order: Order, now: datetime) -> AboutAction:
    team = merchant.policy.team
    about = AboutAction(customer_id=order.customer_id, order=order)
    days = team.flowers_days if action.days is None else action.days
    if not 1 <= days <= MOST_DAYS_AHEAD:
        return about  # the rule says why
    if outside.florist is None:
        return replace(about, trouble="No florist is connected.")
    address = outside.shop.address(order.id)
    if address is None:
        return replace(about, trouble=f"{order.name} has no delivery address.")
    day = (opening(merchant, now) + timedelta(days=days)).date()
    try:
        quote = outside.florist.quote(product=action.product or team.flowers_product, postcode=address.postcode, on=day)
    except Rejected as no:
        return replace(about, trouble=f"The florist says: {no}")
    return replace(about, quote=quote)


def _is_forgotten(world: World, merchant: Merchant, customer_id: int) -> bool:
    with reading(world.sessions) as session:
        return veil.drawn(session, shop_id=merchant.id, seal=world.seal).hides(customer_id)
