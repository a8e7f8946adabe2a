"""The Florist One adapter against its strict twin."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from app.domain.errors import Rejected, Unavailable
from app.domain.gifts import Settles
from app.domain.money import Money
from app.domain.ports import GiftVendor
from integrations import registry
from integrations.florist.account import PRACTICE_SENDER
from integrations.vendors import VendorLogin
from tests.integrations.contract.gift_vendor_contract import (
    Delivered,
    GiftVendorContract,
    GiftVendorStage,
    address,
    wish,
)
from tests.integrations.contract.town import TownDoor, hasty

LOGIN = "practice-florist:practice-florist-password"
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class FloristStage:
    """The florist in the town."""

    town: TownDoor
    product: str = "F1-210"

    def today(self) -> date:
        return self.town.inside.clock.now().date()

    def vendor(self) -> GiftVendor:
        return self.with_login(LOGIN)

    def stranger(self) -> GiftVendor:
        return self.with_login("practice-florist:wrong")

    def with_login(self, credentials: str) -> GiftVendor:
        user, _, password = credentials.partition(":")
        login = VendorLogin(user=user, key=password)
        return registry.gift_vendor("florist", login, origin=f"{self.town.url}/florist", http=hasty())

    def ordered(self) -> list[Delivered]:
        return [
            Delivered(
                product=order["items"][0]["code"],
                card=order["items"][0]["card_message"],
                name=order["items"][0]["recipient"]["name"],
                on=date.fromisoformat(order["items"][0]["delivery_date"]),
                cost=Money(minor=order["total"], currency="USD"),
            )
            for order in self.town.get("florist/orders")["orders"]
        ]

    def lose_next_answer(self) -> None:
        self.let_next("POST placeorder", "commit_then_drop")

    def be_busy(self) -> None:
        self.let_next("*", "429")

    def babble_at_order(self) -> None:
        self.let_next("POST placeorder", "html_200")

    def let_next(self, call: str, kind: str) -> None:
        """Let one call go wrong in this way."""
        self.town.post("florist/faults", next=[{"call": call, "kind": kind}])


@pytest.fixture
def stage(town: TownDoor) -> FloristStage:
    return FloristStage(town)


class TestFlorist(GiftVendorContract):
    @pytest.fixture
    def stage(self, stage: FloristStage) -> GiftVendorStage:
        return stage


def send(stage: FloristStage, vendor: GiftVendor, on: date) -> None:
    vendor.place(wish(sku=stage.product, day=on), key="flowers:42")


def test_given_a_sunday_when_sent_then_they_arrive_on_the_next_day_open(stage: FloristStage) -> None:
    sunday = next(
        stage.today() + timedelta(days=ahead)
        for ahead in range(3, 10)
        if (stage.today() + timedelta(days=ahead)).weekday() == SUNDAY
    )
    send(stage, stage.vendor(), sunday)
    arrives = stage.ordered()[-1].on
    assert sunday < arrives <= sunday + timedelta(days=3)


def test_given_a_day_that_nobody_can_promise_when_sent_then_refused(stage: FloristStage) -> None:
    with pytest.raises(Rejected, match="cannot deliver around"):
        send(stage, stage.vendor(), stage.today() + timedelta(days=90))


def test_given_an_account_that_pays_by_card_when_sent_then_refused_for_we_keep_no_cards(stage: FloristStage) -> None:
    with pytest.raises(Rejected, match="ccinfo"):
        send(stage, stage.with_login("practice-florist-card:practice-florist-password"), stage.today())


def test_given_a_lost_order_when_looked_for_then_the_florist_cannot_be_asked(stage: FloristStage) -> None:
    vendor = stage.vendor()
    assert vendor.can.settles is Settles.PERSON
    with pytest.raises(Unavailable, match="cannot be asked"):
        vendor.find(key="flowers:42", customer_id=55)


def test_given_an_order_when_placed_then_a_person_can_find_our_reference_in_it(stage: FloristStage) -> None:
    with pytest.raises(Unavailable) as caught:
        stage.vendor().find(key="flowers:42", customer_id=55)
    send(stage, stage.vendor(), stage.today())
    item = stage.town.get("florist/orders")["orders"][-1]["items"][0]
    assert item["special_instructions"].split()[-1] in str(caught.value)


def test_given_an_order_without_a_phone_when_sent_then_the_driver_may_ring_the_sender(stage: FloristStage) -> None:
    stage.vendor().place(wish(sku=stage.product, to=address(phone=""), day=stage.today()), key="flowers:42")
    assert stage.town.get("florist/orders")["orders"][-1]["items"][0]["recipient"]["phone"] == PRACTICE_SENDER.phone
