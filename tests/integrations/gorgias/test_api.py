"""What the Gorgias adapter makes of answers that its twin never gives."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import responses
from structlog.testing import capture_logs

from app.domain.errors import Busy, Rejected, Unavailable, Uncertain
from app.domain.ports import Helpdesk
from integrations import registry
from integrations.companies import Login

API = "https://acme.gorgias.com/api"


@pytest.fixture
def gorgias() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(registry=responses.registries.OrderedRegistry) as mock:
        yield mock


def desk() -> Helpdesk:
    return registry.helpdesk(
        "gorgias", "https://{account}.gorgias.com", "acme", Login(user="bot@acme.example", key="canary")
    )


@dataclass
class Counted:
    """A bucket that writes down what it is asked and told."""

    told: list[str] = field(default_factory=list)

    def take(self, *, urgent: bool) -> None:
        self.told.append("at once" if urgent else "patient")

    def learn(self, *, used: int, limit: int) -> None:
        self.told.append(f"{used} of {limit}")

    def full(self) -> None:
        self.told.append("full")


def counted() -> tuple[Helpdesk, Counted]:
    bucket = Counted()
    login = Login(user="bot@acme.example", key="canary", bucket=bucket)
    return registry.helpdesk("gorgias", "https://{account}.gorgias.com", "acme", login), bucket


@pytest.mark.parametrize(
    ("header", "learned"),
    [("7/40", ["7 of 40"]), ("160/160", ["160 of 160"]), ("", []), ("7", []), ("7/0", []), ("x/y", []), ("٣/40", [])],
)
def test_given_a_note_when_left_then_it_is_counted_at_once_and_what_they_say_of_the_bucket_is_learned(
    gorgias: responses.RequestsMock, header: str, learned: list[str]
) -> None:
    headers = {"X-Gorgias-Account-Api-Call-Limit": header.encode().decode("latin-1")}
    answer = {"id": 7, "public": False}
    gorgias.add(responses.POST, f"{API}/tickets/42/messages", json=answer, status=201, headers=headers)
    desk, bucket = counted()
    desk.post_note("42", text="Yes.", key="note:1")

    assert bucket.told == ["at once", *learned]


def test_given_a_mark_when_shown_then_its_calls_leave_some_of_the_bucket_to_others(
    gorgias: responses.RequestsMock,
) -> None:
    gorgias.add(responses.GET, f"{API}/customers", json={"data": [], "meta": {}})
    desk, bucket = counted()
    desk.mark_customer(("ada@customer.example",), special=True, reason="", tag="vip")

    assert bucket.told == ["patient"]


def test_given_one_call_too_many_when_made_then_the_bucket_is_full(gorgias: responses.RequestsMock) -> None:
    gorgias.add(responses.POST, f"{API}/tickets/42/messages", status=429)
    desk, bucket = counted()
    with pytest.raises(Busy):
        desk.post_note("42", text="Yes.", key="note:1")

    assert bucket.told == ["at once", "full"]


def post_note() -> str:
    return desk().post_note("42", text="1 < 2\nYes.", key="note:1").reference


def test_given_a_note_when_left_then_it_is_private_in_every_way_there_is(gorgias: responses.RequestsMock) -> None:
    gorgias.add(responses.POST, f"{API}/tickets/42/messages", json={"id": 7, "public": False}, status=201)
    assert post_note() == "7"
    sent = json.loads(gorgias.calls[0].request.body or b"")
    assert (sent["public"], sent["channel"], sent["via"]) == (False, "internal-note", "internal-note")
    assert sent["sender"] == {"email": "bot@acme.example"}
    assert sent["body_html"] == "1 &lt; 2<br>Yes."


def test_given_a_note_that_came_out_public_when_left_then_it_is_shouted_into_the_log(
    gorgias: responses.RequestsMock,
) -> None:
    gorgias.add(responses.POST, f"{API}/tickets/42/messages", json={"id": 7, "public": True}, status=201)
    with capture_logs() as logs:
        receipt = desk().post_note("42", text="1 < 2", key="note:1")
    assert receipt.public
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("gorgias.note_public", "error")]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"error": {"msg": "The ticket was merged."}}', r"said no \(404\): The ticket was merged\.$"),
        ('{"error": {"msg": "Nobody is ada@customer.example."}}', r"said no \(404\)\.$"),
        ('{"error": "gone"}', r"said no \(404\)\.$"),
        ("<html>Not Found</html>", r"said no \(404\)\.$"),
        ("[]", r"said no \(404\)\.$"),
    ],
)
def test_given_a_no_when_a_note_is_left_then_refused_in_its_words_and_nobodys_address(
    gorgias: responses.RequestsMock, body: str, said: str
) -> None:
    gorgias.add(responses.POST, f"{API}/tickets/42/messages", body=body, status=404)
    with pytest.raises(Rejected, match=said):
        post_note()


@pytest.mark.parametrize("body", ["[]", '"done"', "<html>"])
def test_given_a_yes_that_says_nothing_when_a_note_is_left_then_in_doubt(
    gorgias: responses.RequestsMock, body: str
) -> None:
    gorgias.add(responses.POST, f"{API}/tickets/42/messages", body=body, status=201)
    with pytest.raises(Uncertain):
        post_note()


def test_given_a_tag_that_was_dropped_in_silence_when_tagged_then_it_is_made_and_put_on_again(
    gorgias: responses.RequestsMock,
) -> None:
    gorgias.add(responses.POST, f"{API}/tickets/42/tags", status=201)
    gorgias.add(responses.GET, f"{API}/tickets/42/tags", json={"data": [{"id": 1, "name": "returns"}]})
    gorgias.add(responses.POST, f"{API}/tags", json={"id": 2}, status=201)
    gorgias.add(responses.POST, f"{API}/tickets/42/tags", status=201)
    assert desk().tag_ticket("42", tag="make-it-right").reference == "42"


def test_given_somebody_makes_the_tag_at_this_moment_when_tagged_then_that_is_no_obstacle(
    gorgias: responses.RequestsMock,
) -> None:
    gorgias.add(responses.POST, f"{API}/tickets/42/tags", json={"error": {"msg": "Unknown tag."}}, status=400)
    gorgias.add(responses.POST, f"{API}/tags", json={"error": {"msg": "Taken."}}, status=409)
    gorgias.add(responses.POST, f"{API}/tickets/42/tags", status=201)
    assert desk().tag_ticket("42", tag="make-it-right").reference == "42"


def test_given_the_line_breaks_while_the_tag_is_made_when_tagged_then_the_ticket_certainly_was_not(
    gorgias: responses.RequestsMock,
) -> None:
    gorgias.add(responses.POST, f"{API}/tickets/42/tags", json={}, status=400)
    gorgias.add(responses.POST, f"{API}/tags", status=502)
    with pytest.raises(Unavailable):
        desk().tag_ticket("42", tag="make-it-right")


def test_given_a_search_that_finds_somebody_else_when_marked_then_they_are_left_alone(
    gorgias: responses.RequestsMock,
) -> None:
    other = {"id": 5, "email": "adam@customer.example", "channels": [{"type": "email", "address": None}]}
    gorgias.add(responses.GET, f"{API}/customers", json={"data": [other], "meta": {"next_cursor": None}})
    receipt = desk().mark_customer(("ada@customer.example",), special=True, reason="because", tag="make-it-right")
    assert "does not know" in receipt.remark


def test_given_a_page_that_says_yes_when_a_field_is_added_then_it_is_tried_again(
    gorgias: responses.RequestsMock,
) -> None:
    nothing = {"data": [], "meta": {"next_cursor": None}}
    ada = {"id": 5, "email": None, "channels": [{"type": "email", "address": "Ada@customer.example"}]}
    gorgias.add(responses.GET, f"{API}/customers", json=nothing | {"data": [ada]})
    gorgias.add(responses.GET, f"{API}/custom-fields", json=nothing)
    gorgias.add(responses.POST, f"{API}/custom-fields", body="<h1>One moment</h1>", content_type="text/html")
    gorgias.add(responses.GET, f"{API}/custom-fields", json=nothing)
    with pytest.raises(Unavailable, match="said yes"):
        desk().mark_customer(("ada@customer.example",), special=True, reason="because", tag="make-it-right")


def test_given_no_right_to_add_fields_when_marked_then_refused(gorgias: responses.RequestsMock) -> None:
    nothing = {"data": [], "meta": {"next_cursor": None}}
    ada = {"id": 5, "email": None, "channels": [{"type": "email", "address": "Ada@customer.example"}]}
    gorgias.add(responses.GET, f"{API}/customers", json=nothing | {"data": [ada]})
    gorgias.add(responses.GET, f"{API}/custom-fields", json=nothing)
    gorgias.add(responses.POST, f"{API}/custom-fields", json={"error": {"msg": "Limit reached."}}, status=400)
    gorgias.add(responses.GET, f"{API}/custom-fields", json=nothing)
    with pytest.raises(Rejected, match="customer field"):
        desk().mark_customer(("ada@customer.example",), special=True, reason="because", tag="make-it-right")
