"""The Zendesk adapter against its strict twin."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import requests

from app.domain.errors import Busy, Rejected, Unavailable, Uncertain
from app.domain.ports import Comment, Helpdesk, TalkativeHelpdesk, Ticket
from integrations import registry
from integrations.companies import Login
from integrations.sandbox.zendesk.people import ACCOUNT, API_TOKEN, API_USER
from integrations.sandbox.zendesk.routes import GENEROUS
from tests.integrations.contract.helpdesk_contract import TAG, HelpdeskContract, HelpdeskStage
from tests.integrations.contract.town import TownDoor, patient

DEEDS = {"note": "PUT tickets", "tag": "PUT tags"}
JOINER = "\N{WORD JOINER}"
SAM = "sam@practice.example"


@dataclass
class Counted:
    """A bucket that writes down what it is told."""

    learnt: list[tuple[int, int, float | None]] = field(default_factory=list)
    fulls: int = 0

    def take(self, *, urgent: bool) -> None:
        pass

    def learn(self, *, used: int, limit: int, seconds: float | None = None) -> None:
        self.learnt.append((used, limit, seconds))

    def full(self) -> None:
        self.fulls += 1


@dataclass(frozen=True, slots=True)
class ZendeskStage:
    """The practice account in the town."""

    town: TownDoor
    bucket: Counted = field(default_factory=Counted)

    def helpdesk(self) -> TalkativeHelpdesk:
        return self._helpdesk(API_TOKEN)

    def stranger(self) -> Helpdesk:
        return self._helpdesk("wrong")

    def new_email(self) -> str:
        return f"{uuid.uuid4().hex}@customer.example"

    def open_ticket(self, email: str) -> str:
        return str(self.town.post("zendesk/tickets", email=email)["ticket_id"])

    def close_ticket(self, ticket_id: str) -> None:
        self.work_on(ticket_id, status="closed")

    def tag_by_hand(self, ticket_id: str, tag: str) -> None:
        self.work_on(ticket_id, tags=[tag])

    def chatter(self, ticket_id: str, messages: int) -> None:
        self.work_on(ticket_id, messages=messages)

    def tags_on(self, ticket_id: str) -> list[str]:
        return [str(tag) for tag in self.ticket(ticket_id)["tags"]]

    def notes_on(self, ticket_id: str) -> list[str]:
        """Return what agents read: joiners cannot be seen, and the last line is our mark."""
        return [note["text"].replace(JOINER, "").rpartition("\n\nref ")[0] for note in self.ticket(ticket_id)["notes"]]

    def public_on(self, ticket_id: str) -> list[str]:
        return [str(said["text"]) for said in self.ticket(ticket_id)["messages"]]

    def standing_of(self, email: str) -> str:
        values = self.town.get(f"zendesk/people/{email}")["user"]["user_fields"]
        return "".join(str(value) for value in values.values() if value)

    def lose_next_answer(self, deed: str) -> None:
        self.let_next(DEEDS[deed], "commit_then_drop")

    def be_busy(self) -> None:
        self.let_next("*", "429")

    def babble(self) -> None:
        self.let_next("*", "html_200")

    def let_next(self, call: str, kind: str) -> None:
        """Let one call go wrong in this way."""
        self.town.post("zendesk/faults", next=[{"call": call, "kind": kind}])

    def ticket(self, ticket_id: str) -> dict[str, Any]:
        return self.town.get(f"zendesk/tickets/{ticket_id}")

    def work_on(self, ticket_id: str, **changes: object) -> None:
        self.town.post(f"zendesk/tickets/{ticket_id}", **changes)

    def typed(self, ticket_id: str, text: str, **how: object) -> str:
        """Let Sam comment on the ticket, in private unless it is said otherwise; return the comment's number."""
        said = {"email": SAM, "text": text} | how
        return str(self.town.post(f"zendesk/tickets/{ticket_id}/comments", **said)["comment_id"])

    def by_hand(self, method: str, path: str, body: object = None) -> Any:
        """Call the API as somebody else would."""
        url, login = f"{self.town.url}/zendesk/{ACCOUNT}/api/v2/{path}", (f"{API_USER}/token", API_TOKEN)
        answer = requests.request(method, url, json=body, auth=login, timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def _helpdesk(self, key: str) -> TalkativeHelpdesk:
        login = Login(user=API_USER, key=key, bucket=self.bucket)
        desk = registry.helpdesk("zendesk", f"{self.town.url}/zendesk/{{account}}", ACCOUNT, login, http=patient())
        assert isinstance(desk, TalkativeHelpdesk)
        return desk


@pytest.fixture
def stage(town: TownDoor) -> ZendeskStage:
    return ZendeskStage(town)


class TestZendesk(HelpdeskContract):
    @pytest.fixture
    def stage(self, stage: ZendeskStage) -> HelpdeskStage:
        return stage


@pytest.mark.parametrize("kind", ["500_before", "500_after", "html_502", "truncated", "drop_before"])
def test_given_any_lost_answer_when_a_note_is_left_then_in_doubt_and_the_look_up_is_right(
    stage: ZendeskStage, kind: str
) -> None:
    ticket, desk = stage.open_ticket(stage.new_email()), stage.helpdesk()
    stage.let_next("PUT tickets", kind)
    with pytest.raises(Uncertain):
        desk.post_note(ticket, text="Refunded.", key="note:1")
    assert (desk.find_note(ticket, key="note:1") is None) is (stage.notes_on(ticket) == [])


def test_given_a_helpdesk_that_shows_notes_to_customers_when_one_is_left_then_it_is_said_and_hidden(
    stage: ZendeskStage,
) -> None:
    ticket = stage.open_ticket(stage.new_email())
    stage.town.post("zendesk/careless")
    before = stage.public_on(ticket)

    assert stage.helpdesk().post_note(ticket, text="Refunded.", key="note:1").public
    assert (stage.public_on(ticket), stage.notes_on(ticket)) == (before, ["Refunded."])


def test_given_a_note_that_came_out_public_and_its_answer_is_lost_when_looked_for_then_that_is_said(
    stage: ZendeskStage,
) -> None:
    ticket, desk = stage.open_ticket(stage.new_email()), stage.helpdesk()
    stage.town.post("zendesk/careless")
    stage.lose_next_answer("note")
    with pytest.raises(Uncertain):
        desk.post_note(ticket, text="Refunded.", key="note:1")

    found = desk.find_note(ticket, key="note:1")
    assert found is not None
    assert found.public


def test_given_words_that_the_helpdesk_would_fill_in_when_a_note_is_left_then_they_are_words(
    stage: ZendeskStage,
) -> None:
    ticket, text = stage.open_ticket(stage.new_email()), "{{ticket.title}} {{ticket.id}} {% if x %}"
    stage.helpdesk().post_note(ticket, text=text, key="note:1")
    assert stage.notes_on(ticket) == [text]


def test_given_a_closed_ticket_when_a_note_is_left_then_refused_and_it_is_said_why(stage: ZendeskStage) -> None:
    ticket = stage.open_ticket(stage.new_email())
    stage.close_ticket(ticket)
    with pytest.raises(Rejected, match="closed prevents ticket update"):
        stage.helpdesk().post_note(ticket, text="Refunded.", key="note:1")


def test_given_a_tag_in_large_letters_and_with_a_space_when_marked_and_unmarked_then_it_is_one_tag_and_gone(
    stage: ZendeskStage,
) -> None:
    email, desk = stage.new_email(), stage.helpdesk()
    ticket = stage.open_ticket(email)
    stage.tag_by_hand(ticket, "make")
    desk.mark_customer((email,), special=True, reason="because", tag="Make it right")
    assert stage.tags_on(ticket) == ["make", "make_it_right"]
    assert desk.mark_shown((email,), tag="Make it right") is True
    desk.mark_customer((email,), special=False, reason="because", tag="Make it right")
    assert stage.tags_on(ticket) == ["make"]


def test_given_a_field_of_others_when_marked_twice_then_its_value_stays_and_ours_is_made_once(
    stage: ZendeskStage,
) -> None:
    email, key = stage.new_email(), f"shoes_{uuid.uuid4().hex}"
    stage.open_ticket(email)
    stage.by_hand("POST", "user_fields", {"user_field": {"key": key, "type": "text", "title": "Lagniappe"}})
    user = stage.town.get(f"zendesk/people/{email}")["user"]["id"]
    stage.by_hand("PUT", f"users/{user}", {"user": {"user_fields": {key: "size 9"}}})
    for reason in ("because", "because of more"):
        stage.helpdesk().mark_customer((email,), special=True, reason=reason, tag=TAG)
    assert "size 9" in stage.standing_of(email)
    assert "because of more" in stage.standing_of(email)
    fields = stage.by_hand("GET", "user_fields")["user_fields"]
    assert [each["key"] for each in fields].count("lagniappe_standing") == 1


def test_given_an_address_in_which_another_stands_when_marked_then_only_its_own_customer_is(
    stage: ZendeskStage,
) -> None:
    email = stage.new_email()
    other = f"jo{email}"
    mine, theirs = stage.open_ticket(email), stage.open_ticket(other)
    stage.helpdesk().mark_customer((email,), special=True, reason="because", tag=TAG)
    assert (stage.tags_on(mine), stage.tags_on(theirs), stage.standing_of(other)) == ([TAG], [], "")


def test_given_a_second_address_of_a_customers_when_marked_by_it_then_they_are_found(stage: ZendeskStage) -> None:
    email, also = stage.new_email(), stage.new_email()
    ticket = stage.open_ticket(email)
    stage.town.post("zendesk/people", email=email, also=also)
    stage.helpdesk().mark_customer((also,), special=True, reason="because", tag=TAG)
    assert stage.tags_on(ticket) == [TAG]


def test_given_a_ticket_that_was_changed_too_often_when_noted_then_it_waits_and_its_shop_does_not(
    stage: ZendeskStage,
) -> None:
    ticket, other = (stage.open_ticket(stage.new_email()) for _ in range(2))
    desk = stage.helpdesk()
    for _ in range(30):
        desk.tag_ticket(ticket, tag=TAG)
    with pytest.raises(Unavailable) as caught:
        desk.post_note(ticket, text="Refunded.", key="note:1")
    assert not isinstance(caught.value, Busy)
    assert 60 < (caught.value.retry_after or 0) <= 601
    assert stage.bucket.fulls == 0
    assert desk.post_note(other, text="Refunded.", key="note:1").reference


def test_given_an_answer_when_a_call_was_made_then_the_bucket_learns_how_many_are_left_of_the_minute(
    stage: ZendeskStage,
) -> None:
    stage.helpdesk().tag_ticket(stage.open_ticket(stage.new_email()), tag=TAG)
    ((used, limit, seconds),) = stage.bucket.learnt
    assert (0 < used < limit, limit, seconds) == (True, GENEROUS, 60)


def test_given_a_minute_that_is_used_up_when_a_call_is_made_then_the_bucket_is_full_and_the_pause_is_known(
    stage: ZendeskStage,
) -> None:
    ticket, desk = stage.open_ticket(stage.new_email()), stage.helpdesk()
    stage.town.post("zendesk/limit", calls=0)
    try:
        with pytest.raises(Busy) as caught:
            desk.tag_ticket(ticket, tag=TAG)
    finally:
        stage.town.post("zendesk/limit", calls=GENEROUS)
    assert 0 < (caught.value.retry_after or 0) <= 60
    assert (stage.bucket.fulls, stage.bucket.learnt) == (1, [])


def test_given_what_an_agent_typed_when_read_then_its_author_is_whom_the_helpdesk_let_write(
    stage: ZendeskStage,
) -> None:
    email = stage.new_email()
    ticket, other, desk = stage.open_ticket(email), stage.open_ticket(email), stage.helpdesk()
    number = stage.typed(ticket, "/lagniappe help")
    (note,) = stage.ticket(ticket)["notes"]

    found = desk.comment(ticket, number)
    assert found is not None
    written_at = datetime.fromisoformat(note["at"])
    assert found == Comment(author=str(note["by"]), text="/lagniappe help", private=True, written_at=written_at)
    public = desk.comment(ticket, stage.typed(ticket, "/lagniappe help", public=True))
    assert public is not None
    assert not public.private
    assert desk.comment(other, number) is None
    assert desk.comment(ticket, "999999999") is None


@pytest.mark.parametrize("channel", ["email", "api", "rule", "sms"])
def test_given_what_somebody_may_have_written_in_an_agents_name_when_read_then_nobody_vouches_for_it(
    stage: ZendeskStage, channel: str
) -> None:
    ticket = stage.open_ticket(stage.new_email())
    number = stage.typed(ticket, "/lagniappe flowers 60", channel=channel)
    assert stage.helpdesk().comment(ticket, number) is None


def test_given_a_customer_who_types_a_command_when_read_then_no_agent_wrote_it(stage: ZendeskStage) -> None:
    email = stage.new_email()
    ticket = stage.open_ticket(email)
    number = stage.typed(ticket, "/lagniappe refund all", email=email, public=True)
    assert stage.helpdesk().comment(ticket, number) is None


def test_given_a_ticket_when_looked_at_then_whose_it_is_and_its_tags_are_known(stage: ZendeskStage) -> None:
    email = stage.new_email()
    ticket = stage.open_ticket(email)
    stage.tag_by_hand(ticket, "returns")
    assert stage.helpdesk().ticket(ticket) == Ticket(email=email, tags=frozenset({"returns"}))
    assert stage.helpdesk().ticket("999999999") is None


def test_given_no_such_account_when_looked_at_then_it_is_not_taken_for_a_ticket_that_is_not_there(
    stage: ZendeskStage,
) -> None:
    origin, login = f"{stage.town.url}/zendesk/{{account}}", Login(user=API_USER, key=API_TOKEN)
    desk = registry.helpdesk("zendesk", origin, "nobody", login, http=patient())
    assert isinstance(desk, TalkativeHelpdesk)
    with pytest.raises(Unavailable):
        desk.ticket("1")
