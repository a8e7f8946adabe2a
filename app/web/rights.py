"""What is off because the store does not let us: which feature, for want of which scope, and where to grant it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from app.config import Settings
from app.domain.scopes import NEEDED, Feature, missing_for
from app.store.shops import Merchant
from app.web import store_admin
from app.web.language import N_

_FEATURES: Mapping[Feature, tuple[str, str]] = {
    Feature.MARKS: (
        N_("Tags on special customers"),
        N_("Special customers are known here, and bear no tag in the store."),
    ),
    Feature.GIFT_SEARCH: (N_("Choosing gifts by their name"), N_("Gifts are named by their variants' numbers.")),
    Feature.GIFT_LINES: (N_("Gifts added to an order"), N_("No gift can be slipped into a parcel.")),
    Feature.REFUNDS: (N_("Refunds"), N_("Agents cannot give money back from the helpdesk.")),
    Feature.GIFT_ORDERS: (
        N_("Gifts as an order of their own"),
        N_("A gift that has missed its parcel waits for the next one."),
    ),
    Feature.GIFT_DRAFTS: (
        N_("Gifts of their own by a draft"),
        N_("Where they are to be made by a draft, a gift that has missed its parcel waits for the next one."),
    ),
    Feature.STORE_CREDIT: (N_("Store credit"), N_("Agents cannot give store credit.")),
    Feature.WAREHOUSE: (
        N_("Seeing the warehouse at work"),
        N_("Whether a parcel is being packed already is not to be seen."),
    ),
    Feature.WHOLE_PAST: (
        N_("Orders older than 60 days"),
        N_("The store hides them, so Lagniappe works on the last 60 days."),
    ),
    Feature.MERGES: (
        N_("Merged customers"),
        N_("Two accounts made one in the store are found out later, by their orders."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """A feature that is off, what comes of it, and what it wants. `grant` leads to the store's own question."""

    name: str
    says: str
    scopes: tuple[str, ...]
    grant: str


def off(merchant: Merchant, chosen: Settings) -> list[Off]:
    """Return what is off in this shop; nothing while the store has not told us what it grants."""
    if merchant.scopes is None:
        return []
    found = []
    for feature, (name, says) in _FEATURES.items():
        scopes = tuple(sorted(missing_for(feature, merchant.scopes)))
        if scopes:
            found.append(Off(name=name, says=says, scopes=scopes, grant=_where_to_grant(merchant, scopes, chosen)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a feature is called and asks for; `grant` leads to the store's own question where it lacks something."""

    name: str
    scopes: tuple[str, ...]
    grant: str


def asked(merchant: Merchant, chosen: Settings) -> dict[Feature, Asked]:
    """Return every feature, on or off. Nothing lacks anything while the store has not told us what it grants."""
    found = {}
    for feature, (name, _) in _FEATURES.items():
        scopes = tuple(sorted(NEEDED[feature]))
        missing = () if merchant.scopes is None else tuple(sorted(missing_for(feature, merchant.scopes)))
        grant = _where_to_grant(merchant, missing, chosen) if missing else ""
        found[feature] = Asked(name=name, scopes=scopes, grant=grant)
    return found


def _where_to_grant(merchant: Merchant, scopes: tuple[str, ...], chosen: Settings) -> str:
    """Return the page of the store's admin that asks; App Bridge asks in place, without leaving ours."""
    query = urlencode({"client_id": chosen.shopify_client_id, "optional_scopes": ",".join(scopes)}, safe=",")
    return store_admin.address(merchant, chosen, f"oauth/install?{query}")
