"""An old copy of the database is known as one, and nothing is sent from it before its shops were let go."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.store import pulse
from app.store.base import Sessions, unit_of_work
from app.store.pulse import Beat
from app.store.shops import Merchant
from app.store.tables import Shop
from app.store.watch_tables import Pulse
from tests.builders import DAY, MINUTE, NOON
from tests.store.ledger_steps import Steps

LONG_AHEAD = NOON.replace(year=2099)  # whatever the database's own clock says


def beat(sessions: Sessions, remembered: int | None = None, after: timedelta = timedelta()) -> Beat:
    with unit_of_work(sessions) as session:
        return pulse.beat(session, unmoved=LONG_AHEAD + after, remembered=remembered, now=NOON + after)


def held(sessions: Sessions) -> int:
    with unit_of_work(sessions) as session:
        return pulse.held(session)


def test_given_a_database_when_it_beats_then_it_grows_by_one_and_nobody_is_held_back(
    sessions: Sessions, shop: Merchant
) -> None:
    first = beat(sessions)
    second = beat(sessions, remembered=first.number, after=MINUTE)

    assert (first.number, second.number) == (1, 2)
    assert first.installation == second.installation
    assert (first.old_copy, second.old_copy) == (False, False)
    assert held(sessions) == 0


@pytest.mark.parametrize(
    ("remembered", "after"), [(9, MINUTE), (None, pulse.STALE + MINUTE), (1, pulse.STALE + MINUTE)]
)
def test_given_a_database_behind_what_is_remembered_or_silent_when_it_beats_then_every_shop_is_held_back(
    sessions: Sessions, shop: Merchant, remembered: int | None, after: timedelta
) -> None:
    beat(sessions)

    found = beat(sessions, remembered, after)

    assert found.old_copy
    assert found.number > (remembered or 0)
    assert held(sessions) == 1
    assert not beat(sessions, found.number, after).old_copy  # once is enough


def test_given_a_shop_held_back_when_a_deed_is_due_then_it_is_neither_picked_nor_sent(steps: Steps) -> None:
    picked = steps.picked(steps.planned().id)
    with unit_of_work(steps.sessions) as session:
        pulse.hold_all(session, now=NOON)

    assert steps.gate(picked) is None
    assert steps.due(NOON + DAY) == []


def test_given_a_shop_held_back_when_a_deed_is_in_doubt_then_it_may_be_looked_up(steps: Steps) -> None:
    sent = steps.sent(steps.planned().id)
    steps.doubt(sent)
    with unit_of_work(steps.sessions) as session:
        pulse.hold_all(session, now=NOON)

    assert steps.due() == [sent.id]
    assert steps.pick(sent.id) is not None


def test_given_a_shop_held_back_twice_when_let_go_for_the_first_then_it_stays_held_back(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        pulse.hold_all(session, now=NOON)
        pulse.hold_all(session, now=NOON + MINUTE)

        assert not pulse.let_go(session, shop_id=shop.id, held_since=NOON)
        assert pulse.let_go(session, shop_id=shop.id, held_since=NOON + MINUTE)

    assert held(sessions) == 0


def test_given_a_pulse_that_nobody_felt_for_long_when_a_deed_is_due_then_nothing_is_sent_before_somebody_does(
    steps: Steps,
) -> None:
    """A worker may be up before the ticker: on an old copy it must not begin."""
    deed = steps.planned()
    beat(steps.sessions)
    with unit_of_work(steps.sessions) as session:
        session.execute(update(Pulse).values(stale_at=NOON.replace(year=2020)))
    assert steps.pick(deed.id) is None

    with unit_of_work(steps.sessions) as session:
        session.execute(update(Pulse).values(stale_at=LONG_AHEAD))
    assert steps.pick(deed.id) is not None


def test_given_a_shop_held_back_when_looked_at_then_its_trail_says_when_and_when_it_was_let_go(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        pulse.hold_all(session, now=NOON)
        pulse.let_go(session, shop_id=shop.id, held_since=NOON)
        assert session.get_one(Shop, shop.id, populate_existing=True).restored_at == NOON
