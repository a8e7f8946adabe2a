"""A month as it is told, on its page and by mail: gathered once, from the books alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import months
from app.domain.rules import holdout
from app.store import campaigns, costs, reports, results, story
from app.store.base import Session
from app.store.campaigns import Campaign
from app.store.costs import Cost
from app.store.reports import Tally
from app.store.results import Kept
from app.store.shops import Merchant
from app.store.story import KINDNESSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What there is to tell of a month; nothing in it leads to anybody."""

    month: str
    begins: datetime
    ends: datetime
    told: story.Month
    done: Sequence[Tally]  # kindnesses alone
    spent: Sequence[Cost]
    campaigns: Sequence[Campaign]  # that came to their end
    found: Mapping[str, Kept]  # of each trial, a rule's or a campaign's, as it is known today
    tried: Sequence[str]  # the rules whose trials ran in that month

    @property
    def is_empty(self) -> bool:
        """Return whether nothing happened that month: nothing was given, spent, marked or held back."""
        told = self.told
        return not (self.done or self.spent or told.left_in_peace or told.marked or told.held_out)


def gathered(session: Session, merchant: Merchant, month: str) -> Story:
    """Return the story of a month, such as "2026-10"."""
    begins, ends = months.bounds(month, merchant.timezone)
    shop_id, currency = merchant.id, merchant.currency
    done = reports.done_since(session, shop_id=shop_id, since=begins, until=ends, currency=currency)
    spent = costs.spent(session, shop_id=shop_id, since=month, currency=currency, timezone=merchant.timezone)
    return Story(
        month=month,
        begins=begins,
        ends=ends,
        told=story.told(session, shop_id=merchant.id, begins=begins, ends=ends),
        done=[each for each in done if each.name in KINDNESSES],
        spent=[each for each in spent if each.month == month],
        campaigns=[
            each
            for each in campaigns.listed(session, shop_id=shop_id)
            if each.ended_at is not None and begins <= each.ended_at < ends
        ],
        found=results.kept(session, shop_id=merchant.id),
        tried=[rule for rule in holdout.RULES if holdout.ran(merchant.policy.trial_of(rule), begins, ends)],
    )


def was_here(merchant: Merchant, month: str) -> bool:
    """Return whether we were in the shop in any of that month; an earlier stay does not count."""
    return months.bounds(month, merchant.timezone)[1] > merchant.installed_at
