"""`torture backtest`: made-up lives of shops, lived through event by event and then walked through: both say the same.

Live means live: the store's letters come in, orders are read, decided about and given to by the workers' own code,
the nights are reviewed, and only the clock and the store are made up. What the books hold afterwards is walked through
as the merchant's page does it. Every decision with its moment and reason, and every gift with its price and its end,
must be the same. One control leaves the caps of the gifts out of the walk, another those of the moments, a third the
share of its takings that a shop gives away at most; all must be caught.
"""

import argparse
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import cast
from unittest.mock import patch
from zoneinfo import ZoneInfo

import structlog
from pydantic import SecretStr
from sqlalchemy import func, select, update

from app.config import Settings
from app.domain import gift_pool
from app.domain.backtest.asked import GIVES, Asked
from app.domain.backtest.walk import Walk
from app.domain.deliveries import Delivery, Validity
from app.domain.effects import State
from app.domain.facts import GiftOption, Order
from app.domain.moments import Shipment
from app.domain.ports import GiftParcel, Receipt
from app.domain.ports import Shop as Store
from app.domain.rules import moments as moment_rules
from app.domain.rules import nth_order_gift
from app.store import backtests, care, inbox, migrate, orders, shops
from app.store import catalogue as shelf
from app.store.base import open_database, reading, sessions_of, unit_of_work
from app.store.deeds import IN_HANDS
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.tables import Decision, Effect, Shop
from jobs import gift_choice, moments
from jobs.drain import drain
from jobs.queue import Bell
from jobs.review import review
from jobs.runtime import OPENING_HOUR, Outside, World, midnight, way_out
from tests.builders import DAY, MINUTE, SettableClock, address, profile
from tests.conftest import NOBODY_LISTENS, SEAL_KEY, let_in
from tests.torture.made_up_lives import BEGIN, Life, made_up

RULES = (*GIVES, "special_customer")
CONTROLS = {  # whose caps are left out
    "gifts": (nth_order_gift, "_capped"),
    "moments": (moment_rules, "_paused"),
    "takings": (gift_pool, "of_takings"),
}
Line = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What a life came to: every decision in its order, and every gift."""

    decisions: list[Line]
    gifts: dict[str, Line]


@dataclass(slots=True)
class Stage:
    """The store as it is at a moment of a life."""

    options: Mapping[int, GiftOption]
    shown: dict[int, Order] = field(default_factory=dict)
    tagged: set[int] = field(default_factory=set)

    def order(self, order_id: int) -> Order | None:
        return self.shown.get(order_id)

    def gift_option(self, variant_id: int) -> GiftOption | None:
        return self.options.get(variant_id)

    def has_tag(self, customer_id: int, *, tag: str) -> bool:
        return bool(tag) and customer_id in self.tagged

    def tag_customer(self, customer_id: int, *, tag: str, present: bool) -> Receipt:
        (self.tagged.add if present else self.tagged.discard)(customer_id)
        return Receipt(reference=tag)

    def add_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt:
        self.shown[order_id] = replace(self.shown[order_id], marks=self.shown[order_id].marks | {key})
        return Receipt(reference=str(variant_id))

    def take_back_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt:
        return Receipt(reference=f"{order_id} {variant_id} {key}")

    def delivery(self, **_whose: object) -> Delivery:
        return Delivery(address=address(), validity=Validity.GOOD, name=address().name)

    def send_gift_order(self, _parcel: GiftParcel, *, key: str) -> Receipt:
        return Receipt(reference=key)

    def shipments(self, **_when: object) -> tuple[Shipment, ...]:
        return ()  # no carrier tells of them

    def cancel_gift_order(self, customer_id: int, *, key: str) -> Receipt:
        return Receipt(reference=f"{customer_id} {key}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedWorld(World):
    """A world whose only shop is on stage."""

    stage: Stage

    def outside(self, _merchant: Merchant) -> Outside:
        shop = cast("Store", self.stage)
        return Outside(shop=shop, shop_at_once=shop)


def main(arguments: list[str]) -> int:
    """Live through many lives; return 1 when one of them is told differently, or the control is not caught."""
    parser = argparse.ArgumentParser(prog="python3 -m app torture backtest", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--orders", type=int, default=40)
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    told = gifts = 0
    caught, brought = Counter[str](), Counter[object]()
    with prepared() as template:
        for seed in range(chosen.first, chosen.first + chosen.seeds):
            life = made_up(seed, chosen.orders)
            with lived_through(life, template) as (lived, walked, careless):
                told, gifts = told + len(lived.decisions), gifts + len(lived.gifts)
                caught.update(name for name, each in zip(CONTROLS, careless, strict=True) if each != lived)
                brought.update(line[1] for line in lived.decisions if line[3] == moment_rules.CODE)
                for line in differences(lived, walked):
                    print(f"backtest, seed {seed}: {line}")
                if lived != walked:
                    return 1
    print(f"backtest: {chosen.seeds} lives, {told:,} decisions and {gifts:,} gifts, each told the same twice")
    print(f"backtest, of the gifts for a moment: {dict(brought)}")
    for name in CONTROLS:
        print(f"backtest, control without the caps of the {name}: {caught[name]} of {chosen.seeds} told differently")
    return 0 if all(caught[name] for name in CONTROLS) else 1


@contextmanager
def prepared() -> Iterator[Path]:
    """Yield the file of an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        migrate.to_head(f"sqlite:///{file}")
        yield file


