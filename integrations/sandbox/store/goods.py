"""Products, their variants and their stock, as GraphQL objects."""

from integrations.sandbox.books import Doc
from integrations.sandbox.store.bags import amount
from integrations.sandbox.store.call import Call, View
from integrations.sandbox.store.connections import connection
from integrations.sandbox.store.wire import gid, money


def variant_by_key(call: Call, key: str) -> View | None:
    """Return a variant of this shop, or None."""
    variant = call.owned("variants", key)
    return None if variant is None else variant_view(call, variant)


def variant_view(call: Call, variant: Doc) -> View:
    """Return a variant."""
    sellable = not variant["tracked"] or variant["policy"] == "CONTINUE" or variant["stock"] > 0
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", variant["id"]),
        "title": variant["title"],
        "price": money(variant["price"], call.shop["currency"]),
        "availableForSale": sellable,
        "inventoryPolicy": variant["policy"],
        "sellableOnlineQuantity": variant["stock"],
        "inventoryItem": lambda _info: _inventory_item(call, variant),
        "product": lambda _info: _product(call, variant),
    }


def _inventory_item(call: Call, variant: Doc) -> View:
    cost = variant["unit_cost"]
    return {
        "id": gid("InventoryItem", variant["inventory_item_id"]),
        "tracked": variant["tracked"],
        "requiresShipping": not variant["gift_card"],
        "unitCost": None if cost is None else amount(cost, call.shop["currency"]),
        "measurement": {"weight": {"unit": "GRAMS", "value": float(variant.get("grams", 0))}},
    }


def _product(call: Call, variant: Doc) -> View:
    product = call.owned("products", variant["product_id"])
    if product is None:
        raise LookupError(f"Variant {variant['id']} has no product.")
    return product_view(call, product)


def product_view(call: Call, product: Doc) -> View:
    """Return a product."""
    return {
        "id": gid("Product", product["id"]),
        "title": product["title"],
        "status": product["status"],
        "tags": product.get("tags", []),  # which books of an older town do not know
        "variants": connection(
            lambda: [variant_view(call, each) for each in call.turn.find("variants", "product_id", product["id"])]
        ),
    }
