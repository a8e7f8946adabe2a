"""The bodies of the store's webhooks, in the shapes of API version 2026-10."""

from collections.abc import Iterable, Mapping

from integrations.sandbox.books import Doc
from integrations.sandbox.store import sums
from integrations.sandbox.store.wire import gid, money

Payload = dict[str, object]


def order_payload(order: Doc, customer: Doc | None) -> Payload:
    """Return the body of orders/create, paid, updated and cancelled: one shape, different moments."""
    return {
        "id": order["id"],
        "admin_graphql_api_id": gid("Order", order["id"]),
        "app_id": order["app_id"],
        "name": order["name"],
        "number": order["number"] - 1000,
        "order_number": order["number"],
        "confirmed": True,
        "created_at": order["created_at"],
        "updated_at": order["updated_at"],
        "processed_at": order["processed_at"],
        "cancelled_at": order["cancelled_at"],
        "cancel_reason": "customer" if order["cancelled_at"] else None,
        "closed_at": order["closed_at"],
        "test": order["test"],
        "tags": ", ".join(order["tags"]),
        "note": order["note"],
        "note_attributes": [
            {"name": each["key"], "value": each["value"]} for each in order.get("custom_attributes", ())
        ],
        "source_name": order["source_name"],
        "source_identifier": order["source_identifier"],
        "email": order["email"],
        "contact_email": order["email"],
        "phone": None,
        "customer_locale": "en",
        "payment_gateway_names": sorted({each["gateway"] for each in order["transactions"]}),
        "customer": customer and _customer_in_order(customer),
        "billing_address": _told_of(order["shipping_address"]),
        "shipping_address": _told_of(order["shipping_address"]),
        "line_items": [_line(order, line) for line in order["lines"]],
        "fulfillments": [],
        "refunds": [refund_payload(order, each) for each in order["refunds"]],
    } | _amounts(order)


def _told_of(address: Doc | None) -> Doc | None:
    """Return an address as webhooks tell of it: what the store thinks of it, only its API says."""
    return None if address is None else {name: part for name, part in address.items() if name != "validation"}


def _amounts(order: Doc) -> Payload:
    goods = sum(sums.line_total(line, line["quantity"]) for line in order["lines"])
    bought = goods + order.get("shipping", 0)
    discounts = sum(line["discount"] * line["quantity"] for line in order["lines"])
    status = sums.fulfillment_status(order)
    return {
        "currency": order["currency"],
        "presentment_currency": order["presentment_currency"],
        "financial_status": sums.financial_status(order).lower(),
        "fulfillment_status": {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}.get(status),
        "subtotal_price": money(goods, order["currency"]),
        "total_price": money(bought, order["currency"]),
        "total_tax": "0.00",
        "total_discounts": money(discounts, order["currency"]),
        "total_line_items_price": money(goods + discounts, order["currency"]),
        "total_outstanding": money(sums.outstanding(order), order["currency"]),
        "current_subtotal_price": money(sums.total(order), order["currency"]),
        "current_total_price": money(sums.total(order), order["currency"]),
        "current_total_price_set": _set(order, sums.total(order)),
        "total_shipping_price_set": _set(order, order.get("shipping", 0)),
        "discount_codes": [],
        "discount_applications": [],
        "tax_lines": [],
        "shipping_lines": [],
    }


def _line(order: Doc, line: Doc) -> Payload:
    return {
        "id": line["id"],
        "admin_graphql_api_id": gid("LineItem", line["id"]),
        "product_id": line["product_id"],
        "variant_id": line["variant_id"],
        "sku": line["sku"],
        "title": line["title"],
        "variant_title": None,
        "name": line["title"],
        "vendor": "Practice Goods",
        "quantity": line["quantity"],
        "current_quantity": line["current_quantity"],
        "fulfillable_quantity": max(line["current_quantity"] - line["fulfilled"], 0),
        "fulfillment_status": "fulfilled" if line["fulfilled"] else None,
        "fulfillment_service": "manual",
        "requires_shipping": line["requires_shipping"],
        "gift_card": line["gift_card"],
        "taxable": line["taxable"],
        "price": money(line["price"], order["currency"]),
        "price_set": _set(order, line["price"]),
        "total_discount": money(line["discount"] * line["quantity"], order["currency"]),
        "product_exists": True,
        "properties": [],
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [],
    }


def refund_payload(order: Doc, refund: Doc) -> Payload:
    """Return the body of refunds/create; the subtotals of its lines are JSON numbers, as in real ones."""
    return {
        "id": refund["id"],
        "admin_graphql_api_id": gid("Refund", refund["id"]),
        "order_id": order["id"],
        "created_at": refund["created_at"],
        "processed_at": refund["created_at"],
        "note": refund["note"],
        "user_id": None,
        "restock": any(each["restock_type"] in ("RETURN", "CANCEL") for each in refund["lines"]),
        "return": None,
        "duties": [],
        "refund_shipping_lines": _shipping_lines(order, refund),
        "order_adjustments": [],
        "refund_line_items": [_refund_line(order, each) for each in refund["lines"]],
        "transactions": [
            _transaction(order, each) for each in order["transactions"] if each["id"] in refund["transactions"]
        ],
    }


def _shipping_lines(order: Doc, refund: Doc) -> list[Payload]:
    amount = refund.get("shipping", 0)
    line = {"id": refund["id"], "shipping_line": {"title": "Standard"}, "subtotal_amount_set": _set(order, amount)}
    return [line] if amount else []


