"""The Tremendous adapter against its strict twin; every call it makes is held to the vendor's own description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest

from app.domain.errors import KeyRefused, Rejected
from app.domain.gifts import GiftKind, Mode, Moneys, Need, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor
from app.domain.sendings import Status
from integrations import registry
from integrations.http import Http
from integrations.sandbox.serve import start
from integrations.sandbox.town import TownSettings
from integrations.sandbox.tremendous import hooks as twin_hooks
from integrations.sandbox.tremendous.accounts import PRACTICE_KEY
from integrations.vendors import VendorLogin
from tests.integrations.contract.gift_vendor_afterwards import FollowedStage, GiftVendorAfterwards
from tests.integrations.contract.gift_vendor_contract import (
    Delivered,
    GiftVendorContract,
    GiftVendorStage,
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

BOOKS, COFFEE, TREE = "OKMHM2X2OHYV", "A2J05SWPI2QG", "ET0ZVETV5ILN"
DESCRIPTION = Description("tremendous", base="/api/v2")
IMPOSSIBLE: Mapping[str, dict[str, Any]] = {
    "no e-mail": {"email": ""},
    "no e-mail address": {"email": "Ada"},
    "flowers": {"what": GiftKind.FLOWERS},
    "more than the product holds": {"sku": f"{BOOKS}:500.01:USD", "at_most": Money(minor=900_00, currency="USD")},
    "less than the product holds": {"sku": f"{BOOKS}:0.99:USD"},
    "an amount that is not sold": {"sku": f"{COFFEE}:12.00:USD"},
    "a currency that is not sold": {"sku": f"{BOOKS}:25.00:EUR", "at_most": Money(minor=900_00, currency="EUR")},
    "half a cent": {"sku": f"{BOOKS}:25.005:USD"},
}


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


@dataclass(frozen=True, slots=True)
class TremendousStage:
    """Tremendous in the town."""

    town: TownDoor
    product: str = f"{BOOKS}:25.00:USD"
    impossible: Mapping[str, dict[str, Any]] = field(default_factory=lambda: IMPOSSIBLE)
    on_its_way: Status = Status.LINK_SENT

    def vendor(self, http: Http | None = None) -> GiftVendor:
        return self.with_key(PRACTICE_KEY, http)

    def stranger(self) -> GiftVendor:
        return self.with_key("TEST_wrong")

    def with_key(self, key: str, http: Http | None = None, **options: str) -> GiftVendor:
        login = VendorLogin(user="", key=key, options=options)
        return registry.gift_vendor("tremendous", login, origin=self.origin, http=http or self.witness())

    def witness(self) -> Witness:
        return Witness(DESCRIPTION, PATIENT, trusted=HERE)

    @property
    def origin(self) -> str:
        return f"{self.town.url}/tremendous/testflight"

    def wish(self, **changes: Any) -> Wish:
        return replace(wish(), **({"what": GiftKind.EGIFT, "sku": self.product, "to": None} | changes))

    def ordered(self) -> list[Delivered]:
        return [
            Delivered(
                reference=order["id"],
                product=f"{order['product']}:{Money(minor=order['minor'], currency=order['currency']).text}:"
                f"{order['currency']}",
                card=order["meta"]["message"],
                name=order["recipient"]["name"],
                cost=Money(minor=order["total"], currency=order["currency"]),
            )
            for order in self.books()
        ]

    def books(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.town.get("tremendous/orders")["orders"]
        return found

    def strike(self, kind: str, *, call: str = "POST orders", **more: object) -> None:
        strike(self.town, "tremendous", call, kind, **more)

    def strike_cancel(self, kind: str) -> None:
        self.strike(kind, call="POST cancel")

    def switch(self, **values: object) -> None:
        """Turn something at the vendor; null is as it usually is."""
        self.town.post("tremendous/switch", **values)

    def do(self, reference: str, deed: str) -> None:
        """Let something become of an order."""
        self.town.post(f"tremendous/orders/{reference}", do=deed)

    def too_late(self, reference: str) -> None:
        self.do(reference, "redeem")

    def say(self, word: str) -> None:
        self.switch(word=word)

    def slip(self) -> None:
        self.switch(ship_cancelled=True)


@pytest.fixture
def stage(town: TownDoor) -> Iterator[TremendousStage]:
    stage = TremendousStage(town)
    yield stage
    names = ("balance", "raise", "word", "approval", "slow_mail", "ship_cancelled", "key")
    stage.switch(**dict.fromkeys(names))
    town.post("tremendous/faults", next=[])


@pytest.fixture
def vendor(stage: TremendousStage) -> GiftVendor:
    return stage.vendor()


class TestTremendous(GiftVendorContract):
    @pytest.fixture
    def stage(self, stage: TremendousStage) -> GiftVendorStage:
        return stage


class TestTremendousInDoubt(GiftVendorDoubts):
    @pytest.fixture
    def stage(self, stage: TremendousStage) -> GiftVendorStage:
        return stage


class TestTremendousAfterwards(GiftVendorAfterwards):
    @pytest.fixture
    def stage(self, stage: TremendousStage) -> FollowedStage:
        return stage


class TremendousPost:
    """What Tremendous posts."""

    kind = "tremendous"
    secret = "not-a-real-secret"
    reference = "A1"
    signs_the_moment = False

    def said(self, *references: str) -> dict[str, Any]:
        resource = {"id": references[0], "type": "orders"}
        return {"event": "ORDERS.CREATED", "uuid": str(uuid4()), "payload": {"resource": resource, "meta": {}}}

    def headers(self, body: bytes, secret: str, _now: object) -> dict[str, str]:
        return {twin_hooks.HEADER.lower(): twin_hooks.sign(secret, body)}


class TestTremendousPost(VendorHookContract):
    @pytest.fixture
    def post(self) -> Post:
        return TremendousPost()


@pytest.mark.parametrize(
    ("sku", "minor", "currency"),
    [
        (f"{BOOKS}:24.55:USD", 24_55, "USD"),
        (f"{TREE}:0.80:USD", 80, "USD"),
        (f"{TREE}:500:JPY", 500, "JPY"),
        (f"{TREE}:1.234:KWD", 1_234, "KWD"),
        (f"{TREE}:20.00:EUR", 20_00, "EUR"),
    ],
)
def test_given_a_currency_when_placed_then_every_smallest_coin_is_right(
    stage: TremendousStage, vendor: GiftVendor, sku: str, minor: int, currency: str
) -> None:
    money = Money(minor=minor, currency=currency)
    placed = vendor.place(stage.wish(sku=sku, at_most=money), key=fresh_key())
    assert placed.cost == money
    assert (stage.ordered()[-1].product, stage.ordered()[-1].cost) == (sku, money)


def test_given_a_fee_that_nobody_announced_when_placed_then_the_order_itself_says_what_it_cost(
    stage: TremendousStage, vendor: GiftVendor
) -> None:
    stage.switch(**{"raise": "0.01"})
    assert vendor.place(stage.wish(), key=fresh_key()).cost == usd(25_01)


def test_given_an_empty_balance_when_placed_then_refused_and_nothing_is_ordered(
    stage: TremendousStage, vendor: GiftVendor
) -> None:
    before = len(stage.books())
    stage.switch(balance=0)
    with pytest.raises(Rejected, match="fill it"):
        vendor.place(stage.wish(), key=fresh_key())
    assert len(stage.books()) == before
    assert (vendor.check().balance, len(vendor.check().ails)) == (usd(0), 1)


def test_given_an_order_that_waits_for_a_yes_when_placed_then_nobody_has_paid_yet(
    stage: TremendousStage, vendor: GiftVendor
) -> None:
    stage.switch(approval=True)
    placed = vendor.place(stage.wish(), key=fresh_key())
    assert (placed.status, placed.pending) == (Status.PLACED, True)
    stage.do(placed.reference, "approve")
    seen = vendor.status(placed.reference)
    assert (seen.money, seen.cost) == (Moneys.CHARGED, usd(25_00))


@pytest.mark.parametrize(("deed", "status"), [("reject", Status.CANCELLED), ("fail", Status.FAILED)])
def test_given_an_order_that_came_to_nothing_when_asked_or_repeated_then_the_money_is_back(
    stage: TremendousStage, vendor: GiftVendor, deed: str, status: Status
) -> None:
    key = fresh_key()
    stage.switch(approval=True)
    placed = vendor.place(stage.wish(), key=key)
    stage.do(placed.reference, deed)
    seen = vendor.status(placed.reference)
    assert (seen.status, seen.money) == (status, Moneys.BACK)
    with pytest.raises(Rejected, match="cancelled or failed"):
        vendor.place(stage.wish(), key=key)
    found = vendor.find(key=key, customer_id=55)
    assert found is not None
    assert found.pending


def test_given_an_e_mail_that_came_back_when_asked_then_it_failed_and_the_money_is_still_theirs(
    stage: TremendousStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(email="ada@bounced.example"), key=fresh_key())
    seen = vendor.status(placed.reference)
    assert (seen.status, seen.money) == (Status.FAILED, Moneys.CHARGED)


def test_given_a_key_changed_between_price_and_order_when_placed_then_certainly_nothing_happened(
    stage: TremendousStage, vendor: GiftVendor
) -> None:
    vendor.quote(stage.wish())
    before = len(stage.books())
    stage.switch(key="TEST_another")
    with pytest.raises(KeyRefused):
        vendor.place(stage.wish(), key=fresh_key())
    assert len(stage.books()) == before


def test_given_a_reward_when_placed_then_news_of_it_may_come_by_its_other_name(
    stage: TremendousStage, vendor: GiftVendor
) -> None:
    placed = vendor.place(stage.wish(), key=fresh_key())
    assert (placed.reference, placed.other) == (stage.books()[-1]["id"], stage.books()[-1]["reward"])
    assert placed.expires_at is not None


def test_given_a_customer_without_a_name_when_placed_then_it_goes_to_the_address_alone(
    stage: TremendousStage, vendor: GiftVendor
) -> None:
    vendor.place(stage.wish(name=""), key=fresh_key())
    assert stage.books()[-1]["recipient"] == {"email": "ada@example.com"}


def test_given_a_country_when_the_catalogue_is_asked_then_it_has_what_can_be_had_there_for_so_much(
    vendor: GiftVendor,
) -> None:
    offers = vendor.catalogue(GiftKind.EGIFT, country="CA", at_most=usd(10_00))
    assert [(offer.sku, offer.price.minor) for offer in offers] == [
        (f"{COFFEE}:5.00:USD", 5_00),
        (f"{COFFEE}:10.00:USD", 10_00),
        (f"{TREE}:5.00:USD", 5_00),
        (f"{TREE}:10.00:USD", 10_00),
    ]
    assert all(offer.photo and offer.needs == {Need.EMAIL} for offer in offers)


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 500), ("KWD", 5_000)])
def test_given_another_currency_when_the_catalogue_is_asked_then_its_amounts_are_round_in_it(
    vendor: GiftVendor, currency: str, minor: int
) -> None:
    most = Money(minor=minor, currency=currency)
    assert [offer.price for offer in vendor.catalogue(GiftKind.EGIFT, country="", at_most=most)] == [most]


def test_given_every_offer_when_quoted_then_it_can_be_had_for_what_it_says(
    stage: TremendousStage, vendor: GiftVendor
) -> None:
    offers = vendor.catalogue(GiftKind.EGIFT, country="", at_most=usd(100_00))
    assert offers
    for offer in offers:
        assert vendor.quote(stage.wish(sku=offer.sku)).total == offer.price


def test_given_a_key_of_the_sandbox_when_the_account_is_looked_at_then_it_says_that_nothing_is_sent(
    vendor: GiftVendor,
) -> None:
    health = vendor.check()
    assert health.mode is Mode.SANDBOX
    assert health.balance is not None


def test_given_a_funding_source_that_is_gone_when_the_account_is_looked_at_then_it_is_told(
    stage: TremendousStage,
) -> None:
    (ail,) = stage.with_key(PRACTICE_KEY, funding="GONE").check().ails
    assert "GONE" in ail


def test_given_no_webhook_when_wired_twice_then_there_is_one_and_its_key_is_told_both_times(
    stage: TremendousStage,
) -> None:
    wire = _wire()
    login = VendorLogin(user="", key=PRACTICE_KEY)
    with stage.town.inside.books.turn() as turn:
        for webhook in turn.all(twin_hooks.KIND):
            turn.delete(twin_hooks.KIND, webhook["id"])
    url = "https://lagniappe.example/vendors/tremendous/t0ken"
    first, again = (wire(stage.witness(), stage.origin, login, url) for _ in range(2))
    with stage.town.inside.books.turn() as turn:
        assert [(each["url"], each["private_key"]) for each in turn.all(twin_hooks.KIND)] == [(url, first)]
    assert again == first


def test_given_somebody_elses_webhook_when_wired_then_it_is_left_alone(stage: TremendousStage) -> None:
    wire, login = _wire(), VendorLogin(user="", key=PRACTICE_KEY)
    theirs = {"id": "THEIRS", "url": "https://else.example/hook", "private_key": "k", "host": "testflight"}
    with stage.town.inside.books.turn() as turn:
        for webhook in turn.all(twin_hooks.KIND):
            turn.delete(twin_hooks.KIND, webhook["id"])
        turn.put(twin_hooks.KIND, "THEIRS", theirs)
    with pytest.raises(Rejected, match="another address"):
        wire(stage.witness(), stage.origin, login, "https://lagniappe.example/vendors/tremendous/t0ken")
    with stage.town.inside.books.turn() as turn:
        assert turn.all(twin_hooks.KIND) == [theirs]


def test_given_a_call_that_comes_before_the_answer_when_placed_then_it_names_the_gift_by_both_names() -> None:
    told = registry.VENDORS["tremendous"].told
    assert told is not None
    with letter_box() as box, start(TownSettings(year=False, target=box.url)) as running:
        door = TownDoor(url=running.url, inside=running.town, customer=0)
        stage, vendor = TremendousStage(door), TremendousStage(door).vendor()
        stage.strike("hook_first")
        placed = vendor.place(stage.wish(), key=fresh_key())
        came = [body for path, _, body in list(box.letters) if path.startswith("/vendors/")]
    assert {body["payload"]["resource"]["id"] for body in came} == {placed.reference, placed.other}


def test_given_an_order_of_the_suite_when_placed_then_it_was_held_to_the_description(stage: TremendousStage) -> None:
    witness = stage.witness()
    stage.vendor(witness).place(stage.wish(), key=fresh_key())
    assert witness.seen == ["POST /tremendous/testflight/api/v2/orders"]


def _wire() -> Any:
    told = registry.VENDORS["tremendous"].told
    assert told is not None
    assert told.wire is not None
    return told.wire
