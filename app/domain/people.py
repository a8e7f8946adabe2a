"""People who ask about their data: what they ask for, and how a request names them."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

WITHIN = timedelta(days=30)  # what the law and the store allow us


class Asked(StrEnum):
    """What may be asked for."""

    COPY = "copy"  # of everything that is kept on a person
    ERASURE = "erasure"  # of a person
    SHOP_ERASURE = "shop_erasure"  # of everything that a merchant left behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whatever of a person is known: any of it may be missing, and then the rest must do."""

    ids: frozenset[int] = frozenset()  # the store's numbers for them: several after a merge
    words: frozenset[str] = frozenset()  # e-mail addresses and telephone numbers, in lower case
    orders: frozenset[int] = frozenset()  # of theirs, as far as the request says
    tickets: frozenset[str] = frozenset()  # of theirs at the helpdesk

    def __or__(self, other: "Person") -> "Person":
        """Return the same person, known better."""
        return Person(
            ids=self.ids | other.ids,
            words=self.words | other.words,
            orders=self.orders | other.orders,
            tickets=self.tickets | other.tickets,
        )

    def is_named_in(self, text: str) -> bool:
        """Return whether a text speaks of them; a number is theirs only when it stands alone."""
        lowered = text.lower()
        if any(word in lowered for word in self.words):
            return True
        numbers = {str(number) for number in (*self.ids, *self.orders)}
        # Hardly any text has even the digits, and asking for those first is quick.
        return any(number in text for number in numbers) and not numbers.isdisjoint(_NUMBERS.findall(text))


_NUMBERS = re.compile(r"(?a:\d+)")
