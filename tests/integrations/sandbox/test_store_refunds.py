"""Refunds: what is refused, what moves, and that the same key moves it once a day."""

from typing import Any

import pytest
from waitress.channel import ClientDisconnected

from integrations.sandbox.books import Doc
from integrations.sandbox.store.order_book import Item
from integrations.sandbox.town import PRACTICE_SHOP
from tests.integrations.sandbox.store_town import BOX, QUERIES, StoreTown, gid, messages, store_town
from tests.late import hold_back


@pytest.fixture
def town() -> StoreTown:
    return store_town()


def wish(order: Doc, amount: str = "10.00", **changes: object) -> dict[str, Any]:
    """Return the input of a refund without goods; change only what the test is about."""
    payment = order["transactions"][0]
    transaction = {
        "orderId": gid("Order", order),
        "parentId": gid("OrderTransaction", payment),
        "gateway": payment["gateway"],
        "kind": "REFUND",
        "amount": amount,
    }
    return {"orderId": gid("Order", order), "note": "goodwill 88", "transactions": [transaction], **changes}


def refund(town: StoreTown, given: dict[str, Any], key: str = "key-1") -> dict[str, Any]:
    return town.do("refund_create", input=given, key=key)


def refunded(town: StoreTown, order: Doc) -> int:
    return sum(each["amount"] for each in town.order(order)["transactions"] if each["kind"] == "REFUND")


def moved(payload: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what a refund moved: kind, status and amount in the shop's currency."""
    nodes = payload["refund"]["transactions"]["nodes"]
    return [(each["kind"], each["status"], each["amountSet"]["shopMoney"]["amount"]) for each in nodes]


def asked(town: StoreTown, order: Doc, *quantities: int, shipping: bool = False) -> str:
    """Return what the store reckons for so many pieces of each line."""
    lines = [
        {"lineItemId": gid("LineItem", line), "quantity": quantity, "restockType": "NO_RESTOCK"}
        for line, quantity in zip(order["lines"], quantities, strict=False)
    ]
    answer = town.ask("refund_state", id=gid("Order", order), lines=lines, shipping=shipping)
    return str(answer["data"]["order"]["asked"]["amountSet"]["shopMoney"]["amount"])


def test_given_a_refund_when_made_then_money_is_back_and_the_goods_stay(town: StoreTown) -> None:
    order = town.place()

    payload = refund(town, wish(order))

    after = town.client.get(f"/town/orders/{order['id']}").json
    assert messages(payload) == []
    assert payload["refund"]["note"] == "goodwill 88"
    assert moved(payload) == [("REFUND", "SUCCESS", "10.0")]
    assert (after["refunded"], after["outstanding"]) == ("10.00", "0.00")
    assert after["financial_status"] == "PARTIALLY_REFUNDED"
    assert town.doc("variants", town.variants[BOX]["id"])["stock"] == town.variants[BOX]["stock"] - 1


def test_given_no_directive_when_refunded_then_bad_request_and_nothing_moves(town: StoreTown) -> None:
    order = town.place()
    query = QUERIES["refund_create"].replace("@idempotent(key: $key)", "").replace(", $key: String!", "")

    answer = town.call(query, {"input": wish(order)}).json

    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert answer["errors"][0]["path"] == ["refundCreate"]
    assert "@idempotent" in answer["errors"][0]["message"]
    assert refunded(town, order) == 0


def test_given_a_blank_key_when_refunded_then_bad_request(town: StoreTown) -> None:
    answer = town.ask("refund_create", input=wish(town.place()), key="  ")

    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_given_the_same_key_and_input_when_repeated_then_the_first_refund_comes_back(town: StoreTown) -> None:
    order = town.place()
    first = refund(town, wish(order))
    town.later(hours=23)

    again = refund(town, wish(order))

    assert again["refund"]["id"] == first["refund"]["id"]
    assert refunded(town, order) == 10_00


def test_given_the_same_key_and_other_input_when_repeated_then_it_is_refused(town: StoreTown) -> None:
    order = town.place()
    refund(town, wish(order))

    payload = refund(town, wish(order, "11.00"))

    assert messages(payload) == ["The idempotency key was used with other parameters."]
    assert refunded(town, order) == 10_00


def test_given_the_same_key_after_a_day_when_repeated_then_the_money_moves_again(town: StoreTown) -> None:
    order = town.place()
    refund(town, wish(order))
    town.later(hours=24, minutes=1)

    refund(town, wish(order))

    assert refunded(town, order) == 20_00


def test_given_another_key_when_refunded_then_it_is_another_refund(town: StoreTown) -> None:
    order = town.place()
    refund(town, wish(order), "key-1")
    refund(town, wish(order), "key-2")

    assert refunded(town, order) == 20_00


def test_given_a_refusal_when_the_key_is_used_again_then_it_is_tried_anew(town: StoreTown) -> None:
    order = town.place()
    refund(town, wish(order, "999.00"))

    assert messages(refund(town, wish(order))) == []


@pytest.mark.parametrize("amount", ["45.01", "1000000.00"])
def test_given_more_than_was_paid_when_refunded_then_it_is_refused(town: StoreTown, amount: str) -> None:
    order = town.place()

    payload = refund(town, wish(order, amount))

    assert payload["refund"] is None
    assert messages(payload) == ["Refund amount cannot be greater than the refundable 45.00."]


def test_given_a_part_gone_back_when_the_whole_is_asked_then_only_the_rest_is_refundable(town: StoreTown) -> None:
    order = town.place()
    refund(town, wish(order, "40.00"))

    assert messages(refund(town, wish(order, "5.01"), "key-2")) == [
        "Refund amount cannot be greater than the refundable 5.00."
    ]
    assert messages(refund(town, wish(order, "5.00"), "key-2")) == []
    assert town.client.get(f"/town/orders/{order['id']}").json["financial_status"] == "REFUNDED"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": "0.00"}, "The amount must be a positive sum of money."),
        ({"amount": "1.005"}, "The amount must be a positive sum of money."),
        ({"gateway": "paypal"}, "The gateway must be shopify_payments."),
        ({"kind": "SALE"}, "The transaction's kind must be REFUND."),
        ({"parentId": None}, "The parent must be a successful payment of the order."),
        ({"parentId": "gid://shopify/OrderTransaction/1"}, "The parent must be a successful payment of the order."),
        ({"orderId": "gid://shopify/Order/1"}, "The transaction belongs to another order."),
    ],
)
def test_given_a_wrong_transaction_when_refunded_then_it_is_refused(
    town: StoreTown, change: dict[str, Any], message: str
) -> None:
    order = town.place()
    given = wish(order)
    given["transactions"][0] |= change

    assert messages(refund(town, given)) == [message]
    assert refunded(town, order) == 0


