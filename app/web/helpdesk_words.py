"""A connection to a helpdesk as its merchant reads it: what is wrong, and what was made there."""

from collections.abc import Iterable

from app.domain.helpdesk_setup import Ail
from app.web.language import N_, _

AILS = {
    Ail.KEY_DEAD: N_("It does not take our key any more: connect it again with a new one."),
    Ail.HOOK_OFF: N_("It had stopped calling us, as it does when nobody answers for long. We switched that on again."),
    Ail.HOOK_GONE: N_("Somebody took away what calls us there. We made it again."),
    Ail.FIELD_GONE: N_("Its customer field was gone. We brought it back; it fills up with the next marks."),
    Ail.NOTES_PUBLIC: N_("A private note came out public. We write no note there before you say so."),
}


_PARTS = {
    "hook": N_("a call to us (%(what)s)"),
    "trigger": N_("a trigger (%(what)s)"),
    "card": N_("a call for the customer's card"),
    "widget": N_("the card beside every %(what)s"),
    "macro": N_("the macro “%(what)s”"),
    "tag": N_("the tag “%(what)s”"),
    "field": N_("a field of customers"),
    "ticket": N_("the test ticket"),
}
_JOINED_BY = {"hook": "-", "trigger": "-", "macro": "_"}


def parts(names: Iterable[str]) -> str:
    """Return what was made there, as a list."""
    return ", ".join(map(_part, names))


def _part(name: str) -> str:
    kind, _colon, what = name.partition(":")
    if name == "tag":
        return _("the tag")
    said = what.replace(_JOINED_BY[kind], " ") if kind in _JOINED_BY else what
    return _(_PARTS[kind], what=said) if kind in _PARTS else name
