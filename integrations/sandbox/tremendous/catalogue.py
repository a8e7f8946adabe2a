"""What can be had: what its makers sell, in which currencies, for how much and where."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_PICTURES = "https://images.tremendous.example"  # never fetched by anyone


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """Amounts that can be chosen, in decimals; the same twice where there is no choice."""

    least: str
    most: str
    currency: str

    def holds(self, amount: Decimal) -> bool:
        """Return whether so much can be had."""
        return Decimal(self.least) <= amount <= Decimal(self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    id: str
    name: str
    category: str
    countries: tuple[str, ...]
    skus: tuple[Sku, ...]

    def offers(self, amount: Decimal, currency: str) -> bool:
        """Return whether so much of that currency can be had."""
        return any(sku.currency == currency and sku.holds(amount) for sku in self.skus)

    def as_json(self) -> dict[str, Any]:
        """Return the product as it is listed; it has long disclosures, in HTML."""
        return {
            "id": self.id,
            "name": self.name,
            "description": f"{self.name}, for whoever likes it.",
            "category": self.category,
            "disclosure": "<ul><li><p>This card may not be exchanged for cash.</p></li></ul>",
            "skus": [_sku(each) for each in self.skus],
            "currency_codes": sorted({each.currency for each in self.skus}),
            "countries": [{"abbr": country} for country in self.countries],
            "images": [{"src": f"{_PICTURES}/{self.id}.png", "type": "card"}],
        }


PRODUCTS = (
    Product(
        id="OKMHM2X2OHYV",
        name="Corner Bookshop",
        category="merchant_card",
        countries=("US",),
        skus=(Sku(least="1.00", most="500.00", currency="USD"),),
    ),
    Product(
        id="A2J05SWPI2QG",
        name="Two Cups of Coffee",
        category="merchant_card",
        countries=("US", "CA"),
        skus=(
            Sku(least="5", most="5", currency="USD"),
            Sku(least="10", most="10", currency="USD"),
            Sku(least="25", most="25", currency="USD"),
        ),
    ),
    Product(
        id="ET0ZVETV5ILN",
        name="A Tree Planted",
        category="charity",
        countries=("US", "CA", "DE", "JP", "KW"),
        skus=(
            Sku(least="0.50", most="2000", currency="USD"),
            Sku(least="0.50", most="2000", currency="EUR"),
            Sku(least="100", most="200000", currency="JPY"),
            Sku(least="0.250", most="500", currency="KWD"),
        ),
    ),
)


def product(key: str) -> Product | None:
    """Return the product with this id, or None."""
    return next((each for each in PRODUCTS if each.id == key), None)


def listed(country: str, currency: str) -> list[dict[str, Any]]:
    """Return what can be had in one of the countries and one of the currencies; "" is any."""
    countries, currencies = set(country.split(",")), set(currency.split(","))
    return [
        each.as_json()
        for each in PRODUCTS
        if (not country or countries & set(each.countries))
        and (not currency or currencies & {sku.currency for sku in each.skus})
    ]


def number(text: str | Decimal) -> float | int:
    """Return an amount as the bare JSON number that it is answered with: let readers beware."""
    amount = Decimal(text)
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _sku(sku: Sku) -> dict[str, Any]:
    return {"min": number(sku.least), "max": number(sku.most), "currency_code": sku.currency}
