"""What went wrong lately, and for each of it the one thing that a merchant can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from app.store import reports, word
from app.store.reports import Misfit
from app.store.word import Refusals
from app.web import phrases
from app.web.language import N_, _, counted
from app.web.screen import Look

GO_BACK = timedelta(days=7)
MISFITS = 5

_GIFTS = (N_("Look at the gifts that are chosen"), "/rules/nth_order_gift#settings")
_VENDORS = (N_("Look at who brings your gifts"), "/connections")
_DESKS = (N_("Look at your helpdesks"), "/connections")
_SCOPES = (N_("Look at what your store lets us do"), "/#rights")
_STEPS: Mapping[str, tuple[str, str]] = {
    "add_gift_line": _GIFTS,
    "send_gift_order": _GIFTS,
    "send_flowers": _VENDORS,
    "send_gift": _VENDORS,
    "write_card": _VENDORS,
    "mark_in_helpdesk": _DESKS,
    "post_note": _DESKS,
    "tag_ticket": _DESKS,
    "push_card": _DESKS,
    "tag_customer": _SCOPES,
}
_SEE = N_("See them, each with its why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that went wrong: what, since when, in whose words, and the step that leads on."""

    what: str
    at: datetime
    why: str
    step: str
    where: str
    rows: str = ""  # where each of them is to be seen


def lately(seen: Look) -> list[Trouble]:
    """Return what went wrong in the last days, the newest first."""
    shop_id = seen.merchant.id
    refusals = word.refused(seen.session, shop_id=shop_id, since=seen.now - GO_BACK)
    misfits = reports.misfits(seen.session, shop_id=shop_id, limit=MISFITS)
    found = [*map(_refused, refusals), *map(_misfit, misfits)]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _refused(each: Refusals) -> Trouble:
    one, many = phrases.KINDS.get(each.kind, (each.kind, each.kind))
    rows = url_for("merchant.pages.ledger", state="refused", rule=each.rule, kind=each.kind)
    step, where = _STEPS.get(each.kind, (_SEE, rows))
    deeds = counted(each.count, one, many)
    return Trouble(
        what=_("Refused by the other side: %(deeds)s.", deeds=deeds),
        at=each.latest,
        why=each.problem,
        step=_(step),
        where=where,
        rows="" if where == rows else rows,
    )


def _misfit(each: Misfit) -> Trouble:
    call = f"{each.source} {each.topic}"
    return Trouble(
        what=_("Could not be understood: %(call)s.", call=call),
        at=each.received_at,
        why=each.problem,
        step=_("It is kept. Whoever runs Lagniappe can have it read again: it is number %(id)s.", id=each.id),
        where="",
    )
