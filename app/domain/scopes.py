"""What the store must let us do for each thing that we do. What it does not is off and says so; the rest goes on."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Feature(StrEnum):
    """Something that the app does, and that a store may not let it do."""

    MARKS = "marks"
    GIFT_SEARCH = "gift_search"
    GIFT_LINES = "gift_lines"
    REFUNDS = "refunds"
    GIFT_ORDERS = "gift_orders"
    GIFT_DRAFTS = "gift_drafts"
    STORE_CREDIT = "store_credit"
    WAREHOUSE = "warehouse"
    WHOLE_PAST = "whole_past"
    MERGES = "merges"


NEEDED: Mapping[Feature, frozenset[str]] = {
    Feature.MARKS: frozenset({"write_customers"}),
    Feature.GIFT_SEARCH: frozenset({"read_products"}),
    Feature.GIFT_LINES: frozenset({"read_products", "write_order_edits", "write_orders"}),
    Feature.REFUNDS: frozenset({"write_orders"}),
    Feature.GIFT_ORDERS: frozenset({"read_products", "write_orders"}),
    Feature.GIFT_DRAFTS: frozenset({"read_products", "write_draft_orders"}),
    Feature.STORE_CREDIT: frozenset({"read_store_credit_accounts", "write_store_credit_account_transactions"}),
    Feature.WAREHOUSE: frozenset({"read_merchant_managed_fulfillment_orders", "read_third_party_fulfillment_orders"}),
    Feature.WHOLE_PAST: frozenset({"read_all_orders"}),
    Feature.MERGES: frozenset({"read_customer_merge"}),
}


def with_implied(granted: Iterable[str]) -> frozenset[str]:
    """Return the scopes together with those they imply: the right to write a thing is the right to read it."""
    scopes = frozenset(granted)
    return scopes | {scope.replace("write_", "read_", 1) for scope in scopes if scope.startswith("write_")}


def missing_for(feature: Feature, granted: Iterable[str]) -> frozenset[str]:
    """Return what the feature lacks; nothing when it may work."""
    return NEEDED[feature] - with_implied(granted)
