"""Addresses that customers are asked for: once looked at, once asked, once told, and gone with their deed."""

from datetime import datetime

import pytest
from sqlalchemy import select

from app.domain.addresses import Address
from app.store import asks, endings, ledger
from app.store.ask_tables import AddressAsk
from app.store.asks import Ask
from app.store.base import Sessions, unit_of_work
from app.store.ledger import Deed
from app.store.sealed import Seal, Unsealable
from app.store.shops import Merchant
from app.store.tables import Effect
from tests.builders import DAY, NOON, address, flowers, paid
from tests.store.bookkeeping import pick, plan
from tests.store.ledger_steps import Steps, into

UNTIL = NOON + 14 * DAY
TOLD = address(street="7 New Street")


@pytest.fixture
def deed(sessions: Sessions, shop: Merchant) -> Deed:
    """Flowers that are planned, and whose address is to be looked at."""
    with unit_of_work(sessions) as session:
        number = plan(session, shop, paid(flowers(), due_at=NOON + 7 * DAY))
        planned = ledger.read(session, shop_id=shop.id, effect_id=number, currency="USD")
        assert planned is not None
        asks.begin(session, shop_id=shop.id, effect_id=number, now=NOON)
    return planned


@pytest.fixture
def asked(sessions: Sessions, deed: Deed) -> Deed:
    """The same, once the customer is asked."""
    with unit_of_work(sessions) as session:
        about = {"shop_id": deed.shop_id, "effect_id": deed.id}
        assert asks.asked(session, expires_at=UNTIL, until=NOON + 5 * DAY, now=NOON, **about)
    return deed


def known(sessions: Sessions, deed: Deed) -> Ask | None:
    with unit_of_work(sessions) as session:
        return asks.read(session, shop_id=deed.shop_id, effect_id=deed.id)


def due(sessions: Sessions, deed: Deed, now: datetime) -> list[int]:
    with unit_of_work(sessions) as session:
        found = asks.due(session, shop_id=deed.shop_id, now=now, limit=5)
        assert asks.shops_due(session, now=now, limit=5) == ([deed.shop_id] if found else [])
    return [ask.effect_id for ask in found]


def answered(sessions: Sessions, deed: Deed, seal: Seal, now: datetime = NOON, told: Address = TOLD) -> bool:
    with unit_of_work(sessions) as session:
        about = {"shop_id": deed.shop_id, "effect_id": deed.id}
        return asks.answer(session, door=told, seal=seal, now=now, **about)


def where(sessions: Sessions, deed: Deed, seal: Seal) -> Address | None:
    with unit_of_work(sessions) as session:
        return asks.address(session, shop_id=deed.shop_id, effect_id=deed.id, seal=seal)


def test_given_a_deed_when_begun_twice_then_it_is_looked_at_once(sessions: Sessions, deed: Deed) -> None:
    with unit_of_work(sessions) as session:
        asks.begin(session, shop_id=deed.shop_id, effect_id=deed.id, now=NOON + DAY)

    assert due(sessions, deed, NOON) == [deed.id]


def test_given_an_ask_when_it_goes_on_then_each_step_is_taken_once_and_in_its_time(
    sessions: Sessions, asked: Deed
) -> None:
    about = {"shop_id": asked.shop_id, "effect_id": asked.id}
    with unit_of_work(sessions) as session:
        again = asks.asked(session, expires_at=UNTIL, until=UNTIL, now=NOON, **about)
    assert not again
    assert due(sessions, asked, NOON + 4 * DAY) == []
    assert due(sessions, asked, NOON + 5 * DAY) == [asked.id]

    for news in (True, False):
        with unit_of_work(sessions) as session:
            assert asks.reminded(session, now=NOON + 5 * DAY, **about) is news
    assert due(sessions, asked, UNTIL - DAY) == []
    assert due(sessions, asked, UNTIL) == [asked.id]

    for news in (True, False):
        with unit_of_work(sessions) as session:
            assert asks.over(session, **about) is news
    assert due(sessions, asked, UNTIL + 90 * DAY) == []


