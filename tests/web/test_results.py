"""Did it pay: what the pages say of a trial and of the costs, and what they do not claim."""

import csv
import io
from dataclasses import replace

import pytest

from app.domain import campaign_paid, paid
from app.domain.campaigns import Terms
from app.domain.paid import Bought, Given, Member
from app.domain.policy import Results, Trial
from app.store import campaigns, results, shops
from app.store.base import unit_of_work
from app.store.tables import Shop
from tests.builders import DAY, NOON, gift_line, planned, refund, usd
from tests.builders import paid as paying
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
RULE = "nth_order_gift"
TRIAL = Trial(rule=RULE, percent=10, edition=1, salt="a", began_at=NOON)


def tried(desk: Desk, *, more: int = 40_00, many: int = 400, trial: Trial = TRIAL) -> Desk:
    """Return the desk of a shop with a trial, of which the night has found that the treated spend so much more."""
    people = [Member(number, number % 10 == 0, NOON) for number in range(many)]
    orders = [
        Bought(number, NOON + DAY, 80_00 + 10_00 * (number // 10 % 5) + (more if number % 10 else 0))
        for number in range(many)
    ]
    gifts = [Given(number, NOON, 8_00) for number in range(many) if number % 10]
    found = paid.found(trial, people, orders, gifts, NOON + 100 * DAY)
    policy = replace(desk.merchant.policy, trials=(trial,), results=Results(margin_percent=50))
    with unit_of_work(desk.world.sessions) as session:
        shops.change_policy(session, shop_id=desk.merchant.id, policy=policy, now=NOON)
        results.keep(session, shop_id=desk.merchant.id, rule=RULE, found=found, now=NOON)
    return desk


def trial(desk: Desk) -> Trial:
    with unit_of_work(desk.world.sessions) as session:
        found = shops.by_id(session, desk.merchant.id)
    assert found is not None
    return found.policy.trial_of(RULE)


def test_given_no_trial_when_looked_at_then_nothing_is_claimed_and_a_tenth_is_proposed(desk: Desk) -> None:
    page = desk.open("/results")

    assert "so nobody can know whether they pay" in page
    assert "It pays<" not in page
    assert "Nothing was spent yet" in page


def test_given_a_press_when_a_tenth_is_held_out_then_a_trial_begins_with_a_lot_of_its_own(desk: Desk) -> None:
    answer = desk.press(f"/results/{RULE}/trial", percent="10")

    assert (answer.status_code, answer.location) == (303, f"/results/{RULE}?said=trial")
    begun = trial(desk)
    assert (begun.percent, begun.edition, len(begun.salt)) == (10, 1, 32)
    assert "The trial has begun" in desk.open(f"/results/{RULE}?said=trial")


def test_given_a_trial_when_its_own_share_is_pressed_again_then_the_page_says_that_it_goes_on(desk: Desk) -> None:
    first, again = (desk.press(f"/results/{RULE}/trial", percent="10") for _ in range(2))

    assert (first.location, again.location) == (
        f"/results/{RULE}?said=trial",
        f"/results/{RULE}?said=trial_goes_on",
    )
    assert trial(desk).edition == 1
    assert "The trial goes on as it was" in desk.open(again.location)


@pytest.mark.parametrize("percent", ["10", "0"])
def test_given_a_page_from_before_a_trial_when_pressed_on_then_the_trial_and_what_it_found_stay(
    desk: Desk, percent: str
) -> None:
    tried(desk, trial=replace(TRIAL, percent=20, edition=2))

    answer = desk.press(f"/results/{RULE}/trial", percent=percent, seen="1")

    assert answer.location == f"/results/{RULE}?said=trial_stays"
    assert (trial(desk).percent, trial(desk).edition) == (20, 2)
    page = desk.open(answer.location)
    assert "This is how it stands now." in page
    assert page.count('name="seen" value="2"') == 2


@pytest.mark.parametrize("percent", ["51", "-1", "ten", ""])
def test_given_a_share_that_cannot_be_meant_when_pressed_then_nothing_begins(desk: Desk, percent: str) -> None:
    assert desk.press(f"/results/{RULE}/trial", percent=percent).status_code == 422
    assert trial(desk).edition == 0


@pytest.mark.parametrize("rule", ["refund_keep", "flowers", "recovery", "nonsense"])
def test_given_a_rule_that_nobody_is_held_out_of_when_asked_for_then_there_is_no_such_page(
    desk: Desk, rule: str
) -> None:
    assert desk.ask(f"/results/{rule}").status_code == 404
    assert desk.press(f"/results/{rule}/trial", percent="10").status_code == 404


def test_given_a_lift_beyond_chance_when_looked_at_then_what_it_brought_is_said_with_its_range(desk: Desk) -> None:
    tried(desk)

    overview, page = desk.open("/results"), desk.open(f"/results/{RULE}")

    for each in (overview, page):
        assert "It pays<" in each
        assert "It brought <strong>$4,320.00</strong>" in each  # 360 customers, of each $20 of margin for $8
        assert "after 36 days" in each
    assert page.count('<rect class="column') == 6  # two groups after 30, 60 and 90 days
    assert "360 customers it acted for, 40 held out" in page


def test_given_too_few_when_looked_at_then_there_is_not_enough_data_and_how_many_more_it_takes(desk: Desk) -> None:
    page = tried(desk, many=100).open(f"/results/{RULE}")

    assert "Not enough data" in page
    assert "about 200 more customers" in page
    assert "It pays<" not in page


def test_given_what_was_found_of_an_earlier_edition_when_looked_at_then_it_is_not_shown_for_this_one(
    desk: Desk,
) -> None:
    tried(desk)
    desk.press(f"/results/{RULE}/trial", percent="20", seen="1")

    assert "It pays<" not in desk.open(f"/results/{RULE}")


def test_given_a_trial_when_ended_then_what_was_found_stays(desk: Desk) -> None:
    tried(desk)
    desk.press(f"/results/{RULE}/trial", percent="0", seen="1")

    page = desk.open("/results")
    assert "It pays<" in page
    assert "Nobody is held out any more." in page


def test_given_what_a_new_customer_costs_when_it_is_said_then_it_is_kept_and_nothing_is_claimed_without_data(
    desk: Desk,
) -> None:
    tried(desk)
    page = desk.open("/results")
    edition = page.partition('name="edition" value="')[2].partition('"')[0]
    form = {"results.margin_percent": "40", "results.customer_cost_minor": "60.00", "edition": edition}

    answer = desk.press("/results", **form)

    assert (answer.status_code, answer.location) == (303, "/results?said=saved")
    assert "no price is named" in desk.open(f"/results/{RULE}")


def test_given_costs_when_looked_at_or_taken_along_then_they_are_told_by_rule_whom_and_envelope(desk: Desk) -> None:
    desk.finish(desk.plan(planned(gift_line(order_id=1), cost=usd(8_00)), rule=RULE))
    desk.finish(desk.plan(paying(refund(order_id=2)), rule="refund_keep"))

    page, sheet = desk.open("/results"), desk.ask("/results/costs.csv")

    assert "Somebody who is not on the team page" in page
    assert 'filename="costs.csv"' in sheet.headers["Content-Disposition"]
    rows = [*csv.DictReader(io.StringIO(sheet.text.removeprefix("\ufeff")))]
    assert {(row["Rule"], row["Pool"], row["Who"], row["Cost"]) for row in rows} == {
        ("A gift in the parcel", "No pool", "A rule, by itself", "8.00"),
        ("Refund and keep", "The team's pool", "Somebody who is not on the team page", "12.00"),
    }


def test_given_a_month_when_told_then_what_was_done_is_said_for_how_many_and_at_what_cost(desk: Desk) -> None:
    desk.finish(desk.plan(paying(refund(order_id=2)), rule="refund_keep"))

    page = desk.open("/story/2026-11")

    assert "<strong>1 customer</strong> was given something" in page
    assert "1 refund." in page
    assert "$12.00" in page
    assert "#1001" not in page


def test_given_a_month_without_a_deed_when_told_then_it_says_so_kindly(desk: Desk) -> None:
    desk.clock.forward(20 * DAY)

    assert "That happens" in desk.open("/story/2026-11")


def test_given_a_shops_first_month_when_the_story_is_opened_then_it_is_that_months(desk: Desk) -> None:
    assert desk.ask("/story").location == "/story/2026-11"
    assert "/story/2026-10" not in desk.open("/story/2026-11")
    assert "What it cost" not in desk.open("/story/2026-10")


def test_given_a_shop_that_came_back_when_an_earlier_month_is_told_then_what_was_done_then_is_said(desk: Desk) -> None:
    desk.finish(desk.plan(planned(gift_line(order_id=1), cost=usd(8_00)), rule=RULE))
    desk.clock.forward(40 * DAY)
    with unit_of_work(desk.world.sessions) as session:
        session.get_one(Shop, desk.merchant.id).installed_at = desk.clock.now()

    assert "1 gift" in desk.open("/story/2026-11")


def test_given_a_trial_when_months_are_told_then_it_is_told_in_those_it_ran_in(desk: Desk) -> None:
    tried(desk, trial=replace(TRIAL, ended_at=NOON + 5 * DAY))
    desk.clock.forward(40 * DAY)

    assert "Nobody can say" not in desk.open("/story/2026-11")
    assert "Nobody can say" in desk.open("/story/2026-12")


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "2027-01", "nonsense"])
def test_given_no_month_or_one_to_come_when_asked_for_then_there_is_no_such_page(desk: Desk, month: str) -> None:
    assert desk.ask(f"/story/{month}").status_code == 404


