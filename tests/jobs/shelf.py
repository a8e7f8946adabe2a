"""A gift vendor in memory, who can be told to be slow to show what was ordered, or to lose an answer."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.errors import Rejected, Uncertain
from app.domain.facts import Quote
from app.domain.gifts import (
    Can,
    Cancelled,
    GiftKind,
    Health,
    Mode,
    Offer,
    Paper,
    Placed,
    Seen,
    Settles,
    Wish,
)
from app.domain.money import Money
from app.domain.sendings import Status
from app.store import connections
from app.store.base import unit_of_work
from integrations.vendors import Vendor
from jobs.clock import Clock
from tests.jobs.conftest import Practice

KIND = "shelf"
COST = Money(minor=20_00, currency="USD")


@dataclass
class Shelf:
    """Satisfies app.domain.ports.GiftVendor. `orders` has what was wished for under each key, as often as it was."""

    clock: Clock
    settles: Settles = Settles.LOOK_UP
    unattended: bool = True
    shows_within: timedelta = timedelta(minutes=1)
    shows_after: timedelta = timedelta()
    key_lasts: timedelta | None = None
    loses_answers: bool = False
    dies_next: bool = False  # whoever orders next dies during the call
    orders: list[tuple[str, Wish, datetime]] = field(default_factory=list)
    became: dict[str, Seen] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)

    @property
    def can(self) -> Can:
        return Can(
            kinds=frozenset(GiftKind),
            settles=self.settles,
            paper=Paper(characters=400),
            unattended=self.unattended,
            cancels=True,
            follows=True,
            shows_within=self.shows_within,
            key_lasts=self.key_lasts,
        )

    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:
        return (Offer(sku="E-1", title=f"A {what}", price=COST),)

    def quote(self, wish: Wish) -> Quote:
        return Quote(total=COST, product=wish.sku)

    def place(self, wish: Wish, *, key: str) -> Placed:
        if wish.sku == "gone":
            raise Rejected("It is sold out.")
        self.orders.append((key, wish, self.clock.now()))
        if self.dies_next:
            self.dies_next = False
            raise SystemExit
        if self.loses_answers:
            raise Uncertain("the shelf hung up")
        return self._placed(len(self.orders))

    def find(self, *, key: str, customer_id: int | None) -> Placed | None:
        shown = [
            number
            for number, (under, _, at) in enumerate(self.orders, start=1)
            if under == key and self.clock.now() >= at + self.shows_after
        ]
        return self._placed(shown[0]) if shown else None

    def status(self, reference: str, *, other: str = "") -> Seen:
        return self.became.get(reference, Seen(status=Status.PLACED))

    def cancel(self, reference: str) -> Cancelled:
        self.stopped.append(reference)
        return Cancelled.CANCELLED

    def check(self) -> Health:
        return Health(mode=Mode.SANDBOX)

    def _placed(self, number: int) -> Placed:
        return Placed(reference=f"S-{number}", cost=COST)


def row(shelf: Shelf) -> Vendor:
    """Return the shelf's row for the registry."""
    return Vendor(
        called="The shelf",
        kinds=frozenset(GiftKind),
        asks=(),
        origin=lambda _login: "https://shelf.example",
        mode=lambda _login: Mode.SANDBOX,
        open=lambda _http, _origin, _login: shelf,
    )


def connect(inside: Practice) -> None:
    """Let the shop have an account at the shelf."""
    with unit_of_work(inside.world.sessions) as session:
        connections.connect(
            session, shop_id=inside.shop_id, kind=KIND, account="a", user="u", key="k", seal=inside.world.seal
        )
