"""What a gift weighs, in whichever unit a store keeps it; 0 is what stands there where nobody weighed anything."""

from typing import Any

import pytest

from integrations.shopify.reading import gift_option

VARIANT: dict[str, Any] = {
    "id": "gid://shopify/ProductVariant/1",
    "title": "Default Title",
    "price": "12.00",
    "availableForSale": True,
    "sellableOnlineQuantity": 3,
    "product": {"title": "Mug", "status": "ACTIVE", "tags": []},
}
ITEM: dict[str, Any] = {"tracked": True, "requiresShipping": True, "unitCost": None}


@pytest.mark.parametrize(
    ("weight", "grams"),
    [
        ({"unit": "GRAMS", "value": 620.0}, 620),
        ({"unit": "KILOGRAMS", "value": 0.62}, 620),
        ({"unit": "OUNCES", "value": 1.5}, 43),
        ({"unit": "POUNDS", "value": 1.1}, 499),
        ({"unit": "GRAMS", "value": 0.0}, None),
        (None, None),
    ],
)
def test_given_a_weight_when_read_then_it_is_whole_grams(weight: dict[str, Any] | None, grams: int | None) -> None:
    item = ITEM | {"measurement": {"weight": weight}}

    assert gift_option(VARIANT | {"inventoryItem": item}, "USD").grams == grams


def test_given_a_read_that_asks_for_no_weight_when_read_then_there_is_none() -> None:
    assert gift_option(VARIANT | {"inventoryItem": ITEM}, "USD").grams is None
