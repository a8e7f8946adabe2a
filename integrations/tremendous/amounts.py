"""Amounts as they stand in their answers: bare numbers, in units of the currency."""

from decimal import Decimal

from app.domain.money import Money


def money(amount: object, currency: str) -> Money:
    """Return the amount, exactly; raises ValueError for what is none."""
    return Money.parse(f"{amount:f}" if isinstance(amount, Decimal) else str(amount), currency)
