"""What gift vendors in the town were ordered, by their own books, and where our ledger says otherwise."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from integrations.marker import short
from integrations.registry import FIRST_FLORIST
from integrations.sandbox.books import Turn
from integrations.sandbox.florist import orders as florist
from integrations.sandbox.goody import orders as goody
from integrations.sandbox.handwrytten import orders as handwrytten
from integrations.sandbox.lob import pieces as lob
from integrations.sandbox.tremendous import orders as tremendous

Row = dict[str, Any]

SENDINGS = ("send_gift", "send_flowers")
_POSTAGE = {"letters": 2_00, "postcards": 1_50}  # by the practice account's plan; Lob's own books do not say


Kept = tuple[str, int, str]  # the mark on an order, what its vendor keeps for it, and its number there


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One order at a vendor: the mark of ours that it bears, what the vendor keeps for it in cents, and its number."""

    vendor: str
    mark: str
    kept: int
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """How a vendor's orders are read, and what the town can let become of one of them, step by step.

    `at` is where it is told so, and `word` how that is called there. `prices`: the vendor tells what an order cost. Of
    the others nobody can know what was charged for one whose answer was lost, if prices rise meanwhile.
    """

    read: Callable[[Turn], Iterable[Kept]]
    at: str = ""
    word: str = "do"
    prices: bool = True
    fates: tuple[tuple[str, ...], ...] = ()


def _bouquets(turn: Turn) -> Iterator[Kept]:
    for order in turn.all(florist.KIND):
        says = str(order["items"][0]["special_instructions"])
        yield says.removeprefix("Reference "), int(order["total"]), str(order["id"])


def _batches(turn: Turn) -> Iterator[Kept]:
    """Read what is charged when somebody takes it up: until then it is only held."""
    for batch in turn.all(goody.BATCHES):
        made = goody.of_batch(turn, batch)
        paid = sum(each["amounts"]["total"] or 0 for each in made)
        yield str(batch["reference"]), paid, str(made[0]["id"]) if made else ""


def _cards(turn: Turn) -> Iterator[Kept]:
    for card in turn.all(handwrytten.KIND):
        given_back = card["status"] in ("Cancelled", "refunded")
        yield str(card["wanted"]["client_metadata"]), 0 if given_back else int(card["minor"]), str(card["id"])


def _pieces(turn: Turn) -> Iterator[Kept]:
    for piece in turn.all(lob.KIND):
        stopped = piece["deleted"] or piece["failed"]
        yield str(piece["metadata"]["lagniappe"]), 0 if stopped else _POSTAGE[piece["kind"]], str(piece["id"])


def _egifts(turn: Turn) -> Iterator[Kept]:
    for order in turn.all(tremendous.KIND):
        paid = order["minor"] + order["fee"] - order["refunded"] if order["status"] == "EXECUTED" else 0
        yield str(order["external_id"]), int(paid), str(order["id"])


BOOKS: Mapping[str, Book] = MappingProxyType(
    {
        FIRST_FLORIST: Book(read=_bouquets),
        "goody": Book(
            read=_batches,
            at="goody/orders",
            fates=(("open", "accept", "pay"), ("swap", "accept", "pay", "ship", "deliver"), ("expire",)),
        ),
        "handwrytten": Book(
            read=_cards,
            at="handwrytten/orders",
            prices=False,
            fates=(("write", "track", "deliver"), ("mail", "return"), ("cancel",), ("refund",)),
        ),
        "lob": Book(
            read=_pieces,
            at="lob/pieces",
            prices=False,
            word="event",
            fates=(("Mailed", "Delivered"), ("Mailed", "Returned to Sender"), ("Failed",), ()),
        ),
        "tremendous": Book(read=_egifts, at="tremendous/orders", fates=(("redeem",), ("bounce",), ())),
    }
)


def ordered(turn: Turn) -> tuple[Ordered, ...]:
    """Return every order in the books of the town's vendors."""
    return tuple(
        Ordered(vendor=vendor, mark=mark, kept=kept, number=number)
        for vendor, book in BOOKS.items()
        for mark, kept, number in book.read(turn)
    )


def vendor_of(row: Row) -> str:
    """Return the vendor of a row of our ledger."""
    return str(row["payload"].get("vendor", FIRST_FLORIST))


def faults(rows: Iterable[Row], theirs: Iterable[Ordered]) -> Iterator[str]:
    """Ask each vendor for each gift: one order where it is done, one at most in any case, at the ledger's price.

    Where only a person can find out, it may be there or not, and the money stays set aside.
    """
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for order in theirs:
        found[order.vendor, order.mark].append(order.kept)
    for row in rows:
        kept = found.pop((vendor_of(row), short(row["key"])), [])
        said = f"{row['key']} is {row['state']} ({row['code']})"
        if len(kept) > 1 or (row["state"] == "done" and not kept):
            yield f"{said}, and was ordered {len(kept)} times at {vendor_of(row)}"
        elif row["state"] != "uncertain" and row["code"] != "pending" and sum(kept) != booked(row):
            yield f"{said} with {booked(row)}, and {vendor_of(row)} keeps {sum(kept)} for it"
    for vendor, mark in found:
        yield f"{vendor} has an order that no row knows: {mark}"


def booked(row: Row) -> int:
    """Return what the ledger has paid for a gift."""
    stands = row["state"] == "done" and row["code"] not in ("taken_back", "pending")
    return row["cost_minor"] or 0 if stands else 0
