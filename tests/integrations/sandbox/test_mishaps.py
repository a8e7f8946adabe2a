"""What can go wrong at any of the town's vendors, tried on one of the smallest counters."""

from collections.abc import Iterator

import pytest
import requests
from flask import Blueprint, jsonify, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from waitress.channel import ClientDisconnected

from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.post_office import Letter
from integrations.sandbox.town import Town
from integrations.sandbox.turnstile import Turnstile
from tests.integrations.sandbox.counters import app, letter_box, served, town


def counter(place: Town) -> Blueprint:
    """A counter that counts, and tells everybody."""
    shop = Blueprint("shop", __name__)
    Mishaps(place, vendor="shop", prefix="/florist/").watch(shop)

    @shop.post("/florist/<int:number>/more")
    def more(number: int) -> ResponseReturnValue:
        said = request.get_json()
        with place.books.turn() as turn:
            turn.append("more", {"said": said, "number": number})
            letter = Letter(sender="shop", subject="more", path="/hook", headers={}, body="{}", pauses=())
            place.post.send(turn, letter)
        return jsonify(id="12", order={"id": "A7", "order_id": "13"}, rows=[{"id": 1}])

    @shop.get("/town/shop/seen")
    def seen() -> ResponseReturnValue:
        with place.books.turn() as turn:
            return jsonify(turn.all("more"))

    return shop


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def visitor(place: Town) -> FlaskClient:
    made, turnstile = app(counter(place)), Turnstile()
    made.before_request(turnstile.count)
    made.register_blueprint(turnstile.blueprint())
    return made.test_client()


@pytest.fixture
def address(place: Town) -> Iterator[str]:
    with served(app(counter(place))) as url:
        yield url


def let_next(visitor: FlaskClient, kind: str, **more: object) -> None:
    assert visitor.post("/town/shop/faults", json={"next": [{"kind": kind, **more}]}).status_code == 200


def seen(visitor: FlaskClient) -> int:
    return len(visitor.get("/town/shop/seen").get_json())


@pytest.mark.parametrize(("kind", "waits"), [("429", "2"), ("429_bare", None)])
def test_given_too_many_calls_when_asked_then_turned_away_with_a_pause_or_without(
    visitor: FlaskClient, kind: str, waits: str | None
) -> None:
    let_next(visitor, kind)

    answer = visitor.post("/florist/1/more", json={})

    assert (answer.status_code, answer.headers.get("Retry-After"), seen(visitor)) == (429, waits, 0)


def test_given_too_many_calls_with_a_date_when_asked_then_the_pause_is_a_date(visitor: FlaskClient) -> None:
    let_next(visitor, "429_date")

    assert visitor.post("/florist/1/more", json={}).headers["Retry-After"].endswith("GMT")


def test_given_a_forbidding_page_when_asked_then_nothing_was_done(visitor: FlaskClient) -> None:
    let_next(visitor, "html_403")

    answer = visitor.post("/florist/1/more", json={})

    assert (answer.status_code, answer.mimetype, seen(visitor)) == (403, "text/html", 0)


def test_given_an_odd_body_when_answered_then_ids_are_numbers_and_names_are_there_that_nobody_knows(
    visitor: FlaskClient,
) -> None:
    let_next(visitor, "odd_body")

    said = visitor.post("/florist/1/more", json={}).get_json()

    assert (said["id"], said["order"]["id"], said["order"]["order_id"]) == (12, "A7", 13)
    assert all("x_experiment" in each for each in (said, said["order"], said["rows"][0]))


def test_given_a_late_commit_when_looked_at_then_it_is_there_once_its_seconds_are_over(
    visitor: FlaskClient, place: Town
) -> None:
    let_next(visitor, "late_commit", seconds=31)

    with pytest.raises(ClientDisconnected):
        visitor.post("/florist/1/more", json={"words": "Łukasz"})
    before = seen(visitor)
    place.clock.advance(31)
    after = visitor.get("/town/shop/seen").get_json()

    assert before == 0
    assert [(each["said"], each["number"]) for each in after] == [({"words": "Łukasz"}, 1)]
    assert seen(visitor) == 1


def test_given_a_late_commit_when_carried_out_then_it_was_one_call_and_no_other_mishap_strikes_it(
    visitor: FlaskClient, place: Town
) -> None:
    let_next(visitor, "late_commit", seconds=1)
    with pytest.raises(ClientDisconnected):
        visitor.post("/florist/1/more", json={})
    visitor.post("/town/shop/faults", json={"rate": 1.0, "kinds": ["500_before"]})

    place.clock.advance(1)

    assert seen(visitor) == 1
    assert visitor.get("/town/writes").get_json()["florist"] == 1


def test_given_a_late_commit_when_called_then_the_line_breaks(address: str) -> None:
    fault = {"next": [{"kind": "late_commit", "seconds": 31}]}
    requests.post(f"{address}/town/shop/faults", json=fault, timeout=30).raise_for_status()

    with pytest.raises(requests.ConnectionError):
        requests.post(f"{address}/florist/1/more", json={}, timeout=30)


def test_given_a_hook_first_when_answered_then_the_letter_was_there_before_the_answer() -> None:
    with letter_box() as box:
        place = town(target=box.url)
        place.post.start(1)
        visitor = app(counter(place)).test_client()
        let_next(visitor, "hook_first")

        visitor.post("/florist/1/more", json={})

        assert [path for path, _, _ in box.letters] == ["/hook"]
        place.post.close()
