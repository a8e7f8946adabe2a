"""What Goody answers: batches with their first orders in them, and amounts in cents, the tax once it is known."""

from typing import Any

from integrations.sandbox.books import Doc
from integrations.sandbox.goody import catalogue
from integrations.sandbox.goody.catalogue import Price

Json = dict[str, Any]

_PREVIEW = 10
_SENDER = {"first_name": "Robin", "last_name": "Practice", "email": "robin@practice.example"}
_TIMES = ("notified", "opened", "accepted", "pending_payment", "paid", "shipped", "delivered")


def batch(kept: Doc, orders: list[Doc], *, word: str = "") -> Json:
    """Return a batch as it is."""
    return {
        "id": kept["id"],
        "send_status": kept["status"],
        "from_name": kept["from_name"],
        "message": kept["message"] or None,
        "orders_count": len(orders),
        "orders_preview": [order(each, kept, word=word) for each in orders[:_PREVIEW]],
        "recipients_count": len(kept["recipients"]),
        "recipients_preview": kept["recipients"][:_PREVIEW],
        "cart": _cart(kept),
        "is_scheduled_send": kept["scheduled_on"] is not None,
        "scheduled_send_on": _time(kept["scheduled_on"]),
        "expires_at": _time(kept["expires_at"]),
        "send_method": kept["method"],
        "batch_name": None,
        "card_id": kept["card"],
        "sender": _SENDER,
        "reference_id": kept["id"][:8].upper(),
        "customer_reference_id": kept["reference"],
    }


def order(kept: Doc, of: Doc, *, word: str = "", alone: bool = False) -> Json:
    """Return an order; only when it is asked for alone, it says when what happened."""
    said = {
        "id": kept["id"],
        "status": word or kept["status"],
        "individual_gift_link": kept["link"],
        "recipient_first_name": kept["recipient"]["first_name"],
        "recipient_last_name": kept["recipient"].get("last_name"),
        "recipient_email": kept["recipient"].get("email"),
        "card_id": of["card"],
        "message": of["message"] or None,
        "thank_you_note": None,
        "view_count_recipient": 0,
        "is_swapped": kept["swapped"],
        "order_batch_id": of["id"],
        "expires_at": _time(kept["expires_at"]),
        "cart": _cart(kept),
        "shipments": [_shipment(kept)] if kept["carrier"] else [],
        "amounts": _amounts(kept["amounts"]),
        "sender": _SENDER,
        "original_cart": None,
        "original_amounts": None,
        "reference_id": kept["id"][:8].upper(),
    }
    if not alone:
        return said
    times = {f"{name}_at": _time(kept["times"].get(f"{name}_at")) for name in ("created", *_TIMES)}
    return said | {"event_times": times}


def priced(cost: Price, count: int, *, as_in_examples: bool) -> Json:
    """Return a price, under the names of the description or under those of its examples, which are others."""
    end = "" if as_in_examples else "_estimate"
    cart = {
        "price_product": cost.product,
        "price_shipping": cost.shipping,
        "price_processing_fee": cost.fee,
        "price_pre_tax": cost.before_tax,
        "price_est_tax_low": 0,
        "price_est_tax_high": cost.most_tax,
        "price_est_total_low": cost.before_tax,
        "price_est_total_high": cost.most,
    }
    group = {"est_group_total_low": cost.before_tax * count, "est_group_total_high": cost.most * count}
    return {f"cart_price{end}": cart, f"total_price{end}": {"recipients": count, **group}}


def page(things: list[Json], number: int, size: int) -> Json:
    """Return one page of a list."""
    return {"data": things[(number - 1) * size : number * size], "list_meta": {"total_count": len(things)}}


def in_words(kept: Doc) -> str:
    """Return the batch as a person would tell it."""
    names = ", ".join(found.name for key, _, _ in kept["products"] if (found := catalogue.product(key)))
    return f"{names} for {', '.join(each['first_name'] for each in kept['recipients'])}"


def _amounts(kept: Doc) -> Json:
    return {
        "amount_product": kept["product"],
        "amount_shipping": kept["shipping"],
        "amount_processing_fee": kept["fee"],
        "amount_credit_applied": None,
        "amount_pre_tax_total": kept["product"] + kept["shipping"] + kept["fee"],
        "amount_tax": kept["tax"],
        "amount_total": kept["total"],
        "amount_global_relay_cost": None,
    }


def _cart(kept: Doc) -> Json:
    items = [
        {"id": key[::-1], "quantity": count, "product": {"id": key, "name": found.name}}
        for key, count, _ in kept["products"]
        if (found := catalogue.product(key))
    ]
    return {"id": kept["id"][::-1], "items": items}


def _shipment(kept: Doc) -> Json:
    delivered = kept["status"] == "delivered"
    return {
        "id": kept["id"][::-1],
        "status": "delivered" if delivered else "shipped",
        "brand_name": "Oven & Daughters",
        "tracking_carrier": kept["carrier"],
        "tracking_number": None,
        "shipped_at": _time(kept["times"].get("shipped_at")),
        "delivered_at": _time(kept["times"].get("delivered_at")),
        "delivery_eta": None,
    }


def _time(text: str | None) -> str | None:
    return None if text is None else f"{text[:19]}Z"
