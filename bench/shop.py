"""A shop to measure with, and the one way of ours to read its past."""

import base64
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import delete

from app.config import Settings
from app.domain.policy import Policy
from app.domain.ports import ShopProfile
from app.store import grants, imports, shops, tables
from app.store.base import Session, open_database, sessions_of, unit_of_work
from app.store.grants import Pair
from app.store.sealed import Seal
from jobs import history
from jobs.clock import Clock
from jobs.queue import Bell
from jobs.runtime import World, way_out

SEAL_KEY = base64.b64encode(bytes(32)).decode()
_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_PROFILE = ShopProfile(domain="bench.myshopify.com", name="Bench", currency="USD", timezone="UTC")


def world(database_url: str, origin: str) -> World:
    """Return a world whose store is at that origin; nobody hears its bell."""
    chosen = Settings.model_construct(
        app_var=Path(), database_url=database_url, seal_keys=SecretStr(SEAL_KEY), shopify_origin=origin
    )
    return World(
        settings=chosen,
        sessions=sessions_of(open_database(database_url)),
        seal=Seal.from_settings((SEAL_KEY,)),
        clock=Clock(),
        bell=Bell.at("redis://127.0.0.1:1/0", patient=False),
        http=way_out(chosen),
    )


def moved_in(here: World) -> int:
    """Install the shop, or find it; nothing of its past is known."""
    with unit_of_work(here.sessions) as session:
        shop_id = shops.install(session, profile=_PROFILE, policy=Policy(), now=_NOON)
        let_in(session, here, shop_id)
        for table in (tables.Order, tables.Customer, tables.Totals):
            session.execute(delete(table).where(table.shop_id == shop_id))
        imports.again(session, shop_id=shop_id)
    return shop_id


def let_in(session: Session, here: World, shop_id: int) -> None:
    """Hold a token of the shop's store, which nobody ever looks at."""
    turn = grants.begin(session, shop_id=shop_id, now=here.clock.now(), lease=here.lease)
    if turn is not None:
        pair = Pair(token="bench", expires_at=None)  # noqa: S106  # of a store that is made up
        grants.keep(session, shop_id=shop_id, turn=turn, pair=pair, seal=here.seal, now=here.clock.now())


def read_past(here: World, shop_id: int) -> None:
    """Read the past to its end, as a worker would."""
    while True:
        with unit_of_work(here.sessions) as session:
            if shops.history_state(session, shop_id=shop_id).done_at is not None:
                return
            shops.note_history(session, shop_id=shop_id, try_at=None)
        history.import_history(here, shop_id)


def most_memory() -> int:
    """Return the most kilobytes that this process ever held; without /proc, with what it was forked from."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":  # a process of its own, to be measured or killed
    url, where, number = sys.argv[1:]
    read_past(world(url, where), int(number))
    print(most_memory())
