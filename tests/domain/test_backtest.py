"""A walk through the past: each order as it was then, with what was known and given by then, and no more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain import turns
from app.domain.backtest import summary
from app.domain.backtest.asked import Asked, Row, Treat, Wishes
from app.domain.backtest.kindnesses import Kindnesses
from app.domain.backtest.summary import Outcome
from app.domain.backtest.walk import Walk
from app.domain.catalogue import Entry
from app.domain.effects import State
from app.domain.facts import Order
from app.domain.gifts import BY_HAND, GiftKind
from app.domain.moments import ANNIVERSARY, COMEBACK
from app.domain.policy import Anniversary, Brake, Comeback, Kindness, Measure, Moments, Policy, WhenLeft
from tests.builders import CANDLE, DAY, HOUR, MINUTE, MUG, NOON, auto_policy, gift_option, order, usd

BEGIN = NOON - 90 * DAY
MUG_ALONE = (gift_option(stock=None),)


def policy(*, monthly: int = 500_00, brake: Brake | None = None, fixed: int = 10_000_00, **gift: Any) -> Policy:
    """Every order may have a gift, nobody waits between two, and nobody is special."""
    every = replace(auto_policy().nth_order_gift, **({"every": 1, "cooldown_days": 0, "domestic_only": False} | gift))
    special = replace(auto_policy().special_customer, measure=Measure.FIXED, fixed_minor=fixed)
    return replace(
        auto_policy(),
        nth_order_gift=every,
        special_customer=special,
        gifts_monthly_minor=monthly,
        brake=brake or Brake(),
    )


def asked(wanted: Policy, **changes: Any) -> Asked:
    zone = ZoneInfo("America/New_York")
    default = Asked(policy=wanted, currency="USD", zone=zone, since=BEGIN, until=NOON, options=MUG_ALONE)
    return replace(default, **changes)


def bought(number: int, at: datetime, *later: tuple[timedelta, dict[str, Any]], who: int | None = None) -> Row:
    """Return an order of a customer of its own, or of that one, and what it was later."""
    now = order(id=number, name=f"#{number}", customer_id=who or number, processed_at=at, updated_at=at, created_at=at)
    text = turns.gone_on(None, now)
    for pause, changes in later:
        now = replace(now, updated_at=now.updated_at + pause, **changes)
        text = turns.gone_on(text, now)
    return row(now, text)


def row(now: Order, text: str | None) -> Row:
    net = now.net.minor if now.counted else 0
    return Row(now.id, now.customer_id, now.name, now.processed_at, net, now.counted, "", text)


def walked(rows: Sequence[Row], wanted: Asked, **known: Any) -> tuple[Walk, Outcome]:
    walk = Walk(asked=wanted, **known)
    walk.begin(rows)
    return walk, summary.told(walk, walk.through())


def skipped(came_to: Outcome) -> dict[str, int]:
    return {each.code: each.count for each in came_to.skipped}


def test_given_an_order_that_was_given_back_weeks_later_when_walked_through_then_it_had_its_gift() -> None:
    back = bought(1, BEGIN + DAY, (5 * HOUR, {"shipped": True}), (20 * DAY, {"net": usd(0)}))

    _, came_to = walked([back], asked(policy()))

    assert (came_to.gifts, came_to.cost_minor, came_to.revenue_minor) == (1, 8_00, 0)


def test_given_an_order_cancelled_before_its_hour_when_walked_through_then_the_money_is_back_in_its_month() -> None:
    over = {"cancelled": True, "counted": False, "net": usd(0)}

    walk, came_to = walked([bought(1, BEGIN + DAY, (5 * MINUTE, over)), bought(2, NOON - DAY)], asked(policy()))

    assert (came_to.gifts, skipped(came_to)) == (1, {"withdrawn": 1})
    assert {month: minor for month, minor in walk.books.purse.out.items() if minor} == {"2026-11": 8_00}


def test_given_an_order_cancelled_after_its_gift_when_walked_through_then_it_is_taken_back_unless_it_had_left() -> None:
    over = {"cancelled": True, "counted": False, "net": usd(0)}
    stays = bought(2, BEGIN + DAY, (5 * HOUR, {"shipped": True}), (HOUR, over))

    _, came_to = walked([bought(1, BEGIN + DAY, (5 * HOUR, over)), stays], asked(policy()))

    assert (came_to.gifts, came_to.taken_back, came_to.cost_minor) == (1, 1, 8_00)


def test_given_a_parcel_that_left_at_once_when_walked_through_then_the_next_has_it_or_it_goes_alone() -> None:
    left = bought(1, BEGIN + DAY, (MINUTE, {"shipped": True}), who=7)
    nothing_due = bought(2, BEGIN + 9 * DAY, who=7)
    once = {"every": None, "ordinals": (1,)}

    _, later = walked([left, nothing_due], asked(policy(**once)))
    _, alone = walked([left, nothing_due], asked(policy(**once, when_left=WhenLeft.OWN_PARCEL)))

    assert [(each.name, each.given) for each in later.examples] == [("#2", True), ("#1", False)]
    assert [(each.name, each.given) for each in alone.examples] == [("#1", True), ("#2", False)]


def test_given_a_full_day_and_an_empty_purse_when_walked_through_then_both_are_reasons() -> None:
    crowd = [bought(number, BEGIN + DAY + number * MINUTE) for number in range(1, 5)]

    _, capped = walked(crowd, asked(policy(per_day=3)))
    _, poor = walked(crowd, asked(policy(monthly=20_00)))

    assert (capped.gifts, skipped(capped)) == (3, {"daily_cap": 1})
    assert (poor.gifts, skipped(poor)) == (2, {"over_budget": 2})


def test_given_a_share_of_what_was_taken_when_walked_through_then_each_nights_takings_limit_what_is_given() -> None:
    """Each order brings $50 and a gift of $8: a fifth of one is one gift, of none in thirty days is none."""
    rows = [bought(1, BEGIN - DAY), bought(2, BEGIN + DAY), bought(3, BEGIN + DAY + HOUR), bought(4, BEGIN + 40 * DAY)]

    _, came_to = walked(rows, asked(replace(policy(), gifts_share=20_00)))

    assert [(each.name, each.given) for each in came_to.examples] == [("#2", True), ("#4", False), ("#3", False)]
    assert skipped(came_to) == {"over_budget": 2}


def test_given_a_last_piece_that_waits_to_leave_when_walked_through_then_no_other_parcel_is_promised_it() -> None:
    rows = [bought(1, BEGIN + DAY), bought(2, BEGIN + DAY + 5 * MINUTE), bought(3, BEGIN + 2 * DAY)]
    one_left = (gift_option(stock=1),)

    _, came_to = walked(rows, asked(policy(settle_minutes=15, stock_floor=0), options=one_left))

    assert (came_to.gifts, skipped(came_to)) == (2, {"nothing_fits": 1})


def test_given_far_more_than_usual_when_walked_through_then_the_rule_stops_and_the_rest_waits() -> None:
    crowd = [bought(number, BEGIN + DAY + number * MINUTE) for number in range(1, 5)]

    _, came_to = walked(crowd, asked(policy(brake=Brake(least_deeds=2))))

    assert (came_to.gifts, came_to.waiting) == (2, 2)
    assert came_to.stopped == (("nth_order_gift", BEGIN + DAY + 3 * MINUTE),)


def test_given_what_was_truly_given_when_walked_through_then_nobody_has_the_same_twice_nor_too_soon() -> None:
    team = Treat(
        customer_id=7,
        order_id=900,
        variant_id=MUG,
        created_at=BEGIN + HOUR,
        due_at=BEGIN + HOUR,
        of_the_rule=False,
        keeps_pause=True,
    )
    rows = [bought(1, BEGIN, who=7), bought(2, BEGIN + 2 * DAY, who=7), bought(3, BEGIN + 2 * DAY, who=8)]
    options = (*MUG_ALONE, gift_option(variant_id=CANDLE, title="Candle"))

    _, pausing = walked(rows[1:], asked(policy(cooldown_days=60)), treats=[team])
    _, other = walked(rows[1:], asked(policy(), options=options), treats=[team])

    assert skipped(pausing) == {"cool_down": 1}
    assert {each.title: each.count for each in other.pieces} == {"Mug": 1, "Candle": 1}


def test_given_something_that_was_given_later_when_walked_through_then_nobody_knows_of_it_before() -> None:
    later = Treat(
        customer_id=7,
        order_id=900,
        variant_id=MUG,
        created_at=BEGIN + 5 * DAY,
        due_at=BEGIN + 5 * DAY,
        of_the_rule=False,
        keeps_pause=True,
    )

    _, came_to = walked([bought(1, BEGIN + 2 * DAY, who=7)], asked(policy(cooldown_days=60)), treats=[later])

    assert (came_to.gifts, skipped(came_to)) == (1, {})


def test_given_somebody_to_be_left_alone_since_a_day_when_walked_through_then_only_from_that_day_on() -> None:
    rows = [bought(1, BEGIN + DAY, who=7), bought(2, BEGIN + 9 * DAY, who=7)]
    options = (*MUG_ALONE, gift_option(variant_id=CANDLE, title="Candle"))

    _, came_to = walked(rows, asked(policy(), options=options), wishes={7: Wishes(let_alone_since=BEGIN + 5 * DAY)})

    assert (came_to.gifts, skipped(came_to)) == (1, {"opted_out": 1})


def test_given_an_order_nobody_told_the_past_of_when_walked_through_then_it_counts_and_is_said_to_be_unknown() -> None:
    old = row(order(id=1, customer_id=7, processed_at=BEGIN + DAY), None)

    _, came_to = walked([old, bought(2, BEGIN + 9 * DAY, who=7)], asked(policy(every=None, ordinals=(2,))))

    assert (came_to.orders, came_to.unknown, came_to.gifts, came_to.revenue_minor) == (2, 1, 1, 100_00)
    assert [each.name for each in came_to.examples] == ["#2"]


def test_given_an_order_from_before_that_was_first_heard_of_now_when_walked_through_then_it_is_none_of_these_days() -> (
    None
):
    text = turns.gone_on(None, order(id=1, created_at=BEGIN - 30 * DAY, updated_at=BEGIN + DAY))
    late = row(order(id=1, processed_at=BEGIN - 30 * DAY), text)

    _, came_to = walked([late], asked(policy()))

    assert (came_to.orders, came_to.gifts, came_to.revenue_minor, came_to.examples) == (0, 0, 0, ())


def test_given_somebody_who_was_forgotten_when_walked_through_then_nothing_is_decided_about_them() -> None:
    _, came_to = walked([bought(1, BEGIN + DAY, who=-5)], asked(policy(fixed=1)))

    assert (came_to.orders, came_to.gifts, came_to.tagged, came_to.examples) == (1, 0, 0, ())


def test_given_a_threshold_when_walked_through_then_marks_go_on_with_the_order_and_come_off_in_a_night() -> None:
    spends = bought(1, BEGIN + DAY, who=7)
    quick = replace(policy(fixed=40_00).special_customer, dwell_days=0, active_days=10)

    _, came_to = walked([spends], asked(replace(policy(), special_customer=quick)))

    assert (came_to.tagged, came_to.untagged, came_to.special) == (1, 1, 0)
    assert came_to.share == 16_00


def test_given_many_orders_when_summed_up_then_twenty_examples_tell_of_each_reason() -> None:
    crowd = [bought(number, BEGIN + number * HOUR) for number in range(1, 41)]
    risky = [bought(100 + number, BEGIN + number * HOUR, who=99) for number in range(1, 30)]

    _, came_to = walked([*crowd, *risky], asked(policy(every=None, ordinals=(1,), monthly=160_00)))

    assert len(came_to.examples) == 20
    assert {each.code for each in came_to.examples} == {"gift", "over_budget", "other_ordinal"}


EACH = {"special_only": False, "words": "Thank you."}


def with_moments(wanted: Policy | None = None, *, pause: int = 60, **each: Any) -> Policy:
    """Return the policy with both moments for everybody; a card of a person's hand is 6.00."""
    said = EACH | each
    return replace(
        wanted or policy(every=None, ordinals=(999,)),
        moments=Moments(cooldown_days=pause),
        anniversary=Anniversary(lead_days=8, **said),
        comeback=Comeback(away_days=100, **said),
    )


