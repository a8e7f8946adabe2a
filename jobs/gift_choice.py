"""Which gift is sent to somebody: what fits them by our own books, and what it costs just now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.domain import card_words, catalogue, delivery_days
from app.domain.address_score import score
from app.domain.addresses import Address
from app.domain.card_paper import HAND
from app.domain.catalogue import Chosen, Entry, Occasion
from app.domain.effects import SendGift, Sending
from app.domain.errors import Rejected
from app.domain.events import AgentAction
from app.domain.facts import Order, Quote, Standing
from app.domain.gifts import Flag, GiftKind, Paper, Wish
from app.domain.money import Money, zero
from app.domain.ports import GiftVendor
from app.domain.rules import hard_time, send_acts, written
from app.domain.rules.granted import off
from app.domain.scopes import Feature
from app.domain.tastes import NOTHING_NOTED
from app.store import catalogue as shelf
from app.store import connections, orders
from app.store.base import Session, reading
from app.store.shops import Merchant
from integrations import registry
from jobs import where_to
from jobs.runtime import Outside, World, gives_of_its_own

SOLD_OUT = "sold_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the outside says of a gift that an agent chose; `trouble` is why it cannot be sent, for them to read."""

    entry: Entry | None = None
    cost: Money | None = None
    address: Address | None = None
    paper: Paper = HAND
    open_days: tuple[date, ...] = ()
    doubts: str = ""  # why it may not find the customer
    told: bool = False  # the customer said themselves where it goes, when something had come back
    by_link: bool = False  # its vendor has nobody to write to
    trouble: str | None = None


def asked(world: World, merchant: Merchant, outside: Outside, action: AgentAction, order: Order, today: date) -> Asked:
    """Ask what a gift costs just now, and whether there is a way to the customer."""
    with reading(world.sessions) as session:
        entries = {entry.id: entry for entry in shelf.listed(session, shop_id=merchant.id)}
    entry = entries.get(action.gift or 0)
    if entry is None or entry.cost is None or order.customer_id is None:
        return Asked(entry=entry)  # the rule says why
    by_email = registry.by_email(entry.kind, entry.vendor)
    emails = outside.shop.emails(order.customer_id) if by_email else ()
    where = outside.shop.delivery(customer_id=order.customer_id, order_id=order.id)
    if not by_email:
        where = where_to.for_something_new(world, merchant, outside, where, order.customer_id)
    address = None if where is None else where.address
    if entry.kind is GiftKind.EGIFT and not emails:
        return Asked(entry=entry, trouble="The store knows no e-mail address of the customer.")
    if not by_email and address is None:
        return Asked(entry=entry, trouble=f"{order.name} has no delivery address.")
    by_post, now = entry.kind is GiftKind.CARD, world.clock.now()
    doubts = "" if by_email else score(where, now=now, by_post=by_post).doubts
    told, by_link = where is not None and where.told, by_email and not emails
    found = Asked(entry=entry, cost=entry.cost, address=address, doubts=doubts, told=told, by_link=by_link)
    if entry.vendor == registry.BY_HAND:
        return found
    day = send_acts.asked_day(action, entry.kind, merchant.policy, today)
    wish = Wish(
        what=entry.kind,
        sku=entry.sku,
        words="",
        signed_by=action.agent_name,
        name="" if address is None else address.name or address.company,
        at_most=zero(merchant.currency),
        to=None if by_email else address,
        email=next(iter(emails), ""),
        phone="" if address is None else address.phone,
        customer_id=order.customer_id,
        day=day,
        not_on=frozenset() if day is None else delivery_days.shut(merchant.policy.sends, day),
    )
    if entry.vendor not in outside.vendors:
        return replace(found, trouble=_not_there(merchant, entry.vendor))
    return _quoted(outside.vendor(entry.vendor), found, wish, called=registry.called(entry.vendor), known=entry.cost)


