"""How much all callers together may leave with us: many large bodies at once, sent slowly, would fill the memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOST_BYTES = 64 * 1024 * 1024
SMALL_BYTES = 64 * 1024  # as most webhooks are: these find room however full it is


@dataclass(slots=True)
class Hall:
    """What is held for everybody, until they are answered."""

    held: int = 0

    @contextmanager
    def place(self) -> Iterator["Place"]:
        """Give one caller a place for as long as the block runs."""
        place = Place(self)
        try:
            yield place
        finally:
            self.held -= place.held


@dataclass(slots=True)
class Place:
    """What is held for one caller."""

    hall: Hall
    held: int = 0

    def has_room(self, size: int) -> bool:
        """Take so many bytes more; return False where they are too many, for one caller while others need the room."""
        if self.held + size > SMALL_BYTES and self.hall.held + size > MOST_BYTES:
            return False
        self.held += size
        self.hall.held += size
        return True
