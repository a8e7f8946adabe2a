"""The switch in the books: what it holds, and for whom."""

from app.store import shops, switch, trail
from app.store.base import Sessions, reading, unit_of_work
from app.store.shops import Merchant
from tests.builders import HOUR, MINUTE, NOON, planned, tag
from tests.store.ledger_steps import Steps


def test_given_nobody_threw_it_when_asked_then_everybody_is_released(sessions: Sessions, shop: Merchant) -> None:
    with reading(sessions) as session:
        assert switch.standstill(session) is None
        assert switch.is_released_for(session, shop_id=shop.id)
        assert switch.is_released_for(session, shop_id=None)


def test_given_the_operator_threw_it_when_asked_then_nobody_is_released(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        switch.stop(session, because="A rule ran wild.", now=NOON)
        switch.stop(session, because="So I see.", now=NOON + MINUTE)

        found = switch.standstill(session)
        assert found is not None
        assert (found.since, found.because) == (NOON, "A rule ran wild.")
        assert not switch.is_released_for(session, shop_id=shop.id)
        assert not switch.is_released_for(session, shop_id=None)


def test_given_two_threw_it_when_one_releases_it_then_everything_goes_on(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        switch.stop(session, because="A rule ran wild.", now=NOON)
        switch.stop(session, because="So I see.", now=NOON)

        assert switch.release(session, now=NOON + HOUR) == 2
        assert switch.release(session, now=NOON + HOUR) == 0
        assert switch.standstill(session) is None
        assert switch.is_released_for(session, shop_id=shop.id)


def test_given_the_operator_stopped_all_when_a_shops_trail_is_read_then_it_says_who_and_why(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        switch.stop(session, because="A rule ran wild.", now=NOON)
        switch.release(session, now=NOON)

    with reading(sessions) as session:
        told = [(line.what, line.who, line.why) for line in trail.newest(session, shop_id=shop.id, limit=2)]
    assert told == [("all_stopped", "operator", "A rule ran wild."), ("all_resumed", "operator", "")]


def test_given_a_merchant_paused_when_asked_then_only_that_shop_is_held(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        shops.pause(session, shop_id=shop.id, paused=True)

        assert not switch.is_released_for(session, shop_id=shop.id)
        assert switch.is_released_for(session, shop_id=None)


def test_given_a_deed_is_in_hand_when_the_operator_stops_all_then_the_gate_is_shut_until_it_is_released(
    sessions: Sessions, steps: Steps
) -> None:
    deed = steps.picked(steps.planned(planned(tag(customer_id=1))).id)
    steps.planned(planned(tag(customer_id=2)))

    with unit_of_work(sessions) as session:
        switch.stop(session, because="A rule ran wild.", now=NOON)
    assert steps.gate(deed) is None
    assert steps.due() == []
    assert with_work(sessions) == []

    with unit_of_work(sessions) as session:
        switch.release(session, now=NOON)
    assert with_work(sessions) == [deed.shop_id]
    assert len(steps.due()) == 1
    assert steps.gate(deed) is not None


def with_work(sessions: Sessions) -> list[int]:
    with reading(sessions) as session:
        return shops.with_work(session, now=NOON + HOUR, older_than=MINUTE)