def test_given_a_store_that_cannot_be_asked_when_put_off_then_it_is_looked_at_later(
    sessions: Sessions, deed: Deed
) -> None:
    with unit_of_work(sessions) as session:
        asks.put_off(session, shop_id=deed.shop_id, effect_id=deed.id, until=NOON + DAY)

    assert due(sessions, deed, NOON) == []
    assert due(sessions, deed, NOON + DAY) == [deed.id]


def test_given_an_answer_when_it_comes_twice_then_the_first_one_stands(
    sessions: Sessions, asked: Deed, seal: Seal
) -> None:
    assert answered(sessions, asked, seal)
    assert not answered(sessions, asked, seal, told=address(street="8 Thief Street"))

    assert where(sessions, asked, seal) == TOLD
    assert due(sessions, asked, UNTIL + DAY) == []


@pytest.mark.parametrize("now", [UNTIL, UNTIL + DAY])
def test_given_an_answer_when_it_comes_too_late_then_it_is_none(
    sessions: Sessions, asked: Deed, seal: Seal, now: datetime
) -> None:
    assert not answered(sessions, asked, seal, now)
    assert where(sessions, asked, seal) is None


def test_given_nobody_asked_when_somebody_answers_then_nothing_is_kept(
    sessions: Sessions, deed: Deed, seal: Seal
) -> None:
    assert not answered(sessions, deed, seal)


def test_given_an_answer_when_a_reminder_is_due_then_there_is_none(sessions: Sessions, asked: Deed, seal: Seal) -> None:
    answered(sessions, asked, seal)

    with unit_of_work(sessions) as session:
        about = {"shop_id": asked.shop_id, "effect_id": asked.id}
        assert not asks.reminded(session, now=NOON + 5 * DAY, **about)
        assert not asks.over(session, **about)


def test_given_an_answer_when_looked_at_in_the_database_then_the_address_stands_nowhere(
    sessions: Sessions, asked: Deed, seal: Seal
) -> None:
    answered(sessions, asked, seal)

    with unit_of_work(sessions) as session:
        row = session.scalars(select(AddressAsk)).one()
        assert row.sealed_address is not None
        assert b"New Street" not in row.sealed_address
    with pytest.raises(Unsealable):
        where(sessions, asked, Seal(keys=(b"x" * 32,)))


@pytest.mark.parametrize(("late", "goes"), [(False, False), (True, True)])
def test_given_a_deed_that_waits_when_the_answer_comes_then_it_leaves_now_if_its_day_has_come(
    sessions: Sessions, asked: Deed, seal: Seal, *, late: bool, goes: bool
) -> None:
    now = asked.due_at + DAY if late else asked.due_at - DAY
    with unit_of_work(sessions) as session:
        session.get_one(Effect, asked.id).next_try_at = asked.due_at + 2 * DAY
        session.get_one(AddressAsk, session.scalars(select(AddressAsk.id)).one()).expires_at = now + DAY

    answered(sessions, asked, seal, now)

    with unit_of_work(sessions) as session:
        assert (session.get_one(Effect, asked.id).next_try_at == now) is goes


def test_given_a_deed_that_has_ended_when_cleared_out_then_nothing_of_its_address_is_left(
    sessions: Sessions, asked: Deed, seal: Seal
) -> None:
    answered(sessions, asked, seal)
    with unit_of_work(sessions) as session:
        assert asks.clear_out(session, shop_id=asked.shop_id) == 0
        taken = pick(session, asked.id, shop_id=asked.shop_id, now=asked.due_at)
        assert taken is not None
        assert endings.drop(session, taken, code="gone", why="because", now=NOON)
        assert asks.clear_out(session, shop_id=asked.shop_id) == 1

    assert known(sessions, asked) is None


@pytest.mark.parametrize("how", ["let_go", "forget"])
def test_given_an_answer_when_it_is_let_go_or_forgotten_then_it_is_gone(
    sessions: Sessions, asked: Deed, seal: Seal, how: str
) -> None:
    answered(sessions, asked, seal)
    with unit_of_work(sessions) as session:
        if how == "let_go":
            asks.let_go(session, shop_id=asked.shop_id, effect_id=asked.id)
        else:
            asks.forget(session, shop_id=asked.shop_id, effect_ids=[asked.id])

    assert known(sessions, asked) is None


