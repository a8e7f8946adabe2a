"""Placing an order: everything is checked, no reference is kept, and asking twice delivers twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.florist.accounts import Account
from integrations.sandbox.florist.catalogue import bouquet
from integrations.sandbox.florist.delivery import check_postcode, delivers, read_day
from integrations.sandbox.florist.fields import listed, required, stored
from integrations.sandbox.florist.refusals import Refused
from integrations.sandbox.florist.totals import Total, cents, number, surcharge, total_of

KIND = "florist_order"
_TOKEN = "florist_card_token"  # noqa: S105 - the kind of document that remembers spent card tokens
_CARD_MESSAGE = 200  # characters
_CUSTOMER = ("name", "address1", "city", "state", "zipcode", "country", "phone", "email", "ip")
_RECIPIENT = ("name", "address1", "city", "state", "zipcode", "country", "phone")
_CARD = ("type", "ccnum", "cvv2", "expmonth", "expyear")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    customer: dict[str, Any]
    products: list[dict[str, Any]]
    ordertotal: int  # cents
    ccinfo: dict[str, Any] | None


def read(form: Mapping[str, str]) -> Request:
    """Return what the form asks for; every field is a JSON text of its own. Raises Refused."""
    for name in ("customer", "products", "ordertotal"):
        if name not in form:
            raise Refused(f"{name} is required")
    return Request(
        customer=stored(form["customer"], "customer"),
        products=listed(form["products"]),
        ordertotal=cents(form["ordertotal"].strip()),
        ccinfo=stored(form["ccinfo"], "ccinfo") if "ccinfo" in form else None,
    )


def place(turn: Turn, request: Request, *, account: Account, now: datetime) -> dict[str, Any]:
    """Take the order into the ledger and return it; raises Refused, and then nothing was taken."""
    required(request.customer, _CUSTOMER, "customer")
    for product in request.products:
        _check_product(product, now)
    total = total_of(request.products, surcharge(turn))
    if request.ordertotal != total.total:
        raise Refused(f"order total does not match, expected {number(total.total):.2f}")
    paid_by = _payment(turn, request.ccinfo, account)
    key = turn.append(KIND, _entry(request, total, account=account, paid_by=paid_by, now=now))
    return turn.get(KIND, key) or {}


def orders(turn: Turn) -> list[dict[str, Any]]:
    """Return every order that was placed, oldest first."""
    return turn.all(KIND)


def order(turn: Turn, order_no: str, account: Account) -> dict[str, Any]:
    """Return one order of this account; raises Refused for everybody else's."""
    found = turn.get(KIND, order_no)
    if found is None or found["account"] != account.key:
        raise Refused("invalid order number")
    return found


def _check_product(product: dict[str, Any], now: datetime) -> None:
    recipient = product.get("recipient")
    if not isinstance(recipient, dict):
        raise Refused("recipient is required")
    required(recipient, _RECIPIENT, "recipient")
    check_postcode(str(recipient["zipcode"]), str(recipient["country"]))
    if len(str(product.get("cardmessage", ""))) > _CARD_MESSAGE:
        raise Refused(f"card message must be {_CARD_MESSAGE} characters or fewer")
    if not delivers(read_day(str(product.get("deliverydate", ""))), now):
        raise Refused("delivery date is not available")


def _payment(turn: Turn, ccinfo: dict[str, Any] | None, account: Account) -> str:
    if ccinfo is None:
        if not account.invoiced:
            raise Refused("ccinfo is required")
        return "invoice"
    token = ccinfo.get("authorizenet_token")
    if token is None:
        required(ccinfo, _CARD, "ccinfo")
        return "card"
    if turn.get(_TOKEN, str(token)) is not None:
        raise Refused("payment token was already used")
    turn.put(_TOKEN, str(token), {"spent": True})
    return "token"


def _entry(request: Request, total: Total, *, account: Account, paid_by: str, now: datetime) -> dict[str, Any]:
    return {
        "account": account.key,
        "at": now.isoformat(timespec="seconds"),
        "customer": request.customer,
        "items": [_item(product) for product in request.products],
        "subtotal": total.subtotal,
        "service_charge": total.service_charge,
        "tax": total.tax,
        "total": total.total,
        "paid_by": paid_by,  # how, never with which number
    }


def _item(product: dict[str, Any]) -> dict[str, Any]:
    kind = bouquet(str(product["code"]))
    return {
        "code": kind.code,
        "name": kind.name,
        "description": kind.description,
        "price": kind.price,
        "delivery_date": read_day(str(product["deliverydate"])).isoformat(),
        "card_message": str(product.get("cardmessage", "")),
        "special_instructions": str(product.get("specialinstructions", "")),
        "recipient": product["recipient"],
    }
