"""What Tremendous answers: amounts as bare numbers, and a link only to whoever has just ordered one."""

from typing import Any

from app.domain.money import Money
from integrations.sandbox.books import Doc
from integrations.sandbox.tremendous.catalogue import number, product

Json = dict[str, Any]


def order(kept: Doc, *, word: str = "", fresh: bool = False) -> Json:
    """Return an order with its one reward; `word` stands for its status where the town wants another."""
    return {
        "id": kept["id"],
        "external_id": kept["external_id"],
        "campaign_id": None,
        "created_at": kept["created_at"],
        "status": word or kept["status"],
        "channel": "API",
        "payment": _payment(kept),
        "invoice_id": None,
        "rewards": [reward(kept, fresh=fresh)],
    }


def reward(kept: Doc, *, fresh: bool = False) -> Json:
    """Return the reward of an order."""
    delivery = {"method": kept["method"], "status": kept["delivery"]}
    return {
        "id": kept["reward"],
        "order_id": kept["id"],
        "created_at": kept["created_at"],
        "expires_at": kept["expires_at"],
        "value": {"denomination": _amount(kept, kept["minor"]), "currency_code": kept["currency"]},
        "recipient": {"name": None, "email": None, "phone": None} | kept["recipient"],
        "deliver_at": kept["deliver_at"] or kept["created_at"][:10],
        "custom_fields": [],
        "delivery": delivery | ({"link": kept["link"]} if fresh and kept["link"] else {}),
    }


def funding_sources(balance: int) -> Json:
    """Return what can be paid from: the balance, and a card that nobody uses."""
    cents = {"available_cents": balance, "pending_cents": 0, "currency_code": "USD", "available_amount": balance / 100}
    card = {"network": "visa", "last4": "0000", "expired": True}
    return {
        "funding_sources": [
            {"id": "PRACTICECARD", "method": "credit_card", "usage_permissions": [], "meta": card},
            {"id": "PRACTICEBALANCE", "method": "balance", "usage_permissions": ["api_orders"], "meta": cents},
        ]
    }


def in_the_ledger(kept: Doc) -> Json:
    """Return an order as the town looks at it, amounts in smallest units."""
    return {**kept, "total": kept["minor"] + kept["fee"], "kept": kept["minor"] + kept["fee"] - kept["refunded"]}


def in_words(kept: Doc) -> str:
    """Return the order as a person would tell it."""
    sold = product(kept["product"])
    value = Money(minor=kept["minor"], currency=kept["currency"])
    return f"{value} at {sold.name if sold else kept['product']} for {kept['recipient'].get('name')}"


def _payment(kept: Doc) -> Json:
    paid = {
        "subtotal": _amount(kept, kept["minor"]),
        "total": _amount(kept, kept["minor"] + kept["fee"]),
        "fees": _amount(kept, kept["fee"]),
        "discount": 0,
        "currency_code": kept["currency"],
    }
    if not kept["refunded"]:
        return paid
    return paid | {"refund": {"total": _amount(kept, kept["refunded"]), "currency_code": kept["currency"]}}


def _amount(kept: Doc, minor: int) -> float | int:
    return number(Money(minor=minor, currency=kept["currency"]).text)
