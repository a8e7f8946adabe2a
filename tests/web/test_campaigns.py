"""A campaign's pages: what a draft comes to as it is typed, what cannot be approved, and what became of a list."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.errors import Unavailable
from app.domain.policy import SpecialCustomer
from app.store import campaign_lists, orders, shortages, yardstick
from app.store.base import unit_of_work
from app.store.gift_tables import CatalogueGift
from jobs import kept_back, welcome
from jobs.campaign_waves import go_on
from tests.builders import DAY, NOON, gift_option, order, usd
from tests.web.desk import Desk, hidden
from tests.web.test_gifts import MUG

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

PEOPLE = 12


@pytest.fixture
def peopled(desk: Desk) -> Desk:
    """A shop with a dozen customers, a mug to give, and its measure taken."""
    with unit_of_work(desk.world.sessions) as session:
        for number in range(1, PEOPLE + 1):
            bought = order(
                id=number,
                name=f"#{number}",
                customer_id=700 + number,
                net=usd((PEOPLE + 1 - number) * 10_00),
                processed_at=NOON - number * DAY,
                updated_at=NOON,
            )
            orders.record(session, shop_id=desk.merchant.id, order=bought)
        yardstick.measure(session, shop_id=desk.merchant.id, policy=SpecialCustomer(active_days=60), now=NOON)
    desk.press("/gifts", **MUG | {"active": "yes"})
    return desk


def begun(desk: Desk, name: str = "Thanks") -> str:
    """Begin a campaign; return its address."""
    address, _, said = desk.press("/campaigns", name=name).location.partition("?")
    assert said == "said=campaign_begun"
    return address


def typed(desk: Desk, **changes: str) -> dict[str, str]:
    """Return a form that can be approved as it stands, changed."""
    usual = {
        "name": "Thanks",
        "method": "ranked",
        "weight": "70",
        "gift_id": "1",
        "budget_minor": "100",
        "packing_minor": "1",
        "shipping_minor": "2",
        "fee_minor": "0.50",
        "least": "5",
        "most": "9",
        "per_day": "5",
        "starts_on": (desk.clock.now() + 5 * DAY).date().isoformat(),
        "arrive_on": "",
        "message": "Thank you for being with us.",
        "signed_by": "Robin",
    }
    return usual | changes


def looked_at(desk: Desk, address: str, **changes: str) -> str:
    """Return the page about what was typed, as it is read."""
    answer = desk.browser.get(address, query_string=typed(desk, **changes), headers=desk.proof())
    assert answer.status_code == 200
    return answer.text


def kept(desk: Desk, address: str, **changes: str) -> str:
    """Keep what was typed; return the revision that the page shows then."""
    seen = seen_on(desk.open(address))
    assert "said=campaign_kept" in desk.press(address, **typed(desk, **changes), seen=seen).location
    return seen_on(desk.open(address))


def yes(desk: Desk, address: str) -> dict[str, str]:
    """Return what the page's yes says that somebody was shown."""
    page = desk.open(address)
    return {"seen": seen_on(page), "shown": next(iter(re.findall(r'name="shown" value="(\w+)"', page)), "")}


def seen_on(page: str) -> str:
    return next(iter(re.findall(r'name="seen" value="(\d+)"', page)), "1")


