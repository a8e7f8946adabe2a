"""The rules: what each does, how far it goes and what it costs; and each one's editor with all that was changed."""

from typing import Any

from flask import Blueprint, abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.money import Money
from app.domain.policy import Mode
from app.store import reasons, spending, stories, tallies
from app.store.reports import Tally
from app.web import phrases, proposals, setting_words, settings_form
from app.web.language import _
from app.web.rule_book import BOOK, Chapter, fields_of
from app.web.screen import MODE_STAYS, Look, look, show
from app.web.setting_words import Told
from app.web.settings_form import Form
from jobs.runtime import month_start

blueprint = Blueprint("rules", __name__)

WAITING_ROWS = 12  # all of them are in the ledger
VERDICTS = 15
CHANGES = 50


@blueprint.get("/rules")
def listed() -> str:
    """Show every rule: when it looks, what it does, within which limits, how far it goes and what it came to."""
    with look() as seen:
        facts = {"rules": _rules(seen), "modes": list(Mode), "back": url_for("merchant.rules.listed")}
    return show("rules.html", seen, facts)


@blueprint.get("/rules/<rule>")
def shown(rule: str) -> Response:
    """Show one rule, ready to be changed."""
    return _page(rule, settings_form.as_it_stands(_chapter(rule).fields))


@blueprint.post("/rules/<rule>")
def save(rule: str) -> Response:
    """Save what one rule goes by; 422 says what cannot be meant, 409 that somebody else was faster."""
    refused = settings_form.save(_chapter(rule).fields)
    if refused is not None:
        return _page(rule, refused)
    return redirect(url_for("merchant.rules.shown", rule=rule, said="saved"), 303)


def _page(rule: str, form: Form) -> Response:
    chapter = _chapter(rule)
    with look() as seen:
        shop: dict[str, Any] = {"shop_id": seen.merchant.id, "currency": seen.merchant.currency}
        facts = {
            "it": next(each for each in _rules(seen) if each["rule"] == rule),
            "modes": list(Mode),
            "own": chapter.own,
            "called": setting_words.called(seen),
            "shared": fields_of(*chapter.shared),
            "waiting": stories.waiting(seen.session, limit=WAITING_ROWS, rule=rule, **shop),
            "told": reasons.verdicts_of(seen.session, shop_id=seen.merchant.id, rule=rule, limit=VERDICTS),
            "changes": setting_words.history(seen, chapter.paths, CHANGES),
            "meanwhile": _set_meanwhile(seen, chapter),
            "back": url_for("merchant.rules.shown", rule=rule),
        }
        return make_response(show("rule.html", seen, facts | form.facts), form.status)


def _set_meanwhile(seen: Look, chapter: Chapter) -> list[Told]:
    """Return who has set the rule's mode, for whoever pressed on a page of before."""
    if request.args.get("said") != MODE_STAYS:
        return []
    return setting_words.history(seen, (chapter.mode,), 1)


def _rules(seen: Look) -> list[dict[str, Any]]:
    """Return what there is to tell of every rule."""
    merchant, policy = seen.merchant, seen.merchant.policy
    shop: dict[str, Any] = {"shop_id": merchant.id, "currency": merchant.currency}
    promises = phrases.promises(policy, merchant.currency)
    done = spending.done_by_rule(seen.session, since=month_start(merchant, seen.now), **shop)
    waiting, proposed = spending.waiting(seen.session, **shop), proposals.made(seen)
    names = setting_words.called(seen)
    braked = {each.rule: each for each in tallies.braked(seen.session, shop_id=merchant.id)}
    return [
        {
            "rule": rule,
            "name": _(phrases.RULES[rule]),
            "chapter": chapter,
            "mode": policy.mode_of(rule),
            "promise": promises[rule],
            "done": done.get(rule, []),
            "cost": _cost(done.get(rule, []), merchant.currency),
            "waits": waiting.get(rule),
            "braked": braked.get(rule),
            "proposal": proposed.get(rule),
            "conditions": setting_words.listed(policy, fields_of(*chapter.conditions), merchant.currency, names),
            "limits": setting_words.listed(policy, fields_of(*chapter.caps, *chapter.shared), merchant.currency, names),
        }
        for rule, chapter in BOOK.items()
    ]


def _cost(done: list[Tally], currency: str) -> Money:
    return Money(minor=sum(each.cost.minor for each in done), currency=currency)


def _chapter(rule: str) -> Chapter:
    if rule not in BOOK:
        abort(404, _("There is no such rule."))
    return BOOK[rule]
