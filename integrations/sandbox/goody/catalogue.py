"""What Goody sells, by brands that each send in their own way, and the cards that stand before a message."""

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.goody.accounts import PRACTICE_CARD

_PICTURES = "https://images.ongoody.example"  # never fetched by anyone
_FEE, _TAX = 20, 10  # a twentieth on top for them, and at most a tenth for the state


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    id: str
    name: str
    shipping: int
    free_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product; `variable` are the least and the most that it can be worth, where the sender says how much."""

    id: str
    name: str
    brand: Brand
    price: int
    variable: tuple[int, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the product as it is listed."""
        least, most = self.variable or (None, None)
        brand = {
            "id": self.brand.id,
            "name": self.brand.name,
            "logo_image": None,
            "shipping_price": self.brand.shipping,
            "free_shipping_minimum": self.brand.free_from,
            "brand_values": ["Sustainable"],
        }
        image = {"url": f"{_PICTURES}/{self.id}.jpg", "width": 1200, "height": 1200}
        return {
            "id": self.id,
            "name": self.name,
            "brand": brand,
            "subtitle": None,
            "variants_label": None,
            "variants_num_selectable": None,
            "variants": [],
            "variant_groups": [],
            "images": [{"id": self.id[::-1], "image_large": image}],
            "price": self.price,
            "price_is_variable": self.variable is not None,
            "price_min": least,
            "price_max": most,
            "restricted_states": ["HI"],
            "attributes": [{"label": "Materials", "content": "<p>80% cotton</p>"}],
            "status": "active",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a cart costs for one of those who get it, in cents."""

    product: int
    shipping: int
    fee: int

    @property
    def before_tax(self) -> int:
        return self.product + self.shipping + self.fee

    @property
    def most(self) -> int:
        return self.before_tax + self.most_tax

    @property
    def most_tax(self) -> int:
        return self.before_tax // _TAX


_OVEN = Brand(id="0b0b0b0b-0000-4000-8000-000000000001", name="Oven & Daughters", shipping=6_00)
_PETALS = Brand(id="0b0b0b0b-0000-4000-8000-000000000002", name="Petal Post", shipping=12_00, free_from=60_00)
COOKIES = Product(id="48680ddb-0000-4000-8000-000000000001", name="Six Cookies", brand=_OVEN, price=24_00)
BREAD = Product(id="48680ddb-0000-4000-8000-000000000002", name="Loaf of Rye", brand=_OVEN, price=14_00)
TULIPS = Product(id="48680ddb-0000-4000-8000-000000000003", name="Twenty Tulips", brand=_PETALS, price=45_00)
LILIES = Product(id="48680ddb-0000-4000-8000-000000000004", name="White Lilies", brand=_PETALS, price=60_00)
CHOICE = Product(
    id="48680ddb-0000-4000-8000-000000000005",
    name="Gift of Choice",
    brand=_OVEN,
    price=25_00,
    variable=(10_00, 200_00),
)
PRODUCTS = (COOKIES, BREAD, TULIPS, LILIES, CHOICE)
CARDS = (PRACTICE_CARD, "c5f0a1de-0000-4000-8000-00000000b1da")


def product(key: str) -> Product | None:
    """Return the product with this id, or None."""
    return next((each for each in PRODUCTS if each.id == key), None)


def price(lines: list[tuple[Product, int, int | None]], *, on_top: int = 0) -> Price:
    """Return what lines of a product, so many of it, and its worth where that is free, cost together."""
    cost = shipping = 0
    for found, count, worth in lines:
        line = (found.price if worth is None else worth) * count
        free = found.brand.free_from is not None and line >= found.brand.free_from
        cost, shipping = cost + line, shipping + (0 if free else found.brand.shipping)
    return Price(product=cost, shipping=shipping, fee=-(-(cost + shipping) // _FEE) + on_top)


def cards() -> list[dict[str, Any]]:
    """Return the cards that can stand before a message."""
    return [
        {
            "id": each,
            "image": {"url": f"{_PICTURES}/{each}.jpg", "width": 800, "height": 1130},
            "image_thumb": {"url": f"{_PICTURES}/{each}-small.jpg", "width": 200, "height": 283},
            "occasions": ["Any" if each == PRACTICE_CARD else "Birthday"],
        }
        for each in CARDS
    ]
