"""Whoever carries the mails of a test."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.mail import Mail


@dataclass
class Played:
    """Carries mails to nowhere, and says what it is told to say."""

    carried: list[Mail] = field(default_factory=list)
    says: Exception | None = None
    meanwhile: Callable[[], None] = lambda: None

    def carry(self, mail: Mail) -> None:
        self.meanwhile()
        if self.says is not None:
            raise self.says
        self.carried.append(mail)
