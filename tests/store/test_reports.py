"""What the pages ask the books, on either database: right sums, right rows, and never another shop's."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, State
from app.domain.policy import Mode
from app.store import chores, decisions, inbox, ledger, orders, reasons, reports, shops, stories, yardstick
from app.store.base import Session, Sessions, unit_of_work
from app.store.reports import Tally
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.stories import Search
from tests.builders import (
    DAY,
    HOUR,
    NOON,
    auto_policy,
    flowers,
    gift_line,
    mark,
    order,
    paid,
    planned,
    profile,
    purse,
    receipt,
    refund,
    tag,
    usd,
)


@pytest.fixture
def twin(sessions: Sessions, seal: Seal, shop: Merchant) -> Merchant:
    """Return a second shop with books of its own."""
    with unit_of_work(sessions) as session:
        shop_id = shops.install(
            session, profile=profile(domain="twin.myshopify.com"), token="t", policy=auto_policy(), seal=seal, now=NOON
        )
    return replace(shop, id=shop_id)


def plan(session: Session, shop: Merchant, plan: Plan, *, mode: Mode = Mode.AUTO, **told: Any) -> int:
    """Decide and plan one deed; return its id."""
    decided = {"rule": "special_customer", "subject": "customer:55", "code": "entered", "because": "Kind."} | told
    decision_id = decide(session, shop, **decided)
    deed = ledger.plan(
        session,
        shop_id=shop.id,
        decision_id=decision_id,
        rule=decided["rule"],
        because=decided["because"],
        plan=plan,
        mode=mode,
        purse=purse(),
        now=NOON,
    )
    assert deed is not None
    return deed.id


def decide(session: Session, shop: Merchant, *, delivery_id: int | None = None, at: Any = NOON, **told: Any) -> int:
    """Keep one decision; return its id."""
    decision = Decision(
        **({"rule": "nth_order_gift", "subject": "order:1001", "code": "gift", "because": "4th."} | told)
    )
    return decisions.keep(session, decision, shop_id=shop.id, delivery_id=delivery_id, mode="auto", now=at)


def finish(session: Session, shop: Merchant, effect_id: int, *, at: Any = NOON) -> None:
    """Do a planned deed that is due."""
    picked = ledger.pick(session, shop_id=shop.id, effect_id=effect_id, now=at, lease=HOUR, currency="USD")
    sent = picked and ledger.gate(session, picked, now=at, lease=HOUR)
    assert sent is not None
    assert ledger.done(session, sent, receipt(), now=at)


def doubt(session: Session, shop: Merchant, effect_id: int, *, until: Any = None) -> None:
    """Lose the answer to a planned deed."""
    picked = ledger.pick(session, shop_id=shop.id, effect_id=effect_id, now=NOON, lease=HOUR, currency="USD")
    sent = picked and ledger.gate(session, picked, now=NOON, lease=HOUR)
    assert sent is not None
    assert ledger.doubt(session, sent, until=until, why="nobody answered")


def keep_delivery(session: Session, shop: Merchant, key: str, *, problem: str | None) -> None:
    """Keep one delivery, and set it aside when it has a problem."""
    inbox.receive(
        session,
        shop_id=shop.id,
        source="shopify",
        sender=str(shop.id),
        topic="orders/paid",
        delivery_key=key,
        body=b"{}",
        now=NOON,
    )
    (letter,) = inbox.claim(session, shop_id=shop.id, now=NOON, lease=HOUR, limit=1)
    if problem is None:
        inbox.handled(session, letter, now=NOON)
    else:
        inbox.set_aside(session, letter, problem=problem)


def rows(session: Session, shop: Merchant, **search: Any) -> list[int]:
    found = stories.ledger_rows(session, shop_id=shop.id, currency="USD", search=Search(**search), limit=50)
    return [row.id for row in found]


def test_given_customers_around_the_threshold_when_figures_are_read_then_above_means_at_least_and_active(
    sessions: Sessions, shop: Merchant
) -> None:
    lapsed = NOON - 400 * DAY
    bought = [
        order(id=1, customer_id=1, net=usd(150_00)),
        order(id=2, customer_id=2, net=usd(100_00)),  # the mean itself
        order(id=3, customer_id=3, net=usd(50_00)),
        order(id=4, customer_id=4, net=usd(100_00), processed_at=lapsed),
    ]
    with unit_of_work(sessions) as session:
        orders.write(session, shop_id=shop.id, orders=bought)
        orders.recount(session, shop_id=shop.id)
        yardstick.measure(session, shop_id=shop.id, policy=shop.policy.special_customer, now=NOON)
        orders.set_special(session, shop_id=shop.id, customer_id=4, special=True, now=NOON)
        found = reports.figures(session, shop_id=shop.id, currency="USD", now=NOON)

    assert (found.threshold, found.average, found.customers, found.orders) == (usd(100_00), usd(100_00), 4, 4)
    assert (found.above_and_active, found.special) == (2, 1)


def test_given_a_shop_that_was_never_measured_when_figures_are_read_then_they_are_nothing(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        found = reports.figures(session, shop_id=shop.id, currency="USD", now=NOON)

    assert (found.threshold, found.measured_at, found.above_and_active, found.average) == (None, None, 0, usd(0))


def test_given_one_pool_was_used_when_pools_are_read_then_the_other_is_whole(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        finish(session, shop, plan(session, shop, paid(minor=40_00)))
        plan(session, shop, paid(flowers(), minor=60_00))
        team, gifts = reports.pools_left(session, shop_id=shop.id, purse=purse())

    assert (team.name, team.spent, team.reserved, team.left) == (Pool.TEAM, usd(40_00), usd(60_00), usd(400_00))
    assert (gifts.name, gifts.left) == (Pool.GIFTS, usd(500_00))


def test_given_deeds_of_two_days_when_the_day_is_read_then_todays_are_counted_with_their_cost(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        finish(session, shop, plan(session, shop, planned(tag())), at=NOON)
        later = [planned(mark()), paid(refund(), minor=12_00), paid(refund(confirm="2"), minor=5_00)]
        for each in later:
            finish(session, shop, plan(session, shop, each), at=NOON + DAY)
        today = reports.done_since(session, shop_id=shop.id, since=NOON + HOUR, currency="USD")
        ever = reports.done_since(session, shop_id=shop.id, since=None, currency="USD")

    assert today == [
        Tally(name="refund_order", count=2, cost=usd(17_00)),
        Tally(name="mark_in_helpdesk", count=1, cost=usd(0)),
    ]
    assert sum(tally.count for tally in ever) == 4


def test_given_decisions_of_two_deeds_each_when_waiting_is_counted_then_decisions_are_counted(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in ("1", "2"):
            decision_id = decide(session, shop)
            for effect in (tag(occasion=number), mark(occasion=number)):
                ledger.plan(
                    session,
                    shop_id=shop.id,
                    decision_id=decision_id,
                    rule="special_customer",
                    because="Kind.",
                    plan=planned(effect),
                    mode=Mode.APPROVE,
                    purse=purse(),
                    now=NOON,
                )
        counted = reports.waiting_by_rule(session, shop_id=shop.id)
        together = stories.waiting(session, shop_id=shop.id, currency="USD", limit=10)

    assert counted == {"special_customer": 2}
    assert [len(group) for group in together] == [2, 2]


def test_given_observed_deeds_when_they_are_read_then_each_rule_has_its_count_and_cost(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number in (1, 2):
            gift = planned(gift_line(order_id=number), cost=usd(8_00), pool=Pool.GIFTS)
            plan(session, shop, gift, mode=Mode.OBSERVE, rule="nth_order_gift")
        plan(session, shop, planned(tag()))
        found = reports.observed_by_rule(session, shop_id=shop.id, currency="USD")

    assert found == {"nth_order_gift": Tally(name="nth_order_gift", count=2, cost=usd(16_00))}


def test_given_handled_and_set_aside_deliveries_when_misfits_are_read_then_only_those_for_a_person(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        keep_delivery(session, shop, "fine", problem=None)
        keep_delivery(session, shop, "odd", problem="not JSON")
        found = reports.misfits(session, shop_id=shop.id, limit=5)

    assert [misfit.problem for misfit in found] == ["not JSON"]


def test_given_the_same_answer_many_times_when_reasons_are_counted_then_by_subject_and_with_the_newest(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        decide(session, shop, code="foreign", because="long ago", at=NOON - 100 * DAY)
        for number, words in ((1, "a"), (1, "b"), (2, "c")):
            decide(session, shop, subject=f"order:{number}", code="foreign", because=words)
        (found,) = reasons.why_nots(session, shop_id=shop.id, since=NOON - 90 * DAY)

    assert (found.code, found.subjects, found.example) == ("foreign", 2, "c")


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
        found = rows(session, shop, needs_person=True)

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

        assert rows(session, shop, words=words) == []


Question = Callable[[Session, int], object]

QUESTIONS: dict[str, Question] = {
    "figures": lambda s, shop: reports.figures(s, shop_id=shop, currency="USD", now=NOON).customers,
    "orders_read": lambda s, shop: reports.orders_read(s, shop_id=shop),
    "pools_left": lambda s, shop: [pool.reserved.minor for pool in reports.pools_left(s, shop_id=shop, purse=purse())],
    "waiting_by_rule": lambda s, shop: reports.waiting_by_rule(s, shop_id=shop),
    "done_since": lambda s, shop: reports.done_since(s, shop_id=shop, since=None, currency="USD"),
    "observed_by_rule": lambda s, shop: reports.observed_by_rule(s, shop_id=shop, currency="USD"),
    "misfits": lambda s, shop: reports.misfits(s, shop_id=shop, limit=5),
    "was_done": lambda s, shop: reports.was_done(s, shop_id=shop, chore="review"),
    "newest_order": lambda s, shop: reports.newest_order(s, shop_id=shop),
    "why_nots": lambda s, shop: reasons.why_nots(s, shop_id=shop, since=NOON - DAY),
    "verdicts": lambda s, shop: reasons.verdicts(
        s, shop_id=shop, subjects=("order:1001",), search=Search(order_id=1001), limit=5
    ),
    "verdicts_with": lambda s, shop: reasons.verdicts_with(s, shop_id=shop, code="gift", rule=None, limit=5),
    "ledger_rows": lambda s, shop: stories.ledger_rows(s, shop_id=shop, currency="USD", search=Search(), limit=5),
    "searched": lambda s, shop: stories.ledger_rows(
        s, shop_id=shop, currency="USD", search=Search(words="1001"), limit=5
    ),
    "waiting": lambda s, shop: stories.waiting(s, shop_id=shop, currency="USD", limit=5),
    "waiting_ids": lambda s, shop: stories.waiting_ids(s, shop_id=shop, rule="refund_keep"),
    "last_gesture": lambda s, shop: stories.last_gesture(s, shop_id=shop, customer_id=55, currency="USD"),
    "pending": lambda s, shop: stories.pending(s, shop_id=shop, customer_id=55, currency="USD"),
    "order": lambda s, shop: stories.order(s, shop_id=shop, order_id=1001, currency="USD"),
    "orders_of": lambda s, shop: stories.orders_of(s, shop_id=shop, customer_id=55, currency="USD", limit=5),
}


def test_given_full_books_when_an_empty_twin_asks_any_question_then_it_hears_of_nothing(
    sessions: Sessions, shop: Merchant, twin: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        fill(session, shop)
        ours = {name: ask(session, shop.id) for name, ask in QUESTIONS.items()}
        theirs = {name: ask(session, twin.id) for name, ask in QUESTIONS.items()}

    # Ours first: a question that hears nothing at all would prove nothing about the twin.
    assert [name for name, answer in ours.items() if not answer] == []
    assert [name for name, answer in theirs.items() if answer and answer != [0, 0]] == []


def fill(session: Session, shop: Merchant) -> None:
    """Write one row of everything that the questions are about."""
    orders.write(session, shop_id=shop.id, orders=[order()])
    orders.recount(session, shop_id=shop.id)
    yardstick.measure(session, shop_id=shop.id, policy=shop.policy.special_customer, now=NOON)
    keep_delivery(session, shop, "odd", problem="not JSON")
    chores.take(session, shop_id=shop.id, name="review", period="today", now=NOON)
    decide(session, shop)
    finish(session, shop, plan(session, shop, planned(gift_line())))
    plan(session, shop, planned(gift_line(order_id=2)), mode=Mode.OBSERVE, rule="nth_order_gift")
    plan(session, shop, paid(flowers()))
    plan(session, shop, paid(refund()), mode=Mode.APPROVE, rule="refund_keep")