def test_given_the_first_week_of_a_month_when_today_is_opened_then_it_leads_to_the_month_before(desk: Desk) -> None:
    assert "/story/" not in desk.open()
    desk.clock.forward(11 * DAY)

    assert 'href="/story/2026-11"' in desk.open()
    assert desk.ask("/story").location == "/story/2026-11"
    assert desk.ask("/story?locale=fr").location == "/story/2026-11?locale=fr"


def brought(desk: Desk, *, many: int, hold_out: bool = True, more: int = 40_00) -> Desk:
    """Return the desk of a shop whose campaign ended, with so many on its list, a tenth of them held out."""
    shop_id = desk.merchant.id
    with unit_of_work(desk.world.sessions) as session:
        terms = Terms(hold_out=hold_out, starts_on=NOON.date())
        number = campaigns.begin(session, shop_id=shop_id, name="Thanks 2026", seed="s", terms=terms, now=NOON)
        about = {"shop_id": shop_id, "campaign_id": number}
        campaigns.approve(session, seen=0, list_print="p", next_at=NOON, now=NOON, **about)
        campaigns.end(session, now=NOON, **about)
        if not hold_out:
            return desk
        people = [Member(each, each % 10 == 0, NOON) for each in range(many)]
        orders = [
            Bought(each, NOON + DAY, 80_00 + 10_00 * (each // 10 % 5) + (more if each % 10 else 0))
            for each in range(many)
        ]
        trial = campaign_paid.trial_of(number, NOON)
        gifts = [Given(each, NOON, 8_00) for each in range(many) if each % 10]
        found = paid.found(trial, people, orders, gifts, NOON + 100 * DAY)
        results.keep(session, shop_id=shop_id, rule=trial.rule, found=found, now=NOON)
        shops.change_policy(
            session, shop_id=shop_id, policy=replace(desk.merchant.policy, results=Results(margin_percent=50)), now=NOON
        )
    return desk


@pytest.mark.parametrize("place", ["/results", "/story/2026-11", "/campaigns/1"])
def test_given_a_campaign_that_brought_more_than_chance_when_told_of_then_it_pays_with_its_range(
    desk: Desk, place: str
) -> None:
    page = brought(desk, many=400).open(place)

    assert "Thanks 2026" in page
    assert "It pays<" in page
    assert "It brought <strong>$4,320.00</strong> once its cost is taken off" in page
    assert "brought $20.00 of margin each beyond those held out" in page
    assert "360 compared with 40" in page


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ({"many": 200}, "Its list is too short: fewer than 30 are held out"),
        ({"many": 400, "more": 16_00}, "No difference that matters"),
        ({"many": 300, "hold_out": False}, "Nobody was held out of it"),
    ],
)
def test_given_a_campaign_of_which_nothing_is_sure_when_told_of_then_nothing_is_claimed(
    desk: Desk, known: dict[str, int], says: str
) -> None:
    page = brought(desk, **known).open("/results")  # type: ignore[arg-type]  # each by its name

    assert says in page
    assert "It pays<" not in page


def test_given_the_page_when_opened_then_it_asks_the_database_a_few_times_whatever_there_is(desk: Desk) -> None:
    tried(desk)

    assert len(desk.statements("/results")) <= 12
    assert len(desk.statements("/story/2026-11")) <= 17
