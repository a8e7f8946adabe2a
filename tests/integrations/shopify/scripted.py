"""A store that answers what a test has written down, one answer per call, and remembers what it was asked."""

import json
from collections.abc import Mapping
from typing import Any

import responses

from integrations.http import Http
from integrations.shopify.access import Access, FixedAccess
from integrations.shopify.budget import Budget
from integrations.shopify.client import AdminApi
from integrations.shopify.shop import ShopifyShop

DOMAIN = "a-shop.myshopify.com"
URL = f"https://{DOMAIN}/admin/api/2026-10/graphql.json"


def api(access: Access | None = None, budget: Budget | None = None) -> AdminApi:
    return AdminApi(
        Http(),
        origin=f"https://{DOMAIN}",
        domain=DOMAIN,
        access=access or FixedAccess("canary-token"),
        budget=budget,
    )


def shop() -> ShopifyShop:
    return ShopifyShop(api())


class Script:
    """The answers to come. Leaving one unasked, or asking for one more, fails the test."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock

    def says(self, body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer the next call with JSON, or with a text as it is."""
        text = body if isinstance(body, str) else json.dumps(body)
        self._mock.add(responses.POST, URL, body=text, status=status, headers=dict(headers or {}))

    def brings(self, **data: object) -> None:
        """Answer the next call with data."""
        self.says({"data": data})

    @property
    def shown(self) -> list[str]:
        """The tokens so far, one a call."""
        return [call.request.headers["X-Shopify-Access-Token"] for call in self._mock.calls]

    @property
    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        """The operations so far, each with its variables."""
        sent = [json.loads(call.request.body or b"") for call in self._mock.calls]
        return [(body["operationName"], body["variables"]) for body in sent]


def usd(amount: str) -> dict[str, Any]:
    """Return an amount to a buyer whose currency is the shop's."""
    money = {"amount": amount, "currencyCode": "USD"}
    return {"shopMoney": money, "presentmentMoney": money}


def line(**changes: object) -> dict[str, Any]:
    """Return one box for 45 dollars; change only what the test is about."""
    return {
        "id": "gid://shopify/LineItem/1",
        "quantity": 1,
        "currentQuantity": 1,
        "unfulfilledQuantity": 1,
        "isGiftCard": False,
        "sellingPlan": None,
        "variant": {"id": "gid://shopify/ProductVariant/5"},
        "discountedTotalSet": usd("45.0"),
    } | changes


def page(*nodes: dict[str, Any], more: str | None = None) -> dict[str, Any]:
    """Return one page of a list; `more` is the cursor to the next."""
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": more is not None, "endCursor": more}}


def order(*lines: dict[str, Any], **changes: object) -> dict[str, Any]:
    """Return a paid order of 45 dollars by a customer, not sent yet."""
    return {
        "id": "gid://shopify/Order/5001",
        "name": "#1001",
        "createdAt": "2026-11-21T10:00:00Z",
        "processedAt": "2026-11-21T10:00:00Z",
        "updatedAt": "2026-11-21T10:00:05Z",
        "closed": False,
        "cancelledAt": None,
        "test": False,
        "tags": [],
        "sourceName": "web",
        "sourceIdentifier": None,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "merchantEditable": True,
        "email": "someone@customer.example",
        "customer": {
            "id": "gid://shopify/Customer/55",
            "createdAt": "2025-01-01T00:00:00Z",
            "defaultEmailAddress": {"emailAddress": "someone@customer.example"},
        },
        "totalOutstandingSet": usd("0.0"),
        "netPaymentSet": usd("45.0"),
        "risk": {"recommendation": "ACCEPT"},
        "disputes": [],
        "shippingAddress": {"countryCodeV2": "US"},
        "lineItems": page(*(lines or [line()])),
        "metafields": {"nodes": []},
    } | changes


def home(country: str | None = "US") -> dict[str, Any]:
    """Return what the store says of itself beside an order."""
    return {"shopAddress": {"countryCodeV2": country}}


def parcels(*states: tuple[str, str]) -> dict[str, Any]:
    """Return an order's parcels, each as (status, request status)."""
    nodes = [{"status": status, "requestStatus": request} for status, request in states or (("OPEN", "UNSUBMITTED"),)]
    return {"id": "gid://shopify/Order/5001", "fulfillmentOrders": {"nodes": nodes}}


def gift(**changes: object) -> dict[str, Any]:
    """Return a sticker at nothing."""
    return line(
        id="gid://shopify/LineItem/9", variant={"id": "gid://shopify/ProductVariant/7"}, discountedTotalSet=usd("0.0")
    ) | dict(changes)


def refund(note: str, *statuses: str, amount: str = "20.0", **changes: object) -> dict[str, Any]:
    """Return a refund of 20 dollars, with a payment back of that much in each of these states."""
    plain = {"kind": "REFUND", "gateway": "shopify_payments", "manualPaymentGateway": False, "amountSet": usd(amount)}
    nodes = [plain | {"status": status} | changes for status in statuses]
    return {"id": "gid://shopify/Refund/9001", "note": note, "transactions": {"nodes": nodes}}
