"""The key that a helpdesk gave us, shared by all processes: one for all, and one of them at a time fetches the next.

    read ─▶ alive for a while? use it
         └▶ begin (committed) ─▶ the helpdesk, no transaction open ─▶ keep (committed) ─▶ use it

As with a store's tokens: whatever kills us in between leaves a turn that ends by itself, and what brings the next key.
A helpdesk that lets us in no more is asked again soon, and then hours later: our own secret may be the wrong one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.domain.errors import KEY_MAY_LIVE, Busy, KeyRefused, Unavailable
from app.store import desk_keys
from app.store.base import Session, Sessions, reading, unit_of_work
from app.store.desk_keys import DeskKey
from app.store.sealed import Seal
from integrations.companies import Granted

log = structlog.get_logger("helpdesk")

SOON = timedelta(minutes=5)  # a key that ends within this is renewed before it is used
LEASE = timedelta(seconds=60)  # longer than asking may take
PAUSE = timedelta(seconds=5)  # after a failure nobody asks for so long
FIRST_PAUSE = timedelta(seconds=KEY_MAY_LIVE)  # after the first no, which may have been a passing one
REFUSED_PAUSE = timedelta(hours=4)
REFUSED = "the helpdesk lets us in no more"
PATIENCE_SECONDS, LOOK_AGAIN_SECONDS = 3.0, 0.05  # while somebody else fetches the key


@dataclass(slots=True, kw_only=True)
class DeskAccess:
    """Satisfies integrations.companies.Access for one account, out of its row."""

    shop_id: int
    kind: str
    sessions: Sessions
    seal: Seal
    now: Callable[[], datetime]
    refresh: Callable[[str], Granted]  # raises KeyRefused, or Unavailable: try later
    _known: DeskKey | None = field(default=None, init=False, repr=False)

    def token(self) -> str:
        """Return a key with some life before it. Raises KeyRefused, or Unavailable: try later."""
        known = self._known
        if known is None or not known.good_at(self.now() + SOON):
            return self._another(than=None)
        return known.token

    def renew(self, refused: str) -> str:
        """Return another key than the one refused: the one that somebody else fetched, or the next."""
        return self._another(than=refused)

    def _another(self, *, than: str | None) -> str:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            key = self._read()
            fresh = _usable(key, than, self.now() + SOON)
            if fresh is not None:
                return fresh
            if key.is_free(self.now()):
                turn, key = self._begin()
                if turn is not None:
                    return self._next(turn, key, than)
            spare = _usable(key, than, self.now())
            if spare is not None:
                return spare  # its last minutes are long enough for a call
            if not key.held and key.refused:
                raise KeyRefused(REFUSED, retry_after=REFUSED_PAUSE.total_seconds())
            if not key.held:
                raise Unavailable("the helpdesk gave no key", retry_after=PAUSE.total_seconds())
            if time.monotonic() > ends_at:
                raise Busy("somebody else is fetching the helpdesk's key", retry_after=PAUSE.total_seconds())
            time.sleep(LOOK_AGAIN_SECONDS)

    def _next(self, turn: str, key: DeskKey, than: str | None) -> str:
        # Whoever was before us may have fetched it between our look and our turn.
        fresh = _usable(key, than, self.now() + SOON)
        if fresh is not None:
            self._give_up(turn, self.now())
            return fresh
        try:
            return self._fetch(turn, key)
        except KeyRefused:
            raise
        except Unavailable:
            spare = _usable(key, than, self.now())
            if spare is None:
                raise
            return spare

    def _fetch(self, turn: str, key: DeskKey) -> str:
        """Fetch the next key and keep it, before anybody uses it; the turn is over either way."""
        try:
            granted = self.refresh(key.refresh)
        except KeyRefused:
            self._give_up(turn, self.now() + (REFUSED_PAUSE if key.refused else FIRST_PAUSE))
            log.warning("helpdesk.key_lost", shop=self.shop_id, kind=self.kind)
            raise
        except Unavailable as problem:
            pause = max(PAUSE, timedelta(seconds=problem.retry_after or 0))
            self._give_up(turn, self.now() + pause)
            log.info("helpdesk.key_unavailable", shop=self.shop_id, kind=self.kind, problem=str(problem))
            raise
        with unit_of_work(self.sessions) as session:
            kept = desk_keys.keep(
                session,
                shop_id=self.shop_id,
                kind=self.kind,
                turn=turn,
                token=granted.token,
                refresh=granted.refresh or key.refresh,
                expires_at=self.now() + granted.lives,
                seal=self.seal,
            )
        if not kept:
            raise Busy("the helpdesk's key was fetched too slowly")
        log.info("helpdesk.key_renewed", shop=self.shop_id, kind=self.kind)
        self._known = None
        return granted.token

    def _begin(self) -> tuple[str | None, DeskKey]:
        """Take the turn if it is free, and look at the row as nobody but its holder can change it now."""
        with unit_of_work(self.sessions) as session:
            turn = desk_keys.begin(session, shop_id=self.shop_id, kind=self.kind, now=self.now(), lease=LEASE)
            return turn, self._found(session)

    def _read(self) -> DeskKey:
        with reading(self.sessions) as session:
            self._known = self._found(session)
        return self._known

    def _found(self, session: Session) -> DeskKey:
        found = desk_keys.read(session, shop_id=self.shop_id, kind=self.kind, seal=self.seal)
        if found is None:
            raise KeyRefused("nothing is connected there any more")
        return found

    def _give_up(self, turn: str, until: datetime) -> None:
        with unit_of_work(self.sessions) as session:
            desk_keys.give_up(session, shop_id=self.shop_id, kind=self.kind, turn=turn, until=until)


def _usable(key: DeskKey, refused: str | None, moment: datetime) -> str | None:
    """Return the row's key if it is none that was refused and still good at that moment."""
    return key.token if key.good_at(moment) and key.token != refused else None
