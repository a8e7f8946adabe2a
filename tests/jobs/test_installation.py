"""The app is let into a shop, taken out of it, and comes back, in whatever order the news arrives."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.effects import State
from app.domain.errors import Unavailable
from app.domain.policy import Mode, Policy
from app.store import grants, leaving, ledger, shops
from app.store.base import Sessions, reading, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.tables import Customer, Effect, Order
from integrations.sandbox.serve import start
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from integrations.shopify.tokens import NotVouchedFor
from jobs import installation
from jobs.clock import Clock
from jobs.practice import POLICY
from jobs.queue import Bell
from jobs.runtime import World, way_out
from tests.conftest import NOBODY_LISTENS
from tests.jobs.conftest import Practice, read_past, settings_for
from tests.jobs.dying import Died, fate
from tests.jobs.test_customers import ENOUGH, newcomer, standing
from tests.store.bookkeeping import pick
from tests.store.crowd import at_once

TOWN = f"/town/shops/{PRACTICE_SHOP}"
A_DAY = 24 * 3600


@pytest.fixture
def street(sessions: Sessions, seal: Seal, tmp_path: Path) -> Iterator[Practice]:
    """The town with its shop, in which nobody has opened the app yet, on either database."""
    with start(TownSettings(year=False, clock_file=tmp_path / "clock")) as town:
        chosen = settings_for(town, tmp_path, "")
        world = World(
            settings=chosen,
            sessions=sessions,
            seal=seal,
            clock=Clock(tmp_path / "clock"),
            bell=Bell.at(NOBODY_LISTENS, patient=False),
            http=way_out(chosen),
        )
        yield Practice(world=world, shop_id=0, town=town.url)


def open_app(here: Practice, **changes: Any) -> int:
    """Do what the web does when the merchant opens the app."""
    proof = id_token(TownSettings(), PRACTICE_SHOP, here.world.clock.now(), **changes)
    return installation.install(here.world, proof, PRACTICE_SHOP)


def shop(here: Practice) -> Merchant | None:
    with reading(here.world.sessions) as session:
        return shops.by_domain(session, PRACTICE_SHOP)


def at_home(here: Practice) -> bool:
    found = shop(here)
    return found is not None and found.installed and found.let_in


def counted(here: Practice) -> list[tuple[int, int]]:
    """Return every order that counts, and what it is worth in minor units."""
    with reading(here.world.sessions) as session:
        rows = session.execute(select(Order.order_id, Order.net_minor).where(Order.counted).order_by(Order.order_id))
        return [(order_id, minor) for order_id, minor in rows]


def exchanges(here: Practice) -> int:
    return int(here.call("/town/state")["calls"].get("TokenExchange", 0))


def test_given_an_unknown_shop_when_the_app_is_opened_then_it_is_let_in_and_its_past_is_to_be_read(
    street: Practice,
) -> None:
    shop_id = open_app(street)

    found = shop(street)
    assert found is not None
    assert (found.id, found.name, found.currency, found.policy) == (shop_id, "Practice Goods", "USD", Policy())
    assert "write_orders" in (found.scopes or ())
    with reading(street.world.sessions) as session:
        assert shops.without_history(session, now=street.world.clock.now()) == [shop_id]


def test_given_six_tabs_when_they_open_the_app_at_once_then_one_pair_of_tokens_is_fetched(street: Practice) -> None:
    ids = at_once(6, lambda _tab: open_app(street))

    assert len(set(ids)) == 1
    assert exchanges(street) == 1
    assert at_home(street)


def test_given_an_installation_when_the_process_dies_at_any_boundary_then_the_next_opening_completes_it(
    street: Practice,
) -> None:
    for strike_at in range(1, 30):
        with fate(street, strike_at) as (fragile, doom), suppress(Died):
            open_app(fragile)
        street.later(120)
        shop_id = open_app(street)

        assert at_home(street), f"died at boundary {strike_at}"
        if doom.passed < strike_at:
            assert strike_at > 6  # fewer would mean that the boundaries are not where we think they are
            return
        with unit_of_work(street.world.sessions) as session:  # as new
            shops.uninstall(
                session, shop_id=shop_id, triggered_at=street.world.clock.now(), now=street.world.clock.now()
            )
            grants.forget(session, shop_id=shop_id)
    raise AssertionError("there was no end to the boundaries")


def test_given_a_stale_proof_when_the_app_is_opened_then_a_fresh_one_is_wanted_and_nothing_is_installed(
    street: Practice,
) -> None:
    with pytest.raises(NotVouchedFor):
        open_app(street, exp=0, nbf=0)

    assert not at_home(street)
    open_app(street)
    assert at_home(street)


@pytest.mark.parametrize("kind", ["500_before", "drop_before", "429", "commit_then_drop"])
def test_given_passing_trouble_when_the_app_is_opened_then_trying_again_is_enough(street: Practice, kind: str) -> None:
    street.fault("TokenExchange", kind)
    with pytest.raises(Unavailable):
        open_app(street)

    open_app(street)

    assert at_home(street)


def test_given_a_shop_that_took_us_out_when_it_puts_us_back_then_it_has_its_policy_and_its_past_is_read_again(
    inside: Practice,
) -> None:
    leave(inside)
    assert not at_home(inside)
    inside.later(30 * A_DAY)
    inside.call(f"{TOWN}/reinstall", {})

    assert open_app(inside) == inside.shop_id

    found = shop(inside)
    assert found is not None
    assert (found.installed, found.let_in, found.policy) == (True, True, POLICY)
    assert inside.world.clock.now() - found.installed_at < timedelta(hours=1)
    with reading(inside.world.sessions) as session:
        assert shops.without_history(session, now=inside.world.clock.now()) == [inside.shop_id]


def test_given_a_mark_that_waited_when_the_shop_took_us_out_and_comes_back_then_it_is_decided_about_anew(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, special_customer=replace(POLICY.special_customer, mode=Mode.APPROVE)))
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount=ENOUGH))
    inside.drain()
    leave(inside)
    inside.policy(POLICY)
    inside.call(f"{TOWN}/reinstall", {})
    open_app(inside)
    read_past(inside)

    inside.deliver(inside.order(customer_id=customer), key="back")
    inside.drain()

    assert [row.state for row in inside.effects("tag_customer")] == ["withdrawn", "done"]
    assert standing(inside, customer).marked


def test_given_a_shop_that_comes_back_with_other_money_when_opened_then_everything_is_stopped_and_no_sums_are_mixed(
    inside: Practice,
) -> None:
    before = counted(inside)
    leave(inside)
    inside.later(A_DAY)
    inside.call(f"{TOWN}/reinstall", {})
    inside.call(TOWN, {"currency": "EUR"})
    inside.order(amount=ENOUGH)
    inside.later(A_DAY)

    open_app(inside)
    found = shop(inside)
    assert found is not None
    assert (found.installed, found.paused, found.currency) == (True, True, "USD")
    inside.pause(paused=False)  # even so: who lets it go on without a look
    read_past(inside)

    assert counted(inside) == before
    with reading(inside.world.sessions) as session:
        assert set(session.scalars(select(Customer.store_net_minor))) == {None}  # told in euros


def test_given_other_money_that_nobody_told_us_of_when_an_order_comes_then_it_does_not_count_and_nothing_is_paid(
    inside: Practice,
) -> None:
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount="30.00"), key="before")
    inside.drain()
    before = standing(inside, customer)
    inside.call(TOWN, {"currency": "EUR"})

    order = inside.order(customer_id=customer, amount=ENOUGH)
    inside.deliver(order, key="after")
    inside.drain()
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    inside.press(ticket, "refund_keep", amount="5.00", order=inside.call(f"/town/orders/{order}")["name"])
    inside.drain()

    assert (standing(inside, customer), inside.set_aside()) == (before, [])
    assert inside.reasons("nth_order_gift")[-1] == "not_counted"
    assert inside.effects("refund_order") == []
    assert "was paid in EUR, and the books here are kept in USD." in inside.effects("post_note")[-1].payload["text"]


def test_given_an_access_that_was_revoked_when_the_app_is_opened_again_then_all_goes_on(inside: Practice) -> None:
    inside.call(f"{TOWN}/uninstall", {"announce": "lose"})
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    assert not at_home(inside)
    calls = sum(inside.call("/town/state")["calls"].values())
    inside.drain()
    assert sum(inside.call("/town/state")["calls"].values()) == calls  # nobody knocks while it is shut

    inside.call(f"{TOWN}/reinstall", {})
    open_app(inside)
    inside.drain()

    assert at_home(inside)
    assert inside.gifts_on(order) == 1


def test_given_an_uninstallation_when_the_worker_dies_at_any_boundary_then_it_is_completed_by_the_next(
    inside: Practice,
) -> None:
    for strike_at in range(1, 30):
        inside.call(f"{TOWN}/uninstall", {"announce": "lose"})
        now = inside.world.clock.now()
        inside.tell("app/uninstalled", f"left-{strike_at}", triggered_at=now, myshopify_domain=PRACTICE_SHOP)
        with fate(inside, strike_at) as (fragile, doom), suppress(Died):
            fragile.drain()
        inside.later(120)
        inside.drain()

        assert not at_home(inside), f"died at boundary {strike_at}"
        assert inside.set_aside() == []
        if doom.passed < strike_at:
            assert strike_at > 6  # fewer would mean that the boundaries are not where we think they are
            return
        inside.call(f"{TOWN}/reinstall", {})
        open_app(inside)
    raise AssertionError("there was no end to the boundaries")


def test_given_plans_and_money_set_aside_when_the_app_is_taken_out_then_nothing_of_it_is_left(
    inside: Practice,
) -> None:
    planned = plan_flowers(inside)
    assert inside.reserved() > 0

    leave(inside)

    (row,) = inside.effects("send_flowers")
    assert (row.id, row.state, row.code) == (planned, State.WITHDRAWN, leaving.CODE)
    assert inside.reserved() == 0
    with unit_of_work(inside.world.sessions) as session:
        pending = {State.AWAITING, State.PLANNED}
        assert [each.kind for each in session.query(Effect) if each.state in pending] == []


def test_given_a_deed_in_a_workers_hands_when_the_app_is_taken_out_then_it_finds_the_gate_closed(
    inside: Practice,
) -> None:
    planned, now = plan_flowers(inside), inside.world.clock.now()
    with unit_of_work(inside.world.sessions) as session:
        picked = pick(
            session, planned, shop_id=inside.shop_id, now=now + timedelta(days=60), lease=timedelta(minutes=1)
        )
    assert picked is not None

    leave(inside)

    with unit_of_work(inside.world.sessions) as session:
        assert ledger.gate(session, picked, now=now, lease=timedelta(minutes=1)) is None


@pytest.mark.parametrize(("kind", "state", "gifts"), [("drop_before", "withdrawn", 0), ("commit_then_drop", "done", 1)])
def test_given_a_gift_in_doubt_when_the_app_is_back_then_what_never_came_through_is_not_given_any_more(
    inside: Practice, kind: str, state: str, gifts: int
) -> None:
    inside.fault("OrderEditCommit", kind)
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    assert [row.state for row in inside.effects("add_gift_line")] == ["uncertain"]

    leave(inside)
    inside.later(A_DAY)
    inside.call(f"{TOWN}/reinstall", {})
    open_app(inside)
    inside.drain()

    assert ([row.state for row in inside.effects("add_gift_line")], inside.gifts_on(order)) == ([state], gifts)
    assert inside.reserved() == 0


def test_given_news_of_an_uninstallation_before_the_present_installation_when_it_comes_late_then_we_stay(
    inside: Practice,
) -> None:
    left_at = inside.world.clock.now()
    leave(inside)
    inside.later(3600)
    inside.call(f"{TOWN}/reinstall", {})
    open_app(inside)
    calls = inside.call("/town/state")["calls"]

    inside.tell("app/uninstalled", "late", triggered_at=left_at, myshopify_domain=PRACTICE_SHOP)
    inside.drain()

    assert at_home(inside)
    assert inside.call("/town/state")["calls"] == calls  # nobody had to be asked


def test_given_news_that_was_lost_when_the_app_is_back_and_it_comes_after_all_then_we_stay(inside: Practice) -> None:
    inside.call(f"{TOWN}/uninstall", {"announce": "lose"})
    left_at = inside.world.clock.now()
    inside.later(3600)
    inside.call(f"{TOWN}/reinstall", {})
    open_app(inside)

    inside.tell("app/uninstalled", "late", triggered_at=left_at, myshopify_domain=PRACTICE_SHOP)
    inside.drain()

    assert at_home(inside)


def test_given_news_that_the_store_itself_contradicts_when_it_comes_then_we_stay(inside: Practice) -> None:
    inside.tell("app/uninstalled", triggered_at=inside.world.clock.now(), myshopify_domain=PRACTICE_SHOP)
    inside.drain()

    assert at_home(inside)


def test_given_a_store_that_cannot_be_asked_when_the_news_comes_then_it_waits_for_the_answer(inside: Practice) -> None:
    inside.call(f"{TOWN}/uninstall", {"announce": "lose"})
    inside.fault("TokenRefresh", "500_before")
    inside.tell("app/uninstalled", triggered_at=inside.world.clock.now(), myshopify_domain=PRACTICE_SHOP)
    inside.drain()
    assert at_home(inside)

    inside.later(60)
    inside.drain()

    assert not at_home(inside)


def test_given_the_same_news_twice_when_the_app_was_taken_out_then_the_second_changes_nothing(inside: Practice) -> None:
    leave(inside)
    now = inside.world.clock.now()
    inside.tell("app/uninstalled", "again", triggered_at=now, myshopify_domain=PRACTICE_SHOP)
    inside.drain()

    assert inside.set_aside() == []
    assert not at_home(inside)


def test_given_the_news_of_another_shop_when_it_comes_in_our_name_then_it_is_set_aside(inside: Practice) -> None:
    inside.tell("app/uninstalled", "odd", myshopify_domain="other.myshopify.com")
    inside.drain()

    assert inside.set_aside() == ["odd"]
    assert at_home(inside)


def test_given_other_scopes_when_the_store_tells_of_them_then_it_is_asked_what_is_true(inside: Practice) -> None:
    inside.call(f"{TOWN}/grant", {"scopes": ["write_orders", "read_products"]})
    inside.tell("app/scopes_update", previous=[], current=["write_everything"])
    inside.drain()

    found = shop(inside)
    assert found is not None
    assert found.scopes == {"write_orders", "read_products"}


def leave(here: Practice) -> None:
    """Take the app out of the shop in the town, and let the worker hear of it."""
    here.call(f"{TOWN}/uninstall", {"announce": "lose"})
    here.tell("app/uninstalled", triggered_at=here.world.clock.now(), myshopify_domain=PRACTICE_SHOP)
    here.drain()


def plan_flowers(here: Practice) -> int:
    """Let an agent send flowers in two weeks; return the row of the plan."""
    customer = here.call("/town/cast")["fourth_order_customer"]
    order = here.order(customer_id=customer)
    here.deliver(order)
    here.drain()
    ticket = here.call("/town/tickets", {"customer_id": customer, "subject": "Sad news"})["ticket_id"]
    here.press(ticket, "flowers")
    here.drain()
    (row,) = here.effects("send_flowers")
    assert row.state == State.PLANNED
    return int(row.id)
