"""Flowers, as the app's port asks for them.

The florist knows neither idempotency keys nor a search for orders. So a lost answer is never repeated by itself, and
the only trace of our key over there is a reference in the instructions that a person can read.
"""

import json
from datetime import date, timedelta

from app.domain.errors import Rejected, Unavailable
from app.domain.facts import Quote
from app.domain.money import Money
from app.domain.ports import Address, Receipt
from integrations.florist.account import Sender
from integrations.florist.client import SOURCE, FloristApi, Json, dollars
from integrations.marker import short
from integrations.patience import Patience

_CARD = 200  # characters
_COUNTRIES = {"US", "CA"}
_SUNDAY = 6
_PATIENCE = timedelta(days=7)  # later than this after the wanted day is another occasion


class FloristOne:
    """Satisfies app.domain.ports.GiftVendor; what each method promises stands there."""

    can_look_up = False

    def __init__(self, api: FloristApi, *, sender: Sender | None) -> None:
        self._api = api
        self._sender = sender

    def quote(self, *, product: str, postcode: str, on: date) -> Quote:
        days = self._days(postcode)
        # Days far ahead are not on the list yet; that they are not is no refusal.
        if on <= max(days):
            _first(days, on)
        _, total = self._price(product, postcode)
        return Quote(total=total, product=product)

    def send(self, *, product: str, message: str, to: Address, on: date, at_most: Money, key: str) -> Receipt:
        patience, sender = Patience(), self._ready(message, to)
        day = _first(self._days(to.postcode), on)
        price, total = self._price(product, to.postcode)
        if at_most.currency != total.currency:
            raise Rejected(f"The florist is paid in {total.currency}, and {at_most} was set aside.")
        if at_most < total:
            raise Rejected(f"The flowers now cost {total}, more than the {at_most} set aside.")
        bouquet = {
            "code": product,
            "price": price.text,
            "deliverydate": day.isoformat(),
            "cardmessage": message,
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
        return Receipt(
            reference=str(placed["ORDERNO"]),
            cost=total,
            remark=f"They arrive on {day:%A}, {day.day} {day:%B}.",
        )

    def find(self, *, key: str) -> Receipt | None:
        raise Unavailable(f"the florist cannot be asked; look for reference {short(key)} in its daily report")

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


def _first(days: list[date], on: date) -> date:
    found = next((day for day in days if on <= day <= on + _PATIENCE), None)
    if found is None:
        raise Rejected(f"The florist cannot deliver around {on.day} {on:%B}.")
    return found


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
