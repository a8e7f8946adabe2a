"""Work that is cheaper together: whatever gathers while the last lot is being done goes next, at once."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Lot(Generic[Thing, Answer]):
    things: list[Thing] = field(default_factory=list)
    done: "asyncio.Future[Sequence[Answer]]" = field(init=False)


class Gathering(Generic[Thing, Answer]):
    """Hands lots to one thread, in the order in which they came; an idle one is handed a single thing at once."""

    def __init__(self, deed: Callable[[Sequence[Thing]], Sequence[Answer]], *, most: int) -> None:
        """Let `deed` answer for each thing of a lot, which has no more than `most`."""
        self._deed = deed
        self._most = most
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._turn = asyncio.Lock()
        self._gathers: _Lot[Thing, Answer] | None = None

    async def join(self, thing: Thing) -> Answer:
        """Return the answer for this thing, once its lot is done. A lot is done even if nobody waits any more."""
        lot = self._gathers
        if lot is None or len(lot.things) == self._most:
            lot = self._gathers = _Lot()
            lot.done = asyncio.create_task(self._do(lot))
        place = len(lot.things)
        lot.things.append(thing)
        return (await asyncio.shield(lot.done))[place]

    async def _do(self, lot: _Lot[Thing, Answer]) -> Sequence[Answer]:
        async with self._turn:
            if self._gathers is lot:
                self._gathers = None
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._deed, lot.things)
