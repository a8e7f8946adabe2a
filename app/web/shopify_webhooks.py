"""Shopify's webhooks taken in: verified on the raw bytes, kept with whatever came beside them, answered. Unread."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog

from app.domain.people import Asked
from app.store import arrivals, privacy
from app.store.arrivals import Arrival
from app.store.base import Session, StoreFault, StoreUnavailable, unit_of_work
from integrations.shopify import webhooks
from jobs.queue import Bell, Task
from jobs.runtime import World

LONGEST_TOPIC = 64  # twice the longest that Shopify has
ASKED = {
    "customers/data_request": Asked.COPY,
    "customers/redact": Asked.ERASURE,
    "shop/redact": Asked.SHOP_ERASURE,
}

log = structlog.get_logger("web")


class Ringer:
    """Rings for shops with news, in a thread of its own: a silent Redis holds up no answer.

    What gathers while it waits is rung once.
    """

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._shops: set[int] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ringer")

    def ring_for(self, shop_ids: set[int]) -> None:
        """Ring soon, and return at once."""
        self._shops |= shop_ids
        self._thread.submit(self._ring)

    def rest(self) -> None:
        """Return when nobody is left to be rung for."""
        self._thread.submit(lambda: None).result()

    def _ring(self) -> None:
        while self._shops:
            self._bell.ring(Task.DRAIN, self._shops.pop())


def signed(here: World, headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether Shopify signed these bytes."""
    return webhooks.signed(body, webhooks.signature(headers), here.settings.webhook_secrets)


def arrival(headers: Mapping[str, str], body: bytes) -> Arrival:
    """Return the delivery as it says itself what it is.

    The headers are not signed: they say whose inbox it is, and all that matters is read fresh from that shop.
    """
    return Arrival(
        sender=webhooks.shop_domain(headers) or "",
        topic=webhooks.topic(headers)[:LONGEST_TOPIC],
        delivery_key=webhooks.delivery_key(headers, body),
        event_key=webhooks.event_key(headers, body),
        body=body,
        triggered_at=webhooks.triggered_at(headers),
    )


def keep(here: World, ringer: Ringer, came: Sequence[Arrival]) -> list[bool]:
    """Keep all that came in one transaction and ring for it; return which are kept, and may be acknowledged."""
    try:
        now = here.clock.now()
        with unit_of_work(here.sessions) as session:
            news = _keep(session, came, now)
    except StoreUnavailable as problem:
        log.error("store.unavailable", problem=type(problem).__name__)  # noqa: TRY400  # its text may hold a body
        return [False] * len(came)
    except (StoreFault, ValueError) as problem:
        if len(came) > 1:
            # One of them cannot be written. The others must not suffer for it.
            return [kept for each in came for kept in keep(here, ringer, [each])]
        log.error("intake.unwritable", problem=type(problem).__name__)  # noqa: TRY400
        return [False]
    ringer.ring_for(news)
    return [True] * len(came)


def _keep(session: Session, came: Sequence[Arrival], now: datetime) -> set[int]:
    asking = {each.sender for each in came if each.topic in ASKED}
    strangers = arrivals.strangers(session, asking) if asking else set()
    for each in came:
        if each.topic in ASKED and each.sender in strangers:
            # We keep nothing of that shop, and will not begin with what it asks us to forget.
            privacy.note_stranger(session, domain=each.sender, kind=ASKED[each.topic], now=now)
    rest = [each for each in came if each.topic not in ASKED or each.sender not in strangers]
    return arrivals.keep(session, rest, now=now) if rest else set()
