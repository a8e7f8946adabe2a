"""A merchant lets us in at a helpdesk with a click: there and back, from their own page and in one browser.

What comes back is believed only in the browser that set out, and it sets out only from the page of a merchant whose
store vouches for them. So whoever is sent a stranger's link binds nothing to the stranger's store.
"""

from dataclasses import dataclass
from enum import StrEnum

import structlog

from app.domain.errors import KeyRefused, Rejected, Unavailable
from app.store import connections, shops, trips
from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.store.trips import Trip
from integrations import registry
from integrations.companies import App, Consent, Granted, Login
from jobs import helpdesks
from jobs.runtime import World, desk_origin

log = structlog.get_logger("helpdesk")


class Back(StrEnum):
    """How a trip ended."""

    CONNECTED = "connected"
    STRANGER = "stranger"  # nobody whom we saw setting out, or not any more
    REFUSED = "refused"  # they did not let us in after all
    AWAY = "away"  # the helpdesk gave no answer
    OTHER = "other"  # meanwhile another account was connected


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where somebody goes from here, what their browser carries, and for whom all that is."""

    page: str
    cookie: str
    kind: str
    account: str
    shop: str


def plan(world: World, merchant: Merchant, who: str, *, kind: str, account: str, user: str) -> str | None:
    """Return the code with which the merchant sets out; None while another account of its kind is connected."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        before = connections.account(session, shop_id=merchant.id, kind=kind, seal=world.seal)
        if before is not None and before.account != account:
            return None
        return trips.plan(session, shop_id=merchant.id, kind=kind, account=account, user=user, who=who, now=now)


def set_out(world: World, code: str) -> Departure | None:
    """Return where to go; None for a code that begins nothing (any more)."""
    with unit_of_work(world.sessions) as session:
        packed = trips.set_out(session, code=code, now=world.clock.now())
        merchant = None if packed is None else shops.by_id(session, packed.trip.shop_id)
    if packed is None or merchant is None:
        return None
    trip, way = packed.trip, _way(world, packed.trip)
    if way is None:
        return None
    consent, origin, app = way
    page = consent.page(origin, app, packed.state)
    return Departure(page=page, cookie=packed.cookie, kind=trip.kind, account=trip.account, shop=merchant.domain)


def come_back(world: World, kind: str, *, state: str, cookie: str, code: str) -> Back:
    """Keep what a merchant brings back; `code` is "" when they said no over there."""
    with unit_of_work(world.sessions) as session:
        trip = trips.come_back(session, kind=kind, state=state, cookie=cookie, now=world.clock.now())
    merchant = None if trip is None else world.merchant(trip.shop_id)
    if trip is None or merchant is None:
        log.warning("helpdesk.stranger", kind=kind)
        return Back.STRANGER
    ends = _let_in(world, merchant, trip, code) if code else Back.REFUSED
    log.info("helpdesk.consent", shop=merchant.id, kind=kind, ends=ends.value)
    return ends


def _let_in(world: World, merchant: Merchant, trip: Trip, code: str) -> Back:
    try:
        granted = _exchanged(world, trip, code)
    except (Rejected, KeyRefused):
        return Back.REFUSED
    except Unavailable:
        return Back.AWAY
    login = Login(user=trip.user, key=granted.token)
    here, known = world.signed(trip.who), {"kind": trip.kind, "account": trip.account}
    connected = helpdesks.connect(here, merchant, login=login, granted=granted, **known)
    return Back.CONNECTED if connected else Back.OTHER


def _exchanged(world: World, trip: Trip, code: str) -> Granted:
    way = _way(world, trip)
    if way is None:
        raise Rejected("We are nobody at this helpdesk any more.")
    consent, origin, app = way
    return consent.exchange(world.http, origin, app, code)


def _way(world: World, trip: Trip) -> tuple[Consent, str, App] | None:
    app, origin = world.our_app(trip.kind), desk_origin(world.settings, trip.kind)
    found = registry.consent(trip.kind, origin, trip.account)
    return None if app is None or found is None else (*found, app)
