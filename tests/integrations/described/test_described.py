"""The descriptions catch what they should: else a suite that only ever passes would prove nothing."""

from typing import Any

import pytest

from tests.integrations.described.witness import Description, Undescribed

TREMENDOUS = Description("tremendous", base="/api/v2")
LOB = Description("lob", base="/v1")
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


def test_given_a_call_that_takes_no_body_when_checked_then_caught() -> None:
    with pytest.raises(Undescribed, match="takes no body"):
        TREMENDOUS.check("POST", f"{ORDERS}/A1/cancel", {"why": "a slip"})


def test_given_a_call_without_a_body_when_checked_then_there_is_nothing_to_hold_it_to() -> None:
    TREMENDOUS.check("GET", f"{ORDERS}/A1", None)
