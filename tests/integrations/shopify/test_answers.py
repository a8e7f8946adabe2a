"""Every shape of the Admin API's answers, and what it means: one test a row, whether it comes with a 200 or without."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Busy, Closed, OurMistake, Rejected, Unavailable, Uncertain
from integrations.shopify import client
from integrations.shopify.cost import Cost
from integrations.shopify.documents import document
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


def test_given_a_cost_beside_the_data_when_read_then_the_budget_can_learn_from_it(store: Script) -> None:
    store.says({"data": {"order": ORDER}, "extensions": cost(12, 1988, 100.0)})
    reply = api().ask("order_facts", {"id": ORDER["id"]})
    assert reply.cost == Cost(requested=12, available=1988, maximum=2000, restored=100)


@pytest.mark.parametrize(
    "extensions",
    [
        None,
        [],
        {},
        {"cost": None},
        {"cost": {"throttleStatus": "full"}},
        cost("12", None, True),
        cost(-1, [], {}),
        cost(float("nan"), float("inf"), 10**400),
    ],
)
def test_given_extensions_that_are_missing_or_odd_when_read_then_the_data_counts_all_the_same(
    store: Script, extensions: object
) -> None:
    store.says({"data": {"order": ORDER}, "extensions": extensions})
    reply = api().ask("order_facts", {"id": ORDER["id"]})
    assert reply.one("order") == ORDER
    assert (reply.cost.requested, reply.cost.available, reply.cost.restored) == (None, None, None)


@pytest.mark.parametrize(
    ("extensions", "pause"),
    [
        (cost(752, 20, 100.0), 7.32),
        (cost(10, 20, 100.0), 0.5),
        (cost(100, 0, 0), 1.0),
        (cost(1000, 0, 0.001), 60.0),
        ({}, 0.5),
        ({"cost": {}}, 0.5),
    ],
)
def test_given_throttled_at_200_when_writing_then_nothing_happened_and_the_pause_is_computed_with_some_chance(
    store: Script, extensions: dict[str, Any], pause: float
) -> None:
    store.says({"errors": [error("THROTTLED")], "extensions": extensions})
    with pytest.raises(Busy) as caught:
        api().do("tags_add", TAGS)
    assert pause <= (caught.value.retry_after or 0) <= 1.25 * pause


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "2.0"}, 2.0),
        ({"Retry-After": "2"}, 2.0),
        ({"Retry-After": "Sat, 21 Nov 2026 10:00:30 GMT", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"Retry-After": "99999999999999"}, 2.0),
        ({"Retry-After": "999999999"}, 60.0),
        ({"Retry-After": "Mon, 21 Nov 2067 10:00:00 GMT", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 60.0),
        ({"Retry-After": "soon"}, 2.0),
        ({}, 2.0),
    ],
)
def test_given_429_when_writing_then_nothing_happened_and_the_pause_is_theirs_within_reason(
    store: Script, headers: dict[str, str], pause: float
) -> None:
    store.says("Too many", 429, headers)
    with pytest.raises(Busy) as caught:
        api().do("tags_add", TAGS)
    assert caught.value.retry_after == pause


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        pytest.param(401, "store access was revoked", id="401, a dead token"),
        pytest.param(402, "frozen", id="402, frozen"),
        pytest.param(403, "refuses", id="403, forbidden, or a token that should expire"),
        pytest.param(404, "found", id="404, gone"),
        pytest.param(423, "locked", id="423, locked"),
    ],
)
@pytest.mark.parametrize("body", [{"errors": "[API] Invalid API key or access token"}, "<html></html>", {}])
def test_given_a_closed_door_when_writing_then_nothing_happened_and_the_shop_is_left_alone_for_long(
    store: Script, status: int, reason: str, body: object
) -> None:
    store.says(body, status)
    with pytest.raises(Closed, match=reason) as caught:
        api().do("tags_add", TAGS)
    assert (caught.value.retry_after or 0) >= 3600


def test_given_an_inactive_shop_at_200_when_asked_then_its_door_is_closed(store: Script) -> None:
    store.says({"errors": [error("SHOP_INACTIVE")]})
    with pytest.raises(Closed, match="inactive") as caught:
        api().do("tags_add", TAGS)
    assert (caught.value.retry_after or 0) >= 3600


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param({"errors": [error("MAX_COST_EXCEEDED", cost=1530, maxCost=1000)]}, 200, id="too dear"),
        pytest.param({"data": {"x": None}, "errors": [error("BAD_REQUEST", ["x"])]}, 200, id="directive missing"),
        pytest.param({"errors": [error("undefinedField", ["query", "order", "nmae"])]}, 200, id="unknown field"),
        pytest.param({"errors": [error("INVALID_VARIABLE")]}, 200, id="bad variable"),
        pytest.param({"errors": [{"message": "syntax error"}]}, 200, id="syntax error"),
        pytest.param({"errors": {"query": "Required parameter missing or invalid"}}, 400, id="400, bad body"),
        pytest.param("<html></html>", 406, id="a 4xx that nobody announced"),
    ],
)
def test_given_a_mistake_of_ours_when_told_so_then_nothing_happened_and_the_log_says_which_and_where(
    store: Script, answer: object, status: int
) -> None:
    store.says(answer, status, {"X-Request-ID": "abc-123"})
    with capture_logs() as logs, pytest.raises(OurMistake):
        api().do("tags_add", TAGS)
    assert [(entry["log_level"], entry["operation"], entry["request_id"]) for entry in logs] == [
        ("error", "TagsAdd", "abc-123")
    ]
    assert "canary" not in f"{logs}"


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
        {"errors": ["something broke"]},
        {"errors": [{"message": "canary", "extensions": "odd", "path": "tagsAdd"}]},
        '{"data": {"tagsAdd": {"nod',
        "<html></html>",
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


@pytest.mark.parametrize("status", [500, 502, 503])
def test_given_a_page_for_people_at_5xx_when_writing_then_in_doubt_and_when_reading_then_unavailable(
    store: Script, status: int
) -> None:
    store.says("<html><h1>Bad Gateway</h1></html>", status)
    with pytest.raises(Uncertain):
        api().do("tags_add", TAGS)
    store.says("<html><h1>Bad Gateway</h1></html>", status)
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


@pytest.mark.parametrize("at", ["the mutation's own errors", "the answer's errors"])
@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("IDEMPOTENCY_CONCURRENT_REQUEST", Uncertain),  # the first try is at work: looked up, then the same key again
        ("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", OurMistake),
        ("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", Rejected),
    ],
)
def test_given_a_word_about_the_idempotency_key_when_writing_then_it_says_what_became_of_the_first_try(
    store: Script, code: str, meaning: type[Exception], at: str
) -> None:
    if at == "the answer's errors":
        store.says({"data": {"tagsAdd": None}, "errors": [error(code, ["tagsAdd"])]})
    else:
        store.brings(tagsAdd={"node": None, "userErrors": [{"code": code, "field": None, "message": "Sorry."}]})
    with pytest.raises(meaning):
        api().do("tags_add", TAGS).payload("tagsAdd")


def test_given_another_version_than_asked_when_it_answers_all_day_then_it_is_told_once_and_known(store: Script) -> None:
    shop = api()
    for _ in range(3):
        store.says({"data": {"order": None}}, headers={"X-Shopify-API-Version": "2026-01"})
    with capture_logs() as logs:
        for _ in range(3):
            shop.ask("order_lines", {"id": ORDER["id"]})
    assert [(entry["event"], entry["log_level"], entry["asked"], entry["served"]) for entry in logs] == [
        ("shopify.version", "error", "2026-10", "2026-01")
    ]
    assert shop.served == "2026-01"


def test_given_an_error_of_theirs_when_logged_then_their_request_id_is_kept_and_no_secret_is(store: Script) -> None:
    answer = {"data": None, "errors": [error("INTERNAL_SERVER_ERROR")]}
    store.says(answer, headers={"X-Request-ID": "abc-123"})
    with capture_logs() as logs, pytest.raises(Uncertain) as caught:
        api().do("tags_add", TAGS)
    assert logs[0]["request_id"] == "abc-123"
    assert "canary" not in f"{logs}{caught.value}"


WHOLE_LISTS = ("orderUpdate(", "customerUpdate(", "draftOrderUpdate(")


def test_given_every_document_when_looked_at_then_none_writes_a_whole_list_over_what_others_put_there() -> None:
    names = [path.stem for path in Path(client.__file__).with_name("queries").glob("*.graphql")]
    assert names
    assert [name for name in names if any(word in document(name).text for word in WHOLE_LISTS)] == []
