"""Adding a gift to an order: marked first, free, silent, never twice, never a debt."""

from typing import Any

import pytest

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.ports import Receipt
from tests.integrations.shopify.scripted import Script, gift, home, line, order, page, shop, usd

KEY = "gift:5001:nth_order_gift"
MARKED = {"nodes": [{"key": "gift_nth_order_gift", "value": KEY}]}
SESSION = "gid://shopify/CalculatedOrder/3"
TAKEN = {"code": "INVALID_COMPARE_DIGEST", "field": ["metafields", "0"], "message": "The resource has changed."}
BOX = {
    "id": "calculated/1",
    "quantity": 1,
    "discountedUnitPriceSet": usd("45.0"),
    "variant": {"id": "gid://shopify/ProductVariant/5"},
}
FREE = {
    "id": "calculated/9",
    "quantity": 1,
    "discountedUnitPriceSet": usd("0.0"),
    "variant": {"id": "gid://shopify/ProductVariant/7"},
}
NO_ERRORS: list[dict[str, Any]] = []


def marks(store: Script, *errors: dict[str, Any]) -> None:
    store.brings(metafieldsSet={"metafields": [], "userErrors": list(errors)})


def begins(store: Script, *errors: dict[str, Any], owed: str = "0.0", lines: dict[str, Any] | None = None) -> None:
    session = {"id": SESSION, "totalOutstandingSet": usd(owed), "lineItems": lines or page()}
    store.brings(orderEditBegin={"calculatedOrder": None if errors else session, "userErrors": list(errors)})


def adds(store: Script) -> None:
    store.brings(orderEditAddVariant={"calculatedLineItem": {"id": "calculated/9"}, "userErrors": NO_ERRORS})


def discounts(store: Script, owed: str = "0.0") -> None:
    changed = {"id": SESSION, "totalOutstandingSet": usd(owed)}
    store.brings(orderEditAddLineItemDiscount={"calculatedOrder": changed, "userErrors": NO_ERRORS})


def empties(store: Script, owed: str = "0.0") -> None:
    changed = {"id": SESSION, "totalOutstandingSet": usd(owed)}
    store.brings(orderEditSetQuantity={"calculatedOrder": changed, "userErrors": NO_ERRORS})


def commits(store: Script, *errors: dict[str, Any]) -> None:
    done = {"id": "gid://shopify/Order/5001", "totalOutstandingSet": usd("0.0")}
    store.brings(orderEditCommit={"order": None if errors else done, "userErrors": list(errors)})


def add() -> Receipt:
    return shop().add_gift_line(5001, variant_id=7, key=KEY)


def take_back() -> Receipt:
    return shop().take_back_gift_line(5001, variant_id=7, key=KEY)


def find() -> Receipt | None:
    return shop().find_gift_line(5001, variant_id=7, key=KEY)


def test_given_an_open_order_when_a_gift_is_added_then_each_step_says_what_it_must(store: Script) -> None:
    marks(store)
    begins(store)
    adds(store)
    discounts(store)
    commits(store)
    assert add().reference == "5001"
    mark = store.asked[0][1]["metafields"][0]
    assert mark == {
        "ownerId": "gid://shopify/Order/5001",
        "namespace": "$app",
        "key": "gift_nth_order_gift",
        "type": "single_line_text_field",
        "value": KEY,
        "compareDigest": None,
    }
    assert store.asked[3][1]["discount"]["percentValue"] == 100
    assert store.asked[4] == ("OrderEditCommit", {"id": SESSION, "staffNote": f"A small extra from Lagniappe ({KEY})."})


def test_given_the_customer_would_owe_tax_when_a_gift_is_added_then_nothing_is_committed(store: Script) -> None:
    marks(store)
    begins(store)
    adds(store)
    discounts(store, owed="0.33")
    with pytest.raises(Rejected, match=r"The customer would owe \$0.33\."):
        add()


