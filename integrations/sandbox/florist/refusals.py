"""How the florist says no: in words, with a list or an object, and not always with an honest status."""


class Refused(Exception):
    """The florist will not do this: with a field to blame an object and 400, otherwise a list and 200."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    @property
    def status(self) -> int:
        """Return the HTTP status that the real service was seen to give."""
        return 200 if self.field is None else 400

    @property
    def errors(self) -> list[str] | dict[str, str]:
        """Return what stands under "errors" in the answer."""
        return [self.message] if self.field is None else {self.field: self.message}
