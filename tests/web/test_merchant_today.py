"""Today's page: what happened, what waits, what is left, and that it moves."""

import re
from typing import Any

import pytest

from app.domain.effects import Pool
from app.domain.history import Batch, Export
from app.domain.policy import Brake, Mode, NthOrderGift, Policy, SpecialCustomer
from app.domain.refunds import Way
from app.domain.rules.brake import Load
from app.store import (
    alarms,
    connections,
    doors,
    endings,
    imports,
    orders,
    pulse,
    shops,
    switch,
    tallies,
    trail,
    yardstick,
)
from app.store.alarms import What
from app.store.base import unit_of_work
from tests.builders import (
    DAY,
    HOUR,
    NOON,
    auto_policy,
    flowers,
    gift_line,
    mark,
    note,
    order,
    paid,
    pieces,
    planned,
    receipt,
    refund,
    tag,
    usd,
)
from tests.web.desk import Desk, rows_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

MOST_STATEMENTS = 25  # of today's page, whatever lies in the books


def approving() -> Policy:
    return auto_policy(special_customer=SpecialCustomer(mode=Mode.APPROVE))


def test_given_a_done_gift_when_today_is_opened_then_its_row_says_what_for_whom_cost_and_why(desk: Desk) -> None:
    desk.buy(order())
    gift = planned(gift_line(), cost=usd(8_00), pool=Pool.GIFTS)
    desk.finish(desk.plan(gift, rule="nth_order_gift", because="#1001 is order number 4: Mug goes with it."))

    page = desk.open()

    row = page[page.index('<tr id="effect-') :]
    told = [
        '<span class="badge" data-state="done"',
        "Gift: Mug",
        "#1001 is order number 4: Mug goes with it.",
        '<a href="/orders/1001"><bdi>#1001</bdi></a>',
        'href="/customers/55"',
        "$8.00",
    ]
    assert [words for words in told if words not in row] == []


def test_given_a_helpdesk_that_does_not_take_our_key_when_today_is_opened_then_it_waits_for_the_merchant(
    desk: Desk,
) -> None:
    names: dict[str, Any] = {"shop_id": desk.merchant.id, "kind": "gorgias"}
    with unit_of_work(desk.world.sessions) as session:
        connections.connect(session, account="a", user="u", key="k", seal=desk.world.seal, **names)
    assert "does not take our key" not in desk.open()

    with unit_of_work(desk.world.sessions) as session:
        connections.broke(session, now=NOON, **names)

    page = desk.open()
    assert "<bdi>Gorgias</bdi> does not take our key any more." in page
    assert "Nothing. What needs a person comes here first." not in page


def test_given_money_on_its_way_when_today_is_opened_then_its_row_says_pending_and_not_done(desk: Desk) -> None:
    sent = desk.send(desk.plan(paid(refund()), rule="refund_keep"))
    now = desk.clock.now()
    with unit_of_work(desk.world.sessions) as session:
        assert endings.done(session, sent, receipt(pending=True), now=now, look_at=now + HOUR)

    page = desk.open()

    row = page[page.index('<tr id="effect-') :]
    assert '<span class="badge" data-state="pending"' in row
    assert "not confirmed yet" in row
    assert 'data-state="done"' not in row


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Refund $12.00 of #1001, the customer keeps the item"),
        ({"way": Way.CREDIT}, "Give $12.00 of #1001 as store credit, the customer keeps the item"),
        ({"shipping": usd(12_00)}, "Refund $12.00 of #1001 ($12.00 for shipping), no return is needed"),
        ({"pieces": (pieces(),)}, "Refund $12.00 of #1001 (2 × Season Box), the customer keeps the item"),
    ],
)
def test_given_a_refund_when_today_is_opened_then_its_row_says_what_goes_back_and_how(
    desk: Desk, changes: dict[str, Any], words: str
) -> None:
    desk.finish(desk.plan(paid(refund(**changes)), rule="refund_keep"))

    assert words in desk.open()


def test_given_nothing_happened_when_today_is_opened_then_each_part_says_so(desk: Desk) -> None:
    page = desk.open()

    assert "Nothing was done yet since midnight." in page
    assert "What needs a person comes here first." in page
    assert "No deed yet." in page


