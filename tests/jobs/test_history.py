"""The past, read from the town's exports: in whatever way it breaks off, the figures are the same to the cent."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from app.domain import suggestions, turns
from app.store import imports, insights, orders, reports, shops, tables
from app.store.base import Session, Sessions, reading, unit_of_work
from integrations.sandbox.serve import RunningTown
from integrations.sandbox.store import bulk_runner
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from integrations.shopify import history as files
from jobs import history
from jobs.sweep import sweep
from tests.conftest import SEAL_KEY
from tests.jobs.conftest import Practice, moved_in, read_past, settings_for
from tests.jobs.dying import AFTER_THE_LEASE, Died, Fate, FragileHttp
from tests.still import still_town

ROOT = Path(__file__).parents[2]
SMALL = 40  # rows in a batch, so that a small town has many
SEEN = ("counted", "settled", "cancelled", "test", "shipped", "risky", "subscription", "domestic")  # in an export
ALL_SCOPES = ("read_all_orders", "read_products", "write_customers", "write_order_edits", "write_orders")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the town and its clock."""
    return tmp_path_factory.mktemp("town")


@pytest.fixture(scope="module")
def moment() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def town(place: Path, moment: datetime) -> Iterator[RunningTown]:
    """A town of few customers that all tests here read the past of."""
    wish = TownSettings(books=place / "town.db", clock_file=place / "clock", customers=60)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bulk_runner, "_LOOK_SECONDS", 0.001)  # exports begin at once: there are hundreds of them here
        with still_town(wish, moment) as running:
            yield running


@pytest.fixture
def newcomer(town: RunningTown, place: Path, moment: datetime, sessions: Sessions, database_url: str) -> Practice:
    """A shop whose past nobody has read, on either database, with the scopes and approvals that it should have."""
    here = moved_in(settings_for(town, place, database_url), sessions, place, moment)
    here.call(
        f"/town/shops/{PRACTICE_SHOP}", {"scopes": ALL_SCOPES, "protected": ["name", "email", "phone", "address"]}
    )
    return here


@pytest.fixture
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROWS", SMALL)


def test_given_a_past_when_read_then_all_of_it_is_known_and_counted(newcomer: Practice) -> None:
    read_past(newcomer)

    town = newcomer.call("/town/state")
    with reading(newcomer.world.sessions) as session:
        customers, sold = imports.readings(session, shop_id=newcomer.shop_id)
        assert orders.audit(session, shop_id=newcomer.shop_id, now=newcomer.world.clock.now()) == 0
        says = reports.store_says(session, shop_id=newcomer.shop_id, currency="USD", customer_id=somebody(newcomer))
    assert (sold.things, sold.promised, sold.done) == (town["orders"], town["orders"], True)
    assert (customers.things, customers.done) == (town["customers"], True)
    assert says is not None
    assert says.orders > 0


def test_given_a_past_is_being_read_when_enough_is_there_then_it_is_counted_in_part_and_at_the_end_in_whole(
    newcomer: Practice, in_small_pieces: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions, "FIRST_LOOK", 30)
    seen: list[tuple[bool, int]] = []
    take = insights.take

    def taken(session: Session, *, shop_id: int, **how: Any) -> None:
        take(session, shop_id=shop_id, **how)
        found = insights.read(session, shop_id=shop_id)
        assert found is not None
        seen.append((found.partial, found.orders))

    monkeypatch.setattr(insights, "take", taken)

    read_past(newcomer)

    assert [partial for partial, _ in seen] == [True] * (len(seen) - 1) + [False]
    assert len(seen) > 2
    assert [orders for _, orders in seen] == sorted(orders for _, orders in seen)


def test_given_an_order_made_while_the_past_is_read_when_its_webhook_is_lost_then_the_sweep_brings_its_gift(
    newcomer: Practice,
) -> None:
    history.import_history(newcomer.world, newcomer.shop_id)
    order = newcomer.order()
    read_past(newcomer)

    newcomer.later(seconds=3600)
    sweep(newcomer.world, newcomer.shop_id)
    newcomer.drain()

    assert newcomer.gifts_on(order) == 1


