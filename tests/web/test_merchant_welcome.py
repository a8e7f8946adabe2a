"""The merchant's first steps: what each of them shows, and that a press decides exactly what it says."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from app.domain.backtest.asked import Kind
from app.domain.errors import Unavailable
from app.domain.facts import GiftOption
from app.domain.history import Batch, Export
from app.domain.policy import Measure, Mode, Policy, SpecialCustomer
from app.domain.scopes import NEEDED
from app.store import backtests, grants, imports, insights, shops, welcomes
from app.store.base import unit_of_work
from app.web import welcome_words
from jobs import welcome
from tests.builders import CANDLE, DAY, MINUTE, MUG, NOON, gift_option, order, usd
from tests.web.desk import Desk, hidden

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

ALL = frozenset[str]().union(*NEEDED.values())


LEADS = "To the first steps"
SWITCH = "/welcome/switch"


@pytest.fixture
def fresh(desk: Desk) -> Desk:
    """Return the desk of a merchant who has decided nothing yet."""
    return desk.allow(Policy())


def words(page: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def decided(desk: Desk) -> Policy:
    with unit_of_work(desk.world.sessions) as session:
        merchant = shops.by_id(session, desk.merchant.id)
    assert merchant is not None
    return merchant.policy


def count(desk: Desk, *, partial: bool = False) -> None:
    """Let the shop's past be counted."""
    with unit_of_work(desk.world.sessions) as session:
        policy = desk.merchant.policy.special_customer
        insights.take(session, shop_id=desk.merchant.id, policy=policy, now=NOON, partial=partial)


def begin(desk: Desk, *, since_days: int | None = None, read: int = 0) -> None:
    """Let the past be half read, in one minute, or not begun."""
    since = None if since_days is None else NOON - since_days * DAY
    with unit_of_work(desk.world.sessions) as session:
        shops.note_history(session, shop_id=desk.merchant.id, done_at=None)
        imports.begin(session, shop_id=desk.merchant.id, now=NOON, since=since)
        imports.asked(session, shop_id=desk.merchant.id, kind=Export.ORDERS, handle="bulk-1", now=NOON)
        if read:
            imports.promised(session, shop_id=desk.merchant.id, kind=Export.ORDERS, count=2 * read)
            (_, file) = imports.readings(session, shop_id=desk.merchant.id)
            batch, shop_id, until = Batch(lines=read, refused=read), desk.merchant.id, NOON + MINUTE
            imports.keep(session, shop_id=shop_id, reading=file, after=0, batch=batch, since=NOON, now=until)


def sell(monkeypatch: pytest.MonkeyPatch, *options: GiftOption) -> list[str]:
    """Let the store sell these; return what it will have been asked for."""
    asked: list[str] = []

    class Shop:
        def gift_candidates(self, begun: str) -> tuple[GiftOption, ...]:
            asked.append(begun)
            return options

        def gift_option(self, variant_id: int) -> GiftOption | None:
            return next((each for each in options if each.variant_id == variant_id), None)

    class Outside:
        shop = Shop()

    monkeypatch.setattr(welcome, "hurried", lambda _world, _merchant: Outside)
    return asked


# What leads there


def test_given_a_shop_where_everything_only_watches_when_today_is_opened_then_it_leads_to_the_first_steps(
    fresh: Desk,
) -> None:
    assert LEADS in fresh.open()
    assert "Nothing will change in your store until you say so." in fresh.open("/welcome")


def test_given_the_steps_were_taken_or_a_rule_is_on_when_today_is_opened_then_nobody_is_led_anywhere(
    fresh: Desk,
) -> None:
    fresh.press(SWITCH, mode="observe", rule="special_customer")
    assert LEADS not in fresh.open()

    twin = fresh.twin().allow(Policy())
    assert LEADS in twin.open()
    twin.set_mode("special_customer", "approve")
    assert LEADS not in twin.open()


# Rights


@pytest.mark.parametrize("feature", list(NEEDED))
def test_given_every_feature_when_asked_for_then_there_is_a_reason(database: str, feature: str) -> None:
    assert feature in welcome_words.WHY


