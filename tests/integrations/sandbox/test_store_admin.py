"""What the town's admin hands to an app that it opens."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
import shopify

from integrations.sandbox.store import admin
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from integrations.shopify import id_token

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRETS = ("newer", "older")
TOWN = TownSettings(client_id="client-1", client_secrets=SECRETS)


def test_given_the_towns_token_when_read_as_shopifys_then_it_names_the_shop() -> None:
    token = admin.id_token(TOWN, PRACTICE_SHOP, NOON)

    assert id_token.read(token, secrets=SECRETS, client_id="client-1", now=NOON).shop == PRACTICE_SHOP


def test_given_a_spoilt_claim_when_read_then_the_token_proves_nothing() -> None:
    token = admin.id_token(TOWN, PRACTICE_SHOP, NOON, aud="another")

    with pytest.raises(id_token.Unproven):
        id_token.read(token, secrets=SECRETS, client_id="client-1", now=NOON)


def test_given_the_opening_query_when_checked_by_the_library_then_its_hmac_is_right() -> None:
    query = dict(parse_qsl(admin.opening_query(TOWN, PRACTICE_SHOP, NOON)))
    shopify.Session.setup(api_key="client-1", secret="newer")

    assert sorted(query) == ["embedded", "hmac", "host", "id_token", "locale", "session", "shop", "timestamp"]
    assert shopify.Session.calculate_hmac(query) == query["hmac"]
