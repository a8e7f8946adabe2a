"""How long the steps before a deed may take together."""

import time

from app.domain.errors import Unavailable

_SECONDS = 20.0  # with a call before and the deed's own after it (http.Limits) within a worker's lease (app.config)


class Patience:
    """Starts with the first step. A deed that comes late might be done by two workers, each thinking the other dead."""

    def __init__(self) -> None:
        self._ends_at = time.monotonic() + _SECONDS

    def check(self, source: str) -> None:
        """Raise Unavailable when too much time has passed to do the deed now."""
        if time.monotonic() > self._ends_at:
            raise Unavailable(f"{source} took too long over the steps before")