@contextmanager
def lived_through(life: Life, template: Path) -> Iterator[tuple[Lived, Lived, list[Lived]]]:
    """Yield what a life came to as it was lived, as it is walked through, and as careless walks would tell it."""
    with tempfile.TemporaryDirectory() as folder:
        file = shutil.copy(template, Path(folder) / "app.db")
        engine = open_database(f"sqlite:///{file}")
        here = _world(f"sqlite:///{file}", Path(folder), life, sessions_of(engine))
        merchant = _moved_in(here, life)
        _live(here, merchant, life)
        lived, walked = _in_the_books(here), _walked(here, merchant, life)
        careless = list[Lived]()
        for rule, caps in CONTROLS.values():
            with patch.object(rule, caps, lambda *_: None):
                careless.append(_walked(here, merchant, life))
        engine.dispose()
    yield lived, walked, careless


def differences(lived: Lived, walked: Lived) -> list[str]:
    """Return what was told differently, the first few of it."""
    pairs = zip(lived.decisions, walked.decisions, strict=False)
    found = [f"lived {one}, walked {other}" for one, other in pairs if one != other]
    keys = sorted({*lived.gifts, *walked.gifts})
    found += [
        f"gift {key}: lived {lived.gifts.get(key)}, walked {walked.gifts.get(key)}"
        for key in keys
        if lived.gifts.get(key) != walked.gifts.get(key)
    ]
    if len(lived.decisions) != len(walked.decisions):
        found.append(f"{len(lived.decisions)} decisions lived, {len(walked.decisions)} walked")
    return found[:6]


def _world(url: str, folder: Path, life: Life, sessions: object) -> StagedWorld:
    settings = Settings.model_construct(
        app_var=folder,
        database_url=url,
        redis_url=NOBODY_LISTENS,
        shopify_client_id="practice-client",
        shopify_client_secrets=SecretStr("practice-secret"),
    )
    world = World(
        settings=settings,
        sessions=sessions,
        seal=Seal.from_settings((SEAL_KEY,)),
        clock=SettableClock(BEGIN),
        bell=Bell.at(NOBODY_LISTENS, patient=False),
        http=way_out(settings),
    )
    return StagedWorld(stage=Stage(life.options), **{each.name: getattr(world, each.name) for each in fields(World)})


def _moved_in(here: StagedWorld, life: Life) -> Merchant:
    """Install the shop with its rules on, what came before in its books, and what its customers wish."""
    with unit_of_work(here.sessions) as session:
        shop_id = shops.install(session, profile=profile(), policy=life.policy, now=BEGIN)
        let_in(session, shop_id, here.seal)
        shops.note_history(session, shop_id=shop_id, done_at=BEGIN, swept_to=BEGIN)
        session.execute(update(Shop).where(Shop.id == shop_id).values(installed_at=BEGIN))
        for turn in life.turned:
            if turn.at < BEGIN:
                orders.record(session, shop_id=shop_id, order=turn.order)
                here.stage.shown[turn.order_id] = turn.order
        for customer_id in life.let_alone:
            orders.let_alone(session, shop_id=shop_id, customer_id=customer_id, since=BEGIN - DAY)
        for customer_id, tasted in life.tastes.items():
            care.note_tastes(session, tasted, shop_id=shop_id, customer_id=customer_id)
        for entry in life.catalogue:
            shelf.add(session, entry, shop_id=shop_id, currency="USD", now=BEGIN)
        merchant = shops.by_id(session, shop_id)
    assert merchant is not None
    return merchant


