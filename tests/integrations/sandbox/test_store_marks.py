"""Tags and metafields: sets without doubles, marks that are set once."""

import hashlib
from typing import Any

import pytest

from integrations.sandbox.books import Doc
from tests.integrations.sandbox.store_town import StoreTown, gid, messages, store_town


@pytest.fixture
def town() -> StoreTown:
    return store_town()


def mark(owner: str, value: str = "planned", **changes: object) -> dict[str, Any]:
    """Return one metafield that must not exist yet; change only what the test is about."""
    plain = {"ownerId": owner, "namespace": "$app", "key": "gift_1", "type": "single_line_text_field", "value": value}
    return {**plain, "compareDigest": None, **changes}


def marks(town: StoreTown, order: Doc) -> list[dict[str, str]]:
    answer = town.ask("order_facts", id=gid("Order", order))
    return list(answer["data"]["order"]["metafields"]["nodes"])


def codes(payload: dict[str, Any]) -> list[str]:
    return [each["code"] for each in payload["userErrors"]]


def test_given_tags_when_added_then_case_makes_no_second_tag(town: StoreTown) -> None:
    person = town.newcomer()
    town.do("tags_add", id=gid("Customer", person), tags=["Special", "a, b"])

    town.do("tags_add", id=gid("Customer", person), tags=["SPECIAL", "c"])

    assert town.doc("customers", person["id"])["tags"] == ["Special", "a", "b", "c"]


def test_given_tags_when_removed_then_case_does_not_matter_and_absent_ones_neither(town: StoreTown) -> None:
    person = town.newcomer()
    town.do("tags_add", id=gid("Customer", person), tags=["Special", "other"])

    payload = town.do("tags_remove", id=gid("Customer", person), tags=["sPECIAL", "never there"])

    assert messages(payload) == []
    assert payload["node"] == {"id": gid("Customer", person)}
    assert town.doc("customers", person["id"])["tags"] == ["other"]


def test_given_a_tag_that_is_there_when_added_again_then_nobody_hears_of_it(town: StoreTown) -> None:
    person = town.newcomer()
    town.do("tags_add", id=gid("Customer", person), tags=["special"])
    first = town.letters("customers/update", "customer.tags_added")

    town.do("tags_add", id=gid("Customer", person), tags=["Special"])

    assert [each["subject"] for each in first] == ["customers/update", "customer.tags_added"]
    assert town.letters("customers/update", "customer.tags_added") == first


def test_given_a_customer_with_250_tags_when_one_is_added_then_it_is_refused(town: StoreTown) -> None:
    person = town.newcomer()
    town.change("customers", person["id"], tags=[f"tag {number}" for number in range(250)])

    assert messages(town.do("tags_add", id=gid("Customer", person), tags=["one more"])) == [
        "There may be up to 250 tags"
    ]
    assert messages(town.do("tags_add", id=gid("Customer", person), tags=["TAG 7"])) == []


@pytest.mark.parametrize(("kind", "longest"), [("Customer", 255), ("Order", 40)])
def test_given_a_tag_that_is_too_long_when_added_then_it_is_refused(town: StoreTown, kind: str, longest: int) -> None:
    owner = gid(kind, town.newcomer() if kind == "Customer" else town.place())

    assert messages(town.do("tags_add", id=owner, tags=["x" * longest])) == []
    assert len(messages(town.do("tags_add", id=owner, tags=["x" * (longest + 1)]))) == 1


def test_given_an_order_when_tagged_then_it_is_newer_and_the_app_hears_of_it(town: StoreTown) -> None:
    order = town.place()
    town.later(minutes=1)
    town.do("tags_add", id=gid("Order", order), tags=["gift"])

    assert town.order(order)["updated_at"] > order["updated_at"]
    assert [each["subject"] for each in town.letters("orders/updated")] == ["orders/updated"]


def test_given_nobody_when_tagged_then_it_is_refused(town: StoreTown) -> None:
    assert messages(town.do("tags_add", id="gid://shopify/Customer/1", tags=["a"])) == [
        "The owner of the tags does not exist"
    ]


def test_given_no_mark_when_set_then_it_is_there_and_a_second_one_is_refused(town: StoreTown) -> None:
    order = town.place()
    first = town.do("mark_order", metafields=[mark(gid("Order", order))])

    second = town.do("mark_order", metafields=[mark(gid("Order", order), "mine")])

    assert codes(first) == []
    assert codes(second) == ["INVALID_COMPARE_DIGEST"]
    assert marks(town, order) == [{"key": "gift_1", "value": "planned"}]


