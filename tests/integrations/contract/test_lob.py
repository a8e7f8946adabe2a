"""The Lob adapter against its strict twin; every call it makes is held to the vendor's own description."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.deliveries import Validity
from app.domain.errors import KeyRefused, Rejected
from app.domain.gifts import Cancelled, GiftKind, Mode, Moneys, Wish
from app.domain.money import Money
from app.domain.ports import AddressCheck, GiftVendor
from app.domain.sendings import Status
from integrations import registry
from integrations.http import Http
from integrations.marker import short
from integrations.sandbox.lob import hooks as twin_hooks
from integrations.sandbox.lob.accounts import PRACTICE_KEY
from integrations.vendors import VendorLogin
from tests.integrations.contract.gift_vendor_afterwards import FollowedStage, GiftVendorAfterwards
from tests.integrations.contract.gift_vendor_contract import (
    Delivered,
    GiftVendorContract,
    GiftVendorStage,
    address,
    fresh_key,
    strike,
    wish,
)
from tests.integrations.contract.gift_vendor_doubts import GiftVendorDoubts
from tests.integrations.contract.town import PATIENT, TownDoor
from tests.integrations.contract.vendor_hook_contract import Post, VendorHookContract
from tests.integrations.described.witness import Description, Witness
from tests.integrations.raw_server import HERE

DESCRIPTION = Description("lob", base="/v1")
SENDER = {"name": "Practice Goods", "street": "1 Shop St", "city": "Wilmington", "region": "DE", "postcode": "19801"}
LETTER = Money(minor=2_00, currency="USD")
IMPOSSIBLE: Mapping[str, dict[str, Any]] = {
    "no address": {"to": None},
    "no name": {"to": address(name="")},
    "abroad": {"to": address(country="FR", postcode="75001")},
    "no street": {"to": address(street="")},
    "no postcode": {"to": address(postcode="not one")},
    "no state": {"to": address(region="Illinois")},
    "a name that no envelope holds": {"to": address(name="W" * 41)},
    "a street that no envelope holds": {"to": address(street="W" * 65)},
    "flowers": {"what": GiftKind.FLOWERS},
    "a postcard without a picture": {"sku": "postcard"},
}
WORDS = re.compile(r"<p>(.*)</p>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LobStage:
    """Lob in the town."""

    town: TownDoor
    product: str = "letter"
    impossible: Mapping[str, dict[str, Any]] = field(default_factory=lambda: IMPOSSIBLE)
    on_its_way: Status = Status.PLACED

    def vendor(self, http: Http | None = None) -> GiftVendor:
        return self.with_key(PRACTICE_KEY, http)

    def stranger(self) -> GiftVendor:
        return self.with_key("test_wrong")

    def with_key(self, key: str, http: Http | None = None, **options: str) -> GiftVendor:
        login = VendorLogin(user="", key=key, options=SENDER | options)
        http = http or Witness(DESCRIPTION, PATIENT, trusted=HERE)
        return registry.gift_vendor("lob", login, origin=f"{self.town.url}/lob", http=http)

    def wish(self, **changes: Any) -> Wish:
        return wish(**({"what": GiftKind.CARD, "sku": self.product} | changes))

    def ordered(self) -> list[Delivered]:
        return [
            Delivered(
                reference=piece["id"],
                product=piece["kind"][:-1],
                card=printed(piece),
                name=piece["wanted"]["to"]["name"],
                cost=LETTER,  # which its API does not tell
            )
            for piece in self.pieces()
        ]

    def pieces(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.town.get("lob/pieces")["pieces"]
        return found

    def strike(self, kind: str, *, call: str = "POST letters", **more: object) -> None:
        strike(self.town, "lob", call, kind, **more)

    def strike_cancel(self, kind: str) -> None:
        self.strike(kind, call=f"DELETE {self.pieces()[-1]['id']}")

    def switch(self, **values: object) -> None:
        """Turn something at the vendor; null is as it usually is."""
        self.town.post("lob/switch", **values)

    def happens(self, reference: str, event: str) -> None:
        """Let something happen to a piece on its way."""
        self.town.post(f"lob/pieces/{reference}", event=event)

    def later(self, **time: int) -> None:
        self.town.inside.clock.advance(int(timedelta(**time).total_seconds()))

    def too_late(self, reference: str) -> None:
        self.later(minutes=6)

    def say(self, word: str) -> None:
        self.switch(word=word)

    def slip(self) -> None:
        self.switch(ship_cancelled=True)


def printed(piece: dict[str, Any]) -> str:
    """Return the words that are printed on a piece."""
    found = WORDS.search(piece["wanted"].get("file") or piece["wanted"]["back"])
    return html.unescape(found[1]) if found else ""


@pytest.fixture
def stage(town: TownDoor) -> Iterator[LobStage]:
    stage = LobStage(town)
    yield stage
    stage.switch(word=None, ship_cancelled=None, key=None)
    town.post("lob/faults", next=[])


@pytest.fixture
def vendor(stage: LobStage) -> GiftVendor:
    return stage.vendor()


class TestLob(GiftVendorContract):
    @pytest.fixture
    def stage(self, stage: LobStage) -> GiftVendorStage:
        return stage


class TestLobInDoubt(GiftVendorDoubts):
    @pytest.fixture
    def stage(self, stage: LobStage) -> GiftVendorStage:
        return stage


class TestLobAfterwards(GiftVendorAfterwards):
    @pytest.fixture
    def stage(self, stage: LobStage) -> FollowedStage:
        return stage


class LobPost:
    """What Lob posts."""

    kind = "lob"
    secret = "not-a-real-secret"
    reference = "ltr_A1"
    signs_the_moment = True

    def said(self, *references: str) -> dict[str, Any]:
        event = {"id": "letter.mailed", "resource": "letters"}
        name = f"evt_{uuid4().hex[:15]}"
        return {"id": name, "reference_id": references[0], "event_type": event, "body": {"id": references[0]}}

    def headers(self, body: bytes, secret: str, now: Any) -> dict[str, str]:
        moment = str(int(now.timestamp()))
        signature = twin_hooks.sign(secret, moment, body)
        return {twin_hooks.HEADER.lower(): signature, twin_hooks.MOMENT.lower(): moment}


class TestLobPost(VendorHookContract):
    @pytest.fixture
    def post(self) -> Post:
        return LobPost()


def test_given_a_key_that_they_have_forgotten_when_placed_again_then_it_would_be_printed_twice(
    stage: LobStage, vendor: GiftVendor
) -> None:
    key, before = fresh_key(), len(stage.pieces())
    vendor.place(stage.wish(), key=key)
    stage.later(hours=25)
    assert vendor.can.key_lasts is not None
    assert vendor.can.key_lasts < timedelta(hours=24)
    found = vendor.find(key=key, customer_id=55)
    assert found is not None
    vendor.place(stage.wish(), key=key)
    assert len(stage.pieces()) == before + 2


def test_given_a_piece_of_a_moment_ago_when_looked_for_then_it_is_not_seen_yet(
    stage: LobStage, vendor: GiftVendor
) -> None:
    key = fresh_key()
    vendor.place(stage.wish(), key=key)
    assert vendor.find(key=key, customer_id=55) is None
    stage.later(seconds=3)
    assert vendor.find(key=key, customer_id=55) is not None


def test_given_a_piece_that_was_stopped_when_placed_again_then_refused(stage: LobStage, vendor: GiftVendor) -> None:
    key = fresh_key()
    placed = vendor.place(stage.wish(), key=key)
    assert vendor.cancel(placed.reference) is Cancelled.CANCELLED
    with pytest.raises(Rejected, match="stopped"):
        vendor.place(stage.wish(), key=key)


@pytest.mark.parametrize(
    ("events", "status", "confirmed"),
    [
        (["Mailed"], Status.SHIPPED, True),
        (["Mailed", "In Transit", "In Local Area"], Status.SHIPPED, True),
        (["Mailed", "Processed for Delivery"], Status.DELIVERED, False),
        (["Mailed", "Delivered"], Status.DELIVERED, True),
        (["Mailed", "Returned to Sender"], Status.RETURNED, True),
        (["Re-Routed"], Status.SHIPPED, True),
    ],
)
def test_given_a_piece_on_its_way_when_asked_then_the_last_that_its_carrier_said_counts(
    stage: LobStage, vendor: GiftVendor, events: list[str], status: Status, confirmed: bool
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    for event in events:
        stage.later(hours=1)
        stage.happens(placed.reference, event)
    seen = vendor.status(placed.reference)
    assert (seen.status, seen.confirmed, seen.money) == (status, confirmed, Moneys.SAME)
    assert seen.at is not None


def test_given_a_piece_that_cannot_be_printed_when_asked_then_the_money_is_back(
    stage: LobStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    stage.happens(placed.reference, "Failed")
    seen = vendor.status(placed.reference)
    assert (seen.status, seen.money) == (Status.FAILED, Moneys.BACK)


def test_given_words_that_look_like_a_page_when_placed_then_they_are_printed_as_they_are(
    stage: LobStage, vendor: GiftVendor
) -> None:
    words = "A & B <script>alert('x')</script> {{name}}\nLéa"
    vendor.place(stage.wish(words=words), key=fresh_key())
    assert stage.ordered()[-1].card == words
    assert "<script>" not in stage.pieces()[-1]["wanted"]["file"]


def test_given_a_picture_when_a_postcard_is_placed_then_it_is_on_its_front(stage: LobStage) -> None:
    vendor = stage.with_key(PRACTICE_KEY, front="tmpl_c4fe", postcard_price="1.10")
    placed = vendor.place(stage.wish(sku="postcard"), key=fresh_key())
    assert placed.cost == Money(minor=1_10, currency="USD")
    assert stage.pieces()[-1]["wanted"]["front"] == "tmpl_c4fe"
    assert printed(stage.pieces()[-1]) == "Thinking of you.\nLéa"
    assert vendor.cancel(placed.reference) is Cancelled.CANCELLED
    offers = vendor.catalogue(GiftKind.CARD, country="US", at_most=LETTER)
    assert [offer.sku for offer in offers] == ["letter", "postcard"]


def test_given_no_sender_when_placed_then_refused_and_the_account_says_so(stage: LobStage) -> None:
    vendor = stage.with_key(PRACTICE_KEY, street="")
    with pytest.raises(Rejected, match="who sends"):
        vendor.place(stage.wish(), key=fresh_key())
    assert vendor.check().ails
    assert vendor.check().mode is Mode.SANDBOX


def test_given_a_key_changed_between_price_and_order_when_placed_then_certainly_nothing_happened(
    stage: LobStage, vendor: GiftVendor
) -> None:
    before = len(stage.pieces())
    stage.switch(key="test_another")
    with pytest.raises(KeyRefused):
        vendor.place(stage.wish(), key=fresh_key())
    assert len(stage.pieces()) == before


def test_given_a_key_when_placed_then_our_mark_is_on_the_piece_and_no_more_of_the_deed(
    stage: LobStage, vendor: GiftVendor
) -> None:
    key = fresh_key()
    vendor.place(stage.wish(), key=key)
    assert stage.pieces()[-1]["metadata"] == {"lagniappe": short(key)}


@pytest.mark.parametrize(
    ("changes", "validity"),
    [
        ({"street": "deliverable"}, Validity.GOOD),
        ({"street": "unnecessary unit"}, Validity.GOOD),
        ({"street": "missing unit"}, Validity.ODD),
        ({"street": "incorrect unit"}, Validity.ODD),
        ({"street": "undeliverable block match"}, Validity.BAD),
        ({"street": "1 Main St"}, Validity.UNKNOWN),  # nobody looks it up in their world of tests
        ({"street": "deliverable", "country": "CA"}, Validity.UNKNOWN),
        ({"street": " "}, Validity.UNKNOWN),
    ],
)
def test_given_an_address_when_the_american_post_is_asked_then_it_says_how_well_it_knows_it(
    vendor: GiftVendor, changes: dict[str, str], validity: Validity
) -> None:
    assert isinstance(vendor, AddressCheck)
    assert vendor.validity(address(**changes)) is validity
