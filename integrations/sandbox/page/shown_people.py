"""Customers as the page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk import customers as desk_customers
from integrations.sandbox.helpdesk.tickets import KIND as TICKETS
from integrations.sandbox.page import words
from integrations.sandbox.page.shown_orders import ShownOrder
from integrations.sandbox.page.shown_orders import shown as shown_order
from integrations.sandbox.page.words import many, moment, money
from integrations.sandbox.store.spending import ordinal as counted_orders
from integrations.sandbox.store.spending import spending

_MOST_FOUND = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: int
    name: str
    first: str
    email: str | None
    since: datetime
    bought: str
    next: str  # which order the next one would be
    tags: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    id: int
    name: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTicket:
    id: int
    subject: str
    status: str
    at: datetime


def person(turn: Turn, doc: Mapping[str, Any]) -> Person:
    """Return a customer in words."""
    count, spent = spending(turn, dict(doc))
    return Person(
        id=doc["id"],
        name=name_of(doc),
        first=doc["first_name"] or "This customer",
        email=doc["email"],
        since=moment(doc["created_at"]),
        bought=f"{many(count, 'order')}, {money(spent, doc['currency'])}",
        next=words.ordinal(counted_orders(turn, doc["id"]) + 1),
        tags=doc["tags"],
    )


def name_of(doc: Mapping[str, Any]) -> str:
    """Return a customer's full name, or what comes nearest."""
    return f"{doc['first_name'] or ''} {doc['last_name'] or ''}".strip() or doc["email"] or f"Customer {doc['id']}"


def found(turn: Turn, query: str) -> list[Found]:
    """Return the first dozen of customers whose name or e-mail holds the words."""
    words = query.casefold().split()
    everyone = (Found(id=doc["id"], name=name_of(doc), email=doc["email"]) for doc in turn.all("customers"))
    fitting = [one for one in everyone if all(word in f"{one.name} {one.email}".casefold() for word in words)]
    return fitting[:_MOST_FOUND]


def orders_of(turn: Turn, customer_id: int) -> list[ShownOrder]:
    """Return a customer's orders, newest first."""
    docs = turn.find("orders", "customer_id", customer_id)
    return sorted((shown_order(doc) for doc in docs), key=lambda order: (order.at, order.id), reverse=True)


def tickets_of(turn: Turn, customer_id: int) -> list[ShownTicket]:
    """Return the tickets that a customer of the store has opened, newest first."""
    known = turn.find(desk_customers.KIND, "store_id", customer_id)
    docs = [doc for one in known for doc in turn.find(TICKETS, "customer_id", one["id"])]
    return [_ticket(doc) for doc in reversed(docs)]


def _ticket(doc: Mapping[str, Any]) -> ShownTicket:
    return ShownTicket(
        id=doc["id"],
        subject=doc["subject"] or "No subject",
        status=doc["status"],
        at=moment(doc["created_datetime"]),
    )
