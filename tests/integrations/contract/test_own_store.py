"""The merchant's own store as a vendor of gifts, against the strict practice store.

The store's door has weathers of its own, which are tested where the store is; here it is what becomes of a gift.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.domain.errors import Dearer, Rejected, Unavailable, Uncertain
from app.domain.gifts import Cancelled, GiftKind, Moneys, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor
from app.domain.sendings import Status
from integrations import registry
from integrations.sandbox.town import PRACTICE_SHOP, PRACTICE_TOKEN
from integrations.shopify.access import FixedAccess
from tests.integrations.contract.gift_vendor_contract import address, fresh_key, wish
from tests.integrations.contract.town import TownDoor, patient
from tests.integrations.sandbox.counters import wait_until

WORDS = "Thinking of you, Łukasz 🌷\nLéa"


@dataclass(frozen=True, slots=True)
class OwnStoreStage:
    """The practice shop's shelves."""

    town: TownDoor
    variant: dict[str, Any]

    def vendor(self, token: str = PRACTICE_TOKEN) -> GiftVendor:
        origin = f"{self.town.url}/shopify/{{shop}}"
        return registry.own_store(origin, PRACTICE_SHOP, FixedAccess(token), http=patient())

    def wish(self, **changes: Any) -> Wish:
        ours = {"what": GiftKind.PARCEL, "sku": str(self.variant["id"]), "customer_id": self.town.customer}
        return wish(**(ours | {"at_most": Money(minor=500_00, currency="USD"), "words": WORDS} | changes))

    def made(self) -> list[dict[str, Any]]:
        """Return the orders that the app made, oldest first."""
        with self.town.inside.books.turn() as turn:
            orders = [each for each in turn.all("orders") if (each.get("source_identifier") or "").startswith("lag")]
        return sorted(orders, key=lambda order: order["id"])

    def order(self, reference: str) -> dict[str, Any]:
        return self.town.get(f"orders/{reference}")

    def happens(self, reference: str, *steps: str) -> None:
        for step in steps:
            self.town.post(f"orders/{reference}/fulfil", announce="lose", **({} if step == "send" else {"step": step}))

    def strike(self, kind: str, operation: str = "GiftOrderCreate", **more: object) -> None:
        self.town.post("faults", next=[{"operation": operation, "kind": kind, **more}])


@pytest.fixture
def stage(town: TownDoor) -> Iterator[OwnStoreStage]:
    with town.inside.books.turn() as turn:
        variant = next(each for each in turn.all("variants") if each["tracked"] and each["stock"] > 0)
    stage = OwnStoreStage(town, variant)
    yield stage
    town.post("faults", next=[])


@pytest.fixture
def vendor(stage: OwnStoreStage) -> GiftVendor:
    return stage.vendor()


def test_given_a_variant_when_placed_then_it_is_one_free_order_with_the_words_in_its_note(
    stage: OwnStoreStage, vendor: GiftVendor
) -> None:
    before, total = len(stage.made()), vendor.quote(stage.wish()).total

    placed = vendor.place(stage.wish(at_most=total), key=fresh_key())

    (order,) = stage.made()[before:]
    assert (str(order["id"]), placed.cost) == (placed.reference, total)
    assert order["note"].endswith(WORDS)
    assert order["shipping_address"]["address1"] == address().street
    assert [(line["variant_id"], line["price"]) for line in order["lines"]] == [(stage.variant["id"], 0)]


def test_given_the_same_key_when_placed_again_then_the_first_order_stays_the_only_one(
    stage: OwnStoreStage, vendor: GiftVendor
) -> None:
    key = fresh_key()
    first, before = vendor.place(stage.wish(), key=key), len(stage.made())

    assert vendor.place(stage.wish(words="Other words."), key=key).reference == first.reference
    assert len(stage.made()) == before


def test_given_a_higher_price_when_placed_then_it_is_told_and_nothing_is_ordered(
    stage: OwnStoreStage, vendor: GiftVendor
) -> None:
    total, before = vendor.quote(stage.wish()).total, len(stage.made())

    with pytest.raises(Dearer) as caught:
        vendor.place(stage.wish(at_most=Money(minor=total.minor - 1, currency="USD")), key=fresh_key())

    assert (caught.value.total, len(stage.made())) == (total, before)


@pytest.mark.parametrize(
    "changes",
    [
        {"what": GiftKind.FLOWERS},
        {"to": None},
        {"to": address(street="")},
        {"customer_id": None},
        {"sku": "a-mug"},
        {"sku": "4711"},
        {"words": "so sorry " * 56},
        {"at_most": Money(minor=500_00, currency="SEK")},
    ],
    ids=["flowers", "no address", "no street", "nobody", "no number", "unknown", "too many words", "other money"],
)
def test_given_what_the_store_cannot_send_when_placed_then_refused_and_nothing_is_ordered(
    stage: OwnStoreStage, vendor: GiftVendor, changes: dict[str, Any]
) -> None:
    before = len(stage.made())
    with pytest.raises(Rejected):
        vendor.place(stage.wish(**changes), key=fresh_key())
    assert len(stage.made()) == before