def test_given_rounding_in_the_buyers_currency_when_a_gift_is_added_then_nothing_is_committed(store: Script) -> None:
    before, after = (
        usd("0.0") | {"presentmentMoney": {"amount": amount, "currencyCode": "EUR"}} for amount in ("0.0", "0.01")
    )
    marks(store)
    session = {"id": SESSION, "totalOutstandingSet": before, "lineItems": page()}
    store.brings(orderEditBegin={"calculatedOrder": session, "userErrors": NO_ERRORS})
    adds(store)
    changed = {"id": SESSION, "totalOutstandingSet": after}
    store.brings(orderEditAddLineItemDiscount={"calculatedOrder": changed, "userErrors": NO_ERRORS})
    with pytest.raises(Rejected, match=r"would owe €0\.01"):
        add()


def test_given_a_debt_that_was_there_before_when_a_gift_is_added_then_it_is_no_obstacle(store: Script) -> None:
    marks(store)
    begins(store, owed="12.0")
    adds(store)
    discounts(store, owed="12.0")
    commits(store)
    assert add().reference == "5001"


def test_given_an_order_that_cannot_be_edited_when_a_gift_is_added_then_refused(store: Script) -> None:
    marks(store)
    begins(store, {"field": ["id"], "message": "The order cannot be edited."})
    with pytest.raises(Rejected, match="cannot be edited"):
        add()


def test_given_our_own_mark_and_no_line_when_repeated_then_the_gift_is_added_now(store: Script) -> None:
    marks(store, TAKEN)
    store.brings(order=order(metafields=MARKED), shop=home())
    begins(store)
    store.brings(order=order(metafields=MARKED), shop=home())
    adds(store)
    discounts(store)
    commits(store)
    assert add().reference == "5001"


def test_given_our_own_mark_and_the_line_when_repeated_then_it_is_not_added_again(store: Script) -> None:
    marks(store, TAKEN)
    store.brings(order=order(metafields=MARKED), shop=home())
    begins(store)
    store.brings(order=order(line(), gift(), metafields=MARKED), shop=home())
    assert add().reference == "5001"


def test_given_the_mark_of_another_deed_when_a_gift_is_added_then_refused(store: Script) -> None:
    marks(store, TAKEN)
    other = {"nodes": [{"key": "gift_nth_order_gift", "value": "gift:5001:nth_order_gift:again"}]}
    store.brings(order=order(metafields=other), shop=home())
    with pytest.raises(Rejected, match="another gift"):
        add()


def test_given_a_mark_that_cannot_be_seen_yet_when_a_gift_is_added_then_later(store: Script) -> None:
    marks(store, TAKEN)
    store.brings(order=order(), shop=home())
    with pytest.raises(Unavailable):
        add()


def test_given_another_refusal_of_the_mark_when_a_gift_is_added_then_refused(store: Script) -> None:
    marks(store, {"code": "APP_NOT_AUTHORIZED", "field": None, "message": "Not authorized."})
    with pytest.raises(Rejected, match="Not authorized"):
        add()


@pytest.mark.parametrize("broken_step", range(4))
def test_given_the_line_breaks_before_the_commit_when_a_gift_is_added_then_it_certainly_was_not(
    store: Script, broken_step: int
) -> None:
    for step in (marks, begins, adds, discounts)[:broken_step]:
        step(store)
    store.says("<html>Bad Gateway</html>", 502)
    with pytest.raises(Unavailable):
        add()


def test_given_the_line_breaks_at_the_commit_when_a_gift_is_added_then_in_doubt(store: Script) -> None:
    for step in (marks, begins, adds, discounts):
        step(store)
    store.says("<html>Bad Gateway</html>", 502)
    with pytest.raises(Uncertain):
        add()


def test_given_somebody_else_edited_meanwhile_when_committed_then_it_is_begun_again_later(store: Script) -> None:
    for step in (marks, begins, adds, discounts):
        step(store)
    commits(store, {"field": ["id"], "message": "The order has been changed."})
    with pytest.raises(Unavailable, match="has been changed"):
        add()


def test_given_the_steps_took_too_long_when_about_to_commit_then_it_is_left_for_later(
    store: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in (marks, begins, adds, discounts):
        step(store)
    monkeypatch.setattr("integrations.patience._SECONDS", -1.0)
    with pytest.raises(Unavailable, match="too long"):
        add()


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(order(line(), gift()), id="no mark"),
        pytest.param(order(line(), metafields=MARKED), id="no such variant"),
        pytest.param(order(line(), gift(discountedTotalSet=usd("4.0")), metafields=MARKED), id="paid for"),
        pytest.param(order(line(), gift(currentQuantity=0), metafields=MARKED), id="taken off again"),
        pytest.param(order(line(), gift(variant=None), metafields=MARKED), id="variant deleted"),
        pytest.param(None, id="no order"),
    ],
)
def test_given_no_gift_under_this_key_when_looked_for_then_there_is_none(store: Script, found: object) -> None:
    store.brings(order=found, shop=home())
    assert find() is None


