"""Who is served now: the shops of one worker take turns. Decisions only: no clock, thread, Redis or database in here.

A worker serves several shops at once, and each may keep only its share of the hands busy: one more share than there
are shops stays free, so that whoever comes next begins at once, whatever the others have waiting. When all places are
taken, whoever had a quantum gives way, goes to the end of the queue in Redis, and comes back.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

PLACES = 8  # shops served at once by one worker; with fewer, hands lie idle when many shops have a letter each
QUANTUM_SECONDS = 0.25  # of being served, before a shop gives way to others who wait
CALLS_EACH = 5  # of a hand in one batch: half a second where the store takes a tenth for an answer
LARGEST_BATCH = 200  # read side by side and decided together; well within a lease
TURN_SECONDS = 10.0  # the most at a time where nobody waits: another worker may have more room


def batch_of(share: int) -> int:
    """Return how many letters a shop is served at a time that may keep so many hands busy.

    No more than are soon through: nobody gives way in the middle of a batch.
    """
    return min(LARGEST_BATCH, CALLS_EACH * share)


class Arrival(Enum):
    """What becomes of a shop whose bell was heard."""

    BEGINS = auto()
    IS_SERVED = auto()  # already: it is looked at once more before its turn ends
    WAITS = auto()  # no place is free


@dataclass(slots=True)
class Turns:
    """The shops that one worker serves, with so many hands. Whoever uses it from several threads locks it."""

    hands: int
    places: int = PLACES
    waiting: int = 0  # shops that nobody serves yet, as far as this worker knows
    _served: dict[int, bool] = field(default_factory=dict)  # by shop: whether its bell was heard again meanwhile

    @property
    def share(self) -> int:
        """How many hands each served shop may keep busy now."""
        return max(self.hands // min(len(self._served) + 1, self.places), 1)

    def come(self, shop_id: int) -> Arrival:
        """Let a shop in whose bell was heard, if there is a place."""
        if shop_id in self._served:
            self._served[shop_id] = True
            return Arrival.IS_SERVED
        if len(self._served) >= self.places:
            return Arrival.WAITS
        self._served[shop_id] = False
        return Arrival.BEGINS

    def may_go_on(self, seconds: float) -> bool:
        """Return whether a shop that has been served for so long may go on with what else it has waiting."""
        return seconds < (QUANTUM_SECONDS if self.waiting else TURN_SECONDS)

    def looks(self, shop_id: int) -> None:
        """Let a shop be looked at now: for the bells heard until here, that is the look they asked for."""
        self._served[shop_id] = False

    def leave(self, shop_id: int) -> bool:
        """End a shop's turn; return False when its bell was heard meanwhile, so that it must be looked at once more."""
        if self._served[shop_id]:
            self._served[shop_id] = False
            return False
        del self._served[shop_id]
        return True

    def give_up(self, shop_id: int) -> None:
        """End a shop's turn whatever was heard meanwhile."""
        self._served.pop(shop_id, None)
