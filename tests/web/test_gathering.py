"""Lots: what gathers while one is being done goes next, and nobody waits for company."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence

import pytest

from app.web.gathering import Gathering


class Deed:
    """Doubles numbers, and can be kept busy."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.began, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()

    def __call__(self, lot: Sequence[int]) -> list[int]:
        self.lots.append(list(lot))
        self.began.set()
        self.may_end.wait()
        if 13 in lot:
            raise RuntimeError("unlucky")
        return [2 * number for number in lot]


async def busy(deed: Deed, gathering: Gathering[int, int]) -> asyncio.Task[int]:
    """Return the one thing that is being done, until the deed may end."""
    deed.may_end.clear()
    first = asyncio.create_task(gathering.join(0))
    await asyncio.to_thread(deed.began.wait)
    return first


def run(most: int, story: Callable[[Deed, Gathering[int, int]], Awaitable[None]]) -> None:
    async def told() -> None:
        deed = Deed()
        await story(deed, Gathering(deed, most=most, patience=60))

    asyncio.run(told())


def test_given_nobody_else_when_one_comes_then_it_is_done_at_once_and_alone() -> None:
    async def story(deed: Deed, gathering: Gathering[int, int]) -> None:
        assert [await gathering.join(1), await gathering.join(2)] == [2, 4]
        assert deed.lots == [[1], [2]]

    run(10, story)


def test_given_a_lot_being_done_when_more_come_then_they_go_next_together_and_each_has_its_own_answer() -> None:
    async def story(deed: Deed, gathering: Gathering[int, int]) -> None:
        first = await busy(deed, gathering)
        more = asyncio.gather(*(gathering.join(number) for number in range(1, 6)))
        await asyncio.sleep(0)
        deed.may_end.set()

        assert [await first, *await more] == [0, 2, 4, 6, 8, 10]
        assert deed.lots == [[0], [1, 2, 3, 4, 5]]

    run(10, story)


def test_given_a_lot_that_is_full_when_more_come_then_they_make_the_one_after() -> None:
    async def story(deed: Deed, gathering: Gathering[int, int]) -> None:
        first = await busy(deed, gathering)
        more = asyncio.gather(*(gathering.join(number) for number in range(1, 6)))
        await asyncio.sleep(0)
        deed.may_end.set()
        await asyncio.gather(first, more)

        assert deed.lots == [[0], [1, 2], [3, 4], [5]]

    run(2, story)


def test_given_one_that_waits_no_longer_when_its_lot_is_done_then_the_others_have_their_answers() -> None:
    async def story(deed: Deed, gathering: Gathering[int, int]) -> None:
        first = await busy(deed, gathering)
        impatient, patient = (asyncio.create_task(gathering.join(number)) for number in (1, 2))
        await asyncio.sleep(0)
        impatient.cancel()
        deed.may_end.set()

        assert [await first, await patient] == [0, 4]
        assert deed.lots == [[0], [1, 2]]

    run(10, story)


def test_given_a_lot_that_fails_when_the_next_comes_then_only_the_first_has_suffered() -> None:
    async def story(deed: Deed, gathering: Gathering[int, int]) -> None:
        with pytest.raises(RuntimeError):
            await gathering.join(13)

        assert await gathering.join(4) == 8

    run(10, story)
