"""The ledger, one order's story, one customer's card, and the reasons: each shop sees its own, and only that."""

import re
from urllib.parse import urlencode

import pytest

from app.domain.effects import Pool
from app.domain.policy import Mode, NthOrderGift
from app.store import swapping
from app.store.base import unit_of_work
from app.store.swapping import Other
from tests.builders import (
    DAY,
    NOON,
    auto_policy,
    flowers,
    gift_line,
    note,
    order,
    paid,
    planned,
    purse,
    refund,
    tag,
    usd,
)
from tests.store.bookkeeping import pick
from tests.web.desk import Desk, rows_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

MOST_STATEMENTS = 19  # of a story, however long it is, with what lies before its customer and their place among all


def test_given_an_order_with_a_gift_when_its_story_is_opened_then_deed_decision_and_number_are_told(
    desk: Desk,
) -> None:
    desk.buy(*(order(id=number, name=f"#{number}", processed_at=NOON - number * DAY) for number in (1, 2, 3)))
    gift = planned(gift_line(order_id=1), cost=usd(8_00), pool=Pool.GIFTS)
    desk.decide(gift, rule="nth_order_gift", subject="order:1", code="gift", because="It is order number 3.")

    story = desk.open("/orders/1")

    assert "3 of this customer" in story
    assert "Gift: Mug" in story
    assert story.count("It is order number 3.") == 1  # the decision is told with its deed


def test_given_a_rule_said_no_when_the_orders_story_is_opened_then_the_why_not_is_told(desk: Desk) -> None:
    desk.buy(order())
    for because in ("It ships abroad.", "It ships abroad.", "It is risky.", "It ships abroad."):
        desk.decide(rule="nth_order_gift", subject="order:1001", code="no", because=because)

    story = desk.open("/orders/1001")

    assert 'class="deed"' not in story
    assert story.count("It ships abroad.") == 1
    assert "2 times" in story  # what was only said again is not a second answer


@pytest.mark.parametrize(("days", "decided", "says"), [(1, False, True), (1, True, False), (-1, False, False)])
def test_given_an_order_from_before_us_when_its_story_is_opened_then_it_says_so_unless_a_rule_has_spoken(
    desk: Desk, days: int, decided: bool, says: bool
) -> None:
    desk.buy(order(processed_at=desk.merchant.installed_at - days * DAY))
    if decided:
        desk.decide(rule="nth_order_gift", subject="order:1001", code="old", because="It is old.")

    assert ("It came before Lagniappe, which has been here since" in desk.open("/orders/1001")) is says


def test_given_a_gift_that_gave_way_to_another_when_the_orders_story_is_opened_then_both_are_told_once(
    desk: Desk,
) -> None:
    desk.buy(order())
    because = "It is order number 4: Mug goes with it."
    gift = planned(gift_line(), cost=usd(8_00), pool=Pool.GIFTS)
    (deed,) = desk.decide(gift, rule="nth_order_gift", subject="order:1001", code="gift", because=because)
    soap = Other(effect=gift_line(variant_id=9, title="Soap"), cost=usd(3_00), why="Mug sold out, so it is Soap.")
    with unit_of_work(desk.world.sessions) as session:
        held = pick(session, deed, shop_id=desk.merchant.id, now=NOON)
        assert held is not None
        swapping.swap(session, held, soap, purse=purse(), now=NOON)

    story = desk.open("/orders/1001")

    assert "Gift: Soap" in story
    assert "$3.00 set aside" in story
    assert (story.count(because), story.count("Mug sold out, so it is Soap.")) == (1, 1)


def test_given_an_agents_refund_when_the_orders_story_is_opened_then_the_tickets_decision_belongs_to_it(
    desk: Desk,
) -> None:
    desk.buy(order())
    desk.decide(paid(refund()), rule="refund_keep", subject="ticket:42", because="Robin refunds $12.00.")

    assert "ticket <bdi>42</bdi>" in desk.open("/orders/1001")


