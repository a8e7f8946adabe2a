"""Made-up lives of a small shop's orders, the same for the same seed: what becomes of each, and when."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from app.domain.catalogue import Entry
from app.domain.facts import GiftOption, Line, Order
from app.domain.gifts import BY_HAND, GiftKind
from app.domain.moments import ANNIVERSARY, COMEBACK
from app.domain.policy import (
    Anniversary,
    Brake,
    Comeback,
    Kindness,
    Measure,
    Mode,
    Moments,
    NthOrderGift,
    Policy,
    Recovery,
    SpecialCustomer,
    Trial,
    WhenLeft,
)
from app.domain.tastes import Tastes
from tests.builders import CANDLE, DAY, HOUR, MINUTE, MUG, SOAP, gift_option, order, usd

# The clocks go back on 1 November in New York, where the shop is: one of its days has 25 hours.
BEGIN = datetime(2026, 10, 20, 7, 30, tzinfo=UTC)
BEFORE, AFTER = 60, 16  # days of a past, and days that are tried
LONGEST_AHEAD = 8  # days


class Turned(NamedTuple):
    """An order that is so from now on."""

    at: datetime
    order_id: int
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A shop's settings, its gifts, what its customers wish, and all that becomes of their orders, in its order."""

    policy: Policy
    options: dict[int, GiftOption]
    catalogue: tuple[Entry, ...]
    let_alone: frozenset[int]
    tastes: dict[int, Tastes]
    turned: list[Turned] = field(default_factory=list)

    @property
    def until(self) -> datetime:
        return BEGIN + AFTER * DAY


def made_up(seed: int, orders: int) -> Life:
    """Return the life of that seed, with so many orders."""
    dice = Random(seed)
    people = list(range(1, dice.randint(2, 7)))
    options = {
        MUG: gift_option(stock=dice.choice([None, 1, 40])),
        CANDLE: gift_option(variant_id=CANDLE, title="Candle", cost=usd(5_00), on_sale=dice.random() < 0.9),
    }
    moved = Random(f"moments of {seed}")  # dice of their own, so that the orders of a seed stay as they were
    life = Life(
        policy=replace(_with_moments(_policy(dice), moved), gifts_share=_share(Random(f"share of {seed}"))),
        options=options,
        catalogue=_catalogue(moved),
        let_alone=frozenset(who for who in people if dice.random() < 0.1),
        tastes={who: Tastes(never=("mug",)) for who in people if dice.random() < 0.2}
        | {who: Tastes(never=(moved.choice(["card", "another year"]),)) for who in people if moved.random() < 0.1},
    )
    seen = {turn for number in range(1, orders + 1) for turn in _turns(dice, number, people)}
    days = [moved.randrange(AFTER + LONGEST_AHEAD) for _ in range(4)]  # so few that several have the same
    seen |= {turn for who in people for turn in _years_ago(moved, orders + who, who, moved.choice(days))}
    life.turned.extend(sorted(seen, key=lambda turn: (turn.at, turn.order_id)))
    return life


def _policy(dice: Random) -> Policy:
    gift = NthOrderGift(
        mode=Mode.AUTO,
        began_at=BEGIN,
        ordinals=tuple(sorted(dice.sample(range(1, 8), dice.randint(1, 5)))),
        every=dice.choice([None, None, 1, 2, 3]),
        variants=dice.choice([(MUG, CANDLE), (CANDLE, MUG), (MUG,)]),
        stock_floor=dice.choice([0, 1, 5]),
        settle_minutes=dice.choice([0, 15, 90]),
        cooldown_days=dice.choice([0, 0, 2, 60]),
        per_day=dice.choice([1, 2, 25]),
        domestic_only=dice.random() < 0.7,
        subscriptions=dice.random() < 0.3,
        when_left=dice.choice([*WhenLeft]),
    )
    special = SpecialCustomer(
        mode=Mode.AUTO,
        measure=dice.choice([*Measure]),
        percentile=dice.choice([20, 50, 80]),
        fixed_minor=dice.choice([1_00, 120_00]),
        leave_below_percent=dice.choice([50, 90, 100]),
        dwell_days=dice.choice([0, 3, 30]),
        active_days=dice.choice([None, 4, 10]),
    )
    brake = Brake(times=2, least_deeds=dice.choice([1, 50]), least_minor=dice.choice([8_00, 200_00]))
    month = dice.choice([0, 13_00, 40_00, 500_00])
    return Policy(nth_order_gift=gift, special_customer=special, brake=brake, gifts_monthly_minor=month)


def _share(dice: Random) -> int | None:
    """Return a share of what these few orders bring that is one gift or some."""
    return dice.choice([None, 2_00, 6_00, 20_00])


