"""Deaths, one and two in a row: which there are, and what came of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from zlib import crc32

from tests.torture.explore import Tale

FIRST = 2  # moments: before anything was done, and after the first thing was


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of dying at boundary `k`, and for pairs at `j` of the life after; `wrong`: what is not well."""

    flow: str
    k: int
    j: int | None
    name: str
    wrong: str | None
    stands_for: int = 1  # so many boundaries, or pairs of them, leave the same behind


def singles(tale: Tale, *, every: int = 1) -> Iterator[Verdict]:
    """Die at the boundaries of the tale that leave something new behind; with `every` at `some` of them."""
    for at in some(tale, every):
        moment = tale.life.moments[at]
        k, wrong = tale.life.first_boundary(at), tale.goes_on_from(moment)
        yield Verdict(
            flow=tale.name, k=k, j=None, name=tale.life.names[k - 1], wrong=wrong, stands_for=tale.life.at.count(at)
        )


def some(tale: Tale, every: int) -> list[int]:
    """Return the first moments, half of those at which the town has moved and our books have not, and some others.

    Of the others each `every`th. With one all there are.
    """
    towns = [tale.start.town, *(moment.town for moment in tale.life.moments)]
    moved = [at for at, (before, after) in enumerate(pairwise(towns)) if after != before and at >= FIRST]
    others = [at for at in range(FIRST, len(towns) - 1) if at not in moved]
    which = crc32(tale.name.encode())
    half = min(every, 2)
    return [
        *range(min(FIRST, len(towns) - 1)),
        *sorted([*moved[which % half :: half], *others[which % every :: every]]),
    ]


def pairs(tale: Tale, at: int) -> Iterator[Verdict]:
    """Die at that moment of the tale, and once more at every boundary of the life after it."""
    k, alike = tale.life.first_boundary(at), tale.life.at.count(at)
    second, wrong = tale.lived_from(tale.life.moments[at])
    if wrong is not None:
        yield Verdict(flow=tale.name, k=k, j=None, name=tale.life.names[k - 1], wrong=wrong, stands_for=alike)
    for then, moment in enumerate(second.moments):
        j = second.first_boundary(then)
        name = f"{tale.life.names[k - 1]}, then {second.names[j - 1]}"
        wrong = tale.goes_on_from(moment)
        yield Verdict(flow=tale.name, k=k, j=j, name=name, wrong=wrong, stands_for=alike * second.at.count(then))


def one(tale: Tale, k: int, j: int | None) -> Verdict:
    """Die at boundary `k`, and at boundary `j` of the life after where one is given."""
    moment, name = tale.life.boundary(k)
    if j is not None:
        second, _ = tale.lived_from(moment)
        moment, then = second.boundary(j)
        name = f"{name}, then {then}"
    return Verdict(flow=tale.name, k=k, j=j, name=name, wrong=tale.goes_on_from(moment))


def shuffled(tale: Tale, *, seed: int) -> list[int]:
    """Return the moments of the tale at which one may die first, in the seed's order."""
    first = list(range(len(tale.life.moments)))
    Random(seed).shuffle(first)
    return first
