"""The access to a shop's store, shared by all processes: one token for all, and one of them at a time fetches the next.

    read ─▶ alive for a while? use it
         └▶ begin (committed) ─▶ the token endpoint, no transaction open ─▶ keep (committed) ─▶ use it

Whatever kills us in between leaves a turn that ends by itself, and the old refresh token, which the store still takes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.domain.errors import Busy, Closed, Unavailable
from app.store import grants
from app.store.base import Session, Sessions, reading, unit_of_work
from app.store.grants import Grant
from app.store.sealed import Seal, Unsealable
from integrations.shopify.access import REVOKED, REVOKED_PAUSE
from integrations.shopify.tokens import AccessLost, Pair, TokenEndpoint

log = structlog.get_logger("access")

SOON = timedelta(minutes=5)  # a token that ends within this is renewed before it is used
LEASE = timedelta(seconds=60)  # longer than asking with two secrets, one after the other, may take
PAUSE = timedelta(seconds=5)  # after a failure nobody asks for so long
ONCE_MORE, DAILY = timedelta(minutes=10), timedelta(days=1)  # after a first no, which may pass, and after the next ones
UNSEALABLE, UNSEALABLE_PAUSE = "our keys do not open its token", 300.0  # seconds, for somebody to see to it
PATIENCE_SECONDS, LOOK_AGAIN_SECONDS = 3.0, 0.05  # while somebody else fetches the token


@dataclass(slots=True, kw_only=True)
class StoreAccess:
    """Satisfies integrations.shopify.access.Access for one shop, out of its row."""

    shop_id: int
    sessions: Sessions
    seal: Seal
    now: Callable[[], datetime]
    endpoint: TokenEndpoint
    _known: Grant | None = field(default=None, init=False, repr=False)

    def token(self) -> str:
        """Return a token with some life before it; Closed when only the merchant can get us one, Busy when not now."""
        known = self._known
        if known is None or known.token is None or not known.good_at(self.now() + SOON):
            return self._another(than=None)
        return known.token

    def renew(self, refused: str) -> str:
        """Return another token than the one refused: the one that somebody else fetched, or the next."""
        return self._another(than=refused)

    def keep_alive(self) -> bool:
        """Renew the pair unasked, if that is still worth it; return whether it was. Raises Unavailable."""
        turn, grant = self._begin()
        if turn is None:
            return False
        if not grant.is_worth_renewing(now=self.now(), secret=self.endpoint.current_secret):
            self._give_up(turn, self.now())
            return False
        self._fetch(turn, grant)
        return True

    def _another(self, *, than: str | None) -> str:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            grant = self._read()
            fresh = _usable(grant, than, self.now() + SOON)
            if fresh is not None:
                return fresh
            if grant.is_free(self.now()):
                turn, grant = self._begin()
                if turn is not None:
                    return self._next(turn, grant, than)
            spare = _usable(grant, than, self.now())
            if spare is not None:
                return spare  # its last minutes are long enough for a call
            if not grant.held:
                raise Unavailable("the store gave no token", retry_after=PAUSE.total_seconds())
            if time.monotonic() > ends_at:
                raise Busy("somebody else is fetching the store's token", retry_after=PAUSE.total_seconds())
            time.sleep(LOOK_AGAIN_SECONDS)

    def _next(self, turn: str, grant: Grant, than: str | None) -> str:
        # Whoever was before us may have fetched it between our look and our turn.
        fresh = _usable(grant, than, self.now() + SOON)
        if fresh is not None:
            self._give_up(turn, self.now())
            return fresh
        try:
            return self._fetch(turn, grant)
        except Closed:
            raise
        except Unavailable:
            spare = _usable(grant, than, self.now())
            if spare is None:
                raise
            return spare

    def _fetch(self, turn: str, grant: Grant) -> str:
        """Fetch the next pair and keep it, before anybody uses it; the turn is over either way."""
        try:
            pair = _asked(self.endpoint, grant)
        except AccessLost as problem:
            with unit_of_work(self.sessions) as session:
                secret, until = self.endpoint.current_secret, self.now() + (ONCE_MORE if grant.live else DAILY)
                said = {"reason": str(problem), "secret": secret}
                lost = grants.lose(session, shop_id=self.shop_id, turn=turn, until=until, **said)
            if not lost:  # somebody let us in meanwhile, or took us out
                raise Busy("the store's token was fetched too slowly") from problem
            if grant.live:
                log.warning("access.lost", shop=self.shop_id, problem=str(problem))
            raise Closed(REVOKED, retry_after=REVOKED_PAUSE) from problem
        except Unavailable as problem:
            pause = max(PAUSE, timedelta(seconds=problem.retry_after or 0))
            self._give_up(turn, self.now() + pause)
            log.info("access.unavailable", shop=self.shop_id, problem=str(problem))
            raise
        now = self.now()
        with unit_of_work(self.sessions) as session:
            kept = grants.keep(
                session, shop_id=self.shop_id, turn=turn, pair=pair_of(pair, now), seal=self.seal, now=now
            )
        if not kept:
            raise Busy("the store's token was fetched too slowly")
        log.info("access.renewed", shop=self.shop_id)
        self._known = None
        return pair.token

    def _begin(self) -> tuple[str | None, Grant]:
        """Take the turn if it is free, and look at the row as nobody but its holder can change it now."""
        with unit_of_work(self.sessions) as session:
            turn = grants.begin(session, shop_id=self.shop_id, now=self.now(), lease=LEASE)
            return turn, self._found(session)

    def _read(self) -> Grant:
        with reading(self.sessions) as session:
            grant = self._found(session)
        if not grant.live:
            raise Closed(REVOKED, retry_after=REVOKED_PAUSE)
        self._known = grant
        return grant

    def _found(self, session: Session) -> Grant:
        try:
            grant = grants.read(session, shop_id=self.shop_id, seal=self.seal)
        except Unsealable as problem:
            log.error("access.unsealable", shop=self.shop_id, problem=str(problem))  # noqa: TRY400  # no bug of ours
            raise Closed(UNSEALABLE, retry_after=UNSEALABLE_PAUSE) from problem
        if grant is None:
            raise Closed(REVOKED, retry_after=REVOKED_PAUSE)
        return grant

    def _give_up(self, turn: str, until: datetime) -> None:
        with unit_of_work(self.sessions) as session:
            grants.give_up(session, shop_id=self.shop_id, turn=turn, until=until)


def pair_of(given: Pair, now: datetime) -> grants.Pair:
    """Return what the store gave as it is kept: with moments in place of lifetimes."""
    return grants.Pair(
        token=given.token,
        expires_at=now + given.lives,
        refresh_token=given.refresh_token,
        refresh_expires_at=now + given.refresh_lives,
        scopes=given.scopes,
        secret=given.secret,
    )


def _usable(grant: Grant, refused: str | None, moment: datetime) -> str | None:
    """Return the row's token if it is none that was refused and still good at that moment."""
    return grant.token if grant.good_at(moment) and grant.token != refused else None


def _asked(endpoint: TokenEndpoint, grant: Grant) -> Pair:
    if grant.refresh_token is None:
        raise AccessLost("there is no token to get another one with")
    return endpoint.refresh(grant.refresh_token)
