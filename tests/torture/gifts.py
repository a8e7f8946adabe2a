"""`torture gifts`: hundreds of people are each sent something, and each gift has one end, at one price in all books."""

import argparse
import logging
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from time import monotonic

import pytest
from werkzeug.serving import make_server

from app.store import migrate
from app.store.base import open_database, sessions_of
from app.web import create_app
from integrations.registry import VENDORS
from integrations.sandbox.town import Town, TownSettings
from jobs.runtime import World
from tests.builders import NOON
from tests.jobs.conftest import Practice, moved_in, read_past, settings_for
from tests.stack import free_port
from tests.still import still_town
from tests.torture import campaign
from tests.torture.campaign import BUDGET, ENDS, Campaign, Told
from tests.torture.points import server
from tests.torture.sent import BOOKS
from tests.torture.theatre import quiet

HERE = "127.0.0.1"
STRANGERS = 1.1  # times as many people as are given something
ODD_NAMES = (("Łukasz", "Żółć"), ("山田", "花子"), ("Ada\nMaria", "Lovewell"), ("דנה", "כהן"), ("Ada 🌷", "W" * 60))
POST = {"loss": 0.05, "duplicates": 0.3, "reorder": 0.3, "delay": 0.1, "seconds": 0.5}
SLOW, PATIENCE = 3.0, 2.0  # seconds


def main(arguments: list[str]) -> int:
    """Give to everybody; return 1 when anybody got twice, a sum is wrong, or the control showed nothing."""
    asked = _parse(arguments)
    whole = Campaign(recipients=asked.recipients, faults=asked.faults, seed=asked.seed, slow=SLOW, patience=PATIENCE)
    with ExitStack() as closing:
        closing.enter_context(quiet())
        patch = closing.enter_context(pytest.MonkeyPatch.context())
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="lagniappe-torture-")))
        url = server(closing) if asked.db == "postgresql" else f"sqlite:///{folder / 'app.db'}"
        here = closing.enter_context(opened(folder, url, whole))
        if asked.control:
            campaign.nobody_looks(patch)
        began = monotonic()
        told = campaign.run(here, whole)
        _tell(told, f"{whole.recipients} people, seed {whole.seed}, {asked.db}, {monotonic() - began:.0f} s")
    uncounted = sorted(set(VENDORS) - set(BOOKS))
    for vendor in uncounted:
        print(f"  NOT COUNTED: nobody knows how to read what {vendor} was ordered")
    if asked.control:
        seen = any("was ordered 2 times" in wrong for wrong in told.wrong)
        print(f"control: without look-ups somebody is given twice: {'seen' if seen else 'BLIND'}")
        return 0 if seen else 1
    return 1 if told.wrong or told.spent != told.kept or uncounted else 0


@contextmanager
def opened(folder: Path, url: str, whole: Campaign) -> Iterator[Practice]:
    """Let a shop live in a town of so many people, some with odd names; its vendors ring at a door of its own."""
    migrate.to_head(url)
    engine, port = open_database(url), free_port()
    wish = TownSettings(
        books=folder / "town.db",
        clock_file=folder / "clock",
        customers=int(whole.recipients * STRANGERS),
        seed=whole.seed,
        target=f"http://{HERE}:{port}",
    )
    with still_town(wish, NOON) as running:
        _call_some_oddly(running.town, Random(whole.seed))
        here = moved_in(settings_for(running, folder, url), sessions_of(engine), folder, NOON)
        read_past(here)
        here.call("/town/post", POST)
        with _listening(here.world, port):
            yield here
    engine.dispose()


def _call_some_oddly(town: Town, dice: Random) -> None:
    with town.books.turn() as turn:
        for somebody in dice.sample(turn.all("customers"), 10 * len(ODD_NAMES)):
            first, last = dice.choice(ODD_NAMES)
            named = {"first_name": first, "last_name": last}
            turn.put("customers", somebody["id"], somebody | named | {"address": somebody["address"] | named})


@contextmanager
def _listening(world: World, port: int) -> Iterator[None]:
    """Have the app's own web application take webhooks."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    door = make_server(HERE, port, create_app(world), threaded=True)
    listener = threading.Thread(target=door.serve_forever, daemon=True)
    listener.start()
    try:
        yield
    finally:
        door.shutdown()
        listener.join()
        door.server_close()


def _tell(told: Told, what: str) -> None:
    toll = told.toll
    print(f"{what}: {toll.calls} calls, {toll.went_wrong} of them went wrong, {toll.deaths} workers died")
    for vendor in sorted(told.ends):
        first, last = (", ".join(f"{ends[end]} {end}" for end in ENDS) for ends in _of(told, vendor))
        print(f"  {vendor}: {first}; in the end {last}")
        print(f"    {told.spent[vendor]} cents by our ledger, {told.kept[vendor]} by theirs")
    aside, spent, free = told.purse
    print(f"  purses: {aside} set aside + {spent} spent + {free} free = {aside + spent + free}, of {BUDGET} a month")
    for wrong in told.wrong:
        print(f"  WRONG {wrong}")
    print(f"  doubles, sums and purses: {'WRONG' if told.wrong or told.spent != told.kept else 'right to the cent'}")


def _of(told: Told, vendor: str) -> tuple[dict[str, int], dict[str, int]]:
    return told.at_first[vendor], told.ends[vendor]


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app torture gifts", description=__doc__)
    parser.add_argument("--recipients", type=int, default=500)
    parser.add_argument("--faults", type=float, default=0.1, help="the share of calls to vendors that go wrong")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--control", action="store_true", help="take every lost answer for a no: somebody gets twice")
    return parser.parse_args(arguments)
