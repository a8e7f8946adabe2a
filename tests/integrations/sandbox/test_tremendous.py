import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations.sandbox.post_office import KIND as LETTERS
from integrations.sandbox.town import Town
from integrations.sandbox.tremendous import hooks
from integrations.sandbox.tremendous.accounts import PRACTICE_KEY
from integrations.sandbox.tremendous.routes import blueprint
from tests.integrations.sandbox.counters import app, served, town

API = "/tremendous/testflight/api/v2"
HEADERS = {"Authorization": f"Bearer {PRACTICE_KEY}"}
BOOKS = "OKMHM2X2OHYV"
COFFEE = "A2J05SWPI2QG"
TREE = "ET0ZVETV5ILN"


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def vendor(place: Town) -> FlaskClient:
    return app(blueprint(place)).test_client()


@pytest.fixture
def address(place: Town) -> Iterator[str]:
    with served(app(blueprint(place))) as url:
        yield url


def wanted(external_id: str | None = "ref-1", **changes: Any) -> dict[str, Any]:
    """Build an order of a book token of $25 for Ann; a change goes to the part that is named so."""
    reward = {
        "products": [BOOKS],
        "value": {"denomination": 25, "currency_code": "USD"},
        "recipient": {"name": "Ann Okafor", "email": "ann.okafor@customer.example"},
        "delivery": {"method": "EMAIL", "meta": {"sender_name": "Léa", "message": "Thinking of you."}},
    }
    payment = changes.pop("payment", {"funding_source_id": "BALANCE"})
    return {"external_id": external_id, "payment": payment, "reward": reward | changes}


def order(vendor: FlaskClient, body: dict[str, Any]) -> TestResponse:
    return vendor.post(f"{API}/orders", json=body, headers=HEADERS)


def get(vendor: FlaskClient, path: str) -> TestResponse:
    return vendor.get(f"{API}/{path}", headers=HEADERS)


def post(vendor: FlaskClient, path: str, **body: object) -> TestResponse:
    return vendor.post(f"{API}/{path}", json=body, headers=HEADERS)


def ledger(vendor: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = vendor.get("/town/tremendous/orders").get_json()["orders"]
    return found


def switch(vendor: FlaskClient, **values: object) -> None:
    assert vendor.post("/town/tremendous/switch", json=values).status_code == 200


def letters(place: Town) -> list[tuple[str, dict[str, Any]]]:
    with place.books.turn() as turn:
        return [(letter["subject"], json.loads(letter["body"])) for letter in turn.all(LETTERS)]


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("testflight", ""),
        ("testflight", "Bearer PROD_practice-tremendous"),
        ("live", f"Bearer {PRACTICE_KEY}"),
        ("elsewhere", f"Bearer {PRACTICE_KEY}"),
        ("testflight", PRACTICE_KEY),
    ],
)
def test_given_a_key_of_another_host_when_asked_then_turned_away(vendor: FlaskClient, host: str, key: str) -> None:
    answer = vendor.get(f"/tremendous/{host}/api/v2/funding_sources", headers={"Authorization": key})

    assert answer.status_code == 401
    assert "errors" in answer.get_json()


def test_given_an_order_when_placed_then_it_is_paid_mailed_and_named_twice(vendor: FlaskClient) -> None:
    said = order(vendor, wanted()).get_json()["order"]

    (kept,) = ledger(vendor)
    assert (said["status"], said["payment"]["total"], said["rewards"][0]["delivery"]["status"]) == (
        "EXECUTED",
        25,
        "PENDING",
    )
    assert said["id"] != said["rewards"][0]["id"]
    assert (kept["id"], kept["total"], kept["delivery"]) == (said["id"], 2500, "SUCCEEDED")


def test_given_the_same_external_id_when_ordered_again_with_another_body_then_it_is_the_first_order(
    vendor: FlaskClient,
) -> None:
    first = order(vendor, wanted())
    again = order(vendor, wanted(value={"denomination": 50, "currency_code": "USD"}))

    assert (first.status_code, again.status_code) == (200, 201)
    assert again.get_json()["order"]["id"] == first.get_json()["order"]["id"]
    assert [kept["total"] for kept in ledger(vendor)] == [2500]


def test_given_no_external_id_when_ordered_twice_then_there_are_two(vendor: FlaskClient) -> None:
    order(vendor, wanted(None))
    order(vendor, wanted(None))

    assert len(ledger(vendor)) == 2


