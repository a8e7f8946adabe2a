"""What every helpdesk adapter must do. Subclass HelpdeskContract and supply a `stage`."""

from typing import Protocol

import pytest

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.ports import Helpdesk

TAG = "make-it-right"
REASON = "$1,240.00 net over 12 orders since 2024 (2.1× the store's average)"


class HelpdeskStage(Protocol):
    """A helpdesk that a test can set up and look into, apart from the adapter."""

    def helpdesk(self) -> Helpdesk: ...
    def stranger(self) -> Helpdesk:
        """Return an adapter whose credentials the helpdesk does not know."""

    def new_email(self) -> str:
        """Return an address that nobody has used yet."""

    def open_ticket(self, email: str) -> str: ...
    def close_ticket(self, ticket_id: str) -> None: ...
    def tag_by_hand(self, ticket_id: str, tag: str) -> None: ...
    def chatter(self, ticket_id: str, messages: int) -> None:
        """Let so many messages be written on the ticket."""

    def tags_on(self, ticket_id: str) -> list[str]: ...
    def notes_on(self, ticket_id: str) -> list[str]: ...
    def public_on(self, ticket_id: str) -> list[str]: ...
    def standing_of(self, email: str) -> str:
        """Return what agents read about the customer; "" when they read nothing."""

    def lose_next_answer(self, deed: str) -> None:
        """Let the helpdesk do the next "note" or "tag" and then hang up."""

    def be_busy(self) -> None:
        """Let the helpdesk turn away the next call, for it was asked too much."""

    def babble(self) -> None:
        """Let the helpdesk answer the next call with a page for people, without doing it."""


