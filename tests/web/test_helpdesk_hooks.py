"""The helpdesk's door: the token says whose, the secret says truly, and nobody learns which of them was wrong."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.store import shops
from app.store.base import unit_of_work
from app.store.connection_tables import Connection
from app.store.shops import Merchant
from app.store.tables import Delivery
from app.web import create_app
from integrations import standard_webhooks as signature
from jobs.drain import drain
from jobs.runtime import World
from tests.builders import NOON, SettableClock, auto_policy, profile
from tests.connected import connect

TOKEN, SECRET, OLDER = "url-token-of-forty-odd-random-characters", "current-secret", "older-secret"
PRESS = {
    "v": "1",
    "event": "action",
    "action": "flowers",
    "ticket_id": "42",
    "customer_email": "ada@customer.example",
    "agent_email": "lea@shop.example",
    "agent_name": "Léa Martin",
}


@pytest.fixture
def client(world: World, shop: Merchant) -> FlaskClient:
    with unit_of_work(world.sessions) as session:
        connect(session, world, shop.id, account="practice", url_token=TOKEN, secrets=(SECRET, OLDER))
    return create_app(world).test_client()


def kept(world: World) -> list[Delivery]:
    with unit_of_work(world.sessions) as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def press(client: FlaskClient, *, token: str = TOKEN, secret: str | None = SECRET, body: object = PRESS) -> int:
    headers = {"Content-Type": "application/json"} | ({"X-Lagniappe-Secret": secret} if secret is not None else {})
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/hooks/gorgias/{token}", data=data, headers=headers).status_code


@pytest.mark.parametrize("secret", [SECRET, OLDER])
def test_given_token_and_secret_when_an_agent_presses_then_the_call_is_kept_for_that_shop(
    client: FlaskClient, world: World, shop: Merchant, secret: str
) -> None:
    assert press(client, secret=secret) == 200
    assert [delivery.shop_id for delivery in kept(world)] == [shop.id]


@pytest.mark.parametrize(
    ("token", "secret"),
    [("another-token", SECRET), (TOKEN, None), (TOKEN, ""), (TOKEN, "wrong"), (TOKEN, f"{SECRET} "), (TOKEN, "é")],
)
def test_given_a_wrong_token_or_secret_when_called_then_it_is_401_and_nothing_is_kept(
    client: FlaskClient, world: World, token: str, secret: str | None
) -> None:
    assert press(client, token=token, secret=secret) == 401
    assert kept(world) == []


def test_given_keys_that_cannot_be_opened_when_called_then_the_helpdesk_is_asked_to_call_again(
    client: FlaskClient, world: World
) -> None:
    with unit_of_work(world.sessions) as session:
        session.scalars(select(Connection)).one().sealed_secrets = world.seal.close("x", place="another shop's")

    answer = client.post(f"/hooks/gorgias/{TOKEN}", json=PRESS)

    assert (answer.status_code, "another shop" in answer.text) == (503, False)


def test_given_a_double_click_when_both_calls_come_then_one_is_kept(client: FlaskClient, world: World) -> None:
    assert [press(client), press(client)] == [200, 200]
    assert len(kept(world)) == 1


@pytest.mark.parametrize("second", [0, 14, 15, 29])
def test_given_any_second_when_the_same_comes_again_then_it_is_one_at_once_and_two_half_a_minute_later(
    client: FlaskClient, world: World, clock: SettableClock, second: int
) -> None:
    clock.forward(timedelta(seconds=second + 0.9))
    press(client)
    for pause, count in ((14, 1), (16, 2)):
        clock.forward(timedelta(seconds=pause))
        press(client)
        assert len(kept(world)) == count


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        PRESS | {"action": "send_money"},
        PRESS | {"ticket_id": "42; DROP TABLE effects"},
        PRESS | {"ticket_id": 42},
        PRESS | {"when_days": "soon"},
        PRESS | {"confirm": "x" * 33},
        {"v": "2", "event": "action"},
    ],
)
def test_given_a_true_call_that_makes_no_sense_when_handled_then_it_is_set_aside(
    client: FlaskClient, world: World, shop: Merchant, body: object
) -> None:
    assert press(client, body=body) == 200

    drain(world, shop.id)

    (delivery,) = kept(world)
    assert (delivery.handled_at, delivery.next_try_at) == (None, None)
    assert (delivery.problem or "").startswith("not understood")


@pytest.mark.parametrize(
    ("repeat", "answers", "count"),
    [({}, [200, 200], 1), ({"name": "msg_2"}, [200, 200], 2), ({"late": 301}, [200, 401], 1)],
)
def test_given_a_call_that_is_signed_and_named_when_it_comes_again_then_its_name_says_whether_it_is_the_same(
    client: FlaskClient, world: World, shop: Merchant, repeat: dict[str, Any], answers: list[int], count: int
) -> None:
    key = bytes(range(24))
    with unit_of_work(world.sessions) as session:
        secret = f"whsec_{base64.b64encode(key).decode()}"
        connect(session, world, shop.id, "signed_hook", url_token=TOKEN, secrets=(secret,))

    def call(name: str = "msg_1", late: int = 0) -> int:
        moment, body = str(int(world.clock.now().timestamp()) - late), json.dumps(PRESS).encode()
        headers = {
            signature.ID: name,
            signature.MOMENT: moment,
            signature.SIGNATURE: signature.sign(key, name, moment, body),
        }
        return client.post(f"/hooks/signed_hook/{TOKEN}", data=body, headers=headers).status_code

    assert [call(), call(**repeat)] == answers
    assert [delivery.source for delivery in kept(world)] == ["signed_hook"] * count


def test_given_a_call_that_nobody_signs_when_it_comes_again_then_one_is_kept_and_nobodys_words_but_the_command(
    client: FlaskClient, world: World, shop: Merchant
) -> None:
    with unit_of_work(world.sessions) as session:
        connect(session, world, shop.id, "django_helpdesk", url_token=TOKEN)
    said = [{"id": 1, "user": None, "comment": "My dog died."}, {"id": 2, "user": 7, "comment": "/lagniappe help"}]
    ring = {"ticket": {"id": 42, "followup_set": said}, "queue_slug": "support", "followup_id": 2}

    codes = [client.post(f"/hooks/django_helpdesk/{token}", json=ring).status_code for token in (TOKEN, TOKEN, "odd")]

    assert codes == [200, 200, 401]
    (only,) = kept(world)
    assert b"/lagniappe help" in only.body
    assert b"dog" not in only.body


@pytest.mark.parametrize("kind", ["gorgias", "django_helpdesk"])
def test_given_two_shops_that_share_a_helpdesk_when_it_calls_both_then_each_hears_of_it_once(
    client: FlaskClient, world: World, shop: Merchant, kind: str
) -> None:
    ring = PRESS | {"ticket": {"id": 42, "submitter_email": "ada@customer.example"}}
    with unit_of_work(world.sessions) as session:
        other = shops.install(session, profile=profile(domain="other.myshopify.com"), policy=auto_policy(), now=NOON)
        for shop_id in (shop.id, other):
            connect(session, world, shop_id, kind, url_token=f"{TOKEN}-{shop_id}", secrets=(SECRET,))

    for shop_id in (shop.id, other, other, shop.id):
        client.post(f"/hooks/{kind}/{TOKEN}-{shop_id}", json=ring, headers={"X-Lagniappe-Secret": SECRET})

    assert sorted(delivery.shop_id or 0 for delivery in kept(world)) == sorted([shop.id, other])


def test_given_a_kind_that_nobody_wrote_when_called_then_it_is_401(client: FlaskClient) -> None:
    assert client.post(f"/hooks/pigeon_post/{TOKEN}", json=PRESS).status_code == 401
