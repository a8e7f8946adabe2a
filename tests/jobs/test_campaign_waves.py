"""A campaign from its first count to its last gift: so many a day, each once, whoever dies over it."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.campaigns import Method, Refusal, Stage, Terms
from app.domain.catalogue import Entry
from app.domain.gifts import GiftKind, Seen
from app.domain.money import Money
from app.domain.policy import Mode
from app.domain.sendings import Status
from app.store import campaign_lists, campaigns, catalogue, orders, pools, results
from app.store import shortages as shields
from app.store.base import unit_of_work
from app.store.campaigns import Campaign
from app.store.gift_tables import CatalogueGift
from app.store.shops import Merchant
from integrations import registry
from jobs import address_asks, address_links, campaign_waves, gift_watch, kept_back, practice, shortages
from jobs import campaigns as desk
from jobs import desk as merchants
from jobs import results as results_of
from jobs.perform import Shift
from jobs.practice import POLICY
from jobs.runtime import local
from tests.jobs import shelf
from tests.jobs.conftest import Practice, next_noon
from tests.jobs.shelf import Shelf
from tests.store.crowd import at_once

A_DAY = 24 * 3600
SMALL = Terms(
    budget_minor=400_00,
    least=6,
    most=6,
    per_day=4,
    message="Thank you for being with us all this time.",
    signed_by="Robin",
)


@pytest.fixture
def moment() -> datetime:
    return next_noon()


@pytest.fixture
def vendor(inside: Practice, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    there = Shelf(inside.world.clock)
    monkeypatch.setitem(registry.VENDORS, shelf.KIND, shelf.row(there))
    shelf.connect(inside)
    return there


def merchant_of(inside: Practice) -> Merchant:
    found = inside.world.merchant(inside.shop_id)
    assert found is not None
    return found


def gift_of(inside: Practice, **changes: Any) -> int:
    """Let the catalogue hold something for a campaign; return its number."""
    usual = Entry(
        id=0,
        vendor=shelf.KIND,
        sku="E-1",
        kind=GiftKind.PARCEL,
        title="A box of tea",
        cost=Money(minor=20_00, currency="USD"),
        photo="https://x.example/tea.jpg",
        active=True,
    )
    with unit_of_work(inside.world.sessions) as session:
        known = {"shop_id": inside.shop_id, "currency": "USD", "now": inside.world.clock.now()}
        number = catalogue.add(session, replace(usual, **changes), **known)
    assert number is not None
    return number


def drafted(inside: Practice, terms: Terms = SMALL, **gift: Any) -> int:
    """Begin a campaign that leaves in three days."""
    merchant = merchant_of(inside)
    number = desk.begin(inside.world, merchant, "Thanks")
    assert number is not None
    today = local(merchant, inside.world.clock.now()).date()
    wish = replace(terms, gift_id=terms.gift_id or gift_of(inside, **gift), starts_on=today + timedelta(days=3))
    assert desk.revise(inside.world, merchant, number, seen=1, name="Thanks", terms=wish)
    return number


def begun(inside: Practice, terms: Terms = SMALL, **gift: Any) -> int:
    """Approve such a campaign."""
    number = drafted(inside, terms, **gift)
    assert approved(inside, number) == ()
    return number


def approved(inside: Practice, number: int) -> tuple[Refusal, ...]:
    """Say yes to a draft as it stands now."""
    campaign, merchant = read(inside, number), merchant_of(inside)
    with unit_of_work(inside.world.sessions) as session:
        shown = desk.outlook(inside.world, session, merchant, campaign, campaign.terms).shown
    return desk.approve(inside.world, merchant, number, seen=2, shown=shown)


def read(inside: Practice, number: int) -> Campaign:
    with unit_of_work(inside.world.sessions) as session:
        return desk.known(session, merchant_of(inside), number)


def people(inside: Practice, number: int) -> list[campaign_lists.Listed]:
    with unit_of_work(inside.world.sessions) as session:
        return campaign_lists.people(session, shop_id=inside.shop_id, campaign_id=number)


def wave(inside: Practice) -> None:
    """Do what the ticker rings for."""
    campaign_waves.go_on(inside.world, inside.shop_id)
    address_asks.look(inside.world, inside.shop_id)
    inside.drain()


def days(inside: Practice, count: int) -> None:
    """Let days pass, with all that is due on each."""
    for _ in range(count):
        inside.later(A_DAY)
        wave(inside)


def planned(inside: Practice) -> int:
    return len(inside.effects("send_gift"))


def test_given_an_approved_list_when_its_days_pass_then_each_is_sent_one_gift_and_the_purse_pays_to_the_cent(
    inside: Practice, vendor: Shelf
) -> None:
    number = begun(inside, replace(SMALL, packing_minor=1_00, shipping_minor=2_00))
    first = people(inside, number)
    wave(inside)
    seen = [planned(inside)]
    for _ in range(6):
        days(inside, 1)
        seen.append(planned(inside))

    keys = [key for key, _, _ in vendor.orders]
    assert seen[:3] == [0, 4, 6] or seen[:3] == [4, 6, 6]
    assert (len(keys), len(set(keys))) == (6, 6)
    assert {wish.words for _, wish, _ in vendor.orders} == {f"{SMALL.message}\nRobin"}
    with unit_of_work(inside.world.sessions) as session:
        purse = pools.whole(session, shop_id=inside.shop_id, name=f"campaign-{number}")
    assert purse is not None
    assert (purse.limit_minor, purse.reserved_minor, purse.spent_minor) == (400_00 - 6 * 3_00, 0, 120_00)
    assert read(inside, number).stage is Stage.DONE
    assert [each.customer_id for each in people(inside, number)] == [each.customer_id for each in first]


def test_given_a_worker_that_dies_over_a_wave_when_another_comes_then_nobody_is_planned_twice_or_forgotten(
    inside: Practice, vendor: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begun(inside)
    days(inside, 1)
    before = planned(inside)
    deadly = campaign_lists.planned

    def dies(*args: Any, **known: Any) -> None:
        deadly(*args, **known)
        raise SystemExit

    inside.later(A_DAY)
    with monkeypatch.context() as patched:
        patched.setattr(campaign_lists, "planned", dies)
        with pytest.raises(SystemExit):
            campaign_waves.go_on(inside.world, inside.shop_id)
    halfway = planned(inside)
    wave(inside)
    campaign_waves.go_on(inside.world, inside.shop_id)

    assert (before, halfway, planned(inside)) == (4, 4, 6)
    assert all(each.effect_id for each in people(inside, number))


def test_given_two_tabs_when_both_approve_then_the_list_is_frozen_once_and_the_purse_filled_once(
    inside: Practice, vendor: Shelf
) -> None:
    number = drafted(inside)

    answers = [approved(inside, number) for _ in range(2)]

    assert answers == [(), (Refusal.OVERTAKEN,)]


def test_given_too_little_money_for_the_least_when_approved_then_it_is_refused_and_nothing_is_frozen(
    inside: Practice, vendor: Shelf
) -> None:
    number = drafted(inside, replace(SMALL, budget_minor=119_99))

    assert approved(inside, number) == (Refusal.OVER_BUDGET,)
    assert read(inside, number).stage is Stage.DRAFT


def test_given_a_draw_when_repeated_from_its_seed_then_it_is_the_same_list(inside: Practice, vendor: Shelf) -> None:
    number = begun(inside, replace(SMALL, method=Method.DRAWN))
    frozen = [each.customer_id for each in people(inside, number)]
    with unit_of_work(inside.world.sessions) as session:
        other = campaigns.begin(
            session,
            shop_id=inside.shop_id,
            name="Again",
            seed=read(inside, number).seed,
            terms=read(inside, number).terms,
            now=inside.world.clock.now(),
        )
    desk.count(inside.world, merchant_of(inside), other)
    with unit_of_work(inside.world.sessions) as session:
        again = desk.outlook(inside.world, session, merchant_of(inside), read(inside, other), read(inside, other).terms)

    assert [each.entrant.customer_id for each in again.places] == frozen


def test_given_a_campaign_called_off_when_some_have_left_then_the_rest_is_withdrawn_and_nothing_more_is_planned(
    inside: Practice, vendor: Shelf
) -> None:
    number = begun(inside)
    days(inside, 4)
    left = len(vendor.orders)

    assert desk.call_off(inside.world, merchant_of(inside), number)
    assert not desk.call_off(inside.world, merchant_of(inside), number)
    days(inside, 2)

    states = [(row.state, row.code) for row in inside.effects("send_gift")]
    assert 0 < left < 6
    assert len(vendor.orders) == left
    assert states.count(("withdrawn", "called_off")) == len(states) - left
    assert (inside.reserved(), read(inside, number).next_at) == (0, None)


def test_given_the_kill_switch_when_a_wave_is_due_then_it_waits_until_all_goes_on(
    inside: Practice, vendor: Shelf
) -> None:
    begun(inside)
    merchants.pause(inside.world, merchant_of(inside), paused=True)
    days(inside, 2)
    stopped = planned(inside)
    merchants.pause(inside.world, merchant_of(inside), paused=False)
    days(inside, 1)

    assert (stopped, planned(inside)) == (0, 4)


def test_given_little_stock_when_a_wave_is_due_then_it_is_as_large_as_that_and_waits_for_more(
    inside: Practice, vendor: Shelf
) -> None:
    number = begun(inside, stock=3)
    days(inside, 2)

    assert planned(inside) == 3
    assert read(inside, number).waits_for == campaign_waves.STOCK


def test_given_a_gift_that_grew_dearer_when_a_wave_is_due_then_it_is_as_large_as_the_purse_pays_for(
    inside: Practice, vendor: Shelf
) -> None:
    number = begun(inside, replace(SMALL, budget_minor=120_00))
    with unit_of_work(inside.world.sessions) as session:
        session.execute(update(CatalogueGift).values(cost_minor=50_00))
    days(inside, 1)

    assert [row.state for row in inside.effects("send_gift")].count("over_budget") == 0
    assert (planned(inside), read(inside, number).waits_for) == (2, campaign_waves.BUDGET)


def test_given_a_gift_that_is_put_away_when_a_wave_is_due_then_nobody_loses_their_turn_and_it_goes_on_later(
    inside: Practice, vendor: Shelf
) -> None:
    number = begun(inside)
    offered = update(CatalogueGift).values(active=False)
    with unit_of_work(inside.world.sessions) as session:
        session.execute(offered)
    days(inside, 2)
    assert (planned(inside), read(inside, number).waits_for) == (0, campaign_waves.GIFT)

    with unit_of_work(inside.world.sessions) as session:
        session.execute(offered.values(active=True))
    days(inside, 1)

    assert planned(inside) == SMALL.per_day


def test_given_a_gift_that_costs_nothing_when_its_days_pass_then_it_is_sent_all_the_same(
    inside: Practice, vendor: Shelf
) -> None:
    begun(inside, cost=Money(minor=0, currency="USD"))
    days(inside, 3)

    assert planned(inside) >= SMALL.per_day


def test_given_somebody_who_wants_to_be_let_alone_since_when_their_turn_comes_then_they_are_passed_over(
    inside: Practice, vendor: Shelf
) -> None:
    number = begun(inside)
    first, *_ = people(inside, number)
    with unit_of_work(inside.world.sessions) as session:
        orders.let_alone(session, shop_id=inside.shop_id, customer_id=first.customer_id, since=inside.world.clock.now())
    days(inside, 1)

    passed, *_ = people(inside, number)
    assert (passed.customer_id, passed.code, passed.effect_id) == (first.customer_id, "opted_out", None)
    assert planned(inside) == 4


def test_given_a_doubtful_door_when_its_gift_is_planned_then_it_waits_to_be_asked_for_and_no_note_goes_anywhere(
    inside: Practice, vendor: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begun(inside)
    doubtful = type("Score", (), {"doubtful": True, "doubts": "The post does not know it.", "points": 10})()
    monkeypatch.setattr(address_asks, "score", lambda *_args, **_known: doubtful)
    days(inside, 4)

    assert planned(inside) == 6
    assert (vendor.orders, inside.effects("post_note")) == ([], [])
    with unit_of_work(inside.world.sessions) as session:
        found = desk.doubts(inside.world, session, merchant_of(inside), read(inside, number))
    links = [address_links.read(inside.world, link.rpartition("/")[2]) for _, link in found]
    assert {link.effect_id for link in links if link} == {row.id for row in inside.effects("send_gift")}


def test_given_gifts_that_come_back_when_the_next_wave_is_due_then_the_campaign_stops_itself_until_somebody_goes_on(
    inside: Practice, vendor: Shelf
) -> None:
    number = begun(inside, replace(SMALL, per_day=5, least=8, most=8))
    vendor.became = {f"S-{each}": Seen(status=Status.RETURNED, word="returned") for each in range(1, 9)}
    while read(inside, number).waits_for != campaign_waves.FAILURES and len(vendor.orders) < 5:
        days(inside, 1)
    inside.later(A_DAY)
    gift_watch.follow(inside.world, inside.shop_id)
    wave(inside)

    assert read(inside, number).waits_for == campaign_waves.FAILURES
    assert desk.resume(inside.world, merchant_of(inside), number)
    wave(inside)
    assert read(inside, number).waits_for == ""


def test_given_a_shortage_when_a_campaign_sends_just_that_then_it_waits_and_goes_on_by_itself_when_there_is_more(
    inside: Practice,
) -> None:
    candle = practice.GIFTS[0]
    stocked(inside, candle, 9)
    assert kept_back.keep_back(inside.world, merchant_of(inside), variant_id=candle, kept=9) is None
    number = begun(inside, vendor=registry.OWN_STORE, sku=str(candle))
    days(inside, 2)
    short = (planned(inside), read(inside, number).waits_for)
    stocked(inside, candle, 30)
    days(inside, 1)

    assert short == (0, campaign_waves.STOCK)
    assert planned(inside) == 4


def test_given_a_shortage_that_begins_when_a_planned_gift_is_due_then_it_is_not_taken_from_what_is_kept(
    inside: Practice,
) -> None:
    candle = practice.GIFTS[0]
    begun(inside, vendor=registry.OWN_STORE, sku=str(candle))
    days(inside, 1)
    stocked(inside, candle, 5)
    assert kept_back.keep_back(inside.world, merchant_of(inside), variant_id=candle, kept=5) is None
    days(inside, 4)

    assert {(row.state, row.code) for row in inside.effects("send_gift") if row.state != "planned"} == {
        ("withdrawn", "kept_back")
    }
    assert town_stock(inside, candle) == 5


def test_given_a_shortage_when_a_fourth_order_comes_then_its_gift_is_another_one(inside: Practice) -> None:
    first, *_ = practice.GIFTS
    assert kept_back.keep_back(inside.world, merchant_of(inside), variant_id=first, kept=10**6) is None
    inside.deliver(inside.order())
    inside.drain()

    (row,) = inside.effects("add_gift_line")
    assert row.payload["variant_id"] != first


def test_given_what_is_kept_when_looked_at_again_then_the_shortage_ends_by_itself(inside: Practice) -> None:
    candle = practice.GIFTS[0]
    stocked(inside, candle, 2)
    kept_back.keep_back(inside.world, merchant_of(inside), variant_id=candle, kept=2)
    with unit_of_work(inside.world.sessions) as session:
        (short,) = shields.listed(session, shop_id=inside.shop_id)
    stocked(inside, candle, 3)
    inside.later(16 * 60)
    shortages.look(inside.world, inside.shop_id)
    with unit_of_work(inside.world.sessions) as session:
        (over,) = shields.listed(session, shop_id=inside.shop_id)

    assert (short.short_since is not None, over.short_since, over.available) == (True, None, 3)


def stocked(inside: Practice, variant_id: int, stock: int) -> None:
    inside.call(f"/town/variants/{variant_id}/stock", {"stock": stock})


def town_stock(inside: Practice, variant_id: int) -> int:
    outside = inside.world.outside(merchant_of(inside))
    assert outside is not None
    option = outside.shop.gift_option(variant_id)
    assert option is not None
    assert option.stock is not None
    return option.stock


def test_given_few_pieces_when_two_campaigns_send_the_same_then_each_piece_is_promised_once(
    inside: Practice,
) -> None:
    candle = practice.GIFTS[0]
    stocked(inside, candle, 5)
    first = begun(inside, vendor=registry.OWN_STORE, sku=str(candle))
    begun(inside, replace(SMALL, least=12, most=12, gift_id=read(inside, first).terms.gift_id))
    days(inside, 2)

    assert planned(inside) == 5


def test_given_a_fourth_order_that_was_promised_the_last_when_a_wave_is_due_then_it_waits_for_more(
    inside: Practice,
) -> None:
    candle = practice.GIFTS[0]
    stocked(inside, candle, 1)
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, mode=Mode.APPROVE, stock_floor=0)))
    inside.deliver(inside.order())
    inside.drain()
    assert [(row.state, row.payload["variant_id"]) for row in inside.effects("add_gift_line")] == [("awaiting", candle)]
    number = begun(inside, vendor=registry.OWN_STORE, sku=str(candle))
    days(inside, 2)

    assert (planned(inside), read(inside, number).waits_for) == (0, campaign_waves.STOCK)


def test_given_a_wave_that_was_promised_all_when_a_fourth_order_comes_then_its_gift_is_another_one(
    inside: Practice,
) -> None:
    candle = practice.GIFTS[0]
    stocked(inside, candle, 4)
    begun(inside, vendor=registry.OWN_STORE, sku=str(candle))
    days(inside, 1)
    inside.deliver(inside.order())
    inside.drain()

    (row,) = inside.effects("add_gift_line")
    assert (planned(inside), row.payload["variant_id"] != candle) == (4, True)


@pytest.mark.parametrize("books", ["sqlite", "postgres"])
def test_given_the_last_piece_that_is_not_kept_when_two_workers_look_at_once_then_one_gift_leaves(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    candle = practice.GIFTS[0]
    begun(inside, replace(SMALL, least=2, most=2), vendor=registry.OWN_STORE, sku=str(candle))
    days(inside, 2)
    stocked(inside, candle, 6)
    assert kept_back.keep_back(inside.world, merchant_of(inside), variant_id=candle, kept=5) is None
    inside.later(2 * A_DAY)
    both, look = Barrier(2), shortages.unwanted

    def looks(*about: Any) -> tuple[str, str] | None:
        found = look(*about)
        with suppress(BrokenBarrierError):
            both.wait(timeout=5)
        return found

    def works(_: int) -> None:
        merchant = merchant_of(inside)
        outside = inside.world.outside(merchant)
        assert outside is not None
        with Shift(world=inside.world) as shift:
            shift.go_on(merchant, outside)

    with monkeypatch.context() as patched:
        patched.setattr(shortages, "unwanted", looks)
        at_once(2, works)
    for _ in range(3):
        inside.later(120)
        inside.drain()

    assert town_stock(inside, candle) == 5
    assert {(row.state, row.code) for row in inside.effects("send_gift")} == {
        ("done", None),
        ("withdrawn", "kept_back"),
    }


def test_given_a_tenth_held_out_when_90_days_are_over_then_the_night_compares_both_groups_at_all_that_gifts_cost(
    inside: Practice, vendor: Shelf
) -> None:
    terms = replace(SMALL, least=10, most=10, per_day=10, hold_out=True, packing_minor=1_00, shipping_minor=2_00)
    number = begun(inside, terms)
    inside.later(A_DAY)
    wave(inside)
    days(inside, 4)
    inside.later(92 * A_DAY)
    results_of.reckon(inside.world, inside.shop_id)

    with unit_of_work(inside.world.sessions) as session:
        found = results.kept(session, shop_id=inside.shop_id)[f"campaign-{number}"].found
    sent = [row for row in inside.effects("send_gift") if row.state == "done"]
    assert (found.followed, found.claimed.treated, found.claimed.held) == (10, 9, 1)
    assert found.claimed.cost_minor == len(sent) * 23_00 > 0
