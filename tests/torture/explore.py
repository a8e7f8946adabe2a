"""Lives one flow undisturbed, keeps every moment at which its process could have died, and goes on from there.

A process that dies leaves behind what it had written, and the world as it is; all else is gone with it. So a death at a
boundary is a copy of the database and of the town, taken there while the process lives on, and a fresh start from that
copy. Nothing of the first life can reach it. Boundaries that leave the same behind are one death.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.store import chain, shops
from app.store.base import reading
from tests.torture.boundaries import Watch
from tests.torture.flows import Flow
from tests.torture.scene import ROUND_SECONDS, Moment, Scene
from tests.torture.truth import Truth, told


@dataclass(slots=True)
class Life:
    """The moments of one life, and which of them each boundary is at."""

    moments: list[Moment] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # of the boundaries, in order
    at: list[int] = field(default_factory=list)  # the moment of each boundary

    def note(self, moment: Moment | None, name: str) -> None:
        """Write a boundary down; without a moment it leaves behind what the one before it left."""
        if moment is not None and (not self.moments or moment != self.moments[-1]):
            self.moments.append(moment)
        self.names.append(name)
        self.at.append(len(self.moments) - 1)

    def boundary(self, number: int) -> tuple[Moment, str]:
        """Return the moment and the name of a boundary, counted from 1; of the last one when there are fewer."""
        place = min(number, len(self.at)) - 1
        return self.moments[self.at[place]], self.names[place]

    def first_boundary(self, moment: int) -> int:
        """Return the number, counted from 1, of the first boundary at that moment."""
        return self.at.index(moment) + 1


@dataclass(slots=True)
class Tale:
    """A flow on a stage: what was before it, how it ends undisturbed, and all the moments on the way."""

    name: str
    flow: Flow
    scene: Scene
    plot: Any = field(init=False)
    start: Moment = field(init=False)
    life: Life = field(init=False)
    truth: Truth = field(init=False)

    def __post_init__(self) -> None:
        self.plot = self.flow.prepare(self.scene)
        self.scene.bell.rung.clear()
        self.start = self.scene.copied()
        self.life, wrong = self.lived_from(self.start)
        if wrong is not None:
            raise AssertionError(f"{self.name}, though nobody disturbs it: {wrong}")
        self.truth = self._told()

    def lived_from(self, start: Moment) -> tuple[Life, str | None]:
        """Start anew from a moment, noting each boundary; return them, and what is wrong in the end, if anything is."""
        life = Life()
        here, seen = self.scene, (-1, -1, -1)

        def note(_number: int, name: str) -> None:
            nonlocal seen
            now = (here.watched.watch.commits, here.inner.books.edition, here.inner.clock.offset())
            life.note(None if now == seen else here.copied(), name)
            seen = now

        self._return_to(start)
        here.watched.watch = Watch(at=note)
        wrong = self._live()
        here.watched.watch = Watch()
        return life, wrong or self._judged()

    def goes_on_from(self, moment: Moment) -> str | None:
        """Start anew from a moment; return what is wrong in the end, if anything is."""
        self._return_to(moment)
        return self._live() or self._judged()

    def sleeps_at(self, boundary: int) -> str | None:
        """Freeze the process at a boundary until others have done its work, then let it go on; return what is wrong."""
        here = self.scene

        def freeze(number: int, _name: str) -> None:
            if number == boundary:
                here.watched.watch = Watch()
                here.later(ROUND_SECONDS)
                self._act()

        here.lay(self.start)
        here.watched.watch = Watch(at=freeze)
        return self._live() or self._judged()

    def _return_to(self, moment: Moment) -> None:
        self.scene.lay(moment)
        if moment is not self.start:
            self.scene.later(ROUND_SECONDS)  # whoever died has lost what they held by now

    def _told(self) -> Truth:
        lines = told(self.scene, self.start)
        return Truth({line: count for line, count in lines.items() if not line.startswith(self.flow.besides)})

    def _live(self) -> str | None:
        return _said(self._act)

    def _act(self) -> None:
        self.flow.act(self.scene, self.plot)
        self.scene.go_on()
        if self.flow.later is not None:
            self.flow.later(self.scene, self.plot)
            self.scene.go_on()

    def _judged(self) -> str | None:
        wrong = _said(lambda: self.flow.happened(self.scene, self.plot)) or _said(lambda: whole_trail(self.scene))
        if wrong is None and hasattr(self, "truth"):
            wrong = difference(self.truth, self._told())
        if wrong is not None and self.flow.may_end_otherwise(self.scene, self.plot):
            return None
        return wrong


def whole_trail(scene: Scene) -> None:
    """Hold when nothing is missing from anybody's trail, and nothing in it was touched."""
    with reading(scene.world.sessions) as session:
        for merchant in shops.everybody(session):
            assert chain.faults(session, shop_id=merchant.id, seal=scene.world.seal) == []


def difference(expected: Truth, found: Truth) -> str | None:
    """Return what is missing and what is too much, a line each; None when both say the same."""
    missing, extra = sorted((expected - found).elements()), sorted((found - expected).elements())
    lines = []
    for line in missing:
        twin = max(extra, key=lambda other: _alike(line, other), default="")
        begin = max(_alike(line, twin) - 40, 0) if line[:30] == twin[:30] else 0
        lines.append(f"- {line[:90]} … {line[begin : begin + 160]}")
    return "\n".join([*lines, *(f"+ {line[:250]}" for line in extra)]) or None


def _alike(one: str, other: str) -> int:
    """Return how many letters both begin with."""
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


def _said(do: Callable[[], object]) -> str | None:
    try:
        do()
    except Exception as fault:  # noqa: BLE001  # whatever went wrong is what this is about
        return f"{type(fault).__name__}: {fault}"
    return None
