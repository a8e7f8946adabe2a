"""The rules: what each is and does, that one can be changed by itself, what was changed, and what is proposed."""

import re
from dataclasses import replace
from html import unescape

import pytest

from app.domain.effects import Pool, State
from app.domain.policy import Brake, Mode, NthOrderGift, Policy, SpecialCustomer, TeamGestures
from app.domain.rules.brake import Load
from app.store import shops, tallies
from app.store.base import unit_of_work
from app.web import settings_table
from app.web.phrases import RULES
from app.web.rule_book import BOOK
from jobs import gift_names
from jobs.desk import with_mode
from tests.builders import (
    CANDLE,
    DAY,
    MINUTE,
    MUG,
    NOON,
    auto_policy,
    gift_line,
    gift_option,
    paid,
    planned,
    refund,
    tag,
    usd,
)
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

GIFTS = "nth_order_gift"
GIFT = f"/rules/{GIFTS}"


def policy(desk: Desk) -> Policy:
    with unit_of_work(desk.world.sessions) as session:
        found = shops.by_id(session, desk.merchant.id)
    assert found is not None
    return found.policy


def form(desk: Desk, rule: str = "nth_order_gift", **changes: str) -> dict[str, str]:
    """Return a rule's form as it is shown, changed; a dot in a name is written as two underscores."""
    page = desk.open(f"/rules/{rule}")
    texts = settings_table.typed(policy(desk), "USD", BOOK[rule].fields)
    hidden = {name: re.findall(rf'name="{name}" value="(\w+)"', page)[0] for name in ("edition", "since")}
    return texts | {name.replace("__", "."): text for name, text in changes.items()} | hidden


def part(page: str, which: str) -> str:
    """Return one section of a page as it is read."""
    found = page[page.index(f'id="{which}"') :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found.partition("</section>")[0])).split())


def test_given_the_rules_when_compared_with_their_book_then_each_has_its_chapter_and_its_own_mode(desk: Desk) -> None:
    watching = desk.allow(Policy())
    assert list(BOOK) == list(RULES)
    for rule, chapter in BOOK.items():
        acting = settings_table.decided(watching.merchant.policy, {chapter.mode: Mode.AUTO})
        assert [each for each in RULES if acting.mode_of(each) is Mode.AUTO] == [rule]


def test_given_a_rule_when_listed_then_its_mode_limits_and_what_it_did_this_month_are_told(desk: Desk) -> None:
    gift = planned(gift_line(), cost=usd(8_00), pool=Pool.GIFTS)
    desk.finish(desk.plan(gift, rule="nth_order_gift"))

    page = desk.open("/rules")

    told = page[page.index('id="rule-nth_order_gift"') :].partition("</article>")[0]
    assert "1 gift in a parcel · $8.00" in re.sub(r"<[^>]+>", "", told)
    assert 'id="nth_order_gift-auto" name="mode" value="auto"' in told
    assert "Gifts a day, at most: <bdi>25</bdi>" in told
    assert re.findall(r'value="(\w+)"[^>]*aria-pressed="true"', told) == ["auto"]


def test_given_last_months_gift_when_rules_are_listed_then_it_is_not_this_months(desk: Desk) -> None:
    desk.finish(desk.plan(planned(gift_line(), cost=usd(8_00), pool=Pool.GIFTS), rule="nth_order_gift"))
    desk.clock.forward(30 * DAY)

    assert "$8.00" not in desk.open("/rules")


def test_given_a_rule_that_stopped_itself_when_opened_then_it_says_so_and_one_press_lets_it_go_on(desk: Desk) -> None:
    known = {"shop_id": desk.merchant.id, "rule": "nth_order_gift", "day": NOON.date(), "now": NOON}
    with unit_of_work(desk.world.sessions) as session:
        tallies.fire(session, load=Load(deeds=9), brake=Brake(), **known)
        tallies.stop(session, **known)
    assert "9 in one day" in desk.open(GIFT)

    desk.press(f"{GIFT}/release", back=GIFT)

    assert "has not stopped it" in desk.open(GIFT)


def test_given_one_rules_form_when_saved_then_it_is_decided_and_all_else_stays(desk: Desk) -> None:
    before = policy(desk)

    answer = desk.press(GIFT, **form(desk, nth_order_gift__per_day="3"))

    assert (answer.status_code, answer.location) == (303, f"{GIFT}?said=saved")
    assert policy(desk) == settings_table.decided(before, {"nth_order_gift.per_day": 3})


def test_given_what_cannot_be_meant_when_a_rule_is_saved_then_its_field_says_what_can(desk: Desk) -> None:
    before = policy(desk)

    answer = desk.press(GIFT, **form(desk, nth_order_gift__variants=""))

    assert answer.status_code == 422
    assert re.findall(r'<small id="([\w.]+)-wrong"', answer.text) == ["nth_order_gift.variants"]
    assert policy(desk) == before


