"""What the practice shop sells, the three small things that make good presents among it."""

from dataclasses import dataclass

from integrations.sandbox.books import FIRST_ID, Doc, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product with its only variant; money in minor units of the shop's currency."""

    name: str
    sku: str
    price: int
    unit_cost: int | None
    stock: int = 100_000
    tracked: bool = True
    gift_card: bool = False
    tags: tuple[str, ...] = ()
    grams: int = 0  # nobody weighed it


# The first is what people buy when nobody says what.
PRODUCTS = (
    Product(name="Season Box", sku="BOX-SEASON", price=45_00, unit_cost=19_50),
    Product(name="Little Box", sku="BOX-LITTLE", price=32_00, unit_cost=13_20),
    Product(name="Winter Boots", sku="BOOTS-WINTER", price=64_00, unit_cost=31_00),
    Product(name="Grand Box", sku="BOX-GRAND", price=120_00, unit_cost=54_00),
    Product(name="Refill Pouch", sku="REFILL", price=18_00, unit_cost=6_10),
    Product(name="Stoneware Mug", sku="MUG", price=24_00, unit_cost=7_80, grams=620),
    Product(name="Linen Towel", sku="TOWEL", price=20_00, unit_cost=6_40),
    Product(name="Jar of Honey", sku="HONEY", price=14_00, unit_cost=5_00),
    Product(name="Gift Card", sku="CARD-50", price=50_00, unit_cost=None, tracked=False, gift_card=True),
    Product(name="Sticker Sheet", sku="GIFT-STICKERS", price=4_00, unit_cost=40, stock=5_000, grams=15),
    Product(name="Wool Socks", sku="GIFT-SOCKS", price=12_00, unit_cost=3_10, stock=2_000, tags=("animal products",)),
    Product(name="Small Candle", sku="GIFT-CANDLE", price=16_00, unit_cost=4_20, stock=1_000),
)


# The practice shop stocks up first of all, so its variants are numbered as they stand here.
GIFTS = tuple(FIRST_ID + place for place, product in enumerate(PRODUCTS) if product.sku.startswith("GIFT-"))


def stock_up(turn: Turn, shop: Doc) -> list[Doc]:
    """Write the products into the books; return their variants in the order of PRODUCTS."""
    return [_variant(turn, shop, product) for product in PRODUCTS]


def _variant(turn: Turn, shop: Doc, product: Product) -> Doc:
    product_id = turn.next_id("products")
    entry = {
        "id": product_id,
        "shop": shop["domain"],
        "title": product.name,
        "status": "ACTIVE",
        "tags": [*product.tags],
    }
    turn.put("products", product_id, entry)
    variant = {
        "id": turn.next_id("variants"),
        "shop": shop["domain"],
        "product_id": product_id,
        "inventory_item_id": turn.next_id("inventory_items"),
        "title": "Default Title",
        "name": product.name,
        "sku": product.sku,
        "price": product.price,
        "unit_cost": product.unit_cost,
        "stock": product.stock,
        "grams": product.grams,
        "tracked": product.tracked,
        "policy": "DENY",
        "taxable": not product.gift_card,
        "taxed_in_full": False,
        "gift_card": product.gift_card,
    }
    turn.put("variants", variant["id"], variant)
    return variant
