"""The helpdesk's furniture: integrations that call, widgets, macros, and what cannot be taken away."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations.sandbox.helpdesk import http_integrations, macros
from integrations.sandbox.helpdesk.routes import blueprint
from integrations.sandbox.town import Town
from tests.integrations.sandbox.counters import ANN, LetterBox, app, letter_box, town, wait_until

API = "/gorgias/practice/api"
LOGIN = ("lagniappe@practice.example", "practice-gorgias-key")
HTTP = {
    "url": "https://app.example/hooks/gorgias/t0ken",
    "method": "POST",
    "request_content_type": "application/json",
    "response_content_type": "application/json",
    "headers": {"X-Ours": "secret"},
    "form": {"v": "1", "who": "{{ticket.customer.email}}", "of": "{{ticket.id}}!", "none": "{{ticket.no.such}}"},
    "triggers": {"ticket-created": True},
}
WIDGET = {
    "type": "http",
    "context": "ticket",
    "template": {"type": "wrapper", "widgets": [{"path": "", "type": "card", "title": "Ours", "widgets": []}]},
}
MACRO = {
    "name": "http",
    "title": "Tell them",
    "type": "user",
    "arguments": {
        "url": HTTP["url"],
        "method": "POST",
        "content_type": "application/json",
        "headers": [{"key": "X-Ours", "value": "secret"}],
        "params": [
            {"key": "of", "value": "{{ticket.id}}", "editable": False},
            {"key": "by", "value": "{{current_user.email}}", "editable": False},
            {"key": "amount", "value": "", "editable": True},
        ],
    },
}
FIELD = {
    "object_type": "Customer",
    "label": "Shoes",
    "definition": {"data_type": "text", "input_settings": {"input_type": "input"}},
}


@pytest.fixture
def desk() -> FlaskClient:
    return app(blueprint(town())).test_client()


@pytest.fixture
def heard() -> Iterator[tuple[FlaskClient, LetterBox, Town]]:
    """Run a helpdesk whose calls arrive somewhere."""
    with letter_box() as box:
        place = town(target=box.url)
        place.post.start(carriers=4)
        yield app(blueprint(place)).test_client(), box, place
        place.post.close()


def call(desk: FlaskClient, method: str, path: str, body: object = None) -> TestResponse:
    return desk.open(API + path, method=method, json=body, auth=LOGIN)


def listed(desk: FlaskClient, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call(desk, "GET", path).get_json()["data"]
    return rows


def made(desk: FlaskClient, path: str, body: object) -> int:
    answer = call(desk, "POST", path, body)
    assert answer.status_code == 201, answer.text
    number: int = answer.get_json()["id"]
    return number


def integration(desk: FlaskClient, **changes: object) -> int:
    return made(desk, "/integrations", {"name": "Ours", "type": "http", "http": HTTP | changes})


def open_ticket(desk: FlaskClient) -> int:
    number: int = desk.post("/town/tickets", json={"customer_id": ANN}).get_json()["ticket_id"]
    return number


def test_given_an_integration_when_its_trigger_fires_then_its_form_goes_out_filled_in_and_its_headers_with_it(
    heard: tuple[FlaskClient, LetterBox, Town],
) -> None:
    desk, box, _ = heard
    integration(desk)
    number = open_ticket(desk)
    wait_until(lambda: len(box.letters) == 3)  # two are for what the team made by hand

    ((headers, body),) = [(headers, body) for path, headers, body in box.letters if path == "/hooks/gorgias/t0ken"]
    assert headers["X-Ours"] == "secret"
    assert body == {"v": "1", "who": "ann.okafor@customer.example", "of": f"{number}!", "none": ""}


def test_given_an_integration_that_fails_too_often_in_a_row_when_looked_at_then_it_has_switched_itself_off(
    desk: FlaskClient,
) -> None:
    place = town()
    with place.books.turn() as turn:
        row = http_integrations.create(turn, {"name": "Ours", "type": "http", "http": HTTP}, place.clock.now())
        letter = {"integration": row["id"]}
        most = http_integrations.MOST_FAILURES
        for well in [False] * (most - 1) + [True] + [False] * (most - 1):
            http_integrations.answered(turn, letter, place.clock.now(), well=well)
        called = [each["id"] for each in http_integrations.called_at(turn, "ticket-created")]
        http_integrations.answered(turn, letter, place.clock.now(), well=False)

        assert row["id"] in called
        assert http_integrations.called_at(turn, "ticket-created") == []
        assert http_integrations.integration(turn, row["id"])["deactivated_datetime"] is not None


def test_given_a_macro_that_calls_when_an_agent_sends_it_then_it_goes_out_filled_in_with_what_they_changed(
    heard: tuple[FlaskClient, LetterBox, Town],
) -> None:
    desk, box, _ = heard
    macro = made(desk, "/macros", {"name": "Ours", "actions": [MACRO]})
    number = open_ticket(desk)
    sent = {"macro": macro, "agent_email": "sam@practice.example", "form": {"amount": "9"}}
    assert desk.post(f"/town/tickets/{number}/apply", json=sent).status_code == 202
    wait_until(lambda: len(box.letters) == 3)

    ((headers, body),) = [(headers, body) for path, headers, body in box.letters if path == "/hooks/gorgias/t0ken"]
    assert headers["X-Ours"] == "secret"
    assert body == {"of": str(number), "by": "sam@practice.example", "amount": "9"}


@pytest.mark.parametrize("form", [{"of": "7"}, {"colour": "red"}])
def test_given_a_field_that_agents_may_not_change_when_they_try_then_nothing_goes_out(
    desk: FlaskClient, form: dict[str, str]
) -> None:
    macro = made(desk, "/macros", {"name": "Ours", "actions": [MACRO]})

    answer = desk.post(f"/town/tickets/{open_ticket(desk)}/apply", json={"macro": macro, "form": form})
    assert answer.status_code == 400


def test_given_a_macro_that_a_rule_applies_when_deleted_then_it_stays_until_the_rule_does_not() -> None:
    place = town()
    desk = app(blueprint(place)).test_client()
    macro = made(desk, "/macros", {"name": "Ours"})
    with place.books.turn() as turn:
        rule = turn.append(macros.RULES, {"macro_id": macro})
    assert call(desk, "DELETE", f"/macros/{macro}").status_code == 409

    with place.books.turn() as turn:
        turn.delete(macros.RULES, rule)
    assert call(desk, "DELETE", f"/macros/{macro}").status_code == 204


def test_given_a_refused_call_when_carried_then_it_counts(heard: tuple[FlaskClient, LetterBox, Town]) -> None:
    desk, box, place = heard
    box.answers += [401] * 2
    open_ticket(desk)
    wait_until(lambda: len(box.letters) == 2)

    def failures() -> int:
        with place.books.turn() as turn:
            return sum(row["failures"] for row in turn.all(http_integrations.KIND))

    wait_until(lambda: failures() == 2)


def test_given_one_that_is_off_when_switched_on_again_then_it_calls(desk: FlaskClient) -> None:
    number = integration(desk)
    off = {"name": "Ours", "deactivated_datetime": "2026-11-26T10:00:00+00:00"}
    assert call(desk, "PUT", f"/integrations/{number}", off).get_json()["deactivated_datetime"]
    on = {"name": "Ours", "deactivated_datetime": None}
    assert call(desk, "PUT", f"/integrations/{number}", on).get_json()["deactivated_datetime"] is None


def test_given_a_secret_for_signing_when_read_back_then_it_does_not_come(desk: FlaskClient) -> None:
    number = integration(desk, hmac_secret="write only")

    assert "hmac_secret" not in call(desk, "GET", f"/integrations/{number}").get_json()["http"]


WRONG = [
    ("/integrations", {"name": "A", "type": "email", "http": HTTP}),
    ("/integrations", {"name": "A", "type": "http", "http": HTTP, "color": "red"}),
    ("/integrations", {"name": "A", "type": "http", "http": HTTP | {"url": "app.example"}}),
    ("/integrations", {"name": "A", "type": "http", "http": HTTP | {"triggers": {"ticket-eaten": True}}}),
    ("/integrations", {"name": "A", "type": "http", "http": HTTP | {"form": {"v": 1}}}),
    ("/integrations", {"name": "Tell Lagniappe: ticket-created", "type": "http", "http": HTTP}),
    ("/widgets", {"type": "http"}),
    ("/widgets", WIDGET | {"context": "moon"}),
    ("/widgets", WIDGET | {"template": {"type": "card", "widgets": []}}),
    ("/widgets", WIDGET | {"title": "Ours"}),
    ("/macros", {"name": "A", "actions": [{"name": "buyFlowers", "title": "A", "type": "user"}]}),
    ("/macros", {"name": "A", "actions": [{"name": "http", "title": "A", "type": "user", "arguments": {"url": "a"}}]}),
]


@pytest.mark.parametrize(("path", "body"), WRONG)
def test_given_what_it_does_not_know_when_posted_then_400(desk: FlaskClient, path: str, body: object) -> None:
    before = listed(desk, path)

    assert call(desk, "POST", path, body).status_code == 400
    assert listed(desk, path) == before


def test_given_widgets_of_two_integrations_when_one_is_asked_for_then_its_own_come(desk: FlaskClient) -> None:
    mine, other = integration(desk), made(desk, "/integrations", {"name": "Theirs", "type": "http", "http": HTTP})
    widget = made(desk, "/widgets", WIDGET | {"integration_id": mine})
    made(desk, "/widgets", WIDGET | {"integration_id": other})

    assert [row["id"] for row in listed(desk, f"/widgets?integration_id={mine}")] == [widget]
    assert call(desk, "POST", "/widgets", WIDGET | {"integration_id": 1}).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [("/widgets", WIDGET), ("/integrations", None), ("/tags", {"name": "vip"}), ("/macros", {"name": "A"})],
)
def test_given_what_is_taken_away_when_asked_for_then_it_is_not_there(
    desk: FlaskClient, path: str, body: object
) -> None:
    number = integration(desk) if body is None else made(desk, path, body)

    assert call(desk, "DELETE", f"{path}/{number}").status_code == 204
    assert call(desk, "GET", f"{path}/{number}").status_code == 404
    assert call(desk, "DELETE", f"{path}/{number}").status_code == 404


def test_given_a_tag_on_tickets_when_deleted_then_it_is_off_them_all(desk: FlaskClient) -> None:
    ticket, tag = open_ticket(desk), made(desk, "/tags", {"name": "vip"})
    call(desk, "POST", f"/tickets/{ticket}/tags", {"names": ["vip", "returns"]})
    call(desk, "DELETE", f"/tags/{tag}")

    assert [row["name"] for row in listed(desk, f"/tickets/{ticket}/tags")] == ["returns"]


def test_given_a_tag_in_a_macro_when_deleted_then_it_stays(desk: FlaskClient) -> None:
    tag = made(desk, "/tags", {"name": "vip"})
    made(desk, "/macros", {"name": "A", "actions": [
        {"name": "addTags", "title": "Add tags", "type": "user", "arguments": {"tags": "vip"}}
    ]})  # fmt: skip

    assert call(desk, "DELETE", f"/tags/{tag}").status_code == 400
    assert call(desk, "GET", f"/tags/{tag}").status_code == 200


def test_given_a_tag_when_renamed_then_case_matters_and_a_taken_name_is_refused(desk: FlaskClient) -> None:
    tag = made(desk, "/tags", {"name": "vip", "description": "Ours"})

    assert call(desk, "PUT", f"/tags/{tag}", {"name": "returns"}).status_code == 409
    renamed = call(desk, "PUT", f"/tags/{tag}", {"name": "Returns"}).get_json()
    assert (renamed["name"], renamed["description"]) == ("Returns", "Ours")


def test_given_a_field_when_put_away_then_it_says_since_when(desk: FlaskClient) -> None:
    number = made(desk, "/custom-fields", FIELD)
    gone = FIELD | {"deactivated_datetime": "2026-11-26T10:00:00+00:00"}

    assert call(desk, "PUT", f"/custom-fields/{number}", gone).status_code == 202
    (found,) = listed(desk, "/custom-fields?object_type=Customer")
    assert found["deactivated_datetime"] == "2026-11-26T10:00:00+00:00"
    assert call(desk, "PUT", f"/custom-fields/{number}", {"label": "Shoes"}).status_code == 400