@pytest.mark.parametrize(("number", "status"), [(MUG, 303), (CANDLE, 422)])
def test_given_gifts_typed_by_their_number_when_saved_then_they_go_by_their_names_or_are_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int, status: int
) -> None:
    mug = gift_option(title="Oak mug", cost=usd(4_00))

    class Outside:
        class shop:  # noqa: N801
            gift_option = {MUG: mug}.get

    monkeypatch.setattr(gift_names, "hurried", lambda _world, _merchant: Outside)
    bare = desk.allow(auto_policy(nth_order_gift=replace(policy(desk).nth_order_gift, variants=(9,))))

    answer = bare.press(GIFT, **form(bare, nth_order_gift__variants=f"9\n{number}"))

    assert answer.status_code == status
    assert (number in policy(desk).nth_order_gift.variants) == (status == 303)
    page = unescape(desk.open("/rules")) if status == 303 else unescape(answer.text)
    assert ("9; Oak mug, $4.00" if status == 303 else f"Your store has no variant {CANDLE}.") in page


def test_given_a_contradiction_elsewhere_when_another_rule_is_saved_then_it_does_not_stand_in_its_way(
    desk: Desk,
) -> None:
    giving = desk.allow(auto_policy(nth_order_gift=NthOrderGift(mode=Mode.AUTO)))

    assert giving.press("/rules/flowers", **form(giving, "flowers", team__flowers_days="7")).status_code == 303


def test_given_two_people_with_one_rule_when_both_save_then_the_slower_sees_how_it_stands(desk: Desk) -> None:
    desk.press(GIFT, **form(desk, nth_order_gift__stock_floor="2"))
    mine = form(desk, nth_order_gift__per_day="3")
    desk.press(GIFT, **form(desk, nth_order_gift__per_day="9"))

    answer = desk.press(GIFT, **mine)

    assert answer.status_code == 409
    assert "You had:" in answer.text
    refusal = part(answer.text, "settings").partition("This rule alone")[0]
    assert "Gifts a day, at most: 25 → 9 07:00 · you" in refusal
    assert "in stock" not in refusal
    assert policy(desk).nth_order_gift.per_day == 9


def test_given_an_old_page_when_a_mode_is_pressed_on_it_then_nothing_is_done_and_it_says_who_set_which(
    desk: Desk,
) -> None:
    old = {"mode": "approve", "seen": "auto"}
    with unit_of_work(desk.world.signed("staff:77").sessions) as session:
        shops.change_policy(
            session, shop_id=desk.merchant.id, policy=with_mode(policy(desk), GIFTS, Mode.OBSERVE, NOON), now=NOON
        )

    answer = desk.press(f"{GIFT}/mode", **old)

    assert answer.location == f"{GIFT}?said=mode_stays"
    assert desk.mode(GIFTS) is Mode.OBSERVE
    told = unescape(re.sub(r"<[^>]+>", " ", desk.open(answer.location).partition('role="group"')[0]))
    assert "How far it goes: Auto → Observe 07:00 · staff member 77" in " ".join(told.split())


def test_given_one_press_sent_twice_when_the_second_comes_then_it_is_no_stranger_to_its_own_work(desk: Desk) -> None:
    presses = [desk.press(f"{GIFT}/mode", mode="approve", seen="auto").location for _ in range(2)]

    assert presses == ["/?said=mode_approve"] * 2


def test_given_a_press_that_does_not_say_what_it_saw_when_it_comes_then_nothing_is_done(desk: Desk) -> None:
    assert desk.press(f"{GIFT}/mode", mode="observe").status_code == 422
    assert desk.mode(GIFTS) is Mode.AUTO


def test_given_two_people_with_two_rules_when_both_save_then_neither_undoes_the_other(desk: Desk) -> None:
    mine = form(desk, nth_order_gift__per_day="3")
    desk.press("/rules/flowers", **form(desk, "flowers", team__flowers_days="7"))

    assert desk.press(GIFT, **mine).status_code == 303
    assert (policy(desk).nth_order_gift.per_day, policy(desk).team.flowers_days) == (3, 7)


def test_given_changes_from_several_pages_when_the_rule_is_opened_then_each_is_dated_and_in_words(desk: Desk) -> None:
    desk.press(GIFT, **form(desk, nth_order_gift__domestic_only="", gifts_monthly_minor="250"))
    desk.clock.forward(DAY)
    desk.set_mode("nth_order_gift", "observe")

    told = part(desk.open(GIFT), "changes")

    assert "How far it goes: Auto → Observe 07:00 · you" in told
    assert "Only within your own country: yes → no 21 Nov, 07:00 · you" in told
    assert "The gift pool: $500.00 → $250.00" in told


