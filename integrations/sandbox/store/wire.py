"""How the store writes ids, times and money on the wire, and reads them back."""

import re
from datetime import UTC, datetime
from decimal import Decimal

from graphql import GraphQLError

AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_GID = re.compile(r"gid://shopify/(\w+)/([\w-]+)")
_EXPONENTS = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3, "TND": 3}  # every other currency here has two decimals


def gid(kind: str, key: object) -> str:
    """Return the global id of something."""
    return f"gid://shopify/{kind}/{key}"


def key_of(global_id: str, *kinds: str) -> str:
    """Return the key inside a global id of one of the kinds, or "" when it names another kind of thing.

    Raises GraphQLError, as the store does, for what is no global id at all.
    """
    match = _GID.fullmatch(global_id)
    if match is None:
        raise GraphQLError(f"Invalid global id '{global_id}'", extensions={"code": "INVALID_VARIABLE"})
    return match[2] if match[1] in kinds else ""


def iso(moment: datetime) -> str:
    """Return a time as the store writes it: UTC, whole seconds, `Z`. These texts sort as the times do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """Read a time; raise ValueError for what is none or lacks its zone."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(f"No zone in {text}")
    return read.astimezone(UTC)


def money(minor: int, currency: str) -> str:
    """Return minor units as the `Money` scalar and the webhooks write them: all decimals, 8.00."""
    exponent = _EXPONENTS.get(currency, 2)
    return f"{Decimal(minor).scaleb(-exponent):.{exponent}f}"


def decimal(minor: int, currency: str) -> str:
    """Return minor units as `MoneyV2.amount` writes them: as few decimals as need be, but one, 8.0."""
    whole, _, rest = money(minor, currency).partition(".")
    return f"{whole}.{rest.rstrip('0') or '0'}"


def minor_units(text: str, currency: str) -> int | None:
    """Read an amount; None when it is no plain decimal or finer than the currency."""
    if not AMOUNT.fullmatch(text):
        return None
    scaled = Decimal(text).scaleb(_EXPONENTS.get(currency, 2))
    return int(scaled) if scaled == scaled.to_integral_value() else None
