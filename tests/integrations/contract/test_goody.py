"""The Goody adapter against its strict twin; every call it makes is held to the vendor's own description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.errors import Dearer, KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.gifts import Cancelled, Flag, GiftKind, Mode, Moneys, Need, Seen, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor
from app.domain.sendings import Status
from integrations import registry
from integrations.http import Http
from integrations.marker import short
from integrations.sandbox.goody import hooks as twin_hooks
from integrations.sandbox.goody.accounts import PRACTICE_CARD, PRACTICE_KEY, PRACTICE_OPTIONS, VISA
from integrations.sandbox.goody.catalogue import BREAD, CHOICE, COOKIES, LILIES, TULIPS
from integrations.sandbox.serve import start
from integrations.sandbox.town import TownSettings
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
from tests.integrations.sandbox.counters import letter_box

DESCRIPTION = Description("goody", base="/v1")
IMPOSSIBLE: Mapping[str, dict[str, Any]] = {
    "no e-mail address": {"email": "Ada"},
    "a card": {"what": GiftKind.CARD},
    "an e-gift": {"what": GiftKind.EGIFT},
    "abroad": {"to": address(country="FR", postcode="75001")},
    "a product that is gone": {"sku": "48680ddb-0000-4000-8000-00000000dead"},
    "a product whose worth nobody said": {"sku": CHOICE.id},
}
HIGHEST = Money(minor=34_65, currency="USD")  # of cookies: with shipping, a twentieth for them, a tenth for the state
TRUE = Money(minor=33_70, currency="USD")


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


@dataclass(frozen=True, slots=True)
class GoodyStage:
    """Goody in the town."""

    town: TownDoor
    product: str = COOKIES.id
    impossible: Mapping[str, dict[str, Any]] = field(default_factory=lambda: IMPOSSIBLE)
    on_its_way: Status = Status.LINK_SENT

    def vendor(self, http: Http | None = None) -> GiftVendor:
        return self.with_key(PRACTICE_KEY, http)

    def stranger(self) -> GiftVendor:
        return self.with_key("wrong")

    def with_key(self, key: str, http: Http | None = None, **options: str) -> GiftVendor:
        login = VendorLogin(user="", key=key, options=PRACTICE_OPTIONS | options)
        return registry.gift_vendor("goody", login, origin=f"{self.town.url}/goody", http=http or self.witness())

    def witness(self) -> Witness:
        return Witness(DESCRIPTION, PATIENT, trusted=HERE)

    def wish(self, **changes: Any) -> Wish:
        until = self.town.inside.clock.now() + timedelta(days=30)
        cookies = {"what": GiftKind.PARCEL, "sku": self.product, "to": None, "until": until}
        return replace(wish(), **(cookies | changes))

    def ordered(self) -> list[Delivered]:
        return [
            Delivered(
                reference=batch["id"],
                product=batch["products"][0][0],
                card=batch["message"],
                name=" ".join(filter(None, (each["first_name"], each.get("last_name")))),
                cost=None if order is None or order["amounts"]["total"] is None else usd(order["amounts"]["total"]),
            )
            for batch in self.books()
            for each in batch["recipients"]
            for order in batch["orders"] or [None]
        ]

    def books(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.town.get("goody/batches")["batches"]
        return found

    def order_of(self, reference: str) -> str:
        return next(str(batch["orders"][0]["id"]) for batch in self.books() if batch["id"] == reference)

    def strike(self, kind: str, *, call: str = "POST order_batches", **more: object) -> None:
        strike(self.town, "goody", call, kind, **more)

    def strike_cancel(self, kind: str) -> None:
        self.strike(kind, call="POST cancel")

    def switch(self, **values: object) -> None:
        """Turn something at the vendor; null is as it usually is."""
        self.town.post("goody/switch", **values)

    def do(self, reference: str, *deeds: str) -> None:
        """Let something become of the one order of a batch."""
        for deed in deeds:
            self.town.post(f"goody/orders/{self.order_of(reference)}", do=deed)

    def later(self, **time: int) -> None:
        self.town.inside.clock.advance(int(timedelta(**time).total_seconds()))

    def too_late(self, reference: str) -> None:
        self.do(reference, "accept", "pay")

    def say(self, word: str) -> None:
        self.switch(word=word)

    def slip(self) -> None:
        self.switch(ship_cancelled=True)


SWITCHES = (
    "balance",
    "raise",
    "word",
    "slow",
    "slow_mail",
    "ship_cancelled",
    "other_words",
    "examples_names",
    "most_per_page",
    "key",
)


@pytest.fixture
def stage(town: TownDoor) -> Iterator[GoodyStage]:
    stage = GoodyStage(town)
    yield stage
    stage.switch(**dict.fromkeys(SWITCHES))
    town.post("goody/faults", next=[])


@pytest.fixture
def vendor(stage: GoodyStage) -> GiftVendor:
    return stage.vendor()


class TestGoody(GiftVendorContract):
    @pytest.fixture
    def stage(self, stage: GoodyStage) -> GiftVendorStage:
        return stage


class TestGoodyInDoubt(GiftVendorDoubts):
    @pytest.fixture
    def stage(self, stage: GoodyStage) -> GiftVendorStage:
        return stage


class TestGoodyAfterwards(GiftVendorAfterwards):
    @pytest.fixture
    def stage(self, stage: GoodyStage) -> FollowedStage:
        return stage


class GoodyPost:
    """What Goody posts."""

    kind = "goody"
    secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
    reference = "A1"
    signs_the_moment = True

    def said(self, *references: str) -> dict[str, Any]:
        data = {"id": references[0], "status": "shipped", "recipient_email": "ada@example.com"}
        return {"event_type": "order.shipped", "id": str(uuid4()), "data": data}

    def headers(self, body: bytes, secret: str, now: Any) -> dict[str, str]:
        return twin_hooks.headers(secret, "msg_1", body, now)


class TestGoodyPost(VendorHookContract):
    @pytest.fixture
    def post(self) -> Post:
        return GoodyPost()


@pytest.mark.parametrize(("again", "other_words"), [(False, False), (True, False), (True, True)])
def test_given_a_name_that_they_have_when_it_is_refused_then_the_gift_of_before_is_read_back(
    stage: GoodyStage, vendor: GiftVendor, again: bool, other_words: bool
) -> None:
    key = fresh_key()
    first, before = vendor.place(stage.wish(), key=key), len(stage.books())
    stage.switch(other_words=other_words)
    stage.later(seconds=3)
    second = vendor.place(stage.wish(again=again, words="Other words.\nLéa"), key=key)
    assert (second.reference, second.other) == (first.reference, first.other)
    assert (len(stage.books()), stage.books()[-1]["message"]) == (before, "Thinking of you.\nLéa")


@pytest.mark.parametrize("other_words", [False, True])
def test_given_a_list_that_lags_when_a_second_try_is_refused_then_in_doubt(
    stage: GoodyStage, vendor: GiftVendor, other_words: bool
) -> None:
    key = fresh_key()
    vendor.place(stage.wish(), key=key)
    stage.switch(other_words=other_words)
    with pytest.raises(Uncertain) as caught:
        vendor.place(stage.wish(again=True), key=key)
    # A no that speaks of our name is the proof that they have it.
    assert (caught.value.refusal is not None) is other_words
    stage.later(seconds=3)
    assert vendor.find(key=key, customer_id=55) is not None


def test_given_nothing_of_ours_there_when_a_second_try_is_refused_then_the_no_holds_after_another_look(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    with pytest.raises(Uncertain) as caught:
        vendor.place(stage.wish(again=True, email="Ada"), key=fresh_key())
    assert caught.value.refusal == "Goody said no: Email is invalid."


@pytest.mark.parametrize(
    ("deeds", "status", "money"),
    [
        (("open",), Status.LINK_SENT, Moneys.SAME),
        (("accept",), Status.ACCEPTED, Moneys.SAME),
        (("accept", "pay"), Status.ACCEPTED, Moneys.CHARGED),
        (("accept", "pay", "order"), Status.IN_PRODUCTION, Moneys.CHARGED),
        (("accept", "pay", "ship"), Status.SHIPPED, Moneys.CHARGED),
        (("accept", "pay", "ship", "deliver"), Status.DELIVERED, Moneys.CHARGED),
        (("fail",), Status.FAILED, Moneys.BACK),
        (("expire",), Status.CANCELLED, Moneys.BACK),
        (("accept", "pay", "fail"), Status.FAILED, Moneys.SAME),  # what of the money they do not say
    ],
    ids=lambda each: ", ".join(each) if isinstance(each, tuple) else "",
)
def test_given_what_becomes_of_a_gift_when_asked_then_it_is_paid_once_it_was_taken_up(
    stage: GoodyStage, vendor: GiftVendor, deeds: tuple[str, ...], status: Status, money: Moneys
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    assert (placed.pending, placed.cost) == (True, None)
    stage.do(placed.reference, *deeds)
    seen = vendor.status(placed.reference, other=placed.other)
    assert (seen.status, seen.money) == (status, money)
    assert seen.cost == (TRUE if money is Moneys.CHARGED else None)


def test_given_a_gift_that_left_when_asked_then_it_says_with_whom_and_when(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    stage.do(placed.reference, "accept", "pay", "ship")
    seen = vendor.status(placed.reference)
    assert seen.carrier == "UPS"
    assert seen.at is not None


def test_given_another_gift_taken_instead_when_asked_then_it_cost_what_that_one_costs(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    stage.do(placed.reference, "swap", "accept", "pay")
    cost = vendor.status(placed.reference).cost
    assert cost is not None
    assert cost < TRUE


def test_given_a_gift_that_nobody_takes_up_when_its_time_is_over_then_its_money_is_back_by_the_calendar(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    until = stage.wish().until
    placed = vendor.place(stage.wish(until=until), key=fresh_key())
    assert until is not None
    assert placed.expires_at == until.replace(microsecond=0)
    seen = vendor.status(placed.reference)
    assert seen.as_of(until) == seen
    late = seen.as_of(until + timedelta(days=1))
    assert late == Seen(status=Status.CANCELLED, word="expired", money=Moneys.BACK, at=placed.expires_at)


def test_given_a_gift_taken_up_when_its_time_is_over_then_it_stays_as_it_is(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    stage.do(placed.reference, "accept", "pay")
    seen = vendor.status(placed.reference)
    assert seen.as_of(stage.town.inside.clock.now() + timedelta(days=400)) == seen


def test_given_a_batch_that_is_not_made_yet_when_asked_then_it_waits_and_cannot_be_stopped(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    stage.switch(slow=True)
    placed = vendor.place(stage.wish(), key=fresh_key())
    assert (placed.other, placed.status, placed.pending) == ("", Status.PLACED, True)
    assert vendor.status(placed.reference).status is Status.PLACED
    with pytest.raises(Unavailable, match="not made"):
        vendor.cancel(placed.reference)
    stage.town.post(f"goody/batches/{placed.reference}", do="send")
    assert vendor.status(placed.reference).status is Status.LINK_SENT
    assert vendor.cancel(placed.reference) is Cancelled.CANCELLED


def test_given_a_batch_that_fails_when_asked_then_the_money_is_back_and_there_is_nothing_to_stop(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    stage.switch(slow=True)
    placed = vendor.place(stage.wish(), key=fresh_key())
    stage.town.post(f"goody/batches/{placed.reference}", do="fail")
    seen = vendor.status(placed.reference)
    assert (seen.status, seen.money) == (Status.FAILED, Moneys.BACK)
    assert vendor.cancel(placed.reference) is Cancelled.CANCELLED


@pytest.mark.parametrize("examples_names", [False, True])
def test_given_a_price_under_either_of_its_names_when_quoted_then_it_is_the_most_that_it_can_come_to(
    stage: GoodyStage, vendor: GiftVendor, examples_names: bool
) -> None:
    stage.switch(examples_names=examples_names)
    quote = vendor.quote(stage.wish())
    assert (quote.total, quote.firm) == (HIGHEST, False)


def test_given_a_fee_that_rose_since_it_was_quoted_when_placed_then_it_is_told_and_nothing_is_ordered(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    quoted, before = vendor.quote(stage.wish()).total, len(stage.books())
    stage.switch(**{"raise": "0.01"})
    with pytest.raises(Dearer) as caught:
        vendor.place(stage.wish(at_most=quoted), key=fresh_key())
    assert caught.value.total.minor == quoted.minor + 1
    assert len(stage.books()) == before


def test_given_an_empty_balance_when_placed_then_refused_and_the_account_says_so(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    before = len(stage.books())
    stage.switch(balance=0)
    with pytest.raises(Rejected, match="insufficient"):
        vendor.place(stage.wish(), key=fresh_key())
    assert len(stage.books()) == before
    health = vendor.check()
    assert (health.balance, health.ails) == (usd(0), ("The balance at Goody is empty.",))


def test_given_a_balance_when_placed_taken_up_or_stopped_then_it_is_held_charged_or_free(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    stage.switch(balance=100_00)
    placed = vendor.place(stage.wish(), key=fresh_key())
    assert vendor.check().balance == usd(100_00) - HIGHEST
    stage.do(placed.reference, "accept", "pay")
    assert vendor.check().balance == usd(100_00) - TRUE
    vendor.cancel(vendor.place(stage.wish(), key=fresh_key()).reference)
    assert vendor.check().balance == usd(100_00) - TRUE


def test_given_a_payment_method_when_placed_then_it_is_paid_with_that(stage: GoodyStage) -> None:
    vendor = stage.with_key(PRACTICE_KEY, payment=VISA)
    vendor.place(stage.wish(until=None), key=fresh_key())
    assert stage.books()[-1]["payment"] == VISA
    assert vendor.check().balance is None


@pytest.mark.parametrize(
    ("options", "ail"), [({"card": "c5f0"}, "no card c5f0"), ({"payment": "gone"}, "no payment method gone")]
)
def test_given_what_is_not_there_when_the_account_is_looked_at_then_it_is_told(
    stage: GoodyStage, options: dict[str, str], ail: str
) -> None:
    (told,) = stage.with_key(PRACTICE_KEY, **options).check().ails
    assert ail in told


def test_given_the_sandboxs_host_when_the_account_is_looked_at_then_it_says_that_nothing_is_sent(
    vendor: GiftVendor,
) -> None:
    assert vendor.check().mode is Mode.SANDBOX


def test_given_a_key_changed_between_price_and_order_when_placed_then_certainly_nothing_happened(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    vendor.quote(stage.wish())
    before = len(stage.books())
    stage.switch(key="another")
    with pytest.raises(KeyRefused):
        vendor.place(stage.wish(), key=fresh_key())
    assert len(stage.books()) == before


def test_given_a_gift_when_placed_then_it_goes_by_e_mail_with_a_card_and_to_no_address(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    key = fresh_key()
    placed = vendor.place(stage.wish(), key=key)
    batch = stage.books()[-1]
    assert (batch["reference"], batch["card"], batch["from_name"]) == (short(key), PRACTICE_CARD, "Léa")
    whom = {"first_name": "Ada", "last_name": "Lovewell", "email": "ada@example.com"}
    assert batch["recipients"] == [whom]
    assert batch["method"] == "email_and_link"
    assert placed.cancel_until is not None
    assert placed.cancel_until == placed.expires_at
    assert vendor.status(placed.reference).link == ""


def test_given_no_e_mail_address_when_placed_then_nobody_is_written_to_and_there_is_a_link_till_it_is_taken_up(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(email=""), key=fresh_key())
    batch = stage.books()[-1]
    assert (batch["method"], batch["orders"][0]["status"]) == ("link_multiple_custom_list", "created")
    assert batch["recipients"] == [{"first_name": "Ada", "last_name": "Lovewell"}]
    assert "Nobody was written to" in placed.remark
    seen = vendor.status(placed.reference, other=placed.other)
    assert seen.link == batch["orders"][0]["link"]
    assert seen.link not in repr(seen)
    stage.do(placed.reference, "accept", "pay")
    assert vendor.status(placed.reference).link == ""


def test_given_somebody_whose_name_nobody_knows_when_placed_then_they_are_called_a_friend(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    vendor.place(stage.wish(name=""), key=fresh_key())
    assert stage.books()[-1]["recipients"] == [{"first_name": "Friend", "email": "ada@example.com"}]


def test_given_a_kind_when_the_catalogue_is_asked_then_it_has_what_there_is_of_it_for_so_much(
    vendor: GiftVendor,
) -> None:
    gifts = vendor.catalogue(GiftKind.PARCEL, country="US", at_most=usd(30_00))
    flowers = vendor.catalogue(GiftKind.FLOWERS, country="", at_most=usd(500_00))
    assert [offer.sku for offer in gifts] == [BREAD.id]
    assert [(offer.sku, Flag.CATS in offer.flags) for offer in flowers] == [(TULIPS.id, False), (LILIES.id, True)]
    assert all(offer.photo and Need.EMAIL in offer.needs for offer in (*gifts, *flowers))
    assert vendor.catalogue(GiftKind.PARCEL, country="FR", at_most=usd(500_00)) == ()


def test_given_every_offer_when_quoted_then_it_costs_no_more_than_the_list_said(
    stage: GoodyStage, vendor: GiftVendor
) -> None:
    offers = [each for kind in vendor.can.kinds for each in vendor.catalogue(kind, country="US", at_most=usd(500_00))]
    assert len(offers) == 4
    for offer in offers:
        total = vendor.quote(stage.wish(sku=offer.sku)).total
        assert offer.price.minor - 1 <= total.minor <= offer.price.minor


def test_given_a_call_that_comes_before_the_answer_when_placed_then_it_names_the_gift_by_both_names() -> None:
    told = registry.VENDORS["goody"].told
    assert told is not None
    with letter_box() as box, start(TownSettings(year=False, target=box.url)) as running:
        door = TownDoor(url=running.url, inside=running.town, customer=0)
        stage, vendor = GoodyStage(door), GoodyStage(door).vendor()
        stage.strike("hook_first")
        placed = vendor.place(stage.wish(), key=fresh_key())
        came = [body["data"] for path, _, body in list(box.letters) if path.startswith("/vendors/")]
    assert {data["id"] for data in came} == {placed.reference, placed.other}
    assert {data["order_batch_id"] for data in came if "order_batch_id" in data} == {placed.reference}


def test_given_an_order_of_the_suite_when_placed_then_it_was_held_to_the_description(stage: GoodyStage) -> None:
    witness = stage.witness()
    stage.vendor(witness).place(stage.wish(), key=fresh_key())
    assert witness.seen == ["POST /goody/v1/order_batches/price", "POST /goody/v1/order_batches"]
