"""Our words as a merchant reads them: what a deed is, what a state means, when something was."""

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from app.domain.agents import Reason, Role
from app.domain.effects import Effect, PostNote, Sending, State
from app.domain.history import Export
from app.domain.money import Money
from app.domain.policy import GiftRoute, Measure, Mode, NthOrderGift, Policy, SpecialCustomer, TeamGestures, WhenLeft
from app.store.reports import Tally
from app.web import moment_words
from app.web.language import N_, _, both, counted, dated, number, spoken
from jobs.languages import FRENCH
from jobs.story_words import GIVEN, TRIED

# One word for the badge, one sentence for whoever wonders.
STATES = {
    State.OBSERVED: (N_("observed"), N_("The rule only watches: this is what it would have done.")),
    State.AWAITING: (N_("waits for you"), N_("Nothing leaves until a person approves it.")),
    State.PLANNED: (N_("planned"), N_("It leaves when it is due. Until then it can be taken back.")),
    State.SENDING: (N_("under way"), N_("The call to the outside is being made right now.")),
    State.UNCERTAIN: (N_("in doubt"), N_("No answer came back, so it is looked up before anything is repeated.")),
    State.DONE: (N_("done"), N_("It happened, once.")),
    State.REFUSED: (N_("refused"), N_("The other side said no for good. The money is back in the pool.")),
    State.WITHDRAWN: (N_("withdrawn"), N_("It was no longer wanted. The money is back in the pool.")),
    State.OVER_BUDGET: (N_("over budget"), N_("The pool did not hold it, so nothing was sent.")),
}
PENDING = (N_("pending"), N_("It was done, and is not confirmed yet: it is looked at again until it is."))
ALARMS = {
    "in_doubt": N_("For over an hour nobody knows whether one of our deeds was done. We go on asking."),
    "done_twice": N_("One of our deeds is in your store twice. Please undo one of them."),
    "held_too_long": N_("Money is held for a gift that nobody can take up any more. Please ask its vendor."),
    "not_there": N_("Our books say that something was done, and your store does not show it."),
}
RULES = TRIED | {
    "recovery": N_("Making good"),
    "refund_keep": N_("Refund and keep"),
    "flowers": N_("Flowers, cards and gifts"),
}
BY = RULES | {"campaign": N_("A campaign")}  # by what something was decided
MODES = {
    Mode.OBSERVE: (N_("Observe"), N_("Decide and show. Nothing leaves the house.")),
    Mode.APPROVE: (N_("Approve"), N_("A person presses yes for each.")),
    Mode.AUTO: (N_("Auto"), N_("It happens by itself, inside the limits.")),
}
POOLS = {
    "team": (N_("The team's pool"), N_("For refunds and flowers. Inside it nobody is asked for a reason.")),
    "gifts": (N_("The gift pool"), N_("For what automatic rules slip into parcels.")),
}
KINDS = GIVEN | {
    "tag_customer": both("store tag", "store tags"),
    "mark_in_helpdesk": both("helpdesk mark", "helpdesk marks"),
    "mute": both("quiet around a customer", "quiets around customers"),
    "unmute": both("quiet ended", "quiets ended"),
    "tag_ticket": both("ticket tag", "ticket tags"),
    "post_note": both("note to agents", "notes to agents"),
    "push_card": both("renewed card", "renewed cards"),
    "take_back_gift_line": both("gift taken back", "gifts taken back"),
    "cancel_gift_order": both("gift parcel stopped", "gift parcels stopped"),
    "cancel_sending": both("gift stopped at its vendor", "gifts stopped at their vendors"),
}
ROLES = {Role.AGENT: N_("agent"), Role.LEAD: N_("lead")}
PAST = {Export.ORDERS: N_("orders"), Export.CUSTOMERS: N_("customers")}
REASONS = {
    Reason.OUR_MISTAKE: N_("our mistake"),
    Reason.HARD_TIME: N_("a hard time"),
    Reason.MILESTONE: N_("a milestone"),
    Reason.THANK_YOU: N_("a thank-you"),
    Reason.JUST_BECAUSE: N_("just because"),
}
_MEASURES = {
    Measure.MEAN: N_("the store's average"),
    Measure.MEDIAN: N_("what the store's middle customer spends"),
    Measure.FIXED: N_("a fixed amount"),
}

_BESIDE = N_("On the desk, hand-written cards and gifts in open orders go as far.")
_NEXT = N_("Where the parcel has left, it goes with the next order.")
_LEFT = {
    (WhenLeft.NEXT_ORDER, GiftRoute.ORDER): _NEXT,
    (WhenLeft.NEXT_ORDER, GiftRoute.DRAFT): _NEXT,
    (WhenLeft.OWN_PARCEL, GiftRoute.ORDER): N_(
        "Where the parcel has left, the gift travels by itself, as an order at no charge that sends no mail."
    ),
    (WhenLeft.OWN_PARCEL, GiftRoute.DRAFT): N_(
        "Where the parcel has left, the gift travels by itself, as an order at no charge; your store may send its"
        " order mail for it."
    ),
}


