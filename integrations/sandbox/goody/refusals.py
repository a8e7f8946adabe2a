"""How Goody says no: a status, and one sentence under "error"."""


class Refused(Exception):
    """Goody will not do this."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def as_json(self) -> dict[str, str]:
        """Return the body of the answer."""
        return {"error": self.message}


def invalid(why: str) -> Refused:
    """Return the refusal of a body that is understood."""
    return Refused(400, why)
