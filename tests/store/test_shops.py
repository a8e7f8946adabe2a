"""Merchants: installed once, their decisions kept to the letter, their keys sealed for them alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.domain.policy import Measure, Mode, NthOrderGift, Policy, SpecialCustomer, TeamGestures
from app.domain.ports import ShopProfile
from app.store import inbox, ledger, shops, tables
from app.store.base import Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from tests.builders import DAY, HOUR, MINUTE, NOON, auto_policy, planned, profile, purse, tag
from tests.conftest import let_in
from tests.store.crowd import at_once

OTHER = profile(domain="other.myshopify.com")

UNUSUAL = Policy(
    special_customer=SpecialCustomer(
        mode=Mode.APPROVE, measure=Measure.PERCENTILE, percentile=95, active_days=21, tag="¡bravo! 🎁"
    ),
    nth_order_gift=NthOrderGift(mode=Mode.AUTO, ordinals=(4, 5, 6, 7), every=3, variants=(2**60, 1), per_day=0),
    team=TeamGestures(refund_mode=Mode.AUTO, flowers_product="T23-1A"),
    team_monthly_minor=10**12,
    gifts_monthly_minor=0,
)


@pytest.mark.parametrize("policy", [Policy(), UNUSUAL])
def test_given_any_policy_when_kept_and_read_then_it_is_the_same(
    sessions: Sessions, shop: Merchant, policy: Policy
) -> None:
    with unit_of_work(sessions) as session:
        shops.change_policy(session, shop_id=shop.id, policy=policy, now=NOON)

    assert again(sessions, shop.id).policy == policy


def test_given_a_policy_of_an_older_version_when_read_then_what_is_new_has_its_default(
    sessions: Sessions, shop: Merchant
) -> None:
    old = {"special_customer": {"mode": "auto"}, "a_rule_we_no_longer_have": {"mode": "auto"}}
    with unit_of_work(sessions) as session:
        session.execute(update(tables.Shop).where(tables.Shop.id == shop.id).values(policy=old))

    assert again(sessions, shop.id).policy == Policy(special_customer=SpecialCustomer(mode=Mode.AUTO))


def test_given_a_shop_when_it_is_installed_again_then_it_is_the_same_shop_with_its_own_policy(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    renamed = profile(name="Practice & Sons", timezone="Europe/Paris")

    assert install(sessions, seal, renamed, policy=Policy(), now=NOON + DAY) == shop.id

    found = again(sessions, shop.id)
    assert (found.name, found.timezone, found.paused) == ("Practice & Sons", "Europe/Paris", False)
    assert (found.policy, found.installed_at) == (auto_policy(), NOON)


def test_given_one_shop_when_it_is_installed_many_times_at_once_then_it_is_one_shop(
    sessions: Sessions, seal: Seal
) -> None:
    ids = at_once(6, lambda _number: install(sessions, seal, OTHER))

    assert len(set(ids)) == 1


def test_given_a_shop_that_left_when_it_comes_back_then_it_is_installed_anew_and_keeps_its_past(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    uninstall(sessions, shop.id)
    assert not again(sessions, shop.id).installed

    assert install(sessions, seal, profile(), now=NOON + 90 * DAY) == shop.id
    found = again(sessions, shop.id)
    assert (found.installed, found.installed_at, found.policy) == (True, NOON + 90 * DAY, auto_policy())


@pytest.mark.parametrize(("age", "seen"), [(HOUR, True), (MINUTE, True), (0 * MINUTE, False), (-HOUR, False)])
def test_given_a_delivery_that_waits_when_the_ticker_looks_then_only_what_waits_too_long_is_rung_for(
    sessions: Sessions, shop: Merchant, age: timedelta, seen: bool
) -> None:
    receive(sessions, shop.id, NOON - age)

    assert waiting(sessions) == ([shop.id] if seen else [])


def test_given_a_deed_that_waits_when_the_ticker_looks_then_its_shop_is_rung_for_unless_it_is_paused(
    sessions: Sessions, shop: Merchant
) -> None:
    plan(sessions, shop.id)
    assert waiting(sessions) == [shop.id]

    with unit_of_work(sessions) as session:
        shops.pause(session, shop_id=shop.id, paused=True)
    assert waiting(sessions) == []


def test_given_a_paused_shop_when_a_delivery_waits_then_it_is_rung_for_all_the_same(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop.id, NOON - HOUR)
    with unit_of_work(sessions) as session:
        shops.pause(session, shop_id=shop.id, paused=True)

    assert waiting(sessions) == [shop.id]


def test_given_a_shop_that_left_when_something_waits_then_nobody_rings(sessions: Sessions, shop: Merchant) -> None:
    receive(sessions, shop.id, NOON - HOUR)
    plan(sessions, shop.id)
    uninstall(sessions, shop.id)

    assert waiting(sessions) == []
    with unit_of_work(sessions) as session:
        assert shops.without_history(session, now=NOON) == []


def test_given_an_import_when_one_worker_has_it_then_no_other_does_until_its_lease_is_over(
    sessions: Sessions, seal: Seal
) -> None:
    shop_id = install(sessions, seal, OTHER)

    taken = at_once(6, lambda _number: claims(sessions, shop_id, NOON))
    assert taken.count(True) == 1

    assert not claims(sessions, shop_id, NOON + MINUTE - MINUTE / 60)
    assert claims(sessions, shop_id, NOON + MINUTE)


def test_given_an_import_that_is_done_when_asked_then_nobody_takes_it_again(sessions: Sessions, seal: Seal) -> None:
    shop_id = install(sessions, seal, OTHER)
    with unit_of_work(sessions) as session:
        assert shops.without_history(session, now=NOON) == [shop_id]
        shops.note_history(session, shop_id=shop_id, done_at=NOON, swept_to=NOON - HOUR)

    assert not claims(sessions, shop_id, NOON + DAY)
    with unit_of_work(sessions) as session:
        state = shops.history_state(session, shop_id=shop_id)
        assert shops.without_history(session, now=NOON + DAY) == []
    assert (state.done_at, state.swept_to) == (NOON, NOON - HOUR)


@pytest.mark.parametrize(("before", "due"), [(NOON, False), (NOON + MINUTE, True)])
def test_given_a_shop_when_it_was_last_swept_before_then_it_is_due(
    sessions: Sessions, shop: Merchant, before: datetime, due: bool
) -> None:
    with unit_of_work(sessions) as session:
        assert shops.due_for_sweep(session, before=before, now=NOON, limit=9) == ([shop.id] if due else [])


def test_given_a_shop_that_left_or_whose_past_is_unread_when_sweeps_are_due_then_it_is_not(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    install(sessions, seal, OTHER)
    uninstall(sessions, shop.id)

    with unit_of_work(sessions) as session:
        assert shops.due_for_sweep(session, before=NOON + DAY, now=NOON, limit=9) == []


def test_given_an_unknown_shop_when_asked_then_there_is_none(sessions: Sessions) -> None:
    with unit_of_work(sessions) as session:
        assert shops.by_id(session, 404) is None
        assert shops.by_domain(session, "nobody.myshopify.com") is None


def install(
    sessions: Sessions,
    seal: Seal,
    who: ShopProfile,
    *,
    policy: Policy | None = None,
    now: datetime = NOON,
) -> int:
    with unit_of_work(sessions) as session:
        shop_id = shops.install(session, profile=who, policy=policy or Policy(), now=now)
        let_in(session, shop_id, seal)
    return shop_id


def uninstall(sessions: Sessions, shop_id: int) -> None:
    with unit_of_work(sessions) as session:
        session.execute(update(tables.Shop).where(tables.Shop.id == shop_id).values(uninstalled_at=NOON))


def again(sessions: Sessions, shop_id: int) -> Merchant:
    with unit_of_work(sessions) as session:
        found = shops.by_id(session, shop_id)
        assert found == shops.by_domain(session, found.domain if found else "")
    assert found is not None
    return found


def receive(sessions: Sessions, shop_id: int, at: datetime) -> None:
    with unit_of_work(sessions) as session:
        inbox.receive(
            session,
            shop_id=shop_id,
            source="shopify",
            sender="x",
            topic="orders/paid",
            delivery_key="d-1",
            body=b"{}",
            now=at,
        )


def plan(sessions: Sessions, shop_id: int) -> None:
    with unit_of_work(sessions) as session:
        ledger.plan(
            session,
            shop_id=shop_id,
            decision_id=None,
            rule="special_customer",
            because="because",
            plan=replace(planned(tag()), due_at=NOON - HOUR),
            mode=Mode.AUTO,
            purse=purse(),
            now=NOON,
        )


def waiting(sessions: Sessions) -> list[int]:
    with unit_of_work(sessions) as session:
        return shops.with_work(session, now=NOON, older_than=MINUTE)


def claims(sessions: Sessions, shop_id: int, now: datetime) -> bool:
    with unit_of_work(sessions) as session:
        return shops.claim_history(session, shop_id=shop_id, now=now, lease=MINUTE) is not None


def test_given_settings_that_only_a_newer_version_knows_when_some_of_ours_change_then_they_stay(
    sessions: Sessions, shop: Merchant
) -> None:
    newer = {"lottery": {"odds": 3}, "nth_order_gift": {"ribbon": "red", "per_day": 9}}
    with unit_of_work(sessions) as session:
        session.execute(update(tables.Shop).where(tables.Shop.id == shop.id).values(policy=newer))
        seen = shops.by_id(session, shop.id)
        assert seen is not None
        gift = replace(seen.policy.nth_order_gift, per_day=7)
        shops.change_policy(session, shop_id=shop.id, policy=replace(seen.policy, nth_order_gift=gift), now=NOON)

        kept = session.scalars(select(tables.Shop.policy).where(tables.Shop.id == shop.id)).one()
    assert (kept["lottery"], kept["nth_order_gift"]["ribbon"]) == ({"odds": 3}, "red")
    assert kept["nth_order_gift"]["per_day"] == 7
