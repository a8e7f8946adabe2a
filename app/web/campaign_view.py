"""What a campaign's page shows: what a draft comes to, and what became of a list that was frozen."""

from dataclasses import dataclass
from typing import Any

from app.domain import campaigns as rules
from app.domain.catalogue import Entry
from app.domain.effects import State
from app.domain.lift import FEWEST
from app.domain.money import Money
from app.store import campaign_lists, catalogue, results
from app.store.campaign_lists import Heap
from app.store.campaigns import Campaign
from app.store.decisions import UNDER_WAY
from app.web import campaign_form, campaign_words, result_words
from app.web.campaign_form import Typed
from app.web.here import world
from app.web.language import dated, spoken
from app.web.screen import Look
from jobs import campaigns as desk
from jobs.languages import ENGLISH

FIRST = 25  # places of a list that a page shows; all of them are in the file
_SENT = (State.DONE,)
_BACK = frozenset({"returned", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many of a frozen list stand how, and what it came to."""

    people: int
    waiting: int
    under_way: int
    sent: int
    delivered: int
    came_back: int
    nothing: int  # refused, withdrawn or over budget
    passed_over: int
    held_out: int
    cost: Money


def draft(seen: Look, campaign: Campaign, typed: Typed) -> dict[str, Any]:
    """Return what the page of a draft shows."""
    session, merchant, here = seen.session, seen.merchant, world()
    found = desk.outlook(here, session, merchant, campaign, typed.terms)
    kept = campaign_form.as_kept(campaign.name, campaign.terms, merchant.currency)
    gifts = catalogue.listed(session, shop_id=merchant.id)
    was = next((each for each in gifts if each.id == campaign.terms.gift_id), None)
    before = desk.size_of(was, campaign, campaign.terms)
    return {
        "campaign": campaign,
        "typed": typed,
        "changed": typed.texts != kept.texts,
        "outlook": found,
        "last_day": found.last_leaves_on and dated(found.last_leaves_on, "d MMMM yyyy"),
        "budget": _money(seen, typed.terms.budget_minor),
        "each": _money(seen, found.size.each_minor),
        "extras": _money(seen, typed.terms.extras_minor),
        "total": _money(seen, found.size.total_minor),
        "too_few_held_out": typed.terms.hold_out and found.size.held_out < FEWEST,
        "priced": _has_price(found.gift),
        "before": before if _has_price(was) and before != found.size else None,
        "first": [
            {
                "place": place,
                "net": _money(seen, place.entrant.net_minor),
                "score": rules.score_hundredths(place.entrant, typed.terms.weight, campaign.among),
            }
            for place in found.places[:FIRST]
        ],
        "gifts": [each for each in gifts if each.active],
        "methods": campaign_form.METHODS,
        "refusals": campaign_words.REFUSALS,
        "left_out": campaign_words.LEFT_OUT,
    }


def frozen(seen: Look, campaign: Campaign) -> dict[str, Any]:
    """Return what the page of a campaign shows whose list is frozen."""
    session, about = seen.session, {"shop_id": seen.merchant.id, "campaign_id": campaign.id}
    heaps = campaign_lists.heaps(session, **about)
    found = results.kept(session, shop_id=seen.merchant.id)
    (brought,) = result_words.campaigns(seen.merchant, [campaign], found)
    return {
        "brought": brought,
        "campaign": campaign,
        "gift": desk.gift_of(session, seen.merchant, campaign.terms),
        "progress": progress(seen, campaign, heaps),
        "budget": _money(seen, campaign.terms.budget_minor),
        "people": campaign_lists.people(session, limit=FIRST, **about),
        "doubts": desk.doubts(world(), session, seen.merchant, campaign),
        "passed": {each.code: each.count for each in heaps if each.code},
        "standing": campaign_words.standing,
        "why": campaign_words.why,
        "passed_over": campaign_words.PASSED_OVER,
        "waits_for": campaign_words.WAITS_FOR,
    }


def progress(seen: Look, campaign: Campaign, heaps: list[Heap]) -> Progress:
    """Return how far a campaign is; what it cost is what vendors billed, and for each that left what none bills."""
    theirs = [each for each in heaps if not each.held_out]
    done = [each for each in theirs if each.state in _SENT]
    sent = _count(done)
    cost = sum(each.cost_minor for each in done) + sent * campaign.terms.extras_minor
    return Progress(
        people=_count(heaps),
        waiting=_count([each for each in theirs if each.waits]),
        under_way=_count([each for each in theirs if each.state in UNDER_WAY]),
        sent=sent,
        delivered=_count([each for each in done if each.sent == "delivered"]),
        came_back=_count([each for each in done if each.sent in _BACK]),
        nothing=_count([each for each in theirs if each.state not in {None, *_SENT, *UNDER_WAY}]),
        passed_over=_count([each for each in theirs if each.code]),
        held_out=_count([each for each in heaps if each.held_out]),
        cost=_money(seen, cost),
    )


def score(hundredths: int) -> str:
    """Return a score as the language writes it: 87.25."""
    return f"{hundredths // 100}{'.' if spoken() == ENGLISH else ','}{hundredths % 100:02}"


def _has_price(gift: Entry | None) -> bool:
    return gift is not None and gift.cost is not None


def _count(heaps: list[Heap]) -> int:
    return sum(each.count for each in heaps)


def _money(seen: Look, minor: int) -> Money:
    return Money(minor=minor, currency=seen.merchant.currency)
