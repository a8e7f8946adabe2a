"""What lies before one customer: which rules may be kind to them next, when at the earliest, and what is in the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.facts import Standing
from app.domain.moments import ANNIVERSARY, BIRTHDAY, COMEBACK, RECOVERY, Birthday, in_year
from app.domain.policy import Mode, Moment, Policy
from app.domain.rules import nth_order_gift
from app.domain.rules.moments import SETTLED

YEARS = 3  # so far ahead a day is looked for that nothing stands in the way of
UNKNOWN, NEVER, NOT_SPECIAL, LET_ALONE, NO_GIFTS = "unknown", "never", "not_special", "let_alone", "no_gifts"
_FAR = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One rule on a customer's way: what it may do next, on which day at the earliest, with which order, after what.

    `barred` is the code of what is in the way as long as nothing changes.
    """

    rule: str
    mode: Mode
    on: date | None = None
    ordinal: int | None = None
    after: str = ""  # name of the order that has to arrive first
    if_they_order: bool = False  # until then: who orders no more is left out
    barred: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the customer whose way it is; the days are those of the merchant's calendar."""

    standing: Standing
    today: date
    first_on: date | None
    last_on: date | None
    treated_on: date | None = None
    quiet_until: date | None = None
    birthday: Birthday | None = None
    late: str = ""  # name of an order that is late
    active_days: int = 365


def ahead(known: Known, policy: Policy) -> tuple[Stop, ...]:
    """Return the rules that may be kind to the customer by themselves, the next one first; those that cannot, last."""
    stops = (
        _gift(known, policy),
        _yearly(known, policy, ANNIVERSARY, _anniversaries(known), policy.anniversary.lead_days),
        _birthday(known, policy),
        _comeback(known, policy),
        _stop(known, policy, RECOVERY, after=known.late),
    )
    return tuple(sorted(stops, key=lambda stop: (bool(stop.barred), stop.on or _FAR)))


def _birthday(known: Known, policy: Policy) -> Stop:
    day = known.birthday
    if day is None:
        return _stop(known, policy, BIRTHDAY, barred=UNKNOWN)
    days = [day.in_year(year) for year in _years(known.today)]
    counts = [each for each in days if each - day.said_at.date() >= SETTLED]
    return _yearly(known, policy, BIRTHDAY, counts, policy.birthday.lead_days)


def _yearly(known: Known, policy: Policy, rule: str, days: Iterable[date], lead_days: int) -> Stop:
    free, lead = _free_from(known, policy), timedelta(days=lead_days)
    coming = next((day for day in days if day - lead >= free), None)
    if coming is None or known.last_on is None:
        return _stop(known, policy, rule, barred=NEVER)
    lapses = coming - lead > known.last_on + timedelta(days=known.active_days)
    return _stop(known, policy, rule, on=coming, if_they_order=lapses)


def _comeback(known: Known, policy: Policy) -> Stop:
    if known.last_on is None:
        return _stop(known, policy, COMEBACK, barred=NEVER)
    away = known.last_on + timedelta(days=policy.comeback.away_days)
    return _stop(known, policy, COMEBACK, on=max(away, _free_from(known, policy)))


def _gift(known: Known, policy: Policy) -> Stop:
    gift, orders = policy.nth_order_gift, known.standing.orders
    ordinals = range(orders + 1, orders + 1 + max(gift.every or 0, *gift.ordinals, 1))
    due = next((each for each in ordinals if nth_order_gift.is_due(each, gift)), None)
    barred = "" if due is not None and gift.variants else NO_GIFTS
    pause = None if known.treated_on is None else known.treated_on + timedelta(days=gift.cooldown_days)
    on = max(filter(None, (known.today, pause, known.quiet_until)))
    return _stop(known, policy, nth_order_gift.RULE, on=None if barred else on, ordinal=due, barred=barred)


def _stop(
    known: Known,
    policy: Policy,
    rule: str,
    *,
    on: date | None = None,
    ordinal: int | None = None,
    after: str = "",
    if_they_order: bool = False,
    barred: str = "",
) -> Stop:
    moment = policy.by_moment.get(rule)
    barred = LET_ALONE if known.standing.let_alone else barred or _kept_from(known, moment)
    return Stop(
        rule=rule,
        mode=policy.mode_of(rule),
        on=None if barred else on,
        ordinal=ordinal,
        after=after,
        if_they_order=if_they_order,
        barred=barred,
    )


def _kept_from(known: Known, moment: Moment | None) -> str:
    return NOT_SPECIAL if moment is not None and moment.special_only and not known.standing.special else ""


def _free_from(known: Known, policy: Policy) -> date:
    pause = None if known.treated_on is None else known.treated_on + timedelta(days=policy.moments.cooldown_days)
    return max(filter(None, (known.today, pause, known.quiet_until)))


def _anniversaries(known: Known) -> tuple[date, ...]:
    first = known.first_on
    if first is None:
        return ()
    return tuple(in_year(first.month, first.day, year) for year in _years(known.today) if year > first.year)


def _years(today: date) -> range:
    return range(today.year, today.year + YEARS + 1)
