"""The page of what the rules would have done, had they been on: as they are set, and as they could be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.backtest.asked import MOMENTS, Kind, differs
from app.domain.backtest.summary import Outcome
from app.domain.moments import ANNIVERSARY, COMEBACK
from app.domain.money import Money
from app.domain.policy import Policy
from app.store import backtests, shops
from app.store.backtests import Walked
from app.web import editions, setting_words, settings_form, settings_table
from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.language import N_, number, percent, shown
from app.web.screen import look, show
from app.web.settings_form import Form, Stale
from jobs import backtest, desk

blueprint = Blueprint("what_if", __name__)

# What can be tried: all that would have made these days others, but for modes and what the team may do.
_TRIED = (
    *("nth_order_gift.ordinals", "nth_order_gift.every", "nth_order_gift.variants", "nth_order_gift.stock_floor"),
    *("nth_order_gift.cooldown_days", "nth_order_gift.per_day", "gifts_monthly_minor"),
    "gifts_share",
    *("special_customer.measure", "special_customer.percentile", "special_customer.fixed_minor"),
    *("moments.cooldown_days", "anniversary.lead_days", "comeback.away_days"),
    *(f"{rule}.{name}" for rule in MOMENTS for name in ("kindness", "at_most_minor", "special_only", "per_day")),
)
GROUPS = tuple(
    (group.title, fields)
    for group in settings_table.GROUPS
    if (fields := tuple(field for field in group.fields if field.path in _TRIED))
)
FIELDS = tuple(field for _, fields in GROUPS for field in fields)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the comparison: what is counted, how that was made, and how it reads."""

    name: str
    says: str
    of: Callable[[Outcome], int]
    reads: Callable[[int, str], str | Money] = lambda value, _currency: number(value)

    def difference(self, kept: Outcome, tried: Outcome) -> str:
        """Return how much more it would be, with its sign; a dash where it would be the same."""
        more = self.of(tried) - self.of(kept)
        sign = "+" if more > 0 else "−"
        return f"{sign}{shown(self.shown(abs(more), kept.currency))}" if more else "–"

    def shown(self, value: int, currency: str) -> str | Money:
        """Return the number as it reads."""
        return self.reads(value, currency)


def _money(value: int, currency: str) -> Money:
    return Money(minor=value, currency=currency)


PROBLEMS = {
    backtest.NOT_NOW: N_("Your store could not be asked what the gifts cost. Please try again in a few minutes."),
    backtest.GAVE_UP: N_(
        "It was begun several times and never came to its end. The mistake is ours; it is written down."
    ),
}
FIGURES = (
    Figure(N_("Gifts"), N_("Orders that would have had a gift, and kept it."), lambda it: it.gifts),
    Figure(
        N_("Goods given"),
        N_("What these gifts cost you: each at its unit cost in your store, else at its price."),
        lambda it: it.cost_minor,
        _money,
    ),
    Figure(
        N_("Share of what you took in"),
        N_("Goods given, divided by what the orders of these days brought after refunds."),
        lambda it: it.share,
        lambda value, _currency: percent(value),
    ),
    Figure(
        N_("In line, and skipped"),
        N_("Orders that a gift was due with and that went without. Why, stands below."),
        lambda it: it.skips,
    ),
    Figure(N_("Gifts taken back"), N_("The order was cancelled before it left."), lambda it: it.taken_back),
    Figure(
        N_("Customers marked"),
        N_("How often the mark would have gone on; whoever is special on the first day counts as well."),
        lambda it: it.tagged,
    ),
    Figure(N_("Marks taken off"), N_("How often it would have come off again."), lambda it: it.untagged),
    Figure(
        N_("Threshold today"),
        N_("Who has spent more and is active is special. Measured each night, as it would have been."),
        lambda it: it.threshold_minor,
        _money,
    ),
)
MOMENT_FIGURES = (
    Figure(
        N_("Anniversaries remembered"),
        N_("First orders whose day came round, and to which something would have gone."),
        lambda it: _remembered(it, ANNIVERSARY),
    ),
    Figure(
        N_("Welcomed back"),
        N_("Customers who ordered again after long, and to whom something would have gone."),
        lambda it: _remembered(it, COMEBACK),
    ),
    Figure(
        N_("Cards and gifts for these"),
        N_("What they cost you, each as your catalogue and your settings price it today."),
        lambda it: sum(each.cost_minor for each in it.moments),
        _money,
    ),
)


