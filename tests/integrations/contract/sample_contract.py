"""What everybody must do who writes test tickets. Subclass SampleContract and supply a `stage`."""

from typing import Protocol

import pytest

from app.domain.errors import KeyRefused, Uncertain
from app.domain.ports import SampleTickets
from app.domain.sample_tickets import WORDS


class SampleStage(Protocol):
    """A helpdesk into which a test can look, apart from the adapter."""

    def samples(self) -> SampleTickets: ...
    def stranger(self) -> SampleTickets:
        """Return an adapter whose credentials the helpdesk does not know."""

    def new_email(self) -> str: ...
    def open_ticket(self, email: str) -> str: ...
    def tickets_of(self, email: str) -> list[str]:
        """Return the numbers of all tickets from that address, open or not."""

    def notes_on(self, ticket: str) -> list[str]: ...
    def public_on(self, ticket: str) -> list[str]: ...
    def answer(self, ticket: str, email: str) -> None:
        """Let something be said on the ticket that everybody may read."""

    def is_open(self, ticket: str) -> bool: ...
    def mails(self) -> int:
        """Return how many mails it has sent so far."""

    def lose_next_answer(self) -> None:
        """Let the next ticket be opened, and the line be cut before that is said."""


class SampleContract:
    """The helpdesk's side of app.domain.ports.SampleTickets."""

    @pytest.fixture
    def stage(self) -> SampleStage:
        raise NotImplementedError

    @pytest.fixture
    def desk(self, stage: SampleStage) -> SampleTickets:
        return stage.samples()

    @pytest.fixture
    def email(self, stage: SampleStage) -> str:
        email = stage.new_email()
        stage.open_ticket(email)  # by which a helpdesk gets to know them
        return email

    @pytest.fixture
    def key(self, email: str) -> str:
        return f"key-{email}"

    def test_given_an_address_when_written_then_only_the_team_reads_it_and_nobody_is_mailed(
        self, stage: SampleStage, desk: SampleTickets, email: str, key: str
    ) -> None:
        before = stage.mails()
        written = desk.write(email, key=key)

        assert (written.public, written.reference in stage.tickets_of(email)) == (False, True)
        assert (stage.notes_on(written.reference), stage.public_on(written.reference)) == ([WORDS], [])
        assert (stage.mails(), desk.find(key=key)) == (before, written)

    def test_given_an_address_that_nobody_knows_when_written_then_it_is_theirs_and_nobody_is_mailed(
        self, stage: SampleStage, desk: SampleTickets, email: str, key: str
    ) -> None:
        stranger, before = stage.new_email(), stage.mails()
        written = desk.write(stranger, key=key)
        assert (stage.tickets_of(stranger), stage.mails()) == ([written.reference], before)

    def test_given_one_that_stands_when_written_again_then_it_is_the_one(
        self, stage: SampleStage, desk: SampleTickets, email: str, key: str
    ) -> None:
        written = [desk.write(email, key=key) for _ in range(2)]
        assert written[0] == written[1]
        assert len(stage.tickets_of(email)) == 2

    def test_given_the_answer_is_lost_when_written_again_then_there_is_one(
        self, stage: SampleStage, desk: SampleTickets, email: str, key: str
    ) -> None:
        stage.lose_next_answer()
        with pytest.raises(Uncertain):
            desk.write(email, key=key)
        number = desk.write(email, key=key).reference
        assert sorted(set(stage.tickets_of(email)) - {number}) == sorted(stage.tickets_of(email))[:1]
        assert (stage.notes_on(number), stage.public_on(number)) == ([WORDS], [])

    def test_given_another_key_when_written_and_taken_away_then_each_is_its_own(
        self, stage: SampleStage, desk: SampleTickets, email: str, key: str
    ) -> None:
        theirs = stage.tickets_of(email)
        mine, other = (desk.write(email, key=name).reference for name in (key, f"{key}-2"))
        assert mine != other

        assert desk.take_away(key=key) is True
        assert desk.take_away(key=key) is False
        assert desk.find(key=key) is None
        assert stage.tickets_of(email) == [*theirs, other]
        assert all(stage.is_open(each) for each in (*theirs, other))

    def test_given_somebody_was_answered_on_it_when_taken_away_then_it_is_closed_and_nothing_lost(
        self, stage: SampleStage, desk: SampleTickets, email: str, key: str
    ) -> None:
        number = desk.write(email, key=key).reference
        stage.answer(number, email)
        said = stage.public_on(number)
        found = desk.find(key=key)
        assert found is not None
        assert not found.public  # for it is not our note that everybody reads

        assert desk.take_away(key=key) is True
        assert (stage.public_on(number), stage.is_open(number)) == (said, False)
        assert said

    def test_given_a_key_that_is_dead_when_written_then_that_is_said_and_nothing_is_there(
        self, stage: SampleStage, email: str, key: str
    ) -> None:
        before = stage.tickets_of(email)
        with pytest.raises(KeyRefused):
            stage.stranger().write(email, key=key)
        assert stage.tickets_of(email) == before
