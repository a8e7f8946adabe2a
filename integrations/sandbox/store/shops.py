"""The shops of the town and what the app may do in each of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from integrations.sandbox.books import Doc, Turn

KIND = "shops"

# What the app asks for at its installation, read_all_orders (which the store must approve) among it.
SCOPES = (
    "read_all_orders",
    "read_merchant_managed_fulfillment_orders",
    "read_products",
    "read_store_credit_accounts",
    "read_third_party_fulfillment_orders",
    "write_customers",
    "write_draft_orders",
    "write_order_edits",
    "write_orders",
    "write_store_credit_account_transactions",
)
TOPICS = (
    "app/scopes_update",
    "app/uninstalled",
    "bulk_operations/finish",
    "customer.tags_added",
    "customer.tags_removed",
    "customers/create",
    "customers/delete",
    "customers/merge",
    "customers/purchasing_summary",
    "customers/update",
    "orders/cancelled",
    "orders/create",
    "orders/edited",
    "orders/paid",
    "orders/updated",
    "refunds/create",
    "shop/update",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShop:
    """A shop as it is opened; everything can be changed in its document later."""

    domain: str
    token: str
    name: str = "Practice Goods"
    currency: str = "USD"
    timezone: str = "America/New_York"
    country: str = "US"
    scopes: Iterable[str] = SCOPES
    protected: Iterable[str] = ("name", "email", "phone", "address")  # personal data approved for the app
    tax_basis_points: int = 0  # on taxable goods that an edit adds: 825 = 8.25 %


def open_shop(turn: Turn, new: NewShop) -> Doc:
    """Open a shop, or leave the one of that name as it is; return its document."""
    known = turn.get(KIND, new.domain)
    if known is not None:
        return known
    shop = {
        "id": turn.next_id(KIND),
        "domain": new.domain,
        "token": new.token,
        "name": new.name,
        "currency": new.currency,
        "timezone": new.timezone,
        "country": new.country,
        "scopes": sorted(new.scopes),
        "protected": sorted(new.protected),
        "topics": list(TOPICS),
        "tax_basis_points": new.tax_basis_points,
        "state": "open",  # or "frozen", "locked"
        "installed": True,  # the app; what it was let have is in grants.py
        "tells_lifetimes": True,  # whether tokens come with the seconds that they live
        "old_orders": "hidden",  # or "denied": what is said of those beyond sixty days, without the scope for them
        "last_order_number": 1000,
    }
    turn.put(KIND, new.domain, shop)
    return shop


CHANGEABLE = (
    "currency",
    "development",
    "name",
    "old_orders",
    "protected",
    "scopes",
    "state",
    "store_credit",
    "subscriptions",
    "tax_basis_points",
    "timezone",
    "token",
    "tells_lifetimes",
    "topics",
)


def change_shop(turn: Turn, domain: str, wish: Mapping[str, object]) -> Doc:
    """Change what the shop allows the app, or in which state it is; raise ValueError for what cannot be changed."""
    shop = turn.get(KIND, domain)
    odd = set(wish) - set(CHANGEABLE)
    if shop is None or odd:
        raise ValueError(f"{domain} is unknown, or these cannot be changed: {sorted(odd)}.")
    shop |= wish
    turn.put(KIND, domain, shop)
    return shop


def granted(shop: Doc) -> frozenset[str]:
    """Return the scopes the app holds; the right to write a thing is the right to read it."""
    scopes = set(shop["scopes"])
    return frozenset(scopes | {scope.replace("write_", "read_", 1) for scope in scopes})
