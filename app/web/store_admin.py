"""The way from our pages to the store's own admin, where a customer has a name and an order its items."""

from app.config import Settings
from app.store.shops import Merchant


def address(merchant: Merchant, chosen: Settings, page: str) -> str:
    """Return where `page`, such as "customers/123", is in the admin of this shop."""
    store = merchant.domain.removesuffix(".myshopify.com")
    return f"{chosen.shopify_admin_origin}/store/{store}/{page}"
