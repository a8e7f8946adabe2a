"""What people answered, and what was only watched: counted by decision, by rule, and since a moment."""

from app.domain.policy import Mode
from app.domain.rules.promotion import Answers
from app.store import answers
from app.store.base import Sessions, unit_of_work
from app.store.reports import Tally
from app.store.shops import Merchant
from tests.builders import HOUR, NOON, gift_line, mark, paid, planned, refund, tag, usd
from tests.store.bookkeeping import decide
from tests.store.ledger_steps import Steps

ASKS = Mode.APPROVE


def given(steps: Steps, **rules: object) -> dict[str, Answers]:
    with unit_of_work(steps.sessions) as session:
        return answers.given(session, shop_id=steps.shop_id, rules=rules or {"refund_keep": NOON})


def test_given_answers_when_counted_then_a_yes_and_a_no_to_a_decision_count_once_however_much_hangs_on_it(
    steps: Steps, sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        one, other = (decide(session, shop, subject=f"order:{number}") for number in (1, 2))
    asked = steps.planned(planned(tag()), mode=ASKS, decision_id=one).id
    steps.planned(planned(mark()), mode=ASKS, decision_id=one)
    steps.approve(asked)
    steps.decline(steps.planned(paid(refund(order_id=2)), mode=ASKS, decision_id=other).id)
    steps.planned(paid(refund(order_id=3)), mode=ASKS)

    assert given(steps) == {"refund_keep": Answers(approved=1, declined=1)}


def test_given_a_yes_that_the_pool_did_not_hold_when_counted_then_it_is_a_yes(steps: Steps) -> None:
    steps.approve(steps.planned(paid(minor=900_00), mode=ASKS).id)

    assert given(steps) == {"refund_keep": Answers(approved=1)}


def test_given_answers_to_other_rules_or_about_older_deeds_when_counted_then_they_do_not_count(steps: Steps) -> None:
    steps.approve(steps.planned(paid(), mode=ASKS).id)
    steps.withdraw(steps.planned(paid(refund(order_id=2)), mode=ASKS).key)

    found = given(steps, flowers=NOON, refund_keep=NOON + HOUR)

    assert found == {"flowers": Answers(), "refund_keep": Answers()}


def test_given_what_rules_would_have_done_when_counted_then_by_rule_and_kind_with_what_it_costs(steps: Steps) -> None:
    for number in (1, 2):
        gift = planned(gift_line(order_id=number), cost=usd(8_00))
        steps.planned(gift, mode=Mode.OBSERVE, rule="nth_order_gift")
    steps.planned(planned(tag()), mode=Mode.OBSERVE, rule="special_customer")
    steps.planned(paid(), mode=Mode.AUTO)

    rules = {"nth_order_gift": NOON, "special_customer": NOON + HOUR, "refund_keep": NOON}
    with unit_of_work(steps.sessions) as session:
        found = answers.observed(session, shop_id=steps.shop_id, currency="USD", rules=rules)

    assert found == {"nth_order_gift": [Tally(name="add_gift_line", count=2, cost=usd(16_00))]}
