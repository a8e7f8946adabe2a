"""The store's nodes as our facts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from app.domain.facts import GiftOption, Line, Order
from app.domain.money import Money, zero
from app.domain.tags import folded
from integrations.shopify.answers import Json

OUR_TAG, OUR_SOURCE = "lagniappe-gift", "lagniappe-"  # on orders that we made ourselves
_FULLY_PAID = {"PAID", "PARTIALLY_REFUNDED", "REFUNDED"}
_PAID = _FULLY_PAID | {"PARTIALLY_PAID"}
_ADVISED_AGAINST = {"CANCEL", "INVESTIGATE"}
_WON = "WON"  # by the merchant; a dispute in any other state has cost them the payment, or may
LEFT = {"FULFILLED", "PARTIALLY_FULFILLED"}
_GRAMS = {
    "GRAMS": Fraction(1),
    "KILOGRAMS": Fraction(1000),
    "OUNCES": Fraction("28.349523125"),
    "POUNDS": Fraction("453.59237"),
}


def gid(kind: str, number: int) -> str:
    """Return the global id under which the store knows something."""
    return f"gid://shopify/{kind}/{number}"


def number(global_id: str) -> int:
    """Return the number in a global id."""
    return int(global_id.rpartition("/")[2])


def money(bag: Json, side: str = "shopMoney") -> Money:
    """Return one side of a pair of amounts: the shop's own currency, or presentmentMoney, the buyer's."""
    return Money.parse(bag[side]["amount"], bag[side]["currencyCode"])


def order(node: Json, *, home: str | None) -> Order:
    """Return an order read in full; `home` is the shop's country, None when unknown."""
    return replace(
        _past_order(node, node["lineItems"]["nodes"]),
        closed=node["closed"],
        shipped=node["displayFulfillmentStatus"] in LEFT,
        editable=node["merchantEditable"],
        risky=is_advised_against((node["risk"] or {}).get("recommendation")),
        subscription=_subscription(node),
        domestic=_domestic(node["shippingAddress"], home),
        outstanding=money(node["totalOutstandingSet"]).minor > 0,
        created_at=datetime.fromisoformat(node["createdAt"]),
        disputed=any(dispute["status"] != _WON for dispute in node["disputes"]),
        marks=frozenset(mark["value"] for mark in node["metafields"]["nodes"]),
        tags=frozenset(map(folded, node["tags"])),
    )


def _past_order(node: Json, lines: Sequence[Json]) -> Order:
    """Return an order for the ledger: what was paid, and whether it counts; nothing about its parcel."""
    net = _net(node, lines)
    why_not = why_uncounted(
        test=node["test"],
        cancelled=node["cancelledAt"] is not None,
        ours=is_ours(node["tags"], node["sourceIdentifier"]),
        status=node["displayFinancialStatus"],
        net_minor=net.minor,
    )
    customer = node["customer"]
    return Order(
        id=number(node["id"]),
        name=node["name"],
        customer_id=number(customer["id"]) if customer else None,
        customer_since=datetime.fromisoformat(customer["createdAt"]) if customer else None,
        processed_at=datetime.fromisoformat(node["processedAt"]),
        updated_at=datetime.fromisoformat(node["updatedAt"]),
        net=net,
        counted=not why_not,
        uncounted_because=why_not,
        settled=is_settled(node["displayFinancialStatus"]),
        cancelled=node["cancelledAt"] is not None,
        test=node["test"],
        lines=tuple(_line(line) for line in lines),
    )


def gift_option(variant: Json, currency: str) -> GiftOption:
    """Return a variant as a possible gift; without the right to see unit costs it costs its price."""
    item, product = variant["inventoryItem"], variant["product"]
    cost = item["unitCost"]
    return GiftOption(
        variant_id=number(variant["id"]),
        title=_title(product["title"], variant["title"]),
        cost=Money.parse(cost["amount"], cost["currencyCode"]) if cost else Money.parse(variant["price"], currency),
        on_sale=product["status"] == "ACTIVE" and variant["availableForSale"],
        stock=variant["sellableOnlineQuantity"] if item["tracked"] else None,
        ships=item["requiresShipping"],
        tags=tuple(product["tags"]),
        costed=cost is not None,
        grams=_grams((item.get("measurement") or {}).get("weight")),
    )


def _grams(weight: Json | None) -> int | None:
    """Return a weight in grams; None where there is none, for a store writes 0 where nobody weighed anything."""
    return round(Fraction(str(weight["value"])) * _GRAMS[weight["unit"]]) or None if weight else None


def _net(node: Json, lines: Sequence[Json]) -> Money:
    """Return what was paid and kept, without the gift cards still on the order: they are spent in later orders."""
    net = money(node["netPaymentSet"])
    for line in lines:
        if line["isGiftCard"]:
            net -= _kept(line)
    return max(net, zero(net.currency), key=lambda amount: amount.minor)


def kept(total: Money, quantity: int, current: int) -> Money:
    """Return what a line's remaining pieces came to; the store's total also holds those given back."""
    return Money(minor=total.minor * current // max(quantity, 1), currency=total.currency)


def is_ours(tags: Sequence[str], source: str | None) -> bool:
    """Return whether we made the order ourselves."""
    return OUR_TAG in tags or (source or "").startswith(OUR_SOURCE)


def is_settled(status: str | None) -> bool:
    """Return whether an order of that financial status was paid in full, whatever was given back since."""
    return status in _FULLY_PAID


def is_advised_against(recommendation: str | None) -> bool:
    """Return whether the store advises caution with an order of that risk."""
    return recommendation in _ADVISED_AGAINST


def is_a_renewal(source: str | None) -> bool:
    """Return whether an order that came that way is a subscription's."""
    return (source or "").startswith("subscription_contract")


def why_uncounted(*, test: bool, cancelled: bool, ours: bool, status: str | None, net_minor: int) -> str:
    """Return why an order is no real one of a customer; empty when it is."""
    if test:
        return "It is a test order."
    if cancelled:
        return "The order was cancelled."
    if ours:
        return "It is one of our own gifts."
    if status not in _PAID:
        return "The order is not paid."
    return "Nothing was paid for goods." if net_minor == 0 and status != "REFUNDED" else ""


def _kept(line: Json) -> Money:
    return kept(money(line["discountedTotalSet"]), line["quantity"], line["currentQuantity"])


def _line(line: Json) -> Line:
    variant = line.get("variant")
    return Line(
        variant_id=number(variant["id"]) if variant else None,
        quantity=line["currentQuantity"],
        total=_kept(line),
    )


def _subscription(node: Json) -> bool:
    plans = any(line["sellingPlan"] for line in node["lineItems"]["nodes"])
    return plans or is_a_renewal(node["sourceName"])


def _domestic(address: Json | None, home: str | None) -> bool:
    """Return False only when both countries are known and differ: pick-up and digital orders have no address."""
    country = (address or {}).get("countryCodeV2")
    return country is None or home is None or country == home


def _title(product: str, variant: str) -> str:
    # A product without options has one variant of this name.
    return product if variant == "Default Title" else f"{product}, {variant}"
