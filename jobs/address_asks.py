"""Addresses in doubt: looked at days before something leaves, asked for by an agent, and told by the customer once.

They are looked at again two days before it leaves, and in its hour: whoever moved to another town since may have meant
it, or mistyped. What came back to its sender is asked about as well; what is answered then, the next thing goes by.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.domain import deed_words
from app.domain.address_score import score
from app.domain.addresses import Address
from app.domain.decisions import Decision
from app.domain.deliveries import Delivery
from app.domain.effects import Plan, PostNote, Sending
from app.domain.errors import Rejected, Unavailable
from app.domain.policy import Mode
from app.domain.rules import address_words
from app.store import asks, ledger
from app.store.asks import Ask
from app.store.base import Session, reading, unit_of_work
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs import sending_deeds, where_to
from jobs.address_links import Link
from jobs.carry_out import carry_out, give_at_no_door, withdraw
from jobs.queue import Task
from jobs.runtime import Outside, World, local

log = structlog.get_logger("address")

A_ROUND = 50
AGAIN = timedelta(hours=1)  # when the store could not be asked
LOOKED_FOR = timedelta(hours=6)  # how often a deed that waits looks for an answer by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page says to whoever opens a link: who would like to write, and whether they were told already."""

    shop: str
    agent: str
    box_will_do: bool
    answered: bool


def look(world: World, shop_id: int) -> None:
    """Look at the addresses of what is planned, remind of those that were asked for, and end what nobody answered."""
    world.bell.heard(Task.ADDRESSES, shop_id)
    inside = world.enter(shop_id)
    if inside is None:
        return
    merchant, outside = inside
    with reading(world.sessions) as session:
        due = asks.due(session, shop_id=shop_id, now=world.clock.now(), limit=A_ROUND)
    for ask in due:
        try:
            _go_on(world, merchant, outside, ask)
        except (Unavailable, Rejected) as problem:
            log.info("address.unavailable", shop=shop_id, effect=ask.effect_id, problem=str(problem))
            with unit_of_work(world.sessions) as session:
                later = world.clock.now() + AGAIN
                asks.put_off(session, shop_id=shop_id, effect_id=ask.effect_id, until=later)


def held_for(world: World, merchant: Merchant, outside: Outside, deed: Deed) -> timedelta | None:
    """Return for how long a deed goes on waiting for the customer's answer; None where it may leave.

    Where it would go to another town by now than was planned, they may have to be asked first.
    """
    if address_words.what(deed.effect) is None or not isinstance(deed.effect, Sending):
        return None
    with reading(world.sessions) as session:
        ask = asks.read(session, shop_id=deed.shop_id, effect_id=deed.id)
    if ask is None or ask.answered:
        return None
    if not ask.asked:
        known = sending_deeds.where(outside, deed.effect)
        if known is None or not _is_elsewhere(world, merchant, ask, known):
            return None
        if not _asked(world, merchant, deed, _looked_at(world, merchant, outside, deed, ask, known)):
            return None
    return LOOKED_FOR


def told(world: World, deed: Deed) -> Address | None:
    """Return where the customer said that a deed should go; None where they have said nothing."""
    if address_words.what(deed.effect) is None:
        return None
    with reading(world.sessions) as session:
        return asks.address(session, shop_id=deed.shop_id, effect_id=deed.id, seal=world.seal)


def came_back(session: Session, merchant: Merchant, deed: Deed, note: Plan, now: datetime) -> Plan:
    """Have the customer asked where it should have gone; return the note about that, with the news of `note` in it.

    Called once, in the transaction that writes down that it came back.
    """
    news = note.effect
    if not isinstance(news, PostNote):
        return note
    doorless = address_words.what(deed.effect) is None or sending_deeds.goes_by_email(deed.effect)
    if doorless or getattr(deed.effect, "customer_id", None) is None:
        return replace(note, effect=replace(news, text=address_words.ask_them(news.text)))
    until, remind_at = now + address_words.ASKED_FOR, now + address_words.REMINDED_AFTER
    asks.came_back(session, shop_id=merchant.id, effect_id=deed.id, expires_at=until, until=remind_at, now=now)
    words = address_words.came_back(deed.effect, deed.id, news.text, until=local(merchant, until))
    return replace(note, effect=words)


