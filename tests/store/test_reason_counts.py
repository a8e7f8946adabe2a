"""Reasons counted at night and what came since are together what counting all of them gives."""

from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, delete, insert, select

from app.store import orders, pruning, reason_counts
from app.store.base import Session, Sessions, reading, unit_of_work
from app.store.reason_counts import GO_BACK, WhyNot, WhyNots
from app.store.shops import Merchant
from app.store.tables import Decision
from tests.builders import DAY, HOUR, MINUTE, NOON
from tests.store.bookkeeping import decide
from tests.store.plans import listening, plans

WEEK = timedelta(days=7)
FILTERS: tuple[dict[str, str], ...] = ({}, {"rule": "a"}, {"code": "x"}, {"rule": "b", "code": "y"})


def count(session: Session, shop: Merchant, now: datetime = NOON) -> bool:
    return reason_counts.take(session, shop_id=shop.id, now=now, day_start=now)


def read(sessions: Sessions, shop: Merchant, now: datetime = NOON, **some: str) -> WhyNots:
    with reading(sessions) as session:
        return reason_counts.read(session, shop_id=shop.id, now=now, **some)


def by_hand(sessions: Sessions, since: datetime, *, rule: str = "", code: str = "") -> list[WhyNot]:
    """Count every decision since then."""
    with reading(sessions) as session:
        rows = session.scalars(select(Decision).where(Decision.decided_at >= since).order_by(Decision.id)).all()
    asked = [row for row in rows if row.rule.startswith(rule) and row.code.startswith(code)]
    last = {(row.rule, row.code): row for row in asked}
    told = [
        WhyNot(
            rule=rule,
            code=code,
            subjects=len({row.subject for row in asked if (row.rule, row.code) == (rule, code)}),
            example=row.because,
            latest=row.decided_at,
        )
        for (rule, code), row in last.items()
    ]
    return sorted(told, key=lambda each: (-each.subjects, each.rule, each.code))


@pytest.mark.parametrize("seed", range(3))
def test_given_any_decisions_when_some_are_counted_at_night_then_with_those_since_they_are_all(
    sessions: Sessions, shop: Merchant, seed: int
) -> None:
    chance, now, number = Random(seed), NOON, 0
    for _ in range(6):
        with unit_of_work(sessions) as session:
            for part in ("before", "since"):
                for _ in range(chance.randrange(14)):
                    number += 1
                    answer = {"rule": chance.choice("abb"), "code": chance.choice("xyz")}
                    subject, told = f"order:{chance.randrange(9)}", f"the {number}th"
                    decide(session, shop, subject=subject, because=told, at=now, **answer)
                    now += timedelta(minutes=chance.randrange(200))
                if part == "before":
                    assert count(session, shop, now)
                    counted_at = now

        for some in FILTERS:
            found = read(sessions, shop, now, **some)
            assert found.since == counted_at - GO_BACK
            assert found.answers == by_hand(sessions, found.since, **some)
        now += timedelta(days=chance.randrange(60))


def test_given_a_count_of_long_ago_when_read_then_all_is_counted_anew(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        decide(session, shop, at=NOON - 89 * DAY)
        count(session, shop)

    assert len(read(sessions, shop, NOON + DAY).answers) == 1
    assert read(sessions, shop, NOON + 2 * DAY) == WhyNots(since=NOON + 2 * DAY - GO_BACK, answers=[])


def test_given_a_decision_with_a_smaller_number_that_is_seen_later_when_read_then_it_counts(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in range(3):
            decide(session, shop, subject=f"order:{number}", at=NOON - (MINUTE if number else WEEK))
        late = session.execute(select(Decision.__table__).order_by(Decision.id).offset(1)).mappings().first()
        assert late is not None
        session.execute(delete(Decision).where(Decision.id == late["id"]))
        count(session, shop)
        session.execute(insert(Decision).values(**late))

    assert [each.subjects for each in read(sessions, shop).answers] == [3]


def test_given_customers_that_were_counted_when_they_are_merged_then_they_count_once(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in (55, 56):
            decide(session, shop, subject=f"customer:{number}", at=NOON - DAY)
        count(session, shop)
        orders.rehome(session, shop_id=shop.id, kept=55, deleted=56, now=NOON)

    assert [each.subjects for each in read(sessions, shop).answers] == [1]


def test_given_decisions_that_were_counted_when_they_are_pruned_or_gone_then_the_others_count(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        decide(session, shop, subject="order:1", at=NOON - WEEK)
        decide(session, shop, subject="order:2", because="b", at=NOON - DAY)
        newest = decide(session, shop, subject="order:3", at=NOON - 2 * HOUR)
        count(session, shop)
        pruning.reasons(session, shop_id=shop.id, before=NOON - 2 * DAY, limit=9)
    pruned = read(sessions, shop)
    with unit_of_work(sessions) as session:
        count(session, shop)
        session.execute(delete(Decision).where(Decision.id == newest))

    assert [each.subjects for each in pruned.answers] == [2]
    assert [(each.subjects, each.example) for each in read(sessions, shop).answers] == [(1, "b")]


def test_given_a_day_when_counted_twice_then_the_second_counts_nothing(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        times = [
            reason_counts.take(session, shop_id=shop.id, now=now, day_start=day)
            for now, day in ((NOON, NOON - HOUR), (NOON + HOUR, NOON - HOUR), (NOON + DAY, NOON + 23 * HOUR))
        ]

    assert times == [True, False, True]


def test_given_sqlite_when_reasons_are_read_then_it_walks_through_none_that_are_counted(
    sessions: Sessions, shop: Merchant, engine: Engine
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("the other database weighs what it has counted")
    asked: list[tuple[str, object]] = []
    with unit_of_work(sessions) as session:
        decide(session, shop, at=NOON - DAY)
        count(session, shop)
    with listening(engine, asked):
        for some in FILTERS:
            read(sessions, shop, **some)
    with reading(sessions) as session:
        steps = {step for each in asked for step in plans(session, *each) if "decisions" in step}

    others = {step for step in steps if "id>?" not in step and "rowid=?" not in step}
    assert others == {"SEARCH decisions_1 USING INDEX ix_decisions_subject (shop_id=? AND subject=? AND rowid<?)"}
