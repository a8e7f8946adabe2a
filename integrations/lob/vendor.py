"""Cards by post, as the app's port asks for them: a letter, or a postcard where the merchant has a picture for one.

The same key is the same piece for a day, and a piece is found for good by the mark that we put on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.domain.addresses import Address
from app.domain.deliveries import Validity
from app.domain.errors import Dearer, Rejected, Unavailable
from app.domain.facts import Quote
from app.domain.gifts import (
    Can,
    Cancelled,
    GiftKind,
    Health,
    Mode,
    Moneys,
    Need,
    Offer,
    Paper,
    Placed,
    Seen,
    Sender,
    Settles,
    Wish,
)
from app.domain.money import Money
from app.domain.sendings import Status
from integrations.lob import addresses, fate, printed
from integrations.lob.client import MARK, SOURCE, Json, LobApi
from integrations.marker import short
from integrations.patience import Patience
from integrations.strict_json import moment

LETTER, POSTCARD = "letter", "postcard"
_WORDS = 350  # characters; more would not fit on a postcard
_DOORS = {LETTER: "letters", POSTCARD: "postcards"}
_TITLES = {LETTER: "A letter by post", POSTCARD: "A postcard by post"}
_DOOR_OF = {"ltr": "letters", "psc": "postcards"}  # by how the number of a piece begins
_NEEDS = frozenset({Need.ADDRESS, Need.WORDS, Need.SENDER})
_KEY_LASTS = timedelta(hours=20)  # they say 24: four of them keep a slow call from reaching over the edge
_HOME = frozenset({addresses.HOME})
_VALIDITY = {
    "deliverable": Validity.GOOD,
    "deliverable_unnecessary_unit": Validity.GOOD,
    "deliverable_missing_unit": Validity.ODD,
    "deliverable_incorrect_unit": Validity.ODD,
    "undeliverable": Validity.BAD,
}
_NO_SENDER = "Lob must know who sends: please complete its connection."


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the merchant has said: prices by their plan, which Lob's API does not tell, and a postcard's picture."""

    prices: Mapping[str, Money]
    sender: Sender | None = None
    front: str = ""  # of postcards: a template of theirs, or the address of a picture