def read(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_given_a_kept_draft_in_french_when_looked_at_as_it_is_shown_then_nothing_is_to_be_kept(peopled: Desk) -> None:
    address = begun(peopled)
    kept(peopled, address)

    page = peopled.open(f"{address}?locale=fr")
    amounts = dict(re.findall(r'id="(\w+_minor)"[^>]* value="(\d+,\d\d)"', page))
    assert amounts == {"budget_minor": "100,00", "packing_minor": "1,00", "shipping_minor": "2,00", "fee_minor": "0,50"}
    assert 'id="keep"' not in looked_at(peopled, address, **amounts)
    assert 'id="keep"' in looked_at(peopled, address, **amounts | {"fee_minor": "0,51"})


def test_given_no_campaign_when_looked_at_then_the_page_says_how_one_begins(desk: Desk) -> None:
    assert "None yet." in desk.open("/campaigns")
    assert desk.press("/campaigns", name=" ").status_code == 422


def test_given_a_past_that_is_not_read_when_one_begins_then_its_page_says_that_nobody_is_on_it(desk: Desk) -> None:
    assert "Nobody yet" in desk.open(begun(desk))


def test_given_a_budget_when_typed_then_the_page_works_out_for_how_many_and_keeps_nothing(peopled: Desk) -> None:
    address = begun(peopled)

    page = read(looked_at(peopled, address))

    assert "$100.00 ÷ $10.00 for each gift with all that goes with it = 10, rounded down." in page
    assert "9 gifts · $90.00 of $100.00" in page
    assert "As kept it is" not in page
    assert "Keep it like this" in page


def test_given_no_gift_yet_when_a_draft_is_looked_at_then_no_figure_stands_where_none_is_known(peopled: Desk) -> None:
    page = read(peopled.open(begun(peopled)))

    assert "Choose a gift that has a price: then you see here for how many your budget is enough" in page
    assert "$0.00" not in page.partition("Who")[0]
    assert "12 gifts" not in page


def test_given_a_kept_gift_when_something_else_is_typed_then_both_sums_stand_side_by_side(peopled: Desk) -> None:
    address = begun(peopled)
    kept(peopled, address)

    page = read(looked_at(peopled, address, most="8"))

    assert "As kept it is 9 gifts; as typed it is 8." in page


def test_given_another_weight_when_looked_at_then_the_first_of_the_list_are_others(peopled: Desk) -> None:
    address = begun(peopled)

    first = [
        re.findall(r'href="/customers/(\d+)"', looked_at(peopled, address, weight=weight))[0] for weight in ("100", "0")
    ]

    assert first == ["701", "712"]  # who spent most, and who has been there longest


def test_given_something_that_cannot_be_meant_when_looked_at_then_its_field_says_so(peopled: Desk) -> None:
    page = looked_at(peopled, begun(peopled), weight="101", least="9", most="5", starts_on="soon")

    assert 'id="weight-wrong"' in page
    assert "Please let the most be no fewer than the least." in page
    assert "Please give a day, such as 2026-12-24." in page
    assert "Keep it like this" not in page


@pytest.mark.parametrize("day", ["9999-12-31", "2200-01-01"])
def test_given_a_day_beyond_all_calendars_when_looked_at_then_its_field_says_so(peopled: Desk, day: str) -> None:
    page = looked_at(peopled, begun(peopled), starts_on=day, arrive_on=day, per_day="1")

    assert page.count("Please give a day, such as 2026-12-24.") == 2


def test_given_a_draft_when_kept_and_approved_then_its_list_is_frozen_and_a_second_yes_is_not_heard(
    peopled: Desk,
) -> None:
    address = begun(peopled)
    kept(peopled, address)
    shown = yes(peopled, address)

    first, second = (peopled.press(f"{address}/approve", **shown) for _ in range(2))

    assert "said=campaign_approved" in first.location
    assert (second.status_code, "Somebody has changed or approved it" in read(second.text)) == (422, True)
    page = read(peopled.open(address))
    assert "0 of 9 sent" in page
    assert "Call it off" in page


def test_given_too_little_money_when_approved_all_the_same_then_it_is_refused(peopled: Desk) -> None:
    address = begun(peopled)
    seen = kept(peopled, address, budget_minor="49.99")

    page = peopled.open(address)
    refused = peopled.press(f"{address}/approve", seen=seen)

    assert "It would cost more than the budget." in page
    assert f'action="{address}/approve"' not in page
    assert refused.status_code == 422


def test_given_a_gift_whose_price_was_changed_when_the_old_page_says_yes_then_the_new_one_is_shown_first(
    peopled: Desk,
) -> None:
    address = begun(peopled)
    kept(peopled, address)
    shown = yes(peopled, address)
    with unit_of_work(peopled.world.sessions) as session:
        session.execute(update(CatalogueGift).values(cost_minor=7_00))

    refused = peopled.press(f"{address}/approve", **shown)
    nothing_shown = peopled.press(f"{address}/approve", seen=shown["seen"])

    page = read(refused.text)
    assert (refused.status_code, nothing_shown.status_code) == (422, 422)
    assert "Nothing was approved: the gift, its price or the list is not what you were shown." in page
    assert "Approve the list: 9 gifts for $94.50" in page
    assert "said=campaign_approved" in peopled.press(f"{address}/approve", **yes(peopled, address)).location


def test_given_a_draft_that_somebody_else_changed_when_kept_then_theirs_stays(peopled: Desk) -> None:
    address = begun(peopled)
    kept(peopled, address, weight="40")

    answer = peopled.press(address, **typed(peopled, weight="90"), seen="1")

    assert "said=campaign_overtaken" in answer.location
    assert 'name="weight" type="number" class="short" maxlength="80" autocomplete="off" value="40"' in peopled.open(
        address
    )


def test_given_a_list_under_way_when_looked_at_then_its_gifts_its_flags_and_its_file_tell_of_each(
    peopled: Desk,
) -> None:
    address = begun(peopled)
    kept(peopled, address)
    peopled.press(f"{address}/approve", **yes(peopled, address))
    about: dict[str, Any] = {"shop_id": peopled.merchant.id, "campaign_id": 1}
    with unit_of_work(peopled.world.sessions) as session:
        best, *_ = campaign_lists.people(session, **about)
        refunded = order(id=90, customer_id=best.customer_id, net=usd(-5_00), processed_at=NOON, updated_at=NOON)
        orders.record(session, shop_id=peopled.merchant.id, order=refunded)
    peopled.clock.forward(timedelta(days=3))
    go_on(peopled.world, peopled.merchant.id)

    page = read(peopled.open(address))
    rows = list(csv.reader(io.StringIO(peopled.open(f"{address}/list.csv").removeprefix("\ufeff"))))

    assert "Planned or under way 5" in page
    assert "money given back since" in page
    assert rows[0][:3] == ["Place", "Customer", "Score"]
    assert rows[1][1] == str(best.customer_id)
    assert [row[6] for row in rows[1:]].count("planned") == 5
    assert [row[10] for row in rows[1:]].count("yes") == 1


def test_given_a_reason_that_would_compute_when_a_list_is_saved_then_it_is_a_text(peopled: Desk) -> None:
    address = begun(peopled)
    kept(peopled, address)
    peopled.press(f"{address}/approve", **yes(peopled, address))
    about: dict[str, Any] = {"shop_id": peopled.merchant.id, "campaign_id": 1}
    with unit_of_work(peopled.world.sessions) as session:
        best, *_ = campaign_lists.people(session, **about)
        why = {"code": "other", "because": '=HYPERLINK("https://x.example")', "now": NOON}
        campaign_lists.pass_over(session, customer_id=best.customer_id, **why, **about)

    rows = list(csv.reader(io.StringIO(peopled.open(f"{address}/list.csv").removeprefix("\ufeff"))))

    assert rows[1][7] == '\'=HYPERLINK("https://x.example")'


def test_given_a_hard_time_when_a_list_is_saved_then_its_file_tells_nothing_of_it(peopled: Desk) -> None:
    address = begun(peopled)
    kept(peopled, address)
    peopled.press(f"{address}/approve", **yes(peopled, address))
    about: dict[str, Any] = {"shop_id": peopled.merchant.id, "campaign_id": 1}
    with unit_of_work(peopled.world.sessions) as session:
        best, *_ = campaign_lists.people(session, **about)
        campaign_lists.pass_over(session, customer_id=best.customer_id, code="sensitive", because="", now=NOON, **about)

    saved = peopled.open(f"{address}/list.csv")

    assert "hard time" in peopled.open(address)
    assert ("hard time" in saved, "They are left in peace." in saved) == (False, True)


def test_given_a_list_under_way_when_called_off_then_nothing_more_is_sent(peopled: Desk) -> None:
    address = begun(peopled)
    kept(peopled, address)
    peopled.press(f"{address}/approve", **yes(peopled, address))

    off, again = (peopled.press(f"{address}/call-off") for _ in range(2))

    assert ("said=campaign_off" in off.location, "said=campaign_overtaken" in again.location) == (True, True)
    assert "called off" in peopled.open("/campaigns")


def test_given_no_such_campaign_when_asked_for_then_it_is_not_there(desk: Desk) -> None:
    assert desk.ask("/campaigns/99").status_code == 404
    assert desk.press("/campaigns/99/approve", seen="1").status_code == 404
    assert desk.press("/campaigns/99/call-off").status_code == 404


def test_given_a_shortage_when_today_is_looked_at_then_it_is_a_task_until_somebody_has_seen_to_it(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        known = {"shop_id": desk.merchant.id, "now": desk.clock.now()}
        shield = shortages.raise_shield(session, variant_id=77, title="Candle", kept=5, **known)
        shortages.looked(session, shield_id=shield, available=4, until=NOON, **known)

    before = read(desk.open("/"))
    done, again = (desk.press(f"/shortages/{shield}/seen-to", back="/") for _ in range(2))

    assert "Candle: no more is left than the 5 you keep for your special customers." in before
    assert (done.location, again.location) == ("/?said=shield_seen_to", "/?said=shield_nothing")
    assert "Candle" not in read(desk.open("/"))
    assert "4 in your store" in read(desk.open("/shortages"))


def test_given_those_who_count_on_it_when_handed_over_then_the_file_names_no_more_than_their_numbers(
    peopled: Desk,
) -> None:
    assert "Customer,Net spend,Currency,Orders,Last order" in peopled.open("/shortages/protected.csv")


def test_given_something_kept_back_when_let_go_then_it_is_gone(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        known = {"shop_id": desk.merchant.id, "now": desk.clock.now()}
        shield = shortages.raise_shield(session, variant_id=77, title="Candle", kept=5, **known)

    assert desk.press(f"/shortages/{shield}/let-go").location == "/shortages?said=shield_lowered"
    assert desk.press(f"/shortages/{shield}/let-go").status_code == 404
    unnamed = desk.press("/shortages", variant="none", kept="3")
    assert (unnamed.status_code, "Please name the variant, by its number" in unnamed.text) == (422, True)


def test_given_a_name_when_looked_for_then_what_is_found_is_kept_back_by_one_press_and_shown_by_its_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    candle = gift_option(variant_id=77, title="Small Candle", stock=9)
    shop = SimpleNamespace(gift_candidates=lambda _words: (candle,), gift_option={77: candle}.get)
    for room in (welcome, kept_back):
        monkeypatch.setattr(room, "hurried", lambda _world, _merchant: SimpleNamespace(shop=shop))

    page = desk.open("/shortages?q=candle")
    done = desk.press("/shortages", kept="3", **hidden(page, "/shortages"))
    shelf = desk.open(done.location)

    assert all(each in read(page) for each in ("Small Candle", "9 in your store"))
    assert done.location == "/shortages?said=shield_raised"
    assert all(each in read(shelf) for each in ("Small Candle", "3 kept back"))
    assert 'name="kept" type="number" min="1" required value="3"' in desk.open("/shortages?q=candle")


def test_given_the_store_does_not_answer_when_something_to_keep_is_looked_for_then_the_page_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("the store is away")

    monkeypatch.setattr(welcome, "hurried", away)

    assert "the store is away" in desk.open("/shortages?q=candle")
