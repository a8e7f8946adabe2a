"""The mails that it sends to customers by itself: of replies, and of what was opened in their name."""

from integrations.sandbox.books import Doc, Turn

KIND = "zendesk_mail"


def send(turn: Turn, to: str, about: str) -> None:
    """Send somebody a mail."""
    turn.append(KIND, {"to": to, "about": about})


def sent(turn: Turn) -> list[Doc]:
    """Return all mails, the oldest first."""
    return turn.all(KIND)
