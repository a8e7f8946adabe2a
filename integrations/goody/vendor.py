"""Flowers and gifts, as the app's port asks for them.

Each goes out by e-mail, or where none is known as a link, and whoever gets it says where it should go: no address is
known here, and none is passed on.
A batch bears our key, and a second one under the same key is refused: that no may be the yes of before.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import Dearer, Rejected, Unavailable, Uncertain
from app.domain.facts import Quote
from app.domain.gifts import (
    Can,
    Cancelled,
    GiftKind,
    Health,
    Mode,
    Moneys,
    Offer,
    Paper,
    Placed,
    Seen,
    Settles,
    Wish,
)
from app.domain.money import Money
from app.domain.sendings import Status
from integrations.goody import fate, products
from integrations.goody.client import OURS, SOURCE, GoodyApi, Json
from integrations.marker import short
from integrations.patience import Patience

_WORDS = 500  # characters
_WRITTEN_TO, _LINK = "email_and_link", "link_multiple_custom_list"
_SOMEBODY = "Friend"  # they want a first name, and the store may know none
_BY_EMAIL = "It goes out by e-mail, and they say themselves where it should go."
_BY_LINK = "Nobody was written to. Please send them its link, by which they say where it should go."
_PRODUCT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OF_OURS = re.compile(r"reference|duplicate|already (exists|been (taken|used))", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the merchant has said: which card stands before the words, and how it is paid, "" for the first way."""

    card: str
    payment: str = ""


class Goody:
    """Satisfies app.domain.ports.GiftVendor; what each method promises stands there."""

    can = Can(
        kinds=frozenset({GiftKind.FLOWERS, GiftKind.PARCEL}),
        settles=Settles.LOOK_UP,
        paper=Paper(characters=_WORDS),
        cancels=True,
        tells=True,
        follows=True,
        shows_within=timedelta(minutes=1),
        countries=frozenset({products.HOME}),
        currencies=frozenset({fate.CURRENCY}),
    )

    def __init__(self, api: GoodyApi, *, mode: Mode, terms: Terms) -> None:
        self._api = api
        self._mode = mode
        self._terms = terms

    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:
        if what not in self.can.kinds or country not in {products.HOME, ""} or at_most.currency != fate.CURRENCY:
            return ()
        found = self._api.listed("products", country_code=products.HOME)
        return tuple(products.offers(found, what, at_most))

    def quote(self, wish: Wish) -> Quote:
        if wish.at_most.currency != fate.CURRENCY:
            raise Rejected(f"Goody is paid in {fate.CURRENCY}.")
        if not _PRODUCT.fullmatch(wish.sku):
            raise Rejected("Goody sells nothing that is called so.")
        said = self._api.price(_priced(wish))
        return Quote(total=_highest(said), product=wish.sku, firm=False)

    def place(self, wish: Wish, *, key: str) -> Placed:
        patience, body = Patience(), self._wanted(wish, key)
        total = self.quote(wish).total
        if wish.at_most < total:
            raise Dearer(f"The gift costs up to {total}, more than the {wish.at_most} set aside.", total=total)
        patience.check(SOURCE)
        batch, no = self._ordered(body, again=wish.again)
        if batch is None:
            batch = self._there_already(body[OURS], no)
        return _placed(batch)

    def find(self, *, key: str, customer_id: int | None) -> Placed | None:  # noqa: ARG002
        batch = self._bearing(short(key))
        return None if batch is None else _placed(batch)

    def status(self, reference: str, *, other: str = "") -> Seen:
        batch = {} if other else self._batch(reference)
        order = other or _order_of(batch)
        return fate.of_order(self._order(order)) if order else fate.of_batch(batch)

    def cancel(self, reference: str) -> Cancelled:
        batch = self._batch(reference)
        order = _order_of(batch)
        if not order and fate.of_batch(batch).money is not Moneys.BACK:
            raise Unavailable("Goody has not made the gift yet, so that it could be stopped")
        if not order or _over(self._order(order)) or self._api.cancel(order):
            return Cancelled.CANCELLED
        # They say no as well where somebody was quicker.
        return Cancelled.CANCELLED if _over(self._order(order)) else Cancelled.TOO_LATE

    def check(self) -> Health:
        ways = list(self._api.listed("payment_methods"))
        chosen = next((each for each in ways if self._terms.payment in ("", str(each.get("id")))), None)
        card = any(str(each.get("id")) == self._terms.card for each in self._api.listed("cards"))
        balance = _balance(chosen or {})
        ails = (
            (not ways, "There is nothing to pay with at Goody: please add it there."),
            (bool(ways) and chosen is None, f"There is no payment method {self._terms.payment} at Goody."),
            (balance is not None and balance.minor <= 0, "The balance at Goody is empty."),
            (not card, f"There is no card {self._terms.card} at Goody."),
        )
        return Health(mode=self._mode, balance=balance, ails=tuple(ail for is_so, ail in ails if is_so))

    def _ordered(self, body: Json, *, again: bool) -> tuple[Json | None, str]:
        """Return the batch, or a no that may be for one that they have already; raise what certainly is a no."""
        try:
            return self._api.order(body), ""
        except Rejected as no:
            if not again and not _OF_OURS.search(str(no)):
                raise
            return None, str(no)

    def _there_already(self, reference: str, no: str) -> Json:
        """Return the batch of an earlier try. Raises Uncertain where they do not show it, whatever they said."""
        try:
            found = self._bearing(reference)
        except Unavailable as problem:
            raise Uncertain("Goody said no to a gift that it may have, and cannot show it now") from problem
        if found is None:
            refusal = None if _OF_OURS.search(no) else no
            raise Uncertain("Goody said no to a gift that it may have, and does not show it", refusal=refusal)
        return found

    def _bearing(self, reference: str) -> Json | None:
        return next((each for each in self._api.listed("order_batches") if str(each.get(OURS)) == reference), None)

    def _batch(self, reference: str) -> Json:
        return _known(self._api.look(f"/order_batches/{reference}"))

    def _order(self, number: str) -> Json:
        return _known(self._api.look(f"/orders/{number}"))

    def _wanted(self, wish: Wish, key: str) -> Json:
        _check(wish)
        first, _, last = " ".join(wish.name.split()).partition(" ")
        known = {"last_name": last, "email": wish.email}
        whom = {"first_name": first or _SOMEBODY} | {name: said for name, said in known.items() if said}
        body = {
            **_cart(wish),
            "from_name": wish.signed_by,
            "message": wish.words,
            "card_id": self._terms.card,
            "recipients": [whom],
            "send_method": _WRITTEN_TO if wish.email else _LINK,
            "swap": "single",  # for something of that price: who is given nuts may not eat them
            OURS: short(key),
        }
        if wish.until is not None:
            body["expires_at"] = _written(wish.until)
        return body | ({"payment_method_id": self._terms.payment} if self._terms.payment else {})


