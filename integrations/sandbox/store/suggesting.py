"""What the store would give back on an order: the ceiling, payment by payment, and what lines come to."""

from collections.abc import Callable, Iterable, Mapping

from graphql import GraphQLError

from integrations.sandbox.books import Doc
from integrations.sandbox.store import sums
from integrations.sandbox.store.bags import bag, both
from integrations.sandbox.store.call import Argument, Info, View
from integrations.sandbox.store.wire import gid, key_of


def suggested_refund(order: Doc) -> Callable[..., View]:
    """Return the resolver of an order's suggestedRefund."""

    def resolve(_info: Info, **arguments: Argument) -> View:
        open_payments = [each for each in sums.payments(order) if sums.refundable(order, each)[1] > 0]
        ceilings = [sums.refundable(order, each) for each in open_payments]
        most = (sum(c[0] for c in ceilings), sum(c[1] for c in ceilings))
        everything = bool(arguments.get("suggestFullRefund"))
        pieces = _all_pieces(order) if everything else _pieces(order, arguments.get("refundLineItems") or ())
        shipping = everything or bool(arguments.get("refundShipping"))
        asked = sums.refundable_lines(order, pieces, shipping=shipping)
        return {
            "amountSet": both(order, *most) if asked == most[0] else bag(order, asked),
            "maximumRefundableSet": both(order, *most),
            "shipping": {"amountSet": bag(order, sums.shipping_left(order) if shipping else 0)},
            "suggestedTransactions": [_suggestion(order, each) for each in open_payments] if asked else [],
        }

    return resolve


def _all_pieces(order: Doc) -> list[tuple[Doc, int]]:
    return [(line, line["current_quantity"]) for line in order["lines"]]


def _pieces(order: Doc, wanted: Iterable[Mapping[str, Argument]]) -> list[tuple[Doc, int]]:
    lines = {str(line["id"]): line for line in order["lines"]}
    pieces = [(lines.get(key_of(each["lineItemId"], "LineItem")), each["quantity"]) for each in wanted]
    if any(line is None or not 0 <= quantity <= line["current_quantity"] for line, quantity in pieces):
        raise GraphQLError("The line items cannot be refunded.", extensions={"code": "BAD_REQUEST"})
    return [(line, quantity) for line, quantity in pieces if line is not None]


def _suggestion(order: Doc, payment: Doc) -> View:
    return {
        "gateway": payment["gateway"],
        "maximumRefundableSet": both(order, *sums.refundable(order, payment)),
        "parentTransaction": {
            "id": gid("OrderTransaction", payment["id"]),
            "kind": payment["kind"],
            "status": payment["status"],
            "manualPaymentGateway": sums.by_hand(payment),
        },
    }
