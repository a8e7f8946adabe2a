"""What the store tells of customers: spending, tags, merges, departures."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.history import Export
from app.domain.policy import Mode
from app.store import imports, orders, shops
from app.store.base import unit_of_work
from app.store.tables import Effect, Shop
from jobs.practice import POLICY
from jobs.sweep import sweep
from tests.jobs.conftest import Practice

TAG = POLICY.special_customer.tag
ENOUGH = "2000.00"


def gid(customer: int) -> str:
    return f"gid://shopify/Customer/{customer}"


def newcomer(inside: Practice) -> int:
    customer: int = inside.call("/town/cast")["almost_average_customer"]
    return customer


def marked(inside: Practice) -> int:
    """Bring a customer above the average; return who it is."""
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount=ENOUGH))
    inside.drain()
    assert tags(inside, customer) == [TAG]
    return customer


def tags(inside: Practice, customer: int) -> list[str]:
    found: list[str] = inside.call(f"/town/customers/{customer}")["tags"]
    return found


def standing(inside: Practice, customer: int) -> Any:
    with unit_of_work(inside.world.sessions) as session:
        return orders.standing(session, shop_id=inside.shop_id, customer_id=customer, currency="USD")


def test_given_a_lost_order_webhook_when_the_customers_spending_is_told_then_their_order_is_read_and_they_are_marked(
    inside: Practice,
) -> None:
    customer = newcomer(inside)
    order = inside.order(customer_id=customer, amount=ENOUGH)
    latest = f"gid://shopify/Order/{order}"
    inside.tell("customers/purchasing_summary", customerId=gid(customer), lastOrderId=latest, occurredAt=None)

    inside.drain()

    assert tags(inside, customer) == [TAG]
    assert inside.reasons("special_customer") == ["entered"]


def test_given_a_fourth_order_that_only_the_spending_tells_of_when_swept_up_later_then_its_gift_was_given_once(
    inside: Practice,
) -> None:
    customer = inside.call("/town/cast")["fourth_order_customer"]
    order = inside.order()
    latest = f"gid://shopify/Order/{order}"
    inside.tell("customers/purchasing_summary", customerId=gid(customer), lastOrderId=latest, occurredAt=None)
    inside.fault("GiftVariant", "500_before")  # written down, and nothing decided yet
    inside.drain()
    assert inside.gifts_on(order) == 0

    inside.later(seconds=3600)
    sweep(inside.world, inside.shop_id)
    inside.drain()

    assert inside.gifts_on(order) == 1


def test_given_an_order_that_is_known_when_the_spending_is_told_then_nobody_is_asked_and_nothing_is_repeated(
    inside: Practice,
) -> None:
    customer = newcomer(inside)
    order = inside.order(customer_id=customer, amount="1.00")
    inside.deliver(order)
    inside.drain()
    asked, said = calls(inside), inside.reasons("special_customer")

    latest = f"gid://shopify/Order/{order}"
    inside.tell("customers/purchasing_summary", customerId=gid(customer), lastOrderId=latest, occurredAt=None)
    inside.drain()

    assert (calls(inside), inside.reasons("special_customer")) == (asked, said)


def test_given_news_that_is_more_than_a_day_old_when_handled_then_it_feeds_the_ledger_and_nothing_is_decided(
    inside: Practice,
) -> None:
    customer = newcomer(inside)
    order = inside.order(customer_id=customer, amount=ENOUGH)
    yesterday = inside.world.clock.now() - timedelta(hours=25)
    inside.tell("orders/updated", triggered_at=yesterday, id=order)
    latest = f"gid://shopify/Order/{order}"
    inside.tell(
        "customers/purchasing_summary",
        customerId=gid(customer),
        lastOrderId=latest,
        occurredAt=yesterday.isoformat(),
    )

    inside.drain()

    assert standing(inside, customer).last_order_at > yesterday
    assert (inside.reasons("special_customer"), tags(inside, customer)) == ([], [])


def test_given_our_tag_when_a_person_takes_it_off_then_it_is_noted_and_never_put_back(inside: Practice) -> None:
    customer = marked(inside)
    inside.call(f"/town/customers/{customer}/tags", {"remove": [TAG]})
    inside.tell("customer.tags_removed", customerId=gid(customer), tags=[TAG.upper()], occurredAt=None)
    inside.drain()

    inside.deliver(inside.order(customer_id=customer, amount="30.00"), key="another")
    inside.drain()

    assert tags(inside, customer) == []
    assert standing(inside, customer).marked is False
    assert inside.reasons("special_customer") == ["entered", "taken_off_by_hand", "stays"]


def test_given_our_tag_when_the_stores_reading_lags_behind_its_word_then_nobody_is_said_to_have_taken_it_off(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = marked(inside)
    with monkeypatch.context() as lagging:
        lagging.setattr("integrations.shopify.shop.ShopifyShop.has_tag", lambda *_, **__: False)
        inside.tell("customer.tags_added", customerId=gid(customer), tags=[TAG], occurredAt=None)
        inside.drain()
    inside.later(10)
    inside.drain()

    assert standing(inside, customer).marked is True
    assert inside.reasons("special_customer") == ["entered"]


def test_given_a_removal_that_the_store_does_not_show_yet_when_it_does_then_it_is_noted(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = marked(inside)
    with monkeypatch.context() as lagging:
        lagging.setattr("integrations.shopify.shop.ShopifyShop.has_tag", lambda *_, **__: True)
        by_hand(inside, customer, "remove")
    assert standing(inside, customer).marked is True

    inside.later(10)
    inside.drain()

    assert standing(inside, customer).marked is False


def test_given_a_hand_that_changed_its_mind_when_the_first_word_stays_untrue_then_what_the_store_shows_is_believed(
    inside: Practice,
) -> None:
    customer = marked(inside)
    inside.call(f"/town/customers/{customer}/tags", {"remove": [TAG]})
    inside.tell("customer.tags_added", customerId=gid(customer), tags=[TAG], occurredAt=None)

    for _ in range(8):
        inside.drain()
        inside.later(10)

    assert standing(inside, customer).marked is False


def test_given_a_customer_who_was_merged_when_their_tag_is_told_of_late_then_nobody_is_said_to_have_taken_it_off(
    inside: Practice,
) -> None:
    customer, kept = marked(inside), inside.call("/town/cast")["best_customer"]
    inside.call(f"/town/customers/{customer}/merge", {"into": kept})
    inside.tell("customer.tags_added", customerId=gid(customer), tags=[TAG], occurredAt=None)
    inside.later(60)

    inside.drain()

    assert standing(inside, customer).marked is True
    assert inside.reasons("special_customer") == ["entered"]


def test_given_our_own_tag_when_its_echo_comes_before_its_answer_then_no_hand_is_said_to_have_put_it_on(
    inside: Practice,
) -> None:
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount=ENOUGH))
    inside.fault("TagsAdd", "commit_then_drop")
    inside.drain()
    inside.tell("customer.tags_added", customerId=gid(customer), tags=[TAG], occurredAt=None)
    inside.drain()

    assert (tags(inside, customer), inside.reasons("special_customer")) == ([TAG], ["entered"])


@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.APPROVE])
def test_given_our_tag_when_a_person_takes_it_off_and_puts_it_back_then_the_helpdesk_follows(
    inside: Practice, mode: Mode
) -> None:
    opened = inside.call("/town/tickets", {"customer_id": newcomer(inside), "subject": "Hello"})["ticket_id"]
    customer = marked(inside)
    assert TAG in ticket_tags(inside, opened)
    inside.policy(replace(POLICY, special_customer=replace(POLICY.special_customer, mode=mode)))

    by_hand(inside, customer, "remove")
    assert TAG not in ticket_tags(inside, opened)
    by_hand(inside, customer, "add")

    assert TAG in ticket_tags(inside, opened)
    assert [row.state for row in inside.effects("mark_in_helpdesk")] == ["done"] * 3
    assert inside.reasons("special_customer") == ["entered", "taken_off_by_hand", "put_on_by_hand"]


def test_given_a_rule_that_only_watches_when_a_person_takes_our_tag_off_then_it_is_noted_and_nothing_is_written(
    inside: Practice,
) -> None:
    opened = inside.call("/town/tickets", {"customer_id": newcomer(inside), "subject": "Hello"})["ticket_id"]
    customer = marked(inside)
    inside.policy(replace(POLICY, special_customer=replace(POLICY.special_customer, mode=Mode.OBSERVE)))

    by_hand(inside, customer, "remove")

    assert TAG in ticket_tags(inside, opened)
    assert [row.state for row in inside.effects("mark_in_helpdesk")] == ["done", "observed"]


def by_hand(inside: Practice, customer: int, change: str) -> None:
    """Let a person add or remove our tag in the store, and tell of it."""
    inside.later(1)  # they do not do two things in one instant
    inside.call(f"/town/customers/{customer}/tags", {change: [TAG]})
    topic = {"add": "customer.tags_added", "remove": "customer.tags_removed"}[change]
    inside.tell(topic, customerId=gid(customer), tags=[TAG], occurredAt=None)
    inside.drain()


def ticket_tags(inside: Practice, ticket: int) -> list[str]:
    found: list[str] = inside.call(f"/town/tickets/{ticket}")["tags"]
    return found


def test_given_a_late_word_of_a_tag_taken_off_when_the_store_shows_it_then_the_store_is_believed(
    inside: Practice,
) -> None:
    customer = marked(inside)
    inside.tell("customer.tags_removed", customerId=gid(customer), tags=[TAG], occurredAt=None)

    inside.drain()

    assert standing(inside, customer).marked is True
    assert inside.reasons("special_customer") == ["entered"]


@pytest.mark.parametrize("topic", ["customer.tags_added", "customer.tags_removed"])
def test_given_tags_that_are_none_of_ours_or_of_nobody_special_when_they_change_then_nobody_is_asked(
    inside: Practice, topic: str
) -> None:
    asked = calls(inside)
    inside.tell(topic, key="theirs", customerId=gid(marked(inside)), tags=["wholesale"], occurredAt=None)
    inside.tell(topic, key="nobody", customerId=gid(1), tags=[TAG], occurredAt=None)
    asked = calls(inside)

    inside.drain()

    assert calls(inside) == asked


def test_given_a_planned_gift_when_its_customer_is_merged_then_it_follows_and_is_given(inside: Practice) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, mode=Mode.APPROVE)))
    inside.deliver(inside.order())
    inside.drain()
    gone: int = inside.call("/town/cast")["fourth_order_customer"]

    inside.tell(
        "customers/merge",
        admin_graphql_api_customer_kept_id=gid(77),
        admin_graphql_api_customer_deleted_id=gid(gone),
        status="completed",
        errors=[],
    )
    inside.drain()

    (gift,) = inside.effects("add_gift_line")
    assert (gift.customer_id, gift.payload["customer_id"], gift.state) == (77, 77, "awaiting")


@pytest.mark.parametrize("told", ["first", "last"])
def test_given_a_mark_that_finds_its_customer_merged_when_that_is_told_then_the_one_kept_is_marked(
    inside: Practice, told: str
) -> None:
    customer, kept = newcomer(inside), inside.call("/town/cast")["best_customer"]
    inside.deliver(inside.order(customer_id=customer, amount=ENOUGH))
    inside.fault("TagsAdd", "commit_then_drop" if told == "first" else "500_before")
    inside.drain()
    inside.call(f"/town/customers/{customer}/tags", {"remove": [TAG]})  # so that the merge alone brings no tag along
    latest = inside.call(f"/town/customers/{customer}")["orders"][-1]["id"]
    inside.call(f"/town/customers/{customer}/merge", {"into": kept})
    if told == "last":
        inside.later(seconds=60)
        inside.drain()
        assert [row.state for row in inside.effects("tag_customer")] == ["refused"]

    inside.tell(
        "customers/merge",
        admin_graphql_api_customer_kept_id=gid(kept),
        admin_graphql_api_customer_deleted_id=gid(customer),
        status="completed",
        errors=[],
    )
    inside.drain()
    inside.later(seconds=60)
    inside.drain()
    inside.deliver(latest, key="moved")
    inside.drain()

    assert TAG in tags(inside, kept)
    assert standing(inside, kept).marked is True


def test_given_a_deed_that_waits_when_the_store_deletes_the_customer_then_it_is_taken_back(inside: Practice) -> None:
    inside.policy(replace(POLICY, special_customer=replace(POLICY.special_customer, mode=Mode.APPROVE)))
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount=ENOUGH))
    inside.drain()

    inside.tell("customers/delete", id=customer)
    inside.drain()

    assert {(row.state, row.code) for row in inside.effects("tag_customer")} == {("withdrawn", "gone")}


def test_given_a_refund_that_waits_when_the_store_deletes_the_customer_then_the_agent_is_told(inside: Practice) -> None:
    inside.policy(replace(POLICY, team=replace(POLICY.team, refund_mode=Mode.APPROVE)))
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount="20.00"))
    inside.drain()
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    inside.press(ticket, "refund_keep", amount="5.00")
    inside.drain()

    inside.tell("customers/delete", id=customer)
    inside.drain()

    assert [row.code for row in inside.effects("refund_order")] == ["gone"]
    notes = [note["text"] for note in inside.call(f"/town/tickets/{ticket}")["notes"]]
    assert any("was not made: The customer no longer exists in the store." in note for note in notes)


@pytest.mark.parametrize(("currency", "paused"), [("USD", False), ("EUR", True)])
def test_given_a_shop_that_changed_when_told_then_it_is_read_afresh_and_other_money_stops_everything(
    inside: Practice, currency: str, paused: bool
) -> None:
    inside.call("/town/shops/lagniappe-practice.myshopify.com", {"name": "Renamed", "currency": currency})
    inside.tell("shop/update", myshopify_domain="lagniappe-practice.myshopify.com", name="Not believed")

    inside.drain()

    with unit_of_work(inside.world.sessions) as session:
        row = session.get_one(Shop, inside.shop_id)
        assert (row.name, row.currency, row.paused) == ("Renamed", "USD", paused)


def test_given_the_word_of_another_shop_when_it_comes_under_this_ones_name_then_it_is_set_aside(
    inside: Practice,
) -> None:
    inside.tell("shop/update", key="foreign", myshopify_domain="other.myshopify.com")

    inside.drain()

    assert inside.set_aside() == ["foreign"]


def test_given_an_import_that_waits_when_the_store_says_it_has_gathered_then_it_may_go_on_at_once(
    inside: Practice,
) -> None:
    later = inside.world.clock.now() + timedelta(hours=1)
    with unit_of_work(inside.world.sessions) as session:
        imports.again(session, shop_id=inside.shop_id)
        imports.begin(session, shop_id=inside.shop_id, now=later, since=None)
        imports.asked(session, shop_id=inside.shop_id, kind=Export.ORDERS, handle="gid://1", now=later)
        shops.note_history(session, shop_id=inside.shop_id, try_at=later)

    inside.tell("bulk_operations/finish", admin_graphql_api_id="gid://1", status="completed")
    inside.drain()

    with unit_of_work(inside.world.sessions) as session:
        now = inside.world.clock.now()
        assert inside.shop_id in shops.without_history(session, now=now)


def calls(inside: Practice) -> int:
    """Return how often the store was asked anything."""
    return sum(inside.call("/town/state")["calls"].values())


def count(inside: Practice) -> int:
    with unit_of_work(inside.world.sessions) as session:
        return session.query(Effect).count()
