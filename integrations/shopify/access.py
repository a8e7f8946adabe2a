"""The right to speak with a shop: a token that is alive, and another one when the store no longer takes it."""

from dataclasses import dataclass, field
from typing import Protocol

from app.domain.errors import Closed

REVOKED = "store access was revoked"
REVOKED_PAUSE = 4 * 3600.0  # seconds; until the merchant opens the app again no call can succeed


class Access(Protocol):
    """One shop's access. Both methods may raise Unavailable (Closed, if only a person can help): nothing was sent."""

    def token(self) -> str:
        """Return a token that should be good for this call."""

    def renew(self, refused: str) -> str:
        """Return a newer token than the one that the store has just refused, got by one refresh at most."""


@dataclass(frozen=True, slots=True)
class FixedAccess:
    """A token that was given once and for all: for tools and tests. When it is dead there is no other."""

    value: str = field(repr=False)

    def token(self) -> str:
        return self.value

    def renew(self, refused: str) -> str:  # noqa: ARG002  # there is but one
        raise Closed(REVOKED, retry_after=REVOKED_PAUSE)
