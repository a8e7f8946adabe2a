"""The page of what would have been: it says how far it is, and what is tried changes nothing until it is taken over."""

import re
from dataclasses import replace

import pytest

from app.domain.backtest.asked import Kind
from app.domain.backtest.summary import Outcome
from app.domain.policy import Mode, Policy
from app.store import backtests, shops
from app.store.base import unit_of_work
from app.web import settings_table, what_if
from jobs import backtest
from tests.builders import DAY, auto_policy, outcome
from tests.web.desk import Desk, hidden

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

TAKE = "/what-if/take"
EVERY_SECOND = replace(auto_policy(), nth_order_gift=replace(auto_policy().nth_order_gift, every=2))


def came_to(desk: Desk, found: Outcome | None, kind: Kind = Kind.KEPT, policy: Policy | None = None) -> None:
    """Let a walk be over, or as None be on its way."""
    now, shop_id = desk.clock.now(), desk.merchant.id
    with unit_of_work(desk.world.sessions) as session:
        backtests.ask(session, shop_id=shop_id, kind=kind, policy=policy or desk.merchant.policy, now=now)
        walk = backtests.take_up(session, shop_id=shop_id, now=now, lease=backtest.LEASE)
        assert walk is not None
        if found is not None:
            backtests.end(session, walk, shop_id=shop_id, outcome=found, now=now)