def test_given_a_special_customer_when_the_card_is_opened_then_it_says_why_in_one_line(desk: Desk) -> None:
    others = (order(id=number, customer_id=number, net=usd(10_00)) for number in (1, 2, 3))
    desk.buy(order(net=usd(66_00)), *others)  # an average of $24.00

    card = desk.open("/customers/55")

    assert "2.7× the store&#39;s average, active" in card
    assert "$66.00" in card


def test_given_a_lapsed_customer_when_the_card_is_opened_then_it_says_not_active(desk: Desk) -> None:
    desk.buy(order(processed_at=NOON - 300 * DAY))

    assert "average, not active" in desk.open("/customers/55")


def test_given_kindnesses_past_and_planned_when_the_card_is_opened_then_both_are_told(desk: Desk) -> None:
    desk.buy(order())
    desk.finish(desk.plan(planned(gift_line()), rule="nth_order_gift"))
    desk.plan(paid(flowers(), minor=60_00, due_at=NOON + 14 * DAY), rule="flowers")

    card = re.sub(r"<[^>]+>", "", desk.open("/customers/55"))

    assert "Gift: Mug, 07:00" in card
    assert "Flowers, signed Robin (planned, 5 Dec, 07:00)" in card
    assert "$440.00 of $500.00 this month" in card


@pytest.mark.parametrize("words", ["#1001", "1001", " 1001 ", "55", "42"])
def test_given_a_refund_when_it_is_looked_for_by_order_customer_or_ticket_then_it_is_found(
    desk: Desk, words: str
) -> None:
    desk.buy(order(id=70_001, name="#1001"))
    wanted = desk.plan(paid(refund(order_id=70_001)), rule="refund_keep")
    desk.plan(planned(tag(customer_id=77)))

    found = desk.open(f"/ledger?{urlencode({'q': words})}")

    assert rows_of(found) == [wanted]


def test_given_rows_of_two_rules_and_states_when_the_ledger_is_filtered_then_only_those_are_shown(desk: Desk) -> None:
    done, waiting = desk.plan(), desk.plan(planned(tag(occasion="2")))
    gift = desk.plan(planned(gift_line()), rule="nth_order_gift")
    desk.finish(done)

    assert rows_of(desk.open("/ledger?state=planned")) == [gift, waiting]
    assert rows_of(desk.open("/ledger?rule=special_customer")) == [waiting, done]
    assert rows_of(desk.open("/ledger?rule=special_customer&state=done")) == [done]


def test_given_a_note_that_says_why_by_itself_when_it_is_listed_then_its_words_are_told_once(desk: Desk) -> None:
    desk.plan(planned(note(text="She is special.")), because="She is special.")

    assert desk.open("/ledger").count("She is special.") == 1


def test_given_words_that_make_no_sense_when_the_ledger_is_asked_then_it_answers(desk: Desk) -> None:
    desk.plan()
    words = ["q=%00", "q=%E2%80%AE", f"q={10**30}", "q='%20OR%201=1--", "q=" + "9" * 5000, "rule=none", "state=none"]
    places = ["before=x", f"before={10**30}", "before=-1", "before=%D9%A3"]

    answers = {asked: desk.ask(f"/ledger?{asked}").status_code for asked in words + places}

    assert answers == dict.fromkeys(words + places, 200)


def test_given_answers_to_two_orders_when_reasons_are_counted_then_each_order_counts_once(desk: Desk) -> None:
    for number in (1, 1, 1, 2):
        desk.decide(rule="nth_order_gift", subject=f"order:{number}", code="foreign", because="It ships abroad.")

    page = desk.open("/decisions")

    assert re.search(r'>ships abroad</a></td>\s*<td class="number count">2</td>', page)


def test_given_a_code_when_reasons_are_opened_then_its_newest_decisions_are_told(desk: Desk) -> None:
    desk.decide(rule="nth_order_gift", subject="order:1", code="foreign", because="It ships abroad.")
    desk.decide(rule="nth_order_gift", subject="order:2", code="risky", because="Caution is advised.")

    told = desk.open("/decisions?code=foreign").partition('id="told"')[2]

    assert "It ships abroad." in told
    assert "Caution is advised." not in told


