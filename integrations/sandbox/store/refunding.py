"""Giving money back: checked payment by payment, made once, told by webhooks."""

from collections.abc import Mapping

from integrations.sandbox import chronicle
from integrations.sandbox.books import Doc
from integrations.sandbox.store import giving_back, idempotency, payloads, store_credit, sums
from integrations.sandbox.store.announcing import news_of
from integrations.sandbox.store.call import Argument, Call, Info, Refused, View
from integrations.sandbox.store.views import refund_view
from integrations.sandbox.store.wire import iso, key_of, minor_units, money

_RESTOCKING = ("RETURN", "CANCEL")


def refund_create(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Refund; a repeated key gives the first refund again, as it is now."""
    call, wish = info.context, arguments["input"]
    key = idempotency.key_in(info)
    earlier = idempotency.earlier_result(call, key, wish)
    idempotency.stand_in_line(call, key)
    order = call.order(key_of(wish["orderId"], "Order"))
    if order is None:
        raise Refused("The order does not exist.", "orderId")
    if earlier is not None:
        return {"refund": refund_view(order, next(each for each in order["refunds"] if each["id"] == earlier))}
    refund = _refund(call, order, wish)
    idempotency.remember(call, key, wish, refund["id"])
    return {"refund": refund_view(order, refund)}


def _refund(call: Call, order: Doc, wish: Mapping[str, Argument]) -> Doc:
    _check_what_is_missing(wish)
    _check_currency(order, wish)
    shipping = _shipping(order, wish.get("shipping") or {})
    lines = [_refund_line(call, order, each) for each in wish.get("refundLineItems") or ()]
    transactions: list[Doc] = []
    for each in wish.get("transactions") or ():
        transactions.append(_transaction(call, order, each, over=bool(wish["allowOverRefunding"])))
        order["transactions"].append(transactions[-1])  # the next one finds that much less to give back
    transactions += store_credit.give(call, order, wish)
    refund = giving_back.refund(
        call.turn,
        order,
        transactions=transactions,
        lines=lines,
        at=iso(call.now),
        note=wish.get("note"),
        shipping=shipping,
    )
    _book(call, order, refund, notify=bool(wish.get("notify")))
    return refund


def _check_what_is_missing(wish: Mapping[str, Argument]) -> None:
    if wish.get("refundDuties"):
        raise Refused("No duties were charged.", "refundDuties")
    if not any(wish.get(part) for part in ("transactions", "refundLineItems", "refundMethods", "shipping")):
        raise Refused("A refund needs line items or transactions.", "transactions")


def _shipping(order: Doc, wish: Mapping[str, Argument]) -> int:
    """Return how much of the shipping goes back."""
    left = sums.shipping_left(order)
    if wish.get("fullRefund"):
        wanted: int | None = left
    else:
        wanted = minor_units(wish.get("amount") or "0", order["currency"])
    if wish and (wanted is None or not 0 < wanted <= left):
        raise Refused("The shipping cannot be refunded.", "shipping")
    return wanted or 0


def _check_currency(order: Doc, wish: Mapping[str, Argument]) -> None:
    paid_in, given = order["presentment_currency"], wish.get("currency")
    if given is None and paid_in != order["currency"]:
        raise Refused(f"The currency is required: the order was paid in {paid_in}.", "currency")
    if given not in (None, paid_in):
        raise Refused(f"The currency must be {paid_in}, in which the order was paid.", "currency")


def _transaction(call: Call, order: Doc, wish: Mapping[str, Argument], *, over: bool) -> Doc:
    payment = _payment(order, wish)
    amount = minor_units(wish["amount"], order["presentment_currency"])
    if amount is None or amount <= 0:
        raise Refused("The amount must be a positive sum of money.", "transactions")
    in_shop, in_presentment = sums.refundable(order, payment)
    if amount > in_presentment and not over:
        rest = money(in_presentment, order["presentment_currency"])
        raise Refused(f"Refund amount cannot be greater than the refundable {rest}.", "transactions")
    # The last part takes what is left, so that rounding leaves no penny behind.
    amounts = (in_shop if amount == in_presentment else sums.in_shop_currency(order, amount), amount)
    status = "PENDING" if order["refunds_pend"] else "SUCCESS"
    return giving_back.transaction(call.turn, payment, amounts=amounts, at=iso(call.now), status=status)


def _payment(order: Doc, wish: Mapping[str, Argument]) -> Doc:
    if key_of(wish["orderId"], "Order") != str(order["id"]):
        raise Refused("The transaction belongs to another order.", "transactions")
    if wish["kind"] != "REFUND":
        raise Refused("The transaction's kind must be REFUND.", "transactions")
    parent = key_of(wish.get("parentId") or "gid://shopify/OrderTransaction/0", "OrderTransaction")
    payment = next((each for each in sums.payments(order) if str(each["id"]) == parent), None)
    if payment is None:
        raise Refused("The parent must be a successful payment of the order.", "transactions")
    if payment["gateway"] != wish["gateway"]:
        raise Refused(f"The gateway must be {payment['gateway']}.", "transactions")
    return payment


def _refund_line(call: Call, order: Doc, wish: Mapping[str, Argument]) -> Doc:
    key = key_of(wish["lineItemId"], "LineItem")
    line = next((each for each in order["lines"] if str(each["id"]) == key), None)
    if line is None:
        raise Refused("The line item does not exist.", "refundLineItems")
    if not 1 <= wish["quantity"] <= line["current_quantity"]:
        raise Refused("The quantity cannot be refunded.", "refundLineItems")
    restock = wish.get("restockType") or "NO_RESTOCK"
    if restock == "LEGACY_RESTOCK":
        raise Refused("LEGACY_RESTOCK is no longer accepted.", "refundLineItems")
    line["current_quantity"] -= wish["quantity"]
    return {
        "id": call.turn.next_id("refund_lines"),
        "line_id": line["id"],
        "quantity": wish["quantity"],
        "restock_type": restock,
    }


def _book(call: Call, order: Doc, refund: Doc, *, notify: bool) -> None:
    order["refunds"].append(refund)
    order["updated_at"] = iso(call.now)
    order["mails"].append({"at": iso(call.now), "about": "refund", "sent": notify})
    if refund["lines"]:
        order["revision"] += 1
    for each in refund["lines"]:
        if each["restock_type"] in _RESTOCKING:
            line = next(line for line in order["lines"] if line["id"] == each["line_id"])
            giving_back.restock(call.turn, line, each["quantity"])
    call.turn.put("orders", order["id"], order)
    _tell(call, order, refund)


def _tell(call: Call, order: Doc, refund: Doc) -> None:
    news = news_of(call)
    news.tell("refunds/create", payloads.refund_payload(order, refund))
    news.order("orders/updated", order)
    news.spending(order)
    moved = [each for each in order["transactions"] if each["id"] in refund["transactions"]]
    back = money(sum(each["amount"] for each in moved), order["currency"])
    text = f"{order['name']}: {back} {order['currency']} {'pending' if order['refunds_pend'] else 'back'}"
    chronicle.note(call.turn, call.now, "order.refunded", text, order_id=order["id"])
