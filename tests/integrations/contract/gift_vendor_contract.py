"""What every gift vendor's adapter must do. Subclass GiftVendorContract and supply a `stage`.

What becomes of lost answers is in `gift_vendor_doubts.py`, what becomes of gifts in `gift_vendor_afterwards.py`.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import uuid4

import pytest

from app.domain.addresses import Address
from app.domain.card_paper import laid_out
from app.domain.errors import Busy, Dearer, KeyRefused, Rejected, Uncertain
from app.domain.gifts import GiftKind, Placed, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor
from integrations.http import Http
from tests.integrations.contract.town import TownDoor


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A gift as the vendor will deliver it; `cost` is None where it is known only once somebody has taken it up."""

    reference: str
    product: str
    card: str
    name: str
    cost: Money | None
    on: date | None = None


class GiftVendorStage(Protocol):
    """A vendor that a test can set up and look into, apart from the adapter."""

    @property
    def town(self) -> TownDoor: ...
    @property
    def product(self) -> str: ...
    @property
    def impossible(self) -> Mapping[str, dict[str, Any]]:
        """Return what makes a wish one that this vendor cannot fulfil, by what is wrong with it."""

    def vendor(self, http: Http | None = None) -> GiftVendor: ...
    def stranger(self) -> GiftVendor:
        """Return an adapter whose credentials the vendor does not know."""

    def wish(self, **changes: Any) -> Wish:
        """Return something that can be had; change only what the test is about."""

    def ordered(self) -> list[Delivered]: ...
    def strike(self, kind: str, **more: object) -> None:
        """Let the next order go wrong in that way."""


LONG = 60  # letters of a name that some envelopes cannot hold


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
    if "name" in changes:
        changes = {"to": address(name=changes["name"])} | changes
    return replace(bouquet, **changes)


def today(town: TownDoor) -> date:
    """Return which day it is where the vendors are."""
    return town.inside.clock.now().date()


def strike(town: TownDoor, vendor: str, call: str, kind: str, **more: object) -> None:
    """Let the next such call to one of the town's vendors go wrong in that way."""
    town.post(f"{vendor}/faults", next=[{"call": call, "kind": kind, **more}])


def fresh_key() -> str:
    """Return the key of a deed that was never done: a vendor may remember all others."""
    return f"send:{uuid4()}"


class OnStage:
    """A stage, its vendor, and the gift that a test is about."""

    @pytest.fixture
    def stage(self) -> GiftVendorStage:
        raise NotImplementedError

    @pytest.fixture
    def vendor(self, stage: GiftVendorStage) -> GiftVendor:
        return stage.vendor()

    @pytest.fixture
    def key(self) -> str:
        return fresh_key()


