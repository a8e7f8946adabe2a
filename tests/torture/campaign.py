"""A gift for each of many people at once, by every vendor that is connected, in weather that is bad on purpose.

    planned ─▶ drained, some called off ─▶ drained and followed, hour after hour ─▶ a person looks at what is left

What one call in ten meets is up to the seed. Now and then whoever makes it dies.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from urllib.error import HTTPError

import pytest
import requests
from sqlalchemy import select

from app.domain.effects import Pool, SendGift
from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.gifts import GiftKind, Wish
from app.domain.money import Money
from app.domain.policy import Mode
from app.store import sendings
from app.store.base import Base, reading, unit_of_work
from app.store.shops import Merchant
from integrations.http import Answer, Http, Limits, Request
from integrations.marker import short
from integrations.registry import FIRST_FLORIST, VENDORS
from integrations.sandbox.books import Books
from integrations.sandbox.mishaps import KINDS
from jobs import desk, gift_watch, sending_deeds
from jobs.carry_out import carry_out
from jobs.runtime import Outside
from tests.integrations.raw_server import HERE
from tests.jobs.conftest import Practice
from tests.jobs.dying import AFTER_THE_LEASE, Died
from tests.jobs.egifts import asked_for
from tests.torture import sent
from tests.torture.chaos.promises import Facts, money_adds_up
from tests.torture.sent import BOOKS, Ordered, Row, vendor_of

ROOMY = Money(minor=150_00, currency="USD")
MARGIN = 105  # percent of what a gift costs somewhere is what it may cost anywhere
BUDGET = 100_000_00
HOUR, DAY = 3_600, 86_400
A_TURN = (AFTER_THE_LEASE, HOUR, 5 * HOUR)  # past every lease, every quarantine, and a key that is refused
MOST_TURNS = 60
# Nobody is slow for half a minute of everybody's real time, as this one is: that is said apart, with for how long.
FAULTS = tuple(kind for kind in KINDS if kind != "slow")
# What is turned at the vendors for one group of people; nobody has all of these switches.
TURNED: tuple[Mapping[str, object], ...] = (
    {},
    {"balance": 0},
    {"raise": "0.01"},
    {"word": "misty"},
    {"key": "another"},
    {"ship_cancelled": True},
    {"raise": "9.00"},
)
ENDS = ("sent", "taken back", "refused", "left to a person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """How many people, in what weather.

    `patience` is for how many seconds we wait for an answer, less than `slow` where some are; `first` are calls that go
    wrong in any case, at each vendor that has them.
    """

    recipients: int = 500
    group: int = 50
    faults: float = 0.1
    deaths: float = 0.002
    called_off: float = 0.1
    slow: float = 0.0
    patience: float = 10.0
    kinds: tuple[str, ...] = FAULTS
    first: tuple[Mapping[str, object], ...] = ()
    seed: int = 1

    def weather(self, *first: Mapping[str, object]) -> dict[str, object]:
        """Return what a vendor of the town is told; the calls named first go wrong first."""
        return {"rate": self.faults, "kinds": self.kinds, "next": first}


@dataclass(slots=True)
class Toll:
    """What happened on the way."""

    calls: int = 0
    went_wrong: int = 0
    deaths: int = 0


@dataclass(slots=True, kw_only=True)
class Told:
    """What is to be told of a campaign: how each gift ended, by vendor; what it cost; and what is wrong."""

    ends: dict[str, Counter[str]] = field(default_factory=dict)
    at_first: dict[str, Counter[str]] = field(default_factory=dict)  # before a person looked at what was left to them
    spent: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    purse: tuple[int, int, int] = (0, 0, 0)  # set aside, spent, and free
    toll: Toll = field(default_factory=Toll)
    wrong: list[str] = field(default_factory=list)


class DeadlyHttp(Http):
    """An Http that counts what goes wrong, and whose process dies now and then before or after a call."""

    def __init__(self, dice: Random, toll: Toll, campaign: Campaign) -> None:
        super().__init__(Limits(read=campaign.patience, total=2 * campaign.patience), trusted=HERE)
        self._dice, self._toll, self.deaths = dice, toll, campaign.deaths

    def call(self, request: Request) -> Answer:
        self._toll.calls += 1
        self._perhaps_die()
        try:
            answer = super().call(request)
        except (Rejected, Unavailable, Uncertain, requests.RequestException):
            self._toll.went_wrong += 1
            raise
        self._perhaps_die()
        return answer

    def _perhaps_die(self) -> None:
        if self._dice.random() < self.deaths:
            self._toll.deaths += 1
            raise Died


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What is sent by a vendor, and how much is set aside for it."""

    vendor: str
    kind: GiftKind
    sku: str
    aside: Money