def _with_moments(policy: Policy, dice: Random) -> Policy:
    given = {"mode": Mode.AUTO, "kindness": Kindness.GIFT}

    def of_each() -> dict[str, Any]:
        return given | {
            "kindness": dice.choice([*Kindness]),
            "at_most_minor": dice.choice([2_00, 15_00]),
            "special_only": dice.random() < 0.2,
            "per_day": dice.choice([1, 1, 10]),
        }

    trials = [Trial(rule=rule, percent=50, edition=1, salt="lot", began_at=BEGIN) for rule in (ANNIVERSARY, COMEBACK)]
    return replace(
        policy,
        moments=Moments(cooldown_days=dice.choice([0, 0, 2, 60]), domestic_only=dice.random() < 0.5),
        anniversary=Anniversary(lead_days=dice.choice([0, 1, LONGEST_AHEAD]), **of_each()),
        comeback=Comeback(away_days=dice.choice([1, 3, 10, 200]), **of_each()),
        recovery=Recovery(late_days=dice.choice([1, 10])),
        trials=tuple(trial for trial in trials if dice.random() < 0.2),
    )


def _catalogue(dice: Random) -> tuple[Entry, ...]:
    entries = (
        Entry(id=1, vendor=BY_HAND, sku="postcard", kind=GiftKind.CARD, title="Postcard", cost=usd(1_00)),
        Entry(id=2, vendor=BY_HAND, sku="mouse", kind=GiftKind.PARCEL, title="Felt mouse", cost=usd(9_00)),
        Entry(id=3, vendor=BY_HAND, sku="mug", kind=GiftKind.PARCEL, title="Small mug", cost=usd(8_00)),
    )
    return tuple(replace(each, photo="https://example.com/a.jpg", active=dice.random() < 0.7) for each in entries)


def _years_ago(dice: Random, number: int, who: int, day: int) -> Iterator[Turned]:
    """Yield the first order of somebody whose day comes round so many days later; of most of them."""
    if dice.random() < 0.2:
        return
    ahead = timedelta(days=day, minutes=dice.randrange(0, 24 * 60))
    at = (BEGIN + ahead).replace(year=BEGIN.year - dice.randint(1, 3))
    first = order(
        id=number,
        name=f"#{number}",
        customer_id=who,
        processed_at=at,
        created_at=at,
        updated_at=at,
        net=usd(40_00),
        shipped=dice.random() < 0.8,
    )
    yield _told(_weighed(first), at)
    if dice.random() < 0.2:
        gone = replace(first, cancelled=True, net=usd(0), editable=False)
        yield _told(_weighed(gone), BEGIN + timedelta(minutes=dice.randrange(0, AFTER * 24 * 60)))


def _turns(dice: Random, number: int, people: list[int]) -> Iterator[Turned]:
    at = BEGIN - BEFORE * DAY + timedelta(minutes=dice.randrange(0, (BEFORE + AFTER) * 24 * 60))
    if dice.random() < 0.6:
        at = BEGIN + timedelta(minutes=dice.randrange(0, AFTER * 24 * 60))
    paid = usd(dice.choice([5_00, 50_00, 90_00]))
    now = order(
        id=number,
        name=f"#{number}",
        customer_id=dice.choice([*people, *people, *people, None]),
        processed_at=at,
        created_at=at,
        updated_at=at,
        net=paid,
        risky=dice.random() < 0.05,
        subscription=dice.random() < 0.1,
        domestic=dice.random() < 0.9,
        test=dice.random() < 0.03,
        lines=(Line(variant_id=dice.choice([SOAP, SOAP, MUG]), quantity=1, total=paid),),
    )
    now = _weighed(now)
    if dice.random() < 0.15:
        yield _told(replace(now, settled=False, net=usd(0), counted=False), at)
        at += dice.choice([5 * MINUTE, 3 * HOUR, 2 * DAY])
    yield _told(now, at)
    for happens in (_sent, _given_back, _disputed, _cancelled, _put_away):
        changed = _weighed(happens(now, dice))
        # Of what changes nothing that a rule looks at, an order bears no trace.
        if changed != now and dice.random() < 0.4:
            at += dice.choice([MINUTE, 20 * MINUTE, 5 * HOUR, 2 * DAY])
            now = changed
            yield _told(now, at)


def _told(seen: Order, at: datetime) -> Turned:
    return Turned(at, seen.id, replace(seen, updated_at=at))


def _weighed(seen: Order) -> Order:
    because = "It is a test order." if seen.test else "The order was cancelled." if seen.cancelled else ""
    return replace(seen, counted=not because, settled=True, uncounted_because=because)


def _sent(seen: Order, _dice: Random) -> Order:
    return seen if seen.cancelled else replace(seen, shipped=True)


def _given_back(seen: Order, dice: Random) -> Order:
    return replace(seen, net=usd(seen.net.minor * dice.choice([0, 1, 3]) // 4))


def _disputed(seen: Order, dice: Random) -> Order:
    return replace(seen, disputed=dice.random() < 0.3)


def _cancelled(seen: Order, dice: Random) -> Order:
    if dice.random() < 0.5:
        return seen
    return replace(seen, cancelled=True, net=usd(0), editable=False)


def _put_away(seen: Order, _dice: Random) -> Order:
    return replace(seen, closed=True)