def _check(wish: Wish) -> None:
    checks = (
        (wish.what not in Goody.can.kinds, "Goody sends flowers and gifts, and nothing else."),
        (wish.to is not None and wish.to.country != products.HOME, "Goody delivers within the United States alone."),
        (len(wish.words) > _WORDS, f"Goody's card holds {_WORDS} characters, these are {len(wish.words)}."),
    )
    why_not = next((why for failed, why in checks if failed), None)
    if why_not:
        raise Rejected(why_not)


def _cart(wish: Wish) -> Json:
    return {"cart": {"items": [{"product_id": wish.sku, "quantity": 1}]}}


def _priced(wish: Wish) -> Json:
    """Return what a price is asked for: nobody's name, for it is the same for all of them."""
    return {**_cart(wish), "recipients": [{"first_name": _SOMEBODY}], "send_method": _LINK}


def _highest(said: Json) -> Money:
    """Return the most that it can come to; their description and their examples call it differently."""
    for name, field in (("total_price", "est_group_total_high"), ("cart_price", "price_est_total_high")):
        for spelt in (f"{name}_estimate", name):
            price = said.get(spelt)
            cents = price.get(field) if isinstance(price, dict) else None
            if isinstance(cents, int) and cents > 0:
                return Money(minor=cents, currency=fate.CURRENCY)
    raise Unavailable("Goody answered without a price")


def _placed(batch: Json) -> Placed:
    seen, order = _seen(batch), _first(batch)
    expires_at = fate.expires_at(order) or fate.expires_at(batch)
    return Placed(
        reference=str(batch["id"]),
        other=_order_of(batch),
        status=seen.status or Status.PLACED,
        cost=fate.total(order),
        # They charge once it is taken up, and never if it is not.
        pending=seen.money is not Moneys.CHARGED,
        cancel_until=expires_at,
        expires_at=expires_at,
        remark=_BY_LINK if seen.link else _BY_EMAIL,
    )


def _seen(batch: Json) -> Seen:
    order = _first(batch)
    return fate.of_order(order) if order else fate.of_batch(batch)


def _over(order: Json) -> bool:
    return fate.of_order(order).status in {Status.CANCELLED, Status.FAILED}


def _first(batch: Json) -> Json:
    """Return the one order of a batch; nothing while it is not made."""
    found: Json = next(iter(batch.get("orders_preview") or []), {})
    return found


def _order_of(batch: Json) -> str:
    return str(_first(batch).get("id") or "")


def _known(thing: Json | None) -> Json:
    if thing is None:
        raise Unavailable("Goody does not know this gift: is it another account's?")
    return thing


def _balance(way: Json) -> Money | None:
    cents = way.get("balance")
    return Money(minor=cents, currency=fate.CURRENCY) if isinstance(cents, int) else None


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
