"""The card beside a ticket, from our own books alone: nobody outside is asked while an agent looks."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain import card
from app.domain.card import Card, CardFacts, Deed, Purse
from app.domain.correspondents import Correspondent, unknown
from app.domain.deed_words import so_far
from app.domain.effects import Pool
from app.store import decisions, orders, reports, shops, snoozes, stories, yardstick
from app.store.base import Session, reading
from app.store.shops import Merchant
from app.store.stories import LedgerRow
from integrations import registry
from jobs import passes
from jobs.runtime import World, local, purse
from jobs.who_is import Match, in_our_books

A_YEAR = timedelta(days=365)


def card_for(world: World, merchant: Merchant, who: Correspondent, *, kind: str = "", number: str = "") -> Card:
    """Return the card of whoever wrote, as our books know them at this moment.

    Where it is known on which ticket of which helpdesk they wrote, the card leads to the desk about it.
    """
    now = world.clock.now()
    with reading(world.sessions) as session:
        left = team_pool(session, merchant, now)
        match = _matched(session, world, merchant, who)
        known = None if match.customer_id is None else facts(session, merchant, match.customer_id, now)
    if known is None:
        drawn = card.of_nobody(match.why or card.NO_ORDERS, left, local(merchant, now))
    else:
        drawn = card.of(known, left)
    return replace(drawn, desk=_desk(world, merchant, match, kind, number)) if number else drawn


def facts(session: Session, merchant: Merchant, customer_id: int, now: datetime) -> CardFacts | None:
    """Return what there is to tell of a customer; None for one who has never ordered."""
    about = {"shop_id": merchant.id, "customer_id": customer_id}
    standing = orders.standing(session, currency=merchant.currency, **about)
    if standing is None:
        return None
    last = stories.last_gesture(session, currency=merchant.currency, **about)
    kept = decisions.keep_refunds(session, since=now - A_YEAR, **about)
    return CardFacts(
        standing=standing,
        yardstick=yardstick.read(session, shop_id=merchant.id, currency=merchant.currency),
        last=None if last is None else _deed(last),
        pending=tuple(map(_deed, stories.pending(session, currency=merchant.currency, **about))),
        kept_refunds=kept,
        lead_first=kept >= merchant.policy.team.keep_refunds_per_year,
        not_now=snoozes.not_now(session, now=now, **about),
        now=local(merchant, now),
    )


def team_pool(session: Session, merchant: Merchant, now: datetime) -> Purse:
    """Return what the team may still give away this month."""
    pools = reports.pools_left(session, shop_id=merchant.id, purse=purse(merchant, now))
    (team,) = (pool for pool in pools if pool.name is Pool.TEAM)
    return Purse(left=team.left, limit=team.limit)


def _desk(world: World, merchant: Merchant, match: Match, kind: str, number: str) -> str:
    ticket_id = registry.named(kind, number)
    return passes.made(world, merchant, kind, ticket_id=ticket_id, customer_id=match.customer_id) or ""


def _matched(session: Session, world: World, merchant: Merchant, who: Correspondent) -> Match:
    key = shops.mail_key(session, shop_id=merchant.id, seal=world.seal)
    # Without a key nothing was ever digested, and nobody is known by anything.
    return Match(nobody=unknown(who)) if key is None else in_our_books(session, world, merchant, who, key)


def _deed(row: LedgerRow) -> Deed:
    sent = row.sent
    told = "" if sent is None else so_far(sent.status, confirmed=sent.confirmed)
    return Deed(effect=row.effect, state=row.state, at=row.at, by_hand=row.by_hand, so_far=told)
