"""The Shopify adapter against its strict twin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from app.domain.addresses import Address
from app.domain.errors import Busy, Rejected, Unavailable, Uncertain
from app.domain.money import Money
from app.domain.ports import GiftParcel, Shop
from app.domain.refunds import WantedItem, Way, choose
from integrations import registry
from integrations.sandbox.store import actions
from integrations.sandbox.store.order_book import Item, Purchase
from integrations.sandbox.store.shops import SCOPES, NewShop, open_shop
from integrations.sandbox.town import PRACTICE_SHOP, PRACTICE_TOKEN
from integrations.shopify.access import FixedAccess
from tests.integrations.contract.shop_contract import ShopContract, ShopStage, door, give_back
from tests.integrations.contract.town import TownDoor, patient
from tests.late import hold_back

DEEDS = {
    "gift": "OrderEditCommit",
    "parcel": "GiftOrderCreate",
    "draft": "GiftDraftComplete",
    "refund": "RefundCreate",
    "tag": "TagsAdd",
}


@dataclass(frozen=True, slots=True)
class ShopifyStage:
    """The practice shop in the town."""

    town: TownDoor
    gift_variant: int
    currency: str = "USD"
    domain: str = PRACTICE_SHOP
    token: str = field(default=PRACTICE_TOKEN, repr=False)

    def shop(self) -> Shop:
        return registry.shopify_shop(
            f"{self.town.url}/shopify/{{shop}}", self.domain, FixedAccess(self.token), http=patient()
        )

    def stranger(self) -> Shop:
        return registry.shopify_shop(
            f"{self.town.url}/shopify/{{shop}}", self.domain, FixedAccess("shpat_wrong"), http=patient()
        )

    def place_order(self, *, guest: bool = False, slow_bank: bool = False, **terms: Any) -> int:
        customer = None if guest else self.town.customer
        wish = {"amount": "45.00", "announce": "lose"} | terms
        placed = self.town.post("orders", customer_id=customer, refunds_pend=slow_bank, **wish)
        return int(placed["order_id"])

    def bought(self, *, pieces: int = 1, **terms: Any) -> int:
        """Place an order of 45 dollars a piece that is out of the ordinary; each piece has a line of its own."""
        with self.town.inside.books.turn() as turn:
            variant = next(each for each in turn.all("variants") if each["sku"] == "BOX-SEASON")
            purchase = Purchase(
                shop=turn.get("shops", self.domain) or {},
                at=self.town.inside.clock.now(),
                items=[Item(variant=variant)] * pieces,
                customer=turn.get("customers", self.town.customer),
                **terms,
            )
            return int(actions.place_order(self.town.inside, turn, purchase, actions.LOSE).order["id"])

    def customer_of(self, order_id: int) -> int:
        return int(self.seen(order_id)["customer_id"])

    def phone_of(self, customer_id: int) -> str:
        return str(self.town.get(f"customers/{customer_id}")["phone"])

    def cancel(self, order_id: int) -> None:
        self.town.post(f"orders/{order_id}/cancel", announce="lose")

    def send(self, order_id: int) -> None:
        self.town.post(f"orders/{order_id}/fulfil", announce="lose")

    def hand_to_warehouse(self, order_id: int) -> None:
        self.town.post(f"orders/{order_id}/fulfil", step="take", announce="lose")

    def carrier_tells(self, order_id: int, *, delivered: bool) -> None:
        self.town.post(f"orders/{order_id}/fulfil", step="deliver" if delivered else "return", announce="lose")

    def say_birthday(self, customer_id: int, value: str) -> None:
        self.town.post(f"customers/{customer_id}/birthday", value=value)

    def goes_to(self, order_id: int, *, name: str = "", street: str = "", validation: str = "") -> None:
        first, _, last = name.rpartition(" ")
        said = {"first_name": first, "last_name": last, "address1": street, "validation": validation}
        self.town.post(f"orders/{order_id}/edit", address={part: words for part, words in said.items() if words})

    def bank_decides(self, order_id: int, *, arrived: bool) -> None:
        self.town.post(f"orders/{order_id}/bank", status="SUCCESS" if arrived else "FAILURE", announce="lose")

    def credit_of(self, customer_id: int) -> Money:
        credit = self.town.get(f"customers/{customer_id}").get("credit", {})
        return Money(minor=credit.get(self.currency, 0), currency=self.currency)

    def gifts_on(self, order_id: int) -> int:
        lines = self.seen(order_id)["lines"]
        return sum(
            line["current_quantity"]
            for line in lines
            if line["variant_id"] == self.gift_variant and line["price"] == line["discount"]
        )

    def given_back(self, order_id: int) -> Money:
        return Money.parse(self.seen(order_id)["refunded"], self.currency)

    def owed_on(self, order_id: int) -> Money:
        return Money.parse(self.seen(order_id)["outstanding"], self.currency)

    def mails_about(self, order_id: int) -> int:
        return sum(mail["sent"] for mail in self.seen(order_id)["mails"])

    def let_drafts_be_prepared(self) -> None:
        self.town.post("clock", seconds=15)

    def ships_to(self, order_id: int) -> Address | None:
        order = self.seen(order_id)
        given = {name: value or "" for name, value in order["shipping_address"].items()}
        ships = all(line["requires_shipping"] for line in order["lines"])
        return (
            None
            if not ships
            else Address(
                name=f"{given['first_name']} {given['last_name']}",
                company=given["company"],
                street=given["address1"],
                street2=given["address2"],
                city=given["city"],
                region=given["province_code"],
                postcode=given["zip"],
                country=given["country_code"],
                phone=given["phone"],
            )
        )

    def stock(self) -> int:
        with self.town.inside.books.turn() as turn:
            return int((turn.get("variants", self.gift_variant) or {})["stock"])

    def tags_of(self, customer_id: int) -> set[str]:
        return set(self.town.get(f"customers/{customer_id}")["tags"])

    def lose_next_answer(self, deed: str) -> None:
        self.let_next(DEEDS[deed], "commit_then_drop")

    def lose_next_call(self, deed: str) -> None:
        self.let_next(DEEDS[deed], "drop_before")

    def be_busy(self) -> None:
        self.let_next("*", "throttled")

    def let_next(self, operation: str, kind: str, **more: object) -> None:
        """Let one call go wrong in this way."""
        self.town.post("faults", next=[{"operation": operation, "kind": kind} | more])

    def seen(self, order_id: int) -> dict[str, Any]:
        return self.town.get(f"orders/{order_id}")


@pytest.fixture
def stage(town: TownDoor) -> ShopifyStage:
    return ShopifyStage(town=town, gift_variant=gift_in(town))


def gift_in(town: TownDoor) -> int:
    """Return the sticker sheet."""
    with town.inside.books.turn() as turn:
        return next(int(each["id"]) for each in turn.all("variants") if each["sku"] == "GIFT-STICKERS")


class TestShopify(ShopContract):
    @pytest.fixture
    def stage(self, stage: ShopifyStage) -> ShopStage:
        return stage


@pytest.mark.parametrize(
    "kind", ["500_before", "500_after", "html_502", "truncated", "commit_then_drop", "drop_before"]
)
def test_given_any_lost_answer_when_refunded_then_in_doubt_and_never_twice(stage: ShopifyStage, kind: str) -> None:
    order_id, shop = stage.place_order(amount="45.00"), stage.shop()
    amount, key = Money(minor=45_00, currency="USD"), f"refund:{order_id}:7"
    stage.let_next("RefundCreate", kind)
    with pytest.raises(Uncertain):
        give_back(shop, order_id, amount)
    assert (shop.find_refund(order_id, key=key) is None) is (stage.given_back(order_id).minor == 0)
    give_back(shop, order_id, amount)
    assert stage.given_back(order_id) == amount


@pytest.mark.parametrize("kind", ["429", "throttled"])
def test_given_too_many_calls_when_refunded_then_certainly_nothing_happened(stage: ShopifyStage, kind: str) -> None:
    order_id = stage.place_order()
    stage.let_next("RefundCreate", kind)
    with pytest.raises(Unavailable) as caught:
        give_back(stage.shop(), order_id, Money(minor=1_00, currency="USD"))
    assert caught.value.retry_after
    assert stage.given_back(order_id).minor == 0


def test_given_the_store_is_still_at_it_when_sent_again_then_in_doubt_and_there_is_one_in_the_end(
    stage: ShopifyStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out = hold_back(monkeypatch)
    order_id, shop = stage.place_order(amount="45.00"), stage.shop()
    amount, key = Money(minor=30_00, currency="USD"), f"refund:{order_id}:7"
    stage.let_next("RefundCreate", "late_commit")
    with pytest.raises(Uncertain):
        give_back(shop, order_id, amount)
    with pytest.raises(Uncertain, match="still being processed"):
        give_back(shop, order_id, amount, again=True)
    assert shop.find_refund(order_id, key=key) is None
    carry_out()
    assert shop.find_refund(order_id, key=key) is not None
    receipts = {give_back(shop, order_id, amount, again=True).reference for _ in range(5)}
    assert (len(receipts), stage.given_back(order_id)) == (1, amount)


@pytest.mark.parametrize("step", ["MarkOrder", "OrderEditBegin", "OrderEditAddVariant", "OrderEditDiscount"])
@pytest.mark.parametrize("kind", ["commit_then_drop", "drop_before", "throttled"])
def test_given_a_step_before_the_commit_goes_wrong_when_a_gift_is_added_then_it_certainly_was_not(
    stage: ShopifyStage, step: str, kind: str
) -> None:
    order_id, shop = stage.place_order(), stage.shop()
    key = f"gift:{order_id}:nth_order_gift"
    stage.let_next(step, kind)
    with pytest.raises(Unavailable):
        shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=key)
    assert stage.gifts_on(order_id) == 0
    shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=key)
    assert stage.gifts_on(order_id) == 1


def test_given_a_second_gift_of_the_same_rule_when_added_then_refused(stage: ShopifyStage) -> None:
    order_id, shop = stage.place_order(), stage.shop()
    shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=f"gift:{order_id}:nth_order_gift")
    with pytest.raises(Rejected, match="another gift"):
        shop.add_gift_line(order_id, variant_id=stage.gift_variant, key="gift:another:nth_order_gift")
    assert stage.gifts_on(order_id) == 1


def test_given_a_gift_when_taken_back_then_it_is_gone_and_in_stock_again(stage: ShopifyStage) -> None:
    order_id, shop, stock = stage.place_order(), stage.shop(), stage.stock()
    key = f"gift:{order_id}:nth_order_gift"
    shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=key)
    for _ in range(2):
        shop.take_back_gift_line(order_id, variant_id=stage.gift_variant, key=key)
    assert (stage.gifts_on(order_id), stage.stock(), stage.owed_on(order_id).minor) == (0, stock, 0)


def test_given_a_gift_below_fifty_lines_when_taken_back_then_it_is_found_there(stage: ShopifyStage) -> None:
    order_id, shop = stage.bought(pieces=120), stage.shop()
    key = f"gift:{order_id}:nth_order_gift"
    shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=key)
    shop.take_back_gift_line(order_id, variant_id=stage.gift_variant, key=key)
    assert stage.gifts_on(order_id) == 0


def test_given_a_gift_that_has_left_when_taken_back_then_too_late(stage: ShopifyStage) -> None:
    order_id, shop = stage.place_order(), stage.shop()
    key = f"gift:{order_id}:nth_order_gift"
    shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=key)
    stage.send(order_id)
    with pytest.raises(Rejected, match="has left"):
        shop.take_back_gift_line(order_id, variant_id=stage.gift_variant, key=key)
    assert stage.gifts_on(order_id) == 1


def parcel_to(stage: ShopifyStage, order_id: int) -> GiftParcel:
    to, customer = door(stage.shop(), order_id), stage.customer_of(order_id)
    return GiftParcel(customer_id=customer, variant_id=stage.gift_variant, to=to, currency="USD")


def test_given_an_empty_shelf_when_a_gift_is_sent_then_refused_and_nothing_is_made(stage: ShopifyStage) -> None:
    order_id, stock, shop = stage.place_order(), stage.stock(), stage.shop()
    stage.town.post(f"variants/{stage.gift_variant}/stock", stock=0)
    with pytest.raises(Rejected, match="claim inventory"):
        shop.send_gift_order(parcel_to(stage, order_id), key="gift-order:1:x")
    stage.town.post(f"variants/{stage.gift_variant}/stock", stock=stock)
    assert shop.find_gift_order(stage.customer_of(order_id), key="gift-order:1:x") is None


def test_given_a_store_for_development_when_more_than_five_gifts_are_sent_in_a_minute_then_it_asks_to_wait(
    stage: ShopifyStage,
) -> None:
    order_id, shop = stage.place_order(), stage.shop()
    parcel = parcel_to(stage, order_id)
    stage.town.post(f"shops/{PRACTICE_SHOP}", development=True)
    stage.town.post("clock", seconds=61)
    for number in range(5):
        shop.send_gift_order(parcel, key=f"gift-order:{order_id}:{number}")
    try:
        with pytest.raises(Busy) as caught:
            shop.send_gift_order(parcel, key=f"gift-order:{order_id}:6")
    finally:
        stage.town.post(f"shops/{PRACTICE_SHOP}", development=False)
    assert caught.value.retry_after == 60
    assert shop.find_gift_order(parcel.customer_id, key=f"gift-order:{order_id}:6") is None


def test_given_a_customer_of_many_orders_when_a_gift_is_looked_for_later_then_the_search_finds_it(
    stage: ShopifyStage,
) -> None:
    order_id, shop = stage.place_order(), stage.shop()
    customer, key = stage.customer_of(order_id), f"gift-order:{order_id}:x"
    shop.send_gift_order(parcel_to(stage, order_id), key=key)
    stage.town.post("clock", seconds=1)
    for _ in range(30):
        stage.place_order()
    assert shop.find_gift_order(customer, key=key) is None, "the search lags, and the newest orders hide it"
    stage.town.post("clock", seconds=11)
    assert shop.find_gift_order(customer, key=key) is not None


def test_given_another_shops_token_when_asked_then_its_orders_stay_unseen(town: TownDoor, stage: ShopifyStage) -> None:
    with town.inside.books.turn() as turn:
        open_shop(turn, NewShop(domain="neighbour.myshopify.com", token="shpat_neighbour"))
    neighbour = ShopifyStage(
        town=town, gift_variant=stage.gift_variant, domain="neighbour.myshopify.com", token="shpat_neighbour"
    )
    assert neighbour.shop().profile().domain == "neighbour.myshopify.com"
    assert neighbour.shop().order(stage.place_order()) is None


def test_given_a_buyer_with_another_currency_when_refunded_in_parts_then_it_comes_out_even(stage: ShopifyStage) -> None:
    order_id, shop = stage.bought(presentment_currency="EUR", rate=(92, 100)), stage.shop()
    parts = [Money(minor=minor, currency="USD") for minor in (10_01, 20_00, 14_99)]
    costs = [give_back(shop, order_id, part, key=str(number)).cost for number, part in enumerate(parts[:2])]
    rest = shop.refund_offer(order_id).most
    costs.append(give_back(shop, order_id, rest, key="rest").cost)
    assert all(cost is not None and abs(cost.minor - part.minor) <= 1 for cost, part in zip(costs, parts, strict=True))
    assert stage.given_back(order_id) == Money(minor=45_00, currency="USD")
    assert shop.refund_offer(order_id).most.minor == 0


def test_given_a_gift_card_and_another_payment_when_refunded_then_the_money_goes_back_to_both(
    stage: ShopifyStage,
) -> None:
    order_id = stage.bought(gift_card=15_00)
    give_back(stage.shop(), order_id, Money(minor=20_00, currency="USD"))
    back = [(each["gateway"], each["amount"]) for each in stage.seen(order_id)["transactions"] if each["parent_id"]]
    assert back == [("gift_card", 15_00), ("shopify_payments", 5_00)]


def test_given_cash_on_delivery_when_refunded_then_somebody_is_asked_to_pay_it_out(stage: ShopifyStage) -> None:
    order_id, shop = stage.bought(gateway="Cash on Delivery (COD)"), stage.shop()
    assert shop.refund_offer(order_id).by_hand == "Cash on Delivery (COD)"
    assert "somebody must pay it out" in give_back(shop, order_id, Money(minor=20_00, currency="USD")).remark


def test_given_a_payment_that_is_only_authorised_when_asked_then_there_is_nothing_to_give_back(
    stage: ShopifyStage,
) -> None:
    offer = stage.shop().refund_offer(stage.bought(captured=False))
    assert (offer.only_authorised, offer.most.minor) == (True, 0)


def test_given_a_buyer_with_another_currency_when_pieces_go_back_then_they_get_what_the_store_reckons(
    stage: ShopifyStage,
) -> None:
    order_id, shop = stage.bought(presentment_currency="EUR", rate=(92, 100), shipping=4_99), stage.shop()
    stage.send(order_id)
    chosen = choose((WantedItem(place=1),), shop.sold(order_id))
    offer = shop.refund_offer(order_id, pieces=chosen, shipping=True)
    assert offer.buyers == Money(minor=45_99, currency="EUR")
    give_back(shop, order_id, offer.asked, pieces=chosen, shipping=offer.shipping)
    (back,) = [each for each in stage.seen(order_id)["transactions"] if each["kind"] == "REFUND"]
    assert (back["amount"], back["presentment_amount"]) == (49_99, 45_99)


def test_given_a_buyer_with_another_currency_when_given_credit_then_it_is_in_theirs(stage: ShopifyStage) -> None:
    order_id = stage.bought(presentment_currency="EUR", rate=(92, 100))
    give_back(stage.shop(), order_id, Money(minor=10_00, currency="USD"), way=Way.CREDIT)
    assert stage.town.get(f"customers/{stage.customer_of(order_id)}")["credit"]["EUR"] == 9_20


def test_given_credit_that_lapses_when_given_then_the_store_is_told_until_when(stage: ShopifyStage) -> None:
    order_id, now = stage.place_order(), stage.town.inside.clock.now()
    amount = Money(minor=1_00, currency="USD")
    with pytest.raises(Rejected, match="in the past"):
        give_back(stage.shop(), order_id, amount, way=Way.CREDIT, credit_until=now - timedelta(days=1))
    give_back(stage.shop(), order_id, amount, key="8", way=Way.CREDIT, credit_until=now + timedelta(days=365))


def test_given_a_store_without_credit_when_asked_then_it_says_why(stage: ShopifyStage) -> None:
    stage.town.post(f"shops/{PRACTICE_SHOP}", store_credit=False)
    try:
        assert "not switched on" in stage.shop().credit_obstacle()
    finally:
        stage.town.post(f"shops/{PRACTICE_SHOP}", store_credit=True)


def test_given_no_right_to_hand_out_credit_when_asked_then_it_says_why_and_no_refund_is_made(
    stage: ShopifyStage, narrow: Callable[..., Shop]
) -> None:
    order_id = stage.place_order()
    shop = narrow("read_store_credit_accounts", "write_store_credit_account_transactions")
    assert "not given the right" in shop.credit_obstacle()
    with pytest.raises(Rejected, match="not granted"):
        give_back(shop, order_id, Money(minor=1_00, currency="USD"), way=Way.CREDIT)
    assert stage.given_back(order_id).minor == 0


def test_given_an_order_of_another_system_when_a_gift_is_added_then_refused(stage: ShopifyStage) -> None:
    order_id = stage.bought(imported=True)
    with pytest.raises(Rejected):
        stage.shop().add_gift_line(order_id, variant_id=stage.gift_variant, key=f"gift:{order_id}:nth_order_gift")


@pytest.fixture
def narrow(town: TownDoor, stage: ShopifyStage) -> Iterator[Callable[..., Shop]]:
    """Return a way to the practice shop with fewer rights than it usually grants."""

    def enter(*without: str, protected: tuple[str, ...] = ()) -> Shop:
        with town.inside.books.turn() as turn:
            shop = turn.get("shops", PRACTICE_SHOP) or {}
            kept = [scope for scope in SCOPES if scope not in without]
            turn.put("shops", PRACTICE_SHOP, shop | {"scopes": kept, "protected": list(protected)})
        return stage.shop()

    with town.inside.books.turn() as turn:
        before = turn.get("shops", PRACTICE_SHOP) or {}
    yield enter
    with town.inside.books.turn() as turn:
        rights = {"scopes": before["scopes"], "protected": before["protected"]}
        turn.put("shops", PRACTICE_SHOP, (turn.get("shops", PRACTICE_SHOP) or {}) | rights)


def test_given_no_right_to_see_parcels_when_read_then_the_rest_is_known(
    stage: ShopifyStage, narrow: Callable[..., Shop]
) -> None:
    order_id = stage.place_order()
    stage.hand_to_warehouse(order_id)
    shop = narrow("read_merchant_managed_fulfillment_orders", "read_third_party_fulfillment_orders")
    order = shop.order(order_id)
    assert order is not None
    assert (order.counted, order.with_warehouse, order.parcel_unseen) == (True, False, True)


def test_given_a_variant_without_a_cost_when_searched_then_it_says_so_and_costs_its_price(
    stage: ShopifyStage,
) -> None:
    (card,) = stage.shop().gift_candidates("gift card")
    (mug,) = stage.shop().gift_candidates("stoneware")

    assert (mug.grams, card.grams) == (620, None)
    assert (card.costed, card.ships, card.stock, str(card.cost)) == (False, False, None, "$50.00")


def test_given_no_right_to_see_products_when_searched_then_it_does_not_look_like_an_empty_store(
    narrow: Callable[..., Shop],
) -> None:
    with pytest.raises(Unavailable, match="not granted"):
        narrow("read_products").gift_candidates("")


@pytest.mark.parametrize("scope", ["write_customers", "read_products"])
def test_given_a_missing_right_when_read_then_nothing_is_guessed(
    stage: ShopifyStage, narrow: Callable[..., Shop], scope: str
) -> None:
    order_id = stage.place_order()
    with pytest.raises(Unavailable, match="not granted"):
        narrow(scope).order(order_id)


def test_given_no_approval_for_personal_data_when_asked_for_it_then_it_does_not_look_absent(
    stage: ShopifyStage, narrow: Callable[..., Shop]
) -> None:
    order_id = stage.place_order()
    shop = narrow()
    for ask in (lambda: shop.emails(stage.customer_of(order_id)), lambda: shop.delivery(order_id=order_id)):
        with pytest.raises(Unavailable, match="not granted"):
            ask()
    order = shop.order(order_id)
    assert order is not None
    assert (order.counted, order.customer_id) == (True, stage.customer_of(order_id))


@pytest.mark.parametrize(
    ("scope", "document"),
    [
        ("write_order_edits", "gift"),
        ("write_orders", "refund"),
        ("write_orders", "parcel"),
        ("write_customers", "tag"),
    ],
)
def test_given_a_missing_right_when_written_then_it_certainly_was_not(
    stage: ShopifyStage, narrow: Callable[..., Shop], scope: str, document: str
) -> None:
    order_id = stage.place_order()
    parcel = parcel_to(stage, order_id)
    customer, shop = stage.customer_of(order_id), narrow(scope, protected=("name", "email", "phone", "address"))
    deeds = {
        "gift": lambda: shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=f"gift:{order_id}:x"),
        "refund": lambda: give_back(shop, order_id, Money(minor=1_00, currency="USD")),
        "parcel": lambda: shop.send_gift_order(parcel, key=f"gift-order:{order_id}"),
        "tag": lambda: shop.tag_customer(customer, tag="never", present=True),
    }
    with pytest.raises((Rejected, Unavailable), match="not granted"):
        deeds[document]()
    assert (stage.gifts_on(order_id), stage.given_back(order_id).minor) == (0, 0)
    assert "never" not in stage.tags_of(customer)


@pytest.mark.parametrize("said", ["hidden", "denied"])
def test_given_an_order_beyond_sixty_days_when_read_without_the_scope_then_there_is_none(
    stage: ShopifyStage, narrow: Callable[..., Shop], said: str
) -> None:
    order_id = stage.place_order()
    shop = narrow("read_all_orders")
    with stage.town.inside.books.turn() as turn:
        turn.put("orders", order_id, (turn.get("orders", order_id) or {}) | {"created_at": "2020-01-01T00:00:00Z"})
        turn.put("shops", PRACTICE_SHOP, (turn.get("shops", PRACTICE_SHOP) or {}) | {"old_orders": said})
    assert shop.order(order_id) is None
