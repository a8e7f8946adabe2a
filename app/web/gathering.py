"""Work that is cheaper together: whatever gathers while the last lot is being done goes next, at once."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


class Late(Exception):
    """The lot is not done in time. It may be done yet."""


class Gathering(Generic[Thing, Answer]):
    """Hands lots to one thread, in the order in which they came; an idle one is handed a single thing at once."""

    def __init__(self, deed: Callable[[Sequence[Thing]], Sequence[Answer]], *, most: int, patience: float) -> None:
        """Let `deed` answer for each thing of a lot, which has no more than `most` and waits so many seconds."""
        self._deed = deed
        self._most = most
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._turn = asyncio.Lock()
        self._gathers: _Lot[Thing, Answer] | None = None

    async def join(self, thing: Thing) -> Answer:
        """Return the answer for this thing once its lot is done, or raise Late.

        A lot is done even if nobody waits for it any more.
        """
        lot = self._gathers
        if lot is None or len(lot.things) == self._most:
            lot = self._gathers = _Lot()
            lot.start(self._do(lot), self._patience)
        return await lot.add(thing)

    async def _do(self, lot: "_Lot[Thing, Answer]") -> Sequence[Answer]:
        async with self._turn:
            if self._gathers is lot:
                self._gathers = None
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._deed, lot.things)


class _Lot(Generic[Thing, Answer]):
    def __init__(self) -> None:
        self.things: list[Thing] = []
        self._waiting: list[asyncio.Future[Answer]] = []

    def start(self, work: Coroutine[Any, Any, Sequence[Answer]], patience: float) -> None:
        self._impatience = asyncio.get_running_loop().call_later(patience, self._fail, Late())
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(self._settle)

    def add(self, thing: Thing) -> "asyncio.Future[Answer]":
        # A future each: one shared by all would be cancelled by the first who hangs up.
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.things.append(thing)
        self._waiting.append(waiting)
        return waiting

    def _settle(self, task: "asyncio.Task[Sequence[Answer]]") -> None:
        self._impatience.cancel()
        problem = Late() if task.cancelled() else task.exception()
        if problem is not None:
            self._fail(problem)
            return
        for waiting, answer in zip(self._waiting, task.result(), strict=True):
            if not waiting.done():
                waiting.set_result(answer)

    def _fail(self, problem: BaseException) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(problem)