def test_given_an_order_on_one_host_when_looked_for_on_the_other_then_it_is_not_there(vendor: FlaskClient) -> None:
    order(vendor, wanted())

    live = {"Authorization": "Bearer PROD_practice-tremendous"}
    assert get(vendor, "orders/ref-1").status_code == 200
    assert vendor.get("/tremendous/live/api/v2/orders/ref-1", headers=live).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"products": ["NOSUCHTHING"]}, "reward.products"),
        ({"products": []}, "reward.products"),
        ({"campaign_id": "X"}, "reward.campaign_id"),
        ({"value": {"denomination": 501, "currency_code": "USD"}}, "reward.value"),
        ({"value": {"denomination": 25, "currency_code": "EUR"}}, "reward.value"),
        ({"value": {"denomination": 25.005, "currency_code": "USD"}}, "value.denomination"),
        ({"value": {"denomination": "25", "currency_code": "USD"}}, "value.denomination"),
        ({"value": {"denomination": True, "currency_code": "USD"}}, "value.denomination"),
        ({"recipient": {"name": "Ann"}}, "recipient.email"),
        ({"recipient": {"name": "Ann\nOkafor", "email": "ann@customer.example"}}, "recipient.name"),
        ({"recipient": {"name": "Ann", "email": "a@b.example", "mail": "x"}}, "recipient.mail"),
        ({"delivery": {"method": "PIGEON"}}, "delivery.method"),
        ({"deliver_at": "2020-01-01"}, "reward.deliver_at"),
        ({"size": "L"}, "reward.size"),
        ({"payment": {"funding_source_id": "INVOICE"}}, "payment.funding_source_id"),
    ],
)
def test_given_a_faulty_order_when_placed_then_its_field_is_named_and_nothing_is_kept(
    vendor: FlaskClient, changes: dict[str, Any], field: str
) -> None:
    answer = order(vendor, wanted(**changes))

    assert (answer.status_code, list(answer.get_json()["errors"]["payload"])) == (422, [field])
    assert ledger(vendor) == []


@pytest.mark.parametrize(
    ("product", "amount", "currency", "minor"),
    [(BOOKS, 24.55, "USD", 24_55), (COFFEE, 10, "USD", 10_00), (TREE, 500, "JPY", 500), (TREE, 1.234, "KWD", 1_234)],
)
def test_given_a_currency_when_ordered_then_every_smallest_coin_is_kept(
    vendor: FlaskClient, product: str, amount: float, currency: str, minor: int
) -> None:
    value = {"denomination": amount, "currency_code": currency}

    said = order(vendor, wanted(products=[product], value=value)).get_json()["order"]["payment"]

    assert (said["total"], said["currency_code"], ledger(vendor)[0]["total"]) == (amount, currency, minor)


def test_given_a_fixed_amount_when_another_is_asked_for_then_refused(vendor: FlaskClient) -> None:
    value = {"denomination": 12, "currency_code": "USD"}

    assert order(vendor, wanted(products=[COFFEE], value=value)).status_code == 422


def test_given_an_empty_balance_when_ordered_then_it_is_402_and_the_same_order_can_be_placed_later(
    vendor: FlaskClient,
) -> None:
    switch(vendor, balance=0)
    poor = order(vendor, wanted())
    switch(vendor, balance=2500)
    rich = order(vendor, wanted())

    assert (poor.status_code, rich.status_code) == (402, 200)
    sources = get(vendor, "funding_sources").get_json()["funding_sources"]
    assert [source["meta"].get("available_cents") for source in sources] == [None, 0]


def test_given_a_fee_when_ordered_then_it_is_more_than_the_reward_is_worth(vendor: FlaskClient) -> None:
    switch(vendor, **{"raise": "0.01"})

    assert order(vendor, wanted()).get_json()["order"]["payment"]["total"] == 25.01


def test_given_an_address_that_bounces_when_ordered_then_the_money_stays_where_it_is(vendor: FlaskClient) -> None:
    order(vendor, wanted(recipient={"name": "Ann", "email": "ann@bounced.example"}))

    said = get(vendor, "orders/ref-1").get_json()["order"]

    assert (said["status"], said["rewards"][0]["delivery"]["status"]) == ("EXECUTED", "FAILED")
    assert ledger(vendor)[0]["kept"] == 2500


def test_given_a_reward_when_cancelled_then_the_money_is_back_and_a_second_time_is_refused(
    vendor: FlaskClient,
) -> None:
    reward = order(vendor, wanted()).get_json()["order"]["rewards"][0]["id"]

    first, second = (post(vendor, f"rewards/{reward}/cancel").status_code for _ in range(2))

    assert (first, second, ledger(vendor)[0]["kept"]) == (200, 409, 0)
    assert get(vendor, "orders/ref-1").get_json()["order"]["payment"]["refund"]["total"] == 25


def test_given_a_redeemed_reward_when_cancelled_then_it_is_too_late(vendor: FlaskClient) -> None:
    said = order(vendor, wanted()).get_json()["order"]
    vendor.post(f"/town/tremendous/orders/{said['id']}", json={"do": "redeem"})

    assert post(vendor, f"rewards/{said['rewards'][0]['id']}/cancel").status_code == 422
    assert ledger(vendor)[0]["kept"] == 2500


