"""What a month did not hold: a lead allows it once, for exactly what was lacking, and no purse is ever overdrawn."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.effects import Plan, Pool, State
from app.store import endings, lifting, orders, pools
from app.store.base import signed, unit_of_work
from app.store.grant_tables import PoolGrant
from app.store.ledger import Deed, Purse
from app.store.pools import Balance
from app.store.watch_tables import Trail
from tests.builders import DAY, MINUTE, NOON, flowers, gift_line, paid, planned, purse, refund, usd
from tests.store.crowd import at_once, together
from tests.store.ledger_steps import GIVEN, NOT_GIVEN, Steps, into

SHALLOW = purse(team=20_00)
DECEMBER = purse(team=20_00, month="2026-12")
ROBIN, LEAD = "agent:robin", "staff:7"


def over_budget(steps: Steps, plan: Plan | None = None) -> Deed:
    """Let Robin ask for $12 of a purse of $20 that holds $8 more."""
    steps.planned(paid(refund(order_id=9)), purse=SHALLOW)
    deed = Steps(signed(steps.sessions, ROBIN), steps.shop_id).planned(plan or paid(), purse=SHALLOW)
    assert deed.state is State.OVER_BUDGET
    return deed


def lift(steps: Steps, effect_id: int, *, held: Purse = SHALLOW, now: datetime = NOON, who: str = LEAD) -> Deed | None:
    with unit_of_work(signed(steps.sessions, who)) as session:
        orders.lock(session, shop_id=steps.shop_id)
        return lifting.lift(session, shop_id=steps.shop_id, effect_id=effect_id, purse=held, now=now)


def grant(steps: Steps, minor: int, *, key: str = "page:1") -> bool:
    with unit_of_work(steps.sessions) as session:
        return lifting.grant(
            session, shop_id=steps.shop_id, pool=Pool.TEAM, minor=minor, key=key, purse=SHALLOW, now=NOON
        )


def month(steps: Steps, *, limit: int = 20_00, name: str = "2026-11") -> Balance:
    with unit_of_work(steps.sessions) as session:
        return pools.open_month(session, shop_id=steps.shop_id, name=Pool.TEAM, month=name, limit_minor=limit)


def granted(steps: Steps) -> list[int]:
    with unit_of_work(steps.sessions) as session:
        return list(session.scalars(select(PoolGrant.minor).order_by(PoolGrant.key)))


def test_given_what_the_month_did_not_hold_when_lifted_then_just_as_much_is_granted_and_it_goes_ahead(
    steps: Steps,
) -> None:
    deed = over_budget(steps)

    lifted = lift(steps, deed.id)

    assert lifted is not None
    assert (lifted.state, lifted.pool_id, lifted.code) == (State.PLANNED, month(steps).id, None)
    assert granted(steps) == [4_00]
    assert (month(steps).limit_minor, month(steps).granted_minor, month(steps).left_minor) == (24_00, 4_00, 0)
    assert steps.due() == [deed.id - 1, deed.id]


def test_given_room_in_the_month_by_now_when_lifted_then_nothing_is_granted(steps: Steps) -> None:
    deed = over_budget(steps)

    assert lift(steps, deed.id, held=purse(team=30_00)) is not None

    assert (granted(steps), month(steps, limit=30_00).left_minor) == ([], 6_00)


def test_given_a_lift_when_looked_up_then_the_trail_says_who_and_how_much(steps: Steps) -> None:
    deed = over_budget(steps)
    lift(steps, deed.id)

    with unit_of_work(steps.sessions) as session:
        told = session.execute(
            select(Trail.what, Trail.why, Trail.amount_minor).where(Trail.who == LEAD).order_by(Trail.id)
        )
        assert [tuple(row) for row in told] == [("granted", "team 2026-11", 4_00), ("planned", "lifted", 12_00)]


def test_given_two_leads_when_both_lift_at_once_then_it_is_one_deed_and_one_grant(steps: Steps) -> None:
    deed = over_budget(steps)

    found = at_once(8, lambda _number: lift(steps, deed.id))

    assert [each is not None for each in found].count(True) == 1
    assert (granted(steps), steps.money()) == ([4_00], (24_00, 0))


def test_given_another_deed_for_the_rest_when_lifted_at_the_same_moment_then_the_purse_is_not_overdrawn(
    steps: Steps,
) -> None:
    deed = over_budget(steps)

    together(
        lambda: lift(steps, deed.id),
        lambda: steps.plan(paid(refund(order_id=10), minor=8_00), purse=SHALLOW),
    )

    now = month(steps)
    assert now.reserved_minor <= now.limit_minor
    assert sum(granted(steps)) == now.granted_minor in {4_00, 12_00}


def test_given_the_agent_who_asked_when_they_lift_it_themselves_then_nothing_happens(steps: Steps) -> None:
    deed = over_budget(steps)

    assert lift(steps, deed.id, who=ROBIN) is None
    assert (steps.state(deed.id), granted(steps)) == (State.OVER_BUDGET, [])


def test_given_whoever_leads_alone_when_they_lift_their_own_then_it_goes_ahead(steps: Steps) -> None:
    deed = over_budget(steps)

    with unit_of_work(signed(steps.sessions, ROBIN)) as session:
        orders.lock(session, shop_id=steps.shop_id)
        lifted = lifting.lift(session, shop_id=steps.shop_id, effect_id=deed.id, purse=SHALLOW, now=NOON, even_own=True)

    assert lifted is not None
    assert (lifted.state, granted(steps)) == (State.PLANNED, [4_00])


@pytest.mark.parametrize(("age", "can"), [(7 * DAY - MINUTE, True), (7 * DAY, False)])
def test_given_a_week_when_it_is_over_then_nobody_lifts_it_any_more(steps: Steps, age: timedelta, can: bool) -> None:
    deed = over_budget(steps)

    assert (lift(steps, deed.id, now=NOON + age) is not None) is can


@pytest.mark.parametrize("state", [state for state in (*GIVEN, *NOT_GIVEN) if state != "over_budget"])
def test_given_any_other_state_when_lifted_then_it_stays(steps: Steps, state: str) -> None:
    deed = into(steps, state, paid())

    assert lift(steps, deed.id) is None
    assert steps.state(deed.id) == state


def test_given_a_gift_that_the_month_did_not_hold_when_lifted_then_nothing_happens(steps: Steps) -> None:
    deed = steps.planned(planned(gift_line(), cost=usd(900_00), pool=Pool.GIFTS), rule="nth_order_gift")

    assert lift(steps, deed.id) is None


@pytest.mark.parametrize(
    ("asked", "since", "can"),
    [
        (refund(), refund(confirm="again-1"), False),  # the agent pressed again, and now the month held it
        (refund(), refund(ticket_id="43"), False),  # and so did a colleague, on another ticket
        (refund(), refund(order_id=1002), True),
        (flowers(), flowers(confirm="again-1"), False),
        (flowers(), flowers(ticket_id="43"), True),
    ],
)
def test_given_the_same_asked_for_anew_when_the_first_is_lifted_then_it_is_not_done_twice(
    steps: Steps, asked: object, since: object, can: bool
) -> None:
    deed = over_budget(steps, paid(asked))  # type: ignore[arg-type]
    steps.planned(paid(since), purse=purse(team=500_00))  # type: ignore[arg-type]

    assert (lift(steps, deed.id) is not None) is can


def test_given_a_lift_in_the_next_month_when_it_is_refused_then_the_month_that_pays_has_it_back(steps: Steps) -> None:
    deed = over_budget(steps)
    later = NOON + DAY
    assert lift(steps, deed.id, held=DECEMBER, now=later) is not None
    assert (steps.money("2026-11"), steps.money("2026-12")) == ((12_00, 0), (12_00, 0))
    assert granted(steps) == []  # December holds it

    sent = steps.sent(deed.id)
    with unit_of_work(steps.sessions) as session:
        assert endings.refuse(session, sent, code="refused", why="no", now=later)

    assert (steps.money("2026-11"), steps.money("2026-12")) == ((12_00, 0), (0, 0))


# Grants from the page


def test_given_a_press_heard_twice_when_granted_then_it_counts_once(steps: Steps) -> None:
    month(steps)

    found = at_once(8, lambda _number: grant(steps, 50_00))

    assert found.count(True) == 1
    assert (month(steps).limit_minor, month(steps).granted_minor) == (70_00, 50_00)


def test_given_many_grants_at_once_when_looked_at_then_none_is_lost(steps: Steps) -> None:
    assert all(at_once(8, lambda number: grant(steps, 1_00, key=f"page:{number}")))

    assert (month(steps).limit_minor, sum(granted(steps))) == (28_00, 8_00)


@pytest.mark.parametrize("limit", [500_00, 20_00, 10_00, 0])
def test_given_a_grant_when_the_merchant_changes_the_limit_then_what_was_granted_stays(
    steps: Steps, limit: int
) -> None:
    grant(steps, 50_00)

    now = month(steps, limit=limit)

    assert (now.limit_minor, now.granted_minor) == (limit + 50_00, 50_00)


def test_given_another_shops_purse_when_granted_then_nothing_happens(steps: Steps) -> None:
    with unit_of_work(steps.sessions) as session:
        other = pools.grant(session, shop_id=steps.shop_id + 1, pool_id=month(steps).id, key="k", minor=1_00, now=NOON)
    assert (other, granted(steps)) == (False, [])


# Told in time


def warned(steps: Steps) -> int | None:
    with unit_of_work(steps.sessions) as session:
        return pools.warn(session, shop_id=steps.shop_id, pool_id=month_id(steps))


def month_id(steps: Steps) -> int:
    return month(steps, limit=100_00).id


def spend(steps: Steps, minor: int, order_id: int) -> None:
    assert steps.planned(paid(refund(order_id=order_id), minor=minor), purse=purse(team=100_00))


def test_given_a_purse_when_it_runs_low_then_seven_and_nine_tenths_are_told_of_once_each(steps: Steps) -> None:
    told = []
    for number, minor in enumerate((69_99, 1, 10_00, 9_99, 1, 5_00)):
        spend(steps, minor, number)
        told.append(warned(steps))

    assert told == [None, 70, None, None, 90, None]


def test_given_a_purse_when_it_is_nearly_emptied_at_one_go_then_the_higher_share_alone_is_told(steps: Steps) -> None:
    spend(steps, 95_00, 1)

    assert [warned(steps), warned(steps)] == [90, None]


def test_given_a_low_purse_when_more_is_granted_then_running_low_again_is_news(steps: Steps) -> None:
    spend(steps, 95_00, 1)
    assert warned(steps) == 90
    with unit_of_work(steps.sessions) as session:
        pools.grant(session, shop_id=steps.shop_id, pool_id=month_id(steps), key="page:1", minor=100_00, now=NOON)
    assert warned(steps) is None

    spend(steps, 45_00, 2)
    assert warned(steps) == 70


def test_given_many_at_once_when_a_purse_runs_low_then_one_of_them_is_told(steps: Steps) -> None:
    spend(steps, 95_00, 1)
    month_id(steps)

    assert sorted(at_once(8, lambda _number: warned(steps) or 0)) == [0] * 7 + [90]
