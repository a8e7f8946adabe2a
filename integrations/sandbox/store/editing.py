"""Order editing: a session is opened, changed step by step, and committed once; until then the order stays."""

from collections.abc import Mapping

from integrations.sandbox.store import drafting, sums
from integrations.sandbox.store.bags import bag
from integrations.sandbox.store.call import Argument, Call, Info, Refused, View
from integrations.sandbox.store.committing import commit
from integrations.sandbox.store.connections import connection
from integrations.sandbox.store.drafting import Draft
from integrations.sandbox.store.goods import variant_by_key
from integrations.sandbox.store.projecting import projected
from integrations.sandbox.store.views import order_view
from integrations.sandbox.store.wire import gid, iso


def order_edit_begin(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Open a session."""
    return _calculated(info.context, drafting.begin(info.context, arguments["id"]))


def order_edit_add_variant(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Add a variant to the draft."""
    draft = drafting.resume(info.context, arguments["id"])
    drafting.add(info.context, draft, arguments)
    _keep(info.context, draft)
    return {"calculatedLineItem": _lines(info.context, draft)[-1]}


def order_edit_add_line_item_discount(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Give a discount on a line of the draft."""
    draft = drafting.resume(info.context, arguments["id"])
    drafting.discount(draft, arguments["lineItemId"], arguments["discount"])
    return _calculated(info.context, _keep(info.context, draft))


def order_edit_set_quantity(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Set a quantity in the draft."""
    draft = drafting.resume(info.context, arguments["id"])
    drafting.set_quantity(draft, arguments)
    return _calculated(info.context, _keep(info.context, draft))


def order_edit_commit(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Make the draft true, once; a second try finds no draft. Left unsaid, the customer is told by mail."""
    call = info.context
    draft = drafting.resume(call, arguments["id"])
    drafting.check_committable(draft)
    draft.session["committed_at"] = iso(call.now)
    draft.session["notify"] = arguments.get("notifyCustomer") is not False
    draft.session["staff_note"] = arguments.get("staffNote")
    _keep(call, draft)
    return {"order": order_view(call, commit(call, draft.order, draft.session))}


def _keep(call: Call, draft: Draft) -> Draft:
    call.turn.put(drafting.KIND, draft.session["id"], draft.session)
    return draft


def calculated_order(call: Call, global_id: str) -> View | None:
    """Return an open session as an object, or None when there is none (any more)."""
    try:
        return _view(call, drafting.resume(call, global_id))
    except Refused:
        return None


def _calculated(call: Call, draft: Draft) -> View:
    return {"calculatedOrder": _view(call, draft)}


def _view(call: Call, draft: Draft) -> View:
    after = projected(call.turn, call.shop, draft.order, draft.session)
    return {
        "__typename": "CalculatedOrder",
        "id": gid("CalculatedOrder", draft.session["id"]),
        "totalOutstandingSet": bag(after, sums.outstanding(after)),
        "lineItems": connection(lambda: _lines(call, draft)),
    }


def _lines(call: Call, draft: Draft) -> list[View]:
    after = projected(call.turn, call.shop, draft.order, draft.session)
    keys = {each["line_id"]: each["key"] for each in draft.session["additions"]}
    return [
        {
            "id": gid("CalculatedLineItem", keys.get(line["id"], line["id"])),
            "quantity": line["current_quantity"],
            "discountedUnitPriceSet": bag(after, sums.unit_price(line)),
            "variant": variant_by_key(call, str(line["variant_id"] or "")),
        }
        for line in after["lines"]
    ]
