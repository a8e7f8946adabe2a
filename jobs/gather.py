"""Asks the outside what a rule will need to know. No transaction is open while we ask."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain import delivery_days
from app.domain.address_score import score
from app.domain.addresses import Address
from app.domain.agents import first_name
from app.domain.card_paper import HAND
from app.domain.deliveries import Delivery
from app.domain.errors import Rejected
from app.domain.events import Act, AgentAction
from app.domain.facts import ANY_CARD, GiftOption, Order, OrderFacts, Quote
from app.domain.gifts import GiftKind, Paper, Wish
from app.domain.money import zero
from app.domain.ports import Comment, Ticket
from app.domain.refunds import Pieces, RefundOffer, choose
from app.domain.rules import agent_acts, nth_order_gift
from app.domain.scopes import Feature, missing_for
from app.domain.tags import folded
from app.store import gifts, orders, people, yardstick
from app.store.base import Session, reading
from app.store.shops import Merchant
from jobs import comebacks, gift_choice, shortages, where_to, who_is
from jobs.gift_choice import Asked
from jobs.runtime import Outside, World, midnight, opening


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutAction:
    """What an agent's act is about. `trouble` is for the agent to read."""

    customer_id: int | None
    order: Order | None = None
    offer: RefundOffer | None = None
    pieces: tuple[Pieces, ...] = ()
    quote: Quote | None = None
    options: tuple[GiftOption, ...] = ()
    tags: frozenset[str] = frozenset()
    known: Mapping[str, str] = field(default_factory=dict)  # what may stand for its name in a card's words
    paper: Paper = ANY_CARD  # on which they come out
    sent: Asked | None = None  # the gift that is to be sent
    trouble: str | None = None
    doubts: str = ""  # why something that is sent may not find the customer
    told: bool = False  # it goes to where the customer said, when something had come back
    forgotten: bool = False
    listened: bool = False  # a tool asks to be told whom to leave in peace
    reorders: bool = False  # an app that sends reorders is connected


def gift_options(
    world: World, merchant: Merchant, outside: Outside, some: Collection[int] | None = None
) -> tuple[GiftOption, ...]:
    """Ask the store for the gifts that may be given, or for `some` of them: as many as are promised to nobody yet."""
    known = [variant for variant in merchant.policy.nth_order_gift.variants if some is None or variant in some]
    options = shortages.options(world, merchant, outside, known)
    return tuple(option for option in options if option.cost.currency == merchant.currency)


def about_orders(
    session: Session,
    merchant: Merchant,
    changed: Sequence[Order],
    now: datetime,
    options: tuple[GiftOption, ...] = (),
) -> list[OrderFacts]:
    """Return all that the rules look at, for orders of which no two have one customer, and which the ledger holds.

    Orders from before we came, or before the rule, get nothing. The store's moments are whole seconds, so ours are
    compared as such.
    """
    customers = [order.customer_id for order in changed if order.customer_id is not None]
    since = max(merchant.installed_at, merchant.policy.nth_order_gift.began_at or merchant.installed_at)
    histories = gifts.histories(
        session,
        shop_id=merchant.id,
        buyers={order.id: order.customer_id for order in changed},
        rule=nth_order_gift.RULE,
        day_start=midnight(merchant, now),
        since=since.replace(microsecond=0),
    )
    standings = orders.standings(session, shop_id=merchant.id, customers=customers, currency=merchant.currency)
    measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
    away = comebacks.away(session, merchant, changed, standings, now)
    return [
        OrderFacts(
            order=order,
            standing=None if order.customer_id is None else standings.get(order.customer_id),
            yardstick=measure,
            options=options,
            history=histories[order.id],
            granted=merchant.scopes,
            away=away.get(order.id),
        )
        for order in changed
    ]


def in_our_money(order: Order, merchant: Merchant) -> Order:
    """Return the order as our books can hold it: what was paid in another money than theirs does not count."""
    if order.net.currency == merchant.currency:
        return order
    nothing = zero(merchant.currency)
    return replace(order, net=nothing, counted=False, uncounted_because=_other_money(order, merchant))


def shown(outside: Outside, ticket_id: str) -> Ticket | None:
    """Return a ticket as its helpdesk shows it; None when there is none."""
    desk, number = outside.talkative_desk_of(ticket_id) or (None, ticket_id)
    return None if desk is None else desk.ticket(number)


def typed(outside: Outside, ticket_id: str, comment_id: str) -> Comment | None:
    """Return what an agent wrote on a ticket, as its helpdesk shows it; None when there is no such comment."""
    desk, number = outside.talkative_desk_of(ticket_id) or (None, ticket_id)
    return None if desk is None else desk.comment(number, comment_id)


def about_action(world: World, merchant: Merchant, outside: Outside, action: AgentAction, now: datetime) -> AboutAction:
    """Find the customer and the order that an agent means, and what the act would move."""
    about = _about(world, merchant, outside, action, now)
    return replace(about, listened=outside.listener is not None, reorders=outside.reorders is not None)


def _about(world: World, merchant: Merchant, outside: Outside, action: AgentAction, now: datetime) -> AboutAction:
    match = who_is.who_is(world, merchant, outside, action.who, store_first=True)
    customer_id = match.customer_id
    if match.forgotten:
        return AboutAction(customer_id=None, forgotten=True, trouble="This customer asked to be forgotten.")
    if customer_id is None:
        return AboutAction(customer_id=None, trouble=match.why)
    with reading(world.sessions) as session:
        order_id = orders.latest_order(session, shop_id=merchant.id, customer_id=customer_id, name=action.order_name)
    order = None if order_id is None else outside.shop.order(order_id)
    if order is not None:
        with reading(world.sessions) as session:
            (order,) = people.at_home(session, shop_id=merchant.id, orders=[order])
    if order is None or order.customer_id != customer_id:
        return AboutAction(customer_id=customer_id)
    if action.act is Act.SEND:
        about = _with_gift(world, merchant, outside, action, order, now)
    else:
        about = _with_price(world, merchant, outside, action, order, now)
    return replace(about, tags=_tags(merchant, outside, order))