def came_round(came_to: Outcome, rule: str) -> Kindnesses:
    found = came_to.of_moment(rule)
    assert found is not None
    return found


def first_of(number: int, day: datetime, **later: Any) -> list[Row]:
    """Return orders of somebody who bought first a year before that day, and has bought since."""
    return [
        bought(number, day - 365 * DAY, (DAY, {"shipped": True}), who=number),
        regular(number + 100, number, **later),
    ]


def regular(number: int, who: int, **changes: Any) -> Row:
    return bought(number, BEGIN - 20 * DAY, (DAY, {"shipped": True} | changes), who=who)


def test_given_a_first_order_when_its_day_comes_round_then_a_card_leaves_in_time_and_once() -> None:
    walk, came_to = walked(first_of(1, BEGIN + 30 * DAY), asked(with_moments(), shop="Practice"))

    (deed,) = walk.books.deeds.values()
    found = came_round(came_to, ANNIVERSARY)
    leaves = (BEGIN + 22 * DAY).astimezone(walk.asked.zone).replace(hour=9)
    assert (found.given, found.cost_minor, found.skips) == (1, 6_00, 0)
    assert (deed.due_at, deed.state, came_to.gifts, came_to.cost_minor) == (leaves, State.DONE, 0, 0)
    assert [(each.name, each.given) for each in found.examples] == [("#101", True)]


