"""The mark that our deeds leave behind, by which they are found again."""

import hashlib
import re

_LINE = re.compile(r"^ref [0-9a-f]{20}$")


def short(key: str) -> str:
    """Return twenty hex digits that stand for a deed's key where room is scarce or customers may look."""
    return hashlib.sha256(key.encode()).hexdigest()[:20]


def line(key: str) -> str:
    """Return what the last line of a note says, where a helpdesk keeps no name of ours beside it."""
    return f"ref {short(key)}"


def is_ours(note: str) -> bool:
    """Return whether a note ends with such a line."""
    return _LINE.fullmatch(last_line(note)) is not None


def last_line(note: str | None) -> str:
    """Return where the mark stands if it does."""
    return (note or "").rstrip().rpartition("\n")[2].strip()
