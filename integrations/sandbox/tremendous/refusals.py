"""How Tremendous says no: a status, and words under "errors"."""

from typing import Any


class Refused(Exception):
    """Tremendous will not do this; `payload` names what is wrong with which field."""

    def __init__(self, status: int, message: str, **payload: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.payload = payload

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        said = {"message": self.message, "payload": self.payload} if self.payload else {"message": self.message}
        return {"status": self.status, "errors": said}


def invalid(field: str, why: str) -> Refused:
    """Return the refusal of one field in a body that is otherwise understood."""
    return Refused(422, "There was an error validating your request.", **{field: why})
