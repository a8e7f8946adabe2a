"""What the store is told of the app is what the code does: topics, scopes, version, addresses."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.domain.scopes import NEEDED, Feature
from integrations.sandbox.store.shops import TOPICS
from integrations.shopify import topics
from integrations.shopify.client import API_VERSION

# Without these nothing is worth while; everything else can be switched on later.
CORE = (Feature.MARKS, Feature.GIFT_LINES, Feature.REFUNDS)


@pytest.fixture
def told() -> dict[str, Any]:
    text = (Path(topics.__file__).parent / "shopify.app.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def subscribed(told: dict[str, Any], kind: str) -> set[str]:
    return {topic for each in told["webhooks"]["subscriptions"] for topic in each.get(kind, [])}


def test_given_every_topic_when_subscribed_to_then_there_is_a_reader_and_the_other_way_round(
    told: dict[str, Any],
) -> None:
    assert subscribed(told, "topics") | subscribed(told, "compliance_topics") == set(topics.READERS)


def test_given_topics_of_data_protection_when_told_then_they_are_configured_as_such(told: dict[str, Any]) -> None:
    assert subscribed(told, "compliance_topics") == topics.COMPLIANCE


def test_given_the_practice_store_when_it_tells_then_it_is_what_a_real_one_would(told: dict[str, Any]) -> None:
    assert set(TOPICS) <= subscribed(told, "topics")


def test_given_scopes_when_asked_for_then_they_are_those_that_our_features_need(told: dict[str, Any]) -> None:
    required = set(told["access_scopes"]["scopes"].split(","))
    optional = set(told["access_scopes"]["optional_scopes"])

    assert required == set().union(*(NEEDED[feature] for feature in CORE))
    assert required | optional == set().union(*NEEDED.values())
    assert required & optional == set()


def test_given_the_version_when_told_then_webhooks_speak_the_one_that_we_ask(told: dict[str, Any]) -> None:
    assert told["webhooks"]["api_version"] == API_VERSION


def test_given_the_installation_when_told_then_the_store_manages_it_and_shows_us_in_its_admin(
    told: dict[str, Any],
) -> None:
    assert told["access_scopes"]["use_legacy_install_flow"] is False
    assert told["embedded"] is True


def test_given_addresses_when_told_then_they_are_placeholders_of_one_host(told: dict[str, Any]) -> None:
    addresses = [told["application_url"], *told["auth"]["redirect_urls"]]

    assert {address.split("/")[2] for address in addresses} == {"lagniappe.example"}
    assert [each["uri"] for each in told["webhooks"]["subscriptions"]] == [
        "/webhooks/shopify",
        "/webhooks/shopify/compliance",
    ]
