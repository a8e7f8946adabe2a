"""Whether an account takes our key: the first no is written down and told, and the first yes after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.domain.errors import KeyRefused
from app.store import connections
from app.store.base import Sessions, unit_of_work
from app.store.connections import Account
from jobs.clock import Clock


@contextmanager
def key_watched(
    account: Account, sessions: Sessions, clock: Clock, *, broken: Callable[[], None], mended: Callable[[], None]
) -> Iterator[None]:
    """Watch over one call to the account, which is as it was before; each of the two is called when it is news."""
    shop_id, kind = account.shop_id, account.kind
    try:
        yield
    except KeyRefused:
        with unit_of_work(sessions) as session:
            news = connections.broke(session, shop_id=shop_id, kind=kind, now=clock.now())
        if news:
            broken()
        raise
    if account.broken:
        with unit_of_work(sessions) as session:
            news = connections.mended(session, shop_id=shop_id, kind=kind)
        if news:
            mended()
