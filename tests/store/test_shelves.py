"""What is taken off the store's own shelves: promised once, and of two who would take the last piece one waits."""

import pytest

from app.domain.effects import AddGiftLine, Effect
from app.domain.gifts import OWN_STORE, GiftKind
from app.store import groups, shelves, shortages
from app.store.base import Sessions, unit_of_work
from app.store.ledger import Deed
from app.store.shops import Merchant
from tests.builders import HOUR, MINUTE, NOON, gift_line, gift_parcel, planned, present
from tests.store.crowd import at_once
from tests.store.ledger_steps import LEASE, Steps, into

CANDLE = 48_000_000_000_077  # beyond what a database takes for a whole number in JSON


def own(customer_id: int, **changes: object) -> Effect:
    usual = {"what": GiftKind.PARCEL, "vendor": OWN_STORE, "sku": str(CANDLE), "occasion": "campaign:3"}
    return present(customer_id=customer_id, ticket_id=None, **(usual | changes))


def line(number: int) -> AddGiftLine:
    return gift_line(order_id=number, order_name=f"#{number}", variant_id=CANDLE)


def shielded(sessions: Sessions, shop: Merchant, *, kept: int, available: int) -> None:
    about = {"shop_id": shop.id}
    with unit_of_work(sessions) as session:
        shield = shortages.raise_shield(session, variant_id=CANDLE, title="Candle", kept=kept, now=NOON, **about)
        shortages.looked(session, shield_id=shield, available=available, until=NOON + HOUR, now=NOON, **about)


def left(sessions: Sessions, steps: Steps, deed: Deed) -> bool:
    """Let a worker take its deed to the gate; return whether it may leave."""
    picked = steps.picked(deed.id)
    with unit_of_work(sessions) as session:
        if deed.id in shelves.must_wait(session, shop_id=steps.shop_id, taking={deed.id: CANDLE}):
            return False
        return bool(groups.gate(session, [(picked, None)], shop_id=steps.shop_id, now=NOON, lease=LEASE))


def test_given_one_piece_beyond_what_is_kept_when_workers_take_it_at_once_then_one_of_them_has_it(
    sessions: Sessions, shop: Merchant, steps: Steps
) -> None:
    shielded(sessions, shop, kept=5, available=6)
    deeds = [steps.planned(planned(effect)) for effect in (own(55), own(56), line(1001), line(1002))]

    assert sum(at_once(len(deeds), lambda number: left(sessions, steps, deeds[number]))) == 1


def test_given_two_pieces_when_three_come_to_the_gate_together_then_the_first_two_leave(
    sessions: Sessions, shop: Merchant
) -> None:
    shielded(sessions, shop, kept=5, available=7)

    with unit_of_work(sessions) as session:
        waits = shelves.must_wait(session, shop_id=shop.id, taking={9: CANDLE, 7: CANDLE, 8: CANDLE, 3: 12})

    assert waits == {9}


def test_given_a_gift_that_left_when_the_store_was_asked_since_then_it_is_off_the_count_already(
    sessions: Sessions, shop: Merchant, steps: Steps
) -> None:
    shielded(sessions, shop, kept=5, available=6)
    into(steps, "done", planned(own(55)))
    again = {"until": NOON + HOUR, "now": NOON + MINUTE, "shop_id": shop.id}
    with unit_of_work(sessions) as session:
        before = shelves.must_wait(session, shop_id=shop.id, taking={9: CANDLE})
        (shield,) = shortages.listed(session, shop_id=shop.id)
        shortages.looked(session, shield_id=shield.id, available=6, **again)

        assert (before, shelves.must_wait(session, shop_id=shop.id, taking={9: CANDLE})) == ({9}, frozenset())


@pytest.mark.parametrize(
    ("state", "counts"),
    [("observed", 0), ("awaiting", 1), ("planned", 1), ("sending", 1), ("uncertain", 1), ("withdrawn", 0)],
)
def test_given_gifts_in_every_state_when_counted_then_those_are_promised_that_may_still_leave(
    sessions: Sessions, shop: Merchant, steps: Steps, state: str, counts: int
) -> None:
    into(steps, state, planned(own(55)))
    into(steps, state, planned(line(1001)))
    into(steps, state, planned(gift_parcel(customer_id=58, variant_id=CANDLE)))
    into(steps, state, planned(own(56, vendor="shelf")))
    into(steps, state, planned(own(57, sku=str(CANDLE + 1))))

    with unit_of_work(sessions) as session:
        found = shelves.promised(session, shop_id=shop.id, variants=[CANDLE, CANDLE + 2], since=NOON)

    assert found == ({CANDLE: 3 * counts} if counts else {})


def test_given_an_older_word_of_the_store_when_it_comes_in_late_then_the_newer_one_stays(
    sessions: Sessions, shop: Merchant
) -> None:
    shielded(sessions, shop, kept=5, available=6)
    with unit_of_work(sessions) as session:
        (shield,) = shortages.listed(session, shop_id=shop.id)
        late = {"shield_id": shield.id, "until": NOON, "now": NOON - MINUTE}
        shortages.looked(session, shop_id=shop.id, available=9, **late)

        assert [each.available for each in shortages.listed(session, shop_id=shop.id)] == [6]