def test_given_a_slip_when_a_reward_is_cancelled_then_it_is_sent_all_the_same(vendor: FlaskClient) -> None:
    reward = order(vendor, wanted()).get_json()["order"]["rewards"][0]["id"]
    switch(vendor, ship_cancelled=True)

    assert post(vendor, f"rewards/{reward}/cancel").status_code == 200
    assert (ledger(vendor)[0]["delivery"], ledger(vendor)[0]["kept"]) == ("SUCCEEDED", 2500)


def test_given_an_approval_is_asked_for_when_ordered_then_nothing_is_paid_until_somebody_says_yes(
    vendor: FlaskClient,
) -> None:
    switch(vendor, approval=True, balance=2500)
    said = order(vendor, wanted()).get_json()["order"]
    assert said["status"] == "PENDING APPROVAL"

    vendor.post(f"/town/tremendous/orders/{said['id']}", json={"do": "approve"})

    assert get(vendor, "orders/ref-1").get_json()["order"]["status"] == "EXECUTED"
    assert get(vendor, "funding_sources").get_json()["funding_sources"][1]["meta"]["available_cents"] == 0


def test_given_a_strange_word_when_an_order_is_read_then_its_status_is_that(vendor: FlaskClient) -> None:
    order(vendor, wanted())
    switch(vendor, word="MISTY")

    assert get(vendor, "orders/ref-1").get_json()["order"]["status"] == "MISTY"


def test_given_a_rotated_key_when_asked_then_the_old_one_opens_nothing(vendor: FlaskClient) -> None:
    switch(vendor, key="TEST_another")

    assert get(vendor, "funding_sources").status_code == 401


def test_given_a_webhook_when_an_order_is_placed_then_it_is_told_signed_and_by_names_alone(
    vendor: FlaskClient, place: Town
) -> None:
    made = post(vendor, "webhooks", url="https://app.example/vendors/tremendous/t0ken").get_json()["webhook"]
    said = order(vendor, wanted()).get_json()["order"]

    with place.books.turn() as turn:
        sent = turn.all(LETTERS)
    assert [letter["subject"] for letter in sent] == ["ORDERS.CREATED", "REWARDS.DELIVERY.SUCCEEDED"]
    assert [json.loads(letter["body"])["payload"]["resource"]["id"] for letter in sent] == [
        said["id"],
        said["rewards"][0]["id"],
    ]
    for letter in sent:
        assert letter["path"] == "/vendors/tremendous/t0ken"
        assert letter["headers"][hooks.HEADER] == hooks.sign(made["private_key"], letter["body"].encode())
        assert "ann" not in letter["body"]


def test_given_a_webhook_when_another_is_made_then_refused_until_the_first_is_gone(vendor: FlaskClient) -> None:
    made = post(vendor, "webhooks", url="https://app.example/a").get_json()["webhook"]
    assert post(vendor, "webhooks", url="https://app.example/b").status_code == 409

    vendor.delete(f"{API}/webhooks/{made['id']}", headers=HEADERS)

    assert post(vendor, "webhooks", url="https://app.example/b").status_code == 200


def test_given_a_webhook_when_simulated_then_it_is_told_of_what_never_happened(
    vendor: FlaskClient, place: Town
) -> None:
    made = post(vendor, "webhooks", url="https://app.example/a").get_json()["webhook"]

    post(vendor, f"webhooks/{made['id']}/simulate", event="ORDERS.FAILED")

    ((subject, body),) = letters(place)
    assert (subject, body["payload"]["resource"]) == ("ORDERS.FAILED", {"id": "SIMULATED", "type": "orders"})


def test_given_a_currency_when_products_are_listed_then_only_those_that_have_it(vendor: FlaskClient) -> None:
    listed = get(vendor, "products?country=JP&currency=JPY").get_json()["products"]

    assert [each["id"] for each in listed] == [TREE]
    assert get(vendor, f"products/{TREE}").get_json()["product"] == listed[0]
    assert get(vendor, "products/NOSUCHTHING").status_code == 404


def test_given_a_late_commit_when_ordered_then_the_order_is_there_only_afterwards(address: str, place: Town) -> None:
    fault = {"next": [{"call": "POST orders", "kind": "late_commit", "seconds": 31}]}
    requests.post(f"{address}/town/tremendous/faults", json=fault, timeout=30).raise_for_status()

    with pytest.raises(requests.ConnectionError):
        requests.post(f"{address}{API}/orders", json=wanted(), headers=HEADERS, timeout=30)
    before = requests.get(f"{address}{API}/orders/ref-1", headers=HEADERS, timeout=30).status_code
    place.clock.advance(31)

    assert before == 404
    assert requests.get(f"{address}{API}/orders/ref-1", headers=HEADERS, timeout=30).status_code == 200
