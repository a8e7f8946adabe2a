"""What the store sells, looked for by its name while somebody waits: to pick a gift, and for the catalogue."""

from flask import current_app, request

from app.domain.errors import Unavailable
from app.domain.facts import GiftOption
from app.web.here import world
from app.web.identity import merchant
from app.web.language import _
from app.web.seats import Seats
from jobs import welcome as taking

_LONGEST_WORDS = 64


def words() -> str:
    """Return what is looked for; nothing where nothing is."""
    return "".join(filter(str.isprintable, request.args.get("q", "")))[:_LONGEST_WORDS].strip()


def found(words: str) -> tuple[GiftOption, ...] | str:
    """Return what the store sells, or why it does not say; whoever waits takes a seat of those who look outside."""
    seats: Seats = current_app.extensions["previews"]
    with seats.taken(str(merchant().id)) as seated:
        if not seated:
            return _("Many look at once. Please try again in a moment.")
        try:
            return taking.search(world(), merchant(), words)
        except Unavailable as problem:
            return str(problem)
