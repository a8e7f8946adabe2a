"""What a trial says, as a merchant reads it: the figures at their own margin, the chart, and the names of who spent."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain import campaign_paid, paid
from app.domain.effects import Pool
from app.domain.lift import FEWEST, FINE, Comparison
from app.domain.money import Money, zero
from app.domain.paid import Found, Judged, Stretch
from app.domain.policy import Results, Trial
from app.domain.rules.campaign_gift import is_purse
from app.store.campaigns import Campaign
from app.store.costs import Cost
from app.store.results import Kept
from app.store.shops import Merchant
from app.web import charts, phrases
from app.web.charts import Chart, Column
from app.web.language import _, money, number


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Some of what was spent: whose, how much, and which part of all of it in percent."""

    name: str
    cost: Money
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """One rule's trial, and what is found of it; `found` is None before the first night."""

    rule: str
    mode: str
    trial: Trial
    business: Results
    currency: str
    found: Found | None
    at: datetime | None

    @property
    def claimed(self) -> Stretch | None:
        return None if self.found is None else self.found.claimed

    @property
    def judged(self) -> Judged | None:
        """What can be said of the stretch that a claim is made of."""
        return None if self.claimed is None else paid.judged(self.claimed, self.business, self.trial)

    @property
    def cost(self) -> Money:
        return self.money(0 if self.claimed is None else self.claimed.cost_minor)

    @property
    def kept_cost(self) -> Money | None:
        """What it cost to have one customer come back who would else have stayed away."""
        minor = None if self.claimed is None else paid.kept_cost(self.claimed)
        return None if minor is None else self.money(minor)

    @property
    def new_customer(self) -> Money | None:
        """What it costs to win a new customer, by the merchant's word."""
        return self.money(self.business.customer_cost_minor) if self.business.customer_cost_minor else None

    @property
    def ratio(self) -> str | None:
        """How many customers who stay the price of a new one keeps, such as "4.5"."""
        if self.kept_cost is None or self.new_customer is None or not self.kept_cost.minor:
            return None
        tenths = 10 * self.new_customer.minor // self.kept_cost.minor
        return f"{number(tenths // 10)}.{tenths % 10}"

    @property
    def stretches(self) -> list[tuple[Stretch, Judged]]:
        """Every stretch, at the merchant's margin."""
        known = () if self.found is None else self.found.stretches
        return [(each, paid.judged(each, self.business, self.trial)) for each in known]

    def money(self, minor: int) -> Money:
        return Money(minor=minor, currency=self.currency)

    def spread(self, found: Comparison | None) -> tuple[Money, Money, Money] | None:
        """Return a difference in money with the interval in which it lies, where there is one."""
        return None if found is None else (self.fine(found.more), self.fine(found.low), self.fine(found.high))

    def fine(self, thousandths: int) -> Money:
        return self.money((thousandths + FINE // 2) // FINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought(Reckoned):
    """What is found of one campaign, whose list will never be longer."""

    number: int
    name: str

    @property
    def too_short(self) -> bool:
        """Whether so few are on it that nothing will ever be told."""
        known = () if self.found is None else self.found.stretches
        shortest = known[0] if known else None
        return shortest is not None and self._are_all_there(shortest) and min(shortest.held, shortest.treated) < FEWEST

    @property
    def needed(self) -> int:
        """How long a list would be on which a difference that matters would show; 0 where that is not known."""
        judged, claimed = self.judged, self.claimed
        return claimed.treated + claimed.held + judged.missing if judged and claimed and claimed.spends else 0

    def _are_all_there(self, stretch: Stretch) -> bool:
        return self.found is not None and 0 < stretch.treated + stretch.held == self.found.followed


def reckoned(merchant: Merchant, rule: str, kept: Kept | None) -> Reckoned:
    """Return what there is to say of a rule's trial; what was found of an earlier edition says nothing of this one."""
    trial = merchant.policy.trial_of(rule)
    current = kept if kept is not None and kept.found.edition == trial.edition else None
    return Reckoned(
        rule=rule,
        mode=merchant.policy.mode_of(rule),
        trial=trial,
        business=merchant.policy.results,
        currency=merchant.currency,
        found=None if current is None else current.found,
        at=None if current is None else current.at,
    )


def campaigns(merchant: Merchant, some: Iterable[Campaign], found: Mapping[str, Kept]) -> list[Brought]:
    """Return what there is to say of those campaigns that were approved."""
    return [_brought(merchant, each, found) for each in some if each.approved_at is not None]


def _brought(merchant: Merchant, campaign: Campaign, found: Mapping[str, Kept]) -> Brought:
    trial = campaign_paid.trial_of(campaign.id, campaign.approved_at)
    kept = found.get(trial.rule)
    return Brought(
        rule=trial.rule,
        mode="",
        trial=trial if campaign.terms.hold_out else Trial(rule=trial.rule),
        business=merchant.policy.results,
        currency=merchant.currency,
        found=None if kept is None else kept.found,
        at=None if kept is None else kept.at,
        number=campaign.id,
        name=campaign.name,
    )


def chart(one: Reckoned) -> Chart | None:
    """Return the two groups' margin a customer, stretch by stretch; None where there is nothing to draw."""
    drawn = [(stretch, judged) for stretch, judged in one.stretches if stretch.spends is not None]
    if not drawn:
        return None
    columns = [
        Column(label=label, value=max(value, 0), words=money(one.money(value)), lit=lit)
        for stretch, judged in drawn
        for label, value, lit in (
            (_("%(days)s days", days=stretch.days), judged.each_treated, True),
            (_("%(days)s days, held out", days=stretch.days), judged.each_held, False),
        )
    ]
    return charts.drawn(columns)


def shares(spent: Iterable[Cost], by: Callable[[Cost], str], currency: str) -> list[Share]:
    """Return what was spent by whatever `by` says of each, the dearest first."""
    sums: dict[str, Money] = {}
    for each in spent:
        sums[by(each)] = sums.get(by(each), zero(currency)) + each.cost
    whole = max(sum(each.minor for each in sums.values()), 1)
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1].minor, pair[0]))
    return [Share(name=name, cost=cost, percent=100 * cost.minor // whole) for name, cost in ordered]


def rule_name(each: Cost) -> str:
    """Return what the rule is called."""
    return _(phrases.BY.get(each.rule, each.rule))


def purse_name(each: Cost) -> str:
    """Return what the purse is called that paid."""
    if is_purse(each.purse):
        return _("A campaign")
    return _(phrases.POOLS[each.purse][0]) if each.purse in phrases.POOLS else each.purse or _("No pool")


def who(each: Cost) -> str:
    """Return who wished it: one of the team by name, a rule, or somebody whom the team page does not know."""
    if each.agent:
        return each.agent
    return _("Somebody who is not on the team page") if each.purse == Pool.TEAM else _("A rule, by itself")
