"""What our adapter makes of answers that the real helpdesk seldom gives."""

import json
from collections.abc import Iterator

import pytest
import responses
from structlog.testing import capture_logs

from app.domain.errors import KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.ports import TalkativeHelpdesk
from integrations import registry
from integrations.companies import Login
from integrations.django_helpdesk.api import guarded

API = "https://desk.shop.example/api"
TICKET = {"id": 7, "submitter_email": "ada@customer.example", "followup_set": [], "custom_lagniappe": None}
FIELDS = {"custom_lagniappe_tags": ""}


@pytest.fixture
def real() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(registry=responses.registries.OrderedRegistry) as mock:
        yield mock


def desk() -> TalkativeHelpdesk:
    found = registry.helpdesk(
        "django_helpdesk", "https://{account}", "desk.shop.example", Login(user="bot", key="canary")
    )
    assert isinstance(found, TalkativeHelpdesk)
    return found


def test_given_a_note_when_left_then_it_is_private_and_changes_nothing_of_the_ticket(
    real: responses.RequestsMock,
) -> None:
    real.add(responses.POST, f"{API}/followups/", json={"id": 3, "public": False}, status=201)
    desk().post_note("7", text="Refunded.", key="note:1")
    sent = json.loads(real.calls[0].request.body or b"")
    assert (sent.keys(), sent["public"]) == ({"ticket", "comment", "public"}, False)


def test_given_a_note_that_came_out_public_when_left_then_it_is_shouted_into_the_log(
    real: responses.RequestsMock,
) -> None:
    real.add(responses.POST, f"{API}/followups/", json={"id": 3, "public": True}, status=201)
    with capture_logs() as logs:
        assert desk().post_note("7", text="Refunded.", key="note:1").public
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("django_helpdesk.note_public", "error")]


def test_given_a_no_when_a_note_is_left_then_refused_by_the_fields_and_in_nobodys_words(
    real: responses.RequestsMock,
) -> None:
    no = {"comment": ["“canary” may not be said."], "ticket": ["Invalid pk."]}
    real.add(responses.POST, f"{API}/followups/", json=no, status=400)
    with pytest.raises(Rejected, match=r"^The helpdesk said no \(400: comment, ticket\)\.$"):
        desk().post_note("7", text="Refunded.", key="note:1")


@pytest.mark.parametrize("body", ["[]", '"done"', "<html>"])
def test_given_a_yes_that_says_nothing_when_a_note_is_left_then_in_doubt(
    real: responses.RequestsMock, body: str
) -> None:
    real.add(responses.POST, f"{API}/followups/", body=body, status=201)
    with pytest.raises(Uncertain):
        desk().post_note("7", text="Refunded.", key="note:1")


@pytest.mark.parametrize(("body", "status"), [("<html>Not Found</html>", 404), ("[]", 404), ("{}", 400)])
def test_given_an_answer_that_is_not_theirs_when_a_note_is_looked_for_then_nobody_knows(
    real: responses.RequestsMock, body: str, status: int
) -> None:
    real.add(responses.GET, f"{API}/tickets/7/", body=body, status=status)
    with pytest.raises(Unavailable):
        desk().find_note("7", key="note:1")


@pytest.mark.parametrize("date", ["yesterday", None, "2026-11-21T12:00:00"])
def test_given_a_comment_of_nobody_knows_when_when_read_then_another_time(
    real: responses.RequestsMock, date: str | None
) -> None:
    said = {"id": 3, "ticket": 7, "user": 2, "comment": "/lagniappe help", "public": False, "date": date}
    real.add(responses.GET, f"{API}/followups/3/", json=said)
    with pytest.raises(Unavailable):
        desk().comment("7", "3")


