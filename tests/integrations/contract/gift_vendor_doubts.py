"""What every gift vendor's adapter makes of answers that are lost, late, odd, or no."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Busy, Unavailable, Uncertain
from app.domain.gifts import Settles
from app.domain.ports import GiftVendor
from tests.integrations.contract.gift_vendor_contract import GiftVendorStage, OnStage
from tests.integrations.contract.town import PATIENT, Hurried
from tests.integrations.raw_server import HERE
from tests.integrations.sandbox.counters import wait_until

LATE = 31  # seconds, past any limit of ours


class GiftVendorDoubts(OnStage):
    """Lost answers: the gift was ordered, or was not, and the port says how to find out."""

    @pytest.mark.parametrize("kind", ["commit_then_drop", "500_after", "truncated"])
    def test_given_an_answer_lost_after_the_order_when_placed_then_in_doubt_and_never_twice(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str, kind: str
    ) -> None:
        before = len(stage.ordered())
        stage.strike(kind)
        with pytest.raises(Uncertain):
            vendor.place(stage.wish(), key=key)
        self.is_found(stage, vendor, key, before)

    @pytest.mark.parametrize("kind", ["500_before", "html_502", "html_200", "drop_before"])
    def test_given_an_answer_lost_before_the_order_when_placed_then_in_doubt_and_absent(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str, kind: str
    ) -> None:
        before = len(stage.ordered())
        stage.strike(kind)
        with pytest.raises(Uncertain):
            vendor.place(stage.wish(), key=key)
        assert len(stage.ordered()) == before
        if vendor.can.settles is not Settles.PERSON:
            assert vendor.find(key=key, customer_id=55) is None
            assert vendor.place(stage.wish(), key=key).reference == stage.ordered()[-1].reference
            assert len(stage.ordered()) == before + 1

    def test_given_an_answer_later_than_we_wait_when_placed_then_in_doubt_and_never_twice(
        self, stage: GiftVendorStage, key: str
    ) -> None:
        vendor, before = stage.vendor(Hurried(PATIENT, trusted=HERE)), len(stage.ordered())
        stage.strike("slow", seconds=0.6)
        with pytest.raises(Uncertain):
            vendor.place(stage.wish(), key=key)
        wait_until(lambda: len(stage.ordered()) > before)
        self.is_found(stage, stage.vendor(), key, before)

    def test_given_an_order_that_comes_through_late_when_repeated_by_then_then_there_is_one(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str
    ) -> None:
        if vendor.can.settles is not Settles.KEY:
            pytest.skip("repeated by a key alone")
        before = len(stage.ordered())
        stage.strike("late_commit", seconds=LATE)
        with pytest.raises(Uncertain):
            vendor.place(stage.wish(), key=key)
        assert vendor.find(key=key, customer_id=55) is None
        again = vendor.place(stage.wish(), key=key)
        stage.town.inside.clock.advance(LATE)
        assert [gift.reference for gift in stage.ordered()[before:]] == [again.reference]

    def test_given_an_order_that_comes_through_late_when_believed_absent_then_it_would_have_been_seen(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str
    ) -> None:
        if vendor.can.settles is Settles.PERSON:
            pytest.skip("nobody looks")
        stage.strike("late_commit", seconds=LATE)
        with pytest.raises(Uncertain):
            vendor.place(stage.wish(), key=key)
        assert vendor.can.shows_within > timedelta(seconds=LATE)
        stage.town.inside.clock.advance(LATE)
        assert stage.ordered()  # by now it came through
        stage.town.inside.clock.advance(int(vendor.can.shows_within.total_seconds()) - LATE)
        assert vendor.find(key=key, customer_id=55) is not None

    @pytest.mark.parametrize(("kind", "waits"), [("429", True), ("429_date", True), ("429_bare", False)])
    def test_given_a_busy_vendor_when_placed_then_later_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str, kind: str, waits: bool
    ) -> None:
        before = len(stage.ordered())
        stage.strike(kind)
        with pytest.raises(Busy) as caught:
            vendor.place(stage.wish(), key=key)
        assert (caught.value.retry_after is not None) == waits
        assert len(stage.ordered()) == before

    def test_given_a_page_that_forbids_when_placed_then_later_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str
    ) -> None:
        before = len(stage.ordered())
        stage.strike("html_403")
        with pytest.raises(Unavailable):
            vendor.place(stage.wish(), key=key)
        assert len(stage.ordered()) == before

    def test_given_an_answer_in_an_odd_dress_when_placed_then_it_is_understood_all_the_same(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str
    ) -> None:
        stage.strike("odd_body")
        assert vendor.place(stage.wish(), key=key).reference == stage.ordered()[-1].reference

    def test_given_the_same_key_when_placed_again_then_the_first_gift_stays_the_only_one(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str
    ) -> None:
        if vendor.can.settles is not Settles.KEY:
            pytest.skip("knows no keys")
        first, before = vendor.place(stage.wish(), key=key), len(stage.ordered())
        again = vendor.place(stage.wish(words="Other words.\nLéa"), key=key)
        assert (again.reference, again.cost) == (first.reference, first.cost)
        assert (len(stage.ordered()), stage.ordered()[-1].card) == (before, "Thinking of you.\nLéa")

    def test_given_any_no_when_it_is_told_then_neither_key_nor_person_is_in_the_words(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str
    ) -> None:
        told: list[str] = []
        with capture_logs() as logs:
            for kind in ("429", "500_before", "html_502", "html_403", "html_200", "truncated"):
                stage.strike(kind)
                with pytest.raises((Unavailable, Uncertain)) as caught:
                    vendor.place(stage.wish(), key=f"{key}:{kind}")
                told.append(str(caught.value))
            with pytest.raises(Unavailable) as caught:
                stage.stranger().place(stage.wish(), key=key)
            told.append(str(caught.value))
        words = " ".join([*told, *map(str, logs)]).lower()
        for secret in ("ada", "example.com", "main st", "practice-", "wrong"):
            assert secret not in words

    def is_found(self, stage: GiftVendorStage, vendor: GiftVendor, key: str, before: int) -> None:
        """Hold it to showing the one gift there is, and to leaving it at that."""
        (gift,) = stage.ordered()[before:]
        if vendor.can.settles is Settles.PERSON:
            return
        stage.town.inside.clock.advance(int(vendor.can.shows_within.total_seconds()))
        found = vendor.find(key=key, customer_id=55)
        assert found is not None
        assert (found.reference, found.cost) == (gift.reference, gift.cost)
        if vendor.can.settles is Settles.KEY:
            assert vendor.place(stage.wish(), key=key).reference == gift.reference
            assert len(stage.ordered()) == before + 1
