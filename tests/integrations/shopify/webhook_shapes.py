"""The bodies of the store's webhooks in version 2026-10, written down strictly: what may be in them and of which type.

A field with a default may be missing from the twin's bodies; every other one must be there. Nothing else may be.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

Money = Annotated[str, StringConstraints(pattern=r"^-?\d+\.\d{2,3}$|^-?\d+$")]
Plain = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$")]
Gid = Annotated[str, StringConstraints(pattern=r"^gid://shopify/\w+/[\w-]+$")]
Scope = Annotated[str, StringConstraints(pattern=r"^(read|write)_[a-z_]+$")]


def _zoned(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a moment without its zone")
    return text


Moment = Annotated[str, AfterValidator(_zoned)]
Nothing = Annotated[list[Any], AfterValidator(lambda found: found)]


class Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Amount(Shape):
    amount: Money
    currency_code: Currency


class Bag(Shape):
    shop_money: Amount
    presentment_money: Amount


class Address(Shape):
    first_name: str | None
    last_name: str | None
    address1: str | None
    address2: str | None
    city: str | None
    zip: str | None
    country_code: str | None
    province_code: str | None
    phone: str | None
    company: str | None
    name: str | None = None
    province: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class OwnAddress(Address):
    id: int | None = None
    customer_id: int | None = None
    default: bool | None = None


class Customer(Shape):
    """Since 2025-01 without tags, counts, totals and consents."""

    id: int
    admin_graphql_api_id: Gid
    created_at: Moment
    updated_at: Moment
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    state: Literal["enabled", "disabled", "invited", "declined"]
    currency: Currency
    verified_email: bool
    tax_exempt: bool
    default_address: OwnAddress | None


class WholeCustomer(Customer):
    note: str | None
    tax_exemptions: list[str]
    multipass_identifier: str | None
    addresses: list[OwnAddress]


class DeletedCustomer(Shape):
    id: int
    admin_graphql_api_id: Gid
    tax_exemptions: list[str]


class MergedCustomers(Shape):
    admin_graphql_api_customer_kept_id: Gid
    admin_graphql_api_customer_deleted_id: Gid
    admin_graphql_api_job_id: Gid | None
    status: str
    errors: list[Any]


class Line(Shape):
    id: int
    admin_graphql_api_id: Gid
    product_id: int | None
    variant_id: int | None
    sku: str | None
    title: str
    variant_title: str | None
    name: str
    vendor: str | None
    quantity: int
    current_quantity: int
    fulfillable_quantity: int
    fulfillment_status: Literal["fulfilled", "partial"] | None
    fulfillment_service: str
    requires_shipping: bool
    gift_card: bool
    taxable: bool
    price: Money
    price_set: Bag
    total_discount: Money
    product_exists: bool
    properties: list[Any]
    tax_lines: list[Any]
    duties: list[Any]
    discount_allocations: list[Any]
    grams: int = 0


class ShippingLine(Shape):
    id: int
    title: str
    code: str | None
    price: Money
    is_removed: bool = False


class Transaction(Shape):
    id: int
    order_id: int
    parent_id: int | None
    kind: Literal["refund", "sale", "capture", "authorization", "void", "change"]
    status: Literal["success", "pending", "failure", "error"]
    gateway: str
    amount: Money
    currency: Currency
    test: bool
    message: str | None
    error_code: str | None
    processed_at: Moment
    payment_id: str | None
    manual_payment_gateway: bool
    receipt: dict[str, Any]


class RefundLine(Shape):
    """Its sums are JSON numbers, alone among all amounts."""

    id: int
    line_item_id: int
    quantity: int
    location_id: int | None
    restock_type: Literal["no_restock", "return", "cancel", "legacy_restock"]
    subtotal: float
    total_tax: float
    subtotal_set: Bag
    total_tax_set: Bag
    line_item: Line


class Adjustment(Shape):
    id: int
    order_id: int
    refund_id: int
    kind: str
    reason: str | None
    amount: Money
    tax_amount: Money
    amount_set: Bag | None = None
    tax_amount_set: Bag | None = None


class Refund(Shape):
    id: int
    admin_graphql_api_id: Gid
    order_id: int
    created_at: Moment
    processed_at: Moment
    note: str | None
    user_id: int | None
    restock: bool
    duties: list[Any]
    refund_shipping_lines: list[Any]
    order_adjustments: list[Adjustment]
    refund_line_items: list[RefundLine]
    transactions: list[Transaction]
    # `return` is no name for a field of ours
    model_config = ConfigDict(strict=True, extra="forbid", alias_generator=lambda name: name.rstrip("_"))
    return_: dict[str, Any] | None


class Order(Shape):
    id: int
    admin_graphql_api_id: Gid
    app_id: int | None
    name: str
    number: int
    order_number: int
    confirmed: bool
    created_at: Moment
    updated_at: Moment
    processed_at: Moment
    cancelled_at: Moment | None
    cancel_reason: str | None
    closed_at: Moment | None
    test: bool
    tags: str
    note: str | None
    note_attributes: list[Any]
    source_name: str | None
    source_identifier: str | None
    email: str | None
    contact_email: str | None
    phone: str | None
    customer_locale: str | None
    payment_gateway_names: list[str]
    customer: Customer | None
    billing_address: Address | None
    shipping_address: Address | None
    line_items: list[Line]
    fulfillments: list[Any]
    refunds: list[Refund]
    currency: Currency
    presentment_currency: Currency
    financial_status: Literal[
        "pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided", "expired"
    ]
    fulfillment_status: Literal["fulfilled", "partial", "restocked"] | None
    subtotal_price: Money
    total_price: Money
    total_tax: Money
    total_discounts: Money
    total_line_items_price: Money
    total_outstanding: Money
    current_subtotal_price: Money
    current_total_price: Money
    current_total_price_set: Bag
    total_shipping_price_set: Bag
    discount_codes: list[Any]
    discount_applications: list[Any]
    tax_lines: list[Any]
    shipping_lines: list[ShippingLine]
    confirmation_number: str | None = None
    token: str | None = None
    cart_token: str | None = None
    checkout_token: str | None = None
    buyer_accepts_marketing: bool = False
    user_id: int | None = None
    location_id: int | None = None
    current_total_tax: Money | None = None
    current_total_discounts: Money | None = None
    returns: Nothing = []


class Change(Shape):
    id: int
    delta: int


class Changes(Shape):
    additions: list[Change]
    removals: list[Change]


class Discounts(Shape):
    line_item: Changes


class Edit(Shape):
    id: int
    app_id: int | None
    created_at: Moment
    committed_at: Moment
    notify_customer: bool
    order_id: int
    staff_note: str | None
    user_id: int | None
    line_items: Changes
    discounts: Discounts
    shipping_lines: Changes


class Edited(Shape):
    order_edit: Edit


class Spent(Shape):
    """The newer kind of body: camelCase, global ids."""

    amount: Plain
    currencyCode: Currency  # noqa: N815  # theirs


class Spending(Shape):
    customerId: Gid  # noqa: N815
    numberOfOrders: int  # noqa: N815
    amountSpent: Spent  # noqa: N815
    lastOrderId: Gid | None  # noqa: N815
    occurredAt: Moment  # noqa: N815


class Tagged(Shape):
    customerId: Gid  # noqa: N815
    tags: list[str]
    occurredAt: Moment  # noqa: N815


class BulkFinished(Shape):
    """Without the address of the file: that is read."""

    admin_graphql_api_id: Gid
    status: Literal["completed", "failed", "canceled", "expired"]
    type: Literal["query", "mutation"]
    error_code: str | None
    created_at: Moment
    completed_at: Moment | None


class ScopesUpdated(Shape):
    id: int
    shop_id: Gid
    previous: list[Scope]
    current: list[Scope]
    updated_at: Moment


class Shop(BaseModel):
    """Of the shop itself the contract names only these; there are more."""

    model_config = ConfigDict(strict=True, extra="allow")

    id: int
    name: str
    myshopify_domain: Domain
    domain: str | None = None
    email: str | None = None
    currency: Currency
    iana_timezone: str
    plan_name: str = ""


class Subject(Shape):
    id: int | None = None
    email: str | None = None
    phone: str | None = None


class DataRequest(Shape):
    id: int


class DataRequested(Shape):
    shop_id: int
    shop_domain: Domain
    customer: Subject
    orders_requested: list[int]
    data_request: DataRequest


class CustomerRedacted(Shape):
    shop_id: int
    shop_domain: Domain
    customer: Subject
    orders_to_redact: list[int]


class ShopRedacted(Shape):
    shop_id: int
    shop_domain: Domain


SHAPES: dict[str, type[BaseModel]] = {
    "app/scopes_update": ScopesUpdated,
    "app/uninstalled": Shop,
    "bulk_operations/finish": BulkFinished,
    "customer.tags_added": Tagged,
    "customer.tags_removed": Tagged,
    "customers/create": WholeCustomer,
    "customers/data_request": DataRequested,
    "customers/delete": DeletedCustomer,
    "customers/merge": MergedCustomers,
    "customers/purchasing_summary": Spending,
    "customers/redact": CustomerRedacted,
    "customers/update": WholeCustomer,
    "orders/cancelled": Order,
    "orders/create": Order,
    "orders/edited": Edited,
    "orders/paid": Order,
    "orders/updated": Order,
    "refunds/create": Refund,
    "shop/redact": ShopRedacted,
    "shop/update": Shop,
}


def faults(topic: str, body: object) -> list[str]:
    """Return where a body is not of its topic's shape."""
    shape = SHAPES.get(topic)
    if shape is None:
        return [f"{topic}: no such webhook is known"]
    try:
        shape.model_validate(body)
    except ValidationError as wrong:
        return [f"{topic}: {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors()]
    return []
