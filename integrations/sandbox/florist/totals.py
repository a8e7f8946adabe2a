"""What an order comes to: bouquets, one service charge per recipient, and tax where the state asks for it."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.florist.catalogue import SERVICE_CHARGE, bouquet
from integrations.sandbox.florist.delivery import check_postcode
from integrations.sandbox.florist.refusals import Refused

_TAXED = ("10", "11", "12", "13", "14")  # New York; the town's florist owes tax nowhere else
_TAX_PER_MILLE = 40
_SURCHARGE = ("switches", "florist_surcharge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Amounts in cents of US dollars."""

    subtotal: int
    service_charge: int
    tax: int

    @property
    def total(self) -> int:
        """Return what must be paid."""
        return self.subtotal + self.service_charge + self.tax

    def as_json(self) -> dict[str, Any]:
        """Return the answer to gettotal; nothing is ordered yet, so the order number is nought."""
        return {
            "ORDERNO": 0,
            "SUBTOTAL": number(self.subtotal),
            "FLORISTONESERVICECHARGE": number(self.service_charge),
            "AFFILIATESERVICECHARGE": 0,
            "SERVICECHARGETOTAL": number(self.service_charge),
            "FLORISTONETAX": number(self.tax),
            "AFFILIATETAX": 0,
            "TAXTOTAL": number(self.tax),
            "ORDERTOTAL": number(self.total),
        }


def surcharge(turn: Turn) -> int:
    """Return by how many cents the service charge is up today."""
    return int((turn.get(*_SURCHARGE) or {"cents": 0})["cents"])


def raise_charge(turn: Turn, by: int) -> None:
    """Let the service charge be up by so many cents from now on: what was quoted before no longer holds."""
    turn.put(*_SURCHARGE, {"cents": by})


def total_of(products: list[dict[str, Any]], surcharge: int = 0) -> Total:
    """Return the true total; raises Refused for unknown codes, stale prices and places out of reach."""
    if not products:
        raise Refused("products must be a list with at least one product")
    subtotal = service = tax = 0
    for product in products:
        price = _price(product)
        subtotal += price
        service += SERVICE_CHARGE + surcharge
        tax += _tax(price + SERVICE_CHARGE + surcharge, _zipcode(product))
    return Total(subtotal=subtotal, service_charge=service, tax=tax)


def cents(value: object) -> int:
    """Return the cents of an amount in decimals; raises Refused for anything finer or odd."""
    try:
        amount = Decimal(str(value)) * 100
    except InvalidOperation:
        raise Refused("invalid amount") from None
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise Refused("invalid amount")
    return int(amount)


def number(amount: int) -> float:
    """Return cents as the bare JSON number that the real service answers with: let readers beware."""
    return amount / 100


def _price(product: dict[str, Any]) -> int:
    kind = bouquet(str(product.get("code", "")))
    if cents(product.get("price")) != kind.price:
        raise Refused(f"price of {kind.code} does not match the product price")
    return kind.price


def _zipcode(product: dict[str, Any]) -> str:
    recipient = product.get("recipient")
    zipcode = str(recipient.get("zipcode", "")) if isinstance(recipient, dict) else ""
    check_postcode(zipcode)
    return zipcode


def _tax(amount: int, zipcode: str) -> int:
    return (amount * _TAX_PER_MILLE + 500) // 1000 if zipcode.startswith(_TAXED) else 0
