"""A campaign's list, and those for whom something is kept, as files: numbers of customers, and no names."""

from collections.abc import Iterable, Iterator

from app.domain import campaigns as rules
from app.domain.facts import Standing
from app.domain.money import Money
from app.store.campaign_lists import Listed
from app.store.campaigns import Campaign
from app.store.shops import Merchant
from app.web import campaign_words
from app.web.language import _
from app.web.sheets import BYTE_ORDER, iso, plain, written

# A hard time is for the team alone: a file tells of it no otherwise than of a wish.
_IN_PEACE = frozenset({"sensitive", "opted_out"})


def listed(merchant: Merchant, campaign: Campaign, people: Iterable[Listed]) -> Iterator[str]:
    """Yield a frozen list in its order: what it was made by, and what became of each gift."""
    head = (
        *(_("Place"), _("Customer"), _("Score"), _("Net spend"), _("Days since the first order"), _("Last order")),
        *(_("How it stands"), _("Why"), _("Cost"), _("Currency"), _("Money given back since")),
    )
    yield BYTE_ORDER + written([head])
    for one in people:
        yield written([_row(merchant, campaign, one)])


def protected(merchant: Merchant, people: Iterable[Standing]) -> Iterator[str]:
    """Yield those for whom something is kept that runs short, the best first."""
    head = (_("Customer"), _("Net spend"), _("Currency"), _("Orders"), _("Last order"))
    yield BYTE_ORDER + written([head])
    for one in people:
        last = iso(one.last_order_at, merchant.timezone)
        yield written([(str(one.customer_id), one.net.text, merchant.currency, str(one.orders), last)])


def _row(merchant: Merchant, campaign: Campaign, one: Listed) -> tuple[str, ...]:
    points = rules.score_hundredths(one, campaign.terms.weight, campaign.among)
    cost = None if one.cost_minor is None else Money(minor=one.cost_minor, currency=merchant.currency)
    texts = (
        str(one.place),
        str(one.customer_id),
        f"{points // 100}.{points % 100:02}",
        Money(minor=one.net_minor, currency=merchant.currency).text,
        str(one.tenure_days),
        iso(one.last_order_at, merchant.timezone),
        campaign_words.standing(one)[1],
        _("They are left in peace.") if one.code in _IN_PEACE else campaign_words.why(one),
        "" if cost is None else cost.text,
        merchant.currency,
        _("yes") if one.has_lost else "",
    )
    return tuple(map(plain, texts))
