"""What the doctor looks at when no shop is named: settings, database, keys, clock, bell, and who is at work."""

import platform
import re
from collections.abc import Iterator
from datetime import timedelta
from importlib import metadata
from urllib.parse import urlsplit

from redis import RedisError
from rq import Worker

from app.config import LEASE_TOO_SHORT, ROOT, Settings
from app.domain.findings import Finding, bad, fine, look
from app.domain.people import WITHIN
from app.store import alarms, checkup, gauges, grants, migrate, privacy, pulse, resealing, switch
from app.store.base import StoreUnavailable, reading
from integrations import registry
from integrations.addresses import on_this_machine
from integrations.shopify.client import API_VERSION
from integrations.shopify.versions import newest, served_until
from jobs import trail
from jobs.queue import Bell
from jobs.runtime import World, desk_origin

_PRACTICE_SECRETS = {"practice-secret"}  # known to everybody who has the code
_SKEW = timedelta(seconds=5)
_OVERDUE = timedelta(minutes=2)
_LAST_MONTHS = timedelta(days=90)
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)


def findings(here: World) -> Iterator[Finding]:
    """Yield what is found in this installation."""
    yield _python()
    yield from _choices(here.settings)
    yield from _dangers(here.settings)
    yield _version(here)
    yield from _database(here)
    yield from _bell(here.bell)


def _python() -> Finding:
    pinned = dict(_PINNED.findall((ROOT / "app/deps/lock.txt").read_text()))
    differ = sorted(name for name, version in pinned.items() if _installed(name) not in (None, version))
    words = f"Python {platform.python_version()}, {len(pinned)} packages in the lock"
    return look("python", f"{words}; other versions of {', '.join(differ)}") if differ else fine("python", words)


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None  # of another platform, or of another Python


def _choices(chosen: Settings) -> Iterator[Finding]:
    why = "DATABASE_URL is set" if chosen.database_url else "DATABASE_URL is empty, so SQLite in APP_VAR"
    yield fine("settings", f"database: {why}")
    yield fine("settings", f"redis: {_without_password(chosen.redis_url)}")
    yield fine(
        "settings", f"public address: {chosen.public_url or 'PUBLIC_URL is empty, so this is no real installation'}"
    )
    for kind, company in registry.HELPDESKS.items():
        origin = desk_origin(chosen, kind)
        yield fine("settings", f"{kind}: {origin}{'' if origin == company.origin else ', by the settings'}")
    for name in ("shopify_origin", "florist_origin"):
        changed = "" if getattr(chosen, name) == Settings.model_fields[name].default else f", by {name.upper()}"
        yield fine("settings", f"{name.removesuffix('_origin')}: {getattr(chosen, name)}{changed}")
    for kind, origin in chosen.gift_origins.items():
        if kind != registry.FIRST_FLORIST:
            yield fine("settings", f"{kind}: {origin}, by VENDOR_ORIGINS")


def _dangers(chosen: Settings) -> Iterator[Finding]:
    """Yield what must not be in an installation that real shops reach, and who can watch over it."""
    if not chosen.public_url:
        return
    origins = (
        chosen.shopify_origin,
        *chosen.gift_origins.values(),
        *(desk_origin(chosen, kind) for kind in registry.HELPDESKS),
    )
    checks = (
        (not chosen.public_url.startswith("https://"), "PUBLIC_URL is not https"),
        (not chosen.database_url or chosen.database.startswith("sqlite"), "the database is SQLite: name a PostgreSQL"),
        (bool(_PRACTICE_SECRETS & set(chosen.webhook_secrets)), "the client secret is the one of practice"),
        (not chosen.webhook_secrets, "SHOPIFY_CLIENT_SECRETS is empty: no webhook can be believed"),
        (not chosen.shopify_client_id, "SHOPIFY_CLIENT_ID is empty"),
        (chosen.practice, "PRACTICE is set"),
        (chosen.flask_debug, "FLASK_DEBUG is set: pages would show our code and variables"),
        (any(on_this_machine(each) for each in origins), "an ORIGIN leads to this machine, not to the real service"),
    )
    found = [bad("production", words) for wrong, words in checks if wrong]
    yield from found or [fine("production", "nothing of practice is in it")]
    if chosen.metrics_token.get_secret_value():
        yield fine("figures", "/metrics tells them to whoever brings METRICS_TOKEN")
    else:
        yield look("figures", "METRICS_TOKEN is empty: nobody can read /metrics")


def _version(here: World) -> Finding:
    now, until = here.clock.wall(), served_until(API_VERSION)
    words = f"{API_VERSION}, served until {until:%Y-%m-%d} at least; newest {newest(now)}"
    if until <= now:
        return bad("shopify version", f"{words}: an older one than we ask for may answer")
    return look("shopify version", words) if until - now < _LAST_MONTHS else fine("shopify version", words)