def _live(here: StagedWorld, merchant: Merchant, life: Life) -> None:
    """Let everything happen in its order, and whatever falls due in between be done in its hour."""
    clock = cast("SettableClock", here.clock)
    happens = {turn.at: list[Order]() for turn in life.turned if BEGIN <= turn.at <= life.until}
    for turn in life.turned:
        if turn.at in happens:
            happens[turn.at].append(turn.order)
    nights = {BEGIN, *_nights(merchant, life.until)}
    for number, now in enumerate(sorted({*happens, *nights})):
        _pass_time(here, merchant, now)
        clock.moment = now
        if now in nights:
            drain(here, merchant.id)  # what is due by now has its turn before the night
            review(here, merchant.id)
            moments.look(here, merchant.id)
        for order in happens.get(now, ()):
            kept = here.stage.shown.get(order.id)
            here.stage.shown[order.id] = replace(order, marks=frozenset() if kept is None else kept.marks)
            _tell(here, merchant, order.id, f"{number}-{order.id}")
            drain(here, merchant.id)
    _pass_time(here, merchant, life.until + MINUTE)


def _pass_time(here: StagedWorld, merchant: Merchant, until: datetime) -> None:
    due, clock = select(func.min(Effect.next_try_at)).where(Effect.state == State.PLANNED), here.clock
    while True:
        with reading(here.sessions) as session:
            moment = session.scalar(due.where(Effect.next_try_at < until))
        if moment is None:
            return
        cast("SettableClock", clock).moment = max(moment, clock.now())
        drain(here, merchant.id)


def _nights(merchant: Merchant, until: datetime) -> Iterator[datetime]:
    day = midnight(merchant, BEGIN)
    while (day := day + DAY).astimezone(BEGIN.tzinfo) <= until:
        yield day.astimezone(BEGIN.tzinfo)


def _tell(here: StagedWorld, merchant: Merchant, order_id: int, key: str) -> None:
    with unit_of_work(here.sessions) as session:
        inbox.receive(
            session,
            shop_id=merchant.id,
            source="shopify",
            sender=merchant.domain,
            topic="orders/updated",
            delivery_key=key,
            body=json.dumps({"id": order_id}).encode(),
            now=here.clock.now(),
        )


def _in_the_books(here: StagedWorld) -> Lived:
    with reading(here.sessions) as session:
        said = [
            (row.decided_at, row.rule, row.subject, row.code, row.because)
            for row in session.query(Decision).order_by(Decision.id)
            if row.rule in RULES
        ]
        gifts = {
            row.key: (*_end(row), row.cost_minor, row.due_at, row.created_at)
            for row in session.query(Effect)
            if row.kind in ("add_gift_line", "send_gift_order", "send_gift")
        }
    return Lived(decisions=_in_order(said), gifts=gifts)


def _end(row: Effect) -> tuple[str, str]:
    """Return how far a gift is, and why: one that was handed to a person, they are taken to bring in its hour."""
    return (State.DONE, "") if row.code == IN_HANDS else (row.state, row.code or "")


def _walked(here: StagedWorld, merchant: Merchant, life: Life) -> Lived:
    with reading(here.sessions) as session:
        rows = list(backtests.orders_of(session, shop_id=merchant.id))
        wishes = backtests.wishes(session, shop_id=merchant.id)
        entries = tuple(shelf.listed(session, shop_id=merchant.id))
    options = tuple(life.options[each] for each in life.policy.nth_order_gift.variants)
    walk = Walk(
        asked=Asked(
            policy=life.policy,
            currency="USD",
            zone=ZoneInfo(merchant.timezone),
            since=BEGIN,
            until=life.until,
            options=options,
            granted=merchant.scopes,
            shop=merchant.name,
            entries=entries,
            vendors=frozenset(gift_choice.bringers(merchant, ())),
            opening_hour=OPENING_HOUR,
        ),
        wishes=wishes,
    )
    walk.begin(rows)
    said, last = list[Line](), dict[tuple[str, str], tuple[str, str]]()
    for at, decision, *_ in walk.through():
        about, word = (decision.rule, decision.subject), (decision.code, decision.because)
        # As the books leave out what would only repeat the last word.
        if decision.changes_anything or last.get(about) != word:
            said.append((at, *about, *word))
        last[about] = word
    gifts: dict[str, Line] = {
        deed.key: (deed.state, deed.code, deed.cost_minor, deed.due_at, deed.created_at)
        for deed in walk.books.deeds.values()
    }
    return Lived(decisions=_in_order(said), gifts=gifts)


def _in_order(said: list[Line]) -> list[Line]:
    """Return lines as they came, those of one moment sorted: a night's have no order that means anything."""
    return [line for _, some in groupby(said, key=lambda line: line[0]) for line in sorted(some, key=str)]
