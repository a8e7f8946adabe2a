"""Orders changed: their ledger is fed, and what that means for the parcels and their customers' standing is decided.

read ─▶ record ─▶ gather ─▶ decide ─▶ write   for all that was told at once; but for the reading, in one transaction

Only where a gift may be due, the store is asked once more, and the order decided about by itself.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from app.domain.decisions import Decision
from app.domain.errors import Busy, Unavailable
from app.domain.events import OrderChanged
from app.domain.facts import GiftOption, Order, OrderFacts
from app.domain.rules import nth_order_gift, on_order
from app.store import orders, pending, people
from app.store.base import Session, unit_of_work
from app.store.inbox import Letter
from app.store.veil import Veil
from jobs import gather, put_off, shown, stopping
from jobs.occasion import Ending, Occasion, Overtaken, finish_all
from jobs.runtime import Outside, in_force
from jobs.small_bugs import or_none, together_or_alone

log = structlog.get_logger("inbox")

# As long as orders are read: with the last calls that were begun, well within a lease.
SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One order, the deliveries that told of it, and how it is now: None when the store shows it no more.

    A store tells of one order several times within seconds: it is read once, and decided about once.
    """

    order_id: int
    occasions: tuple[Occasion, ...]
    news: Occasion | None  # the first that is not too old to bring anything about
    order: Order | None = None
    forgotten: bool = False  # the buyer was: the order only feeds the sums

    @property
    def letters(self) -> list[Letter]:
        """The deliveries themselves."""
        return [occasion.letter for occasion in self.occasions]

    def end(self, facts: OrderFacts | None = None) -> list[Ending]:
        """Return how its deliveries end: the news with what the rules make of the facts, the others with nothing."""
        decided = () if facts is None or self.news is None else _decided(self.news, facts)
        return [
            Ending(occasion=each, decided=decided if each is self.news else (), forgotten=self.forgotten)
            for each in self.occasions
        ]


def orders_changed(news: Sequence[tuple[Occasion, OrderChanged]]) -> Busy | None:
    """Bring to its end all that was told of some orders; return who asked us to wait, if anybody did."""
    left, busy = _read(_by_order(news))
    while left:
        due, left = _settled(left)
        busy = _give(due) or busy
    return busy


def _by_order(news: Sequence[tuple[Occasion, OrderChanged]]) -> list[Told]:
    told: dict[int, Told] = {}
    for occasion, event in news:
        known = told.get(event.order_id) or Told(order_id=event.order_id, occasions=(), news=None)
        fresh = None if occasion.is_old(event.happened_at) else occasion
        told[event.order_id] = replace(known, occasions=(*known.occasions, occasion), news=known.news or fresh)
    return [*told.values()]


def _read(told: Sequence[Told]) -> tuple[list[Told], Busy | None]:
    """Return the orders as they are now; those that the store did not show are put off."""
    one = told[0].occasions[0]
    read: dict[int, Told | None] = {}
    failed: dict[int, Unavailable] = {}
    busy, ends_at = None, time.monotonic() + SECONDS
    try:
        for some in one.world.hands.each(partial(_read_one, one.way_in), told):
            for each, outcome in some:
                if isinstance(outcome, Unavailable):
                    failed[each.order_id] = outcome
                else:
                    read[each.order_id] = outcome
            if stopping.asked() or time.monotonic() > ends_at:
                break
    except Busy as problem:
        busy = problem
    except Unavailable as problem:  # there is no way in
        failed = {each.order_id: problem for each in told}
    _put_off([each for each in told if each.order_id not in read], failed, busy)
    return [known for each in told if (known := read.get(each.order_id)) is not None], busy


def _put_off(told: Sequence[Told], failed: Mapping[int, Unavailable], busy: Busy | None) -> None:
    """Let orders that were not read be tried again: later, when the store has time, or by whoever works on."""
    for each in told:
        occasion = each.occasions[0]
        for letter in each.letters if each.order_id in failed else ():
            put_off.put_back(occasion.world, letter, failed[each.order_id], occasion.now)
    unread = [occasion for each in told if each.order_id not in failed for occasion in each.occasions]
    if not unread:
        return
    world, letters = unread[0].world, [occasion.letter for occasion in unread]
    if busy is not None:
        put_off.wait(world, unread[0].merchant, letters, busy)
    else:
        put_off.leave(world, letters)


def _read_one(outside: Outside, told: Told) -> tuple[Told, Told | Unavailable | None]:
    """Return the order as it is now, or why it could not be read; None after a bug of ours. Raise Busy for all."""
    shop_id, row_id = told.occasions[0].merchant.id, told.letters[0].id
    outcome = or_none("delivery.failed", shop_id, row_id, lambda: _asked(outside, told))
    if isinstance(outcome, Busy):
        raise outcome
    return told, outcome


def _asked(outside: Outside, told: Told) -> Told | Unavailable:
    try:
        told_at = max(letter.received_at for letter in told.letters)
        order = shown.order(outside, told.order_id, told_at=told_at, now=told.occasions[0].now)
        return replace(told, order=order)
    except Unavailable as problem:
        return problem


def _settled(told: list[Told]) -> tuple[list[Told], list[Told]]:
    """Bring orders to their end together; should one of them break it for all, each by itself.

    Return those that a gift may be due for, and those whose turn comes next.
    """
    due: list[Told] = []
    left: list[Told] = []

    def settle(some: Sequence[Told]) -> None:
        for_a_gift, later = _together(some)
        due.extend(for_a_gift)
        left.extend(later)

    _by_all_or_each(told, settle)
    return due, left


