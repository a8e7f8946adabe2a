"""What was changed in the settings, read back as it was decided."""

from dataclasses import replace

from sqlalchemy import insert

from app.domain.policy import GiftRoute, Mode, Policy, TagRule, TeamGestures
from app.store import policy_changes, shops
from app.store.base import Sessions, signed, unit_of_work
from app.store.change_tables import PolicyChange
from app.store.policy_changes import Change
from app.store.shops import Merchant
from tests.builders import HOUR, NOON, auto_policy

PATHS = ("team.refund_mode", "team.tag_rules", "nth_order_gift.variants", "nth_order_gift.route", "gone.with_it")


def test_given_settings_when_changed_then_each_is_read_back_as_it_was_and_is_and_in_whose_name(
    sessions: Sessions, shop: Merchant
) -> None:
    before, rules = auto_policy(), (TagRule(tag="vip", refund_minor=150_00),)
    gift = replace(before.nth_order_gift, variants=(1, 2), route=GiftRoute.DRAFT)
    team = replace(before.team, refund_mode=Mode.OBSERVE, tag_rules=rules)
    with unit_of_work(signed(sessions, "staff:7")) as session:
        shops.change_policy(session, shop_id=shop.id, policy=replace(before, team=team, nth_order_gift=gift), now=NOON)

    with unit_of_work(sessions) as session:
        found = policy_changes.newest(session, shop_id=shop.id, paths=PATHS, limit=50)

    assert {(each.path, each.before, each.after) for each in found} == {
        ("team.refund_mode", Mode.AUTO, Mode.OBSERVE),
        ("team.tag_rules", (), rules),
        ("nth_order_gift.variants", before.nth_order_gift.variants, (1, 2)),
        ("nth_order_gift.route", GiftRoute.ORDER, GiftRoute.DRAFT),
    }
    assert {(each.at, each.who) for each in found} == {(NOON, "staff:7")}


def test_given_several_changes_when_read_then_the_newest_comes_first_and_those_asked_for_alone(
    sessions: Sessions, shop: Merchant
) -> None:
    first, then = (replace(shop.policy, team_monthly_minor=minor, gifts_monthly_minor=minor) for minor in (1, 2))
    with unit_of_work(sessions) as session:
        shops.change_policy(session, shop_id=shop.id, policy=first, now=NOON)
        shops.change_policy(session, shop_id=shop.id, policy=then, now=NOON + HOUR)
        found = policy_changes.newest(session, shop_id=shop.id, paths=("team_monthly_minor",), limit=50)
        last = policy_changes.last(session, shop_id=shop.id, paths=("team_monthly_minor", "brake.times"))

    changed = {"who": "house", "path": "team_monthly_minor"}
    assert found == [
        Change(at=NOON + HOUR, before=1, after=2, **changed),
        Change(at=NOON, before=shop.policy.team_monthly_minor, after=1, **changed),
    ]
    assert last == {"team_monthly_minor": NOON + HOUR}


def test_given_the_same_settings_when_saved_then_nothing_is_noted(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        shops.change_policy(session, shop_id=shop.id, policy=shop.policy, now=NOON)

        assert session.query(PolicyChange).all() == []


def test_given_a_setting_of_another_version_when_read_then_it_is_left_out(sessions: Sessions, shop: Merchant) -> None:
    other = {"shop_id": shop.id, "at": NOON, "who": "house", "before": "odd", "after": "even"}
    with unit_of_work(sessions) as session:
        session.execute(insert(PolicyChange), [other | {"path": path} for path in ("gone.with_it", "team.refund_mode")])

        assert policy_changes.newest(session, shop_id=shop.id, paths=PATHS, limit=50) == []


def test_given_a_fresh_shop_when_its_defaults_are_replaced_then_each_setting_that_differs_is_there_once(
    sessions: Sessions, shop: Merchant
) -> None:
    team = TeamGestures(refund_mode=Mode.APPROVE)
    with unit_of_work(sessions) as session:
        policy_changes.keep(session, shop_id=shop.id, old=Policy(), new=Policy(team=team), now=NOON)

        assert [row.path for row in session.query(PolicyChange)] == ["team.refund_mode"]
