"""Everything a merchant decides, field by field: the form is drawn and read from this table and nothing else.

A new field of the policy is one line here. How far a rule may go is decided on today's page, where it shows at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from app.domain.delivery_days import MOST_DAYS_AHEAD
from app.domain.policy import GiftRoute, Language, Measure, Policy, WhenLeft
from app.web.fields import Amount, Choice, Field, Group, Share, Switch, Variants, Whole, Wholes, Words, Wrong
from app.web.language import N_
from app.web.moment_fields import MOMENTS
from app.web.sends_fields import SENDS
from app.web.tag_rules import TagRules

_DAYS = 3650
_SHARE = Whole(least=1, most=100)
_MEASURES: Mapping[StrEnum, str] = {
    Measure.MEAN: N_("more than the store's average customer"),
    Measure.MEDIAN: N_("more than the store's middle customer"),
    Measure.PERCENTILE: N_("more than most customers (the share below)"),
    Measure.FIXED: N_("more than a fixed amount (below)"),
}
_WHEN_LEFT: Mapping[StrEnum, str] = {
    WhenLeft.NEXT_ORDER: N_("the gift goes with the next order"),
    WhenLeft.OWN_PARCEL: N_("the gift travels by itself, as an order at no charge"),
}
_ROUTES: Mapping[StrEnum, str] = {
    GiftRoute.ORDER: N_("as an order, without a mail; your staff cannot edit it"),
    GiftRoute.DRAFT: N_("by a draft, which your staff can edit; it may send a mail"),
}
_LANGUAGES: Mapping[StrEnum, str] = {
    Language.THEIRS: N_("as each browser asks for"),
    Language.ENGLISH: N_("English"),
    Language.FRENCH: N_("Français"),
}
GROUPS = (
    Group(
        name="special_customer",
        title=N_("Who is special"),
        says=N_(
            "The threshold is measured anew when you save. Who gains or loses the mark by it is decided in the night."
        ),
        fields=(
            Field(
                path="special_customer.measure",
                label=N_("Has spent"),
                kind=Choice(options=_MEASURES),
                hint=N_(
                    "What was paid and not given back. Gift cards sold, tests, cancelled orders and our own gifts count"
                    " for nothing."
                ),
            ),
            Field(
                path="special_customer.percentile",
                label=N_("Share of customers to have outspent, in %"),
                kind=Whole(least=1, most=99),
            ),
            Field(path="special_customer.fixed_minor", label=N_("Fixed amount"), kind=Amount()),
            Field(
                path="special_customer.active_days",
                label=N_("Has ordered within so many days"),
                kind=Whole(least=1, most=_DAYS, may_be_empty=True),
                hint=N_("Left empty: twice the usual pause between two orders in your store, 60 to 365 days."),
            ),
            Field(
                path="special_customer.leave_below_percent",
                label=N_("Stays special down to this share of the threshold, in %"),
                kind=_SHARE,
                hint=N_("So that nobody flickers at the edge."),
            ),
            Field(
                path="special_customer.dwell_days",
                label=N_("Stays special for at least so many days"),
                kind=Whole(most=_DAYS),
            ),
            Field(
                path="special_customer.tag",
                label=N_("Customer tag in the store"),
                kind=Words(tag=True),
                hint=N_("Whoever bears an earlier tag keeps it until their standing changes."),
            ),
        ),
    ),
    Group(
        name="nth_order_gift",
        title=N_("A gift in the parcel"),
        says=N_(
            "The first gift of the list that is on sale, in stock and new to the customer goes along, free of charge."
        ),
        fields=(
            Field(
                path="nth_order_gift.ordinals",
                label=N_("With these orders of a customer"),
                kind=Wholes(least=1, most=1_000, longest=20),
                hint=N_("By their number: 4, or 4, 8, 12."),
            ),
            Field(
                path="nth_order_gift.every",
                label=N_("Or with every so many orders"),
                kind=Whole(least=2, most=1_000, may_be_empty=True),
                hint=N_("Given this, the numbers above do not count."),
            ),
            Field(
                path="nth_order_gift.variants",
                label=N_("Gifts, the first choice first"),
                kind=Variants(),
                hint=N_("One a line: a variant's number, or its address in your admin."),
            ),
            Field(
                path="nth_order_gift.stock_floor",
                label=N_("Leave at least so many in stock"),
                kind=Whole(most=1_000_000),
            ),
            Field(
                path="nth_order_gift.settle_minutes",
                label=N_("Wait so many minutes after the order"),
                kind=Whole(most=1_440),
                hint=N_("Time for the customer to change their mind, and for risk checks."),
            ),
            Field(
                path="nth_order_gift.cooldown_days",
                label=N_("Days between two kindnesses to one customer"),
                kind=Whole(most=_DAYS),
                hint=N_("What your team gave them counts as well, but for what makes good."),
            ),
            Field(path="nth_order_gift.per_day", label=N_("Gifts a day, at most"), kind=Whole(most=100_000)),
            Field(path="nth_order_gift.domestic_only", label=N_("Only within your own country"), kind=Switch()),
            Field(
                path="nth_order_gift.subscriptions",
                label=N_("Also with orders of a subscription app"),
                kind=Switch(),
                hint=N_("Such an app may write the order anew and lose the gift."),
            ),
            Field(
                path="nth_order_gift.when_left",
                label=N_("Where the parcel has left"),
                kind=Choice(options=_WHEN_LEFT),
                hint=N_("Other apps learn of such an order as of any other: loyalty points, reviews, books."),
            ),
            Field(
                path="nth_order_gift.route",
                label=N_("A parcel of its own is made"),
                kind=Choice(options=_ROUTES),
                hint=N_("A draft's order mail follows your store's own settings, and may spoil the surprise."),
            ),
            Field(
                path="nth_order_gift.only_seen_parcels",
                label=N_("Only where the store shows whether the warehouse has begun"),
                kind=Switch(),
            ),
        ),
    ),
    *MOMENTS,
    Group(
        name="team",
        title=N_("What your team may do by itself"),
        says=N_("Above these limits a lead is asked."),
        fields=(
            Field(path="team.refund_limit_minor", label=N_("One refund, at most"), kind=Amount()),
            Field(
                path="team.keep_refunds_per_year",
                label=N_("Refunds without return for one customer in a year, at most"),
                kind=Whole(most=1_000),
            ),
            Field(path="team.refund_order_minor", label=N_("Refunds on one order, together at most"), kind=Amount()),
            Field(
                path="team.refund_order_percent",
                label=N_("Refunds on one order, at most this share of what was paid, in %"),
                kind=_SHARE,
            ),
            Field(
                path="team.refund_customer_minor",
                label=N_("Refunds to one customer in a year, together at most"),
                kind=Amount(),
            ),
            Field(
                path="team.refunds_per_day",
                label=N_("Refunds in the whole store in a day, at most"),
                kind=Whole(most=100_000),
            ),
            Field(
                path="team.refunds_per_day_minor",
                label=N_("Refunds in the whole store in a day, together at most"),
                kind=Amount(),
            ),
            Field(path="team.store_credit", label=N_("Agents may give store credit instead"), kind=Switch()),
            Field(
                path="team.credit_days",
                label=N_("Store credit lasts so many days"),
                kind=Whole(least=1, most=_DAYS, may_be_empty=True),
                hint=N_("Left empty: for good."),
            ),
            Field(path="team.flowers_limit_minor", label=N_("One bouquet, at most"), kind=Amount()),
            Field(
                path="team.flowers_per_customer",
                label=N_("Flowers for one customer in a year, at most"),
                kind=Whole(most=1_000),
            ),
            Field(
                path="team.flowers_per_day",
                label=N_("Flowers from the whole store in a day, at most"),
                kind=Whole(most=100_000),
            ),
            Field(
                path="team.claimed_limit_minor",
                label=N_("One refund or bouquet by a button in the helpdesk, at most"),
                kind=Amount(),
                hint=N_("A button only says who pressed it. Whoever signs in on the desk has the limits above."),
            ),
            Field(
                path="team.cooldown_days",
                label=N_("Days between two treats for one customer, whoever gives them"),
                kind=Whole(most=_DAYS),
                hint=N_(
                    "Flowers, cards, gifts, by agents and rules. What makes good does not count: refunds, compassion."
                ),
            ),
            Field(
                path="team.tag_rules",
                label=N_("What agents may do by themselves where customer or order bears a tag of the store"),
                kind=TagRules(),
                hint=N_(
                    "One tag a line: vip: refund 150, flowers 80. Months, customers, days and the pool stay limited."
                ),
            ),
            Field(
                path="team.leads_alone",
                label=N_("A lead who is the only one may say yes to what they asked for themselves"),
                kind=Switch(),
            ),
            Field(
                path="team.presses_per_minute",
                label=N_("Presses of one agent in a minute, at most"),
                kind=Whole(least=1, most=10_000),
                hint=N_("Whoever is quicker may be a macro or a script."),
            ),
            Field(
                path="team.undo_minutes",
                label=N_("A refund from the desk can be undone for so many minutes"),
                kind=Whole(most=1_440),
                hint=N_(
                    "It leaves after that. A button in the helpdesk has no way back, so its refund leaves at once."
                ),
            ),
            Field(
                path="team.flowers_days",
                label=N_("Flowers arrive after so many days"),
                kind=Whole(least=1, most=MOST_DAYS_AHEAD),
            ),
            Field(
                path="team.flowers_product",
                label=N_("The florist's number of the bouquet"),
                kind=Words(longest=64),
                hint=N_("Left empty, no flowers can be sent."),
            ),
        ),
    ),
    SENDS,
    Group(
        name="hard_times",
        title=N_("When it is a hard time for somebody"),
        says=N_(
            "Somebody died, or is ill: your team says so in one press, and never why. All falls silent around the"
            " customer first, and what your team puts on comes off again by itself."
        ),
        fields=(
            Field(
                path="hard_times.days",
                label=N_("Leave them in peace for so many days"),
                kind=Whole(least=1, most=_DAYS),
            ),
            Field(
                path="team.card_cost_minor",
                label=N_("Set aside for a hand-written card"),
                kind=Amount(),
                hint=N_("Somebody of yours writes it, posts it, and says here what it cost."),
            ),
            Field(
                path="team.muted_tag",
                label=N_("Tag that mutes marketing"),
                kind=Words(tag=True),
                hint=N_("Your mail tool must leave out whoever bears it."),
            ),
            Field(path="team.paused_tag", label=N_("Tag that pauses reorders"), kind=Words(tag=True)),
        ),
    ),
    Group(
        name="brake",
        title=N_("When a rule stops itself"),
        says=N_("A rule that does far more in a day than usual waits for your yes. Saving lets it be judged anew."),
        fields=(
            Field(
                path="brake.times",
                label=N_("It stops at so many times its usual day"),
                kind=Whole(least=2, most=1_000),
                hint=N_("Its usual day is the middle one of those in the last four weeks on which it did anything."),
            ),
            Field(
                path="brake.least_deeds",
                label=N_("But never below so many gifts or marks in a day"),
                kind=Whole(least=1, most=1_000_000),
            ),
            Field(path="brake.least_minor", label=N_("Nor below so much money in a day"), kind=Amount()),
        ),
    ),
    Group(
        name="results",
        title=N_("What your business is like"),
        says=N_("By your own word: Lagniappe reckons with it whether a rule pays, and does nothing else with it."),
        fields=(
            Field(
                path="results.margin_percent",
                label=N_("What is left of a sale once the goods are paid for, in %"),
                kind=_SHARE,
            ),
            Field(
                path="results.customer_cost_minor",
                label=N_("What it costs you to win a new customer"),
                kind=Amount(),
                hint=N_(
                    "Advertising and all, divided by the new customers it brought. 0: nothing is compared with it."
                ),
            ),
        ),
    ),
    Group(
        name="pools",
        title=N_("The monthly pools"),
        says=N_("No more than this leaves the house in a month, whoever presses and whatever is due."),
        fields=(
            Field(path="team_monthly_minor", label=N_("The team's pool"), kind=Amount()),
            Field(path="gifts_monthly_minor", label=N_("The gift pool"), kind=Amount()),
            Field(
                path="gifts_share",
                label=N_("The gift pool is no more than this share of what your store took in 30 days, in %"),
                kind=Share(),
                hint=N_("Counted every night, less what was refunded. Left empty: the amount alone is the limit."),
            ),
        ),
    ),
    Group(
        name="languages",
        title=N_("Language"),
        says=N_("Whoever opens Lagniappe in your store's admin reads it in the language of their admin."),
        fields=(
            Field(
                path="language",
                label=N_("Everywhere else it speaks"),
                kind=Choice(options=_LANGUAGES),
                hint=N_("On your team's desk, and on the page that asks a customer for an address."),
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
