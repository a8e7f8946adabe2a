"""Counts by the day and by the minute: exact whoever counts at once, and a stop that nobody slips past."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

from app.domain.policy import Brake
from app.domain.rules.brake import Load
from app.store import tallies, trail
from app.store.base import Session, Sessions, reading, unit_of_work
from app.store.shops import Merchant
from tests.builders import DAY, HOUR, MINUTE, NOON

TODAY = date(2026, 11, 21)
BRAKE = Brake(times=3, least_deeds=5, least_minor=50_00)
GIFT = Load(deeds=1, minor=8_00)
RULE = "nth_order_gift"


def fires(session: Session, shop: Merchant, times: int = 1, *, day: date = TODAY, load: Load = GIFT) -> list[bool]:
    """Let the rule fire so often, and stop where it must."""
    mine = {"shop_id": shop.id, "rule": RULE, "day": day, "now": NOON}
    passed = [tallies.fire(session, load=load, brake=BRAKE, **mine) for _ in range(times)]
    if not all(passed):
        tallies.stop(session, **mine)
    return passed


def test_given_a_young_rule_when_it_fires_then_it_may_up_to_the_floor(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        assert fires(session, shop, 6) == [True] * 5 + [False]


def test_given_a_rule_with_a_history_when_it_fires_then_three_times_its_usual_day_is_the_most(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for back in (1, 2, 3):
            tallies.watch(session, shop_id=shop.id, rule=RULE, day=TODAY - back * DAY, load=Load(deeds=4, minor=32_00))

        assert fires(session, shop, 13) == [True] * 12 + [False]


def test_given_what_it_did_before_the_last_four_weeks_when_it_fires_then_that_is_not_usual_any_more(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        tallies.watch(session, shop_id=shop.id, rule=RULE, day=TODAY - 29 * DAY, load=Load(deeds=90))

        assert fires(session, shop, 6)[-1] is False


def test_given_dear_gifts_when_a_rule_fires_then_the_money_stops_it_first(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        assert fires(session, shop, 3, load=Load(deeds=1, minor=20_00)) == [True, True, False]


def test_given_a_stopped_rule_when_the_next_day_begins_then_it_still_waits_for_a_person(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        fires(session, shop, 6)

        assert fires(session, shop, day=TODAY + DAY) == [False]
        (one,) = tallies.braked(session, shop_id=shop.id)
        assert (one.rule, one.since) == (RULE, NOON)


def test_given_a_stopped_rule_when_somebody_releases_it_then_today_has_no_end_and_tomorrow_has(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        fires(session, shop, 6)
        assert tallies.release(session, shop_id=shop.id, rule=RULE, now=NOON) == 1

        assert tallies.braked(session, shop_id=shop.id) == []
        assert fires(session, shop, 20) == [True] * 20
        assert fires(session, shop, 100, day=TODAY + DAY)[-1] is False


def test_given_a_stopped_rule_when_the_floor_is_raised_then_it_is_judged_by_that(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        fires(session, shop, 6)
        tallies.judge_anew(session, shop_id=shop.id)

        roomy = Brake(times=3, least_deeds=7, least_minor=90_00)
        mine = {"shop_id": shop.id, "rule": RULE, "day": TODAY, "now": NOON, "load": GIFT, "brake": roomy}
        assert [tallies.fire(session, **mine) for _ in range(3)] == [True, True, False]


def test_given_a_load_that_came_to_nothing_when_it_is_taken_back_then_there_is_room_for_another(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        fires(session, shop, 5)
        tallies.take_back(session, shop_id=shop.id, rule=RULE, day=TODAY, load=GIFT)

        assert fires(session, shop, 2) == [True, False]


def test_given_a_rule_stopped_and_was_released_when_the_trail_is_read_then_both_are_told_once(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        fires(session, shop, 7)
        fires(session, shop, 1)
        tallies.release(session, shop_id=shop.id, rule=RULE, now=NOON)

    with reading(sessions) as session:
        told = [(line.what, line.why) for line in trail.newest(session, shop_id=shop.id, limit=2)]
    assert told == [("braked", RULE), ("released", RULE)]


def test_given_sixty_four_who_fire_at_once_when_the_rule_stops_then_not_one_is_too_many(
    sessions: Sessions, shop: Merchant
) -> None:
    barrier = Barrier(64)

    def fire(_: int) -> bool:
        barrier.wait()
        with unit_of_work(sessions) as session:
            return fires(session, shop)[0]

    with ThreadPoolExecutor(64) as threads:
        passed = list(threads.map(fire, range(64)))

    assert sum(passed) == BRAKE.least_deeds


def test_given_an_agent_when_they_press_then_each_minute_is_counted_by_itself(
    sessions: Sessions, shop: Merchant
) -> None:
    def press(agent: str, later: timedelta = timedelta()) -> int:
        return tallies.press(session, shop_id=shop.id, agent=agent, at=NOON + later)

    with unit_of_work(sessions) as session:
        counts = [press("agent:1f"), press("agent:1f"), press("agent:2e")]

        assert counts == [1, 2, 1]
        assert press("agent:1f", MINUTE) == 1


def test_given_old_counts_when_cleared_out_then_agents_minutes_go_first_and_a_standing_stop_stays(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        fires(session, shop, 6, day=TODAY - 90 * DAY)
        tallies.watch(session, shop_id=shop.id, rule="special_customer", day=TODAY - 90 * DAY, load=GIFT)
        tallies.press(session, shop_id=shop.id, agent="agent:1f", at=NOON - 50 * HOUR)
        tallies.press(session, shop_id=shop.id, agent="agent:1f", at=NOON)
        tallies.clear_out(session, shop_id=shop.id, today=TODAY)

    with reading(sessions) as session:
        assert names(session) == ["agent", "rule"]
        assert len(tallies.braked(session, shop_id=shop.id)) == 1


def names(session: Session) -> list[str]:
    return sorted(row.name.partition(":")[0] for row in session.query(tallies.Tally))
