"""The settings page: everything the merchant decides, in one form; saved whole or not at all."""

import hashlib
import json
from collections.abc import Mapping

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.money import Money
from app.domain.policy import Measure, Mode, Policy
from app.store import connections, reports
from app.web import settings_table
from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.screen import look, show
from integrations.registry import LISTENER
from jobs import desk
from jobs.runtime import purse

blueprint = Blueprint("settings", __name__)


class Stale(Exception):
    """Somebody else has saved since this form was opened."""

    def __init__(self, current: Policy) -> None:
        super().__init__()
        self.current = current


@blueprint.get("/settings")
def settings() -> Response:
    """Show what the merchant has decided, ready to be changed."""
    texts = settings_table.typed(merchant().policy, merchant().currency)
    return _form(200, texts, edition=_edition(texts))


@blueprint.post("/settings")
def save() -> Response:
    """Save all of it; 422 says what cannot be meant, 409 that somebody else was faster, and how it stands now."""
    texts = {field.path: _sent(field.path) for field in settings_table.FIELDS}
    edition = request.form.get("edition", "")
    values, wrongs = settings_table.understood(texts, merchant().currency)
    if not wrongs:
        wrongs = _contradictions(settings_table.decided(merchant().policy, values))
    if wrongs:
        return _form(422, texts, edition=edition, wrongs=wrongs)
    try:
        desk.set_policy(in_their_name(), merchant(), lambda current: _changed(current, values, edition))
    except Stale as stale:
        current = settings_table.typed(stale.current, merchant().currency)
        lost = {path: text for path, text in texts.items() if text != current[path]}
        return _form(409, current, edition=_edition(current), lost=lost)
    return redirect(url_for("merchant.settings.settings", said="saved"), 303)


def _changed(current: Policy, values: Mapping[str, object], edition: str) -> Policy:
    wanted = settings_table.decided(current, values)
    # The same form sent twice finds its own work done, and is no stranger to it.
    if wanted != current and edition != _edition(settings_table.typed(current, merchant().currency)):
        raise Stale(current)
    return wanted


def _contradictions(wanted: Policy) -> dict[str, str]:
    """Return what is wrong with these decisions taken together, by field."""
    wrongs = _too_little_left(wanted)
    special, gift = wanted.special_customer, wanted.nth_order_gift
    if special.measure is Measure.FIXED and not special.fixed_minor:
        wrongs["special_customer.fixed_minor"] = "Please give the amount, or choose another measure."
    if gift.mode is not Mode.OBSERVE and not gift.variants:
        wrongs["nth_order_gift.variants"] = "Please name a gift, or let the rule only observe."
    if gift.mode is not Mode.OBSERVE and not gift.ordinals and not gift.every:
        wrongs["nth_order_gift.ordinals"] = "Please say with which orders, or let the rule only observe."
    return wrongs


def _too_little_left(wanted: Policy) -> dict[str, str]:
    limits = {"team": wanted.team_monthly_minor, "gifts": wanted.gifts_monthly_minor}
    with look() as seen:
        month = purse(seen.merchant, seen.now)
        pools = reports.pools_left(seen.session, shop_id=seen.merchant.id, purse=month)
    wrongs = {}
    for pool in pools:
        used, limit = pool.spent + pool.reserved, Money(minor=limits[pool.name], currency=pool.limit.currency)
        if limit + pool.granted < used and limit + pool.granted != pool.limit:
            wrongs[f"{pool.name}_monthly_minor"] = f"{used} of this month's pool are spent or set aside already."
    return wrongs


def _form(
    status: int,
    texts: Mapping[str, str],
    *,
    edition: str,
    wrongs: Mapping[str, str] | None = None,
    lost: Mapping[str, str] | None = None,
) -> Response:
    facts = {
        "groups": settings_table.GROUPS,
        "texts": texts,
        "edition": edition,
        "wrongs": wrongs or {},
        "lost": lost or {},
        "stale": status == 409,
    }
    here = world()
    with look() as seen:
        account = connections.account(seen.session, shop_id=seen.merchant.id, kind=LISTENER, seal=here.seal)
        return make_response(show("settings.html", seen, facts | {"listener": account}), status)


def _sent(path: str) -> str:
    return request.form.get(path, "").replace("\r\n", "\n").strip()


def _edition(texts: Mapping[str, str]) -> str:
    """Return a short name for exactly these settings: whoever saves says which ones they had before their eyes."""
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:16]
