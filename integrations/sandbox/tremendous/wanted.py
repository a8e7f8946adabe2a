"""Reading an order, more strictly than the real one does: a name that its description lacks is refused."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.domain.money import Money
from integrations.sandbox.tremendous.catalogue import product
from integrations.sandbox.tremendous.refusals import invalid

_METHODS = ("EMAIL", "LINK", "PHONE")
_FUNDING = "BALANCE"
_LONGEST_WORDS = 5_000
_AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One order, understood."""

    external_id: str | None
    product: str
    value: Money
    recipient: dict[str, Any]
    method: str
    meta: dict[str, Any]
    deliver_at: str | None


def read(body: object, now: datetime) -> Wanted:
    """Return what the body asks for; raises Refused. Amounts with a point come as Decimal."""
    order = _object(body, "order", ("external_id", "payment", "reward"))
    _pay(_object(order.get("payment"), "payment", ("funding_source_id",)))
    known = ("campaign_id", "products", "value", "recipient", "delivery", "deliver_at", "language", "custom_fields")
    reward = _object(order.get("reward"), "reward", known)
    delivery = _object(reward.get("delivery"), "delivery", ("method", "meta"))
    method = delivery.get("method")
    if method not in _METHODS:
        raise invalid("delivery.method", f"must be one of {', '.join(_METHODS)}")
    value = _value(_object(reward.get("value"), "value", ("denomination", "currency_code")))
    return Wanted(
        external_id=_text(order, "external_id"),
        product=_chosen(reward, value),
        value=value,
        recipient=_recipient(_object(reward.get("recipient"), "recipient", ("name", "email", "phone")), method),
        method=method,
        meta=_meta(_object(delivery.get("meta") or {}, "meta", ("sender_name", "subject_line", "message"))),
        deliver_at=_day(reward, now),
    )


def _pay(payment: dict[str, Any]) -> None:
    if str(payment.get("funding_source_id", "")).upper() != _FUNDING:
        raise invalid("payment.funding_source_id", "is not a funding source of yours")


def _chosen(reward: dict[str, Any], value: Money) -> str:
    if reward.get("campaign_id") is not None:
        raise invalid("reward.campaign_id", "is not a campaign of yours")
    products = reward.get("products")
    if not isinstance(products, list) or not products:
        raise invalid("reward.products", "must name at least one product")
    for key in products:
        found = product(key) if isinstance(key, str) else None
        if found is None:
            raise invalid("reward.products", "is not a product")
        if not found.offers(Decimal(value.text), value.currency):
            raise invalid("reward.value", "cannot be had of this product")
    return str(products[0])


def _value(value: dict[str, Any]) -> Money:
    amount, currency = value.get("denomination"), value.get("currency_code") or "USD"
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise invalid("value.denomination", "must be a number")
    try:
        return Money.parse(str(amount), str(currency))
    except ValueError:
        raise invalid("value.denomination", "is no amount of this currency") from None


def _recipient(recipient: dict[str, Any], method: str) -> dict[str, Any]:
    email, phone = _text(recipient, "email") or "", _text(recipient, "phone") or ""
    if method == "EMAIL" and ("@" not in email.strip("@") or " " in email):
        raise invalid("recipient.email", "must be an e-mail address")
    if method == "PHONE" and not phone:
        raise invalid("recipient.phone", "must be given")
    if (_text(recipient, "name") or "Ann").strip().count("\n"):
        raise invalid("recipient.name", "must be one line")
    return recipient


def _meta(meta: dict[str, Any]) -> dict[str, Any]:
    if any(len(_text(meta, name) or "") > _LONGEST_WORDS for name in meta):
        raise invalid("delivery.meta", "is too long")
    return meta


def _day(reward: dict[str, Any], now: datetime) -> str | None:
    text = _text(reward, "deliver_at")
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise invalid("reward.deliver_at", "must be a date") from None
    if not now.date() <= day <= (now + _AHEAD).date():
        raise invalid("reward.deliver_at", "must be within the next year")
    return text


def _object(value: object, name: str, known: Collection[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(name, "must be an object")
    for each in value:
        if each not in known:
            raise invalid(f"{name}.{each}", "is not known")
    return value


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(name, "must be a text")
    return value
