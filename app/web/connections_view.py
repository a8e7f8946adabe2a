"""How each connection is: whether it works, when we last heard of it, and what to do where it does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.gifts import Mode
from app.domain.helpdesk_setup import Ail, Stage
from app.store import setups, shops, vendor_accounts, word
from app.store.setups import Setup
from app.store.vendor_accounts import Standing
from app.store.word import STORE, Post
from app.web import rights
from app.web.helpdesk_words import AILS
from app.web.here import world
from app.web.language import N_, _, counted
from app.web.screen import Look
from integrations import registry

_QUIET = timedelta(days=2)  # a store that sells is heard of more often


class Health(StrEnum):
    """How a connection is."""

    WELL = "done"  # by the name of the badge's colour
    PLEASE_LOOK = "uncertain"
    UNDER_WAY = "planned"
    NOT_THERE = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One connection: in one word and a sentence, when it was heard of and looked at, and the step that leads on."""

    name: str
    health: Health
    state: str
    says: str = ""
    heard_at: datetime | None = None
    checked_at: datetime | None = None
    step: str = ""
    where: str = ""


_WELL, _LOOK, _NOT_YET = N_("works"), N_("please look"), N_("not connected")
_NEW_KEY = N_("Connect it again with a new key")


def shown(seen: Look) -> list[tuple[str, list[Shown]]]:
    """Return every connection, by what it is for."""
    mine = {"shop_id": seen.merchant.id}
    heard = word.last_heard(seen.session, **mine)
    known = [each for each in setups.listed(seen.session, **mine) if each.in_use]
    accounts = vendor_accounts.listed(seen.session, **mine)
    desks = [_desk(each, heard.get(each.kind)) for each in known if each.kind in registry.HELPDESKS]
    vendors = [
        _vendor(accounts[each.kind], heard.get(each.kind))
        for each in known
        if each.kind in registry.VENDORS and each.kind in accounts
    ]
    listeners = [_listener(each) for each in known if each.kind == registry.LISTENER]
    return [
        (_("Your store"), [_store(seen, heard.get(STORE))]),
        (_("Helpdesks"), desks or [_nothing(_("No helpdesk"), _("Connect a helpdesk"), "/helpdesks")]),
        (_("Who brings your gifts"), vendors or [_nothing(_("No vendor"), _("Connect a vendor"), "/vendors")]),
        (_("Mail to your team"), [_mail(word.of_mails(seen.session, **mine))]),
        (_("Who is told of hard times"), listeners or [_no_listener()]),
    ]


def _store(seen: Look, heard_at: datetime | None) -> Shown:
    merchant, name = seen.merchant, seen.merchant.domain
    swept_at = shops.history_state(seen.session, shop_id=merchant.id).swept_to
    facts: dict[str, Any] = {"name": name, "heard_at": heard_at, "checked_at": swept_at}
    if merchant.is_shut(seen.now):
        return Shown(
            health=Health.PLEASE_LOOK,
            state=_("lets nobody in"),
            says=_("What is due waits, and is tried again by itself. If your store is open, open Lagniappe anew."),
            **facts,
        )
    off = rights.off(merchant, world().settings)
    if off:
        says = _("Off for want of access: %(names)s.", names=", ".join(_(each.name) for each in off))
        return Shown(
            health=Health.PLEASE_LOOK, state=_(_LOOK), says=says, step=_("Grant access"), where="/#rights", **facts
        )
    quiet = heard_at is None or seen.now - heard_at > _QUIET
    says = _("Nothing was heard for two days. We ask it ourselves meanwhile, so nothing is missed.") if quiet else ""
    return Shown(health=Health.WELL, state=_(_WELL), says=says, **facts)


