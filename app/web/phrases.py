"""Our words as a merchant reads them: what a deed is, what a state means, when something was."""

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from app.domain.agents import Reason
from app.domain.effects import Effect, PostNote, Sending, State
from app.domain.money import Money
from app.domain.policy import GiftRoute, Measure, Mode, NthOrderGift, Policy, SpecialCustomer, TeamGestures, WhenLeft
from app.store.reports import Tally

# One word for the badge, one sentence for whoever wonders.
STATES = {
    State.OBSERVED: ("observed", "The rule only watches: this is what it would have done."),
    State.AWAITING: ("waits for you", "Nothing leaves until a person approves it."),
    State.PLANNED: ("planned", "It leaves when it is due. Until then it can be taken back."),
    State.SENDING: ("under way", "The call to the outside is being made right now."),
    State.UNCERTAIN: ("in doubt", "No answer came back, so it is looked up before anything is repeated."),
    State.DONE: ("done", "It happened, once."),
    State.REFUSED: ("refused", "The other side said no for good. The money is back in the pool."),
    State.WITHDRAWN: ("withdrawn", "It was no longer wanted. The money is back in the pool."),
    State.OVER_BUDGET: ("over budget", "The pool did not hold it, so nothing was sent."),
}
PENDING = ("pending", "It was done, and is not confirmed yet: it is looked at again until it is.")
ALARMS = {
    "in_doubt": "For over an hour nobody knows whether one of our deeds was done. We go on asking.",
    "done_twice": "One of our deeds is in your store twice. Please undo one of them.",
    "held_too_long": "Money is held for a gift that nobody can take up any more. Please ask its vendor.",
    "not_there": "Our books say that something was done, and your store does not show it.",
}
RULES = {
    "special_customer": "Special customers",
    "nth_order_gift": "A gift in the parcel",
    "refund_keep": "Refund and keep",
    "flowers": "Flowers, cards and gifts",
}
MODES = {
    Mode.OBSERVE: ("Observe", "Decide and show. Nothing leaves the house."),
    Mode.APPROVE: ("Approve", "A person presses yes for each."),
    Mode.AUTO: ("Auto", "It happens by itself, inside the limits."),
}
POOLS = {
    "team": ("The team's pool", "For refunds and flowers. Inside it nobody is asked for a reason."),
    "gifts": ("The gift pool", "For what automatic rules slip into parcels."),
}
KINDS = {
    "tag_customer": ("store tag", "store tags"),
    "mark_in_helpdesk": ("helpdesk mark", "helpdesk marks"),
    "mute": ("quiet around a customer", "quiets around customers"),
    "unmute": ("quiet ended", "quiets ended"),
    "tag_ticket": ("ticket tag", "ticket tags"),
    "post_note": ("note to agents", "notes to agents"),
    "push_card": ("renewed card", "renewed cards"),
    "add_gift_line": ("gift in a parcel", "gifts in parcels"),
    "send_gift_order": ("gift in a parcel of its own", "gifts in parcels of their own"),
    "take_back_gift_line": ("gift taken back", "gifts taken back"),
    "cancel_gift_order": ("gift parcel stopped", "gift parcels stopped"),
    "cancel_sending": ("gift stopped at its vendor", "gifts stopped at their vendors"),
    "refund_order": ("refund", "refunds"),
    "send_flowers": ("bouquet", "bouquets"),
    "write_card": ("hand-written card", "hand-written cards"),
    "send_gift": ("gift by a vendor", "gifts by vendors"),
}
REASONS = {
    Reason.OUR_MISTAKE: "our mistake",
    Reason.HARD_TIME: "a hard time",
    Reason.MILESTONE: "a milestone",
    Reason.THANK_YOU: "a thank-you",
    Reason.JUST_BECAUSE: "just because",
}
_MEASURES = {
    Measure.MEAN: "the store's average",
    Measure.MEDIAN: "what the store's middle customer spends",
    Measure.FIXED: "a fixed amount",
}

