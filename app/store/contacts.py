"""Whose an address or a telephone is. Of either only a digest is kept, made with the shop's own key as all are.

A customer keeps those they had before, for people write from old addresses too; what two customers had leads to both.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.store.base import insert
from app.store.contact_tables import Contact
from app.store.tables import Customer


class Kind(StrEnum):
    """What a digest was made of."""

    MAIL = "mail"
    PHONE = "phone"


def learn(session: Session, *, shop_id: int, customer_id: int, ways: Mapping[str, Kind]) -> None:
    """Note that these digests are the customer's."""
    rows = [
        {"shop_id": shop_id, "digest": digest, "customer_id": customer_id, "kind": kind}
        for digest, kind in sorted(ways.items())
    ]
    if rows:
        session.execute(insert(session, Contact).on_conflict_do_nothing(), rows)


def whose(session: Session, *, shop_id: int, digests: Collection[str]) -> frozenset[int]:
    """Return every customer who goes, or went, by one of these."""
    if not digests:
        return frozenset()
    known = select(Contact.customer_id).where(Contact.shop_id == shop_id, Contact.digest.in_(digests))
    now = select(Customer.customer_id).where(Customer.shop_id == shop_id, Customer.mail_digest.in_(digests))
    return frozenset(session.scalars(known.union(now)))


def is_anybody(session: Session, *, shop_id: int, customer_id: int) -> bool:
    """Return whether our books know the customer at all."""
    known = select(Contact.customer_id).where(Contact.shop_id == shop_id, Contact.customer_id == customer_id)
    met = select(Customer.customer_id).where(Customer.shop_id == shop_id, Customer.customer_id == customer_id)
    return session.scalar(known.union(met).limit(1)) is not None


def hand_over(session: Session, *, shop_id: int, kept: int, gone: int) -> None:
    """Let all that led to one customer lead to another, with the address that the one goes by now."""
    theirs = select(Contact.digest, Contact.kind).where(Contact.shop_id == shop_id, Contact.customer_id == gone)
    ways = {digest: Kind(kind) for digest, kind in session.execute(theirs)}
    now = (Customer.shop_id == shop_id, Customer.customer_id == gone, Customer.mail_digest.is_not(None))
    ways |= {digest: Kind.MAIL for digest in session.scalars(select(Customer.mail_digest).where(*now)) if digest}
    learn(session, shop_id=shop_id, customer_id=kept, ways=ways)
    forget(session, shop_id=shop_id, customer_ids=[gone])


def forget(session: Session, *, shop_id: int, customer_ids: Collection[int]) -> frozenset[str]:
    """Forget what leads to these customers; return the digests of their addresses."""
    gone = delete(Contact).where(Contact.shop_id == shop_id, Contact.customer_id.in_(customer_ids))
    rows = session.execute(gone.returning(Contact.digest, Contact.kind).execution_options(synchronize_session=False))
    return frozenset(digest for digest, kind in rows if kind == Kind.MAIL)
