"""What every store adapter must do. Subclass ShopContract and supply a `stage`."""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import pytest

from app.domain.addresses import Address
from app.domain.deliveries import Validity
from app.domain.errors import Busy, Rejected, Unavailable, Uncertain
from app.domain.facts import Change, Order
from app.domain.history import Batch, Export, Stage
from app.domain.money import Money, zero
from app.domain.ports import GiftParcel, Receipt, Shop
from app.domain.refunds import GiveBack, WantedItem, Way, choose


class ShopStage(Protocol):
    """A store that a test can set up and look into, apart from the adapter."""

    @property
    def currency(self) -> str: ...
    @property
    def gift_variant(self) -> int: ...

    def shop(self) -> Shop: ...
    def stranger(self) -> Shop:
        """Return an adapter whose credentials the store does not know."""

    def place_order(
        self,
        *,
        amount: str = "45.00",
        quantity: int = 1,
        shipping: str = "0.00",
        guest: bool = False,
        test: bool = False,
        slow_bank: bool = False,
    ) -> int:
        """Let somebody buy so many pieces at that price; `slow_bank` takes its time with refunds."""

    def customer_of(self, order_id: int) -> int: ...
    def phone_of(self, customer_id: int) -> str: ...
    def cancel(self, order_id: int) -> None: ...
    def send(self, order_id: int) -> None: ...
    def hand_to_warehouse(self, order_id: int) -> None: ...
    def carrier_tells(self, order_id: int, *, delivered: bool) -> None:
        """Let a parcel that was sent arrive, or come back."""

    def say_birthday(self, customer_id: int, value: str) -> None:
        """Let a customer write down their birthday in the store's field facts.birth_date."""

    def goes_to(self, order_id: int, *, name: str = "", street: str = "", validation: str = "") -> None:
        """Let staff change where the order goes, as far as it is said, or the store think otherwise of it."""

    def bank_decides(self, order_id: int, *, arrived: bool) -> None: ...
    def credit_of(self, customer_id: int) -> Money: ...

    def gifts_on(self, order_id: int) -> int: ...
    def given_back(self, order_id: int) -> Money: ...
    def owed_on(self, order_id: int) -> Money: ...
    def mails_about(self, order_id: int) -> int: ...
    def let_drafts_be_prepared(self) -> None:
        """Wait until the store has prepared its drafts and its search knows them."""

    def ships_to(self, order_id: int) -> Address | None: ...
    def stock(self) -> int: ...
    def tags_of(self, customer_id: int) -> set[str]: ...

    def lose_next_answer(self, deed: str) -> None:
        """Let the store do the next "gift", "parcel", "draft", "refund" or "tag" and then hang up."""

    def lose_next_call(self, deed: str) -> None:
        """Let the store hang up on the next deed without doing it."""

    def be_busy(self) -> None:
        """Let the store turn away the next call, for it was asked too much."""


def give_back(shop: Shop, order_id: int, amount: Money, *, key: str = "7", again: bool = False, **how: Any) -> Receipt:
    """Prepare a refund and make it; `how` are its pieces, its shipping, its way."""
    name = f"refund:{order_id}:{key}"
    call = shop.prepare_refund(order_id, back=GiveBack(amount=amount, **how), key=name)
    return shop.refund(order_id, call=call, key=name, again=again)


def door(shop: Shop, order_id: int) -> Address:
    """Return where something for the order's buyer would go."""
    found = shop.delivery(order_id=order_id)
    assert found is not None
    return found.address


