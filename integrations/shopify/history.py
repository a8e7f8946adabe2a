"""The past: two files, gathered by the store in the background and read line by line.

Rows of one order stand together (groupObjects in bulk_start.graphql), so one order is held in memory, whatever the
file's size. The quicker ungrouped kind would need all orders at once, for a gift card on a line lowers its order's net.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec
import structlog

from app.domain.errors import Rejected, Unavailable
from app.domain.history import Batch, Export, Gathering, PastCustomer, PastOrder, Stage
from app.domain.money import Money, minor_units
from app.domain.turns import aboard
from integrations.addresses import on_this_machine
from integrations.shopify import past_turns, reading
from integrations.shopify.answers import said
from integrations.shopify.client import SOURCE, AdminApi
from integrations.shopify.documents import document
from integrations.shopify.past_turns import Amount, Bag, Parcel, Refund

_LOG = structlog.get_logger("history")

ROWS = 5000  # things in a batch: more would be no faster, and memory stays flat
_BUSY = {"LIMIT_REACHED", "OPERATION_IN_PROGRESS"}
_GATHERING = {"CREATED", "RUNNING", "CANCELING"}
_PAUSE = 60.0  # seconds until one of the store's five places may be free
_DOCUMENTS = {Export.CUSTOMERS: "bulk_customers", Export.ORDERS: "bulk_orders"}
_CHILD = b'"__parentId":'
_LONGEST_NAME, _LARGEST_ID = 64, 2**63


class Ours(NamedTuple):
    """What our books are kept in: their currency, and digests in place of addresses; and where the shop is at home."""

    currency: str
    digest: Callable[[str], str]
    home: Callable[[], str | None]  # asked only where an order tells of a country


R = TypeVar("R")
T = TypeVar("T")


class _Named(msgspec.Struct, gc=False):
    id: str


class _Mail(msgspec.Struct, rename="camel", gc=False):
    email_address: str


class _Door(msgspec.Struct, rename="camel", gc=False):
    country_code_v2: str | None


class _Risk(msgspec.Struct, gc=False):
    recommendation: str | None


class _Plan(msgspec.Struct, gc=False):
    """A subscription's, whichever."""


class _Order(msgspec.Struct, rename="camel", gc=False):
    id: str
    name: str
    created_at: datetime
    processed_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    test: bool
    tags: list[str]
    source_identifier: str | None
    display_financial_status: str | None
    customer: _Named | None
    net_payment_set: Bag
    refunds: list[Refund]
    fulfillments: list[Parcel]
    source_name: str | None = None
    email: str | None = None
    shipping_address: _Door | None = None
    risk: _Risk | None = None


class _Aboard(msgspec.Struct, rename="camel", gc=False):
    """What a line brings into the parcel; the rest of it is read where it may be a gift card."""

    quantity: int
    variant: _Named | None = None
    selling_plan: _Plan | None = None


class _Line(msgspec.Struct, rename="camel", gc=False):
    parent: str = msgspec.field(name="__parentId")
    quantity: int
    current_quantity: int
    is_gift_card: bool
    discounted_total_set: Bag


class _Customer(msgspec.Struct, rename="camel", gc=False):
    id: str
    number_of_orders: str
    amount_spent: Amount
    default_email_address: _Mail | None = None


# Types are checked while the bytes are read, in one pass: a row that makes no sense never becomes an object.
_ORDER = msgspec.json.Decoder(_Order)
_ABOARD = msgspec.json.Decoder(_Aboard)
_LINE = msgspec.json.Decoder(_Line)
_CUSTOMER = msgspec.json.Decoder(_Customer)


def start(api: AdminApi, what: Export, *, without_people: bool) -> str:
    """Ask the store to gather all orders or customers that we may see; return the handle to look after them by."""
    wanted = document(_DOCUMENTS[what])
    text = wanted.text
    if without_people:
        text = text.replace("@include(if: true)", "@include(if: false)")
    else:
        _LOG.info("shopify.personal_data", operation=wanted.operation, shop=api.domain, of="everybody")
    reply = api.do("bulk_start", {"query": text})
    errors = (reply.data.get("bulkOperationRunQuery") or {}).get("userErrors") or []
    if {error["code"] for error in errors} & _BUSY:
        raise Unavailable(said(error["message"] for error in errors), retry_after=_PAUSE)
    handle: str = reply.payload("bulkOperationRunQuery")["bulkOperation"]["id"]
    return handle


