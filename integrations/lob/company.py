"""Lob's row in the registry."""

from collections.abc import Mapping

from app.domain.gifts import GiftKind, Mode, Sender
from app.domain.money import Money
from app.domain.ports import GiftVendor
from integrations import signatures
from integrations.http import Http
from integrations.lob import hooks
from integrations.lob.addresses import HOME
from integrations.lob.client import LobApi
from integrations.lob.vendor import LETTER, POSTCARD, Lob, Terms
from integrations.vendors import Ask, Told, Vendor, VendorLogin, always_at, by_its_key

_ORIGIN = "https://api.lob.com"
_mode = by_its_key({"live_": Mode.LIVE, "test_": Mode.SANDBOX})
# Their price list is on a page and by plan: upper bounds of it, until the merchant says what they pay.
_USUAL_PRICES = {LETTER: "2.00", POSTCARD: "1.50"}
_SENDER = ("name", "street", "city", "region", "postcode")


def _open(http: Http, origin: str, login: VendorLogin) -> GiftVendor:
    terms = Terms(
        prices={sku: _price(login.options, sku) for sku in _USUAL_PRICES},
        sender=_sender(login.options),
        front=login.options.get("front", ""),
    )
    return Lob(LobApi(http, origin=origin, key=login.key), mode=_mode(login), terms=terms)


def _price(options: Mapping[str, str], sku: str) -> Money:
    return Money.parse(options.get(f"{sku}_price") or _USUAL_PRICES[sku], "USD")


def _sender(options: Mapping[str, str]) -> Sender | None:
    said = {name: options.get(name, "").strip() for name in _SENDER}
    return Sender(**said, country=HOME) if all(said.values()) else None


LOB = Vendor(
    called="Lob",
    kinds=frozenset({GiftKind.CARD}),
    asks=(
        Ask(
            name="key",
            label="Secret API key",
            hint="It begins with live_, or with test_, where nothing is printed.",
            secret=True,
        ),
        Ask(name="name", label="Your name on the envelope"),
        Ask(name="street", label="Street"),
        Ask(name="city", label="City"),
        Ask(name="region", label="State", hint="Two letters."),
        Ask(name="postcode", label="ZIP code"),
        Ask(name="letter_price", label="What a letter costs you", hint="In dollars; 2.00 if empty.", needed=False),
        Ask(name="postcard_price", label="What a postcard costs you", hint="In dollars; 1.50 if empty.", needed=False),
        Ask(
            name="front",
            label="Postcards' picture",
            hint="A template (tmpl_…) or the https address of a picture. Without one there are letters alone.",
            needed=False,
        ),
    ),
    origin=always_at(_ORIGIN),
    mode=_mode,
    open=_open,
    told=Told(
        authentic=signatures.lob,
        references=hooks.references,
        setup="In Lob, under Webhooks, add {url} for all events of letters and postcards.",
    ),
    deletes="Lob keeps addresses with its letters and postcards: please write to its support.",
)
