"""What rests without being done is listed with its cause, and taken up again once, with its tries and money anew."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.domain.effects import State
from app.store import dead, endings, inbox
from app.store.base import Sessions, unit_of_work
from app.store.dead import Dead
from app.store.ledger import Deed
from app.store.shops import Merchant
from app.store.tables import Delivery, Effect
from tests.builders import DAY, HOUR, MINUTE, NOON, paid, purse, refund
from tests.store.ledger_steps import LEASE, Steps


def give_up(steps: Steps, *, perhaps_sent: bool = False) -> Deed:
    """Plan a deed, try it, and give it up; with `perhaps_sent` an earlier try may have come through."""
    sent = steps.sent(steps.planned().id)
    with unit_of_work(steps.sessions) as session:
        if not perhaps_sent:
            session.execute(update(Effect).values(first_sent_at=None))
        assert endings.refuse(session, sent, code="gave_up", why="given up after 12 tries: nobody answered", now=NOON)
    return sent


def again(steps: Steps, effect_id: int, **changes: int) -> Deed | None:
    with unit_of_work(steps.sessions) as session:
        return dead.deed_again(
            session, shop_id=steps.shop_id, effect_id=effect_id, purse=purse(**changes), now=NOON + DAY
        )


def listed(steps: Steps) -> list[Dead]:
    with unit_of_work(steps.sessions) as session:
        return dead.deeds(session, shop_id=steps.shop_id)


def test_given_a_deed_that_was_given_up_when_listed_then_it_has_a_name_a_cause_and_nobodys_words(steps: Steps) -> None:
    deed = give_up(steps)

    (found,) = listed(steps)
    assert found.name == f"effect:{deed.id}"
    assert (found.what, found.since) == ("refund_keep refund_order", NOON)
    assert found.cause == "given up after 12 tries: nobody answered"


def test_given_a_deed_that_was_given_up_when_taken_up_then_its_money_is_set_aside_and_its_tries_begin_anew(
    steps: Steps,
) -> None:
    deed = give_up(steps)
    assert steps.money() == (0, 0)

    taken_up = again(steps, deed.id)
    assert taken_up is not None
    assert (taken_up.state, taken_up.tries, taken_up.attempts) == (State.PLANNED, 0, 1)
    assert steps.money() == (12_00, 0)
    assert listed(steps) == []
    assert steps.done(steps.sent(deed.id, NOON + DAY))


def test_given_a_deed_that_may_have_come_through_when_taken_up_then_it_is_in_doubt_and_not_sent(steps: Steps) -> None:
    deed = give_up(steps, perhaps_sent=True)

    taken_up = again(steps, deed.id)

    assert taken_up is not None
    assert taken_up.state is State.UNCERTAIN
    assert steps.money() == (12_00, 0)


def test_given_deeds_in_doubt_when_looked_for_at_once_then_not_those_whose_call_may_be_at_work_yet(
    steps: Steps,
) -> None:
    waits = {"of a moment ago": MINUTE, "asked about in vain": HOUR, "a person's": None}
    for order_id, (name, wait) in enumerate(waits.items(), 1):
        sent = steps.sent(steps.planned(paid(refund(order_id=order_id))).id)
        with unit_of_work(steps.sessions) as session:
            assert endings.doubt(session, sent, until=None if wait is None else NOON + wait, why=name)

    with unit_of_work(steps.sessions) as session:
        assert dead.look_up_now(session, shop_id=steps.shop_id, now=NOON, quarantine=MINUTE) == 2
        due = {row.problem for row in session.query(Effect) if row.next_try_at == NOON}
    assert due == {"asked about in vain", "a person's"}


def test_given_an_empty_purse_when_taken_up_then_it_is_over_budget_and_the_purse_as_it_was(steps: Steps) -> None:
    deed = give_up(steps)

    again(steps, deed.id, team=5_00)

    assert steps.state(deed.id) is State.OVER_BUDGET
    assert steps.money() == (0, 0)


def test_given_a_deed_taken_up_when_taken_up_again_then_nothing_happens_twice(steps: Steps) -> None:
    deed = give_up(steps)
    again(steps, deed.id)

    assert again(steps, deed.id) is None
    assert steps.money() == (12_00, 0)


def test_given_a_deed_left_to_a_person_when_taken_up_then_it_is_looked_for_and_its_money_set_aside_once(
    steps: Steps,
) -> None:
    sent = steps.sent(steps.planned().id)
    steps.doubt(sent, None)
    assert [each.cause for each in listed(steps)] == ["lost"]

    again(steps, sent.id)

    assert steps.state(sent.id) is State.UNCERTAIN
    assert steps.due(NOON + DAY) == [sent.id]
    assert steps.money() == (12_00, 0)


@pytest.mark.parametrize("state", ["planned", "sending", "done", "refused"])
def test_given_a_deed_that_does_not_rest_when_taken_up_then_it_stays_as_it_is(steps: Steps, state: str) -> None:
    deed = steps.planned()
    if state != "planned":
        sent = steps.sent(deed.id)
        {"sending": bool, "done": steps.done, "refused": steps.refuse}[state](sent)  # type: ignore[operator]

    assert again(steps, deed.id) is None
    assert listed(steps) == []


def set_aside(sessions: Sessions, shop: Merchant, *, body: bytes = b"{}") -> int:
    with unit_of_work(sessions) as session:
        inbox.receive(
            session,
            shop_id=shop.id,
            source="shopify",
            sender=shop.domain,
            topic="orders/paid",
            delivery_key="d-1",
            body=body,
            now=NOON,
        )
    for _ in range(2):
        with unit_of_work(sessions) as session:
            (letter,) = inbox.claim(session, shop_id=shop.id, now=NOON, lease=timedelta(), limit=1)
    with unit_of_work(sessions) as session:
        inbox.set_aside(session, letter, problem="given up after 12 tries: nobody answered")
    return letter.id


def test_given_a_letter_set_aside_when_taken_up_then_it_is_handed_out_once_with_its_tries_anew(
    sessions: Sessions, shop: Merchant
) -> None:
    number = set_aside(sessions, shop)
    with unit_of_work(sessions) as session:
        (found,) = dead.letters(session, shop_id=shop.id)
        assert (found.name, found.what, found.hopeless) == (f"delivery:{number}", "shopify orders/paid", False)
        assert dead.letter_again(session, shop_id=shop.id, delivery_id=number, now=NOON)
        assert not dead.letter_again(session, shop_id=shop.id, delivery_id=number, now=NOON)

    with unit_of_work(sessions) as session:
        (letter,) = inbox.claim(session, shop_id=shop.id, now=NOON, lease=LEASE, limit=9)
    assert (letter.tries, letter.attempts) == (1, 3)


def test_given_a_letter_whose_words_are_gone_when_listed_then_it_says_that_there_is_no_way_back(
    sessions: Sessions, shop: Merchant
) -> None:
    number = set_aside(sessions, shop, body=b"")
    with unit_of_work(sessions) as session:
        (found,) = dead.letters(session, shop_id=shop.id)
        assert (found.hopeless, found.cause) == (True, dead.WORDS_GONE)
        assert not dead.letter_again(session, shop_id=shop.id, delivery_id=number, now=NOON)


def test_given_a_letter_to_a_shop_that_was_unknown_when_taken_up_then_it_is_the_shops(
    sessions: Sessions, shop: Merchant
) -> None:
    number = set_aside(sessions, shop)
    with unit_of_work(sessions) as session:
        session.execute(update(Delivery).values(shop_id=None, problem="unknown shop"))
        assert dead.addressed_by(session, delivery_id=number) == shop.domain
        assert dead.strangers_letter_again(session, shop_id=shop.id, delivery_id=number, now=NOON)

    with unit_of_work(sessions) as session:
        assert [each.id for each in inbox.claim(session, shop_id=shop.id, now=NOON, lease=LEASE, limit=9)] == [number]
