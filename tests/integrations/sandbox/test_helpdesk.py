from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations.sandbox.helpdesk.routes import blueprint
from integrations.sandbox.town import Town
from tests.integrations.sandbox.counters import ANN, LetterBox, app, letter_box, served, town, wait_until

API = "/gorgias/practice/api"
LOGIN = ("lagniappe@practice.example", "practice-gorgias-key")
EMAIL = "ann.okafor@customer.example"
DROPDOWN = {
    "object_type": "Customer",
    "label": "Lagniappe",
    "external_id": "lagniappe-standing",
    "definition": {
        "data_type": "text",
        "input_settings": {"input_type": "dropdown", "choices": ["special", "regular"]},
    },
}


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def desk(place: Town) -> FlaskClient:
    return app(blueprint(place)).test_client()


@pytest.fixture
def listener() -> Iterator[tuple[FlaskClient, LetterBox]]:
    """Run a helpdesk whose calls arrive somewhere."""
    with letter_box() as box:
        place = town(target=box.url)
        place.post.start(carriers=4)
        yield app(blueprint(place)).test_client(), box
        place.post.close()


def call(desk: FlaskClient, method: str, path: str, body: object = None) -> TestResponse:
    return desk.open(API + path, method=method, json=body, auth=LOGIN)


def ticket(desk: FlaskClient, **changes: object) -> int:
    opened = desk.post("/town/tickets", json={"customer_id": ANN, "subject": "My mother's boots", **changes})
    number: int = opened.get_json()["ticket_id"]
    return number


def ann(desk: FlaskClient) -> int:
    found: int = call(desk, "GET", f"/customers?email={EMAIL}").get_json()["data"][0]["id"]
    return found


def tagged(desk: FlaskClient, number: int) -> list[str]:
    return [tag["name"] for tag in call(desk, "GET", f"/tickets/{number}/tags").get_json()["data"]]


def note(**changes: object) -> dict[str, Any]:
    """Build an internal note by the app's own user."""
    return {
        "channel": "internal-note",
        "via": "internal-note",
        "public": False,
        "from_agent": True,
        "sender": {"email": LOGIN[0]},
        "body_text": "Refunded $64.00, keeps the item.",
        "external_id": "lagniappe:1f",
        **changes,
    }


class TestDoor:
    @pytest.mark.parametrize("login", [None, (LOGIN[0], "guess"), ("else@practice.example", LOGIN[1])])
    def test_given_wrong_credentials_when_called_then_401(
        self, desk: FlaskClient, login: tuple[str, str] | None
    ) -> None:
        answer = desk.get(f"{API}/account", auth=login)

        assert (answer.status_code, list(answer.get_json()["error"])) == (401, ["msg"])

    def test_given_an_unknown_account_when_called_then_404(self, desk: FlaskClient) -> None:
        assert desk.get("/gorgias/elsewhere/api/account", auth=LOGIN).status_code == 404

    def test_given_a_key_that_works_when_the_account_is_asked_then_it_tells_its_name(self, desk: FlaskClient) -> None:
        assert call(desk, "GET", "/account").get_json()["domain"] == "practice"

    def test_given_the_genuine_limit_when_a_call_is_one_too_many_then_429_says_how_long_to_wait(
        self, desk: FlaskClient
    ) -> None:
        desk.post("/town/helpdesk/limit", json={"calls": 3, "seconds": 20})
        answers = [call(desk, "GET", "/account") for _ in range(4)]

        assert [answer.headers["X-Gorgias-Account-Api-Call-Limit"] for answer in answers[:3]] == [
            "1/3",
            "2/3",
            "3/3",
        ]
        assert (answers[3].status_code, answers[3].headers["Retry-after"]) == (429, "7")

    def test_given_a_full_bucket_when_time_passes_then_calls_fit_again(self, desk: FlaskClient, place: Town) -> None:
        desk.post("/town/helpdesk/limit", json={"calls": 1, "seconds": 20})
        call(desk, "GET", "/account")
        place.clock.advance(20)

        assert call(desk, "GET", "/account").status_code == 200

    def test_given_a_body_that_is_not_json_when_posted_then_400(self, desk: FlaskClient) -> None:
        answer = desk.post(f"{API}/tags", data="{", content_type="application/json", auth=LOGIN)

        assert answer.status_code == 400