def test_given_the_past_is_being_read_when_today_is_opened_then_it_counts_what_was_read(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        shops.note_history(session, shop_id=desk.merchant.id, done_at=None)
        imports.begin(session, shop_id=desk.merchant.id, now=NOON, since=NOON - 60 * DAY)
        for kind, promised in ((Export.CUSTOMERS, 1), (Export.ORDERS, 100_000)):
            imports.asked(session, shop_id=desk.merchant.id, kind=kind, handle="bulk-1", now=NOON)
            imports.promised(session, shop_id=desk.merchant.id, kind=kind, count=promised)
        (_, orders_file) = imports.readings(session, shop_id=desk.merchant.id)
        batch = Batch(lines=24_800, refused=12_400)
        imports.keep(session, shop_id=desk.merchant.id, reading=orders_file, after=0, batch=batch, since=NOON, now=NOON)

    page = desk.open()
    assert "read:\n" in page
    assert "12,400 of 100,000 orders" in page
    assert '<progress value="12400" max="100000"' in page
    assert "nothing older than 60 days" in page


def test_given_exports_that_were_only_asked_for_when_today_is_opened_then_it_counts_nothing(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        shops.note_history(session, shop_id=desk.merchant.id, done_at=None)
        imports.begin(session, shop_id=desk.merchant.id, now=NOON, since=None)

    page = desk.open()
    assert "The store's past is being gathered." in page
    assert "0 of 0" not in page


def test_given_a_shop_without_orders_when_its_measure_was_taken_then_no_threshold_is_dated(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        yardstick.measure(session, shop_id=desk.merchant.id, policy=SpecialCustomer(), now=NOON)

    page = desk.open()
    assert "There is nothing to measure before the first order that counts." in page
    assert "Threshold as of" not in page


def test_given_figures_that_were_wrong_at_night_when_today_is_opened_then_it_says_so(desk: Desk) -> None:
    desk.buy(order(id=1))
    with unit_of_work(desk.world.sessions) as session:
        orders.write(session, shop_id=desk.merchant.id, orders=[order(id=1, net=usd(1_00))])
        orders.audit(session, shop_id=desk.merchant.id, now=NOON)

    assert "put 2 figures right" in desk.open()


def test_given_a_frozen_store_when_any_page_is_opened_then_it_says_why_nothing_leaves_and_until_when(
    desk: Desk,
) -> None:
    with unit_of_work(desk.world.sessions) as session:
        doors.shut(session, shop_id=desk.merchant.id, until=NOON + 4 * HOUR, because="the shop is frozen")

    shut = desk.open("/ledger")
    desk.clock.forward(5 * HOUR)

    assert "Your store lets nobody in just now</strong> (<bdi>the shop is frozen</bdi>)" in shut
    assert ">11:00</time>" in shut
    assert "lets nobody in" not in desk.open("/ledger")


def test_given_figures_when_today_is_opened_then_they_are_the_shops_own(desk: Desk) -> None:
    twin = desk.twin()
    twin.buy(order(id=9, customer_id=9, net=usd(99_999_00)))
    desk.buy(order(id=1, customer_id=1, net=usd(300_00)), order(id=2, customer_id=2, net=usd(100_00)))

    page = desk.open()

    assert "$200.00 a customer" in page
    assert "99,999" not in page


def test_given_money_set_aside_when_today_is_opened_then_the_pool_shows_what_is_left(desk: Desk) -> None:
    desk.plan(paid(minor=60_00), rule="refund_keep")

    page = desk.open()

    assert "<strong>$440.00</strong> left of $500.00" in page
    assert "$60.00 set aside" in page


def test_given_a_share_that_holds_the_gifts_down_when_today_is_opened_then_the_pool_says_of_what(desk: Desk) -> None:
    desk.buy(order(id=1, customer_id=1, net=usd(64_000_00)))

    pools = desk.allow(auto_policy(gifts_share=50)).open().partition('class="pool"')[2]

    assert "<strong>$320.00</strong> left of $320.00" in pools
    assert "Kept to 0.50% of the $64,000.00 that your store took in 30 days" in pools


def test_given_deeds_decided_together_when_they_wait_then_one_press_stands_for_both(desk: Desk) -> None:
    desk = desk.allow(approving())
    first, _second = desk.decide(planned(tag()), planned(mark()))

    waits = desk.open().partition('id="ledger"')[0]

    assert waits.count(">Approve</button>") == 1
    assert f'action="/effects/{first}/approve"' in waits
    assert "Mark as special in the helpdesk" in waits


def test_given_a_doubt_for_a_person_when_today_is_opened_then_it_stands_before_the_approvals(desk: Desk) -> None:
    desk.doubt(desk.plan(paid(flowers(), minor=60_00), rule="flowers"))
    desk.allow(approving()).decide(planned(tag()))

    page = desk.open()

    assert 0 < page.index("needs a person") < page.index("/approve")


def test_given_a_delivery_set_aside_when_today_is_opened_then_a_person_is_told(desk: Desk) -> None:
    desk.misunderstand("not understood: not JSON")

    assert "not understood: not JSON" in desk.open()


def test_given_a_rule_that_watches_when_today_is_opened_then_it_says_what_it_would_have_done(desk: Desk) -> None:
    desk = desk.allow(auto_policy(nth_order_gift=NthOrderGift(mode=Mode.OBSERVE)))
    desk.plan(planned(gift_line(), cost=usd(8_00), pool=Pool.GIFTS), rule="nth_order_gift")

    assert "So far it would have done 1 deed for $8.00." in desk.open()


def test_given_the_kill_switch_is_thrown_when_any_page_is_opened_then_it_says_so_first(desk: Desk) -> None:
    desk.press("/pause", paused="1")

    assert all("Everything is stopped." in desk.open(path) for path in ("/", "/ledger", "/decisions"))


def test_given_the_kill_switch_is_thrown_when_the_same_spot_is_pressed_again_then_nothing_is_let_go(desk: Desk) -> None:
    desk.press("/pause", paused="1")

    masthead = re.search(r'<header class="masthead">.*?</header>', desk.open(), re.DOTALL)
    assert masthead is not None
    assert "/pause" not in masthead[0]


def test_given_a_rule_stopped_itself_when_today_is_opened_then_it_says_so_and_one_press_lets_it_go_on(
    desk: Desk,
) -> None:
    mine = {"shop_id": desk.merchant.id, "rule": "nth_order_gift", "day": NOON.date(), "now": NOON}
    with unit_of_work(desk.world.sessions) as session:
        tallies.fire(session, load=Load(deeds=48, minor=90_00), brake=Brake(), **mine)
        tallies.stop(session, **mine)

    page = desk.open()
    assert "48 deeds ($90.00) in one day is far more than a new rule should do unwatched." in page
    assert "Raise what is usual" in page

    assert desk.press("/rules/nth_order_gift/release").location == "/?said=released"
    assert "stopped itself" not in desk.open()
    assert desk.press("/rules/nth_order_gift/release").location == "/?said=not_stopped"
    assert desk.press("/rules/unheard-of/release").status_code == 404


def test_given_an_alarm_when_today_is_opened_then_it_says_which_deed_it_is_about_and_where_to_look(desk: Desk) -> None:
    gift = desk.plan(planned(gift_line(order_id=4711)), rule="nth_order_gift")
    written = desk.plan(planned(note(ticket_id="88")), rule="refund_keep")
    for number, what in ((gift, What.MISSING), (written, What.TWICE)):
        with unit_of_work(desk.world.sessions) as session:
            alarms.sound(session, shop_id=desk.merchant.id, effect_ids=[number], what=what, now=NOON)

    page = desk.open()
    about = {number: page.partition(f'id="alarm-{number}"')[2].partition("</article>")[0] for number in (gift, written)}

    assert "<span>gift in a parcel</span>" in about[gift]
    assert 'href="/orders/4711"' in about[gift]
    assert "<span>note to agents</span>" in about[written]
    assert 'href="/ledger?q=88"' in about[written]


def test_given_an_alarm_when_the_merchant_knows_then_it_rests_and_the_trail_says_who_said_so(desk: Desk) -> None:
    number = desk.plan(planned(gift_line(order_id=4711)), rule="nth_order_gift")
    for what in (What.IN_DOUBT, What.MISSING):
        with unit_of_work(desk.world.sessions) as session:
            alarms.sound(session, shop_id=desk.merchant.id, effect_ids=[number], what=what, now=NOON)
    assert desk.open().count("We know") == 1  # a doubt is settled, and nobody's to know away

    assert desk.press(f"/effects/{number}/known", what="not_there").location == "/?said=known"

    assert "We know" not in desk.open()
    assert desk.press(f"/effects/{number}/known", what="not_there").location == "/?said=no_alarm"
    assert desk.press(f"/effects/{number}/known", what="in_doubt").status_code == 422
    with unit_of_work(desk.world.sessions) as session:
        told = trail.newest(session, shop_id=desk.merchant.id, limit=1)
    assert [(line.what, line.why, line.effect_id) for line in told] == [("alarm_known", "not_there", number)]
    assert told[0].who.startswith("staff:")


def test_given_the_operator_stopped_every_shop_when_any_page_is_opened_then_it_says_why(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        switch.stop(session, because="The store's <prices> are wrong.", now=NOON)

    pages = [desk.open(path) for path in ("/", "/ledger", "/decisions", "/settings", "/privacy")]
    assert all("Lagniappe is stopped for every store" in page for page in pages)
    assert all("The store&#39;s &lt;prices&gt; are wrong." in page for page in pages)


def test_given_the_books_are_an_old_copy_when_any_page_is_opened_then_it_says_what_nothing_leaves_for(
    desk: Desk,
) -> None:
    calm = "Our books were put back from a copy"
    assert calm not in desk.open("/ledger")
    with unit_of_work(desk.world.sessions) as session:
        pulse.hold_all(session, now=NOON)

    page = desk.open("/ledger")

    assert calm in page
    assert ">07:00</time>" in page


def test_given_noon_in_utc_when_today_is_opened_then_moments_are_told_in_the_shops_own_zone(desk: Desk) -> None:
    desk.finish(desk.plan())

    assert '<time datetime="2026-11-21T07:00:00-05:00"' in desk.open()


def test_given_more_rows_than_a_page_when_the_older_ones_are_asked_for_then_none_is_left_out(desk: Desk) -> None:
    ids = [desk.plan(planned(tag(occasion=str(number)))) for number in range(53)]

    first = desk.open()
    older = re.search(r'href="(/ledger\?before=\d+)"', first)
    assert older is not None
    both = rows_of(first) + rows_of(desk.open(older[1]))

    assert both == ids[::-1]


def test_given_a_full_ledger_when_today_is_opened_then_the_database_is_asked_no_more_than_for_an_empty_one(
    desk: Desk,
) -> None:
    empty = len(desk.statements("/"))
    for number in range(60):
        desk.plan(planned(tag(occasion=str(number))))

    assert len(desk.statements("/")) == empty <= MOST_STATEMENTS


APP_BRIDGE = '<script src="https://cdn.shopify.com/shopifycloud/app-bridge.js"></script>'
POLARIS = '<script defer src="https://cdn.shopify.com/shopifycloud/polaris-1.js"></script>'
HOSTILE = "<script>alert(1)</script>\u202e“&\"'</bdi>"


def test_given_hostile_text_when_it_is_shown_then_it_is_only_text(desk: Desk) -> None:
    desk.plan(planned(gift_line(title=HOSTILE)), rule="nth_order_gift", because=HOSTILE)

    page = desk.open()

    assert "<script>" not in page
    # Isolated, so that text from right to left cannot turn the words around it.
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;\u202e" in page


@pytest.mark.parametrize("path", ["/", "/ledger", "/decisions", "/orders/1001", "/customers/55"])
def test_given_any_page_when_it_is_opened_then_nothing_in_it_needs_what_the_policy_forbids(
    desk: Desk, path: str
) -> None:
    desk.buy(order())
    desk.plan(planned(gift_line()))

    page = desk.open(path).replace(APP_BRIDGE, "").replace(POLARIS, "")

    inline = (
        r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=\"/static/)|(?<!<a )(src|href)=\"(https?:)?//(?!127\.0\.0\.1)"
    )
    assert re.search(inline, page) is None


def test_given_an_unchanged_ledger_when_the_fragment_is_asked_again_then_nothing_is_sent(desk: Desk) -> None:
    desk.plan()
    seen = desk.ask("/fragments/today").headers["ETag"]

    again = desk.ask("/fragments/today", **{"If-None-Match": seen})
    desk.plan(planned(tag(occasion="another")))
    changed = desk.ask("/fragments/today", **{"If-None-Match": seen})

    assert [again.status_code, again.data, changed.status_code] == [304, b"", 200]


def test_given_the_fragment_when_it_is_compared_with_the_page_then_its_parts_are_the_same(desk: Desk) -> None:
    desk.plan()
    desk.plan(paid(flowers(), due_at=NOON + 14 * DAY), rule="flowers")

    page, fragment = desk.open(), desk.open("/fragments/today")

    parts = re.findall(r"<(?:p|section) id=\"(\w+)\"[^>]* data-moving", fragment)
    assert parts == ["summary", "waits", "gauges", "ledger", "rights"]
    assert all(line in page for line in fragment.splitlines())


def test_given_yesterdays_deeds_when_the_day_is_summed_up_then_only_todays_count(desk: Desk) -> None:
    desk.finish(desk.plan())
    desk.clock.forward(20 * HOUR)
    desk.finish(desk.plan(planned(tag(occasion="2"))))

    assert "Since midnight: 1 store tag." in " ".join(desk.open().split())
