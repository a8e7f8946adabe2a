"""The settings page: every decision is on it, nothing impossible is saved, and nobody undoes what another saved."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html import unescape
from typing import Any

import pytest

from app.domain.moments import RULES as MOMENTS
from app.domain.policy import Measure, Mode, NthOrderGift, Policy, SpecialCustomer, TagRule
from app.store import shops
from app.store.base import unit_of_work
from app.web import settings_table
from tests.builders import auto_policy, order, paid, usd
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

# How far a rule may go is decided on today's page, and the desk notes by itself since when. Trials are begun on the
# page that shows what was found of them.
ELSEWHERE = {
    *("special_customer.mode", "nth_order_gift.mode", "team.refund_mode", "team.flowers_mode"),
    *("nth_order_gift.began_at", "recovery.began_at", "trials"),
    *(f"{name}.mode" for name in MOMENTS),
}


def paths(policy: Any, before: str = "") -> Iterator[str]:
    for each in fields(policy):
        value = getattr(policy, each.name)
        yield from paths(value, f"{before}{each.name}.") if is_dataclass(value) else [f"{before}{each.name}"]


def form(desk: Desk, **changes: str) -> dict[str, str]:
    """Return the form as it is shown, changed; a dot in a name is written as two underscores."""
    page = desk.open("/settings")
    edition = re.findall(r'name="edition" value="(\w+)"', page)[0]
    texts = settings_table.typed(policy(desk), "USD")
    return texts | {name.replace("__", "."): text for name, text in changes.items()} | {"edition": edition}


def policy(desk: Desk) -> Policy:
    with unit_of_work(desk.world.sessions) as session:
        found = shops.by_id(session, desk.merchant.id)
    assert found is not None
    return found.policy


def test_given_the_policy_when_compared_with_the_page_then_each_of_its_fields_is_there_once(desk: Desk) -> None:
    page = desk.open("/settings")

    shown = re.findall(r'<(?:input|select|textarea)[^>]* name="([\w.]+)"', page)
    assert sorted(shown) == sorted({"edition", "since", "listener", *paths(Policy())} - ELSEWHERE)


def test_given_the_form_as_it_is_when_saved_then_nothing_changes(desk: Desk) -> None:
    before = policy(desk)

    answer = desk.press("/settings", **form(desk))

    assert (answer.status_code, answer.location) == (303, "/settings?said=saved")
    assert policy(desk) == before


def test_given_the_page_in_french_when_saved_as_it_is_then_its_amounts_have_commas_and_nothing_changes(
    desk: Desk,
) -> None:
    page, before = desk.open("/settings?locale=fr"), policy(desk)
    amounts = dict(re.findall(r'name="([\w.]+)"[^>]* value="(\d+,\d\d)"', page))
    assert amounts.keys() == {field.path for field in settings_table.FIELDS if field.kind.shape == "amount"}

    answer = desk.press("/settings?locale=fr", **form(desk) | amounts)
    assert (answer.status_code, policy(desk)) == (303, before)

    stale = form(desk) | amounts
    desk.press("/settings", **form(desk, team__flowers_days="7"))
    shown = desk.press("/settings?locale=fr", **stale)
    assert (shown.status_code, shown.text.count("Vous aviez")) == (409, 1)  # the days alone


CHANGES: dict[str, tuple[str, object]] = {
    "special_customer.measure": ("median", Measure.MEDIAN),
    "special_customer.active_days": ("", None),
    "special_customer.fixed_minor": ("1234.5", 1_234_50),
    "special_customer.tag": ("  Über uns ", "Über uns"),
    "nth_order_gift.ordinals": ("12, 4,8,4", (4, 8, 12)),
    "nth_order_gift.every": ("5", 5),
    "nth_order_gift.variants": (
        (
            "7001\r\ngid://shopify/ProductVariant/7002\n\n"
            "https://admin.shopify.com/store/x/products/9/variants/7003?y=1\n7001"
        ),
        (7001, 7002, 7003),
    ),
    "nth_order_gift.domestic_only": ("", False),
    "team.refund_limit_minor": ("0.50", 50),
    "team.tag_rules": (
        "make-it-right: refund 150, flowers 80\r\n\n  9: lives : FLOWERS  0.5 ",
        (
            TagRule(tag="make-it-right", refund_minor=150_00, flowers_minor=80_00),
            TagRule(tag="9: lives", flowers_minor=50),
        ),
    ),
    "sends.forbidden": (" Alcohol,food ,", ("food", "alcohol")),
    "sends.blackouts": (" 2026-12-24,12-25, 12-25,,02-29 ", ("02-29", "12-25", "2026-12-24")),
    "sends.weekends": ("", False),
    "team_monthly_minor": ("750", 750_00),
}


@pytest.mark.parametrize("path", CHANGES)
def test_given_a_change_when_saved_then_it_is_decided_and_all_else_stays(desk: Desk, path: str) -> None:
    text, value = CHANGES[path]
    before = policy(desk)

    assert desk.press("/settings", **form(desk, **{path: text})).status_code == 303
    assert policy(desk) == settings_table.decided(before, {path: value})


IMPOSSIBLE = [
    ("special_customer.percentile", "0"),
    ("special_customer.percentile", "100"),
    ("special_customer.percentile", "٥٠"),
    ("special_customer.percentile", "50.5"),
    ("special_customer.percentile", "1e1"),
    ("special_customer.percentile", ""),
    ("special_customer.percentile", "5 0"),
    ("special_customer.measure", "best"),
    ("special_customer.fixed_minor", "-1"),
    ("special_customer.fixed_minor", "12,345"),
    ("special_customer.fixed_minor", "1.005"),
    ("special_customer.fixed_minor", "１２"),
    ("special_customer.fixed_minor", "9" * 400),
    ("special_customer.fixed_minor", "NaN"),
    ("special_customer.fixed_minor", "$5"),
    ("special_customer.dwell_days", "-3"),
    ("special_customer.dwell_days", "9" * 5_000),
    ("special_customer.tag", "a,b"),
    ("special_customer.tag", ""),
    ("special_customer.tag", "x" * 41),
    ("special_customer.tag", "a\x00b"),
    ("special_customer.tag", "a\u202eb"),
    ("nth_order_gift.ordinals", "four"),
    ("nth_order_gift.ordinals", "0"),
    ("nth_order_gift.ordinals", "4,,5"),
    ("nth_order_gift.ordinals", ",".join(map(str, range(1, 10_001)))),
    ("nth_order_gift.ordinals", ""),
    ("nth_order_gift.every", "1"),
    ("nth_order_gift.variants", ""),
    ("nth_order_gift.variants", "a mug"),
    ("nth_order_gift.variants", "7001.5"),
    ("nth_order_gift.variants", "0"),
    ("nth_order_gift.variants", "\n".join(map(str, range(1, 10_001)))),
    ("nth_order_gift.domestic_only", "maybe"),
    ("team_monthly_minor", "-0.01"),
    ("team.flowers_days", "181"),
    ("sends.forbidden", "wine"),
    ("sends.blackouts", "25 December"),
    ("sends.blackouts", "12-25 12-26"),
    ("sends.blackouts", "02-30"),
    ("sends.blackouts", "2026-02-29"),
    ("sends.blackouts", "0000-12-25"),
    ("sends.blackouts", "١٢-٢٥"),
    ("sends.blackouts", "12-25\u202e"),
    ("sends.blackouts", ",".join(f"{year}-12-24" for year in range(2000, 2061))),
    ("team.tag_rules", "vip"),
    ("team.tag_rules", "vip:"),
    ("team.tag_rules", ": refund 5"),
    ("team.tag_rules", "vip: refund"),
    ("team.tag_rules", "vip: refund -5"),
    ("team.tag_rules", "vip: refund 1.005"),
    ("team.tag_rules", "vip: refund 5, refund 6"),
    ("team.tag_rules", "vip: credit 5"),
    ("team.tag_rules", "vip: refund 5,"),
    ("team.tag_rules", "v,ip: refund 5"),
    ("team.tag_rules", "v\u202eip: refund 5"),
    ("team.tag_rules", "vip: refund 5\nVIP: refund 6"),
    ("team.tag_rules", "\n".join(f"t{number}: refund 5" for number in range(21))),
]


@pytest.mark.parametrize(("path", "text"), IMPOSSIBLE)
def test_given_what_cannot_be_meant_when_saved_then_the_field_says_what_can_and_nothing_changes(
    desk: Desk, path: str, text: str
) -> None:
    before = policy(desk)

    answer = desk.press("/settings", **form(desk, **{path: text}))

    assert answer.status_code == 422
    assert re.findall(r'<small id="([\w.]+)-wrong"', answer.text) == [path]
    assert policy(desk) == before


def test_given_several_lines_that_cannot_be_meant_when_saved_then_each_is_named(desk: Desk) -> None:
    answer = desk.press("/settings", **form(desk, team__tag_rules="vip\ngold: refund 5\nnew: flowers five"))

    assert "Line 1: write it like" in answer.text
    assert "Line 3: “five” is not an amount in USD." in answer.text
    assert "Line 2" not in answer.text


def test_given_a_fixed_threshold_when_saved_without_an_amount_then_it_is_asked_for(desk: Desk) -> None:
    answer = desk.press("/settings", **form(desk, special_customer__measure="fixed", special_customer__fixed_minor="0"))

    assert answer.status_code == 422
    assert "Please give the amount" in answer.text


def test_given_a_rule_that_only_observes_when_saved_without_a_gift_then_it_may(desk: Desk) -> None:
    watching = desk.allow(auto_policy(nth_order_gift=NthOrderGift(mode=Mode.OBSERVE)))

    assert watching.press("/settings", **form(watching, nth_order_gift__variants="")).status_code == 303


def test_given_money_set_aside_when_the_pool_is_cut_below_it_then_the_page_says_how_much_that_is(desk: Desk) -> None:
    desk.plan(paid(minor=60_00), rule="refund_keep")

    answer = desk.press("/settings", **form(desk, team_monthly_minor="59.99"))

    assert answer.status_code == 422
    assert "$60.00 of this month" in answer.text
    assert desk.press("/settings", **form(desk, team_monthly_minor="60")).status_code == 303


def test_given_more_spent_than_the_limit_because_a_lead_allowed_it_when_saved_then_nothing_is_wrong(desk: Desk) -> None:
    desk.press(f"/effects/{desk.plan(paid(minor=900_00), rule='refund_keep')}/lift")

    assert desk.press("/settings", **form(desk, team__flowers_days="7")).status_code == 303


def test_given_hostile_text_when_it_is_refused_then_it_comes_back_as_text(desk: Desk) -> None:
    answer = desk.press("/settings", **form(desk, special_customer__tag='"><script>,'))

    assert "<script>," not in answer.text
    assert '"><script>,' in unescape(answer.text)


def test_given_two_tabs_when_the_second_saves_what_the_first_made_stale_then_it_is_shown_how_it_stands(
    desk: Desk,
) -> None:
    first, second = form(desk, team__flowers_days="7"), form(desk, team__flowers_days="21", special_customer__tag="vip")
    desk.press("/settings", **first)

    answer = desk.press("/settings", **second)

    assert answer.status_code == 409
    assert re.search(r'name="team.flowers_days"[^>]* value="7"', answer.text)
    assert "You had: <bdi>vip</bdi>" in answer.text
    assert policy(desk).team.flowers_days == 7


def test_given_a_stale_form_when_shown_how_it_stands_then_saving_that_page_works(desk: Desk) -> None:
    stale = form(desk, team__flowers_days="21")
    desk.press("/settings", **form(desk, team__flowers_days="7"))
    shown = desk.press("/settings", **stale).text

    again = stale | {"edition": re.findall(r'name="edition" value="(\w+)"', shown)[0]}

    assert desk.press("/settings", **again).status_code == 303
    assert policy(desk).team.flowers_days == 21


def test_given_a_double_click_when_the_same_form_comes_twice_then_both_are_told_that_it_is_saved(desk: Desk) -> None:
    changed = form(desk, team__flowers_days="7")

    assert [desk.press("/settings", **changed).status_code for _ in range(2)] == [303, 303]


def test_given_a_setting_of_no_rule_when_it_is_changed_then_its_page_says_when_from_what_and_by_whom(
    desk: Desk,
) -> None:
    desk.press("/settings", **form(desk, results__margin_percent="35"))

    page = desk.open("/settings")

    told = " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index('id="changes"') :])).split())
    assert "once the goods are paid for, in %: 40 → 35 07:00 · you" in told


def test_given_a_mode_set_in_another_tab_when_the_form_is_saved_then_the_mode_stays(desk: Desk) -> None:
    opened = form(desk, team__flowers_days="7")
    desk.set_mode("flowers", "approve")

    assert desk.press("/settings", **opened).status_code == 303
    assert (policy(desk).team.flowers_mode, policy(desk).team.flowers_days) == (Mode.APPROVE, 7)


def test_given_another_measure_when_saved_then_the_threshold_is_taken_at_once(desk: Desk) -> None:
    watching = desk.allow(replace(auto_policy(), special_customer=SpecialCustomer(mode=Mode.OBSERVE)))
    watching.buy(order(net=usd(80_00)))

    watching.press(
        "/settings", **form(watching, special_customer__measure="fixed", special_customer__fixed_minor="33.00")
    )

    assert "<dt>Threshold</dt><dd>$33.00</dd>" in watching.open()
