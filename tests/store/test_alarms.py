"""An alarm stands until what it is about is settled."""

from app.store import alarms, doors
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import DAY, MINUTE, NOON
from tests.store.ledger_steps import Steps


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
