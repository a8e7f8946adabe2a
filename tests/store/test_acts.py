"""What agents did, counted and told: each their own, only what was or may be given, and nobody who was forgotten."""

import pytest

from app.domain.agents import Reason
from app.domain.effects import Pool, State
from app.domain.people import Person
from app.store import acts, erasing, veil
from app.store.acts import Act, Given
from app.store.base import Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.tables import Effect
from app.store.undoing import TAKEN_BACK
from tests.builders import DAY, HOUR, NOON, flowers, gift_line, paid, planned, refund, tag, usd
from tests.store.ledger_steps import GIVEN, NOT_GIVEN, Steps, into

SAM, LEA = 1, 2
SINCE, UNTIL = NOON - DAY, NOON + DAY


def given_by(steps: Steps, agent_id: int) -> Given:
    with unit_of_work(steps.sessions) as session:
        return acts.given_by(session, shop_id=steps.shop_id, agent_id=agent_id, currency="USD", since=SINCE)


def told(steps: Steps, limit: int = 50) -> list[Act]:
    known = {"shop_id": steps.shop_id, "since": SINCE, "until": UNTIL}
    with unit_of_work(steps.sessions) as session:
        bounds = acts.between(session, **known)
        return [] if bounds is None else acts.some(session, currency="USD", bounds=bounds, limit=limit, **known)


@pytest.mark.parametrize(("state", "counts"), [*((state, 1) for state in GIVEN), *((state, 0) for state in NOT_GIVEN)])
def test_given_an_act_when_counted_then_only_what_was_or_may_be_given_is_their_kindness(
    steps: Steps, state: str, counts: int
) -> None:
    into(steps, state, paid(refund(), by=SAM))
    into(steps, "done", paid(refund(order_id=2), minor=3_00, by=LEA))

    assert given_by(steps, SAM) == Given(count=counts, cost=usd(12_00 * counts))


def test_given_acts_of_several_when_counted_then_each_has_their_own_and_what_is_nobodys_stands_apart(
    steps: Steps,
) -> None:
    into(steps, "done", paid(refund(), by=SAM))
    into(steps, "done", paid(flowers(), minor=60_00, by=SAM), rule="flowers")
    into(steps, "done", paid(refund(order_id=2), minor=3_00))

    with unit_of_work(steps.sessions) as session:
        found = acts.given_by_agents(session, shop_id=steps.shop_id, currency="USD", since=SINCE)
        later = acts.given_by_agents(session, shop_id=steps.shop_id, currency="USD", since=NOON + HOUR)
    assert found == {SAM: Given(count=2, cost=usd(72_00)), None: Given(count=1, cost=usd(3_00))}
    assert later == {}


def test_given_a_gift_line_when_told_then_an_agents_is_an_act_and_a_rules_is_none(steps: Steps) -> None:
    into(steps, "done", planned(gift_line(), cost=usd(9_00), pool=Pool.GIFTS), rule="nth_order_gift")
    into(steps, "done", paid(gift_line(rule="team", ticket_id="42"), by=SAM), rule="flowers")

    assert [act.ticket_id for act in told(steps)] == ["42"]


def test_given_what_was_taken_back_after_it_was_done_when_counted_then_it_is_nobodys_kindness(steps: Steps) -> None:
    deed = into(steps, "done", paid(refund(), by=SAM))
    with unit_of_work(steps.sessions) as session:
        session.get_one(Effect, deed.id).code = TAKEN_BACK

    assert given_by(steps, SAM).count == 0


def test_given_acts_and_other_deeds_when_told_then_the_acts_are_there_in_order_whatever_became_of_them(
    steps: Steps,
) -> None:
    assert told(steps) == []
    first = into(steps, "done", paid(refund(), by=SAM, reason=Reason.MILESTONE))
    steps.planned(paid(tag(), minor=0))
    second = into(steps, "refused", paid(refund(order_id=2)))

    assert [(act.id, act.state, act.reason) for act in told(steps)] == [
        (first.id, State.DONE, Reason.MILESTONE),
        (second.id, State.REFUSED, None),
    ]
    assert [act.id for act in told(steps, limit=1)] == [first.id]


def test_given_an_act_that_was_undone_when_told_then_it_says_why(steps: Steps) -> None:
    deed = steps.planned(paid())
    steps.withdraw(deed.key)

    assert [act.undone for act in told(steps)] == ["no"]


def test_given_a_row_of_another_version_when_told_then_it_is_there_by_its_kind(steps: Steps) -> None:
    deed = steps.planned(paid())
    with unit_of_work(steps.sessions) as session:
        row = session.get_one(Effect, deed.id)
        row.payload, row.reason = {"kind": "refund_order"}, "of tomorrow"

    assert [(act.kind, act.effect, act.reason) for act in told(steps)] == [("refund_order", None, None)]


def test_given_an_act_for_somebody_who_was_forgotten_when_told_then_neither_they_nor_the_reason_are_known(
    sessions: Sessions, steps: Steps, shop: Merchant, seal: Seal
) -> None:
    into(steps, "done", paid(refund(), by=SAM, reason=Reason.HARD_TIME))
    with unit_of_work(sessions) as session:
        key = veil.key_of(session, shop_id=shop.id, seal=seal)
        person = Person(ids=frozenset({55}))
        erasing.forget_person(session, shop_id=shop.id, person=person, letters=(), key=key, now=NOON)

    assert [(act.customer_id, act.ticket_id, act.reason) for act in told(steps)] == [(None, None, None)]
