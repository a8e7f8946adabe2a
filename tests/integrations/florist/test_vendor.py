"""What the Florist One adapter makes of answers that its twin never gives."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
import responses

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.gifts import Placed
from app.domain.money import Money
from app.domain.ports import GiftVendor
from integrations import registry
from integrations.florist import account
from integrations.vendors import VendorLogin
from tests.integrations.contract.gift_vendor_contract import wish

API = "https://www.floristone.com/api/rest/flowershop"
SENDER = {
    "name": "Lagniappe",
    "address1": "1 Quay",
    "city": "Springfield",
    "state": "IL",
    "zipcode": "62701",
    "country": "US",
    "phone": "217-555-0100",
    "email": "care@shop.example",
}
LOGIN = "key:" + json.dumps({"password": "canary", "sender": SENDER})


@pytest.fixture
def florist() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add(responses.GET, f"{API}/checkdeliverydate", json={"DATES": ["2026-12-06", "2026-12-07"]})
        mock.add(responses.GET, f"{API}/getproducts", body='{"PRODUCTS": [{"CODE": "F1", "PRICE": "64.95"}]}')
        mock.add(responses.GET, f"{API}/gettotal", body='{"ORDERNO": 0, "ORDERTOTAL": 79.94}')
        yield mock


def vendor(credentials: str = LOGIN) -> GiftVendor:
    user, _, password = credentials.partition(":")
    return registry.gift_vendor("florist", VendorLogin(user=user, key=password))


def send(credentials: str = LOGIN) -> Placed:
    most = Money(minor=100_00, currency="USD")
    return vendor(credentials).place(wish(day=date(2026, 12, 5), at_most=most), key="flowers:42")


def test_given_an_order_number_in_any_dress_when_sent_then_it_is_the_reference(florist: responses.RequestsMock) -> None:
    florist.add(responses.POST, f"{API}/placeorder", json={"ORDERNO": 88123, "SOMETHINGNEW": [1], "ORDERTOTAL": 79.94})
    receipt = send()
    assert (receipt.reference, receipt.cost) == ("88123", Money(minor=79_94, currency="USD"))


def test_given_a_sunday_on_the_list_when_sent_then_they_arrive_on_monday(florist: responses.RequestsMock) -> None:
    florist.add(responses.POST, f"{API}/placeorder", json={"ORDERNO": 1})
    assert send().remark == "They arrive on Monday, 7 December."


def test_given_dates_written_the_other_way_when_sent_then_they_are_read(florist: responses.RequestsMock) -> None:
    florist.replace(responses.GET, f"{API}/checkdeliverydate", json={"DATES": ["12/07/2026"]})
    florist.add(responses.POST, f"{API}/placeorder", json={"ORDERNO": 1})
    assert "7 December" in send().remark


@pytest.mark.parametrize("body", ["{}", '{"ORDERNO": ""}', '{"ORDERNO": 0}', '{"ORDERNO": null}', "[]", "<html>", ""])
def test_given_a_yes_without_an_order_number_when_sent_then_in_doubt(
    florist: responses.RequestsMock, body: str
) -> None:
    florist.add(responses.POST, f"{API}/placeorder", body=body)
    with pytest.raises(Uncertain):
        send()


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    "errors", [["invalid zip code"], {"zipcode": "invalid zip code"}, "invalid zip code", ["invalid zip code."]]
)
def test_given_errors_in_any_dress_when_sent_then_refused_in_its_words(
    florist: responses.RequestsMock, errors: object, status: int
) -> None:
    florist.add(responses.POST, f"{API}/placeorder", json={"errors": errors}, status=status)
    with pytest.raises(Rejected, match=r"The florist said no: invalid zip code\.$"):
        send()


def test_given_errors_that_quote_an_address_when_sent_then_they_are_not_passed_on(
    florist: responses.RequestsMock,
) -> None:
    florist.add(responses.POST, f"{API}/placeorder", json={"errors": ["care@shop.example is unknown"]})
    with pytest.raises(Rejected, match=r"The florist said no\.$"):
        send()


@pytest.mark.parametrize("status", [401, 403])
def test_given_a_dead_key_when_quoted_then_its_page_for_people_is_understood(
    florist: responses.RequestsMock, status: int
) -> None:
    florist.replace(responses.GET, f"{API}/checkdeliverydate", body="<html>Access denied.</html>", status=status)
    with pytest.raises(Unavailable, match="refuses our key"):
        vendor().quote(wish(day=date(2026, 12, 5)))


@pytest.mark.parametrize("body", ['{"ORDERTOTAL": "about 80"}', '{"ORDERTOTAL": 79.945}', '{"ORDERTOTAL": null}', "{}"])
def test_given_a_total_that_makes_no_sense_when_quoted_then_later(florist: responses.RequestsMock, body: str) -> None:
    florist.replace(responses.GET, f"{API}/gettotal", body=body)
    with pytest.raises(Unavailable, match="ORDERTOTAL"):
        vendor().quote(wish(day=date(2026, 12, 5)))


def test_given_no_days_at_all_when_quoted_then_refused(florist: responses.RequestsMock) -> None:
    florist.replace(responses.GET, f"{API}/checkdeliverydate", json={"DATES": []})
    with pytest.raises(Rejected, match="does not deliver"):
        vendor().quote(wish(day=date(2026, 12, 5)))


def test_given_money_of_another_kind_was_set_aside_when_sent_then_refused(florist: responses.RequestsMock) -> None:
    with pytest.raises(Rejected, match="paid in USD"):
        vendor().place(wish(day=date(2026, 12, 5), at_most=Money(minor=100_00, currency="EUR")), key="flowers:42")


def test_given_an_order_that_says_another_total_when_sent_then_that_is_what_it_cost(
    florist: responses.RequestsMock,
) -> None:
    florist.add(responses.POST, f"{API}/placeorder", json={"ORDERNO": 1, "ORDERTOTAL": "81.00"})
    assert send().cost == Money(minor=81_00, currency="USD")


def test_given_an_order_that_says_no_total_when_sent_then_it_cost_what_was_asked(
    florist: responses.RequestsMock,
) -> None:
    florist.add(responses.POST, f"{API}/placeorder", json={"ORDERNO": 1, "ORDERTOTAL": "about 80"})
    assert send().cost == Money(minor=79_94, currency="USD")


def test_given_days_to_be_avoided_when_sent_then_they_arrive_after_them(florist: responses.RequestsMock) -> None:
    florist.replace(responses.GET, f"{API}/checkdeliverydate", json={"DATES": ["2026-12-07", "2026-12-08"]})
    florist.add(responses.POST, f"{API}/placeorder", json={"ORDERNO": 1})
    avoiding = wish(day=date(2026, 12, 5), not_on=frozenset({date(2026, 12, 7)}))
    assert vendor().place(avoiding, key="flowers:42").day == date(2026, 12, 8)


def test_given_the_steps_took_too_long_when_about_to_order_then_it_is_left_for_later(
    florist: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.patience._SECONDS", -1.0)
    with pytest.raises(Unavailable, match="too long"):
        send()


def test_given_nobody_said_who_sends_when_sent_for_real_then_refused_before_anybody_is_asked() -> None:
    with pytest.raises(Rejected, match="who sends"):
        send("key:canary")


@pytest.mark.parametrize("rest", ['{"password": "canary"}', '{"password": "canary", "sender": {}}', "{canary"])
def test_given_credentials_that_cannot_be_read_when_opened_then_they_are_not_quoted(rest: str) -> None:
    with pytest.raises(ValueError, match="fields missing or wrong") as caught:
        account.read(f"key:{rest}")
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_given_an_account_when_printed_then_its_password_is_not() -> None:
    assert "canary" not in repr(account.read("key:canary"))