_BESIDE = "On the desk, hand-written cards and gifts in open orders go as far."
_OWN = "Where the parcel has left, the gift travels by itself, as an order at no charge"
_LEFT = {
    (WhenLeft.NEXT_ORDER, GiftRoute.ORDER): "Where the parcel has left, it goes with the next order.",
    (WhenLeft.NEXT_ORDER, GiftRoute.DRAFT): "Where the parcel has left, it goes with the next order.",
    (WhenLeft.OWN_PARCEL, GiftRoute.ORDER): f"{_OWN} that sends no mail.",
    (WhenLeft.OWN_PARCEL, GiftRoute.DRAFT): f"{_OWN}; your store may send its order mail for it.",
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
    one, many = KINDS.get(done.name, (done.name, done.name))
    return f"{done.count:,} {one if done.count == 1 else many}"


def counted(number: int, one: str, many: str) -> str:
    """Return the number with its noun: "1 order", "1,204 orders"."""
    return f"{number:,} {one if number == 1 else many}"


def nth(number: int) -> str:
    """Return "4th" for 4."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def listed(words: list[str]) -> str:
    """Return "4th, 5th or 6th"; "" for no words."""
    *most, last = words or [""]
    return f"{', '.join(most)} or {last}" if most else last


def moment(value: datetime, *, zone: str, now: datetime) -> Markup:
    """Return the moment as the shop's clock shows it: the hour for today, the day for long ago, both for what comes."""
    there, today = value.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    if there.date() == today.date():
        text = f"{there:%H:%M}"
    elif there.year == today.year:
        text = f"{there.day} {there:%b}, {there:%H:%M}"
    else:
        text = f"{there.day} {there:%b %Y}{f', {there:%H:%M}' if value > now else ''}"
    exact = f"{there:%A} {there.day} {there:%B %Y, %H:%M:%S} {zone}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(there.isoformat("T", "seconds"), exact, text)


def day(value: datetime, *, zone: str) -> Markup:
    """Return the moment's day as the shop's calendar shows it."""
    there = value.astimezone(ZoneInfo(zone))
    return Markup('<time datetime="{}">{}</time>').format(f"{there:%Y-%m-%d}", f"{there.day} {there:%b %Y}")


def date(value: datetime, *, zone: str) -> str:
    """Return "Saturday 21 November"."""
    there = value.astimezone(ZoneInfo(zone))
    return f"{there:%A} {there.day} {there:%B}"


def month(name: str) -> str:
    """Return "November 2026" for "2026-11"."""
    return f"{datetime.fromisoformat(f'{name}-01'):%B %Y}"


def promises(policy: Policy, currency: str) -> dict[str, str]:
    """Return what each rule does for this shop, in one or two sentences."""
    team = policy.team
    return {
        "special_customer": _marks(policy.special_customer),
        "nth_order_gift": _gifts(policy.nth_order_gift),
        "refund_keep": _refunds(team, Money(minor=team.refund_limit_minor, currency=currency)),
        "flowers": _flowers(team, Money(minor=team.flowers_limit_minor, currency=currency)),
    }


def _marks(policy: SpecialCustomer) -> str:
    measure = _MEASURES.get(policy.measure, f"what {policy.percentile}% of the customers spend")
    return (
        f"Tags “{policy.tag}” whoever spent more than {measure} and is still active."
        f" The mark stays {policy.dwell_days} days at least."
    )


def _gifts(policy: NthOrderGift) -> str:
    orders = f"every {nth(policy.every)}" if policy.every else listed([nth(number) for number in policy.ordinals])
    if not orders or not policy.variants:
        return "Gives nothing yet: choose the gifts in the settings, and the orders that bring one."
    return (
        f"Slips a free line into the parcel of a customer's {orders} order:"
        f" {counted(policy.per_day, 'gift', 'gifts')} a day at most."
        f" {_LEFT[policy.when_left, policy.route]}"
    )


def _refunds(policy: TeamGestures, limit: Money) -> str:
    return (
        f"Agents refund up to {limit} without a return, {policy.keep_refunds_per_year} a customer and year,"
        f" {policy.refunds_per_day} a day in all. Above that a lead decides."
    )


def _flowers(policy: TeamGestures, limit: Money) -> str:
    if not policy.flowers_product:
        return f"Nobody can send flowers yet: the settings want the florist's number of the bouquet. {_BESIDE}"
    return f"Agents send flowers up to {limit}, {policy.flowers_days} days ahead unless they choose a day. {_BESIDE}"
