"""What a walk through the past is asked, and what it is told of the past."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from app.domain.catalogue import Entry
from app.domain.facts import GiftOption
from app.domain.gifts import Flag
from app.domain.moments import ANNIVERSARY, COMEBACK
from app.domain.policy import Mode, Policy, Recovery, Sends, TeamGestures
from app.domain.rules import nth_order_gift
from app.domain.tastes import NOTHING_NOTED, Tastes

MOMENTS = (ANNIVERSARY, COMEBACK)  # those of which our own books tell when their day came
GIVES = (nth_order_gift.RULE, *MOMENTS)  # the rules that are tried, and give something


class Kind(StrEnum):
    """Which settings a walk is made with."""

    KEPT = "kept"  # as they stand
    TRIED = "tried"  # as the merchant would have them, perhaps


class Row(NamedTuple):
    """An order of the ledger; `turns` is empty where nobody has told us how it came to be."""

    order_id: int
    customer_id: int | None
    name: str
    processed_at: datetime
    net_minor: int
    counted: bool
    variants: str | None
    turns: str | None


class Wishes(NamedTuple):
    """What is known of a customer that no order tells, each since when."""

    let_alone_since: datetime | None = None
    sensitive_since: datetime | None = None
    sensitive_until: datetime | None = None
    tastes: Tastes = NOTHING_NOTED


class Treat(NamedTuple):
    """Something that a customer was truly given: `variant_id` where it was off the store's own shelves.

    `gift_id` is its number in the catalogue, `occasion` the moment that it was for, if they have one.
    """

    customer_id: int
    order_id: int | None
    variant_id: int | None
    created_at: datetime
    due_at: datetime
    of_the_rule: bool  # by the rule on orders that is tried; anybody else's otherwise
    keeps_pause: bool
    gift_id: int | None = None
    occasion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The rules to try as if they gave by themselves, from when to when, by whose clock, and what was on the shelf.

    `policy` is as far as the store lets us follow it, `granted` what it lets us do. `entries` are the shop's catalogue,
    brought by `vendors`.
    """

    policy: Policy
    currency: str
    zone: tzinfo
    since: datetime
    until: datetime
    options: tuple[GiftOption, ...] = ()
    granted: frozenset[str] | None = None
    known_since: datetime | None = None  # the store shows nothing older
    shop: str = ""  # as its cards name it
    entries: tuple[Entry, ...] = ()
    vendors: frozenset[str] = frozenset()
    opening_hour: int = 9

    @property
    def forbidden(self) -> frozenset[Flag]:
        """What the merchant sends to nobody."""
        return frozenset(map(Flag, self.policy.sends.forbidden))


def differs(before: Policy, after: Policy) -> bool:
    """Return whether a walk with the one would be another one than with the other: how far rules may go is the same."""
    return _looked_at(before) != _looked_at(after)


def _looked_at(policy: Policy) -> Policy:
    return Policy(
        special_customer=replace(policy.special_customer, mode=Mode.OBSERVE),
        nth_order_gift=replace(policy.nth_order_gift, mode=Mode.OBSERVE, began_at=None),
        moments=policy.moments,
        anniversary=replace(policy.anniversary, mode=Mode.OBSERVE),
        comeback=replace(policy.comeback, mode=Mode.OBSERVE),
        recovery=Recovery(late_days=policy.recovery.late_days),
        team=TeamGestures(card_cost_minor=policy.team.card_cost_minor),
        sends=Sends(forbidden=policy.sends.forbidden),
        brake=policy.brake,
        gifts_monthly_minor=policy.gifts_monthly_minor,
        gifts_share=policy.gifts_share,
        trials=policy.trials,
    )
