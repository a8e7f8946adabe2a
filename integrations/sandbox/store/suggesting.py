"""What the store would give back on an order: the ceiling of every refund, payment by payment."""

from collections.abc import Callable

from integrations.sandbox.books import Doc
from integrations.sandbox.store import sums
from integrations.sandbox.store.bags import both
from integrations.sandbox.store.call import Argument, Info, View
from integrations.sandbox.store.wire import gid


def suggested_refund(order: Doc) -> Callable[..., View]:
    """Return the resolver of an order's suggestedRefund."""

    def resolve(_info: Info, **arguments: Argument) -> View:
        open_payments = [each for each in sums.payments(order) if sums.refundable(order, each)[1] > 0]
        ceilings = [sums.refundable(order, each) for each in open_payments]
        asked = arguments.get("suggestFullRefund") or arguments.get("refundLineItems")
        return {
            "maximumRefundableSet": both(order, sum(c[0] for c in ceilings), sum(c[1] for c in ceilings)),
            "suggestedTransactions": [_suggestion(order, each) for each in open_payments] if asked else [],
        }

    return resolve


def _suggestion(order: Doc, payment: Doc) -> View:
    return {
        "gateway": payment["gateway"],
        "maximumRefundableSet": both(order, *sums.refundable(order, payment)),
        "parentTransaction": {
            "id": gid("OrderTransaction", payment["id"]),
            "kind": payment["kind"],
            "status": payment["status"],
        },
    }
