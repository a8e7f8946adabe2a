"""What the merchant has decided. The defaults are those of a fresh shop: every rule only observes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """How far a rule may go."""

    OBSERVE = "observe"  # decide and show, write nothing outside
    APPROVE = "approve"  # a person presses
    AUTO = "auto"


class Measure(StrEnum):
    """What the threshold is measured by."""

    MEAN = "mean"
    MEDIAN = "median"
    PERCENTILE = "percentile"
    FIXED = "fixed"


class WhenLeft(StrEnum):
    """What becomes of a gift whose parcel has left without it."""

    NEXT_ORDER = "next_order"  # it goes with the customer's next order
    OWN_PARCEL = "own_parcel"  # it travels by itself, as an order at no charge


class GiftRoute(StrEnum):
    """How an order at no charge is made in the store."""

    ORDER = "order"  # at once and silently; staff cannot edit it in the store
    DRAFT = "draft"  # by a draft: staff can edit it, but the store may send the customer its order mail


class Language(StrEnum):
    """What a shop's pages speak to whoever brings no language from the store's admin."""

    THEIRS = "theirs"  # as the browser asks for
    ENGLISH = "en"
    FRENCH = "fr"


class Kindness(StrEnum):
    """What a moment brings."""

    NOTE = "note"  # a card with a few words
    GIFT = "gift"  # the cheapest thing of the catalogue that fits; a card where none does


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialCustomer:
    """Who is marked as special. `active_days` None means twice the shop's median gap between orders, 60 to 365 days."""

    mode: Mode = Mode.OBSERVE
    measure: Measure = Measure.MEAN
    percentile: int = 80
    fixed_minor: int = 0
    leave_below_percent: int = 90
    dwell_days: int = 30
    active_days: int | None = None
    tag: str = "make-it-right"