def look(api: AdminApi, handle: str) -> Gathering:
    """Return how far the store is."""
    operation = api.ask("bulk_status", {"id": handle}).one("bulkOperation")
    if operation is None:
        return Gathering(stage=Stage.LOST)
    promised = int(operation["rootObjectCount"])
    if operation["status"] in _GATHERING:
        return Gathering(stage=Stage.GATHERING, promised=promised)
    if operation["status"] == "COMPLETED":
        return Gathering(stage=Stage.WHOLE, promised=promised, file=operation["url"])
    if operation["errorCode"] == "ACCESS_DENIED":
        return Gathering(stage=Stage.DENIED)
    part = operation["partialDataUrl"]
    return Gathering(stage=Stage.PART if part else Stage.LOST, promised=promised, file=part)


def read(api: AdminApi, what: Export, file: str, *, after: int, ours: Ours) -> Iterator[Batch]:
    """Yield the file's rows from behind its line `after`.

    Raises Unavailable where it breaks off, Rejected when the file is gone or in disorder: another one is needed then.
    """
    lines = islice(_lines(api, file), after, None)
    return _orders(lines, after, ours) if what is Export.ORDERS else _customers(lines, after, ours)


def _lines(api: AdminApi, file: str) -> Iterator[bytes]:
    # Files lie on another host under a signed address. In practice they lie in the town, and nowhere else.
    elsewhere = file.startswith("https://") and not on_this_machine(file)
    if not elsewhere and urlsplit(file).netloc != urlsplit(api.origin).netloc:
        raise Unavailable("the store's file lies where no store keeps files")
    return api.http.lines(SOURCE, file)


def _orders(lines: Iterator[bytes], at: int, ours: Ours) -> Iterator[Batch]:
    families = _families(lines)
    while some := list(islice(families, ROWS)):
        at += sum(map(len, some))
        found = [order for family in some if (order := _sound(_order, family, ours))]
        yield Batch(lines=at, orders=found, refused=len(some) - len(found))


def _customers(lines: Iterator[bytes], at: int, ours: Ours) -> Iterator[Batch]:
    while some := list(islice(lines, ROWS)):
        at += len(some)
        found = [customer for line in some if (customer := _sound(_customer, line, ours))]
        yield Batch(lines=at, customers=found, refused=len(some) - len(found))


