"""What a refund gives back: so much money, for which pieces of an order, and along which way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.money import Money


class Way(StrEnum):
    """Where the money goes."""

    PAYMENT = "payment"  # back to what the order was paid with
    CREDIT = "credit"  # the customer's credit in the store


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedItem:
    """What an agent named: a line by its SKU or by its place on the order (the first is 1); None is all pieces left."""

    sku: str = ""
    place: int = 0
    pieces: int | None = None

    def __str__(self) -> str:
        """Name the line as the agent did."""
        return self.sku or f"#{self.place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """One line of an order as far as it can be given back: `left` pieces, of which `sent` have been sent out."""

    line_id: int
    place: int
    sku: str
    title: str
    left: int
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """So many pieces of one line. `sent` says that all of them have left the house."""

    line_id: int
    title: str
    quantity: int
    sent: bool

    def __str__(self) -> str:
        """Name them as a person reads it."""
        return f"{self.quantity} × {self.title}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """One refund as the store is asked for it. Nothing comes back, and nothing goes on the shelf again."""

    amount: Money
    pieces: tuple[Pieces, ...] = ()
    shipping: Money | None = None  # what of the amount is shipping
    way: Way = Way.PAYMENT
    credit_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOffer:
    """What the store would give back, in the shop's currency.

    `asked` is what the pieces and the shipping come to with tax, `shipping` its part of it; `buyers` is the same in the
    buyer's own currency where that is another one.
    """

    most: Money  # still refundable in all
    asked: Money
    paid: Money  # what came in, before anything went back
    shipping: Money | None = None
    buyers: Money | None = None
    by_hand: str = ""  # the way of paying that the store only keeps a record of
    only_authorised: bool = False


def choose(wanted: tuple[WantedItem, ...], lines: tuple[SoldLine, ...]) -> tuple[Pieces, ...]:
    """Return the pieces that an agent named; raise ValueError with a sentence for them when that cannot be."""
    chosen = tuple(_pieces(item, _line(item, lines)) for item in wanted)
    if len({each.line_id for each in chosen}) < len(chosen):
        raise ValueError("An item is named twice; please name each once, with its number of pieces.")
    return chosen


def _line(item: WantedItem, lines: tuple[SoldLine, ...]) -> SoldLine:
    wanted = item.sku.casefold()
    found = [line for line in lines if (line.sku.casefold() == wanted if wanted else line.place == item.place)]
    if not found:
        raise ValueError(f"The order has no item “{item}”.")
    if len(found) > 1:
        places = " or ".join(f"#{line.place}" for line in found)
        raise ValueError(f"“{item}” is on the order more than once; please name its place: {places}.")
    return found[0]


def _pieces(item: WantedItem, line: SoldLine) -> Pieces:
    quantity = line.left if item.pieces is None else item.pieces
    if line.left == 0:
        raise ValueError(f"“{line.title}” was given back already.")
    if not 1 <= quantity <= line.left:
        raise ValueError(f"{line.left} of “{line.title}” can be given back, not {quantity}.")
    return Pieces(line_id=line.line_id, title=line.title, quantity=quantity, sent=quantity <= line.sent)
