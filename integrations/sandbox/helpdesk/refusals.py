"""How the helpdesk says no."""

from typing import Any


class Refused(Exception):
    """The helpdesk will not do this; carries the HTTP status and what stands in the error body."""

    def __init__(self, status: int, message: str, data: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """Return the body; `data` is left out when no field is to blame."""
        error: dict[str, Any] = {"msg": self.message}
        return {"error": error if self.data is None else {**error, "data": self.data}}


def invalid(field: str, reason: str) -> Refused:
    """Return the refusal of one field in a request that is otherwise understood."""
    return Refused(400, "Failed validation.", {field: [reason]})


def missing(what: str, key: object) -> Refused:
    """Return the refusal of something that is not here, or no longer."""
    return Refused(404, f"{what} with id {key} does not exist.")