def test_given_exports_under_way_when_looked_at_then_both_were_begun_together(newcomer: Practice) -> None:
    history.import_history(newcomer.world, newcomer.shop_id)

    with reading(newcomer.world.sessions) as session:
        both = imports.readings(session, shop_id=newcomer.shop_id)
        state = shops.history_state(session, shop_id=newcomer.shop_id)
    assert all(export.handle for export in both)
    assert state.swept_to is not None
    assert all(export.asked_at and export.asked_at >= state.swept_to for export in both)


@pytest.mark.parametrize("database", ["sqlite"])  # what is written is what other tests here write on both
@pytest.mark.parametrize("fate", ["FAILED", "CANCELED", "EXPIRED"])
@pytest.mark.parametrize("pieces", [0, 1])
def test_given_an_export_that_fails_when_read_then_it_is_asked_for_anew_and_nothing_counts_twice(
    newcomer: Practice, fate: str, pieces: int
) -> None:
    read_past(newcomer)
    whole = figures(newcomer)
    forget(newcomer)
    newcomer.call("/town/exports", {"next": [{"status": fate, "pieces": pieces}, {"status": fate, "pieces": pieces}]})

    read_past(newcomer)

    assert figures(newcomer) == whole
    with reading(newcomer.world.sessions) as session:
        assert imports.readings(session, shop_id=newcomer.shop_id)[1].failures == 1


def test_given_a_file_that_lay_too_long_when_read_then_another_one_is_asked_for(newcomer: Practice) -> None:
    history.import_history(newcomer.world, newcomer.shop_id)
    newcomer.later(1)
    gathered(newcomer)
    newcomer.later(8 * 86_400)

    read_past(newcomer)

    with reading(newcomer.world.sessions) as session:
        assert [export.failures for export in imports.readings(session, shop_id=newcomer.shop_id)] == [1, 1]


def test_given_addresses_that_are_denied_when_read_then_all_else_is_known(newcomer: Practice) -> None:
    read_past(newcomer)
    whole = [row[:2] for row in figures(newcomer)[1:]]
    forget(newcomer)
    newcomer.call(f"/town/shops/{PRACTICE_SHOP}", {"protected": []})

    read_past(newcomer)

    found = figures(newcomer)[1:]
    assert len(found) == len(whole)
    with reading(newcomer.world.sessions) as session:
        assert set(session.scalars(select(tables.Customer.mail_digest))) == {None}
        assert [export.without_people for export in imports.readings(session, shop_id=newcomer.shop_id)] == [True, True]


