"""What a merchant reads of each rule, and which settings are its own: the list of rules and their editors."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.web.fields import Field
from app.web.language import N_
from app.web.settings_table import FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One rule: when it looks, what it does, and the paths of its settings in the policy."""

    trigger: str
    gesture: str
    mode: str
    conditions: tuple[str, ...]
    caps: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()  # limits that other rules have as well

    @property
    def paths(self) -> tuple[str, ...]:
        """All settings that decide what the rule does."""
        return (self.mode, *self.conditions, *self.caps, *self.shared)

    @property
    def own(self) -> tuple[Field, ...]:
        """The fields of what is decided for this rule alone."""
        return fields_of(*self.conditions, *self.caps)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field of its editor."""
        return (*self.own, *fields_of(*self.shared))


def fields_of(*paths: str) -> tuple[Field, ...]:
    """Return the fields of these settings, in this order."""
    return tuple(BY_PATH[path] for path in paths)


def _moment(name: str, *own: str, trigger: str, gesture: str) -> Chapter:
    """Return the chapter of a moment on a customer's way; all of them share what is decided about moments."""
    return Chapter(
        trigger=trigger,
        gesture=gesture,
        mode=f"{name}.mode",
        conditions=tuple(f"{name}.{each}" for each in ("kindness", "words", *own, "special_only")),
        caps=(f"{name}.at_most_minor", f"{name}.per_day"),
        shared=("moments.cooldown_days", "moments.domestic_only", "moments.signed_by", *_GIFT_POOL, *_BRAKE),
    )


BY_PATH = {field.path: field for field in FIELDS}
_BRAKE = ("brake.times", "brake.least_deeds", "brake.least_minor")
_GIFT_POOL = ("gifts_monthly_minor", "gifts_share")
_TEAM = (
    *("team.claimed_limit_minor", "team.tag_rules", "team.leads_alone", "team.presses_per_minute"),
    "team_monthly_minor",
)
BOOK: Mapping[str, Chapter] = {
    "special_customer": Chapter(
        trigger=N_("When an order is paid, changed or refunded; and everybody, each night."),
        gesture=N_("Tags the customer in your store and helpdesk, and takes the tag off when it is no longer true."),
        mode="special_customer.mode",
        conditions=(
            *("special_customer.measure", "special_customer.percentile", "special_customer.fixed_minor"),
            *("special_customer.active_days", "special_customer.leave_below_percent", "special_customer.dwell_days"),
            "special_customer.tag",
        ),
        shared=_BRAKE,
    ),
    "nth_order_gift": Chapter(
        trigger=N_("When an order is paid, once the customer has had time to change their mind."),
        gesture=N_(
            "Adds a gift to the order at no charge, for as long as the parcel is there: where one is sold out by then,"
            " the next of the list."
        ),
        mode="nth_order_gift.mode",
        conditions=(
            *("nth_order_gift.ordinals", "nth_order_gift.every", "nth_order_gift.variants"),
            *("nth_order_gift.settle_minutes", "nth_order_gift.domestic_only", "nth_order_gift.subscriptions"),
            *("nth_order_gift.when_left", "nth_order_gift.route", "nth_order_gift.only_seen_parcels"),
        ),
        caps=("nth_order_gift.per_day", "nth_order_gift.cooldown_days", "nth_order_gift.stock_floor"),
        shared=(*_GIFT_POOL, *_BRAKE),
    ),
    "anniversary": _moment(
        "anniversary",
        "lead_days",
        trigger=N_("Each night, for whoever placed their first order on that day of a year before."),
        gesture=N_("Sends a card or a small gift, to be there on the day."),
    ),
    "birthday": _moment(
        "birthday",
        *("metafield", "lead_days"),
        trigger=N_("Each night, for whoever has their birthday so many days later, as your store knows it."),
        gesture=N_("Sends a card or a small gift, to be there on the day."),
    ),
    "comeback": _moment(
        "comeback",
        "away_days",
        trigger=N_("When somebody orders again after a long while, a day later."),
        gesture=N_("Sends a card or a small gift to welcome them back."),
    ),
    "recovery": _moment(
        "recovery",
        *("late_days", "within_days"),
        trigger=N_("When a parcel came late, or your team made up for a mistake of yours, and all is well again."),
        gesture=N_("Sends a card or a small gift to make good."),
    ),
    "refund_keep": Chapter(
        trigger=N_("When somebody of your team presses for a refund at the helpdesk."),
        gesture=N_("Gives money back, or store credit. The customer keeps the item."),
        mode="team.refund_mode",
        conditions=("team.store_credit", "team.credit_days", "team.undo_minutes"),
        caps=(
            *("team.refund_limit_minor", "team.keep_refunds_per_year", "team.refund_order_minor"),
            *("team.refund_order_percent", "team.refund_customer_minor", "team.refunds_per_day"),
            "team.refunds_per_day_minor",
        ),
        shared=_TEAM,
    ),
    "flowers": Chapter(
        trigger=N_("When somebody of your team presses for flowers, a card or a gift at the helpdesk."),
        gesture=N_("Has it brought on the chosen day, and notes in the ticket that it is on its way."),
        mode="team.flowers_mode",
        conditions=("team.flowers_product", "team.flowers_days", "team.card_cost_minor"),
        caps=("team.flowers_limit_minor", "team.flowers_per_customer", "team.flowers_per_day"),
        shared=("team.cooldown_days", "sends.blackouts", "sends.weekends", "sends.forbidden", *_TEAM),
    ),
}