class GiftVendorContract(OnStage):
    """The vendor's side of app.domain.ports.GiftVendor."""

    def test_given_a_product_when_quoted_then_the_total_is_what_it_costs(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str
    ) -> None:
        quote = vendor.quote(stage.wish(day=today(stage.town) + timedelta(days=14)))
        placed = vendor.place(stage.wish(at_most=quote.total), key=key)
        assert quote.product == stage.product
        assert placed.cost == stage.ordered()[-1].cost
        assert placed.cost == quote.total or (placed.cost is None and placed.pending)

    def test_given_a_day_far_ahead_when_quoted_then_there_is_a_price_all_the_same(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        quote = vendor.quote(stage.wish(day=today(stage.town) + timedelta(days=170)))
        assert quote.total.minor > 0

    def test_given_something_that_nobody_sells_when_quoted_then_refused(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        with pytest.raises(Rejected):
            vendor.quote(stage.wish(sku="no-such-thing"))

    def test_given_a_wish_when_placed_then_it_is_ordered_once_as_it_should_be(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str
    ) -> None:
        before, words = len(stage.ordered()), "Thinking of you, Łukasz 🌷\nLéa"
        words = words if can_stand(words, vendor) else "Thinking of you, Łukasz\nLéa"
        placed = vendor.place(stage.wish(words=words), key=key)
        (gift,) = stage.ordered()[before:]
        assert (gift.reference, gift.product) == (placed.reference, stage.product)
        assert (gift.card, gift.name) == (words, "Ada Lovewell")
        assert gift.on == placed.day
        assert placed.remark

    @pytest.mark.parametrize(
        "name",
        ["Łukasz Żółć", "山田 花子", "דנה כהן", "Ada 🌷 Lovewell", f"{'Wolfeschlegel' * 5} Ada", "Ada\nLovewell"],
        ids=["Ł", "CJK", "right to left", "emoji", "more than sixty letters", "two lines"],
    )
    def test_given_a_name_of_any_kind_when_placed_then_it_arrives_whole_or_is_refused(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str, name: str
    ) -> None:
        before = len(stage.ordered())
        with suppress(Rejected):
            vendor.place(stage.wish(name=name), key=key)
        assert [gift.name.split() for gift in stage.ordered()[before:]] in ([name.split()], [])
        assert len(stage.ordered()) > before or len(name) > LONG or not can_stand(name, vendor)

    def test_given_a_price_that_rose_when_placed_then_it_is_told_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor, key: str
    ) -> None:
        quote, before = vendor.quote(stage.wish()), len(stage.ordered())
        less = Money(minor=quote.total.minor - 1, currency=quote.total.currency)
        with pytest.raises(Dearer) as caught:
            vendor.place(stage.wish(at_most=less), key=key)
        assert caught.value.total == quote.total
        assert len(stage.ordered()) == before

    def test_given_what_this_vendor_cannot_do_when_placed_then_refused_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        for wrong, changes in stage.impossible.items():
            refuses(stage, vendor, wrong, **changes)

    def test_given_money_of_another_kind_when_placed_then_refused_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        refuses(stage, vendor, "money", at_most=Money(minor=500_00, currency="SEK"))

    def test_given_a_card_too_small_for_the_words_when_placed_then_refused_and_nothing_is_ordered(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        refuses(stage, vendor, "words", words="so sorry " * (vendor.can.paper.characters // 9 + 1))

    def test_given_what_it_cannot_bring_when_its_catalogue_is_asked_then_there_is_nothing_of_the_kind(
        self, stage: GiftVendorStage, vendor: GiftVendor
    ) -> None:
        most = Money(minor=500_00, currency="USD")
        for what in set(GiftKind) - vendor.can.kinds:
            with suppress(Rejected):
                assert vendor.catalogue(what, country="US", at_most=most) == ()

    def test_given_a_busy_vendor_when_quoted_then_later(self, stage: GiftVendorStage, vendor: GiftVendor) -> None:
        if not vendor.can.quotes:
            pytest.skip("asks nobody for a price")
        stage.strike("429", call="*")
        with pytest.raises(Busy) as caught:
            vendor.quote(stage.wish())
        assert caught.value.retry_after

    def test_given_dead_credentials_when_placed_then_certainly_nothing_happened(
        self, stage: GiftVendorStage, key: str
    ) -> None:
        before = len(stage.ordered())
        with pytest.raises(KeyRefused) as caught:
            stage.stranger().place(stage.wish(), key=key)
        assert (caught.value.retry_after or 0) >= 3600
        assert len(stage.ordered()) == before

    def test_given_dead_credentials_when_the_account_is_looked_at_then_it_says_so(self, stage: GiftVendorStage) -> None:
        with pytest.raises(KeyRefused):
            stage.stranger().check()

    def test_given_good_credentials_when_the_account_is_looked_at_then_nothing_ails_it(
        self, vendor: GiftVendor
    ) -> None:
        assert vendor.check().ails == ()


def can_stand(words: str, vendor: GiftVendor) -> bool:
    """Return whether these are letters that can be printed or written there."""
    return not laid_out(words, vendor.can.paper).wrong


def refuses(stage: GiftVendorStage, vendor: GiftVendor, wrong: str, **changes: Any) -> None:
    """Hold it to refusing such a wish, and to ordering nothing."""
    before = len(stage.ordered())
    try:
        vendor.place(stage.wish(**changes), key=fresh_key())
    except Rejected:
        pass
    else:
        pytest.fail(f"{wrong}: not refused")
    assert len(stage.ordered()) == before, wrong


def doubtful(stage: GiftVendorStage, vendor: GiftVendor, key: str) -> Placed | None:
    """Place a gift whose answer is lost, and return what a look at the vendor finds of it."""
    with pytest.raises(Uncertain):
        vendor.place(stage.wish(), key=key)
    return vendor.find(key=key, customer_id=55)