@dataclass(frozen=True, slots=True, kw_only=True)
class NthOrderGift:
    """Which orders carry a gift, `every` k-th or the chosen ordinals; and which: the first of `variants` that fits.

    `began_at` is when the rule was last switched from watching to giving: no older order is given anything.
    """

    mode: Mode = Mode.OBSERVE
    began_at: datetime | None = None
    ordinals: tuple[int, ...] = (4,)
    every: int | None = None
    variants: tuple[int, ...] = ()
    stock_floor: int = 1
    settle_minutes: int = 15
    cooldown_days: int = 60
    per_day: int = 25
    domestic_only: bool = True
    subscriptions: bool = False  # give with orders of a subscription app, which may write them anew
    when_left: WhenLeft = WhenLeft.NEXT_ORDER
    route: GiftRoute = GiftRoute.ORDER
    only_seen_parcels: bool = False  # give nothing where the store does not show whether the warehouse has begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is given at one moment on a customer's way: up to `at_most_minor`, with `words` on its card."""

    mode: Mode = Mode.OBSERVE
    kindness: Kindness = Kindness.NOTE
    at_most_minor: int = 15_00
    words: str = ""
    special_only: bool = True
    per_day: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Anniversary(Moment):
    """The day of a customer's first order, each year; it leaves so many days ahead."""

    words: str = "Another year with us. Thank you for being part of {shop}."
    lead_days: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday(Moment):
    """A customer's birthday, as a field of theirs in the store says; "": nobody's is known."""

    words: str = "A very happy birthday to you, from all of us at {shop}."
    lead_days: int = 8
    metafield: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comeback(Moment):
    """The first order of somebody who had not bought anything for so long."""

    words: str = "It is good to see you again. Thank you for coming back to {shop}."
    away_days: int = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery(Moment):
    """After a parcel that was late, or a mistake of ours, once all is well again; not later than so many days.

    `began_at` is when it was last switched from watching to giving: what was well again before brings nothing.
    """

    words: str = "This did not go as it should have, and I am sorry. Thank you for your patience with {shop}."
    special_only: bool = False
    began_at: datetime | None = None
    late_days: int = 10
    within_days: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What holds for all moments on a customer's way. A card is signed by a person, or with the shop's name."""

    cooldown_days: int = 60
    domestic_only: bool = True
    signed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    """What agents may do by themselves in one act for whoever bears a tag of the store; None: nothing out of the usual.

    Amounts are minor units of the shop's currency.
    """

    tag: str
    refund_minor: int | None = None
    flowers_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamGestures:
    """What agents may do by themselves. Amounts are minor units of the shop's currency; above them a lead is asked."""

    refund_mode: Mode = Mode.OBSERVE
    flowers_mode: Mode = Mode.OBSERVE
    refund_limit_minor: int = 100_00
    flowers_limit_minor: int = 100_00
    claimed_limit_minor: int = 100_00  # of either, where only a form says who pressed
    cooldown_days: int = 60  # between two treats for one customer, by whomever
    tag_rules: tuple[TagRule, ...] = ()  # for these the two limits of one act are higher
    keep_refunds_per_year: int = 2
    refund_order_minor: int = 200_00
    refund_order_percent: int = 100  # of what was paid
    refund_customer_minor: int = 200_00  # within a year
    refunds_per_day: int = 25  # of the whole shop
    refunds_per_day_minor: int = 500_00
    store_credit: bool = False
    credit_days: int | None = None  # how long store credit lasts; None: for good
    flowers_per_day: int = 10  # of the whole shop
    flowers_per_customer: int = 2  # within a year
    leads_alone: bool = False  # whoever is the only lead may say yes to what they asked for themselves
    presses_per_minute: int = 10  # of one agent: no person is so quick
    undo_minutes: int = 10  # a refund pressed on the desk stays for so long, and can be undone
    flowers_days: int = 14
    flowers_product: str = ""
    card_cost_minor: int = 6_00  # set aside for a hand-written card, until whoever posts it says what it cost
    muted_tag: str = "no-marketing"
    paused_tag: str = "pause-reorders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sends:
    """On which days nothing may arrive, and what is sent to nobody.

    A black-out is written 12-25 where it is every year's, or 2026-12-24.
    """

    blackouts: tuple[str, ...] = ()
    weekends: bool = True
    forbidden: tuple[str, ...] = ()  # gifts.Flag: what holds any of these is sent to nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class HardTimes:
    """For how long somebody is left in peace of whom an agent says that it is a hard time."""

    days: int = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """When a rule that nobody watches stops itself: beyond so many times its usual day, but never within the floors."""

    times: int = 3
    least_deeds: int = 50
    least_minor: int = 200_00


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Which share of those whom one rule would act for is given nothing, so that it shows whether the rule pays.

    Another share is another edition: everybody is drawn anew, with its own `salt`, and what was found before is left
    behind.
    """

    rule: str
    percent: int = 0
    edition: int = 0
    salt: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None  # nobody is held out since then


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the merchant says of their own business, where it is reckoned whether a rule pays."""

    margin_percent: int = 40  # of what customers pay, that is left once the goods are paid for
    customer_cost_minor: int = 0  # what it costs to win a new customer; 0: they did not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All of one shop's settings. Monthly limits are minor units of the shop's currency."""

    special_customer: SpecialCustomer = field(default_factory=SpecialCustomer)
    nth_order_gift: NthOrderGift = field(default_factory=NthOrderGift)
    team: TeamGestures = field(default_factory=TeamGestures)
    moments: Moments = field(default_factory=Moments)
    anniversary: Anniversary = field(default_factory=Anniversary)
    birthday: Birthday = field(default_factory=Birthday)
    comeback: Comeback = field(default_factory=Comeback)
    recovery: Recovery = field(default_factory=Recovery)
    sends: Sends = field(default_factory=Sends)
    hard_times: HardTimes = field(default_factory=HardTimes)
    brake: Brake = field(default_factory=Brake)
    results: Results = field(default_factory=Results)
    trials: tuple[Trial, ...] = ()  # one for each rule that ever had one
    team_monthly_minor: int = 500_00
    gifts_monthly_minor: int = 500_00
    gifts_share: int | None = (
        50  # hundredths of a percent of what the store took lately, at most; None: whatever it took
    )
    language: Language = Language.THEIRS

    def mode_of(self, rule: str) -> Mode:
        """Return how far the rule of that name may go; notes to agents go as far as the act they tell of."""
        return {
            "special_customer": self.special_customer.mode,
            "nth_order_gift": self.nth_order_gift.mode,
            "refund_keep": self.team.refund_mode,
            "flowers": self.team.flowers_mode,
            **{name: moment.mode for name, moment in self.by_moment.items()},
            "campaign": Mode.AUTO,  # a person has approved its list
        }[rule]

    @property
    def bouquets(self) -> int | None:
        """How many bouquets a month of the team's pool holds at least; None where none may be sent."""
        limit = self.team.flowers_limit_minor
        return self.team_monthly_minor // limit if limit else None

    @property
    def by_moment(self) -> Mapping[str, Moment]:
        """The moments by the names of their rules."""
        return {
            "anniversary": self.anniversary,
            "birthday": self.birthday,
            "comeback": self.comeback,
            "recovery": self.recovery,
        }

    def trial_of(self, rule: str) -> Trial:
        """Return the trial of the rule of that name; one that holds nobody out where there never was one."""
        return next((trial for trial in self.trials if trial.rule == rule), Trial(rule=rule))
