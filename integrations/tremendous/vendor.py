"""E-gifts, as the app's port asks for them.

An order's external id is our key: however often it is placed, it is one order, and it is found again by that name.
"""

from typing import Any

from app.domain.errors import Dearer, Rejected, Unavailable
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
from integrations.marker import short
from integrations.patience import Patience
from integrations.strict_json import moment
from integrations.tremendous import fate, tokens
from integrations.tremendous.client import SOURCE, Json, TremendousApi
from integrations.tremendous.tokens import Token

BALANCE = "BALANCE"
_WORDS = 300  # characters; more than that is no longer a note in an e-mail
_NO_MORE = "Tremendous no longer has this e-gift for {0}."


class Tremendous:
    """Satisfies app.domain.ports.GiftVendor; what each method promises stands there."""

    can = Can(
        kinds=frozenset({GiftKind.EGIFT}),
        settles=Settles.KEY,
        paper=Paper(characters=_WORDS),
        cancels=True,
        tells=True,
        follows=True,
    )

    def __init__(self, api: TremendousApi, *, mode: Mode, funding: str) -> None:
        self._api = api
        self._mode = mode
        self._funding = funding

    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:
        if what is not GiftKind.EGIFT:
            return ()
        found = self._api.ask("products", currency=at_most.currency, country=country)
        return tuple(offer for product in found for offer in tokens.offers(product, at_most))

    def quote(self, wish: Wish) -> Quote:
        token = tokens.read(wish.sku)
        if wish.at_most.currency != token.value.currency:
            raise Rejected(f"This e-gift is worth {token.value}, and {wish.at_most.currency} is what is given here.")
        product = self._api.look(f"/products/{token.product}", "product")
        if product is None or not tokens.holds(product, token.value):
            raise Rejected(_NO_MORE.format(token.value))
        return Quote(total=token.value, product=wish.sku)

    def place(self, wish: Wish, *, key: str) -> Placed:
        patience = Patience()
        _check(wish)
        total = self.quote(wish).total
        if wish.at_most < total:
            raise Dearer(f"The e-gift costs {total}, more than the {wish.at_most} set aside.", total=total)
        patience.check(SOURCE)
        order = self._api.order(self._wanted(wish, key))
        if fate.seen(order).money is Moneys.BACK:
            raise Rejected("Tremendous has this order, and it was cancelled or failed there.")
        return _placed(order)

    def find(self, *, key: str, customer_id: int | None) -> Placed | None:  # noqa: ARG002
        order = self._api.look(f"/orders/{short(key)}", "order")
        if order is not None and order.get("external_id") != short(key):
            raise Unavailable("Tremendous answered with another order than was asked for")
        return None if order is None else _placed(order)

    def status(self, reference: str, *, other: str = "") -> Seen:  # noqa: ARG002
        return fate.seen(self._order(reference))

    def cancel(self, reference: str) -> Cancelled:
        order = self._order(reference)
        if fate.seen(order).money is Moneys.BACK:
            return Cancelled.CANCELLED
        if self._api.cancel(_named(fate.reward(order))):
            return Cancelled.CANCELLED
        # They say no as well where somebody was quicker.
        over = fate.seen(self._order(reference)).money is Moneys.BACK
        return Cancelled.CANCELLED if over else Cancelled.TOO_LATE

    def check(self) -> Health:
        sources = self._api.ask("funding_sources")
        balance = next((_balance(each) for each in sources if each.get("method") == "balance"), None)
        missing = f"There is no funding source {self._funding} at Tremendous."
        known = self._funding == BALANCE or any(str(each.get("id")) == self._funding for each in sources)
        empty = self._funding == BALANCE and (balance is None or balance.minor <= 0)
        ails = (() if known else (missing,)) + (("The balance at Tremendous is empty.",) if empty else ())
        return Health(mode=self._mode, balance=balance, ails=ails)

    def _order(self, reference: str) -> Json:
        order = self._api.look(f"/orders/{reference}", "order")
        if order is None:
            raise Unavailable("Tremendous does not know this order: is it another account's?")
        return order

    def _wanted(self, wish: Wish, key: str) -> dict[str, Any]:
        token: Token = tokens.read(wish.sku)
        name = " ".join(wish.name.split())
        return {
            "external_id": short(key),
            "payment": {"funding_source_id": self._funding},
            "reward": {
                "products": [token.product],
                "value": {"denomination": token.denomination, "currency_code": token.value.currency},
                "recipient": {"email": wish.email} | ({"name": name} if name else {}),
                "delivery": {
                    "method": "EMAIL",
                    "meta": {
                        "sender_name": wish.signed_by,
                        "subject_line": f"From {wish.signed_by}, for you",
                        "message": wish.words,
                    },
                },
            },
        }


def _check(wish: Wish) -> None:
    checks = (
        (wish.what is not GiftKind.EGIFT, "Tremendous sends e-gifts, and nothing else."),
        (not wish.email, "An e-gift goes by e-mail, and no address is known."),
        (len(wish.words) > _WORDS, f"The e-mail holds {_WORDS} characters, these are {len(wish.words)}."),
    )
    why_not = next((why for failed, why in checks if failed), None)
    if why_not:
        raise Rejected(why_not)


def _placed(order: Json) -> Placed:
    seen, reward = fate.seen(order), fate.reward(order)
    expires_at = moment(str(reward.get("expires_at")))  # till then it can be taken back, unless it was taken up
    return Placed(
        reference=_named(order),
        other=str(reward.get("id") or ""),
        status=seen.status or Status.PLACED,
        cost=fate.kept(order),
        # Until it is carried out nobody has paid, and somebody over there may still say no.
        pending=seen.money is not Moneys.CHARGED,
        cancel_until=expires_at,
        expires_at=expires_at,
        remark="It goes out by e-mail.",
    )


def _named(thing: Json) -> str:
    if not thing.get("id"):
        raise Unavailable("Tremendous answered without a number")
    return str(thing["id"])


def _balance(source: Json) -> Money | None:
    meta = source.get("meta") or {}
    cents, currency = meta.get("available_cents"), meta.get("currency_code") or "USD"
    return Money(minor=cents, currency=str(currency)) if isinstance(cents, int) else None
