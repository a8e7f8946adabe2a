"""How Lob says no: one object under "error", whatever is wrong."""

from typing import Any


class Refused(Exception):
    """Lob will not do this."""

    def __init__(self, status: int, message: str, code: str = "invalid") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {"error": {"message": self.message, "status_code": self.status, "code": self.code}}


def invalid(message: str) -> Refused:
    """Return the refusal of something in a body that is otherwise understood."""
    return Refused(422, message)
