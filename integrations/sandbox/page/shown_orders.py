"""Orders as the page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.sandbox.page.words import moment, money
from integrations.sandbox.store import sums

_PAID = {
    "PAID": "paid",
    "PARTIALLY_PAID": "partly paid",
    "PARTIALLY_REFUNDED": "partly refunded",
    "REFUNDED": "refunded",
    "PENDING": "not paid yet",
    "AUTHORIZED": "payment reserved",
    "VOIDED": "never paid",
}
_SENT = {
    "UNFULFILLED": "not packed yet",
    "IN_PROGRESS": "in the warehouse's hands",
    "PARTIALLY_FULFILLED": "partly sent",
    "FULFILLED": "sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    title: str
    quantity: int
    price: str
    was: str | None
    gift: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    text: str
    alarming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrder:
    id: int
    name: str
    at: datetime
    total: str
    lines: list[Line]
    money: list[str]  # what went back
    states: list[Word]
    open: bool  # can still be cancelled or packed
    parcel: str  # what the warehouse would do next: take or send


def shown(order: Mapping[str, Any]) -> ShownOrder:
    """Return an order in words."""
    doc = dict(order)
    return ShownOrder(
        id=doc["id"],
        name=doc["name"],
        at=moment(doc["created_at"]),
        total=money(sums.total(doc), doc["currency"]),
        lines=[_line(line, doc["currency"]) for line in doc["lines"] if line["current_quantity"]],
        money=[_refund(doc, refund) for refund in doc["refunds"]],
        states=_states(doc),
        open=doc["cancelled_at"] is None and sums.fulfillment_status(doc) != "FULFILLED",
        parcel="send" if any(each["status"] == "IN_PROGRESS" for each in doc["fulfillment_orders"]) else "take",
    )


def _line(line: Mapping[str, Any], currency: str) -> Line:
    quantity, price = line["current_quantity"], sums.unit_price(dict(line))
    discounted = price < line["price"]
    return Line(
        title=line["title"],
        quantity=quantity,
        price=money(price * quantity, currency),
        was=money(line["price"] * quantity, currency) if discounted else None,
        gift=discounted and price == 0,
    )


def _refund(order: Mapping[str, Any], refund: Mapping[str, Any]) -> str:
    moved = [each for each in order["transactions"] if each["id"] in refund["transactions"]]
    back = money(sum(each["amount"] for each in moved), order["currency"])
    kept = "" if refund["lines"] else ", nothing had to come back"
    waiting = ", still on its way" if any(each["status"] == "PENDING" for each in moved) else ""
    return f"{back} given back{kept}{waiting}"


def _states(order: dict[str, Any]) -> list[Word]:
    words = [Word(text="a test")] if order["test"] else []
    if order["cancelled_at"]:
        return [*words, Word(text="cancelled", alarming=True)]
    paid, sent = sums.financial_status(order), sums.fulfillment_status(order)
    words += [Word(text=_PAID.get(paid, paid.lower())), Word(text=_SENT.get(sent, sent.lower()))]
    owed = sums.outstanding(order)
    return [*words, Word(text=f"{money(owed, order['currency'])} owed", alarming=True)] if owed > 0 else words
