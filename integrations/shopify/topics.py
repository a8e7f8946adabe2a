"""What Shopify's webhooks mean in our words.

Only the body is signed, and even a signed body may be a day old or come out of order. So an event carries hardly more
than ids, and whatever moves money is read again from that shop.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.domain.errors import Malformed
from app.domain.events import (
    AppUninstalled,
    CustomerChanged,
    CustomerGone,
    CustomersMerged,
    CustomerTagged,
    DataRequested,
    Event,
    ExportEnded,
    OrderChanged,
    PersonToForget,
    ScopesChanged,
    ShopChanged,
    ShopToForget,
    SpendingChanged,
    Unconcerning,
)
from app.domain.people import Person
from integrations.strict_json import Id, Moment, understand

# Data protection: these cannot be subscribed to, the app's configuration names them.
COMPLIANCE = frozenset({"customers/data_request", "customers/redact", "shop/redact"})
# What is handled whatever else must wait: it needs neither the shop's past nor a way into it.
AT_ONCE = COMPLIANCE | {"app/scopes_update", "app/uninstalled", "bulk_operations/finish"}


def parse(topic: str, body: bytes) -> Event:
    """Return what a delivery means. Raises Malformed when a topic of ours has a body that makes no sense."""
    reader = READERS.get(topic)
    return reader.means(understand(reader.shape, body)) if reader else Unconcerning(topic=topic)


def bones(topic: str, body: bytes) -> bytes:
    """Return the body with no more in it than what `parse` believes; nothing for what it cannot read."""
    reader = READERS.get(topic)
    try:
        return understand(reader.shape, body).model_dump_json(by_alias=True).encode() if reader else b""
    except Malformed:
        return b""


def person_in(topic: str, body: bytes) -> Person:
    """Return the customer whom a body names in full: their number, e-mail address and telephone go together."""
    shape = _Named if topic.startswith("customers/") and topic not in COMPLIANCE else _Whose
    try:
        read: Any = understand(shape, body)
    except Malformed:
        return Person()
    named = read if isinstance(read, _Named) else read.customer
    return Person() if named is None else _someone(named)


def _customer_number(gid: str) -> str:
    return _numbered(gid, "Customer")


def _order_number(gid: str) -> str:
    return _numbered(gid, "Order")


def _numbered(gid: str, kind: str) -> str:
    found = _GID.fullmatch(gid)
    if found is None or found[1] != kind or not 0 < int(found[2]) < 2**63:
        raise ValueError(f"not the id of a {kind}")
    return gid


def _number(gid: str) -> int:
    return int(gid.rpartition("/")[2])


_GID = re.compile(r"(?a:gid://shopify/([A-Za-z]{1,40})/(\d{1,19}))")
_SHORTEST_WORD = 5  # shorter than any address or telephone, and so short that it would be found everywhere
_Text = Annotated[str, Field(max_length=320)]
_CustomerGid = Annotated[_Text, AfterValidator(_customer_number)]
_OrderGid = Annotated[_Text, AfterValidator(_order_number)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Order(_Body):
    id: Id
    updated_at: Moment | None = None


class _Edit(_Body):
    order_id: Id
    committed_at: Moment | None = None


class _Edited(_Body):
    order_edit: _Edit


class _Refund(_Body):
    order_id: Id
    created_at: Moment | None = None


class _Customer(_Body):
    id: Id


class _Merge(_Body):
    admin_graphql_api_customer_kept_id: _CustomerGid
    admin_graphql_api_customer_deleted_id: _CustomerGid
    status: _Text


class _Spending(_Body):
    customerId: _CustomerGid  # noqa: N815  # their spelling, as in what follows
    lastOrderId: _OrderGid | None = None  # noqa: N815
    occurredAt: Moment | None = None  # noqa: N815


class _Tags(_Body):
    customerId: _CustomerGid  # noqa: N815
    tags: list[_Text] = Field(max_length=500)
    occurredAt: Moment | None = None  # noqa: N815


class _Bulk(_Body):
    admin_graphql_api_id: _Text
    status: _Text


class _Shop(_Body):
    myshopify_domain: _Text


class _Scopes(_Body):
    current: list[_Text] = Field(max_length=500)


class _Named(_Body):
    id: Id | None = None
    email: _Text | None = None
    phone: _Text | None = None


class _Whose(_Body):
    customer: _Named | None = None


# Whoever signs one of the three bodies below has not signed its topic: each must be told from the others by itself.
class _ToCopy(_Body):
    shop_domain: _Text
    customer: _Named
    orders_requested: list[Id]


class _ToForget(_Body):
    shop_domain: _Text
    customer: _Named
    orders_to_redact: list[Id]


class _ShopToForget(_Body):
    shop_domain: _Text
    customer: None = None


def _order(order: _Order) -> Event:
    return OrderChanged(order_id=order.id, happened_at=order.updated_at)


def _edited(body: _Edited) -> Event:
    return OrderChanged(order_id=body.order_edit.order_id, happened_at=body.order_edit.committed_at)


def _refund(refund: _Refund) -> Event:
    return OrderChanged(order_id=refund.order_id, happened_at=refund.created_at)


def _customer(customer: _Customer) -> Event:
    return CustomerChanged(customer_id=customer.id)


def _deleted(customer: _Customer) -> Event:
    return CustomerGone(customer_id=customer.id)


def _merge(merge: _Merge) -> Event:
    if merge.status.lower() != "completed":
        return Unconcerning(topic="customers/merge")  # begun or failed: the two are still two
    kept, gone = merge.admin_graphql_api_customer_kept_id, merge.admin_graphql_api_customer_deleted_id
    return CustomersMerged(kept_id=_number(kept), gone_id=_number(gone))


def _spending(spending: _Spending) -> Event:
    order = spending.lastOrderId
    return SpendingChanged(
        customer_id=_number(spending.customerId),
        order_id=None if order is None else _number(order),
        happened_at=spending.occurredAt,
    )


def _tags(change: _Tags, *, added: bool) -> Event:
    tags = frozenset(unicodedata.normalize("NFC", tag).strip().lower() for tag in change.tags)
    return CustomerTagged(customer_id=_number(change.customerId), tags=tags, added=added, happened_at=change.occurredAt)


def _bulk(operation: _Bulk) -> Event:
    return ExportEnded(handle=operation.admin_graphql_api_id)


def _shop(shop: _Shop) -> Event:
    return ShopChanged(domain=shop.myshopify_domain.lower())


def _uninstalled(shop: _Shop) -> Event:
    return AppUninstalled(domain=shop.myshopify_domain.lower())


def _scopes(change: _Scopes) -> Event:
    return ScopesChanged(current=frozenset(change.current))


def _data_request(asked: _ToCopy) -> Event:
    person = _someone(asked.customer) | Person(orders=frozenset(asked.orders_requested))
    return DataRequested(domain=asked.shop_domain.lower(), person=person)


def _redact(asked: _ToForget) -> Event:
    person = _someone(asked.customer) | Person(orders=frozenset(asked.orders_to_redact))
    return PersonToForget(domain=asked.shop_domain.lower(), person=person)


def _shop_redact(asked: _ShopToForget) -> Event:
    return ShopToForget(domain=asked.shop_domain.lower())


def _someone(named: _Named) -> Person:
    # Any of these may be missing: the e-mail address may be all that is known.
    words = (word.strip().lower() for word in (named.email, named.phone) if word)
    return Person(
        ids=frozenset() if named.id is None else frozenset({named.id}),
        words=frozenset(word for word in words if len(word) >= _SHORTEST_WORD),
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """How one topic is read: what is believed of its body, and what that means."""

    shape: type[BaseModel]
    means: Callable[[Any], Event]


# orders/paid alone would not do: orders made by API or paid on delivery may never raise it.
READERS: Mapping[str, Reader] = {
    "orders/create": Reader(_Order, _order),
    "orders/paid": Reader(_Order, _order),
    "orders/updated": Reader(_Order, _order),
    "orders/cancelled": Reader(_Order, _order),
    "orders/edited": Reader(_Edited, _edited),
    "refunds/create": Reader(_Refund, _refund),
    "customers/create": Reader(_Customer, _customer),
    "customers/update": Reader(_Customer, _customer),
    "customers/delete": Reader(_Customer, _deleted),
    "customers/merge": Reader(_Merge, _merge),
    "customers/purchasing_summary": Reader(_Spending, _spending),
    "customer.tags_added": Reader(_Tags, partial(_tags, added=True)),
    "customer.tags_removed": Reader(_Tags, partial(_tags, added=False)),
    "bulk_operations/finish": Reader(_Bulk, _bulk),
    "shop/update": Reader(_Shop, _shop),
    "app/uninstalled": Reader(_Shop, _uninstalled),
    "app/scopes_update": Reader(_Scopes, _scopes),
    "customers/data_request": Reader(_ToCopy, _data_request),
    "customers/redact": Reader(_ToForget, _redact),
    "shop/redact": Reader(_ShopToForget, _shop_redact),
}
