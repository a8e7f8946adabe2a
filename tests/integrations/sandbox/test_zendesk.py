"""The town's Zendesk refuses what the real one refuses, and signs what it says."""

import json
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations.companies import Call
from integrations.sandbox.zendesk.people import ACCOUNT, API_TOKEN, API_USER
from integrations.sandbox.zendesk.routes import blueprint
from integrations.zendesk import signature
from tests.integrations.sandbox.counters import app, town

API = f"/zendesk/{ACCOUNT}/api/v2"
HOOK = {
    "name": "A",
    "endpoint": "https://app.example/hook",
    "http_method": "POST",
    "request_format": "json",
    "status": "active",
    "subscriptions": ["conditional_ticket_events"],
}
CREATED = {"all": [{"field": "update_type", "operator": "is", "value": "Create"}]}


@pytest.fixture
def client() -> FlaskClient:
    return app(blueprint(town())).test_client()


def ask(client: FlaskClient, method: str, path: str, body: object = None, key: str = API_TOKEN) -> TestResponse:
    return client.open(f"{API}/{path}", method=method, json=body, auth=(f"{API_USER}/token", key))


def opened(client: FlaskClient, **about: object) -> int:
    answer = client.post("/town/zendesk/tickets", json={"email": "ada@customer.example"} | about)
    return int(answer.json["ticket_id"]) if answer.json else 0


def hooked(client: FlaskClient) -> str:
    """Make a webhook, and a trigger that rings it; return the webhook's id."""
    hook = str((ask(client, "POST", "webhooks", {"webhook": HOOK}).json or {})["webhook"]["id"])
    words = json.dumps({"who": "{{ticket.requester.email}}"})
    rings = [{"field": "notification_webhook", "value": [hook, words]}]
    made = ask(client, "POST", "triggers", {"trigger": {"title": "A", "conditions": CREATED, "actions": rings}})
    assert made.status_code == 201
    return hook


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "tickets/1", None, 404),
        ("PUT", "tickets/{}", {"comment": {"body": "a"}}, 400),
        ("PUT", "tickets/{}", {"ticket": {"comment": {"body": ""}}}, 422),
        ("PUT", "tickets/{}", {"ticket": {"comment": {"body": "a", "public": "no"}}}, 422),
        ("PUT", "tickets/{}", {"ticket": {"tag": ["a"]}}, 422),
        ("PUT", "tickets/{}", {"ticket": {"status": "asleep"}}, 422),
        ("PUT", "tickets/{}", {"ticket": {"status": "open", "safe_update": True, "updated_stamp": "1"}}, 409),
        ("PUT", "tickets/{}/tags", {"tags": "a"}, 422),
        ("PUT", "users/1", {"user": {}}, 404),
        ("POST", "user_fields", {"user_field": {"key": "A b", "type": "text", "title": "A"}}, 422),
        ("POST", "webhooks", {"webhook": {"name": "A"}}, 422),
        ("POST", "webhooks", {"webhook": HOOK | {"endpoint": "app.example"}}, 422),
        ("POST", "webhooks", {"webhook": HOOK | {"subscriptions": ["conditional_ticket_events", "b"]}}, 422),
        ("POST", "triggers", {"trigger": {"title": "A", "conditions": {}, "actions": [{}]}}, 422),
        ("GET", "users/search?query=email:a&page[size]=1", None, 400),
        ("GET", "tickets/{}/comments?page[size]=101", None, 400),
    ],
)
def test_given_what_the_real_one_refuses_when_asked_then_it_is_refused(
    client: FlaskClient, method: str, path: str, body: object, status: int
) -> None:
    assert ask(client, method, path.format(opened(client)), body).status_code == status


def test_given_a_wrong_key_or_account_when_asked_then_nobody_is_let_in(client: FlaskClient) -> None:
    assert ask(client, "GET", "users/me", key="wrong").status_code == 401
    assert client.get("/zendesk/other/api/v2/users/me", auth=(f"{API_USER}/token", API_TOKEN)).status_code == 404


def test_given_tags_when_put_posted_and_deleted_then_they_are_added_replaced_and_taken_off(client: FlaskClient) -> None:
    path = f"tickets/{opened(client)}/tags"
    seen = [
        (ask(client, method, path, {"tags": tags}).json or {})["tags"]
        for method, tags in (("PUT", ["B", "a b"]), ("PUT", ["c"]), ("DELETE", ["a", "x"]), ("POST", ["d"]))
    ]
    assert seen == [["a", "b"], ["a", "b", "c"], ["b", "c"], ["d"]]


def test_given_a_webhook_that_is_rung_when_taken_away_then_it_stays_until_nothing_rings_it(client: FlaskClient) -> None:
    hook = hooked(client)
    assert ask(client, "DELETE", f"webhooks/{hook}").status_code == 400
    (trigger,) = (ask(client, "GET", "triggers").json or {})["triggers"]
    assert ask(client, "DELETE", f"triggers/{trigger['id']}").status_code == 204
    assert ask(client, "DELETE", f"webhooks/{hook}").status_code == 204


