"""Who sent a webhook, whether truly, and what it means."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from integrations.shopify import webhooks

SECRET = "hush-test-secret-0123456789abcdef"
BODY = '{"id":1001,"note":"café"}'.encode()
SIGNATURE = "jvf0ZQi05c55vWnZz+LFKkdahYQxmKl61T/il2YmJbs="  # computed apart from this code


def sign(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def order(**changes: object) -> bytes:
    """Return an order's webhook with what we look at; change only what the test is about."""
    return json.dumps({"id": 5001, "updated_at": "2026-11-21T10:00:00-05:00", "customer": None} | changes).encode()


def test_given_the_published_vector_when_checked_then_it_is_signed() -> None:
    assert webhooks.signed(BODY, SIGNATURE, [SECRET])


def test_given_two_secrets_when_signed_with_the_older_then_it_is_signed() -> None:
    assert webhooks.signed(BODY, sign(BODY, "older"), ["newer", "older"])


def test_given_a_revoked_secret_when_checked_then_it_is_not_signed() -> None:
    assert not webhooks.signed(BODY, sign(BODY, "revoked"), ["newer", "older"])


def test_given_a_header_when_it_is_compared_then_how_long_that_takes_tells_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    whole = hmac.compare_digest

    def compare_digest(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return whole(one, other)

    monkeypatch.setattr(webhooks.hmac, "compare_digest", compare_digest)

    assert not webhooks.signed(BODY, sign(BODY, "another"), [SECRET])
    assert [(len(one), len(other)) for one, other in compared] == [(32, 32)]


@pytest.mark.parametrize("secrets", [[], [""], ["", "  "]])
def test_given_no_secret_or_a_blank_one_when_signed_with_it_then_it_is_not_signed(secrets: list[str]) -> None:
    assert not webhooks.signed(BODY, sign(BODY, secrets[0] if secrets else ""), secrets)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param(SIGNATURE[:-4], id="too short"),
        pytest.param(SIGNATURE + "AAAA", id="too long"),
        pytest.param(hashlib.sha256(BODY).hexdigest(), id="hex"),
        pytest.param(SIGNATURE.replace("+", "-").replace("/", "_"), id="URL-safe base64"),
        pytest.param("jvf0ZQi05c55vWnZz+LFKkdahYQxmKl61T/il2YmJbé=", id="not ASCII"),
        pytest.param(f"{SIGNATURE},{SIGNATURE}", id="two headers"),
        pytest.param(SIGNATURE + "\n", id="newline"),
        pytest.param(" " + SIGNATURE, id="space"),
        pytest.param(SIGNATURE.rstrip("="), id="no padding"),
        pytest.param("jvf0ZQi05c55vWnZz+LFKkdahYQxmKl61T/il2YmJbt=", id="stray bits in the padding"),
        pytest.param(sign(BODY, "another secret"), id="another secret"),
    ],
)
def test_given_a_header_that_is_not_the_signature_when_checked_then_it_is_not_signed(header: str | None) -> None:
    assert not webhooks.signed(BODY, header, [SECRET])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY + b" ", id="one byte more"),
        pytest.param(json.dumps(json.loads(BODY)).encode(), id="written anew"),
        pytest.param(b"\xef\xbb\xbf" + BODY, id="byte order mark"),
        pytest.param('{"id":1001,"note":"café"}'.encode("latin-1"), id="another charset"),
    ],
)
def test_given_a_changed_body_when_checked_then_it_is_not_signed(body: bytes) -> None:
    assert not webhooks.signed(body, SIGNATURE, [SECRET])


@pytest.mark.parametrize("prefix", ["X-Shopify-", "x-shopify-", "Shopify-", "shopify-"])
def test_given_either_family_of_headers_when_read_then_all_is_found(prefix: str) -> None:
    headers = {
        f"{prefix}Topic": "orders/paid",
        f"{prefix}Shop-Domain": "a-shop.myshopify.com",
        f"{prefix}Hmac-Sha256": SIGNATURE,
        f"{prefix}Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    }
    assert webhooks.topic(headers) == "orders/paid"
    assert webhooks.shop_domain(headers) == "a-shop.myshopify.com"
    assert webhooks.signature(headers) == SIGNATURE
    assert webhooks.delivery_key(headers, b"") == "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "evil",
        "shop.example",
        "a-shop.myshopify.com.evil.example",
        "a-shop.evil.example",
        "a-shop.myshopify.com/../x",
        "a-shop.myshopify.com#@evil",
        "user@a-shop.myshopify.com",
        "a-shop.myshopify.com:8080",
        "https://a-shop.myshopify.com",
        "-shop.myshopify.com",
        "a_shop.myshopify.com",
        "a.shop.myshopify.com",
        "а-shop.myshopify.com",  # a Cyrillic а
        "a" * 5_000 + ".myshopify.com",
    ],
)
def test_given_a_domain_that_is_no_shops_when_read_then_there_is_no_shop(domain: str) -> None:
    assert webhooks.shop_domain({"X-Shopify-Shop-Domain": domain}) is None


def test_given_no_delivery_id_when_two_topics_have_one_body_then_they_are_two_deliveries() -> None:
    paid, updated = ({"X-Shopify-Topic": topic} for topic in ("orders/paid", "orders/updated"))
    assert webhooks.delivery_key(paid, BODY) == webhooks.delivery_key(paid, BODY)
    assert webhooks.delivery_key(paid, BODY) != webhooks.delivery_key(updated, BODY)


@pytest.mark.parametrize("odd", ["x" * 5_000, "'; drop table", "a b", "", "ключ-доставки"])
def test_given_an_odd_delivery_id_when_read_then_a_digest_stands_in(odd: str) -> None:
    headers = {"X-Shopify-Topic": "orders/paid", "X-Shopify-Webhook-Id": odd}
    assert webhooks.delivery_key(headers, BODY) == webhooks.delivery_key({"X-Shopify-Topic": "orders/paid"}, BODY)


def test_given_one_event_when_told_again_in_the_same_words_then_its_key_is_the_same_and_in_others_it_is_not() -> None:
    headers = {"X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5"}
    assert webhooks.event_key(headers, BODY) == webhooks.event_key(headers, BODY)
    assert webhooks.event_key(headers, BODY) != webhooks.event_key(headers, BODY + b" ")
    assert webhooks.event_key({}, BODY) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-21T15:00:00.123456789Z", datetime(2026, 11, 21, 15, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-21T10:00:00-05:00", datetime(2026, 11, 21, 15, tzinfo=UTC)),
        ("2026-11-21T15:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-10:00", None),
        ("soon", None),
        ("\ud800", None),
        ("", None),
    ],
)
def test_given_a_time_of_origin_when_read_then_it_is_cut_to_microseconds_and_garbage_is_none(
    written: str, read: datetime | None
) -> None:
    assert webhooks.triggered_at({"X-Shopify-Triggered-At": written}) == read
