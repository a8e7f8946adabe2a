"""What a person looks for in the ledger, as the page's address says it."""

from dataclasses import dataclass, replace
from typing import Any

from flask import request

from app.domain import correspondents
from app.domain.effects import State
from app.store import shops
from app.store.base import Session
from app.store.stories import Search
from app.web import acts_sheet
from app.web.fields import Amount, Wrong
from app.web.here import world
from app.web.identity import merchant
from jobs import who_is

LONGEST_WORDS = 64
_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search, and the address's own words for it: for links that go on with it."""

    search: Search
    words: dict[str, Any]
    wrong: str = ""  # what cannot be meant as an amount, in a sentence for whoever typed it


def asked() -> Asked:
    """Return what the address asks for; what cannot be meant is not looked for."""
    month = words("month")
    least, wrong = _amount(words("least"))
    since, until = acts_sheet.span(merchant(), month) or (None, None)
    search = Search(
        states=_state(),
        rule=words("rule") or None,
        kinds=tuple(filter(None, [words("kind")])),
        agent_id=_number("agent"),
        since=since,
        until=until,
        least_minor=least,
        words=words("q"),
    )
    said = {
        "q": search.words,
        "state": next(iter(search.states), None),
        "rule": search.rule,
        "kind": next(iter(search.kinds), None),
        "agent": search.agent_id,
        "month": month if since else None,
        "least": words("least") if least is not None else None,
    }
    known = {name: value for name, value in said.items() if value}
    return Asked(search=replace(search, before=_number("before")), words=known, wrong=wrong)


def by_address(session: Session, search: Search) -> Search:
    """Return the search; where the whole e-mail address of a customer was typed, for all that is theirs."""
    who = correspondents.read(search.words) if "@" in search.words else correspondents.UNSAID
    key = shops.mail_key(session, shop_id=merchant().id, seal=world().seal) if who.emails else None
    if key is None:
        return search
    match = who_is.in_our_books(session, world(), merchant(), who, key)
    return search if match.customer_id is None else replace(search, words="", customer_id=match.customer_id)


def words(name: str) -> str:
    """Return what was typed, without what no database keeps in a text."""
    return "".join(filter(str.isprintable, request.args.get(name, "")))[:LONGEST_WORDS].strip()


def _number(name: str) -> int | None:
    said = request.args.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else None


def _amount(typed: str) -> tuple[int | None, str]:
    try:
        return (Amount().read(typed, merchant().currency) if typed else None), ""
    except Wrong as wrong:
        return None, str(wrong)


def _state() -> tuple[State, ...]:
    named = request.args.get("state", "")
    return (State(named),) if named in set(State) else ()