class TestLists:
    def test_given_five_tickets_when_paged_by_two_then_every_one_is_seen_once(self, desk: FlaskClient) -> None:
        numbers = {ticket(desk) for _ in range(5)}
        seen, cursor = [], ""
        while True:
            answer = call(desk, "GET", f"/tickets?limit=2{cursor}").get_json()
            seen += [row["id"] for row in answer["data"]]
            if answer["meta"]["next_cursor"] is None:
                break
            cursor = f"&cursor={answer['meta']['next_cursor']}"

        assert (len(seen), set(seen)) == (5, numbers)

    @pytest.mark.parametrize("arguments", ["limit=0", "limit=101", "cursor=nonsense", "order_by=name:asc", "email=x"])
    def test_given_arguments_that_make_no_sense_when_listing_then_400(self, desk: FlaskClient, arguments: str) -> None:
        assert call(desk, "GET", f"/tickets?{arguments}").status_code == 400

    def test_given_a_list_when_asked_then_it_comes_in_the_envelope(self, desk: FlaskClient) -> None:
        answer = call(desk, "GET", "/tags?limit=1").get_json()

        assert set(answer) == {"data", "object", "uri", "meta"}
        assert (answer["object"], answer["uri"]) == ("list", f"{API}/tags?limit=1")


class TestCustomers:
    def test_given_a_customer_of_the_store_when_asked_by_email_then_the_sync_has_brought_them(
        self, desk: FlaskClient
    ) -> None:
        found = call(desk, "GET", f"/customers?email={EMAIL.upper()}").get_json()["data"]

        assert [(row["name"], row["external_id"]) for row in found] == [("Ann Okafor", None)]

    def test_given_a_stranger_when_asked_by_email_then_the_list_is_empty(self, desk: FlaskClient) -> None:
        assert call(desk, "GET", "/customers?email=nobody@customer.example").get_json()["data"] == []

    def test_given_a_part_when_put_then_the_rest_stays(self, desk: FlaskClient) -> None:
        key = ann(desk)
        call(desk, "PUT", f"/customers/{key}", {"external_id": "shop-9"})

        row = call(desk, "GET", f"/customers/{key}").get_json()
        assert (row["external_id"], row["name"], row["email"]) == ("shop-9", "Ann Okafor", EMAIL)
        assert [each["id"] for each in call(desk, "GET", "/customers?external_id=shop-9").get_json()["data"]] == [key]

    def test_given_a_taken_email_when_written_again_then_409(self, desk: FlaskClient) -> None:
        ann(desk)

        assert call(desk, "POST", "/customers", {"email": EMAIL}).status_code == 409

    def test_given_an_unknown_name_in_the_body_when_put_then_400_blames_it(self, desk: FlaskClient) -> None:
        answer = call(desk, "PUT", f"/customers/{ann(desk)}", {"nickname": "Annie"})

        assert (answer.status_code, list(answer.get_json()["error"]["data"])) == (400, ["nickname"])

    def test_given_an_unknown_customer_when_asked_then_404(self, desk: FlaskClient) -> None:
        assert call(desk, "GET", "/customers/1").status_code == 404

    def test_given_older_data_when_pushed_then_the_newer_stays(self, desk: FlaskClient) -> None:
        key = ann(desk)
        for data, version in (("new", "2026-11-02T00:00:00"), ("old", "2026-11-01T00:00:00")):
            call(desk, "PUT", f"/customers/{key}/data", {"data": data, "version": version})

        assert call(desk, "GET", f"/customers/{key}").get_json()["data"] == "new"


class TestFields:
    def test_given_no_kind_of_object_when_fields_are_listed_then_400(self, desk: FlaskClient) -> None:
        assert call(desk, "GET", "/custom-fields").status_code == 400

    def test_given_a_field_when_listed_then_our_mark_finds_it_again(self, desk: FlaskClient) -> None:
        made = call(desk, "POST", "/custom-fields", DROPDOWN)
        rows = call(desk, "GET", "/custom-fields?object_type=Customer").get_json()["data"]

        assert made.status_code == 201
        assert [row["id"] for row in rows if row["external_id"] == "lagniappe-standing"] == [made.get_json()["id"]]

    @pytest.mark.parametrize(("value", "status"), [("special", 202), ("platinum", 400), (7, 400), (None, 202)])
    def test_given_a_dropdown_when_a_value_is_put_then_only_choices_are_taken(
        self, desk: FlaskClient, value: object, status: int
    ) -> None:
        field = call(desk, "POST", "/custom-fields", DROPDOWN).get_json()["id"]

        answer = call(desk, "PUT", f"/customers/{ann(desk)}/custom-fields", [{"id": field, "value": value}])

        assert answer.status_code == status

    def test_given_two_fields_when_one_is_put_then_the_other_stays(self, desk: FlaskClient) -> None:
        first, second = (call(desk, "POST", "/custom-fields", DROPDOWN).get_json()["id"] for _ in range(2))
        path = f"/customers/{ann(desk)}/custom-fields"
        call(desk, "PUT", path, [{"id": first, "value": "special"}])
        call(desk, "PUT", f"{path}/{second}", {"value": "regular"})

        values = {row["id"]: row["value"] for row in call(desk, "GET", path).get_json()}
        assert values == {first: "special", second: "regular"}

    def test_given_a_dropdown_without_choices_when_defined_then_400(self, desk: FlaskClient) -> None:
        bare = {"data_type": "text", "input_settings": {"input_type": "dropdown"}}

        assert call(desk, "POST", "/custom-fields", DROPDOWN | {"definition": bare}).status_code == 400


