"""Everything that is kept on one person, wherever it lies."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.domain.people import Person
from app.store import contacts
from app.store.agent_tables import Attention
from app.store.base import Base
from app.store.campaign_tables import CampaignPerson
from app.store.care_tables import Care
from app.store.contact_tables import Contact, MergedCustomer
from app.store.day_tables import Birthday
from app.store.sending_tables import Sending
from app.store.snooze_tables import Snooze
from app.store.tables import Customer, Decision, Delivery, Effect, Order
from app.store.trial_tables import TrialMember

_TICKET = "ticket:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A delivery whose words are still kept; `waiting` when it is still to be handled."""

    id: int
    source: str
    topic: str
    body: bytes
    waiting: bool


def letters(session: Session, *, shop_id: int, after: int, limit: int) -> list[Kept]:
    """Return the shop's deliveries after that one whose words are still kept."""
    statement = (
        select(Delivery)
        .where(Delivery.shop_id == shop_id, Delivery.id > after, Delivery.body != b"")
        .order_by(Delivery.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [
        Kept(id=row.id, source=row.source, topic=row.topic, body=row.body, waiting=row.next_try_at is not None)
        for row in session.scalars(statement)
    ]


def known_better(
    session: Session, *, shop_id: int, person: Person, letters: Collection[int], digests: Collection[str]
) -> Person:
    """Return the person with what our books say of them: other numbers after a merge, orders, tickets.

    `digests` are those of their addresses and telephones; a guest's orders are found by them alone.
    """
    now = select(Customer.customer_id).where(Customer.shop_id == shop_id, Customer.mail_digest.in_(digests))
    ids = person.ids.union(session.scalars(now))
    if not ids:
        # An address of old leads to one person or to nobody: it may be another's by now, who has asked for nothing.
        known = contacts.whose(session, shop_id=shop_id, digests=digests)
        ids = known if len(known) == 1 else ids
    ids = _all_ids(session, shop_id, ids)
    guest = and_(Order.customer_id.is_(None), Order.mail_digest.in_(digests))
    bought = select(Order.order_id).where(Order.shop_id == shop_id, or_(Order.customer_id.in_(ids), guest))
    deeds = select(Effect.ticket_id).where(
        Effect.shop_id == shop_id, Effect.customer_id.in_(ids), Effect.ticket_id.is_not(None)
    )
    heard = select(Decision.subject).where(
        Decision.shop_id == shop_id, Decision.delivery_id.in_(letters), Decision.subject.startswith(_TICKET)
    )
    tickets = [ticket for ticket in session.scalars(deeds) if ticket]
    tickets += [subject.removeprefix(_TICKET) for subject in session.scalars(heard)]
    return person | Person(ids=ids, orders=frozenset(session.scalars(bought)), tickets=frozenset(tickets))


def everything(session: Session, *, shop_id: int, person: Person, letters: Collection[int]) -> dict[str, Any]:
    """Return every row about the person, by its table, as it is kept; of letters their words."""
    found = {
        "customers": _rows(session, Customer, Customer.shop_id == shop_id, Customer.customer_id.in_(person.ids)),
        "attentions": _rows(session, Attention, Attention.shop_id == shop_id, Attention.customer_id.in_(person.ids)),
        "birthdays": _rows(session, Birthday, Birthday.shop_id == shop_id, Birthday.customer_id.in_(person.ids)),
        "campaign_people": _rows(
            session,
            CampaignPerson,
            CampaignPerson.shop_id == shop_id,
            CampaignPerson.customer_id.in_(person.ids),
        ),
        "care": _rows(session, Care, Care.shop_id == shop_id, Care.customer_id.in_(person.ids)),
        "contacts": _rows(session, Contact, Contact.shop_id == shop_id, Contact.customer_id.in_(person.ids)),
        "merged_customers": _rows(
            session, MergedCustomer, MergedCustomer.shop_id == shop_id, MergedCustomer.customer_id.in_(person.ids)
        ),
        "snoozes": _rows(session, Snooze, Snooze.shop_id == shop_id, Snooze.customer_id.in_(person.ids)),
        "trial_members": _rows(
            session, TrialMember, TrialMember.shop_id == shop_id, TrialMember.customer_id.in_(person.ids)
        ),
        "orders": _rows(
            session,
            Order,
            Order.shop_id == shop_id,
            or_(Order.customer_id.in_(person.ids), Order.order_id.in_(person.orders)),
        ),
        "decisions": _rows(session, Decision, about(shop_id, person, letters)),
        "effects": _rows(session, Effect, deeds_for(shop_id, person, letters)),
        "sendings": _rows(
            session,
            Sending,
            Sending.shop_id == shop_id,
            Sending.effect_id.in_(select(Effect.id).where(deeds_for(shop_id, person, letters))),
        ),
        "deliveries": _rows(session, Delivery, Delivery.shop_id == shop_id, Delivery.id.in_(letters)),
    }
    return {table: rows for table, rows in found.items() if rows}


def about(shop_id: int, person: Person, letters: Collection[int]) -> ColumnElement[bool]:
    """Return the condition for decisions about the person, or brought about by a letter that names them."""
    subjects = [
        *(f"customer:{number}" for number in person.ids),
        *(f"order:{number}" for number in person.orders),
        *(f"{_TICKET}{ticket}" for ticket in person.tickets),
    ]
    return (Decision.shop_id == shop_id) & or_(Decision.subject.in_(subjects), Decision.delivery_id.in_(letters))


def deeds_for(shop_id: int, person: Person, letters: Collection[int]) -> ColumnElement[bool]:
    """Return the condition for deeds that were for the person."""
    decided = select(Decision.id).where(about(shop_id, person, letters))
    theirs = or_(
        Effect.customer_id.in_(person.ids),
        Effect.order_id.in_(person.orders),
        Effect.ticket_id.in_(person.tickets),
        Effect.decision_id.in_(decided),
    )
    return (Effect.shop_id == shop_id) & theirs


def _all_ids(session: Session, shop_id: int, ids: frozenset[int]) -> frozenset[int]:
    """Return the numbers together with those that were merged with them."""
    either = or_(MergedCustomer.customer_id.in_(ids), MergedCustomer.kept_id.in_(ids))
    merged = select(MergedCustomer.customer_id, MergedCustomer.kept_id)
    rows = session.execute(merged.where(MergedCustomer.shop_id == shop_id, either)).all()
    known = ids.union(*(tuple(row) for row in rows))
    return known if known == ids else _all_ids(session, shop_id, known)


def _rows(session: Session, table: type[Base], *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
    columns = table.__table__.columns
    found = session.execute(select(*columns).where(*conditions).order_by(*table.__table__.primary_key))
    return [{name: _readable(value) for name, value in row.items()} for row in found.mappings()]


def _readable(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value.isoformat() if isinstance(value, date) else value
