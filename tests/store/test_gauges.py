"""What the figures for machines count, and that they are read out of an index or of what is open."""

import pytest
from sqlalchemy import text

from app.domain.effects import Pool
from app.store import gauges, inbox, pools, shops, switch
from app.store.base import Session, Sessions, reading, unit_of_work
from app.store.gauges import Doubts, Inbox
from tests.builders import DAY, HOUR, MINUTE, NOON, flowers, gift_line, paid, planned, refund, tag
from tests.store.ledger_steps import Steps, into
from tests.store.plans import listening, plans


def receive(session: Session, shop_id: int, key: str) -> None:
    inbox.receive(
        session,
        shop_id=shop_id,
        source="shopify",
        sender="a-shop.myshopify.com",
        topic="orders/paid",
        delivery_key=key,
        body=b"{}",
        now=NOON,
    )


def test_given_deliveries_in_every_state_when_counted_then_what_is_dealt_with_is_left_out(steps: Steps) -> None:
    with unit_of_work(steps.sessions) as session:
        for number in range(4):
            receive(session, steps.shop_id, str(number))
        first, second = inbox.claim(session, shop_id=steps.shop_id, now=NOON, lease=DAY, limit=2)
        inbox.handled(session, first, now=NOON)
        inbox.set_aside(session, second, problem="odd")

        assert gauges.inbox(session) == Inbox(waiting=2, oldest=NOON, set_aside=1)


def test_given_deeds_in_every_state_when_counted_then_those_that_ended_are_left_out(steps: Steps) -> None:
    for number, state in enumerate(("observed", "awaiting", "planned", "sending", "uncertain", "done", "refused")):
        into(steps, state, planned(tag(customer_id=number)))
    into(steps, "planned", paid(refund()))

    with reading(steps.sessions) as session:
        assert gauges.deeds(session) == {
            ("awaiting", "tag_customer"): 1,
            ("planned", "tag_customer"): 1,
            ("planned", "refund_order"): 1,
            ("sending", "tag_customer"): 1,
            ("uncertain", "tag_customer"): 1,
        }


def test_given_deeds_in_doubt_when_counted_then_old_ones_and_those_for_people_are_told_apart(steps: Steps) -> None:
    into(steps, "uncertain", planned(tag(customer_id=1)))
    steps.doubt(steps.sent(steps.planned(planned(flowers())).id), until=None)

    with reading(steps.sessions) as session:
        assert gauges.doubts(session, now=NOON + MINUTE) == Doubts(open=2, long=0, for_people=1)
        assert gauges.doubts(session, now=NOON + HOUR) == Doubts(open=2, long=2, for_people=1)


def test_given_deeds_with_many_tries_when_counted_then_each_lies_on_its_heap(steps: Steps) -> None:
    steps.planned(planned(tag(customer_id=1)))
    deed = steps.planned(planned(tag(customer_id=2)))
    for _ in range(3):
        steps.put_back(steps.picked(deed.id))

    with reading(steps.sessions) as session:
        assert gauges.attempts(session) == ([1, 1, 2, 2, 2, 2], 3)


@pytest.mark.parametrize("held", ["stopped", "paused", "shut"])
def test_given_due_work_when_something_but_hands_holds_it_back_then_it_is_not_counted_as_late(
    steps: Steps, held: str
) -> None:
    steps.planned(planned(tag()))
    with unit_of_work(steps.sessions) as session:
        assert gauges.oldest_due(session, now=NOON + HOUR) == NOON
        if held == "stopped":
            switch.stop(session, because="A rule ran wild.", now=NOON)
        elif held == "paused":
            shops.pause(session, shop_id=steps.shop_id, paused=True)
        else:
            shops.doors.shut(session, shop_id=steps.shop_id, until=NOON + DAY, because="frozen")

        assert gauges.oldest_due(session, now=NOON + HOUR) is None


def test_given_pools_when_counted_then_each_month_is_on_the_heap_of_its_use(sessions: Sessions, steps: Steps) -> None:
    mine = {"shop_id": steps.shop_id}
    with unit_of_work(sessions) as session:
        team = pools.open_month(session, name=Pool.TEAM, month="2026-11", limit_minor=100, **mine)
        pools.reserve(session, pool_id=team.id, minor=60, **mine)
        pools.open_month(session, name=Pool.GIFTS, month="2026-11", limit_minor=100, **mine)
        pools.open_month(session, name=Pool.GIFTS, month="2026-10", limit_minor=100, **mine)

        assert gauges.pools(session, month="2026-11") == {"team": [0, 0, 0, 1, 1, 1], "gifts": [1] * 6}


def test_given_a_long_ledger_when_the_figures_are_read_then_no_question_walks_through_it(steps: Steps) -> None:
    asked: list[tuple[str, object]] = []
    engine = steps.sessions.kw["bind"]
    into(steps, "done", planned(gift_line()), rule="nth_order_gift")
    with unit_of_work(steps.sessions) as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))  # a table of three rows is walked through for less
        with listening(engine, asked):
            gauges.inbox(session)
            gauges.deeds(session)
            gauges.attempts(session)
            gauges.doubts(session, now=NOON)
            gauges.oldest_due(session, now=NOON)
            gauges.pools(session, month="2026-11")
        walked = [plan for statement, values in asked for plan in plans(session, statement, values) if walks(plan)]

    assert len(asked) == 9  # a scrape costs no more questions than these, and the three about switch and brake
    assert walked == []


def walks(plan: str) -> bool:
    """Return whether this step of a plan reads a long table from end to end."""
    long = ("effects", "deliveries", "pools")
    return any(f"Seq Scan on {table}" in plan or plan == f"SCAN {table}" for table in long)