def test_given_addresses_that_come_as_nothing_when_read_then_all_else_is_known(
    newcomer: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_past(newcomer)
    whole = [row[:2] for row in figures(newcomer)[1:]]
    forget(newcomer)
    lines = newcomer.world.http.lines

    def without_addresses(source: str, url: str) -> Iterator[bytes]:
        for line in lines(source, url):
            row = json.loads(line)
            yield json.dumps(row | dict.fromkeys(row.keys() & {"email", "defaultEmailAddress"})).encode()

    monkeypatch.setattr(newcomer.world.http, "lines", without_addresses)
    read_past(newcomer)

    found = figures(newcomer)[1:]
    assert len(found) == len(whole)
    with reading(newcomer.world.sessions) as session:
        exports = imports.readings(session, shop_id=newcomer.shop_id)
        assert set(session.scalars(select(tables.Customer.mail_digest))) == {None}
        assert set(session.scalars(select(tables.Order.mail_digest))) == {None}
        assert [(each.failures, each.without_people, each.promised - each.things) for each in exports] == [
            (0, False, 0)
        ] * 2


def test_given_sixty_days_alone_when_more_is_granted_later_then_the_past_is_read_again(newcomer: Practice) -> None:
    newcomer.call(f"/town/shops/{PRACTICE_SHOP}", {"scopes": [s for s in ALL_SCOPES if s != "read_all_orders"]})
    read_past(newcomer)
    with reading(newcomer.world.sessions) as session:
        since = shops.history_state(session, shop_id=newcomer.shop_id).since
        few = imports.readings(session, shop_id=newcomer.shop_id)[1].things
    assert since is not None
    assert few < newcomer.call("/town/state")["orders"]

    newcomer.call(f"/town/shops/{PRACTICE_SHOP}", {"scopes": ALL_SCOPES})
    sweep(newcomer.world, newcomer.shop_id)
    read_past(newcomer)

    with reading(newcomer.world.sessions) as session:
        assert shops.history_state(session, shop_id=newcomer.shop_id).since is None
        assert imports.readings(session, shop_id=newcomer.shop_id)[1].things == newcomer.call("/town/state")["orders"]


@pytest.mark.usefixtures("in_small_pieces")
def test_given_a_worker_that_dies_at_any_boundary_when_read_on_then_the_figures_are_the_same(
    newcomer: Practice, database: str
) -> None:
    # The boundaries are the same ones on both; `torture points --flow import` dies at all of them.
    every = {"sqlite": 3, "postgres": 7}[database]
    read_past(newcomer)
    whole = figures(newcomer)
    for strike_at in range(1, 200, every):
        forget(newcomer)
        doom = die(newcomer, strike_at)
        newcomer.later(AFTER_THE_LEASE)
        read_past(newcomer)
        assert figures(newcomer) == whole, f"died at boundary {strike_at}"
        if doom.passed < strike_at:
            break
    assert strike_at > 15  # fewer would mean that the boundaries are not where we think they are


@pytest.mark.usefixtures("in_small_pieces")
def test_given_a_file_that_breaks_off_between_lines_when_read_on_then_it_goes_on_behind_what_was_kept(
    newcomer: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_past(newcomer)
    whole = figures(newcomer)
    forget(newcomer)
    begun: list[int] = []
    lines = newcomer.world.http.lines

    def breaking(source: str, url: str) -> Iterator[bytes]:
        begun.append(1)
        for number, line in enumerate(lines(source, url)):
            if number == 30 * len(begun) and len(begun) < 6:
                raise ConnectionError
            yield line

    monkeypatch.setattr(newcomer.world.http, "lines", breaking)
    for _ in range(40):
        with suppress(ConnectionError):
            read_past(newcomer, looks=1)
        newcomer.later(AFTER_THE_LEASE)

    assert len(begun) >= 6
    assert figures(newcomer) == whole


@pytest.mark.usefixtures("in_small_pieces")
def test_given_a_file_that_breaks_off_in_the_middle_of_a_line_when_read_on_then_the_half_line_is_nothing(
    newcomer: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_past(newcomer)
    whole = figures(newcomer)
    forget(newcomer)
    halves: dict[HTTPResponse, bytes] = {}
    read1 = HTTPResponse.read1

    def breaking(response: HTTPResponse, *asked: int, **how: bool) -> bytes:
        if response in halves:
            raise ProtocolError
        piece = read1(response, *asked, **how)
        line_ends = piece.find(b"\n", 3000 * (len(halves) + 1))
        if "jsonl" not in response.headers["Content-Type"] or line_ends < 0 or len(halves) == 5:
            return piece
        halves[response] = piece[line_ends + 1 : line_ends + 31]
        return piece[: line_ends + 31]

    monkeypatch.setattr(HTTPResponse, "read1", breaking)
    for _ in range(40):
        read_past(newcomer, looks=1)
        newcomer.later(AFTER_THE_LEASE)

    assert len(halves) == 5
    assert all(half.startswith(b"{") and b"\n" not in half for half in halves.values())
    assert figures(newcomer) == whole
    with reading(newcomer.world.sessions) as session:
        assert [export.failures for export in imports.readings(session, shop_id=newcomer.shop_id)] == [0, 0]


def test_given_a_process_that_is_killed_when_another_reads_on_then_the_figures_are_the_same(
    newcomer: Practice, place: Path
) -> None:
    read_past(newcomer)
    whole = figures(newcomer)
    forget(newcomer)
    settings = newcomer.world.settings
    environment = os.environ | {
        "APP_VAR": str(place),
        "DATABASE_URL": settings.database_url,
        "SHOPIFY_ORIGIN": settings.shopify_origin,
        "PRACTICE": "1",
        "SEAL_KEYS": SEAL_KEY,
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_HALF_WAY, str(newcomer.shop_id)], cwd=ROOT, env=environment, check=False
    )

    assert killed.returncode == -signal.SIGKILL
    with reading(newcomer.world.sessions) as session:
        kept = [export.lines for export in imports.readings(session, shop_id=newcomer.shop_id)]
    assert any(kept)
    newcomer.later(AFTER_THE_LEASE)
    read_past(newcomer)
    assert figures(newcomer) == whole


# Reads the past in small batches, and is killed for good in the middle of the fourth.
KILLED_HALF_WAY = """
import os, signal, sys, time
from app.store import bulk
from integrations.shopify import history as files
from jobs import history
from jobs.runtime import world

files.ROWS, poured = 20, []
pour = bulk.pour

def fatal(session, shape, rows, *, shop_id):
    pour(session, shape, rows, shop_id=shop_id)
    poured.append(1)
    if len(poured) == 8:
        os.kill(os.getpid(), signal.SIGKILL)

bulk.pour = fatal
for _ in range(200):
    history.import_history(world(), int(sys.argv[1]))
    time.sleep(0.1)
"""


def die(here: Practice, strike_at: int) -> Fate:
    """Read the past until death strikes, at a commit or beside a call; return what was passed."""
    doom = Fate(strike_at=strike_at)
    engine = here.world.sessions.kw["bind"]
    assert isinstance(engine, Engine)
    event.listen(engine, "commit", doom.boundary)
    try:
        with suppress(Died):
            read_past(replace(here, world=replace(here.world, http=FragileHttp(doom))))
    finally:
        event.remove(engine, "commit", doom.boundary)
    return doom


def gathered(here: Practice) -> None:
    """Wait until the town has gathered both files."""
    with reading(here.world.sessions) as session:
        handles = [export.handle for export in imports.readings(session, shop_id=here.shop_id)]
    inside = here.world.enter(here.shop_id)
    assert inside is not None
    for handle in handles:
        assert handle is not None
        while inside[1].shop.export(handle).file is None:
            pass


def figures(here: Practice) -> list[tuple[Any, ...]]:
    """Return every figure that was read or counted: the shop's, and each customer's."""
    with reading(here.world.sessions) as session:
        row = session.get_one(tables.Totals, here.shop_id, populate_existing=True)
        sold = session.query(tables.Order).count()
        people = session.scalars(select(tables.Customer).order_by(tables.Customer.customer_id))
        return [
            (row.customers, row.orders, row.net_minor, row.threshold_minor, row.active_days, sold),
            *(
                (each.customer_id, each.net_minor, each.orders, each.first_order_at, each.last_order_at, *told(each))
                for each in people
            ),
        ]


def told(customer: tables.Customer) -> tuple[Any, ...]:
    return customer.mail_digest, customer.store_net_minor, customer.store_orders


def forget(here: Practice) -> None:
    """Let nobody have read the past."""
    with unit_of_work(here.world.sessions) as session:
        for table in (tables.Order, tables.Customer, tables.Totals):
            session.execute(delete(table))
        imports.again(session, shop_id=here.shop_id)


def somebody(here: Practice) -> int:
    with reading(here.world.sessions) as session:
        found = session.scalar(select(tables.Customer.customer_id).where(tables.Customer.orders > 1).limit(1))
    assert found is not None
    return found


def test_given_the_past_when_read_then_each_order_is_at_last_what_the_store_says_it_is_now(newcomer: Practice) -> None:
    read_past(newcomer)
    merchant = newcomer.world.merchant(newcomer.shop_id)
    outside = newcomer.world.outside(merchant)
    with reading(newcomer.world.sessions) as session:
        rows = session.scalars(select(tables.Order).order_by(tables.Order.processed_at.desc()).limit(25)).all()

    for row in rows:
        now, last = outside.shop.order(row.order_id), turns.read(row.turns or "").turns[-1]
        assert now is not None
        assert [turns.has(last.traits, name) for name in SEEN] == [getattr(now, name) for name in SEEN]
        assert last.net_minor == now.net.minor
    assert {len(turns.read(row.turns or "").turns) for row in rows} >= {1, 2}