def test_given_a_missing_scope_when_opened_then_what_needs_it_is_grey_and_the_rest_is_not(fresh: Desk) -> None:
    with unit_of_work(fresh.world.sessions) as session:
        grants.set_scopes(session, shop_id=fresh.merchant.id, scopes=ALL - {"write_order_edits"})

    page = fresh.open("/welcome")

    assert page.count('<li class="lacking">') == 1
    assert "Gifts added to an order" in words(page.partition('<li class="lacking">')[2].partition("</li>")[0])
    assert "oauth/install" in page


# The past


def test_given_half_is_read_when_opened_then_it_says_how_quickly_and_how_long_yet(fresh: Desk) -> None:
    begin(fresh, read=3_000)

    page = fresh.open("/welcome")

    assert '<progress id="read-orders" value="3000" max="6000">' in page
    assert "3,000 of 6,000" in page
    assert "3,000 a minute, less than a minute to go." in words(page)
    assert 'data-from="/fragments/welcome"' in page


def test_given_sixty_days_alone_when_opened_then_it_says_so(fresh: Desk) -> None:
    begin(fresh, since_days=60)

    assert "the last 60 days only" in fresh.open("/welcome")


def test_given_nothing_is_read_yet_when_opened_then_the_pictures_are_promised(fresh: Desk) -> None:
    begin(fresh)

    page = words(fresh.open("/welcome"))

    assert page.count("The picture comes after the first thousand orders are read.") == 2
    assert "a minute," not in page


def test_given_a_part_is_read_when_opened_then_the_pictures_are_there_and_labelled(fresh: Desk) -> None:
    fresh.buy(order(id=1, net=usd(40_00)), order(id=2, customer_id=56, net=usd(10_00)))
    begin(fresh)
    count(fresh, partial=True)

    page = fresh.open("/welcome")

    assert page.count("From the first 2 orders") == 2
    assert '<svg id="spread"' in page


