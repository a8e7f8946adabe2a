"""Handwrytten's row in the registry."""

from collections.abc import Mapping

from app.domain.gifts import GiftKind, Mode, Sender
from app.domain.money import Money
from app.domain.ports import GiftVendor
from integrations.envelopes import HOME
from integrations.handwrytten.client import HandwryttenApi
from integrations.handwrytten.names import CURRENCY
from integrations.handwrytten.vendor import Handwrytten, Terms
from integrations.http import Http
from integrations.vendors import Ask, Vendor, VendorLogin, always_at

_ORIGIN = "https://api.handwrytten.com"
_SENDER = ("name", "street", "city", "region", "postcode")
_TESTING, _YES = "testing", "yes"
_USUAL_POSTAGE = "2.00"  # and what else a plan may add to a card's price: an upper bound, until the merchant says


def _open(http: Http, origin: str, login: VendorLogin) -> GiftVendor:
    options = login.options
    card = options.get("payment_card", "").strip()
    terms = Terms(
        handwriting=options.get("handwriting", ""),
        postage=Money.parse(options.get("postage") or _USUAL_POSTAGE, CURRENCY),
        sender=_sender(options),
        pays_with=int(card) if card else None,
        in_test_mode=_says_yes(options),
    )
    return Handwrytten(HandwryttenApi(http, origin=origin, key=login.key), terms=terms)


def _sender(options: Mapping[str, str]) -> Sender | None:
    said = {name: options.get(name, "").strip() for name in _SENDER}
    return Sender(**said, country=HOME) if all(said.values()) else None


def _says_yes(options: Mapping[str, str]) -> bool:
    return options.get(_TESTING, "").strip().casefold() == _YES


def _mode(login: VendorLogin) -> Mode:
    """Return what the merchant says; their keys do not, and both kinds of account are in the same place."""
    return Mode.SANDBOX if _says_yes(login.options) else Mode.UNKNOWN


HANDWRYTTEN = Vendor(
    called="Handwrytten",
    kinds=frozenset({GiftKind.CARD}),
    asks=(
        Ask(name="key", label="API key", hint="From its Integrations page.", secret=True),
        Ask(name="handwriting", label="Handwriting", hint="As it is called there, like Casual David."),
        Ask(name="name", label="Your name on the envelope"),
        Ask(name="street", label="Street"),
        Ask(name="city", label="City"),
        Ask(name="region", label="State", hint="Two letters."),
        Ask(name="postcode", label="ZIP code"),
        Ask(
            name="postage",
            label="What comes on top of a card's price",
            hint="Postage above all. In dollars; 2.00 if empty.",
            needed=False,
        ),
        Ask(
            name="payment_card",
            label="Number of the payment card that is stored there",
            hint="Leave it empty to pay by credits or by invoice.",
            needed=False,
        ),
        Ask(
            name=_TESTING,
            label="It is in its test mode",
            hint=f"“{_YES}” where you have switched it so: cards are ordered, and none is written.",
            needed=False,
        ),
    ),
    origin=always_at(_ORIGIN),
    mode=_mode,
    open=_open,
    deletes="Handwrytten keeps recipients with its orders and in its address book: please delete them there.",
)
