"""Everything a merchant decides, field by field: the form is drawn and read from this table and nothing else.

A new field of the policy is one line here. How far a rule may go is decided on today's page, where it shows at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from app.domain.delivery_days import MOST_DAYS_AHEAD
from app.domain.policy import GiftRoute, Language, Measure, Policy, WhenLeft
from app.web.fields import Amount, Choice, Field, Group, Switch, Variants, Whole, Wholes, Words, Wrong
from app.web.moment_fields import MOMENTS
from app.web.sends_fields import SENDS
from app.web.tag_rules import TagRules

_DAYS = 3650
_SHARE = Whole(least=1, most=100)
_MEASURES: Mapping[StrEnum, str] = {
    Measure.MEAN: "more than the store's average customer",
    Measure.MEDIAN: "more than the store's middle customer",
    Measure.PERCENTILE: "more than most customers (the share below)",
    Measure.FIXED: "more than a fixed amount (below)",
}
_WHEN_LEFT: Mapping[StrEnum, str] = {
    WhenLeft.NEXT_ORDER: "the gift goes with the next order",
    WhenLeft.OWN_PARCEL: "the gift travels by itself, as an order at no charge",
}
_ROUTES: Mapping[StrEnum, str] = {
    GiftRoute.ORDER: "as an order, without a mail; your staff cannot edit it",
    GiftRoute.DRAFT: "by a draft, which your staff can edit; it may send a mail",
}
_LANGUAGES: Mapping[StrEnum, str] = {
    Language.THEIRS: "as each browser asks for",
    Language.ENGLISH: "English",
    Language.FRENCH: "Français",
}
GROUPS = (
    Group(
        name="special_customer",
        title="Who is special",
        says="The threshold is measured anew when you save. Who gains or loses the mark by it is decided in the night.",
        fields=(
            Field(path="special_customer.measure", label="Has spent", kind=Choice(options=_MEASURES)),
            Field(
                path="special_customer.percentile",
                label="Share of customers to have outspent, in %",
                kind=Whole(least=1, most=99),
            ),
            Field(path="special_customer.fixed_minor", label="Fixed amount", kind=Amount()),
            Field(
                path="special_customer.active_days",
                label="Has ordered within so many days",
                kind=Whole(least=1, most=_DAYS, may_be_empty=True),
                hint="Left empty: twice the usual pause between two orders in your store, 60 to 365 days.",
            ),
            Field(
                path="special_customer.leave_below_percent",
                label="Stays special down to this share of the threshold, in %",
                kind=_SHARE,
                hint="So that nobody flickers at the edge.",
            ),
            Field(
                path="special_customer.dwell_days",
                label="Stays special for at least so many days",
                kind=Whole(most=_DAYS),
            ),
            Field(
                path="special_customer.tag",
                label="Customer tag in the store",
                kind=Words(tag=True),
                hint="Whoever bears an earlier tag keeps it until their standing changes.",
            ),
        ),
    ),
    Group(
        name="nth_order_gift",
        title="A gift in the parcel",
        says="The first gift of the list that is on sale, in stock and new to the customer goes along, free of charge.",
        fields=(
            Field(
                path="nth_order_gift.ordinals",
                label="With these orders of a customer",
                kind=Wholes(least=1, most=1_000, longest=20),
                hint="By their number: 4, or 4, 8, 12.",
            ),
            Field(
                path="nth_order_gift.every",
                label="Or with every so many orders",
                kind=Whole(least=2, most=1_000, may_be_empty=True),
                hint="Given this, the numbers above do not count.",
            ),
            Field(
                path="nth_order_gift.variants",
                label="Gifts, the first choice first",
                kind=Variants(),
                hint="One a line: a variant's number, or its address in your admin.",
            ),
            Field(
                path="nth_order_gift.stock_floor", label="Leave at least so many in stock", kind=Whole(most=1_000_000)
            ),
            Field(
                path="nth_order_gift.settle_minutes",
                label="Wait so many minutes after the order",
                kind=Whole(most=1_440),
                hint="Time for the customer to change their mind, and for risk checks.",
            ),
            Field(
                path="nth_order_gift.cooldown_days",
                label="Days between two kindnesses to one customer",
                kind=Whole(most=_DAYS),
                hint="What your team gave them counts as well, but for what makes good.",
            ),
            Field(path="nth_order_gift.per_day", label="Gifts a day, at most", kind=Whole(most=100_000)),
            Field(path="nth_order_gift.domestic_only", label="Only within your own country", kind=Switch()),
            Field(
                path="nth_order_gift.subscriptions",
                label="Also with orders of a subscription app",
                kind=Switch(),
                hint="Such an app may write the order anew and lose the gift.",
            ),
            Field(
                path="nth_order_gift.when_left",
                label="Where the parcel has left",
                kind=Choice(options=_WHEN_LEFT),
                hint="Other apps learn of such an order as of any other: loyalty points, reviews, books.",
            ),
            Field(
                path="nth_order_gift.route",
                label="A parcel of its own is made",
                kind=Choice(options=_ROUTES),
                hint="A draft's order mail follows your store's own settings, and may spoil the surprise.",
            ),
            Field(
                path="nth_order_gift.only_seen_parcels",
                label="Only where the store shows whether the warehouse has begun",
                kind=Switch(),
            ),
        ),
    ),
    *MOMENTS,
    Group(
        name="team",
        title="What your team may do by itself",
        says="Above these limits a lead is asked.",
        fields=(
            Field(path="team.refund_limit_minor", label="One refund, at most", kind=Amount()),
            Field(
                path="team.keep_refunds_per_year",
                label="Refunds without return for one customer in a year, at most",
                kind=Whole(most=1_000),
            ),
            Field(path="team.refund_order_minor", label="Refunds on one order, together at most", kind=Amount()),
            Field(
                path="team.refund_order_percent",
                label="Refunds on one order, at most this share of what was paid, in %",
                kind=_SHARE,
            ),
            Field(
                path="team.refund_customer_minor",
                label="Refunds to one customer in a year, together at most",
                kind=Amount(),
            ),
            Field(
                path="team.refunds_per_day",
                label="Refunds in the whole store in a day, at most",
                kind=Whole(most=100_000),
            ),
            Field(
                path="team.refunds_per_day_minor",
                label="Refunds in the whole store in a day, together at most",
                kind=Amount(),
            ),
            Field(path="team.store_credit", label="Agents may give store credit instead", kind=Switch()),
            Field(
                path="team.credit_days",
                label="Store credit lasts so many days",
                kind=Whole(least=1, most=_DAYS, may_be_empty=True),
                hint="Left empty: for good.",
            ),
            Field(path="team.flowers_limit_minor", label="One bouquet, at most", kind=Amount()),
            Field(
                path="team.flowers_per_customer",
                label="Flowers for one customer in a year, at most",
                kind=Whole(most=1_000),
            ),
            Field(
                path="team.flowers_per_day",
                label="Flowers from the whole store in a day, at most",
                kind=Whole(most=100_000),
            ),
            Field(
                path="team.claimed_limit_minor",
                label="One refund or bouquet by a button in the helpdesk, at most",
                kind=Amount(),
                hint="A button only says who pressed it. Whoever signs in on the desk has the limits above.",
            ),
            Field(
                path="team.cooldown_days",
                label="Days between two treats for one customer, whoever gives them",
                kind=Whole(most=_DAYS),
                hint="Flowers, cards, gifts, by agents and rules. What makes good does not count: refunds, compassion.",
            ),
            Field(
                path="team.tag_rules",
                label="What agents may do by themselves where customer or order bears a tag of the store",
                kind=TagRules(),
                hint="One tag a line: vip: refund 150, flowers 80. Months, customers, days and the pool stay limited.",
            ),
            Field(
                path="team.leads_alone",
                label="A lead who is the only one may say yes to what they asked for themselves",
                kind=Switch(),
            ),
            Field(
                path="team.presses_per_minute",
                label="Presses of one agent in a minute, at most",
                kind=Whole(least=1, most=10_000),
                hint="Whoever is quicker may be a macro or a script.",
            ),
            Field(
                path="team.undo_minutes",
                label="A refund from the desk can be undone for so many minutes",
                kind=Whole(most=1_440),
                hint="It leaves after that. A button in the helpdesk has no way back, so its refund leaves at once.",
            ),
            Field(
                path="team.flowers_days",
                label="Flowers arrive after so many days",
                kind=Whole(least=1, most=MOST_DAYS_AHEAD),
            ),
            Field(
                path="team.flowers_product",
                label="The florist's number of the bouquet",
                kind=Words(longest=64),
                hint="Left empty, no flowers can be sent.",
            ),
        ),
    ),
    SENDS,
    Group(
        name="hard_times",
        title="When it is a hard time for somebody",
        says=(
            "Somebody died, or is ill: your team says so in one press, and never why. All falls silent around the"
            " customer first, and what your team puts on comes off again by itself."
        ),
        fields=(
            Field(
                path="hard_times.days",
                label="Leave them in peace for so many days",
                kind=Whole(least=1, most=_DAYS),
            ),
            Field(
                path="team.card_cost_minor",
                label="Set aside for a hand-written card",
                kind=Amount(),
                hint="Somebody of yours writes it, posts it, and says here what it cost.",
            ),
            Field(
                path="team.muted_tag",
                label="Tag that mutes marketing",
                kind=Words(tag=True),
                hint="Your mail tool must leave out whoever bears it.",
            ),
            Field(path="team.paused_tag", label="Tag that pauses reorders", kind=Words(tag=True)),
        ),
    ),
    Group(
        name="brake",
        title="When a rule stops itself",
        says="A rule that does far more in a day than usual waits for your yes. Saving lets it be judged anew.",
        fields=(
            Field(
                path="brake.times",
                label="It stops at so many times its usual day",
                kind=Whole(least=2, most=1_000),
                hint="Its usual day is the middle one of those in the last four weeks on which it did anything.",
            ),
            Field(
                path="brake.least_deeds",
                label="But never below so many gifts or marks in a day",
                kind=Whole(least=1, most=1_000_000),
            ),
            Field(path="brake.least_minor", label="Nor below so much money in a day", kind=Amount()),
        ),
    ),
    Group(
        name="results",
        title="What your business is like",
        says="By your own word: Lagniappe reckons with it whether a rule pays, and does nothing else with it.",
        fields=(
            Field(
                path="results.margin_percent",
                label="What is left of a sale once the goods are paid for, in %",
                kind=_SHARE,
            ),
            Field(
                path="results.customer_cost_minor",
                label="What it costs you to win a new customer",
                kind=Amount(),
                hint="Advertising and all, divided by the new customers it brought. 0: nothing is compared with it.",
            ),
        ),
    ),
    Group(
        name="pools",
        title="The monthly pools",
        says="No more than this leaves the house in a month, whoever presses and whatever is due.",
        fields=(
            Field(path="team_monthly_minor", label="The team's pool", kind=Amount()),
            Field(path="gifts_monthly_minor", label="The gift pool", kind=Amount()),
        ),
    ),
    Group(
        name="languages",
        title="Language",
        says="Whoever opens Lagniappe in your store's admin reads it in the language of their admin.",
        fields=(
            Field(
                path="language",
                label="Everywhere else it speaks",
                kind=Choice(options=_LANGUAGES),
                hint="On your team's desk, and on the page that asks a customer for an address.",
            ),
        ),
    ),
)
FIELDS = tuple(field for group in GROUPS for field in group.fields)


def typed(policy: Policy, currency: str, fields: Sequence[Field] = FIELDS) -> dict[str, str]:
    """Return the policy, or these fields of it, as the merchant would type it."""
    return {field.path: field.kind.show(field.of(policy), currency) for field in fields}


def understood(
    texts: Mapping[str, str], currency: str, fields: Sequence[Field] = FIELDS
) -> tuple[dict[str, object], dict[str, str]]:
    """Return what was typed by path, and for what cannot be meant, what to say instead."""
    values: dict[str, object] = {}
    wrongs: dict[str, str] = {}
    for field in fields:
        try:
            values[field.path] = field.kind.read(texts[field.path], currency)
        except Wrong as wrong:
            wrongs[field.path] = str(wrong)
    return values, wrongs


def decided(policy: Policy, values: Mapping[str, object]) -> Policy:
    """Return the policy with these values in place; what the table does not know stays as it is."""
    for path, value in values.items():
        group, _, name = path.rpartition(".")
        changed = {name: value} if not group else {group: replace(getattr(policy, group), **{name: value})}
        policy = replace(policy, **changed)
    return policy