def form(**changes: str) -> dict[str, str]:
    texts = settings_table.typed(auto_policy(), "USD", what_if.FIELDS)
    return texts | {name.replace("__", "."): text for name, text in changes.items()}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_given_a_past_that_is_still_read_when_opened_then_it_says_so_and_looks_again(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        shops.note_history(session, shop_id=desk.merchant.id, done_at=None)

    page = desk.open("/what-if")

    assert "still being read" in page
    assert "data-again" in page
    assert 'id="try"' not in page


def test_given_nothing_yet_when_opened_then_it_offers_to_look(desk: Desk) -> None:
    page = desk.open("/what-if")

    assert "Nobody has looked at these days yet." in page
    assert desk.press("/what-if/again").status_code == 303
    assert "walking through your last 90 days: 0%" in desk.open("/what-if")


def test_given_what_would_have_been_when_opened_then_it_stands_in_words_figures_and_examples(desk: Desk) -> None:
    came_to(desk, outcome(unknown=2, waiting=1, shown_first=30))

    page = desk.open("/what-if")

    said = words(page)
    assert "You would have given 2 gifts : $16.00 of goods, 1.60% of what all orders of these days brought." in said
    assert "1 order was in line and skipped: 1 the store advises caution." in said
    assert "1 gift would have waited for your yes" in said
    assert "Of 2 orders we do not know" in said
    assert '<a href="/orders/1001">' in page
    assert "Mug goes with it." in page
    assert "30 marks would have been shown to you first" in said


def test_given_moments_that_were_walked_when_opened_then_each_rule_says_how_many_for_how_much_and_why_not(
    desk: Desk,
) -> None:
    came_to(desk, outcome())
    came_to(desk, outcome(moments=()), Kind.TRIED)

    before_moments = desk.open("/what-if")
    backtest.forget(desk.world, desk.merchant)
    page = desk.open("/what-if")

    said = words(page)
    assert (
        "3 cards or gifts for $18.00. 1 more would have waited for your yes. 5 customers went without: 5 not special."
        in said
    )
    assert "None came round in these days." in said
    assert '<a href="/orders/1003">' in page
    assert {cells[0]: cells[1:] for cells in figures(page)}["Anniversaries remembered"] == ["3"]
    assert "Anniversaries remembered" not in before_moments


def test_given_a_moment_when_it_is_tried_otherwise_then_it_is_walked_with_that(desk: Desk) -> None:
    desk.press("/what-if", **form(comeback__away_days="90", anniversary__special_only=""))

    tried = backtest.newest(desk.world, desk.merchant)[Kind.TRIED]
    assert (tried.policy.comeback.away_days, tried.policy.anniversary.special_only) == (90, False)
    assert "with your change" in desk.open("/what-if")


def test_given_no_order_in_these_days_when_opened_then_it_says_so_and_boasts_of_nothing(desk: Desk) -> None:
    came_to(desk, outcome(orders=0, gifts=0, cost_minor=0))

    page = desk.open("/what-if")
    assert "No order came in these days, so there is nothing to say yet." in page
    assert "You would have given" not in page


def test_given_a_change_when_tried_then_both_stand_beside_each_other_with_the_difference(desk: Desk) -> None:
    came_to(desk, outcome())
    came_to(desk, outcome(gifts=5, cost_minor=10_00), Kind.TRIED, EVERY_SECOND)

    rows = {cells[0]: cells[1:] for cells in figures(desk.open("/what-if"))}

    assert rows["Gifts"] == ["2", "5", "+3"]
    assert rows["Goods given"] == ["$16.00", "$10.00", "−$6.00"]
    assert rows["Marks taken off"] == ["0", "0", "–"]


def figures(page: str) -> list[list[str]]:
    table = page[page.index('class="compared"') : page.index("</table>")]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    return [
        [re.findall(r"<summary>(.*?)</summary>", row)[0], *re.findall(r'<td class="number">(.*?)</td>', row)]
        for row in rows
        if "<summary>" in row
    ]


def test_given_other_settings_when_sent_then_they_are_tried_and_nothing_else_changes(desk: Desk) -> None:
    answer = desk.press("/what-if", **form(nth_order_gift__every="2"))

    tried = backtest.newest(desk.world, desk.merchant)[Kind.TRIED]
    assert answer.status_code == 303
    assert tried.policy.nth_order_gift.every == 2
    assert current(desk).nth_order_gift.every is None
    assert "with your change" in desk.open("/what-if")


def test_given_what_cannot_be_meant_when_sent_then_it_says_so_and_nothing_is_tried(desk: Desk) -> None:
    answer = desk.press("/what-if", **form(nth_order_gift__every="often"))

    assert answer.status_code == 422
    assert "Please give a whole number" in answer.text
    assert backtest.newest(desk.world, desk.merchant) == {}


def test_given_a_change_when_taken_over_then_the_settings_are_it_and_the_modes_stay(desk: Desk) -> None:
    watching = replace(auto_policy(), nth_order_gift=replace(auto_policy().nth_order_gift, mode=Mode.OBSERVE))
    desk = desk.allow(watching)
    came_to(desk, outcome(), Kind.TRIED, EVERY_SECOND)

    answer = desk.press(TAKE, **hidden(desk.open("/what-if"), TAKE))

    now = current(desk).nth_order_gift
    assert (answer.status_code, answer.location) == (303, "/what-if?said=saved")
    assert (now.every, now.mode) == (2, Mode.OBSERVE)
    walks = backtest.newest(desk.world, desk.merchant)
    assert (set(walks), walks[Kind.KEPT].policy.nth_order_gift.every) == ({Kind.KEPT}, 2)


def test_given_a_page_from_before_somebodys_change_when_taken_over_on_it_then_theirs_stays_and_it_says_whose_it_is(
    desk: Desk,
) -> None:
    came_to(desk, outcome(), Kind.TRIED, EVERY_SECOND)
    old = hidden(desk.open("/what-if"), TAKE)
    theirs = replace(auto_policy(), nth_order_gift=replace(auto_policy().nth_order_gift, per_day=3))
    with unit_of_work(desk.world.signed("staff:77").sessions) as session:
        shops.change_policy(session, shop_id=desk.merchant.id, policy=theirs, now=desk.clock.now())

    answer = desk.press(TAKE, **old)

    assert (answer.status_code, current(desk)) == (409, theirs)
    assert "Nothing was taken over" in answer.text
    assert "Gifts a day, at most: 25 → 3" in words(answer.text)
    assert "staff member 77" in answer.text
    assert desk.press(TAKE, **hidden(answer.text, TAKE)).status_code == 303
    assert current(desk).nth_order_gift.every == 2


def test_given_something_else_that_was_tried_since_when_taken_over_on_the_old_page_then_nothing_is(desk: Desk) -> None:
    came_to(desk, outcome(), Kind.TRIED, EVERY_SECOND)
    old = hidden(desk.open("/what-if"), TAKE)
    every_third = replace(auto_policy(), nth_order_gift=replace(auto_policy().nth_order_gift, every=3))
    came_to(desk, outcome(), Kind.TRIED, every_third)

    answer = desk.press(TAKE, **old)

    assert (answer.status_code, current(desk).nth_order_gift.every) == (409, None)


def current(desk: Desk) -> Policy:
    with unit_of_work(desk.world.sessions) as session:
        found = shops.by_id(session, desk.merchant.id)
    assert found is not None
    return found.policy


def test_given_a_change_when_forgotten_then_what_is_set_stands_alone(desk: Desk) -> None:
    came_to(desk, outcome())
    came_to(desk, outcome(gifts=5), Kind.TRIED, EVERY_SECOND)

    desk.press("/what-if/forget")

    assert [cells[1:] for cells in figures(desk.open("/what-if")) if cells[0] == "Gifts"] == [["2"]]


def test_given_a_walk_that_failed_when_opened_then_it_says_why_and_offers_another(desk: Desk) -> None:
    came_to(desk, None)
    with unit_of_work(desk.world.sessions) as session:
        walk = backtests.newest(session, shop_id=desk.merchant.id)[Kind.KEPT]
        backtests.fail(session, walk, shop_id=desk.merchant.id, problem=backtest.NOT_NOW, now=desk.clock.now())

    page = desk.open("/what-if")

    assert "could not be asked what the gifts cost" in page
    assert 'id="again"' in page


def test_given_settings_that_are_saved_when_they_would_have_changed_the_past_then_it_is_looked_at_anew(
    desk: Desk,
) -> None:
    came_to(desk, outcome())
    texts = settings_table.typed(current(desk), "USD")
    edition = re.findall(r'name="edition" value="(\w+)"', desk.open("/settings"))[0]

    desk.press("/settings", **texts | {"edition": edition, "team.undo_minutes": "7"})
    assert backtest.newest(desk.world, desk.merchant)[Kind.KEPT].is_over

    edition = re.findall(r'name="edition" value="(\w+)"', desk.open("/settings"))[0]
    desk.press("/settings", **texts | {"edition": edition, "nth_order_gift.every": "3"})
    walk = backtest.newest(desk.world, desk.merchant)[Kind.KEPT]
    assert (walk.is_over, walk.policy.nth_order_gift.every) == (False, 3)


def test_given_what_would_have_been_when_the_first_steps_are_opened_then_its_headline_stands_there(desk: Desk) -> None:
    came_to(desk, outcome())

    assert "You would have given 2 gifts" in words(desk.open("/welcome"))


def test_given_a_walk_of_yesterday_when_a_change_is_tried_then_both_are_walked_through_anew(desk: Desk) -> None:
    came_to(desk, outcome(gifts=5))
    desk.press("/what-if", **form(nth_order_gift__every="2"))
    assert backtest.newest(desk.world, desk.merchant)[Kind.KEPT].is_over  # it was done a moment ago

    desk.clock.forward(DAY)
    desk.press("/what-if", **form(nth_order_gift__every="3"))

    assert not backtest.newest(desk.world, desk.merchant)[Kind.KEPT].is_over
