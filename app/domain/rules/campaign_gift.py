"""One gift of a campaign: to somebody on its list, unless it would be a second kindness, or at a bad time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain import card_paper, card_words, catalogue
from app.domain.campaigns import DAYS_AHEAD, RULE, Place, Refusal, Size, Terms, fingerprint
from app.domain.catalogue import Entry, Occasion
from app.domain.decisions import Decision
from app.domain.delivery_days import MOST_DAYS_AHEAD
from app.domain.effects import Plan, SendGift
from app.domain.facts import Standing
from app.domain.gifts import Paper
from app.domain.rules import hard_time, let_alone
from app.domain.rules.send_acts import LEAD_DAYS

FRESH = timedelta(days=1)  # so long a count of all customers may be approved by


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody whose turn has come, and what may be given to them; `treated`: they were just given something else."""

    customer_id: int
    standing: Standing | None
    about: Occasion
    treated: bool = False
    disputed: bool = False  # they asked their bank for the money of an order back


def purse_name(campaign_id: int) -> str:
    """Return the name of the pool that pays for a campaign, and for nothing else."""
    return f"{RULE}-{campaign_id}"


def is_purse(name: str) -> bool:
    """Return whether a pool of that name is a campaign's own."""
    return name.startswith(f"{RULE}-")


def decide(
    to: Recipient, campaign_id: int, terms: Terms, gift: Entry, *, leaves_at: datetime, now: datetime
) -> Decision:
    """Return the gift on its way, or why there is none."""
    no = _why_not(to, gift, now)
    if no is not None:
        return _decided(to, *no)
    effect = sending(to.customer_id, campaign_id, terms, gift, leaves_on=leaves_at.date())
    plan = Plan(effect=effect, due_at=leaves_at, cost=gift.cost, pool=purse_name(campaign_id))
    because = f"They are on the list of a campaign, which sends them {gift.called}."
    return _decided(to, "campaign_gift", because, plan)


def sending(customer_id: int, campaign_id: int, terms: Terms, gift: Entry, *, leaves_on: date) -> SendGift:
    """Return the gift of a campaign for somebody; its key holds once for them, whoever plans it, and whenever."""
    late = terms.arrive_on is None or terms.arrive_on <= leaves_on
    return SendGift(
        what=gift.kind,
        vendor=gift.vendor,
        sku=gift.sku,
        title=gift.called,
        gift_id=gift.id,
        customer_id=customer_id,
        order_id=None,
        message=_signed(terms),
        ticket_id=None,
        agent_name=terms.signed_by,
        day=None if late else terms.arrive_on,
        occasion=f"{RULE}:{campaign_id}",
    )


def is_of_a_list(gift: SendGift) -> bool:
    """Return whether a gift is a campaign's, so that whoever sees to that campaign asks where it should go."""
    return gift.occasion.startswith(f"{RULE}:")


def refusals(
    terms: Terms,
    gift: Entry | None,
    size: Size,
    about: Occasion,
    *,
    paper: Paper,
    to_a_door: bool,
    today: date,
    counted_at: datetime | None,
    now: datetime,
) -> tuple[Refusal, ...]:
    """Return why a campaign cannot be approved; none where it can."""
    amiss: Mapping[Refusal, bool] = {
        Refusal.NO_GIFT: gift is None or gift.cost is None,
        Refusal.NO_STOCK: gift is not None and gift.stock is not None and gift.stock <= 0,
        Refusal.NOT_OFFERED: gift is not None and catalogue.why_not(gift, about) is not None,
        Refusal.NOBODY: size.given <= 0,
        Refusal.OVER_BUDGET: size.total_minor > terms.budget_minor,
        Refusal.WORDS: bool(wrong_words(terms, paper)),
        Refusal.UNSIGNED: not terms.signed_by,
        Refusal.TOO_SOON: not _in_time(terms, to_a_door=to_a_door, today=today),
        Refusal.TOO_LATE: _is_late(terms, size, gift, to_a_door=to_a_door),
        Refusal.OLD_COUNT: counted_at is None or now - counted_at > FRESH,
    }
    found = tuple(refusal for refusal, holds in amiss.items() if holds)
    return tuple(each for each in found if each is not Refusal.NOT_OFFERED or Refusal.NO_STOCK not in found)


def shown(terms: Terms, gift: Entry | None, size: Size, places: Sequence[Place]) -> str:
    """Return what tells all that somebody says yes to from anything else: the list, the gift, its price, the terms."""
    what = None if gift is None else (gift.id, gift.vendor, gift.sku, gift.size, gift.called, gift.cost)
    return hashlib.sha256(f"{fingerprint(places)};{what};{size};{terms}".encode()).hexdigest()


def wrong_words(terms: Terms, paper: Paper) -> tuple[str, ...]:
    """Return why the words cannot go out like that, as sentences; none where they can."""
    laid_out = card_paper.laid_out(_signed(terms), paper)
    return (*card_words.objections(terms.message), *laid_out.wrong)


def last_leaves_on(terms: Terms, size: Size) -> date | None:
    """Return on which day the last wave leaves, if each is as large as it may be."""
    waves = -(-size.given // max(terms.per_day, 1))
    return None if terms.starts_on is None else terms.starts_on + timedelta(days=max(waves - 1, 0))


def _signed(terms: Terms) -> str:
    return card_words.signed(terms.message, terms.signed_by)


def _in_time(terms: Terms, *, to_a_door: bool, today: date) -> bool:
    first = today + timedelta(days=DAYS_AHEAD if to_a_door else 0)
    last = today + timedelta(days=MOST_DAYS_AHEAD)
    return terms.starts_on is not None and first <= terms.starts_on <= last


def _is_late(terms: Terms, size: Size, gift: Entry | None, *, to_a_door: bool) -> bool:
    leaves_on, arrives_on = last_leaves_on(terms, size), terms.arrive_on
    if leaves_on is None or arrives_on is None or gift is None:
        return False
    return leaves_on + timedelta(days=LEAD_DAYS.get(gift.kind, 1) if to_a_door else 1) > arrives_on


def _why_not(to: Recipient, gift: Entry, now: datetime) -> tuple[str, str] | None:
    if to.standing is None:
        return "gone", "The store knows this customer no more."
    spared = let_alone.refused(to.standing) or hard_time.refused(to.standing, now)
    if spared is not None:
        return spared
    if to.disputed:
        return "disputed", "The payment of one of their orders is disputed."
    if to.treated:
        return "cool_down", "They were given something a short while ago, or are about to be."
    why = catalogue.why_not(gift, to.about)
    return None if why is None else ("not_theirs", why)


def _decided(to: Recipient, code: str, because: str, *plans: Plan) -> Decision:
    return Decision(rule=RULE, subject=f"customer:{to.customer_id}", code=code, because=because, plans=plans)