def nobody_looks(patch: pytest.MonkeyPatch) -> None:
    """Take every answer that was lost for a no: the house without its look-ups."""
    patch.setattr(sending_deeds, "can_look_up", lambda *_: True)
    patch.setattr(sending_deeds, "find", lambda *_: None)


def run(inside: Practice, campaign: Campaign) -> Told:
    """Live through the campaign, and judge it by both sides' books."""
    dice, told = Random(campaign.seed), Told()
    http = DeadlyHttp(dice, told.toll, replace(campaign, deaths=0.0))
    inside = replace(inside, world=replace(inside.world, http=http))
    merchant = _with_budget(inside)
    shelves = _shelves(inside, merchant, dice)
    people = dice.sample(_people(inside), campaign.recipients)
    before = len(inside.effects("send_gift"))
    http.deaths = campaign.deaths
    groups = [people[start : start + campaign.group] for start in range(0, len(people), campaign.group)]
    with _bad_weather(inside, shelves, campaign):
        for number, some in enumerate(groups):
            with _turned(inside, shelves, TURNED[(campaign.seed + number) % len(TURNED)]):
                _plan(inside, merchant, some, shelves)
                _one_is_slow(inside, shelves[number % len(shelves)], campaign)
                _work(inside, (0,))
                _call_off(inside, merchant, [each for each in some if dice.random() < campaign.called_off])
                _work(inside, A_TURN)
        _rest(inside)
    fated = set[str]()
    _they_take_it_up(inside, dice, fated)
    _rest(inside)
    told.at_first = _ends(_rows(inside))
    told.wrong += _faults(inside, planned=before + campaign.recipients)
    http.deaths = 0.0
    _look_at_what_is_left(inside, merchant)
    _rest(inside)
    _they_take_it_up(inside, dice, fated)
    _rest(inside)
    _sum_up(inside, told)
    told.wrong += _faults(inside, planned=before + campaign.recipients)
    return told


def _with_budget(inside: Practice) -> Merchant:
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    inside.policy(replace(merchant.policy, team_monthly_minor=BUDGET))
    changed = inside.world.merchant(inside.shop_id)
    assert changed is not None
    return changed


def _people(inside: Practice) -> list[int]:
    """Return everybody whom the shop knows."""
    with reading(inside.world.sessions) as session:
        known = select(Base.metadata.tables["customers"].c.customer_id)
        return sorted(number for number in session.scalars(known) if number is not None)


def _shelves(inside: Practice, merchant: Merchant, dice: Random) -> list[Shelf]:
    """Return one gift of each kind that each connected vendor has, as their own catalogues say."""
    outside = inside.world.outside(merchant)
    assert outside is not None
    kinds = [(vendor, kind) for vendor in VENDORS for kind in sorted(outside.vendor(vendor).can.kinds)]
    somebody = dice.choice(_people(inside))
    return [_shelf(outside, merchant, vendor, kind, somebody) for vendor, kind in kinds]


