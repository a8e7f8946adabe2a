"""The lever on every outgoing connection: the last look at the switch, taken whatever path led to the call.

A deed may be several calls. Before each of them it is asked as well whether the deed is still ours: whoever was cut off
from the database, or frozen, may have been taken for dead meanwhile, and others may be about to do it again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from app.domain.errors import Stopped
from app.store import ledger, switch
from app.store.base import Sessions, reading
from app.store.ledger import Deed

_deed: ContextVar[Deed | None] = ContextVar("deed", default=None)
_though_paused: ContextVar[bool] = ContextVar("though_paused", default=False)


@contextmanager
def held_for(deed: Deed) -> Iterator[None]:
    """Let the calls of this block be made only while the deed, picked or past the gate, is ours."""
    before = _deed.set(deed)
    try:
        yield
    finally:
        _deed.reset(before)


@contextmanager
def though_paused() -> Iterator[None]:
    """Let the merchant's own switch not hold the calls of this block, which change nothing for their customers."""
    before = _though_paused.set(True)  # a variable has but one thing to be told
    try:
        yield
    finally:
        _though_paused.reset(before)


@dataclass(frozen=True, slots=True)
class Lever:
    """Raises Stopped while the operator, or the merchant of `shop_id`, has stopped everything.

    It is not remembered from one call to the next: a look costs less than a thousandth of what it may stop.
    """

    sessions: Sessions
    shop_id: int | None = None

    def __call__(self) -> None:
        """Let the call be made, or raise Stopped."""
        deed, whose = _deed.get(), None if _though_paused.get() else self.shop_id
        with reading(self.sessions) as session:
            released = switch.is_released_for(session, shop_id=whose)
            ours = deed is None or ledger.is_ours(session, deed, shop_id=deed.shop_id)
        if not released:
            raise Stopped("everything is stopped")
        if not ours:
            raise Stopped("others have taken it over")
