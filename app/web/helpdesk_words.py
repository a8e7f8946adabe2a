"""A connection to a helpdesk as its merchant reads it: what is wrong, and what was made there."""

from app.domain.helpdesk_setup import Ail

AILS = {
    Ail.KEY_DEAD: "It does not take our key any more: connect it again with a new one.",
    Ail.HOOK_OFF: "It had stopped calling us, as it does when nobody answers for long. We switched that on again.",
    Ail.HOOK_GONE: "Somebody took away what calls us there. We made it again.",
    Ail.FIELD_GONE: "Its customer field was gone. We brought it back; it fills up with the next marks.",
    Ail.NOTES_PUBLIC: "A private note came out public. We write no note there before you say so.",
}


def part(name: str) -> str:
    """Return what a part that we made there is, in words that stand in a list."""
    kind, _, what = name.partition(":")
    match kind:
        case "hook":
            return f"a call to us ({what.replace('-', ' ')})"
        case "card":
            return "a call for the customer's card"
        case "widget":
            return f"the card beside every {what}"
        case "tag":
            return f"the tag “{what}”" if what else "the tag"
        case "field":
            return "a field of customers"
        case _:
            return name