def _refund_line(order: Doc, entry: Doc) -> Payload:
    line = next(each for each in order["lines"] if each["id"] == entry["line_id"])
    subtotal = sums.unit_price(line) * entry["quantity"]
    return {
        "id": entry["id"],
        "line_item_id": line["id"],
        "quantity": entry["quantity"],
        "location_id": None,
        "restock_type": entry["restock_type"].lower(),
        "subtotal": float(money(subtotal, order["currency"])),
        "total_tax": 0.0,
        "subtotal_set": _set(order, subtotal),
        "total_tax_set": _set(order, 0),
        "line_item": _line(order, line),
    }


def _transaction(order: Doc, transaction: Doc) -> Payload:
    currency = order["presentment_currency"]
    return {
        "id": transaction["id"],
        "order_id": order["id"],
        "parent_id": transaction["parent_id"],
        "kind": transaction["kind"].lower(),
        "status": transaction["status"].lower(),
        "gateway": transaction["gateway"],
        "amount": money(transaction["presentment_amount"], currency),
        "currency": currency,
        "test": order["test"],
        "message": None,
        "error_code": None,
        "processed_at": transaction["at"],
        "payment_id": f"{order['name']}.{transaction['id']}",
        "manual_payment_gateway": sums.by_hand(transaction),
        "receipt": {},
    }


def edit_payload(order: Doc, edit: Doc, lines: Iterable[tuple[int, int]]) -> Payload:
    """Return the body of orders/edited; `lines` are (line id, change in quantity)."""
    changes = list(lines)
    return {
        "order_edit": {
            "id": edit["id"],
            "app_id": edit["app_id"],
            "created_at": edit["begun_at"],
            "committed_at": edit["committed_at"],
            "notify_customer": edit["notify"],
            "order_id": order["id"],
            "staff_note": edit["staff_note"],
            "user_id": None,
            "line_items": {
                "additions": [{"id": key, "delta": delta} for key, delta in changes if delta > 0],
                "removals": [{"id": key, "delta": -delta} for key, delta in changes if delta < 0],
            },
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }


def customer_payload(customer: Doc) -> Payload:
    """Return the body of customers/create and customers/update; tags and totals are no longer in it."""
    address = customer["address"] and {**customer["address"], "customer_id": customer["id"], "default": True}
    return _customer_in_order(customer) | {
        "note": None,
        "tax_exemptions": [],
        "multipass_identifier": None,
        "addresses": [address] if address else [],
        "default_address": address,
    }


def _customer_in_order(customer: Doc) -> Payload:
    return {
        "id": customer["id"],
        "admin_graphql_api_id": gid("Customer", customer["id"]),
        "created_at": customer["created_at"],
        "updated_at": customer["updated_at"],
        "first_name": customer["first_name"],
        "last_name": customer["last_name"],
        "email": customer["email"],
        "phone": customer["phone"],
        "state": "enabled",
        "currency": customer["currency"],
        "verified_email": True,
        "tax_exempt": False,
        "default_address": customer["address"],
    }


def _set(order: Doc, minor: int) -> Payload:
    return {
        "shop_money": {"amount": money(minor, order["currency"]), "currency_code": order["currency"]},
        "presentment_money": {
            "amount": money(sums.presented(order, minor), order["presentment_currency"]),
            "currency_code": order["presentment_currency"],
        },
    }


def withheld(payload: object, approved: Iterable[str]) -> object:
    """Return the body without the personal data that the app was not approved for: those fields are null, not gone."""
    hidden = {name for kind, names in _PROTECTED.items() if kind not in approved for name in names}
    return _without(payload, frozenset(hidden)) if hidden else payload


def _without(value: object, hidden: frozenset[str]) -> object:
    if isinstance(value, Mapping):
        return {name: None if name in hidden else _without(inner, hidden) for name, inner in value.items()}
    return [_without(inner, hidden) for inner in value] if isinstance(value, list) else value


_PROTECTED: Mapping[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name"),
    "email": ("email", "contact_email"),
    "phone": ("phone",),
    "address": ("billing_address", "default_address", "shipping_address"),
}


def merge_payload(gone: Doc, kept: Doc) -> Payload:
    """Return the body of customers/merge."""
    return {
        "admin_graphql_api_customer_kept_id": gid("Customer", kept["id"]),
        "admin_graphql_api_customer_deleted_id": gid("Customer", gone["id"]),
        "admin_graphql_api_job_id": None,
        "status": "completed",
        "errors": [],
    }


def deleted_payload(customer: Doc) -> Payload:
    """Return the body of customers/delete: hardly more than who it was."""
    return {
        "id": customer["id"],
        "admin_graphql_api_id": gid("Customer", customer["id"]),
        "tax_exemptions": [],
    }


def request_payload(shop: Doc, customer: Doc, topic: str, orders: list[int], email_only: bool) -> Payload:  # noqa: FBT001
    """Return the body of customers/data_request and customers/redact."""
    asked = {"orders_requested": orders, "data_request": {"id": customer["id"]}}
    named = {"id": None if email_only else customer["id"], "email": customer["email"], "phone": customer["phone"]}
    return {
        "shop_id": shop["id"],
        "shop_domain": shop["domain"],
        "customer": named,
    } | (asked if topic == "customers/data_request" else {"orders_to_redact": orders})


def shop_payload(shop: Doc) -> Payload:
    """Return the body of shop/update and app/uninstalled; a good many of its fields are empty in truth as well."""
    return {
        "id": shop["id"],
        "name": shop["name"],
        "domain": None,
        "myshopify_domain": shop["domain"],
        "email": None,
        "currency": shop["currency"],
        "iana_timezone": shop["timezone"],
        "country_code": shop["country"],
        "plan_name": "basic",
    }
