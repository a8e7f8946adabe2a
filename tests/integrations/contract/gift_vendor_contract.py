"""What every gift vendor's adapter must do. Subclass GiftVendorContract and supply a `stage`."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol

import pytest

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.money import Money
from app.domain.ports import Address, GiftVendor, Receipt


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
        quote = vendor.quote(product=stage.product, postcode="62701", on=stage.today() + timedelta(days=14))
        receipt = self.send(stage, vendor, at_most=quote.total)
        assert (quote.product, receipt.cost) == (stage.product, quote.total)
        assert stage.ordered()[-1].cost == quote.total

    def test_given_a_day_far_ahead_when_quoted_then_there_is_a_price_all_the_same(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        quote = vendor.quote(product=stage.product, postcode="62701", on=stage.today() + timedelta(days=170))
        assert quote.total.minor > 0

    @pytest.mark.parametrize(("product", "postcode"), [("no-such-thing", "62701"), (None, "SW1A 1AA"), (None, "")])
    def test_given_something_that_cannot_be_when_quoted_then_refused(
        self, stage: GiftVendorStage, vendor: GiftVendor, product: str | None, postcode: str
    ) -> None:
        with pytest.raises(Rejected):
            vendor.quote(product=product or stage.product, postcode=postcode, on=stage.today())

    def test_given_an_address_when_sent_then_it_is_ordered_once_as_it_should_be(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        before = len(stage.ordered())
        receipt = self.send(stage, vendor, message="Thinking of you, Łukasz 🌷\nLéa")
        (gift,) = stage.ordered()[before:]
        assert (gift.product, gift.card, gift.name) == (
            stage.product,
            "Thinking of you, Łukasz 🌷\nLéa",
            "Ada Lovewell",
        )
        assert gift.on >= stage.today() + timedelta(days=2)
        assert receipt.reference
        assert receipt.remark

    def test_given_a_price_that_rose_when_sent_then_refused_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        quote = vendor.quote(product=stage.product, postcode="62701", on=stage.today() + timedelta(days=2))
        less = Money(minor=quote.total.minor - 1, currency=quote.total.currency)
        self.refuses(stage, vendor, at_most=less)

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
        self.refuses(stage, vendor, message="so sorry " * 100)

    def test_given_the_answer_is_lost_when_sent_then_in_doubt(self, stage: GiftVendorStage, vendor: GiftVendor) -> None:
        before = len(stage.ordered())
        stage.lose_next_answer()
        with pytest.raises(Uncertain):
            self.send(stage, vendor)
        assert len(stage.ordered()) == before + 1
        if vendor.can_look_up:
            assert vendor.find(key="flowers:42") is not None

    def test_given_a_page_for_people_when_sent_then_in_doubt(self, stage: GiftVendorStage, vendor: GiftVendor) -> None:
        stage.babble_at_order()
        with pytest.raises(Uncertain):
            self.send(stage, vendor)

    def test_given_a_busy_vendor_when_quoted_then_later(self, stage: GiftVendorStage, vendor: GiftVendor) -> None:
        stage.be_busy()
        with pytest.raises(Unavailable) as caught:
            vendor.quote(product=stage.product, postcode="62701", on=stage.today())
        assert caught.value.retry_after

    def test_given_dead_credentials_when_sent_then_certainly_nothing_happened(self, stage: GiftVendorStage) -> None:
        with pytest.raises(Unavailable) as caught:
            self.send(stage, stage.stranger())
        assert (caught.value.retry_after or 0) >= 3600

    def refuses(self, stage: GiftVendorStage, vendor: GiftVendor, **changes: Any) -> None:
        before = len(stage.ordered())
        with pytest.raises(Rejected):
            self.send(stage, vendor, **changes)
        assert len(stage.ordered()) == before

    def send(self, stage: GiftVendorStage, vendor: GiftVendor, **changes: Any) -> Receipt:
        wish: dict[str, Any] = {
            "product": stage.product,
            "message": "Thinking of you.\nLéa",
            "to": address(),
            "on": stage.today() + timedelta(days=2),
            "at_most": Money(minor=500_00, currency="USD"),
            "key": "flowers:42",
        }
        return vendor.send(**(wish | changes))