class TestTags:
    def test_given_foreign_tags_when_one_is_added_then_they_stay_and_the_body_is_empty(self, desk: FlaskClient) -> None:
        number = ticket(desk)
        call(desk, "POST", f"/tickets/{number}/tags", {"names": ["shipping"]})
        answer = call(desk, "POST", f"/tickets/{number}/tags", {"names": ["returns", "shipping"]})

        assert (answer.status_code, answer.data) == (201, b"")
        assert tagged(desk, number) == ["shipping", "returns"]

    @pytest.mark.parametrize("names", [["lagniappe"], ["Shipping"], []])
    def test_given_a_name_that_was_never_made_when_added_then_400(self, desk: FlaskClient, names: list[str]) -> None:
        assert call(desk, "POST", f"/tickets/{ticket(desk)}/tags", {"names": names}).status_code == 400

    def test_given_tags_when_some_are_deleted_then_the_others_stay(self, desk: FlaskClient) -> None:
        number = ticket(desk)
        call(desk, "POST", f"/tickets/{number}/tags", {"names": ["shipping", "returns"]})
        answer = call(desk, "DELETE", f"/tickets/{number}/tags", {"names": ["shipping"]})

        assert (answer.status_code, tagged(desk, number)) == (204, ["returns"])

    @pytest.mark.parametrize(("body", "left"), [({"names": ["returns"]}, ["returns"]), ({}, [])])
    def test_given_tags_when_put_then_all_are_replaced(
        self, desk: FlaskClient, body: dict[str, Any], left: list[str]
    ) -> None:
        number = ticket(desk)
        call(desk, "POST", f"/tickets/{number}/tags", {"names": ["shipping"]})

        assert call(desk, "PUT", f"/tickets/{number}/tags", body).status_code == 202
        assert tagged(desk, number) == left

    def test_given_a_ticket_when_put_with_tags_then_they_replace_and_without_they_stay(self, desk: FlaskClient) -> None:
        number = ticket(desk)
        call(desk, "PUT", f"/tickets/{number}", {"tags": [{"name": "returns"}]})
        call(desk, "PUT", f"/tickets/{number}", {"priority": "high"})

        row = call(desk, "GET", f"/tickets/{number}").get_json()
        assert (row["priority"], [tag["name"] for tag in row["tags"]]) == ("high", ["returns"])

    def test_given_a_tag_when_made_twice_then_409(self, desk: FlaskClient) -> None:
        statuses = [call(desk, "POST", "/tags", {"name": "lagniappe"}).status_code for _ in range(2)]

        assert statuses == [201, 409]