def test_given_an_answer_when_a_copy_is_made_then_it_is_told_in_plain_words(
    sessions: Sessions, asked: Deed, seal: Seal
) -> None:
    answered(sessions, asked, seal)

    with unit_of_work(sessions) as session:
        told = asks.kept(session, shop_id=asked.shop_id, effect_ids=[asked.id], seal=seal)
    assert told == {asked.id: TOLD}


def test_given_a_good_address_when_it_was_looked_at_then_its_town_is_noted_until_it_leaves(
    sessions: Sessions, deed: Deed
) -> None:
    about = {"shop_id": deed.shop_id, "effect_id": deed.id}
    with unit_of_work(sessions) as session:
        asks.looked(session, town="t", until=NOON + 5 * DAY, **about)
    assert due(sessions, deed, NOON + 4 * DAY) == []
    assert due(sessions, deed, NOON + 5 * DAY) == [deed.id]

    with unit_of_work(sessions) as session:
        asks.asked(session, expires_at=UNTIL, until=UNTIL, now=NOON, **about)
        asks.looked(session, town="other", until=None, **about)
    ask = known(sessions, deed)
    assert ask is not None
    assert (ask.town, ask.asked) == ("t", True)


@pytest.fixture
def back(steps: Steps) -> Deed:
    """Flowers that came back to the sender, of which the customer is asked."""
    deed = into(steps, "done", paid(flowers()))
    with unit_of_work(steps.sessions) as session:
        about = {"shop_id": deed.shop_id, "effect_id": deed.id}
        asks.begin(session, now=NOON, **about)
        asks.came_back(session, expires_at=UNTIL, until=NOON + 5 * DAY, now=NOON, **about)
    return deed


def answered_back(steps: Steps, deed: Deed, seal: Seal) -> bool:
    with unit_of_work(steps.sessions) as session:
        about = {"shop_id": deed.shop_id, "effect_id": deed.id, "keep_until": UNTIL}
        return asks.answer(session, door=TOLD, seal=seal, now=NOON + DAY, **about)


def told_by(steps: Steps, seal: Seal, customer_id: int = 55) -> Address | None:
    with unit_of_work(steps.sessions) as session:
        return asks.told_by(session, shop_id=steps.shop_id, customer_id=customer_id, seal=seal)


def test_given_something_that_came_back_when_asked_and_told_then_it_is_kept_for_whoever_sends_it_again(
    steps: Steps, back: Deed, seal: Seal
) -> None:
    assert due(steps.sessions, back, NOON + 5 * DAY) == [back.id]
    assert told_by(steps, seal) is None
    assert answered_back(steps, back, seal)
    assert not answered_back(steps, back, seal)

    assert (told_by(steps, seal), told_by(steps, seal, customer_id=56)) == (TOLD, None)
    with unit_of_work(steps.sessions) as session:
        assert asks.clear_out(session, shop_id=back.shop_id) == 0
    assert due(steps.sessions, back, UNTIL) == [back.id]


def test_given_an_answer_to_what_came_back_when_something_new_is_planned_then_it_goes_there_and_nothing_else_does(
    steps: Steps, back: Deed, seal: Seal
) -> None:
    new, other = (steps.planned(paid(flowers(confirm=number), due_at=NOON + DAY)) for number in "12")
    for_new, for_other = ({"customer_id": 55, "shop_id": deed.shop_id, "effect_id": deed.id} for deed in (new, other))
    with unit_of_work(steps.sessions) as session:
        assert not asks.hand_on(session, **for_new)
    answered_back(steps, back, seal)

    with unit_of_work(steps.sessions) as session:
        assert not asks.hand_on(session, **for_new | {"customer_id": 56})
        assert asks.hand_on(session, **for_new)
        assert not asks.hand_on(session, **for_new)
        assert not asks.hand_on(session, **for_other)

    assert (where(steps.sessions, new, seal), where(steps.sessions, back, seal)) == (TOLD, None)
    assert told_by(steps, seal) is None
    with unit_of_work(steps.sessions) as session:
        asks.let_go(session, shop_id=new.shop_id, effect_id=new.id)
        assert session.scalars(select(AddressAsk)).all() == []