@pytest.mark.parametrize("status", [401, 403])
def test_given_a_user_who_is_no_staff_when_asked_then_a_person_must_see_to_it(
    real: responses.RequestsMock, status: int
) -> None:
    real.add(responses.GET, f"{API}/tickets/7/", json={"detail": "no"}, status=status)
    with pytest.raises(KeyRefused):
        desk().ticket("7")


def test_given_no_field_for_tags_when_tagged_then_refused_by_its_name(real: responses.RequestsMock) -> None:
    real.add(responses.GET, f"{API}/tickets/7/", json=TICKET)
    with pytest.raises(Rejected, match="no field lagniappe_tags"):
        desk().tag_ticket("7", tag="make-it-right")


def test_given_a_field_that_others_write_into_when_tagged_then_ours_is_put_beside_theirs_until_it_stands(
    real: responses.RequestsMock,
) -> None:
    for before in ("returns", "returns, late"):
        real.add(responses.GET, f"{API}/tickets/7/", json=TICKET | {"custom_lagniappe_tags": before})
        real.add(responses.PATCH, f"{API}/tickets/7/", json={})
    real.add(
        responses.GET, f"{API}/tickets/7/", json=TICKET | {"custom_lagniappe_tags": "returns, late, make-it-right"}
    )
    desk().tag_ticket("7", tag="make-it-right")
    assert json.loads(real.calls[3].request.body or b"") == {"custom_lagniappe_tags": "returns, late, make-it-right"}


def test_given_a_field_that_others_never_leave_alone_when_tagged_then_another_time(
    real: responses.RequestsMock,
) -> None:
    for _ in range(3):
        real.add(responses.GET, f"{API}/tickets/7/", json=TICKET | FIELDS)
        real.add(responses.PATCH, f"{API}/tickets/7/", json={})
    real.add(responses.GET, f"{API}/tickets/7/", json=TICKET | FIELDS)
    with pytest.raises(Unavailable):
        desk().tag_ticket("7", tag="make-it-right")


def test_given_a_ticket_that_goes_while_it_is_tagged_when_looked_at_then_there_is_nothing_left_to_do(
    real: responses.RequestsMock,
) -> None:
    real.add(responses.GET, f"{API}/tickets/7/", json=TICKET | FIELDS)
    real.add(responses.PATCH, f"{API}/tickets/7/", json={})
    real.add(responses.GET, f"{API}/tickets/7/", json={"detail": "gone"}, status=404)
    assert desk().tag_ticket("7", tag="make-it-right").reference == "7"


def test_given_pages_of_tickets_when_marked_then_all_are_turned_and_other_peoples_left_alone(
    real: responses.RequestsMock,
) -> None:
    right = {"custom_lagniappe": "Special: because", "custom_lagniappe_tags": "make-it-right"}
    other = TICKET | FIELDS | {"id": 8, "submitter_email": None}
    real.add(responses.GET, f"{API}/tickets/", json={"next": "https://elsewhere.example/", "results": [other]})
    real.add(responses.GET, f"{API}/tickets/", json={"next": None, "results": [TICKET | right]})
    receipt = desk().mark_customer(("Ada@customer.example",), special=True, reason="because", tag="make-it-right")
    assert receipt.reference == "7"
    assert [str(call.request.url).partition("&page_size")[0] for call in real.calls] == [
        f"{API}/tickets/?status=1%2C2&page={page}" for page in (1, 2)
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#1001 and # 7", "#|1001 and # 7"),
        ("{{ ticket.title }}", "{|{ ticket.title }}"),
        ("{{{%{#", "{|{|{|%{|#"),
        ("100 %}", "100 %|}"),
        ("X-HELPDESK-COMMENT-VERBATIM", "X-HELPDESK|-COMMENT-VERBATIM"),
        ("", ""),
    ],
)
def test_given_words_that_would_be_read_as_more_when_guarded_then_they_are_only_words(text: str, shown: str) -> None:
    assert guarded(text) == shown.replace("|", "\N{WORD JOINER}")
    assert guarded(guarded(text)) == guarded(text)