class Lob:
    """Satisfies app.domain.ports.GiftVendor and AddressCheck; what each method promises stands there."""

    can = Can(
        kinds=frozenset({GiftKind.CARD}),
        settles=Settles.KEY,
        paper=Paper(characters=_WORDS),
        quotes=False,
        cancels=True,
        tells=True,
        follows=True,
        key_lasts=_KEY_LASTS,
        countries=_HOME,
        currencies=frozenset({"USD"}),
    )

    def __init__(self, api: LobApi, *, mode: Mode, terms: Terms) -> None:
        self._api = api
        self._mode = mode
        self._terms = terms

    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:
        if what is not GiftKind.CARD or country not in {*_HOME, ""}:
            return ()
        return tuple(
            Offer(sku=sku, title=_TITLES[sku], price=price, needs=_NEEDS, countries=_HOME)
            for sku, price in self._terms.prices.items()
            if self._has(sku) and price.currency == at_most.currency and price <= at_most
        )

    def quote(self, wish: Wish) -> Quote:
        if not self._has(wish.sku):
            raise Rejected("Lob prints letters, and postcards once there is a picture for them.")
        price = self._terms.prices[wish.sku]
        if wish.at_most.currency != price.currency:
            raise Rejected(f"Lob is paid in {price.currency}.")
        return Quote(total=price, product=wish.sku, firm=False)

    def place(self, wish: Wish, *, key: str) -> Placed:
        patience, total = Patience(), self.quote(wish).total
        if wish.at_most < total:
            raise Dearer(f"The card costs {total}, more than the {wish.at_most} set aside.", total=total)
        body = self._wanted(wish, key)
        patience.check(SOURCE)
        piece = self._api.post(_DOORS[wish.sku], body, key=short(key))
        if fate.seen(piece).money is Moneys.BACK:
            raise Rejected("Lob has this card, and it was stopped or failed there.")
        return self._placed(piece)

    def find(self, *, key: str, customer_id: int | None) -> Placed | None:  # noqa: ARG002
        found = [piece for door in _DOORS.values() for piece in self._api.bearing(door, short(key))]
        return self._placed(found[-1], copies=len(found)) if found else None

    def status(self, reference: str, *, other: str = "") -> Seen:  # noqa: ARG002
        return fate.seen(self._piece(reference))

    def cancel(self, reference: str) -> Cancelled:
        if fate.seen(self._piece(reference)).money is Moneys.BACK:
            return Cancelled.CANCELLED
        if self._api.cancel(_door(reference), reference):
            return Cancelled.CANCELLED
        # They say no as well where somebody was quicker.
        over = fate.seen(self._piece(reference)).money is Moneys.BACK
        return Cancelled.CANCELLED if over else Cancelled.TOO_LATE

    def check(self) -> Health:
        self._api.bearing(_DOORS[LETTER], MARK)
        return Health(mode=self._mode, ails=() if self._terms.sender else (_NO_SENDER,))

    def validity(self, to: Address) -> Validity:
        """Return whether the American post knows an address; abroad, and in their world of tests, nobody does."""
        if to.country not in _HOME or not to.street.strip():
            return Validity.UNKNOWN
        asked = {
            "primary_line": to.street,
            "secondary_line": to.street2,
            "city": to.city,
            "state": to.region,
            "zip_code": to.postcode,
        }
        said = self._api.ask("/us_verifications", {name: text for name, text in asked.items() if text})
        return _VALIDITY.get(str(said.get("deliverability")), Validity.UNKNOWN)

    def _has(self, sku: str) -> bool:
        return sku in self._terms.prices and (sku != POSTCARD or bool(self._terms.front))

    def _wanted(self, wish: Wish, key: str) -> Json:
        sender = self._terms.sender
        checks = (
            (wish.what is not GiftKind.CARD, "Lob posts cards, and nothing else."),
            (wish.to is None, "A card by post wants an address."),
            (sender is None, _NO_SENDER),
            (len(wish.words) > _WORDS, f"The card holds {_WORDS} characters, these are {len(wish.words)}."),
        )
        why_not = next((why for failed, why in checks if failed), None)
        if why_not or wish.to is None or sender is None:
            raise Rejected(why_not or "")
        common = {
            "to": addresses.recipient(wish.to),
            "from": addresses.sender(sender),
            "use_type": "operational",  # nothing is advertised
            "metadata": {MARK: short(key)},
        }
        if wish.sku == POSTCARD:
            return {**common, "front": self._terms.front, "back": printed.postcard(wish.words), "size": "4x6"}
        return {**common, "file": printed.letter(wish.words), "color": False}

    def _piece(self, reference: str) -> Json:
        piece = self._api.look(_door(reference), reference)
        if piece is None:
            raise Unavailable("Lob does not know this card: is it another account's?")
        return piece

    def _placed(self, piece: Json, *, copies: int = 1) -> Placed:
        seen, leaves = fate.seen(piece), moment(str(piece.get("send_date")))
        return Placed(
            reference=str(piece["id"]),
            status=seen.status or Status.PLACED,
            cost=self._terms.prices.get(str(piece.get("object"))),
            pending=seen.money is Moneys.BACK,
            cancel_until=leaves,
            remark=_remark(piece),
            copies=copies,
        )


def _door(reference: str) -> str:
    door = _DOOR_OF.get(reference.partition("_")[0])
    if door is None:
        raise Unavailable("Lob has no cards that are called so")
    return door


def _remark(piece: Json) -> str:
    arrives = moment(f"{piece.get('expected_delivery_date')}T00:00:00Z")
    return "It goes by post." if arrives is None else f"It should be there around {arrives.day} {arrives:%B}."