def _together(told: Sequence[Told]) -> tuple[list[Told], list[Told]]:
    """Feed the ledger, decide and write it down, all in one transaction. Return as `_settled` does."""
    occasion = told[0].occasions[0]
    world, merchant, now = occasion.world, occasion.merchant, occasion.now
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        told, left = _one_of_each_customer(_at_home(session, told))
        told = _recorded(session, told)
        heard = [each for each in told if each.news is not None and not each.forgotten]
        facts = gather.about_orders(session, merchant, [each.order for each in heard if each.order is not None], now)
        known = {about.order.id: about for about in facts}
        policy = in_force(merchant).nth_order_gift
        waiting = {
            about.order.id for about in facts if nth_order_gift.may_be_due(about.order, about.history, policy, now)
        }
        endings = [
            ending for each in told if each.order_id not in waiting for ending in each.end(known.get(each.order_id))
        ]
        if endings:
            finish_all(session, endings)
    return [each for each in told if each.order_id in waiting], left


def _at_home(session: Session, told: Sequence[Told]) -> list[Told]:
    """Return the orders as their true customers', in our money."""
    merchant = told[0].occasions[0].merchant
    shown = [gather.in_our_money(each.order, merchant) for each in told if each.order is not None]
    homes = {order.id: order for order in people.at_home(session, shop_id=merchant.id, orders=shown)}
    return [replace(each, order=homes.get(each.order_id)) for each in told]


def _one_of_each_customer(told: Sequence[Told]) -> tuple[list[Told], list[Told]]:
    """Return the first order of each customer, and the rest: what is decided with one counts for the next."""
    first: list[Told] = []
    rest: list[Told] = []
    met: set[int | str | None] = set()
    for each in told:
        names = {each.order.customer_id, each.order.mail_digest} - {None} if each.order is not None else set()
        (first if met.isdisjoint(names) else rest).append(each)
        met |= names
    return first, rest


def _recorded(session: Session, told: Sequence[Told]) -> list[Told]:
    """Write the orders into our ledger as they may be kept, and look at once at what is on its way on them."""
    occasion = told[0].occasions[0]
    shop_id, shown = occasion.merchant.id, [each.order for each in told if each.order is not None]
    nameless = {order.id: order for order in occasion.veil(session).over(shown)}
    orders.record_all(session, shop_id=shop_id, orders=[*nameless.values()])
    pending.look_now(session, shop_id=shop_id, order_ids=[*nameless], now=occasion.now)
    return [
        replace(each, order=nameless.get(each.order_id), forgotten=nameless.get(each.order_id) != each.order)
        for each in told
    ]


def _give(due: Sequence[Told]) -> Busy | None:
    """Decide about orders that a gift may be due for."""
    if not due:
        return None
    occasion = due[0].occasions[0]
    world, merchant = occasion.world, occasion.merchant
    letters = [letter for each in due for letter in each.letters]
    try:
        options = gather.gift_options(world, merchant, occasion.way_in)
    except Busy as problem:
        put_off.wait(world, merchant, letters, problem)
        return problem
    except Unavailable as problem:
        for letter in letters:
            put_off.put_back(world, letter, problem, occasion.now)
        return None
    left = [*due]
    while left:
        left = _given(left, options)
    return None


def _given(due: Sequence[Told], options: tuple[GiftOption, ...]) -> list[Told]:
    """Decide about orders together; should one of them break it for all, about each by itself. Return the rest."""
    left: list[Told] = []
    _by_all_or_each(due, lambda some: left.extend(_decide(some, options)))
    return left


def _decide(due: Sequence[Told], options: tuple[GiftOption, ...]) -> Sequence[Told]:
    """Decide about orders; return those that must see first what the others were given."""
    occasion = due[0].occasions[0]
    merchant, now = occasion.merchant, occasion.now
    with unit_of_work(occasion.world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        # Looked at again under the lock: they may have been forgotten while we asked.
        drawn = occasion.veil(session)
        # Two of one customer may have come here, where orders were settled each by itself.
        told, left = _one_of_each_customer([_unless_forgotten(each, drawn) for each in due])
        shown = [each.order for each in told if each.order is not None and not each.forgotten]
        facts = {about.order.id: about for about in gather.about_orders(session, merchant, shown, now, options)}
        today = max((about.history.gifts_today for about in facts.values()), default=0)
        # Short of the day's cap, what one is given counts for nobody else; once it is reached, all get the same no.
        room = in_force(merchant).nth_order_gift.per_day - today
        some = told if room <= 0 else told[:room]
        finish_all(session, [ending for each in some for ending in each.end(facts.get(each.order_id))])
    return [*told[len(some) :], *left]


def _unless_forgotten(told: Told, veil: Veil) -> Told:
    order = told.order
    return told if order is None or veil.over([order]) == [order] else replace(told, forgotten=True)


def _decided(occasion: Occasion, facts: OrderFacts) -> tuple[Decision, ...]:
    return tuple(on_order(facts, in_force(occasion.merchant), occasion.now))


def _by_all_or_each(told: Sequence[Told], act: Callable[[Sequence[Told]], None]) -> None:
    """Act on orders in one transaction, else on each in its own; what others have finished is left to them."""
    merchant = told[0].occasions[0].merchant

    def unless_overtaken(some: Sequence[Told]) -> None:
        try:
            act(some)
        except Overtaken:
            if len(some) > 1:
                raise
            log.info("delivery.overtaken", shop=merchant.id, delivery=some[0].letters[0].id)

    together_or_alone("delivery.failed", merchant.id, told, unless_overtaken, lambda one: one.letters[0].id)
