"""What can be had, and for how much: we write a product and its amount down as one, as "OKMHM2X2OHYV:25.00:USD"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Rejected, Unavailable
from app.domain.gifts import Need, Offer
from app.domain.money import Money, decimals
from integrations.tremendous.amounts import money

Json = dict[str, Any]

_WRITTEN = re.compile(r"([A-Za-z0-9]{1,64}):(\d{1,12}(?:\.\d{1,3})?):([A-Z]{3})")
_ROUND = (5, 10, 15, 20, 25, 50, 75, 100)  # what people give, in units of most currencies
_OF_COINS = 100  # a unit, where a currency has nothing smaller than its coins


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """So much of one product."""

    product: str
    value: Money

    @property
    def written(self) -> str:
        return f"{self.product}:{self.value.text}:{self.value.currency}"

    @property
    def denomination(self) -> float | int:
        """The bare number that their orders want. Of so few digits it is as exact on the wire as text."""
        whole, _, fraction = self.value.text.partition(".")
        return float(self.value.text) if fraction.strip("0") else int(whole)


def read(sku: str) -> Token:
    """Return what is meant; raises Rejected."""
    found = _WRITTEN.fullmatch(sku)
    try:
        if found is not None:
            return Token(product=found[1], value=Money.parse(found[2], found[3]))
    except ValueError:
        pass
    raise Rejected("This is no e-gift with an amount: please choose it anew.")


def holds(product: Json, value: Money) -> bool:
    """Return whether so much of it can be had."""
    return any(least <= value <= most for least, most in _ranges(product, value.currency))


def offers(product: Json, at_most: Money) -> Iterator[Offer]:
    """Yield the amounts of one product that cost no more: its own where they are fixed, else round ones."""
    for value in sorted(_values(product, at_most), key=lambda each: each.minor):
        images = product.get("images") or [{}]
        yield Offer(
            sku=Token(product=str(product["id"]), value=value).written,
            title=f"{product.get('name') or product['id']}, {value}",
            price=value,
            photo=str(images[0].get("src") or ""),
            needs=frozenset({Need.EMAIL}),
            countries=frozenset(str(each["abbr"]) for each in product.get("countries") or []) or None,
        )


def _values(product: Json, at_most: Money) -> set[Money]:
    currency = at_most.currency
    unit = _OF_COINS if decimals(currency) == 0 else 10 ** decimals(currency)
    round_ones = [Money(minor=each * unit, currency=currency) for each in _ROUND]
    found: set[Money] = set()
    for least, most in _ranges(product, currency):
        found |= {least} if least == most else {each for each in round_ones if least <= each <= most}
    return {each for each in found if each <= at_most}


def _ranges(product: Json, currency: str) -> list[tuple[Money, Money]]:
    """Return the least and the most of each of its amounts in a currency."""
    skus = [sku for sku in product.get("skus") or [] if sku.get("currency_code") == currency]
    return [(_money(sku.get("min"), currency), _money(sku.get("max"), currency)) for sku in skus]


def _money(amount: object, currency: str) -> Money:
    try:
        return money(amount, currency)
    except ValueError as fault:
        raise Unavailable("Tremendous' list has an amount that makes no sense") from fault