def chosen(
    session: Session, merchant: Merchant, found: Asked | None, customer_id: int | None, now: datetime
) -> Chosen | None:
    """Return what is to be sent, with all that our own books know of its customer."""
    if found is None or found.entry is None or found.cost is None or customer_id is None:
        return None
    known = {"shop_id": merchant.id, "customer_id": customer_id}
    standing = orders.standing(session, currency=merchant.currency, **known)
    about = occasion(session, merchant, customer_id, standing, now)
    country = "" if found.address is None else found.address.country
    about = replace(about, country=country)
    by_email = registry.by_email(found.entry.kind, found.entry.vendor)
    return Chosen(
        entry=found.entry,
        cost=found.cost,
        occasion=about,
        open_days=found.open_days,
        by_email=by_email,
        by_link=found.by_link,
    )


def occasion(
    session: Session, merchant: Merchant, customer_id: int, standing: Standing | None, now: datetime
) -> Occasion:
    """Return for whom a gift is looked for, by our own books alone."""
    accounts = connections.public_ids(session, shop_id=merchant.id)
    return Occasion(
        currency=merchant.currency,
        vendors=frozenset(bringers(merchant, accounts)),
        tasted=NOTHING_NOTED if standing is None else standing.tastes,
        given=shelf.given(session, shop_id=merchant.id, customer_id=customer_id),
        forbidden=frozenset(map(Flag, merchant.policy.sends.forbidden)),
        sympathy=_is_hard(standing, now),
    )


def bringers(merchant: Merchant, accounts: Collection[str]) -> tuple[str, ...]:
    """Return who may bring a gift of the shop's: its people, its own shelves, and vendors that it has accounts at."""
    own = (registry.OWN_STORE,) if gives_of_its_own(merchant) else ()
    return registry.BY_HAND, *own, *(kind for kind in registry.VENDORS if kind in accounts)


def offered(
    session: Session, merchant: Merchant, standing: Standing, now: datetime
) -> Sequence[tuple[Entry, str | None]]:
    """Return what agents may choose from, the cheapest that fits first; with why not, for those that do not."""
    entries = [entry for entry in shelf.listed(session, shop_id=merchant.id) if entry.active]
    about = occasion(session, merchant, standing.customer_id, standing, now) if entries else None
    if about is None:
        return ()
    fits = catalogue.fitting(entries, about)
    return [
        *((entry, None) for entry in fits),
        *((entry, catalogue.why_not(entry, about)) for entry in entries if entry not in fits),
    ]


def fits(session: Session, merchant: Merchant, standing: Standing, now: datetime) -> tuple[Entry, ...]:
    """Return what of the catalogue fits somebody, the cheapest first."""
    return tuple(entry for entry, why_not in offered(session, merchant, standing, now) if why_not is None)


def unwanted(world: World, merchant: Merchant, sending: Sending, standing: Standing | None) -> tuple[str, str] | None:
    """Return why something should not leave after all, as (code, sentence), by what our own books say by now."""
    if isinstance(sending, SendGift) and sending.gift_id is not None:
        with reading(world.sessions) as session:
            entries = {entry.id: entry for entry in shelf.listed(session, shop_id=merchant.id)}
        entry = entries.get(sending.gift_id)
        if entry is None or not entry.active:
            return SOLD_OUT, f"{sending.title} is not offered any more."
        if entry.stock is not None and entry.stock < 0:  # it is counted off itself
            return SOLD_OUT, f"{sending.title} is sold out."
    if standing is None:
        return None
    hard = _is_hard(standing, world.clock.now())
    wrong = card_words.objections(sending.message, sympathy=hard, never=standing.tastes.never)
    return (written.CODE, " ".join(wrong)) if wrong else None


def _quoted(vendor: GiftVendor, found: Asked, wish: Wish, *, called: str, known: Money) -> Asked:
    try:
        quote = vendor.quote(wish) if vendor.can.quotes else Quote(total=known, product=wish.sku)
    except Rejected as no:
        return replace(found, trouble=f"{called} says: {no}")
    return replace(found, cost=quote.total, open_days=quote.days, paper=vendor.can.paper)


def _not_there(merchant: Merchant, vendor: str) -> str:
    refusal = off(Feature.GIFT_ORDERS, merchant.scopes) if vendor == registry.OWN_STORE else None
    return f"{registry.called(vendor)} is not connected." if refusal is None else refusal[1]


def _is_hard(standing: Standing | None, now: datetime) -> bool:
    return hard_time.refused(standing, now) is not None
