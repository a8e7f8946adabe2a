"""A vendor's bell: the token says whose, the proof says truly, and nothing it says is believed but which gift."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from app.domain.errors import Malformed
from app.domain.gifts import Placed
from app.store import sendings
from app.store.base import reading, unit_of_work
from app.store.sending_tables import Sending
from app.store.shops import Merchant
from app.web import create_app
from integrations import registry
from integrations.companies import Call
from integrations.vendors import Told
from jobs.runtime import World
from tests.builders import DAY, NOON, paid, present
from tests.connected import connect
from tests.jobs import shelf
from tests.jobs.shelf import Shelf
from tests.store.ledger_steps import Steps, into

TOKEN, SECRET, OLDER = "a-token-of-forty-odd-random-characters-or-so", "current-secret", "older-secret"


def authentic(call: Call, secrets: tuple[str, ...], _now: datetime) -> bool:
    return call.headers.get("x-proof") in [secret for secret in secrets if secret]


def references(body: bytes) -> tuple[str, ...]:
    try:
        return tuple(json.loads(body)["gifts"])
    except (ValueError, KeyError, TypeError):
        raise Malformed("no gifts") from None


TOLD = Told(authentic=authentic, references=references)


@pytest.fixture
def client(world: World, shop: Merchant, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    shelves = {
        "shelf": replace(shelf.row(Shelf(world.clock)), told=TOLD),
        "silent": shelf.row(Shelf(world.clock)),
    }
    monkeypatch.setattr(registry, "VENDORS", dict(registry.VENDORS) | shelves)
    with unit_of_work(world.sessions) as session:
        for kind in shelves:
            connect(session, world, shop.id, kind=kind, url_token=TOKEN, secrets=(SECRET, OLDER))
    deed = into(Steps(world.sessions, shop.id), "done", paid(present()))
    with unit_of_work(world.sessions) as session:
        sendings.begin(session, deed, Placed(reference="S-1", other="R-1"), vendor="shelf", now=NOON - DAY)
    return create_app(world).test_client()


def rung(
    client: FlaskClient, *gifts: str, kind: str = "shelf", token: str = TOKEN, proof: str | None = SECRET
) -> tuple[int, bytes]:
    headers = {} if proof is None else {"X-Proof": proof}
    answer = client.post(f"/vendors/{kind}/{token}", data=json.dumps({"gifts": gifts}), headers=headers)
    return answer.status_code, answer.data


def looks(world: World) -> int:
    """Return how often somebody rang for the one gift."""
    with reading(world.sessions) as session:
        return session.query(Sending).one().looks


@pytest.mark.parametrize("reference", ["S-1", "R-1"])
@pytest.mark.parametrize("proof", [SECRET, OLDER])
def test_given_a_gift_of_ours_when_its_vendor_rings_then_it_is_looked_at_now(
    client: FlaskClient, world: World, shop: Merchant, reference: str, proof: str
) -> None:
    assert rung(client, reference, "another shop's", proof=proof) == (200, b"")
    with reading(world.sessions) as session:
        (sent,) = sendings.due(session, shop_id=shop.id, now=NOON, limit=9)
    assert (sent.next_look_at, sent.looks) == (NOON, 1)


def test_given_any_wrong_caller_when_it_rings_then_nobody_learns_what_was_wrong(
    client: FlaskClient, world: World
) -> None:
    wrong = [
        {"proof": None},
        {"proof": ""},
        {"proof": "guessed"},
        {"token": "another-token"},
        {"kind": "pigeon_post"},
        {"kind": "silent"},
        {"kind": "gorgias"},
    ]

    answers = {rung(client, "S-1", **each) for each in wrong}  # type: ignore[arg-type]

    assert answers == {(401, b"not from your vendor")}
    assert looks(world) == 0


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b'{"gifts": null}', b"\x00\xff"])
def test_given_a_true_call_that_makes_no_sense_when_it_comes_then_it_is_taken_and_nothing_is_looked_at(
    client: FlaskClient, world: World, said: bytes
) -> None:
    answer = client.post(f"/vendors/shelf/{TOKEN}", data=said, headers={"X-Proof": SECRET})

    assert (answer.status_code, looks(world)) == (200, 0)


def test_given_no_gift_of_ours_when_a_vendor_rings_then_nobody_is_woken(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[object] = []
    monkeypatch.setattr(type(world.bell), "ring", lambda *words: woken.append(words[1:]))

    assert rung(client)[0] == rung(client, "S-9")[0] == 200
    assert woken == []
    rung(client, "S-1")
    assert len(woken) == 1


def test_given_a_call_that_is_far_too_long_when_it_comes_then_it_is_turned_away(
    client: FlaskClient, world: World
) -> None:
    assert rung(client, "S-1", "x" * 70_000)[0] == 401
    assert looks(world) == 0


def test_given_another_shops_gift_of_the_same_number_when_its_vendor_rings_then_this_one_is_left_alone(
    client: FlaskClient, world: World, shop: Merchant
) -> None:
    with unit_of_work(world.sessions) as session:
        assert sendings.news(session, shop_id=shop.id + 1, vendor="shelf", references=["S-1"], now=NOON) == 0
    assert looks(world) == 0
