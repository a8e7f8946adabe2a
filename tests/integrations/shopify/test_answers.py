"""Every shape of the Admin API's answers, and what it means."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Rejected, Unavailable, Uncertain
from integrations.shopify.answers import BadRequest
from tests.integrations.shopify.scripted import Script, api

ORDER = {"id": "gid://shopify/Order/5001"}
TAGS = {"id": "gid://shopify/Customer/55", "tags": ["a"]}


def error(code: str | None, path: list[str] | None = None, **extensions: object) -> dict[str, Any]:
    found: dict[str, Any] = {"message": "canary", "extensions": {"code": code, **extensions}}
    return found | ({"path": path} if path else {})


def cost(requested: object, available: object, rate: object) -> dict[str, Any]:
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": rate}
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": status}}


def test_given_data_when_asked_then_it_is_returned(store: Script) -> None:
    store.says({"data": {"order": ORDER}, "extensions": cost(1, 1999, 100.0)})
    assert api().ask("order_facts", {"id": ORDER["id"]}).one("order") == ORDER


def test_given_no_such_order_when_asked_then_there_is_none(store: Script) -> None:
    store.brings(order=None)
    assert api().ask("order_facts", {"id": ORDER["id"]}).one("order") is None


@pytest.mark.parametrize(
    ("extensions", "pause"),
    [
        (cost(752, 20, 100.0), 7.32),
        (cost(10, 20, 100.0), 0.5),
        (cost(100, 0, 0), 1.0),
        ({}, 0.5),
        ({"cost": {}}, 0.5),
    ],
)
def test_given_throttled_when_writing_then_nothing_happened_and_the_pause_is_computed(
    store: Script, extensions: dict[str, Any], pause: float
) -> None:
    store.says({"errors": [error("THROTTLED")], "extensions": extensions})
    with pytest.raises(Unavailable) as caught:
        api().do("tags_add", TAGS)
    assert caught.value.retry_after == pytest.approx(pause)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "store access was revoked"),
        (402, "frozen"),
        (403, "refuses"),
        (404, "found"),
        (423, "locked"),
    ],
)
@pytest.mark.parametrize("body", [{"errors": "[API] Invalid API key or access token"}, "<html></html>", {}])
def test_given_a_closed_door_when_writing_then_nothing_happened_and_we_stay_away_for_long(
    store: Script, status: int, reason: str, body: object
) -> None:
    store.says(body, status)
    with pytest.raises(Unavailable, match=reason) as caught:
        api().do("tags_add", TAGS)
    assert (caught.value.retry_after or 0) >= 3600


@pytest.mark.parametrize(
    "answer",
    [
        {"errors": [error("MAX_COST_EXCEEDED", cost=1530, maxCost=1000)]},
        {"data": {"refundCreate": None}, "errors": [error("BAD_REQUEST", ["refundCreate"])]},
        {"errors": [error("undefinedField", ["query", "order", "nmae"])]},
        {"errors": [error("INVALID_VARIABLE")]},
        {"errors": [{"message": "syntax error"}]},
    ],
)
def test_given_a_mistake_of_ours_when_told_so_then_it_flies(store: Script, answer: dict[str, Any]) -> None:
    store.says(answer)
    with pytest.raises(BadRequest):
        api().do("tags_add", TAGS)


@pytest.mark.parametrize(
    "answer",
    [
        {"data": None, "errors": [error("INTERNAL_SERVER_ERROR")]},
        {"data": {"tagsAdd": None}, "errors": [error(None, ["tagsAdd"])]},
        {"data": {"tagsAdd": None}, "errors": [error("NEVER_HEARD_OF", ["tagsAdd"])]},
        {"data": None},
        {"data": []},
        {},
        [],
        None,
        {"errors": "something broke"},
        {"errors": {"base": ["something broke"]}},
    ],
)
def test_given_an_answer_that_settles_nothing_when_writing_then_in_doubt_and_when_reading_then_unavailable(
    store: Script, answer: object
) -> None:
    store.says(answer)
    with pytest.raises(Uncertain):
        api().do("tags_add", TAGS)
    store.says(answer)
    with pytest.raises(Unavailable):
        api().ask("order_facts", {"id": ORDER["id"]})


def test_given_data_about_something_else_when_reading_then_the_order_does_not_look_deleted(store: Script) -> None:
    store.brings(shop={})
    with pytest.raises(Unavailable, match="no sense"):
        api().ask("order_facts", {"id": ORDER["id"]}).one("order")


def test_given_a_mutation_without_payload_when_writing_then_in_doubt(store: Script) -> None:
    store.brings(tagsAdd=None)
    with pytest.raises(Uncertain):
        api().do("tags_add", TAGS).payload("tagsAdd")


def test_given_user_errors_when_writing_then_refused_in_the_stores_own_words(store: Script) -> None:
    errors = [{"field": ["id"], "message": "The order\n cannot be edited."}, {"field": None, "message": "Sorry."}]
    store.brings(tagsAdd={"node": None, "userErrors": errors})
    with pytest.raises(Rejected, match=r"^The order cannot be edited\. Sorry\.$"):
        api().do("tags_add", TAGS).payload("tagsAdd")


def test_given_a_missing_scope_when_writing_then_refused_and_the_scope_is_named(store: Script) -> None:
    denied = error("ACCESS_DENIED", ["tagsAdd"], requiredAccess="`write_customers` access scope.")
    store.says({"data": {"tagsAdd": None}, "errors": [denied]})
    with pytest.raises(Rejected, match="write_customers"):
        api().do("tags_add", TAGS).payload("tagsAdd")


def test_given_partial_data_when_reading_then_it_is_kept_and_the_gap_is_known(store: Script) -> None:
    denied = error("ACCESS_DENIED", ["order", "customer"], requiredAccess="`read_customers`")
    store.says({"data": {"order": ORDER | {"customer": None}}, "errors": [denied]})
    reply = api().ask("order_facts", {"id": ORDER["id"]})
    assert reply.one("order") == ORDER | {"customer": None}
    reply.complete(but=["customer"])
    with pytest.raises(Unavailable, match="read_customers"):
        reply.complete()


@pytest.mark.parametrize("data", [{"order": None}, None])
@pytest.mark.parametrize("path", [["order"], ["order", "fulfillmentOrders"], None])
def test_given_a_gap_that_swallowed_the_order_when_reading_then_it_does_not_look_deleted(
    store: Script, path: list[str] | None, data: object
) -> None:
    denied = error("ACCESS_DENIED", path, requiredAccess="`read_fulfillments`")
    store.says({"data": data, "errors": [denied]})
    with pytest.raises(Unavailable, match="read_fulfillments"):
        api().ask("order_fulfilment", {"id": ORDER["id"]}).one("order")


def test_given_an_order_too_old_for_our_scopes_when_reading_then_there_is_none(store: Script) -> None:
    denied = error("ACCESS_DENIED", ["order"], requiredAccess="`read_all_orders`")
    store.says({"data": {"order": None}, "errors": [denied]})
    assert api().ask("order_facts", {"id": ORDER["id"]}).one("order") is None


def test_given_another_version_than_asked_when_answered_then_it_is_logged(store: Script) -> None:
    store.says({"data": {"order": None}}, headers={"X-Shopify-API-Version": "2026-01"})
    with capture_logs() as logs:
        api().ask("order_facts", {"id": ORDER["id"]})
    assert [(entry["event"], entry["asked"], entry["served"]) for entry in logs] == [
        ("shopify.version", "2026-10", "2026-01")
    ]


def test_given_an_error_of_theirs_when_logged_then_their_request_id_is_kept_and_no_secret_is(store: Script) -> None:
    answer = {"data": None, "errors": [error("INTERNAL_SERVER_ERROR")]}
    store.says(answer, headers={"X-Request-ID": "abc-123"})
    with capture_logs() as logs, pytest.raises(Uncertain) as caught:
        api().do("tags_add", TAGS)
    assert logs[0]["request_id"] == "abc-123"
    assert "canary" not in f"{logs}{caught.value}"
