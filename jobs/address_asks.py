"""Addresses in doubt: looked at days before something leaves, asked for by an agent, and told by the customer once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.domain.address_score import score
from app.domain.addresses import Address
from app.domain.agents import first_name
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
from jobs import post, sending_deeds
from jobs.address_links import Link
from jobs.carry_out import carry_out, withdraw
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


def held_for(world: World, deed: Deed) -> timedelta | None:
    """Return for how long a deed goes on waiting for the customer's answer; None where it may leave."""
    if address_words.what(deed.effect) is None:
        return None
    with reading(world.sessions) as session:
        ask = asks.read(session, shop_id=deed.shop_id, effect_id=deed.id)
    return LOOKED_FOR if ask is not None and ask.asked and not ask.answered else None


def told(world: World, deed: Deed) -> Address | None:
    """Return where the customer said that a deed should go; None where they have said nothing."""
    if address_words.what(deed.effect) is None:
        return None
    with reading(world.sessions) as session:
        return asks.address(session, shop_id=deed.shop_id, effect_id=deed.id, seal=world.seal)


def page(world: World, link: Link) -> Page | None:
    """Return what to show to whoever opens a link; None where there is nothing (any more) to be asked."""
    merchant = world.merchant(link.shop_id)
    found = None if merchant is None else _found(world, merchant, link)
    if merchant is None or found is None:
        return None
    deed, ask = found
    if not ask.answered and (ask.expires_at is None or ask.expires_at <= world.clock.now()):
        return None
    agent = first_name(getattr(deed.effect, "agent_name", ""))
    box = address_words.by_post(deed.effect)
    return Page(shop=merchant.name, agent=agent, box_will_do=box, answered=ask.answered)


def answer(world: World, link: Link, address: Address) -> bool:
    """Keep where the customer wants it to go, and tell the agent that they said so; False for all but the first."""
    merchant, now = world.merchant(link.shop_id), world.clock.now()
    found = None if merchant is None else _found(world, merchant, link)
    if merchant is None or found is None:
        return False
    deed, about = found[0], {"shop_id": link.shop_id, "effect_id": link.effect_id}
    with unit_of_work(world.sessions) as session:
        kept = asks.answer(session, door=address, seal=world.seal, now=now, **about)
        if kept:
            due_at = local(merchant, max(deed.due_at, now))
            _tell(session, merchant, deed, address_words.answered(deed.effect, deed.id, due_at=due_at), now)
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
        _look(world, merchant, deed, post.looked_up(outside, sending_deeds.where(outside, deed.effect)))
    elif not ask.reminded:
        _remind(world, merchant, deed, ask)
    else:
        _give_up(world, merchant, deed)


def _look(world: World, merchant: Merchant, deed: Deed, where: Delivery | None) -> None:
    """Have the customer asked where it should go, if that is in doubt."""
    now, about = world.clock.now(), {"shop_id": merchant.id, "effect_id": deed.id}
    found = score(where, now=now, by_post=address_words.by_post(deed.effect))
    with unit_of_work(world.sessions) as session:
        if not found.doubtful:
            asks.let_go(session, **about)
            return
        until = address_words.expires_at(now, deed.due_at)
        remind_at = now + address_words.REMINDED_AFTER
        if asks.asked(session, expires_at=until, until=remind_at, now=now, **about):
            words = address_words.asked(deed.effect, deed.id, found.doubts, until=local(merchant, until))
            _tell(session, merchant, deed, words, now)
    log.info("address.asked", shop=merchant.id, effect=deed.id, points=found.points)
    world.bell.ring(Task.DRAIN, merchant.id)


def _remind(world: World, merchant: Merchant, deed: Deed, ask: Ask) -> None:
    now, until = world.clock.now(), ask.expires_at
    with unit_of_work(world.sessions) as session:
        is_news = asks.reminded(session, shop_id=merchant.id, effect_id=deed.id, now=now)
        if is_news and until is not None and until > now:
            words = address_words.reminded(deed.effect, deed.id, until=local(merchant, until))
            _tell(session, merchant, deed, words, now)
    world.bell.ring(Task.DRAIN, merchant.id)


def _give_up(world: World, merchant: Merchant, deed: Deed) -> None:
    """Withdraw what nobody said an address for: its money goes back, and the agent is told."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if asks.over(session, shop_id=merchant.id, effect_id=deed.id):
            withdraw(session, merchant, deed.key, code=address_words.CODE, why=address_words.UNANSWERED, now=now)
    log.info("address.expired", shop=merchant.id, effect=deed.id)
    world.bell.ring(Task.DRAIN, merchant.id)


def _tell(session: Session, merchant: Merchant, deed: Deed, note: PostNote, now: datetime) -> None:
    subject, because = f"ticket:{note.ticket_id}", "The address of what is planned is in doubt."
    plan = Plan(effect=note, due_at=now)
    decision = Decision(rule=deed.rule, subject=subject, code=address_words.CODE, because=because, plans=(plan,))
    carry_out(session, merchant, decision, now=now, mode=Mode.AUTO)
