"""Which customer of the store a ticket is from: by the store's number, every address, every telephone.

Our own books answer first, and the store where they do not know. Where money follows it is the other way round: the
store is asked how it is now. Whom two customers could be is nobody, and that is said.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from app.domain.correspondents import SEVERAL, Correspondent, Nobody, unknown
from app.domain.mail import digest
from app.store import contacts, people, veil
from app.store.base import Session, reading, unit_of_work
from app.store.contacts import Kind
from app.store.shops import Merchant
from jobs.runtime import Outside, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The customer, or why there is none; `learnt` is what the store says leads to them."""

    customer_id: int | None = None
    nobody: Nobody | None = None
    forgotten: bool = False
    learnt: Mapping[str, Kind] = field(default_factory=dict, repr=False)

    @property
    def why(self) -> str:
        """Why there is none, in words; "" where there is one."""
        return "" if self.nobody is None else self.nobody.because


def who_is(
    world: World, merchant: Merchant, outside: Outside, who: Correspondent, *, store_first: bool = False
) -> Match:
    """Return whose ticket it is."""
    key = world.mail_key(merchant)
    with reading(world.sessions) as session:
        match = in_our_books(session, world, merchant, who, key)
        home = _home(session, merchant, who)
    if match.forgotten or (match.customer_id is not None and not store_first):
        return match
    told = _asked(outside, who, key, home)
    if told is None:
        return match
    with reading(world.sessions) as session:
        return _unless_forgotten(session, world, merchant, told, who)


def in_our_books(session: Session, world: World, merchant: Merchant, who: Correspondent, key: bytes) -> Match:
    """Return whose ticket it is as far as we know ourselves; `key` is what the shop's digests are made with."""
    home = _home(session, merchant, who)
    # The store's number alone is believed only where there is no address that it could be held against.
    if home is not None and not who.emails and contacts.is_anybody(session, shop_id=merchant.id, customer_id=home):
        return _unless_forgotten(session, world, merchant, Match(customer_id=home), who)
    for said in (who.emails, who.phones):
        digests = [digest(each, key) for each in said]
        match = _matched(contacts.whose(session, shop_id=merchant.id, digests=digests), home)
        if match is not None:
            return _unless_forgotten(session, world, merchant, match, who)
    return Match(nobody=unknown(who))


def learn(world: World, merchant: Merchant, match: Match) -> None:
    """Write down what the store said, so that it need not be asked again; of who was forgotten nothing is kept."""
    if match.customer_id is None or not match.learnt:
        return
    with unit_of_work(world.sessions) as session:
        if not veil.drawn(session, shop_id=merchant.id, seal=world.seal).hides(match.customer_id):
            contacts.learn(session, shop_id=merchant.id, customer_id=match.customer_id, ways=match.learnt)


def _asked(outside: Outside, who: Correspondent, key: bytes, home: int | None) -> Match | None:
    """Return what the store says; None where it knows nobody either."""
    for kind, said, ask in (
        (Kind.MAIL, who.emails, outside.shop.customer_by_email),
        (Kind.PHONE, who.phones, outside.shop.customer_by_phone),
    ):
        told = {digest(each, key): found for each in said if (found := ask(each)) is not None}
        match = _matched(told.values(), home)
        if match is not None:
            theirs = {name: kind for name, found in told.items() if found == match.customer_id}
            return replace(match, learnt=theirs)
    return None


def _matched(candidates: Collection[int], home: int | None) -> Match | None:
    """Return the one that they all are, or the one among them whom the helpdesk names; None without candidates."""
    them = frozenset(candidates)
    if home in them:
        return Match(customer_id=home)
    if len(them) > 1:
        return Match(nobody=SEVERAL)
    return Match(customer_id=min(them)) if them else None


def _home(session: Session, merchant: Merchant, who: Correspondent) -> int | None:
    if who.store_id is None:
        return None
    return people.home_of(session, shop_id=merchant.id, customer_id=who.store_id)


def _unless_forgotten(session: Session, world: World, merchant: Merchant, match: Match, who: Correspondent) -> Match:
    if match.customer_id is None:
        return match
    hidden = veil.drawn(session, shop_id=merchant.id, seal=world.seal).hides(match.customer_id)
    return Match(nobody=unknown(who), forgotten=True) if hidden else match
