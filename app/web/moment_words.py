"""What each moment on a customer's way does for a shop, in a merchant's words."""

from collections.abc import Mapping

from app.domain.money import Money
from app.domain.policy import Kindness, Moment, Policy
from app.web.language import _, number


def promises(policy: Policy, currency: str) -> Mapping[str, str]:
    """Return what each moment brings, and when, in a few sentences."""
    birthday = _("Knows nobody's birthday yet: the settings want the field in which your store keeps it.")
    if policy.birthday.metafield:
        birthday = _in_two(
            _brings(policy.birthday, currency),
            _(
                "For their birthday, once a year: it leaves %(days)s days ahead.",
                days=number(policy.birthday.lead_days),
            ),
        )
    return {
        "anniversary": _in_two(
            _brings(policy.anniversary, currency),
            _(
                "For the day of their first order, each year: it leaves %(days)s days ahead.",
                days=number(policy.anniversary.lead_days),
            ),
        ),
        "birthday": birthday,
        "comeback": _in_two(
            _brings(policy.comeback, currency),
            _("For their first order in %(days)s days or more.", days=number(policy.comeback.away_days)),
        ),
        "recovery": _in_two(
            _brings(policy.recovery, currency),
            _(
                "After a parcel that took more than %(days)s days, or a mistake of yours: once it has arrived or their"
                " ticket is solved, and never before.",
                days=number(policy.recovery.late_days),
            ),
        ),
    }


def _brings(moment: Moment, currency: str) -> str:
    daily, most = number(moment.per_day), Money(minor=moment.at_most_minor, currency=currency)
    if moment.kindness is Kindness.NOTE and moment.special_only:
        return _("Sends special customers a card, to %(daily)s a day at most.", daily=daily)
    if moment.kindness is Kindness.NOTE:
        return _("Sends customers a card, to %(daily)s a day at most.", daily=daily)
    if moment.special_only:
        return _(
            "Sends special customers the cheapest gift that fits, up to %(most)s, else a card, to %(daily)s a day at"
            " most.",
            most=most,
            daily=daily,
        )
    return _(
        "Sends customers the cheapest gift that fits, up to %(most)s, else a card, to %(daily)s a day at most.",
        most=most,
        daily=daily,
    )


def _in_two(*sentences: str) -> str:
    return " ".join(sentences)