def _shelf(outside: Outside, merchant: Merchant, vendor: str, kind: GiftKind, customer_id: int) -> Shelf:
    there = outside.vendor(vendor)
    try:
        sku = there.catalogue(kind, country="US", at_most=ROOMY)[0].sku
    except Rejected:  # it is chosen on pages for people
        sku = merchant.policy.team.flowers_product
    where = outside.shop.delivery(customer_id=customer_id)
    wish = Wish(
        what=kind,
        sku=sku,
        words="",
        signed_by="Robin",
        name="",
        at_most=ROOMY,
        to=None if where is None else where.address,
        email="somebody@customer.example",
    )
    cost = there.quote(wish).total
    return Shelf(vendor=vendor, kind=kind, sku=sku, aside=replace(cost, minor=cost.minor * MARGIN // 100))


def _plan(inside: Practice, merchant: Merchant, people: Sequence[int], shelves: Sequence[Shelf]) -> None:
    now = inside.world.clock.now()
    with unit_of_work(inside.world.sessions) as session:
        for place, customer_id in enumerate(people):
            shelf = shelves[place % len(shelves)]
            gift = SendGift(
                what=shelf.kind,
                vendor=shelf.vendor,
                sku=shelf.sku,
                title="A thank-you",
                customer_id=customer_id,
                order_id=None,
                message="Thank you for your patience.\nRobin",
                ticket_id=None,
                agent_name="Robin Miller",
            )
            decision = asked_for(gift, now, minor=shelf.aside.minor)
            carry_out(session, merchant, decision, now=now, mode=Mode.AUTO)


@contextmanager
def _bad_weather(inside: Practice, shelves: Sequence[Shelf], campaign: Campaign) -> Iterator[None]:
    vendors = {shelf.vendor for shelf in shelves}
    for vendor in vendors:
        inside.call(f"/town/{vendor}/faults", campaign.weather(*campaign.first))
    try:
        yield
    finally:
        for vendor in vendors:
            inside.call(f"/town/{vendor}/faults", {"rate": 0.0})


@contextmanager
def _turned(inside: Practice, shelves: Sequence[Shelf], switches: Mapping[str, object]) -> Iterator[None]:
    """Turn switches at whoever has them, and back."""
    _turn(inside, shelves, switches)
    try:
        yield
    finally:
        _turn(inside, shelves, dict.fromkeys(switches))


def _turn(inside: Practice, shelves: Sequence[Shelf], switches: Mapping[str, object]) -> None:
    for name, value in switches.items():
        for vendor in {shelf.vendor for shelf in shelves if name != "raise" or BOOKS[shelf.vendor].prices}:
            with suppress(HTTPError):
                inside.call(f"/town/{vendor}/switch", {name: value})
        if name == "raise":
            inside.call(f"/town/{FIRST_FLORIST}/surcharge", {"amount": value or "0"})


def _one_is_slow(inside: Practice, shelf: Shelf, campaign: Campaign) -> None:
    """Let one vendor's next answer come later than anybody waits for it."""
    if campaign.slow:
        late = {"call": "*", "kind": "slow", "seconds": campaign.slow}
        inside.call(f"/town/{shelf.vendor}/faults", campaign.weather(late))


def _work(inside: Practice, pauses: Sequence[int]) -> None:
    """Do what workers do as time goes by, whoever of them dies."""
    for pause in pauses:
        inside.later(pause)
        for task in (inside.drain, partial(_follow, inside), inside.drain):
            _until_it_is_done(task)


def _follow(inside: Practice) -> None:
    """Ask about every gift that it is time for, as often as the bell is rung for that."""
    about = {"shop_id": inside.shop_id, "limit": 1}
    while True:
        gift_watch.follow(inside.world, inside.shop_id)
        with reading(inside.world.sessions) as session:
            if not sendings.due(session, now=inside.world.clock.now(), **about):
                return


def _until_it_is_done(task: Callable[[], object]) -> None:
    while True:
        with suppress(Died):
            task()
            return


def _call_off(inside: Practice, merchant: Merchant, people: Collection[int]) -> None:
    """Let agents change their minds about what is meant for these people, and may be out."""
    for row in _rows(inside):
        if row["customer_id"] in people and row["state"] in ("sending", "uncertain", "done"):
            desk.withdraw(inside.world, merchant, row["id"])


def _they_take_it_up(inside: Practice, dice: Random, fated: set[str]) -> None:
    """Let whoever was sent something take it up or not, and the post bring it, or bring it back; each once."""
    out = {(vendor_of(row), short(row["key"])) for row in _rows(inside) if _end(row) == "sent"}
    ways = [
        (order, BOOKS[order.vendor], dice.choice(BOOKS[order.vendor].fates or ((),)))
        for order in _ordered(inside)
        if (order.vendor, order.mark) in out and order.mark not in fated
    ]
    fated.update(order.mark for order, _, _ in ways)
    for number in range(max((len(way) for _, _, way in ways), default=0)):
        inside.later(HOUR)
        for order, book, way in ways:
            if number < len(way):
                inside.call(f"/town/{book.at}/{order.number}", {book.word: way[number]})


def _rest(inside: Practice) -> None:
    """Go on until nothing is on its way, and every vendor was asked once more what became of each gift."""
    for _ in range(MOST_TURNS):
        _work(inside, A_TURN)
        if not any(_is_on_its_way(row) for row in _all(inside, "effects")):
            _work(inside, (DAY + HOUR, HOUR))
            return


def _is_on_its_way(row: Row) -> bool:
    return row["state"] == "sending" or (row["state"] in ("planned", "uncertain") and row["next_try_at"] is not None)


def _look_at_what_is_left(inside: Practice, merchant: Merchant) -> None:
    """Let a person say yes to what costs more, and look into a vendor's own books where nobody else could ask."""
    there = {(order.vendor, order.mark): order for order in _ordered(inside)}
    for row in _rows(inside):
        if row["state"] == "awaiting":
            desk.approve(inside.world, merchant, row["id"])
        elif row["state"] == "uncertain":
            order = there.get((vendor_of(row), short(row["key"])))
            if order is None:
                desk.did_not_happen(inside.world, merchant, row["id"])
            else:
                paid = Money(minor=order.kept, currency=merchant.currency)
                desk.happened(inside.world, merchant, row["id"], reference=order.mark, cost=paid)


def _ends(rows: Sequence[Row]) -> dict[str, Counter[str]]:
    ends: dict[str, Counter[str]] = {}
    for row in rows:
        ends.setdefault(vendor_of(row), Counter())[_end(row)] += 1
    return ends


def _end(row: Row) -> str:
    if row["state"] == "done":
        return "taken back" if row["code"] == "taken_back" else "sent"
    left = row["state"] == "awaiting" or (row["state"] == "uncertain" and row["next_try_at"] is None)
    return "left to a person" if left else str(row["state"])


def _faults(inside: Practice, *, planned: int) -> list[str]:
    """Return whatever is wrong with the books of either side, and with the purses."""
    rows = _rows(inside)
    wrong = list(sent.faults(rows, _ordered(inside)))
    wrong += [f"{row['key']} is still {row['state']}: {row['problem']}" for row in rows if _end(row) not in ENDS]
    if len(rows) != planned:
        wrong.append(f"{planned} gifts were planned, the ledger has {len(rows)}")
    books = Facts(
        pools=_all(inside, "pools"),
        pool_grants=_all(inside, "pool_grants"),
        effects=_all(inside, "effects"),
        calls={},
        gifted=frozenset(),
        asked_back={},
        most_refreshes=0,
        secret="",
    )
    return [*wrong, *money_adds_up(books)]


def _sum_up(inside: Practice, told: Told) -> None:
    rows = _rows(inside)
    told.ends = _ends(rows)
    for row in rows:
        told.spent[vendor_of(row)] += sent.booked(row)
    for order in _ordered(inside):
        told.kept[order.vendor] += order.kept
    purses = [pool for pool in _all(inside, "pools") if pool["name"] == Pool.TEAM]
    aside, spent = (sum(pool[name] for pool in purses) for name in ("reserved_minor", "spent_minor"))
    told.purse = (aside, spent, sum(pool["limit_minor"] for pool in purses) - aside - spent)


def _rows(inside: Practice) -> list[Row]:
    return [row for row in _all(inside, "effects") if row["kind"] == "send_gift"]


def _all(inside: Practice, table: str) -> tuple[Row, ...]:
    with reading(inside.world.sessions) as session:
        return tuple(dict(row) for row in session.execute(select(Base.metadata.tables[table])).mappings())


def _ordered(inside: Practice) -> tuple[Ordered, ...]:
    """Read the town's own books, as they lie on the disk."""
    books = Books(inside.world.settings.app_var / "town.db")
    try:
        with books.turn() as turn:
            return sent.ordered(turn)
    finally:
        books.close()
