"""When something runs short, what is left of it is for the customers who count on it, and no gift takes it away."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.effects import AddGiftLine, Effect, SendGift, SendGiftOrder
from app.domain.facts import GiftOption
from app.domain.gifts import OWN_STORE

CODE = "kept_back"


def to_give(stock: int | None, kept: int) -> int | None:
    """Return how many may be given away; None where nobody counts them."""
    return None if stock is None else stock - kept


def is_short(stock: int | None, kept: int) -> bool:
    """Return whether no more is there than is kept, so that no gift may take any of it."""
    left = to_give(stock, kept)
    return left is not None and left <= 0


def spared(option: GiftOption, kept: Mapping[int, int]) -> GiftOption:
    """Return what may be given of a variant: as many as there are beyond those that are kept."""
    return replace(option, stock=to_give(option.stock, kept.get(option.variant_id, 0)))


def off_the_shelf(effect: Effect) -> int | None:
    """Return the variant of which a deed takes one off the store's own shelves; None for all other deeds."""
    match effect:
        case AddGiftLine() | SendGiftOrder():
            return effect.variant_id
        case SendGift(vendor=vendor, sku=sku) if vendor == OWN_STORE and sku.isdecimal():
            return int(sku)
        case _:
            return None


def why(title: str, kept: int) -> tuple[str, str]:
    """Return why a gift must wait until there is more, as (code, sentence)."""
    return CODE, f"{title} is short: the last {kept} are kept for the customers who count on it."
