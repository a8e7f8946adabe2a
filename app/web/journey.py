"""A customer's way as the merchant sees it: what each rule may do next, and when at the earliest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.domain import journey
from app.domain.facts import Standing, Yardstick
from app.domain.journey import Known, Stop
from app.domain.moments import ANNIVERSARY, BIRTHDAY, COMEBACK, RECOVERY
from app.domain.rules import hard_time
from app.store import moments
from app.store.base import Session
from app.store.shops import Merchant
from app.web.language import N_, _, dated, number
from jobs.runtime import local

_A_YEAR = 365
_PATTERN = "d MMMM yyyy"
_BARRED = {
    journey.UNKNOWN: N_("The store says nothing of this customer's birthday."),
    journey.NEVER: N_("Nothing was bought yet."),
    journey.NOT_SPECIAL: N_("The settings keep this for special customers."),
    journey.LET_ALONE: N_("Nothing automatic is done for this customer."),
    journey.NO_GIFTS: N_("None of the orders to come brings a gift, by the settings."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One stop in words."""

    stop: Stop
    says: str


def shown(
    session: Session, merchant: Merchant, standing: Standing, measure: Yardstick | None, now: datetime
) -> list[Shown]:
    """Return what lies before the customer, the next first."""
    way = moments.on_the_way(session, shop_id=merchant.id, customer_id=standing.customer_id)
    known = Known(
        standing=standing,
        today=local(merchant, now).date(),
        first_on=_day(merchant, standing.first_order_at),
        last_on=_day(merchant, standing.last_order_at),
        treated_on=_day(merchant, way.treated_at),
        quiet_until=_day(merchant, standing.sensitive_until) if hard_time.refused(standing, now) else None,
        birthday=way.birthday,
        late=way.late,
        active_days=_A_YEAR if measure is None else measure.active_days,
    )
    return [Shown(stop=stop, says=" ".join(_sentences(stop))) for stop in journey.ahead(known, merchant.policy)]


def _day(merchant: Merchant, moment: datetime | None) -> date | None:
    return None if moment is None else local(merchant, moment).date()


def _sentences(stop: Stop) -> Iterator[str]:
    if stop.barred:
        yield _(_BARRED[stop.barred])
        return
    on = "" if stop.on is None else dated(stop.on, _PATTERN)
    if stop.rule == ANNIVERSARY:
        yield _("For the day of their first order: %(day)s.", day=on)
    elif stop.rule == BIRTHDAY:
        yield _("For their birthday: %(day)s.", day=on)
    elif stop.rule == COMEBACK:
        yield _("With an order from %(day)s on.", day=on)
    elif stop.rule == RECOVERY and stop.after:
        yield _("Once %(order)s, which is late, has arrived.", order=stop.after)
    elif stop.rule == RECOVERY:
        yield _("Only after something went wrong, and is good again.")
    else:
        yield _("With order number %(ordinal)s, from %(day)s on.", ordinal=number(stop.ordinal or 0), day=on)
    if stop.if_they_order:
        yield _("If they have ordered again by then.")