class TestMessages:
    def test_given_a_note_when_posted_twice_then_there_are_two(self, desk: FlaskClient) -> None:
        number = ticket(desk)
        for _ in range(2):
            assert call(desk, "POST", f"/tickets/{number}/messages", note()).status_code == 201

        rows = call(desk, "GET", f"/messages?ticket_id={number}").get_json()["data"]
        assert [row["external_id"] for row in rows] == ["lagniappe:1f", "lagniappe:1f", None]

    @pytest.mark.parametrize(
        ("changes", "blamed"),
        [
            ({"public": True}, "public"),
            ({"sender": None}, "sender"),
            ({"sender": {"email": EMAIL}}, "sender"),
            ({"body_text": ""}, "body_text"),
            ({"via": "carrier pigeon"}, "via"),
            ({"from_agent": "yes"}, "from_agent"),
            ({"external_id": "x" * 256}, "external_id"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_given_a_faulty_note_when_posted_then_400_blames_the_field(
        self, desk: FlaskClient, changes: dict[str, Any], blamed: str
    ) -> None:
        answer = call(desk, "POST", f"/tickets/{ticket(desk)}/messages", note(**changes))

        assert (answer.status_code, list(answer.get_json()["error"]["data"])) == (400, [blamed])

    def test_given_an_unknown_ticket_when_a_note_is_posted_then_404(self, desk: FlaskClient) -> None:
        assert call(desk, "POST", "/tickets/1/messages", note()).status_code == 404

    def test_given_a_drop_after_the_deed_when_a_note_is_posted_then_it_is_there_all_the_same(self, place: Town) -> None:
        with served(app(blueprint(place))) as url:
            number = requests.post(f"{url}/town/tickets", json={"email": EMAIL}, timeout=30).json()["ticket_id"]
            fault = {"next": [{"call": "POST messages", "kind": "commit_then_drop"}]}
            requests.post(f"{url}/town/helpdesk/faults", json=fault, timeout=30).raise_for_status()

            with pytest.raises(requests.ConnectionError):
                requests.post(f"{url}{API}/tickets/{number}/messages", json=note(), auth=LOGIN, timeout=30)

            seen = requests.get(f"{url}/town/tickets/{number}", timeout=30).json()
            assert [each["external_id"] for each in seen["notes"]] == ["lagniappe:1f"]


class TestHooks:
    def test_given_a_listener_when_a_ticket_is_opened_then_it_hears_of_ticket_and_message(
        self, listener: tuple[FlaskClient, LetterBox]
    ) -> None:
        desk, box = listener
        number = ticket(desk)
        wait_until(lambda: len(box.letters) == 2)

        path, headers, _ = box.letters[0]
        bodies = {body["event"]: body for _, _, body in box.letters}
        assert path == "/hooks/gorgias/practice-hook-token"
        assert headers["X-Lagniappe-Secret"] == "practice-helpdesk-secret"
        assert bodies["ticket-created"]["ticket_id"] == str(number)
        assert bodies["ticket-message-created"]["message_id"].isdecimal()
        assert bodies["ticket-message-created"]["from_agent"] == "False"

    def test_given_a_button_when_pressed_twice_then_two_equal_calls_of_strings_go_out(
        self, listener: tuple[FlaskClient, LetterBox]
    ) -> None:
        desk, box = listener
        number = ticket(desk)
        for _ in range(2):
            sent = {"action": "refund_keep", "order": "#1001", "amount": "64.00"}
            assert desk.post(f"/town/tickets/{number}/press", json=sent).status_code == 202
        wait_until(lambda: len(box.letters) == 4)

        first, second = (body for _, _, body in box.letters if body["event"] == "action")
        assert first == second
        assert first == {
            "v": "1",
            "event": "action",
            "action": "refund_keep",
            "ticket_id": str(number),
            "customer_email": EMAIL,
            "customer_external_id": "",
            "customer_channels": EMAIL,
            "agent_email": "lea@practice.example",
            "agent_name": "Léa Martin",
            "order": "#1001",
            "amount": "64.00",
            "items": "",
            "shipping": "",
            "store_credit": "",
            **dict.fromkeys(("when_days", "product", "message", "compassion", "confirm"), ""),
        }

    def test_given_flowers_when_pressed_then_two_weeks_are_meant_unless_told(
        self, place: Town, desk: FlaskClient
    ) -> None:
        number = ticket(desk)
        desk.post(f"/town/tickets/{number}/press", json={"action": "flowers"})
        desk.post(f"/town/tickets/{number}/press", json={"action": "flowers", "when_days": "1"})

        with place.books.turn() as turn:
            bodies = [letter["body"] for letter in turn.find("letters", "subject", "action")]
        assert ['"when_days": "14"' in bodies[0], '"when_days": "1"' in bodies[1]] == [True, True]

    @pytest.mark.parametrize("changes", [{"action": "fireworks"}, {"action": "flowers", "agent_email": EMAIL}])
    def test_given_no_such_button_or_agent_when_pressed_then_400(
        self, desk: FlaskClient, changes: dict[str, str]
    ) -> None:
        assert desk.post(f"/town/tickets/{ticket(desk)}/press", json=changes).status_code == 400

    def test_given_nobody_home_when_a_ticket_is_opened_then_the_calls_wait_in_the_books(self) -> None:
        place = town(target="http://127.0.0.1:9")
        ticket(app(blueprint(place)).test_client())

        with place.books.turn() as turn:
            letters = turn.all("letters")
        assert [(letter["state"], len(letter["pauses"])) for letter in letters] == [
            ("waiting", 3),
            ("waiting", 3),
        ]


class TestAgentsView:
    def test_given_a_ticket_when_looked_at_then_tags_notes_and_fields_are_apart(self, desk: FlaskClient) -> None:
        number = ticket(desk)
        field = call(desk, "POST", "/custom-fields", DROPDOWN).get_json()["id"]
        call(desk, "PUT", f"/customers/{ann(desk)}/custom-fields/{field}", {"value": "special"})
        call(desk, "POST", f"/tickets/{number}/tags", {"names": ["returns"]})
        call(desk, "POST", f"/tickets/{number}/messages", note())

        seen = desk.get(f"/town/tickets/{number}").get_json()
        assert (seen["tags"], len(seen["notes"]), len(seen["messages"])) == (["returns"], 1, 1)
        assert seen["customer_fields"] == [
            {"label": "Lagniappe", "external_id": "lagniappe-standing", "value": "special"}
        ]

    def test_given_a_stranger_when_they_write_in_then_they_become_a_customer(self, desk: FlaskClient) -> None:
        opened = desk.post("/town/tickets", json={"email": "guest@customer.example"}).get_json()

        assert desk.get(f"/town/tickets/{opened['ticket_id']}").get_json()["customer"]["name"] == "guest"
