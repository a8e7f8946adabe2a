"""Every answer of the token endpoint, and what it means for the shop's access."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
import responses

from app.domain.errors import Closed, Unavailable
from integrations import registry
from integrations.shopify.tokens import AccessLost, NotVouchedFor, TokenEndpoint, fingerprint

URL = "https://a-shop.myshopify.com/admin/oauth/access_token"
GIVEN = {
    "access_token": "shpat_canary",
    "scope": "write_orders,read_products",
    "expires_in": 3600,
    "refresh_token": "shprt_canary",
    "refresh_token_expires_in": 7776000,
}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(registry=responses.registries.OrderedRegistry) as mock:
        yield mock


def endpoint(*secrets: str) -> TokenEndpoint:
    return registry.shopify_tokens("https://{shop}", "a-shop.myshopify.com", "client-1", secrets or ("current",))


def says(wire: responses.RequestsMock, body: Any, status: int = 200) -> None:
    wire.add(responses.POST, URL, json=body, status=status)


def sent(wire: responses.RequestsMock) -> list[dict[str, str]]:
    return [dict(parse_qsl(str(call.request.body))) for call in wire.calls]


def test_given_an_id_token_when_exchanged_then_an_expiring_offline_pair_is_asked_for(
    wire: responses.RequestsMock,
) -> None:
    says(wire, GIVEN)
    pair = endpoint().exchange("id-token")
    assert sent(wire) == [
        {
            "client_id": "client-1",
            "client_secret": "current",
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": "id-token",
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
            "expiring": "1",
        }
    ]
    assert (pair.token, pair.refresh_token) == ("shpat_canary", "shprt_canary")
    assert (pair.lives, pair.refresh_lives) == (timedelta(hours=1), timedelta(days=90))
    assert pair.scopes == {"write_orders", "read_products"}
    assert pair.secret == fingerprint("current")


def test_given_an_answer_without_lifetimes_when_read_then_the_token_lives_an_hour(wire: responses.RequestsMock) -> None:
    says(wire, {"access_token": "t", "scope": "", "refresh_token": "r"})
    pair = endpoint().refresh("old")
    assert (pair.lives, pair.refresh_lives) == (timedelta(hours=1), timedelta(days=90))
    assert pair.scopes == frozenset()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {}),
        (401, {"error": "invalid_client"}),
        (400, {"error": "invalid_grant"}),
        (400, {"error": "invalid_request"}),
    ],
)
def test_given_a_refusal_for_good_when_refreshing_then_the_access_is_lost(
    wire: responses.RequestsMock, status: int, body: dict[str, str]
) -> None:
    says(wire, body, status)
    with pytest.raises(AccessLost):
        endpoint().refresh("old")


def test_given_an_id_token_that_is_not_believed_when_exchanged_then_a_fresh_one_is_wanted(
    wire: responses.RequestsMock,
) -> None:
    says(wire, {"error": "invalid_subject_token"}, 400)
    with pytest.raises(NotVouchedFor):
        endpoint().exchange("stale")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {}),
        (200, {"access_token": ""}),
        (200, {"access_token": "t", "expires_in": -1}),
        (200, {"access_token": "t", "expires_in": "3600"}),
        (200, []),
        (400, {"error": "never_heard_of"}),
        (400, []),
        (429, {}),
        (500, {}),
        (503, {"error": "invalid_grant"}),
        (302, {}),
    ],
)
def test_given_an_answer_that_settles_nothing_when_refreshing_then_it_is_tried_later(
    wire: responses.RequestsMock, status: int, body: Any
) -> None:
    says(wire, body, status)
    with pytest.raises(Unavailable):
        endpoint("current", "older").refresh("old")
    assert len(wire.calls) == 1


@pytest.mark.parametrize("status", [402, 403, 404, 423])
def test_given_a_shut_door_when_refreshing_then_the_whole_shop_is_to_be_left_alone(
    wire: responses.RequestsMock, status: int
) -> None:
    says(wire, {}, status)
    with pytest.raises(Closed):
        endpoint("current", "older").refresh("old")


@pytest.mark.parametrize("fault", [requests.ConnectionError("canary"), requests.ReadTimeout("canary")])
def test_given_silence_when_refreshing_then_it_is_tried_later(wire: responses.RequestsMock, fault: Exception) -> None:
    wire.add(responses.POST, URL, body=fault)
    with pytest.raises(Unavailable):
        endpoint().refresh("old")


def test_given_a_pause_asked_for_when_refreshing_then_it_is_kept(wire: responses.RequestsMock) -> None:
    wire.add(responses.POST, URL, status=429, headers={"Retry-After": "2.0"})
    with pytest.raises(Unavailable) as caught:
        endpoint().refresh("old")
    assert caught.value.retry_after == 2.0


def test_given_two_secrets_when_the_current_one_is_refused_then_the_older_one_is_shown(
    wire: responses.RequestsMock,
) -> None:
    says(wire, {"error": "invalid_client"}, 401)
    says(wire, GIVEN)
    pair = endpoint("current", "older").refresh("old")
    assert [each["client_secret"] for each in sent(wire)] == ["current", "older"]
    assert pair.secret == fingerprint("older")


def test_given_two_secrets_when_both_are_refused_then_the_access_is_lost(wire: responses.RequestsMock) -> None:
    says(wire, {"error": "invalid_client"}, 401)
    says(wire, {"error": "invalid_grant"}, 400)
    with pytest.raises(AccessLost):
        endpoint("current", "older").refresh("old")


def test_given_tokens_when_shown_or_failed_then_they_are_not_in_it(wire: responses.RequestsMock) -> None:
    says(wire, GIVEN)
    assert "canary" not in repr(endpoint().refresh("canary"))
    says(wire, {"access_token": ["canary"]})
    with pytest.raises(Unavailable) as caught:
        endpoint("canary").refresh("canary")
    assert "canary" not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.parametrize("domain", ["", "evil.com", "a-shop.myshopify.com.evil.com", "A.myshopify.com"])
def test_given_what_is_no_shop_when_asked_for_tokens_then_our_secret_goes_nowhere(domain: str) -> None:
    with pytest.raises(ValueError, match="not a shop's domain"):
        registry.shopify_tokens("https://{shop}", domain, "client-1", ("canary",))
