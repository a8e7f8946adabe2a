"""Order edits: what is refused, what a commit does, and that it does it once."""

from typing import Any

import pytest

from integrations.sandbox.books import Doc
from integrations.sandbox.store.order_book import Item
from integrations.sandbox.town import PRACTICE_SHOP
from tests.integrations.sandbox.store_town import SOCKS, StoreTown, gid, messages, store_town


@pytest.fixture
def town() -> StoreTown:
    return store_town()


def begin(town: StoreTown, order: Doc) -> str:
    calculated = town.do("order_edit_begin", id=gid("Order", order))["calculatedOrder"]
    return str(calculated["id"])


def add_socks(town: StoreTown, session: str) -> str:
    payload = town.do("order_edit_add_variant", id=session, variantId=gid("ProductVariant", town.variants[SOCKS]))
    assert messages(payload) == []
    return str(payload["calculatedLineItem"]["id"])


def give_free(town: StoreTown, session: str, line: str, **discount: Any) -> dict[str, Any]:
    return town.do("order_edit_discount", id=session, lineItemId=line, discount=discount or {"percentValue": 100})


def gift(town: StoreTown, order: Doc) -> str:
    """Draft a free pair of socks and return the session."""
    session = begin(town, order)
    give_free(town, session, add_socks(town, session))
    return session


def outstanding(payload: dict[str, Any]) -> str:
    return str(payload["calculatedOrder"]["totalOutstandingSet"]["shopMoney"]["amount"])


def test_given_a_gift_when_committed_then_the_line_is_there_for_nothing(town: StoreTown) -> None:
    order = town.place()
    town.later(minutes=5)

    payload = town.do("order_edit_commit", id=gift(town, order), staffNote="the fourth box")

    after = town.order(order)
    assert messages(payload) == []
    assert payload["order"]["totalOutstandingSet"]["shopMoney"]["amount"] == "0.0"
    assert [(line["title"], line["price"] - line["discount"]) for line in after["lines"][1:]] == [("Wool Socks", 0)]
    assert after["updated_at"] > order["updated_at"]
    assert after["mails"] == [{"at": after["updated_at"], "about": "order edited", "sent": False}]
    assert town.doc("variants", town.variants[SOCKS]["id"])["stock"] == town.variants[SOCKS]["stock"] - 1
    assert len(after["fulfillment_orders"]) == 2


def test_given_a_draft_when_not_committed_then_the_order_is_as_before(town: StoreTown) -> None:
    order = town.place()
    gift(town, order)

    assert town.order(order) == order


def test_given_a_commit_when_made_then_the_app_hears_of_it(town: StoreTown) -> None:
    order = town.place()
    town.do("order_edit_commit", id=gift(town, order), staffNote="why")

    edited, updated = town.letters("orders/edited", "orders/updated")

    assert '"staff_note":"why"' in edited["body"]
    assert '"notify_customer":false' in edited["body"]
    assert f'"additions":[{{"id":{town.order(order)["lines"][1]["id"]},"delta":1}}]' in edited["body"]
    assert edited["headers"]["X-Shopify-Event-Id"] == updated["headers"]["X-Shopify-Event-Id"]
    assert edited["headers"]["X-Shopify-Webhook-Id"] != updated["headers"]["X-Shopify-Webhook-Id"]


def test_given_a_committed_session_when_committed_again_then_it_is_refused_and_nothing_is_added(
    town: StoreTown,
) -> None:
    order = town.place()
    session = gift(town, order)
    town.do("order_edit_commit", id=session)

    again = town.do("order_edit_commit", id=session)

    assert again["order"] is None
    assert messages(again) == ["The calculated order does not exist."]
    assert len(town.order(order)["lines"]) == 2


def test_given_two_sessions_when_one_is_committed_then_the_other_is_stale(town: StoreTown) -> None:
    order = town.place()
    first, second = gift(town, order), gift(town, order)
    town.do("order_edit_commit", id=first)

    assert messages(town.do("order_edit_commit", id=second)) == ["The order has been changed since this edit began."]


def test_given_staff_editing_meanwhile_when_committed_then_it_is_stale(town: StoreTown) -> None:
    order = town.place()
    session = gift(town, order)
    town.client.post(f"/town/orders/{order['id']}/edit", json={"variant_id": town.variants[SOCKS]["id"]})

    assert messages(town.do("order_edit_commit", id=session)) == ["The order has been changed since this edit began."]


def test_given_a_session_of_an_hour_when_used_then_it_has_expired(town: StoreTown) -> None:
    session = gift(town, town.place())
    town.later(minutes=61)

    assert messages(town.do("order_edit_commit", id=session)) == ["The edit session has expired."]


def test_given_an_empty_session_when_committed_then_there_is_nothing_to_commit(town: StoreTown) -> None:
    assert messages(town.do("order_edit_commit", id=begin(town, town.place()))) == ["There is nothing to commit."]


@pytest.mark.parametrize(
    "values",
    [
        {"test": True},
        {"imported": True},
        {"cancelled_at": "2026-11-21T10:00:00Z"},
        {"closed_at": "2026-11-21T10:00:00Z"},
    ],
)
def test_given_an_order_that_cannot_be_edited_when_begun_then_it_is_refused(
    town: StoreTown, values: dict[str, Any]
) -> None:
    order = town.place()
    town.change("orders", order["id"], **values)

    payload = town.do("order_edit_begin", id=gid("Order", order))

    assert payload["calculatedOrder"] is None
    assert messages(payload) == ["The order cannot be edited."]


