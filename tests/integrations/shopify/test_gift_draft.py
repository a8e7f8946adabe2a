"""A gift by a draft: what is asked of the store to the letter, and when a draft is not completed."""

from typing import Any

import pytest

from app.domain.errors import Busy, Rejected, Uncertain
from app.domain.ports import GiftParcel, Receipt
from integrations.shopify.gift_order import mark
from tests.builders import address
from tests.integrations.shopify.scripted import Script, shop, usd
from tests.integrations.shopify.test_gift_order import made

KEY = "gift-order:5001:nth_order_gift"
OURS = mark(KEY)
PARCEL = GiftParcel(customer_id=55, variant_id=7, to=address(), currency="USD")
DRAFT = "gid://shopify/DraftOrder/88"


def drafted(**changes: object) -> dict[str, Any]:
    """Return a draft that is ready, as the store tells of it."""
    return {"id": DRAFT, "status": "OPEN", "ready": True, "totalPriceSet": usd("0.0"), "order": None} | changes


def test_given_a_parcel_when_drafted_then_the_store_is_told_to_the_letter(store: Script) -> None:
    store.brings(draftOrders={"nodes": []})
    store.brings(draftOrderCreate={"draftOrder": {"id": DRAFT, "status": "OPEN"}, "userErrors": []})

    assert shop().prepare_gift_draft(PARCEL, key=KEY) == "88"

    (searched, (operation, asked)) = store.asked
    assert searched == ("GiftDraftsByTag", {"query": f"tag:'{OURS}'"})
    assert operation == "GiftDraftCreate"
    draft = asked["draft"]
    assert draft["purchasingEntity"] == {"customerId": "gid://shopify/Customer/55"}
    assert draft["lineItems"] == [
        {
            "variantId": "gid://shopify/ProductVariant/7",
            "quantity": 1,
            "appliedDiscount": {"valueType": "PERCENTAGE", "value": 100.0, "title": "With our thanks"},
        }
    ]
    assert draft["shippingLine"] == {
        "title": "Gift",
        "priceWithCurrency": {"amount": "0.00", "currencyCode": "USD"},
    }
    assert (draft["acceptAutomaticDiscounts"], draft["visibleToCustomer"]) == (False, False)
    assert draft["tags"] == ["lagniappe-gift", OURS]
    assert draft["customAttributes"] == [{"key": "lagniappe_gift", "value": OURS}]


def test_given_drafts_that_only_resemble_ours_when_drafted_then_a_new_one_is_made(store: Script) -> None:
    alike = {"id": "gid://shopify/DraftOrder/1", "status": "OPEN", "tags": [f"{OURS}0"]}
    over = {"id": "gid://shopify/DraftOrder/2", "status": "COMPLETED", "tags": [OURS]}
    store.brings(draftOrders={"nodes": [alike, over]})
    store.brings(draftOrderCreate={"draftOrder": {"id": DRAFT, "status": "OPEN"}, "userErrors": []})
    assert shop().prepare_gift_draft(PARCEL, key=KEY) == "88"


def test_given_a_draft_that_is_ready_when_completed_then_its_order_is_the_proof(store: Script) -> None:
    store.brings(draftOrder=drafted())
    done = {"id": DRAFT, "status": "COMPLETED", "order": made()}
    store.brings(draftOrderComplete={"draftOrder": done, "userErrors": []})
    assert shop().complete_gift_draft("88") == Receipt(reference="6001", remark="Order #1055.")


@pytest.mark.parametrize(
    ("found", "error", "said"),
    [
        (drafted(ready=False), Busy, "preparing"),
        (drafted(totalPriceSet=usd("3.1")), Rejected, r"would cost the customer \$3\.10"),
        (None, Rejected, "deleted"),
    ],
    ids=["not ready", "with a price", "deleted"],
)
def test_given_a_draft_that_is_not_as_wanted_when_completed_then_it_is_left_alone(
    store: Script, found: dict[str, Any] | None, error: type[Exception], said: str
) -> None:
    store.brings(draftOrder=found)
    with pytest.raises(error, match=said):
        shop().complete_gift_draft("88")


def test_given_a_line_that_breaks_when_completed_then_in_doubt_and_the_draft_tells(store: Script) -> None:
    store.brings(draftOrder=drafted())
    store.says("<html>Bad Gateway</html>", 502)
    with pytest.raises(Uncertain):
        shop().complete_gift_draft("88")
    store.brings(draftOrder=drafted(status="COMPLETED", order=made()))
    assert shop().find_completed_draft("88") == Receipt(reference="6001", remark="Order #1055.")


def test_given_an_earlier_try_that_comes_in_while_we_repeat_when_refused_then_it_is_found(store: Script) -> None:
    store.brings(draftOrder=drafted())
    refusal = {"draftOrder": None, "userErrors": [{"field": ["id"], "message": "It was completed already."}]}
    store.brings(draftOrderComplete=refusal)
    store.brings(draftOrder=drafted(status="COMPLETED", order=made()))
    assert shop().complete_gift_draft("88").reference == "6001"


def test_given_a_draft_that_the_store_will_not_complete_when_tried_then_refused_in_its_words(store: Script) -> None:
    store.brings(draftOrder=drafted())
    refusal = {"draftOrder": None, "userErrors": [{"field": ["id"], "message": "The product is out of stock."}]}
    store.brings(draftOrderComplete=refusal)
    store.brings(draftOrder=drafted())
    with pytest.raises(Rejected, match="out of stock"):
        shop().complete_gift_draft("88")


@pytest.mark.parametrize("found", [drafted(), None], ids=["open", "deleted"])
def test_given_a_draft_that_became_no_order_when_looked_for_then_there_is_none(
    store: Script, found: dict[str, Any] | None
) -> None:
    store.brings(draftOrder=found)
    assert shop().find_completed_draft("88") is None
