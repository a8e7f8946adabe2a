"""What every gift vendor that can be asked afterwards must answer, and must stop when it is asked to.

One that stops nothing subclasses GiftVendorFollowed alone.
"""

from typing import Protocol

import pytest

from app.domain.errors import Unavailable, Uncertain
from app.domain.gifts import Cancelled, Moneys
from app.domain.ports import GiftVendor
from app.domain.sendings import Status
from tests.integrations.contract.gift_vendor_contract import GiftVendorStage, OnStage


class SeenStage(GiftVendorStage, Protocol):
    """A vendor in which something becomes of gifts."""

    @property
    def on_its_way(self) -> Status:
        """Return what it says of a gift that left without trouble."""

    def say(self, word: str) -> None:
        """Let it call whatever becomes of gifts by a word of its own."""


class FollowedStage(SeenStage, Protocol):
    """A vendor that stops gifts as well."""

    def too_late(self, reference: str) -> None:
        """Let so much become of a gift that it cannot be stopped."""

    def slip(self) -> None:
        """Let it agree to stop gifts, and send them all the same."""

    def strike_cancel(self, kind: str) -> None:
        """Let the next call that stops a gift go wrong in that way."""


class GiftVendorFollowed(OnStage):
    """The port's side of what becomes of gifts."""

    @pytest.fixture
    def stage(self) -> SeenStage:
        raise NotImplementedError

    def test_given_a_gift_that_left_when_asked_then_it_is_on_its_way_and_paid(
        self, stage: SeenStage, vendor: GiftVendor, key: str
    ) -> None:
        placed = vendor.place(stage.wish(), key=key)
        seen = vendor.status(placed.reference, other=placed.other)
        assert seen.status is stage.on_its_way
        assert seen.money is not Moneys.BACK
        assert seen.cost in (None, placed.cost)

    def test_given_a_word_that_nobody_knows_when_asked_then_it_is_handed_on_and_believed_of_nothing(
        self, stage: SeenStage, vendor: GiftVendor, key: str
    ) -> None:
        placed = vendor.place(stage.wish(), key=key)
        stage.say("misty")
        seen = vendor.status(placed.reference)
        assert (seen.status, seen.word, seen.money) == (None, "misty", Moneys.SAME)

    def test_given_a_gift_of_somebody_else_when_asked_then_nothing_can_be_said_of_it(self, vendor: GiftVendor) -> None:
        with pytest.raises(Unavailable):
            vendor.status("4711")


class GiftVendorAfterwards(GiftVendorFollowed):
    """The port's side of stopping gifts, of those who do, beside what becomes of them."""

    @pytest.fixture
    def stage(self) -> FollowedStage:
        raise NotImplementedError

    def test_given_a_gift_when_stopped_twice_then_it_is_stopped_and_the_money_is_back(
        self, stage: FollowedStage, vendor: GiftVendor, key: str
    ) -> None:
        placed = vendor.place(stage.wish(), key=key)
        assert [vendor.cancel(placed.reference) for _ in range(2)] == [Cancelled.CANCELLED] * 2
        seen = vendor.status(placed.reference)
        assert (seen.status, seen.money) == (Status.CANCELLED, Moneys.BACK)

    def test_given_a_gift_that_is_too_far_when_stopped_then_it_is_too_late(
        self, stage: FollowedStage, vendor: GiftVendor, key: str
    ) -> None:
        placed = vendor.place(stage.wish(), key=key)
        stage.too_late(placed.reference)
        assert vendor.cancel(placed.reference) is Cancelled.TOO_LATE
        assert vendor.status(placed.reference).money is not Moneys.BACK

    def test_given_a_gift_that_is_sent_although_stopped_when_asked_then_it_is_on_its_way(
        self, stage: FollowedStage, vendor: GiftVendor, key: str
    ) -> None:
        placed = vendor.place(stage.wish(), key=key)
        stage.slip()
        assert vendor.cancel(placed.reference) is Cancelled.CANCELLED
        seen = vendor.status(placed.reference)
        assert seen.status in {stage.on_its_way, Status.SHIPPED}
        assert seen.money is not Moneys.BACK

    def test_given_an_answer_lost_when_stopped_then_in_doubt_and_safe_to_repeat(
        self, stage: FollowedStage, vendor: GiftVendor, key: str
    ) -> None:
        placed = vendor.place(stage.wish(), key=key)
        stage.strike_cancel("commit_then_drop")
        with pytest.raises(Uncertain):
            vendor.cancel(placed.reference)
        assert vendor.cancel(placed.reference) is Cancelled.CANCELLED
