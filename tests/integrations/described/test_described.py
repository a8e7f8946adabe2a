"""The descriptions catch what they should: else a suite that only ever passes would prove nothing."""

from typing import Any

import pytest

from tests.integrations.described.witness import Description, Undescribed

GOODY = Description("goody", base="/v1")
TREMENDOUS = Description("tremendous", base="/api/v2")
LOB = Description("lob", base="/v1")
BATCHES = "https://api.ongoody.com/v1/order_batches"
HANDWRYTTEN = Description("handwrytten", base="/v2")
CARDS = "https://api.handwrytten.com/v2/orders/singleStepOrder"
LETTERS = "https://api.lob.com/v1/letters"
ORDERS = "https://api.tremendous.com/api/v2/orders"


def order(**changes: Any) -> dict[str, Any]:
    reward = {
        "products": ["OKMHM2X2OHYV"],
        "value": {"denomination": 24.55, "currency_code": "USD"},
        "recipient": {"name": "Ann Okafor", "email": "ann.okafor@customer.example"},
        "delivery": {"method": "EMAIL", "meta": {"message": "Thinking of you."}},
    }
    return {"external_id": "ref-1", "payment": {"funding_source_id": "BALANCE"}, "reward": reward | changes}


def test_given_a_good_order_when_checked_then_it_is_as_described() -> None:
    TREMENDOUS.check("POST", ORDERS, order())


@pytest.mark.parametrize(
    "changes",
    [
        {"value": {"denomination": "24.55", "currency_code": "USD"}},
        {"value": {"currency_code": "USD"}},
        {"products": []},
        {"products": "OKMHM2X2OHYV"},
        {"deliver_at": "tomorrow"},
        {"recipient": {"name": "Ann Okafor", "e_mail": "ann.okafor@customer.example"}},
        {"size": "L"},
    ],
    ids=["amount as text", "no amount", "no product", "product as text", "no date", "misspelt", "unknown name"],
)
def test_given_one_field_spoilt_when_checked_then_caught(changes: dict[str, Any]) -> None:
    with pytest.raises(Undescribed):
        TREMENDOUS.check("POST", ORDERS, order(**changes))


def card(**changes: Any) -> dict[str, Any]:
    home = {"name": "Ann Okafor", "address_line1": "12 Elm Street", "address_city": "Wilmington"}
    there = home | {"address_state": "DE", "address_zip": "19801", "address_country": "US"}
    letter = {"to": there, "from": there, "file": "<p>Léa</p>", "color": False, "use_type": "operational"}
    return letter | changes


def test_given_a_good_letter_when_checked_then_it_is_as_described() -> None:
    LOB.check("POST", LETTERS, card())


@pytest.mark.parametrize(
    "changes",
    [
        {"color": "no"},
        {"use_type": "love"},
        {"file": "no page and no template"},
        {"to": card()["to"] | {"address_state": "Delaware"}},
        {"to": card()["to"] | {"name": "W" * 41}},
        {"to": card()["to"] | {"zip": "19801"}},
        {"front": "tmpl_c4fe"},
        {"metadata": {"lagniappe": 1}},
    ],
    ids=[
        "colour as text",
        "no such use",
        "no page",
        "state in full",
        "a long name",
        "misspelt",
        "a postcard's",
        "number",
    ],
)
def test_given_one_field_of_a_letter_spoilt_when_checked_then_caught(changes: dict[str, Any]) -> None:
    with pytest.raises(Undescribed):
        LOB.check("POST", LETTERS, card(**changes))


def gift(**changes: Any) -> dict[str, Any]:
    batch = {
        "from_name": "Léa",
        "message": "Thinking of you.",
        "card_id": "fbbe04d8-2568-4f95-ab68-4589b757c521",
        "recipients": [{"first_name": "Ann", "email": "ann.okafor@customer.example"}],
        "cart": {"items": [{"product_id": "48680ddb-37b2-48b3-8000-000000000001", "quantity": 1}]},
        "send_method": "email_and_link",
        "expires_at": "2026-12-31T09:00:00Z",
        "customer_reference_id": "ref-1",
    }
    return batch | changes


def test_given_a_good_gift_when_checked_then_it_is_as_described() -> None:
    GOODY.check("POST", BATCHES, gift())
    GOODY.check("POST", f"{BATCHES}/price", {name: gift()[name] for name in ("cart", "recipients", "send_method")})


@pytest.mark.parametrize(
    "changes",
    [
        {"recipients": [{"email": "ann.okafor@customer.example"}]},
        {"recipients": [{"first_name": "Ann", "mail": "ann.okafor@customer.example"}]},
        {"cart": {"items": [{"product_id": "cookies", "quantity": 1}]}},
        {"cart": {"items": [{"product_id": "48680ddb-37b2-48b3-8000-000000000001", "quantity": "1"}]}},
        {"send_method": "email"},
        {"expires_at": "in a month"},
        {"swap": True},
        {"reference": "ref-1"},
    ],
    ids=["nobody", "misspelt", "no number", "count as text", "no such way", "no time", "not a choice", "unknown name"],
)
def test_given_one_field_of_a_gift_spoilt_when_checked_then_caught(changes: dict[str, Any]) -> None:
    with pytest.raises(Undescribed):
        GOODY.check("POST", BATCHES, gift(**changes))


def pen_card(**changes: Any) -> dict[str, Any]:
    there = {"name": "Ann Okafor", "address1": "12 Elm Street", "city": "Wilmington", "state": "DE", "zip": "19801"}
    sides = {f"{side}_{line}": text for side in ("sender", "recipient") for line, text in there.items()}
    said = {"card_id": 101, "message": "Léa", "font_label": "Casual David", **sides} | changes
    return {name: value for name, value in said.items() if value is not None}


def test_given_a_good_card_when_checked_then_it_is_as_described() -> None:
    HANDWRYTTEN.check("POST", CARDS, pen_card())
    HANDWRYTTEN.check("POST", CARDS, pen_card(sender_name=None, sender_first_name="Ann", sender_last_name="Okafor"))


@pytest.mark.parametrize(
    "changes",
    [
        {"card_id": "101"},
        {"message": None},
        {"font": "hwDavid"},
        {"sender_name": None, "sender_first_name": "Ann"},
        {"recipient_zip": None},
        {"client_metadata": 1},
    ],
    ids=["card as text", "no words", "the basket's word", "half a name", "no ZIP code", "number"],
)
def test_given_one_field_of_a_card_spoilt_when_checked_then_caught(changes: dict[str, Any]) -> None:
    with pytest.raises(Undescribed):
        HANDWRYTTEN.check("POST", CARDS, pen_card(**changes))


def test_given_the_basket_when_checked_then_nothing_of_ours_goes_into_it() -> None:
    with pytest.raises(Undescribed, match="takes no body"):
        HANDWRYTTEN.check("POST", CARDS.replace("singleStepOrder", "placeBasket"), pen_card())


def test_given_a_call_that_takes_no_body_when_checked_then_caught() -> None:
    with pytest.raises(Undescribed, match="takes no body"):
        TREMENDOUS.check("POST", f"{ORDERS}/A1/cancel", {"why": "a slip"})


def test_given_a_call_without_a_body_when_checked_then_there_is_nothing_to_hold_it_to() -> None:
    TREMENDOUS.check("GET", f"{ORDERS}/A1", None)
