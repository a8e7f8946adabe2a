"""Shopify's door: who cannot sign is turned away unread; what is signed is kept, once, whatever it says."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app.store import arrivals
from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.store.tables import Delivery, PrivacyRequest
from integrations.shopify import topics
from jobs.drain import drain
from jobs.runtime import World
from tests.web.caller import Answer, Caller

SECRET = "practice-secret"
BODY = b'{"id":4300000001,"updated_at":"2026-11-21T10:00:00-05:00"}'


@pytest.fixture
def client(world: World, shop: Merchant) -> Caller:
    return Caller(world)


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def post(
    client: Caller, shop: Merchant, body: bytes = BODY, path: str = "/webhooks/shopify", **changes: str | None
) -> Answer:
    """Send a signed orders/paid; `changes` replace or, as None, leave out headers."""
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/paid",
        "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Hmac-Sha256": signature(body),
    } | {f"X-Shopify-{name.replace('_', '-')}": value for name, value in changes.items()}
    return client.post(path, data=body, headers={n: v for n, v in headers.items() if v is not None})


def kept(world: World) -> list[Delivery]:
    with unit_of_work(world.sessions) as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def test_given_a_signed_call_when_received_then_its_bytes_are_kept_as_they_came(
    client: Caller, world: World, shop: Merchant
) -> None:
    assert post(client, shop).status_code == 200

    (delivery,) = kept(world)
    assert (delivery.shop_id, delivery.topic, delivery.body) == (shop.id, "orders/paid", BODY)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "AAAA",
        signature(BODY)[:-1],
        signature(BODY) + "=",
        signature(BODY) + " ",
        base64.urlsafe_b64encode(b"\xff" * 32).decode(),
        hmac.digest(SECRET.encode(), BODY, hashlib.sha256).hex(),
        signature(BODY, "another-secret"),
        signature(BODY + b" "),
        signature(b"\xef\xbb\xbf" + BODY),
        signature(json.dumps(json.loads(BODY)).encode()),
        "é" * 44,
    ],
)
def test_given_a_call_that_is_not_signed_so_when_received_then_it_is_401_and_the_database_is_not_asked(
    client: Caller, world: World, shop: Merchant, header: str | None
) -> None:
    with statements(world) as seen:
        answer = post(client, shop, Hmac_Sha256=header)

    assert (answer.status_code, seen) == (401, [])


def test_given_a_secret_being_rotated_when_the_older_one_signs_then_the_call_is_kept(
    world: World, shop: Merchant
) -> None:
    rotating = world.settings.model_copy(update={"shopify_client_secrets": SecretStr(f"brand-new,{SECRET}")})
    client = Caller(with_settings(world, rotating))

    assert post(client, shop).status_code == 200
    assert len(kept(world)) == 1


@pytest.mark.parametrize("blank", ["", " ", ","])
def test_given_no_secret_when_somebody_signs_with_nothing_then_the_door_is_shut(
    world: World, shop: Merchant, blank: str
) -> None:
    bare = world.settings.model_copy(update={"shopify_client_secrets": SecretStr(blank)})
    client = Caller(with_settings(world, bare))

    assert post(client, shop, Hmac_Sha256=signature(BODY, "")).status_code == 401
    assert post(client, shop, Hmac_Sha256=signature(BODY, " ")).status_code == 401


def test_given_one_delivery_when_it_comes_five_times_then_it_is_kept_once_and_answered_200_each_time(
    client: Caller, world: World, shop: Merchant
) -> None:
    assert [post(client, shop).status_code for _ in range(5)] == [200] * 5
    assert len(kept(world)) == 1


def test_given_one_event_in_two_deliveries_when_both_say_the_same_then_it_is_kept_once(
    client: Caller, world: World, shop: Merchant
) -> None:
    event = "98880550-7158-44d4-b7cd-2c97c8a091b5"
    for number in range(2):
        assert post(client, shop, Webhook_Id=f"delivery-{number}", Event_Id=event).status_code == 200
    assert post(client, shop, Webhook_Id="delivery-2", Event_Id=event, Topic="orders/updated").status_code == 200

    assert [row.topic for row in kept(world)] == ["orders/paid", "orders/updated"]


@pytest.mark.parametrize("written", ["2026-11-21T15:00:00.123456789Z", "last week", None])
def test_given_a_time_of_origin_or_garbage_when_received_then_the_call_is_kept_with_what_can_be_read(
    client: Caller, world: World, shop: Merchant, written: str | None
) -> None:
    assert post(client, shop, Triggered_At=written).status_code == 200

    expected = datetime(2026, 11, 21, 15, 0, 0, 123456, tzinfo=UTC) if written and written[0] == "2" else None
    assert kept(world)[0].triggered_at == expected


def test_given_header_names_of_the_newer_kind_when_received_then_they_are_understood(
    client: Caller, world: World, shop: Merchant
) -> None:
    headers = {
        "Shopify-Topic": "orders/paid",
        "Shopify-Shop-Domain": shop.domain,
        "Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "Shopify-Hmac-Sha256": signature(BODY),
    }

    assert client.post("/webhooks/shopify", data=BODY, headers=headers).status_code == 200
    assert kept(world)[0].topic == "orders/paid"


@pytest.mark.parametrize("database", ["sqlite"])  # the hostile corpus posts such letters on both
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id":1,"id":2}', b"\xff"])
@pytest.mark.parametrize("topic", topics.READERS)
def test_given_any_topic_of_ours_when_its_body_makes_no_sense_then_it_is_kept_and_set_aside(
    client: Caller, world: World, shop: Merchant, topic: str, body: bytes
) -> None:
    assert post(client, shop, body, Topic=topic).status_code == 200

    drain(world, shop.id)

    (delivery,) = kept(world)
    assert (delivery.handled_at, delivery.next_try_at) == (None, None)
    assert (delivery.problem or "").startswith("not understood")


@pytest.mark.parametrize("domain", ["stranger.myshopify.com", "evil.com", "x.myshopify.com.evil.com", "x" * 5000, ""])
def test_given_a_signed_call_for_a_shop_we_do_not_know_when_received_then_it_is_kept_for_a_person_and_never_acted_on(
    client: Caller, world: World, shop: Merchant, domain: str
) -> None:
    assert post(client, shop, Shop_Domain=domain).status_code == 200

    (delivery,) = kept(world)
    assert (delivery.shop_id, delivery.next_try_at, delivery.problem) == (None, None, "unknown shop")


def test_given_a_topic_of_any_length_when_received_then_it_is_kept(
    client: Caller, world: World, shop: Merchant
) -> None:
    assert post(client, shop, Topic="x" * 5_000).status_code == 200
    assert len(kept(world)[0].topic) == 64


def test_given_a_body_over_the_limit_when_received_then_it_is_413(client: Caller, shop: Merchant) -> None:
    assert post(client, shop, b"x" * (2 * 1024 * 1024 + 1)).status_code == 413


def test_given_a_database_that_is_away_when_received_then_it_is_503_so_that_it_comes_again(
    client: Caller, world: World, shop: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> set[int]:
        raise OperationalError("INSERT", {}, Exception("the disk is full"))

    monkeypatch.setattr(arrivals, "keep", away)

    answer = post(client, shop)

    assert (answer.status_code, b"disk" in answer.data) == (503, False)


def test_given_no_redis_when_received_then_it_is_kept_and_answered_all_the_same(
    client: Caller, world: World, shop: Merchant
) -> None:
    assert post(client, shop).status_code == 200  # the bell of this world reaches nobody
    assert world.bell.failures == 1


def test_given_a_delivery_when_received_then_one_transaction_keeps_it(
    client: Caller, world: World, shop: Merchant
) -> None:
    commits: list[object] = []
    note, engine = commits.append, world.sessions.kw["bind"]
    event.listen(engine, "commit", note)
    try:
        post(client, shop)
    finally:
        event.remove(engine, "commit", note)

    assert len(commits) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_given_another_method_when_called_then_it_is_405(client: Caller, method: str) -> None:
    assert client.call(method, "/webhooks/shopify").status_code == 405


COMPLIANCE = "/webhooks/shopify/compliance"
BODIES = {
    "customers/data_request": {"customer": {"id": 55, "email": "ada@example.com"}, "orders_requested": []},
    "customers/redact": {"customer": {"id": 55, "email": "ada@example.com"}, "orders_to_redact": []},
    "shop/redact": {},
}


def compliant(topic: str, shop: Merchant) -> bytes:
    return json.dumps({"shop_id": 1, "shop_domain": shop.domain} | BODIES[topic]).encode()


@pytest.mark.parametrize("path", [COMPLIANCE, "/webhooks/shopify"])
@pytest.mark.parametrize("topic", BODIES)
def test_given_a_request_about_data_when_received_at_either_address_then_it_is_kept_and_answered_at_once(
    client: Caller, world: World, shop: Merchant, topic: str, path: str
) -> None:
    assert post(client, shop, compliant(topic, shop), path, Topic=topic).status_code == 200

    assert [row.topic for row in kept(world)] == [topic]


@pytest.mark.parametrize("header", [None, "", "AAAA", "é" * 44, signature(BODY, "another-secret")])
@pytest.mark.parametrize("topic", BODIES)
def test_given_a_request_about_data_that_is_not_signed_when_received_then_it_is_401_and_the_database_is_not_asked(
    client: Caller, world: World, shop: Merchant, topic: str, header: str | None
) -> None:
    with statements(world) as seen:
        answer = post(client, shop, compliant(topic, shop), COMPLIANCE, Topic=topic, Hmac_Sha256=header)

    assert (answer.status_code, seen) == (401, [])


@pytest.mark.parametrize("domain", ["stranger.myshopify.com", "evil.com", "x" * 5000, ""])
@pytest.mark.parametrize("topic", BODIES)
def test_given_a_request_about_data_of_a_shop_we_do_not_know_when_received_then_it_is_done_and_nothing_is_kept_of_it(
    client: Caller, world: World, shop: Merchant, topic: str, domain: str
) -> None:
    for _ in range(2):
        answer = post(client, shop, compliant(topic, shop), COMPLIANCE, Topic=topic, Shop_Domain=domain)
        assert answer.status_code == 200

    with unit_of_work(world.sessions) as session:
        log = session.scalars(select(PrivacyRequest)).all()
    assert kept(world) == []
    assert [(row.shop_id, row.done_at is not None, row.sealed_person) for row in log] == [(None, True, None)] * 2


@pytest.mark.parametrize(
    ("sent_as", "said"), [("customers/redact", "customers/data_request"), ("shop/redact", "customers/redact")]
)
def test_given_one_request_under_anothers_topic_when_handled_then_it_is_set_aside(
    client: Caller, world: World, shop: Merchant, sent_as: str, said: str
) -> None:
    assert post(client, shop, compliant(said, shop), COMPLIANCE, Topic=sent_as).status_code == 200

    drain(world, shop.id)

    assert (kept(world)[0].problem or "").startswith("not understood")


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """Collect the SQL that is sent while the block runs."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = world.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def with_settings(world: World, settings: Any) -> World:
    return replace(world, settings=settings)