def _tags(merchant: Merchant, outside: Outside, order: Order) -> frozenset[str]:
    """Return which of the tags that rules name the order bears, or its customer. Of our own mark our books know."""
    named = {folded(rule.tag) for rule in merchant.policy.team.tag_rules}
    others = named - {folded(merchant.policy.special_customer.tag)}
    seen = merchant.scopes is None or not missing_for(Feature.MARKS, merchant.scopes)
    if not others or order.customer_id is None or not seen:
        return order.tags & named
    return (order.tags | outside.shop.tags(order.customer_id) & others) & named


def _with_price(  # noqa: PLR0911  # one a kind
    world: World, merchant: Merchant, outside: Outside, action: AgentAction, order: Order, now: datetime
) -> AboutAction:
    if order.net.currency != merchant.currency and (action.gives_back or action.act is not Act.COMPASSION):
        return AboutAction(customer_id=order.customer_id, order=order, trouble=_other_money(order, merchant))
    if action.act is Act.COMPASSION:
        return _with_both(world, merchant, outside, action, order, now)
    if action.act is Act.REFUND_KEEP:
        return _with_offer(merchant, outside, action, order)
    if action.act is Act.FLOWERS:
        return _with_quote(world, merchant, outside, action, order, now)
    if action.act is Act.CARD:
        return _with_address(world, merchant, outside, action, order, now)
    if action.act is Act.GIFT:
        named = None if action.variant is None else {action.variant}
        return AboutAction(
            customer_id=order.customer_id, order=order, options=gift_options(world, merchant, outside, named)
        )
    return AboutAction(customer_id=order.customer_id, order=order)


def _with_address(
    world: World, merchant: Merchant, outside: Outside, action: AgentAction, order: Order, now: datetime
) -> AboutAction:
    about = AboutAction(customer_id=order.customer_id, order=order, paper=HAND)
    where = _door(world, merchant, outside, order)
    if where is None:
        return replace(about, trouble=_nowhere(order))
    known = _known(merchant, outside, action, order, where.address)
    return replace(about, known=known, doubts=score(where, now=now, by_post=True).doubts, told=where.told)


def _door(world: World, merchant: Merchant, outside: Outside, order: Order) -> Delivery | None:
    known = outside.shop.delivery(order_id=order.id)
    return where_to.for_something_new(world, merchant, outside, known, order.customer_id)


def _nowhere(order: Order) -> str:
    return f"{order.name} has no delivery address."


def _with_gift(
    world: World, merchant: Merchant, outside: Outside, action: AgentAction, order: Order, now: datetime
) -> AboutAction:
    found = gift_choice.asked(world, merchant, outside, action, order, opening(merchant, now).date())
    known = _known(merchant, outside, action, order, found.address)
    about = AboutAction(customer_id=order.customer_id, order=order, known=known)
    return replace(about, sent=found, paper=found.paper, doubts=found.doubts, told=found.told, trouble=found.trouble)


def _known(
    merchant: Merchant, outside: Outside, action: AgentAction, order: Order, address: Address | None
) -> Mapping[str, str]:
    """Return what may stand for its name in a card's words. The store is asked for things only where one is named."""
    known = {"first_name": "" if address is None else first_name(address.name), "shop": merchant.name}
    if "{order_item}" in (action.message or "").lower():
        first = next(iter(outside.shop.sold(order.id)), None)
        known |= {"order_item": "" if first is None else first.title}
    return known


def _with_both(
    world: World, merchant: Merchant, outside: Outside, action: AgentAction, order: Order, now: datetime
) -> AboutAction:
    about = AboutAction(customer_id=order.customer_id, order=order)
    if action.gives_back:
        about = _with_offer(merchant, outside, action, order)
    if about.trouble is not None or not action.with_flowers:
        return about
    flowers = _with_quote(world, merchant, outside, action, order, now)
    return replace(
        about,
        quote=flowers.quote,
        known=flowers.known,
        paper=flowers.paper,
        trouble=flowers.trouble,
        doubts=flowers.doubts,
        told=flowers.told,
    )


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


def _with_quote(
    world: World, merchant: Merchant, outside: Outside, action: AgentAction, order: Order, now: datetime
) -> AboutAction:
    team = merchant.policy.team
    about = AboutAction(customer_id=order.customer_id, order=order)
    today = opening(merchant, now).date()
    asked = agent_acts.asked_day(action, team, today)
    if asked is None or agent_acts.arrival(asked, merchant.policy, today) is None:
        return about  # the rule says why
    if outside.florist is None:
        return replace(about, trouble="No florist is connected.")
    where = _door(world, merchant, outside, order)
    if where is None:
        return replace(about, trouble=_nowhere(order))
    address = where.address
    wish = Wish(
        what=GiftKind.FLOWERS,
        sku=action.product or team.flowers_product,
        words="",
        signed_by=action.agent_name,
        name=address.name or address.company,
        at_most=zero(merchant.currency),
        to=address,
        day=asked,
        not_on=delivery_days.shut(merchant.policy.sends, asked),
    )
    try:
        quote = outside.florist.quote(wish)
    except Rejected as no:
        return replace(about, trouble=f"The florist says: {no}")
    known, doubts = _known(merchant, outside, action, order, address), score(where, now=now).doubts
    about = replace(about, quote=quote, known=known, paper=outside.florist.can.paper)
    return replace(about, doubts=doubts, told=where.told)