def test_given_the_newest_order_not_counted_any_more_when_the_day_comes_then_the_one_before_is_looked_at() -> None:
    rows = first_of(1, BEGIN + 30 * DAY)
    gone = bought(200, BEGIN + DAY, (DAY, {"cancelled": True, "counted": False, "net": usd(0)}), who=1)
    stuck = [bought(2, BEGIN - 335 * DAY, (DAY, {"shipped": True}), who=2), bought(202, BEGIN - 20 * DAY, who=2)]

    _, came_to = walked([*rows, gone, *stuck], asked(with_moments()))

    found = came_round(came_to, ANNIVERSARY)
    assert (found.given, {each.code: each.count for each in found.skipped}) == (1, {"promise_open": 1})


def test_given_more_than_a_day_may_have_when_their_day_comes_then_those_who_spent_most_have_it() -> None:
    rows = [each for number in (1, 2, 3, 4) for each in first_of(number, BEGIN + 30 * DAY)]
    big = bought(900, BEGIN - 10 * DAY, (DAY, {"shipped": True}), who=4)

    walk, came_to = walked([*rows, big], asked(with_moments(per_day=1)))

    found = came_round(came_to, ANNIVERSARY)
    assert [deed.effect.customer_id for deed in walk.books.deeds.values()] == [4]
    assert (found.given, {each.code: each.count for each in found.skipped}) == (1, {"daily_cap": 2})  # thrice a cap


