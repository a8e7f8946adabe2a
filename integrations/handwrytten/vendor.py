"""Handwritten cards, as the app's port asks for them.

Each is ordered in one step. Whether they know a key again nobody says, so a lost order is looked for by our mark in the
list of all orders, and a list that cannot be relied on has shown nothing.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain import card_paper
from app.domain.errors import Dearer, Rejected, Unavailable
from app.domain.facts import Quote
from app.domain.gifts import (
    Can,
    Cancelled,
    GiftKind,
    Health,
    Letters,
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
from integrations import envelopes
from integrations.handwrytten import addresses, fate, names
from integrations.handwrytten.client import SOURCE, HandwryttenApi
from integrations.handwrytten.names import CURRENCY, Json
from integrations.marker import short
from integrations.patience import Patience

_NEEDS = frozenset({Need.ADDRESS, Need.WORDS, Need.SENDER})
_HOME = frozenset({envelopes.HOME})
_SHOWS_WITHIN = timedelta(minutes=10)  # their list is not said to be fresh
_UNPRICED = Money(minor=4_00, currency=CURRENCY)  # a card whose price they do not name costs no more
_NO_SENDER = "Handwrytten must know who sends: please complete its connection."
_NO_MODE = (
    "Whether the account is in its test mode, in which no card is written, Handwrytten does not say: please look on its"
    " Integrations page, and say so when you connect it."
)
_REALLY_WRITTEN = "You said that the account is in its test mode, and it is not: cards are really written and paid."


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the merchant has said; `postage` is what comes on top of a card's price, which the API does not tell."""

    handwriting: str
    postage: Money
    sender: Sender | None = None
    pays_with: int | None = None  # the number of a payment card that is stored there; None: by credits or invoice
    in_test_mode: bool = False


