"""One setting as a merchant reads it: what it is called, and what its value means."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import g

from app.domain.money import Money
from app.domain.policy import Mode, Policy
from app.store import policy_changes, welcomes
from app.store.trail import HOUSE, OPERATOR
from app.web import phrases
from app.web.fields import Choice, Field
from app.web.language import N_, _, money, percent
from app.web.rule_book import BY_PATH
from app.web.screen import Look

_HOW_FAR = N_("How far it goes")
_STAFF = "staff:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One change of one setting, in words."""

    at: datetime
    who: str
    what: str
    before: str
    after: str


def called(seen: Look) -> Mapping[str, str]:
    """Return what gifts are called and cost by their number, as far as the store was asked."""
    known = welcomes.picked(seen.session, shop_id=seen.merchant.id, currency=seen.merchant.currency)
    return {str(variant): f"{one.title}, {money(one.cost)}" for variant, one in known.items()}


def listed(policy: Policy, fields: tuple[Field, ...], currency: str, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what these settings are called and what they are."""
    return [(_(field.label), said(field.path, field.of(policy), currency, names)) for field in fields]


def history(seen: Look, paths: Collection[str], limit: int, *, after: int = 0) -> list[Told]:
    """Return the newest changes of these settings, and of how far rules go; those after a place in their list."""
    names = called(seen)
    found = policy_changes.newest(seen.session, shop_id=seen.merchant.id, paths=paths, limit=limit, after=after)
    return [
        Told(
            at=each.at,
            who=_whom(each.who),
            what=_(BY_PATH[each.path].label if each.path in BY_PATH else _HOW_FAR),
            before=said(each.path, each.before, seen.merchant.currency, names),
            after=said(each.path, each.after, seen.merchant.currency, names),
        )
        for each in found
    ]


def said(path: str, value: object, currency: str, names: Mapping[str, str]) -> str:
    """Return what the value of a setting means; `names` is what gifts are called by their number."""
    if isinstance(value, Mode):
        return _(phrases.MODES[value][0])
    kind = BY_PATH[path].kind
    if isinstance(kind, Choice):
        return _(next(words for option, words in kind.options.items() if option == value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if kind.shape == "amount" and isinstance(value, int):
        return money(Money(minor=value, currency=currency))
    if kind.shape == "share" and isinstance(value, int):
        return percent(value)
    lines = kind.show(value, currency).splitlines()
    if kind.shape == "variants":
        lines = [names.get(line, line) for line in lines]
    return "; ".join(lines) or _("nothing")


def _whom(who: str) -> str:
    if who == HOUSE:
        return "Lagniappe"
    if who == OPERATOR:
        return _("whoever runs Lagniappe")
    number = who.removeprefix(_STAFF)
    return _("you") if number == g.visitor.user_id else _("staff member %(number)s", number=number)