def page(world: World, link: Link) -> Page | None:
    """Return what to show to whoever opens a link; None where there is nothing (any more) to be asked."""
    merchant = world.merchant(link.shop_id)
    found = None if merchant is None else _found(world, merchant, link)
    if merchant is None or found is None:
        return None
    deed, ask = found
    if not ask.answered and (ask.expires_at is None or ask.expires_at <= world.clock.now()):
        return None
    signed = deed_words.signature(deed.effect) if isinstance(deed.effect, Sending) else ""
    agent = "" if signed == merchant.name else signed
    box = address_words.by_post(deed.effect)
    return Page(shop=merchant.name, agent=agent, box_will_do=box, answered=ask.answered)


def answer(world: World, link: Link, address: Address) -> bool:
    """Keep where the customer wants it to go, and tell the agent that they said so; False for all but the first."""
    merchant, now = world.merchant(link.shop_id), world.clock.now()
    found = None if merchant is None else _found(world, merchant, link)
    if merchant is None or found is None:
        return False
    deed, ask = found
    until = now + address_words.ASKED_FOR if ask.came_back else None
    about = {"shop_id": link.shop_id, "effect_id": link.effect_id}
    with unit_of_work(world.sessions) as session:
        kept = asks.answer(session, door=address, seal=world.seal, now=now, keep_until=until, **about)
        if kept:
            due_at = local(merchant, max(deed.due_at, now))
            words = (
                address_words.answered(deed.effect, deed.id, due_at=due_at)
                if until is None
                else address_words.told_back(deed.effect, deed.id, until=local(merchant, until))
            )
            _tell(session, merchant, deed, words, now)
    if kept:
        log.info("address.answered", shop=link.shop_id, effect=link.effect_id)
        world.bell.ring(Task.DRAIN, link.shop_id, at_once=True)
    return kept


def _found(world: World, merchant: Merchant, link: Link) -> tuple[Deed, Ask] | None:
    about = {"shop_id": merchant.id, "effect_id": link.effect_id}
    with reading(world.sessions) as session:
        ask = asks.read(session, **about)
        known = ask is not None and ask.asked
        deed = ledger.read(session, currency=merchant.currency, **about) if known else None
    return None if ask is None or deed is None else (deed, ask)


def _go_on(world: World, merchant: Merchant, outside: Outside, ask: Ask) -> None:
    with reading(world.sessions) as session:
        deed = ledger.read(session, shop_id=merchant.id, effect_id=ask.effect_id, currency=merchant.currency)
    if deed is None or not isinstance(deed.effect, Sending):
        return
    if not ask.asked:
        known = sending_deeds.where(outside, deed.effect)
        _look(world, merchant, deed, ask, _looked_at(world, merchant, outside, deed, ask, known))
    elif not ask.reminded and not ask.answered:
        _remind(world, merchant, deed, ask)
    elif ask.came_back:
        _forget(world, merchant, ask)
    else:
        _give_up(world, merchant, deed, reachable=_has_mail(outside, deed))


def _looked_at(
    world: World, merchant: Merchant, outside: Outside, deed: Deed, ask: Ask, known: Delivery | None
) -> Delivery | None:
    """Return where something that is planned would go, with all that is known of that door."""
    where = where_to.looked_at(world, merchant, outside, known, getattr(deed.effect, "customer_id", None))
    return where and replace(where, edited=_is_elsewhere(world, merchant, ask, where))


def _is_elsewhere(world: World, merchant: Merchant, ask: Ask, where: Delivery) -> bool:
    """Return whether a door is in another town than the one where something was to go when it was planned."""
    return bool(ask.town) and where_to.town(world, merchant, where) != ask.town