class HelpdeskContract:
    """The helpdesk's side of app.domain.ports.Helpdesk."""

    @pytest.fixture
    def stage(self) -> HelpdeskStage:
        raise NotImplementedError

    @pytest.fixture
    def desk(self, stage: HelpdeskStage) -> Helpdesk:
        return stage.helpdesk()

    @pytest.fixture
    def ticket(self, stage: HelpdeskStage) -> str:
        return stage.open_ticket(stage.new_email())

    # Notes

    @pytest.mark.parametrize(
        "text", ["Refunded $24.50.", "Danke, Łukasz 🌷\n谢谢", "<b>1 & 2</b>", "=cmd|' /C calc'!A0"]
    )
    def test_given_a_ticket_when_a_note_is_left_then_agents_and_nobody_else_read_it(
        self, stage: HelpdeskStage, desk: Helpdesk, ticket: str, text: str
    ) -> None:
        public = stage.public_on(ticket)
        desk.post_note(ticket, text=text, key="note:1")
        assert stage.notes_on(ticket) == [text]
        assert stage.public_on(ticket) == public

    def test_given_two_notes_when_looked_for_then_each_is_found_by_its_key(self, desk: Helpdesk, ticket: str) -> None:
        written = {key: desk.post_note(ticket, text=key, key=key).reference for key in ("note:1", "note:2")}
        for key, reference in written.items():
            found = desk.find_note(ticket, key=key)
            assert found is not None
            assert found.reference == reference
        assert desk.find_note(ticket, key="note:3") is None

    def test_given_the_answer_is_lost_when_a_note_is_left_then_it_is_found(
        self, stage: HelpdeskStage, desk: Helpdesk, ticket: str
    ) -> None:
        stage.lose_next_answer("note")
        with pytest.raises(Uncertain):
            desk.post_note(ticket, text="Refunded.", key="note:1")
        assert desk.find_note(ticket, key="note:1") is not None
        assert stage.notes_on(ticket) == ["Refunded."]

    def test_given_a_long_ticket_when_a_note_is_looked_for_then_every_page_is_turned(
        self, stage: HelpdeskStage, desk: Helpdesk, ticket: str
    ) -> None:
        first = desk.post_note(ticket, text="first", key="note:first")
        stage.chatter(ticket, messages=120)
        last = desk.post_note(ticket, text="last", key="note:last")
        assert desk.find_note(ticket, key="note:first") == first
        assert desk.find_note(ticket, key="note:last") == last

    def test_given_a_page_for_people_when_a_note_is_left_then_in_doubt(
        self, stage: HelpdeskStage, desk: Helpdesk, ticket: str
    ) -> None:
        stage.babble()
        with pytest.raises(Uncertain):
            desk.post_note(ticket, text="Refunded.", key="note:1")

    @pytest.mark.parametrize("unknown", ["999999999", "../customers/1", "abc", ""])
    def test_given_an_unknown_ticket_when_a_note_is_left_then_refused(self, desk: Helpdesk, unknown: str) -> None:
        with pytest.raises(Rejected):
            desk.post_note(unknown, text="Refunded.", key="note:1")

    # Tags

    def test_given_tags_of_others_when_tagged_twice_then_ours_stands_once_beside_them(
        self, stage: HelpdeskStage, desk: Helpdesk, ticket: str
    ) -> None:
        stage.tag_by_hand(ticket, "returns")
        for _ in range(2):
            desk.tag_ticket(ticket, tag=TAG)
        assert sorted(stage.tags_on(ticket)) == [TAG, "returns"]

    def test_given_a_tag_that_nobody_used_before_when_tagged_then_it_is_there(
        self, stage: HelpdeskStage, desk: Helpdesk, ticket: str
    ) -> None:
        tag = f"never-before-{ticket}"
        desk.tag_ticket(ticket, tag=tag)
        assert stage.tags_on(ticket) == [tag]

    def test_given_the_answer_is_lost_when_tagged_then_in_doubt_and_repeating_is_harmless(
        self, stage: HelpdeskStage, desk: Helpdesk, ticket: str
    ) -> None:
        desk.tag_ticket(ticket, tag="seen-before")
        stage.lose_next_answer("tag")
        with pytest.raises(Uncertain):
            desk.tag_ticket(ticket, tag=TAG)
        desk.tag_ticket(ticket, tag=TAG)
        assert sorted(stage.tags_on(ticket)) == [TAG, "seen-before"]

    def test_given_an_unknown_ticket_when_tagged_then_refused(self, desk: Helpdesk) -> None:
        with pytest.raises(Rejected):
            desk.tag_ticket("999999999", tag=TAG)

    # Marks

    def test_given_open_and_closed_tickets_when_marked_then_only_the_open_ones_show_it(
        self, stage: HelpdeskStage, desk: Helpdesk
    ) -> None:
        email = stage.new_email()
        opened, closed = stage.open_ticket(email), stage.open_ticket(email)
        stage.close_ticket(closed)
        stage.tag_by_hand(opened, "returns")
        for _ in range(2):
            desk.mark_customer((email.upper(),), special=True, reason=REASON, tag=TAG)
        assert REASON in stage.standing_of(email)
        assert sorted(stage.tags_on(opened)) == [TAG, "returns"]
        assert stage.tags_on(closed) == []

    def test_given_a_mark_when_it_comes_off_then_the_tags_of_others_stay(
        self, stage: HelpdeskStage, desk: Helpdesk
    ) -> None:
        email = stage.new_email()
        ticket = stage.open_ticket(email)
        stage.tag_by_hand(ticket, "returns")
        desk.mark_customer((email,), special=True, reason=REASON, tag=TAG)
        marked = stage.standing_of(email)
        for _ in range(2):
            desk.mark_customer((email,), special=False, reason=REASON, tag=TAG)
        assert stage.tags_on(ticket) == ["returns"]
        assert stage.standing_of(email) != marked

    def test_given_two_emails_of_one_person_when_marked_then_both_show_it(
        self, stage: HelpdeskStage, desk: Helpdesk
    ) -> None:
        emails = (stage.new_email(), stage.new_email())
        tickets = [stage.open_ticket(email) for email in emails]
        desk.mark_customer(emails, special=True, reason=REASON, tag=TAG)
        assert [stage.tags_on(ticket) for ticket in tickets] == [[TAG], [TAG]]

    @pytest.mark.parametrize("emails", [(), ("nobody@nowhere.example",)])
    def test_given_somebody_unknown_when_marked_then_the_receipt_says_so(
        self, desk: Helpdesk, emails: tuple[str, ...]
    ) -> None:
        assert desk.mark_customer(emails, special=True, reason=REASON, tag=TAG).remark

    def test_given_a_reason_of_any_length_when_marked_then_it_fits(self, stage: HelpdeskStage, desk: Helpdesk) -> None:
        email = stage.new_email()
        stage.open_ticket(email)
        desk.mark_customer((email,), special=True, reason="much " * 1_000, tag=TAG)
        assert "much much" in stage.standing_of(email)

    def test_given_a_mark_when_looked_for_then_it_is_shown_until_an_open_ticket_has_lost_it(
        self, stage: HelpdeskStage, desk: Helpdesk
    ) -> None:
        email = stage.new_email()
        stage.open_ticket(email)
        assert desk.mark_shown((email,), tag=TAG) is False
        desk.mark_customer((email,), special=True, reason=REASON, tag=TAG)
        assert desk.mark_shown((email.upper(),), tag=TAG) is True

        later = stage.open_ticket(email)

        assert desk.mark_shown((email,), tag=TAG) is False
        assert desk.mark_shown((email,), tag=TAG, but=later) is True
        assert stage.tags_on(later) == []  # who looks changes nothing
        stage.close_ticket(later)
        assert desk.mark_shown((email,), tag=TAG) is True

    def test_given_a_mark_that_came_off_when_looked_for_then_it_is_not_shown(
        self, stage: HelpdeskStage, desk: Helpdesk
    ) -> None:
        email = stage.new_email()
        stage.open_ticket(email)
        for special in (True, False):
            desk.mark_customer((email,), special=special, reason=REASON, tag=TAG)
        assert desk.mark_shown((email,), tag=TAG) is False

    @pytest.mark.parametrize("emails", [(), ("nobody@nowhere.example",)])
    def test_given_somebody_unknown_when_looked_for_then_there_is_nothing_to_show(
        self, desk: Helpdesk, emails: tuple[str, ...]
    ) -> None:
        assert desk.mark_shown(emails, tag=TAG) is None

    # Trouble

    def test_given_tickets_when_asked_whether_somebody_waits_then_only_an_open_one_counts(
        self, stage: HelpdeskStage, desk: Helpdesk
    ) -> None:
        email = stage.new_email()
        assert not desk.has_open_ticket((email,))
        ticket = stage.open_ticket(email)
        says = desk.has_open_ticket((email.upper(),))
        stage.close_ticket(ticket)
        assert (says, desk.has_open_ticket((email,))) in ((True, False), (None, None))

    def test_given_a_busy_helpdesk_when_a_note_is_left_then_certainly_not_and_the_pause_is_known(
        self, stage: HelpdeskStage, desk: Helpdesk, ticket: str
    ) -> None:
        stage.be_busy()
        with pytest.raises(Unavailable) as caught:
            desk.post_note(ticket, text="Refunded.", key="note:1")
        assert caught.value.retry_after
        assert stage.notes_on(ticket) == []

    def test_given_dead_credentials_when_writing_then_certainly_nothing_happened(
        self, stage: HelpdeskStage, ticket: str
    ) -> None:
        with pytest.raises(Unavailable) as caught:
            stage.stranger().post_note(ticket, text="Refunded.", key="note:1")
        assert (caught.value.retry_after or 0) >= 3600
        assert stage.notes_on(ticket) == []