@pytest.mark.parametrize("amount", ["ten", "1e3", "1,00", ""])
def test_given_an_amount_that_is_none_when_refunded_then_the_variable_is_invalid(town: StoreTown, amount: str) -> None:
    answer = town.ask("refund_create", input=wish(town.place(), amount), key="k")

    assert answer["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"


@pytest.mark.parametrize(
    "values",
    [
        {"transactions": []},
        {
            "transactions": [],
            "refundMethods": [{"storeCreditRefund": {"amount": {"amount": "1", "currencyCode": "USD"}}}],
        },
        {"shipping": {"fullRefund": True}},
        {"currency": "EUR"},
    ],
)
def test_given_what_the_shop_does_not_do_when_refunded_then_it_is_refused(
    town: StoreTown, values: dict[str, Any]
) -> None:
    assert len(messages(refund(town, wish(town.place(), **values)))) == 1


def test_given_a_foreign_buyer_when_refunded_then_the_currency_must_be_named(town: StoreTown) -> None:
    order = town.place(presentment_currency="EUR", rate=(9, 10))

    unnamed = refund(town, wish(order, "9.00"))
    named = refund(town, wish(order, "9.00", currency="EUR"))

    assert messages(unnamed) == ["The currency is required: the order was paid in EUR."]
    assert moved(named) == [("REFUND", "SUCCESS", "10.0")]


def test_given_a_foreign_buyer_when_all_goes_back_in_parts_then_no_penny_is_left(town: StoreTown) -> None:
    order = town.place(presentment_currency="EUR", rate=(9, 13))  # $45.00 is EUR 31.15
    for number in range(3):
        refund(town, wish(order, "10.38", currency="EUR"), f"key-{number}")
    refund(town, wish(order, "0.01", currency="EUR"), "key-3")

    assert refunded(town, order) == 45_00


def test_given_a_line_without_restock_when_refunded_then_the_stock_stays(town: StoreTown) -> None:
    order = town.place()
    lines = [{"lineItemId": gid("LineItem", order["lines"][0]), "quantity": 1, "restockType": "NO_RESTOCK"}]

    refund(town, wish(order, "45.00", refundLineItems=lines))

    assert town.doc("variants", town.variants[BOX]["id"])["stock"] == town.variants[BOX]["stock"] - 1
    assert town.order(order)["lines"][0]["current_quantity"] == 0


def test_given_a_line_sent_back_when_refunded_then_it_is_on_the_shelf_again(town: StoreTown) -> None:
    order = town.place()
    lines = [{"lineItemId": gid("LineItem", order["lines"][0]), "quantity": 1, "restockType": "RETURN"}]

    refund(town, wish(order, "45.00", refundLineItems=lines))

    assert town.doc("variants", town.variants[BOX]["id"])["stock"] == town.variants[BOX]["stock"]


@pytest.mark.parametrize(("quantity", "restock"), [(2, "NO_RESTOCK"), (0, "NO_RESTOCK"), (1, "LEGACY_RESTOCK")])
def test_given_a_wrong_line_when_refunded_then_it_is_refused(town: StoreTown, quantity: int, restock: str) -> None:
    order = town.place()
    lines = [{"lineItemId": gid("LineItem", order["lines"][0]), "quantity": quantity, "restockType": restock}]

    assert len(messages(refund(town, wish(order, refundLineItems=lines)))) == 1
    assert refunded(town, order) == 0


def test_given_a_slow_bank_when_refunded_then_it_is_pending_and_nothing_is_back_yet(town: StoreTown) -> None:
    order = town.place(refunds_pend=True)

    payload = refund(town, wish(order, "45.00"))

    assert payload["refund"]["transactions"]["nodes"][0]["status"] == "PENDING"
    assert town.client.get(f"/town/orders/{order['id']}").json["refunded"] == "0.00"
    assert messages(refund(town, wish(order, "0.01"), "key-2")) == [
        "Refund amount cannot be greater than the refundable 0.00."
    ]


def test_given_a_refund_when_made_then_the_app_hears_of_it(town: StoreTown) -> None:
    order = town.place(customer=town.newcomer())
    refund(town, wish(order))

    letters = town.letters("refunds/create", "orders/updated", "customers/purchasing_summary")[1:]

    assert [each["subject"] for each in letters] == [
        "refunds/create",
        "orders/updated",
        "customers/purchasing_summary",
    ]
    assert '"note":"goodwill 88"' in letters[0]["body"]
    assert '"amountSpent":{"amount":"35.0","currencyCode":"USD"}' in letters[2]["body"]


def test_given_nothing_asked_when_suggested_then_there_is_nothing_to_suggest(town: StoreTown) -> None:
    query = """query($id: ID!) { order(id: $id) { suggestedRefund { suggestedTransactions { gateway }
      maximumRefundableSet { shopMoney { amount } } } } }"""

    suggestion = town.call(query, {"id": gid("Order", town.place())}).json["data"]["order"]["suggestedRefund"]

    assert suggestion["suggestedTransactions"] == []


def test_given_an_unpaid_order_when_suggested_then_nothing_is_refundable(town: StoreTown) -> None:
    answer = town.ask("refund_state", id=gid("Order", town.place(paid=False)))

    assert answer["data"]["order"]["whole"]["suggestedTransactions"] == []


def test_given_two_payments_when_suggested_then_each_has_its_own_ceiling(town: StoreTown) -> None:
    order = town.place(items=[Item(variant=town.variants[BOX])])
    first = order["transactions"][0]
    parts = [first | {"amount": 30_00, "presentment_amount": 30_00}]
    parts.append(first | {"id": 7, "gateway": "gift_card", "amount": 15_00, "presentment_amount": 15_00})
    town.change("orders", order["id"], transactions=parts)

    suggested = town.ask("refund_state", id=gid("Order", order))["data"]["order"]["whole"]

    ceilings = [
        (each["gateway"], each["maximumRefundableSet"]["shopMoney"]["amount"])
        for each in suggested["suggestedTransactions"]
    ]
    assert ceilings == [("shopify_payments", "30.0"), ("gift_card", "15.0")]
    assert messages(refund(town, wish(town.order(order), "30.01"))) == [
        "Refund amount cannot be greater than the refundable 30.00."
    ]


def test_given_lines_and_shipping_when_suggested_then_they_are_reckoned_and_never_above_what_is_left(
    town: StoreTown,
) -> None:
    order = town.place(items=[Item(variant=town.variants[BOX], quantity=2)], shipping=5_00)

    assert asked(town, order, 1) == "45.0"
    assert asked(town, order, 2, shipping=True) == "95.0"
    refund(town, wish(order, "60.00"))
    assert asked(town, order, 2, shipping=True) == "35.0"


def test_given_shipping_when_refunded_then_it_is_gone_and_cannot_be_refunded_again(town: StoreTown) -> None:
    order = town.place(shipping=5_00)

    first = refund(town, wish(order, "5.00", shipping={"fullRefund": True}))
    again = refund(town, wish(order, "5.00", shipping={"fullRefund": True}), "key-2")

    assert (messages(first), messages(again)) == ([], ["The shipping cannot be refunded."])
    assert town.client.get(f"/town/orders/{order['id']}").json["outstanding"] == "0.00"
    assert asked(town, order, shipping=True) == "0.0"


def credit(amount: str, currency: str = "USD", **more: str) -> list[dict[str, Any]]:
    return [{"storeCreditRefund": {"amount": {"amount": amount, "currencyCode": currency}, **more}}]


def test_given_a_customer_when_refunded_as_credit_then_it_is_on_their_account_and_less_is_refundable(
    town: StoreTown,
) -> None:
    customer = town.newcomer()
    order = town.place(customer=customer)

    payload = refund(town, wish(order, transactions=[], refundMethods=credit("20.00")))

    assert messages(payload) == []
    assert town.doc("customers", customer["id"])["credit"] == {"USD": 20_00}
    assert messages(refund(town, wish(order, "25.01"), "key-2")) == [
        "Refund amount cannot be greater than the refundable 25.00."
    ]


@pytest.mark.parametrize(
    "methods",
    [
        credit("45.01"),
        credit("0.00"),
        credit("1.00", "EUR"),
        credit("1.00", expiresAt="2001-01-01T00:00:00Z"),
    ],
)
def test_given_wrong_credit_when_refunded_then_it_is_refused_and_nothing_is_given(
    town: StoreTown, methods: list[dict[str, Any]]
) -> None:
    customer = town.newcomer()

    payload = refund(town, wish(town.place(customer=customer), transactions=[], refundMethods=methods))

    assert len(messages(payload)) == 1
    assert "credit" not in town.doc("customers", customer["id"])


def test_given_a_shop_without_credit_when_refunded_as_credit_then_it_is_refused(town: StoreTown) -> None:
    town.change("shops", PRACTICE_SHOP, store_credit=False)

    payload = refund(town, wish(town.place(customer=town.newcomer()), transactions=[], refundMethods=credit("1.00")))

    assert messages(payload) == ["Store credit cannot be issued for this order."]


def test_given_no_scope_for_credit_when_refunded_as_credit_then_access_is_denied(town: StoreTown) -> None:
    town.change("shops", PRACTICE_SHOP, scopes=["write_orders", "write_customers"])

    given = wish(town.place(customer=town.newcomer()), transactions=[], refundMethods=credit("1.00"))
    answer = town.ask("refund_create", input=given, key="k")

    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


@pytest.mark.parametrize(("status", "back"), [("SUCCESS", "20.00"), ("FAILURE", "0.00")])
def test_given_a_slow_bank_when_it_decides_then_the_refund_says_so_and_the_app_hears_of_it(
    town: StoreTown, status: str, back: str
) -> None:
    order = town.place(refunds_pend=True)
    made = refund(town, wish(order, "20.00"))["refund"]
    heard = len(town.letters("orders/updated"))

    after = town.client.post(f"/town/orders/{order['id']}/bank", json={"status": status}).json

    seen = town.ask("refund_status", id=made["id"])["data"]["refund"]
    assert [each["status"] for each in seen["transactions"]["nodes"]] == [status]
    assert after["refunded"] == back
    assert len(town.letters("orders/updated")) == heard + 1
    assert asked(town, order, 1) == ("25.0" if status == "SUCCESS" else "45.0")


def test_given_nothing_on_its_way_when_the_bank_decides_then_that_is_impossible(town: StoreTown) -> None:
    answer = town.client.post(f"/town/orders/{town.place()['id']}/bank", json={"status": "SUCCESS"})

    assert answer.status_code == 400


def test_given_another_shops_refund_when_looked_at_then_it_is_unknown(town: StoreTown) -> None:
    made = refund(town, wish(town.place()))["refund"]
    town.client.post("/town/shops/neighbour.myshopify.com", json={"token": "shpat_neighbour"})

    answer = town.call(
        QUERIES["refund_status"], {"id": made["id"]}, shop="neighbour.myshopify.com", token="shpat_neighbour"
    )

    assert answer.json == answer.json | {"data": {"refund": None}}


def test_given_cash_on_delivery_when_refunded_then_the_store_only_keeps_a_record(town: StoreTown) -> None:
    order = town.place(gateway="Cash on Delivery (COD)")

    (node,) = refund(town, wish(order))["refund"]["transactions"]["nodes"]

    assert (node["manualPaymentGateway"], node["status"]) == (True, "SUCCESS")


def test_given_an_authorisation_when_suggested_then_nothing_came_in(town: StoreTown) -> None:
    order = town.place(captured=False)

    seen = town.ask("refund_state", id=gid("Order", order))["data"]["order"]

    assert (seen["displayFinancialStatus"], seen["whole"]["suggestedTransactions"]) == ("AUTHORIZED", [])


def test_given_the_first_call_is_still_under_way_when_its_key_comes_again_then_it_waits_in_line(
    town: StoreTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out, order = hold_back(monkeypatch), town.place()
    late = {"operation": "RefundCreate", "kind": "late_commit"}
    town.client.post("/town/faults", json={"next": [late]})
    with pytest.raises(ClientDisconnected):
        refund(town, wish(order))

    assert messages(refund(town, wish(order))) == ["A request with this idempotency key is still being processed."]
    carry_out()
    assert messages(refund(town, wish(order))) == []
    assert refunded(town, order) == 10_00
