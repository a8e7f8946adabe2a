"""What a merchant types of a gift, and what it means."""

import hashlib
import re
from dataclasses import replace
from urllib.parse import urlsplit

from flask import abort, request

from app.domain.catalogue import Entry
from app.domain.gifts import Flag, GiftKind
from app.domain.money import Money
from app.web.fields import Amount, Whole, Wrong
from app.web.language import N_, _
from integrations import registry

_LONGEST_TITLE, _LONGEST_SKU, _LONGEST_PHOTO, _LONGEST_SIZE = 120, 128, 500, 32
_MOST_STOCK = 1_000_000
_COUNTRY = re.compile(r"(?a:[A-Z]{2})")
_BETWEEN = re.compile(r"[\s,;]+")
BY_HAND = frozenset({GiftKind.FLOWERS, GiftKind.CARD, GiftKind.PARCEL})  # a person cannot send an e-gift for us
OWN_STORE = frozenset({GiftKind.PARCEL})
FLAGS = {
    Flag.FOOD: N_("food"),
    Flag.ALCOHOL: N_("alcohol"),
    Flag.ALLERGENS: N_("nuts, gluten or other allergens"),
    Flag.BATTERY: N_("a battery"),
    Flag.CATS: N_("harmful to cats"),
    Flag.LIQUID: N_("a liquid"),
}
KINDS = {
    GiftKind.FLOWERS: N_("flowers"),
    GiftKind.CARD: N_("a card"),
    GiftKind.EGIFT: N_("an e-gift"),
    GiftKind.PARCEL: N_("a parcel"),
}


def kinds_of(vendor: str) -> frozenset[GiftKind]:
    """Return what a vendor brings; 422 where there is none of that name."""
    if vendor == registry.BY_HAND:
        return BY_HAND
    if vendor == registry.OWN_STORE:
        return OWN_STORE
    if vendor not in registry.VENDORS:
        abort(422, _("There is no such vendor."))
    return registry.VENDORS[vendor].kinds


def kind_of(vendor: str) -> GiftKind:
    """Return which kind is meant; 422 where that vendor brings none such."""
    kind = request.values.get("kind", "")
    if kind not in kinds_of(vendor):
        what = ", ".join(_(KINDS[each]) for each in sorted(kinds_of(vendor)))
        abort(422, _("%(vendor)s brings: %(what)s.", vendor=registry.called(vendor), what=what))
    return GiftKind(kind)


def new(currency: str) -> Entry:
    """Return the gift that somebody typed; 422 with a sentence where it cannot be meant."""
    vendor = plain("vendor")
    kind = kind_of(vendor)
    sku = _text("sku", _LONGEST_SKU) or plain("title")[:_LONGEST_SKU]
    if vendor == registry.OWN_STORE and not (sku.isascii() and sku.isdecimal()):
        abort(422, _("Of your own store, please give the number of the variant, as it stands in its address there."))
    return _said(Entry(id=0, vendor=vendor, sku=sku, kind=kind, title="", size=_text("size", _LONGEST_SIZE)), currency)


def changed(before: Entry, currency: str) -> Entry:
    """Return the gift as somebody would have it now."""
    return _said(before, currency)


def country() -> str:
    """Return the country that is asked about, or "" where none is."""
    found = plain("country").upper()
    if found and not _COUNTRY.fullmatch(found):
        abort(422, _("A country is two letters, such as US."))
    return found


def edition(entry: Entry) -> str:
    """Return a short name for the gift as it stands and what is left of it: whoever changes it says what they saw."""
    unordered = repr((sorted(entry.flags), sorted(entry.countries or [])))
    ordered = repr(replace(entry, flags=frozenset(), countries=None))
    return hashlib.sha256((ordered + unordered).encode()).hexdigest()[:16]


def plain(name: str) -> str:
    """Return what was typed on one line."""
    return "".join(filter(str.isprintable, request.values.get(name, ""))).strip()


def _said(entry: Entry, currency: str) -> Entry:
    title = _text("title", _LONGEST_TITLE)
    if not title:
        abort(422, _("Please give it a title."))
    return Entry(
        id=entry.id,
        vendor=entry.vendor,
        sku=entry.sku,
        kind=entry.kind,
        size=entry.size,
        title=title,
        cost=_cost(currency),
        photo=_photo(),
        flags=frozenset(flag for flag in Flag if f"flag_{flag}" in request.form),
        countries=_countries(),
        stock=_stock(),
        sympathy="sympathy" in request.form,
        active="active" in request.form,
    )


def _cost(currency: str) -> Money | None:
    typed = plain("cost")
    try:
        return Money(minor=Amount().read(typed, currency), currency=currency) if typed else None
    except Wrong as wrong:
        abort(422, str(wrong))


def _stock() -> int | None:
    try:
        return Whole(most=_MOST_STOCK, may_be_empty=True).read(plain("stock"), "")
    except Wrong as wrong:
        abort(422, str(wrong))


def _photo() -> str:
    typed = _text("photo", _LONGEST_PHOTO)
    try:
        parts = urlsplit(typed)
    except ValueError:
        abort(422, _("Please give the address of a photo, such as https://shop.example/mug.jpg."))
    if typed and not (parts.scheme == "https" and parts.netloc):
        abort(422, _("Please give the address of a photo, such as https://shop.example/mug.jpg."))
    return typed


def _countries() -> frozenset[str] | None:
    typed = frozenset(filter(None, _BETWEEN.split(plain("countries").upper())))
    if not all(map(_COUNTRY.fullmatch, typed)):
        abort(422, _("Countries are two letters each, such as US, CA."))
    return typed or None


def _text(name: str, longest: int) -> str:
    typed = plain(name)
    if len(typed) > longest:
        abort(422, _("Please use %(longest)s characters at most for that.", longest=longest))
    return typed