def test_given_the_past_when_its_fragment_was_seen_then_it_comes_again_only_when_it_differs(fresh: Desk) -> None:
    begin(fresh)
    first = fresh.ask("/fragments/welcome")
    again = fresh.ask("/fragments/welcome", **{"If-None-Match": first.headers["ETag"]})
    begin(fresh, read=10)
    moved = fresh.ask("/fragments/welcome", **{"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, moved.status_code) == (200, 304, 200)


# Who is special


def test_given_customers_when_opened_then_each_measure_says_who_is_above_and_the_chosen_one_leads(fresh: Desk) -> None:
    fresh.buy(*(order(id=who, customer_id=who, net=usd(net)) for who, net in ((1, 10_00), (2, 20_00), (3, 90_00))))
    count(fresh)

    page = words(fresh.open("/welcome"))

    assert "1 customer is above $40.00 and active." in page
    assert "More than the average customer $40.00 1 above, 1 of them active" in page
    assert "More than the customer in the middle $20.00 2 above, 2 of them active" in page


def test_given_customers_when_opened_then_the_line_can_be_moved_and_says_what_that_would_mean(fresh: Desk) -> None:
    fresh.buy(*(order(id=who, customer_id=who, net=usd(net)) for who, net in ((1, 10_00), (2, 20_00), (3, 90_00))))
    count(fresh)

    page = fresh.open("/welcome")

    found = re.search(r'data-means="([^"]+)"', page)
    assert found is not None
    means = dict(json.loads(unescape(found[1])))
    assert means["20.00"] == "Above $20.00: 2, and active: 2 customers."
    line = re.search(r'id="worth-line"[^>]* max="(\d+)"[^>]* value="(\d+)"', page)
    assert line is not None
    assert [*means][int(line[2]) - 1] == "40.00"  # where the average is


def test_given_a_measure_when_pressed_then_it_is_what_holds(fresh: Desk) -> None:
    assert fresh.press("/welcome/measure", measure="percentile").location.endswith("/welcome#worth")
    assert (decided(fresh).special_customer.measure, decided(fresh).special_customer.percentile) == (
        Measure.PERCENTILE,
        80,
    )

    fresh.press("/welcome/measure", measure="fixed", amount="150.00")
    assert decided(fresh).special_customer.fixed_minor == 150_00


@pytest.mark.parametrize("form", [{}, {"measure": "best"}, {"measure": "fixed"}, {"measure": "fixed", "amount": "0"}])
def test_given_a_measure_that_is_none_when_pressed_then_it_is_refused_in_words(
    fresh: Desk, form: dict[str, str]
) -> None:
    answer = fresh.press("/welcome/measure", **form)

    assert (answer.status_code, "Please" in answer.text) == (422, True)
    assert decided(fresh) == Policy()


def test_given_an_amount_of_ones_own_when_opened_then_it_is_counted_as_it_stands(fresh: Desk) -> None:
    fresh.press("/welcome/measure", measure="fixed", amount="15.00")
    own = fresh.allow(decided(fresh))
    own.buy(*(order(id=who, customer_id=who, net=usd(net)) for who, net in ((1, 10_00), (2, 20_00), (3, 90_00))))
    count(own)

    assert "2 customers are above $15.00 and active." in words(own.open("/welcome"))


# When a gift goes


def test_given_many_who_stop_after_the_third_when_opened_then_the_fourth_is_suggested_and_it_says_why(
    fresh: Desk,
) -> None:
    long_ago = NOON - timedelta(days=300)
    placed = [
        order(id=10 * who + place, customer_id=who, net=usd(20_00), processed_at=long_ago)
        for who in range(1, 121)
        for place in range(1, 4 if who <= 60 else 5)
    ]
    fresh.buy(*placed, order(id=9_999, customer_id=500, processed_at=NOON))
    count(fresh)

    page = words(fresh.open("/welcome"))

    assert "50% stop after order 3 , more than after any other" in page
    assert "4 suggested" in page


@pytest.mark.parametrize(
    ("form", "ordinals", "every"),
    [({"ordinal": "6"}, (6,), None), ({"every": "5"}, (4,), 5)],
)
def test_given_an_order_when_pressed_then_gifts_go_with_it(
    fresh: Desk, form: dict[str, str], ordinals: tuple[int, ...], every: int | None
) -> None:
    fresh.press("/welcome/ordinal", **form)

    assert (decided(fresh).nth_order_gift.ordinals, decided(fresh).nth_order_gift.every) == (ordinals, every)


def test_given_every_so_many_when_a_number_is_pressed_then_it_is_that_number_alone(fresh: Desk) -> None:
    fresh.press("/welcome/ordinal", every="5")
    fresh.press("/welcome/ordinal", ordinal="7")

    assert (decided(fresh).nth_order_gift.ordinals, decided(fresh).nth_order_gift.every) == ((7,), None)


@pytest.mark.parametrize("form", [{}, {"ordinal": "none"}, {"every": "1"}, {"every": ""}, {"ordinal": "0"}])
def test_given_no_such_order_when_pressed_then_nothing_changes(fresh: Desk, form: dict[str, str]) -> None:
    assert fresh.press("/welcome/ordinal", **form).status_code == 422
    assert decided(fresh) == Policy()


# Which gift


def test_given_a_name_when_looked_for_then_what_cannot_be_given_says_why_and_has_no_button(
    fresh: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = gift_option(variant_id=CANDLE, title="Candle", costed=False)
    asked = sell(monkeypatch, bare, gift_option())

    page = fresh.open("/welcome/gifts?q=mu")

    assert asked == ["mu"]
    assert page.index("Mug") < page.index("Candle")
    assert "Your store keeps no cost for it." in page
    assert f"/welcome/gifts/{MUG}/pick" in page
    assert f"/welcome/gifts/{CANDLE}/pick" not in page


def test_given_a_heavy_gift_when_looked_for_then_its_weight_is_said_and_what_that_may_cost(
    fresh: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(monkeypatch, gift_option(grams=620), gift_option(variant_id=CANDLE, title="Candle", grams=499))

    page = words(fresh.open("/welcome/gifts?q=mu"))

    assert "weighs 620 g Heavy for a gift" in page
    assert "weighs 499 g" in page
    assert page.count("Heavy for a gift") == 1


def test_given_no_name_when_the_gifts_are_opened_then_the_store_is_not_asked(
    fresh: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = sell(monkeypatch)

    fresh.open("/welcome/gifts")

    assert asked == []


def test_given_what_an_order_brings_when_a_gift_costs_more_than_a_tenth_then_it_comes_later_and_says_so(
    fresh: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.buy(order(net=usd(60_00)))
    count(fresh)
    sell(monkeypatch, gift_option(cost=usd(8_00)), gift_option(variant_id=CANDLE, title="Candle", cost=usd(6_00)))

    page = words(fresh.open("/welcome/gifts?q=m"))

    assert "costs you $6.00 at most: a tenth" in page
    assert page.index("Candle") < page.index("Mug") < page.index("Dearer than the $6.00 that we suggest.")


def test_given_the_store_does_not_answer_when_looked_for_then_the_page_says_so(
    fresh: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("the store is away")

    monkeypatch.setattr(welcome, "hurried", away)

    assert "the store is away" in fresh.open("/welcome/gifts?q=mug")
    assert fresh.press(f"/welcome/gifts/{MUG}/pick").location.endswith("said=store_away")


def test_given_gifts_when_picked_first_and_as_a_fallback_then_they_stand_in_that_order_by_name(
    fresh: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(monkeypatch, gift_option(), gift_option(variant_id=CANDLE, title="Candle", cost=usd(4_00)))

    fresh.press(f"/welcome/gifts/{MUG}/pick")
    fresh.press(f"/welcome/gifts/{CANDLE}/pick", first="yes")

    assert decided(fresh).nth_order_gift.variants == (CANDLE, MUG)
    picked = words(fresh.open("/welcome").partition('class="picked"')[2].partition("</ol>")[0])
    assert "Candle $4.00 first choice" in picked
    assert "Mug $8.00 if those before it cannot be given" in picked

    fresh.press(f"/welcome/gifts/{CANDLE}/drop")
    assert decided(fresh).nth_order_gift.variants == (MUG,)


@pytest.mark.parametrize("option", [gift_option(costed=False), gift_option(stock=0), gift_option(variant_id=CANDLE)])
def test_given_a_variant_that_cannot_be_given_any_more_when_picked_then_it_says_why(
    fresh: Desk, monkeypatch: pytest.MonkeyPatch, option: GiftOption
) -> None:
    sell(monkeypatch, option)

    answer = fresh.press(f"/welcome/gifts/{MUG}/pick")

    assert answer.status_code == 422
    assert decided(fresh).nth_order_gift.variants == ()


def test_given_a_gift_chosen_in_the_settings_when_opened_then_it_is_shown_by_its_number(desk: Desk) -> None:
    assert f"Variant {MUG}" in words(desk.open("/welcome"))


# Had it been on


@pytest.mark.parametrize(
    ("path", "form"),
    [("measure", {"measure": "median"}), ("ordinal", {"ordinal": "6"}), ("replay", {})],
)
def test_given_the_past_is_read_when_something_is_chosen_then_it_is_asked_what_would_have_been(
    fresh: Desk, path: str, form: dict[str, str]
) -> None:
    assert 'id="replay-go"' in fresh.open("/welcome")

    fresh.press(f"/welcome/{path}", **form)

    with unit_of_work(fresh.world.sessions) as session:
        walk = backtests.newest(session, shop_id=fresh.merchant.id)[Kind.KEPT]
    assert walk.policy == decided(fresh)
    assert "We are walking through your last 90 days" in fresh.open("/welcome")


def test_given_other_settings_since_when_opened_then_what_would_have_been_is_not_shown_as_if_it_were_theirs(
    fresh: Desk,
) -> None:
    fresh.press("/welcome/replay")
    fresh.set_mode("special_customer", "approve")
    assert "We are walking through" in fresh.open("/welcome")

    stricter = replace(decided(fresh), special_customer=SpecialCustomer(measure=Measure.MEDIAN))
    assert 'id="replay-go"' in fresh.allow(stricter).open("/welcome")


def test_given_the_past_is_being_read_when_opened_then_what_would_have_been_comes_later(fresh: Desk) -> None:
    begin(fresh)

    fresh.press("/welcome/measure", measure="median")

    assert "It comes as soon as your past is read." in fresh.open("/welcome")


# Helpdesk and switch


def test_given_no_helpdesk_when_left_for_later_then_nobody_asks_again(fresh: Desk) -> None:
    assert "Skip it for now" in fresh.open("/welcome")

    fresh.press("/welcome/helpdesk")

    assert "Skip it for now" not in fresh.open("/welcome")


def test_given_a_tag_of_their_own_when_the_switch_is_shown_then_it_names_it_and_leads_to_its_setting(
    fresh: Desk,
) -> None:
    policy = replace(fresh.merchant.policy, special_customer=SpecialCustomer(tag="vip"))
    with unit_of_work(fresh.world.sessions) as session:
        shops.change_policy(session, shop_id=fresh.merchant.id, policy=policy, now=NOON)

    page = unescape(fresh.open("/welcome"))

    assert "the tag “vip” on special customers" in page
    assert 'href="/settings#special_customer.tag"' in page


def test_given_a_gift_when_switched_then_both_rules_go_so_far_and_the_steps_are_taken(
    fresh: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(monkeypatch, gift_option())
    fresh.press(f"/welcome/gifts/{MUG}/pick")

    both = {"mode": "approve", "rule": ["special_customer", "nth_order_gift"]}
    answer = fresh.browser.post(SWITCH, data=both | hidden(fresh.open("/welcome"), SWITCH), headers=fresh.proof())

    assert answer.location == "/?said=welcome_done"
    assert (fresh.mode("special_customer"), fresh.mode("nth_order_gift")) == (Mode.APPROVE, Mode.APPROVE)
    assert decided(fresh).nth_order_gift.began_at == NOON
    with unit_of_work(fresh.world.sessions) as session:
        assert welcomes.steps(session, shop_id=fresh.merchant.id).finished


@pytest.mark.parametrize(
    ("path", "meanwhile", "told"),
    [
        ("special_customer", {"measure": Measure.MEDIAN}, "Has spent: "),
        ("special_customer", {"mode": Mode.AUTO}, "How far it goes: Observe → Auto"),
        ("nth_order_gift", {"variants": (MUG,)}, "staff member 77"),
    ],
)
def test_given_a_page_from_before_somebodys_change_when_switched_on_it_then_nothing_is_and_it_says_what_was_changed(
    fresh: Desk, path: str, meanwhile: dict[str, Any], told: str
) -> None:
    old = {"mode": "approve", "rule": "special_customer"} | hidden(fresh.open("/welcome"), SWITCH)
    theirs = replace(Policy(), **{path: replace(getattr(Policy(), path), **meanwhile)})
    with unit_of_work(fresh.world.signed("staff:77").sessions) as session:
        shops.change_policy(session, shop_id=fresh.merchant.id, policy=theirs, now=NOON)

    answer = fresh.press(SWITCH, **old)

    assert (answer.status_code, decided(fresh)) == (409, theirs)
    assert "Nothing was switched" in answer.text
    assert told in words(answer.text)
    with unit_of_work(fresh.world.sessions) as session:
        assert not welcomes.steps(session, shop_id=fresh.merchant.id).finished
    anew = {"mode": "approve", "rule": "special_customer"} | hidden(answer.text, SWITCH)
    assert (fresh.press(SWITCH, **anew).status_code, fresh.mode("special_customer")) == (303, Mode.APPROVE)


def test_given_a_switch_that_was_pressed_when_it_is_pressed_once_more_then_it_finds_its_work_done(fresh: Desk) -> None:
    form = {"mode": "approve", "rule": "special_customer"} | hidden(fresh.open("/welcome"), SWITCH)

    assert [fresh.press(SWITCH, **form).status_code for _ in range(2)] == [303, 303]


@pytest.mark.parametrize(
    "form",
    [
        {"mode": "approve"},
        {"mode": "approve", "rule": "nth_order_gift"},  # no gift is picked
        {"mode": "approve", "rule": "flowers"},
        {"mode": "at once", "rule": "special_customer"},
    ],
)
def test_given_what_cannot_be_switched_when_pressed_then_nothing_changes(fresh: Desk, form: dict[str, str]) -> None:
    assert fresh.press(SWITCH, **form).status_code == 422
    assert decided(fresh) == Policy()


def test_given_a_large_past_when_the_page_is_opened_then_it_asks_the_database_little(fresh: Desk) -> None:
    fresh.buy(order())
    count(fresh)

    assert len([each for each in fresh.statements("/welcome") if each.startswith("SELECT")]) <= 10
