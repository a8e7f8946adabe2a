"""Reading an order, more strictly than the real one does: a name that its description lacks is refused."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.sandbox.goody import catalogue
from integrations.sandbox.goody.accounts import BALANCE, VISA
from integrations.sandbox.goody.catalogue import Product
from integrations.sandbox.goody.refusals import invalid
from integrations.strict_json import moment

Line = tuple[Product, int, int | None]

BY_EMAIL, BY_LINK = "email_and_link", "link_multiple_custom_list"
_PRICED = ("recipients", "cart", "send_method")
_KNOWN = (
    *_PRICED,
    "from_name",
    "message",
    "card_id",
    "payment_method_id",
    "workspace_id",
    "scheduled_send_on",
    "expires_at",
    "swap",
    "international_shipping_tier",
    "international_gift_cards_enabled",
    "notifications_enabled",
    "commerce_end_user_id",
    "customer_reference_id",
    "reserved_options",
)
_RECIPIENT = ("first_name", "last_name", "email", "phone", "mailing_address")
_ITEM = ("product_id", "product_url", "quantity", "variable_price", "variants")
_SWAPS = ("single", "multiple", "disabled")
_LONGEST_WORDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One batch, understood."""

    reference: str | None
    sender: str
    message: str
    card: str | None
    recipients: list[dict[str, Any]]
    lines: list[Line]
    method: str
    payment: str
    expires_at: datetime | None
    scheduled_on: datetime | None


def priced(body: object) -> tuple[int, list[Line]]:
    """Return for how many a price is asked, and of what; raises Refused."""
    said = _object(body, "price", _PRICED)
    return len(_recipients(said, _method(said))), _lines(said)


def read(body: object, now: datetime) -> Wanted:
    """Return what the body asks for; raises Refused."""
    said = _object(body, "order batch", _KNOWN)
    method, payment = _method(said), _text(said, "payment_method_id") or BALANCE
    if payment not in (BALANCE, VISA):
        raise invalid("Payment method not found")
    for partners_only in ("workspace_id", "commerce_end_user_id", "reserved_options"):
        if said.get(partners_only) is not None:
            raise invalid(f"Not yours: {partners_only}")
    wish = Wanted(
        reference=_text(said, "customer_reference_id"),
        sender=_text(said, "from_name") or "",
        message=_text(said, "message") or "",
        card=_text(said, "card_id"),
        recipients=_recipients(said, method),
        lines=_lines(said),
        method=method,
        payment=payment,
        expires_at=_ahead(said, "expires_at", now),
        scheduled_on=_ahead(said, "scheduled_send_on", now),
    )
    _check(said, wish)
    return wish


def _check(said: dict[str, Any], wish: Wanted) -> None:
    checks = (
        (not wish.sender.strip(), "From name can't be blank"),
        (bool(wish.message) and wish.card is None, "Card can't be blank when there is a message"),
        (wish.card not in (None, *catalogue.CARDS), "Card not found"),
        (len(wish.message) > _LONGEST_WORDS, "Message is too long"),
        (said.get("swap", "single") not in _SWAPS, "Swap is not included in the list"),
        (said.get("international_shipping_tier", "disabled") != "disabled", "International shipping is not enabled"),
        (wish.payment == BALANCE and wish.expires_at is None, "Expires at must be set when paying by account balance"),
    )
    why_not = next((why for failed, why in checks if failed), None)
    if why_not:
        raise invalid(why_not)


def _method(said: dict[str, Any]) -> str:
    method = said.get("send_method")
    if method == "direct_send":
        raise invalid("Direct send is only available for approved API partners")
    if method not in (BY_EMAIL, BY_LINK):
        raise invalid("Send method is not included in the list")
    return str(method)


def _recipients(said: dict[str, Any], method: str) -> list[dict[str, Any]]:
    found = said.get("recipients")
    if not isinstance(found, list) or not found:
        raise invalid("Recipients can't be blank")
    return [_recipient(_object(each, "recipient", _RECIPIENT), method) for each in found]


def _recipient(each: dict[str, Any], method: str) -> dict[str, Any]:
    name, email = _text(each, "first_name") or "", _text(each, "email") or ""
    if each.get("mailing_address") is not None:
        raise invalid("Mailing address is only available for approved API partners")
    if not name.strip() or "\n" in name + (_text(each, "last_name") or ""):
        raise invalid("First name can't be blank, nor two lines")
    if method == BY_EMAIL and ("@" not in email.strip("@") or " " in email):
        raise invalid("Email is invalid")
    return each


def _lines(said: dict[str, Any]) -> list[Line]:
    items = _object(said.get("cart"), "cart", ("items",)).get("items")
    if not isinstance(items, list) or not items:
        raise invalid("Cart can't be empty")
    return [_line(_object(each, "cart item", _ITEM)) for each in items]


def _line(item: dict[str, Any]) -> Line:
    key, count, worth = str(item.get("product_id")), item.get("quantity"), item.get("variable_price")
    found = catalogue.product(key)
    if found is None:
        raise invalid(f"Product not found: {key}")
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise invalid("Quantity must be greater than 0")
    if found.variable is None and worth is not None:
        raise invalid("Variable price is not for this product")
    least, most = found.variable or (0, 0)
    if found.variable is not None and not (isinstance(worth, int) and least <= worth <= most):
        raise invalid("Variable price must be provided")
    return found, count, worth


def _ahead(said: dict[str, Any], name: str, now: datetime) -> datetime | None:
    text = _text(said, name)
    if text is None:
        return None
    found = moment(text)
    if found is None or found <= now:
        raise invalid(f"{name} must be a time in the future")
    return found


def _object(value: object, name: str, known: Collection[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(f"The {name} must be an object")
    for each in value:
        if each not in known:
            raise invalid(f"Found unpermitted parameter of the {name}: {each}")
    return value


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"{name} must be a text")
    return value
