"""The Florist One adapter against its strict twin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from app.domain.errors import Rejected, Unavailable
from app.domain.gifts import Settles, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor
from integrations import registry
from integrations.florist.account import PRACTICE_SENDER
from integrations.http import Http
from integrations.vendors import VendorLogin
from tests.integrations.contract.gift_vendor_contract import (
    Delivered,
    GiftVendorContract,
    GiftVendorStage,
    address,
    strike,
    today,
    wish,
)
from tests.integrations.contract.gift_vendor_doubts import GiftVendorDoubts
from tests.integrations.contract.town import TownDoor, patient

LOGIN = "practice-florist:practice-florist-password"
SUNDAY = 6
IMPOSSIBLE: Mapping[str, dict[str, Any]] = {
    "no address": {"to": None},
    "no name": {"to": address(name="")},
    "abroad": {"to": address(country="FR", postcode="75001")},
    "no postcode": {"to": address(postcode="not one")},
    "no street": {"to": address(street="")},
}


@dataclass(frozen=True, slots=True)
class FloristStage:
    """The florist in the town."""

    town: TownDoor
    product: str = "F1-210"
    impossible: Mapping[str, dict[str, Any]] = field(default_factory=lambda: IMPOSSIBLE)

    def vendor(self, http: Http | None = None) -> GiftVendor:
        return self.with_login(LOGIN, http)

    def stranger(self) -> GiftVendor:
        return self.with_login("practice-florist:wrong")

    def with_login(self, credentials: str, http: Http | None = None) -> GiftVendor:
        user, _, password = credentials.partition(":")
        login = VendorLogin(user=user, key=password)
        return registry.gift_vendor("florist", login, origin=f"{self.town.url}/florist", http=http or patient())

    def wish(self, **changes: Any) -> Wish:
        return wish(**({"sku": self.product, "day": today(self.town) + timedelta(days=2)} | changes))

    def ordered(self) -> list[Delivered]:
        return [
            Delivered(
                reference=str(order["id"]),
                product=order["items"][0]["code"],
                card=order["items"][0]["card_message"],
                name=order["items"][0]["recipient"]["name"],
                on=date.fromisoformat(order["items"][0]["delivery_date"]),
                cost=Money(minor=order["total"], currency="USD"),
            )
            for order in self.town.get("florist/orders")["orders"]
        ]

    def strike(self, kind: str, *, call: str = "POST placeorder", **more: object) -> None:
        strike(self.town, "florist", call, kind, **more)


@pytest.fixture
def stage(town: TownDoor) -> FloristStage:
    return FloristStage(town)


class TestFlorist(GiftVendorContract):
    @pytest.fixture
    def stage(self, stage: FloristStage) -> GiftVendorStage:
        return stage


class TestFloristInDoubt(GiftVendorDoubts):
    @pytest.fixture
    def stage(self, stage: FloristStage) -> GiftVendorStage:
        return stage


@pytest.mark.parametrize("postcode", ["SW1A 1AA", ""])
def test_given_a_place_out_of_reach_when_quoted_then_refused(stage: FloristStage, postcode: str) -> None:
    with pytest.raises(Rejected):
        stage.vendor().quote(stage.wish(to=address(postcode=postcode)))


def send(stage: FloristStage, vendor: GiftVendor, on: date) -> None:
    vendor.place(wish(sku=stage.product, day=on), key="flowers:42")


def test_given_a_sunday_when_sent_then_they_arrive_on_the_next_day_open(stage: FloristStage) -> None:
    sunday = next(
        today(stage.town) + timedelta(days=ahead)
        for ahead in range(3, 10)
        if (today(stage.town) + timedelta(days=ahead)).weekday() == SUNDAY
    )
    send(stage, stage.vendor(), sunday)
    arrives = stage.ordered()[-1].on
    assert sunday < arrives <= sunday + timedelta(days=3)


def test_given_a_day_that_nobody_can_promise_when_sent_then_refused(stage: FloristStage) -> None:
    with pytest.raises(Rejected, match="cannot deliver around"):
        send(stage, stage.vendor(), today(stage.town) + timedelta(days=90))


def test_given_an_account_that_pays_by_card_when_sent_then_refused_for_we_keep_no_cards(stage: FloristStage) -> None:
    with pytest.raises(Rejected, match="ccinfo"):
        send(stage, stage.with_login("practice-florist-card:practice-florist-password"), today(stage.town))


def test_given_a_lost_order_when_looked_for_then_the_florist_cannot_be_asked(stage: FloristStage) -> None:
    vendor = stage.vendor()
    assert vendor.can.settles is Settles.PERSON
    with pytest.raises(Unavailable, match="cannot be asked"):
        vendor.find(key="flowers:42", customer_id=55)


def test_given_an_order_when_placed_then_a_person_can_find_our_reference_in_it(stage: FloristStage) -> None:
    with pytest.raises(Unavailable) as caught:
        stage.vendor().find(key="flowers:42", customer_id=55)
    send(stage, stage.vendor(), today(stage.town))
    item = stage.town.get("florist/orders")["orders"][-1]["items"][0]
    assert item["special_instructions"].split()[-1] in str(caught.value)


def test_given_an_order_without_a_phone_when_sent_then_the_driver_may_ring_the_sender(stage: FloristStage) -> None:
    stage.vendor().place(wish(sku=stage.product, to=address(phone=""), day=today(stage.town)), key="flowers:42")
    assert stage.town.get("florist/orders")["orders"][-1]["items"][0]["recipient"]["phone"] == PRACTICE_SENDER.phone
