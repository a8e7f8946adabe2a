"""`torture orders`: five letters about one order, in every order, while a worker dies on the way: all end alike."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from random import Random
from typing import Any

from app.store.base import reading
from app.store.tables import Customer, Order
from tests.torture.boundaries import Watch
from tests.torture.flows import GENEROUS
from tests.torture.scene import ROUND_SECONDS, Moment, Scene
from tests.torture.theatre import Theatre, theatre

LETTERS, GIVEN_BACK = 5, 3  # the last two tell of the money that went back
SEEDS = (1, 2, 3)
LAST_BOUNDARY = 600  # beyond the end of some tellings: then nobody dies
Letter = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Tell them all; return 1 when two end differently."""
    argparse.ArgumentParser(prog="python3 -m app torture orders", description=__doc__).parse_args(arguments)
    with theatre() as here:
        ends = {seed: told_by_seed(here, seed, every=1) for seed in SEEDS}
    for seed, found in ends.items():
        print(f"orders, crash seed {seed}: {len(found)} tellings, {len(set(found))} ends")
    return 1 if len({end for found in ends.values() for end in found}) != 1 else 0


def told_by_seed(here: Theatre, seed: int, *, every: int) -> list[str]:
    """Tell every so-manyth order of the letters, dying once in each; return how each ended."""
    chance, story = Random(seed), written_down(here)
    tellings = list(permutations(range(LETTERS)))[::every]
    return [story.told(telling, dies_at=chance.randrange(1, LAST_BOUNDARY)) for telling in tellings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An order that is made, paid and given back, and what the store writes about each; two of five after the last."""

    scene: Scene
    start: Moment
    order: int
    letters: Sequence[Letter]

    def told(self, telling: Sequence[int], *, dies_at: int) -> str:
        """Tell the letters one by one, each worked off at once, and once more after the death; return how it ends."""
        scene, left = self.scene, list[Moment]()

        def die(number: int, _name: str) -> None:
            if number == dies_at:
                left.append(scene.copied())

        scene.lay(self.start)
        scene.watched.watch = Watch(at=die)
        self._tell(telling)
        if left:
            scene.lay(left[0])
            scene.later(ROUND_SECONDS)
            self._tell(telling)
        scene.watched.watch = Watch()
        scene.go_on()
        return self._end()

    def _tell(self, telling: Sequence[int]) -> None:
        for place in telling:
            if place >= GIVEN_BACK and self.scene.call(f"/town/orders/{self.order}")["refunded"] == "0.00":
                self.scene.call(f"/town/orders/{self.order}/refund", {"announce": "lose"})
            self.scene.hear([self.letters[place]])
            self.scene.drain()

    def _end(self) -> str:
        with reading(self.scene.world.sessions) as session:
            row = session.get_one(Order, (self.scene.shop_id, self.order))
            person = session.get_one(Customer, (self.scene.shop_id, row.customer_id))
            sums = (row.net_minor, row.counted, person.orders, person.net_minor)
        gifts = (self.scene.gifts_on(self.order), self.scene.reserved(), self.scene.spent())
        return f"sums {sums} gifts {gifts}"


def written_down(here: Theatre) -> Story:
    """Let the store write all five letters, and go back to before the money was."""
    scene = here.scene
    scene.lay(here.home)
    scene.policy(GENEROUS)
    order = scene.order(amount="10.00", announce="send")
    start = scene.copied()
    scene.call(f"/town/orders/{order}/refund", {"announce": "send"})
    letters = [letter for letter in scene.letters() if str(order) in letter["body"]]
    return Story(scene=scene, start=start, order=order, letters=letters)
