"""What can be done: the schema's mutation root, and how every refusal becomes a userError."""

from collections.abc import Callable, Mapping

from integrations.sandbox.store import bulk, cancelling, creating, drafts, editing, metafields, refunding, tagging
from integrations.sandbox.store.call import Argument, Info, Refused, View

Deed = Callable[[Info, Mapping[str, Argument]], View]

_DEEDS: dict[str, Deed] = {
    "bulkOperationRunQuery": bulk.bulk_operation_run_query,
    "draftOrderComplete": drafts.draft_order_complete,
    "draftOrderCreate": drafts.draft_order_create,
    "draftOrderDelete": drafts.draft_order_delete,
    "metafieldsDelete": metafields.metafields_delete,
    "metafieldsSet": metafields.metafields_set,
    "orderCancel": cancelling.order_cancel,
    "orderCreate": creating.order_create,
    "orderEditAddLineItemDiscount": editing.order_edit_add_line_item_discount,
    "orderEditAddVariant": editing.order_edit_add_variant,
    "orderEditBegin": editing.order_edit_begin,
    "orderEditCommit": editing.order_edit_commit,
    "orderEditSetQuantity": editing.order_edit_set_quantity,
    "refundCreate": refunding.refund_create,
    "tagsAdd": tagging.tags_add,
    "tagsRemove": tagging.tags_remove,
}


def resolvers() -> dict[str, Callable[..., View]]:
    """Return the resolver of every mutation."""
    return {name: _resolver(deed) for name, deed in _DEEDS.items()}


def _resolver(deed: Deed) -> Callable[..., View]:
    def resolve(_root: object, info: Info, **arguments: Argument) -> View:
        if info.context.refuse:
            return _refused("The store cannot do this right now.")
        try:
            return {"userErrors": [], **deed(info, arguments)}
        except Refused as refusal:
            return _refused(*refusal.args)

    return resolve


def _refused(message: str, *field: str) -> View:
    """Return a payload of nothing but the refusal, wherever it is looked for: all its other fields are null."""
    errors = [{"field": list(field) or None, "message": message}]
    return {"userErrors": errors, "orderCancelUserErrors": errors}