def test_given_a_gift_a_short_while_ago_when_the_day_comes_then_they_keep_their_pause_each_way() -> None:
    rows = [*first_of(1, BEGIN + 30 * DAY), bought(300, BEGIN + 5 * DAY, (DAY, {"shipped": True}), who=1)]
    pausing = with_moments(policy(cooldown_days=60))
    later = [*first_of(1, BEGIN + 30 * DAY), bought(300, BEGIN + 40 * DAY, who=1)]

    _, gift_first = walked(rows, asked(pausing))
    _, card_first = walked(later, asked(pausing))

    assert [(each.code, each.count) for each in came_round(gift_first, ANNIVERSARY).skipped] == [("cool_down", 1)]
    assert (gift_first.gifts, card_first.gifts, skipped(card_first)) == (1, 0, {"cool_down": 1})
    assert came_round(card_first, ANNIVERSARY).given == 1


def test_given_what_they_truly_had_for_the_day_when_walked_through_then_it_is_not_said_again() -> None:
    had = Treat(
        customer_id=1,
        order_id=None,
        variant_id=None,
        created_at=BEGIN - DAY,
        due_at=BEGIN - DAY,
        of_the_rule=False,
        keeps_pause=True,
        occasion=f"{ANNIVERSARY}:{(BEGIN + 30 * DAY).year}",
    )

    _, came_to = walked(first_of(1, BEGIN + 30 * DAY), asked(with_moments(pause=0)), treats=[had])

    assert (came_round(came_to, ANNIVERSARY).given, came_round(came_to, ANNIVERSARY).skips) == (0, 0)