def test_given_a_new_ticket_when_its_trigger_fires_then_the_call_is_signed_and_filled_in(client: FlaskClient) -> None:
    hook = hooked(client)
    opened(client)
    (letter,) = (client.get("/town/zendesk/letters").json or {})["letters"]
    secret = (ask(client, "GET", f"webhooks/{hook}/signing_secret").json or {})["signing_secret"]["secret"]

    call = Call(
        headers={name.lower(): value for name, value in letter["headers"].items()}, body=letter["body"].encode()
    )
    assert json.loads(letter["body"]) == {"who": "ada@customer.example"}
    assert signature.authentic(call, (secret,), datetime.now(UTC))
    assert signature.name(call)
    assert "secret" not in (ask(client, "GET", f"webhooks/{hook}").json or {})["webhook"]


def test_given_a_webhook_that_is_switched_off_when_something_happens_then_it_is_not_called(client: FlaskClient) -> None:
    ask(client, "PATCH", f"webhooks/{hooked(client)}", {"webhook": {"status": "inactive"}})
    opened(client)
    assert (client.get("/town/zendesk/letters").json or {})["letters"] == []


def test_given_changes_of_a_ticket_when_looked_back_at_then_each_is_an_audit(client: FlaskClient) -> None:
    ticket = opened(client)
    ask(client, "PUT", f"tickets/{ticket}", {"ticket": {"comment": {"body": "a", "public": False}}})
    ask(client, "PUT", f"tickets/{ticket}/tags", {"tags": ["b"]})

    audits = (ask(client, "GET", f"tickets/{ticket}/audits").json or {})["audits"]
    assert [event["type"] for audit in audits for event in audit["events"]] == ["Comment", "Comment", "Change"]
    assert [event.get("public") for audit in audits for event in audit["events"]] == [True, False, None]


def new_ticket(client: FlaskClient, **about: object) -> dict[str, object]:
    user = ask(client, "POST", "users", {"user": {"name": "Ada", "email": "ada@customer.example"}}).get_json()["user"]
    comment = {"body": "Only for us.", "public": False}
    return {"subject": "A test", "requester_id": user["id"], "comment": comment} | about


def test_given_an_idempotency_key_when_a_ticket_is_made_again_then_it_is_the_one_or_an_error(
    client: FlaskClient,
) -> None:
    said = new_ticket(client, external_id="mine")

    def make(**about: object) -> TestResponse:
        login, key = (f"{API_USER}/token", API_TOKEN), {"Idempotency-Key": "k-1"}
        return client.post(f"{API}/tickets", json={"ticket": said | about}, headers=key, auth=login)

    made = [make(), make()]
    assert [each.status_code for each in made] == [201, 201]
    assert made[0].get_json() == made[1].get_json()
    assert (make(subject="B").status_code, make(subject="B").get_json()["error"]) == (400, "IdempotentRequestError")
    named = ask(client, "GET", "tickets?external_id=mine").get_json()["tickets"]
    assert [each["id"] for each in named] == [made[0].get_json()["ticket"]["id"]]

    assert ask(client, "DELETE", f"tickets/{named[0]['id']}").status_code == 204
    assert ask(client, "DELETE", f"tickets/{named[0]['id']}").status_code == 404
    assert ask(client, "GET", "tickets?external_id=mine").get_json()["tickets"] == []


def test_given_what_customers_may_read_when_made_then_they_are_mailed_and_a_new_user_unless_that_is_skipped(
    client: FlaskClient,
) -> None:
    private = new_ticket(client)  # whose user was made without a word about mails
    ask(client, "POST", "tickets", {"ticket": private})
    bo = {"user": {"name": "Bo", "email": "bo@customer.example", "skip_verify_email": True}}
    assert ask(client, "POST", "users", bo).status_code == 201
    taken = ask(client, "POST", "users", bo)
    assert (taken.status_code, taken.get_json()["details"]["email"][0]["error"]) == (422, "DuplicateValue")
    ask(client, "POST", "tickets", {"ticket": private | {"comment": {"body": "For you."}}})

    mails = client.get("/town/zendesk/mails").get_json()["mails"]
    assert [each["about"] for each in mails] == ["please confirm your address", "For you."]


@pytest.mark.parametrize("odd", [{"requester_id": 999}, {"comment": {}}, {"nonsense": 1}, {"external_id": "x" * 256}])
def test_given_an_odd_ticket_when_made_then_it_is_refused(client: FlaskClient, odd: dict[str, object]) -> None:
    assert ask(client, "POST", "tickets", {"ticket": new_ticket(client) | odd}).status_code == 422
