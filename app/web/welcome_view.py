"""What the first steps show: how far the past is read, who would be special, after which order customers stop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from app.domain import history, suggestions
from app.domain.backtest.asked import Kind
from app.domain.facts import GiftOption
from app.domain.helpdesk_setup import Stage
from app.domain.history import Pace
from app.domain.money import Money, decimals
from app.domain.policy import Measure, Mode, NthOrderGift, Policy, SpecialCustomer
from app.domain.scopes import Feature
from app.domain.suggestions import Insight, Level, Unfit, unfit
from app.store import backtests, imports, insights, reports, setups, shops, welcomes
from app.store.imports import Reading
from app.store.setups import Setup
from app.store.welcomes import Picked
from app.web import charts, editions, rights, sample_view
from app.web.charts import Chart, Column, Line
from app.web.here import world
from app.web.language import _, counted, money, number, typed, whole_percent
from app.web.rule_book import BOOK, fields_of
from app.web.screen import Look
from app.web.welcome_words import MEASURES, SAYS, WHY
from integrations import registry
from jobs.welcome import RULES

CHIPS = (4, 5, 6, 7)
STEPS_SHOWN = 8
P80 = 80
_FIELDS = fields_of(
    *("special_customer.measure", "special_customer.percentile", "special_customer.fixed_minor"),
    *("special_customer.tag", "nth_order_gift.ordinals", "nth_order_gift.every", "nth_order_gift.variants"),
)
PATHS = (*(BOOK[rule].mode for rule in RULES), *(field.path for field in _FIELDS))
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A measure that can be chosen, and what it would mean."""

    measure: Measure
    says: str
    at: Money
    level: Level
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A variant that was looked for, why it cannot be given, and whether it costs or weighs more than is suggested."""

    option: GiftOption
    unfit: Unfit | None
    dear: bool
    heavy: bool
    picked: bool


def unwelcomed(seen: Look) -> bool:
    """Return whether somebody should be led to their first steps: nothing is switched on, and they were not taken."""
    if any(seen.merchant.policy.mode_of(rule) is not Mode.OBSERVE for rule in RULES):
        return False
    return not welcomes.steps(seen.session, shop_id=seen.merchant.id).finished


def facts(seen: Look) -> dict[str, Any]:
    """Return what the whole page shows."""
    session, shop_id, policy = seen.session, seen.merchant.id, seen.merchant.policy
    desks = setups.listed(session, shop_id=shop_id)
    asked = rights.asked(seen.merchant, world().settings)
    return moving(seen, desks) | {
        "asked": [(asked[feature], why) for feature, why in WHY.items()],
        "picked": gifts(seen),
        "dearest": dearest(seen),
        "desk_comes": any(each.stage is Stage.SETTING_UP and not each.trouble for each in desks),
        "desks": [registry.called(each.kind) for each in desks if each.kind in registry.HELPDESKS and each.in_use],
        "steps": welcomes.steps(session, shop_id=shop_id),
        "modes": list(Mode),
        "mode": policy.mode_of(RULES[0]),
        "gift_mode": policy.mode_of(RULES[1]),
        "edition": edition(policy, seen.merchant.currency),
        "since": editions.place(seen),
    }


def edition(policy: Policy, currency: str) -> str:
    """Return the name of what the page says is decided: whoever switches these rules on should have seen it."""
    return editions.shown(policy, currency, _FIELDS, RULES)


def moving(seen: Look, desks: Sequence[Setup] | None = None) -> dict[str, Any]:
    """Return what the part shows that moves while the past is read or a test ticket is on its way."""
    session, shop_id, policy = seen.session, seen.merchant.id, seen.merchant.policy
    state = shops.history_state(session, shop_id=shop_id)
    readings = imports.readings(session, shop_id=shop_id)
    insight = insights.read(session, shop_id=shop_id)
    pace = None if state.done_at else _pace(readings)
    walk = backtests.newest(session, shop_id=shop_id).get(Kind.KEPT)
    tickets = sample_view.facts(seen, setups.listed(session, shop_id=shop_id) if desks is None else desks)
    found: dict[str, Any] = tickets | {
        "history": state,
        "walk": walk,
        "outdated": walk is not None and _rules_of(walk.policy) != _rules_of(policy),
        "readings": readings,
        "pace": pace,
        "left": "" if pace is None else _lasts(pace),
        "whole_past": rights.asked(seen.merchant, world().settings)[Feature.WHOLE_PAST],
        "insight": insight,
        "gift": policy.nth_order_gift,
        "chips": CHIPS,
        "bouquets": policy.bouquets,
        "pool": Money(minor=policy.team_monthly_minor, currency=seen.merchant.currency),
    }
    if insight is None:
        return found
    suggestion = suggestions.suggested(insight.steps)
    choices = _choices(insight, policy.special_customer, seen.merchant.currency)
    own = None if any(each.chosen for each in choices) else _own(seen)
    own_at = None if own is None else own.threshold
    return found | {
        "choices": choices,
        "own": own,
        "spread": _spread(seen, insight, choices, own_at),
        "edges": [_edge(edge, seen.merchant.currency) for edge in insight.edges()],
        "edge": _nearest(insight, next((each.at for each in choices if each.chosen), own_at)),
        "spread_rows": list(_spread_rows(insight, seen.merchant.currency)),
        "stops": _stops(insight, suggestion.ordinal),
        "stops_rows": [(str(step.ordinal), *map(number, (step.stayed, step.stopped))) for step in insight.steps],
        "suggestion": suggestion,
        "chips": sorted({*CHIPS, suggestion.ordinal}),
        "most": suggestions.most_cost(insight, seen.merchant.currency),
    }


def dearest(seen: Look) -> Money:
    """Return what no gift should cost more than, however much an order brings."""
    return Money(minor=suggestions.DEAREST_GIFT, currency=seen.merchant.currency)


def gifts(seen: Look) -> list[tuple[int, Picked | None]]:
    """Return the gifts that were picked, the first choice first; None for one of which nobody knows its name here."""
    known = welcomes.picked(seen.session, shop_id=seen.merchant.id, currency=seen.merchant.currency)
    return [(variant, known.get(variant)) for variant in seen.merchant.policy.nth_order_gift.variants]


def candidates(seen: Look, options: Sequence[GiftOption], most: Money | None) -> list[Candidate]:
    """Return what was found, what can be given and is not dear first."""
    policy = seen.merchant.policy.nth_order_gift
    found = [
        Candidate(
            option=option,
            unfit=unfit(option, floor=policy.stock_floor),
            dear=most is not None and option.cost.currency == most.currency and option.cost.minor > most.minor,
            heavy=(option.grams or 0) >= suggestions.HEAVY_GRAMS,
            picked=option.variant_id in policy.variants,
        )
        for option in options
    ]
    return sorted(found, key=lambda each: (each.unfit is not None, each.dear))


def most_cost(seen: Look) -> Money | None:
    """Return what a gift should cost at most; None while nothing of the past is known."""
    insight = insights.read(seen.session, shop_id=seen.merchant.id)
    return None if insight is None else suggestions.most_cost(insight, seen.merchant.currency)


def _rules_of(policy: Policy) -> tuple[SpecialCustomer, NthOrderGift]:
    """Return what is chosen on this page, but for how far the rules may go: a walk goes as far as it can."""
    gift = replace(policy.nth_order_gift, mode=Mode.OBSERVE, began_at=None)
    return replace(policy.special_customer, mode=Mode.OBSERVE), gift


def _pace(readings: Sequence[Reading]) -> Pace | None:
    began = [each.read_from for each in readings if each.read_from]
    ended = [each.read_to for each in readings if each.read_to]
    return history.pace(
        things=sum(each.things for each in readings),
        promised=sum(max(each.promised, each.things) for each in readings),
        since=min(began, default=None),
        until=max(ended, default=None),
    )


def _lasts(pace: Pace) -> str:
    minutes = -(-pace.left // _MINUTE)
    return counted(minutes, "minute", "minutes") if minutes > 1 else _("less than a minute")


def _choices(insight: Insight, policy: SpecialCustomer, currency: str) -> list[Choice]:
    found = []
    for measure, (name, _line) in MEASURES.items():
        level: Level = getattr(insight, name)
        chosen = policy.measure is measure and (measure is not Measure.PERCENTILE or policy.percentile == P80)
        at = Money(minor=level.minor, currency=currency)
        found.append(Choice(measure=measure, says=SAYS[measure], at=at, level=level, chosen=chosen))
    return found


def _own(seen: Look) -> reports.Figures:
    """Return what a measure comes to that is none of those on the chart."""
    return reports.figures(seen.session, shop_id=seen.merchant.id, currency=seen.merchant.currency, now=seen.now)


def _nearest(insight: Insight, at: Money | None) -> int:
    """Return the number of the edge that is nearest to where the line is now."""
    return min(max(round((at.minor if at else 0) / insight.width_minor), 1), max(len(insight.edges()), 1))


def _edge(edge: Level, currency: str) -> tuple[str, str]:
    """Return what would be typed to have the line there, and what it would mean."""
    at, count = Money(minor=edge.minor, currency=currency), counted(edge.active, "customer", "customers")
    return typed(at.text), _(
        "Above %(at)s: %(above)s, and active: %(count)s.", at=at, above=number(edge.above), count=count
    )


def _spread(seen: Look, insight: Insight, choices: Sequence[Choice], own: Money | None) -> Chart:
    """Return the histogram of what customers have spent, with a line for each measure and for one of their own."""
    currency, width = seen.merchant.currency, insight.width_minor
    chosen = next((each.at.minor for each in choices if each.chosen), None if own is None else own.minor)
    columns = [
        Column(
            label=number(place * width // 10 ** decimals(currency)) + ("+" if place == len(insight.bars) - 1 else ""),
            value=count,
            words=counted(count, "customer", "customers"),
            lit=chosen is not None and place * width >= chosen,
        )
        for place, count in enumerate(insight.bars)
    ]
    lines = [
        Line(words=f"{_(MEASURES[each.measure][1])} {money(each.at)}", at=each.at.minor / width, lit=each.chosen)
        for each in choices
    ]
    if own is not None:
        lines.append(Line(words=_("yours %(at)s", at=own), at=own.minor / width, lit=True))
    return charts.drawn(columns, lines)


def _spread_rows(insight: Insight, currency: str) -> list[tuple[str, str]]:
    found = []
    for place, count in enumerate(insight.bars):
        begins, ends = (Money(minor=each * insight.width_minor, currency=currency) for each in (place, place + 1))
        last = place == len(insight.bars) - 1
        says = _("%(begins)s or more", begins=begins) if last else _("%(begins)s to %(ends)s", begins=begins, ends=ends)
        found.append((says, number(count)))
    return found


def _stops(insight: Insight, ordinal: int) -> Chart:
    """Return the drop-off: of those who placed so many orders, how many in a hundred placed no other."""
    columns = [
        Column(
            label=str(step.ordinal),
            value=step.percent,
            words=whole_percent(step.percent),
            lit=step.ordinal == ordinal - 1,
        )
        for step in insight.steps[:STEPS_SHOWN]
    ]
    return charts.drawn(columns, words_above=True)