def _database(here: World) -> Iterator[Finding]:
    try:
        with reading(here.sessions) as session:
            where, its_time = checkup.address(session), checkup.time(session)
        current, head = migrate.where(here.settings.database)
    except StoreUnavailable:
        yield bad("database", "cannot be reached")
        return
    yield fine("database", where)
    if current != head:
        yield bad("migrations", f"at {current or 'nothing'}, newest {head}: python3 -m app migrate")
        return
    yield fine("migrations", f"at {head}, the newest")
    skew = abs(its_time - here.clock.wall())
    words = f"{skew.total_seconds():.0f} s between this machine and the database, whose time is ours"
    if here.settings.practice:
        yield fine("clock", "practice: it may have been moved")
    else:
        yield look("clock", words) if skew > _SKEW else fine("clock", words)
    yield lease_of(here.settings)
    yield from _rows(here)


def held_back(here: World) -> Finding:
    """Say whether shops are held back because the database may be an old copy."""
    with reading(here.sessions) as session:
        held = pulse.held(session)
    if held:
        words = "are held back: the database is an old copy, and their stores were not asked yet what it missed"
        return look("restored", f"{held} shops {words}")
    return fine("restored", "no shop is held back")


def alarmed(here: World) -> Finding:
    """Say how many deeds somebody should look at."""
    with reading(here.sessions) as session:
        counts = alarms.counted(session)
    if counts:
        words = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in sorted(counts.items()))
        return bad("alarms", f"{words}: python3 -m app reconcile says which")
    return fine("alarms", "nothing is in doubt for long, done twice or missing")


def lease_of(chosen: Settings) -> Finding:
    """Say whether a worker's lease outlasts the longest deed."""
    words = f"a lease of {chosen.lease_seconds} s for deeds of at most {chosen.longest_deed_seconds:.0f} s"
    return fine("lease", words) if chosen.lease_is_enough else bad("lease", f"{words}: {LEASE_TOO_SHORT}")


def _rows(here: World) -> Iterator[Finding]:
    now = here.clock.now()
    with reading(here.sessions) as session:
        kept, closed = checkup.unsealable(session, here.seal)
        older = resealing.older(session, here.seal)
        due = checkup.waiting(session, now=now)
        late = privacy.overdue(session, now=now)
        hang_on_older = grants.worth_renewing(session, now=now, secret=here.current_secret)
    keys = len(here.seal.keys)
    words = f"{kept} shops and accounts, {keys} {'key' if keys == 1 else 'keys'}"
    if closed:
        yield bad("seal", f"{words}; no key opens {', '.join(closed)}")
    elif older:
        yield look("seal", f"{words}, all open; {older} secrets hang on an older key: python3 -m app reseal")
    else:
        yield fine("seal", f"{words}, all open, none needs an older key")
    if hang_on_older:
        words = "tokens are still to be renewed with the current client secret: revoke no older one yet"
        yield look("client secret", f"{len(hang_on_older)} shops' {words}")
    else:
        yield fine("client secret", "no token hangs on an older one")
    words = f"{due.letters} webhooks and {due.deeds} deeds are due"
    if due.oldest is not None and now - due.oldest > _OVERDUE:
        yield bad("work", f"{words}, the oldest since {due.oldest:%Y-%m-%d %H:%M} UTC: is anybody working?")
    else:
        yield fine("work", f"{words}, none of them for long")
    yield trail.finding(here)
    yield held_back(here)
    yield alarmed(here)
    yield from stops(here)
    if late:
        yield bad("privacy", f"{late} requests about personal data are older than {WITHIN.days} days")
    else:
        yield fine("privacy", "no request about personal data is late")


def stops(here: World) -> Iterator[Finding]:
    """Yield what somebody has stopped, what stopped itself, and what was left for a person."""
    with reading(here.sessions) as session:
        standstill, braked, letters = switch.standstill(session), gauges.braked(session), gauges.inbox(session)
    if standstill is not None:
        since = f"since {standstill.since:%Y-%m-%d %H:%M} UTC: {standstill.because}"
        yield look("switch", f"everything is stopped {since}; python3 -m app go lets it go on")
    else:
        yield fine("switch", "nothing is stopped by the operator")
    if braked:
        words = (
            "1 rule has stopped itself, and waits"
            if braked == 1
            else f"{braked} rules have stopped themselves, and wait"
        )
        yield look("brake", f"{words} for a person")
    else:
        yield fine("brake", "no rule has stopped itself")
    if letters.set_aside:
        yield look("set aside", f"{letters.set_aside} webhooks were left for a person: see python3 -m app replay")
    else:
        yield fine("set aside", "no webhook was left for a person")


def _bell(bell: Bell) -> Iterator[Finding]:
    try:
        version = bell.redis.info("server")["redis_version"]
        workers, rung, ticking = Worker.count(connection=bell.redis), len(bell.queue), bell.hears_ticker()
    except RedisError:
        yield bad("redis", "cannot be reached: nothing is lost, and nothing is quick")
        return
    yield fine("redis", f"{version}, {rung} bells waiting to be heard")
    yield fine("workers", f"{workers} at work") if workers else bad("workers", "nobody is at work")
    yield fine("ticker", "ticks") if ticking else bad("ticker", "has not been heard for a minute")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
