"""Money as GraphQL objects: one amount, or one in both the shop's and the buyer's currency."""

from integrations.sandbox.books import Doc
from integrations.sandbox.store import sums
from integrations.sandbox.store.call import View
from integrations.sandbox.store.wire import decimal


def amount(minor: int, currency: str) -> View:
    """Return a MoneyV2."""
    return {"amount": decimal(minor, currency), "currencyCode": currency}


def bag(order: Doc, minor: int) -> View:
    """Return a MoneyBag of a shop amount, converted at the order's rate."""
    return both(order, minor, sums.presented(order, minor))


def both(order: Doc, minor: int, presentment: int) -> View:
    """Return a MoneyBag of two amounts known exactly."""
    return {
        "shopMoney": amount(minor, order["currency"]),
        "presentmentMoney": amount(presentment, order["presentment_currency"]),
    }
