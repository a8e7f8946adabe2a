"""Forgetting: one person in every table, or everything that a shop left behind. Sums stay, without the person."""

import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.domain.people import Person
from app.store import (
    asks,
    attentions,
    backtests,
    birthdays,
    campaign_lists,
    care,
    contacts,
    ledger,
    lifetime,
    reason_counts,
    sendings,
    snoozes,
    trials,
    veil,
)
from app.store.base import Base
from app.store.conditions import by_hand
from app.store.contact_tables import MergedCustomer
from app.store.tables import Customer, Decision, Delivery, Effect, Order, PrivacyRequest, Shop
from app.store.traces import about, deeds_for
from app.store.veil import alias_of

GONE = "Erased, as the customer asked."
_WAITING = (State.AWAITING, State.PLANNED)
_UNDER_WAY = (State.SENDING, State.UNCERTAIN)
# What may stand in a deed's payload and could speak of a person: everything that somebody wrote or typed.
WORDS = frozenset({"about", "confirm", "instead_of", "message", "reason", "text", "ticket_id", "undoes"})


def forget_person(
    session: Session, *, shop_id: int, person: Person, letters: Collection[int], key: bytes, now: datetime
) -> int:
    """Take the person out of every table; return how many deeds are under way, and must end before they can go.

    What was still to come for them is withdrawn. The caller holds the shop's lock.
    """
    _withdraw(session, shop_id, person, letters, now)
    _forget_addresses(session, shop_id, person, letters)
    left = _forget_deeds(session, shop_id, person, letters, key)
    _forget_reasons(session, shop_id, person, letters, key)
    digests = _forget_orders(session, shop_id, person, key)
    names: set[int | str] = {*person.ids, *digests}
    veil.draw_over(session, shop_id=shop_id, aliases={alias_of(key, name) for name in names}, now=now)
    return left


def forget_shop(session: Session, *, shop_id: int, now: datetime) -> bool:
    """Take everything of the shop out, and the shop itself; return False, and touch nothing, while it is installed.

    Only the log of requests stays, without the people in it. Whatever was still asked is done with this, in the same
    transaction: nobody comes back to the requests of a shop that is not there.
    """
    shop = session.scalar(select(Shop).where(Shop.id == shop_id).with_for_update())
    if shop is None or shop.uninstalled_at is None:
        return shop is None
    strangers = (Delivery.shop_id.is_(None), Delivery.sender == shop.domain)  # what came before we knew the shop
    session.execute(delete(Delivery).where(*strangers))
    for table in reversed(Base.metadata.sorted_tables):
        if "shop_id" in table.columns and table.name != PrivacyRequest.__tablename__:
            session.execute(table.delete().where(table.c.shop_id == shop_id))
    requests = PrivacyRequest.shop_id == shop_id
    session.execute(update(PrivacyRequest).where(requests).values(sealed_person=None, sealed_copy=None))
    open_ones = update(PrivacyRequest).where(requests, PrivacyRequest.done_at.is_(None))
    session.execute(open_ones.values(done_at=now, next_try_at=None, problem=None))
    session.execute(delete(Shop).where(Shop.id == shop_id))
    return True


def forget_words(session: Session, *, shop_id: int, delivery_id: int, bones: bytes, now: datetime) -> None:
    """Take the words out of a delivery. Without `bones` nothing is left of it to do, either."""
    ended = {} if bones else {"next_try_at": None}
    theirs = (Delivery.id == delivery_id, Delivery.shop_id == shop_id)
    session.execute(update(Delivery).where(*theirs).values(body=bones, **ended))
    if not bones:
        session.execute(update(Delivery).where(*theirs, Delivery.handled_at.is_(None)).values(handled_at=now))


def forget_old_words(session: Session, *, shop_id: int, before: datetime, limit: int) -> int:
    """Take the words out of deliveries that were dealt with before that; return how many, at most `limit`."""
    dealt_with = or_(Delivery.handled_at < before, Delivery.next_try_at.is_(None) & (Delivery.received_at < before))
    old = select(Delivery.id).where(Delivery.shop_id == shop_id, Delivery.body != b"", dealt_with).limit(limit)
    return _emptied(session, list(session.scalars(old)))


def forget_strangers(session: Session, *, before: datetime, limit: int) -> int:
    """Do the same for calls of shops that we never came to know."""
    old = select(Delivery.id).where(Delivery.shop_id.is_(None), Delivery.body != b"", Delivery.received_at < before)
    return _emptied(session, list(session.scalars(old.limit(limit))))


def _emptied(session: Session, ids: list[int]) -> int:
    statement = update(Delivery).where(Delivery.id.in_(ids)).values(body=b"")
    statement = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount if ids else 0


def _withdraw(session: Session, shop_id: int, person: Person, letters: Collection[int], now: datetime) -> None:
    currency = session.get_one(Shop, shop_id).currency
    waits = or_(Effect.state.in_(_WAITING), by_hand())
    for key in session.scalars(select(Effect.key).where(deeds_for(shop_id, person, letters), waits)).all():
        ledger.withdraw(
            session,
            shop_id=shop_id,
            key=key,
            code="forgotten",
            why=GONE,
            now=now,
            currency=currency,
            from_hands=True,
        )


def _forget_addresses(session: Session, shop_id: int, person: Person, letters: Collection[int]) -> None:
    theirs = session.scalars(select(Effect.id).where(deeds_for(shop_id, person, letters)))
    gone = list(theirs)
    asks.forget(session, shop_id=shop_id, effect_ids=gone)
    sendings.forget_doors(session, shop_id=shop_id, effect_ids=gone)


