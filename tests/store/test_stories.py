"""The ledger and the decisions read back for people, on either database."""

import pytest

from app.domain.effects import State
from app.store import orders, reasons, stories
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from app.store.stories import Search
from tests.builders import DAY, HOUR, NOON, flowers, gift_line, order, paid, planned, refund, tag
from tests.store.bookkeeping import decide, doubt, finish, plan, rows


def test_given_the_same_words_about_one_order_when_its_verdicts_are_read_then_they_are_told_once(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        orders.write(session, shop_id=shop.id, orders=[order()])
        for words in ("foreign", "foreign", "paid"):
            decide(session, shop, because=words)
        found = reasons.verdicts(
            session, shop_id=shop.id, subjects=("order:1001",), search=Search(order_id=1001), limit=50
        )

    assert [(one.because, one.times, one.order_name) for one in found] == [
        ("paid", 1, "#1001"),
        ("foreign", 2, "#1001"),
    ]


def test_given_a_doubt_that_can_be_looked_up_when_people_are_asked_then_it_is_not_theirs(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        theirs, ours = plan(session, shop, paid(flowers())), plan(session, shop, paid(refund()))
        doubt(session, shop, theirs)
        doubt(session, shop, ours, until=NOON + HOUR)
        asked = [stories.needs_person(session, shop_id=shop.id, effect_id=deed) for deed in (theirs, ours)]
        found = rows(session, shop, Search(needs_person=True))

    assert (asked, found) == ([True, False], [theirs])


def test_given_gestures_and_marks_when_the_last_kindness_is_read_then_only_what_was_truly_given_counts(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        given = plan(session, shop, planned(gift_line()))
        finish(session, shop, given)
        finish(session, shop, plan(session, shop, planned(tag())))
        coming = plan(session, shop, paid(refund()))
        last = stories.last_gesture(session, shop_id=shop.id, customer_id=55, currency="USD")
        pending = stories.pending(session, shop_id=shop.id, customer_id=55, currency="USD")

    assert last is not None
    assert (last.id, [row.id for row in pending]) == (given, [coming])


def test_given_a_row_when_it_is_read_then_its_moment_is_when_it_leaves_and_then_when_it_ended(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        deed = plan(session, shop, planned(due_at=NOON + DAY))
        before = stories.ledger_rows(session, shop_id=shop.id, currency="USD", search=Search(), limit=1)[0]
        finish(session, shop, deed, at=NOON + 2 * DAY)
        after = stories.ledger_rows(session, shop_id=shop.id, currency="USD", search=Search(), limit=1)[0]

    assert [(row.state, row.at) for row in (before, after)] == [
        (State.PLANNED, NOON + DAY),
        (State.DONE, NOON + 2 * DAY),
    ]


@pytest.mark.parametrize("words", ["9" * 19, str(2**63), "0", "-5", "٣", "%", "' OR 1=1"])
def test_given_words_that_name_nothing_when_the_ledger_is_searched_then_nothing_is_found(
    sessions: Sessions, shop: Merchant, words: str
) -> None:
    with unit_of_work(sessions) as session:
        plan(session, shop, planned())

        assert rows(session, shop, Search(words=words)) == []
