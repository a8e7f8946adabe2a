"""A form over some of the settings: as it stands, and saved whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request

from app.domain.money import Money
from app.domain.policy import Measure, Mode, Policy
from app.store import reports
from app.web import editions, settings_table
from app.web.fields import Field
from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.language import _
from app.web.screen import look
from app.web.setting_words import Told
from jobs import desk, gift_names
from jobs.runtime import purse

VARIANTS = "nth_order_gift.variants"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What stands in a form, which settings it was about when it was opened, and why it was not saved."""

    texts: Mapping[str, str]
    edition: str
    since: str = ""  # the place of the newest change that it shows
    overtook: Sequence[Told] = ()  # what others have changed since it was opened
    wrongs: Mapping[str, str] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)  # what was typed where somebody else was faster
    status: int = 200

    @property
    def facts(self) -> dict[str, Any]:
        """What a template needs to draw it."""
        return {
            "texts": self.texts,
            "edition": self.edition,
            "since": self.since,
            "overtook": self.overtook,
            "wrongs": self.wrongs,
            "lost": self.lost,
            "stale": self.status == 409,
        }


class Stale(Exception):
    """Somebody else has saved since this form was opened."""

    def __init__(self, current: Policy) -> None:
        super().__init__()
        self.current = current


def as_it_stands(fields: Sequence[Field]) -> Form:
    """Return the form with what is decided now."""
    return _current(merchant().policy, fields)


def sent(fields: Sequence[Field]) -> dict[str, str]:
    """Return what was typed into these fields."""
    return {each.path: _sent(each.path) for each in fields}


def save(fields: Sequence[Field]) -> Form | None:
    """Save what was sent; return the form anew where something cannot be meant, or somebody else was faster."""
    texts = sent(fields)
    edition, since = request.form.get("edition", ""), request.form.get("since", "")
    values, wrongs = settings_table.understood(texts, merchant().currency, fields)
    if not wrongs:
        found = _contradictions(settings_table.decided(merchant().policy, values))
        wrongs = {path: words for path, words in found.items() if path in texts} or _not_sold(values)
    if wrongs:
        return Form(texts=texts, edition=edition, since=since, wrongs=wrongs, status=422)
    try:
        desk.set_policy(in_their_name(), merchant(), lambda current: _changed(current, values, edition, fields))
    except Stale as stale:
        current = _current(stale.current, fields)
        meant = {each.path: each.kind.show(values[each.path], merchant().currency) for each in fields}
        lost = {path: text for path, text in texts.items() if meant[path] != current.texts[path]}
        return replace(current, lost=lost, overtook=editions.overtook([*texts], since), status=409)
    return None


def _current(policy: Policy, fields: Sequence[Field]) -> Form:
    texts = settings_table.typed(policy, merchant().currency, fields)
    with look() as seen:
        since = editions.place(seen)
    return Form(texts=texts, edition=editions.named(texts), since=since)


def _changed(current: Policy, values: Mapping[str, object], edition: str, fields: Sequence[Field]) -> Policy:
    wanted = settings_table.decided(current, values)
    # The same form sent twice finds its own work done, and is no stranger to it.
    if wanted != current and edition != editions.shown(current, merchant().currency, fields):
        raise Stale(current)
    return wanted


def _contradictions(wanted: Policy) -> dict[str, str]:
    """Return what is wrong with these decisions taken together, by field."""
    wrongs = _too_little_left(wanted)
    special, gift = wanted.special_customer, wanted.nth_order_gift
    if special.measure is Measure.FIXED and not special.fixed_minor:
        wrongs["special_customer.fixed_minor"] = _("Please give the amount, or choose another measure.")
    if gift.mode is not Mode.OBSERVE and not gift.variants:
        wrongs[VARIANTS] = _("Please name a gift, or let the rule only observe.")
    if gift.mode is not Mode.OBSERVE and not gift.ordinals and not gift.every:
        wrongs["nth_order_gift.ordinals"] = _("Please say with which orders, or let the rule only observe.")
    return wrongs


def _not_sold(values: Mapping[str, object]) -> dict[str, str]:
    """Return that the store does not have a gift which was typed just now; what it does have is called by its name."""
    typed = values.get(VARIANTS)
    before = merchant().policy.nth_order_gift.variants
    new = [each for each in typed if each not in before] if isinstance(typed, tuple) else []
    unknown = gift_names.ask(world(), merchant(), new)
    if not unknown:
        return {}
    return {VARIANTS: _("Your store has no variant %(numbers)s.", numbers=", ".join(map(str, unknown)))}


def _too_little_left(wanted: Policy) -> dict[str, str]:
    limits = {"team": wanted.team_monthly_minor, "gifts": wanted.gifts_monthly_minor}
    with look() as seen:
        month = purse(seen.merchant, seen.now)
        pools = reports.pools_left(seen.session, shop_id=seen.merchant.id, purse=month)
    wrongs = {}
    for pool in pools:
        used, limit = pool.spent + pool.reserved, Money(minor=limits[pool.name], currency=pool.limit.currency)
        if limit + pool.granted < used and limit + pool.granted != pool.limit:
            wrongs[f"{pool.name}_monthly_minor"] = _(
                "%(used)s of this month's pool are spent or set aside already.", used=used
            )
    return wrongs


def _sent(path: str) -> str:
    return request.form.get(path, "").replace("\r\n", "\n").strip()
