"""Everybody else: hundreds or thousands of orders beside those of the people who are told of, at full speed.

Most are plain. A steady share is due a gift, is cancelled or refunded, is merged, tagged or pressed about.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, Queue
from random import Random
from threading import Thread
from urllib.error import HTTPError

from tests.torture.chaos.day import GIFTS, OTHER_SHOP, Day

HANDS = 12
MOST_WAITING = 600  # letters: what six workers may hold that were just killed, and some for those who live
# How many of a hundred do what.
SHARES = {
    "newcomer": 46,
    "guest": 16,
    "fourth": 14,
    "packed": 2,
    "cancels": 4,
    "refunded": 4,
    "pressed": 5,
    "flowers": 1,
    "sent": 1,
    "tagged": 2,
    "merged": 1,
    "neighbour": 4,
}
FOURTHS = ("fourth", "packed")


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Orders placed by some hands at once; `ahead` says when they should hold back, and `share` how far they are."""

    day: Day
    regulars: list[int]  # whose next order is the fourth
    rng: Random
    ahead: Callable[["Crowd"], bool]
    shares: Mapping[str, int] = field(default_factory=lambda: SHARES)
    placed: int = 0
    share: float = 0.0
    _faults: list[Exception] = field(default_factory=list)
    _known: Queue[tuple[int, int]] = field(default_factory=Queue)  # customers and orders that agents may press about

    def order(self, count: int) -> None:
        """Place so many orders, in a mix that the seed picks."""
        self.share = 0.0
        acts: Queue[str] = Queue()
        for act in self.rng.choices(list(self.shares), weights=list(self.shares.values()), k=count):
            acts.put(act)
        hands = [Thread(target=self._act, args=(acts, count), daemon=True) for _ in range(HANDS)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        if self._faults:
            raise self._faults[0]

    def _act(self, acts: Queue[str], count: int) -> None:
        deeds: dict[str, Callable[[], object]] = {
            "newcomer": lambda: self._newcomer("45.00"),
            "guest": lambda: self._buy(None),
            "fourth": lambda: self._fourth(packed=False),
            "packed": lambda: self._fourth(packed=True),
            "cancels": self._cancels,
            "refunded": self._refunded,
            "pressed": self._pressed,
            "flowers": self._flowers,
            "sent": self._sent,
            "tagged": self._tagged,
            "merged": self._merged,
            "neighbour": self._neighbour,
        }
        try:
            while True:
                act = acts.get_nowait()
                while self.ahead(self):
                    time.sleep(0.05)
                deeds[act]()
                self.share = 1 - acts.qsize() / count
        except Empty:
            return
        except Exception as fault:  # noqa: BLE001  # of a thread's own: whoever waits for it raises it
            self._faults.append(fault)

    def _newcomer(self, amount: str) -> None:
        customer = self._somebody()
        self._known.put((customer, self._buy(customer, amount=amount)))

    def _fourth(self, *, packed: bool) -> None:
        if not self.regulars:
            self._newcomer("45.00")
            return
        customer = self.regulars.pop()
        order = self._buy(customer, announce="lose" if packed else "send")
        if packed:
            self.day.stack.post(f"/town/orders/{order}/fulfil", {"step": "take"})
        self.day.gifted.add(order)

    def _cancels(self) -> None:
        order = self._buy(self._somebody())
        self.day.stack.post(f"/town/orders/{order}/cancel")

    def _refunded(self) -> None:
        self.day.stack.post(f"/town/orders/{self._buy(self._somebody())}/refund")

    def _pressed(self) -> None:
        """Have an agent give some dollars of an order back that the app knows by now."""
        for customer, order in self._somebody_known():
            self.day.press(self.day.ticket(customer), order, amount=f"{self.rng.randint(1, 9)}.50")

    def _flowers(self) -> None:
        """Have an agent send flowers to somebody whose order the app knows by now."""
        for customer, order in self._somebody_known():
            self.day.order_flowers(self.day.ticket(customer), order)

    def _sent(self) -> None:
        """Have an agent send something small to somebody whose order the app knows by now."""
        for customer, _ in self._somebody_known():
            self.day.send(customer, self.rng.choice(list(GIFTS)))

    def _somebody_known(self) -> Iterator[tuple[int, int]]:
        """Order once more, and yield a customer and an order of before, if the app knows that one by now."""
        self._newcomer("60.00")
        customer, order = self._known.get()
        if self.day.ledger.knows(order):
            yield customer, order
        else:
            self._known.put((customer, order))

    def _tagged(self) -> None:
        customer = self._somebody()
        self._buy(customer)
        self.day.stack.post(f"/town/customers/{customer}/tags", {"add": ["vip", "newsletter"]})

    def _merged(self) -> None:
        gone, kept = self._somebody(), self._somebody()
        self._buy(gone)
        self._buy(kept)
        self.day.stack.post(f"/town/customers/{gone}/merge", {"into": kept})

    def _neighbour(self) -> None:
        customer = int(self.day.stack.post("/town/customers", {"shop": OTHER_SHOP})["id"])
        with suppress(HTTPError):
            self._buy(customer, shop=OTHER_SHOP)

    def _somebody(self) -> int:
        return int(self.day.stack.post("/town/customers")["id"])

    def _buy(self, customer: int | None, **terms: str) -> int:
        order = self.day.buy(customer, **terms)
        self.placed += 1
        return order
