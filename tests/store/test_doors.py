"""A shop whose door is shut is left alone as a whole, and nothing that waits for it is lost."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.effects import State
from app.store import doors, inbox, shops
from app.store.base import Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.tables import Delivery
from tests.builders import DAY, HOUR, MINUTE, NOON, auto_policy, profile
from tests.conftest import let_in
from tests.store.ledger_steps import Steps

LEASE = 2 * MINUTE


def test_given_a_shut_door_when_looked_at_then_everybody_knows_until_when_and_why(
    sessions: Sessions, shop: Merchant
) -> None:
    shut(sessions, shop)

    found = again(sessions, shop)
    assert (found.closed_until, found.closed_because) == (NOON + HOUR, "the store is frozen")
    assert (found.is_shut(NOON), found.is_shut(NOON + HOUR)) == (True, False)


def test_given_a_shut_door_when_a_deed_is_due_then_it_waits_and_is_picked_when_the_pause_is_over(
    sessions: Sessions, shop: Merchant, steps: Steps
) -> None:
    deed = steps.planned()
    shut(sessions, shop)

    assert steps.pick(deed.id, NOON + HOUR - MINUTE) is None
    assert steps.pick(deed.id, NOON + HOUR) is not None


def test_given_a_door_that_is_found_shut_when_another_is_at_the_gate_then_it_does_not_pass(
    sessions: Sessions, shop: Merchant, steps: Steps
) -> None:
    deed = steps.picked(steps.planned().id)
    shut(sessions, shop)

    assert steps.gate(deed) is None
    assert steps.state(deed.id) is State.PLANNED


def test_given_a_shut_door_when_the_ticker_looks_around_then_it_rings_for_nothing_that_must_be_let_in(
    sessions: Sessions, shop: Merchant, steps: Steps
) -> None:
    steps.planned()
    assert ringing(sessions, NOON + HOUR) == {"work", "sweep"}
    shut(sessions, shop)

    assert ringing(sessions, NOON + HOUR - MINUTE) == set()
    assert ringing(sessions, NOON + 2 * HOUR) == {"work", "sweep"}


def test_given_a_shut_door_when_a_past_is_still_to_be_read_then_it_waits(sessions: Sessions, seal: Seal) -> None:
    with unit_of_work(sessions) as session:
        new = shops.install(session, profile=profile(), policy=auto_policy(), now=NOON)
        let_in(session, new, seal)
        assert shops.without_history(session, now=NOON) == [new]
        doors.shut(session, shop_id=new, until=NOON + HOUR, because="locked")

        assert shops.without_history(session, now=NOON) == []
        assert shops.without_history(session, now=NOON + HOUR) == [new]


def test_given_letters_that_waited_at_the_door_when_it_opens_early_then_they_are_due_and_others_are_not(
    sessions: Sessions, shop: Merchant
) -> None:
    shut(sessions, shop)
    for key, until in (("at the door", NOON + HOUR), ("elsewhere", NOON + HOUR + MINUTE)):
        receive(sessions, shop, key, until)

    with unit_of_work(sessions) as session:
        doors.open_again(session, shop_id=shop.id, now=NOON)

    assert next_tries(sessions) == {"at the door": NOON, "elsewhere": NOON + HOUR + MINUTE}
    assert again(sessions, shop).closed_because is None


def test_given_a_shut_door_when_the_merchant_installs_again_then_it_is_open(sessions: Sessions, shop: Merchant) -> None:
    shut(sessions, shop)

    with unit_of_work(sessions) as session:
        shops.install(session, profile=profile(), policy=auto_policy(), now=NOON)

    assert not again(sessions, shop).is_shut(NOON)


def test_given_an_open_door_when_opened_again_then_nobody_who_is_at_work_is_disturbed(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "d-1", NOON)
    with unit_of_work(sessions) as session:
        (letter,) = inbox.claim(session, shop_id=shop.id, now=NOON, lease=LEASE, limit=1)
        doors.open_again(session, shop_id=shop.id, now=NOON)

    assert letter.tries == 1
    assert next_tries(sessions) == {"d-1": NOON + LEASE}


def shut(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        doors.shut(session, shop_id=shop.id, until=NOON + HOUR, because="the store is frozen")


def again(sessions: Sessions, shop: Merchant) -> Merchant:
    with unit_of_work(sessions) as session:
        found = shops.by_id(session, shop.id)
    assert found is not None
    return found


def ringing(sessions: Sessions, now: datetime) -> set[str]:
    """Return what the ticker would ring for."""
    with unit_of_work(sessions) as session:
        work = shops.with_work(session, now=now, older_than=timedelta(seconds=1))
        sweep = shops.due_for_sweep(session, before=NOON + DAY, now=now, limit=9)
    return ({"work"} if work else set()) | ({"sweep"} if sweep else set())


def receive(sessions: Sessions, shop: Merchant, key: str, until: datetime) -> None:
    """Keep a delivery that waits until a moment."""
    with unit_of_work(sessions) as session:
        inbox.receive(
            session,
            shop_id=shop.id,
            source="shopify",
            sender=shop.domain,
            topic="orders/paid",
            delivery_key=key,
            body=b"{}",
            now=until,
        )


def next_tries(sessions: Sessions) -> dict[str, datetime | None]:
    with unit_of_work(sessions) as session:
        return {row.delivery_key: row.next_try_at for row in session.scalars(select(Delivery))}
