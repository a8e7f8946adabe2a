import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations.sandbox.lob import hooks
from integrations.sandbox.lob.accounts import HOOK_SECRET, PRACTICE_KEY
from integrations.sandbox.lob.routes import blueprint
from integrations.sandbox.post_office import KIND as LETTERS
from integrations.sandbox.town import Town
from tests.integrations.sandbox.counters import app, town

API = "/lob/v1"
LOGIN = (PRACTICE_KEY, "")
LIVE = ("live_practice-lob", "")


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def vendor(place: Town) -> FlaskClient:
    return app(blueprint(place)).test_client()


def address(**changes: object) -> dict[str, Any]:
    home = {
        "name": "Ann Okafor",
        "address_line1": "12 Elm Street",
        "address_city": "Wilmington",
        "address_state": "DE",
        "address_zip": "19801",
        "address_country": "US",
    }
    return {name: value for name, value in (home | changes).items() if value is not None}


def letter(**changes: object) -> dict[str, Any]:
    body = {
        "to": address(),
        "from": address(name="Practice Goods"),
        "file": "<p>Thinking of you.</p>",
        "color": False,
        "use_type": "operational",
        "metadata": {"lagniappe": "ref-1"},
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def postcard(**changes: object) -> dict[str, Any]:
    return letter(file=None, color=None) | {"front": "tmpl_c4fe", "back": "<p>Thinking of you.</p>"} | changes


def post(
    vendor: FlaskClient, body: dict[str, Any], kind: str = "letters", *, key: str = "", **more: Any
) -> TestResponse:
    headers = {"Idempotency-Key": key} if key else {}
    return vendor.post(f"{API}/{kind}", **{"json": body, "auth": LOGIN, "headers": headers} | more)


def pieces(vendor: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = vendor.get("/town/lob/pieces").get_json()["pieces"]
    return found


@pytest.mark.parametrize("auth", [None, ("", ""), ("test_wrong", ""), (PRACTICE_KEY, "a password")])
def test_given_no_key_alone_when_asked_then_turned_away(vendor: FlaskClient, auth: tuple[str, str] | None) -> None:
    answer = vendor.get(f"{API}/letters", auth=auth)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "unauthorized")


def test_given_a_piece_in_the_world_of_tests_when_looked_for_in_the_other_then_it_is_not_there(
    vendor: FlaskClient,
) -> None:
    piece = post(vendor, letter()).get_json()["id"]

    assert vendor.get(f"{API}/letters/{piece}", auth=LOGIN).status_code == 200
    assert vendor.get(f"{API}/letters/{piece}", auth=LIVE).status_code == 404
    assert vendor.get(f"{API}/postcards/{piece}", auth=LOGIN).status_code == 404


def test_given_the_same_key_when_posted_again_within_a_day_then_it_is_the_first_piece_and_later_another(
    vendor: FlaskClient, place: Town
) -> None:
    first = post(vendor, letter(), key="ref-1").get_json()["id"]
    again = post(vendor, letter(file="<p>Other words.</p>"), key="ref-1").get_json()["id"]
    place.clock.advance(24 * 3600)
    later = post(vendor, letter(), key="ref-1").get_json()["id"]

    assert again == first != later
    assert len(pieces(vendor)) == 2


def test_given_one_key_for_a_letter_when_a_postcard_has_the_same_then_there_are_both(vendor: FlaskClient) -> None:
    post(vendor, letter(), key="ref-1")
    post(vendor, postcard(), "postcards", key="ref-1")

    assert [piece["kind"] for piece in pieces(vendor)] == ["letters", "postcards"]


def test_given_a_key_in_two_places_when_posted_then_refused(vendor: FlaskClient) -> None:
    answer = post(vendor, letter(), key="ref-1", query_string={"idempotency_key": "ref-1"})

    assert (answer.status_code, pieces(vendor)) == (422, [])


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("letters", letter(use_type=None)),
        ("letters", letter(use_type="love")),
        ("letters", letter(file="")),
        ("letters", letter(file="no page and no template")),
        ("letters", letter(file=f"<p>{'x' * 10_000}</p>")),
        ("letters", letter(color="no")),
        ("letters", {**letter(), "from": None}),
        ("letters", letter(to=address(address_zip=None))),
        ("letters", letter(to=address(address_zip="1980"))),
        ("letters", letter(to=address(address_state="Delaware"))),
        ("letters", letter(to=address(name=None))),
        ("letters", letter(to=address(name="W" * 41))),
        ("letters", letter(to=address(address_line1="W" * 65))),
        ("letters", letter(to=address(zip="19801"))),
        ("letters", letter(metadata={"m" * 40: "x"})),
        ("letters", letter(metadata={"lagniappe": 'a "quoted" one'})),
        ("letters", letter(front="tmpl_c4fe")),
        ("postcards", postcard(back="")),
        ("postcards", postcard(to=address(address_country="FR"), size="6x9")),
    ],
)
def test_given_a_faulty_piece_when_posted_then_refused_and_nothing_is_printed(
    vendor: FlaskClient, kind: str, body: dict[str, Any]
) -> None:
    answer = post(vendor, body, kind)

    assert (answer.status_code, pieces(vendor)) == (422, [])


