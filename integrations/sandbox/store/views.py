"""Orders and customers as the GraphQL objects that callers see. Costly fields are computed when asked for."""

from integrations.sandbox.books import Doc
from integrations.sandbox.store import sums
from integrations.sandbox.store.bags import amount, bag, both
from integrations.sandbox.store.call import Call, View
from integrations.sandbox.store.connections import connection
from integrations.sandbox.store.goods import variant_by_key
from integrations.sandbox.store.metafields import metafield, metafield_connection
from integrations.sandbox.store.spending import spending
from integrations.sandbox.store.suggesting import suggested_refund
from integrations.sandbox.store.wire import gid


def order_view(call: Call, order: Doc) -> View:
    """Return an order."""
    return {
        "__typename": "Order",
        "id": gid("Order", order["id"]),
        "name": order["name"],
        "createdAt": order["created_at"],
        "processedAt": order["processed_at"],
        "updatedAt": order["updated_at"],
        "cancelledAt": order["cancelled_at"],
        "closed": order["closed_at"] is not None,
        "test": order["test"],
        "tags": order["tags"],
        "sourceName": order["source_name"],
        "sourceIdentifier": order["source_identifier"],
        "customAttributes": order.get("custom_attributes", []),
        "requiresShipping": any(line["requires_shipping"] for line in order["lines"]),
        "email": order["email"],
        "currencyCode": order["currency"],
        "presentmentCurrencyCode": order["presentment_currency"],
        "risk": {"recommendation": order["risk"]},
        "disputes": [{"status": status} for status in order.get("disputes", ())],
    } | _computed(call, order)


def _computed(call: Call, order: Doc) -> View:
    return {
        "displayFinancialStatus": lambda _info: sums.financial_status(order),
        "displayFulfillmentStatus": lambda _info: sums.fulfillment_status(order),
        "merchantEditable": lambda _info: sums.editable(order),
        "totalPriceSet": lambda _info: bag(order, sums.total(order)),
        "totalOutstandingSet": lambda _info: bag(order, sums.outstanding(order)),
        "totalReceivedSet": lambda _info: bag(order, sums.paid(order)),
        "netPaymentSet": lambda _info: bag(order, sums.net_payment(order)),
        "customer": lambda _info: customer_by_key(call, order["customer_id"]),
        "shippingAddress": lambda _info: _address(order["shipping_address"], f"{order['id']}?model_name=Address"),
        "lineItems": connection(lambda: [_line(call, order, line) for line in order["lines"]]),
        "fulfillments": lambda _info, first=None, **_: _fulfillments(order)[:first],
        "fulfillmentOrders": connection(lambda: [_fulfillment_order(each) for each in _parcels(order)]),
        "metafields": metafield_connection(order),
        "refunds": lambda _info, first=None: [refund_view(order, each) for each in order["refunds"][:first]],
        "suggestedRefund": suggested_refund(order),
    }


def _line(call: Call, order: Doc, line: Doc) -> View:
    plan = line["selling_plan"]
    return {
        "id": gid("LineItem", line["id"]),
        "quantity": line["quantity"],
        "currentQuantity": line["current_quantity"],
        "refundableQuantity": line["current_quantity"],
        "unfulfilledQuantity": max(line["current_quantity"] - line["fulfilled"], 0),
        "sku": line["sku"],
        "title": line["title"],
        "isGiftCard": line["gift_card"],
        "sellingPlan": None if plan is None else {"name": plan},
        "variant": lambda _info: variant_by_key(call, str(line["variant_id"] or "")),
        # Of the quantity first ordered: a line taken off again keeps its price.
        "discountedTotalSet": lambda _info, **_: bag(order, sums.unit_price(line) * line["quantity"]),
    }


def refund_view(order: Doc, refund: Doc) -> View:
    """Return a refund."""
    moved = [each for each in order["transactions"] if each["id"] in refund["transactions"]]
    whole = sum(each["amount"] for each in moved if each["status"] != "FAILURE")
    return {
        "id": gid("Refund", refund["id"]),
        "createdAt": refund["created_at"],
        "note": refund["note"],
        "totalRefundedSet": bag(order, whole),
        "transactions": connection(lambda: [_transaction(order, each) for each in moved]),
    }


def _transaction(order: Doc, transaction: Doc) -> View:
    return {
        "id": gid("OrderTransaction", transaction["id"]),
        "kind": transaction["kind"],
        "status": transaction["status"],
        "gateway": transaction["gateway"],
        "manualPaymentGateway": sums.by_hand(transaction),
        "amountSet": both(order, transaction["amount"], transaction["presentment_amount"]),
    }


def _parcels(order: Doc) -> list[Doc]:
    parcels: list[Doc] = order["fulfillment_orders"]
    return parcels


def _fulfillments(order: Doc) -> list[View]:
    """Return what was sent of the order: all at once, and what the carrier told of it last."""
    if not any(line["fulfilled"] for line in order["lines"]):
        return []
    told = order.get("carrier", {"status": "FULFILLED", "at": None})
    return [
        {
            "id": gid("Fulfillment", order["id"]),
            "createdAt": order.get("sent_at", order["updated_at"]),
            "deliveredAt": told["at"] if told["status"] == "DELIVERED" else None,
            "displayStatus": told["status"],
        }
    ]


def _fulfillment_order(parcel: Doc) -> View:
    return {
        "id": gid("FulfillmentOrder", parcel["id"]),
        "status": parcel["status"],
        "requestStatus": parcel["request_status"],
    }


def _address(address: Doc | None, key: str) -> View | None:
    if address is None:
        return None
    return {
        "id": gid("MailingAddress", key),
        "firstName": address["first_name"],
        "lastName": address["last_name"],
        "company": address["company"],
        "address1": address["address1"],
        "address2": address["address2"],
        "city": address["city"],
        "provinceCode": address["province_code"],
        "zip": address["zip"],
        "countryCodeV2": address["country_code"],
        "phone": address["phone"],
        "validationResultSummary": address.get("validation", "NO_ISSUES"),
    }


def customer_by_key(call: Call, key: int | str | None) -> View | None:
    """Return a customer of this shop, or None."""
    customer = None if key is None else call.owned("customers", str(key))
    return None if customer is None else customer_view(call, customer)


def customer_view(call: Call, customer: Doc) -> View:
    """Return a customer; what they spent is counted when asked for."""
    email, phone = customer["email"], customer["phone"]
    return {
        "__typename": "Customer",
        "id": gid("Customer", customer["id"]),
        "createdAt": customer["created_at"],
        "tags": customer["tags"],
        "metafield": metafield(customer),
        "firstName": customer["first_name"],
        "lastName": customer["last_name"],
        "defaultEmailAddress": email and {"emailAddress": email},
        "defaultPhoneNumber": phone and {"phoneNumber": phone},
        "defaultAddress": lambda _info: _address(customer["address"], f"{customer['id']}?model_name=CustomerAddress"),
        "orders": connection(lambda: _orders_of(call, customer)),
        "numberOfOrders": lambda _info: str(spending(call.turn, customer)[0]),
        "amountSpent": lambda _info: amount(spending(call.turn, customer)[1], call.shop["currency"]),
    }


def _orders_of(call: Call, customer: Doc) -> list[View]:
    """Return the customer's orders, the oldest first, however they are to be sorted: the town knows no other order."""
    seen = [
        each
        for each in call.turn.find("orders", "customer_id", customer["id"])
        if each["created_at"] >= call.oldest_visible()
    ]
    return [order_view(call, each) for each in sorted(seen, key=lambda each: (each["created_at"], each["id"]))]
