"""Flowers, as the app's port asks for them.

The florist knows neither idempotency keys nor a search for orders. So a lost answer is never repeated by itself, and
the only trace of our key over there is a reference in the instructions that a person can read.
"""

import json
from datetime import date, timedelta

from app.domain.addresses import Address
from app.domain.errors import Dearer, Rejected, Unavailable
from app.domain.facts import Quote
from app.domain.gifts import (
    Can,
    Cancelled,
    GiftKind,
    Health,
    Mode,
    Offer,
    Paper,
    Placed,
    Seen,
    Settles,
    Wish,
)
from app.domain.money import Money
from integrations.florist.account import Sender
from integrations.florist.client import SOURCE, FloristApi, Json, dollars
from integrations.marker import short
from integrations.patience import Patience

_CARD = 200  # characters
_COUNTRIES = frozenset({"US", "CA"})
_ANY_BOUQUET = "F1-210"  # asked for to see whether we are let in
_SUNDAY = 6
_PATIENCE = timedelta(days=7)  # later than this after the wanted day is another occasion


class FloristOne:
    """Satisfies app.domain.ports.GiftVendor; what each method promises stands there."""

    def __init__(self, api: FloristApi, *, sender: Sender | None, invoiced: bool) -> None:
        self._api = api
        self._sender = sender
        self.can = Can(
            kinds=frozenset({GiftKind.FLOWERS}),
            settles=Settles.PERSON,
            paper=Paper(characters=_CARD),
            unattended=invoiced,  # anybody else pays with a card, and no card's number is ours to send
            countries=_COUNTRIES,
            currencies=frozenset({"USD"}),
        )

    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:  # noqa: ARG002
        raise Rejected("Bouquets are chosen on the florist's own pages: please enter the number of one.")

    def quote(self, wish: Wish) -> Quote:
        days = self._days("" if wish.to is None else wish.to.postcode)
        # Days far ahead are not on the list yet; that they are not is no refusal.
        if wish.day is not None and wish.day <= max(days):
            _first(days, wish)
        _, total = self._price(wish.sku, "" if wish.to is None else wish.to.postcode)
        return Quote(total=total, product=wish.sku, days=tuple(days))

    def place(self, wish: Wish, *, key: str) -> Placed:
        patience, to = Patience(), wish.to
        if to is None:
            raise Rejected("Flowers want an address.")
        sender = self._ready(wish.words, to)
        day = _first(self._days(to.postcode), wish)
        price, total = self._price(wish.sku, to.postcode)
        if wish.at_most.currency != total.currency:
            raise Rejected(f"The florist is paid in {total.currency}, and {wish.at_most} was set aside.")
        if wish.at_most < total:
            raise Dearer(f"The flowers now cost {total}, more than the {wish.at_most} set aside.", total=total)
        bouquet = {
            "code": wish.sku,
            "price": price.text,
            "deliverydate": day.isoformat(),
            "cardmessage": wish.words,
            "specialinstructions": f"Reference {short(key)}",
            "recipient": _recipient(to, sender),
        }
        form = {
            "customer": json.dumps(sender.as_customer()),
            "products": json.dumps([bouquet]),
            "ordertotal": total.text,
        }
        patience.check(SOURCE)
        placed = self._api.order(form)
        return Placed(
            reference=str(placed["ORDERNO"]),
            cost=_charged(placed, total),
            day=day,
            remark=f"They arrive on {day:%A}, {day.day} {day:%B}.",
        )

    def find(self, *, key: str, customer_id: int | None) -> Placed | None:  # noqa: ARG002
        raise Unavailable(f"the florist cannot be asked; look for reference {short(key)} in its daily report")

    def status(self, reference: str, *, other: str = "") -> Seen:  # noqa: ARG002
        raise Rejected("The florist does not tell what becomes of an order.")

    def cancel(self, reference: str) -> Cancelled:  # noqa: ARG002
        return Cancelled.UNSUPPORTED

    def check(self) -> Health:
        self._api.ask("getproducts", {"code": _ANY_BOUQUET})
        missing = "The florist must know who sends: please complete its connection."
        return Health(mode=Mode.UNKNOWN, ails=() if self._sender else (missing,))

    def _days(self, postcode: str) -> list[date]:
        answer = self._api.ask("checkdeliverydate", {"zipcode": postcode})
        days = sorted(_day(text) for text in answer.get("DATES") or [])
        # The list is the florist's word; Sundays have slipped into it.
        open_days = [day for day in days if day.weekday() != _SUNDAY]
        if not open_days:
            raise Rejected("The florist does not deliver to this address.")
        return open_days

    def _price(self, product: str, postcode: str) -> tuple[Money, Money]:
        """Return the bouquet's own price, and the total with everything on top."""
        found = self._api.ask("getproducts", {"code": product}).get("PRODUCTS") or []
        if not found:
            raise Rejected(f"The florist no longer has {product}.")
        price = dollars(found[0], "PRICE")
        bouquet = {"code": product, "price": price.text, "recipient": {"zipcode": postcode}}
        total = self._api.ask("gettotal", {"products": json.dumps([bouquet])})
        return price, dollars(total, "ORDERTOTAL")

    def _ready(self, message: str, to: Address) -> Sender:
        checks = (
            (self._sender is None, "The florist must know who sends: please complete its connection."),
            (len(message) > _CARD, f"The card holds {_CARD} characters, these are {len(message)}."),
            (to.country not in _COUNTRIES, "The florist delivers in the United States and Canada only."),
            (not (to.name or to.company).strip(), "The order's address has no name."),
        )
        why_not = next((why for failed, why in checks if failed), None)
        if self._sender is None or why_not:
            raise Rejected(why_not or "")
        return self._sender


def _first(days: list[date], wish: Wish) -> date:
    """Return the day on which they come: the wanted one, or one soon after it on which they may."""
    on = wish.day or days[0]
    found = next((day for day in days if on <= day <= on + _PATIENCE and day not in wish.not_on), None)
    if found is None:
        raise Rejected(f"The florist cannot deliver around {on.day} {on:%B}.")
    return found


def _charged(placed: Json, total: Money) -> Money:
    """Return what the order itself says it cost; as asked for where it does not say."""
    try:
        return dollars(placed, "ORDERTOTAL")
    except Unavailable:
        return total


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        month, day, year = map(int, text.split("/"))  # some of its servers write 04/29/2026
        return date(year, month, day)


def _recipient(to: Address, sender: Sender) -> Json:
    return {
        "name": to.name or to.company,
        "institution": to.company if to.name else "",
        "address1": to.street,
        "address2": to.street2,
        "city": to.city,
        "state": to.region,
        "zipcode": to.postcode,
        "country": to.country,
        # Required. Where the order has none, the driver who finds nobody at home rings the one who sends.
        "phone": to.phone or sender.phone,
    }
