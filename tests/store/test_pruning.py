"""What is old enough goes, a little at a time; what is still to be done, and every deed, stays."""

from datetime import datetime

from sqlalchemy import select

from app.domain.policy import Mode
from app.store import chores, decisions, inbox, ledger, pruning
from app.store.base import Sessions, reading, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Chore, Decision, Delivery, Effect
from tests.builders import DAY, MINUTE, NOON, planned, purse
from tests.store.test_decisions import decision
from tests.store.test_inbox import receive

LATER = NOON + 100 * DAY


def test_given_old_and_young_deliveries_when_pruned_then_only_old_ones_with_nothing_left_to_do_are_gone(
    sessions: Sessions, shop: Merchant
) -> None:
    for key, at in (("old", NOON), ("waits", NOON), ("young", LATER)):
        receive(sessions, shop, key, now=at)
    end(sessions, shop, "old", NOON)
    end(sessions, shop, "young", LATER)

    assert prune_letters(sessions, shop) == 1
    assert kept(sessions) == ["waits", "young"]


def test_given_more_than_the_limit_when_pruned_then_the_oldest_go_first(sessions: Sessions, shop: Merchant) -> None:
    for key in ("a", "b", "c"):
        receive(sessions, shop, key)
        end(sessions, shop, key, NOON)

    assert prune_letters(sessions, shop, limit=2) == 2
    assert kept(sessions) == ["c"]


def test_given_a_decision_about_an_old_delivery_when_that_goes_then_the_decision_stays(
    sessions: Sessions, shop: Merchant
) -> None:
    receive(sessions, shop, "old")
    end(sessions, shop, "old", NOON)
    with unit_of_work(sessions) as session:
        delivery = session.scalars(select(Delivery.id)).one()
        decided = decisions.keep(session, decision(), shop_id=shop.id, delivery_id=delivery, mode=Mode.AUTO, now=LATER)

    assert prune_letters(sessions, shop) == 1
    with reading(sessions) as session:
        assert session.get_one(Decision, decided).delivery_id is None


def test_given_old_decisions_when_pruned_then_those_from_which_a_deed_followed_stay(
    sessions: Sessions, shop: Merchant
) -> None:
    idle, led = decided(sessions, shop, NOON), decided(sessions, shop, NOON)
    young = decided(sessions, shop, LATER)
    with unit_of_work(sessions) as session:
        assert ledger.plan(
            session,
            shop_id=shop.id,
            decision_id=led,
            rule="special_customer",
            because="They are kind.",
            plan=planned(),
            mode=Mode.AUTO,
            purse=purse(),
            now=NOON,
        )
    with unit_of_work(sessions) as session:
        assert pruning.reasons(session, shop_id=shop.id, before=NOON + DAY, limit=9) == 1

    with reading(sessions) as session:
        assert set(session.scalars(select(Decision.id))) == {led, young}
        assert session.scalar(select(Effect.decision_id)) == led
    assert idle not in {led, young}


def test_given_old_notes_about_chores_when_pruned_then_they_go_and_this_periods_stays(
    sessions: Sessions, shop: Merchant
) -> None:
    for period, at in (("2026-11-21", NOON), ("2027-03-01", LATER)):
        with unit_of_work(sessions) as session:
            assert chores.take(session, shop_id=shop.id, name="review", period=period, now=at)

    with unit_of_work(sessions) as session:
        assert pruning.calendar(session, shop_id=shop.id, before=NOON + DAY) == 1
    with reading(sessions) as session:
        assert list(session.scalars(select(Chore.period))) == ["2027-03-01"]


def end(sessions: Sessions, shop: Merchant, key: str, at: datetime) -> None:
    """Handle the delivery of that key."""
    with unit_of_work(sessions) as session:
        letters = inbox.claim(session, shop_id=shop.id, now=at, lease=MINUTE, limit=9)
        wanted = session.scalars(select(Delivery.id).where(Delivery.delivery_key == key)).one()
        (letter,) = [each for each in letters if each.id == wanted]
        assert inbox.handled(session, letter, now=at)


def decided(sessions: Sessions, shop: Merchant, at: datetime) -> int:
    with unit_of_work(sessions) as session:
        return decisions.keep(session, decision(), shop_id=shop.id, delivery_id=None, mode=Mode.AUTO, now=at)


def prune_letters(sessions: Sessions, shop: Merchant, limit: int = 9) -> int:
    with unit_of_work(sessions) as session:
        return pruning.letters(session, shop_id=shop.id, before=NOON + DAY, limit=limit)


def kept(sessions: Sessions) -> list[str]:
    with reading(sessions) as session:
        return list(session.scalars(select(Delivery.delivery_key).order_by(Delivery.id)))