def test_given_a_reason_when_it_is_opened_then_it_alone_is_counted_and_the_others_are_one_press_away(
    desk: Desk,
) -> None:
    desk.decide(rule="nth_order_gift", subject="order:1", code="foreign", because="It ships abroad.")
    desk.decide(rule="nth_order_gift", subject="order:2", code="risky", because="Caution is advised.")
    desk.decide(rule="special_customer", subject="order:3", code="foreign", because="They live abroad.")

    page = desk.open("/decisions?rule=nth_order_gift&code=foreign")

    assert re.findall(r"<bdi>(\w+ \w+ abroad.|Caution.*?)</bdi>", page.partition('id="told"')[0]) == [
        "It ships abroad."
    ]
    assert '<a href="/decisions">All reasons</a>' in page


def test_given_a_twin_shop_with_the_same_numbers_when_pages_are_opened_then_nothing_of_it_is_seen(desk: Desk) -> None:
    twin = desk.twin()
    twin.buy(order(name="#TWIN"), order(id=2002, customer_id=56))
    twin.decide(planned(gift_line(title="TWIN")), rule="nth_order_gift", subject="order:1001", because="TWIN")
    twin.misunderstand("TWIN")
    desk.buy(order())
    desk.decide(planned(gift_line()), rule="nth_order_gift", subject="order:1001")

    pages = ("/", "/fragments/today", "/ledger", "/ledger?q=1001", "/orders/1001", "/customers/55",
             "/decisions?code=entered", "/practice/summary")  # fmt: skip

    assert [path for path in pages if "TWIN" in desk.open(path)] == []


@pytest.mark.parametrize("path", ["/orders/2002", "/customers/56", "/orders/9", f"/orders/{10**30}", "/customers/-1"])
def test_given_another_shops_number_or_nobodys_when_it_is_opened_then_it_is_not_found(desk: Desk, path: str) -> None:
    desk.twin().buy(order(id=2002, customer_id=56))

    assert desk.ask(path).status_code == 404


@pytest.mark.parametrize("path", ["/orders/1001", "/customers/55", "/decisions?code=entered", "/ledger"])
def test_given_a_long_story_when_it_is_opened_then_the_database_is_asked_a_bounded_number_of_times(
    desk: Desk, path: str
) -> None:
    desk = desk.allow(auto_policy(nth_order_gift=NthOrderGift(mode=Mode.OBSERVE)))
    desk.buy(*(order(id=1001 + number, name=f"#{number}") for number in range(30)))
    for number in range(30):
        gift = planned(gift_line(rule=str(number)))
        desk.decide(gift, rule="nth_order_gift", subject=f"order:{1001 + number}", because=str(number))

    assert len(desk.statements(path)) <= MOST_STATEMENTS


def test_given_an_order_that_is_not_known_when_opened_then_the_page_says_so_in_plain_words(desk: Desk) -> None:
    answer = desk.ask("/orders/404404")

    assert answer.status_code == 404
    assert "<h1>Nothing here</h1>" in answer.text
    assert "This shop&#39;s ledger has no such order." in answer.text


def test_given_a_customer_when_their_page_is_opened_then_what_may_come_next_is_drawn_with_its_days(desk: Desk) -> None:
    desk.buy(order(processed_at=NOON - 300 * DAY))

    page = desk.open("/customers/55")

    assert "For the day of their first order: 25 January 2027." not in page, "the settings keep it for special ones"
    assert "The settings keep this for special customers." in page
    assert "Only after something went wrong, and is good again." in page
    assert page.index("Making good") < page.index("Anniversary of the first order")


def test_given_a_number_when_its_page_is_opened_then_the_stores_own_page_with_the_name_is_one_press_away(
    desk: Desk,
) -> None:
    desk.buy(order())
    store = f"https://admin.shopify.com/store/{desk.merchant.domain.removesuffix('.myshopify.com')}"

    assert f'<a href="{store}/customers/55" target="_top">' in desk.open("/customers/55")
    assert f'<a href="{store}/orders/1001" target="_top">' in desk.open("/orders/1001")