def test_given_a_mark_when_its_digest_is_named_then_it_can_be_changed_once(town: StoreTown) -> None:
    order = town.place()
    town.do("mark_order", metafields=[mark(gid("Order", order))])
    change = mark(gid("Order", order), "done", compareDigest=hashlib.sha256(b"planned").hexdigest())

    assert codes(town.do("mark_order", metafields=[change])) == []
    assert codes(town.do("mark_order", metafields=[change])) == ["INVALID_COMPARE_DIGEST"]
    assert marks(town, order) == [{"key": "gift_1", "value": "done"}]


def test_given_no_digest_when_set_then_the_mark_is_overwritten(town: StoreTown) -> None:
    order = town.place()
    free = mark(gid("Order", order))
    del free["compareDigest"]
    town.do("mark_order", metafields=[free])

    assert codes(town.do("mark_order", metafields=[free | {"value": "again"}])) == []
    assert marks(town, order) == [{"key": "gift_1", "value": "again"}]


def test_given_one_refused_mark_of_two_when_set_then_neither_is(town: StoreTown) -> None:
    order = town.place()
    town.do("mark_order", metafields=[mark(gid("Order", order))])
    both = [mark(gid("Order", order), key="gift_2"), mark(gid("Order", order))]

    assert codes(town.do("mark_order", metafields=both)) == ["INVALID_COMPARE_DIGEST"]
    assert len(marks(town, order)) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": None}, "BLANK"),
        ({"type": "json", "value": "{"}, "INVALID_VALUE"),
        ({"type": "number_integer", "value": "1.5"}, "INVALID_VALUE"),
        ({"ownerId": "gid://shopify/Order/1"}, "INVALID"),
    ],
)
def test_given_a_faulty_mark_when_set_then_it_is_refused(town: StoreTown, change: dict[str, Any], code: str) -> None:
    assert codes(town.do("mark_order", metafields=[mark(gid("Order", town.place()), **change)])) == [code]


def test_given_26_marks_when_set_then_they_are_too_many(town: StoreTown) -> None:
    owner = gid("Order", town.place())
    many = [mark(owner, key=f"gift_{number}") for number in range(26)]

    assert codes(town.do("mark_order", metafields=many)) == ["LESS_THAN_OR_EQUAL_TO"]
    assert codes(town.do("mark_order", metafields=many[:25])) == []


def test_given_another_apps_namespace_when_ours_is_read_then_it_is_not_seen(town: StoreTown) -> None:
    order = town.place()
    town.do("mark_order", metafields=[mark(gid("Order", order), namespace="custom")])

    assert marks(town, order) == []


def quiet(owner: str, **changes: object) -> dict[str, Any]:
    """Return the day of a customer's that any tool may read."""
    plain = {"ownerId": owner, "namespace": "lagniappe", "key": "quiet_until", "type": "date", "value": "2027-05-20"}
    return plain | changes


def noted(town: StoreTown, owner: str) -> dict[str, Any] | None:
    answer = town.ask("quiet_noted", id=owner, namespace="lagniappe", key="quiet_until")
    found: dict[str, Any] | None = answer["data"]["customer"]["metafield"]
    return found


def test_given_a_day_on_a_customer_when_deleted_then_it_is_gone_and_a_second_time_is_no_error(town: StoreTown) -> None:
    owner = gid("Customer", town.newcomer())
    name = {"ownerId": owner, "namespace": "lagniappe", "key": "quiet_until"}
    assert codes(town.do("quiet_note", metafields=[quiet(owner)])) == []
    assert noted(town, owner) == {"value": "2027-05-20"}

    first, second = (town.do("quiet_forget", metafields=[name]) for _ in range(2))

    assert (first["deletedMetafields"], second["deletedMetafields"]) == ([{"key": "quiet_until"}], [None])
    assert (messages(first), messages(second), noted(town, owner)) == ([], [], None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": "2027-02-30"}, "INVALID_VALUE"),
        ({"value": "20270520"}, "INVALID_VALUE"),
        ({"key": "q"}, "TOO_SHORT"),
        ({"namespace": "la"}, "TOO_SHORT"),
        ({"key": "quiet until"}, "INVALID"),
    ],
)
def test_given_a_day_that_is_none_or_an_odd_name_when_set_then_it_is_refused(
    town: StoreTown, change: dict[str, Any], code: str
) -> None:
    owner = gid("Customer", town.newcomer())

    assert codes(town.do("quiet_note", metafields=[quiet(owner, **change)])) == [code]


def test_given_nobody_when_their_day_is_deleted_then_it_is_refused(town: StoreTown) -> None:
    name = {"ownerId": "gid://shopify/Customer/1", "namespace": "lagniappe", "key": "quiet_until"}

    assert messages(town.do("quiet_forget", metafields=[name])) == ["Owner does not exist."]