def test_given_metadata_when_listed_then_the_newest_are_not_seen_yet_and_others_never(
    vendor: FlaskClient, place: Town
) -> None:
    post(vendor, letter())
    post(vendor, letter(metadata={"lagniappe": "ref-2"}))

    def found() -> list[str]:
        listed = vendor.get(f"{API}/letters?metadata[lagniappe]=ref-1", auth=LOGIN).get_json()["data"]
        return [each["metadata"]["lagniappe"] for each in listed]

    before = found()
    place.clock.advance(3)
    assert (before, found()) == ([], ["ref-1"])


def test_given_a_piece_when_cancelled_in_its_window_then_it_is_gone_and_cannot_be_again(vendor: FlaskClient) -> None:
    piece = post(vendor, letter()).get_json()["id"]

    answers = [vendor.delete(f"{API}/letters/{piece}", auth=LOGIN).status_code for _ in range(2)]

    assert answers == [200, 404]
    assert vendor.get(f"{API}/letters/{piece}", auth=LOGIN).get_json()["deleted"] is True


def test_given_a_piece_in_production_when_cancelled_then_it_is_too_late(vendor: FlaskClient, place: Town) -> None:
    piece = post(vendor, letter()).get_json()["id"]
    place.clock.advance(301)

    assert vendor.delete(f"{API}/letters/{piece}", auth=LOGIN).status_code == 422
    assert vendor.get(f"{API}/letters/{piece}", auth=LOGIN).get_json()["status"] == "processed"


def test_given_a_slip_when_a_piece_is_cancelled_then_it_is_posted_all_the_same(vendor: FlaskClient) -> None:
    piece = post(vendor, letter()).get_json()["id"]
    vendor.post("/town/lob/switch", json={"ship_cancelled": True})

    assert vendor.delete(f"{API}/letters/{piece}", auth=LOGIN).get_json()["deleted"] is True
    said = vendor.get(f"{API}/letters/{piece}", auth=LOGIN).get_json()
    assert [event["name"] for event in said["tracking_events"]] == ["Mailed"]


def test_given_too_many_calls_in_five_seconds_when_asked_then_later(vendor: FlaskClient, place: Town) -> None:
    codes = {vendor.get(f"{API}/letters", auth=LOGIN).status_code for _ in range(150)}
    busy = vendor.get(f"{API}/letters", auth=LOGIN)
    place.clock.advance(6)

    assert codes == {200}
    assert (busy.status_code, busy.headers["X-Rate-Limit-Remaining"]) == (429, "0")
    assert vendor.get(f"{API}/letters", auth=LOGIN).status_code == 200


def test_given_a_piece_when_something_becomes_of_it_then_it_is_told_signed_with_the_moment(
    vendor: FlaskClient, place: Town
) -> None:
    piece = post(vendor, letter()).get_json()["id"]
    vendor.post(f"/town/lob/pieces/{piece}", json={"event": "Returned to Sender"})

    with place.books.turn() as turn:
        sent = turn.all(LETTERS)
    assert [each["subject"] for each in sent] == ["letter.created", "letter.returned_to_sender"]
    for each in sent:
        moment, body = each["headers"][hooks.MOMENT], each["body"].encode()
        assert each["headers"][hooks.HEADER] == hooks.sign(HOOK_SECRET, moment, body)
        assert json.loads(body)["reference_id"] == piece


@pytest.mark.parametrize(
    ("line", "auth", "said"),
    [
        ("missing unit", LOGIN, "deliverable_missing_unit"),
        ("Undeliverable Block Match", LOGIN, "undeliverable"),
        ("12 Elm Street", LOGIN, ""),
        ("12 Elm Street", LIVE, "deliverable"),
    ],
)
def test_given_an_address_when_checked_then_only_magic_lines_say_anything_among_tests(
    vendor: FlaskClient, line: str, auth: tuple[str, str], said: str
) -> None:
    asked = {"primary_line": line, "zip_code": "19801"}

    assert vendor.post(f"{API}/us_verifications", json=asked, auth=auth).get_json()["deliverability"] == said


@pytest.mark.parametrize("body", [{}, {"primary_line": "12 Elm Street"}, {"primary_line": "x", "zip_code": "198"}, []])
def test_given_no_address_when_checked_then_refused(vendor: FlaskClient, body: object) -> None:
    assert vendor.post(f"{API}/us_verifications", json=body, auth=LOGIN).status_code == 422