def test_given_somebody_who_comes_back_when_walked_through_then_a_card_follows_unless_a_gift_goes_along() -> None:
    rows = [bought(1, BEGIN - 99 * DAY, who=1), bought(2, BEGIN + 2 * DAY, who=1), bought(3, BEGIN + 3 * DAY, who=1)]

    walk, came_to = walked(rows, asked(with_moments()))
    _, with_gift = walked(rows, asked(with_moments(policy())))

    (deed,) = walk.books.deeds.values()
    assert deed.due_at == BEGIN + 3 * DAY
    assert [(each.order_id, each.given) for each in came_round(came_to, COMEBACK).examples] == [(2, True)]
    assert [(each.code, each.count) for each in came_round(with_gift, COMEBACK).skipped] == [("cool_down", 1)]


def test_given_a_comeback_that_is_cancelled_in_its_hour_when_walked_through_then_its_money_is_back() -> None:
    over = {"cancelled": True, "counted": False, "net": usd(0)}
    rows = [bought(1, BEGIN - 99 * DAY, who=1), bought(2, BEGIN + 2 * DAY, (HOUR, over), who=1)]

    walk, came_to = walked(rows, asked(with_moments()))

    found = came_round(came_to, COMEBACK)
    assert (found.given, [(each.code, each.count) for each in found.skipped]) == (0, [("withdrawn", 1)])
    assert not any(walk.books.purse.out.values())


def test_given_a_disputed_order_when_its_card_would_leave_then_it_waits_for_a_person() -> None:
    rows = [bought(1, BEGIN - 99 * DAY, who=1), bought(2, BEGIN + 2 * DAY, (HOUR, {"disputed": True}), who=1)]

    walk, came_to = walked(rows, asked(with_moments()))

    assert (came_round(came_to, COMEBACK).given, came_round(came_to, COMEBACK).waiting) == (0, 1)
    assert not any(walk.books.purse.out.values())


def test_given_a_gift_of_the_catalogue_when_they_had_it_then_they_have_another_or_a_card() -> None:
    mouse = Entry(
        id=5, vendor=BY_HAND, sku="", kind=GiftKind.PARCEL, title="Mouse", cost=usd(9_00), photo="x", active=True
    )
    known = {"entries": (mouse,), "vendors": frozenset({BY_HAND})}
    rows = [*first_of(1, BEGIN + 30 * DAY), bought(300, BEGIN + 85 * DAY, who=1)]
    wanted = with_moments(pause=0, kindness=Kindness.GIFT)

    walk, _ = walked(rows, asked(wanted, **known))

    assert [(deed.rule, deed.cost_minor) for deed in walk.books.deeds.values()] == [
        (ANNIVERSARY, 9_00),
        (COMEBACK, 6_00),
    ]
