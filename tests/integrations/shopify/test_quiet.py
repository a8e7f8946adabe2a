"""The day on a customer until which tools leave them in peace: written, and taken off only while it is ours."""

from datetime import date
from typing import Any

import pytest

from app.domain.errors import Rejected, Uncertain
from tests.integrations.shopify.scripted import Script, shop

DAY = date(2027, 5, 20)
SET: dict[str, Any] = {"metafields": [{"key": "quiet_until", "value": "2027-05-20"}], "userErrors": []}
GONE: dict[str, Any] = {"deletedMetafields": [{"key": "quiet_until"}], "userErrors": []}


def there(value: str | None) -> dict[str, Any]:
    return {"id": "gid://shopify/Customer/55", "metafield": None if value is None else {"value": value}}


def test_given_a_day_when_noted_then_it_is_a_date_under_a_name_that_every_tool_may_read(store: Script) -> None:
    store.brings(metafieldsSet=SET)
    shop().note_quiet(55, until=DAY)

    ((operation, variables),) = store.asked
    assert operation == "QuietNote"
    assert variables["metafields"] == [
        {
            "ownerId": "gid://shopify/Customer/55",
            "namespace": "lagniappe",
            "key": "quiet_until",
            "type": "date",
            "value": "2027-05-20",
        }
    ]


def test_given_our_day_when_it_is_over_then_it_is_taken_off(store: Script) -> None:
    store.brings(customer=there("2027-05-20"))
    store.brings(metafieldsDelete=GONE)

    assert shop().forget_quiet(55, until=DAY).remark == ""


@pytest.mark.parametrize("value", [None, "2027-09-01"])
def test_given_no_day_or_another_when_ours_is_over_then_nothing_is_written(store: Script, value: str | None) -> None:
    store.brings(customer=there(value))

    assert shop().forget_quiet(55, until=DAY).remark == "It was not there any more."


def test_given_a_customer_who_is_gone_when_it_is_over_then_it_is_said(store: Script) -> None:
    store.brings(customer=None)
    with pytest.raises(Rejected, match="no longer exists"):
        shop().forget_quiet(55, until=DAY)


def test_given_a_store_that_says_no_when_noted_then_its_words_are_handed_on(store: Script) -> None:
    error = {"code": "INVALID_TYPE", "field": ["metafields", "0", "type"], "message": "Type must be date_time."}
    store.brings(metafieldsSet={"metafields": [], "userErrors": [error]})
    with pytest.raises(Rejected, match="must be date_time"):
        shop().note_quiet(55, until=DAY)


def test_given_an_answer_that_is_lost_when_noted_then_nobody_knows(store: Script) -> None:
    store.says("oops", 500)
    with pytest.raises(Uncertain):
        shop().note_quiet(55, until=DAY)
