"""Whether an account takes our key: the first no is written down and told, and the first yes after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from app.domain.errors import KEY_MAY_LIVE, KeyRefused
from app.store import connections, key_waits
from app.store.base import Sessions, unit_of_work
from app.store.connections import Account
from jobs.clock import Clock


@contextmanager
def key_watched(
    account: Account, sessions: Sessions, clock: Clock, *, broken: Callable[[], None], mended: Callable[[], None]
) -> Iterator[None]:
    """Watch over one call to the account, which is as it was before; each of the two is called when it is news.

    A first no may be a passing one: the next try need not wait as long as for a key that is dead.
    """
    shop_id, kind, now = account.shop_id, account.kind, clock.now()
    try:
        yield
    except KeyRefused as problem:
        with unit_of_work(sessions) as session:
            news = connections.broke(session, shop_id=shop_id, kind=kind, now=now)
        if news:
            broken()
        if _is_dead(account, now):
            raise
        raise KeyRefused(str(problem), retry_after=KEY_MAY_LIVE) from problem
    if account.broken:
        with unit_of_work(sessions) as session:
            news = connections.mended(session, shop_id=shop_id, kind=kind)
            if news:
                key_waits.go_on(session, shop_id=shop_id, kind=kind, now=now)
        if news:
            mended()


def _is_dead(account: Account, now: datetime) -> bool:
    since = account.broken_since
    return since is not None and (now - since).total_seconds() >= KEY_MAY_LIVE