def _desk(setup: Setup, heard_at: datetime | None) -> Shown:
    facts: dict[str, Any] = {"name": registry.called(setup.kind), "heard_at": heard_at, "checked_at": setup.checked_at}
    step: dict[str, Any] = {"step": _("Your helpdesks"), "where": "/helpdesks"}
    if setup.broken_since is not None:
        return _broken(facts, "/helpdesks")
    if setup.ails:
        says = " ".join(_(AILS[each]) for each in sorted(setup.ails) if each is not Ail.KEY_DEAD)
        return Shown(health=Health.PLEASE_LOOK, state=_(_LOOK), says=says, **facts, **step)
    if setup.stage is Stage.SETTING_UP:
        return Shown(health=Health.UNDER_WAY, state=_("being set up"), says=setup.trouble, **facts, **step)
    return Shown(health=Health.WELL, state=_(_WELL), **facts)


def _vendor(account: Standing, heard_at: datetime | None) -> Shown:
    facts: dict[str, Any] = {
        "name": registry.called(account.kind),
        "heard_at": heard_at,
        "checked_at": account.checked_at,
    }
    step: dict[str, Any] = {"step": _("Who brings your gifts"), "where": "/vendors"}
    if account.broken_since is not None:
        return _broken(facts, "/vendors")
    if account.trouble:
        return Shown(health=Health.PLEASE_LOOK, state=_(_LOOK), says=account.trouble, **facts, **step)
    if account.mode is Mode.SANDBOX:
        says = _("Nothing is really sent, though your pool pays as if it were.")
        return Shown(health=Health.PLEASE_LOOK, state=_("sandbox"), says=says, **facts, **step)
    says = "" if account.balance is None else _("%(balance)s left there.", balance=account.balance)
    return Shown(health=Health.WELL, state=_(_WELL), says=says, **facts)


def _broken(facts: dict[str, Any], where: str) -> Shown:
    says = _("It does not take our key any more. What is meant for it waits, and is tried again every few hours.")
    return Shown(health=Health.PLEASE_LOOK, state=_("not let in"), says=says, step=_(_NEW_KEY), where=where, **facts)


def _mail(post: Post) -> Shown:
    name = _("Login links and news")
    if world().postman is None:
        says = _("Nobody is written to: whoever runs Lagniappe has named no mail server. Links are on the team's page.")
        return Shown(
            name=name, health=Health.NOT_THERE, state=_(_NOT_YET), says=says, step=_("Your team"), where="/team"
        )
    facts: dict[str, Any] = {"name": name, "checked_at": post.sent_at}
    if post.problem is not None:
        says = _("The newest mail has not left: %(problem)s", problem=post.problem)
        step: dict[str, Any] = {"step": _("Hand over a link yourself meanwhile"), "where": "/team"}
        return Shown(health=Health.PLEASE_LOOK, state=_(_LOOK), says=says, **facts, **step)
    says = _("%(mails)s on their way.", mails=counted(post.waiting, "mail", "mails")) if post.waiting else ""
    return Shown(health=Health.WELL, state=_(_WELL), says=says, **facts)


def _listener(setup: Setup) -> Shown:
    facts: dict[str, Any] = {"name": setup.account, "checked_at": setup.checked_at}
    if setup.broken_since is not None or setup.trouble:
        step: dict[str, Any] = {"step": _("Its address and secret"), "where": "/settings#listener"}
        return Shown(health=Health.PLEASE_LOOK, state=_(_LOOK), says=setup.trouble, **facts, **step)
    return Shown(health=Health.WELL, state=_(_WELL), **facts)


def _no_listener() -> Shown:
    return _nothing(_("No tool"), _("Name a tool to be told"), "/settings#listener")


def _nothing(name: str, step: str, where: str) -> Shown:
    return Shown(name=name, health=Health.NOT_THERE, state=_(_NOT_YET), step=step, where=where)


def ailing(groups: list[tuple[str, list[Shown]]]) -> Iterator[Shown]:
    """Yield the connections that somebody should look at."""
    for _title, some in groups:
        yield from (each for each in some if each.health is Health.PLEASE_LOOK)