def test_given_a_sent_parcel_when_begun_then_it_is_refused(town: StoreTown) -> None:
    order = town.place()
    town.client.post(f"/town/orders/{order['id']}/fulfil", json={})

    assert messages(town.do("order_edit_begin", id=gid("Order", order))) == ["The order cannot be edited."]


def test_given_an_order_cancelled_meanwhile_when_committed_then_it_is_refused(town: StoreTown) -> None:
    order = town.place()
    session = gift(town, order)
    town.client.post(f"/town/orders/{order['id']}/cancel", json={})

    assert messages(town.do("order_edit_commit", id=session)) == ["The order cannot be edited."]


def test_given_a_line_at_its_price_when_drafted_then_a_balance_is_outstanding(town: StoreTown) -> None:
    town.change("shops", PRACTICE_SHOP, tax_basis_points=1000)
    session = begin(town, town.place())
    line = add_socks(town, session)

    half = give_free(town, session, line, percentValue=50)

    assert outstanding(half) == "6.6"  # half of $12.00, and a tenth of that in tax


def test_given_a_priced_line_when_committed_then_the_order_is_paid_in_part(town: StoreTown) -> None:
    order = town.place()
    session = begin(town, order)
    add_socks(town, session)

    payload = town.do("order_edit_commit", id=session)

    assert payload["order"]["totalOutstandingSet"]["shopMoney"]["amount"] == "12.0"
    assert town.client.get(f"/town/orders/{order['id']}").json["financial_status"] == "PARTIALLY_PAID"
    assert "payment link" in [mail["about"] for mail in town.order(order)["mails"]]


def test_given_a_place_that_taxes_presents_when_drafted_then_even_a_free_line_leaves_a_balance(
    town: StoreTown,
) -> None:
    town.change("shops", PRACTICE_SHOP, tax_basis_points=1000)
    town.change("variants", town.variants[SOCKS]["id"], taxed_in_full=True)
    session = begin(town, town.place())

    assert outstanding(give_free(town, session, add_socks(town, session))) == "1.2"


@pytest.mark.parametrize(
    ("discount", "message"),
    [
        ({}, "Give either a percentage or a fixed value."),
        ({"percentValue": 0}, "The percentage must be above 0 and up to 100."),
        ({"percentValue": 101}, "The percentage must be above 0 and up to 100."),
        (
            {"fixedValue": {"amount": "1.00", "currencyCode": "EUR"}},
            "The value must be positive and in the shop's currency.",
        ),
        (
            {"percentValue": 5, "fixedValue": {"amount": "1.00", "currencyCode": "USD"}},
            "Give either a percentage or a fixed value.",
        ),
    ],
)
def test_given_an_impossible_discount_when_given_then_it_is_refused(
    town: StoreTown, discount: dict[str, Any], message: str
) -> None:
    session = begin(town, town.place())
    line = add_socks(town, session)

    payload = town.do("order_edit_discount", id=session, lineItemId=line, discount=discount)

    assert messages(payload) == [message]


def test_given_a_line_that_was_bought_when_discounted_then_it_is_refused(town: StoreTown) -> None:
    order = town.place()
    session = begin(town, order)
    bought = f"gid://shopify/CalculatedLineItem/{order['lines'][0]['id']}"

    assert messages(give_free(town, session, bought)) == ["Only lines added by this edit can be discounted."]


def test_given_a_gift_when_taken_off_again_then_the_piece_is_back_in_stock(town: StoreTown) -> None:
    order = town.place()
    town.do("order_edit_commit", id=gift(town, order))
    line = f"gid://shopify/CalculatedLineItem/{town.order(order)['lines'][1]['id']}"
    session = begin(town, order)
    town.do("order_edit_set_quantity", id=session, lineItemId=line, quantity=0)

    town.do("order_edit_commit", id=session)

    after = town.order(order)["lines"][1]
    assert (after["quantity"], after["current_quantity"]) == (1, 0)
    assert town.doc("variants", town.variants[SOCKS]["id"])["stock"] == town.variants[SOCKS]["stock"]


def test_given_pieces_already_sent_when_taken_off_then_it_is_refused(town: StoreTown) -> None:
    order = town.place(items=[Item(variant=town.variants[SOCKS], quantity=2)])
    line = order["lines"][0] | {"fulfilled": 1}
    town.change("orders", order["id"], lines=[line])
    session = begin(town, order)
    global_id = f"gid://shopify/CalculatedLineItem/{line['id']}"

    payload = town.do("order_edit_set_quantity", id=session, lineItemId=global_id, quantity=0)

    assert messages(payload) == ["Pieces that were fulfilled cannot be removed."]


def test_given_another_shops_session_when_committed_then_it_is_unknown(town: StoreTown) -> None:
    session = gift(town, town.place())
    town.client.post("/town/shops/other.myshopify.com", json={"token": "shpat_other"})
    key = session.rpartition("/")[2]
    town.change("edit_sessions", key, shop="other.myshopify.com")

    assert messages(town.do("order_edit_commit", id=session)) == ["The calculated order does not exist."]


def test_given_nothing_said_about_mail_when_committed_then_the_customer_gets_one(town: StoreTown) -> None:
    order = town.place()
    query = "mutation($id: ID!) { orderEditCommit(id: $id) { userErrors { message } } }"
    town.call(query, {"id": gift(town, order)})

    assert [mail["sent"] for mail in town.order(order)["mails"]] == [True]
