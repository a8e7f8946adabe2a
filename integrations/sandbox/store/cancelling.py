"""Cancelling an order through the API: promised at once, carried out as a job, refused under a name of its own."""

from collections.abc import Mapping

from integrations.sandbox.books import Doc
from integrations.sandbox.store import actions, sums
from integrations.sandbox.store.actions import Impossible
from integrations.sandbox.store.call import Argument, Call, Info, View
from integrations.sandbox.store.wire import gid, key_of

_LONGEST_NOTE = 255


def order_cancel(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Promise to cancel; what is sent or cancelled already is not."""
    call = info.context
    order = call.order(key_of(arguments["orderId"], "Order"))
    problem = _problem(order, arguments)
    if order is None or problem is not None:
        code, message = problem or ("NOT_FOUND", "")
        return {"job": None, "orderCancelUserErrors": [{"code": code, "field": ["orderId"], "message": message}]}
    notify = bool(arguments.get("notifyCustomer"))
    call.turn.afterwards(lambda: _carry_out(call, order, restock=bool(arguments["restock"]), notify=notify))
    job = {"id": gid("Job", f"cancel-{order['id']}"), "done": False}
    return {"job": job, "orderCancelUserErrors": []}


def _problem(order: Doc | None, arguments: Mapping[str, Argument]) -> tuple[str, str] | None:
    if order is None:
        return "NOT_FOUND", "The order does not exist."
    if len(arguments.get("staffNote") or "") > _LONGEST_NOTE:
        return "INVALID", f"The staff note is too long (maximum is {_LONGEST_NOTE} characters)."
    if order["cancelled_at"] is not None:
        return "INVALID", "The order was cancelled already."
    if sums.fulfillment_status(order) in ("FULFILLED", "PARTIALLY_FULFILLED"):
        return "INVALID", "Cannot cancel an order that has outstanding fulfillments."
    return None


def _carry_out(call: Call, order: Doc, *, restock: bool, notify: bool) -> None:
    with call.town.books.turn() as turn:
        try:
            actions.cancel_order(call.town, turn, order["id"], restocking=restock, mail=notify)
        except Impossible:
            return  # somebody was faster
