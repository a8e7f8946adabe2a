"""A customer is asked where a card should go when something with one goes to an address in doubt. Agents do the asking.

What is said is true: flowers and parcels bring their card along. Of the rest not a word is said, for it is a surprise.
They are asked as well when something came back to its sender. It is sent again by nobody but a person, at its own cost.
"""

from datetime import datetime, timedelta

from app.domain.effects import Effect, PostNote, SendFlowers, SendGift, WriteCard
from app.domain.gifts import GiftKind
from app.domain.rules.campaign_gift import is_of_a_list

AHEAD = timedelta(days=2)  # what leaves sooner leaves nobody the time to answer
REMINDED_AFTER = timedelta(days=5)
ASKED_FOR = timedelta(days=14)
HELD_FOR = timedelta(days=6)  # after the day that was planned
CODE = "address"
WAITS = "The customer was asked where it should go, and has not answered yet."
UNANSWERED = "its address is in doubt, and the customer has not said where it should go."
_ASKED = (
    "{What}, but their address is in doubt: {doubts} Please send them this link; it asks where a card should go, and"
    " tells nothing else. It works once, until {until}. What is planned waits for it, and is withdrawn without it."
)
_REMINDED = (
    "They have not said yet where their card should go. Please remind them, this once; the link works until {until}."
)
_ANSWERED = "They have said where their card should go. {What} there on {due}."
_CAME_BACK = (
    "{news} Please send them this link; it asks where a card should go, and tells nothing else. It works once, until"
    " {until}. Nothing is sent again by itself."
)
_TOLD_BACK = (
    "They have said where their card should go. Send {it} again from the desk, if you like, as another one: it costs"
    " anew, and goes there. What they said is kept until {until}."
)
_ASK_THEM = "{news} Please ask the customer for the right address."
_COMES = {
    GiftKind.FLOWERS: "Flowers are on the way",
    GiftKind.CARD: "A card is on the way",
    GiftKind.PARCEL: "A parcel with a card is on the way",
}
_LEAVES = {
    GiftKind.FLOWERS: "The flowers leave for",
    GiftKind.CARD: "It leaves for",
    GiftKind.PARCEL: "The parcel leaves for",
}
_AGAIN = {GiftKind.FLOWERS: "flowers", GiftKind.CARD: "a card", GiftKind.PARCEL: "the parcel"}
_LINKED = frozenset({"asked", "reminded", "came_back", "back_reminded"})


def what(effect: Effect) -> GiftKind | None:
    """Return what goes to the customer's door with a card, by a ticket or a campaign; None for all else."""
    match effect:
        case SendFlowers():
            return GiftKind.FLOWERS
        case WriteCard():
            return GiftKind.CARD
        case SendGift() if (effect.ticket_id or is_of_a_list(effect)) and effect.what in _COMES:
            return effect.what
        case _:
            return None


def by_post(effect: Effect) -> bool:
    """Return whether it is put through a slot, so that a box will do."""
    return what(effect) is GiftKind.CARD


def expires_at(now: datetime, due_at: datetime) -> datetime:
    """Return until when an answer is waited for: two weeks, and not much longer than the day that was planned."""
    return min(now + ASKED_FOR, due_at + HELD_FOR)


def asked(effect: Effect, effect_id: int, doubts: str, *, until: datetime) -> PostNote:
    """Return the note that asks an agent to ask the customer; `until` is in the shop's own time zone."""
    coming = _COMES.get(what(effect) or GiftKind.CARD, "")
    return _note(effect, effect_id, "asked", _ASKED.format(What=coming, doubts=doubts, until=_day(until)))


def reminded(effect: Effect, effect_id: int, *, until: datetime, came_back: bool = False) -> PostNote:
    """Return the note that asks them to remind the customer."""
    return _note(effect, effect_id, "back_reminded" if came_back else "reminded", _REMINDED.format(until=_day(until)))


def came_back(effect: Effect, effect_id: int, news: str, *, until: datetime) -> PostNote:
    """Return the note that something came back, which is the `news`, and asks an agent to ask the customer."""
    return _note(effect, effect_id, "came_back", _CAME_BACK.format(news=news, until=_day(until)))


def ask_them(news: str) -> str:
    """Return the news that something came back, where there is no link to ask with."""
    return _ASK_THEM.format(news=news)


def told_back(effect: Effect, effect_id: int, *, until: datetime) -> PostNote:
    """Return the note that the customer of what came back has answered, and that it can be sent again."""
    it = _AGAIN.get(what(effect) or GiftKind.CARD, "")
    return _note(effect, effect_id, "told_back", _TOLD_BACK.format(it=it, until=_day(until)))


def answered(effect: Effect, effect_id: int, *, due_at: datetime) -> PostNote:
    """Return the note that the customer has answered; where they live stands nowhere in it."""
    leaves = _LEAVES.get(what(effect) or GiftKind.CARD, "")
    return _note(effect, effect_id, "answered", _ANSWERED.format(What=leaves, due=_day(due_at)))


def links_for(note: PostNote) -> int | None:
    """Return the number of the deed whose link a note brings; None for a note that brings none."""
    about, _, said = note.about.rpartition(":")
    kind, _, number = about.partition(":")
    return int(number) if kind == CODE and said in _LINKED and number.isdigit() else None


def _note(effect: Effect, effect_id: int, said: str, text: str) -> PostNote:
    ticket_id: str = getattr(effect, "ticket_id", None) or ""
    return PostNote(ticket_id=ticket_id, text=text, about=f"{CODE}:{effect_id}:{said}")


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B}"
