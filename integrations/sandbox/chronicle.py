"""What happened in the town, newest last, for people to read: orders edited, refunds, letters, flowers."""

from datetime import datetime

from integrations.sandbox.books import Turn

KIND = "chronicle"
_LENGTH = 500  # a page's worth many times over; the deeds themselves stay in their own documents


def note(turn: Turn, at: datetime, what: str, text: str, **references: object) -> None:
    """Write one line: `what` is a dotted word (order.edited), the references name what it is about."""
    key = turn.append(KIND, {"at": at.isoformat(), "what": what, "text": text, **references})
    turn.delete(KIND, key - _LENGTH)