def _families(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Yield each order's line with those of its children, which follow it."""
    family: list[bytes] = []
    for line in lines:
        if _CHILD in line:
            family.append(line)
            continue
        if family:
            yield family
        family = [line]
    if family:
        yield family


def _sound(understand: Callable[[R, Ours], T], row: R, ours: Ours) -> T | None:
    """Return the row as it is understood; None when it makes no sense, which one in a million may not."""
    try:
        return understand(row, ours)
    except (msgspec.MsgspecError, ValueError) as fault:
        _LOG.warning("history.nonsense", problem=type(fault).__name__)
        return None


def _order(family: list[bytes], ours: Ours) -> PastOrder:
    row = _ORDER.decode(family[0])
    number = _id(row.id)
    paid = row.net_payment_set.shop_money
    net = minor_units(paid.amount, paid.currency_code)
    named, variants, subscription = f'"{row.id}"'.encode(), list[int](), False
    for line in family[1:]:
        # Of most lines little is read: one of this order without a `true` in it is no gift card, whatever else it says.
        if b"true" in line or named not in line:
            net = (Money(minor=net, currency=paid.currency_code) - _gift_card(row.id, line)).minor
        found = _ABOARD.decode(line)
        subscription = subscription or found.selling_plan is not None
        if found.variant is not None and found.quantity > 0:
            variants.append(_id(found.variant.id))
    counted = _counts(row, net, ours, cancelled=row.cancelled_at is not None)
    return PastOrder(
        number,
        _id(row.customer.id) if row.customer else None,
        _text(row.name),
        row.processed_at,
        row.updated_at,
        max(net, 0) if counted else 0,
        counted,
        ours.digest(row.email) if row.email and row.customer is None else None,
        aboard(variants),
        _turns(row, net, ours, counted, subscription=subscription),
    )


def _counts(row: _Order, net: int, ours: Ours, *, cancelled: bool) -> bool:
    if row.net_payment_set.shop_money.currency_code != ours.currency:
        return False
    return not reading.why_uncounted(
        test=row.test,
        cancelled=cancelled,
        ours=reading.is_ours(row.tags, row.source_identifier),
        status=row.display_financial_status,
        net_minor=max(net, 0),
    )


def _turns(row: _Order, net: int, ours: Ours, counts: bool, *, subscription: bool) -> str:  # noqa: FBT001  # now
    """Return how the order came to be what it is, as it is kept."""
    if not row.refunds and row.cancelled_at is None:
        first = _traits(row, ours, counted=counts, subscription=subscription)
        return past_turns.undisturbed(row.created_at, first, net, row.fulfillments)
    refunds = [(each.created_at or row.updated_at, _minor(each.total_refunded_set.shop_money)) for each in row.refunds]
    counts = _counts(row, net + sum([minor for _, minor in refunds]), ours, cancelled=False)
    return past_turns.told(
        row.created_at,
        _traits(row, ours, counted=counts, subscription=subscription),
        net_minor=net,
        parcels=row.fulfillments,
        refunds=refunds,
        cancelled_at=row.cancelled_at,
    )


def _traits(row: _Order, ours: Ours, *, counted: bool, subscription: bool) -> int:
    """Return what was true of the order when it was placed, as one number."""
    door = row.shipping_address
    return (
        past_turns.EDITABLE
        | past_turns.COUNTED * counted
        | past_turns.SETTLED * reading.is_settled(row.display_financial_status)
        | past_turns.TEST * row.test
        | past_turns.RISKY * (row.risk is not None and reading.is_advised_against(row.risk.recommendation))
        | past_turns.SUBSCRIPTION * (subscription or reading.is_a_renewal(row.source_name))
        | past_turns.DOMESTIC
        * (door is None or door.country_code_v2 is None or ours.home() in (None, door.country_code_v2))
    )


def home(api: AdminApi) -> str | None:
    """Return the country that the shop is at home in; None where the store does not say."""
    shop = api.ask("home").one("shop")
    address = None if shop is None else shop["shopAddress"]
    return None if address is None else address["countryCodeV2"]


def _gift_card(order: str, line: bytes) -> Money:
    """Return what a line takes from its order's worth: nothing, unless it is a gift card."""
    child = _LINE.decode(line)
    if child.parent != order:
        raise Rejected("The store's file is out of order.")
    shown = child.discounted_total_set.shop_money
    total = Money.parse(shown.amount, shown.currency_code)
    return reading.kept(total, child.quantity, child.current_quantity if child.is_gift_card else 0)


def _customer(line: bytes, ours: Ours) -> PastCustomer:
    row = _CUSTOMER.decode(line)
    mail = row.default_email_address
    spent = _minor(row.amount_spent)
    return PastCustomer(
        _id(row.id),
        ours.digest(mail.email_address) if mail else None,
        spent if row.amount_spent.currency_code == ours.currency else None,
        int(row.number_of_orders),
    )


def _minor(amount: Amount) -> int:
    return minor_units(amount.amount, amount.currency_code)


def _id(global_id: str) -> int:
    number = int(global_id[global_id.rfind("/") + 1 :])  # reading.number, without going there for each of a million
    if not 0 < number < _LARGEST_ID:
        raise ValueError("no id")
    return number


def _text(name: str) -> str:
    if len(name) > _LONGEST_NAME or "\0" in name:
        raise ValueError("no name")
    return name
