"""How long the steps before a deed may take together."""

import time

from app.domain.errors import Unavailable

_SECONDS = 40.0  # with the deed's own call (http.Limits) still within a worker's lease on it (app.config)


class Patience:
    """Starts with the first step. A deed that comes late might be done by two workers, each thinking the other dead."""

    def __init__(self) -> None:
        self._ends_at = time.monotonic() + _SECONDS

    def check(self, source: str) -> None:
        """Raise Unavailable when too much time has passed to do the deed now."""
        if time.monotonic() > self._ends_at:
            raise Unavailable(f"{source} took too long over the steps before")