def test_given_the_gift_is_beyond_the_first_page_when_looked_for_then_it_is_found(store: Script) -> None:
    store.brings(order=order(lineItems=page(*[line()] * 50, more="c"), metafields=MARKED), shop=home())
    store.brings(order={"id": "gid://shopify/Order/5001", "lineItems": page(gift())})
    assert find() == Receipt(reference="5001")


def test_given_variants_are_withheld_when_looked_for_then_it_does_not_look_absent(store: Script) -> None:
    path = ["order", "lineItems", "nodes", 1, "variant"]
    error = {"path": path, "extensions": {"code": "ACCESS_DENIED", "requiredAccess": "`read_products`"}}
    node = order(line(), gift(variant=None), metafields=MARKED)
    store.says({"data": {"order": node, "shop": home()}, "errors": [error]})
    with pytest.raises(Unavailable, match="read_products"):
        find()


def test_given_a_gift_when_taken_back_then_its_line_is_emptied_and_restocked(store: Script) -> None:
    store.brings(order=order(line(), gift(), metafields=MARKED), shop=home())
    begins(store, lines=page(BOX, FREE))
    empties(store)
    commits(store)
    assert take_back().reference == "5001"
    assert store.asked[2][1] == {"id": SESSION, "lineItemId": "calculated/9", "quantity": 0}


def test_given_a_gift_far_down_the_order_when_taken_back_then_the_edit_is_read_to_its_end(store: Script) -> None:
    store.brings(order=order(line(), gift(), metafields=MARKED), shop=home())
    begins(store, lines=page(*[BOX] * 50, more="c"))
    store.brings(node={"id": SESSION, "lineItems": page(*[BOX] * 100, more="d")})
    store.brings(node={"id": SESSION, "lineItems": page(FREE)})
    empties(store)
    commits(store)
    assert take_back().reference == "5001"
    assert store.asked[3] == ("OrderEditLines", {"id": SESSION, "after": "d"})
    assert store.asked[4][1]["lineItemId"] == "calculated/9"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param({"id": SESSION, "lineItems": page(BOX)}, "not in the edit", id="not there"),
        pytest.param(None, "lost the edit", id="no edit"),
    ],
)
def test_given_an_edit_that_does_not_show_the_gift_when_taken_back_then_later(
    store: Script, answer: object, said: str
) -> None:
    store.brings(order=order(line(), gift(), metafields=MARKED), shop=home())
    begins(store, lines=page(BOX, more="c"))
    store.brings(node=answer)
    with pytest.raises(Unavailable, match=said):
        take_back()


@pytest.mark.parametrize("owed", ["0.33", "-0.33"])
def test_given_somebody_would_owe_when_taken_back_then_nothing_is_committed(store: Script, owed: str) -> None:
    store.brings(order=order(line(), gift(), metafields=MARKED), shop=home())
    begins(store, lines=page(FREE))
    empties(store, owed=owed)
    with pytest.raises(Rejected, match="would owe"):
        take_back()


def test_given_a_gift_that_is_gone_when_taken_back_then_nothing_is_changed(store: Script) -> None:
    store.brings(order=order(line(), metafields=MARKED), shop=home())
    assert "not there" in take_back().remark


def test_given_a_gift_that_has_left_when_taken_back_then_too_late(store: Script) -> None:
    store.brings(order=order(line(), gift(unfulfilledQuantity=0), metafields=MARKED), shop=home())
    with pytest.raises(Rejected, match="has left"):
        take_back()


def test_given_a_cancelled_order_when_its_gift_is_taken_back_then_there_is_nothing_to_do(store: Script) -> None:
    cancelled = order(line(), gift(), metafields=MARKED, cancelledAt="2026-11-21T11:00:00Z")
    store.brings(order=cancelled, shop=home())
    assert "whole order" in take_back().remark