def _look(world: World, merchant: Merchant, deed: Deed, ask: Ask, where: Delivery | None) -> None:
    """Have the customer asked where it should go, if that is in doubt; else look once more before it leaves.

    The second look asks about another town alone: what else speaks against a door was good enough at the first, and
    where nobody can go by now is for whoever is asked in its hour.
    """
    is_second = bool(ask.town)
    if not (is_second and (where is None or not where.edited)) and _asked(world, merchant, deed, where):
        return
    again = deed.due_at - address_words.AHEAD
    until = again if not ask.town and again > world.clock.now() else None
    about = {"shop_id": merchant.id, "effect_id": deed.id}
    with unit_of_work(world.sessions) as session:
        asks.looked(session, town=ask.town or where_to.town(world, merchant, where), until=until, **about)


def _asked(world: World, merchant: Merchant, deed: Deed, where: Delivery | None) -> bool:
    """Have the customer asked where it should go, if that is in doubt; return whether it is."""
    now, about = world.clock.now(), {"shop_id": merchant.id, "effect_id": deed.id}
    found = score(where, now=now, by_post=address_words.by_post(deed.effect))
    if not found.doubtful:
        return False
    with unit_of_work(world.sessions) as session:
        until = address_words.expires_at(now, deed.due_at)
        remind_at = now + address_words.REMINDED_AFTER
        if asks.asked(session, expires_at=until, until=remind_at, now=now, **about):
            words = address_words.asked(deed.effect, deed.id, found.doubts, until=local(merchant, until))
            _tell(session, merchant, deed, words, now)
    log.info("address.asked", shop=merchant.id, effect=deed.id, points=found.points)
    world.bell.ring(Task.DRAIN, merchant.id)
    return True


def _remind(world: World, merchant: Merchant, deed: Deed, ask: Ask) -> None:
    now, until = world.clock.now(), ask.expires_at
    with unit_of_work(world.sessions) as session:
        is_news = asks.reminded(session, shop_id=merchant.id, effect_id=deed.id, now=now)
        if is_news and until is not None and until > now:
            ends = local(merchant, until)
            words = address_words.reminded(deed.effect, deed.id, until=ends, came_back=ask.came_back)
            _tell(session, merchant, deed, words, now)
    world.bell.ring(Task.DRAIN, merchant.id)


def _has_mail(outside: Outside, deed: Deed) -> bool:
    customer_id = getattr(deed.effect, "customer_id", None)
    return customer_id is not None and bool(outside.shop.emails(customer_id))


def _give_up(world: World, merchant: Merchant, deed: Deed, *, reachable: bool) -> None:
    """Withdraw what nobody said an address for: its money goes back, and the agent is told.

    Whoever is reachable by e-mail is given what needs no address instead, where there is something that fits.
    """
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if asks.over(session, shop_id=merchant.id, effect_id=deed.id):
            why = {"code": address_words.CODE, "why": address_words.UNANSWERED}
            gone = withdraw(session, merchant, deed.key, now=now, **why)
            if gone is not None and reachable:
                give_at_no_door(session, merchant, gone, now=now)
    log.info("address.expired", shop=merchant.id, effect=deed.id)
    world.bell.ring(Task.DRAIN, merchant.id)


def _forget(world: World, merchant: Merchant, ask: Ask) -> None:
    """Forget what was asked of something that came back, and what was said to that: nobody sent it again."""
    with unit_of_work(world.sessions) as session:
        asks.let_go(session, shop_id=merchant.id, effect_id=ask.effect_id)
    log.info("address.forgotten", shop=merchant.id, effect=ask.effect_id, answered=ask.answered)


def _tell(session: Session, merchant: Merchant, deed: Deed, note: PostNote, now: datetime) -> None:
    if not note.ticket_id:
        return  # it stands on the campaign's page
    subject, because = f"ticket:{note.ticket_id}", "The address of what is planned is in doubt."
    plan = Plan(effect=note, due_at=now)
    decision = Decision(rule=deed.rule, subject=subject, code=address_words.CODE, because=because, plans=(plan,))
    carry_out(session, merchant, decision, now=now, mode=Mode.AUTO)