def text(effect: Effect) -> str:
    """Return the words that the deed carries to people; "" for a deed without words."""
    match effect:
        case PostNote():
            return effect.text
        case _:
            return effect.message if isinstance(effect, Sending) else ""


def tally(done: Tally) -> str:
    """Return a count of deeds in words, such as "3 refunds"."""
    return counted(done.count, *KINDS.get(done.name, (done.name, done.name)))


def nth(ordinal: int) -> str:
    """Return "4th" for 4."""
    if spoken() == FRENCH:
        return f"{number(ordinal)}{'re' if ordinal == 1 else 'e'}"
    ending = "th" if ordinal % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(ordinal % 10, "th")
    return f"{number(ordinal)}{ending}"


def listed(words: list[str]) -> str:
    """Return "4th, 5th or 6th"; "" for no words."""
    *most, last = words or [""]
    return _("%(most)s or %(last)s", most=", ".join(most), last=last) if most else last


def moment(value: datetime, *, zone: str, now: datetime) -> Markup:
    """Return the moment as the shop's clock shows it: the hour for today, the day for long ago, both for what comes."""
    there, today = value.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    if there.date() == today.date():
        text = dated(there, "HH:mm")
    elif there.year == today.year:
        text = dated(there, "d MMM, HH:mm")
    else:
        text = dated(there, "d MMM yyyy, HH:mm" if value > now else "d MMM yyyy")
    exact = f"{dated(there, 'EEEE d MMMM yyyy, HH:mm:ss')} {zone}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(there.isoformat("T", "seconds"), exact, text)


def day(value: datetime, *, zone: str) -> Markup:
    """Return the moment's day as the shop's calendar shows it."""
    there = value.astimezone(ZoneInfo(zone))
    return Markup('<time datetime="{}">{}</time>').format(f"{there:%Y-%m-%d}", dated(there, "d MMM yyyy"))


def date(value: datetime, *, zone: str) -> str:
    """Return "Saturday 21 November"."""
    return dated(value.astimezone(ZoneInfo(zone)), "EEEE d MMMM")


def month(name: str) -> str:
    """Return "November 2026" for "2026-11"."""
    return dated(datetime.fromisoformat(f"{name}-01"), "MMMM yyyy")


def promises(policy: Policy, currency: str) -> dict[str, str]:
    """Return what each rule does for this shop, in one or two sentences."""
    team = policy.team
    return {
        "special_customer": _marks(policy.special_customer),
        "nth_order_gift": _gifts(policy.nth_order_gift),
        **moment_words.promises(policy, currency),
        "refund_keep": _refunds(team, Money(minor=team.refund_limit_minor, currency=currency)),
        "flowers": _flowers(team, Money(minor=team.flowers_limit_minor, currency=currency)),
    }


def _marks(policy: SpecialCustomer) -> str:
    if policy.measure in _MEASURES:
        measure = _(_MEASURES[policy.measure])
    else:
        measure = _("what %(percent)s%% of the customers spend", percent=policy.percentile)
    return _(
        "Tags “%(tag)s” whoever spent more than %(measure)s and is still active."
        " The mark stays %(days)s days at least.",
        tag=policy.tag,
        measure=measure,
        days=policy.dwell_days,
    )


def _gifts(policy: NthOrderGift) -> str:
    if policy.every:
        orders = _("every %(nth)s", nth=nth(policy.every))
    else:
        orders = listed([nth(ordinal) for ordinal in policy.ordinals])
    if not orders or not policy.variants:
        return _("Gives nothing yet: choose the gifts in the settings, and the orders that bring one.")
    promise = _(
        "Slips a free line into the parcel of a customer's %(orders)s order: %(gifts)s a day at most.",
        orders=orders,
        gifts=counted(policy.per_day, "gift", "gifts"),
    )
    return f"{promise} {_(_LEFT[policy.when_left, policy.route])}"


def _refunds(policy: TeamGestures, limit: Money) -> str:
    return _(
        "Agents refund up to %(limit)s without a return, %(yearly)s a customer and year, %(daily)s a day in all."
        " Above that a lead decides.",
        limit=limit,
        yearly=policy.keep_refunds_per_year,
        daily=policy.refunds_per_day,
    )


def _flowers(policy: TeamGestures, limit: Money) -> str:
    if not policy.flowers_product:
        promise = _("Nobody can send flowers yet: the settings want the florist's number of the bouquet.")
    else:
        promise = _(
            "Agents send flowers up to %(limit)s, %(days)s days ahead unless they choose a day.",
            limit=limit,
            days=policy.flowers_days,
        )
    return f"{promise} {_(_BESIDE)}"