class ShopContract:
    """The store's side of app.domain.ports.Shop."""

    @pytest.fixture
    def stage(self) -> ShopStage:
        raise NotImplementedError

    @pytest.fixture
    def shop(self, stage: ShopStage) -> Shop:
        return stage.shop()

    def money(self, stage: ShopStage, minor: int) -> Money:
        return Money(minor=minor, currency=stage.currency)

    # Reading

    def test_given_a_store_when_asked_then_it_says_who_it_is(self, stage: ShopStage, shop: Shop) -> None:
        profile = shop.profile()
        assert profile.currency == stage.currency
        assert profile.timezone
        assert profile.domain

    def test_given_a_paid_order_when_read_then_it_counts(self, stage: ShopStage, shop: Shop) -> None:
        order = self.read(shop, stage.place_order(amount="45.00"))
        assert (order.counted, order.settled, order.editable, order.shipped) == (True, True, True, False)
        assert order.net == self.money(stage, 45_00)
        assert order.customer_id is not None

    def test_given_an_unknown_order_when_read_then_there_is_none(self, shop: Shop) -> None:
        assert shop.order(1) is None

    def test_given_a_guest_when_read_then_the_order_has_no_customer(self, stage: ShopStage, shop: Shop) -> None:
        assert self.read(shop, stage.place_order(guest=True)).customer_id is None

    def test_given_a_test_order_when_read_then_it_does_not_count(self, stage: ShopStage, shop: Shop) -> None:
        order = self.read(shop, stage.place_order(test=True))
        assert (order.test, order.counted) == (True, False)
        assert order.uncounted_because

    def test_given_a_cancelled_order_when_read_then_it_does_not_count(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order()
        stage.cancel(order_id)
        order = self.read(shop, order_id)
        assert (order.cancelled, order.counted, order.editable) == (True, False, False)

    def test_given_the_warehouse_has_the_parcel_when_read_then_we_know(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order()
        assert not self.read(shop, order_id).with_warehouse
        stage.hand_to_warehouse(order_id)
        assert self.read(shop, order_id).with_warehouse

    def test_given_the_parcel_has_left_when_read_then_we_know(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order()
        stage.send(order_id)
        assert self.read(shop, order_id).shipped

    def test_given_a_change_when_swept_then_it_is_among_the_newest(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order()
        order = self.read(shop, order_id)
        ours = Change(order_id=order_id, updated_at=order.updated_at, net=order.net)
        assert ours in list(shop.updated_since(order.updated_at - timedelta(seconds=1)))
        assert order_id not in [each.order_id for each in shop.updated_since(order.updated_at + timedelta(hours=1))]

    def test_given_a_customer_when_searched_by_email_then_found_in_any_case(self, stage: ShopStage, shop: Shop) -> None:
        customer = stage.customer_of(stage.place_order())
        (email,) = shop.emails(customer)
        assert shop.customer_by_email(f" {email.upper()} ") == customer
        assert shop.customer_by_email(f"x{email}") is None
        assert shop.customer_by_email("' OR email:*") is None

    def test_given_a_customer_when_searched_by_phone_then_only_they_are_found(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        customer = stage.customer_of(stage.place_order())
        phone = stage.phone_of(customer)
        assert shop.customer_by_phone(f" {phone} ") == customer
        assert shop.customer_by_phone(f"{phone}0") is None

    def test_given_an_order_when_asked_for_its_address_then_it_is_complete(self, stage: ShopStage, shop: Shop) -> None:
        address = door(shop, stage.place_order())
        assert all([address.name, address.street, address.city, address.region, address.postcode, address.country])

    def test_given_a_gift_when_looked_at_then_cost_and_stock_are_known(self, stage: ShopStage, shop: Shop) -> None:
        option = shop.gift_option(stage.gift_variant)
        assert option is not None
        assert option.cost.minor > 0
        assert (option.on_sale, option.stock) == (True, stage.stock())

    def test_given_an_unknown_gift_when_looked_at_then_there_is_none(self, shop: Shop) -> None:
        assert shop.gift_option(1) is None

    def test_given_how_a_gifts_words_begin_when_searched_then_it_is_found_as_it_is_when_looked_at(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        option = shop.gift_option(stage.gift_variant)
        assert option is not None
        begun = " ".join(word[:4].upper() for word in reversed(option.title.split()))

        (found,) = shop.gift_candidates(begun)
        assert replace(found, grams=option.grams) == option  # whoever chooses may be told its weight
        assert found in shop.gift_candidates("")

    @pytest.mark.parametrize("words", ["nothing like it", "* OR status:draft", "title:* OR x", "'); --"])
    def test_given_words_that_mean_something_to_a_search_when_searched_then_they_are_words(
        self, shop: Shop, words: str
    ) -> None:
        found = shop.gift_candidates(words)

        assert found == (shop.gift_candidates("") if not any(map(str.isalpha, words)) else ())

    def test_given_a_past_when_gathered_then_every_order_comes_once(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order()
        past = [order for batch in self.gathered(shop, Export.ORDERS) for order in batch.orders]
        found = {order.id: order for order in past}
        now = self.read(shop, order_id)
        assert len(found) == len(past)
        assert (found[order_id].net_minor, found[order_id].counted) == (now.net.minor, now.counted)
        assert (found[order_id].processed_at, found[order_id].updated_at) == (now.processed_at, now.updated_at)

    def test_given_customers_when_gathered_then_each_comes_once_with_the_stores_own_figures(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        customer = stage.customer_of(stage.place_order())
        past = [customer for batch in self.gathered(shop, Export.CUSTOMERS) for customer in batch.customers]
        found = {each.id: each for each in past}
        assert len(found) == len(past)
        assert found[customer].store_orders >= 1
        assert found[customer].mail_digest is not None

    def test_given_a_file_read_half_when_read_on_then_the_rest_comes(self, stage: ShopStage, shop: Shop) -> None:
        for _ in range(3):
            stage.place_order()
        (whole,) = self.gathered(shop, Export.ORDERS)
        (rest,) = self.gathered(shop, Export.ORDERS, after=2)
        assert rest.orders == whole.orders[1:]
        assert rest.lines == whole.lines

    # Tagging

    def test_given_tags_of_others_when_tagged_and_untagged_then_theirs_stay(self, stage: ShopStage, shop: Shop) -> None:
        customer = stage.customer_of(stage.place_order())
        shop.tag_customer(customer, tag="of-others", present=True)
        for _ in range(2):
            shop.tag_customer(customer, tag="make-it-right", present=True)
            assert {"of-others", "make-it-right"} <= stage.tags_of(customer)
        for _ in range(2):
            shop.tag_customer(customer, tag="make-it-right", present=False)
            assert "make-it-right" not in stage.tags_of(customer)
        assert "of-others" in stage.tags_of(customer)

    def test_given_a_customer_with_tags_when_asked_then_they_are_told_as_the_store_compares_them(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        customer = stage.customer_of(stage.place_order())
        before = shop.tags(customer)

        shop.tag_customer(customer, tag="Knows ÄNNE", present=True)

        assert shop.tags(customer) == before | {"knows änne"}
        assert shop.tags(404) == frozenset()

    def test_given_the_answer_is_lost_when_tagged_then_in_doubt_and_repeating_is_harmless(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        customer = stage.customer_of(stage.place_order())
        stage.lose_next_answer("tag")
        with pytest.raises(Uncertain):
            shop.tag_customer(customer, tag="make-it-right", present=True)
        shop.tag_customer(customer, tag="make-it-right", present=True)
        assert "make-it-right" in stage.tags_of(customer)

    def test_given_an_unknown_customer_when_tagged_then_refused(self, shop: Shop) -> None:
        with pytest.raises(Rejected):
            shop.tag_customer(1, tag="make-it-right", present=True)

    # Gift lines

    def test_given_an_open_order_when_a_gift_is_added_then_free_silent_and_from_stock(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id, stock = stage.place_order(), stage.stock()
        shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=self.gift_key(order_id))
        assert (stage.gifts_on(order_id), stage.mails_about(order_id), stage.stock()) == (1, 0, stock - 1)
        assert stage.owed_on(order_id) == zero(stage.currency)
        order = self.read(shop, order_id)
        assert self.gift_key(order_id) in order.marks
        assert (order.net.minor, order.outstanding) == (45_00, False)

    def test_given_a_gift_when_repeated_under_its_key_then_there_is_still_one(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        for _ in range(3):
            shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=self.gift_key(order_id))
        assert stage.gifts_on(order_id) == 1

    def test_given_the_answer_is_lost_when_a_gift_is_added_then_it_is_found(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order()
        key = self.gift_key(order_id)
        assert shop.find_gift_line(order_id, variant_id=stage.gift_variant, key=key) is None
        stage.lose_next_answer("gift")
        with pytest.raises(Uncertain):
            shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=key)
        assert shop.find_gift_line(order_id, variant_id=stage.gift_variant, key=key) is not None
        shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=key)
        assert stage.gifts_on(order_id) == 1

    def test_given_the_call_is_lost_when_a_gift_is_added_then_it_is_not_found_and_can_be_repeated(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        key = self.gift_key(order_id)
        stage.lose_next_call("gift")
        with pytest.raises((Uncertain, Unavailable)):
            shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=key)
        assert shop.find_gift_line(order_id, variant_id=stage.gift_variant, key=key) is None
        shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=key)
        assert stage.gifts_on(order_id) == 1

    @pytest.mark.parametrize("end", ["cancel", "send"])
    def test_given_an_order_that_is_over_when_a_gift_is_added_then_refused(
        self, stage: ShopStage, shop: Shop, end: str
    ) -> None:
        order_id = stage.place_order()
        getattr(stage, end)(order_id)
        with pytest.raises(Rejected):
            shop.add_gift_line(order_id, variant_id=stage.gift_variant, key=self.gift_key(order_id))
        assert stage.gifts_on(order_id) == 0

    def test_given_an_unknown_order_when_a_gift_is_added_then_refused(self, stage: ShopStage, shop: Shop) -> None:
        with pytest.raises(Rejected):
            shop.add_gift_line(1, variant_id=stage.gift_variant, key=self.gift_key(1))

    # Gift orders

    def test_given_a_customer_when_a_gift_is_sent_then_it_is_free_silent_from_stock_and_shipped_to_them(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id, stock = stage.place_order(), stage.stock()
        receipt = self.send_gift(stage, shop, order_id)
        gift = int(receipt.reference)
        assert (stage.stock(), stage.mails_about(gift)) == (stock - 1, 0)
        assert stage.owed_on(gift) == zero(stage.currency)
        assert stage.ships_to(gift) == door(shop, order_id)
        order = self.read(shop, gift)
        assert (order.customer_id, order.counted, order.net.minor) == (stage.customer_of(order_id), False, 0)
        assert "our own gifts" in order.uncounted_because

    def test_given_a_gift_sent_when_looked_for_at_once_then_it_is_found_and_another_is_not(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        customer = stage.customer_of(order_id)
        assert shop.find_gift_order(customer, key=self.parcel_key(order_id)) is None
        receipt = self.send_gift(stage, shop, order_id)
        assert shop.find_gift_order(customer, key=self.parcel_key(order_id)) == receipt
        assert shop.find_gift_order(customer, key=self.parcel_key(order_id + 1)) is None

    def test_given_the_answer_is_lost_when_a_gift_is_sent_then_it_is_found(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order()
        stage.lose_next_answer("parcel")
        with pytest.raises(Uncertain):
            self.send_gift(stage, shop, order_id)
        assert shop.find_gift_order(stage.customer_of(order_id), key=self.parcel_key(order_id)) is not None

    def test_given_the_call_is_lost_when_a_gift_is_sent_then_it_is_not_found_and_can_be_repeated(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id, stock = stage.place_order(), stage.stock()
        stage.lose_next_call("parcel")
        with pytest.raises((Uncertain, Unavailable)):
            self.send_gift(stage, shop, order_id)
        assert shop.find_gift_order(stage.customer_of(order_id), key=self.parcel_key(order_id)) is None
        self.send_gift(stage, shop, order_id)
        assert stage.stock() == stock - 1

    def test_given_a_draft_when_completed_then_it_is_one_order_of_ours_however_often(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id, stock = stage.place_order(), stage.stock()
        draft = shop.prepare_gift_draft(self.parcel(stage, shop, order_id), key=self.parcel_key(order_id))
        assert shop.find_completed_draft(draft) is None
        assert stage.stock() == stock
        stage.let_drafts_be_prepared()
        receipts = {shop.complete_gift_draft(draft) for _ in range(3)}
        assert receipts == {shop.find_completed_draft(draft)}
        gift = int(receipts.pop().reference)
        assert (stage.stock(), stage.owed_on(gift)) == (stock - 1, zero(stage.currency))
        assert stage.ships_to(gift) == door(shop, order_id)
        assert "our own gifts" in self.read(shop, gift).uncounted_because
        assert shop.find_gift_order(stage.customer_of(order_id), key=self.parcel_key(order_id)) is not None

    def test_given_a_draft_that_is_being_prepared_when_completed_then_it_asks_to_wait(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        draft = shop.prepare_gift_draft(self.parcel(stage, shop, order_id), key=self.parcel_key(order_id))
        with pytest.raises(Busy):
            shop.complete_gift_draft(draft)
        assert shop.find_completed_draft(draft) is None

    def test_given_the_answer_is_lost_when_a_draft_is_completed_then_the_draft_tells(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        draft = shop.prepare_gift_draft(self.parcel(stage, shop, order_id), key=self.parcel_key(order_id))
        stage.let_drafts_be_prepared()
        stage.lose_next_answer("draft")
        with pytest.raises(Uncertain):
            shop.complete_gift_draft(draft)
        assert shop.find_completed_draft(draft) is not None

    def test_given_a_draft_left_behind_when_another_is_wanted_under_its_key_then_it_is_used(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        parcel, key = self.parcel(stage, shop, order_id), self.parcel_key(order_id)
        draft = shop.prepare_gift_draft(parcel, key=key)
        stage.let_drafts_be_prepared()
        assert shop.prepare_gift_draft(parcel, key=key) == draft
        assert shop.prepare_gift_draft(parcel, key=f"{key}:other") != draft

    @pytest.mark.parametrize("known", [True, False])
    def test_given_a_draft_that_is_not_wanted_when_discarded_then_it_is_gone_and_again_changes_nothing(
        self, stage: ShopStage, shop: Shop, *, known: bool
    ) -> None:
        order_id = stage.place_order()
        parcel, key = self.parcel(stage, shop, order_id), self.parcel_key(order_id)
        draft = shop.prepare_gift_draft(parcel, key=key)
        other = shop.prepare_gift_draft(parcel, key=f"{key}:other")
        stage.let_drafts_be_prepared()
        for _ in range(3):
            shop.discard_gift_draft(draft if known else "", key=key)
        with pytest.raises(Rejected, match="deleted"):
            shop.complete_gift_draft(draft)
        assert shop.complete_gift_draft(other).reference

    def test_given_a_draft_that_became_an_order_when_discarded_then_the_order_stays(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        draft = shop.prepare_gift_draft(self.parcel(stage, shop, order_id), key=self.parcel_key(order_id))
        stage.let_drafts_be_prepared()
        made = shop.complete_gift_draft(draft)
        shop.discard_gift_draft(draft, key=self.parcel_key(order_id))
        assert shop.find_completed_draft(draft) == made

    def test_given_a_gift_sent_when_cancelled_then_it_is_stopped_silently_and_restocked_once(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id, stock = stage.place_order(), stage.stock()
        gift = int(self.send_gift(stage, shop, order_id).reference)
        customer, key = stage.customer_of(order_id), self.parcel_key(order_id)
        for _ in range(3):
            with suppress(Uncertain):
                shop.cancel_gift_order(customer, key=key)
        assert "cancelled" in shop.cancel_gift_order(customer, key=key).remark
        assert (self.read(shop, gift).cancelled, stage.stock(), stage.mails_about(gift)) == (True, stock, 0)
        assert shop.find_gift_order(customer, key=key) is not None

    def test_given_a_gift_that_has_left_when_cancelled_then_too_late(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order()
        stage.send(int(self.send_gift(stage, shop, order_id).reference))
        with pytest.raises(Rejected, match="has left"):
            shop.cancel_gift_order(stage.customer_of(order_id), key=self.parcel_key(order_id))

    def test_given_no_gift_when_cancelled_then_there_is_nothing_to_do(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order()
        assert "not there" in shop.cancel_gift_order(stage.customer_of(order_id), key=self.parcel_key(order_id)).remark

    def test_given_a_customer_when_asked_where_a_gift_goes_then_where_the_order_went_else_where_they_live(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        customer = stage.customer_of(order_id)
        assert shop.delivery(customer_id=customer, order_id=order_id) == shop.delivery(order_id=order_id)
        assert shop.delivery(customer_id=customer) is not None
        assert shop.delivery(customer_id=1) is None
        assert shop.delivery(customer_id=1, order_id=order_id) is None, "the order is another customer's"
        assert shop.delivery(customer_id=customer, order_id=1) is None

    def test_given_a_guest_when_asked_where_something_goes_then_to_where_the_order_went(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order(guest=True)
        assert door(shop, order_id) == stage.ships_to(order_id)
        assert shop.delivery(customer_id=1, order_id=order_id) is None

    def test_given_a_present_to_a_friend_when_asked_where_something_goes_then_to_the_customers_own_door(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        home = door(shop, order_id)
        stage.goes_to(order_id, name="Mary Somerville", street="9 Far Road")
        found = shop.delivery(order_id=order_id)
        assert found is not None
        assert (found.address, found.theirs) == (home, True)
        assert shop.delivery(customer_id=stage.customer_of(order_id), order_id=order_id) == found

    def test_given_a_parcel_when_its_carrier_tells_of_it_then_we_know_how_sure_the_address_is(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        fresh = shop.delivery(order_id=order_id)
        stage.send(order_id)
        stage.carrier_tells(order_id, delivered=True)
        arrived = shop.delivery(order_id=order_id)
        stage.carrier_tells(order_id, delivered=False)
        back = shop.delivery(order_id=order_id)
        assert fresh is not None
        assert (fresh.delivered_at, fresh.came_back, fresh.validity) == (None, False, Validity.GOOD)
        assert arrived is not None
        assert arrived.delivered_at is not None
        assert back is not None
        assert (back.delivered_at, back.came_back) == (None, True)

    def test_given_a_birthday_in_the_store_when_asked_for_then_it_is_known_if_it_is_a_day(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        customer, field = stage.customer_of(stage.place_order()), "facts.birth_date"
        assert shop.birthdays([customer, 1], metafield=field) == {}
        stage.say_birthday(customer, "1990-05-17")
        found = shop.birthdays([customer, 1], metafield=field)
        stage.say_birthday(customer, "<script>05-17</script>")
        assert shop.birthdays([customer], metafield=field) == {}
        assert {number: (day.month, day.day) for number, day in found.items()} == {customer: (5, 17)}
        assert found[customer].said_at.tzinfo is not None
        assert shop.birthdays([customer], metafield="facts.other") == {}

    def test_given_parcels_when_asked_what_became_of_them_then_those_of_the_span_are_told_of(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        waits, left, there = (stage.place_order() for _ in range(3))
        for order_id in (left, there):
            stage.send(order_id)
        stage.carrier_tells(there, delivered=True)
        ordered_at = {each: order.created_at for each in (waits, left, there) if (order := shop.order(each))}
        span = [moment for moment in ordered_at.values() if moment is not None]

        found = {each.order_id: each for each in shop.shipments(since=min(span), until=max(span))}

        assert [found[each].tracked for each in (waits, left, there)] == [False, False, True]
        assert [found[each].arrived_at is not None for each in (waits, left, there)] == [False, False, True]
        assert found[there].ordered_at == ordered_at[there]
        long_ago = min(span) - timedelta(days=1)
        assert there not in {each.order_id for each in shop.shipments(since=long_ago, until=long_ago)}

    def test_given_an_address_that_the_store_doubts_when_asked_then_so_do_we(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order()
        stage.goes_to(order_id, validation="ERROR")
        found = shop.delivery(order_id=order_id)
        assert found is not None
        assert found.validity is Validity.BAD

    # Refunds

    def test_given_a_paid_order_when_refunded_then_exactly_that_goes_back_silently(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order(amount="64.00")
        assert shop.refund_offer(order_id).most == self.money(stage, 64_00)
        receipt = give_back(shop, order_id, self.money(stage, 12_34))
        assert (receipt.cost, stage.given_back(order_id)) == (self.money(stage, 12_34), self.money(stage, 12_34))
        assert shop.refund_offer(order_id).most == self.money(stage, 51_66)
        assert stage.mails_about(order_id) == 0
        order = self.read(shop, order_id)
        assert (order.counted, order.net.minor, order.outstanding) == (True, 51_66, False)

    def test_given_a_call_when_sent_again_to_the_letter_then_there_is_still_one_refund(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order(amount="45.00")
        amount, key = self.money(stage, 30_00), f"refund:{order_id}:7"
        call = shop.prepare_refund(order_id, back=GiveBack(amount=amount), key=key)
        receipts = {shop.refund(order_id, call=call, key=key).reference for _ in range(3)}
        assert (len(receipts), stage.given_back(order_id)) == (1, amount)

    def test_given_a_refund_when_prepared_anew_under_its_key_then_there_is_still_one(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order(amount="45.00")
        receipts = {give_back(shop, order_id, self.money(stage, 30_00)).reference for _ in range(3)}
        assert (len(receipts), stage.given_back(order_id)) == (1, self.money(stage, 30_00))

    def test_given_two_keys_when_refunded_then_there_are_two(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order(amount="45.00")
        for key in ("7", "8"):
            give_back(shop, order_id, self.money(stage, 10_00), key=key)
        assert stage.given_back(order_id) == self.money(stage, 20_00)

    def test_given_more_than_was_paid_when_refunded_then_refused(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order(amount="45.00")
        with pytest.raises(Rejected):
            give_back(shop, order_id, self.money(stage, 45_01))
        assert stage.given_back(order_id) == zero(stage.currency)

    def test_given_the_answer_is_lost_when_refunded_then_it_is_found(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order(amount="45.00")
        amount, key = self.money(stage, 45_00), f"refund:{order_id}:7"
        assert shop.find_refund(order_id, key=key) is None
        stage.lose_next_answer("refund")
        with pytest.raises(Uncertain):
            give_back(shop, order_id, amount)
        found = shop.find_refund(order_id, key=key)
        assert found is not None
        assert found.cost == amount
        assert give_back(shop, order_id, amount).reference == found.reference
        assert stage.given_back(order_id) == amount

    def test_given_pieces_that_were_sent_when_given_back_then_the_line_says_so_and_the_stock_stays(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order(amount="15.00", quantity=3)
        stage.send(order_id)
        (line,) = shop.sold(order_id)
        assert (line.place, line.left, line.sent) == (1, 3, 3)
        chosen = choose((WantedItem(sku=line.sku, pieces=2),), (line,))
        offer = shop.refund_offer(order_id, pieces=chosen)
        assert offer.asked == self.money(stage, 30_00)
        give_back(shop, order_id, offer.asked, pieces=chosen)
        assert stage.given_back(order_id) == self.money(stage, 30_00)
        assert [each.left for each in shop.sold(order_id)] == [1]
        assert stage.owed_on(order_id) == zero(stage.currency)

    def test_given_pieces_still_to_be_sent_when_given_back_then_they_stay_in_the_parcel(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order(amount="15.00", quantity=3)
        chosen = choose((WantedItem(place=1, pieces=2),), shop.sold(order_id))
        give_back(shop, order_id, self.money(stage, 30_00), pieces=chosen)
        assert stage.given_back(order_id) == self.money(stage, 30_00)
        assert [each.left for each in shop.sold(order_id)] == [3]

    def test_given_shipping_when_given_back_then_only_that_and_only_once(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order(amount="40.00", shipping="5.00")
        offer = shop.refund_offer(order_id, shipping=True)
        assert (offer.asked, offer.shipping) == (self.money(stage, 5_00), self.money(stage, 5_00))
        give_back(shop, order_id, offer.asked, shipping=offer.shipping)
        assert stage.given_back(order_id) == self.money(stage, 5_00)
        assert shop.refund_offer(order_id, shipping=True).shipping is None

    def test_given_a_customer_when_given_back_as_credit_then_they_have_it_in_the_store(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order(amount="45.00")
        before = stage.credit_of(stage.customer_of(order_id))
        assert shop.credit_obstacle() == ""
        receipts = {give_back(shop, order_id, self.money(stage, 20_00), way=Way.CREDIT).reference for _ in range(2)}
        assert len(receipts) == 1
        assert stage.credit_of(stage.customer_of(order_id)) == before + self.money(stage, 20_00)
        assert shop.refund_offer(order_id).most == self.money(stage, 25_00)

    def test_given_a_guest_when_given_back_as_credit_then_refused(self, stage: ShopStage, shop: Shop) -> None:
        order_id = stage.place_order(guest=True)
        with pytest.raises(Rejected):
            give_back(shop, order_id, self.money(stage, 20_00), way=Way.CREDIT)
        assert stage.given_back(order_id) == zero(stage.currency)

    def test_given_money_on_its_way_when_watched_then_it_is_pending_until_it_has_arrived(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order(amount="45.00", slow_bank=True)
        receipt = give_back(shop, order_id, self.money(stage, 20_00))
        assert (receipt.pending, receipt.cost) == (True, None)
        assert shop.watch_refund(order_id, reference=receipt.reference).pending
        stage.bank_decides(order_id, arrived=True)
        arrived = shop.watch_refund(order_id, reference=receipt.reference)
        assert (arrived.pending, arrived.cost) == (False, self.money(stage, 20_00))

    def test_given_money_on_its_way_when_the_bank_declines_then_it_is_refused(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        order_id = stage.place_order(amount="45.00", slow_bank=True)
        receipt = give_back(shop, order_id, self.money(stage, 20_00))
        stage.bank_decides(order_id, arrived=False)
        with pytest.raises(Rejected):
            shop.watch_refund(order_id, reference=receipt.reference)
        assert shop.find_refund(order_id, key=f"refund:{order_id}:7") is None

    # Trouble

    def test_given_a_busy_store_when_asked_then_later_and_the_pause_is_known(
        self, stage: ShopStage, shop: Shop
    ) -> None:
        stage.be_busy()
        with pytest.raises(Unavailable) as caught:
            shop.profile()
        assert caught.value.retry_after

    def test_given_dead_credentials_when_writing_then_certainly_nothing_happened(self, stage: ShopStage) -> None:
        customer = stage.customer_of(stage.place_order())
        with pytest.raises(Unavailable) as caught:
            stage.stranger().tag_customer(customer, tag="make-it-right", present=True)
        assert (caught.value.retry_after or 0) >= 3600

    def send_gift(self, stage: ShopStage, shop: Shop, order_id: int) -> Receipt:
        """Send the gift in a parcel of its own, to where the order went."""
        return shop.send_gift_order(self.parcel(stage, shop, order_id), key=self.parcel_key(order_id))

    def parcel(self, stage: ShopStage, shop: Shop, order_id: int) -> GiftParcel:
        return GiftParcel(
            customer_id=stage.customer_of(order_id),
            variant_id=stage.gift_variant,
            to=door(shop, order_id),
            currency=stage.currency,
        )

    def parcel_key(self, order_id: int) -> str:
        return f"gift-order:{order_id}:nth_order_gift"

    def gift_key(self, order_id: int) -> str:
        return f"gift:{order_id}:nth_order_gift"

    def read(self, shop: Shop, order_id: int) -> Order:
        order = shop.order(order_id)
        assert order is not None
        return order

    def gathered(self, shop: Shop, what: Export, *, after: int = 0) -> list[Batch]:
        end, handle = time.monotonic() + 60, shop.start_export(what, without_people=False)
        while (past := shop.export(handle)).stage is Stage.GATHERING:
            assert time.monotonic() < end, "the past is not gathered"
            time.sleep(0.02)
        assert past.file is not None
        return list(shop.past(what, past.file, after=after, currency="USD"))
