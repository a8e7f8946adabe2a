"""How Handwrytten says no: its number, "error" and a few words, with a status of HTTP that need not be the same."""

from typing import Any

_GOOD = 200


class Refused(Exception):
    """Handwrytten will not do this."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def answer(self, *, politely: bool) -> tuple[dict[str, Any], int]:
        """Return the answer; `politely` with 200, whatever is wrong."""
        return {"httpCode": self.status, "status": "error", "message": self.message}, _GOOD if politely else self.status


def invalid(message: str) -> Refused:
    """Return the refusal of something in a body that is otherwise understood."""
    return Refused(400, message)
