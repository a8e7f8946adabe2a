"""The merchant's own store as a vendor of gifts: one thing off its shelves, as an order at no charge.

The store takes no key for it, so the order is looked for by our mark before it is made, and found again by it.
"""

from typing import Any

from app.domain.errors import Dearer, Rejected, Unavailable, Uncertain
from app.domain.facts import GiftOption, Quote
from app.domain.gifts import Can, Cancelled, GiftKind, Health, Mode, Moneys, Offer, Paper, Placed, Seen, Settles, Wish
from app.domain.money import Money
from app.domain.ports import GiftParcel
from app.domain.sendings import Status
from integrations.patience import Patience
from integrations.shopify import gift_order, reading
from integrations.shopify.answers import Json
from integrations.shopify.client import SOURCE, AdminApi

_WORDS = 500  # characters: the note of an order holds more, a card beside a parcel does not
_BEGUN = frozenset({"SUBMITTED", "CONFIRMED", "LABEL_PURCHASED", "LABEL_PRINTED"})
_ON_ITS_WAY = frozenset(
    {
        *("FULFILLED", "MARKED_AS_FULFILLED", "CARRIER_PICKED_UP", "IN_TRANSIT", "OUT_FOR_DELIVERY"),
        *("ATTEMPTED_DELIVERY", "DELAYED", "READY_FOR_PICKUP"),
    }
)
_FATES = {
    **dict.fromkeys(_BEGUN, Status.IN_PRODUCTION),
    **dict.fromkeys(_ON_ITS_WAY, Status.SHIPPED),
    **dict.fromkeys(("DELIVERED", "PICKED_UP"), Status.DELIVERED),
    **dict.fromkeys(("NOT_DELIVERED", "FAILURE"), Status.FAILED),
}
_NOTHING_SENT = frozenset({"CANCELED", "LABEL_VOIDED"})


class OwnStore:
    """Satisfies app.domain.ports.GiftVendor; what each method promises stands there."""

    can = Can(
        kinds=frozenset({GiftKind.PARCEL}),
        settles=Settles.LOOK_UP,
        paper=Paper(characters=_WORDS),
        cancels=True,
        follows=True,
    )

    def __init__(self, api: AdminApi) -> None:
        self._api = api

    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:  # noqa: ARG002
        return ()  # merchants know their own shelves, and what of them they would give away

    def quote(self, wish: Wish) -> Quote:
        option = self._option(wish)
        if option is None or not option.on_sale or option.stock == 0:
            raise Rejected("The store no longer has this gift, or none in stock.")
        if not option.ships:
            raise Rejected(f"{option.title} is nothing that is sent in a parcel.")
        if option.cost.currency != wish.at_most.currency:
            raise Rejected(f"The store counts in {option.cost.currency}, not in {wish.at_most.currency}.")
        return Quote(total=option.cost, product=wish.sku)

    def place(self, wish: Wish, *, key: str) -> Placed:
        patience = Patience()
        parcel = _parcel(wish)
        made = self.find(key=key, customer_id=parcel.customer_id)
        if made is not None:
            return made
        total = self.quote(wish).total
        if wish.at_most < total:
            raise Dearer(f"The gift costs {total}, more than the {wish.at_most} set aside.", total=total)
        patience.check(SOURCE)
        receipt = gift_order.send(self._api, parcel, key=key)
        return Placed(reference=receipt.reference, cost=total, remark=receipt.remark)

    def find(self, *, key: str, customer_id: int | None) -> Placed | None:
        if customer_id is None:
            raise Unavailable("without its customer a gift cannot be looked for in the store")
        found = gift_order.find(self._api, customer_id, key=key)
        if found is None:
            return None
        # What it is worth its order does not tell, for there it costs nothing: what was set aside holds.
        return Placed(reference=found.reference, remark=found.remark, copies=found.copies)

    def status(self, reference: str, *, other: str = "") -> Seen:  # noqa: ARG002
        return _seen(self._order(reference))

    def cancel(self, reference: str) -> Cancelled:
        order = self._order(reference)
        if order["cancelledAt"] is not None:
            return Cancelled.CANCELLED
        if order["displayFulfillmentStatus"] in reading.LEFT:
            return Cancelled.TOO_LATE
        if not gift_order.stop(self._api, order["id"], why="Lagniappe stopped its gift."):
            raise Uncertain("the store is still cancelling the gift")
        return Cancelled.CANCELLED

    def check(self) -> Health:
        self._api.ask("shop").one("shop")
        return Health(mode=Mode.LIVE)

    def _option(self, wish: Wish) -> GiftOption | None:
        if not wish.sku.isdecimal():
            raise Rejected("A gift of the store's own is named by the number of its variant.")
        reply = self._api.ask("gift_variant", {"id": reading.gid("ProductVariant", int(wish.sku))})
        variant = reply.one("productVariant")
        return reading.gift_option(variant, reply.data["shop"]["currencyCode"]) if variant else None

    def _order(self, reference: str) -> dict[str, Any]:
        reply = self._api.ask("gift_order_fate", {"id": reading.gid("Order", int(reference))})
        order = reply.one("order")
        if order is None or not str(order["sourceIdentifier"] or "").startswith(reading.OUR_SOURCE):
            raise Unavailable("the store does not know this gift any more")
        reply.complete()
        return order


def _parcel(wish: Wish) -> GiftParcel:
    checks = (
        (wish.what is not GiftKind.PARCEL, "The store sends parcels, and nothing else."),
        (wish.to is None or not wish.to.street or not wish.to.country, "A parcel needs an address."),
        (wish.customer_id is None, "A parcel goes to a customer of the store."),
        (not wish.sku.isdecimal(), "A gift of the store's own is named by the number of its variant."),
        (len(wish.words) > _WORDS, f"The card holds {_WORDS} characters, these are {len(wish.words)}."),
    )
    why_not = next((why for failed, why in checks if failed), None)
    if why_not or wish.to is None or wish.customer_id is None:
        raise Rejected(why_not or "")
    return GiftParcel(
        customer_id=wish.customer_id,
        variant_id=int(wish.sku),
        to=wish.to,
        currency=wish.at_most.currency,
        words=wish.words,
    )


def _seen(order: Json) -> Seen:
    """Return how far an order is, by the last that its carrier said."""
    if order["cancelledAt"] is not None:
        return Seen(status=Status.CANCELLED, word="cancelled", money=Moneys.BACK)
    told = [each for each in order["fulfillments"] if each["displayStatus"] not in _NOTHING_SENT]
    if not told:
        return Seen(status=Status.PLACED, word=order["displayFulfillmentStatus"])
    word = str(told[-1]["displayStatus"])
    return Seen(status=_FATES.get(word), word=word)
