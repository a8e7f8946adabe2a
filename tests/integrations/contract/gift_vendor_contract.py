"""What every gift vendor's adapter must do. Subclass GiftVendorContract and supply a `stage`."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol

import pytest

from app.domain.addresses import Address
from app.domain.errors import Dearer, KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.gifts import GiftKind, Placed, Settles, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A gift as the vendor will deliver it."""

    product: str
    card: str
    name: str
    on: date
    cost: Money


class GiftVendorStage(Protocol):
    """A vendor that a test can set up and look into, apart from the adapter."""

    @property
    def product(self) -> str: ...
    def today(self) -> date: ...
    def vendor(self) -> GiftVendor: ...
    def stranger(self) -> GiftVendor:
        """Return an adapter whose credentials the vendor does not know."""

    def ordered(self) -> list[Delivered]: ...
    def lose_next_answer(self) -> None:
        """Let the vendor take the next order and then hang up."""

    def be_busy(self) -> None:
        """Let the vendor turn away the next call, for it was asked too much."""

    def babble_at_order(self) -> None:
        """Let the vendor answer the next order with a page for people."""


def address(**changes: Any) -> Address:
    """Return where flowers can go; change only what the test is about."""
    home = Address(
        name="Ada Lovewell",
        company="",
        street="1 Main St",
        street2="",
        city="Springfield",
        region="IL",
        postcode="62701",
        country="US",
        phone="217-555-0123",
    )
    return replace(home, **changes)


def wish(**changes: Any) -> Wish:
    """Return a bouquet for Ada, with plenty set aside; change only what the test is about."""
    bouquet = Wish(
        what=GiftKind.FLOWERS,
        sku="F1",
        words="Thinking of you.\nLéa",
        signed_by="Léa",
        name="Ada Lovewell",
        at_most=Money(minor=500_00, currency="USD"),
        to=address(),
        email="ada@example.com",
        customer_id=55,
    )
    return replace(bouquet, **changes)


class GiftVendorContract:
    """The vendor's side of app.domain.ports.GiftVendor."""

    @pytest.fixture
    def stage(self) -> GiftVendorStage:
        raise NotImplementedError

    @pytest.fixture
    def vendor(self, stage: GiftVendorStage) -> GiftVendor:
        return stage.vendor()

    def test_given_a_product_when_quoted_then_the_total_is_what_it_costs(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        quote = vendor.quote(self.wish(stage, day=stage.today() + timedelta(days=14)))
        placed = self.place(stage, vendor, at_most=quote.total)
        assert (quote.product, placed.cost) == (stage.product, quote.total)
        assert stage.ordered()[-1].cost == quote.total

    def test_given_a_day_far_ahead_when_quoted_then_there_is_a_price_all_the_same(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        quote = vendor.quote(self.wish(stage, day=stage.today() + timedelta(days=170)))
        assert quote.total.minor > 0

    @pytest.mark.parametrize(("product", "postcode"), [("no-such-thing", "62701"), (None, "SW1A 1AA"), (None, "")])
    def test_given_something_that_cannot_be_when_quoted_then_refused(
        self, stage: GiftVendorStage, vendor: GiftVendor, product: str | None, postcode: str
    ) -> None:
        with pytest.raises(Rejected):
            vendor.quote(self.wish(stage, sku=product or stage.product, to=address(postcode=postcode)))

    def test_given_an_address_when_sent_then_it_is_ordered_once_as_it_should_be(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        before = len(stage.ordered())
        placed = self.place(stage, vendor, words="Thinking of you, Łukasz 🌷\nLéa")
        (gift,) = stage.ordered()[before:]
        assert (gift.product, gift.card, gift.name) == (
            stage.product,
            "Thinking of you, Łukasz 🌷\nLéa",
            "Ada Lovewell",
        )
        assert gift.on >= stage.today() + timedelta(days=2)
        assert placed.reference
        assert placed.remark

    def test_given_a_price_that_rose_when_sent_then_it_is_told_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        quote, before = vendor.quote(self.wish(stage)), len(stage.ordered())
        with pytest.raises(Dearer) as caught:
            self.place(stage, vendor, at_most=Money(minor=quote.total.minor - 1, currency=quote.total.currency))
        assert caught.value.total == quote.total
        assert len(stage.ordered()) == before

    @pytest.mark.parametrize(
        "to",
        [
            address(name=""),
            address(country="FR", postcode="75001"),
            address(postcode="not one"),
            address(street=""),
        ],
        ids=["no name", "abroad", "no postcode", "no street"],
    )
    def test_given_an_address_that_will_not_do_when_sent_then_refused_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor, to: Address
    ) -> None:
        self.refuses(stage, vendor, to=to)

    def test_given_a_card_too_small_for_the_words_when_sent_then_refused_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        self.refuses(stage, vendor, words="so sorry " * (vendor.can.paper.characters // 9 + 1))

    def test_given_the_answer_is_lost_when_sent_then_in_doubt(self, stage: GiftVendorStage, vendor: GiftVendor) -> None:
        before = len(stage.ordered())
        stage.lose_next_answer()
        with pytest.raises(Uncertain):
            self.place(stage, vendor)
        assert len(stage.ordered()) == before + 1
        if vendor.can.settles is not Settles.PERSON:
            assert vendor.find(key="flowers:42", customer_id=55) is not None

    def test_given_a_page_for_people_when_sent_then_in_doubt(self, stage: GiftVendorStage, vendor: GiftVendor) -> None:
        stage.babble_at_order()
        with pytest.raises(Uncertain):
            self.place(stage, vendor)

    def test_given_a_busy_vendor_when_quoted_then_later(self, stage: GiftVendorStage, vendor: GiftVendor) -> None:
        stage.be_busy()
        with pytest.raises(Unavailable) as caught:
            vendor.quote(self.wish(stage))
        assert caught.value.retry_after

    def test_given_dead_credentials_when_sent_then_certainly_nothing_happened(self, stage: GiftVendorStage) -> None:
        with pytest.raises(KeyRefused) as caught:
            self.place(stage, stage.stranger())
        assert (caught.value.retry_after or 0) >= 3600

    def test_given_dead_credentials_when_the_account_is_looked_at_then_it_says_so(self, stage: GiftVendorStage) -> None:
        with pytest.raises(KeyRefused):
            stage.stranger().check()

    def test_given_good_credentials_when_the_account_is_looked_at_then_nothing_ails_it(
        self, vendor: GiftVendor
    ) -> None:
        assert vendor.check().ails == ()

    def refuses(self, stage: GiftVendorStage, vendor: GiftVendor, **changes: Any) -> None:
        before = len(stage.ordered())
        with pytest.raises(Rejected):
            self.place(stage, vendor, **changes)
        assert len(stage.ordered()) == before

    def place(self, stage: GiftVendorStage, vendor: GiftVendor, **changes: Any) -> Placed:
        return vendor.place(self.wish(stage, **changes), key="flowers:42")

    def wish(self, stage: GiftVendorStage, **changes: Any) -> Wish:
        return wish(**({"sku": stage.product, "day": stage.today() + timedelta(days=2)} | changes))