def _remembered(it: Outcome, rule: str) -> int:
    found = it.of_moment(rule)
    return 0 if found is None else found.given


@blueprint.get("/what-if")
def what_if() -> Response:
    """Show what would have been; 200 as well while it is being found out."""
    return _page()


@blueprint.post("/what-if")
def attempt() -> Response:
    """Find out how it would have been with other settings; 422 says what cannot be meant."""
    texts = settings_form.sent(FIELDS)
    values, wrongs = settings_table.understood(texts, merchant().currency, FIELDS)
    if wrongs:
        return _page(Form(texts=texts, edition="", wrongs=wrongs, status=422))
    asked = backtest.compare(world(), merchant(), settings_table.decided(merchant().policy, values))
    return _back() if asked else _page()


@blueprint.post("/what-if/again")
def again() -> Response:
    """Look at the days until now, with the settings as they stand."""
    backtest.ask(world(), merchant(), Kind.KEPT, merchant().policy)
    return _back()


@blueprint.post("/what-if/forget")
def forget() -> Response:
    """Let the settings be tried no more."""
    backtest.forget(world(), merchant())
    return _back()


@blueprint.post("/what-if/take")
def take() -> Response:
    """Take what was tried over into the settings; 409 where the page that was pressed on shows something else.

    How far a rule may go stays as it is.
    """
    tried = backtest.newest(world(), merchant()).get(Kind.TRIED)
    if tried is None:
        return _back()
    values = {field.path: field.of(tried.policy) for field in FIELDS}

    def taken(current: Policy) -> Policy:
        wanted = settings_table.decided(current, values)
        if wanted != current and request.form.get("taking", "") != _taking(current, tried.policy):
            raise Stale(current)
        return wanted

    try:
        desk.set_policy(in_their_name(), merchant(), taken)
    except Stale:
        return _page(not_taken=True)
    backtest.forget(world(), merchant())
    return _back("saved")


def _taking(policy: Policy, tried: Policy) -> str:
    """Return the name of the change that a page offers to take over: from what, to what."""
    both = {"now": policy, "tried": tried}
    return editions.named({name: editions.shown(each, merchant().currency, FIELDS) for name, each in both.items()})


def _page(form: Form | None = None, *, not_taken: bool = False) -> Response:
    overtook = editions.overtook(_TRIED, request.form.get("since", "")) if not_taken else []
    with look() as seen:
        since = editions.place(seen)
        done = shops.history_state(seen.session, shop_id=seen.merchant.id).done_at is not None
        walks = backtests.newest(seen.session, shop_id=seen.merchant.id)
        called = setting_words.called(seen)
    kept, tried = walks.get(Kind.KEPT), walks.get(Kind.TRIED)
    running = [walk for walk in walks.values() if not walk.is_over]
    if running:
        backtest.ring(world(), merchant())  # a bell that was lost is rung again by whoever waits
    policy = merchant().policy if tried is None else tried.policy
    sheet = form or Form(texts=settings_table.typed(policy, merchant().currency, FIELDS), edition="")
    facts = _facts(kept, tried, merchant().policy) | {
        "imported": done,
        "running": running,
        "groups": GROUPS,
        "called": called,
    }
    pressed = {
        "taking": None if tried is None else _taking(merchant().policy, tried.policy),
        "since": since,
        "not_taken": not_taken,
        "overtook": overtook,
    }
    return make_response(show("what_if.html", seen, facts | sheet.facts | pressed), 409 if not_taken else sheet.status)


def _facts(kept: Walked | None, tried: Walked | None, policy: Policy) -> dict[str, Any]:
    now = None if kept is None else kept.outcome
    other = None if tried is None else tried.outcome
    it = other or now
    return {
        "kept": kept,
        "tried": tried,
        "it": it,
        "before": now,
        "after": other,
        "differs": tried is not None and differs(policy, tried.policy),
        "figures": (*FIGURES, *MOMENT_FIGURES) if it is not None and it.moments else FIGURES,
        "problems": PROBLEMS,
        "bouquets": policy.bouquets,
        "pool": _money(policy.team_monthly_minor, merchant().currency),
    }


def _back(said: str | None = None) -> Response:
    return redirect(url_for("merchant.what_if.what_if", said=said), 303)
