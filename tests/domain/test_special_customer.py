"""Who is special: above the shop's own threshold and still active; and a mark that does not flap."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.correspondents import SEVERAL
from app.domain.decisions import Decision
from app.domain.effects import MarkInHelpdesk, PostNote, TagCustomer, TagTicket
from app.domain.facts import Standing, Yardstick
from app.domain.policy import SpecialCustomer
from app.domain.rules.special_customer import decide, greet, reason_line, touched
from tests.builders import DAY, HOUR, MINUTE, NOON, mark, standing, usd, yardstick

POLICY = SpecialCustomer()


@pytest.mark.parametrize(
    ("net", "code"),
    [(0, "below"), (99_99, "below"), (100_00, "entered"), (100_01, "entered"), (9_000_000_00, "entered")],
)
def test_given_an_active_customer_when_their_spend_reaches_the_threshold_then_the_mark_goes_on(
    net: int, code: str
) -> None:
    assert decided(standing(net=usd(net))).code == code


@pytest.mark.parametrize(
    ("pause", "code"),
    [(timedelta(), "entered"), (90 * DAY, "entered"), (90 * DAY + MINUTE, "inactive"), (800 * DAY, "inactive")],
)
def test_given_a_big_spender_when_their_last_order_is_too_long_ago_then_there_is_no_mark(
    pause: timedelta, code: str
) -> None:
    assert decided(standing(last_order_at=NOON - pause)).code == code


def test_given_a_customer_without_counted_orders_when_decided_then_they_are_not_active() -> None:
    assert decided(standing(orders=0, first_order_at=None, last_order_at=None)).code == "inactive"


@pytest.mark.parametrize(
    ("net", "code"), [(150_00, "stays"), (100_00, "stays"), (90_00, "stays"), (89_99, "fell"), (0, "fell")]
)
def test_given_a_marked_customer_when_their_spend_sinks_then_the_mark_stays_down_to_ninety_percent(
    net: int, code: str
) -> None:
    assert decided(marked(net=usd(net))).code == code


@pytest.mark.parametrize(("pause", "code"), [(90 * DAY, "stays"), (91 * DAY, "lapsed")])
def test_given_a_marked_customer_when_they_order_no_more_then_the_mark_comes_off(pause: timedelta, code: str) -> None:
    assert decided(marked(net=usd(500_00), last_order_at=NOON - pause)).code == code


@pytest.mark.parametrize(("since", "code"), [(HOUR, "dwells"), (30 * DAY - MINUTE, "dwells"), (30 * DAY, "fell")])
def test_given_a_fresh_mark_when_the_customer_falls_then_it_stays_thirty_days(since: timedelta, code: str) -> None:
    assert decided(marked(net=usd(1), changed_at=NOON - since)).code == code


@pytest.mark.parametrize(("since", "code"), [(HOUR, "too_soon"), (DAY - MINUTE, "too_soon"), (DAY, "entered")])
def test_given_a_mark_that_just_came_off_when_the_customer_rises_then_it_waits_a_day(
    since: timedelta, code: str
) -> None:
    assert decided(standing(changes=2, changed_at=NOON - since)).code == code


def test_given_a_merchant_without_a_dwelling_time_when_the_mark_went_on_today_then_it_stays_a_day_all_the_same() -> (
    None
):
    hasty = replace(POLICY, dwell_days=0)

    assert decided(marked(net=usd(1), changed_at=NOON - HOUR), hasty).code == "dwells"


def test_given_the_mark_goes_on_when_planned_then_store_and_helpdesk_are_told_under_one_occasion() -> None:
    decision = decided(standing(changes=2, net=usd(330_00)))

    assert decision.special is True
    assert decision.subject == "customer:55"
    assert [plan.effect for plan in decision.plans] == [
        TagCustomer(customer_id=55, tag="make-it-right", present=True, occasion="standing-3"),
        MarkInHelpdesk(customer_id=55, special=True, reason=decision.because, occasion="standing-3"),
    ]
    assert all(plan.due_at == NOON and plan.cost is None for plan in decision.plans)


def test_given_the_mark_comes_off_when_planned_then_store_and_helpdesk_are_told() -> None:
    decision = decided(marked(net=usd(1)))

    assert decision.special is False
    assert [getattr(plan.effect, "present", None) for plan in decision.plans] == [False, None]
    assert [getattr(plan.effect, "special", None) for plan in decision.plans] == [None, False]


@pytest.mark.parametrize("net", [1, 95_00])
def test_given_no_change_when_decided_then_nothing_is_planned(net: int) -> None:
    decision = decided(standing(net=usd(net)))

    assert (decision.special, decision.plans) == (None, ())


@given(
    threshold=st.integers(1, 10**6),
    below=st.integers(0, 100),
    wobble=st.lists(st.integers(0, 10**6), min_size=1, max_size=40),
)
def test_given_a_customer_at_the_edge_when_their_spend_wobbles_within_the_band_then_the_mark_never_flaps(
    threshold: int, below: int, wobble: list[int]
) -> None:
    policy, measure = replace(POLICY, leave_below_percent=below), yardstick(threshold=usd(threshold))
    floor = -(-threshold * below // 100)
    seen = marked(net=usd(threshold))

    for step, up in enumerate(wobble):
        now = NOON + step * 40 * DAY
        here = replace(seen, net=usd(floor + up % (threshold + 1)), last_order_at=now)
        assert decide(here, measure, policy, now).special is None


@given(
    steps=st.lists(
        st.tuples(st.integers(-30_000, 30_000), st.integers(0, 40 * 24), st.booleans()), min_size=1, max_size=60
    ),
    policy=st.builds(SpecialCustomer, dwell_days=st.integers(0, 60), leave_below_percent=st.integers(0, 100)),
)
def test_given_any_orders_refunds_and_days_when_decided_each_time_then_the_mark_never_changes_more_often_than_allowed(
    steps: list[tuple[int, int, bool]], policy: SpecialCustomer
) -> None:
    changes = [(NOON - 10**4 * DAY, False)]
    person, now, measure = standing(net=usd(0)), NOON, yardstick()
    for money, hours, buys in steps:
        now += hours * HOUR
        person = replace(person, net=usd(max(0, person.net.minor + money)))
        person = replace(person, last_order_at=now) if buys else person
        decision = decide(person, measure, policy, now)
        if decision.special is not None:
            changes.append((now, decision.special))
            person = after(person, decision, now)

    for (before, was_on), (at, is_on) in pairwise(changes):
        assert is_on is not was_on
        assert at - before >= (DAY if is_on else max(DAY, policy.dwell_days * DAY))


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 400), st.booleans())
def test_given_any_customer_when_the_mark_goes_on_then_they_truly_are_above_and_active(
    net: int, threshold: int, days: int, special: bool
) -> None:
    person = standing(net=usd(net), special=special, marked=special, last_order_at=NOON - days * DAY)

    decision = decide(person, yardstick(threshold=usd(threshold)), POLICY, NOON)
    if decision.special is True:
        assert not special
        assert net >= threshold
        assert days <= 90
    if decision.special is False:
        assert special
        assert net * 10 < threshold * 9 or days > 90


@pytest.mark.parametrize(
    ("person", "measure", "line"),
    [
        (
            standing(net=usd(330_00), orders=7),
            yardstick(),
            "$330.00 net over 7 orders since 2024 (3.3× the store's average)",
        ),
        (
            standing(net=usd(99_99), orders=1),
            yardstick(),
            "$99.99 net over 1 order since 2024 (0.9× the store's average)",
        ),
        (standing(net=usd(5_00), orders=0, first_order_at=None), yardstick(average=usd(0)), "$5.00 net over 0 orders"),
    ],
)
def test_given_a_customer_when_described_then_the_agent_reads_the_one_line_that_matters(
    person: Standing, measure: Yardstick, line: str
) -> None:
    assert reason_line(person, measure) == line


def test_given_a_special_customer_when_they_write_in_then_the_ticket_is_tagged_and_the_agent_reads_why() -> None:
    person = marked(net=usd(330_00))
    decision = greet("42", person, yardstick(), POLICY, NOON)

    tag, card = (plan.effect for plan in decision.plans)
    assert decision.code == "greeted"
    assert tag == TagTicket(ticket_id="42", tag="make-it-right", reason=reason_line(person, yardstick()))
    assert isinstance(card, PostNote)
    assert "3.3×" in card.text


def test_given_a_special_customer_when_they_write_again_on_the_ticket_then_the_card_is_the_same_deed() -> None:
    first = greet("42", marked(net=usd(330_00)), yardstick(), POLICY, NOON)
    second = greet("42", marked(net=usd(990_00)), yardstick(), POLICY, NOON + DAY)

    assert [plan.effect.key for plan in first.plans] == [plan.effect.key for plan in second.plans]


@pytest.mark.parametrize(
    ("tags", "tagged"), [(None, [""]), (frozenset({"returns"}), ["look-7"]), (frozenset({"make-it-right"}), [])]
)
def test_given_a_ticket_that_was_looked_at_when_they_write_again_then_it_is_tagged_where_the_tag_was_lost(
    tags: frozenset[str] | None, tagged: list[str]
) -> None:
    decision = greet("42", marked(net=usd(330_00)), yardstick(), POLICY, NOON, tags=tags, look=7)

    found = [plan.effect for plan in decision.plans if isinstance(plan.effect, TagTicket)]
    assert [tag.occasion for tag in found] == tagged
    assert decision.code == "greeted"


def test_given_somebody_for_whom_suggestions_wait_when_they_write_then_the_tag_is_there_and_no_word_beside_it() -> None:
    decision = greet("42", marked(net=usd(330_00)), yardstick(), POLICY, NOON, not_now=True)

    assert [type(plan.effect) for plan in decision.plans] == [TagTicket]
    assert (decision.code, "nothing suggested for now" in decision.because) == ("not_now", True)


@pytest.mark.parametrize(
    ("person", "measure", "code"),
    [
        (None, yardstick(), "no_orders"),
        (None, None, "no_orders"),
        (standing(special=True), None, "no_measure"),
        (standing(), yardstick(), "not_special"),
    ],
)
def test_given_nobody_special_when_they_write_in_then_the_ticket_is_left_alone(
    person: Standing | None, measure: Yardstick | None, code: str
) -> None:
    decision = greet("42", person, measure, POLICY, NOON)

    assert (decision.code, decision.plans, decision.subject) == (code, (), "ticket:42")


def test_given_nobody_whom_a_ticket_is_from_when_looked_at_then_the_reason_is_said() -> None:
    decision = greet("42", None, yardstick(), POLICY, NOON, SEVERAL)

    assert (decision.code, decision.because, decision.plans) == (SEVERAL.code, SEVERAL.because, ())


def decided(person: Standing, policy: SpecialCustomer = POLICY) -> Decision:
    return decide(person, yardstick(), policy, NOON)


def marked(**changes: object) -> Standing:
    """Return a customer whose mark went on long ago."""
    return replace(standing(special=True, marked=True, changes=1, changed_at=NOON - 300 * DAY), **changes)  # type: ignore[arg-type]


def after(person: Standing, decision: Decision, now: datetime) -> Standing:
    on = bool(decision.special)
    return replace(person, special=on, marked=on, changes=person.changes + 1, changed_at=now)


def proposed(**changes: object) -> Standing:
    """Somebody whom we would mark, and who is not marked yet: a person was asked, or said no."""
    return marked(marked=False, **changes)


def test_given_a_mark_that_waits_for_a_yes_when_the_customer_is_active_no_more_then_it_is_taken_back_at_once() -> None:
    person = proposed(net=usd(330_00), changed_at=NOON - DAY, last_order_at=NOON - 91 * DAY)

    decision = decide(person, yardstick(), POLICY, NOON)

    assert (decision.code, decision.special, decision.plans) == ("outdated", False, ())
    assert decision.withdraw == ("tag:55:standing-1:make-it-right", "mark:55:standing-1")


def test_given_a_mark_that_waits_for_a_yes_when_the_spend_sinks_below_the_threshold_then_no_band_protects_it() -> None:
    assert decide(proposed(net=usd(99_99)), yardstick(), POLICY, NOON).code == "outdated"
    assert decide(proposed(net=usd(100_00)), yardstick(), POLICY, NOON).code == "stays"


def test_given_a_mark_that_crossed_with_our_change_of_mind_when_looked_at_again_then_it_is_taken_off() -> None:
    person = marked(special=False, net=usd(10_00), changes=2)

    decision = decide(person, yardstick(), POLICY, NOON)

    tag, mark = (plan.effect for plan in decision.plans)
    assert (tag.key, mark.key) == ("tag:55:standing-2:make-it-right", "mark:55:standing-2")
    assert isinstance(tag, TagCustomer)
    assert not tag.present
    assert decision.special is None


def test_given_sixty_days_of_records_when_an_agent_reads_why_then_it_says_since_when() -> None:
    person = standing(first_order_at=NOON - 30 * DAY)

    assert "since 22 September 2026, where our records begin" in reason_line(person, yardstick(since=NOON - 60 * DAY))
    assert "since 2026" in reason_line(person, yardstick())


def test_given_a_mark_on_its_way_to_the_helpdesk_when_a_hand_takes_the_tag_off_then_it_comes_after() -> None:
    who = standing(special=True, marked=True, changes=3)
    ours = mark(occasion="standing-3").key

    off, on = (touched(who, NOON, shown=shown) for shown in (False, True))

    assert (off.withdraw, on.withdraw) == ((ours,), ())
    assert [plan.after for plan in (*off.plans, *on.plans)] == [ours, ours]
