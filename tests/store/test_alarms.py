"""An alarm stands until what it is about is settled, or somebody knows of it."""

from app.store import alarms, doors
from app.store.alarms import What
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import DAY, MINUTE, NOON
from tests.store.ledger_steps import Steps


def night(sessions: Sessions, shop: Merchant, *missing: int) -> list[int]:
    """Find these deeds missing; return of which nobody knew."""
    with unit_of_work(sessions) as session:
        new = alarms.sound(session, shop_id=shop.id, effect_ids=missing, what=What.MISSING, now=NOON)
        alarms.silence(session, shop_id=shop.id, what=What.MISSING, but=missing)
    return new


def know(sessions: Sessions, shop: Merchant, effect_id: int) -> bool:
    with unit_of_work(sessions) as session:
        return alarms.put_to_rest(session, shop_id=shop.id, effect_id=effect_id, what=What.MISSING, now=NOON)


def told(sessions: Sessions, shop: Merchant) -> list[int]:
    with unit_of_work(sessions) as session:
        standing = [each.effect_id for each in alarms.standing(session, shop_id=shop.id)]
        assert sum(alarms.counted(session).values()) == len(standing)
    return standing


def test_given_an_alarm_that_is_known_when_nights_pass_then_it_is_told_no_more(
    sessions: Sessions, shop: Merchant
) -> None:
    assert night(sessions, shop, 7, 8) == [7, 8]

    assert know(sessions, shop, 7)

    assert night(sessions, shop, 7, 8) == []
    assert told(sessions, shop) == [8]
    assert not know(sessions, shop, 7)


def test_given_an_alarm_that_is_known_when_all_was_right_and_goes_wrong_anew_then_it_is_told_again(
    sessions: Sessions, shop: Merchant
) -> None:
    night(sessions, shop, 7)
    know(sessions, shop, 7)
    night(sessions, shop)

    assert night(sessions, shop, 7) == [7]
    assert told(sessions, shop) == [7]


def test_given_a_known_alarm_about_one_thing_when_the_deed_is_wrong_otherwise_then_that_is_told(
    sessions: Sessions, shop: Merchant
) -> None:
    night(sessions, shop, 7)
    know(sessions, shop, 7)

    with unit_of_work(sessions) as session:
        assert alarms.sound(session, shop_id=shop.id, effect_ids=[7], what=What.TWICE, now=NOON) == [7]
    assert told(sessions, shop) == [7]


def test_given_a_shut_door_when_a_call_behind_it_is_never_answered_then_it_is_in_doubt_all_the_same(
    sessions: Sessions, shop: Merchant, steps: Steps
) -> None:
    sent = steps.sent(steps.planned().id)
    with unit_of_work(sessions) as session:
        doors.shut(session, shop_id=shop.id, until=NOON + DAY, because="the store is frozen")

    def in_doubt(before: int) -> tuple[list[int], list[int]]:
        moment = NOON + before * MINUTE
        with unit_of_work(sessions) as session:
            late = alarms.too_long_in_doubt(session, shop_id=shop.id, before=moment)
            return alarms.shops_in_doubt(session, before=moment), late

    assert in_doubt(0) == ([], [])
    assert in_doubt(1) == ([shop.id], [sent.id])