class Handwrytten:
    """Satisfies app.domain.ports.GiftVendor; what each method promises stands there."""

    can = Can(
        kinds=frozenset({GiftKind.CARD}),
        settles=Settles.LOOK_UP,
        paper=Paper(characters=500, width=34, lines=15, letters=Letters.LATIN),
        follows=True,
        shows_within=_SHOWS_WITHIN,
        countries=_HOME,
        currencies=frozenset({CURRENCY}),
    )

    def __init__(self, api: HandwryttenApi, *, terms: Terms) -> None:
        self._api = api
        self._terms = terms

    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:
        if what is not GiftKind.CARD or country not in {*_HOME, ""} or at_most.currency != CURRENCY:
            return ()
        offers = tuple(self._offer(card) for card in self._api.cards() if names.number(card) and _in_stock(card))
        return tuple(offer for offer in offers if offer.price <= at_most)

    def quote(self, wish: Wish) -> Quote:
        if wish.at_most.currency != CURRENCY:
            raise Rejected(f"Handwrytten is paid in {CURRENCY}.")
        card = self._api.card(wish.sku) if wish.sku.isdecimal() else None
        if card is None or names.number(card) != wish.sku or not _in_stock(card):
            raise Rejected("Handwrytten does not have this card, or no longer.")
        return Quote(total=self._total(card), product=wish.sku, firm=False)

    def place(self, wish: Wish, *, key: str) -> Placed:
        patience = Patience()
        if wish.again and (found := self.find(key=key, customer_id=wish.customer_id)) is not None:
            return found  # it came through after somebody looked
        body = self._wanted(wish, key)
        total = self.quote(wish).total
        if wish.at_most < total:
            raise Dearer(f"The card costs {total}, more than the {wish.at_most} set aside.", total=total)
        patience.check(SOURCE)
        return _placed(self._api.order(body, key=short(key)), cost=total)

    def find(self, *, key: str, customer_id: int | None) -> Placed | None:  # noqa: ARG002
        found = self._api.bearing(short(key))
        if not found:
            return None
        card = self._api.card(str(found[-1].get("card_id")))
        cost = None if card is None else self._total(card)
        return _placed(found[-1], cost=cost, copies=len(found))

    def status(self, reference: str, *, other: str = "") -> Seen:  # noqa: ARG002
        order = self._api.look(reference)
        if order is None or names.number(order) != reference:
            raise Unavailable("Handwrytten does not know this card: is it another account's?")
        return fate.seen(order)

    def cancel(self, reference: str) -> Cancelled:  # noqa: ARG002
        return Cancelled.UNSUPPORTED

    def check(self) -> Health:
        account, hands = self._api.account(), self._api.handwritings()
        testing = names.in_test_mode(account)
        terms, known = self._terms, sorted(str(hand.get("label") or hand.get("id")) for hand in hands)
        unknown = f"Handwrytten has no handwriting {terms.handwriting}. There are: {', '.join(known)}."
        checks = (
            (terms.sender is None, _NO_SENDER),
            (not any(terms.handwriting in (hand.get("id"), hand.get("label")) for hand in hands), unknown),
            (testing is None and not terms.in_test_mode, _NO_MODE),
            (testing is False and terms.in_test_mode, _REALLY_WRITTEN),
        )
        mode = {None: Mode.UNKNOWN, True: Mode.SANDBOX, False: Mode.LIVE}[testing]
        ails = tuple(why for failed, why in checks if failed)
        left = names.balance(account) if terms.pays_with is None else None
        # Nothing left may as well mean that they send invoices: that nothing can be paid is said when it turns out.
        return Health(mode=mode, balance=left if left and left.minor else None, ails=ails)

    def _offer(self, card: Json) -> Offer:
        return Offer(
            sku=names.number(card),
            title=str(card.get("name") or card.get("title") or "A card"),
            price=self._total(card),
            photo=str(card.get("cover") or ""),
            needs=_NEEDS,
            countries=_HOME,
        )

    def _total(self, card: Json) -> Money:
        price = names.price(card) or _UNPRICED
        return Money(minor=price.minor + self._terms.postage.minor, currency=CURRENCY)

    def _wanted(self, wish: Wish, key: str) -> Json:
        to, terms, words = wish.to, self._terms, card_paper.laid_out(wish.words, self.can.paper)
        checks = (
            (wish.what is not GiftKind.CARD, "Handwrytten writes cards, and nothing else."),
            (not wish.sku.isdecimal(), "Handwrytten does not have this card."),
            (to is None, "A card by post wants an address."),
            (terms.sender is None, _NO_SENDER),
            (bool(words.wrong), next(iter(words.wrong), "")),
        )
        why_not = next((why for failed, why in checks if failed), None)
        if why_not or to is None or terms.sender is None:
            raise Rejected(why_not or "")
        return {
            "card_id": int(wish.sku),
            "message": wish.words,
            "font_label": terms.handwriting,
            **addresses.sender(terms.sender),
            **self._written(addresses.recipient(to)),
            **({} if terms.pays_with is None else {"credit_card_id": terms.pays_with}),
            names.MARK: short(key),
        }

    def _written(self, envelope: addresses.Fields) -> addresses.Fields:
        """Return what a pen writes on the envelope; raises Rejected for what it cannot."""
        pen = replace(self.can.paper, width=0, lines=0)
        wrong = [no for text in envelope.values() for no in card_paper.laid_out(str(text), pen).wrong]
        if wrong:
            raise Rejected(f"On the envelope: {wrong[0]}")
        return envelope


def _in_stock(card: Json) -> bool:
    left = card.get("quantity")
    return not isinstance(left, int) or left > 0


def _placed(order: Json, *, cost: Money | None, copies: int = 1) -> Placed:
    seen = fate.seen(order)
    return Placed(
        reference=names.number(order),
        status=seen.status or Status.PLACED,
        cost=cost,
        pending=seen.money is Moneys.BACK,
        remark="A pen writes it, and it goes by post.",
        copies=copies,
    )
