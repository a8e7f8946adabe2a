"""What every adapter must do whose helpdesk is told of cards. Subclass PushContract and supply a `stage`."""

from typing import Protocol

import pytest

from app.domain.errors import Unavailable, Uncertain
from app.domain.ports import PushableHelpdesk

LINE = "As of 14:03, 26 Nov 2026. Last kindness: Flowers, signed Robin, 5 Dec 2026. Team pool: $318.00 of $500.00 left"


class PushStage(Protocol):
    """A helpdesk that a test can set up and look into, apart from the adapter."""

    def told(self) -> PushableHelpdesk: ...
    def new_email(self) -> str:
        """Return an address that nobody has used yet."""

    def open_ticket(self, email: str) -> str: ...
    def card_of(self, email: str) -> str:
        """Return the line that agents read of the customer; "" when they read none."""

    def write_beside_it(self, email: str) -> str:
        """Let the team write something of their own on the customer; return what must still be there."""

    def beside_it(self, email: str) -> str:
        """Return what the team wrote."""

    def lose_next_card(self) -> None:
        """Let the helpdesk show the next card and then hang up."""

    def be_busy(self) -> None:
        """Let the helpdesk turn away the next call, for it was asked too much."""


class PushContract:
    """The side of app.domain.ports.PushableHelpdesk that shows cards."""

    @pytest.fixture
    def stage(self) -> PushStage:
        raise NotImplementedError

    @pytest.fixture
    def email(self, stage: PushStage) -> str:
        """A customer whom the helpdesk knows."""
        email = stage.new_email()
        stage.open_ticket(email)
        return email

    def test_given_a_card_when_another_is_shown_then_the_last_stands_alone(self, stage: PushStage, email: str) -> None:
        for line in ("the first", LINE, LINE):
            stage.told().push_card((email,), line=line)

        assert stage.card_of(email) == LINE

    def test_given_what_the_team_wrote_when_a_card_is_shown_then_it_stays(self, stage: PushStage, email: str) -> None:
        theirs = stage.write_beside_it(email)

        stage.told().push_card((email,), line=LINE)

        assert stage.beside_it(email) == theirs

    def test_given_somebody_unknown_when_a_card_is_shown_then_the_receipt_says_so(self, stage: PushStage) -> None:
        assert stage.told().push_card((stage.new_email(),), line=LINE).remark

    def test_given_a_line_of_any_length_when_shown_then_it_fits(self, stage: PushStage, email: str) -> None:
        stage.told().push_card((email,), line="Łukasz 🌷 " * 200)

        assert stage.card_of(email).startswith("Łukasz 🌷 ")

    def test_given_the_answer_is_lost_when_a_card_is_shown_then_in_doubt_and_repeating_is_harmless(
        self, stage: PushStage, email: str
    ) -> None:
        stage.told().push_card((email,), line="the first")
        stage.lose_next_card()
        with pytest.raises(Uncertain):
            stage.told().push_card((email,), line=LINE)
        stage.told().push_card((email,), line=LINE)

        assert stage.card_of(email) == LINE

    def test_given_a_busy_helpdesk_when_a_card_is_shown_then_certainly_not(self, stage: PushStage, email: str) -> None:
        stage.be_busy()

        with pytest.raises(Unavailable):
            stage.told().push_card((email,), line=LINE)
        assert stage.card_of(email) == ""