def _forget_deeds(session: Session, shop_id: int, person: Person, letters: Collection[int], key: bytes) -> int:
    theirs = select(Effect).where(deeds_for(shop_id, person, letters)).with_for_update()
    left, nameless = 0, list[int]()
    for row in session.scalars(theirs.execution_options(populate_existing=True)).all():
        if row.state in _UNDER_WAY or row.next_try_at is not None:
            left += 1
        else:
            _forget_deed(row, person, key)
            nameless += [row.id] if row.reference is None else []
    session.flush()
    # What money moved for is followed to its end, by the vendor's number alone.
    sendings.forget(session, shop_id=shop_id, effect_ids=nameless)
    return left


def _forget_deed(row: Effect, person: Person, key: bytes) -> None:
    alias = None if row.customer_id is None else _alias(row.customer_id, key)
    row.payload = {name: _without_words(name, value, key) for name, value in row.payload.items()}
    row.customer_id, row.ticket_id, row.reason = alias, None, None
    row.key, row.after_key = _nameless(key, row.key), row.after_key and _nameless(key, row.after_key)
    row.because, row.remark, row.request = GONE, None, None
    row.problem = row.problem and GONE
    # The other side's number for money that moved is needed to account for it; any other leads to the person.
    if row.cost_minor is None or person.is_named_in(row.reference or ""):
        row.reference = None


def _without_words(name: str, value: Any, key: bytes) -> object:  # noqa: ANN401  # whatever a payload holds
    if name in WORDS:
        return ""
    return _alias(value, key) if name == "customer_id" and isinstance(value, int) else value


def _forget_reasons(session: Session, shop_id: int, person: Person, letters: Collection[int], key: bytes) -> None:
    for row in session.scalars(select(Decision).where(about(shop_id, person, letters)).with_for_update()).all():
        kind, _, number = row.subject.partition(":")
        row.because = GONE
        if kind == "customer":
            row.subject = f"customer:{_alias(int(number), key)}"
        elif kind == "ticket":
            row.subject = _nameless(key, row.subject)
    session.flush()
    reason_counts.drop(session, shop_id=shop_id)


def _forget_orders(session: Session, shop_id: int, person: Person, key: bytes) -> set[str]:
    """Put the person's orders and sums down to their alias; return the digests of the addresses they went by."""
    theirs = (Order.shop_id == shop_id, or_(Order.customer_id.in_(person.ids), Order.order_id.in_(person.orders)))
    known = (Customer.shop_id == shop_id, Customer.customer_id.in_(person.ids))
    digests = {*session.scalars(select(Order.mail_digest).where(*theirs))}
    digests |= {*session.scalars(select(Customer.mail_digest).where(*known))}
    digests |= _forget_contacts(session, shop_id, person)
    snoozes.forget(session, shop_id=shop_id, customer_ids=person.ids)
    named = {digest for digest in digests if digest is not None}
    session.execute(update(Order).where(*theirs).values(mail_digest=None, variants=""))
    guests = (Order.shop_id == shop_id, Order.customer_id.is_(None), Order.mail_digest.in_(named))
    session.execute(update(Order).where(*guests).values(mail_digest=None))
    for number in person.ids:
        _rename(session, shop_id, number, _alias(number, key))
    care.forget(session, shop_id=shop_id, customer_ids=person.ids)
    birthdays.forget(session, shop_id=shop_id, customer_ids=person.ids)
    backtests.drop(session, shop_id=shop_id)
    attentions.forget(session, shop_id=shop_id, customer_ids=person.ids)
    merged = or_(MergedCustomer.customer_id.in_(person.ids), MergedCustomer.kept_id.in_(person.ids))
    session.execute(delete(MergedCustomer).where(MergedCustomer.shop_id == shop_id, merged))
    return named


def _forget_contacts(session: Session, shop_id: int, person: Person) -> set[str]:
    """Forget what leads to the person; return the digests of addresses that nobody else had, before or since."""
    theirs = contacts.forget(session, shop_id=shop_id, customer_ids=person.ids)
    return {digest for digest in theirs if contacts.whose(session, shop_id=shop_id, digests=[digest]) <= person.ids}


def _rename(session: Session, shop_id: int, number: int, alias: int) -> None:
    if alias == number:
        return
    mine = (Order.shop_id == shop_id, Order.customer_id == number)
    session.execute(update(Order).where(*mine).values(customer_id=alias))
    campaign_lists.rename(session, shop_id=shop_id, number=number, alias=alias)
    lifetime.unite(session, shop_id=shop_id, kept=alias, gone=number)
    trials.hand_over(session, shop_id=shop_id, kept=alias, gone=number)
    session.flush()
    nothing_more = dict.fromkeys(("let_alone_since", "mail_digest", "store_net_minor", "store_orders"))
    person = (Customer.shop_id == shop_id, Customer.customer_id == alias)
    session.execute(update(Customer).where(*person).values(special=False, marked=False, **nothing_more))


def _alias(number: int, key: bytes) -> int:
    return number if number < 0 else alias_of(key, number)


def _nameless(key: bytes, name: str) -> str:
    return (
        name if name.startswith("forgotten:") else f"forgotten:{hmac.digest(key, name.encode(), 'sha256').hex()[:32]}"
    )
