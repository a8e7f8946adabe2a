"""A connection to a helpdesk as its merchant reads it: what is wrong, and what was made there."""

from app.domain.helpdesk_setup import Ail

AILS = {
    Ail.KEY_DEAD: "It does not take our key any more: connect it again with a new one.",
    Ail.HOOK_OFF: "It had stopped calling us, as it does when nobody answers for long. We switched that on again.",
    Ail.HOOK_GONE: "Somebody took away what calls us there. We made it again.",
    Ail.FIELD_GONE: "Its customer field was gone. We brought it back; it fills up with the next marks.",
    Ail.NOTES_PUBLIC: "A private note came out public. We write no note there before you say so.",
}


_PARTS = {
    "hook": "a call to us ({what})",
    "trigger": "a trigger ({what})",
    "card": "a call for the customer's card",
    "widget": "the card beside every {what}",
    "macro": "the macro “{what}”",
    "tag": "the tag “{what}”",
    "field": "a field of customers",
}
_JOINED_BY = {"hook": "-", "trigger": "-", "macro": "_"}


def part(name: str) -> str:
    """Return what a part that we made there is, in words that stand in a list."""
    kind, _, what = name.partition(":")
    if name == "tag":
        return "the tag"
    said = what.replace(_JOINED_BY[kind], " ") if kind in _JOINED_BY else what
    return _PARTS.get(kind, name).format(what=said)