def test_given_somebody_elses_change_when_the_rule_is_opened_then_they_go_by_their_number(desk: Desk) -> None:
    with unit_of_work(desk.world.signed("staff:77").sessions) as session:
        changed = replace(desk.merchant.policy, special_customer=SpecialCustomer(mode=Mode.AUTO, tag="vip"))
        shops.change_policy(session, shop_id=desk.merchant.id, policy=changed, now=NOON)

    assert "Customer tag in the store: make-it-right → vip 07:00 · staff member 77" in part(
        desk.open("/rules/special_customer"), "changes"
    )


def asked(desk: Desk, count: int) -> list[int]:
    """Return deeds that wait for a yes, each of a decision of its own."""
    return [desk.plan(planned(tag(occasion=f"standing-{number}"))) for number in range(count)]


@pytest.fixture
def asking(desk: Desk) -> Desk:
    """A merchant whom the rule asks since ten days."""
    asks = desk.allow(auto_policy(special_customer=SpecialCustomer(mode=Mode.APPROVE)))
    desk.clock.forward(10 * DAY)
    return asks


def test_given_a_week_of_yes_when_the_rule_is_opened_then_auto_is_proposed_with_the_figures_and_a_press_does_it(
    asking: Desk,
) -> None:
    *liked, one = asked(asking, 22)
    for deed in liked:
        asking.press(f"/effects/{deed}/approve")
    asking.press(f"/effects/{one}/decline")
    page = asking.open("/rules/special_customer")
    assert "You said yes to 21 of 22 (95%) in 10 days." in page
    assert asking.mode("special_customer") is Mode.APPROVE

    (mode,) = re.findall(r'id="propose-special_customer"[^>]*value="(\w+)"', page)
    asking.set_mode("special_customer", mode)

    assert asking.mode("special_customer") is Mode.AUTO
    assert "propose-special_customer" not in asking.open("/rules/special_customer")


def test_given_too_few_answers_when_the_rule_is_opened_then_nothing_is_proposed(asking: Desk) -> None:
    for deed in asked(asking, 19):
        asking.press(f"/effects/{deed}/approve")

    assert "propose-special_customer" not in asking.open("/rules/special_customer")


def test_given_a_rule_that_watched_for_a_week_when_opened_then_it_proposes_to_ask_and_says_what_it_would_have_done(
    desk: Desk,
) -> None:
    watching = desk.allow(Policy())
    for number in (1, 2):
        gift = planned(gift_line(order_id=number), cost=usd(8_00), pool=Pool.GIFTS)
        watching.plan(gift, rule="nth_order_gift")
    watching.clock.forward(7 * DAY - MINUTE)
    assert "propose-nth_order_gift" not in watching.open(GIFT)

    watching.clock.forward(MINUTE)

    page = watching.open("/rules")
    assert "It has watched for 7 days and would have done: 2 gifts in parcels ($16.00)." in page
    assert re.findall(r'id="propose-(\w+)"[^>]*value="(\w+)"', page) == [("nth_order_gift", "approve")]


def test_given_what_waits_when_all_of_it_is_approved_then_its_cost_stood_there_and_what_came_since_waits(
    desk: Desk,
) -> None:
    asks = desk.allow(auto_policy(team=TeamGestures(refund_mode=Mode.APPROVE)))
    seen = [asks.plan(paid(refund(order_id=number)), rule="refund_keep") for number in (1, 2)]
    page = asks.open("/rules/refund_keep")
    assert "2 wait for your yes. Together they cost $24.00, as planned." in part(page, "waits")
    (newest,) = re.findall(r'name="seen" value="(\d+)"', page)
    later = asks.plan(paid(refund(order_id=3)), rule="refund_keep")

    asks.press("/approve-all", rule="refund_keep", seen=newest, count="2", back="/rules/refund_keep")

    assert [asks.state(deed) for deed in (*seen, later)] == [State.PLANNED, State.PLANNED, State.AWAITING]


def test_given_a_rule_that_there_is_not_when_opened_or_saved_then_it_is_not_there(desk: Desk) -> None:
    assert (desk.ask("/rules/free_money").status_code, desk.press("/rules/free_money").status_code) == (404, 404)


def test_given_another_shop_when_it_opens_a_rule_then_nothing_of_ours_is_on_it(desk: Desk) -> None:
    desk.press(GIFT, **form(desk, gifts_monthly_minor="123.45"))
    desk.decide(rule="nth_order_gift", because="CANARY")

    page = desk.twin().open(GIFT)

    assert ("CANARY" in page, "123.45" in page) == (False, False)
