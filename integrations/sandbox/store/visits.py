"""Who came into the shop during the year, when, for what, and how it ended; nothing is written down here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from integrations.sandbox.books import Doc
from integrations.sandbox.store.order_book import Item

_MOST_ORDERS = 40
_ORDINARY = 8  # the first products are what people come for
_WEIGHTS = (30, 24, 8, 5, 14, 8, 6, 5)
_GIFT_CARD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One purchase; without a customer it was a guest's."""

    at: datetime
    items: tuple[Item, ...]
    customer: Doc | None = None
    end: str = "kept"  # or "cancelled", "test", "card" (a gift card was bought)
    returned: int = 0  # minor units given back later

    @property
    def amount(self) -> int:
        """Return what it cost."""
        return sum((item.variant["price"] if item.price is None else item.price) * item.quantity for item in self.items)

    @property
    def counted(self) -> int | None:
        """Return what it brought on balance, or None when it does not count as an order."""
        return self.amount - self.returned if self.end == "kept" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """What a person is like: how many orders they will place, how far apart, and how deep the purse is."""

    orders: int
    days_between: float
    purse: float

    @classmethod
    def some(cls, rng: Random) -> "Shopper":
        """Return somebody: most buy once or twice, a few keep the shop alive."""
        return cls(
            orders=min(int(rng.paretovariate(0.8)), _MOST_ORDERS),
            days_between=rng.uniform(12, 60),
            purse=rng.lognormvariate(0, 0.55),
        )

    def visits(self, rng: Random, variants: Sequence[Doc], *, first: datetime, now: datetime) -> Iterator[Visit]:
        """Return the person's visits from the first to now."""
        at = first
        for _ in range(self.orders):
            yield visit(rng, variants, at=at, purse=self.purse)
            at += timedelta(days=0.2 + rng.expovariate(1 / self.days_between))
            if at >= now:
                return


def visit(rng: Random, variants: Sequence[Doc], *, at: datetime, purse: float = 1.0) -> Visit:
    """Return one visit: nearly always goods that are kept."""
    chance = rng.random()
    if chance < 0.01:
        return Visit(at=at, items=(Item(variant=variants[_GIFT_CARD], gift_card=True),), end="card")
    items = _basket(rng, variants, purse)
    whole = Visit(at=at, items=items)
    if chance < 0.015:
        return Visit(at=at, items=items, end="test")
    if chance < 0.035:
        return Visit(at=at, items=items, end="cancelled")
    if chance < 0.05:
        return Visit(at=at, items=items, returned=whole.amount)
    if chance < 0.09:
        return Visit(at=at, items=items, returned=max(whole.amount * rng.randint(15, 60) // 100, 1_00))
    return whole


def _basket(rng: Random, variants: Sequence[Doc], purse: float) -> tuple[Item, ...]:
    pieces = 1 + (purse > 1.5) + (rng.random() < 0.25 * purse)
    chosen = dict.fromkeys(rng.choices(range(_ORDINARY), _WEIGHTS, k=pieces))
    return tuple(Item(variant=variants[at], quantity=2 if rng.random() < 0.1 * purse else 1) for at in chosen)
