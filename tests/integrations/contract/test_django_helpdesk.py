"""django-helpdesk, the real one, in a process of its own."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import Rejected
from app.domain.ports import Comment, Helpdesk, TalkativeHelpdesk, Ticket
from integrations import registry
from integrations.companies import Login
from integrations.http import Http
from tests.builders import HOUR, NOON
from tests.integrations.contract.helpdesk_contract import TAG, HelpdeskContract, HelpdeskStage
from tests.integrations.raw_server import HERE
from tests.real_helpdesk.running import ACCOUNT, KEY, USER, RealHelpdesk

DEEDS = {"note": "POST", "tag": "PATCH"}
JOINER = "\N{WORD JOINER}"


@dataclass(frozen=True, slots=True)
class RealStage:
    """The real helpdesk, looked into through its back door."""

    real: RealHelpdesk

    def helpdesk(self) -> TalkativeHelpdesk:
        return self._helpdesk(KEY)

    def stranger(self) -> Helpdesk:
        return self._helpdesk("wrong")

    def new_email(self) -> str:
        return f"{uuid.uuid4().hex}@customer.example"

    def open_ticket(self, email: str) -> str:
        return str(self.real.behind("open", email=email))

    def close_ticket(self, ticket_id: str) -> None:
        self.real.behind("close", ticket=int(ticket_id))

    def tag_by_hand(self, ticket_id: str, tag: str) -> None:
        self.real.behind("write", ticket=int(ticket_id), field="lagniappe_tags", value=tag)

    def chatter(self, ticket_id: str, messages: int) -> None:
        self.real.behind("chatter", ticket=int(ticket_id), messages=messages)

    def tags_on(self, ticket_id: str) -> list[str]:
        return [tag for tag in self._look(ticket_id)["tags"].split(", ") if tag not in ("", "-")]

    def notes_on(self, ticket_id: str) -> list[str]:
        """Return what agents read: joiners cannot be seen, and the last line is our mark."""
        return [note["text"].replace(JOINER, "").rpartition("\n\nref ")[0] for note in self._look(ticket_id)["notes"]]

    def public_on(self, ticket_id: str) -> list[str]:
        return [str(said) for said in self._look(ticket_id)["public"]]

    def standing_of(self, email: str) -> str:
        standings = [self._look(str(ticket))["standing"] for ticket in self.real.behind("tickets_of", email=email)]
        return next((str(each) for each in standings if each), "")

    def lose_next_answer(self, deed: str) -> None:
        self.real.behind("fault", method=DEEDS[deed], kind="drop")

    def be_busy(self) -> None:
        self.real.behind("fault", method="*", kind="busy")

    def babble(self) -> None:
        self.real.behind("fault", method="*", kind="page")

    def _helpdesk(self, key: str) -> TalkativeHelpdesk:
        desk = registry.helpdesk(
            "django_helpdesk", self.real.url, ACCOUNT, Login(user=USER, key=key), http=Http(trusted=HERE)
        )
        assert isinstance(desk, TalkativeHelpdesk)
        return desk

    def _look(self, ticket_id: str) -> dict[str, Any]:
        looked: dict[str, Any] = self.real.behind("look", ticket=int(ticket_id))
        return looked


@pytest.fixture
def stage(real_helpdesk: RealHelpdesk) -> Iterator[RealStage]:
    yield RealStage(real_helpdesk)
    real_helpdesk.behind("close_all")


class TestDjangoHelpdesk(HelpdeskContract):
    @pytest.fixture
    def stage(self, stage: RealStage) -> HelpdeskStage:
        return stage


def test_given_words_that_the_helpdesk_would_read_as_more_when_a_note_is_left_then_they_are_words(
    stage: RealStage,
) -> None:
    other, ticket = (stage.open_ticket(stage.new_email()) for _ in range(2))
    text = (
        f"{{{{ ticket.title }}}} {{{{ x|nofilter }}}} {{% if %}} %}} {{# gone #}} X-HELPDESK-COMMENT-VERBATIM #{other}"
    )
    stage.helpdesk().post_note(ticket, text=text, key="note:1")
    assert stage.notes_on(ticket) == [text]
    assert stage.notes_on(other) == []


def test_given_the_only_tag_when_it_comes_off_then_none_is_left(stage: RealStage) -> None:
    email = stage.new_email()
    ticket = stage.open_ticket(email)
    for special in (True, False):
        stage.helpdesk().mark_customer((email,), special=special, reason="because", tag=TAG)
    assert stage.tags_on(ticket) == []
    assert stage.helpdesk().ticket(ticket) == Ticket(email=email)


def test_given_an_agents_form_that_was_opened_before_when_it_is_sent_then_the_marks_are_gone_and_come_back(
    stage: RealStage,
) -> None:
    email = stage.new_email()
    ticket, desk = stage.open_ticket(email), stage.helpdesk()
    desk.mark_customer((email,), special=True, reason="because", tag=TAG)
    stage.real.ana.comment(int(ticket), "I am on it.")
    assert (desk.ticket(ticket), stage.standing_of(email)) == (Ticket(email=email), "")
    desk.mark_customer((email,), special=True, reason="because", tag=TAG)
    assert desk.ticket(ticket) == Ticket(email=email, tags=frozenset({TAG}))
    assert "because" in stage.standing_of(email)


def test_given_what_was_written_when_read_then_its_author_is_whom_the_helpdesk_let_write(stage: RealStage) -> None:
    ticket, desk = stage.open_ticket(stage.new_email()), stage.helpdesk()
    stage.real.ana.comment(int(ticket), "/lagniappe help")
    stage.chatter(ticket, messages=1)
    note = desk.post_note(ticket, text="/lagniappe help", key="note:1").reference
    typed, customers = str(int(note) - 2), str(int(note) - 1)
    found = desk.comment(ticket, typed)
    assert found is not None
    assert replace(found, written_at=NOON) == Comment(author="2", text="/lagniappe help", private=True, written_at=NOON)
    assert abs(datetime.now(UTC) - found.written_at) < HOUR
    assert desk.comment(ticket, customers) is None
    assert desk.comment(ticket, "999999999") is None
    assert desk.comment("999999999", typed) is None
    assert desk.comment(ticket, note) is not None


def test_given_a_ticket_that_is_not_there_when_looked_at_then_nothing_is(stage: RealStage) -> None:
    assert stage.helpdesk().ticket("999999999") is None


@pytest.mark.parametrize("unknown", ["../users", "7/", "", "٧"])
def test_given_no_ticket_of_theirs_when_looked_at_then_refused(stage: RealStage, unknown: str) -> None:
    with pytest.raises(Rejected):
        stage.helpdesk().ticket(unknown)
