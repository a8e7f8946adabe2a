"""The lever on every outgoing connection: the last look at the switch, taken whatever path led to the call."""

from dataclasses import dataclass

from app.domain.errors import Stopped
from app.store import switch
from app.store.base import Sessions, reading


@dataclass(frozen=True, slots=True)
class Lever:
    """Raises Stopped while the operator, or the merchant of `shop_id`, has stopped everything.

    It is not remembered from one call to the next: a look costs less than a thousandth of what it may stop.
    """

    sessions: Sessions
    shop_id: int | None = None

    def __call__(self) -> None:
        """Let the call be made, or raise Stopped."""
        with reading(self.sessions) as session:
            released = switch.is_released_for(session, shop_id=self.shop_id)
        if not released:
            raise Stopped("everything is stopped")
