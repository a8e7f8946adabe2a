"""The town's clock: real time moved by as many seconds as its file says."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Keeps the town's time; the same file moves every process that reads it."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._offset = 0  # used only without a file
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the town's time in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset())

    def real_seconds(self) -> float:
        """Return the real seconds since 1970: waiting for another process does not follow the file."""
        return time.time()

    def offset(self) -> int:
        """Return how many seconds the town is ahead of the real time; no file or an empty one: none."""
        if self._file is None:
            return self._offset
        try:
            return int(self._file.read_text(encoding="ascii").strip() or "0")
        except FileNotFoundError:
            return 0

    def advance(self, seconds: int) -> None:
        """Move the town ahead by whole seconds, for all processes at one instant."""
        with self._lock:
            offset = self.offset() + seconds
            if self._file is None:
                self._offset = offset
            else:
                _replace(self._file, str(offset))


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.write_text(text, encoding="ascii")
    fresh.replace(file)