def test_given_nothing_in_stock_when_quoted_then_refused(stage: OwnStoreStage, vendor: GiftVendor) -> None:
    stage.town.post(f"variants/{stage.variant['id']}/stock", stock=0)
    with pytest.raises(Rejected, match="none in stock"):
        vendor.quote(stage.wish())
    stage.town.post(f"variants/{stage.variant['id']}/stock", stock=stage.variant["stock"])


@pytest.mark.parametrize("kind", ["commit_then_drop", "500_after", "truncated"])
def test_given_an_answer_lost_after_the_order_when_looked_for_then_there_is_one_and_a_repeat_makes_no_other(
    stage: OwnStoreStage, vendor: GiftVendor, kind: str
) -> None:
    key, before = fresh_key(), len(stage.made())
    stage.strike(kind)
    with pytest.raises(Uncertain):
        vendor.place(stage.wish(), key=key)

    found = vendor.find(key=key, customer_id=stage.town.customer)

    assert found is not None
    assert (found.reference, found.copies) == (str(stage.made()[-1]["id"]), 1)
    assert vendor.place(stage.wish(), key=key).reference == found.reference
    assert len(stage.made()) == before + 1


def test_given_an_answer_lost_before_the_order_when_looked_for_then_it_is_absent(
    stage: OwnStoreStage, vendor: GiftVendor
) -> None:
    key, before = fresh_key(), len(stage.made())
    stage.strike("drop_before")
    with pytest.raises(Uncertain):
        vendor.place(stage.wish(), key=key)
    assert vendor.find(key=key, customer_id=stage.town.customer) is None
    assert len(stage.made()) == before


def test_given_an_order_that_comes_through_late_when_looked_for_by_then_then_it_is_seen(
    stage: OwnStoreStage, vendor: GiftVendor
) -> None:
    key = fresh_key()
    before = len(stage.made())
    stage.strike("late_commit", seconds=0.3)
    with pytest.raises(Uncertain):
        vendor.place(stage.wish(), key=key)
    wait_until(lambda: len(stage.made()) > before)
    assert vendor.find(key=key, customer_id=stage.town.customer) is not None


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((), Status.PLACED),
        (("send",), Status.SHIPPED),
        (("send", "deliver"), Status.DELIVERED),
        (("send", "return"), Status.FAILED),
    ],
)
def test_given_a_gift_on_its_way_when_asked_then_the_last_that_its_carrier_said_counts(
    stage: OwnStoreStage, vendor: GiftVendor, steps: tuple[str, ...], status: Status
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    stage.happens(placed.reference, *steps)
    seen = vendor.status(placed.reference)
    assert (seen.status, seen.money) == (status, Moneys.SAME)


def test_given_a_gift_when_stopped_then_the_store_takes_its_time_and_its_price_is_free_again(
    stage: OwnStoreStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    with pytest.raises(Uncertain, match="still cancelling"):
        vendor.cancel(placed.reference)
    assert [vendor.cancel(placed.reference) for _ in range(2)] == [Cancelled.CANCELLED] * 2
    seen = vendor.status(placed.reference)
    assert (seen.status, seen.money) == (Status.CANCELLED, Moneys.BACK)


def test_given_a_gift_that_left_when_stopped_then_it_is_too_late(stage: OwnStoreStage, vendor: GiftVendor) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    stage.happens(placed.reference, "send")
    assert vendor.cancel(placed.reference) is Cancelled.TOO_LATE
    assert vendor.status(placed.reference).money is Moneys.SAME


def test_given_an_answer_lost_when_stopped_then_in_doubt_and_safe_to_repeat(
    stage: OwnStoreStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    stage.strike("commit_then_drop", operation="GiftOrderCancel")
    with pytest.raises(Uncertain):
        vendor.cancel(placed.reference)
    assert vendor.cancel(placed.reference) is Cancelled.CANCELLED


def test_given_an_order_that_is_no_gift_of_ours_when_asked_or_stopped_then_nothing_is_said_and_nothing_happens(
    stage: OwnStoreStage, vendor: GiftVendor
) -> None:
    theirs = stage.town.post("orders", customer_id=stage.town.customer, amount="45.00", announce="lose")["order_id"]
    for ask in (vendor.status, vendor.cancel):
        with pytest.raises(Unavailable):
            ask(str(theirs))
    assert stage.order(theirs)["cancelled_at"] is None


def test_given_a_store_that_does_not_know_us_when_placed_then_certainly_nothing_happened(stage: OwnStoreStage) -> None:
    before = len(stage.made())
    with pytest.raises(Unavailable):
        stage.vendor("shpat_wrong").place(stage.wish(), key=fresh_key())
    assert len(stage.made()) == before


def test_given_a_store_that_knows_us_when_looked_at_then_nothing_ails_it(vendor: GiftVendor) -> None:
    assert vendor.check().ails == ()
    assert vendor.catalogue(GiftKind.PARCEL, country="US", at_most=Money(minor=500_00, currency="USD")) == ()
