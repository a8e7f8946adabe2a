"""What can be given back on an order, what was given back, and by which of our deeds."""

from app.domain.errors import Unavailable
from app.domain.money import Money, zero
from app.domain.refunds import Pieces, RefundOffer, SoldLine
from integrations.marker import short
from integrations.shopify import reading
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi

_PAGE = 30  # refunds per order that the document reads
_BUYERS = "presentmentMoney"


def read(api: AdminApi, order_id: int, *, pieces: tuple[Pieces, ...] = (), shipping: bool = False) -> Json:
    """Return the order's payments and refunds in one look, and what these pieces and the shipping come to."""
    lines = [line_input(each) for each in pieces]
    reply = api.ask("refund_state", {"id": reading.gid("Order", order_id), "lines": lines, "shipping": shipping})
    state = reply.one("order")
    if state is None:
        # Not Rejected: an order that cannot be seen may still bear a refund of ours.
        raise Unavailable("the store does not show the order any more")
    reply.complete()
    return state


def sold(api: AdminApi, order_id: int) -> tuple[SoldLine, ...]:
    """Return the order's lines in the order in which the store shows them."""
    lines: list[SoldLine] = []
    after: str | None = None
    while True:
        reply = api.ask("refund_lines", {"id": reading.gid("Order", order_id), "after": after})
        node = reply.one("order")
        if node is None:
            raise Unavailable("the store does not show the order any more")
        reply.complete()
        page = node["lineItems"]
        lines += [_sold_line(each, len(lines) + place) for place, each in enumerate(page["nodes"], start=1)]
        if not page["pageInfo"]["hasNextPage"]:
            return tuple(lines)
        after = page["pageInfo"]["endCursor"]


def offer(state: Json) -> RefundOffer:
    """Return what the store would give back."""
    asked, buyers = asked_for(state), asked_for(state, _BUYERS)
    shipping = state["asked"] and reading.money(state["asked"]["shipping"]["amountSet"])
    return RefundOffer(
        most=most(state),
        asked=asked,
        paid=reading.money(state["totalReceivedSet"]),
        shipping=shipping if shipping and shipping.minor else None,
        buyers=buyers if buyers.currency != asked.currency else None,
        by_hand=next((each["gateway"] or "hand" for each in payments(state) if _by_hand(each)), ""),
        only_authorised=state["displayFinancialStatus"] == "AUTHORIZED",
    )


def most(state: Json) -> Money:
    """Return what can still be given back in all, in the shop's currency."""
    whole = state["whole"]
    return reading.money(whole["maximumRefundableSet"]) if whole else zero(state["currencyCode"])


def asked_for(state: Json, side: str = "shopMoney") -> Money:
    """Return what the pieces and the shipping come to, tax included."""
    if state["asked"]:
        return reading.money(state["asked"]["amountSet"], side)
    return zero(state["presentmentCurrencyCode" if side == _BUYERS else "currencyCode"])


def presented(state: Json, amount: Money) -> Money:
    """Return the amount in the buyer's currency.

    What the store itself has reckoned is taken as it is; all else goes by the order's own rate, rounded down, so that
    never more than the amount is given.
    """
    buyers = asked_for(state, _BUYERS)
    if amount == asked_for(state) and buyers.minor:
        return buyers
    limit = state["whole"]["maximumRefundableSet"]
    in_shop, in_buyers = reading.money(limit), reading.money(limit, _BUYERS)
    if in_shop.currency == in_buyers.currency:
        return amount
    return Money(minor=amount.minor * in_buyers.minor // in_shop.minor, currency=in_buyers.currency)


def payments(state: Json) -> list[Json]:
    """Return the payments that money can go back to."""
    whole = state["whole"]
    return [each for each in (whole["suggestedTransactions"] if whole else ()) if left_on(each) > 0]


def left_on(payment: Json) -> int:
    """Return what is left of a payment in minor units of the buyer's currency; nothing where it cannot be named."""
    limit = payment["maximumRefundableSet"]
    if limit is None or payment["parentTransaction"] is None or payment["gateway"] is None:
        return 0
    return reading.money(limit, _BUYERS).minor


def bears(state: Json, key: str) -> list[str]:
    """Return the ids of the refunds whose note bears this key; raise Unavailable where some are not shown."""
    found = [each["id"] for each in state["refunds"] if mark(key) in (each["note"] or "")]
    if not found and len(state["refunds"]) >= _PAGE:
        raise Unavailable("the order has more refunds than can be looked through")
    return found


def ours(api: AdminApi, state: Json, key: str) -> Json | None:
    """Return the refund whose note bears this key, with what it has come to."""
    found = bears(state, key)
    return status(api, found[0]) if found else None


def all_ours(api: AdminApi, state: Json, key: str) -> list[Json]:
    """Return every refund whose note bears this key, with what it has come to: one, unless something went wrong."""
    return [status(api, number) for number in bears(state, key)]


def status(api: AdminApi, refund_gid: str) -> Json:
    """Return what a refund has come to."""
    reply = api.ask("refund_status", {"id": refund_gid})
    made = reply.one("refund")
    if made is None:
        raise Unavailable("the store does not show the refund any more")
    reply.complete()
    return made


def mark(key: str) -> str:
    """Return what a refund's note bears, so that it is found again."""
    return f"[lagniappe {short(key)}]"


def line_input(pieces: Pieces) -> Json:
    """Return the pieces as the store is told of them: counted as given back, not put on the shelf again."""
    gid = reading.gid("LineItem", pieces.line_id)
    return {"lineItemId": gid, "quantity": pieces.quantity, "restockType": "NO_RESTOCK"}


def _by_hand(payment: Json) -> bool:
    return bool(payment["parentTransaction"]["manualPaymentGateway"])


def _sold_line(node: Json, place: int) -> SoldLine:
    left = node["refundableQuantity"]
    return SoldLine(
        line_id=reading.number(node["id"]),
        place=place,
        sku=node["sku"] or "",
        title=node["title"],
        left=left,
        sent=max(left - node["unfulfilledQuantity"], 0),
    )
