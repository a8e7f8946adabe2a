"""What Goody sells: flowers, and everything else."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from app.domain.gifts import Flag, GiftKind, Need, Offer
from app.domain.money import Money
from integrations.goody.fate import CURRENCY

Json = dict[str, Any]

HOME = "US"
_NEEDS = frozenset({Need.EMAIL, Need.WORDS})
# Their products belong to brands and not to kinds: what it is stands in its name.
_FLOWERS = re.compile(r"\b(flowers?|bouquets?|blooms?|roses?|tulips?|peon(y|ies)|lil(y|ies)|orchids?)\b", re.IGNORECASE)
_LILIES = re.compile(r"\blil(y|ies)\b", re.IGNORECASE)
# On top of product and shipping come their fee, of a twentieth, and the highest tax that they reckon with.
_ALL_IN, _PARTS = 1155, 1000


def offers(products: Iterable[Json], what: GiftKind, at_most: Money) -> Iterator[Offer]:
    """Yield those of a kind that cost no more, as far as a list can say: the price itself is asked for each time."""
    for product in products:
        price = _price(product)
        if price is not None and kind_of(product) is what and price <= at_most:
            yield Offer(
                sku=str(product["id"]),
                title=_title(product),
                price=price,
                photo=_photo(product),
                needs=_NEEDS,
                flags=frozenset({Flag.CATS} if _LILIES.search(_title(product)) else ()),
                countries=frozenset({HOME}),
            )


def kind_of(product: Json) -> GiftKind:
    """Return what a product is."""
    return GiftKind.FLOWERS if _FLOWERS.search(str(product.get("name") or "")) else GiftKind.PARCEL


def _price(product: Json) -> Money | None:
    """Return what a product costs, all in; None where whoever sends it says how much it is worth."""
    cents, brand = product.get("price"), product.get("brand") or {}
    if product.get("price_is_variable") or not isinstance(cents, int):
        return None
    free_from, shipping = brand.get("free_shipping_minimum"), brand.get("shipping_price") or 0
    known = cents if isinstance(free_from, int) and cents >= free_from else cents + shipping
    return Money(minor=-(-known * _ALL_IN // _PARTS), currency=CURRENCY)


def _title(product: Json) -> str:
    brand = (product.get("brand") or {}).get("name")
    return f"{product.get('name') or product['id']}{f' by {brand}' if brand else ''}"


def _photo(product: Json) -> str:
    images = product.get("images") or [{}]
    return str((images[0].get("image_large") or {}).get("url") or "")
