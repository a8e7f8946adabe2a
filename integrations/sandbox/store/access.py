"""Which scope each part of the schema demands, and which fields are personal data that needs approval."""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    default_field_resolver,
    get_named_type,
)

from integrations.sandbox.store.call import Argument, Call, Info

_PARCELS = (
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
    "read_assigned_fulfillment_orders",
)
# Any one of the scopes opens the type. Source: the schema's own requiredAccess notes, version 2026-10.
TYPES: dict[str, tuple[str, ...]] = {
    "CalculatedLineItem": ("read_order_edits",),
    "CalculatedOrder": ("read_order_edits",),
    "Customer": ("read_customers",),
    "DraftOrder": ("read_draft_orders", "read_quick_sale"),
    "FulfillmentOrder": _PARCELS,
    "InventoryItem": ("read_inventory", "read_products"),
    "LineItem": ("read_orders",),
    "Order": ("read_orders",),
    "OrderTransaction": ("read_orders",),
    "Product": ("read_products",),
    "ProductVariant": ("read_products",),
    "Refund": ("read_orders",),
}
MUTATIONS = {
    "draftOrderComplete": "write_draft_orders",
    "draftOrderCreate": "write_draft_orders",
    "draftOrderDelete": "write_draft_orders",
    "orderCancel": "write_orders",
    "orderCreate": "write_orders",
    "orderEditAddLineItemDiscount": "write_order_edits",
    "orderEditAddVariant": "write_order_edits",
    "orderEditBegin": "write_order_edits",
    "orderEditCommit": "write_order_edits",
    "orderEditSetQuantity": "write_order_edits",
    "refundCreate": "write_orders",
}
PERSONAL = {
    ("Customer", "defaultEmailAddress"): "email",
    ("Customer", "defaultPhoneNumber"): "phone",
    ("Customer", "firstName"): "name",
    ("Customer", "lastName"): "name",
    ("MailingAddress", "address1"): "address",
    ("MailingAddress", "address2"): "address",
    ("MailingAddress", "firstName"): "name",
    ("MailingAddress", "lastName"): "name",
    ("MailingAddress", "phone"): "phone",
    ("MailingAddress", "zip"): "address",
    ("Order", "email"): "email",
}


def guard(schema: GraphQLSchema) -> None:
    """Put a guard before every field that demands a scope or an approval."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                field.resolve = _guarded(kind.name, name, field)


def demand(call: Call, scope: str, field: str) -> None:
    """Raise GraphQLError as the store does unless the app holds the scope."""
    if scope not in call.scopes():
        raise denied(field, f"`{scope}` access scope.")


def denied(field: str, needed: str) -> GraphQLError:
    """Return the store's refusal of one field; the rest of the answer stays."""
    message = f"Access denied for {field} field. Required access: {needed}"
    return GraphQLError(message, extensions={"code": "ACCESS_DENIED", "requiredAccess": needed})


def scopes_for(kind: str, field: GraphQLField, name: str) -> tuple[str, ...]:
    """Return the scopes of which the app must hold one to read the field; empty when none is needed."""
    if kind == "Mutation":
        return (MUTATIONS[name],) if name in MUTATIONS else ()
    return TYPES.get(get_named_type(field.type).name.removesuffix("Connection"), ())


def _guarded(kind: str, name: str, field: GraphQLField) -> Callable[..., Any]:
    resolve = field.resolve or default_field_resolver
    scopes, subject = scopes_for(kind, field, name), PERSONAL.get((kind, name))
    if not scopes and subject is None:
        return resolve

    def guarded(root: object, info: Info, **arguments: Argument) -> object:
        call = info.context
        if scopes and call.scopes().isdisjoint(scopes):
            raise denied(name, " or ".join(f"`{scope}` access scope" for scope in scopes) + ".")
        if subject is not None and subject not in call.shop["protected"]:
            raise denied(name, f"approval for protected customer data ({subject}).")
        return resolve(root, info, **arguments)

    return guarded
