"""The Handwrytten adapter against its strict twin; every call it makes is held to what the vendor's reference says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from app.domain.card_paper import laid_out
from app.domain.errors import Dearer, Empty, KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.gifts import Cancelled, GiftKind, Mode, Moneys, Need, Settles, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor
from app.domain.sendings import Status
from integrations import registry
from integrations.handwrytten.client import MOST_PAGES
from integrations.http import Http
from integrations.marker import short
from integrations.sandbox.handwrytten.accounts import PRACTICE_CARD, PRACTICE_KEY, PRACTICE_TERMS
from integrations.sandbox.handwrytten.orders import USUAL
from integrations.vendors import VendorLogin
from tests.integrations.contract.gift_vendor_afterwards import GiftVendorFollowed, SeenStage
from tests.integrations.contract.gift_vendor_contract import (
    Delivered,
    GiftVendorContract,
    GiftVendorStage,
    address,
    doubtful,
    fresh_key,
    strike,
    wish,
)
from tests.integrations.contract.gift_vendor_doubts import GiftVendorDoubts
from tests.integrations.contract.town import PATIENT, TownDoor
from tests.integrations.described.witness import Description, Witness
from tests.integrations.raw_server import HERE

DESCRIPTION = Description("handwrytten", base="/v2")
ORDERING = "POST singleStepOrder"
IMPOSSIBLE: Mapping[str, dict[str, Any]] = {
    "no address": {"to": None},
    "no name": {"to": address(name="")},
    "abroad": {"to": address(country="FR", postcode="75001")},
    "no street": {"to": address(street="")},
    "no postcode": {"to": address(postcode="not one")},
    "no state": {"to": address(region="Illinois")},
    "a name that no envelope holds": {"to": address(name="W" * 61)},
    "a street that no envelope holds": {"to": address(street="W" * 61)},
    "a street that no pen writes": {"to": address(street="東京 1-2")},
    "flowers": {"what": GiftKind.FLOWERS},
    "a card that is out of stock": {"sku": "104"},
    "a card that never was": {"sku": "4711"},
    "a picture among the words": {"words": "Hooray 🌷\nLéa"},
    "words in another script": {"words": "Спасибо\nLéa"},
    "too many lines": {"words": "\n".join("y" * 16)},
    "no words": {"words": " "},
}


@dataclass(frozen=True, slots=True)
class HandwryttenStage:
    """Handwrytten in the town."""

    town: TownDoor
    product: str = "101"
    impossible: Mapping[str, dict[str, Any]] = field(default_factory=lambda: IMPOSSIBLE)
    on_its_way: Status = Status.PLACED

    def vendor(self, http: Http | None = None) -> GiftVendor:
        return self.with_key(PRACTICE_KEY, http)

    def stranger(self) -> GiftVendor:
        return self.with_key("wrong")

    def with_key(self, key: str, http: Http | None = None, **options: str) -> GiftVendor:
        login = VendorLogin(user="", key=key, options=PRACTICE_TERMS | options)
        http = http or Witness(DESCRIPTION, PATIENT, trusted=HERE)
        return registry.gift_vendor("handwrytten", login, origin=f"{self.town.url}/handwrytten", http=http)

    def wish(self, **changes: Any) -> Wish:
        return wish(**({"what": GiftKind.CARD, "sku": self.product} | changes))

    def ordered(self) -> list[Delivered]:
        return [
            Delivered(
                reference=str(order["id"]),
                product=str(order["wanted"]["card_id"]),
                card=order["wanted"]["message"],
                name=order["wanted"]["recipient_name"],
                cost=Money(minor=order["minor"], currency="USD"),
            )
            for order in self.orders()
        ]

    def orders(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.town.get("handwrytten/orders")["orders"]
        return found

    def strike(self, kind: str, *, call: str = ORDERING, **more: object) -> None:
        strike(self.town, "handwrytten", call, kind, **more)

    def switch(self, **values: object) -> None:
        """Turn something at the vendor; null is as it usually is."""
        self.town.post("handwrytten/switch", **values)

    def becomes(self, reference: str, *what: str) -> None:
        """Let something become of an order, one after the other."""
        for each in what:
            self.town.post(f"handwrytten/orders/{reference}", do=each)

    def later(self, **time: int) -> None:
        self.town.inside.clock.advance(int(timedelta(**time).total_seconds()))

    def say(self, word: str) -> None:
        self.switch(word=word)


@pytest.fixture
def stage(town: TownDoor) -> Iterator[HandwryttenStage]:
    stage = HandwryttenStage(town)
    yield stage
    stage.switch(**dict.fromkeys(USUAL))
    town.post("handwrytten/faults", next=[])
    # Nothing that was tried came near the basket, in which all orders of an account meet.
    assert town.get("handwrytten/orders")["basket_calls"] == 0


@pytest.fixture
def vendor(stage: HandwryttenStage) -> GiftVendor:
    return stage.vendor()


class TestHandwrytten(GiftVendorContract):
    @pytest.fixture
    def stage(self, stage: HandwryttenStage) -> GiftVendorStage:
        return stage


class TestHandwryttenInDoubt(GiftVendorDoubts):
    @pytest.fixture
    def stage(self, stage: HandwryttenStage) -> GiftVendorStage:
        return stage


class TestHandwryttenAfterwards(GiftVendorFollowed):
    @pytest.fixture
    def stage(self, stage: HandwryttenStage) -> SeenStage:
        return stage


def test_given_a_key_when_placed_twice_then_there_are_two_for_they_know_no_keys(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    key, before = fresh_key(), len(stage.orders())
    assert vendor.can.settles is Settles.LOOK_UP
    for _ in range(2):
        vendor.place(stage.wish(), key=key)
    stage.later(minutes=10)
    found = vendor.find(key=key, customer_id=55)
    assert len(stage.orders()) == before + 2
    assert found is not None
    assert found.copies == 2


def test_given_a_try_that_came_through_after_a_look_when_placed_again_then_it_is_found_and_there_is_one(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    key, before = fresh_key(), len(stage.orders())
    first = vendor.place(stage.wish(), key=key)
    stage.later(minutes=10)
    stage.switch(**{"raise": "0.50"})  # nor is anybody asked about a price that is paid
    again = vendor.place(stage.wish(again=True, at_most=first.cost), key=key)
    assert (again.reference, len(stage.orders())) == (first.reference, before + 1)


def test_given_a_list_that_cannot_be_relied_on_when_placed_again_then_nothing_is_ordered(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    vendor.place(stage.wish(), key=fresh_key())
    stage.later(minutes=10)
    stage.switch(echo=False)
    before = len(stage.orders())
    with pytest.raises(Unavailable):
        vendor.place(stage.wish(again=True), key=fresh_key())
    assert len(stage.orders()) == before


def test_given_an_order_of_a_moment_ago_when_looked_for_then_it_is_not_seen_before_ten_minutes_are_over(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    key = fresh_key()
    vendor.place(stage.wish(), key=key)
    assert vendor.find(key=key, customer_id=55) is None
    stage.later(seconds=int(vendor.can.shows_within.total_seconds()))
    assert vendor.find(key=key, customer_id=55) is not None


def test_given_a_card_when_placed_then_our_mark_is_on_the_order_and_no_more_of_the_deed(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    key = fresh_key()
    vendor.place(stage.wish(), key=key)
    assert stage.orders()[-1]["wanted"]["client_metadata"] == short(key)


def test_given_a_list_without_our_marks_when_looked_for_then_nobody_says_that_it_is_absent(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    vendor.place(stage.wish(), key=fresh_key())
    stage.later(minutes=10)
    stage.switch(echo=False)
    with pytest.raises(Unavailable, match="does not show our mark"):
        vendor.find(key=fresh_key(), customer_id=55)


def test_given_a_list_without_an_end_when_looked_for_then_it_is_left_and_nobody_says_that_it_is_absent(
    stage: HandwryttenStage,
) -> None:
    vendor, key = stage.vendor(counting := Counting(PATIENT, trusted=HERE)), fresh_key()
    vendor.place(stage.wish(), key=key)
    stage.later(minutes=10)
    stage.switch(endless=True)
    before = counting.calls
    with pytest.raises(Unavailable, match="more orders than"):
        vendor.find(key=fresh_key(), customer_id=55)
    assert counting.calls - before == MOST_PAGES


def test_given_a_list_of_many_pages_when_looked_for_then_each_order_is_found_wherever_it_stands(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    keys = [fresh_key() for _ in range(3)]
    vendor.place(stage.wish(), key=keys[0])
    template = stage.orders()[-1]
    with stage.town.inside.books.turn() as turn:
        for _ in range(70):
            wanted = template["wanted"] | {"client_metadata": fresh_key()}
            turn.append("handwrytten_orders", template | {"wanted": wanted})
    references = [vendor.place(stage.wish(), key=key).reference for key in keys[1:]]
    stage.later(minutes=10)
    found = [vendor.find(key=key, customer_id=55) for key in keys[1:]]
    assert [each.reference for each in found if each is not None] == references


def test_given_a_no_that_comes_with_200_when_placed_then_in_doubt_until_a_look_lets_the_no_hold(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    key, before = fresh_key(), len(stage.orders())
    stage.switch(polite=True, credits=0)
    with pytest.raises(Uncertain) as caught:
        vendor.place(stage.wish(), key=key)
    assert caught.value.refusal == "Handwrytten said no: Not enough credits, and no payment card."
    assert vendor.find(key=key, customer_id=55) is None
    assert len(stage.orders()) == before


def test_given_a_no_that_comes_with_200_when_somebody_elses_card_is_asked_for_then_it_is_no_card(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    stage.switch(polite=True)
    with pytest.raises(Rejected):
        vendor.quote(stage.wish(sku="4711"))
    with pytest.raises(Unavailable):
        vendor.status("4711")


def test_given_too_few_credits_when_placed_then_refused_unless_a_card_is_stored(stage: HandwryttenStage) -> None:
    stage.switch(credits=0)
    before = len(stage.orders())
    with pytest.raises(Empty, match="could not be paid"):
        stage.vendor().place(stage.wish(), key=fresh_key())
    assert len(stage.orders()) == before
    stage.with_key(PRACTICE_KEY, payment_card=str(PRACTICE_CARD)).place(stage.wish(), key=fresh_key())
    assert stage.orders()[-1]["wanted"]["credit_card_id"] == PRACTICE_CARD


def test_given_a_card_that_grew_dearer_by_a_cent_when_placed_then_it_is_told_and_nothing_is_ordered(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    quote, before = vendor.quote(stage.wish()), len(stage.orders())
    assert not quote.firm
    stage.switch(**{"raise": "0.01"})
    with pytest.raises(Dearer) as caught:
        vendor.place(stage.wish(at_most=quote.total), key=fresh_key())
    assert caught.value.total.minor == quote.total.minor + 1
    assert len(stage.orders()) == before


def test_given_a_key_changed_between_price_and_order_when_placed_then_certainly_nothing_happened(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    before = len(stage.orders())
    stage.switch(key="another")
    with pytest.raises(KeyRefused):
        vendor.place(stage.wish(), key=fresh_key())
    assert len(stage.orders()) == before


@pytest.mark.parametrize(
    "words",
    [
        "Thank you for the picture of Moka, we have hung it in the kitchen.\n\nWith love,\nLéa",
        "y" * 33 + " z\nLéa",
        "one two three four five six seven eight nine ten eleven\nLéa",
    ],
)
def test_given_words_when_written_then_the_lines_are_those_that_were_shown(
    stage: HandwryttenStage, vendor: GiftVendor, words: str
) -> None:
    vendor.place(stage.wish(words=words), key=fresh_key())
    assert tuple(stage.orders()[-1]["lines"]) == laid_out(words, vendor.can.paper).lines


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"words": "Hooray 🌷\nLéa"}, "^The pen there cannot write “🌷”"),
        ({"words": "\n".join("y" * 16)}, "^That makes 16 lines, and 15 fit on the card"),
        ({"to": address(street="東京 1-2")}, "^On the envelope: The pen there cannot write “東”"),
        ({"to": address(name="דנה כהן")}, "^On the envelope: The pen there cannot write “ד”"),
    ],
)
def test_given_what_no_pen_writes_when_placed_then_it_is_named_before_anybody_there_is_asked(
    stage: HandwryttenStage, changes: dict[str, Any], why: str
) -> None:
    vendor = stage.vendor(counting := Counting(PATIENT, trusted=HERE))
    with pytest.raises(Rejected, match=why):
        vendor.place(stage.wish(**changes), key=fresh_key())
    assert counting.calls == 0


def test_given_their_catalogue_when_asked_then_what_is_in_stock_is_there_for_so_much_with_postage(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    offers = vendor.catalogue(GiftKind.CARD, country="US", at_most=Money(minor=5_25, currency="USD"))
    assert [(offer.sku, offer.price.minor) for offer in offers] == [("101", 5_25), ("102", 4_75)]
    assert offers[0].needs == {Need.ADDRESS, Need.WORDS, Need.SENDER}
    assert offers[0].photo.startswith("https://")
    assert vendor.catalogue(GiftKind.CARD, country="FR", at_most=Money(minor=5_25, currency="USD")) == ()
    assert vendor.catalogue(GiftKind.CARD, country="US", at_most=Money(minor=5_25, currency="EUR")) == ()


@pytest.mark.parametrize(
    ("becomes", "status", "money"),
    [
        (("write",), Status.IN_PRODUCTION, Moneys.SAME),
        (("mail",), Status.SHIPPED, Moneys.SAME),
        (("write", "track"), Status.SHIPPED, Moneys.SAME),
        (("track", "deliver"), Status.DELIVERED, Moneys.SAME),
        (("track", "return"), Status.RETURNED, Moneys.SAME),
        (("cancel",), Status.CANCELLED, Moneys.BACK),
        (("cancel", "track"), Status.SHIPPED, Moneys.SAME),  # it was sent although it was cancelled there
        (("refund",), Status.REFUNDED, Moneys.BACK),
    ],
)
def test_given_what_became_of_a_card_when_asked_then_it_is_told_in_our_words(
    stage: HandwryttenStage, vendor: GiftVendor, becomes: tuple[str, ...], status: Status, money: Moneys
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    stage.becomes(placed.reference, *becomes)
    seen = vendor.status(placed.reference)
    assert (seen.status, seen.money) == (status, money)


def test_given_an_order_when_it_is_to_be_stopped_then_they_stop_nothing(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    assert not vendor.can.cancels
    assert placed.cancel_until is None
    assert vendor.cancel(placed.reference) is Cancelled.UNSUPPORTED


@pytest.mark.parametrize(
    ("there", "ticked", "mode", "says"),
    [
        ({}, "yes", Mode.SANDBOX, ""),
        ({}, "", Mode.SANDBOX, ""),
        ({"test_mode": False}, "", Mode.LIVE, ""),
        ({"test_mode": False}, "yes", Mode.LIVE, "really written"),
        ({"tells_mode": False}, "yes", Mode.UNKNOWN, ""),
        ({"tells_mode": False}, "", Mode.UNKNOWN, "does not say"),
    ],
)
def test_given_a_test_mode_when_the_account_is_looked_at_then_what_it_says_counts_and_silence_is_told(
    stage: HandwryttenStage, there: dict[str, bool], ticked: str, mode: Mode, says: str
) -> None:
    stage.switch(**there)
    health = stage.with_key(PRACTICE_KEY, testing=ticked).check()
    assert health.mode is mode
    assert (says in health.ails[0]) if says else not health.ails
    row, login = registry.VENDORS["handwrytten"], VendorLogin(user="", key="k", options={"testing": ticked})
    assert row.mode(login) is (Mode.SANDBOX if ticked else Mode.UNKNOWN)


def test_given_an_account_when_it_is_looked_at_then_its_credits_and_what_is_missing_are_told(
    stage: HandwryttenStage,
) -> None:
    stage.switch(credits=12_34)
    vendor = stage.with_key(PRACTICE_KEY, handwriting="Shaky Sam", street="")
    health = vendor.check()
    assert health.balance == Money(minor=12_34, currency="USD")
    assert [("who sends" in ail, "Casual David, Fancy Jenna" in ail) for ail in health.ails] == [
        (True, False),
        (False, True),
    ]
    with pytest.raises(Rejected, match="who sends"):
        vendor.place(stage.wish(), key=fresh_key())


@pytest.mark.parametrize(("left", "options"), [(0, {}), (5_00, {"payment_card": str(PRACTICE_CARD)})])
def test_given_an_account_that_need_not_pay_by_credits_when_looked_at_then_there_is_nothing_to_run_out(
    stage: HandwryttenStage, left: int, options: dict[str, str]
) -> None:
    stage.switch(credits=left)
    assert stage.with_key(PRACTICE_KEY, **options).check().balance is None


def test_given_a_lost_answer_when_it_is_looked_for_at_once_then_it_is_not_seen_and_later_it_is(
    stage: HandwryttenStage, vendor: GiftVendor
) -> None:
    key = fresh_key()
    stage.strike("commit_then_drop")
    assert doubtful(stage, vendor, key) is None
    stage.later(minutes=10)
    found = vendor.find(key=key, customer_id=55)
    assert found is not None
    assert found.reference == str(stage.orders()[-1]["id"])


class Counting(Witness):
    """Counts its calls."""

    def __init__(self, *limits: Any, **more: Any) -> None:
        super().__init__(DESCRIPTION, *limits, **more)
        self.calls = 0

    def call(self, request: Any) -> Any:
        self.calls += 1
        return super().call(request)
