"""What the florist answers: names in capitals, amounts as bare numbers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from integrations.sandbox.florist.catalogue import Bouquet, bouquet, in_category
from integrations.sandbox.florist.refusals import Refused
from integrations.sandbox.florist.totals import number

__all__ = ["in_words", "number", "order_info", "products"]

_PICTURES = "https://images.florist.example"  # never fetched by anyone


def products(arguments: Mapping[str, str]) -> dict[str, Any]:
    """Return one product by its code, or a page of a category; pages start at 1. Raises Refused."""
    if "code" in arguments:
        return {"PRODUCTS": [_product(bouquet(arguments["code"]))], "TOTAL": 1}
    found = in_category(arguments.get("category", ""))
    start, count = _whole(arguments, "start", 1), _whole(arguments, "count", 12)
    return {
        "PRODUCTS": [_product(kind) for kind in found[start - 1 : start - 1 + count]],
        "TOTAL": len(found),
    }


def order_info(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order as its buyer may read it."""
    return {
        "ORDERNO": order["id"],
        "CUSTOMER": _capitals(order["customer"]),
        "ITEMS": [_item(item) for item in order["items"]],
        "SUBTOTAL": number(order["subtotal"]),
        "SERVICECHARGE": number(order["service_charge"]),
        "TAX": number(order["tax"]),
        "DISCOUNT": 0,
        "TOTAL": number(order["total"]),
    }


def in_words(order: Mapping[str, Any]) -> str:
    """Return the order as a person would tell it."""
    first = order["items"][0]
    day = date.fromisoformat(first["delivery_date"])
    name, city = first["recipient"]["name"], first["recipient"]["city"]
    arrival = f"{day:%A} {day.day} {day:%B}"
    return f"{first['name']} for {name} in {city}, to arrive on {arrival}, ${number(order['total']):.2f}"


def _product(kind: Bouquet) -> dict[str, Any]:
    return {
        "CODE": kind.code,
        "NAME": kind.name,
        "DESCRIPTION": kind.description,
        "DIMENSION": kind.dimension,
        "PRICE": number(kind.price),
        "SMALL": f"{_PICTURES}/{kind.code}_s.jpg",
        "THUMBNAIL": f"{_PICTURES}/{kind.code}_t.jpg",
        "LARGE": f"{_PICTURES}/{kind.code}_l.jpg",
    }


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "CODE": item["code"],
        "NAME": item["name"],
        "DESCRIPTION": item["description"],
        "PRICE": number(item["price"]),
        "RECIPIENT": _capitals(item["recipient"]),
        "CARDMSG": item["card_message"],
        "DELIVERYDATE": item["delivery_date"],
        "INSTRUCTIONS": item["special_instructions"],
    }


def _capitals(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.upper(): value for name, value in values.items()}


def _whole(arguments: Mapping[str, str], name: str, default: int) -> int:
    text = arguments.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise Refused("must be a positive number", field=name)
    return int(text)
