"""What is sent instead of a gift that could not be had, or of one for which nobody named a door: the next that fits."""

from dataclasses import replace
from datetime import datetime

from app.domain import catalogue
from app.domain.catalogue import Entry
from app.domain.effects import Effect, Plan, Pool, SendFlowers, SendGift, WriteCard
from app.domain.gifts import GiftKind
from app.domain.rules import arrivals, send_acts
from app.store import catalogue as shelf
from app.store import orders
from app.store.base import Session
from app.store.ledger import Deed
from app.store.shops import Merchant
from integrations import registry
from jobs.gift_choice import SOLD_OUT, occasion

_GIVEN_UP = frozenset({"refused", SOLD_OUT})  # codes of a gift that certainly was not ordered, and never will be


def instead(session: Session, merchant: Merchant, deed: Deed, *, code: str, now: datetime) -> Plan | None:
    """Return what is sent where a gift could not be had: the next that fits. A person says yes where it is dearer."""
    gift = deed.effect
    if not isinstance(gift, SendGift) or code not in _GIVEN_UP or gift.gift_id is None or gift.ticket_id is None:
        return None
    # What came by e-mail in place of something else may have done so because no door is known.
    doorless = registry.by_email(gift.what, gift.vendor) and bool(gift.instead_of)
    entry = _next(session, merchant, gift, now, doorless=doorless)
    return _planned(session, deed, gift, entry, now, why=f"{gift.title} was not to be had.")


def at_no_door(session: Session, merchant: Merchant, deed: Deed, now: datetime) -> Plan | None:
    """Return what is sent where nobody said at which door, if anything fits that needs none.

    Words that were written for a bouquet or a card of paper are for a person to read again, who says yes.
    """
    gift = _as_gift(deed.effect)
    if gift is None:
        return None
    why = f"Nobody said where {arrivals.named(gift)} should go."
    entry = _next(session, merchant, gift, now, doorless=True)
    return _planned(session, deed, gift, entry, now, why=why, ask=deed.effect is not gift)


def _as_gift(sending: Effect) -> SendGift | None:
    """Return what was to be sent as a gift of the catalogue would be; None where that is nobody's in particular."""
    match sending:
        case SendGift():
            return sending if sending.ticket_id else None
        case SendFlowers() | WriteCard() if sending.customer_id is not None and sending.ticket_id:
            return SendGift(
                what=GiftKind.FLOWERS if isinstance(sending, SendFlowers) else GiftKind.CARD,
                vendor="",
                sku="",
                title="",
                customer_id=sending.customer_id,
                order_id=sending.order_id,
                message=sending.message,
                ticket_id=sending.ticket_id,
                agent_name=sending.agent_name,
            )
        case _:
            return None


def _next(session: Session, merchant: Merchant, gift: SendGift, now: datetime, *, doorless: bool) -> Entry | None:
    known = {"shop_id": merchant.id, "customer_id": gift.customer_id}
    standing = orders.standing(session, currency=merchant.currency, **known)
    about = occasion(session, merchant, gift.customer_id, standing, now)
    tried = shelf.tried(session, shop_id=merchant.id, ticket_id=gift.ticket_id or "")
    entries = shelf.listed(session, shop_id=merchant.id)
    fit = [entry for entry in entries if registry.by_email(entry.kind, entry.vendor)] if doorless else entries
    return catalogue.otherwise(fit, replace(about, sympathy=about.sympathy or gift.sympathy), tried)


def _planned(
    session: Session,
    deed: Deed,
    gift: SendGift,
    entry: Entry | None,
    now: datetime,
    *,
    why: str,
    ask: bool = False,
) -> Plan | None:
    if entry is None or entry.cost is None:
        return None
    other = replace(
        gift,
        what=entry.kind,
        vendor=entry.vendor,
        sku=entry.sku,
        title=entry.called,
        gift_id=entry.id,
        instead_of=deed.key,
    )
    known = {"shop_id": deed.shop_id, "customer_id": gift.customer_id}
    again = entry.kind is GiftKind.EGIFT and shelf.egifts(session, since=now - send_acts.EGIFT_PAUSE, **known)
    dearer = deed.cost is None or deed.cost < entry.cost
    asks = f"{why} {entry.called} for {entry.cost} instead?" if ask or again or dearer else None
    return Plan(effect=other, due_at=now, cost=entry.cost, pool=Pool.TEAM, ask_first=asks, by=deed.agent_id)
